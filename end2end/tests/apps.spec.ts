// Running an app: given and taken away, settings, who runs it, switching it off; and why an app does not open.

import type { Page } from "@playwright/test";
import { expect, test } from "../support/fixtures.ts";
import { lookAt } from "../support/look.ts";
import { atPath, control, rowOf, signIn, skipBrowserChecks } from "../support/steps.ts";

/** The page of an app that one runs. */
async function openRun(page: Page, url: string, name: string): Promise<string> {
  await page.goto(`${url}/apps/managed`);
  await page.locator("main").getByRole("link", { name, exact: true }).click();
  await page.waitForURL(atPath(/^\/apps\/[0-9a-f-]{36}$/));
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  return new URL(page.url()).pathname;
}

const done = (page: Page) => page.getByRole("status").first();

/** Types into a field for a person, and takes the one who is found. */
async function choose(page: Page, label: string, typed: string, name: string, button: string, javascript: boolean): Promise<void> {
  if (javascript) await page.locator("html[data-hydrated]").waitFor();
  await page.getByLabel(label, { exact: true }).fill(typed);
  if (!javascript) await page.getByRole("button", { name: button, exact: true }).click();
  await page.getByRole("radio", { name: new RegExp(name) }).check();
  await page.getByRole("button", { name: button, exact: true }).click();
}

test("An owner gives an app to somebody until a day, changes that, and takes it away", async ({ complaints, demo, javascript, person }) => {
  complaints.expect(/40[34] /);
  const omar = await person("Omar");
  const lena = await person("Lena");
  await signIn(omar, demo.url, "Omar Owner");
  const app = await openRun(omar, demo.url, "Timber library");
  await control(omar.locator("nav.tabs"), "People").click();
  await control(omar, "Give it to somebody").click();
  await omar.getByLabel("Until", { exact: true }).fill("2040-01-31");
  await choose(omar, "Person", "lena", "Lena Lee", "Give it to them", javascript);
  await omar.waitForURL(atPath(`${app}/people`));
  await expect(done(omar)).toContainText("Lena Lee has the app from now on");
  await expect(rowOf(omar, "Lena Lee")).toContainText("31 January 2040");
  await expect(rowOf(omar, "Lena Lee")).toContainText("By Omar Owner");

  await signIn(lena, demo.url, "Lena Lee");
  await lena.goto(demo.url + app);
  await expect(lena.locator("main")).toContainText("Given to you");
  await expect(lena.locator("main")).toContainText("By Omar Owner");
  await control(lena, "Open").click();
  await lena.waitForURL(atPath("/demo/apps/timber-library"));

  await omar.getByRole("link", { name: "Change until when Lena Lee has it" }).click();
  await omar.getByLabel("Last day").fill("2020-01-31");
  await omar.getByRole("button", { name: "Save", exact: true }).click();
  await expect(omar.getByLabel("Last day")).toHaveAttribute("aria-invalid", "true");
  await expect(omar.getByLabel("Last day")).toHaveValue("2020-01-31");
  await omar.getByRole("button", { name: "Remove the end", exact: true }).click();
  await expect(done(omar)).toContainText("They have been told");
  await expect(omar.locator("main")).toContainText("No end");

  await control(omar, "Remove Lena Lee").click();
  await expect(omar.getByRole("heading", { level: 1 })).toHaveText("Remove Lena Lee from Timber library?");
  await omar.getByRole("button", { name: "Remove", exact: true }).click();
  await expect(done(omar)).toContainText("Taken away");
  await expect(omar.locator("main tr").filter({ hasText: "Lena Lee" })).toHaveCount(0);

  await lena.goto(`${demo.url}${app}/launch`);
  await expect(lena.getByRole("heading", { level: 1 })).toHaveText("Your access to Timber library has ended");
  await expect(control(lena, "Back to your apps")).toBeVisible();
  expect(await lookAt(lena, javascript)).toEqual([]);
  // Somebody who never had it can ask for it; of an app that they may not find they learn nothing.
  const ben = await person("Ben");
  await signIn(ben, demo.url, "Ben Carter");
  await ben.goto(`${demo.url}${app}/launch`);
  await expect(ben.getByRole("heading", { level: 1 })).toHaveText("You do not have Timber library");
  await expect(control(ben, "Ask for it")).toBeVisible();
  await ben.goto(`${demo.url}/apps/00000000-0000-7000-8000-000000000000/launch`);
  await expect(ben.getByRole("heading", { level: 1 })).toHaveText("You have no access to this app");

  await control(omar.locator("nav.tabs"), "History").click();
  await expect(omar.locator("main li").first()).toContainText("Omar Owner took the app away from Lena Lee.");
  await expect(omar.locator("main")).toContainText("Omar Owner let Lena Lee have the app without an end.");
});

