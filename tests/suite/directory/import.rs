//! Getting an organization in from a file.

use access_panel::model::{Address, state::Outcome};

use super::{outbox::contains, story::TABLES};
use crate::support::{Engine, World, on_both_engines, world::ORGANIZATION};

/// The group *Aurora partners* with these owners and members.
fn aurora(owners: &[&str], members: &[&str]) -> String {
    let list = |people: &[&str]| {
        people.iter().map(|name| format!("\"{name}@woodgrove.example\"")).collect::<Vec<_>>().join(", ")
    };
    format!(
        "[[groups]]\nkey = \"aurora\"\nname = \"Aurora partners\"\npurpose = \"Works on the Aurora building with us\"\n\
         accepts_guests = true\nowners = [{}]\nmembers = [{}]\n",
        list(owners),
        list(members)
    )
}

async fn names(world: &World, sql: &str) -> Vec<String> {
    world.texts(sql, []).await
}

const OWNERS: &str = "SELECT u.display_name FROM group_owners o JOIN users u ON u.id = o.user_id
    JOIN groups g ON g.id = o.group_id WHERE g.key = 'aurora' ORDER BY u.name_folded";
const MEMBERS: &str = "SELECT u.display_name FROM memberships m JOIN users u ON u.id = m.user_id
    JOIN groups g ON g.id = m.group_id WHERE g.key = 'aurora' ORDER BY u.name_folded";

