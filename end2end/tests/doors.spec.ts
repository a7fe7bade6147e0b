// The pages between a mail and the apps, in other languages than English, and every way to say no.

import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "../support/fixtures.ts";
import { atPath, control, invite, launches, openGroup, reload, rowOf, signIn } from "../support/steps.ts";

const MIRA = "mira@studio-north.example";

const LANGUAGES = [
  { tag: "de", name: "Deutsch", getStarted: "Loslegen", sendCode: "Code senden", code: "Code", go: "Weiter", locale: "de-AT" },
  { tag: "ja", name: "日本語", getStarted: "はじめる", sendCode: "コードを送信", code: "コード", go: "続ける", locale: "ja-JP" },
];

/** The page is in this language, fits a phone, and axe has nothing against it. */
async function expectGood(page: Page, tag: string, javascript: boolean): Promise<void> {
  await expect(page.locator("html")).toHaveAttribute("lang", tag);
  await page.setViewportSize({ width: 360, height: 740 });
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  expect(content, `${page.url()} scrolls sideways`).toBeLessThanOrEqual(window!);
  // axe itself is JavaScript; without it the pages are the same HTML.
  if (!javascript) return;
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    expect(violations.map(({ help, nodes }) => `${help}: ${nodes[0]?.html}`), `${page.url()} ${colorScheme}`).toEqual([]);
  }
}

for (const { tag, name, getStarted, sendCode, code, go, locale } of LANGUAGES) {
  test(`A guest chooses ${name} and comes in`, async ({ demo, javascript, mailbox, person }) => {
    test.setTimeout(180_000);
    const john = await person("John");
    await signIn(john, demo.url, "John Doe");
    await openGroup(john, demo.url, "Aurora partners");
    await invite(john, MIRA, "Welcome.");

    const guest = await person("the guest");
    await guest.goto((await mailbox.invitation(MIRA)).link);
    // The mail was in English, so the page is; a link leads to the same page in the guest's language.
    await expect(guest.locator("html")).toHaveAttribute("lang", "en");
    await guest.getByRole("link", { name, exact: true }).click();
    await expectGood(guest, tag, javascript);
    await expect(guest.locator("main")).toContainText("Aurora partners");

    await guest.getByRole("button", { name: getStarted, exact: true }).click();
    await guest.waitForURL(atPath("/sign-in/code"));
    await expectGood(guest, tag, javascript);
    await guest.getByRole("button", { name: sendCode, exact: true }).click();
    const field = guest.getByLabel(code, { exact: true });
    const sent = await mailbox.passcode(MIRA);
    // A wrong code: the error stands at the field, in that language, too.
    await field.fill(sent === "12345678" ? "87654321" : "12345678");
    await guest.getByRole("button", { name: go, exact: true }).click();
    await expect(field).toHaveAttribute("aria-invalid", "true");
    await expectGood(guest, tag, javascript);
    await field.fill(sent);
    await guest.getByRole("button", { name: go, exact: true }).click();
    await guest.waitForURL(atPath("/"));
    expect(await launches(guest)).toHaveLength(1);
  });

  test(`A browser in ${locale} finds the door in ${name}`, async ({ complaints, demo, javascript, person }) => {
    test.setTimeout(180_000);
    const stranger = await person("a stranger", { locale });
    await stranger.goto(`${demo.url}/sign-in?return_to=/groups`);
    await expectGood(stranger, tag, javascript);
    complaints.expect(/40[0-9] /);
    for (const path of ["/redeem?ticket=unknown", "/unsubscribe/unknown", "/sign-in/problem?code=notInvited"]) {
      await stranger.goto(demo.url + path);
      await expectGood(stranger, tag, javascript);
    }
  });
}

test("A guest declines, by the keyboard, and asks anew", async ({ complaints, demo, javascript, mailbox, person }) => {
  const john = await person("John");
  await signIn(john, demo.url, "John Doe");
  await openGroup(john, demo.url, "Aurora partners");
  await invite(john, MIRA, "Welcome.");
  const { link } = await mailbox.invitation(MIRA);

  const guest = await person("the guest");
  await guest.goto(link);
  await guest.getByRole("link", { name: "Decline", exact: true }).focus();
  await guest.keyboard.press("Enter");
  await guest.waitForURL(atPath("/redeem/decline"));
  await expect(guest.locator("main")).toContainText("Aurora partners");
  await expectGood(guest, "en", javascript);
  // So far nothing has changed.
  await reload(john);
  await expect(rowOf(john, MIRA)).toContainText("Pending");

  await guest.getByRole("button", { name: "Decline", exact: true }).focus();
  await guest.keyboard.press("Enter");
  await expect(guest.getByRole("heading", { name: "You have declined" })).toBeVisible();
  await expectGood(guest, "en", javascript);
  await reload(john);
  // It gave nothing else, so nobody is left.
  await expect(john.locator("main")).not.toContainText(MIRA);

  complaints.expect(/410 /);
  await guest.goto(link);
  await expectGood(guest, "en", javascript);
  await control(guest, "Ask for a new invitation").click();
  await guest.waitForURL(atPath("/redeem/asked"));
  await expectGood(guest, "en", javascript);
});

test("The reader of a mail blocks such mails, and takes it back", async ({ demo, javascript, mailbox, person }) => {
  const john = await person("John");
  await signIn(john, demo.url, "John Doe");
  await openGroup(john, demo.url, "Aurora partners");
  await invite(john, MIRA, "Welcome.");
  const { mail } = await mailbox.invitation(MIRA);
  const link = mail.text.match(/https?:\/\/\S+\/unsubscribe\/[\w-]+/)?.[0];
  expect(link, mail.text).toBeDefined();

  const reader = await person("the reader");
  await reader.goto(link!);
  await expect(reader.locator("main")).toContainText(MIRA);
  await expectGood(reader, "en", javascript);
  await reader.getByRole("button", { name: /^Block invitations from / }).click();
  await expect(reader.getByRole("heading", { name: "Invitations are blocked" })).toBeVisible();
  await expectGood(reader, "en", javascript);
  await reader.getByRole("button", { name: "Undo", exact: true }).click();
  await reader.getByRole("button", { name: "This was not for me", exact: true }).click();
  await expect(reader.getByRole("status")).toContainText("declined");
  await expect(control(reader, "This was not for me")).toHaveCount(0);
  await expectGood(reader, "en", javascript);
});
