// The parts the other tests lean on: a test that fails here says nothing about the panel.

import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, createConnection } from "node:net";
import { readFile } from "node:fs/promises";
import { connect as connectTls, rootCertificates } from "node:tls";
import type { Socket } from "node:net";
import { expect, test } from "../support/fixtures.ts";
import { startMailServer } from "../support/mail-server.ts";
import { Mailbox } from "../support/mailbox.ts";
import { startProvider } from "../support/provider.ts";

test("The mail server wants STARTTLS and AUTH, and keeps what it takes", async () => {
  const server = await startMailServer();
  try {
    let socket: Socket = createConnection(server.port, "127.0.0.1");
    const say = async (line: string | undefined) => {
      if (line !== undefined) socket.write(`${line}\r\n`);
      let answer = "";
      for (;;) {
        const chunk = await new Promise<Buffer>((resolve, reject) => socket.once("data", resolve).once("error", reject));
        answer += chunk.toString();
        if (/^\d{3} .*\r\n$/m.test(answer)) return answer;
      }
    };
    expect(await say(undefined)).toMatch(/^220 /);
    const hello = await say("EHLO test");
    expect(hello).toContain("STARTTLS");
    // This one offers AUTH too early, and refuses it: a client that tries has given its password away.
    expect(await say("AUTH PLAIN AHBhbmVsAHg=")).toMatch(/^538 /);
    expect(await say("MAIL FROM:<a@b.example>")).toMatch(/^5/);
    expect(await say("STARTTLS")).toMatch(/^220 /);
    const ca = [...rootCertificates, await readFile(server.authorityFile, "utf8")];
    const plain = socket;
    socket = await new Promise((resolve, reject) => {
      const secure = connectTls({ ca, servername: server.host, socket: plain }, () => resolve(secure)).once("error", reject);
    });
    expect(await say("EHLO test")).toContain("AUTH");
    expect(await say("MAIL FROM:<a@b.example>")).toMatch(/^530 /);
    expect(await say(`AUTH PLAIN ${Buffer.from(`\0${server.username}\0wrong`).toString("base64")}`)).toMatch(/^535 /);
    expect(await say(`AUTH PLAIN ${Buffer.from(`\0${server.username}\0${server.password}`).toString("base64")}`)).toMatch(/^235 /);
    expect(await say("MAIL FROM:<a@b.example>")).toMatch(/^250 /);
    expect(await say("RCPT TO:<mira@studio-north.example>")).toMatch(/^250 /);
    expect(await say("DATA")).toMatch(/^354 /);
    const link = "https://panel.example/redeem?ticket=abc-DEF_1";
    expect(await say(`From: A <a@b.example>\r\nReply-To: c@d.example\r\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\nMessage-ID: <1@b.example>\r\n\r\nGet started: ${link}\r\n.`)).toMatch(/^250 /);
    socket.end();

    const mailbox = new Mailbox(() => server.mails());
    const { link: found, mail } = await mailbox.invitation("mira@studio-north.example");
    expect(found).toBe(link);
    expect(mail).toMatchObject({ from: "a@b.example", messageId: "<1@b.example>", replyTo: ["c@d.example"], secure: true, subject: "Grüße", user: "panel" });
  } finally {
    await server.end();
  }
});

test("The provider signs in who is chosen, with a form that needs no JavaScript", async ({ person }) => {
  const back = createServer((_request, response) => response.end("back")).listen(0, "localhost");
  await once(back, "listening");
  const redirect = `http://localhost:${(back.address() as AddressInfo).port}/sign-in/callback`;
  const provider = await startProvider({ redirectUris: [redirect] });
  try {
    const page = await person("Alice");
    const discovery = await (await fetch(`${provider.issuer}/.well-known/openid-configuration`)).json();
    const verifier = "a".repeat(50);
    const challenge = Buffer.from(await crypto.subtle.digest("SHA-256", Buffer.from(verifier))).toString("base64url");
    const query = new URLSearchParams({
      client_id: provider.clientId,
      code_challenge: challenge,
      code_challenge_method: "S256",
      nonce: "n",
      redirect_uri: redirect,
      response_type: "code",
      scope: "openid email profile",
      state: "s",
    });
    await page.goto(`${discovery.authorization_endpoint}?${query}`);
    await page.getByRole("button", { name: "Alice Example" }).click();
    await page.waitForURL(`${redirect}**`);
    const code = new URL(page.url()).searchParams.get("code")!;
    const tokens = await (
      await fetch(discovery.token_endpoint, {
        body: new URLSearchParams({ code, code_verifier: verifier, grant_type: "authorization_code", redirect_uri: redirect }),
        headers: { authorization: `Basic ${Buffer.from(`${provider.clientId}:${provider.clientSecret}`).toString("base64")}` },
        method: "POST",
      })
    ).json();
    const claims = JSON.parse(Buffer.from(tokens.id_token.split(".")[1], "base64url").toString());
    expect(claims).toMatchObject({ aud: "panel", email: "alice@northwind.example", email_verified: true, iss: provider.issuer, name: "Alice Example", nonce: "n" });

    await page.context().clearCookies();
    await page.goto(`${discovery.authorization_endpoint}?${query}`);
    await page.getByRole("button", { name: "Refuse" }).click();
    await page.waitForURL(`${redirect}**`);
    expect(new URL(page.url()).searchParams.get("error")).toBe("access_denied");
  } finally {
    await provider.end();
    back.close();
    back.closeAllConnections();
  }
});

test("People have browsers of their own, with JavaScript or without as the project says", async ({ javascript, person }) => {
  const page = await person("someone");
  await page.goto("data:text/html,<title>off</title><script>document.title='on'</script>");
  await expect(page).toHaveTitle(javascript ? "on" : "off");
  // Looking is possible either way.
  expect(await page.evaluate(() => document.documentElement.clientWidth)).toBeGreaterThan(0);
});
