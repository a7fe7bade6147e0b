#!/usr/bin/env node
// Pictures of every page of a running demo, at 1280 and 360 pixels, light and dark, for the eye and for the README.
//
//   make run                                   in one terminal
//   node end2end/screenshots.mjs [URL]         in another; pictures in end2end/screenshots/
//
// Leaves an invitation behind in that demo.

import { mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium as browserType } from "@playwright/test";
import { chromium } from "./support/chromium.js";

const url = (process.argv[2] ?? "http://localhost:3000").replace(/\/$/, "");
const folder = fileURLToPath(new URL("screenshots/", import.meta.url));
const SIZES = [
  { width: 1280, height: 800 },
  { width: 360, height: 740 },
];
const SCHEMES = ["light", "dark"];
const GUEST = "gsamoogle@gmail.com";

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const browser = await browserType.launch(chromium);
let count = 0;

/** A browser of one's own. */
const person = async () => (await browser.newContext({ locale: "en-GB", reducedMotion: "reduce" })).newPage();

/** The page as it is now, four times. */
async function shoot(page, name) {
  for (const colorScheme of SCHEMES) {
    for (const size of SIZES) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(size);
      await page.evaluate(() => document.fonts.ready.then(() => undefined));
      await page.screenshot({ animations: "disabled", fullPage: true, path: `${folder}${name}-${size.width}-${colorScheme}.png` });
      count += 1;
    }
  }
  await page.setViewportSize(SIZES[0]);
  console.log(`  ${name}  (${new URL(page.url()).pathname})`);
}

async function visit(page, path, name) {
  await page.goto(url + path);
  await shoot(page, name);
}

/** Whatever cannot be reached is named, and the rest goes on. */
const missing = [];
async function part(name, steps) {
  try {
    await steps();
  } catch (error) {
    missing.push(`${name}: ${String(error).split("\n")[0]}`);
  }
}

const control = (where, name) => where.getByRole("button", { name, exact: true }).or(where.getByRole("link", { name, exact: true })).first();

async function signIn(page, name) {
  await page.goto(`${url}/sign-in`);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("button", { name, exact: true }).click();
  await page.waitForURL(`${url}/`);
}

async function mailTo(address) {
  const until = Date.now() + 15_000;
  while (Date.now() < until) {
    const mails = await (await fetch(`${url}/demo/mailbox.json`)).json();
    const link = mails.find(({ to }) => to.includes(address))?.text.match(/https?:\/\/\S+\/redeem\?ticket=[\w-]+/)?.[0];
    if (link) return link;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`no invitation for ${address}`);
}

const stranger = await person();
await part("sign-in", () => visit(stranger, "/sign-in", "sign-in"));
await part("provider", async () => {
  await stranger.getByRole("button", { name: "Sign in", exact: true }).click();
  await stranger.getByRole("button", { name: "John Doe", exact: true }).waitFor();
  await shoot(stranger, "demo-provider");
});
await part("not found", () => visit(stranger, "/nothing-here", "not-found"));
await part("unknown ticket", () => visit(stranger, "/redeem?ticket=unknown", "redeem-unknown"));

const john = await person();
await part("John", async () => {
  await signIn(john, "John Doe");
  await shoot(john, "apps");
  await visit(john, "/groups", "groups");
  await visit(john, "/guests", "guests");
  await visit(john, "/?arrange=1", "apps-arrange");
  await visit(john, "/collections", "collections");
  await visit(john, "/catalogue", "catalogue");
  await visit(john, "/requests?tab=mine", "requests-mine");
  await visit(john, "/notices", "notices");
  await visit(john, "/groups/new", "group-new");
  await visit(john, "/profile", "profile");
});
await part("invite", async () => {
  await john.goto(`${url}/groups`);
  await john.locator("main").getByRole("link", { name: /^Aurora partners/ }).first().click();
  await john.waitForURL(/\/groups\/[^/]+$/);
  const group = new URL(john.url()).pathname;
  await shoot(john, "group");
  await control(john, "Invite a guest").click();
  await shoot(john, "invite");
  await john.getByLabel("Email address").fill("not an address");
  await john.getByLabel("Message").fill("Hello Sam, here are the drawings we spoke of.");
  await john.locator("form").evaluateAll((forms) => forms.forEach((form) => (form.noValidate = true)));
  await john.getByRole("button", { name: "Send invitation", exact: true }).click();
  await john.locator("[aria-invalid=true]").first().waitFor();
  await shoot(john, "invite-refused");
  await john.getByLabel("Email address").fill(GUEST);
  await john.getByRole("button", { name: "Send invitation", exact: true }).click();
  await john.locator("main").getByText(GUEST).first().waitFor();
  await shoot(john, "group-invited");
  const link = await mailTo(GUEST);
  await visit(john, "/demo/mailbox", "demo-mailbox");

  const sam = await person();
  await sam.goto(link);
  await shoot(sam, "redeem");
  await control(sam, "Get started").click();
  await sam.getByRole("button", { name: "Sam Oogle", exact: true }).waitFor();
  await shoot(sam, "demo-gmail");
  await sam.getByRole("button", { name: "Sam Oogle", exact: true }).click();
  await sam.waitForURL((at) => at.pathname === "/");
  await shoot(sam, "guest-apps");
  await visit(sam, "/groups", "guest-groups");
  await visit(sam, "/profile", "guest-profile");

  await john.goto(url + group);
  await shoot(john, "group-accepted");
  await control(john, "Remove Sam Oogle").click();
  await john.getByRole("button", { name: "Remove", exact: true }).waitFor();
  await shoot(john, "remove");
});
await part("Lena", async () => {
  const lena = await person();
  await signIn(lena, "Lena Lee");
  await shoot(lena, "apps-lena");
  await visit(lena, "/groups", "groups-lena");
});
await part("Omar", async () => {
  const omar = await person();
  await signIn(omar, "Omar Owner");
  await shoot(omar, "apps-omar");
  await visit(omar, "/requests", "requests");
  await omar.locator("main").getByRole("link", { name: /Ben Carter/ }).first().click();
  await shoot(omar, "request");
  await omar.goto(`${url}/groups`);
  await omar.locator("main").getByRole("link", { name: /^Timber suppliers/ }).first().click();
  const group = new URL(omar.url()).pathname;
  for (const page of ["add", "history", "settings", "delete"]) await visit(omar, `${group}/${page}`, `group-${page}`);
  await visit(omar, "/apps/managed", "apps-managed");
  await omar.locator("main").getByRole("link", { name: /^Timber library/ }).first().click();
  const app = new URL(omar.url()).pathname;
  await shoot(omar, "app");
  for (const page of ["people", "settings", "history"]) await visit(omar, `${app}/${page}`, `app-${page}`);
});
await part("Ada", async () => {
  const ada = await person();
  await signIn(ada, "Ada Admin");
  await shoot(ada, "apps-ada");
  await visit(ada, "/groups", "groups-ada");
  await visit(ada, "/groups/new/dynamic", "group-dynamic");
  await visit(ada, "/admin/collections", "collections-admin");
});
await browser.close();
console.log(`\n${count} pictures in ${folder}`);
if (missing.length) {
  console.error(`Not reached:\n  ${missing.join("\n  ")}`);
  process.exitCode = 1;
}
