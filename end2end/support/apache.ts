// Debian's Apache with mod_auth_openidc, a certified client, before an app that tells what it was told. It is set up by
// the very block of docs/apps.md, with a test's own addresses in it. Unprivileged, in a folder of its own, on a host of
// its own.

import { once } from "node:events";
import { chown, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort, start } from "./processes.ts";

const MODULES = "/usr/lib/apache2/modules";

export interface Apache {
  origin: string;
  /** The paths that reached the app, the oldest first. */
  seen: string[];
  log(): Promise<string>;
  end(): Promise<void>;
}

export interface ApacheParts {
  port: number;
  /** The provider's issuer. */
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Seconds before their end at which tokens are renewed. */
  renewed: number;
  /** What else may be opened by whom. */
  locations: string;
}

export const HOST = "127.0.0.4";

/** What is behind Apache: an app that answers with the headers it was sent. */
async function startEcho(seen: string[]): Promise<{ origin: string; end(): Promise<void> }> {
  const server = http.createServer((request, response) => {
    seen.push(request.url ?? "");
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

/** The block of docs/apps.md with these values for its own; each must be in it. */
async function documented(changes: [string, string][]): Promise<string> {
  const page = await readFile(fileURLToPath(new URL("../../docs/apps.md", import.meta.url)), "utf8");
  let block = /^#### Apache, before anything\n[^]*?^```apache\n([^]*?)^```$/m.exec(page)?.[1];
  if (block === undefined) throw new Error("docs/apps.md has no block for Apache");
  for (const [from, to] of changes) {
    if (!block.includes(from)) throw new Error(`docs/apps.md has no ${from}`);
    block = block.replaceAll(from, to);
  }
  return block;
}

export async function startApache(parts: ApacheParts): Promise<Apache> {
  const folder = await mkdtemp(join(tmpdir(), "access-panel-apache-"));
  const seen: string[] = [];
  const echo = await startEcho(seen);
  const origin = `http://${HOST}:${parts.port}`;
  const site = await documented([
    ["https://access.example.com", parts.issuer],
    ["https://plans.example.com", origin],
    ["OIDCClientID plans", `OIDCClientID ${parts.clientId}`],
    ["OIDCClientSecret SECRET", `OIDCClientSecret ${parts.clientSecret}`],
    ["/etc/apache2/oidc-passphrase", `${folder}/passphrase`],
    ["OIDCRefreshAccessTokenBeforeExpiry 60", `OIDCRefreshAccessTokenBeforeExpiry ${parts.renewed}`],
    ["http://127.0.0.1:8080/", `${echo.origin}/`],
    ["/var/www/html/goodbye.html", `${folder}/documents/goodbye.html`],
  ]);
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

${site}
${parts.locations}
`;
  try {
    const [documents, passphrase, file] = [join(folder, "documents"), join(folder, "passphrase"), join(folder, "apache.conf")];
    await mkdir(documents);
    await writeFile(join(documents, "goodbye.html"), `<!doctype html><html lang="en"><title>Goodbye</title><link rel="icon" href="data:,"><h1>You are signed out</h1></html>`);
    await writeFile(passphrase, "the-passphrase-of-this-test-only");
    await writeFile(file, configuration);
    let identity = {};
    if (process.getuid?.() === 0) {
      // Apache refuses to serve as root: as nobody, it needs its folder.
      const nobody = 65_534;
      for (const path of [folder, documents, passphrase, file]) await chown(path, nobody, nobody);
      identity = { gid: nobody, uid: nobody };
    }
    const apache = await start("/usr/sbin/apache2", ["-D", "FOREGROUND", "-f", file], {}, `${origin}/goodbye`, identity);
    return {
      origin,
      seen,
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
