// An app that speaks nothing, behind real proxies that run the sample configurations of docs/examples/.

import { createPublicKey, verify } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import type { BrowserContext, Page } from "@playwright/test";
import { expect, test as base } from "../support/fixtures.ts";
import { Mailbox } from "../support/mailbox.ts";
import { type Kind, type Wiki, startWiki, wikiOrigin, wikiPort } from "../support/proxies.ts";
import { atPath, control, getStartedWithPasscode, invite, openGroup, reload, remove, rowOf } from "../support/steps.ts";

const ALICE = "alice@northwind.example";

/** One app behind the proxy, given by a group of Alice's; and another one that she has, behind nothing that runs. */
const directory = (port: number) => `
[[groups]]
key = "readers"
name = "Readers"
accepts_guests = true
owners = ["${ALICE}"]
members = ["${ALICE}"]

[[apps]]
key = "wiki"
name = "Wiki"
url = "${wikiOrigin(port)}/"
groups = ["readers"]
kind = "forward-auth"
hosts = ["${wikiOrigin(port)}"]
told = { groups = "assigned", groups_as = "name" }

[[apps]]
key = "notes"
name = "Notes"
url = "http://notes.localhost/"
people = ["${ALICE}"]
kind = "forward-auth"
hosts = ["http://notes.localhost"]
`;

async function signInAtProvider(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("button", { name, exact: true }).click();
}

/** A request as it leaves a program: with exactly these headers, to the proxy itself. */
function send(wiki: Wiki, method: string, path: string, headers: Record<string, string> = {}): Promise<{ status: number; headers: http.IncomingHttpHeaders; body: string }> {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: "127.0.0.1", port: wiki.port, method, path, agent: false, setHost: false, headers: { host: new URL(wiki.origin).host, ...headers } });
    request.on("response", async (response) => {
      let body = "";
      for await (const part of response) body += part;
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
    });
    request.on("upgrade", (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: "" });
    });
    request.on("error", reject);
    request.end();
  });
}

async function cookies(context: BrowserContext, wiki: Wiki): Promise<string> {
  return (await context.cookies(wiki.origin)).map(({ name, value }) => `${name}=${value}`).join("; ");
}

/** What a token says, once its signature was checked by the panel's public keys. */
async function read(token: string, panelUrl: string): Promise<Record<string, unknown>> {
  const [head, payload, signature] = token.split(".");
  const part = (text?: string) => JSON.parse(Buffer.from(text ?? "", "base64url").toString()) as Record<string, unknown>;
  const { alg, kid, typ } = part(head);
  expect({ alg, typ }).toEqual({ alg: "ES256", typ: "forward-auth+jwt" });
  const { keys } = (await (await fetch(`${panelUrl}/oauth2/v2.0/keys`)).json()) as { keys: { kid: string }[] };
  const key = createPublicKey({ key: keys.find((key) => key.kid === kid)!, format: "jwk" });
  const signed = verify("sha256", Buffer.from(`${head}.${payload}`), { key, dsaEncoding: "ieee-p1363" }, Buffer.from(signature ?? "", "base64url"));
  expect(signed).toBe(true);
  return part(payload);
}

