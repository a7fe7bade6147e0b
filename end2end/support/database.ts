// A database of its own for each test, on either engine.

import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The PostgreSQL server that tests may fill, if there is one. */
export const server = process.env.ACCESS_PANEL_TEST_POSTGRES;

export type Engine = "SQLite" | "PostgreSQL";
export const ENGINES: Engine[] = ["SQLite", "PostgreSQL"];

/** The fixture `database` of `engine`: a PostgreSQL URL, or nothing for SQLite. */
export function databaseOf(engine: Engine) {
  return async ({}: object, use: (url: string | undefined) => Promise<void>): Promise<void> => {
    if (engine === "SQLite") return use(undefined);
    const name = `serve_${randomBytes(6).toString("hex")}`;
    const url = new URL(server!);
    const login = ["-h", url.hostname, "-p", url.port, "-U", url.username];
    await run("createdb", [...login, name]);
    url.pathname = `/${name}`;
    await use(url.href);
    await run("dropdb", [...login, "--force", name]);
  };
}
