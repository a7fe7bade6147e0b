//! A directory of any size, made by a few statements. Whatever one person has to do with is the same in every size: 5
//! groups of 50 people, 50 apps, 50 guests, 5 requests to decide. Only what is around it grows.

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DbBackend};
use uuid::Uuid;

/// Kinds of things, as a digit of their ids.
#[derive(Clone, Copy)]
pub enum Kind {
    User = 1,
    Group = 2,
    App = 3,
    Membership = 4,
    Assignment = 5,
    Request = 6,
    Notice = 7,
    Event = 8,
    Invitation = 9,
}

/// The id of the nth of a kind, as the statements below make it.
pub fn id(kind: Kind, n: u32) -> Uuid {
    Uuid::from_u128((0x0192_0000_u128 + kind as u128) << 96 | 0x0000_7000_8000_0000_u128 << 32 | u128::from(n))
}

/// The name of the nth person.
pub fn name(n: u32) -> String {
    let syllable = |n: u64| {
        let at = 2 * usize::try_from(n % 20).unwrap_or_default();
        SYLLABLES.get(at..at + 2).unwrap_or_default()
    };
    let word = |n: u64| [syllable(n), syllable(n / 20), syllable(n / 400)].concat();
    format!("{} {}", word(n.into()), word(u64::from(n) * 7919 % 8000))
}

/// The address of the nth person.
pub fn address(n: u32) -> String {
    let domain = if n.is_multiple_of(5) { "fabrikam.example" } else { "woodgrove.example" };
    format!("{}{n}@{domain}", name(n).replace(' ', "."))
}

const SYLLABLES: &str = "kalomiranesutivobedafigohujaperisatowuze";
const APPS: u32 = 1000;

