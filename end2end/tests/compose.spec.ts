// Inviting several at once: chips that are checked as they come, and the same list without JavaScript.

import type { Page } from "@playwright/test";
import { expect, test } from "../support/fixtures.ts";
import { atPath, control, openGroup, signIn, skipBrowserChecks } from "../support/steps.ts";

const LIST = `"Oogle, Sam" <sam@partner.example>; mira@studio-north.example\nmailto:kim@partner.example`;

/** The form to invite to Aurora partners, awake if it can be. */
async function compose(page: Page, url: string, javascript: boolean): Promise<void> {
  await openGroup(page, url, "Aurora partners");
  await control(page, "Invite a guest").first().click();
  await page.waitForURL(atPath(/\/invite$/));
  if (javascript) await page.locator("html[data-hydrated]").waitFor();
}

const chips = (page: Page) => page.getByRole("list", { name: "Whom you invite" }).getByRole("listitem");
const send = (page: Page) => page.getByRole("button", { name: "Send invitation", exact: true }).click();

test("A pasted list is invited, and each of them is told of", async ({ demo, javascript, mailbox, person }) => {
  const john = await person("John");
  await signIn(john, demo.url, "John Doe");
  await compose(john, demo.url, javascript);
  await john.getByLabel("Email address").fill(LIST);
  await john.getByLabel("Message").fill("Welcome, all of you.");
  if (javascript) {
    await expect(chips(john)).toHaveCount(3);
    await expect(john.getByLabel("Email address")).toHaveValue("");
  }
  await send(john);
  await john.waitForURL(atPath("/guests/invited"));
  for (const address of ["sam@partner.example", "mira@studio-north.example", "kim@partner.example"]) {
    await expect(john.locator("main li").filter({ hasText: address })).toContainText("Invited");
    expect((await mailbox.invitation(address)).mail.text).toContain("Welcome, all of you.");
  }
});

test("One bad address stops all; nothing typed is lost, and the rest goes once it is out", async ({ demo, javascript, mailbox, person }) => {
  const john = await person("John");
  await signIn(john, demo.url, "John Doe");
  await compose(john, demo.url, javascript);
  await john.getByLabel("Email address").fill("sam@partner.example, lena.lee@woodgrove.example, nonsense@");
  await john.getByLabel("Message").fill("Hello.");
  await send(john);
  await john.waitForURL(/again=/);
  await expect(john.getByRole("alert")).toContainText("Some of these addresses cannot be invited");
  await expect(john.getByLabel("Message")).toHaveValue("Hello.");
  const said = javascript ? chips(john) : john.getByRole("list", { name: "The addresses" }).getByRole("listitem");
  await expect(said.filter({ hasText: "lena.lee@woodgrove.example" })).toContainText("your own organization");
  await expect(said.filter({ hasText: "nonsense@" })).toContainText("not an e-mail address");
  expect(await mailbox.to("sam@partner.example")).toEqual([]);
  if (javascript) {
    await john.getByRole("button", { name: "Remove lena.lee@woodgrove.example" }).click();
    await john.getByRole("button", { name: "Remove nonsense@" }).click();
    await expect(chips(john)).toHaveCount(1);
  } else {
    await expect(john.getByLabel("Email address")).toHaveValue(/nonsense@/);
    await john.getByLabel("Email address").fill("sam@partner.example");
  }
  await send(john);
  await mailbox.invitation("sam@partner.example");
});

test("Chips by keyboard alone", async ({ demo, javascript, person }) => {
  test.skip(!javascript, "Without JavaScript it is a text area.");
  const john = await person("John");
  await signIn(john, demo.url, "John Doe");
  await compose(john, demo.url, javascript);
  const field = john.getByLabel("Email address");
  await field.focus();
  await john.keyboard.type("sam@partner.example,");
  await expect(chips(john)).toHaveText([/sam@partner\.example/]);
  // A moment after the last key it says what would become of it, and leaves it alone.
  await john.keyboard.type("tom.baker@fabrikam.example");
  await expect(john.locator("#address-status")).toHaveText("Has all of this already");
  await john.keyboard.press("Enter");
  await expect(chips(john)).toHaveCount(2);
  await expect(chips(john).last()).toContainText("Has all of this already");
  await expect(john.getByRole("status").filter({ hasText: "tom.baker@fabrikam.example: Has all of this already" })).toHaveCount(1);
  // Twice is once.
  await john.keyboard.type("Sam@partner.example");
  await john.keyboard.press("Enter");
  await expect(john.locator("#chips [data-standing=checking]")).toHaveCount(0);
  await expect(chips(john)).toHaveCount(2);
  // Back into the field, and out of it.
  await john.keyboard.press("Backspace");
  await expect(field).toHaveValue("tom.baker@fabrikam.example");
  await expect(chips(john)).toHaveCount(1);
  await john.keyboard.press("Backspace");
  await expect(field).toHaveValue("");
  await john.keyboard.press("Shift+Tab");
  await expect(john.getByRole("button", { name: "Remove sam@partner.example" })).toBeFocused();
  await john.keyboard.press("Enter");
  await expect(chips(john)).toHaveCount(0);
  await expect(field).toBeFocused();
  // Empty again, it is asked for.
  expect(await field.evaluate((one: HTMLTextAreaElement) => one.validity.valueMissing)).toBe(true);
});

