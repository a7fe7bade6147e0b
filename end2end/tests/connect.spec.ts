// Connecting an app: the form, secrets that are shown once, the test sign-in, and the log of sign-ins.

import type { Page } from "@playwright/test";
import { expect, test } from "../support/fixtures.ts";
import { lookAt } from "../support/look.ts";
import { atPath, control, signIn } from "../support/steps.ts";

/** The page *Sign-in* of an app that one runs. */
async function openSignIn(page: Page, url: string, name: string): Promise<string> {
  await page.goto(`${url}/apps/managed`);
  await page.locator("main").getByRole("link", { name, exact: true }).click();
  await page.waitForURL(atPath(/^\/apps\/[0-9a-f-]{36}$/));
  const app = new URL(page.url()).pathname;
  await control(page.locator("nav.tabs"), "Sign-in").click();
  await page.waitForURL(atPath(`${app}/sign-in`));
  return app;
}

const done = (page: Page) => page.getByRole("status").first();

test("An owner connects an app, makes a secret that is shown once, and deletes it", async ({ complaints, demo, javascript, person }) => {
  test.setTimeout(300_000);
  complaints.expect(/404 /);
  const grace = await person("Grace");
  await signIn(grace, demo.url, "Grace Kim");
  const app = await openSignIn(grace, demo.url, "Project budget");
  const wrong = await lookAt(grace, javascript);
  await grace.getByRole("link", { name: /^OpenID Connect/ }).click();
  await expect(grace.getByLabel("Issuer")).toHaveValue(demo.url);
  await grace.getByLabel("Redirect URIs").fill("http://budget.example/callback\nhttps://budget.example/callback");
  await grace.getByLabel("Claims of its own").fill("department = {department}");
  await grace.getByRole("button", { name: "Save", exact: true }).click();
  await expect(grace.getByLabel("Redirect URIs")).toHaveAttribute("aria-invalid", "true");
  await expect(grace.getByLabel("Redirect URIs")).toHaveValue("http://budget.example/callback\nhttps://budget.example/callback");
  wrong.push(...(await lookAt(grace, javascript)));
  await grace.getByLabel("Redirect URIs").fill("https://budget.example/callback");
  await grace.getByRole("button", { name: "Save", exact: true }).click();
  await expect(done(grace)).toContainText("Saved");
  await expect(grace.getByLabel("Client id", { exact: true }).first()).toHaveValue(app.split("/").pop()!);

  await control(grace, "New secret").click();
  await expect(grace.getByRole("heading", { level: 1 })).toHaveText("The new secret of Project budget");
  const secret = await grace.getByLabel("Client secret").inputValue();
  expect(secret).toMatch(/^[A-Za-z0-9]{43}$/);
  expect(grace.url()).not.toContain(secret);
  wrong.push(...(await lookAt(grace, javascript)));
  if (javascript) {
    await grace.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await grace.locator("html[data-hydrated]").waitFor();
    await grace.getByRole("button", { name: "Copy" }).first().click();
    await expect(grace.getByText("Copied").first()).toBeVisible();
    expect(await grace.evaluate(() => navigator.clipboard.readText())).toBe(secret);
  }
  await grace.reload();
  await expect(grace.locator("body")).not.toContainText(secret);
  await grace.goto(`${demo.url}${app}/sign-in`);
  await control(grace, `Delete the secret …${secret.slice(-4)}`).click();
  await expect(grace.locator("main")).toContainText("It is the only one");
  wrong.push(...(await lookAt(grace, javascript)));
  await grace.getByRole("button", { name: "Delete", exact: true }).click();
  await expect(done(grace)).toContainText("Deleted");
  wrong.push(...(await lookAt(grace, javascript)));

  // Behind a proxy instead: what that ends is said before it is saved.
  await grace.getByRole("link", { name: /^Behind a proxy/ }).click();
  await expect(grace.locator("main")).toContainText("When you save this, that ends at once");
  wrong.push(...(await lookAt(grace, javascript)));
  // Owners take hosts that are listed for them, and what was typed is still there.
  await grace.getByLabel("Hosts").fill("https://budget.example");
  await grace.getByRole("button", { name: "Save", exact: true }).click();
  await expect(grace.locator("main")).toContainText("An owner cannot take this host");
  await expect(grace.getByLabel("Hosts")).toHaveValue("https://budget.example");
  await grace.getByLabel("Hosts").fill("https://budget.apps.woodgrove.example");
  await grace.getByRole("button", { name: "Save", exact: true }).click();
  await expect(done(grace)).toContainText("Saved");
  await expect(grace.getByRole("link", { name: /^Behind a proxy.*In use/ })).toBeVisible();
  expect(wrong).toEqual([]);
});

