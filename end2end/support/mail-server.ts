// A real SMTP server: STARTTLS with a certificate of a private authority, and AUTH; it takes no mail without both.

import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import PostalMime from "postal-mime";
import { generate } from "selfsigned";
import { SMTPServer } from "smtp-server";
import type { Mail } from "./mailbox.ts";

export interface MailServer {
  host: string;
  port: number;
  username: string;
  password: string;
  /** The authority's certificate, PEM. */
  authorityFile: string;
  /** What arrived, newest first. */
  mails(): ReceivedMail[];
  end(): Promise<void>;
}

export interface ReceivedMail extends Mail {
  from: string;
  replyTo: string[];
  messageId: string;
  /** As it came over the wire. */
  raw: string;
  /** Whether the connection was encrypted, and by whom it was opened. */
  secure: boolean;
  user: string | undefined;
}

export async function startMailServer(): Promise<MailServer> {
  const authority = await generate([{ name: "commonName", value: "Test authority" }], {
    algorithm: "sha256",
    keyType: "ec",
    curve: "P-256",
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: "commonName", value: "localhost" }], {
    algorithm: "sha256",
    keyType: "ec",
    curve: "P-256",
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      { name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }, { type: 7, ip: "127.0.0.1" }] },
    ],
  });
  const folder = await mkdtemp(join(tmpdir(), "access-panel-mail-"));
  const authorityFile = join(folder, "authority.pem");
  await writeFile(authorityFile, authority.cert);

  const username = "panel";
  const password = "mail password";
  const received: ReceivedMail[] = [];
  const smtp = new SMTPServer({
    authMethods: ["PLAIN", "LOGIN"],
    authOptional: false,
    cert: server.cert,
    key: server.private,
    // No AUTH before STARTTLS.
    allowInsecureAuth: false,
    closeTimeout: 1_000,
    onAuth: ({ username: user, password: given }, _session, done) => {
      if (user === username && given === password) done(null, { user: username });
      else done(new Error("Wrong user name or password"));
    },
    onData: (stream, session, done) => {
      buffer(stream)
        .then(async (raw) => {
          const mail = await PostalMime.parse(raw);
          received.unshift({
            from: mail.from?.address ?? "",
            html: mail.html ?? "",
            messageId: mail.messageId ?? "",
            raw: raw.toString("latin1"),
            replyTo: (mail.replyTo ?? []).flatMap(({ address }) => address ?? []),
            secure: session.secure,
            sent_at: new Date().toISOString(),
            subject: mail.subject ?? "",
            text: mail.text ?? "",
            // Of the envelope: where it really went.
            to: session.envelope.rcptTo.map(({ address }) => address),
            user: session.user as string | undefined,
          });
          done();
        })
        .catch(done);
    },
  });
  smtp.on("error", () => {}); // A client that hangs up is no reason to stop.
  const listener = smtp.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    host: "localhost",
    port: address.port,
    username,
    password,
    authorityFile,
    mails: () => [...received],
    async end() {
      await new Promise<void>((resolve) => smtp.close(() => resolve()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
