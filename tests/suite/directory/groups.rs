//! Groups that people run: who may do what with them, and what becomes of them.

use access_panel::{
    directory::grants::Target,
    model::{
        Caller, Refusal,
        domains::{DomainEntry, DomainRules},
        groups::{GroupForm, NewEnd},
        picture::Picture,
        state::{GrantReason, GroupKind, JoinPolicy, Outcome},
    },
};
use chrono::Duration;
use uuid::Uuid;

use super::permissions::{callers, same_table};
use crate::support::{World, on_both_engines, said};

/// A form with a name and nothing else.
pub fn form(name: &str) -> GroupForm {
    GroupForm { name: name.to_owned(), ..Default::default() }
}

/// The smallest picture there is.
fn picture() -> Picture {
    const PNG: &[u8] = &[
        137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 31, 21,
        196, 137, 0, 0, 0, 13, 73, 68, 65, 84, 120, 156, 99, 224, 76, 230, 252, 15, 0, 2, 99, 1, 117, 195, 124, 228,
        75, 0, 0, 0, 0, 73, 69, 78, 68, 174, 66, 96, 130,
    ];
    Picture::from_file(PNG).expect("a picture")
}

/// What was refused, as `code at field`.
fn at<T: std::fmt::Debug>(result: access_panel::directory::Result<T>) -> String {
    let Refusal { code, field, .. } = Refusal::from(result.expect_err("it is refused"));
    field.map_or_else(|| code.to_string(), |field| format!("{code} at {field}"))
}

/// A group of John's, with Ana and a guest in it.
async fn fresh(world: &World, name: &str, form: &GroupForm) -> Uuid {
    let john = world.caller("john.doe").await;
    let form = GroupForm { name: name.to_owned(), accepts_guests: true, ..form.clone() };
    let group = world.directory.create_group(&john, &form).await.expect("John may create groups");
    for person in ["ana.ruiz", "partner@fabrikam.example"] {
        let person = world.user(person).await.id;
        world.directory.add_to_group(&john, group, person, None).await.expect("they are added");
    }
    group
}

async fn notices(world: &World, of: &str) -> Vec<String> {
    let id = world.user(of).await.id;
    world.texts("SELECT kind FROM notices WHERE user_id = $1 ORDER BY created_at, id", [id.into()]).await
}

/// Everything that can be done with a group, by everybody, each with a group of their own.
async fn table(world: &World, of: &GroupForm) -> Vec<(String, Vec<String>)> {
    let d = &world.directory;
    let john = world.caller("john.doe").await;
    let spare = world.user("spare.hand").await.id;
    let ana = world.user("ana.ruiz").await.id;
    let head = [
        "page", "settings", "edit", "history", "add", "place", "until", "removals", "several", "owner+", "owner-",
        "picture", "deletion", "leave", "delete", "restore",
    ];
    let mut rows = vec![("caller".to_owned(), head.map(str::to_owned).to_vec())];
    for (number, (who, caller)) in callers(world).await.iter().enumerate() {
        let g = fresh(world, &format!("Group {number}"), of).await;
        let end = NewEnd::At(world.directory.now() + Duration::days(9));
        let mut cells = vec![
            said(&d.group_page(caller, g, "", None).await),
            said(&d.group_settings(caller, g).await),
            said(
                &d.edit_group(
                    caller,
                    g,
                    &GroupForm {
                        purpose: "New".to_owned(),
                        name: format!("Group {number}"),
                        accepts_guests: true,
                        ..of.clone()
                    },
                )
                .await,
            ),
            said(&d.group_history(caller, g, None).await),
            said(&d.add_to_group(caller, g, spare, None).await),
            said(&d.membership(caller, g, ana).await),
            said(&d.set_until(caller, g, ana, end).await),
            said(&d.removals(caller, g, &[ana]).await),
        ];
        // Somebody has to be in it to be removed.
        if cells[4] != "ok" {
            d.add_to_group(&john, g, spare, None).await.expect("added");
        }
        cells.extend([said(&d.remove_members(caller, g, &[spare]).await), said(&d.add_owner(caller, g, spare).await)]);
        if cells[9] != "ok" {
            d.add_owner(&john, g, spare).await.expect("added");
        }
        cells.extend([
            said(&d.remove_owner(caller, g, spare).await),
            said(&d.set_picture(caller, Target::Group(g), Some(&picture())).await),
            said(&d.deletion(caller, g).await),
            said(&d.leave_group(caller, g).await),
            said(&d.delete_group(caller, g).await),
        ]);
        if cells[14] != "ok" {
            d.delete_group(&john, g).await.expect("deleted");
        }
        cells.push(said(&d.restore_group(caller, g).await));
        rows.push(((*who).to_owned(), cells.into_iter().map(str::to_owned).collect()));
    }
    rows
}

const SPARE: &str = "[[people]]\naddress = \"spare.hand@woodgrove.example\"\nname = \"Spare Hand\"\nroles = []\n";

