// Groups that people run themselves: created, filled, steered, left, deleted and restored.

import type { Page } from "@playwright/test";
import { expect, test } from "../support/fixtures.ts";
import { lookAt } from "../support/look.ts";
import { atPath, control, openGroup, rowOf, signIn, skipBrowserChecks } from "../support/steps.ts";

/** A picture of two colours. */
const PNG = "iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAYAAABzenr0AAAAM0lEQVR4nO3OIQEAQAgEMOJcJhLT6gmBeDMxv5rkXaTnpAQEBAQEBAQEBAQEBAQEBH4HFhmgwHmIMS32AAAAAElFTkSuQmCC";

async function create(page: Page, url: string, name: string): Promise<string> {
  await page.goto(`${url}/groups`);
  await control(page, "Create a group").click();
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Purpose").fill("Reads a book a month");
  await page.getByRole("button", { name: "Create group", exact: true }).click();
  await page.waitForURL(atPath(/^\/groups\/[0-9a-f-]{36}$/));
  await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
  return new URL(page.url()).pathname;
}

/** From a group's page: adds a colleague by their address, which needs no list. */
async function add(page: Page, who: string): Promise<void> {
  await control(page, "Add people").click();
  await page.getByLabel("Who", { exact: true }).fill(who);
  await page.getByRole("button", { name: "Add", exact: true }).click();
}

test("Lena creates a group, adds a colleague, sets an end, and removes him again", async ({ demo, person }) => {
  const lena = await person("Lena");
  await signIn(lena, demo.url, "Lena Lee");
  const group = await create(lena, demo.url, "Book club");
  await expect(lena.getByRole("status").first()).toContainText("you own it");

  await add(lena, "john.doe@woodgrove.example");
  await expect(rowOf(lena, "John Doe")).toContainText("Added by you");

  // His place has a page: why, since when, until when.
  await rowOf(lena, "John Doe").getByRole("link", { name: "John Doe" }).click();
  await expect(lena.locator("main")).toContainText("Added by you");
  await expect(lena.locator("main")).toContainText("No end");
  const next = new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10);
  await lena.getByLabel("Last day").fill(next);
  await lena.getByRole("button", { name: "Set end date", exact: true }).click();
  await expect(lena.getByRole("button", { name: "Remove the end", exact: true })).toBeVisible();
  await lena.getByRole("button", { name: "Extend by 90 days", exact: true }).click();
  await expect(lena.getByLabel("Last day")).toHaveValue(new Date(Date.parse(next) + 90 * 86_400_000).toISOString().slice(0, 10));
  // A day that is over is refused at its field, and stays there.
  await skipBrowserChecks(lena);
  await lena.getByLabel("Last day").fill("2020-01-01");
  await lena.getByRole("button", { name: "Set end date", exact: true }).click();
  await expect(lena.getByLabel("Last day")).toHaveAttribute("aria-invalid", "true");
  await expect(lena.getByLabel("Last day")).toHaveValue("2020-01-01");

  // John sees it on his side, and leaves.
  const john = await person("John");
  await signIn(john, demo.url, "John Doe");
  await openGroup(john, demo.url, "Book club");
  await expect(control(john, "Settings")).toHaveCount(0);
  await control(john, "Leave group").click();
  await expect(john.getByRole("heading", { name: "Leave Book club?" })).toBeVisible();
  await john.getByRole("button", { name: "Leave group", exact: true }).click();
  await john.waitForURL(atPath("/groups"));
  await expect(john.locator("main")).not.toContainText("Book club");

  // And the history tells all of it.
  await lena.goto(demo.url + group);
  await control(lena, "History").click();
  for (const told of ["John Doe left the group.", "Lena Lee added John Doe.", "Lena Lee created the group."]) {
    await expect(lena.locator("main")).toContainText(told);
  }
});

