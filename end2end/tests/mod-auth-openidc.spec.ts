// Apache's mod_auth_openidc, a certified client that many sites run, signs people in through the panel.

import { once } from "node:events";
import { existsSync } from "node:fs";
import http, { type IncomingMessage } from "node:http";
import type { Page } from "@playwright/test";
import { type Apache, HOST, apachePort, startApache } from "../support/apache.ts";
import { type Serve, expect, test as base } from "../support/fixtures.ts";
import { oidcApp } from "../support/oidc-apps.ts";
import { atPath, openGroup, remove, rowOf } from "../support/steps.ts";

const SECRET = "apacheSecret0123456789abcdefghijklmnopqr";

/** Besides what docs/apps.md says (`/` for one group, `/goodbye` for everybody): for members, and for another group. */
const LOCATIONS = `
<Location "/staff/">
  AuthType openid-connect
  Require claim acct:1
</Location>
<Location "/finance/">
  AuthType openid-connect
  Require claim "groups:Finance"
</Location>
`;

interface Parties {
  port: number;
  /** Seconds before their end at which Apache renews tokens. */
  renewed: number;
  /** Whether Apache wants to be told of logouts. */
  backchannel: boolean;
  apache: Apache;
}

const test = base.extend<Parties>({
  port: async ({}, use) => use(await apachePort()),
  renewed: [60, { option: true }],
  backchannel: [true, { option: true }],
  more: async ({ backchannel, port }, use) => {
    const origin = `http://${HOST}:${port}`;
    await use(
      `
[[people]]
address = "dora@northwind.example"
name = "Dora Example"
given_name = "Dora"

[[groups]]
key = "crew"
name = "Field crew"
owners = ["alice@northwind.example"]
members = ["dora@northwind.example"]
` +
        oidcApp({
          key: "site-plans",
          name: "Site plans",
          url: `${origin}/`,
          groups: ["crew"],
          client_id: "site-plans",
          auth: "secret",
          secrets: [SECRET],
          signing: "RS256",
          redirect_uris: [`${origin}/oidc`],
          post_logout_uris: [`${origin}/goodbye`],
          initiate_login_uri: `${origin}/oidc`,
          ...(backchannel ? { backchannel_logout_uri: `${origin}/oidc?logout=backchannel` } : {}),
          told: { groups: "assigned", groups_as: "name" },
        }),
    );
  },
  apache: async ({ port, renewed, serve }, use, info) => {
    const apache = await startApache({ clientId: "site-plans", clientSecret: SECRET, issuer: serve.panel.url, locations: LOCATIONS, port, renewed });
    await use(apache);
    if (info.status !== info.expectedStatus) console.log(`--- log of Apache (${info.title})\n${await apache.log()}`);
    await apache.end();
  },
});

test.skip(!existsSync("/usr/lib/apache2/modules/mod_auth_openidc.so"), "libapache2-mod-auth-openidc is not installed");

interface Told {
  headers: Record<string, string>;
  path: string;
}

const told = async (page: Page): Promise<Told> => JSON.parse((await page.locator("pre").textContent())!) as Told;

async function proveAs(page: Page, { provider }: Serve, name: string): Promise<void> {
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL((url) => url.origin === provider.issuer);
  await page.getByRole("button", { name, exact: true }).click();
}

/** Opens a page of the app; the panel asks who it is. */
async function open(page: Page, serve: Serve, apache: Apache, path: string): Promise<void> {
  await page.goto(apache.origin + path);
  await expect(page).toHaveURL(atPath("/sign-in"));
  await proveAs(page, serve, "Dora Example");
  await page.waitForURL(apache.origin + path);
}

async function removeDora(page: Page, serve: Serve): Promise<void> {
  await page.goto(serve.panel.url);
  await proveAs(page, serve, "Alice Example");
  await page.waitForURL(atPath("/"));
  await openGroup(page, serve.panel.url, "Field crew");
  await remove(page, rowOf(page, "dora@northwind.example"), /^Remove Dora/);
  await expect(page.locator("main").locator("tr, li").filter({ hasText: "dora@northwind.example" })).toHaveCount(0);
}

test("Apache signs people in, tells the app who they are, and decides by their groups", async ({ apache, complaints, person, serve }) => {
  complaints.expect(/40[0-9] /);
  const dora = await person("Dora");
  const forged = ["X-Remote-User", "X_Remote_User", "X_Remote-User", "X-Remote_User", "OIDC_CLAIM_email", "OIDC-CLAIM-email", "OIDC_CLAIM_forged"];
  await dora.context().setExtraHTTPHeaders(Object.fromEntries(forged.map((name) => [name, "root@northwind.example"])));
  await open(dora, serve, apache, "/drawings/7?view=plan&floor=2");
  const { headers, path } = await told(dora);
  // Where they were going, and who they are; what the browser said of itself is gone.
  expect(path).toBe("/drawings/7?view=plan&floor=2");
  expect(headers).toMatchObject({
    "x-remote-user": "dora@northwind.example",
    oidc_claim_acct: "0",
    oidc_claim_aud: "site-plans",
    oidc_claim_email: "dora@northwind.example",
    oidc_claim_groups: "Field crew",
    oidc_claim_iss: serve.panel.url,
    oidc_claim_preferred_username: "dora@northwind.example",
  });
  expect(JSON.stringify(headers)).not.toContain("root@");
  expect(headers.oidc_claim_sub).toMatch(/^[0-9a-f-]{36}$/);
  expect(headers.oidc_claim_sid).toMatch(/^[0-9a-f-]{36}$/);
  expect(headers.oidc_access_token).toMatch(/^ey/);

  // Nor does a browser's word take away what the app is told.
  const cookie = (await dora.context().cookies(apache.origin)).map(({ name, value }) => `${name}=${value}`).join("; ");
  const request = http.get(`${apache.origin}/named`, { agent: false, headers: { accept: "text/html", connection: "close, X-Remote-User, OIDC_CLAIM_groups", cookie } });
  const [answer] = (await once(request, "response")) as [IncomingMessage];
  let page = "";
  for await (const part of answer) page += part;
  expect([answer.statusCode, page]).toEqual([200, expect.stringContaining('"x-remote-user":"dora@northwind.example"')]);
  expect(page).toContain('"oidc_claim_groups":"Field crew"');

  for (const closed of ["/finance/", "/staff/"]) expect((await dora.goto(apache.origin + closed))?.status(), closed).toBe(401);
  expect((await dora.goto(`${apache.origin}/again`))?.status()).toBe(200);
});

