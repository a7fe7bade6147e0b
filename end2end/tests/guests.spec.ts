// My guests: found, steered one by one and together, and shown to nobody else. With JavaScript and without.

import type { Page } from "@playwright/test";
import { expect, test } from "../support/fixtures.ts";
import { atPath, control, invite, openGroup, rowOf, signIn } from "../support/steps.ts";

/** A row's menu, opened. */
async function menu(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: `More for ${name}`, exact: true }).click();
}

async function invited(page: Page, url: string, ...addresses: string[]): Promise<void> {
  await signIn(page, url, "John Doe");
  for (const address of addresses) {
    await openGroup(page, url, "Aurora partners");
    await invite(page, address, "Welcome.");
  }
  await page.goto(`${url}/guests`);
}

test("An invitation is sent again, handed over, extended and revoked from the list", async ({ demo, mailbox, person }) => {
  const john = await person("John");
  await invited(john, demo.url, "mira@studio-north.example");
  await mailbox.invitation("mira@studio-north.example");
  await expect(rowOf(john, "mira@studio-north.example")).toContainText("Pending");
  await expect(control(john, "Guests").first()).toHaveAttribute("aria-current", "page");

  await john.getByRole("button", { name: "Send again to Mira", exact: true }).click();
  await expect(john.getByRole("status").first()).toContainText("on its way again");
  await expect.poll(async () => (await mailbox.to("mira@studio-north.example")).length).toBe(2);

  await menu(john, "Mira");
  await john.getByRole("button", { name: "Copy the link for Mira", exact: true }).click();
  await john.waitForURL(atPath("/guests/invited"));
  await expect(john.getByLabel("Link for Mira")).toHaveValue(/\/redeem\?ticket=/);

  await john.goto(`${demo.url}/guests`);
  await menu(john, "Mira");
  await john.getByRole("button", { name: "Extend the invitation of Mira", exact: true }).click();
  await expect(john.getByRole("status").first()).toContainText("open for longer");

  await menu(john, "Mira");
  await john.getByRole("button", { name: "Revoke the invitation of Mira", exact: true }).click();
  await expect(john.getByRole("heading", { level: 1 })).toHaveText("Revoke the invitation of Mira?");
  await john.getByRole("button", { name: "Revoke", exact: true }).click();
  await expect(john.getByRole("status").first()).toContainText("revoked");
  await expect(john.locator("main tr").filter({ hasText: "mira@studio-north.example" })).toHaveCount(0);

  await john.getByRole("link", { name: "Ended", exact: true }).click();
  await expect(rowOf(john, "mira@studio-north.example")).toContainText("Revoked");
  await john.getByRole("button", { name: "Invite Mira again", exact: true }).click();
  await expect.poll(async () => (await mailbox.to("mira@studio-north.example")).length).toBe(3);
});

test("Several at once, chosen by their boxes", async ({ demo, javascript, person }) => {
  const john = await person("John");
  await invited(john, demo.url, "mira@studio-north.example", "kim@partner.example");
  const extend = john.getByRole("button", { name: "Extend", exact: true });
  await expect(extend).toBeHidden();
  await john.getByRole("searchbox", { name: "Search guests" }).fill("mi");
  await john.getByRole("button", { name: "Show", exact: true }).click();
  await expect(rowOf(john, "mira@studio-north.example")).toBeVisible();
  await expect(john.locator("main tr").filter({ hasText: "kim@partner.example" })).toHaveCount(0);
  await john.goto(`${demo.url}/guests?filter=waiting`);
  for (const name of ["Mira", "Kim"]) await john.getByRole("checkbox", { name: `Choose ${name}`, exact: true }).check();
  await extend.click();
  await expect(john.getByRole("status").first()).toContainText("2 invitations are open for longer now.");
  expect(new URL(john.url()).searchParams.get("filter")).toBe("waiting");
  const all = john.getByRole("checkbox", { name: "Choose all on this page" });
  if (javascript) {
    await john.locator("html[data-hydrated]").waitFor();
    await all.check();
    for (const one of await john.locator('input[name="users[]"][type=checkbox]').all()) await expect(one).toBeChecked();
  } else {
    await expect(all).toBeHidden();
  }
});

test("A guest's page says everything, and access is withdrawn from there", async ({ demo, person }) => {
  const john = await person("John");
  await signIn(john, demo.url, "John Doe");
  await openGroup(john, demo.url, "Aurora partners");
  await john.locator("main").getByRole("link", { name: "Tom Baker", exact: true }).click();
  await control(john, "Everything about this guest").click();
  await john.waitForURL(atPath(/^\/guests\/[0-9a-f-]{36}$/));
  const path = new URL(john.url()).pathname;
  await expect(john.getByRole("heading", { level: 1 })).toHaveText("Tom Baker");
  for (const says of ["tom.baker@fabrikam.example", "Accepted", "Sponsor", "John Doe", "please comment on the steel details", "Aurora partners"]) {
    await expect(john.locator("main")).toContainText(says);
  }
  await control(john, "Withdraw the access of Tom Baker").click();
  await expect(john.locator("main")).toContainText("Aurora partners");
  await john.getByRole("button", { name: "Withdraw", exact: true }).click();
  await expect(john.getByRole("status").first()).toContainText("Their access has been withdrawn.");
  await openGroup(john, demo.url, "Aurora partners");
  await expect(john.locator("main tr").filter({ hasText: "tom.baker@fabrikam.example" })).toHaveCount(0);

  // Somebody else's guest is nobody's.
  const lena = await person("Lena");
  await signIn(lena, demo.url, "Lena Lee");
  expect((await lena.request.get(demo.url + path)).status()).toBe(404);
  await lena.goto(`${demo.url}/guests`);
  await expect(lena.getByRole("heading", { name: "You have no guests" })).toBeVisible();
});