test("Several people are removed at once, after being named", async ({ demo, person }) => {
  const lena = await person("Lena");
  await signIn(lena, demo.url, "Lena Lee");
  await create(lena, demo.url, "Choir");
  for (const who of ["john.doe", "ana.ruiz", "ben.carter"]) await add(lena, `${who}@woodgrove.example`);
  await lena.getByRole("checkbox", { name: "Choose John Doe" }).check();
  await lena.getByRole("checkbox", { name: "Choose Ana Ruiz" }).check();
  await lena.getByRole("button", { name: "Remove from the group", exact: true }).click();
  await expect(lena.getByRole("heading", { name: "Remove 2 people from Choir?" })).toBeVisible();
  await expect(lena.locator("main")).toContainText("John Doe");
  await expect(lena.locator("main")).not.toContainText("Ben Carter");
  await lena.getByRole("button", { name: "Remove", exact: true }).click();
  await expect(lena.getByRole("status").first()).toContainText("2 people were removed");
  await expect(rowOf(lena, "Ben Carter")).toHaveCount(1);
  await expect(lena.locator("tbody")).not.toContainText("John Doe");
});

test("Somebody is found by name, and a group among people is explained", async ({ demo, javascript, person }) => {
  const lena = await person("Lena");
  await signIn(lena, demo.url, "Lena Lee");
  const group = await create(lena, demo.url, "Chess");
  await lena.goto(`${demo.url}${group}/add`);
  await expect(lena.locator("main")).toContainText("Groups cannot contain groups");
  await lena.getByLabel("Who", { exact: true }).fill("ana");
  // Without JavaScript the form comes back with the list.
  if (!javascript) await lena.getByRole("button", { name: "Add", exact: true }).click();
  await lena.getByRole("radio", { name: /Ana Ruiz/ }).check();
  await lena.getByRole("button", { name: "Add", exact: true }).click();
  await expect(rowOf(lena, "Ana Ruiz")).toContainText("Added by you");

  await add(lena, "Aurora team");
  await expect(lena.locator("main")).toContainText("Aurora team is a group. Groups cannot contain groups");
});

test("Settings are changed, refused, and written down; owners come and go", async ({ demo, person }) => {
  const lena = await person("Lena");
  await signIn(lena, demo.url, "Lena Lee");
  await create(lena, demo.url, "Running");
  await control(lena, "Settings").click();
  await lena.getByLabel("A membership lasts (days)").fill("30");
  await lena.getByRole("radio", { name: /^Open/ }).check();
  await lena.getByRole("checkbox", { name: /Show it in the catalogue/ }).check();
  await lena.getByRole("button", { name: "Save", exact: true }).click();
  await expect(lena.getByRole("status").first()).toContainText("Saved");
  await expect(lena.getByRole("radio", { name: /^Open/ })).toBeChecked();
  // The last owner stays.
  await expect(control(lena, "Step down as an owner")).toHaveCount(0);
  await lena.getByLabel("Another owner").fill("omar.owner@woodgrove.example");
  await lena.getByRole("button", { name: "Add owner", exact: true }).click();
  await expect(lena.locator("#owners")).toContainText("Omar Owner");
  // What cannot be is refused at its field, with everything as it was typed.
  await skipBrowserChecks(lena);
  await lena.getByLabel("A membership lasts (days)").fill("99999");
  await lena.getByLabel("Purpose").fill("Every Tuesday");
  await lena.getByRole("button", { name: "Save", exact: true }).click();
  await expect(lena.getByLabel("A membership lasts (days)")).toHaveAttribute("aria-invalid", "true");
  await expect(lena.getByLabel("Purpose")).toHaveValue("Every Tuesday");
  await control(lena, "Step down as an owner").click();
  await lena.getByRole("button", { name: "Step down", exact: true }).click();
  await lena.waitForURL(atPath("/groups"));
  await expect(lena.locator("main")).not.toContainText("Running");

  // Somebody who is not in it finds its page, without its people, and the way in.
  const omar = await person("Omar");
  await signIn(omar, demo.url, "Omar Owner");
  await openGroup(omar, demo.url, "Running");
  const path = new URL(omar.url()).pathname;
  await control(omar, "History").click();
  await expect(omar.locator("main")).toContainText("Everybody who finds it can join.");
  await expect(omar.locator("main")).toContainText("Lena Lee stepped down as an owner.");
  await lena.goto(demo.url + path);
  await expect(lena.locator("main")).toContainText("known to those who are in it");
  await expect(control(lena, "Join")).toHaveAttribute("href", `${path}/join`);
});

