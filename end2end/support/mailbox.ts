// Reading mail as its addressee would: by what it says.

import { expect } from "@playwright/test";

/** As `/demo/mailbox.json` has it. */
export interface Mail {
  to: string[];
  subject: string;
  text: string;
  html: string;
  sent_at: string;
}

export class Mailbox {
  readonly #all: () => Promise<Mail[]> | Mail[];

  /** `all` answers with every mail, newest first. */
  constructor(all: () => Promise<Mail[]> | Mail[]) {
    this.#all = all;
  }

  static ofDemo(url: string): Mailbox {
    return new Mailbox(async () => {
      const response = await fetch(`${url}/demo/mailbox.json`);
      if (!response.ok) throw new Error(`/demo/mailbox.json answered ${response.status}`);
      return (await response.json()) as Mail[];
    });
  }

  async to(address: string): Promise<Mail[]> {
    return (await this.#all()).filter(({ to }) => to.includes(address));
  }

  /** Waits for the newest mail to `address` of which `what` makes something. */
  async #find<T>(address: string, name: string, what: (mail: Mail) => T | undefined): Promise<{ mail: Mail; found: T }> {
    let result: { mail: Mail; found: T } | undefined;
    await expect
      .poll(
        async () => {
          for (const mail of await this.to(address)) {
            const found = what(mail);
            if (found !== undefined) {
              result = { mail, found };
              return name;
            }
          }
          return "nothing";
        },
        { message: `${name} in the mail of ${address}`, timeout: 20_000 },
      )
      .toBe(name);
    return result!;
  }

  /** Waits for the newest invitation, and hands back the mail and its link. */
  async invitation(address: string): Promise<{ mail: Mail; link: string }> {
    const { mail, found } = await this.#find(address, "invitation", ({ text }) => text.match(/https?:\/\/\S+\/redeem\?ticket=[\w-]+/)?.[0]);
    return { mail, link: found };
  }

  /** Waits for the newest passcode. */
  async passcode(address: string): Promise<string> {
    const { found } = await this.#find(address, "passcode", ({ text }) =>
      text.includes("/redeem?ticket=") ? undefined : text.match(/(?<!\d)(\d{4}) ?(\d{4})(?!\d)/)?.slice(1).join(""),
    );
    return found;
  }
}
