// Apps sign people in through the panel: openid-client, a certified library, against `serve` beside a certified
// provider. Every party has a host of its own, because cookies do not know ports.

import type { Page } from "@playwright/test";
import { type CryptoKey, createRemoteJWKSet, exportJWK, generateKeyPair, jwtVerify } from "jose";
import * as client from "openid-client";
import { ENGINES, databaseOf, server } from "../support/database.ts";
import { type Serve, expect, test as base } from "../support/fixtures.ts";
import { lookAt } from "../support/look.ts";
import { Mailbox } from "../support/mailbox.ts";
import { oidcApp } from "../support/oidc-apps.ts";
import { OpenIdApp, type RelyingParty, type SignIn, type Tokens, startRelyingParty } from "../support/relying-party.ts";
import { atPath, control, getStartedWithPasscode, invite, openApp, openGroup, remove, rowOf } from "../support/steps.ts";

const SECRET = { basic: "basicSecret0123456789abcdefghijklmnopqrs", post: "postSecret0123456789abcdefghijklmnopqrst", pushed: "pushedSecret0123456789abcdefghijklmnopqr" };

interface Parties {
  key: { private: CryptoKey; jwks: object };
  rp: RelyingParty;
  /** A program on the person's own machine, listening where there is room. */
  native: RelyingParty;
}

const test = base.extend<Parties>({
  key: async ({}, use) => {
    const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
    await use({ jwks: { keys: [{ ...(await exportJWK(publicKey)), alg: "ES256", kid: "of-the-app", use: "sig" }] }, private: privateKey });
  },
  rp: async ({}, use) => {
    const rp = await startRelyingParty();
    await use(rp);
    await rp.end();
  },
  native: async ({}, use) => {
    const native = await startRelyingParty("127.0.0.1");
    await use(native);
    await native.end();
  },
  more: async ({ key, rp }, use) => {
    const at = { groups: ["crew"], post_logout_uris: [`${rp.origin}/signed-out`], redirect_uris: [`${rp.origin}/callback`], url: `${rp.origin}/` };
    await use(
      `
[[people]]
address = "dora@northwind.example"
name = "Dora Example"
given_name = "Dora"
department = "Soil"

[[groups]]
key = "crew"
name = "Field crew"
owners = ["alice@northwind.example"]
members = ["dora@northwind.example"]
accepts_guests = true
` +
        oidcApp({
          ...at,
          key: "soil-maps",
          name: "Soil maps",
          client_id: "soil-maps",
          auth: "secret",
          secrets: [SECRET.basic],
          signing: "RS256",
          initiate_login_uri: `${rp.origin}/initiate?from=panel`,
          backchannel_logout_uri: `${rp.origin}/backchannel`,
          told: { groups: "assigned", groups_as: "name", claims: { unit: "{department}", tenant: "north" } },
        }) +
        oidcApp({ ...at, key: "crop-plan", name: "Crop plan", client_id: "crop-plan", auth: "secret", secrets: [SECRET.post], signing: "ES256", backchannel_logout_uri: `${rp.origin}/backchannel`, told: { groups: "none", pairwise: true } }) +
        oidcApp({ ...at, key: "weather", name: "Weather", client_id: "weather", auth: "private_key_jwt", jwks: key.jwks, signing: "ES256" }) +
        oidcApp({ ...at, key: "seed-store", name: "Seed store", client_id: "seed-store", auth: "secret", secrets: [SECRET.pushed], signing: "RS256", require_par: true }) +
        oidcApp({ ...at, key: "field-app", name: "Field app", client_id: "field-app", auth: "none", redirect_uris: ["http://127.0.0.1/native"], post_logout_uris: [], signing: "RS256" }),
    );
  },
});

const soilMaps = ({ panel }: Serve, rp: RelyingParty) => OpenIdApp.discover(panel.url, "soil-maps", client.ClientSecretBasic(SECRET.basic), `${rp.origin}/callback`);
const cropPlan = ({ panel }: Serve, rp: RelyingParty) => OpenIdApp.discover(panel.url, "crop-plan", client.ClientSecretPost(SECRET.post), `${rp.origin}/callback`, "ES256");

/** At the panel's sign-in page: by the members' provider, which asks who it is. */
async function proveAs(page: Page, { provider }: Serve, name: string): Promise<void> {
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL((url) => url.origin === provider.issuer);
  await page.getByRole("button", { name, exact: true }).click();
}