test("A picture replaces the letter, and another file is refused", async ({ demo, person }) => {
  const lena = await person("Lena");
  await signIn(lena, demo.url, "Lena Lee");
  await create(lena, demo.url, "Painting");
  await control(lena, "Settings").click();
  await lena.getByLabel("File").setInputFiles({ name: "no.png", mimeType: "image/png", buffer: Buffer.from("<svg/>") });
  await lena.getByRole("button", { name: "Use this picture", exact: true }).click();
  await expect(lena.getByLabel("File")).toHaveAttribute("aria-invalid", "true");
  await lena.getByLabel("File").setInputFiles({ name: "yes.png", mimeType: "image/png", buffer: Buffer.from(PNG, "base64") });
  await lena.getByRole("button", { name: "Use this picture", exact: true }).click();
  await expect(lena.getByRole("status").first()).toContainText("picture");
  const shown = lena.locator("img.picture").first();
  await expect(shown).toBeVisible();
  const answer = await lena.request.get(new URL((await shown.getAttribute("src"))!, demo.url).href);
  expect(answer.status()).toBe(200);
  expect(answer.headers()["content-security-policy"]).toContain("sandbox");
  expect(answer.headers()["cache-control"]).toContain("immutable");
  await lena.getByRole("button", { name: "Remove the picture", exact: true }).click();
  await expect(lena.locator("img.picture")).toHaveCount(0);
});

test("A deleted group gives nothing, and comes back as it was", async ({ complaints, demo, person }) => {
  const lena = await person("Lena");
  await signIn(lena, demo.url, "Lena Lee");
  const group = await create(lena, demo.url, "Garden");
  await add(lena, "john.doe@woodgrove.example");
  await control(lena, "Settings").click();
  await control(lena, "Delete group").click();
  await expect(lena.locator("main")).toContainText("One person loses what it gives.");
  await lena.getByRole("button", { name: "Delete group", exact: true }).click();
  await lena.waitForURL(atPath("/groups/deleted"));
  complaints.expect(/404 /);
  expect((await lena.goto(demo.url + group))?.status()).toBe(404);
  await lena.goto(`${demo.url}/groups`);
  await control(lena, "Deleted groups").click();
  await lena.getByRole("button", { name: "Restore Garden", exact: true }).click();
  await lena.waitForURL(atPath(group));
  await expect(rowOf(lena, "John Doe")).toHaveCount(1);
});

test("Every page of a group is fit to be used by all", async ({ demo, javascript, person }) => {
  test.setTimeout(180_000);
  const lena = await person("Lena");
  await signIn(lena, demo.url, "Lena Lee");
  const group = await create(lena, demo.url, "Everything");
  await add(lena, "john.doe@woodgrove.example");
  const wrong: string[] = [];
  const look = async () => void wrong.push(...(await lookAt(lena, javascript)));
  await look();
  await rowOf(lena, "John Doe").getByRole("link", { name: "John Doe" }).click();
  const place = new URL(lena.url()).pathname;
  const john = place.split("/").pop();
  await look();
  await lena.getByLabel("Last day").fill(new Date(Date.now() + 9 * 86_400_000).toISOString().slice(0, 10));
  await lena.getByRole("button", { name: "Set end date", exact: true }).click();
  await look();
  await lena.goto(`${demo.url}${group}/settings`);
  await lena.getByLabel("Another owner").fill("john.doe@woodgrove.example");
  await lena.getByRole("button", { name: "Add owner", exact: true }).click();
  for (const path of [
    "/groups",
    "/groups/new",
    "/groups/deleted",
    `${group}/add`,
    `${group}/history`,
    `${group}/settings`,
    `${group}/delete`,
    `${group}/owners/${john}/remove`,
    `${group}/members/remove?users%5B%5D=${john}`,
  ]) {
    expect((await lena.goto(demo.url + path))?.status(), path).toBe(200);
    await look();
  }
  await lena.goto(`${demo.url}/groups/new`);
  await skipBrowserChecks(lena);
  await lena.getByRole("button", { name: "Create group", exact: true }).click();
  await expect(lena.getByLabel("Name", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await look();
  expect(wrong).toEqual([]);
});
