//! Domain rules: the organization's, narrower ones of groups and apps, and whom a change touches.

use access_panel::{
    directory::import::{Found, Touched},
    model::{Address, state::Outcome},
};
use chrono::Duration;

use crate::support::{World, on_both_engines, said};

async fn dry(world: &World, text: &str) -> Touched {
    world.directory.import(text, true).await.unwrap_or_else(|error| panic!("{error}\n{text}")).touched
}

/// `address: targets`, as far as they are named; sorted, for ids of one moment have no order.
fn named(found: &Found) -> Vec<String> {
    let mut all: Vec<_> =
        found.first.iter().map(|one| format!("{}: {}", one.address, one.targets.join(", "))).collect();
    all.sort();
    all
}

/// The group *Aurora partners* as it is, with further keys.
fn aurora(keys: &str) -> String {
    format!(
        "[[groups]]\nkey = \"aurora\"\nname = \"Aurora partners\"\npurpose = \"Works on the Aurora building with us\"\n\
         accepts_guests = true\nowners = [\"john.doe@woodgrove.example\"]\n\
         members = [\"john.doe@woodgrove.example\", \"ana.ruiz@woodgrove.example\"]\n{keys}\n"
    )
}

/// The app *Budget* as it is, with further keys.
fn budget(keys: &str) -> String {
    format!(
        "[[apps]]\nkey = \"budget\"\nname = \"Budget\"\nurl = \"https://apps.example/budget\"\n\
         owners = [\"omar.owner@woodgrove.example\"]\npeople = [\"john.doe@woodgrove.example\"]\n{keys}\n"
    )
}

async fn stored(world: &World, table: &str, key: &str) -> Vec<serde_json::Value> {
    let sql = format!("SELECT CAST(domains AS text) FROM {table} WHERE key = $1 AND domains IS NOT NULL");
    let texts = world.texts(&sql, [key.into()]).await;
    texts.iter().map(|text| serde_json::from_str(text).expect("JSON")).collect()
}

