// The panel under test: the real binary, on a free port, with data of its own.

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type ServeParts, directoryFile, serveConfiguration } from "./configuration.ts";
import { type Process, freePort, start } from "./processes.ts";

const run = promisify(execFile);

export const BINARY = process.env.ACCESS_PANEL_BIN
  ? resolve(process.env.ACCESS_PANEL_BIN)
  : fileURLToPath(new URL("../../target/quick/access-panel", import.meta.url));

export interface Panel {
  /** Its public URL, without a slash at the end. */
  url: string;
  log(): string;
  end(): Promise<void>;
}

function panel(url: string, process: Process, folder: string): Panel {
  return {
    url,
    log: process.log,
    async end() {
      await process.end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** `access-panel demo`, freshly seeded. */
export async function startDemo(): Promise<Panel> {
  const folder = await mkdtemp(join(tmpdir(), "access-panel-demo-"));
  const port = await freePort();
  try {
    const process = await start(BINARY, ["demo", "--listen", `127.0.0.1:${port}`, "--data", folder], {}, `http://127.0.0.1:${port}/readyz`);
    return panel(`http://localhost:${port}`, process, folder);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** `access-panel serve`, with a configuration written for these parts and a directory imported from a file. */
export async function startServe(parts: Omit<ServeParts, "data">): Promise<Panel> {
  const folder = await mkdtemp(join(tmpdir(), "access-panel-serve-"));
  const { port } = parts;
  try {
    const configuration = join(folder, "access-panel.toml");
    const directory = join(folder, "directory.toml");
    await writeFile(configuration, serveConfiguration({ ...parts, data: folder }));
    await writeFile(directory, directoryFile(parts));
    // rustls reads the authorities to trust from this file, as with any private authority in production.
    const env = { SSL_CERT_FILE: parts.mail.authorityFile };
    for (const command of [["migrate"], ["import", directory]]) {
      await run(BINARY, [...command, "--config", configuration], { cwd: folder, env: { ...globalThis.process.env, ...env } });
    }
    const process = await start(BINARY, ["serve", "--config", configuration], env, `http://127.0.0.1:${port}/readyz`);
    return panel(parts.publicUrl, process, folder);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
