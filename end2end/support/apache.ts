// Debian's Apache with mod_auth_openidc, a certified client, before an app that tells what it was told. Unprivileged, in
// a folder of its own, on a host of its own.

import { once } from "node:events";
import { chown, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, start } from "./processes.ts";

const MODULES = "/usr/lib/apache2/modules";

export interface Apache {
  origin: string;
  log(): Promise<string>;
  end(): Promise<void>;
}

export interface ApacheParts {
  port: number;
  /** The provider's issuer. */
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Directives about how the sign-in is done. */
  more?: string;
  /** What may be opened by whom: directives within the whole site. */
  locations: string;
}

export const HOST = "127.0.0.4";

/** What is behind Apache: an app that answers with the headers it was sent. */
async function startEcho(): Promise<{ origin: string; end(): Promise<void> }> {
  const server = http.createServer((request, response) => {
    response.writeHead(200, { "cache-control": "no-store", "content-type": "text/html; charset=utf-8" });
    const told = JSON.stringify({ headers: request.headers, path: request.url }).replaceAll("&", "&amp;").replaceAll("<", "&lt;");
    response.end(`<!doctype html><html lang="en"><title>The app behind Apache</title><link rel="icon" href="data:,"><h1>The app behind Apache</h1><pre>${told}</pre></html>`);
  });
  server.listen(0, HOST);
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    origin: `http://${HOST}:${address.port}`,
    async end() {
      server.close();
      server.closeAllConnections();
      await once(server, "close").catch(() => {});
    },
  };
}

/** A port that Apache can take: it must be known before the app is registered. */
export const apachePort = () => freePort(HOST);

export async function startApache(parts: ApacheParts): Promise<Apache> {
  const folder = await mkdtemp(join(tmpdir(), "access-panel-apache-"));
  const echo = await startEcho();
  const origin = `http://${HOST}:${parts.port}`;
  const modules = ["mpm_event", "authn_core", "authz_core", "authz_user", "alias", "headers", "proxy", "proxy_http", "auth_openidc"];
  const configuration = `
${modules.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`).join("\n")}
ServerName ${HOST}
ServerRoot ${folder}
DefaultRuntimeDir ${folder}
DocumentRoot ${folder}/documents
PidFile ${folder}/apache.pid
ErrorLog ${folder}/error.log
LogLevel warn auth_openidc:info
Mutex file:${folder} default
Listen ${HOST}:${parts.port}
StartServers 1
ServerLimit 2
ThreadsPerChild 8
MaxRequestWorkers 16
GracefulShutdownTimeout 1

OIDCProviderMetadataURL ${parts.issuer}/.well-known/openid-configuration
OIDCClientID ${parts.clientId}
OIDCClientSecret ${parts.clientSecret}
OIDCRedirectURI ${origin}/oidc
OIDCCryptoPassphrase the-passphrase-of-this-test-only
OIDCResponseType code
OIDCPKCEMethod S256
OIDCScope "openid profile email offline_access"
OIDCRemoteUserClaim email
OIDCDefaultURL ${origin}/
${parts.more ?? ""}

# Whatever a browser claims to be is dropped; what the app reads as its user comes from the sign-in.
RequestHeader unset X-Remote-User early
RequestHeader set X-Remote-User "expr=%{REMOTE_USER}" "expr=-n %{REMOTE_USER}"
ProxyPreserveHost On
<Location "/">
  ProxyPass ${echo.origin}/
</Location>
${parts.locations}
# Last, so that nobody has to be in a group to come back from the panel.
<Location "/oidc">
  ProxyPass !
  AuthType openid-connect
  Require valid-user
</Location>
`;
  try {
    await mkdir(join(folder, "documents"));
    const file = join(folder, "apache.conf");
    await writeFile(file, configuration);
    let identity = {};
    if (process.getuid?.() === 0) {
      // Apache refuses to serve as root: as nobody, it needs its folder.
      const nobody = 65_534;
      for (const path of [folder, join(folder, "documents"), file]) await chown(path, nobody, nobody);
      identity = { gid: nobody, uid: nobody };
    }
    const apache = await start("/usr/sbin/apache2", ["-D", "FOREGROUND", "-f", file], {}, `${origin}/open`, identity);
    return {
      origin,
      log: async () => apache.log() + (await readFile(join(folder, "error.log"), "utf8").catch(() => "")),
      async end() {
        await apache.end();
        await echo.end();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    const log = await readFile(join(folder, "error.log"), "utf8").catch(() => "");
    await echo.end();
    await rm(folder, { recursive: true, force: true });
    throw new Error(`${String(error)}\n${log}`);
  }
}