on_both_engines! {
    /// Reference 15, "Domains": pending guest + domain denied later -> redemption refused; accepted guest unaffected.
    async fn the_vectors_of_the_reference(world) {
        let nora = world.guest_in("aurora", "nora@fabrikam.example").await;
        world.invite("john.doe", "aurora", "sam@fabrikam.example").await;
        let ticket = world.ticket_to("sam@fabrikam.example").await;
        world.import("[domains]\ndeny = [\"fabrikam.example\"]\n").await;
        assert_eq!(said(&world.redeem_by_code("browser", &ticket, "sam@fabrikam.example").await), "domainBlocked");
        assert_eq!(world.apps_of(&nora).await, ["Design review", "Drawings"], "an accepted guest is unaffected");
        assert_eq!(said(&world.sign_in_by_code("another browser", "nora@fabrikam.example").await), "ok");
        let ask = world.ask("aurora", "yuki@fabrikam.example").await;
        assert_eq!(said(&world.directory.invite(&world.caller("ada.admin").await, &ask).await), "domainBlocked", "administrators too");
    }

    async fn the_preset(world) {
        world.import("[domains]\ndeny = [\"preset:public-mail\"]\n").await;
        let john = world.caller("john.doe").await;
        for (address, expected) in [("sam@GMail.com", "domainBlocked"), ("sam@fabrikam.example", "ok")] {
            assert_eq!(said(&world.directory.invite(&john, &world.ask("aurora", address).await).await), expected, "{address}");
        }
        assert_eq!(world.texts("SELECT CAST(value AS text) FROM settings WHERE key = 'domains'", []).await.len(), 1);
        let settings = world.directory.settings().await.expect("read back");
        assert!(settings.domains.check(&Address::parse("x@web.de").expect("an address")).is_err());
    }

    async fn groups_and_apps_keep_rules_of_their_own(world) {
        let rules = "domains = { allow = [\".Fabrikam.example\"], deny = [\"preset:public-mail\"] }";
        let text = aurora(&format!("{rules}\nother_address = true")) + &budget(rules);
        let mut changes = world.import(&text).await;
        changes.sort();
        assert_eq!(changes, ["change app               budget", "change group             aurora"]);
        for (table, key) in [("groups", "aurora"), ("apps", "budget")] {
            assert_eq!(stored(world, table, key).await, [serde_json::json!({ "allow": [".fabrikam.example"], "deny": ["preset:public-mail"] })], "{table}");
        }
        assert_eq!(world.number("SELECT COUNT(*) FROM groups WHERE other_address", []).await, 1);
        assert_eq!(world.import(&text).await, Vec::<String>::new(), "twice changes nothing");
        let details = world.audit().await.into_iter().find(|row| row.action == "group.change").and_then(|row| row.details);
        assert_eq!(
            details.map(|details| (details["old"]["other_address"].clone(), details["new"]["domains"]["allow"][0].clone())),
            Some((false.into(), ".fabrikam.example".into()))
        );
        // An entry says everything: without the keys there are no such rules.
        world.import(&(aurora("") + &budget("domains = {}"))).await;
        assert_eq!(stored(world, "groups", "aurora").await, Vec::<serde_json::Value>::new());
        assert_eq!(stored(world, "apps", "budget").await, Vec::<serde_json::Value>::new());
        assert_eq!(world.number("SELECT COUNT(*) FROM groups WHERE other_address", []).await, 0);
        assert_eq!(world.events("app.change", Outcome::Success).await, 2);
    }

    async fn whom_a_list_of_the_organization_touches(world) {
        world.guest_in("aurora", "nora@gmail.com").await;
        world.guest_in("timber", "tom@fabrikam.example").await;
        world.invite("john.doe", "aurora", "sam@gmail.com").await;
        world.invite("omar.owner", "timber", "yuki@fabrikam.example").await;
        world.advance(Duration::seconds(1));
        world.invite("john.doe", "aurora", "late@gmail.com").await;
        let text = "[domains]\ndeny = [\"gmail.com\"]\n";
        let touched = dry(world, text).await;
        assert_eq!((touched.pending.count, touched.accepted.count), (2, 1));
        assert_eq!(named(&touched.pending), ["late@gmail.com: Aurora partners", "sam@gmail.com: Aurora partners"]);
        assert_eq!(named(&touched.accepted), ["nora@gmail.com: Aurora partners"]);
        assert_eq!(
            touched.to_string(),
            "warning: pending invitations that can no longer be redeemed: 2\n  sam@gmail.com: Aurora partners\n  late@gmail.com: Aurora partners\n\
             warning: guests who keep their access (rules bind at invitation and redemption): 1\n  nora@gmail.com: Aurora partners\n"
        );
        // An allow list touches those who are not on it.
        let touched = dry(world, "[domains]\nallow = [\"gmail.com\"]\n").await;
        assert_eq!(named(&touched.pending), ["yuki@fabrikam.example: Timber suppliers"]);
        assert_eq!(named(&touched.accepted), ["tom@fabrikam.example: Timber suppliers"]);
        // What has expired or ended is touched by nothing.
        let late = world.user("late@gmail.com").await;
        world.change("UPDATE invitations SET state = 'revoked' WHERE user_id = $1", [late.id.into()]).await;
        assert_eq!(dry(world, text).await.pending.count, 1);
        world.advance(Duration::days(31));
        assert_eq!(dry(world, text).await.pending.count, 0);
        // A real import says the same, once.
        let done = world.directory.import(text, false).await.expect("imports");
        assert_eq!(named(&done.touched.accepted), ["nora@gmail.com: Aurora partners"]);
        assert_eq!(world.directory.import(text, false).await.expect("imports").touched, Touched::default());
        assert_eq!(dry(world, "[domains]\ndeny = []\n").await, Touched::default(), "opening touches nobody");
        assert_eq!(dry(world, "[guests]\nvisibility = \"restricted\"\n").await, Touched::default());
    }

    async fn whom_a_list_of_a_group_touches(world) {
        world.guest_in("aurora", "nora@gmail.com").await;
        world.guest_in("timber", "tim@gmail.com").await;
        let tom = world.guest_in("aurora", "tom@gmail.com").await;
        world.invite("john.doe", "aurora", "sam@gmail.com").await;
        world.invite("omar.owner", "timber", "sam@gmail.com").await;
        world.invite("omar.owner", "timber", "yuki@gmail.com").await;
        world.change("UPDATE memberships SET until = $2 WHERE user_id = $1", [tom.user_id.into(), access_panel::directory::Directory::now(&world.directory).into()]).await;
        let text = aurora("domains = { deny = [\"preset:public-mail\"] }");
        let touched = dry(world, &text).await;
        assert_eq!(named(&touched.pending), ["sam@gmail.com: Aurora partners"], "not those to other groups");
        assert_eq!(named(&touched.accepted), ["nora@gmail.com: Aurora partners"], "not those whose time there is over");
        world.import(&text).await;
        // What a group refused already is not touched when the organization refuses it, too.
        let touched = dry(world, "[domains]\ndeny = [\"gmail.com\"]\n").await;
        assert_eq!(named(&touched.pending), ["sam@gmail.com: Timber suppliers", "yuki@gmail.com: Timber suppliers"]);
        assert_eq!(named(&touched.accepted), ["tim@gmail.com: Timber suppliers", "tom@gmail.com: "]);
        assert_eq!(dry(world, &aurora("")).await, Touched::default(), "opening touches nobody");
    }

    async fn whom_a_list_of_an_app_touches(world) {
        let nora = world.guest_in("aurora", "nora@gmail.com").await;
        let invited = world.invite("john.doe", "aurora", "sam@gmail.com").await.invitation_id.expect("one");
        let app = world.app("budget").await;
        let ids = [world.directory.new_id(), world.directory.new_id()];
        world.change("INSERT INTO invitation_grants (id, invitation_id, app_id) VALUES ($1, $2, $3)", [ids[0].into(), invited.into(), app.into()]).await;
        world.change("INSERT INTO assignments (id, app_id, user_id, reason, granted_at) VALUES ($1, $2, $3, 'invitation', $4)",
            [ids[1].into(), app.into(), nora.user_id.into(), world.directory.now().into()]).await;
        let touched = dry(world, &budget("domains = { allow = [\"fabrikam.example\"] }")).await;
        assert_eq!(named(&touched.pending), ["sam@gmail.com: Budget"]);
        assert_eq!(named(&touched.accepted), ["nora@gmail.com: Budget"]);
        let touched = dry(world, "[domains]\ndeny = [\"gmail.com\"]\n").await;
        assert_eq!(named(&touched.pending), ["sam@gmail.com: Aurora partners, Budget"]);
        // Without any group or app it is the directory alone.
        world.change("DELETE FROM invitation_grants", []).await;
        assert_eq!(named(&dry(world, "[domains]\ndeny = [\"gmail.com\"]\n").await.pending), ["sam@gmail.com: "]);
    }

    /// Several pages of each, some of them on the list: counted exactly, the first fifty named.
    async fn a_large_directory(world) {
        const EACH: i64 = 1203;
        fill(world, EACH).await;
        let touched = dry(world, "[domains]\ndeny = [\"a.example\"]\n").await;
        // Every third address is at a.example.
        assert_eq!((touched.pending.count, touched.accepted.count), (401, 401));
        assert_eq!((touched.pending.first.len(), touched.accepted.first.len()), (50, 50));
        assert_eq!(touched.pending.first[49].address, "pending147@a.example");
        assert_eq!(touched.accepted.first[0].targets, ["Aurora partners"]);
        assert!(touched.to_string().contains("\n  and 351 more\nwarning: guests who keep"), "{touched}");
        let touched = dry(world, &aurora("domains = { allow = [\"a.example\"] }")).await;
        assert_eq!((touched.pending.count, touched.accepted.count), (802, 802));
        let before = world.directory.statements();
        dry(world, "[domains]\ndeny = [\"nobody.example\"]\n").await;
        let few = world.directory.statements() - before;
        assert!(few < 40, "{few} statements for a list that touches nobody");
    }
}

