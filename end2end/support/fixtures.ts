// What tests are given: a panel, its mail, and people with browsers of their own.

import { type Browser, type BrowserContextOptions, type Page, test as base } from "@playwright/test";
import { Mailbox } from "./mailbox.ts";
import { type MailServer, startMailServer } from "./mail-server.ts";
import { type Panel, startDemo, startServe } from "./panel.ts";
import { freePort } from "./processes.ts";
import { type Provider, startProvider } from "./provider.ts";

export { expect } from "@playwright/test";

/** What the browser complained about, apart from what the test said it expects. */
export class Complaints {
  readonly #seen: string[] = [];
  // Playwright's own script, stopped where it should be: a mail is shown in a frame that runs none.
  readonly #expected: RegExp[] = [/Blocked script execution in '[^']+' because the document's frame is sandboxed/];

  /** A complaint that contains this is no fault: `403` on a page that must answer so. */
  expect(pattern: RegExp): void {
    this.#expected.push(pattern);
  }

  watch(page: Page, who: string): void {
    page.on("console", (message) => {
      if (message.type() === "error") this.#seen.push(`${who}: ${message.text()} (${message.location().url})`);
    });
    page.on("pageerror", (error) => this.#seen.push(`${who}: ${error.message} (${page.url()})`));
  }

  all(): string[] {
    return this.#seen.filter((complaint) => !this.#expected.some((pattern) => pattern.test(complaint)));
  }
}

/** Somebody with a browser of their own: a new context, so nothing is shared with the others. */
export type Person = (who: string, options?: BrowserContextOptions) => Promise<Page>;

export interface Serve {
  panel: Panel;
  provider: Provider;
  mailServer: MailServer;
}

interface Fixtures {
  complaints: Complaints;
  demo: Panel;
  mailbox: Mailbox;
  person: Person;
  /** `access-panel serve` beside a certified provider and a real mail server. */
  serve: Serve;
  /** A PostgreSQL URL for `serve`; SQLite without. */
  database: string | undefined;
  /** What `serve` imports besides. */
  more: string;
  javascript: boolean;
}

export const test = base.extend<Fixtures>({
  database: [undefined, { option: true }],

  more: ["", { option: true }],

  javascript: async ({ javaScriptEnabled }, use) => use(javaScriptEnabled ?? true),

  complaints: async ({}, use) => use(new Complaints()),

  demo: async ({}, use, info) => {
    const panel = await startDemo();
    await use(panel);
    await panel.end();
    if (info.status !== info.expectedStatus) console.log(`--- log of the panel (${info.title})\n${panel.log()}`);
  },

  mailbox: async ({ demo }, use) => use(Mailbox.ofDemo(demo.url)),

  person: async ({ browser, complaints }, use, info) => {
    const close: (() => Promise<void>)[] = [];
    await use(async (who, options = {}) => {
      const page = await newPage(browser, options);
      complaints.watch(page, who);
      page.context().on("page", (other) => complaints.watch(other, who));
      close.push(async () => {
        if (info.status !== info.expectedStatus && !page.isClosed()) {
          await info.attach(`${who}.png`, { body: await page.screenshot({ fullPage: true }), contentType: "image/png" });
          console.log(`--- ${who} is at ${page.url()}`);
        }
        await page.context().close();
      });
      return page;
    });
    for (const one of close) await one();
    const faults = complaints.all();
    if (info.status === info.expectedStatus && faults.length) throw new Error(`The console says:\n${faults.join("\n")}`);
  },

  serve: async ({ database, more }, use, info) => {
    const mailServer = await startMailServer();
    const host = "localhost";
    // The provider must know the callback, so the panel's port is chosen before either starts.
    const port = await freePort();
    const provider = await startProvider({ redirectUris: [`http://${host}:${port}/sign-in/callback/members`] });
    let panel: Panel | undefined;
    try {
      panel = await startServe({ mail: mailServer, more, port, provider, publicUrl: `http://${host}:${port}`, ...(database ? { database } : {}) });
      await use({ mailServer, panel, provider });
      if (info.status !== info.expectedStatus) console.log(`--- log of the panel (${info.title})\n${panel.log()}`);
    } finally {
      await panel?.end();
      await provider.end();
      await mailServer.end();
    }
  },
});

async function newPage(browser: Browser, options: BrowserContextOptions): Promise<Page> {
  return (await browser.newContext(options)).newPage();
}
