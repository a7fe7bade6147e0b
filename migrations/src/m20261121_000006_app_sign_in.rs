//! Apps that sign people in through the panel: what they registered, the tokens and cookies they got, what is to be
//! signed out, and the log of sign-ins.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Every step is additive, so one transaction is safe on both engines.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, mut column) in columns() {
            manager.alter_table(Table::alter().table(table).add_column(&mut column).to_owned()).await?;
        }
        for table in tables() {
            manager.create_table(table).await?;
        }
        let on = manager.get_connection();
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        let number = if postgres { "BIGINT GENERATED ALWAYS AS IDENTITY" } else { "INTEGER" };
        let kind = if postgres { "uuid" } else { "uuid_text" };
        on.execute_unprepared(&format!(
            "CREATE TABLE access_changes (id {number} PRIMARY KEY, user_id {kind}, group_id {kind}, app_id {kind}, session_id {kind})"
        ))
        .await?;
        for index in INDEXES {
            on.execute_unprepared(index).await?;
        }
        for watch in WATCHED {
            for statement in watch.statements(postgres) {
                on.execute_unprepared(&statement).await?;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let on = manager.get_connection();
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        for watch in WATCHED {
            let (name, table) = (watch.name, watch.table);
            if postgres {
                on.execute_unprepared(&format!("DROP TRIGGER {name} ON {table}")).await?;
                on.execute_unprepared(&format!("DROP FUNCTION {name}()")).await?;
            } else {
                on.execute_unprepared(&format!("DROP TRIGGER {name}")).await?;
            }
        }
        for index in INDEXES {
            let name =
                index.split(" INDEX ").nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap_or_default();
            on.execute_unprepared(&format!("DROP INDEX {name}")).await?;
        }
        on.execute_unprepared("DROP TABLE access_changes").await?;
        for table in tables().iter().rev() {
            if let Some(name) = table.get_table_name() {
                manager.drop_table(Table::drop().table(name.clone()).to_owned()).await?;
            }
        }
        for (table, column) in columns().into_iter().rev() {
            manager.alter_table(Table::alter().table(table).drop_column(column.get_column_name()).to_owned()).await?;
        }
        Ok(())
    }
}

/// What is watched for access that ends: whoever ends it, an operation, the import or a statement written by hand, the
/// apps that somebody is signed in to are told. Nothing is written while nobody is signed in there.
struct Watched {
    name: &'static str,
    table: &'static str,
    event: &'static str,
    /// What must have changed.
    when: &'static str,
    /// What is noted in `access_changes`: a column and its value, if the condition holds.
    notes: &'static [(&'static str, &'static str, &'static str)],
}

const OF_USER: &str = "EXISTS (SELECT 1 FROM app_sessions s WHERE s.user_id = OLD.user_id AND s.ended_at IS NULL)";

const WATCHED: &[Watched] = &[
    Watched {
        name: "membership_ends",
        table: "memberships",
        event: "DELETE",
        when: "",
        notes: &[("user_id", "OLD.user_id", OF_USER)],
    },
    Watched {
        name: "membership_changes",
        table: "memberships",
        event: "UPDATE OF user_id, until, invitation_id",
        when: "",
        notes: &[("user_id", "OLD.user_id", OF_USER)],
    },
    Watched { name: "assignment_ends", table: "assignments", event: "DELETE", when: "", notes: OF_ASSIGNMENT },
    Watched {
        name: "assignment_changes",
        table: "assignments",
        event: "UPDATE OF user_id, group_id, app_id, until, invitation_id",
        when: "",
        notes: OF_ASSIGNMENT,
    },
    Watched {
        name: "invitation_ends",
        table: "invitations",
        event: "UPDATE OF state",
        when: "OLD.state <> NEW.state",
        notes: &[("user_id", "OLD.user_id", OF_USER)],
    },
    Watched {
        name: "user_ends",
        table: "users",
        event: "UPDATE OF enabled, deleted_at",
        when: "",
        notes: &[(
            "user_id",
            "OLD.id",
            "EXISTS (SELECT 1 FROM app_sessions s WHERE s.user_id = OLD.id AND s.ended_at IS NULL)",
        )],
    },
    Watched {
        name: "group_ends",
        table: "groups",
        event: "UPDATE OF deleted_at",
        when: "",
        notes: &[(
            "group_id",
            "OLD.id",
            "EXISTS (SELECT 1 FROM assignments a JOIN app_sessions s ON s.app_id = a.app_id AND s.ended_at IS NULL
                     WHERE a.group_id = OLD.id)",
        )],
    },
    Watched {
        name: "app_ends",
        table: "apps",
        event: "UPDATE OF enabled, deleted_at, kind",
        when: "",
        notes: &[(
            "app_id",
            "OLD.id",
            "EXISTS (SELECT 1 FROM app_sessions s WHERE s.app_id = OLD.id AND s.ended_at IS NULL)",
        )],
    },
    Watched {
        name: "session_ends",
        table: "sessions",
        event: "DELETE",
        when: "",
        notes: &[(
            "session_id",
            "OLD.public_id",
            "EXISTS (SELECT 1 FROM app_sessions s WHERE s.session_id = OLD.public_id AND s.ended_at IS NULL)",
        )],
    },
];

