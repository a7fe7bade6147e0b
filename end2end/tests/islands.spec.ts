// The two places where script makes a difference, and the same by forms without it.

import { expect, test } from "../support/fixtures.ts";
import { fillInvitation, openGroup, signIn } from "../support/steps.ts";

test("Apps are found by the beginnings of their words", async ({ demo, javascript, person }) => {
  const john = await person("John");
  await signIn(john, demo.url, "John Doe");
  const search = john.getByLabel("Search your apps");
  const look = async (words: string) => {
    if (javascript) await john.locator("html[data-hydrated]").waitFor();
    await search.fill(words);
    if (!javascript) await search.press("Enter");
  };
  await look("rev des");
  await expect(john.locator(".tiles > li:visible")).toHaveText([/Design review/]);
  await look("nobody calls an app like this");
  await expect(john.locator(".tiles > li:visible")).toHaveCount(0);
  await expect(john.getByRole("heading", { name: "Nothing matches" })).toBeVisible();
});

test("The preview is the mail as written so far", async ({ demo, javascript, person }) => {
  const john = await person("John");
  await signIn(john, demo.url, "John Doe");
  await openGroup(john, demo.url, "Aurora partners");
  await fillInvitation(john, "mira@studio-north.example", "See <b>you</b> there.");
  if (!javascript) await john.getByRole("button", { name: "Preview", exact: true }).click();
  const mail = john.frameLocator('iframe[name="preview"]');
  await expect(mail.locator("body")).toContainText("See <b>you</b> there.");
  await expect(mail.locator("body")).toContainText("John Doe invites you");
  await expect(john.getByLabel("Message")).toHaveValue("See <b>you</b> there.");
});