/// Fills an empty, migrated database with so many people, a tenth as many groups and five times as many memberships.
/// There is one more group, with everybody in it.
pub async fn grow(url: &str, users: u32) -> anyhow::Result<()> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let db = Database::connect(options).await?;
    let lite = db.get_database_backend() == DbBackend::Sqlite;
    // What is made here fits together; checking millions of references would take longer than making them.
    for setting in if lite {
        &["PRAGMA foreign_keys = OFF", "PRAGMA synchronous = OFF", "PRAGMA cache_size = -1000000", "BEGIN"][..]
    } else {
        &["SET session_replication_role = replica", "SET maintenance_work_mem = '512MB'", "BEGIN"][..]
    } {
        db.execute_unprepared(setting).await?;
    }
    let groups = users / 10;
    let id = |kind: Kind, n: &str| match lite {
        true => format!("unhex(printf('0192000{}0000700080000000%08x', {n}))", kind as u32),
        false => format!("('0192000{}-0000-7000-8000-0000' || lpad(to_hex({n}), 8, '0'))::uuid", kind as u32),
    };
    let at = |days: &str| match lite {
        true => format!("strftime('%Y-%m-%dT%H:%M:%S', 1790000000 - ({days}) * 60, 'unixepoch') || '+00:00'"),
        false => format!("to_timestamp(1790000000 - ({days}) * 60)"),
    };
    let later = match lite {
        true => "strftime('%Y-%m-%dT%H:%M:%S', 2100000000, 'unixepoch') || '+00:00'",
        false => "to_timestamp(2100000000)",
    };
    let numbers = |from: u32, to: u32| match lite {
        true => format!(
            "(WITH RECURSIVE s(n) AS (SELECT {from} UNION ALL SELECT n + 1 FROM s WHERE n < {to}) SELECT n FROM s) s"
        ),
        false => format!("(SELECT g::int AS n FROM generate_series({from}, {to}) g) s"),
    };
    let syllable = |n: &str| format!("substr('{SYLLABLES}', 2 * (({n}) % 20) + 1, 2)");
    let word = |n: &str| {
        format!("({} || {} || {})", syllable(n), syllable(&format!("({n}) / 20")), syllable(&format!("({n}) / 400")))
    };
    let (first, last) = (word("n"), word("(n * 7919 % 8000)"));
    let last = if lite { last } else { word("(n::bigint * 7919 % 8000)::int") };
    let (yes, no) = ("(1 = 1)", "(1 = 0)");
    let person = format!("{first} || ' ' || {last}");
    let address = format!(
        "{first} || '.' || {last} || n || CASE WHEN n % 5 = 0 THEN '@fabrikam.example' ELSE '@woodgrove.example' END"
    );
    // Whoever invites has 50 guests.
    let inviter = id(Kind::User, &format!("(n / 5 % {} + 1)", users / 250));
    let statements = [
        format!(
            "INSERT INTO users (id, user_type, display_name, name_folded, address, address_norm, enabled, external_state,
                 creation_type, sponsor_id, bind_once, created_at, department, last_sign_in_at)
             SELECT {}, CASE WHEN n % 5 = 0 THEN 'guest' ELSE 'member' END, {person}, {person}, {address}, {address}, {yes},
                    CASE WHEN n % 5 = 0 THEN 'Accepted' END, CASE WHEN n % 5 = 0 THEN 'Invitation' ELSE 'Import' END,
                    CASE WHEN n % 5 = 0 THEN {inviter} END, {no}, {}, 'Department ' || (n % 100), {} FROM {}",
            id(Kind::User, "n"),
            at("n"),
            at("n % 1000"),
            numbers(1, users)
        ),
        "INSERT INTO people_words (word, user_id) SELECT substr(name_folded, 1, 6), id FROM users".to_owned(),
        "INSERT INTO people_words (word, user_id) SELECT substr(name_folded, 8), id FROM users
         WHERE substr(name_folded, 1, 6) <> substr(name_folded, 8)"
            .to_owned(),
        "INSERT INTO people_words (word, user_id) SELECT address_norm, id FROM users".to_owned(),
        format!(
            "INSERT INTO groups (id, name, name_folded, purpose, kind, join_policy, listed, accepts_guests, members_may_invite,
                 guests_see_members, created_at, other_address, created_by)
             SELECT {}, {person} || n, {person} || n, 'Group ' || n, 'assigned',
                    CASE WHEN n % 2 = 0 THEN 'on request' ELSE 'open' END, {yes}, {yes}, {no}, {yes}, {}, {no}, {} FROM {}",
            id(Kind::Group, "n"),
            at("n"),
            id(Kind::User, &format!("(n * 50 % {users} + 1)")),
            numbers(0, groups)
        ),
        format!(
            "INSERT INTO group_owners (group_id, user_id, granted_at) SELECT {}, {}, {} FROM {}",
            id(Kind::Group, "n"),
            id(Kind::User, &format!("(n * 50 % {users} + 1)")),
            at("n"),
            numbers(0, groups)
        ),
        // 50 in each group, 5 groups for each person; the last group has everybody.
        format!(
            "INSERT INTO memberships (id, group_id, user_id, reason, granted_at, sort_name)
             SELECT m.id, m.group_id, m.user_id, 'owner', {}, u.name_folded FROM
                (SELECT {} AS id, {} AS group_id, {} AS user_id FROM {}) m JOIN users u ON u.id = m.user_id",
            at("1"),
            id(Kind::Membership, "n"),
            id(Kind::Group, "(n / 50)"),
            id(Kind::User, &format!("(n % {users} + 1)")),
            numbers(0, groups * 50 - 1)
        ),
        format!(
            "INSERT INTO memberships (id, group_id, user_id, reason, granted_at, sort_name)
             SELECT {}, {}, {}, 'owner', {}, {person} FROM {}",
            id(Kind::Membership, &format!("({} + n)", groups * 50)),
            id(Kind::Group, &groups.to_string()),
            id(Kind::User, "n"),
            at("1"),
            numbers(2, users)
        ),
        format!(
            "INSERT INTO apps (id, name, name_folded, description, url, enabled, accepts_guests, requestable, created_at,
                 needs_approval, hidden)
             SELECT {}, {person} || n, {person} || n, 'App ' || n, 'https://apps.example/' || n, {yes}, {yes}, {yes}, {}, {yes},
                    {no} FROM {}",
            id(Kind::App, "n"),
            at("n"),
            numbers(0, APPS - 1)
        ),
        format!(
            "INSERT INTO app_owners (app_id, user_id, granted_at) SELECT {}, {}, {} FROM {}",
            id(Kind::App, "n"),
            id(Kind::User, &format!("(n * 37 % {users} + 1)")),
            at("n"),
            numbers(0, APPS - 1)
        ),
        // Ten apps for each of a hundred groups.
        format!(
            "INSERT INTO assignments (id, app_id, group_id, reason, granted_at) SELECT {}, {}, {}, 'owner', {} FROM {}",
            id(Kind::Assignment, "n"),
            id(Kind::App, "n"),
            id(Kind::Group, &format!("(n % 100 * {})", groups / 100)),
            at("n"),
            numbers(0, APPS - 1)
        ),
        // The first app is given to many directly: a tenth of all people.
        format!(
            "INSERT INTO assignments (id, app_id, user_id, reason, granted_at, sort_name)
             SELECT {}, {}, {}, 'owner', {}, {person} FROM {}",
            id(Kind::Assignment, &format!("({APPS} + n)")),
            id(Kind::App, "0"),
            id(Kind::User, "n"),
            at("n"),
            numbers(10, users / 10)
        ),
        format!(
            "INSERT INTO requests (id, user_id, group_id, reason, state, state_at, created_at, expires_at, answer)
             SELECT {}, {}, {}, 'Because', 'pending', {}, {}, {later}, '' FROM {}",
            id(Kind::Request, "n"),
            id(Kind::User, &format!("((n * 13 + 7) % {users} + 1)")),
            id(Kind::Group, "n"),
            at("n"),
            at("n"),
            numbers(0, groups - 1)
        ),
        format!(
            "INSERT INTO notices (id, user_id, kind, group_id, created_at, read_at)
             SELECT {}, {}, 'member.added', {}, {}, CASE WHEN n % 4 > 0 THEN {} END FROM {}",
            id(Kind::Notice, "n"),
            id(Kind::User, &format!("(n % {users} + 1)")),
            id(Kind::Group, &format!("(n % {groups})")),
            at("n / 5"),
            at("n / 5"),
            numbers(0, users * 2)
        ),
        format!(
            "INSERT INTO audit_events (id, at, action, outcome, target_kind, target_id, group_id)
             SELECT {}, {}, 'membership.grant', 'success', 'user', {}, {} FROM {}",
            id(Kind::Event, "n"),
            at("n / 20"),
            id(Kind::User, &format!("(n % {users} + 1)")),
            id(Kind::Group, &format!("(n % {groups})")),
            numbers(0, users * 2)
        ),
        format!(
            "INSERT INTO invitations (id, user_id, address, address_norm, inviter_id, message, language, state, state_at,
                 created_at, expires_at, delivery)
             SELECT {}, {}, {address}, {address}, {inviter}, '', 'en', 'accepted', {}, {}, {later}, 'sent'
             FROM (SELECT n * 5 AS n FROM {}) s",
            id(Kind::Invitation, "n"),
            id(Kind::User, "n"),
            at("n"),
            at("n"),
            numbers(1, users / 5)
        ),
        "COMMIT".to_owned(),
        // As the server does by itself, and PostgreSQL.
        if lite { "PRAGMA optimize = 0x10012" } else { "ANALYZE" }.to_owned(),
    ];
    for statement in statements {
        db.execute_unprepared(&statement)
            .await
            .map_err(|error| anyhow::anyhow!("{error}\n{}", statement.chars().take(300).collect::<String>()))?;
    }
    if !lite {
        db.execute_unprepared("VACUUM ANALYZE").await?;
    }
    db.close().await?;
    Ok(())
}
