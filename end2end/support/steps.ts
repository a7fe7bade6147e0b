// What people do, in the words they see. The accessible names are those of the design, and part of the product.

import { type Locator, type Page, type Response, expect } from "@playwright/test";
import type { Mailbox } from "./mailbox.ts";

/** A link or a button: which of the two is the page's affair. */
export function control(where: Page | Locator, name: string | RegExp): Locator {
  return where.getByRole("button", { name, exact: true }).or(where.getByRole("link", { name, exact: true }));
}

/** Whatever shows one person in a list: a row, or an item. */
export function rowOf(page: Page, text: string | RegExp): Locator {
  // The innermost: a list may stand in a list.
  return page.locator("main").locator("tr, li").filter({ hasText: text }).last();
}

/** The ways to open an app on the panel, one address each. */
export async function launches(page: Page): Promise<string[]> {
  const links = await page.locator('main a[href*="/launch"], main form[action*="/launch"]').evaluateAll((all) =>
    all.map((one) => new URL(one.getAttribute("href") ?? one.getAttribute("action") ?? "", location.href).pathname),
  );
  return [...new Set(links)];
}

export function atPath(path: string | RegExp): (url: URL) => boolean {
  return ({ pathname }) => (typeof path === "string" ? pathname === path : path.test(pathname));
}

/** Signs in by *Sign in* and the stand-in's button with this name, and ends on the panel. */
export async function signIn(page: Page, url: string, name: string): Promise<void> {
  await page.goto(url);
  await expect(page).toHaveURL(atPath("/sign-in"));
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("button", { name, exact: true }).click();
  await page.waitForURL((at) => at.origin === new URL(url).origin && at.pathname === "/");
  await expect(control(page, "Sign out")).toHaveCount(1);
}

export async function openGroup(page: Page, url: string, name: string): Promise<void> {
  await page.goto(`${url}/groups`);
  await page.locator("main").getByRole("link", { name: new RegExp(`^${name}`) }).first().click();
  await page.waitForURL(atPath(/^\/groups\/[^/]+$/));
  await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
}

/** From a group's page: opens the form and fills it, without sending. */
export async function fillInvitation(page: Page, address: string, message: string): Promise<void> {
  await control(page, "Invite a guest").first().click();
  await page.getByLabel("Email address").fill(address);
  await page.getByLabel("Message").fill(message);
}

/** From a group's page: invites, and waits until the group lists the guest as pending. */
export async function invite(page: Page, address: string, message: string): Promise<void> {
  await fillInvitation(page, address, message);
  await page.getByRole("button", { name: "Send invitation", exact: true }).click();
  await expect(rowOf(page, address)).toContainText("Pending");
}

/** On the page behind the link: *Get started*, then the stand-in's Gmail. */
export async function getStartedWithGmail(page: Page, name: string): Promise<void> {
  await control(page, "Get started").click();
  await page.getByRole("button", { name, exact: true }).click();
}

/** On the page behind the link: *Get started*, then a code by mail. */
export async function getStartedWithPasscode(page: Page, mailbox: Mailbox, address: string): Promise<void> {
  await control(page, "Get started").click();
  await page.getByRole("button", { name: "Send code", exact: true }).click();
  await page.getByLabel("Code", { exact: true }).fill(await mailbox.passcode(address));
  await page.getByRole("button", { name: "Continue", exact: true }).click();
}

/** Opens an app from the panel, in this tab or in one of its own. */
export async function openApp(page: Page, name: string): Promise<Page> {
  const tile = page.locator("main").getByRole("link", { name: new RegExp(`^${name}`) }).first();
  await expect(tile).toHaveAttribute("href", /^(https?:\/\/[^/]+)?\/apps\/[^/]+\/launch/);
  if ((await tile.getAttribute("target")) === "_blank") {
    const opened = page.waitForEvent("popup");
    await tile.click();
    return opened;
  }
  await tile.click();
  return page;
}

/** From a group's page: removes whoever the row shows, by its button and the confirmation. */
export async function remove(page: Page, row: Locator, name: string | RegExp): Promise<void> {
  await control(row, name).click();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
}

export async function reload(page: Page): Promise<Response> {
  const response = await page.reload();
  if (!response) throw new Error("no answer");
  return response;
}

/** Lets a refused form reach the server: a browser would stop some of it by itself. */
export async function skipBrowserChecks(page: Page): Promise<void> {
  await page.locator("form").evaluateAll((forms) => forms.forEach((form) => ((form as HTMLFormElement).noValidate = true)));
}
