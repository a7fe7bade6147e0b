// A certified OpenID provider (npm oidc-provider), on an origin of its own: what the demo's stand-in cannot prove.

import { once } from "node:events";
import http from "node:http";
import Provider_ from "oidc-provider";
import { freePort } from "./processes.ts";

export interface Provider {
  issuer: string;
  clientId: string;
  clientSecret: string;
  end(): Promise<void>;
}

export interface Account {
  sub: string;
  name: string;
  email: string;
  email_verified?: boolean;
}

export const ACCOUNTS: Record<string, Account> = {
  alice: { sub: "sub-alice", name: "Alice Example", email: "alice@northwind.example", email_verified: true },
  /** An address of the organization that nobody proved. */
  bob: { sub: "sub-bob", name: "Bob Example", email: "bob@northwind.example", email_verified: false },
  /** Proven, but not the organization's. */
  carol: { sub: "sub-carol", name: "Carol Example", email: "carol@elsewhere.example", email_verified: true },
  dora: { sub: "sub-dora", name: "Dora Example", email: "dora@northwind.example", email_verified: true },
};

export interface ProviderOptions {
  /** The panel's callback addresses. */
  redirectUris: string[];
  /** Some providers send e-mail and name with the user info only, not in the ID token. */
  claimsOnlyInUserInfo?: boolean;
}

const escape = (text: string) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

export async function startProvider(options: ProviderOptions): Promise<Provider> {
  const host = "127.0.0.2";
  const port = await freePort(host);
  const issuer = `http://${host}:${port}`;
  const clientId = "panel";
  const clientSecret = "secretOfThePanel0123456789abcdef";

  const oidc = new Provider_(issuer, {
    claims: { openid: ["sub", "auth_time", "acr"], email: ["email", "email_verified"], profile: ["name"] },
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        grant_types: ["authorization_code"],
        redirect_uris: options.redirectUris,
        response_types: ["code"],
      },
    ],
    conformIdTokenClaims: options.claimsOnlyInUserInfo ?? false,
    cookies: { keys: ["a key of this test only"] },
    features: { devInteractions: { enabled: false } },
    findAccount: (_context, id) => {
      const account = Object.values(ACCOUNTS).find(({ sub }) => sub === id);
      return account && { accountId: id, claims: () => ({ ...account }) };
    },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    // Consent is the organization's affair: given without asking.
    loadExistingGrant: async (context) => {
      const grant = new context.oidc.provider.Grant({ accountId: context.oidc.session!.accountId!, clientId: context.oidc.client!.clientId });
      grant.addOIDCScope("openid email profile");
      await grant.save();
      return grant;
    },
    pkce: { required: () => true },
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 3600, IdToken: 600, Interaction: 600, Session: 3600 },
  });

  const callback = oidc.callback();
  const server = http.createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", issuer);
    if (!url.pathname.startsWith("/interaction/")) return void callback(request, response);
    try {
      // Throws unless the browser holds this interaction's cookie.
      await oidc.interactionDetails(request, response);
      const account = ACCOUNTS[url.searchParams.get("account") ?? ""];
      if (account) return void (await oidc.interactionFinished(request, response, { login: { accountId: account.sub } }));
      if (url.searchParams.has("refuse")) return void (await oidc.interactionFinished(request, response, { error: "access_denied", error_description: "The person refused." }));
      // One button per account, by plain links: works without JavaScript.
      const buttons = Object.entries(ACCOUNTS).map(([id, { name }]) => `<p><button name="account" value="${id}">${escape(name)}</button></p>`);
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
      response.end(`<!doctype html><html lang="en"><title>Choose an account</title><link rel="icon" href="data:,"><h1>Choose an account</h1><form>${buttons.join("")}<p><button name="refuse" value="1">Refuse</button></p></form></html>`);
    } catch (error) {
      response.writeHead(400, { "content-type": "text/plain" });
      response.end(String(error));
    }
  });
  server.listen(port, host);
  await once(server, "listening");
  return {
    issuer,
    clientId,
    clientSecret,
    async end() {
      server.close();
      server.closeAllConnections();
      await once(server, "close").catch(() => {});
    },
  };
}
