// The product as it runs in earnest: a certified provider on another origin, a real mail server, both engines.

import { ENGINES, databaseOf, server } from "../support/database.ts";
import { expect, test as base } from "../support/fixtures.ts";
import { Mailbox } from "../support/mailbox.ts";
import { atPath, control, getStartedWithPasscode, invite, launches, openGroup, rowOf } from "../support/steps.ts";

for (const engine of ENGINES) {
  base.describe(engine, () => {
    base.skip(engine === "PostgreSQL" && !server, "ACCESS_PANEL_TEST_POSTGRES names no server");
    const test = base.extend({ database: databaseOf(engine) });

    test("A member signs in through a certified provider, and invites by a real mail", async ({ person, serve }) => {
      const { mailServer, panel, provider } = serve;
      const mailbox = new Mailbox(() => mailServer.mails());
      const address = "mira@studio-north.example";

      const alice = await person("Alice");
      await alice.goto(panel.url);
      await alice.getByRole("button", { name: "Sign in", exact: true }).click();
      await alice.waitForURL((url) => url.origin === provider.issuer);
      await alice.getByRole("button", { name: "Alice Example", exact: true }).click();
      await alice.waitForURL((url) => url.origin === panel.url && url.pathname === "/");
      await expect(control(alice, "Sign out")).toHaveCount(1);

      await openGroup(alice, panel.url, "Field partners");
      await invite(alice, address, "Come and see the fields.");
      const { link, mail } = await mailbox.invitation(address);
      const [received] = mailServer.mails();
      expect(received).toMatchObject({ from: "access@northwind.example", replyTo: ["alice@northwind.example"], secure: true, user: mailServer.username });
      expect(received!.messageId).toMatch(/^<.+@.+>$/);
      expect(received!.raw).toMatch(/^Content-Type: multipart\/alternative/im);
      expect(received!.raw).toMatch(/^Auto-Submitted: auto-generated/im);
      expect(mail.text).toContain("Come and see the fields.");
      // Nothing is loaded from elsewhere, and nothing runs.
      expect(mail.html).not.toMatch(/<script|\son\w+=|src="http/i);
      expect(link).toMatch(new RegExp(`^${panel.url}/redeem\\?ticket=`));

      const guest = await person("the guest");
      await guest.goto(link);
      await getStartedWithPasscode(guest, mailbox, address);
      await guest.waitForURL(atPath("/"));
      expect(await launches(guest)).toHaveLength(1);
      await alice.reload();
      await expect(rowOf(alice, address)).toContainText("Accepted");
    });

    test("Whoever is not one of us is told so, and gets nothing", async ({ complaints, person, serve }) => {
      complaints.expect(/40[0-9] /);
      for (const name of ["Bob Example", "Carol Example"]) {
        const page = await person(name);
        await page.goto(serve.panel.url);
        await page.getByRole("button", { name: "Sign in", exact: true }).click();
        await page.getByRole("button", { name, exact: true }).click();
        await page.waitForURL((url) => url.origin === serve.panel.url);
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        await expect(control(page, "Sign out")).toHaveCount(0);
        // No session: the panel still asks.
        await page.goto(serve.panel.url);
        await expect(page).toHaveURL(atPath("/sign-in"));
      }
    });

    test("A refused consent says what happened, and offers to try again", async ({ complaints, person, serve }) => {
      complaints.expect(/40[0-9] /);
      const alice = await person("Alice");
      await alice.goto(serve.panel.url);
      await alice.getByRole("button", { name: "Sign in", exact: true }).click();
      await alice.getByRole("button", { name: "Refuse", exact: true }).click();
      await alice.waitForURL((url) => url.origin === serve.panel.url);
      await expect(alice.getByRole("heading", { level: 1 })).toBeVisible();
      // Not another error: the way on leads back to the provider, and in.
      await alice.goto(serve.panel.url);
      await alice.getByRole("button", { name: "Sign in", exact: true }).click();
      await alice.getByRole("button", { name: "Alice Example", exact: true }).click();
      await alice.waitForURL((url) => url.origin === serve.panel.url && url.pathname === "/");
      await expect(control(alice, "Sign out")).toHaveCount(1);
    });

    test("A callback used twice, or by another browser, signs nobody in", async ({ complaints, person, serve }) => {
      complaints.expect(/40[0-9] /);
      const alice = await person("Alice");
      const callbacks: string[] = [];
      alice.on("request", (request) => {
        if (new URL(request.url()).pathname === "/sign-in/callback/members") callbacks.push(request.url());
      });
      await alice.goto(serve.panel.url);
      await alice.getByRole("button", { name: "Sign in", exact: true }).click();
      await alice.getByRole("button", { name: "Alice Example", exact: true }).click();
      await alice.waitForURL((url) => url.origin === serve.panel.url && url.pathname === "/");
      expect(callbacks.length).toBeGreaterThan(0);

      const stranger = await person("a stranger");
      for (const callback of callbacks) await stranger.goto(callback);
      await expect(control(stranger, "Sign out")).toHaveCount(0);
      await stranger.goto(serve.panel.url);
      await expect(stranger).toHaveURL(atPath("/sign-in"));

      await alice.context().clearCookies({ name: "__Host-session" });
      await alice.goto(callbacks[0]!);
      await alice.goto(serve.panel.url);
      await expect(alice).toHaveURL(atPath("/sign-in"));
    });
  });
}
