// The story every release must tell (design.md, section 1), with JavaScript and without.

import type { Page } from "@playwright/test";
import type { Mailbox } from "../support/mailbox.ts";
import { expect, test } from "../support/fixtures.ts";
import { atPath, control, getStartedWithGmail, getStartedWithPasscode, invite, launches, openApp, openGroup, reload, remove, rowOf, signIn } from "../support/steps.ts";

interface Guest {
  way: string;
  address: string;
  /** What the organization calls the guest once the invitation is accepted; unknown where no token says it. */
  name: string | undefined;
  getStarted(page: Page, mailbox: Mailbox): Promise<void>;
}

const GUESTS: Guest[] = [
  {
    way: "a Gmail account",
    address: "gsamoogle@gmail.com",
    name: "Sam Oogle",
    getStarted: (page) => getStartedWithGmail(page, "Sam Oogle"),
  },
  {
    way: "a passcode, at an address nobody has seen before",
    address: "mira@studio-north.example",
    name: undefined,
    getStarted: (page, mailbox) => getStartedWithPasscode(page, mailbox, "mira@studio-north.example"),
  },
];

for (const { way, address, name, getStarted } of GUESTS) {
  test(`John invites a partner, who comes in by ${way}, and removes the partner again`, async ({ complaints, demo, mailbox, person }) => {
    const message = `Here are the drawings, as promised.\n"Second" line & <b>all</b> of it.`;

    // 1. John signs in, and owns the group that gives the app.
    const john = await person("John");
    await signIn(john, demo.url, "John Doe");
    await openGroup(john, demo.url, "Aurora partners");
    await expect(john.locator("main")).toContainText("Design review");

    // 2 and 3. He invites; at once the directory holds the guest, pending.
    await invite(john, address, message);

    // 4. A mail leaves, in John's words and with his name. Its link opens in a browser that knows nothing of us.
    const { mail, link } = await mailbox.invitation(address);
    expect(mail.to).toEqual([address]);
    expect(`${mail.subject}\n${mail.text}`).toContain("John Doe");
    expect(mail.text).toContain("Here are the drawings, as promised.");
    expect(mail.text).toContain(`"Second" line & <b>all</b> of it.`);
    expect(mail.html).not.toContain("<b>all</b>");
    expect(mail.html.replaceAll("&amp;", "&").replaceAll("&#x3d;", "=")).toContain(link);

    const guest = await person("the guest");
    await guest.goto(link);
    await expect(guest.locator("main")).toContainText("John Doe");
    await expect(guest.locator("main")).toContainText("Aurora partners");
    // Opening it changes nothing: mail scanners follow links, too.
    await reload(john);
    await expect(rowOf(john, address)).toContainText("Pending");
    await getStarted(guest, mailbox);
    await guest.waitForURL(atPath("/"));

    // 5. The guest sees this one app, and opens it; John sees that the invitation was accepted.
    await expect(guest.locator("main").getByRole("link", { name: /^Design review/ }).first()).toBeVisible();
    expect(await launches(guest)).toHaveLength(1);
    const app = await openApp(guest, "Design review");
    await app.waitForURL(atPath("/demo/apps/design-review"));
    await expect(app.getByRole("heading", { name: /Design review/ }).first()).toBeVisible();

    await reload(john);
    const row = rowOf(john, address);
    await expect(row).toContainText("Accepted");
    await expect(row).not.toContainText("Pending");
    if (name) await expect(row).toContainText(name);

    // 6. John removes the guest: the app that is already open ends with the next request, and the tile is gone.
    await remove(john, row, name ? `Remove ${name}` : /^Remove /);
    await expect(john.locator("main").locator("tr, li").filter({ hasText: address })).toHaveCount(0);

    complaints.expect(/403 .*\/demo\/apps\/design-review/);
    expect((await reload(app)).status()).toBe(403);
    await guest.goto(demo.url);
    await expect(control(guest, "Sign out")).toHaveCount(1);
    expect(await launches(guest)).toEqual([]);
    await expect(guest.locator("main").getByRole("link", { name: /^Design review/ })).toHaveCount(0);
  });
}

test("A guest is shown nothing of the rest of the directory", async ({ complaints, demo, mailbox, person }) => {
  const john = await person("John");
  await signIn(john, demo.url, "John Doe");
  await openGroup(john, demo.url, "Aurora partners");
  const aurora = new URL(john.url()).pathname;
  await invite(john, "mira@studio-north.example", "Welcome.");
  // What John sees on his own panel, the guest must not open.
  await john.goto(demo.url);
  const johns = await launches(john);
  expect(johns.length).toBeGreaterThan(1);
  await john.goto(`${demo.url}/groups`);
  const groups = await john.locator('main a[href*="/groups/"]').evaluateAll((all) => [...new Set(all.map((one) => new URL((one as HTMLAnchorElement).href).pathname))]);

  const guest = await person("the guest");
  await guest.goto((await mailbox.invitation("mira@studio-north.example")).link);
  await getStartedWithPasscode(guest, mailbox, "mira@studio-north.example");
  await guest.waitForURL(atPath("/"));
  const [allowed] = await launches(guest);

  complaints.expect(/40[34] /);
  for (const path of johns.filter((path) => path !== allowed)) {
    expect((await guest.goto(demo.url + path))?.status(), path).toBe(404);
  }
  for (const path of groups.filter((path) => path !== aurora && /^\/groups\/[0-9a-f-]{36}$/.test(path))) {
    expect((await guest.goto(demo.url + path))?.status(), path).toBe(404);
  }
  // Of the group that gave access: its owners, not the addresses of others.
  await guest.goto(demo.url + aurora);
  await expect(guest.locator("main")).toContainText("John Doe");
  await expect(guest.locator("main")).not.toContainText("@woodgrove.example");
  await expect(control(guest, "Invite a guest")).toHaveCount(0);
  await expect(control(guest, /^Remove /)).toHaveCount(0);
});

test("A stranger is asked to sign in, and comes back to where they were going", async ({ demo, person }) => {
  const stranger = await person("a stranger");
  await stranger.goto(`${demo.url}/groups`);
  const at = new URL(stranger.url());
  expect(at.pathname).toBe("/sign-in");
  expect(at.searchParams.get("return_to")).toBe("/groups");
  await stranger.getByRole("button", { name: "Sign in", exact: true }).click();
  await stranger.getByRole("button", { name: "Lena Lee", exact: true }).click();
  await stranger.waitForURL(atPath("/groups"));
  await control(stranger, "Sign out").first().click();
  await expect(stranger).toHaveURL(atPath(/^\/sign-(in|out)$/));
  await stranger.goto(`${demo.url}/groups`);
  await expect(stranger).toHaveURL(atPath("/sign-in"));
});
