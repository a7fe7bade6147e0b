// Servers that a test starts, and ends by their process id.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

/** A port that was free on `host` a moment ago. */
export async function freePort(host = "127.0.0.1"): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

export interface Process {
  /** Everything it wrote so far. */
  log(): string;
  /** Asks it to end, and insists after ten seconds. */
  end(): Promise<void>;
}

/** Starts `command`, as somebody else if `identity` says so, and waits until `readyUrl` answers 200. */
export async function start(command: string, args: string[], env: Record<string, string>, readyUrl: string, identity: { gid?: number; uid?: number } = {}): Promise<Process> {
  const child: ChildProcess = spawn(command, args, { ...identity, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  const keep = (chunk: Buffer) => (log = (log + chunk.toString()).slice(-200_000));
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  let ended = false;
  const exit = new Promise<void>((resolve) => {
    child.once("exit", (code, signal) => {
      log += `\n[ended: ${signal ?? code}]\n`;
      ended = true;
      resolve();
    });
    child.once("error", (error) => {
      log += `\n[${error.message}]\n`;
      ended = true;
      resolve();
    });
  });
  const running: Process = {
    log: () => log,
    async end() {
      if (ended) return;
      child.kill("SIGTERM");
      const insist = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await exit;
      clearTimeout(insist);
    },
  };
  const giveUp = Date.now() + 30_000;
  while (!(await answers(readyUrl))) {
    if (ended || Date.now() > giveUp) {
      await running.end();
      throw new Error(`${command} ${args.join(" ")}\n${ended ? "ended" : `did not answer at ${readyUrl}`}:\n${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return running;
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(1_000) })).status === 200;
  } catch {
    return false;
  }
}