/** The browser comes back to the app. */
async function back(page: Page, rp: RelyingParty, path = "/callback"): Promise<string> {
  await page.waitForURL((url) => url.origin === rp.origin && url.pathname === path);
  return page.url();
}

/** The first time: the panel asks who it is. */
async function signInAs(page: Page, serve: Serve, rp: RelyingParty, app: OpenIdApp, name: string): Promise<Tokens> {
  const signIn = await app.begin();
  await page.goto(signIn.url.href);
  await expect(page).toHaveURL(atPath("/sign-in"));
  await proveAs(page, serve, name);
  return signIn.redeem(await back(page, rp));
}

/** Whoever is signed in to the panel is asked nothing. */
async function silently(page: Page, rp: RelyingParty, signIn: SignIn, path?: string): Promise<Tokens> {
  await page.goto(signIn.url.href);
  return signIn.redeem(await back(page, rp, path));
}

/** What the app is told instead of a code, by its own library. */
async function refusal(signIn: SignIn, at: string): Promise<string> {
  const error = await signIn.redeem(at).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(client.AuthorizationResponseError);
  return (error as client.AuthorizationResponseError).error;
}

/** The code of an error that the token end point answered. */
async function refused(answer: Promise<unknown>): Promise<string> {
  const error = await answer.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(client.ResponseBodyError);
  return (error as client.ResponseBodyError).error;
}

async function expectEnded(app: OpenIdApp, tokens: Tokens): Promise<void> {
  await expect(app.userInfo(tokens)).rejects.toBeInstanceOf(client.WWWAuthenticateChallengeError);
  expect(await app.isActive(tokens.access_token)).toBe(false);
  expect(await app.isActive(tokens.refresh_token)).toBe(false);
  expect(await refused(app.refresh(tokens.refresh_token))).toBe("invalid_grant");
}

test("An app with a secret learns who it is, and only what it may know", async ({ person, rp, serve }) => {
  const app = await soilMaps(serve, rp);
  const before = Math.floor(Date.now() / 1000) - 60;
  const page = await person("Dora");
  const tokens = await signInAs(page, serve, rp, app, "Dora Example");

  const { claims } = tokens;
  expect(claims).toMatchObject({
    acct: 0,
    aud: "soil-maps",
    email: "dora@northwind.example",
    email_verified: true,
    groups: ["Field crew"],
    iss: serve.panel.url,
    name: "Dora Example",
    preferred_username: "dora@northwind.example",
    tenant: "north",
    unit: "Soil",
  });
  expect(claims.sid).toMatch(/^[0-9a-f-]{36}$/);
  expect(claims.exp - claims.iat).toBe(300);
  expect(claims.auth_time).toBeGreaterThan(before);
  // Of a member the panel itself vouches.
  expect(claims).not.toHaveProperty("idp");

  const told = await app.userInfo(tokens);
  expect(told).toMatchObject({ acct: 0, email: "dora@northwind.example", groups: ["Field crew"], name: "Dora Example", sub: claims.sub, tenant: "north", unit: "Soil" });
  const introspected = await client.tokenIntrospection(app.config, tokens.access_token);
  expect(introspected).toMatchObject({ active: true, client_id: "soil-maps", iss: serve.panel.url, sub: claims.sub });

  // What an API would check without asking: the type keeps ID tokens out.
  const keys = createRemoteJWKSet(new URL(app.config.serverMetadata().jwks_uri!));
  const { payload } = await jwtVerify(tokens.access_token, keys, { audience: "soil-maps", issuer: serve.panel.url, typ: "at+jwt" });
  expect(payload).toMatchObject({ client_id: "soil-maps", sid: claims.sid, sub: claims.sub });
  await expect(jwtVerify(tokens.id_token, keys, { typ: "at+jwt" })).rejects.toThrow();
});

