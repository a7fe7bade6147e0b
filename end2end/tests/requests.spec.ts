// Found, asked for, decided and told: with JavaScript and without.

import type { Page } from "@playwright/test";
import { expect, test } from "../support/fixtures.ts";
import { lookAt } from "../support/look.ts";
import { atPath, control, rowOf, signIn, skipBrowserChecks } from "../support/steps.ts";

/** From the catalogue to the page of a group or an app. */
async function find(page: Page, url: string, name: string): Promise<void> {
  await page.goto(`${url}/catalogue`);
  await page.getByRole("searchbox", { name: "Search groups and apps" }).fill(name);
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await page.locator("main").getByRole("link", { name, exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
}

async function ask(page: Page, url: string, name: string, reason: string): Promise<string> {
  await find(page, url, name);
  await page.getByLabel("Why do you need it?").fill(reason);
  await page.getByRole("button", { name: "Send request", exact: true }).click();
  await page.waitForURL(atPath(/^\/requests\/[0-9a-f-]{36}$/));
  return new URL(page.url()).pathname;
}

test("A request goes from the catalogue to a decision, by mail and by the bell", async ({ demo, mailbox, person }) => {
  const lena = await person("Lena");
  await signIn(lena, demo.url, "Lena Lee");
  await find(lena, demo.url, "Timber suppliers");
  await skipBrowserChecks(lena);
  await lena.getByRole("button", { name: "Send request", exact: true }).click();
  await expect(lena.getByLabel("Why do you need it?")).toHaveAttribute("aria-invalid", "true");
  const path = await ask(lena, demo.url, "Timber suppliers", "I welcome the drivers of the sawmills.");
  await expect(lena.getByRole("status").first()).toContainText("on its way");
  await lena.getByRole("button", { name: "Remind them", exact: true }).click();
  await expect(lena.getByRole("status").first()).toContainText("They were reminded.");
  await expect(lena.getByRole("button", { name: "Remind them", exact: true })).toHaveCount(0);

  // The mail leads to the page of the decision.
  await expect.poll(async () => (await mailbox.to("omar.owner@woodgrove.example")).some(({ text }) => text.includes(path))).toBe(true);
  const omar = await person("Omar");
  await signIn(omar, demo.url, "Omar Owner");
  await omar.getByRole("link", { name: /^Requests, \d+ waiting for you$/ }).click();
  const row = rowOf(omar, "Lena Lee asks for Timber suppliers");
  await expect(row).toContainText("I welcome the drivers of the sawmills.");
  await row.getByRole("link").click();
  await omar.waitForURL(atPath(path));
  await skipBrowserChecks(omar);
  await omar.getByRole("button", { name: "Deny", exact: true }).click();
  await expect(omar.getByLabel("Why not")).toHaveAttribute("aria-invalid", "true");
  await omar.getByLabel("Until", { exact: true }).fill("2090-03-31");
  await omar.getByRole("button", { name: "Approve", exact: true }).click();
  await expect(omar.getByRole("status").first()).toContainText("Approved.");

  await lena.goto(`${demo.url}/`);
  await lena.getByRole("link", { name: /^Notices, \d+ unread$/ }).click();
  await lena.getByRole("link", { name: /Omar Owner approved your request for Timber suppliers/ }).click();
  await lena.waitForURL(atPath(path));
  await expect(lena.locator("main")).toContainText("Omar Owner approved this");
  await expect(lena.locator("main")).toContainText("31 March 2090");
  await lena.goto(`${demo.url}/`);
  await expect(lena.locator("main")).toContainText("Timber library");
});

test("Approved from the list, denied with a reason, withdrawn", async ({ demo, person }) => {
  const lena = await person("Lena");
  const omar = await person("Omar");
  await signIn(lena, demo.url, "Lena Lee");
  await signIn(omar, demo.url, "Omar Owner");
  await ask(lena, demo.url, "Timber suppliers", "First.");
  await omar.goto(`${demo.url}/requests`);
  await omar.getByRole("button", { name: "Approve Lena Lee for Timber suppliers", exact: true }).click();
  await expect(omar.getByRole("status").first()).toContainText("Approved.");
  await omar.getByRole("link", { name: "Decided", exact: true }).click();
  await expect(rowOf(omar, "Lena Lee for Timber suppliers")).toContainText("Approved by Omar Owner");

  const grace = await person("Grace");
  await signIn(grace, demo.url, "Grace Kim");
  const path = await ask(grace, demo.url, "Timber suppliers", "For the books.");
  await omar.goto(demo.url + path);
  await omar.getByLabel("Why not").fill("The figures come by mail each month.");
  await omar.getByRole("button", { name: "Deny", exact: true }).click();
  await expect(omar.getByRole("status").first()).toContainText("Denied.");
  await grace.goto(demo.url + path);
  await expect(grace.locator("main")).toContainText("Omar Owner denied this");
  await expect(grace.locator("main")).toContainText("The figures come by mail each month.");

  const again = await ask(grace, demo.url, "Timber suppliers", "Once more.");
  await grace.getByRole("button", { name: "Withdraw request", exact: true }).click();
  await expect(grace.getByRole("status").first()).toContainText("Withdrawn.");
  await omar.goto(demo.url + again);
  await expect(omar.getByRole("button", { name: "Approve", exact: true })).toHaveCount(0);
  await expect(omar.locator("main")).toContainText("This was withdrawn");
});

test("Joining an open group, and saying what comes by mail", async ({ demo, person }) => {
  const lena = await person("Lena");
  await signIn(lena, demo.url, "Lena Lee");
  await find(lena, demo.url, "Cycling to work");
  await lena.getByRole("button", { name: "Join", exact: true }).click();
  await expect(lena.getByRole("status").first()).toContainText("You are in this group now.");
  await control(lena, "Open the group").click();
  await expect(lena.getByRole("heading", { level: 1 })).toHaveText("Cycling to work");

  await lena.goto(`${demo.url}/notices`);
  await lena.getByRole("radio", { name: "Only about requests" }).check();
  await lena.getByRole("button", { name: "Save", exact: true }).click();
  await expect(lena.getByRole("status").first()).toContainText("Your choice is kept.");
  await expect(lena.getByRole("radio", { name: "Only about requests" })).toBeChecked();
  await lena.goto(`${demo.url}/catalogue?q=nothing-is-called-like-this`);
  await expect(lena.getByRole("heading", { name: "Nothing matches" })).toBeVisible();
});

test("Every page of it, looked at", async ({ demo, javascript, person }) => {
  test.setTimeout(240_000);
  const lena = await person("Lena");
  const omar = await person("Omar");
  await signIn(lena, demo.url, "Lena Lee");
  await signIn(omar, demo.url, "Omar Owner");
  const wrong: string[] = [];
  await find(lena, demo.url, "Timber suppliers");
  const asking = lena.url();
  wrong.push(...(await lookAt(lena, javascript)));
  const path = await ask(lena, demo.url, "Timber suppliers", "A reason with_one_very_long_word_that_has_no_place_to_break_in_a_narrow_window_at_all.");
  for (const page of ["/catalogue", "/catalogue?q=xyz", "/requests?tab=mine", "/requests?tab=waiting", "/notices", path]) {
    await lena.goto(demo.url + page);
    wrong.push(...(await lookAt(lena, javascript)));
  }
  await lena.goto(asking);
  wrong.push(...(await lookAt(lena, javascript)));
  for (const page of ["/requests", path, "/notices"]) {
    await omar.goto(demo.url + page);
    wrong.push(...(await lookAt(omar, javascript)));
  }
  await omar.getByRole("button", { name: "Mark all as read", exact: true }).click();
  await omar.goto(demo.url + path);
  await omar.getByRole("button", { name: "Approve", exact: true }).click();
  for (const page of ["/requests?tab=decided", path]) {
    await omar.goto(demo.url + page);
    wrong.push(...(await lookAt(omar, javascript)));
  }
  expect(wrong).toEqual([]);
});
