#!/usr/bin/env node
// `make dev`: whatever is saved is built, the demo restarted, and open pages load again.
//
//   node scripts/dev.mjs [--port 3000]
//
// Browsers talk to a proxy, which passes everything on to the demo behind it, but for two things: it answers with the
// style and the scripts of target/site as they are on the disk, so that a change of those needs no build of the server,
// and it adds to each page a script that waits for the word to load again. While the demo restarts, it makes them wait
// rather than fail. So the program itself is the one that everybody runs, and knows nothing of this.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, readdirSync, statSync, watch } from "node:fs";
import http from "node:http";
import { createServer } from "node:net";
import { dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const SITE = join(ROOT, "target/site");
const PROGRAM = join(ROOT, "target/quick/access-panel");
const { values } = parseArgs({ options: { port: { type: "string", default: "3000" }, data: { type: "string", default: "data/demo" } } });
const PORT = Number(values.port);

const say = (text) => console.log(`\x1b[36mdev\x1b[0m  ${text}`);

// --- What is watched ----------------------------------------------------------------------------------------------

/** What is compiled, and what only goes into target/site. */
const CODE = ["src", "migrations", "Cargo.toml", "Cargo.lock", "build.rs", ".cargo"];
const LOOKS = ["style", "public", "scripts/boot.js"];

/** The newest change below these, in milliseconds: what an editor leaves beside a file while it saves counts for nothing. */
function newest(paths) {
  let last = 0;
  const look = (path) => {
    let info;
    try {
      info = statSync(path);
    } catch {
      return;
    }
    if (info.isDirectory()) for (const name of readdirSync(path)) if (name !== "target" && !name.startsWith(".#")) look(join(path, name));
    if (info.isFile() && info.mtimeMs > last && /\.(rs|toml|lock|html|txt|css|js|svg|woff2|png|csv)$/.test(path)) last = info.mtimeMs;
  };
  for (const path of paths) look(join(ROOT, path));
  return last;
}

// --- Building -----------------------------------------------------------------------------------------------------

async function step(command, ...parts) {
  const child = spawn(command, parts, { cwd: ROOT, env: { ...process.env, CARGO_TARGET_DIR: join(ROOT, "target") }, stdio: ["ignore", "inherit", "inherit"] });
  const [code] = await once(child, "exit");
  return code === 0;
}

const site = () => step("node", "scripts/build-site.mjs");
/** Both halves and the site, as `make quick` does it: cargo knows what has to be built. */
const everything = () => step("make", "quick");

// --- The demo -----------------------------------------------------------------------------------------------------

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

let demo; // Its process, the port it is at, and whether it answers.
let ready = Promise.resolve();

function start() {
  ready = (async () => {
    const port = await freePort();
    const child = spawn(PROGRAM, ["demo", "--listen", `127.0.0.1:${port}`, "--public-url", `http://localhost:${PORT}`, "--data", values.data], { cwd: ROOT, stdio: ["ignore", "inherit", "inherit"] });
    demo = { child, port };
    for (;;) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error("the demo ended");
      const answers = await fetch(`http://127.0.0.1:${port}/readyz`).then(({ ok }) => ok, () => false);
      if (answers) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  ready.catch((error) => say(`${error.message}; it starts again after the next change`));
  return ready;
}

async function stop() {
  const child = demo?.child;
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}

// --- Browsers -----------------------------------------------------------------------------------------------------

const RELOAD = `const events = new EventSource("/dev/events");
events.onmessage = () => location.reload();
addEventListener("pagehide", () => events.close());
`;
const waiting = new Set();
const reload = () => {
  for (const response of waiting) response.write("data: reload\n\n");
};
// A proxy between would close a connection on which nothing is said.
setInterval(() => waiting.forEach((response) => response.write(":\n\n")), 15_000).unref();

const TYPES = { ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml", ".wasm": "application/wasm", ".woff2": "font/woff2" };

/** The file of target/site that stands for `path` now: a page may still name the style by the hash it had. */
function fileFor(path) {
  const manifest = JSON.parse(readFileSync(join(SITE, "manifest.json"), "utf8"));
  const kind = /^\/pkg\/(main|boot)\.[0-9a-f]{12}\.(css|js)$/.exec(path)?.[1];
  const name = kind === "main" ? manifest.style : kind === "boot" ? manifest.boot : path.slice(1);
  const file = join(SITE, name);
  return !relative(SITE, file).startsWith("..") && existsSync(file) && statSync(file).isFile() ? file : undefined;
}

const proxy = http.createServer(async (request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  if (pathname === "/dev/events") {
    response.writeHead(200, { "cache-control": "no-store", "content-type": "text/event-stream" });
    response.write(":\n\n");
    waiting.add(response);
    response.on("close", () => waiting.delete(response));
    return;
  }
  if (pathname === "/dev/reload.js") {
    response.writeHead(200, { "cache-control": "no-store", "content-type": TYPES[".js"] }).end(RELOAD);
    return;
  }
  if (/^\/(pkg|fonts)\//.test(pathname)) {
    const file = fileFor(decodeURIComponent(pathname));
    if (file) {
      response.writeHead(200, { "cache-control": "no-store", "content-type": TYPES[extname(file)] ?? "application/octet-stream" }).end(readFileSync(file));
      return;
    }
  }
  await ready.catch(() => {});
  const { "accept-encoding": _, ...headers } = request.headers; // So that a page can be added to.
  const passed = http.request({ headers, host: "127.0.0.1", method: request.method, path: request.url, port: demo.port }, (answer) => {
    const isPage = answer.headers["content-type"]?.startsWith("text/html") && !answer.headers["content-security-policy"]?.includes("sandbox");
    if (!isPage) {
      response.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(response);
      return;
    }
    const chunks = [];
    answer.on("data", (chunk) => chunks.push(chunk));
    answer.on("end", () => {
      const { "content-length": _length, "transfer-encoding": _encoding, ...kept } = answer.headers;
      const page = Buffer.concat(chunks).toString().replace("</head>", '<script src="/dev/reload.js"></script></head>');
      response.writeHead(answer.statusCode, kept).end(page);
    });
  });
  passed.on("error", () => {
    if (!response.headersSent) response.writeHead(502, { "content-type": "text/plain; charset=utf-8" });
    response.end("The demo is not there: see the terminal.\n");
  });
  request.pipe(passed);
});

// --- Together -----------------------------------------------------------------------------------------------------

let built = { code: newest(CODE), looks: newest(LOOKS) };
let busy = false;

async function look() {
  if (busy) return;
  busy = true;
  try {
    for (;;) {
      const now = { code: newest(CODE), looks: newest(LOOKS) };
      const code = now.code !== built.code;
      if (!code && now.looks === built.looks) break;
      built = now;
      const started = performance.now();
      const took = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
      if (code) {
        say("building …");
        if (!(await everything())) {
          say(`the build failed; the demo from before goes on (${took()})`);
          continue;
        }
        await stop();
        await start().catch(() => {});
      } else if (!(await site())) continue;
      reload();
      say(`${code ? "built, restarted" : "style and files"}, pages load again: ${took()}`);
    }
  } finally {
    busy = false;
  }
}

await start();
proxy.listen(PORT, "127.0.0.1");
await once(proxy, "listening");
let soon;
for (const path of [...CODE, ...LOOKS]) {
  const full = join(ROOT, path);
  if (!existsSync(full)) continue;
  watch(full, { recursive: statSync(full).isDirectory() }, () => {
    clearTimeout(soon);
    soon = setTimeout(look, 60);
  });
}
say(`http://localhost:${PORT} shows the demo; save a file, and it shows what you changed. Ctrl+C ends it.`);

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, async () => {
    await stop();
    process.exit(0);
  });
}