test("Every way of proving which app asks works, with both signatures; one sign-in is enough for all", async ({ key, native, person, rp, serve }) => {
  const { url } = serve.panel;
  const callback = `${rp.origin}/callback`;
  const page = await person("Dora");
  const first = await soilMaps(serve, rp);
  const { claims } = await signInAs(page, serve, rp, first, "Dora Example");

  const post = await silently(page, rp, await (await cropPlan(serve, rp)).begin());
  // This app has names of its own for people, and knows of no groups.
  expect(post.claims.sub).not.toBe(claims.sub);
  expect(post.claims).not.toHaveProperty("groups");
  expect(post.claims.auth_time).toBe(claims.auth_time);

  const weather = await OpenIdApp.discover(url, "weather", client.PrivateKeyJwt({ key: key.private, kid: "of-the-app" }), callback, "ES256");
  const signed = await silently(page, rp, await weather.begin());
  expect(signed.claims.sub).toBe(claims.sub);
  expect(signed.claims.sid).not.toBe(claims.sid);

  const program = await OpenIdApp.discover(url, "field-app", client.None(), `${native.origin}/native`);
  const own = await silently(page, native, await program.begin(), "/native");
  expect(own.claims.sub).toBe(claims.sub);
  expect((await client.refreshTokenGrant(program.config, own.refresh_token)).access_token).not.toBe(own.access_token);

  // Not by another's secret, nor by another way than the registered one.
  for (const wrong of [client.ClientSecretBasic(SECRET.post), client.ClientSecretPost(`${SECRET.basic}x`), client.None()]) {
    const impostor = await OpenIdApp.discover(url, "soil-maps", wrong, callback);
    const signIn = await impostor.begin();
    await page.goto(signIn.url.href);
    const error = await signIn.redeem(await back(page, rp)).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(error).toBeInstanceOf(client.WWWAuthenticateChallengeError);
    expect(await (error as client.WWWAuthenticateChallengeError).response.json()).toMatchObject({ error: "invalid_client" });
  }
});

test("An app that runs in the browser calls what it needs from an origin of its own", async ({ complaints, javascript, native, person, serve }) => {
  complaints.expect(/401 .*userinfo/);
  test.skip(!javascript, "it is a script");
  const app = await OpenIdApp.discover(serve.panel.url, "field-app", client.None(), `${native.origin}/native`);
  const page = await person("Dora");
  const signIn = await app.begin();
  await page.goto(signIn.url.href);
  await proveAs(page, serve, "Dora Example");
  const code = new URL(await back(page, native, "/native")).searchParams.get("code")!;
  const found = await page.evaluate(
    async ({ code, issuer, redirect_uri, verifier }) => {
      const known = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
      const keys = await (await fetch(known.jwks_uri)).json();
      const body = new URLSearchParams({ client_id: "field-app", code, code_verifier: verifier, grant_type: "authorization_code", redirect_uri });
      const tokens = await (await fetch(known.token_endpoint, { body, method: "POST" })).json();
      const told = await (await fetch(known.userinfo_endpoint, { headers: { authorization: `Bearer ${tokens.access_token}` } })).json();
      const given = await fetch(known.revocation_endpoint, { body: new URLSearchParams({ client_id: "field-app", token: tokens.refresh_token }), method: "POST" });
      const after = await fetch(known.userinfo_endpoint, { headers: { authorization: `Bearer ${tokens.access_token}` } }).then(({ status }) => status);
      return { after, given: given.status, keys: keys.keys.length as number, name: told.name as string };
    },
    { code, issuer: app.issuer, redirect_uri: app.redirectUri, verifier: signIn.checks.pkceCodeVerifier! },
  );
  expect(found).toMatchObject({ after: 401, given: 200, name: "Dora Example" });
  expect(found.keys).toBeGreaterThanOrEqual(2);
});

test("A code works once, for its app, with its proof", async ({ person, rp, serve }) => {
  const app = await soilMaps(serve, rp);
  const other = await cropPlan(serve, rp);
  const page = await person("Dora");
  const tokens = await signInAs(page, serve, rp, app, "Dora Example");

  const stolen = await app.begin();
  await page.goto(stolen.url.href);
  const at = new URL(await back(page, rp));
  const code = at.searchParams.get("code")!;
  const grant = (config: client.Configuration, verifier: string) =>
    client.genericGrantRequest(config, "authorization_code", { code, code_verifier: verifier, redirect_uri: app.redirectUri });
  expect(await refused(grant(other.config, stolen.checks.pkceCodeVerifier!))).toBe("invalid_grant");
  expect(await refused(grant(app.config, client.randomPKCECodeVerifier()))).toBe("invalid_grant");

  const signIn = await app.begin();
  await page.goto(signIn.url.href);
  const answered = await back(page, rp);
  const once = await signIn.redeem(answered);
  expect(await app.isActive(once.access_token)).toBe(true);
  expect(await refused(signIn.redeem(answered))).toBe("invalid_grant");
  // Whoever used it first may have been the thief.
  await expectEnded(app, once);
  // The app's other sign-in goes on.
  expect(await app.isActive(tokens.access_token)).toBe(true);
});

