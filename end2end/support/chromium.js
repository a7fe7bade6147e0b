// Debian's Chromium, quiet: it calls nobody on its own. Plain JavaScript, because screenshots.mjs uses it too.

import { existsSync } from "node:fs";

// Its headless shell first: what tests see is the same, and they take a third less time.
const installed = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"].find(existsSync);

export const chromium = {
  executablePath: process.env.CHROMIUM ?? installed ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};