for (const kind of ["nginx", "Apache"] satisfies Kind[]) {
  base.describe(kind, () => {
    const test = base.extend<{ port: number; wiki: Wiki }>({
      port: async ({}, use) => use(await wikiPort()),
      more: async ({ port }, use) => use(directory(port)),
      wiki: async ({ port, serve }, use, info) => {
        const wiki = await startWiki(kind, port, serve.panel.url);
        await use(wiki);
        if (info.status !== info.expectedStatus) console.log(`--- log of ${kind} (${info.title})\n${await wiki.log()}${await wiki.accessLog()}`);
        await wiki.end();
      },
    });

    test("Somebody signs in on the app's host, and the app is told who it is", async ({ person, serve, wiki }) => {
      const alice = await person("Alice");
      await alice.goto(`${wiki.origin}/page?x=1&y=%2F`);
      await expect(alice).toHaveURL(atPath("/sign-in"));
      await signInAtProvider(alice, "Alice Example");
      await alice.waitForURL(`${wiki.origin}/page?x=1&y=%2F`);
      await expect(alice.getByRole("heading", { name: "Wiki" })).toBeVisible();
      await expect(alice.getByText("Alice Example alice@northwind.example")).toBeVisible();

      const { headers, path } = wiki.seen.at(-1)!;
      expect(path).toBe("/page?x=1&y=%2F");
      expect(headers).toMatchObject({ "remote-user": ALICE, "remote-email": ALICE, "remote-name": "Alice Example", "remote-groups": "Readers", "remote-type": "member" });
      const claims = await read(headers["x-access-panel-jwt"] as string, serve.panel.url);
      expect(claims).toMatchObject({ iss: serve.panel.url, aud: wiki.origin, sub: headers["remote-id"], email: ALICE, groups: ["Readers"], acct: 0 });

      // Nothing asks again, and a form goes through.
      await alice.getByRole("button", { name: "Save" }).click();
      await alice.waitForURL(`${wiki.origin}/save`);
      expect(wiki.seen.at(-1)).toMatchObject({ method: "POST", path: "/save" });
      // What the app itself refuses is its own affair.
      await alice.goto(`${wiki.origin}/`);
      const own = await send(wiki, "GET", "/no", { accept: "text/html", cookie: await cookies(alice.context(), wiki) });
      expect(own).toMatchObject({ status: 403, body: expect.stringContaining("The app itself says no") });
      // No code stands in a log.
      expect(await wiki.accessLog()).toContain("/page?x=1");
      expect(await wiki.accessLog()).not.toContain(".access-panel");

      // Signing out is the panel's page; afterwards the app asks again.
      await alice.goto(`${wiki.origin}/`);
      await alice.getByRole("link", { name: "Sign out" }).click();
      await alice.waitForURL((url) => url.origin === serve.panel.url);
      await control(alice, "Sign out").last().click();
      await alice.goto(`${wiki.origin}/`);
      await expect(alice).toHaveURL(atPath("/sign-in"));
    });

    test("What clients claim to be is dropped", async ({ person, wiki }) => {
      const forged = {
        "remote-user": "root",
        Remote_User: "root",
        "Remote.User": "root",
        "REMOTE-GROUPS": "admins",
        "remote-id": "0",
        "x-access-panel-jwt": "e.y.J",
        "x-forwarded-host": "notes.localhost",
        "x-forwarded-uri": "/.access-panel/closed",
        "x-forwarded-method": "GET",
      };
      // Without a session they open nothing; nor does another app's host.
      for (const more of [{}, forged, { ...forged, host: "notes.localhost" }]) {
        expect((await send(wiki, "GET", "/", more)).status).toBe(401);
        const page = await send(wiki, "GET", "/x", { ...more, accept: "text/html" });
        expect(page).toMatchObject({ status: 302, headers: { location: `${wiki.origin}/.access-panel/start?to=%2Fx` } });
      }
      expect(wiki.seen).toEqual([]);

      const alice = await person("Alice");
      await alice.goto(wiki.origin);
      await signInAtProvider(alice, "Alice Example");
      await alice.waitForURL(`${wiki.origin}/`);
      const cookie = await cookies(alice.context(), wiki);
      expect((await send(wiki, "GET", "/forged", { cookie, ...forged })).status).toBe(200);
      const { headers, lines } = wiki.seen.at(-1)!;
      expect(headers).toMatchObject({ "remote-user": ALICE, "remote-groups": "Readers" });
      const names = lines.filter((_, n) => n % 2 === 0).map((name) => name.toLowerCase().replaceAll("_", "-"));
      expect(names.filter((name) => name === "remote-user")).toHaveLength(1);
      expect(JSON.stringify(lines)).not.toMatch(/root|admins|e\.y\.J/);
      // Whoever may use the notes is not let in to the wiki by saying so.
      const notes = await send(wiki, "GET", "/", { cookie: "__Host-access-panel=x", host: "notes.localhost", "x-forwarded-host": "notes.localhost" });
      expect(notes.status).toBe(401);
    });

    test("What the panel says reaches the app, whatever the client's Connection names", async ({ person, wiki }) => {
      const alice = await person("Alice");
      await alice.goto(wiki.origin);
      await signInAtProvider(alice, "Alice Example");
      await alice.waitForURL(`${wiki.origin}/`);
      const cookie = await cookies(alice.context(), wiki);
      for (const connection of ["close, Remote-Type, Remote-Groups", "close;REMOTE-USER", "x-access-panel-jwt", "close Remote-Id", "Remote_Type"]) {
        const reached = wiki.seen.length;
        const { status } = await send(wiki, "GET", "/connection", { connection, cookie });
        if (kind === "nginx") {
          // It makes a Connection header of its own.
          expect([connection, status]).toEqual([connection, 200]);
          const { headers } = wiki.seen.at(-1)!;
          expect(headers).toMatchObject({ "remote-user": ALICE, "remote-groups": "Readers", "remote-type": "member" });
          expect(headers).toHaveProperty("remote-id");
          expect(headers).toHaveProperty("x-access-panel-jwt");
        } else {
          // It would drop what is named there, the panel's own headers among it.
          expect([connection, status]).toEqual([connection, 400]);
          expect(wiki.seen).toHaveLength(reached);
        }
      }
      // What browsers and programs send goes through.
      for (const connection of ["close", "keep-alive", "keep-alive, TE"]) {
        expect([connection, (await send(wiki, "GET", "/connection", { connection, cookie })).status]).toEqual([connection, 200]);
        expect(wiki.seen.at(-1)!.headers).toMatchObject({ "remote-user": ALICE, "remote-groups": "Readers", "remote-type": "member" });
      }
    });

    test("Programs get 401, and sockets are opened for who is signed in", async ({ person, wiki }) => {
      const html = { accept: "text/html" };
      const socket = { connection: "Upgrade", upgrade: "websocket", "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==", "sec-websocket-version": "13" };
      for (const [method, headers] of [
        ["POST", html],
        ["DELETE", html],
        ["GET", { accept: "application/json" }],
        ["GET", { ...html, "sec-fetch-mode": "cors" }],
        ["GET", { ...html, "x-requested-with": "XMLHttpRequest" }],
        ["GET", socket],
      ] as [string, Record<string, string>][]) {
        const answer = await send(wiki, method, "/api", headers);
        expect([method, headers, answer.status, answer.headers.location]).toEqual([method, headers, 401, undefined]);
      }
      expect(wiki.seen).toEqual([]);
      const alice = await person("Alice");
      await alice.goto(wiki.origin);
      await signInAtProvider(alice, "Alice Example");
      await alice.waitForURL(`${wiki.origin}/`);
      const opened = await send(wiki, "GET", "/socket", { ...socket, cookie: await cookies(alice.context(), wiki) });
      expect(opened).toMatchObject({ status: 101, headers: { upgrade: "websocket", "x-user": ALICE } });
    });

    test("Whoever is removed is out with the next request", async ({ complaints, person, serve, wiki }) => {
      complaints.expect(/40[0-9] /);
      const { mailServer, panel } = serve;
      const mailbox = new Mailbox(() => mailServer.mails());
      const address = "mira@studio-north.example";
      const alice = await person("Alice");
      await alice.goto(panel.url);
      await signInAtProvider(alice, "Alice Example");
      await alice.waitForURL(`${panel.url}/`);
      await openGroup(alice, panel.url, "Readers");
      await invite(alice, address, "Come and read.");
      const mira = await person("Mira");
      await mira.goto((await mailbox.invitation(address)).link);
      await getStartedWithPasscode(mira, mailbox, address);
      await mira.waitForURL(atPath("/"));
      // From the panel's tile, without another prompt.
      await mira.goto(`${wiki.origin}/page`);
      await mira.waitForURL(`${wiki.origin}/page`);
      await expect(mira.getByRole("heading", { name: "Wiki" })).toBeVisible();
      expect(wiki.seen.at(-1)!.headers).toMatchObject({ "remote-user": address, "remote-type": "guest" });
      const cookie = await cookies(mira.context(), wiki);
      // Somebody else's browser has nothing of it: the cookie is the host's, and the browser's own.
      expect(await mira.context().cookies(panel.url)).not.toContainEqual(expect.objectContaining({ name: "__Host-access-panel" }));

      await alice.reload();
      await remove(alice, rowOf(alice, address), /^Remove /);
      const reached = wiki.seen.length;
      // At once by the proxy; seconds later, when the session at the app was cleared away, by the panel itself.
      await reload(mira);
      await expect(mira.getByRole("heading", { level: 1 })).toHaveText(/^(You have no access to|Your access to) Wiki/);
      await expect(mira.getByRole("link", { name: /your apps$/ }).last()).toBeVisible();
      for (const [method, path] of [["POST", "/save"], ["GET", "/api"]] as const) {
        expect([401, 403]).toContain((await send(wiki, method, path, { cookie })).status);
      }
      expect(wiki.seen).toHaveLength(reached);
    });

    base("A closed door is shown as the panel makes it, and nobody is let in without its answer", async () => {
      const closed = http.createServer((request, response) => {
        const own = request.url === "/.access-panel/closed";
        response.writeHead(request.headers.cookie === "s=broken" ? 500 : 403, { "content-type": "text/html" });
        response.end(own ? "<h1>You have no access to Wiki</h1>" : "");
      });
      closed.listen(0, "127.0.0.1");
      await once(closed, "listening");
      const wiki = await startWiki(kind, await wikiPort(), `http://localhost:${(closed.address() as AddressInfo).port}`);
      try {
        for (const method of ["GET", "POST"]) {
          const answer = await send(wiki, method, "/page", { accept: "text/html" });
          expect(answer).toMatchObject({ status: 403, body: "<h1>You have no access to Wiki</h1>" });
        }
        expect((await send(wiki, "GET", "/page", { cookie: "s=broken" })).status).toBeGreaterThanOrEqual(500);
        closed.close();
        closed.closeAllConnections();
        expect((await send(wiki, "GET", "/page")).status).toBeGreaterThanOrEqual(500);
        expect(wiki.seen).toEqual([]);
      } finally {
        await wiki.end();
        closed.closeAllConnections();
      }
    });
  });
}