const OF_ASSIGNMENT: &[(&str, &str, &str)] = &[
    ("user_id", "OLD.user_id", OF_USER),
    (
        "app_id",
        "OLD.app_id",
        "OLD.group_id IS NOT NULL
         AND EXISTS (SELECT 1 FROM app_sessions s WHERE s.app_id = OLD.app_id AND s.ended_at IS NULL)",
    ),
];

impl Watched {
    fn statements(&self, postgres: bool) -> Vec<String> {
        let Self { name, table, event, when, notes } = self;
        let body: String = notes
            .iter()
            .map(|(column, value, condition)| {
                format!("INSERT INTO access_changes ({column}) SELECT {value} WHERE {condition}; ")
            })
            .collect();
        let when = if when.is_empty() { String::new() } else { format!("WHEN ({when}) ") };
        if postgres {
            vec![
                format!(
                    "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$"
                ),
                format!("CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW {when}EXECUTE FUNCTION {name}()"),
            ]
        } else {
            vec![format!("CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW {when}BEGIN {body}END")]
        }
    }
}

fn columns() -> Vec<(&'static str, ColumnDef)> {
    let text = |name: &'static str| ColumnDef::new(name).text().to_owned();
    let json = |name: &'static str| ColumnDef::new(name).json_binary().to_owned();
    let kept =
        |name: &'static str, default: &'static str| ColumnDef::new(name).text().not_null().default(default).to_owned();
    vec![
        // How it signs people in, and what it is told of them.
        ("apps", kept("kind", "link")),
        ("apps", kept("groups_sent", "none")),
        ("apps", kept("groups_as", "id")),
        ("apps", ColumnDef::new("pairwise").boolean().not_null().default(false).to_owned()),
        // Made once and kept, so that subjects stay what they were.
        ("apps", ColumnDef::new("pairwise_salt").binary().to_owned()),
        ("apps", json("claims")),
        // How the person has proven who they are: the identity's issuer, and what that provider said of it.
        ("sessions", text("idp")),
        ("sessions", text("acr")),
        ("sessions", json("amr")),
        ("sessions", ColumnDef::new("auth_time").timestamp_with_time_zone().to_owned()),
    ]
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        table("oidc_clients")
            .col(ColumnDef::new("app_id").uuid().not_null())
            .col(ColumnDef::new("client_id").text().not_null())
            .col(ColumnDef::new("auth").text().not_null())
            .col(ColumnDef::new("redirect_uris").json_binary().not_null())
            .col(ColumnDef::new("post_logout_uris").json_binary().not_null())
            .col(ColumnDef::new("initiate_login_uri").text())
            .col(ColumnDef::new("backchannel_logout_uri").text())
            .col(ColumnDef::new("keys").json_binary())
            .col(ColumnDef::new("signing").text().not_null())
            .col(ColumnDef::new("require_par").boolean().not_null())
            .primary_key(Index::create().col("app_id"))
            .foreign_key(&mut reference("oidc_clients", "app_id", "apps"))
            .to_owned(),
        table("app_secrets")
            .col(ColumnDef::new("id").uuid().not_null())
            .col(ColumnDef::new("app_id").uuid().not_null())
            .col(ColumnDef::new("hash").binary().not_null())
            .col(ColumnDef::new("hint").text().not_null())
            .col(ColumnDef::new("created_by").uuid())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .primary_key(Index::create().col("id"))
            .foreign_key(&mut reference("app_secrets", "app_id", "apps"))
            .to_owned(),
        table("app_hosts")
            .col(ColumnDef::new("host").text().not_null())
            .col(ColumnDef::new("app_id").uuid().not_null())
            .col(ColumnDef::new("https").boolean().not_null())
            .primary_key(Index::create().col("host"))
            .foreign_key(&mut reference("app_hosts", "app_id", "apps"))
            .to_owned(),
        table("signing_keys")
            .col(ColumnDef::new("id").text().not_null())
            .col(ColumnDef::new("alg").text().not_null())
            .col(ColumnDef::new("private_sealed").binary().not_null())
            .col(ColumnDef::new("public_jwk").json_binary().not_null())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("signs_from").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("gone_at").timestamp_with_time_zone())
            .primary_key(Index::create().col("id"))
            .to_owned(),
        table("authorizations")
            .col(ColumnDef::new("id").uuid().not_null())
            .col(ColumnDef::new("hash").binary().not_null())
            .col(ColumnDef::new("app_id").uuid().not_null())
            .col(ColumnDef::new("params").json_binary().not_null())
            .col(ColumnDef::new("pushed").boolean().not_null())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("opened_at").timestamp_with_time_zone())
            .col(ColumnDef::new("expires_at").timestamp_with_time_zone().not_null())
            .primary_key(Index::create().col("id"))
            .foreign_key(&mut reference("authorizations", "app_id", "apps"))
            .to_owned(),
        table("app_sessions")
            .col(ColumnDef::new("id").uuid().not_null())
            .col(ColumnDef::new("session_id").uuid().not_null())
            .col(ColumnDef::new("user_id").uuid().not_null())
            .col(ColumnDef::new("app_id").uuid().not_null())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("expires_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("ended_at").timestamp_with_time_zone())
            .col(ColumnDef::new("ended_by").text())
            .primary_key(Index::create().col("id"))
            .foreign_key(&mut reference("app_sessions", "user_id", "users"))
            .foreign_key(&mut reference("app_sessions", "app_id", "apps"))
            .to_owned(),
        table("token_families")
            .col(ColumnDef::new("id").uuid().not_null())
            .col(ColumnDef::new("app_session_id").uuid().not_null())
            .col(ColumnDef::new("code_hash").binary().not_null())
            .col(ColumnDef::new("redirect_uri").text().not_null())
            .col(ColumnDef::new("scope").text().not_null())
            .col(ColumnDef::new("nonce").text())
            .col(ColumnDef::new("challenge").text())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("code_expires_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("redeemed_at").timestamp_with_time_zone())
            .col(ColumnDef::new("ended_at").timestamp_with_time_zone())
            .col(ColumnDef::new("ended_by").text())
            .primary_key(Index::create().col("id"))
            .foreign_key(
                reference("token_families", "app_session_id", "app_sessions").on_delete(ForeignKeyAction::Cascade),
            )
            .to_owned(),
        table("refresh_tokens")
            .col(ColumnDef::new("hash").binary().not_null())
            .col(ColumnDef::new("family_id").uuid().not_null())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("used_at").timestamp_with_time_zone())
            .primary_key(Index::create().col("hash"))
            .foreign_key(
                reference("refresh_tokens", "family_id", "token_families").on_delete(ForeignKeyAction::Cascade),
            )
            .to_owned(),
        table("client_assertions")
            .col(ColumnDef::new("app_id").uuid().not_null())
            .col(ColumnDef::new("hash").binary().not_null())
            .col(ColumnDef::new("expires_at").timestamp_with_time_zone().not_null())
            .primary_key(Index::create().col("app_id").col("hash"))
            .foreign_key(&mut reference("client_assertions", "app_id", "apps"))
            .to_owned(),
        table("host_codes")
            .col(ColumnDef::new("hash").binary().not_null())
            .col(ColumnDef::new("app_session_id").uuid().not_null())
            .col(ColumnDef::new("host").text().not_null())
            .col(ColumnDef::new("bound_to").binary().not_null())
            .col(ColumnDef::new("return_to").text().not_null())
            .col(ColumnDef::new("expires_at").timestamp_with_time_zone().not_null())
            .primary_key(Index::create().col("hash"))
            .foreign_key(reference("host_codes", "app_session_id", "app_sessions").on_delete(ForeignKeyAction::Cascade))
            .to_owned(),
        table("host_sessions")
            .col(ColumnDef::new("hash").binary().not_null())
            .col(ColumnDef::new("app_session_id").uuid().not_null())
            .col(ColumnDef::new("host").text().not_null())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .primary_key(Index::create().col("hash"))
            .foreign_key(
                reference("host_sessions", "app_session_id", "app_sessions").on_delete(ForeignKeyAction::Cascade),
            )
            .to_owned(),
        table("logouts")
            .col(ColumnDef::new("id").uuid().not_null())
            .col(ColumnDef::new("app_session_id").uuid().not_null())
            .col(ColumnDef::new("state").text().not_null())
            .col(ColumnDef::new("tries").integer().not_null())
            .col(ColumnDef::new("due_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("leased_until").timestamp_with_time_zone())
            .col(ColumnDef::new("not_after").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("last_error").text())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("ended_at").timestamp_with_time_zone())
            .primary_key(Index::create().col("id"))
            .foreign_key(reference("logouts", "app_session_id", "app_sessions").on_delete(ForeignKeyAction::Cascade))
            .to_owned(),
        table("sign_ins")
            .col(ColumnDef::new("id").uuid().not_null())
            .col(ColumnDef::new("at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("user_id").uuid())
            .col(ColumnDef::new("app_id").uuid())
            .col(ColumnDef::new("kind").text().not_null())
            .col(ColumnDef::new("method").text())
            .col(ColumnDef::new("idp").text())
            .col(ColumnDef::new("network").text().not_null())
            .col(ColumnDef::new("browser").text().not_null())
            .col(ColumnDef::new("outcome").text().not_null())
            .col(ColumnDef::new("code").text())
            .primary_key(Index::create().col("id"))
            .to_owned(),
    ]
}

fn table(name: &'static str) -> TableCreateStatement {
    Table::create().table(name).to_owned()
}

fn reference(table: &'static str, column: &'static str, to: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from(table, column).to(to, "id").to_owned()
}

/// One index per question that pages and operations ask; the unique ones are invariants.
const INDEXES: &[&str] = &[
    "CREATE UNIQUE INDEX oidc_clients_client_id ON oidc_clients (client_id)",
    "CREATE INDEX app_secrets_app ON app_secrets (app_id)",
    "CREATE INDEX app_hosts_app ON app_hosts (app_id)",
    "CREATE UNIQUE INDEX authorizations_hash ON authorizations (hash)",
    "CREATE INDEX authorizations_expiry ON authorizations (expires_at)",
    // Once per browser and app, as long as it lasts.
    "CREATE UNIQUE INDEX app_sessions_live ON app_sessions (session_id, app_id) WHERE ended_at IS NULL",
    "CREATE INDEX app_sessions_user ON app_sessions (user_id) WHERE ended_at IS NULL",
    "CREATE INDEX app_sessions_app ON app_sessions (app_id, id) WHERE ended_at IS NULL",
    "CREATE INDEX app_sessions_expiry ON app_sessions (expires_at) WHERE ended_at IS NULL",
    "CREATE INDEX app_sessions_ended ON app_sessions (ended_at) WHERE ended_at IS NOT NULL",
    "CREATE UNIQUE INDEX token_families_code ON token_families (code_hash)",
    "CREATE INDEX token_families_session ON token_families (app_session_id)",
    "CREATE INDEX refresh_tokens_family ON refresh_tokens (family_id)",
    "CREATE INDEX client_assertions_expiry ON client_assertions (expires_at)",
    "CREATE INDEX host_codes_session ON host_codes (app_session_id)",
    "CREATE INDEX host_codes_expiry ON host_codes (expires_at)",
    "CREATE INDEX host_sessions_session ON host_sessions (app_session_id)",
    "CREATE INDEX logouts_session ON logouts (app_session_id)",
    "CREATE INDEX logouts_due ON logouts (due_at) WHERE state = 'queued'",
    "CREATE INDEX sign_ins_at ON sign_ins (at)",
    "CREATE INDEX sign_ins_user ON sign_ins (user_id, at)",
    "CREATE INDEX sign_ins_app ON sign_ins (app_id, at)",
];