test("A test sign-in says what an app would be told, and why somebody is not let in", async ({ demo, javascript, person }) => {
  test.setTimeout(300_000);
  const grace = await person("Grace");
  await signIn(grace, demo.url, "Grace Kim");
  const app = await openSignIn(grace, demo.url, "Project budget");
  await grace.getByRole("link", { name: /^OpenID Connect/ }).click();
  await grace.getByLabel("Redirect URIs").fill("https://budget.example/callback");
  await grace.getByLabel("Groups", { exact: true }).selectOption({ label: "Those that give this app" });
  await grace.getByLabel("Groups are told by").selectOption({ label: "Name" });
  await grace.getByRole("button", { name: "Save", exact: true }).click();
  await control(grace, "Test sign-in").click();
  await grace.waitForURL(atPath(`${app}/test`));
  if (javascript) await grace.locator("html[data-hydrated]").waitFor();
  await grace.getByLabel("Person", { exact: true }).fill("ben c");
  if (!javascript) await grace.getByRole("button", { name: "Test", exact: true }).click();
  await grace.getByRole("radio", { name: /Ben Carter/ }).check();
  await grace.getByRole("button", { name: "Test", exact: true }).click();
  await expect(grace.getByRole("heading", { name: "Ben Carter" })).toBeVisible();
  await expect(grace.locator("main")).toContainText("Let in");
  await expect(grace.locator("dl.claims")).toContainText("Finance");
  await grace.getByText("As JSON").click();
  await expect(grace.locator("pre")).toContainText('"email": "ben.carter@woodgrove.example"');
  expect(await lookAt(grace, javascript)).toEqual([]);
  await grace.getByLabel("Person", { exact: true }).fill("lena.lee@woodgrove.example");
  await grace.getByRole("button", { name: "Test", exact: true }).click();
  await expect(grace.locator("main")).toContainText("Not let in");
  await expect(grace.locator("main")).toContainText("Nothing, since they would not be let in");
  await grace.goto(`${demo.url}${app}/history`);
  await expect(grace.locator("main li").first()).toContainText("Grace Kim looked at what the app is told of Lena Lee.");
});

test("Administrators make apps; the log of sign-ins is there for each", async ({ demo, javascript, person }) => {
  test.setTimeout(300_000);
  const ada = await person("Ada");
  await signIn(ada, demo.url, "Ada Admin");
  const wrong: string[] = [];
  await ada.goto(`${demo.url}/apps/managed`);
  await control(ada, "New app").click();
  wrong.push(...(await lookAt(ada, javascript)));
  await ada.getByLabel("Name", { exact: true }).fill("Wiki <b>");
  await ada.getByLabel("Address", { exact: true }).fill("https://wiki.example/");
  await ada.getByRole("button", { name: "Create app", exact: true }).click();
  await expect(done(ada)).toContainText("Nobody has it yet");
  await expect(ada.getByRole("heading", { level: 1 })).toHaveText("Wiki <b>");
  await control(ada.locator("nav.tabs"), "Sign-in log").click();
  await expect(ada.getByRole("heading", { name: "No sign-ins" })).toBeVisible();
  wrong.push(...(await lookAt(ada, javascript)));
  for (const path of ["/profile/sign-ins", "/admin/sign-ins", "/admin/sign-ins?refused=1"]) {
    await ada.goto(demo.url + path);
    wrong.push(...(await lookAt(ada, javascript)));
  }
  expect(wrong).toEqual([]);
});