test("What is open to everybody is Apache's own, and nothing below it leads into the app", async ({ apache }) => {
  const look = (path: string) => fetch(apache.origin + path, { headers: { accept: "text/html", "X-Remote-User": "root@northwind.example" }, redirect: "manual" });
  const goodbye = await look("/goodbye");
  expect([goodbye.status, await goodbye.text()]).toEqual([200, expect.stringContaining("You are signed out")]);
  for (const path of ["/goodbye/", "/goodbye/admin", "/goodbye/..;/admin", "/goodbye;/../admin", "/goodbye%2F..%2Fadmin", "/goodbyes", "/Goodbye", "//goodbye/x", "/"]) {
    expect([path, (await look(path)).status]).not.toEqual([path, 200]);
  }
  expect(apache.seen).toEqual([]);
});

test("A tile of the panel opens the site behind Apache signed in", async ({ apache, person, serve }) => {
  const dora = await person("Dora");
  await dora.goto(serve.panel.url);
  await proveAs(dora, serve, "Dora Example");
  await dora.waitForURL((url) => url.origin === serve.panel.url && url.pathname === "/");
  const tile = dora.locator("main").getByRole("link", { name: /^Site plans/ }).first();
  await dora.goto(new URL((await tile.getAttribute("href"))!, serve.panel.url).href);
  await dora.waitForURL(`${apache.origin}/`);
  expect((await told(dora)).headers["x-remote-user"]).toBe("dora@northwind.example");
});

test("Whoever is removed from the group is out within seconds: Apache is told, and asks again in vain", async ({ apache, complaints, person, serve }) => {
  complaints.expect(/40[0-9] /);
  const dora = await person("Dora");
  await open(dora, serve, apache, "/drawings/7");
  await removeDora(await person("Alice"), serve);
  // Back-channel logout: nothing in this browser has changed, and its next page leads to the panel, which says no.
  await expect(async () => {
    await dora.goto(`${apache.origin}/drawings/7`);
    expect(new URL(dora.url()).origin).toBe(serve.panel.url);
  }).toPass({ timeout: 15_000 });
  await expect(dora.getByRole("heading", { level: 1 })).toContainText("Site plans");
});

test("Signing out at Apache signs out of the panel, and the way back is the registered one", async ({ apache, complaints, person, serve }) => {
  complaints.expect(/40[0-9] /);
  const dora = await person("Dora");
  await open(dora, serve, apache, "/drawings/7");
  await dora.goto(`${apache.origin}/oidc?logout=${encodeURIComponent(`${apache.origin}/goodbye`)}`);
  await dora.waitForURL(`${apache.origin}/goodbye`);
  await expect(dora.getByRole("heading", { name: "You are signed out" })).toBeVisible();
  await dora.goto(serve.panel.url);
  await expect(dora).toHaveURL(atPath("/sign-in"));
  await dora.goto(`${apache.origin}/drawings/7`);
  await expect(dora).toHaveURL((url) => url.origin === serve.panel.url && url.pathname === "/sign-in");
});

test("Signing out of the panel ends the session at Apache", async ({ apache, person, serve }) => {
  const dora = await person("Dora");
  await open(dora, serve, apache, "/drawings/7");
  const panel = await dora.context().newPage();
  await panel.goto(serve.panel.url);
  await panel.getByRole("button", { name: "Sign out", exact: true }).or(panel.getByRole("link", { name: "Sign out", exact: true })).first().click();
  await expect(panel).toHaveURL(atPath(/^\/sign-(in|out)$/));
  await expect(async () => {
    await dora.goto(`${apache.origin}/drawings/7`);
    expect(new URL(dora.url()).origin).toBe(serve.panel.url);
  }).toPass({ timeout: 15_000 });
});

test.describe("by refreshing alone", () => {
  // Renews when less than 299 of 300 seconds are left, so at every page after the first second; hears of no logout.
  test.use({ backchannel: false, renewed: 299 });

  test("Tokens are renewed while access lasts, and the session ends when it does not", async ({ apache, complaints, person, serve }) => {
    complaints.expect(/40[0-9] /);
    const dora = await person("Dora");
    await open(dora, serve, apache, "/drawings/7");
    const first = (await told(dora)).headers.oidc_access_token;
    for (let times = 0; times < 3; times += 1) {
      const before = (await told(dora)).headers.oidc_access_token;
      await expect(async () => {
        await dora.reload();
        expect((await told(dora)).headers.oidc_access_token).not.toBe(before);
      }).toPass();
    }
    expect((await told(dora)).headers.oidc_access_token).not.toBe(first);

    await removeDora(await person("Alice"), serve);
    await expect(async () => {
      await dora.goto(`${apache.origin}/drawings/7`);
      expect(new URL(dora.url()).origin).toBe(serve.panel.url);
    }).toPass({ timeout: 15_000 });
  });
});