test("Refresh tokens change at each use, and one that is used twice ends its line", async ({ person, rp, serve }) => {
  const app = await soilMaps(serve, rp);
  const tokens = await signInAs(await person("Dora"), serve, rp, app, "Dora Example");
  const second = await app.refresh(tokens.refresh_token);
  expect(second.refresh_token).not.toBe(tokens.refresh_token);
  expect(second.claims()).toMatchObject({ auth_time: tokens.claims.auth_time, sid: tokens.claims.sid, sub: tokens.claims.sub });
  const third = await app.refresh(second.refresh_token!);
  expect(await app.isActive(third.access_token)).toBe(true);
  expect(await refused(app.refresh(second.refresh_token!))).toBe("invalid_grant");
  expect(await app.isActive(third.access_token)).toBe(false);
  expect(await refused(app.refresh(third.refresh_token!))).toBe("invalid_grant");
});

test("What well-known apps ask for besides does no harm", async ({ person, rp, serve }) => {
  const app = await soilMaps(serve, rp);
  const page = await person("Dora");
  // A scope that others have for groups, claims that Nextcloud lists, and what is meant for other providers.
  const scope = "openid profile email offline_access groups";
  const signIn = await app.begin({ access_type: "offline", claims: JSON.stringify({ id_token: { groups: null }, userinfo: { email: { essential: true } } }), display: "page", response_mode: "query", scope, ui_locales: "tlh en" });
  await page.goto(signIn.url.href);
  await proveAs(page, serve, "Dora Example");
  // GitLab names the scope once more with the code.
  const tokens = await signIn.redeem(await back(page, rp), { scope: "openid profile email" });
  expect(tokens.claims.groups).toEqual(["Field crew"]);
});

test("An app that names at each renewal all that it asked for, as mod_auth_openidc does, gets it renewed", async ({ person, rp, serve }) => {
  const app = await soilMaps(serve, rp);
  const page = await person("Dora");
  const scope = "openid profile email offline_access groups";
  const signIn = await app.begin({ scope });
  await page.goto(signIn.url.href);
  await proveAs(page, serve, "Dora Example");
  const tokens = await signIn.redeem(await back(page, rp));
  const renewed = await client.refreshTokenGrant(app.config, tokens.refresh_token, { scope });
  expect(renewed.claims()).toMatchObject({ email: "dora@northwind.example", groups: ["Field crew"], sub: tokens.claims.sub });
});

test("An app gives tokens back", async ({ person, rp, serve }) => {
  const app = await soilMaps(serve, rp);
  const other = await cropPlan(serve, rp);
  const page = await person("Dora");
  const tokens = await signInAs(page, serve, rp, app, "Dora Example");
  const others = await silently(page, rp, await other.begin());
  // Another app can neither ask about a token nor give it back.
  expect(await other.isActive(tokens.access_token)).toBe(false);
  await client.tokenRevocation(other.config, tokens.refresh_token).catch(() => {});
  expect(await app.isActive(tokens.access_token)).toBe(true);

  await client.tokenRevocation(app.config, tokens.refresh_token);
  await expectEnded(app, tokens);
  expect(await other.isActive(others.access_token)).toBe(true);
  await client.tokenRevocation(other.config, others.access_token);
  expect(await other.isActive(others.refresh_token)).toBe(false);
});

