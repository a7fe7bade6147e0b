// Inviting by file: from the upload to the result, with JavaScript and without.

import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { expect, test } from "../support/fixtures.ts";
import { lookAt } from "../support/look.ts";
import { control, signIn } from "../support/steps.ts";

const FILE = `version:v1.0
Email address to invite [inviteeEmail] Required,Redirection url [inviteRedirectURL] Required,Send invitation message (true or false) [sendEmail],Customized invitation message [customizedMessageBody],Shoe size
Example: alias@partner.example,https://myapps.microsoft.com,true,,
mira@studio-north.example,https://myapplications.microsoft.com,true,"Welcome, Mira.",38
gsamoogle@gmail.com,https://myapplications.microsoft.com,true,,44
mira@studio-north.example,https://myapplications.microsoft.com,true,,
nobody at all,,,,
lena.lee@woodgrove.example,,,,
`;

const file = (name: string, content: string) => ({ buffer: Buffer.from(content), mimeType: "text/csv", name });

async function upload(page: Page, url: string, name: string, content: string): Promise<void> {
  await page.goto(`${url}/guests/bulk`);
  await page.getByLabel("File", { exact: true }).setInputFiles(file(name, content));
  await page.getByLabel("Aurora partners", { exact: true }).check();
  await page.getByRole("button", { name: "Upload and check", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
}

/** Waits for a heading: it comes by itself, or by *Reload* where there is no script. */
async function until(page: Page, heading: string, javascript: boolean): Promise<void> {
  const there = page.getByRole("heading", { name: heading, exact: true });
  if (javascript) return expect(there).toBeVisible({ timeout: 60_000 });
  await expect(async () => {
    const reload = page.getByRole("link", { name: "Reload", exact: true });
    if (await reload.count()) await reload.click();
    await expect(there).toBeVisible({ timeout: 200 });
  }).toPass({ timeout: 60_000 });
}

test("A file of the Azure portal's, from the upload to the result", async ({ demo, javascript, mailbox, person }, info) => {
  const john = await person("John");
  await signIn(john, demo.url, "John Doe");
  const wrong: string[] = [];
  const look = async (name: string) => {
    wrong.push(...(await lookAt(john, javascript)));
    for (const width of [1280, 360]) {
      await john.setViewportSize({ height: 800, width });
      await john.emulateMedia({ colorScheme: "light" });
      await info.attach(`${name} at ${width}`, { body: await john.screenshot({ fullPage: true }), contentType: "image/png" });
    }
    await john.setViewportSize({ height: 800, width: 1280 });
  };

  await upload(john, demo.url, "partners.csv", FILE);
  await until(john, "What would happen", javascript);
  const main = john.locator("main");
  await expect(main).toContainText("2 would get an invitation");
  await expect(main).toContainText("4 cannot be invited");
  await expect(main).toContainText("Shoe size");
  await expect(main.getByRole("row").filter({ hasText: "Example:" })).toContainText("This is the example row");
  await look("What would happen");
  expect(await mailbox.to("mira@studio-north.example")).toEqual([]);

  await main.getByRole("link", { name: /^New/ }).click();
  await expect(main.getByRole("row").filter({ hasText: "gsamoogle@gmail.com" })).toBeVisible();
  await expect(main.getByRole("row").filter({ hasText: "nobody at all" })).toHaveCount(0);

  await john.getByRole("button", { name: "Start inviting", exact: true }).click();
  await until(john, "What became of it", javascript);
  await expect(main.locator(".tally")).toContainText(/Invited\s*2/);
  await look("What became of it");
  const { mail } = await mailbox.invitation("mira@studio-north.example");
  expect(mail.text).toContain("Welcome, Mira.");

  const download = john.waitForEvent("download");
  await control(john, "Download the result").click();
  const result = await (await download).path();
  const lines = (await readFile(result, "utf8")).split("\r\n");
  expect(lines[0]).toMatch(/^\ufeffEmail address to invite .*,Shoe size,status,code,detail$/);
  expect(lines[2]).toBe(`mira@studio-north.example,https://myapplications.microsoft.com,true,"Welcome, Mira.",38,invited,,`);
  expect(lines[4]).toContain(",failed,duplicateRow,");

  await john.getByRole("button", { name: "Try the failures again", exact: true }).click();
  await until(john, "What would happen", javascript);
  await expect(main).toContainText("1 has an open invitation to all of it");
  await john.goto(`${demo.url}/guests/bulk`);
  await expect(john.getByRole("link", { name: "partners.csv" })).toHaveCount(2);
  await look("Invite by file");
  expect(wrong).toEqual([]);
});

test("A file that cannot be read leads back with everything typed", async ({ demo, javascript, person }) => {
  const john = await person("John");
  await signIn(john, demo.url, "John Doe");
  await john.goto(`${demo.url}/guests/bulk`);
  await john.getByLabel("File", { exact: true }).setInputFiles(file("x.csv", "Vorname;Nachname\nSam;Oogle\n"));
  await john.getByLabel("Message").fill("See <b>you</b> there.");
  await john.getByLabel("Aurora partners", { exact: true }).check();
  await john.getByRole("button", { name: "Upload and check", exact: true }).click();
  await expect(john.getByRole("alert")).toContainText("We found no column of e-mail addresses");
  await expect(john.locator("main")).toContainText("Vorname, Nachname");
  await expect(john.getByLabel("Message")).toHaveValue("See <b>you</b> there.");
  await expect(john.getByLabel("Aurora partners", { exact: true })).toBeChecked();
  expect(await lookAt(john, javascript)).toEqual([]);
});

test("Many guests: progress while it runs, paused, resumed, cancelled", async ({ demo, javascript, person }, info) => {
  const ada = await person("Ada");
  await signIn(ada, demo.url, "Ada Admin");
  const rows = Array.from({ length: 4000 }, (_, at) => `person${at}@partner.example,no`).join("\n");
  await upload(ada, demo.url, "many.csv", `email,send mail\n${rows}\n`);
  await until(ada, "What would happen", javascript);
  await ada.getByRole("button", { name: "Start inviting", exact: true }).click();
  const done = ada.locator("[data-count=value]");
  const count = async () => Number((await done.textContent())?.replaceAll(",", ""));
  if (javascript) {
    // No reload: the numbers move by themselves.
    await expect.poll(count, { timeout: 30_000 }).toBeGreaterThan(0);
    const first = await count();
    await expect.poll(count, { timeout: 30_000 }).toBeGreaterThan(first);
  } else {
    await expect(async () => {
      await ada.getByRole("link", { name: "Reload", exact: true }).click();
      expect(await count()).toBeGreaterThan(0);
    }).toPass({ timeout: 30_000 });
  }
  await info.attach("running", { body: await ada.screenshot({ fullPage: true }), contentType: "image/png" });
  await ada.getByRole("button", { name: "Pause", exact: true }).click();
  await expect(ada.locator("main")).toContainText("Paused");
  const paused = await count();
  await ada.reload();
  expect(await count()).toBe(paused);
  expect(await lookAt(ada, javascript)).toEqual([]);
  await ada.getByRole("button", { name: "Resume", exact: true }).click();
  await ada.getByRole("button", { name: "Cancel", exact: true }).click();
  await expect(ada.getByRole("heading", { name: "What became of it" })).toBeVisible();
  await expect(control(ada, "Try the rest again")).toBeVisible();
  await ada.getByText("Delete this file", { exact: true }).click();
  expect(await lookAt(ada, javascript)).toEqual([]);
  await ada.getByRole("button", { name: "Delete", exact: true }).click();
  await expect(ada.getByRole("status")).toContainText("are gone");
});
