// The one place that knows the keys of access-panel.toml and of an import file. docs/configuration.md explains them.

import type { MailServer } from "./mail-server.ts";
import type { Provider } from "./provider.ts";

export interface ServeParts {
  data: string;
  port: number;
  publicUrl: string;
  provider: Provider;
  mail: MailServer;
  /** A PostgreSQL URL; SQLite without. */
  database?: string;
  /** What the import file holds besides: further people, groups and apps. */
  more?: string;
}

const text = (value: string) => JSON.stringify(value); // A TOML basic string, for what is used here.

export function serveConfiguration(parts: ServeParts): string {
  const { data, mail, port, provider } = parts;
  return `
[server]
listen = ${text(`127.0.0.1:${port}`)}
public_url = ${text(parts.publicUrl)}

[database]
url = ${text(parts.database ?? `sqlite://${data}/access-panel.db`)}

[secrets]
key_file = ${text(`${data}/secrets.key`)}

[members]
name = "North Wind"
issuer = ${text(provider.issuer)}
client_id = ${text(provider.clientId)}
client_secret = ${text(provider.clientSecret)}
require = "own-domain"

# Apps of these tests are on this machine.
[outgoing]
allow = ["127.0.0.0/8", "::1"]

[mail]
from = "North Wind <access@northwind.example>"
url = ${text(`smtp://${encodeURIComponent(mail.username)}:${encodeURIComponent(mail.password)}@${mail.host}:${mail.port}?tls=required`)}
`;
}

/** What `access-panel import` reads: one app, and one group that gives it, owned by Alice. */
export function directoryFile(parts: Pick<ServeParts, "more">): string {
  return `
[organization]
name = "North Wind"
domains = ["northwind.example"]

[[people]]
address = "alice@northwind.example"
name = "Alice Example"

[[groups]]
key = "field-partners"
name = "Field partners"
purpose = "Partners who walk the fields with us."
owners = ["alice@northwind.example"]
accepts_guests = true

[[apps]]
key = "field-notes"
name = "Field notes"
url = "https://notes.northwind.example/"
groups = ["field-partners"]
${parts.more ?? ""}`;
}