test("What an app asks for can be pushed, and must be where it is registered so", async ({ complaints, javascript, person, rp, serve }) => {
  complaints.expect(/40[0-9] /);
  const app = await soilMaps(serve, rp);
  const pushing = await OpenIdApp.discover(serve.panel.url, "seed-store", client.ClientSecretBasic(SECRET.pushed), `${rp.origin}/callback`);
  const page = await person("Dora");
  // Somebody who has to sign in first, and somebody who has.
  const signIn = await pushing.begin({}, true);
  expect([...signIn.url.searchParams.keys()].sort()).toEqual(["client_id", "request_uri"]);
  await page.goto(signIn.url.href);
  await proveAs(page, serve, "Dora Example");
  const tokens = await signIn.redeem(await back(page, rp));
  expect(tokens.claims.aud).toBe("seed-store");
  await silently(page, rp, await app.begin({}, true));

  const plain = await pushing.begin();
  await page.goto(plain.url.href);
  expect(await refusal(plain, await back(page, rp))).toBe("invalid_request");

  // Used up: reloading may repeat it for a moment, but for nobody else.
  const elsewhere = await person("Dora, in another browser");
  await elsewhere.goto(signIn.url.href);
  await expect(elsewhere.getByRole("heading", { level: 1 })).toHaveText("This took too long");
  // Not even for the same person, signed in there.
  await elsewhere.goto(serve.panel.url);
  await proveAs(elsewhere, serve, "Dora Example");
  await elsewhere.waitForURL((url) => url.origin === serve.panel.url && url.pathname === "/");
  await elsewhere.goto(signIn.url.href);
  await expect(elsewhere.getByRole("heading", { level: 1 })).toHaveText("This took too long");
  expect(new URL(elsewhere.url()).origin).toBe(serve.panel.url);
  expect(await lookAt(elsewhere, javascript)).toEqual([]);
});

test("prompt and max_age are kept", async ({ person, rp, serve }) => {
  const app = await soilMaps(serve, rp);
  const page = await person("Dora");

  const silent = await app.begin({ prompt: "none" });
  await page.goto(silent.url.href);
  expect(await refusal(silent, await back(page, rp))).toBe("login_required");

  const tokens = await signInAs(page, serve, rp, app, "Dora Example");
  const still = await silently(page, rp, await app.begin({ prompt: "none" }));
  expect(still.claims).toMatchObject({ auth_time: tokens.claims.auth_time, sid: tokens.claims.sid });
  await silently(page, rp, await app.begin({ max_age: "3600" }));

  // A second must pass, so that the times can differ.
  await expect.poll(() => Math.floor(Date.now() / 1000)).toBeGreaterThan(tokens.claims.auth_time! + 1);
  for (const demand of [{ prompt: "login" }, { max_age: "1" }] as Record<string, string>[]) {
    const again = await app.begin(demand);
    await page.goto(again.url.href);
    await expect(page).toHaveURL(atPath("/sign-in"));
    await expect(page.locator("main")).toContainText("Soil maps");
    // The provider asks, too, although it knows who it is.
    await proveAs(page, serve, "Dora Example");
    const proven = await again.redeem(await back(page, rp));
    expect(proven.claims.auth_time).toBeGreaterThan(tokens.claims.auth_time!);
    // The same browser, person and app: what is signed in stays so.
    expect(proven.claims.sid).toBe(tokens.claims.sid);
    await expect.poll(() => Math.floor(Date.now() / 1000)).toBeGreaterThan(proven.claims.auth_time! + 1);
  }
  expect(await app.isActive(tokens.access_token)).toBe(true);
  const old = await app.begin({ max_age: "1", prompt: "none" });
  await page.goto(old.url.href);
  expect(await refusal(old, await back(page, rp))).toBe("login_required");
});

test("A tile opens the app signed in, without another question", async ({ person, rp, serve }) => {
  const app = await soilMaps(serve, rp);
  const page = await person("Dora");
  await page.goto(serve.panel.url);
  await proveAs(page, serve, "Dora Example");
  await page.waitForURL((url) => url.origin === serve.panel.url && url.pathname === "/");
  let begun: SignIn | undefined;
  rp.begin = async () => {
    begun = await app.begin();
    return begun.url;
  };
  const opened = await openApp(page, "Soil maps");
  const tokens = await begun!.redeem(await back(opened, rp));
  expect(tokens.claims.name).toBe("Dora Example");
  expect(Object.fromEntries(rp.initiated[0]!.searchParams)).toEqual({ from: "panel", iss: serve.panel.url, target_link_uri: `${rp.origin}/` });
});

