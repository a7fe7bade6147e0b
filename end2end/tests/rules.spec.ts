// Dynamic groups: an administrator writes a rule, sees what is wrong with it and whom it means, and people come and go by
// it. With JavaScript and without.

import type { Page } from "@playwright/test";
import { expect, test } from "../support/fixtures.ts";
import { lookAt } from "../support/look.ts";
import { atPath, control, openGroup, signIn } from "../support/steps.ts";

const GUESTS = 'user.userType -eq "Guest"';

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name, exact: true }).click();
}

async function newGroup(page: Page, url: string): Promise<void> {
  await signIn(page, url, "Ada Admin");
  await page.goto(`${url}/groups/new/dynamic`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("New dynamic group");
}

test("A rule is checked, previewed, tried on somebody and saved, and changed", async ({ demo, javascript, person }) => {
  const ada = await person("Ada");
  await newGroup(ada, demo.url);
  const wrong = await lookAt(ada, javascript);
  const rule = ada.getByLabel("Rule", { exact: true });

  // The place of a mistake is marked, and nothing that was typed is lost.
  await ada.getByLabel("Name", { exact: true }).fill("All guests");
  await rule.fill('user.mail -ne null\n  and user.usrType -eq "Guest"');
  await press(ada, "Check");
  await expect(ada.locator("#rule-message")).toHaveText("Line 2, column 7: There is no property user.usrType.");
  await expect(ada.locator("#rule-hint")).toHaveText("Did you mean user.userType?");
  await expect(ada.locator("#rule-marked")).toHaveText('  and user.usrType -eq "Guest"\n      ^^^^^^^^^^^^');
  await expect(rule).toHaveValue('user.mail -ne null\n  and user.usrType -eq "Guest"');
  await expect(ada.getByLabel("Name", { exact: true })).toHaveValue("All guests");
  wrong.push(...(await lookAt(ada, javascript)));

  // Saving it is refused with the same place.
  await press(ada, "Create group");
  await expect(ada.getByRole("alert")).toBeVisible();
  await expect(ada.locator("#rule-marked")).toContainText("^^^");

  await rule.fill('user.displayName -in ["John Doe", "Lena Lee"]');
  await press(ada, "Check");
  await expect(ada.locator("#rule-message")).toHaveText("This rule can be read.");
  await press(ada, "Preview");
  await expect(ada.locator("#looked")).toContainText("2 would be in the group");
  await expect(ada.getByRole("region", { name: /^Would come in/ })).toContainText("Lena Lee");
  wrong.push(...(await lookAt(ada, javascript)));

  await ada.getByLabel("Try it on a person").fill("omar.owner@woodgrove.example");
  await press(ada, "Try");
  await expect(ada.locator("#verdict")).toHaveText("Omar Owner would not be in the group");
  await expect(ada.locator("#looked")).toContainText("Found: Omar Owner");
  wrong.push(...(await lookAt(ada, javascript)));
  await ada.getByLabel("Try it on a person").fill("nobody@woodgrove.example");
  await press(ada, "Try");
  await expect(ada.getByLabel("Try it on a person")).toHaveAttribute("aria-invalid", "true");

  await press(ada, "Create group");
  await ada.waitForURL(atPath(/^\/groups\/[^/]+\/rule$/));
  await expect(ada.getByRole("heading", { level: 1 })).toHaveText("Rule of All guests");
  const page = new URL(ada.url()).pathname;
  await expect(async () => {
    await ada.goto(demo.url + page);
    await expect(ada.locator("main .chips")).toHaveText("2 people by rule");
  }).toPass();
  wrong.push(...(await lookAt(ada, javascript)));

  await rule.fill(GUESTS);
  await press(ada, "Preview");
  await expect(ada.getByRole("region", { name: /^Would go out/ })).toContainText("John Doe");
  await press(ada, "Save rule");
  await expect(ada.getByRole("status").first()).toContainText("The rule is saved");
  await expect(async () => {
    await ada.goto(demo.url + page);
    await expect(ada.locator("main .chips")).not.toContainText("2 people by rule");
    await expect(ada.locator("main .chips")).not.toContainText("being brought up to date");
  }).toPass();

  await control(ada, "Make it an assigned group").click();
  await expect(ada.getByRole("heading", { level: 1 })).toHaveText("Make All guests an assigned group?");
  wrong.push(...(await lookAt(ada, javascript)));
  await press(ada, "Make it an assigned group");
  await ada.waitForURL(atPath(/^\/groups\/[^/]+$/));
  expect(wrong).toEqual([]);
});

test("An assigned group gets a rule only after a look at who has to leave", async ({ demo, javascript, person }) => {
  const ada = await person("Ada");
  await signIn(ada, demo.url, "Ada Admin");
  // Administrators reach every group by its address; John's has people in it.
  const john = await person("John");
  await signIn(john, demo.url, "John Doe");
  await openGroup(john, demo.url, "Aurora partners");
  const path = new URL(john.url()).pathname;
  await ada.goto(`${demo.url}${path}/rule`);
  await expect(ada.locator("main .chips")).toContainText("put there by hand");
  await ada.getByLabel("Rule", { exact: true }).fill('user.displayName -eq "John Doe"');
  await press(ada, "Save rule");
  await ada.waitForURL(atPath(/\/rule\/confirm$/));
  await expect(ada.getByRole("heading", { level: 1 })).toHaveText("Let a rule decide who is in Aurora partners?");
  await expect(ada.locator("main")).toContainText("have to leave, because the rule does not mean them");
  expect(await lookAt(ada, javascript)).toEqual([]);
  await press(ada, "Let the rule decide");
  await ada.waitForURL(atPath(/\/rule$/));
  await expect(async () => {
    await ada.goto(`${demo.url}${path}/rule`);
    await expect(ada.locator("main .chips")).toHaveText(/^(1 person by rule|Nobody is in it)$/);
  }).toPass();
});

test("A rule is checked as one types", async ({ demo, javascript, person }) => {
  test.skip(!javascript, "there is a button for it");
  const ada = await person("Ada");
  await newGroup(ada, demo.url);
  const rule = ada.getByLabel("Rule", { exact: true });
  await rule.pressSequentially("user.department -eq Sales");
  await expect(ada.locator("#rule-hint")).toHaveText('Write "Sales".');
  await expect(ada.locator("#rule-marked")).toHaveText("user.department -eq Sales\n                    ^^^^^");
  await expect(rule).toHaveAttribute("aria-invalid", "true");
  expect(await lookAt(ada, javascript)).toEqual([]);
  await rule.fill('user.department -eq "Sales"');
  await expect(ada.locator("#rule-message")).toHaveText("This rule can be read.");
  await expect(ada.locator("#rule-marked")).toBeHidden();
  await expect(rule).toHaveAttribute("aria-invalid", "false");
});

test("Rules are nobody's but administrators'", async ({ complaints, demo, person }) => {
  complaints.expect(/403/);
  const john = await person("John");
  await signIn(john, demo.url, "John Doe");
  await openGroup(john, demo.url, "Aurora partners");
  const path = new URL(john.url()).pathname;
  for (const page of ["/groups/new/dynamic", `${path}/rule`, `${path}/rule/end`, `${path}/rule/confirm`]) {
    expect((await john.goto(demo.url + page))?.status(), page).toBe(403);
  }
});
