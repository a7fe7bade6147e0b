#!/usr/bin/env node
// A first measure, on the demo: how long a start takes, what a page costs, how much memory the server holds.
//
//   node scripts/bench.mjs [BINARY]
//
// Numbers of one machine on one day: compare them with each other, not with a promise.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const binary = process.argv[2] ?? "target/release/access-panel";
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
const CLIENTS = Number(process.env.BENCH_CLIENTS ?? 16);

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

const data = mkdtempSync(join(tmpdir(), "access-panel-bench-"));
const port = await freePort();
const agent = new http.Agent({ keepAlive: true, maxSockets: CLIENTS });

const cookies = new Map();
const cookie = () => [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");

const get = (path) =>
  new Promise((resolve, reject) => {
    const request = http.get({ agent, headers: { "accept-encoding": "br", cookie: cookie(), host: `localhost:${port}` }, host: "127.0.0.1", path, port }, (response) => {
      let bytes = 0;
      response.on("data", (chunk) => (bytes += chunk.length));
      response.on("end", () => resolve({ bytes, status: response.statusCode }));
      response.on("error", reject);
    });
    request.on("error", reject);
  });

/** Signs somebody in, as a browser does: follows redirects and keeps cookies. */
async function signIn(name) {
  const base = `http://localhost:${port}`;
  const go = async (to, form) => {
    for (let hops = 0; ; hops++) {
      const answer = await fetch(new URL(to, base), { body: form && new URLSearchParams(form), headers: { accept: "text/html", cookie: cookie(), origin: base }, method: form ? "POST" : "GET", redirect: "manual" });
      for (const one of answer.headers.getSetCookie()) {
        const [, key, value] = /^([^=]+)=([^;]*)/.exec(one);
        cookies.set(key, value);
      }
      if (answer.status < 300 || answer.status > 399 || hops > 9) return answer.text();
      [to, form] = [answer.headers.get("location"), undefined];
    }
  };
  const choice = await go("/api/sign-in/start", { return_to: "/" });
  const form = choice.split("<form").find((part) => part.includes(`>${name}<`) || part.includes(name));
  const unescape = (text) => text.replaceAll("&#x2f;", "/").replaceAll("&amp;", "&").replaceAll("&quot;", '"');
  const fields = [...choice.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, key, value]) => [key, unescape(value)]);
  const person = new RegExp(`value="([^"]+)"[^>]*>(?:(?!</button>)[^])*${name}`).exec(form.slice(form.indexOf("<button")))?.[1];
  const action = unescape(/action="([^"]*)"/.exec(form)?.[1] ?? "/demo/idp/woodgrove/authorize");
  const page = await go(action, [...fields, ["person", person]]);
  if (!page.includes("Sign out")) throw new Error(`${name} could not be signed in:\n${page.slice(0, 2000)}`);
}

async function measure(path) {
  const first = await get(path);
  const times = [];
  const end = performance.now() + SECONDS * 1000;
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      while (performance.now() < end) {
        const start = performance.now();
        const { status } = await get(path);
        if (status !== first.status) throw new Error(`${path} answered ${status} after ${first.status}`);
        times.push(performance.now() - start);
      }
    }),
  );
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))].toFixed(1);
  return { path, status: first.status, bytes: first.bytes, "per second": Math.round(times.length / SECONDS), "p50 ms": at(0.5), "p95 ms": at(0.95), "p99 ms": at(0.99) };
}

const started = performance.now();
const server = spawn(binary, ["demo", "--listen", `127.0.0.1:${port}`, "--data", data], { stdio: ["ignore", "ignore", "pipe"] });
let log = "";
server.stderr.on("data", (chunk) => (log = (log + chunk).slice(-4000)));
let ended = false;
server.on("exit", () => (ended = true));
server.on("error", (error) => {
  log = String(error);
  ended = true;
});
try {
  for (;;) {
    if (ended) throw new Error(`${binary} ended:\n${log}`);
    const ready = await get("/readyz").catch(() => undefined);
    if (ready?.status === 200) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  console.log(`\nFirst start, database made and seeded: ${Math.round(performance.now() - started)} ms`);
  console.log(`${CLIENTS} clients, ${SECONDS} s each:`);
  const rows = [];
  for (const path of ["/healthz", "/readyz", "/sign-in"]) rows.push(await measure(path));
  await signIn("John Doe");
  for (const path of ["/", "/groups"]) rows.push(await measure(path));
  console.table(rows);
  const memory = readFileSync(`/proc/${server.pid}/status`, "utf8").match(/VmHWM:\s+(\d+) kB/)?.[1];
  if (process.env.BENCH_MEMORY) console.log(readFileSync(`/proc/${server.pid}/status`, "utf8").match(/Vm(?:HWM|RSS).*|Rss.*/g).join("; "));
  console.log(`Most memory held: ${(memory / 1024).toFixed(0)} MiB`);
} finally {
  agent.destroy();
  if (!ended && server.pid) {
    server.kill("SIGTERM");
    await once(server, "exit");
  }
  rmSync(data, { recursive: true, force: true });
}