test("A guest who exists nowhere else signs in to an app by a code from the mail", async ({ person, rp, serve }) => {
  const address = "mira@studio-north.example";
  const mailbox = new Mailbox(() => serve.mailServer.mails());
  const alice = await person("Alice");
  await alice.goto(serve.panel.url);
  await proveAs(alice, serve, "Alice Example");
  await alice.waitForURL(atPath("/"));
  await openGroup(alice, serve.panel.url, "Field crew");
  await invite(alice, address, "Come and map.");
  const guest = await person("the guest");
  await guest.goto((await mailbox.invitation(address)).link);
  await getStartedWithPasscode(guest, mailbox, address);
  await guest.waitForURL(atPath("/"));

  const tokens = await silently(guest, rp, await (await soilMaps(serve, rp)).begin());
  expect(tokens.claims).toMatchObject({ acct: 1, amr: ["otp"], email: address, email_verified: true, groups: ["Field crew"], idp: "mail" });
});

test("Whoever signs out of an app is signed out of the panel, and the other apps are told", async ({ person, rp, serve }) => {
  const app = await soilMaps(serve, rp);
  const other = await cropPlan(serve, rp);
  const page = await person("Dora");
  const tokens = await signInAs(page, serve, rp, app, "Dora Example");
  const others = await silently(page, rp, await other.begin());

  const state = client.randomState();
  await page.goto(client.buildEndSessionUrl(app.config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: `${rp.origin}/signed-out`, state }).href);
  expect(new URL(await back(page, rp, "/signed-out")).searchParams.get("state")).toBe(state);
  await expectEnded(app, tokens);
  await expectEnded(other, others);
  await page.goto(serve.panel.url);
  await expect(page).toHaveURL(atPath("/sign-in"));
  await expectLogout(rp, other, others);
});

/** An app's own page sends its request by a form, so that nothing of it stands in an address. */
async function post(page: Page, rp: RelyingParty, url: URL): Promise<void> {
  await page.goto(rp.origin);
  await page.evaluate((href) => {
    const url = new URL(href);
    const form = document.createElement("form");
    form.method = "post";
    form.action = url.origin + url.pathname;
    for (const [name, value] of url.searchParams) {
      const input = document.createElement("input");
      input.type = "hidden";
      input.name = name;
      input.value = value;
      form.append(input);
    }
    document.body.append(form);
    form.submit();
  }, url.href);
}

test("Signing in and out works by forms, too", async ({ person, rp, serve }) => {
  const app = await soilMaps(serve, rp);
  const page = await person("Dora");
  // Somebody who has to sign in first, and somebody who has.
  const first = await app.begin();
  await post(page, rp, first.url);
  await expect(page).toHaveURL(atPath("/sign-in"));
  await proveAs(page, serve, "Dora Example");
  const tokens = await first.redeem(await back(page, rp));
  const second = await app.begin();
  await post(page, rp, second.url);
  expect((await second.redeem(await back(page, rp))).claims.sid).toBe(tokens.claims.sid);

  await post(page, rp, client.buildEndSessionUrl(app.config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: `${rp.origin}/signed-out` }));
  await back(page, rp, "/signed-out");
  await expectEnded(app, tokens);
  await page.goto(serve.panel.url);
  await expect(page).toHaveURL(atPath("/sign-in"));
});

test("An app that does not say whom it means gets nobody signed out without a question", async ({ complaints, javascript, person, rp, serve }) => {
  complaints.expect(/40[0-9] /);
  const app = await soilMaps(serve, rp);
  const page = await person("Dora");
  const tokens = await signInAs(page, serve, rp, app, "Dora Example");
  await page.goto(app.config.serverMetadata().end_session_endpoint!);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  expect(await lookAt(page, javascript)).toEqual([]);
  expect(await app.isActive(tokens.access_token)).toBe(true);

  // An address that nobody registered is not gone to.
  await page.goto(client.buildEndSessionUrl(app.config, { post_logout_redirect_uri: `${rp.origin}/elsewhere` }).href);
  expect(new URL(page.url()).origin).toBe(serve.panel.url);
  expect(await app.isActive(tokens.access_token)).toBe(true);

  await page.goto(client.buildEndSessionUrl(app.config, { post_logout_redirect_uri: `${rp.origin}/signed-out` }).href);
  await page.locator("main").getByRole("button", { name: "Sign out", exact: true }).click();
  await back(page, rp, "/signed-out");
  await expectEnded(app, tokens);
});

