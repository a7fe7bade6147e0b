import { availableParallelism } from "node:os";
import { defineConfig } from "@playwright/test";
import { chromium } from "./support/chromium.js";

// Every test starts a panel of its own (support/fixtures.ts), so tests share nothing and run side by side.
export default defineConfig({
  testDir: "tests",
  outputDir: "results",
  fullyParallel: true,
  forbidOnly: !!process.env.CI,
  retries: 0,
  // They mostly wait: for frames to be drawn, and for what one process says to the next.
  workers: Number(process.env.WORKERS ?? 2 * availableParallelism()),
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  use: {
    actionTimeout: 15_000,
    navigationTimeout: 30_000,
    launchOptions: chromium,
    // No view transitions: a click would land on the picture of a page that is leaving.
    contextOptions: { reducedMotion: "reduce" },
    locale: "en-GB",
    timezoneId: "Europe/Amsterdam",
    screenshot: "only-on-failure",
    // A trace takes a picture at every step: a quarter of the work of a run in which nothing fails.
    trace: process.env.TRACE ? "retain-on-failure" : "off",
  },
  projects: [
    { name: "with-javascript" },
    {
      name: "without-javascript",
      // What these look at is what apps and providers are told; the few pages on the way are looked at by the others, too.
      // `make drill PART=browser` has them all.
      testIgnore: process.env.ALL ? [] : /(forward|mod-auth-openidc|openid-client|serve)\.spec\.ts$/,
      use: { javaScriptEnabled: false },
    },
  ],
});
