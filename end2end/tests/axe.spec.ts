// Every page, for every kind of person: nothing serious from axe, no console errors, nothing that scrolls sideways.

import type { Page } from "@playwright/test";
import { expect, test } from "../support/fixtures.ts";
import { lookAt } from "../support/look.ts";
import type { Mailbox } from "../support/mailbox.ts";
import { atPath, control, getStartedWithGmail, invite, openGroup, signIn } from "../support/steps.ts";

/** One path per kind of page: two rows of one list lead to the same kind. */
function kindOf(path: string): string {
  return path.replace(/[0-9a-f]{8}-[0-9a-f-]{27,}/g, "{id}").replace(/(\/demo\/mailbox\/)[^/]+/, "$1{id}");
}

/** Looks at `starts`, and at one page of each kind that they lead to. */
async function walk(page: Page, url: string, starts: string[], javascript: boolean): Promise<string[]> {
  const wrong: string[] = [];
  const kinds = new Set<string>();
  const queue = [...starts];
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    const kind = kindOf(new URL(path, url).pathname);
    if (kinds.has(kind)) continue;
    kinds.add(kind);
    const response = await page.goto(new URL(path, url).href);
    if (!response?.headers()["content-type"]?.startsWith("text/html")) continue;
    if (response.status() >= 400) wrong.push(`${path}: answers ${response.status()}`);
    wrong.push(...(await lookAt(page, javascript)));
    const links = await page.locator("a[href]:not([download]):not([href$='.csv'])").evaluateAll((all) => all.map((one) => (one as HTMLAnchorElement).href));
    for (const link of links) {
      const to = new URL(link);
      // A ticket's page and the stand-in's are looked at where they belong.
      if (to.origin === new URL(url).origin && !/^\/(redeem|sign-out|demo\/idp)/.test(to.pathname)) queue.push(to.pathname + to.search);
    }
  }
  expect(kinds.size, `${[...kinds].join(" ")}`).toBeGreaterThan(0);
  return wrong;
}

for (const { name, who } of [
  { name: "John Doe", who: "who owns a group" },
  { name: "Ada Admin", who: "an administrator" },
  { name: "Lena Lee", who: "who owns nothing" },
  { name: "Omar Owner", who: "who owns an app" },
]) {
  test(`The pages of ${name}, ${who}`, async ({ demo, javascript, mailbox, person }) => {
    test.setTimeout(300_000);
    const page = await person(name);
    await signIn(page, demo.url, name);
    if (name === "John Doe") {
      // One invitation, so that lists show one.
      await openGroup(page, demo.url, "Aurora partners");
      await invite(page, "mira@studio-north.example", "Welcome.");
      await mailbox.invitation("mira@studio-north.example");
    }
    expect(await walk(page, demo.url, ["/", "/groups", "/profile"], javascript)).toEqual([]);
  });
}

test("The pages of a guest", async ({ demo, javascript, mailbox, person }) => {
  test.setTimeout(300_000);
  const guest = await person("Sam");
  await invited(await person("John"), demo.url, "gsamoogle@gmail.com");
  await guest.goto((await mailbox.invitation("gsamoogle@gmail.com")).link);
  const wrong = await lookAt(guest, javascript);
  await getStartedWithGmail(guest, "Sam Oogle");
  await guest.waitForURL(atPath("/"));
  wrong.push(...(await walk(guest, demo.url, ["/", "/groups", "/profile"], javascript)));
  expect(wrong).toEqual([]);
});

test("The pages on the way in", async ({ complaints, demo, javascript, mailbox, person }) => {
  test.setTimeout(300_000);
  const address = "mira@studio-north.example";
  const stranger = await person("a stranger");
  const wrong: string[] = [];
  const look = async () => void wrong.push(...(await lookAt(stranger, javascript)));

  await stranger.goto(`${demo.url}/sign-in`);
  await look();
  await stranger.getByRole("button", { name: "Sign in", exact: true }).click();
  await stranger.getByRole("button", { name: "John Doe", exact: true }).waitFor();
  await look(); // The stand-in's choice of a person.

  await invited(await person("John"), demo.url, address);
  await stranger.goto((await mailbox.invitation(address)).link);
  await look();
  await control(stranger, "Get started").click();
  await stranger.getByRole("button", { name: "Send code", exact: true }).waitFor();
  await look();
  await stranger.getByRole("button", { name: "Send code", exact: true }).click();
  await stranger.getByLabel("Code", { exact: true }).waitFor();
  await look();
  // A wrong code: the same page, with its error.
  const code = await passcodeOtherThan(mailbox, address);
  await stranger.getByLabel("Code", { exact: true }).fill(code);
  await stranger.getByRole("button", { name: "Continue", exact: true }).click();
  await expect(stranger.getByLabel("Code", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await look();

  complaints.expect(/40[0-9] /);
  for (const path of ["/redeem?ticket=unknown", "/redeem", "/nothing-here", "/sign-in/callback/members?state=x&code=y", "/sign-in/callback/members?error=access_denied"]) {
    await stranger.goto(demo.url + path);
    await look();
  }
  expect(wrong).toEqual([]);
});

test("The pages of the demo", async ({ demo, javascript, mailbox, person }) => {
  test.setTimeout(300_000);
  await invited(await person("John"), demo.url, "mira@studio-north.example");
  await mailbox.invitation("mira@studio-north.example");
  const page = await person("someone curious");
  expect(await walk(page, demo.url, ["/demo/mailbox"], javascript)).toEqual([]);
});

async function invited(john: Page, url: string, address: string): Promise<void> {
  await signIn(john, url, "John Doe");
  await openGroup(john, url, "Aurora partners");
  await invite(john, address, "Welcome.");
}

async function passcodeOtherThan(mailbox: Mailbox, address: string): Promise<string> {
  const right = await mailbox.passcode(address);
  return right === "12345678" ? "87654321" : "12345678";
}
