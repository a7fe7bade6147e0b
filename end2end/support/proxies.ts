// Real proxies before an app that speaks nothing: the sample files of docs/examples/, with a test's own addresses in them.
// Unprivileged, each in a folder of its own.

import { once } from "node:events";
import { chown, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import http, { type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Process, freePort, start } from "./processes.ts";

export type Kind = "nginx" | "Apache";

/** The app's host, as browsers name it; they find it on this machine by themselves. */
const NAME = "wiki.localhost";
const MODULES = "/usr/lib/apache2/modules";

export interface Wiki {
  /** The port of the proxy, which must be known before the app is registered. */
  port: number;
  origin: string;
  /** What reached the app, the oldest first. */
  seen: Seen[];
  /** What the proxy wrote about each request. */
  accessLog(): Promise<string>;
  log(): Promise<string>;
  end(): Promise<void>;
}

export interface Seen {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** The header lines as they came. */
  lines: string[];
}

export async function wikiPort(): Promise<number> {
  return freePort();
}

export const wikiOrigin = (port: number) => `http://${NAME}:${port}`;

/** A page that shows what the app was told; a form on it posts to the app. Refuses `/no`, and answers upgrades. */
async function startApp(seen: Seen[]): Promise<{ port: number; end(): Promise<void> }> {
  const keep = (request: http.IncomingMessage) => seen.push({ method: request.method ?? "", path: request.url ?? "", headers: request.headers, lines: request.rawHeaders });
  const server = http.createServer((request, response) => {
    keep(request);
    response.writeHead(request.url === "/no" ? 403 : 200, { "cache-control": "no-store", "content-type": "text/html; charset=utf-8" });
    const { "remote-name": name = "", "remote-user": user = "" } = request.headers as Record<string, string>;
    const told = Buffer.from(`${name} ${user}`, "latin1").toString().replaceAll("&", "&amp;").replaceAll("<", "&lt;");
    response.end(
      `<!doctype html><html lang="en"><title>Wiki</title><link rel="icon" href="data:,"><h1>${request.url === "/no" ? "The app itself says no" : "Wiki"}</h1><p>${told}</p>` +
        `<form method="post" action="/save"><button>Save</button></form><a href="/.access-panel/sign-out">Sign out</a></html>`,
    );
  });
  server.on("upgrade", (request, socket) => {
    keep(request);
    socket.end(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-User: ${request.headers["remote-user"]}\r\n\r\n`);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    async end() {
      server.close();
      server.closeAllConnections();
      await once(server, "close").catch(() => {});
    },
  };
}

/** A sample file with these addresses for its own; each must be in it. */
async function sample(file: string, changes: [string | RegExp, string][]): Promise<string> {
  let text = await readFile(fileURLToPath(new URL(`../../docs/examples/${file}`, import.meta.url)), "utf8");
  for (const [from, to] of changes) {
    const changed = text.replaceAll(from instanceof RegExp ? new RegExp(from, "gm") : from, to);
    if (changed === text) throw new Error(`${file} has no ${from}`);
    text = changed;
  }
  return text;
}

/** Starts the proxy and the app behind it. The panel is at `panelUrl` already. */
export async function startWiki(kind: Kind, port: number, panelUrl: string): Promise<Wiki> {
  const folder = await mkdtemp(join(tmpdir(), `access-panel-${kind.toLowerCase()}-`));
  const seen: Seen[] = [];
  const app = await startApp(seen);
  const panel = `127.0.0.1:${new URL(panelUrl).port}`;
  const ready = await freePort();
  let proxy: Process | undefined;
  const accessLog = () => readFile(join(folder, "access.log"), "utf8").catch(() => "");
  const errorLog = () => readFile(join(folder, "error.log"), "utf8").catch(() => "");
  const end = async () => {
    await proxy?.end();
    await app.end();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const start = kind === "nginx" ? startNginx : startApache;
    proxy = await start({ app: `127.0.0.1:${app.port}`, folder, panel, port, ready });
    return { port, origin: wikiOrigin(port), seen, accessLog, log: async () => proxy!.log() + (await errorLog()), end };
  } catch (error) {
    const log = await errorLog();
    await end();
    throw new Error(`${String(error)}\n${log}`);
  }
}

interface Parts {
  folder: string;
  port: number;
  panel: string;
  app: string;
  /** A port where the proxy says that it is there. */
  ready: number;
}

async function startNginx({ app, folder, panel, port, ready }: Parts): Promise<Process> {
  const site = await sample("nginx.conf", [
    ["listen 443 ssl;", `listen 127.0.0.1:${port};`],
    [/^ *ssl_certificate(_key)? .*\n/, ""],
    ['"wiki.example.com"', `"${NAME}:${port}"`],
    ["server_name wiki.example.com;", `server_name ${NAME};`],
    ["127.0.0.1:3000", panel],
    ["127.0.0.1:8080", app],
  ]);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`).join(" ");
  await writeFile(join(folder, "site.conf"), site);
  await writeFile(
    join(folder, "nginx.conf"),
    `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events {}
http {
  ${temporary}
  access_log ${folder}/access.log;
  server { listen 127.0.0.1:${ready}; access_log off; location / { return 200; } }
  include ${folder}/site.conf;
}
`,
  );
  const identity = await asNobody(folder, ["nginx.conf", "site.conf"]);
  return start("/usr/sbin/nginx", ["-p", folder, "-c", join(folder, "nginx.conf"), "-e", join(folder, "error.log")], {}, `http://127.0.0.1:${ready}/ready.txt`, identity);
}

async function startApache({ app, folder, panel, port, ready }: Parts): Promise<Process> {
  const script = join(folder, "apache-forward-auth.lua");
  await copyFile(fileURLToPath(new URL("../../docs/examples/apache-forward-auth.lua", import.meta.url)), script);
  const site = await sample("apache.conf", [
    ["<VirtualHost *:443>", `<VirtualHost 127.0.0.1:${port}>`],
    [/^ *SSL.*\n/, ""],
    ["ACCESS_PANEL_HOST=wiki.example.com", `ACCESS_PANEL_HOST=${NAME}:${port}`],
    ["ServerName wiki.example.com", `ServerName ${NAME}`],
    ["/etc/apache2/apache-forward-auth.lua", script],
    ["127.0.0.1:3000", panel],
    ["127.0.0.1:8080", app],
    ["${APACHE_LOG_DIR}/wiki-error.log", `${folder}/error.log`],
    ["${APACHE_LOG_DIR}/wiki-access.log combined", `${folder}/access.log "%h \\"%r\\" %>s"`],
  ]);
  const modules = ["mpm_event", "authz_core", "headers", "lua", "proxy", "proxy_http", "setenvif"];
  await writeFile(
    join(folder, "apache.conf"),
    `${modules.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`).join("\n")}
ServerName ${NAME}
ServerRoot ${folder}
DefaultRuntimeDir ${folder}
PidFile ${folder}/apache.pid
ErrorLog ${folder}/error.log
Mutex file:${folder} default
Listen 127.0.0.1:${port}
Listen 127.0.0.1:${ready}
StartServers 1
ServerLimit 2
ThreadsPerChild 8
MaxRequestWorkers 16
GracefulShutdownTimeout 1
<VirtualHost 127.0.0.1:${ready}>
  DocumentRoot ${folder}/documents
</VirtualHost>
${site}`,
  );
  await mkdir(join(folder, "documents"));
  await writeFile(join(folder, "documents", "ready.txt"), "ready");
  const identity = await asNobody(folder, ["apache.conf", "apache-forward-auth.lua", "documents"]);
  return start("/usr/sbin/apache2", ["-D", "FOREGROUND", "-f", join(folder, "apache.conf")], {}, `http://127.0.0.1:${ready}/ready.txt`, identity);
}

/** Whoever runs tests as root has the proxy run as nobody, who needs its folder. */
async function asNobody(folder: string, files: string[]): Promise<{ gid?: number; uid?: number }> {
  if (process.getuid?.() !== 0) return {};
  const nobody = 65_534;
  for (const path of [folder, ...files.map((file) => join(folder, file))]) await chown(path, nobody, nobody);
  return { gid: nobody, uid: nobody };
}
