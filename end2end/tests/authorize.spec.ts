// A program on the person's own machine signs people in through the panel, with JavaScript and without.

import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "@playwright/test";
import { expect, test } from "../support/fixtures.ts";
import { atPath, control, signIn } from "../support/steps.ts";

const CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const HOSTILE = `"><script>document.title = "broken"</script>&amp;`;

let program: Server;
let callback: string;

test.beforeEach(async () => {
  program = createServer((_, answer) => answer.setHeader("content-type", "text/html").end("<title>Program</title><h1>You are back</h1>"));
  await new Promise<void>((done) => program.listen(0, "127.0.0.1", done));
  callback = `http://127.0.0.1:${(program.address() as AddressInfo).port}/cb`;
});

test.afterEach(async () => {
  program.closeAllConnections();
  await new Promise((done) => program.close(done));
});

/** An administrator connects *Design review*, as a program without a secret. */
async function connect(ada: Page, url: string): Promise<void> {
  await signIn(ada, url, "Ada Admin");
  await ada.goto(`${url}/apps/managed`);
  await ada.locator("main").getByRole("link", { name: /Design review/ }).first().click();
  await ada.waitForURL(atPath(/^\/apps\/[0-9a-f-]{36}$/));
  await ada.goto(`${ada.url()}/sign-in?kind=oidc`);
  await ada.getByLabel("Redirect URIs").fill("http://127.0.0.1/cb");
  await ada.getByLabel("Proof").selectOption("none");
  await ada.getByLabel("Client id").fill("desk");
  await ada.getByRole("button", { name: "Save", exact: true }).click();
  await ada.waitForLoadState();
}

function request(url: string, more: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    client_id: "desk",
    redirect_uri: callback,
    response_type: "code",
    scope: "openid",
    state: HOSTILE,
    code_challenge: CHALLENGE,
    code_challenge_method: "S256",
    ...more,
  });
  return `${url}/oauth2/v2.0/authorize?${query}`;
}

test("Signing in leads to a program on the own machine, and so does signing in again", async ({ demo, person }) => {
  await connect(await person("Ada"), demo.url);
  const john = await person("John");
  await john.goto(request(demo.url));
  await expect(john.getByText("Sign in to go on to Design review.")).toBeVisible();
  await john.getByRole("button", { name: "Sign in", exact: true }).click();
  await john.getByRole("button", { name: "John Doe", exact: true }).click();
  await expect(john.getByRole("heading", { name: "You are back" })).toBeVisible();
  let heard = new URL(john.url()).searchParams;
  expect(heard.get("state")).toBe(HOSTILE);
  expect(heard.get("iss")).toBe(demo.url);
  const first = heard.get("code");
  expect(first).toMatch(/^[\w-]{43}$/);

  // Straight through, then once more by the front door.
  await john.goto(request(demo.url));
  await expect(john.getByRole("heading", { name: "You are back" })).toBeVisible();
  await john.goto(request(demo.url, { prompt: "login" }));
  await expect(john.getByRole("heading", { name: "Sign in again" })).toBeVisible();
  await john.getByRole("button", { name: "Sign in", exact: true }).click();
  await john.getByRole("button", { name: "John Doe", exact: true }).click();
  await expect(john.getByRole("heading", { name: "You are back" })).toBeVisible();
  heard = new URL(john.url()).searchParams;
  expect(heard.get("code")).not.toBe(first);
});

test("Who does not have the app reads so, and the app hears it", async ({ demo, person, complaints }) => {
  complaints.expect(/403/);
  await connect(await person("Ada"), demo.url);
  const lena = await person("Lena");
  await lena.goto(request(demo.url));
  await lena.getByRole("button", { name: "Sign in", exact: true }).click();
  await lena.getByRole("button", { name: "Lena Lee", exact: true }).click();
  await expect(lena.getByRole("heading", { name: "You do not have Design review" })).toBeVisible();
  await control(lena, "Back to Design review").click();
  await expect(lena.getByRole("heading", { name: "You are back" })).toBeVisible();
  const heard = new URL(lena.url()).searchParams;
  expect([heard.get("error"), heard.get("state"), heard.get("code")]).toEqual(["access_denied", HOSTILE, null]);
});

test("An app asks to sign somebody out, and they decide", async ({ demo, person }) => {
  const john = await person("John");
  await signIn(john, demo.url, "John Doe");
  await john.goto(`${demo.url}/oauth2/v2.0/logout`);
  await expect(john.getByRole("heading", { name: "Sign out of WoodGrove?" })).toBeVisible();
  await control(john, "Stay signed in").click();
  await john.waitForURL(atPath("/"));
  await john.goto(`${demo.url}/oauth2/v2.0/logout`);
  await john.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(john.getByText("You are signed out.")).toBeVisible();
  await john.goto(`${demo.url}/groups`);
  await john.waitForURL(atPath("/sign-in"));
});