test("Options are checked at their fields, and the preview speaks the language of the mail", async ({ demo, javascript, person }) => {
  const john = await person("John");
  await signIn(john, demo.url, "John Doe");
  await compose(john, demo.url, javascript);
  await john.getByText("Options", { exact: true }).click();
  await john.getByLabel("Language of the mail").selectOption("de");
  await john.getByLabel("Email address").fill("sam@partner.example");
  await john.getByLabel("Sponsor").fill("nobody@woodgrove.example");
  if (!javascript) await john.getByRole("button", { name: "Preview", exact: true }).click();
  const mail = john.frameLocator('iframe[name="preview"]');
  await expect(mail.locator("html")).toHaveAttribute("lang", "de");
  await expect(mail.locator("body")).toContainText("sam@partner.example");
  await skipBrowserChecks(john);
  await send(john);
  await john.waitForURL(/again=/);
  await expect(john.getByLabel("Sponsor")).toHaveAttribute("aria-invalid", "true");
  await expect(john.getByLabel("Sponsor")).toBeVisible();
  await expect(john.getByLabel("Language of the mail")).toHaveValue("de");
  await expect(john.getByLabel("Email address")).toHaveValue("sam@partner.example");
});

test("A link without a mail is shown to be handed over, and works", async ({ demo, javascript, mailbox, person }) => {
  const john = await person("John", { permissions: ["clipboard-read", "clipboard-write"] });
  await signIn(john, demo.url, "John Doe");
  await john.goto(`${demo.url}/guests/invite`);
  if (javascript) await john.locator("html[data-hydrated]").waitFor();
  await expect(john.getByLabel("Aurora partners")).toBeChecked();
  await john.getByLabel("Email address").fill("mira@studio-north.example");
  await john.getByText("Options", { exact: true }).click();
  await john.getByLabel("Do not send a mail; I hand the link over myself").check();
  await send(john);
  await john.waitForURL(atPath("/guests/invited"));
  expect(john.url()).not.toContain("ticket");
  const link = await john.getByLabel("Link for mira@studio-north.example").inputValue();
  expect(link).toContain("/redeem?ticket=");
  const copy = john.getByRole("button", { name: "Copy", exact: true });
  if (javascript) {
    await copy.click();
    await expect(john.getByText("Copied", { exact: true })).toBeVisible();
    expect(await john.evaluate(() => navigator.clipboard.readText())).toBe(link);
  } else {
    await expect(copy).toBeHidden();
  }
  expect(await mailbox.to("mira@studio-north.example")).toEqual([]);
  const mira = await person("Mira");
  await mira.goto(link);
  await expect(mira.locator("main")).toContainText("John Doe");
});

test("The preview does not take the place of an invitation that is being sent", async ({ demo, javascript, person }) => {
  test.skip(!javascript, "Without JavaScript nobody presses but the person.");
  const john = await person("John");
  await signIn(john, demo.url, "John Doe");
  await compose(john, demo.url, javascript);
  await john.getByLabel("Email address").fill("sam@partner.example");
  await expect(john.frameLocator('iframe[name="preview"]').locator("body")).toContainText("sam@partner.example");
  const pressed = await john.evaluate(async () => {
    const form = document.querySelector<HTMLFormElement>("form[action='/api/invitations/create']")!;
    const names: string[] = [];
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      names.push(event.submitter?.textContent ?? "");
    });
    form.querySelector("textarea[name=message]")!.dispatchEvent(new Event("input", { bubbles: true }));
    form.querySelector<HTMLButtonElement>("button.primary")!.click();
    // Longer than the preview waits: that nothing comes can only be seen by waiting.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return names;
  });
  expect(pressed).toEqual(["Send invitation"]);
});