on_both_engines! {
    /// Of a hidden group only those know who have to do with it.
    async fn the_permission_table_of_a_hidden_group(world) {
        world.import(SPARE).await;
        let rows = table(world, &GroupForm::default()).await;
        same_table(&rows, "
caller              | page     | settings  | edit      | history   | add       | place     | until     | removals  | several   | owner+    | owner-    | picture   | deletion  | leave    | delete    | restore
stranger guest      | notFound | notFound  | notFound  | notFound  | notFound  | notFound  | notFound  | notFound  | notFound  | notFound  | notFound  | notFound  | notFound  | notFound | notFound  | notFound
guest of the group  | ok       | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | ok       | notFound  | notFound
plain member        | notFound | notFound  | notFound  | notFound  | notFound  | notFound  | notFound  | notFound  | notFound  | notFound  | notFound  | notFound  | notFound  | notFound | notFound  | notFound
member of the group | ok       | forbidden | forbidden | forbidden | forbidden | ok        | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | ok       | notFound  | notFound
owner of another    | notFound | notFound  | notFound  | notFound  | notFound  | notFound  | notFound  | notFound  | notFound  | notFound  | notFound  | notFound  | notFound  | notFound | notFound  | notFound
guest inviter       | notFound | notFound  | notFound  | notFound  | notFound  | notFound  | notFound  | notFound  | notFound  | notFound  | notFound  | notFound  | notFound  | notFound | notFound  | notFound
auditor             | ok       | forbidden | forbidden | ok        | forbidden | ok        | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | notFound | forbidden | forbidden
owner               | ok       | ok        | ok        | ok        | ok        | ok        | ok        | ok        | ok        | ok        | ok        | ok        | ok        | notFound | ok        | ok
administrator       | ok       | ok        | ok        | ok        | ok        | ok        | ok        | ok        | ok        | ok        | ok        | ok        | ok        | notFound | ok        | ok
");
    }

    /// A listed group is there for everybody, but what is in it is not.
    async fn the_permission_table_of_a_listed_group(world) {
        world.import(SPARE).await;
        let of = GroupForm { listed: true, join_policy: JoinPolicy::OnRequest, ..Default::default() };
        let rows = table(world, &of).await;
        same_table(&rows, "
caller              | page | settings  | edit      | history   | add       | place     | until     | removals  | several   | owner+    | owner-    | picture   | deletion  | leave    | delete    | restore
stranger guest      | ok   | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | notFound | forbidden | notFound
guest of the group  | ok   | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | ok       | forbidden | notFound
plain member        | ok   | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | notFound | forbidden | notFound
member of the group | ok   | forbidden | forbidden | forbidden | forbidden | ok        | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | ok       | forbidden | notFound
owner of another    | ok   | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | notFound | forbidden | notFound
guest inviter       | ok   | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | notFound | forbidden | notFound
auditor             | ok   | forbidden | forbidden | ok        | forbidden | ok        | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | notFound | forbidden | forbidden
owner               | ok   | ok        | ok        | ok        | ok        | ok        | ok        | ok        | ok        | ok        | ok        | ok        | ok        | notFound | ok        | ok
administrator       | ok   | ok        | ok        | ok        | ok        | ok        | ok        | ok        | ok        | ok        | ok        | ok        | ok        | notFound | ok        | ok
");
        for (action, code) in [("group.change", "forbidden"), ("group.delete", "forbidden"), ("owner.grant", "forbidden"),
            ("membership.grant", "forbidden"), ("membership.until", "forbidden"), ("group.picture", "forbidden")] {
            let lena = world.user("lena.lee").await.id;
            assert!(world.refusal_is_logged(action, Some(lena), code).await, "{action}");
        }
    }

    /// A listed group shows itself, and none of its people, to those who are not in it; guests as the organization says.
    async fn what_a_listed_group_shows(world) {
        callers(world).await;
        let of = GroupForm { listed: true, join_policy: JoinPolicy::Open, purpose: "For all".to_owned(), ..Default::default() };
        let group = fresh(world, "Choir", &of).await;
        let (lena, stranger) = (world.caller("lena.lee").await, world.caller("stranger@fabrikam.example").await);
        let seen = world.directory.group_page(&lena, group, "", None).await.expect("it is listed");
        assert_eq!((seen.members, seen.total, seen.joins), (None, None, Some(JoinPolicy::Open)));
        assert_eq!(seen.owners.iter().map(|owner| owner.name.as_str()).collect::<Vec<_>>(), ["John Doe"]);
        assert_eq!(said(&world.directory.membership(&lena, group, lena.user_id).await), "forbidden");
        let seen = world.directory.group_page(&stranger, group, "", None).await.expect("it takes guests");
        assert_eq!((seen.members, seen.total, seen.owners.len()), (None, None, 0), "a guest learns no names");
        // Where guests are the same as members, they see the owners; where they see nothing, not even the group.
        world.import("[guests]\nvisibility = \"same as members\"\n").await;
        let seen = world.directory.group_page(&stranger, group, "", None).await.expect("still listed");
        assert_eq!((seen.members, seen.owners.len()), (None, 1));
        world.import("[guests]\nvisibility = \"restricted\"\n").await;
        assert_eq!(said(&world.directory.group_page(&stranger, group, "", None).await), "notFound");
        world.import("[guests]\nvisibility = \"limited\"\n").await;
        let john = world.caller("john.doe").await;
        world.directory.edit_group(&john, group, &GroupForm { accepts_guests: false, name: "Choir".to_owned(), ..of }).await.expect("edited");
        assert_eq!(said(&world.directory.group_page(&stranger, group, "", None).await), "notFound");
        let ana = world.caller("ana.ruiz").await;
        assert_eq!(world.directory.group_page(&ana, group, "", None).await.expect("she is in it").joins, None);
    }

    async fn creating(world) {
        let (lena, ada) = (world.caller("lena.lee").await, world.caller("ada.admin").await);
        let guest = world.guest_in("aurora", "partner@fabrikam.example").await;
        let d = &world.directory;
        let id = d.create_group(&lena, &form("  Book   club ")).await.expect("members may");
        let page = d.group_page(&lena, id, "", None).await.expect("she owns it");
        assert_eq!((page.name.as_str(), page.is_owner, page.is_member, page.kind), ("Book club", true, false, GroupKind::Assigned));
        assert_eq!(page.total, Some(0));
        assert_eq!(at(d.create_group(&lena, &form(" \u{7}")).await), "nameEmpty at name");
        assert_eq!(at(d.create_group(&lena, &GroupForm { purpose: "x".repeat(1001), ..form("A") }).await), "tooLong at purpose");
        assert_eq!(at(d.create_group(&lena, &GroupForm { member_days: Some(0), ..form("A") }).await), "invalidDays at days");
        assert_eq!(at(d.create_group(&guest, &form("A")).await), "forbidden");
        assert!(world.refusal_is_logged("group.create", Some(guest.user_id), "forbidden").await);
        world.import("[self_service]\ngroup_creation = \"administrators\"\n").await;
        assert_eq!(at(d.create_group(&lena, &form("A")).await), "groupCreationOff");
        assert!(!d.my_groups(&lena, None).await.expect("groups").may_create);
        d.create_group(&ada, &form("A")).await.expect("administrators always");
        // One person has so many at a time: a deleted one makes room, and cannot come back when the room is taken.
        world.import("[self_service]\ngroup_creation = \"members\"\ngroups_per_person = 2\n").await;
        d.create_group(&lena, &form("Second")).await.expect("the second");
        assert_eq!(at(d.create_group(&lena, &form("Third")).await), "tooManyGroups");
        d.delete_group(&lena, id).await.expect("deleted");
        d.create_group(&lena, &form("Third")).await.expect("there is room");
        assert_eq!(at(d.restore_group(&lena, id).await), "tooManyGroups");
        d.restore_group(&ada, id).await.expect("administrators have no limit");
        for _ in 0..4 {
            d.create_group(&ada, &form("Another")).await.expect("administrators have no limit");
        }
    }

    async fn editing_writes_down_what_changed(world) {
        let john = world.caller("john.doe").await;
        let group = world.group("aurora").await;
        let settings = world.directory.group_settings(&john, group).await.expect("settings");
        let domains = DomainRules { allow: vec![DomainEntry::try_from("fabrikam.example".to_owned()).expect("a domain")], deny: Vec::new() };
        let new = GroupForm { name: "Aurora friends".to_owned(), listed: true, domains: domains.clone(), member_days: Some(30), ..settings.form.clone() };
        world.directory.edit_group(&john, group, &new).await.expect("edited");
        assert_eq!(world.directory.group_settings(&john, group).await.expect("settings").form, new);
        let event = world.audit().await.into_iter().find(|row| row.action == "group.change" && row.actor_id == Some(john.user_id)).expect("audited");
        let details = event.details.expect("with what changed");
        assert_eq!(details["old"]["name"], "Aurora partners");
        assert_eq!(details["new"]["member_days"], 30);
        assert_eq!(details["new"].as_object().map(serde_json::Map::len), Some(4));
        let before = world.audit().await.len();
        world.directory.edit_group(&john, group, &new).await.expect("the same again");
        assert_eq!(world.audit().await.len(), before, "nothing changed, nothing is written");
        // And the domains bind.
        let ask = world.ask("aurora", "sam@gmail.com").await;
        assert_eq!(said(&world.directory.invite(&john, &ask).await), "domainNotAllowed");
    }

    async fn owners_come_and_go_but_one_stays(world) {
        let d = &world.directory;
        let (john, ana, lena) = (world.caller("john.doe").await, world.caller("ana.ruiz").await, world.caller("lena.lee").await);
        let aurora = world.group("aurora").await;
        assert_eq!(at(d.remove_owner(&john, aurora, john.user_id).await), "lastOwner");
        d.add_owner(&john, aurora, ana.user_id).await.expect("added");
        d.add_owner(&john, aurora, ana.user_id).await.expect("once more changes nothing");
        assert_eq!(notices(world, "ana.ruiz").await, ["owner.added"]);
        assert_eq!(at(d.remove_owner(&john, aurora, lena.user_id).await), "notFound");
        d.remove_owner(&ana, aurora, john.user_id).await.expect("another owner may");
        assert_eq!(notices(world, "john.doe").await, ["owner.removed"]);
        assert_eq!(said(&d.edit_group(&john, aurora, &form("Mine")).await), "forbidden", "he is only in it now");
        // A deleted owner does not count.
        d.add_owner(&ana, aurora, lena.user_id).await.expect("added");
        world.delete(lena.user_id).await;
        assert_eq!(at(d.remove_owner(&ana, aurora, ana.user_id).await), "lastOwner");
        // Guests own only what takes guests.
        let guest = world.guest_in("timber", "owner@fabrikam.example").await;
        let board = world.group("board").await;
        assert_eq!(at(d.add_owner(&john, board, guest.user_id).await), "guestsNotAccepted at person");
        d.add_owner(&ana, aurora, guest.user_id).await.expect("aurora takes guests");
        assert_eq!(at(d.add_owner(&ana, aurora, Uuid::from_u128(7)).await), "unknownPerson at person");
        // A guest who owns a group finds only people of it.
        assert_eq!(at(d.add_owner(&guest, aurora, world.user("omar.owner").await.id).await), "unknownPerson at person");
    }

    async fn adding_people(world) {
        let d = &world.directory;
        let (john, ada) = (world.caller("john.doe").await, world.caller("ada.admin").await);
        let (aurora, board) = (world.group("aurora").await, world.group("board").await);
        let lena = world.caller("lena.lee").await;
        let soon = d.now() + Duration::days(3);
        d.add_to_group(&john, aurora, lena.user_id, Some(soon)).await.expect("added");
        let place = d.membership(&john, aurora, lena.user_id).await.expect("she is in it").row;
        assert_eq!((place.reason, place.until, place.granted_by.map(|by| by.id)), (GrantReason::Owner, Some(soon), Some(john.user_id)));
        assert_eq!(notices(world, "lena.lee").await, ["member.added"]);
        assert!(world.opens(&lena, "design-review").await);
        assert_eq!(at(d.add_to_group(&john, aurora, lena.user_id, None).await), "alreadyInGroup at person");
        let past = d.now() - Duration::seconds(1);
        let omar = world.user("omar.owner").await.id;
        assert_eq!(at(d.add_to_group(&john, aurora, omar, Some(past)).await), "datePast at until");
        assert_eq!(at(d.add_to_group(&john, aurora, Uuid::from_u128(9), None).await), "unknownPerson at person");
        // Guests: only where the group takes them, but for administrators; and the domains bind everybody.
        let guest = world.guest_in("timber", "partner@fabrikam.example").await.user_id;
        assert_eq!(at(d.add_to_group(&john, board, guest, None).await), "guestsNotAccepted at person");
        d.add_to_group(&ada, board, guest, None).await.expect("an administrator may");
        world.narrow_group("aurora", serde_json::json!({ "allow": ["contoso.example"], "deny": [] })).await;
        assert_eq!(at(d.add_to_group(&john, aurora, guest, None).await), "domainNotAllowed at person");
        assert_eq!(at(d.add_to_group(&ada, aurora, guest, None).await), "domainNotAllowed at person");
        // Whoever is invited is as good as in; a blocked person is nobody.
        let invited = world.invite("omar.owner", "timber", "new@fabrikam.example").await.user_id;
        let omar = world.caller("omar.owner").await;
        let timber = world.group("timber").await;
        assert_eq!(at(d.add_to_group(&omar, timber, invited, None).await), "alreadyInGroup at person");
        world.disable(lena.user_id).await;
        assert_eq!(at(d.add_to_group(&omar, timber, lena.user_id, None).await), "unknownPerson at person");
        // When it has ended, they can be added anew.
        world.change("UPDATE users SET enabled = $1 WHERE id = $2", [true.into(), lena.user_id.into()]).await;
        world.advance(Duration::days(4));
        world.change("UPDATE groups SET domains = NULL WHERE key = 'aurora'", []).await;
        d.add_to_group(&john, aurora, lena.user_id, None).await.expect("once more");
        assert_eq!(d.membership(&john, aurora, lena.user_id).await.expect("in").row.until, None);
    }

    /// A group's usual length counts for whoever is added or invited, unless another end is set.
    async fn how_long_a_membership_usually_lasts(world) {
        let d = &world.directory;
        let john = world.caller("john.doe").await;
        let aurora = world.group("aurora").await;
        let settings = d.group_settings(&john, aurora).await.expect("settings").form;
        d.edit_group(&john, aurora, &GroupForm { member_days: Some(30), ..settings }).await.expect("edited");
        let usual = d.now() + Duration::days(30);
        let until = async |user: Uuid| d.membership(&john, aurora, user).await.expect("in").row.until;
        let lena = world.user("lena.lee").await.id;
        d.add_to_group(&john, aurora, lena, None).await.expect("added");
        assert_eq!(until(lena).await, Some(usual));
        let invited = world.invite("john.doe", "aurora", "sam@fabrikam.example").await.user_id;
        assert_eq!(until(invited).await, Some(usual));
        let mut ask = world.ask("aurora", "kim@fabrikam.example").await;
        ask.terms.access_until = Some(d.now() + Duration::days(90));
        let other = world.invited("john.doe", &ask).await.user_id;
        assert_eq!(until(other).await, ask.terms.access_until);
        // Inviting somebody anew who is in it does not make it longer.
        let known = world.guest_in("timber", "known@fabrikam.example").await.user_id;
        world.invite("john.doe", "aurora", "known@fabrikam.example").await;
        world.advance(Duration::days(1));
        let again = d.invite(&john, &world.ask("aurora", "known@fabrikam.example").await).await;
        assert_eq!(said(&again), "alreadyInGroup");
        assert_eq!(until(known).await, Some(usual));
    }

    async fn the_end_of_a_membership(world) {
        let d = &world.directory;
        let john = world.caller("john.doe").await;
        let aurora = world.group("aurora").await;
        let ana = world.user("ana.ruiz").await.id;
        let until = async || d.membership(&john, aurora, ana).await.expect("in").row.until;
        let first = d.now() + Duration::days(10);
        d.set_until(&john, aurora, ana, NewEnd::At(first)).await.expect("set");
        assert_eq!(until().await, Some(first));
        d.set_until(&john, aurora, ana, NewEnd::At(first)).await.expect("the same");
        d.set_until(&john, aurora, ana, NewEnd::Later(20)).await.expect("extended");
        assert_eq!(until().await, Some(first + Duration::days(20)));
        d.set_until(&john, aurora, ana, NewEnd::Never).await.expect("taken away");
        assert_eq!(until().await, None);
        assert_eq!(notices(world, "ana.ruiz").await, ["member.until"; 3]);
        assert_eq!(at(d.set_until(&john, aurora, ana, NewEnd::At(d.now())).await), "datePast at until");
        assert_eq!(at(d.set_until(&john, aurora, ana, NewEnd::Later(0)).await), "invalidDays at days");
        let far = NewEnd::At(d.now() + Duration::days(400 * 365));
        assert_eq!(at(d.set_until(&john, aurora, ana, far).await), "invalidDate at until");
        let lena = world.user("lena.lee").await.id;
        assert_eq!(at(d.set_until(&john, aurora, lena, NewEnd::Never).await), "notFound");
        // What has ended is not brought back by an extension.
        d.set_until(&john, aurora, ana, NewEnd::At(d.now() + Duration::days(1))).await.expect("set");
        world.advance(Duration::days(2));
        assert_eq!(at(d.set_until(&john, aurora, ana, NewEnd::Later(30)).await), "notFound");
        assert!(!world.opens(&world.caller("ana.ruiz").await, "design-review").await);
    }

    async fn removing_several(world) {
        let d = &world.directory;
        let john = world.caller("john.doe").await;
        let aurora = world.group("aurora").await;
        let (ana, lena) = (world.user("ana.ruiz").await.id, world.user("lena.lee").await.id);
        let invited = world.invite("john.doe", "aurora", "sam@fabrikam.example").await.user_id;
        assert_eq!(at(d.remove_members(&john, aurora, &[]).await), "nobodyChosen");
        let asked = d.removals(&john, aurora, &[ana, invited, lena]).await.expect("two of them are in it");
        assert_eq!(asked.people.len(), 2);
        assert_eq!(d.remove_members(&john, aurora, &[ana, invited, lena, ana]).await.expect("removed"), 2);
        assert_eq!(world.live_users("sam@fabrikam.example").await, 0, "a guest who has not accepted is left with nothing");
        assert_eq!(world.invitation_states(invited).await, ["revoked"]);
        assert_eq!(notices(world, "ana.ruiz").await, ["member.removed"]);
        assert_eq!(at(d.removals(&john, aurora, &[ana]).await), "notFound");
        let many: Vec<Uuid> = (1..=201).map(Uuid::from_u128).collect();
        assert_eq!(at(d.remove_members(&john, aurora, &many).await), "tooManyAddresses");
    }

    /// Who is in a dynamic group follows from its rule, whoever asks.
    async fn nobody_is_put_into_a_dynamic_group_by_hand(world) {
        let d = &world.directory;
        world.change("UPDATE groups SET kind = 'dynamic', rule = 'x' WHERE key = 'aurora'", []).await;
        let aurora = world.group("aurora").await;
        let (ana, lena) = (world.caller("ana.ruiz").await, world.user("lena.lee").await.id);
        for who in ["john.doe", "ada.admin"] {
            let caller = world.caller(who).await;
            assert_eq!(at(d.add_to_group(&caller, aurora, lena, None).await), "dynamicGroup");
            assert_eq!(at(d.remove_member(&caller, aurora, ana.user_id).await), "dynamicGroup");
            assert_eq!(at(d.remove_members(&caller, aurora, &[ana.user_id]).await), "dynamicGroup");
            assert_eq!(at(d.set_until(&caller, aurora, ana.user_id, NewEnd::Never).await), "dynamicGroup");
            assert_eq!(at(d.removal(&caller, aurora, ana.user_id).await), "dynamicGroup");
        }
        assert_eq!(at(d.leave_group(&ana, aurora).await), "dynamicGroup");
        let john = world.caller("john.doe").await;
        let settings = d.group_settings(&john, aurora).await.expect("settings").form;
        d.edit_group(&john, aurora, &GroupForm { join_policy: JoinPolicy::Open, member_days: Some(3), ..settings }).await.expect("edited");
        let kept = d.group_settings(&john, aurora).await.expect("settings").form;
        assert_eq!((kept.join_policy, kept.member_days), (JoinPolicy::Closed, None));
    }

    async fn leaving_a_group(world) {
        let d = &world.directory;
        let (ana, john) = (world.caller("ana.ruiz").await, world.caller("john.doe").await);
        let guest = world.guest_in("aurora", "partner@fabrikam.example").await;
        let aurora = world.group("aurora").await;
        assert!(world.opens(&guest, "design-review").await);
        d.leave_group(&guest, aurora).await.expect("a guest leaves");
        assert!(!world.opens(&guest, "design-review").await);
        assert_eq!(world.live_users("partner@fabrikam.example").await, 1, "who has accepted stays a guest, as after a removal");
        d.leave_group(&ana, aurora).await.expect("a member leaves");
        assert_eq!(at(d.leave_group(&ana, aurora).await), "notFound");
        d.leave_group(&john, aurora).await.expect("the owner leaves");
        assert!(d.group_page(&john, aurora, "", None).await.expect("and owns it still").is_owner);
        let told = d.group_history(&john, aurora, None).await.expect("history");
        let left: Vec<_> = told.rows.iter().filter(|row| row.action == "membership.remove").collect();
        assert_eq!(left.len(), 3);
        assert!(left.iter().all(|row| row.actor.as_ref().map(|one| one.id) == row.person.as_ref().map(|one| one.id)));
    }

    /// What a deleted group gives ends with the next request, and comes back with it.
    async fn deleted_and_restored(world) {
        let d = &world.directory;
        let (john, ana, lena) = (world.caller("john.doe").await, world.caller("ana.ruiz").await, world.caller("lena.lee").await);
        let aurora = world.group("aurora").await;
        d.add_owner(&john, aurora, lena.user_id).await.expect("added");
        let guest = world.guest_in("aurora", "partner@fabrikam.example").await;
        world.invite("john.doe", "aurora", "waits@fabrikam.example").await;
        let ticket = world.ticket_to("waits@fabrikam.example").await;
        assert_eq!(d.deletion(&john, aurora).await.expect("asked").people, 4);
        world.advance(Duration::seconds(1));
        d.delete_group(&john, aurora).await.expect("deleted");
        for caller in [&ana, &guest] {
            assert!(!world.opens(caller, "design-review").await);
            assert!(world.apps_of(caller).await.iter().all(|app| app != "Design review"));
            assert!(world.groups_of(caller).await.iter().all(|group| group != "Aurora partners"));
            assert_eq!(said(&d.group_page(caller, aurora, "", None).await), "notFound");
        }
        let ada = world.caller("ada.admin").await;
        let ask = world.ask_to(&[], &[], "x@fabrikam.example").await;
        let ask = access_panel::directory::invitations::Ask { groups: vec![aurora], ..ask };
        assert_eq!(said(&d.group_page(&ada, aurora, "", None).await), "notFound");
        assert_eq!(said(&d.invite(&ada, &ask).await), "notFound");
        assert_eq!(said(&d.add_to_group(&ada, aurora, lena.user_id, None).await), "notFound");
        assert_eq!(said(&d.delete_group(&ada, aurora).await), "notFound");
        assert_eq!(said(&d.guest_page(&lena, guest.user_id).await), "notFound", "a guest of a deleted group is nobody's");
        assert!(d.find_people(&guest, "ana").await.expect("found").is_empty());
        // Accepting an invitation to it opens nothing.
        let waits = world.redeem_by_code("browser", &ticket, "waits@fabrikam.example").await;
        waits.expect("the invitation is open");
        let waits = world.caller("waits@fabrikam.example").await;
        assert!(world.apps_of(&waits).await.is_empty());
        assert_eq!(notices(world, "lena.lee").await, ["owner.added", "group.deleted"]);
        assert_eq!(notices(world, "john.doe").await, Vec::<String>::new(), "he knows");
        // Only its owners and administrators get it back.
        assert_eq!(at(d.restore_group(&ana, aurora).await), "notFound");
        assert!(d.my_groups(&lena, None).await.expect("groups").deleted);
        assert!(!d.my_groups(&ana, None).await.expect("groups").deleted);
        let listed = d.deleted_groups(&lena, None).await.expect("listed");
        assert_eq!(listed.rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["Aurora partners"]);
        assert_eq!(listed.rows[0].deleted_by.as_ref().map(|by| by.id), Some(john.user_id));
        assert!(d.deleted_groups(&ana, None).await.expect("listed").rows.is_empty());
        d.restore_group(&lena, aurora).await.expect("restored");
        assert_eq!(at(d.restore_group(&lena, aurora).await), "notFound");
        for caller in [&ana, &guest, &waits] {
            assert!(world.opens(caller, "design-review").await, "{}", caller.name);
        }
        assert_eq!(notices(world, "john.doe").await, ["group.restored"]);
        assert!(d.deleted_groups(&ada, None).await.expect("listed").rows.is_empty());
    }

    /// After 30 days a deleted group is erased, step by step, with whoever is left with nothing.
    async fn deleted_for_good(world) {
        let d = &world.directory;
        let (john, ada) = (world.caller("john.doe").await, world.caller("ada.admin").await);
        let group = fresh_without_guest(world).await;
        d.set_picture(&john, Target::Group(group), Some(&picture())).await.expect("a picture");
        for number in 0..3 {
            let address = format!("waits{number}@fabrikam.example");
            let mut ask = world.ask("aurora", &address).await;
            ask.groups = vec![group];
            ask.terms.valid_days = Some(90);
            world.invited("john.doe", &ask).await;
        }
        d.delete_group(&john, group).await.expect("deleted");
        world.advance(Duration::days(29));
        assert_eq!(d.purge_groups(100).await.expect("job"), 0);
        assert_eq!(d.deleted_groups(&ada, None).await.expect("listed").rows.len(), 1);
        world.advance(Duration::days(1));
        assert_eq!(at(d.restore_group(&ada, group).await), "notFound");
        assert!(d.deleted_groups(&ada, None).await.expect("listed").rows.is_empty());
        assert_eq!(d.purge_groups(2).await.expect("job"), 2, "two people, and no more at a time");
        assert_eq!(d.purge_groups(2).await.expect("job"), 2);
        assert_eq!(d.purge_groups(100).await.expect("job"), 1, "the group");
        assert_eq!(d.purge_groups(100).await.expect("job"), 0);
        assert_eq!(world.number("SELECT COUNT(*) FROM groups WHERE id = $1", [group.into()]).await, 0);
        assert_eq!(world.count("pictures").await, 0);
        assert_eq!(world.live_users("waits0@fabrikam.example").await, 0);
        assert_eq!(world.events("group.purge", Outcome::Success).await, 1);
        assert_eq!(world.live_users("ana.ruiz@woodgrove.example").await, 1);
    }

    /// A file that names a group anew while the old one is deleted, and the old one's return.
    async fn a_key_that_was_taken_meanwhile(world) {
        let john = world.caller("john.doe").await;
        let old = world.group("board").await;
        world.directory.delete_group(&john, old).await.expect("deleted");
        world.import("[[groups]]\nkey = \"board\"\nname = \"Board\"\nowners = [\"john.doe@woodgrove.example\"]\n").await;
        let new = world.group("board").await;
        assert_ne!(new, old);
        world.directory.restore_group(&john, old).await.expect("restored beside it");
        assert_eq!(world.group("board").await, new);
    }

    /// A week before it ends, once; whoever was told of that end just now is not told again.
    async fn people_are_told_before_it_ends(world) {
        let d = &world.directory;
        let john = world.caller("john.doe").await;
        let aurora = world.group("aurora").await;
        let (ana, lena) = (world.user("ana.ruiz").await.id, world.user("lena.lee").await.id);
        d.set_until(&john, aurora, ana, NewEnd::At(d.now() + Duration::days(20))).await.expect("set");
        d.add_to_group(&john, aurora, lena, Some(d.now() + Duration::days(6))).await.expect("added");
        let waits = world.invite("john.doe", "aurora", "waits@fabrikam.example").await.user_id;
        world.change("UPDATE memberships SET until = $1 WHERE user_id = $2", [(d.now() + Duration::days(6)).into(), waits.into()]).await;
        assert_eq!(d.tell_ending(100).await.expect("job"), 0);
        world.advance(Duration::days(13));
        assert_eq!(d.tell_ending(100).await.expect("job"), 1);
        assert_eq!(d.tell_ending(100).await.expect("job"), 0, "once");
        assert_eq!(notices(world, "ana.ruiz").await, ["member.until", "member.ending"]);
        assert_eq!(notices(world, "lena.lee").await, ["member.added"]);
        // Extended, and a week before the new end told anew.
        d.set_until(&john, aurora, ana, NewEnd::Later(30)).await.expect("extended");
        world.advance(Duration::days(30));
        assert_eq!(d.tell_ending(100).await.expect("job"), 1);
        assert_eq!(d.tell_ending(100).await.expect("job"), 0);
        world.advance(Duration::days(1));
        assert_eq!(d.tell_ending(100).await.expect("job"), 0, "not the day after, either");
        // An app that was given directly.
        let budget = world.app("budget").await;
        world.change("UPDATE assignments SET until = $1 WHERE app_id = $2", [(d.now() + Duration::days(7)).into(), budget.into()]).await;
        assert_eq!(d.tell_ending(100).await.expect("job"), 1);
        assert_eq!(notices(world, "john.doe").await, ["member.ending"]);
    }

    async fn history_is_read_page_by_page(world) {
        let d = &world.directory;
        let john = world.caller("john.doe").await;
        let aurora = world.group("aurora").await;
        let ana = world.user("ana.ruiz").await.id;
        for day in 1..=60 {
            world.advance(Duration::seconds(1));
            d.set_until(&john, aurora, ana, NewEnd::At(d.now() + Duration::days(day))).await.expect("set");
        }
        let lena = world.caller("lena.lee").await;
        assert_eq!(said(&d.edit_group(&lena, aurora, &form("Mine")).await), "notFound");
        let (mut seen, mut after) = (Vec::new(), None::<String>);
        loop {
            let page = d.group_history(&john, aurora, after.as_deref()).await.expect("a page");
            assert!(page.rows.len() <= 50);
            seen.extend(page.rows.into_iter().map(|row| (row.at, row.id)));
            after = page.next;
            if after.is_none() { break }
        }
        let mut sorted = seen.clone();
        sorted.sort();
        sorted.dedup();
        sorted.reverse();
        assert_eq!(seen, sorted, "the newest first, nothing twice");
        assert_eq!(i64::try_from(seen.len()).expect("few"), world.number(
            "SELECT COUNT(*) FROM audit_events WHERE group_id = $1 AND outcome = 'success'", [aurora.into()]).await, "refusals are not told");
        // What makes no sense begins at the start.
        let odd = d.group_history(&john, aurora, Some("\u{0}.x")).await.expect("a page");
        assert_eq!(odd.rows.len(), 50);
    }

    async fn pictures_replace_each_other(world) {
        let d = &world.directory;
        let (john, omar, lena) = (world.caller("john.doe").await, world.caller("omar.owner").await, world.caller("lena.lee").await);
        let (aurora, budget) = (Target::Group(world.group("aurora").await), Target::App(world.app("budget").await));
        d.set_picture(&john, aurora, Some(&picture())).await.expect("set");
        let first = d.group_head(&john, aurora.id()).await.expect("head").picture.expect("a picture");
        assert_eq!(d.picture(&lena, first).await.expect("who knows its id").bytes, picture().bytes());
        d.set_picture(&john, aurora, Some(&picture())).await.expect("replaced");
        assert_eq!(said(&d.picture(&john, first).await), "notFound");
        assert_eq!(world.count("pictures").await, 1);
        d.set_picture(&john, aurora, None).await.expect("removed");
        d.set_picture(&john, aurora, None).await.expect("nothing to remove");
        assert_eq!((d.group_head(&john, aurora.id()).await.expect("head").picture, world.count("pictures").await), (None, 0));
        d.set_picture(&omar, budget, Some(&picture())).await.expect("an app's owner");
        assert_eq!(said(&d.set_picture(&john, budget, Some(&picture())).await), "forbidden");
        assert_eq!(said(&d.set_picture(&world.caller("henrik.auditor").await, budget, None).await), "forbidden");
    }

    /// By any word of a name, or an address where it may be known; rare words and frequent ones.
    async fn people_of_a_group_are_found_by_their_words(world) {
        let d = &world.directory;
        let john = world.caller("john.doe").await;
        let aurora = world.group("aurora").await;
        let names = async |caller: &Caller, search: &str| -> Vec<String> {
            let page = d.group_page(caller, aurora, search, None).await.expect("a page");
            page.members.expect("members").into_iter().map(|row| row.name).collect()
        };
        assert_eq!(names(&john, "").await, ["Ana Ruiz", "John Doe"]);
        assert_eq!(names(&john, "rui an").await, ["Ana Ruiz"]);
        assert_eq!(names(&john, "RUÍ").await, ["Ana Ruiz"]);
        assert_eq!(names(&john, "ana.ruiz@wood").await, ["Ana Ruiz"]);
        assert_eq!(names(&john, "lena").await, Vec::<String>::new(), "she is not in it");
        assert_eq!(names(&john, "%").await, Vec::<String>::new());
        assert_eq!(names(&john, "\u{0}").await.len(), 2);
        // A guest who sees names learns no addresses by searching for them.
        let guest = world.guest_in("aurora", "partner@fabrikam.example").await;
        world.change("UPDATE groups SET guests_see_members = $1 WHERE key = 'aurora'", [true.into()]).await;
        assert_eq!(names(&guest, "ana").await, ["Ana Ruiz"]);
        assert_eq!(names(&guest, "ana.ruiz@wood").await, Vec::<String>::new());
        assert_eq!(names(&guest, "john.doe").await, Vec::<String>::new());
    }
}

async fn fresh_without_guest(world: &World) -> Uuid {
    let john = world.caller("john.doe").await;
    let form = GroupForm { accepts_guests: true, ..form("For a while") };
    let group = world.directory.create_group(&john, &form).await.expect("created");
    let ana = world.user("ana.ruiz").await.id;
    world.directory.add_to_group(&john, group, ana, None).await.expect("added");
    group
}