/// As many pending invitations and accepted guests in *Aurora partners*, oldest first.
async fn fill(world: &World, each: i64) {
    use access_panel::directory::entities::{invitation_grants, invitations, memberships, users};
    use access_panel::model::{
        Language,
        state::{CreationType, Delivery, ExternalState, GrantReason, InvitationState, UserType},
    };
    use sea_orm::{ActiveValue::Set, EntityTrait, TransactionTrait};

    let d = &world.directory;
    let (aurora, john) = (world.group("aurora").await, world.user("john.doe").await.id);
    let tx = world.db.begin().await.expect("begins");
    for number in 0..each {
        for state in [ExternalState::Pending, ExternalState::Accepted] {
            // Ids follow time, as everywhere.
            world.advance(Duration::milliseconds(1));
            let now = d.now();
            let word = if state == ExternalState::Pending { "pending" } else { "accepted" };
            let address =
                format!("{word}{number}@{}.example", ["a", "b", "c"][usize::try_from(number % 3).expect("small")]);
            let (user, invitation) = (d.new_id(), d.new_id());
            let row = users::ActiveModel {
                id: Set(user),
                user_type: Set(UserType::Guest),
                display_name: Set(address.clone()),
                address: Set(address.clone()),
                address_norm: Set(address.clone()),
                name_folded: Set(address.clone()),
                enabled: Set(true),
                external_state: Set(Some(state)),
                creation_type: Set(CreationType::Invitation),
                bind_once: Set(false),
                created_at: Set(now),
                ..Default::default()
            };
            users::Entity::insert(row).exec_without_returning(&tx).await.expect("a guest");
            let open = state == ExternalState::Pending;
            let row = invitations::ActiveModel {
                id: Set(invitation),
                user_id: Set(user),
                address: Set(address.clone()),
                address_norm: Set(address),
                inviter_id: Set(john),
                message: Set(String::new()),
                language: Set(Language::English),
                state: Set(if open { InvitationState::Pending } else { InvitationState::Accepted }),
                state_at: Set(now),
                created_at: Set(now),
                expires_at: Set(now + Duration::days(30)),
                delivery: Set(Delivery::Sent),
                ..Default::default()
            };
            invitations::Entity::insert(row).exec_without_returning(&tx).await.expect("an invitation");
            let row = invitation_grants::ActiveModel {
                id: Set(d.new_id()),
                invitation_id: Set(invitation),
                group_id: Set(Some(aurora)),
                app_id: Set(None),
            };
            invitation_grants::Entity::insert(row).exec_without_returning(&tx).await.expect("a grant");
            let row = memberships::ActiveModel {
                id: Set(d.new_id()),
                group_id: Set(aurora),
                user_id: Set(user),
                reason: Set(GrantReason::Invitation),
                invitation_id: Set(Some(invitation)),
                granted_at: Set(now),
                ..Default::default()
            };
            memberships::Entity::insert(row).exec_without_returning(&tx).await.expect("a membership");
        }
    }
    tx.commit().await.expect("commits");
}