test("Settings keep what was typed when they are refused, and say what was saved", async ({ demo, person }) => {
  const omar = await person("Omar");
  await signIn(omar, demo.url, "Omar Owner");
  const app = await openRun(omar, demo.url, "Timber library");
  await omar.goto(`${demo.url}${app}/settings`);
  await skipBrowserChecks(omar);
  await omar.getByLabel("Address", { exact: true }).fill("javascript:alert(1)");
  await omar.getByLabel("Description", { exact: true }).fill("</textarea><b>Wood</b> & more");
  await omar.getByLabel("Only from these domains").fill("fabrikam.example\n.contoso.example");
  await omar.getByRole("button", { name: "Save", exact: true }).click();
  await expect(omar.getByLabel("Address", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await expect(omar.getByLabel("Address", { exact: true })).toHaveValue("javascript:alert(1)");
  await expect(omar.getByLabel("Description", { exact: true })).toHaveValue("</textarea><b>Wood</b> & more");
  await expect(omar.getByLabel("Only from these domains")).toHaveValue("fabrikam.example\n.contoso.example");
  await omar.getByLabel("Address", { exact: true }).fill(`${demo.url}/demo/apps/timber-library`);
  await omar.getByLabel("Whoever is approved").selectOption({ label: "Timber suppliers" });
  await omar.getByRole("button", { name: "Save", exact: true }).click();
  await expect(done(omar)).toContainText("Saved");
  await expect(omar.getByLabel("Description", { exact: true })).toHaveValue("</textarea><b>Wood</b> & more");
  await expect(omar.getByLabel("Whoever is approved")).toHaveValue(/.+/);
});

test("Owners and approvers come and go; a switched-off app says so", async ({ complaints, demo, javascript, person }) => {
  complaints.expect(/40[34] /);
  const omar = await person("Omar");
  const farid = await person("Farid");
  await signIn(omar, demo.url, "Omar Owner");
  const app = await openRun(omar, demo.url, "Timber library");
  await omar.goto(`${demo.url}${app}/settings`);
  await choose(omar, "Another approver", "ana ru", "Ana Ruiz", "Add approver", javascript);
  await expect(done(omar)).toContainText("They decide about requests from now on");
  await control(omar, "Remove Ana Ruiz from the approvers").click();
  await omar.getByRole("button", { name: "Remove", exact: true }).click();
  await expect(done(omar)).toContainText("no longer decide");
  await choose(omar, "Another owner", "chiara", "Chiara Conti", "Add owner", javascript);
  await expect(done(omar)).toContainText("They own this app from now on");

  await control(omar, "Switch off").click();
  await expect(omar.getByRole("heading", { level: 1 })).toHaveText("Switch Timber library off?");
  await omar.getByRole("button", { name: "Switch off", exact: true }).click();
  await expect(done(omar)).toContainText("Switched off");
  await signIn(farid, demo.url, "Farid Haddad");
  await farid.goto(`${demo.url}${app}/launch`);
  await expect(farid.getByRole("heading", { level: 1 })).toHaveText("Timber library is switched off");
  await expect(farid.getByRole("list", { name: "Owners" })).toContainText("Chiara Conti");
  expect(await lookAt(farid, javascript)).toEqual([]);
  await omar.getByRole("button", { name: "Switch on", exact: true }).click();
  await expect(done(omar)).toContainText("Switched on");
  await farid.goto(`${demo.url}${app}/launch`);
  await farid.waitForURL(atPath("/demo/apps/timber-library"));

  // Stops owning it: gone from the list.
  await control(omar, "Remove Omar Owner from the owners").click();
  await expect(omar.getByRole("heading", { level: 1 })).toHaveText("Stop owning Timber library?");
  await omar.getByRole("button", { name: "Remove", exact: true }).click();
  await omar.waitForURL(atPath("/apps/managed"));
  await expect(omar.locator("main").getByRole("link", { name: "Timber library", exact: true })).toHaveCount(0);
});

test("An app is given to a group and taken away again", async ({ demo, person }) => {
  const ada = await person("Ada");
  await signIn(ada, demo.url, "Ada Admin");
  const app = await openRun(ada, demo.url, "Timber library");
  await ada.goto(`${demo.url}${app}/people/add`);
  await ada.getByRole("radio", { name: "Finance", exact: true }).check();
  await ada.getByRole("button", { name: "Give it to the group", exact: true }).click();
  await expect(done(ada)).toContainText("Everybody in the group has the app");
  await control(ada, "Remove Finance").click();
  await expect(ada.getByRole("heading", { level: 1 })).toHaveText("Take Timber library away from Finance?");
  await ada.getByRole("button", { name: "Remove", exact: true }).click();
  await expect(done(ada)).toContainText("no longer gives this app");
  await expect(control(ada, "Remove Finance")).toHaveCount(0);
});

test("Every page of an app is for everybody: sizes, schemes, screen readers", async ({ demo, javascript, person }) => {
  test.setTimeout(300_000);
  const omar = await person("Omar");
  await signIn(omar, demo.url, "Omar Owner");
  const app = await openRun(omar, demo.url, "Timber library");
  const wrong: string[] = [];
  for (const path of ["/apps/managed", app, `${app}/people`, `${app}/people/add`, `${app}/settings`, `${app}/off`, `${app}/history`]) {
    await omar.goto(demo.url + path);
    await expect(omar.getByRole("heading", { level: 1 })).toBeVisible();
    wrong.push(...(await lookAt(omar, javascript)));
  }
  expect(wrong).toEqual([]);
});