on_both_engines! {
    async fn twice_changes_nothing(world) {
        let before = world.everything().await;
        world.advance(chrono::Duration::days(1));
        assert_eq!(world.import(ORGANIZATION).await, Vec::<String>::new());
        assert_eq!(world.everything().await, before, "not even an audit event");
    }

    async fn a_dry_run_says_the_same_and_keeps_nothing(world) {
        let text = aurora(&["john.doe", "omar.owner"], &["lena.lee"])
            + "[organization]\nname = \"New name\"\ndomains = [\"woodgrove.example\"]\n[[people]]\naddress = \"new@woodgrove.example\"\nname = \"New\"\nroles = [\"auditor\"]\n";
        let before = world.everything().await;
        let dry = world.directory.import(&text, true).await.expect("a dry run");
        assert_eq!(world.everything().await, before);
        assert_eq!(world.directory.settings().await.expect("read").organization.name, "WoodGrove");
        assert_eq!(names(world, OWNERS).await, ["John Doe"]);
        assert!(world.find_user("new").await.is_none());
        assert!(!dry.changes.is_empty());
        assert_eq!(world.directory.import(&text, false).await.expect("imports"), dry, "it announced what was done");
        assert!(world.directory.import(&text, false).await.expect("imports").changes.is_empty());
    }

    /// Lists replace what an import gave before; what people gave each other stays.
    async fn lists_are_replaced(world) {
        world.guest_in("aurora", "sam@fabrikam.example").await;
        world.import(&aurora(&["omar.owner"], &["lena.lee", "john.doe"])).await;
        assert_eq!(names(world, OWNERS).await, ["Omar Owner"]);
        assert_eq!(names(world, MEMBERS).await, ["John Doe", "Lena Lee", "Sam"], "the invited guest stays");
        world.import("[[apps]]\nkey = \"budget\"\nname = \"Budget\"\nurl = \"https://apps.example/budget\"\n\
                      owners = []\npeople = [\"lena.lee@woodgrove.example\"]\ngroups = [\"timber\"]\n").await;
        assert_eq!(world.apps_of(&world.caller("lena.lee").await).await, ["Budget", "Design review", "Drawings"]);
        assert!(!world.apps_of(&world.caller("john.doe").await).await.contains(&"Budget".to_owned()));
        assert!(world.apps_of(&world.caller("omar.owner").await).await.contains(&"Budget".to_owned()));
        assert_eq!(world.count("app_owners").await, 0);
        world.import("[[people]]\naddress = \"ada.admin@woodgrove.example\"\nname = \"Ada Admin\"\nroles = [\"auditor\"]\n").await;
        let ada = world.caller("ada.admin").await;
        assert_eq!(ada.roles, [access_panel::model::state::Role::Auditor]);
        // Without a list of roles they stay.
        world.import("[[people]]\naddress = \"ada.admin@woodgrove.example\"\nname = \"Ada Admin\"\n").await;
        assert_eq!(world.caller("ada.admin").await.roles, ada.roles);
        for action in ["owner.grant", "owner.revoke", "membership.remove", "assignment.remove", "role.revoke"] {
            assert!(world.events(action, Outcome::Success).await > 0, "{action} is audited");
        }
    }

    async fn what_a_file_changes_of_people(world) {
        world.import("[[people]]\naddress = \"lena.lee@woodgrove.example\"\nname = \"Lena Kovač\"\n").await;
        let lena = world.user("lena.lee").await;
        assert_eq!((lena.display_name.as_str(), lena.name_folded.as_str()), ("Lena Kovač", "lena kovac"));
        world.import("[[people]]\naddress = \"lena.lee@woodgrove.example\"\nname = \"Lena Kovač\"\ngiven_name = \"Lena\"\nfamily_name = \"Kovač\"\n").await;
        let lena = world.user("lena.lee").await;
        assert_eq!((lena.given_name.as_deref(), lena.family_name.as_deref()), (Some("Lena"), Some("Kovač")), "every field of the file");
    }

    /// One mistake anywhere, and nothing of the file is kept.
    async fn a_mistake_rolls_everything_back(world) {
        let good = "[organization]\nname = \"Changed\"\ndomains = [\"woodgrove.example\"]\n[[people]]\naddress = \"new@woodgrove.example\"\nname = \"New\"\n";
        let before = world.everything().await;
        for (what, bad, line, field) in [
            ("an owner nobody knows", "[[groups]]\nkey = \"g\"\nname = \"G\"\nowners = [\"nobody@woodgrove.example\"]\n", 11, "owners"),
            ("a member nobody knows", "[[groups]]\nkey = \"g\"\nname = \"G\"\nowners = [\"new@woodgrove.example\"]\nmembers = [\n\"nobody@woodgrove.example\"]\n", 13, "members"),
            ("a group nobody knows", "[[apps]]\nkey = \"a\"\nname = \"A\"\nurl = \"https://a.example\"\ngroups = [\"nothing\"]\n", 12, "groups"),
            ("an address in a script", "[[apps]]\nkey = \"a\"\nname = \"A\"\nurl = \"javascript:alert(1)\"\n", 11, "url"),
            ("no owner", "[[groups]]\nkey = \"g\"\nname = \"G\"\nowners = []\n", 9, "owners"),
            ("a key twice", "[[apps]]\nkey = \"a\"\nname = \"A\"\nurl = \"https://a.example\"\n[[apps]]\nkey = \"a\"\nname = \"B\"\nurl = \"https://b.example\"\n", 13, "key"),
            ("an unknown role", "[[people]]\naddress = \"x@woodgrove.example\"\nname = \"X\"\nroles = [\"king\"]\n", 11, "roles"),
            ("an unknown field", "[[groups]]\nkey = \"g\"\nname = \"G\"\ncolour = \"red\"\nowners = []\n", 11, "colour"),
            ("an unknown section", "[colours]\nred = 1\n", 8, "[colours]"),
            ("a partner without domains", "[[identity_providers]]\nkey = \"p\"\nname = \"P\"\nkind = \"partner\"\nissuer = \"https://p.example\"\nclient_id = \"c\"\n", 9, "domains"),
            ("the panel's own key", "[[identity_providers]]\nkey = \"passcode\"\nname = \"P\"\nkind = \"social\"\nissuer = \"https://p.example\"\nclient_id = \"c\"\n", 9, "key"),
            ("days that are none", "[invitations]\nvalid_days = 366\n", 9, "valid_days"),
            ("reminders too early", "[invitations]\nreminder_days = 31\n", 9, "reminder_days"),
            ("an origin with a path", "[invitations]\nlanding_origins = [\n\"https://a.example\",\n\"https://b.example/x\"]\n", 9, "landing_origins"),
            ("an unknown key of a section", "[invitations]\nper_hour = 1\n", 9, "per_hour"),
            ("a preset that we do not have", "[domains]\nallow = [\"preset:banks\"]\n", 9, "allow"),
            ("a group's list with a wildcard", "[[groups]]\nkey = \"g\"\nname = \"G\"\nowners = [\"new@woodgrove.example\"]\ndomains = { allow = [\"*.x.example\"] }\n", 12, "allow"),
        ] {
            let error = world.directory.import(&format!("{good}\n{bad}"), false).await.expect_err(what);
            let access_panel::directory::import::ImportError::Mistake(mistake) = error else { panic!("{what}: {error}") };
            assert_eq!((mistake.line, mistake.field.as_str()), (line, field), "{what}: {mistake}");
            assert_eq!(world.everything().await, before, "{what}");
        }
        assert_eq!(world.directory.settings().await.expect("read").organization.name, "WoodGrove");
    }

    async fn a_guest_is_not_imported_as_a_member(world) {
        world.guest_in("aurora", "sam@fabrikam.example").await;
        let text = "[[people]]\naddress = \"SAM@fabrikam.example\"\nname = \"Sam\"\nroles = [\"administrator\"]\n";
        let error = world.directory.import(text, false).await.expect_err("sam is a guest");
        assert!(error.to_string().starts_with("line 2: address:"), "{error}");
        assert!(world.caller("sam@fabrikam.example").await.roles.is_empty());
    }

    /// Provider secrets open only with the key, and are nowhere in the clear.
    async fn provider_secrets_are_sealed(world) {
        assert_eq!(world.provider("gmail").await.client_secret.as_deref(), Some("gmailClientSecretInTheClear"));
        for column in ["secret_sealed", "secret_hash"] {
            for bytes in world.blobs(&format!("SELECT {column} FROM identity_providers")).await {
                assert!(!contains(&bytes, b"InTheClear"), "{column}");
            }
        }
        for text in world.texts("SELECT CAST(details AS text) FROM audit_details", []).await {
            assert!(!text.contains("InTheClear"), "the audit log: {text}");
        }
        if world.engine() == Engine::Sqlite {
            for file in std::fs::read_dir(world.database.folder.path()).expect("the folder") {
                let file = file.expect("a file").path();
                let bytes = std::fs::read(&file).expect("is read");
                assert!(!contains(&bytes, b"ClientSecretInTheClear"), "{}", file.display());
            }
        }
        // Another secret is a change; the same one is none.
        let with = |secret: &str| format!("[[identity_providers]]\nkey = \"gmail\"\nname = \"Gmail\"\nkind = \"social\"\n\
            issuer = \"https://accounts.gmail.example\"\nclient_id = \"panel\"\nclient_secret = \"{secret}\"\ndomains = [\"gmail.com\", \"googlemail.com\"]\n");
        assert_eq!(world.import(&with("gmailClientSecretInTheClear")).await, Vec::<String>::new());
        assert_eq!(world.import(&with("another")).await.len(), 1);
        assert_eq!(world.provider("gmail").await.client_secret.as_deref(), Some("another"));
    }

    async fn settings_stay_where_the_file_says_nothing(world) {
        world.import("[invitations]\npolicy = \"everyone\"\nvalid_days = 7\n[domains]\ndeny = [\".bad.example\"]\n").await;
        world.import("[guests]\nvisibility = \"restricted\"\n").await;
        let settings = world.directory.settings().await.expect("read");
        assert_eq!((settings.invitations.valid_days, settings.invitations.policy.as_str()), (7, "everyone"));
        assert_eq!(settings.organization.name, "WoodGrove");
        assert!(settings.domains.check(&Address::parse("x@sub.bad.example").expect("an address")).is_err());
        let invited = world.invite("john.doe", "aurora", "sam@fabrikam.example").await;
        let row = world.member_row("john.doe", "aurora", "sam@fabrikam.example").await.expect("sam").invitation.expect("open");
        assert_eq!((row.id, row.expires_at - row.invited_at), (invited.invitation_id.expect("one"), chrono::Duration::days(7)));
    }

    /// A section changes only the keys that it names, whatever else the section holds.
    async fn a_section_changes_only_what_it_names(world) {
        world.import("[organization]\nprivacy_url = \"https://woodgrove.example/privacy\"\nlanguage = \"de\"\n\
                      [invitations]\npolicy = \"everyone\"\nvalid_days = 7\nreminder_days = 0\ndigest = false\n\
                      landing_origins = [\"https://wiki.woodgrove.example\"]\ninviter_per_hour = 5\n[domains]\nallow = [\"fabrikam.example\"]\n").await;
        let before = world.directory.settings().await.expect("read");
        assert_eq!(world.import("[invitations]\npolicy = \"none\"\n[domains]\ndeny = [\"gmail.com\"]\n").await,
            ["change settings          domains", "change settings          invitations"]);
        let mut wanted = before.clone();
        wanted.invitations.policy = access_panel::model::policy::InvitePolicy::None;
        wanted.domains.deny = vec!["gmail.com".to_owned().try_into().expect("a domain")];
        assert_eq!(world.directory.settings().await.expect("read"), wanted);
        assert_eq!(world.import("[organization]\n[invitations]\n[domains]\n").await, Vec::<String>::new(), "nothing is named");
        world.import("[organization]\nprivacy_url = \"\"\n").await;
        wanted.organization.privacy_url = None;
        assert_eq!(world.directory.settings().await.expect("read"), wanted, "an empty text takes it away");
    }

    /// Switching codes off names everyone who would be locked out, once: the second run has nothing to say.
    async fn codes_are_switched_off(world) {
        world.guest_in("aurora", "sam@fabrikam.example").await;
        let off = "[passcodes]\nenabled = false\n";
        let changes = world.import(off).await;
        assert!(changes.iter().any(|change| change.contains("sam@fabrikam.example")), "{changes:?}");
        assert!(changes.iter().any(|change| change.contains("passcodes")), "{changes:?}");
        assert_eq!(world.import(off).await, Vec::<String>::new(), "twice changes nothing");
    }

    async fn codes_stay_while_there_is_no_other_way(world) {
        world.change("DELETE FROM identity_providers", []).await;
        let error = world.directory.import("[passcodes]\nenabled = false\n", false).await.expect_err("the only way");
        assert!(error.to_string().starts_with("line 2: enabled:"), "{error}");
        assert!(world.directory.settings().await.expect("read").passcodes.enabled);
    }
}

/// Everything the import writes lies in known tables: a new table has to be added to what tests compare.
#[tokio::test]
async fn every_table_is_compared() {
    let world = World::on(Engine::Sqlite).await.expect("SQLite is always there");
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'seaql_migrations'";
    let mut tables = world.texts(sql, []).await;
    let mut known: Vec<_> = TABLES.iter().map(|table| (*table).to_owned()).collect();
    tables.sort();
    known.sort();
    assert_eq!(tables, known);
    world.finish().await;
}
