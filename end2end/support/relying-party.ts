// An app that signs people in by OpenID Connect: its pages are real, its protocol is openid-client, a certified library.

import { once } from "node:events";
import http, { type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import * as client from "openid-client";
import { freePort } from "./processes.ts";

export interface RelyingParty {
  /** Of an origin of its own: cookies do not know ports. */
  origin: string;
  /** What came to `/backchannel`, the oldest first. */
  logoutTokens: string[];
  /** The addresses that began a sign-in at `/initiate`, the oldest first. */
  initiated: URL[];
  /** Where a sign-in that begins at `/initiate` is sent on to. */
  begin: (asked: URL) => Promise<URL>;
  end(): Promise<void>;
}

const page = (title: string) => `<!doctype html><html lang="en"><title>${title}</title><link rel="icon" href="data:,"><h1>${title}</h1></html>`;

export async function startRelyingParty(host = "127.0.0.3"): Promise<RelyingParty> {
  const port = await freePort(host);
  const party: RelyingParty = {
    origin: `http://${host}:${port}`,
    logoutTokens: [],
    initiated: [],
    begin: async () => {
      throw new Error("nobody said what to begin");
    },
    end: async () => {},
  };
  const titles: Record<string, string> = { "/": "The app", "/callback": "Back at the app", "/native": "Back at the program", "/signed-out": "Signed out of the app" };
  const answer = async (request: IncomingMessage): Promise<{ status: number; body?: string; location?: string }> => {
    const url = new URL(request.url ?? "/", party.origin);
    if (url.pathname === "/backchannel" && request.method === "POST") {
      party.logoutTokens.push(new URLSearchParams(await text(request)).get("logout_token") ?? "");
      return { status: 200, body: "" };
    }
    if (url.pathname === "/initiate") {
      party.initiated.push(url);
      return { status: 303, location: (await party.begin(url)).href };
    }
    const title = titles[url.pathname];
    return title ? { status: 200, body: page(title) } : { status: 404, body: page("Not here") };
  };
  const server = http.createServer((request, response) => {
    answer(request)
      .catch((error: unknown) => ({ status: 500, body: String(error), location: undefined }))
      .then(({ status, body, location }) => {
        response.writeHead(status, { "cache-control": "no-store", "content-type": "text/html; charset=utf-8", ...(location ? { location } : {}) });
        response.end(body);
      });
  });
  server.listen(port, host);
  await once(server, "listening");
  party.end = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, "close").catch(() => {});
  };
  return party;
}

/** One app at the provider, as its developer would set it up. */
export class OpenIdApp {
  private constructor(
    readonly config: client.Configuration,
    readonly redirectUri: string,
  ) {}

  static async discover(issuer: string, clientId: string, auth: client.ClientAuth, redirectUri: string, alg = "RS256"): Promise<OpenIdApp> {
    const config = await client.discovery(new URL(issuer), clientId, { id_token_signed_response_alg: alg }, auth, {
      // This test's provider is on loopback, without TLS.
      execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks],
    });
    return new OpenIdApp(config, redirectUri);
  }

  get issuer(): string {
    return this.config.serverMetadata().issuer;
  }

  get clientId(): string {
    return this.config.clientMetadata().client_id;
  }

  /** A sign-in that begins: where the browser goes, and what its end is checked against. */
  async begin(more: Record<string, string> = {}, pushed = false): Promise<SignIn> {
    const verifier = client.randomPKCECodeVerifier();
    const nonce = client.randomNonce();
    const state = client.randomState();
    const parameters = {
      redirect_uri: this.redirectUri,
      scope: "openid profile email offline_access",
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      nonce,
      state,
      ...more,
    };
    const url = pushed ? await client.buildAuthorizationUrlWithPAR(this.config, parameters) : client.buildAuthorizationUrl(this.config, parameters);
    const checks: client.AuthorizationCodeGrantChecks = { expectedNonce: nonce, expectedState: state, idTokenExpected: true, pkceCodeVerifier: verifier };
    if (more.max_age) checks.maxAge = Number(more.max_age);
    return new SignIn(this, url, checks);
  }

  refresh(token: string): Promise<client.TokenEndpointResponse & client.TokenEndpointResponseHelpers> {
    return client.refreshTokenGrant(this.config, token);
  }

  async isActive(token: string): Promise<boolean> {
    return (await client.tokenIntrospection(this.config, token)).active;
  }

  userInfo(tokens: Tokens): Promise<client.UserInfoResponse> {
    return client.fetchUserInfo(this.config, tokens.access_token, tokens.claims.sub);
  }
}

export interface Tokens {
  access_token: string;
  id_token: string;
  refresh_token: string;
  claims: client.IDToken;
}

export class SignIn {
  constructor(
    readonly app: OpenIdApp,
    readonly url: URL,
    readonly checks: client.AuthorizationCodeGrantChecks,
  ) {}

  /** The address that the browser came back to becomes tokens; what it says is checked: state, iss, nonce, signature. */
  async redeem(at: string, more: Record<string, string> = {}): Promise<Tokens> {
    const answer = await client.authorizationCodeGrant(this.app.config, new URL(at), this.checks, more);
    const claims = answer.claims();
    const { access_token, id_token, refresh_token } = answer;
    if (!claims || !id_token || !refresh_token) throw new Error(`not all tokens came: ${Object.keys(answer)}`);
    return { access_token, claims, id_token, refresh_token };
  }
}
