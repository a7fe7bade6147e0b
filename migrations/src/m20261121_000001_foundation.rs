//! The first schema: people, groups, apps, invitations, sign-in, mail, audit.
//!
//! Column types behave alike on SQLite and PostgreSQL; enumerations are texts. Text that is sorted or searched is folded
//! by the directory and compared byte by byte (`COLLATE "C"` on PostgreSQL), so that both engines give the same order.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Every step is additive, so one transaction is safe on both engines.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        for (table, column) in FOLDED {
            if postgres {
                let sql = format!(r#"ALTER TABLE "{table}" ALTER COLUMN "{column}" TYPE text COLLATE "C""#);
                manager.get_connection().execute_unprepared(&sql).await?;
            }
        }
        for index in INDEXES {
            manager.get_connection().execute_unprepared(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables().iter().rev() {
            if let Some(name) = table.get_table_name() {
                manager.drop_table(Table::drop().table(name.clone()).to_owned()).await?;
            }
        }
        Ok(())
    }
}

/// Columns that are sorted or searched by prefix.
const FOLDED: &[(&str, &str)] =
    &[("users", "name_folded"), ("users", "address_norm"), ("groups", "name_folded"), ("apps", "name_folded")];

fn tables() -> Vec<TableCreateStatement> {
    vec![
        table("users")
            .col(ColumnDef::new("id").uuid().not_null())
            .col(ColumnDef::new("user_type").text().not_null())
            .col(ColumnDef::new("display_name").text().not_null())
            .col(ColumnDef::new("given_name").text())
            .col(ColumnDef::new("family_name").text())
            .col(ColumnDef::new("address").text().not_null())
            .col(ColumnDef::new("address_norm").text().not_null())
            .col(ColumnDef::new("name_folded").text().not_null())
            .col(ColumnDef::new("enabled").boolean().not_null())
            .col(ColumnDef::new("external_state").text())
            .col(ColumnDef::new("creation_type").text().not_null())
            .col(ColumnDef::new("sponsor_id").uuid())
            .col(ColumnDef::new("bind_once").boolean().not_null())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("created_by").uuid())
            .col(ColumnDef::new("accepted_at").timestamp_with_time_zone())
            .col(ColumnDef::new("last_sign_in_at").timestamp_with_time_zone())
            .col(ColumnDef::new("consent_version").integer())
            .col(ColumnDef::new("deleted_at").timestamp_with_time_zone())
            .primary_key(Index::create().col("id"))
            .foreign_key(&mut reference("users", "sponsor_id", "users"))
            .to_owned(),
        table("identities")
            .col(ColumnDef::new("id").uuid().not_null())
            .col(ColumnDef::new("user_id").uuid().not_null())
            .col(ColumnDef::new("issuer").text().not_null())
            .col(ColumnDef::new("subject").text().not_null())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("deleted_at").timestamp_with_time_zone())
            .primary_key(Index::create().col("id"))
            .foreign_key(&mut reference("identities", "user_id", "users"))
            .to_owned(),
        table("roles")
            .col(ColumnDef::new("user_id").uuid().not_null())
            .col(ColumnDef::new("role").text().not_null())
            .col(ColumnDef::new("granted_by").uuid())
            .col(ColumnDef::new("granted_at").timestamp_with_time_zone().not_null())
            .primary_key(Index::create().col("user_id").col("role"))
            .foreign_key(&mut reference("roles", "user_id", "users"))
            .to_owned(),
        table("groups")
            .col(ColumnDef::new("id").uuid().not_null())
            .col(ColumnDef::new("key").text())
            .col(ColumnDef::new("name").text().not_null())
            .col(ColumnDef::new("name_folded").text().not_null())
            .col(ColumnDef::new("purpose").text().not_null())
            .col(ColumnDef::new("kind").text().not_null())
            .col(ColumnDef::new("join_policy").text().not_null())
            .col(ColumnDef::new("listed").boolean().not_null())
            .col(ColumnDef::new("accepts_guests").boolean().not_null())
            .col(ColumnDef::new("members_may_invite").boolean().not_null())
            .col(ColumnDef::new("guests_see_members").boolean().not_null())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("deleted_at").timestamp_with_time_zone())
            .primary_key(Index::create().col("id"))
            .to_owned(),
        table("group_owners")
            .col(ColumnDef::new("group_id").uuid().not_null())
            .col(ColumnDef::new("user_id").uuid().not_null())
            .col(ColumnDef::new("granted_by").uuid())
            .col(ColumnDef::new("granted_at").timestamp_with_time_zone().not_null())
            .primary_key(Index::create().col("group_id").col("user_id"))
            .foreign_key(&mut reference("group_owners", "group_id", "groups"))
            .foreign_key(&mut reference("group_owners", "user_id", "users"))
            .to_owned(),
        table("apps")
            .col(ColumnDef::new("id").uuid().not_null())
            .col(ColumnDef::new("key").text())
            .col(ColumnDef::new("name").text().not_null())
            .col(ColumnDef::new("name_folded").text().not_null())
            .col(ColumnDef::new("description").text().not_null())
            .col(ColumnDef::new("url").text().not_null())
            .col(ColumnDef::new("enabled").boolean().not_null())
            .col(ColumnDef::new("accepts_guests").boolean().not_null())
            .col(ColumnDef::new("requestable").boolean().not_null())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("deleted_at").timestamp_with_time_zone())
            .primary_key(Index::create().col("id"))
            .to_owned(),
        table("app_owners")
            .col(ColumnDef::new("app_id").uuid().not_null())
            .col(ColumnDef::new("user_id").uuid().not_null())
            .col(ColumnDef::new("granted_by").uuid())
            .col(ColumnDef::new("granted_at").timestamp_with_time_zone().not_null())
            .primary_key(Index::create().col("app_id").col("user_id"))
            .foreign_key(&mut reference("app_owners", "app_id", "apps"))
            .foreign_key(&mut reference("app_owners", "user_id", "users"))
            .to_owned(),
        table("invitations")
            .col(ColumnDef::new("id").uuid().not_null())
            .col(ColumnDef::new("user_id").uuid().not_null())
            .col(ColumnDef::new("address").text().not_null())
            .col(ColumnDef::new("address_norm").text().not_null())
            .col(ColumnDef::new("inviter_id").uuid().not_null())
            .col(ColumnDef::new("message").text().not_null())
            .col(ColumnDef::new("language").text().not_null())
            .col(ColumnDef::new("state").text().not_null())
            .col(ColumnDef::new("state_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("expires_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("delivery").text().not_null())
            .col(ColumnDef::new("delivery_error").text())
            .primary_key(Index::create().col("id"))
            .foreign_key(&mut reference("invitations", "user_id", "users"))
            .foreign_key(&mut reference("invitations", "inviter_id", "users"))
            .to_owned(),
        table("invitation_grants")
            .col(ColumnDef::new("id").uuid().not_null())
            .col(ColumnDef::new("invitation_id").uuid().not_null())
            .col(ColumnDef::new("group_id").uuid())
            .col(ColumnDef::new("app_id").uuid())
            .primary_key(Index::create().col("id"))
            .foreign_key(&mut reference("invitation_grants", "invitation_id", "invitations"))
            .foreign_key(&mut reference("invitation_grants", "group_id", "groups"))
            .foreign_key(&mut reference("invitation_grants", "app_id", "apps"))
            .to_owned(),
        table("tickets")
            .col(ColumnDef::new("id").uuid().not_null())
            .col(ColumnDef::new("invitation_id").uuid().not_null())
            .col(ColumnDef::new("hash").binary().not_null())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("ended_at").timestamp_with_time_zone())
            .primary_key(Index::create().col("id"))
            .foreign_key(&mut reference("tickets", "invitation_id", "invitations"))
            .to_owned(),
        table("memberships")
            .col(ColumnDef::new("id").uuid().not_null())
            .col(ColumnDef::new("group_id").uuid().not_null())
            .col(ColumnDef::new("user_id").uuid().not_null())
            .col(ColumnDef::new("reason").text().not_null())
            .col(ColumnDef::new("granted_by").uuid())
            .col(ColumnDef::new("invitation_id").uuid())
            .col(ColumnDef::new("granted_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("until").timestamp_with_time_zone())
            .primary_key(Index::create().col("id"))
            .foreign_key(&mut reference("memberships", "group_id", "groups"))
            .foreign_key(&mut reference("memberships", "user_id", "users"))
            .foreign_key(&mut reference("memberships", "invitation_id", "invitations"))
            .to_owned(),
        table("assignments")
            .col(ColumnDef::new("id").uuid().not_null())
            .col(ColumnDef::new("app_id").uuid().not_null())
            .col(ColumnDef::new("user_id").uuid())
            .col(ColumnDef::new("group_id").uuid())
            .col(ColumnDef::new("reason").text().not_null())
            .col(ColumnDef::new("granted_by").uuid())
            .col(ColumnDef::new("invitation_id").uuid())
            .col(ColumnDef::new("granted_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("until").timestamp_with_time_zone())
            .primary_key(Index::create().col("id"))
            .foreign_key(&mut reference("assignments", "app_id", "apps"))
            .foreign_key(&mut reference("assignments", "user_id", "users"))
            .foreign_key(&mut reference("assignments", "group_id", "groups"))
            .foreign_key(&mut reference("assignments", "invitation_id", "invitations"))
            .to_owned(),
        table("attempts")
            .col(ColumnDef::new("id").uuid().not_null())
            .col(ColumnDef::new("browser_hash").binary().not_null())
            .col(ColumnDef::new("provider").text())
            .col(ColumnDef::new("state_hash").binary())
            .col(ColumnDef::new("nonce").text())
            .col(ColumnDef::new("pkce_verifier").binary())
            .col(ColumnDef::new("guest_id").uuid())
            .col(ColumnDef::new("address").text())
            .col(ColumnDef::new("proof").binary())
            .col(ColumnDef::new("return_to").text().not_null())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("expires_at").timestamp_with_time_zone().not_null())
            .primary_key(Index::create().col("id"))
            .foreign_key(&mut reference("attempts", "guest_id", "users"))
            .to_owned(),
        table("passcodes")
            .col(ColumnDef::new("id").uuid().not_null())
            .col(ColumnDef::new("attempt_id").uuid().not_null())
            .col(ColumnDef::new("address_norm").text().not_null())
            .col(ColumnDef::new("network").text().not_null())
            .col(ColumnDef::new("trusted").boolean().not_null())
            .col(ColumnDef::new("code_hmac").binary().not_null())
            .col(ColumnDef::new("tries").integer().not_null())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("expires_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("used_at").timestamp_with_time_zone())
            .primary_key(Index::create().col("id"))
            .foreign_key(reference("passcodes", "attempt_id", "attempts").on_delete(ForeignKeyAction::Cascade))
            .to_owned(),
        table("sessions")
            .col(ColumnDef::new("id_hash").binary().not_null())
            .col(ColumnDef::new("public_id").uuid().not_null())
            .col(ColumnDef::new("user_id").uuid().not_null())
            .col(ColumnDef::new("data").json_binary().not_null())
            .col(ColumnDef::new("method").text().not_null())
            .col(ColumnDef::new("browser").text().not_null())
            .col(ColumnDef::new("network").text().not_null())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("last_seen_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("expires_at").timestamp_with_time_zone().not_null())
            .primary_key(Index::create().col("id_hash"))
            .foreign_key(&mut reference("sessions", "user_id", "users"))
            .to_owned(),
        table("outbox")
            .col(ColumnDef::new("id").uuid().not_null())
            .col(ColumnDef::new("kind").text().not_null())
            .col(ColumnDef::new("recipient").text().not_null())
            .col(ColumnDef::new("payload").binary())
            .col(ColumnDef::new("message_id").text().not_null())
            .col(ColumnDef::new("invitation_id").uuid())
            .col(ColumnDef::new("state").text().not_null())
            .col(ColumnDef::new("tries").integer().not_null())
            .col(ColumnDef::new("due_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("leased_until").timestamp_with_time_zone())
            .col(ColumnDef::new("not_after").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("last_error").text())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("ended_at").timestamp_with_time_zone())
            .primary_key(Index::create().col("id"))
            .foreign_key(&mut reference("outbox", "invitation_id", "invitations"))
            .to_owned(),
        table("audit_events")
            .col(ColumnDef::new("id").uuid().not_null())
            .col(ColumnDef::new("at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("actor_id").uuid())
            .col(ColumnDef::new("action").text().not_null())
            .col(ColumnDef::new("outcome").text().not_null())
            .col(ColumnDef::new("code").text())
            .col(ColumnDef::new("target_kind").text())
            .col(ColumnDef::new("target_id").uuid())
            .col(ColumnDef::new("group_id").uuid())
            .col(ColumnDef::new("invitation_id").uuid())
            .col(ColumnDef::new("request_id").text())
            .col(ColumnDef::new("details_hash").binary())
            .primary_key(Index::create().col("id"))
            .to_owned(),
        table("audit_details")
            .col(ColumnDef::new("event_id").uuid().not_null())
            .col(ColumnDef::new("details").json_binary().not_null())
            .primary_key(Index::create().col("event_id"))
            .foreign_key(reference("audit_details", "event_id", "audit_events").on_delete(ForeignKeyAction::Cascade))
            .to_owned(),
        table("identity_providers")
            .col(ColumnDef::new("id").uuid().not_null())
            .col(ColumnDef::new("key").text().not_null())
            .col(ColumnDef::new("name").text().not_null())
            .col(ColumnDef::new("kind").text().not_null())
            .col(ColumnDef::new("issuer").text().not_null())
            .col(ColumnDef::new("client_id").text().not_null())
            .col(ColumnDef::new("secret_sealed").binary())
            .col(ColumnDef::new("secret_hash").binary())
            .col(ColumnDef::new("scopes").json_binary().not_null())
            .col(ColumnDef::new("domains").json_binary().not_null())
            .col(ColumnDef::new("assume_verified").boolean().not_null())
            .col(ColumnDef::new("position").integer().not_null())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .primary_key(Index::create().col("id"))
            .to_owned(),
        table("settings")
            .col(ColumnDef::new("key").text().not_null())
            .col(ColumnDef::new("value").json_binary().not_null())
            .col(ColumnDef::new("changed_at").timestamp_with_time_zone().not_null())
            .primary_key(Index::create().col("key"))
            .to_owned(),
        table("saved_forms")
            .col(ColumnDef::new("key_hash").binary().not_null())
            .col(ColumnDef::new("bound_to").binary().not_null())
            .col(ColumnDef::new("form").text().not_null())
            .col(ColumnDef::new("fields").json_binary().not_null())
            .col(ColumnDef::new("expires_at").timestamp_with_time_zone().not_null())
            .primary_key(Index::create().col("key_hash"))
            .to_owned(),
    ]
}

fn table(name: &'static str) -> TableCreateStatement {
    Table::create().table(name).to_owned()
}

fn reference(table: &'static str, column: &'static str, to: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from(table, column).to(to, "id").to_owned()
}

/// One index per question that pages and operations ask; the partial unique ones are invariants.
const INDEXES: &[&str] = &[
    // One live user per address; an identity belongs to one live user.
    "CREATE UNIQUE INDEX users_address ON users (address_norm) WHERE deleted_at IS NULL",
    "CREATE UNIQUE INDEX identities_subject ON identities (issuer, subject) WHERE deleted_at IS NULL",
    "CREATE INDEX identities_user ON identities (user_id)",
    "CREATE INDEX users_sponsor ON users (sponsor_id)",
    "CREATE UNIQUE INDEX groups_key ON groups (key) WHERE deleted_at IS NULL",
    "CREATE UNIQUE INDEX apps_key ON apps (key) WHERE deleted_at IS NULL",
    "CREATE INDEX group_owners_user ON group_owners (user_id)",
    "CREATE INDEX app_owners_user ON app_owners (user_id)",
    // Once in a group, once on an app.
    "CREATE UNIQUE INDEX memberships_user ON memberships (user_id, group_id)",
    "CREATE INDEX memberships_group ON memberships (group_id)",
    "CREATE INDEX memberships_invitation ON memberships (invitation_id)",
    "CREATE UNIQUE INDEX assignments_user ON assignments (user_id, app_id) WHERE user_id IS NOT NULL",
    "CREATE UNIQUE INDEX assignments_group ON assignments (group_id, app_id) WHERE group_id IS NOT NULL",
    "CREATE INDEX assignments_app ON assignments (app_id)",
    "CREATE INDEX assignments_invitation ON assignments (invitation_id)",
    "CREATE INDEX invitations_user ON invitations (user_id, state)",
    "CREATE INDEX invitations_inviter ON invitations (inviter_id, created_at)",
    "CREATE INDEX invitations_open ON invitations (expires_at) WHERE state = 'pending'",
    "CREATE UNIQUE INDEX invitation_grants_group ON invitation_grants (invitation_id, group_id) WHERE group_id IS NOT NULL",
    "CREATE UNIQUE INDEX invitation_grants_app ON invitation_grants (invitation_id, app_id) WHERE app_id IS NOT NULL",
    "CREATE INDEX invitation_grants_of_group ON invitation_grants (group_id)",
    "CREATE UNIQUE INDEX tickets_hash ON tickets (hash)",
    "CREATE INDEX tickets_invitation ON tickets (invitation_id)",
    "CREATE INDEX attempts_browser ON attempts (browser_hash, created_at)",
    "CREATE UNIQUE INDEX attempts_state ON attempts (state_hash) WHERE state_hash IS NOT NULL",
    "CREATE INDEX attempts_expiry ON attempts (expires_at)",
    "CREATE INDEX passcodes_attempt ON passcodes (attempt_id, created_at)",
    "CREATE INDEX passcodes_address ON passcodes (address_norm, created_at)",
    "CREATE INDEX passcodes_network ON passcodes (network, created_at)",
    "CREATE UNIQUE INDEX sessions_public_id ON sessions (public_id)",
    "CREATE INDEX sessions_user ON sessions (user_id)",
    "CREATE INDEX sessions_expiry ON sessions (expires_at)",
    "CREATE INDEX outbox_due ON outbox (due_at) WHERE state = 'queued'",
    "CREATE INDEX outbox_invitation ON outbox (invitation_id)",
    "CREATE INDEX audit_events_at ON audit_events (at)",
    "CREATE INDEX audit_events_target ON audit_events (target_id, at)",
    "CREATE INDEX audit_events_group ON audit_events (group_id, at) WHERE group_id IS NOT NULL",
    "CREATE INDEX audit_events_actor ON audit_events (actor_id, at)",
    "CREATE UNIQUE INDEX identity_providers_key ON identity_providers (key)",
    "CREATE INDEX saved_forms_expiry ON saved_forms (expires_at)",
];
