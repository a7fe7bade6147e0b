//! Groups and apps that people run themselves: requests, notices, collections, pictures, rules, and an index of people's
//! words, so that one of a million is found by typing.

use std::collections::BTreeSet;

use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend, Statement, Value, prelude::Uuid},
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
        if manager.get_database_backend() == DbBackend::Postgres {
            for (table, column) in FOLDED {
                let sql = format!(r#"ALTER TABLE "{table}" ALTER COLUMN "{column}" TYPE text COLLATE "C""#);
                on.execute_unprepared(&sql).await?;
            }
        }
        for table in ["memberships", "assignments"] {
            let sql = format!(
                "UPDATE {table} SET sort_name = COALESCE((SELECT name_folded FROM users WHERE id = {table}.user_id), '')"
            );
            on.execute_unprepared(&sql).await?;
        }
        fill_words(manager).await?;
        for index in INDEXES {
            on.execute_unprepared(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for index in INDEXES {
            let name =
                index.split(" INDEX ").nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap_or_default();
            manager.get_connection().execute_unprepared(&format!("DROP INDEX {name}")).await?;
        }
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

/// Columns that are sorted or searched by prefix.
const FOLDED: &[(&str, &str)] = &[
    ("memberships", "sort_name"),
    ("assignments", "sort_name"),
    ("people_words", "word"),
    ("collections", "name_folded"),
];

/// How many people are read at a time.
const BATCH: usize = 2000;

/// The words of everybody who is there already: as `directory::people` splits them.
async fn fill_words(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let (on, backend) = (manager.get_connection(), manager.get_database_backend());
    let mut after = Uuid::nil();
    loop {
        let sql = format!(
            "SELECT id, name_folded, address_norm FROM users WHERE deleted_at IS NULL AND id > $1 ORDER BY id LIMIT {BATCH}"
        );
        let rows = on.query_all_raw(Statement::from_sql_and_values(backend, sql, [after.into()])).await?;
        for row in &rows {
            let (id, name, address): (Uuid, String, String) =
                (row.try_get("", "id")?, row.try_get("", "name_folded")?, row.try_get("", "address_norm")?);
            let mut words: BTreeSet<String> =
                name.split([' ', '-']).filter(|word| !word.is_empty()).map(str::to_owned).collect();
            words.insert(address);
            for word in words {
                let values: [Value; 2] = [word.into(), id.into()];
                let insert = "INSERT INTO people_words (word, user_id) VALUES ($1, $2)";
                on.execute_raw(Statement::from_sql_and_values(backend, insert, values)).await?;
            }
            after = id;
        }
        if rows.len() < BATCH {
            return Ok(());
        }
    }
}

fn columns() -> Vec<(&'static str, ColumnDef)> {
    let text = |name: &'static str| ColumnDef::new(name).text().to_owned();
    let uuid = |name: &'static str| ColumnDef::new(name).uuid().to_owned();
    let moment = |name: &'static str| ColumnDef::new(name).timestamp_with_time_zone().to_owned();
    let flag =
        |name: &'static str, default: bool| ColumnDef::new(name).boolean().not_null().default(default).to_owned();
    let kept =
        |name: &'static str, default: &'static str| ColumnDef::new(name).text().not_null().default(default).to_owned();
    vec![
        // What rules of dynamic groups can ask for, besides what was there.
        ("users", text("department")),
        ("users", text("job_title")),
        ("users", text("company")),
        // Which notices a person also gets by mail, and how they look at their apps.
        ("users", kept("notice_mail", "all")),
        ("users", kept("apps_view", "grid")),
        // The rule of a dynamic group; since when its members are to be looked at anew, and how far that has come.
        ("groups", text("rule")),
        ("groups", moment("rule_since")),
        ("groups", uuid("rule_cursor")),
        // How many days a membership lasts unless said otherwise; for good if null.
        ("groups", ColumnDef::new("member_days").integer().to_owned()),
        ("groups", uuid("picture_id")),
        ("groups", uuid("created_by")),
        ("groups", uuid("deleted_by")),
        ("apps", uuid("picture_id")),
        // Whether somebody has to approve a request; the group that those join who were approved.
        ("apps", flag("needs_approval", true)),
        ("apps", uuid("join_group_id")),
        // Whether it is left off everybody's panel, although they may open it.
        ("apps", flag("hidden", false)),
        // The folded name of the person, so that a long list is read in order of names.
        ("memberships", kept("sort_name", "")),
        ("assignments", kept("sort_name", "")),
    ]
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        table("people_words")
            .col(ColumnDef::new("word").text().not_null())
            .col(ColumnDef::new("user_id").uuid().not_null())
            .primary_key(Index::create().col("word").col("user_id"))
            .foreign_key(&mut reference("people_words", "user_id", "users"))
            .to_owned(),
        table("pictures")
            .col(ColumnDef::new("id").uuid().not_null())
            .col(ColumnDef::new("media_type").text().not_null())
            .col(ColumnDef::new("bytes").binary().not_null())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .primary_key(Index::create().col("id"))
            .to_owned(),
        table("app_approvers")
            .col(ColumnDef::new("app_id").uuid().not_null())
            .col(ColumnDef::new("user_id").uuid().not_null())
            .col(ColumnDef::new("granted_by").uuid())
            .col(ColumnDef::new("granted_at").timestamp_with_time_zone().not_null())
            .primary_key(Index::create().col("app_id").col("user_id"))
            .foreign_key(&mut reference("app_approvers", "app_id", "apps"))
            .foreign_key(&mut reference("app_approvers", "user_id", "users"))
            .to_owned(),
        table("requests")
            .col(ColumnDef::new("id").uuid().not_null())
            .col(ColumnDef::new("user_id").uuid().not_null())
            .col(ColumnDef::new("group_id").uuid())
            .col(ColumnDef::new("app_id").uuid())
            .col(ColumnDef::new("reason").text().not_null())
            .col(ColumnDef::new("state").text().not_null())
            .col(ColumnDef::new("state_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("expires_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("decided_by").uuid())
            .col(ColumnDef::new("answer").text().not_null())
            .col(ColumnDef::new("until").timestamp_with_time_zone())
            .col(ColumnDef::new("reminded_at").timestamp_with_time_zone())
            .primary_key(Index::create().col("id"))
            .foreign_key(&mut reference("requests", "user_id", "users"))
            .foreign_key(&mut reference("requests", "group_id", "groups"))
            .foreign_key(&mut reference("requests", "app_id", "apps"))
            .to_owned(),
        table("notices")
            .col(ColumnDef::new("id").uuid().not_null())
            .col(ColumnDef::new("user_id").uuid().not_null())
            .col(ColumnDef::new("kind").text().not_null())
            .col(ColumnDef::new("actor_id").uuid())
            .col(ColumnDef::new("subject_id").uuid())
            .col(ColumnDef::new("group_id").uuid())
            .col(ColumnDef::new("app_id").uuid())
            .col(ColumnDef::new("request_id").uuid())
            .col(ColumnDef::new("until").timestamp_with_time_zone())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("read_at").timestamp_with_time_zone())
            .primary_key(Index::create().col("id"))
            .foreign_key(&mut reference("notices", "user_id", "users"))
            .to_owned(),
        table("app_choices")
            .col(ColumnDef::new("user_id").uuid().not_null())
            .col(ColumnDef::new("app_id").uuid().not_null())
            .col(ColumnDef::new("favourite").boolean().not_null())
            .col(ColumnDef::new("hidden").boolean().not_null())
            .col(ColumnDef::new("position").integer())
            .col(ColumnDef::new("opened_at").timestamp_with_time_zone())
            .col(ColumnDef::new("opened").big_integer().not_null())
            .primary_key(Index::create().col("user_id").col("app_id"))
            .foreign_key(&mut reference("app_choices", "user_id", "users"))
            .foreign_key(&mut reference("app_choices", "app_id", "apps"))
            .to_owned(),
        table("app_days")
            .col(ColumnDef::new("app_id").uuid().not_null())
            .col(ColumnDef::new("day").text().not_null())
            .col(ColumnDef::new("opened").big_integer().not_null())
            .primary_key(Index::create().col("app_id").col("day"))
            .foreign_key(&mut reference("app_days", "app_id", "apps"))
            .to_owned(),
        // The organization's if nobody owns it, somebody's own otherwise.
        table("collections")
            .col(ColumnDef::new("id").uuid().not_null())
            .col(ColumnDef::new("owner_id").uuid())
            .col(ColumnDef::new("name").text().not_null())
            .col(ColumnDef::new("name_folded").text().not_null())
            .col(ColumnDef::new("description").text().not_null())
            .col(ColumnDef::new("position").integer().not_null())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .primary_key(Index::create().col("id"))
            .foreign_key(&mut reference("collections", "owner_id", "users"))
            .to_owned(),
        table("collection_apps")
            .col(ColumnDef::new("collection_id").uuid().not_null())
            .col(ColumnDef::new("app_id").uuid().not_null())
            .col(ColumnDef::new("position").integer().not_null())
            .primary_key(Index::create().col("collection_id").col("app_id"))
            .foreign_key(
                reference("collection_apps", "collection_id", "collections").on_delete(ForeignKeyAction::Cascade),
            )
            .foreign_key(&mut reference("collection_apps", "app_id", "apps"))
            .to_owned(),
        // Groups whose people see a collection of the organization's; everybody if there are none.
        table("collection_groups")
            .col(ColumnDef::new("collection_id").uuid().not_null())
            .col(ColumnDef::new("group_id").uuid().not_null())
            .primary_key(Index::create().col("collection_id").col("group_id"))
            .foreign_key(
                reference("collection_groups", "collection_id", "collections").on_delete(ForeignKeyAction::Cascade),
            )
            .foreign_key(&mut reference("collection_groups", "group_id", "groups"))
            .to_owned(),
        // What a person makes of a collection of the organization's.
        table("collection_choices")
            .col(ColumnDef::new("user_id").uuid().not_null())
            .col(ColumnDef::new("collection_id").uuid().not_null())
            .col(ColumnDef::new("hidden").boolean().not_null())
            .col(ColumnDef::new("position").integer())
            .primary_key(Index::create().col("user_id").col("collection_id"))
            .foreign_key(&mut reference("collection_choices", "user_id", "users"))
            .foreign_key(
                reference("collection_choices", "collection_id", "collections").on_delete(ForeignKeyAction::Cascade),
            )
            .to_owned(),
    ]
}

fn table(name: &'static str) -> TableCreateStatement {
    Table::create().table(name).to_owned()
}

fn reference(table: &'static str, column: &'static str, to: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from(table, column).to(to, "id").to_owned()
}

const INDEXES: &[&str] = &[
    "CREATE INDEX people_words_user ON people_words (user_id)",
    // Long lists, in order of names.
    "CREATE INDEX memberships_order ON memberships (group_id, sort_name, user_id)",
    "CREATE INDEX assignments_order ON assignments (app_id, sort_name, user_id) WHERE user_id IS NOT NULL",
    // The catalogue, and who made how many groups.
    "CREATE INDEX groups_listed ON groups (name_folded, id) WHERE listed AND deleted_at IS NULL",
    "CREATE INDEX groups_live ON groups (name_folded, id) WHERE deleted_at IS NULL",
    "CREATE INDEX groups_creator ON groups (created_by) WHERE created_by IS NOT NULL",
    "CREATE INDEX groups_deleted ON groups (deleted_at) WHERE deleted_at IS NOT NULL",
    "CREATE INDEX groups_rule ON groups (id) WHERE kind = 'dynamic' AND deleted_at IS NULL",
    "CREATE INDEX groups_rule_due ON groups (rule_since) WHERE rule_since IS NOT NULL",
    "CREATE INDEX apps_requestable ON apps (name_folded, id) WHERE requestable AND deleted_at IS NULL",
    "CREATE INDEX apps_live ON apps (name_folded, id) WHERE deleted_at IS NULL",
    "CREATE INDEX app_approvers_user ON app_approvers (user_id)",
    // One open request of a person for a thing.
    "CREATE UNIQUE INDEX requests_open_group ON requests (user_id, group_id) WHERE state = 'pending' AND group_id IS NOT NULL",
    "CREATE UNIQUE INDEX requests_open_app ON requests (user_id, app_id) WHERE state = 'pending' AND app_id IS NOT NULL",
    "CREATE INDEX requests_user ON requests (user_id, created_at, id)",
    "CREATE INDEX requests_group ON requests (group_id, state, created_at) WHERE group_id IS NOT NULL",
    "CREATE INDEX requests_app ON requests (app_id, state, created_at) WHERE app_id IS NOT NULL",
    "CREATE INDEX requests_expiry ON requests (expires_at, id) WHERE state = 'pending'",
    "CREATE INDEX notices_user ON notices (user_id, created_at, id)",
    "CREATE INDEX notices_unread ON notices (user_id, id) WHERE read_at IS NULL",
    "CREATE INDEX notices_age ON notices (created_at)",
    // How many people open an app, and which groups give it.
    "CREATE INDEX app_choices_app ON app_choices (app_id, opened_at) WHERE opened_at IS NOT NULL",
    "CREATE INDEX assignments_groups ON assignments (app_id, group_id) WHERE group_id IS NOT NULL",
    "CREATE INDEX app_choices_recent ON app_choices (user_id, opened_at) WHERE opened_at IS NOT NULL",
    "CREATE INDEX collections_owner ON collections (owner_id, position)",
    "CREATE INDEX collections_shared ON collections (position, id) WHERE owner_id IS NULL",
    "CREATE INDEX collection_apps_app ON collection_apps (app_id)",
    "CREATE INDEX collection_groups_group ON collection_groups (group_id)",
];