/** The app is told within seconds, by a token that it can trust. */
async function expectLogout(rp: RelyingParty, app: OpenIdApp, { claims }: Tokens): Promise<void> {
  const keys = createRemoteJWKSet(new URL(app.config.serverMetadata().jwks_uri!));
  const ofApp = async () => {
    for (const token of rp.logoutTokens) {
      const { payload } = await jwtVerify(token, keys, { issuer: app.issuer, requiredClaims: ["exp", "iat", "jti"], typ: "logout+jwt" });
      if (payload.aud === app.clientId) return payload;
    }
    return undefined;
  };
  await expect.poll(ofApp, { timeout: 15_000 }).toMatchObject({
    events: { "http://schemas.openid.net/event/backchannel-logout": {} },
    sid: claims.sid,
    sub: claims.sub,
  });
  expect(await ofApp()).not.toHaveProperty("nonce");
}

for (const engine of ENGINES) {
  test.describe(engine, () => {
    const engineTest = test.extend({ database: databaseOf(engine) });
    engineTest.skip(engine === "PostgreSQL" && !server, "ACCESS_PANEL_TEST_POSTGRES names no server");

    engineTest("Whoever is removed from the group loses the app with the next request, and the app is told within seconds", async ({ complaints, javascript, person, rp, serve }) => {
      complaints.expect(/40[0-9] /);
      const app = await soilMaps(serve, rp);
      const other = await cropPlan(serve, rp);
      const page = await person("Dora");
      const tokens = await signInAs(page, serve, rp, app, "Dora Example");
      const others = await silently(page, rp, await other.begin());
      expect(await app.isActive(tokens.access_token)).toBe(true);

      const alice = await person("Alice");
      await alice.goto(serve.panel.url);
      await proveAs(alice, serve, "Alice Example");
      await alice.waitForURL(atPath("/"));
      await openGroup(alice, serve.panel.url, "Field crew");
      await remove(alice, rowOf(alice, "Dora Example"), "Remove Dora Example");
      await expect(alice.locator("main").locator("tr, li").filter({ hasText: "dora@northwind.example" })).toHaveCount(0);

      await expectEnded(app, tokens);
      await expectEnded(other, others);
      await expectLogout(rp, app, tokens);
      await expectLogout(rp, other, others);

      // Dora is told by the panel, whom to ask, and can go back; the app learns no more than that.
      const again = await app.begin();
      await page.goto(again.url.href);
      await expect(page.getByRole("heading", { level: 1 })).toContainText("Soil maps");
      expect(new URL(page.url()).origin).toBe(serve.panel.url);
      expect(await lookAt(page, javascript)).toEqual([]);
      await control(page, "Back to Soil maps").click();
      expect(await refusal(again, await back(page, rp))).toBe("access_denied");
      const silent = await app.begin({ prompt: "none" });
      await page.goto(silent.url.href);
      expect(await refusal(silent, await back(page, rp))).toBe("access_denied");
    });
  });
}

test("A request that somebody tampered with never leads away from the panel", async ({ complaints, person, rp, serve }) => {
  complaints.expect(/40[0-9] /);
  const app = await soilMaps(serve, rp);
  const page = await person("Dora");
  await signInAs(page, serve, rp, app, "Dora Example");
  for (const redirect_uri of [`${rp.origin}/Callback`, `${rp.origin}/callback/`, `${rp.origin}/callback?x=1`, `${rp.origin}/callback%2f..`, "https://evil.example/callback"]) {
    const { url } = await app.begin({ redirect_uri });
    await page.goto(url.href);
    expect(new URL(page.url()).origin, redirect_uri).toBe(serve.panel.url);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  }
  const { url } = await app.begin();
  url.searchParams.set("client_id", "nobody");
  await page.goto(url.href);
  expect(new URL(page.url()).origin).toBe(serve.panel.url);

  // What is the app's own mistake is told to the app.
  for (const [wrong, code] of [
    [{ response_type: "token" }, "unsupported_response_type"],
    [{ scope: "profile" }, "invalid_scope"],
    [{ code_challenge_method: "plain" }, "invalid_request"],
    [{ prompt: "none login" }, "invalid_request"],
  ] as const) {
    const signIn = await app.begin(wrong);
    await page.goto(signIn.url.href);
    expect(await refusal(signIn, await back(page, rp)), JSON.stringify(wrong)).toBe(code);
  }
});
