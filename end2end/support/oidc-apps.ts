// The apps of an import file that sign people in through the panel. docs/configuration.md explains the keys.

export interface OidcEntry {
  key: string;
  name: string;
  url: string;
  groups?: string[];
  client_id: string;
  auth: "secret" | "private_key_jwt" | "none";
  secrets?: string[];
  jwks?: object;
  redirect_uris: string[];
  post_logout_uris?: string[];
  initiate_login_uri?: string;
  backchannel_logout_uri?: string;
  signing?: "RS256" | "ES256";
  require_par?: boolean;
  told?: { groups?: "none" | "assigned" | "all"; groups_as?: "id" | "name"; pairwise?: boolean; claims?: Record<string, string> };
}

/** TOML has JSON's texts, numbers, truths and lists. */
const line = (key: string, value: unknown) => (value === undefined ? [] : [`${key} = ${JSON.stringify(value)}`]);
const inline = (table: Record<string, string>) => `{ ${Object.entries(table).map(([key, value]) => `${key} = ${JSON.stringify(value)}`).join(", ")} }`;

export function oidcApp(app: OidcEntry): string {
  const { told } = app;
  return [
    "",
    "[[apps]]",
    ...line("key", app.key),
    ...line("name", app.name),
    ...line("url", app.url),
    ...line("groups", app.groups),
    ...line("kind", "oidc"),
    "",
    "[apps.oidc]",
    ...line("client_id", app.client_id),
    ...line("auth", app.auth),
    ...line("secrets", app.secrets),
    ...line("jwks", app.jwks && JSON.stringify(app.jwks)),
    ...line("redirect_uris", app.redirect_uris),
    ...line("post_logout_uris", app.post_logout_uris),
    ...line("initiate_login_uri", app.initiate_login_uri),
    ...line("backchannel_logout_uri", app.backchannel_logout_uri),
    ...line("signing", app.signing),
    ...line("require_par", app.require_par),
    ...(told
      ? ["", "[apps.told]", ...line("groups", told.groups), ...line("groups_as", told.groups_as), ...line("pairwise", told.pairwise), ...(told.claims ? [`claims = ${inline(told.claims)}`] : [])]
      : []),
    "",
  ].join("\n");
}
