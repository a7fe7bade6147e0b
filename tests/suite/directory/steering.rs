//! Who may invite to what, steer what, and learn what: each operation on invitations and guests by everyone.
//! Nobody who is not signed in can call the directory; the nearest to that is a member without ties.

use std::collections::BTreeSet;

use access_panel::{
    directory::guests::GuestQuery,
    model::{
        Address, Caller, Code, Refusal,
        state::{GuestAction, GuestFilter, GuestSort},
        view::Standing,
    },
};
use chrono::Duration;
use uuid::Uuid;

use super::permissions::same_table;
use crate::support::{World, on_both_engines, said};

/// Besides the small organization: someone who answers for guests and has no other ties, and an app that takes guests.
const MORE: &str = r#"
[invitations]
policy = "everyone"
inviter_per_hour = 0
inviter_per_day = 0

[[people]]
address = "sue.sponsor@woodgrove.example"
name = "Sue Sponsor"

[[apps]]
key = "sketches"
name = "Sketches"
url = "https://apps.example/sketches"
accepts_guests = true
owners = ["john.doe@woodgrove.example"]
"#;

/// One of each kind, as seen from *Aurora partners* and *Sketches*, both John's.
async fn callers(world: &World) -> Vec<(&'static str, Caller)> {
    world.import(MORE).await;
    world.guest_in("timber", "stranger@fabrikam.example").await;
    world.guest_in("aurora", "partner@fabrikam.example").await;
    let mut callers = Vec::new();
    for (who, address) in [
        ("stranger", "lena.lee"),
        ("stranger guest", "stranger@fabrikam.example"),
        ("guest of the group", "partner@fabrikam.example"),
        ("member of the group", "ana.ruiz"),
        ("owner of another", "omar.owner"),
        ("guest inviter", "emma.inviter"),
        ("auditor", "henrik.auditor"),
        ("sponsor", "sue.sponsor"),
        ("owner", "john.doe"),
        ("administrator", "ada.admin"),
    ] {
        callers.push((who, world.caller(address).await));
    }
    callers
}

fn addressee(number: usize, what: &str) -> String {
    format!("{}{number}@fabrikam.example", what.replace(' ', "-"))
}

/// A fresh invitation by the administrator, with Sue as sponsor.
async fn fresh(world: &World, groups: &[&str], apps: &[&str], address: &str) -> (Uuid, Uuid) {
    let mut ask = world.ask_to(groups, apps, address).await;
    ask.terms.sponsor = Some(Address::parse("sue.sponsor@woodgrove.example").unwrap());
    ask.terms.message = "Secret plans.".to_owned();
    let invited = world.invited("ada.admin", &ask).await;
    world.deliver().await;
    (invited.invitation_id.expect("an invitation"), invited.user_id)
}

/// Everything that can be done with an invitation, by everyone, each with one of its own.
async fn steering_table(world: &World, groups: &[&str], apps: &[&str]) -> Vec<(String, Vec<String>)> {
    let callers = callers(world).await;
    let ada = world.caller("ada.admin").await;
    let d = &world.directory;
    let head =
        ["resend", "link", "extend", "revoke", "again", "withdraw", "page", "can send", "can revoke", "can withdraw"];
    let mut rows = vec![("caller".to_owned(), head.map(str::to_owned).to_vec())];
    for (number, (who, caller)) in callers.iter().enumerate() {
        let new = async |what: &str| fresh(world, groups, apps, &addressee(number, what)).await;
        let (resend, _) = new("resend").await;
        let (link, _) = new("link").await;
        let (extend, _) = new("extend").await;
        let (revoke, _) = new("revoke").await;
        let (again, _) = new("again").await;
        d.revoke_invitation(&ada, again).await.expect("revoked");
        let (_, withdraw) = new("withdraw").await;
        let (_, page) = new("page").await;
        let done = [
            ("invitation.resend", resend, said(&d.resend_invitation(caller, resend).await)),
            ("invitation.link", link, said(&d.invitation_link(caller, link).await)),
            ("invitation.extend", extend, said(&d.extend_invitation(caller, extend, Some(60)).await)),
            ("invitation.revoke", revoke, said(&d.revoke_invitation(caller, revoke).await)),
            ("invitation.create", again, said(&d.invite_again(caller, again).await)),
            ("access.withdraw", withdraw, said(&d.withdraw_access(caller, withdraw).await)),
        ];
        for (action, _, code) in &done {
            if *code != "ok" {
                let logged = world.refusal_is_logged(action, Some(caller.user_id), code).await;
                assert!(logged, "{action} of {who} was refused with {code}, and the log has no such row");
            }
        }
        for (action, id, code) in &done[..4] {
            let sql = "SELECT COUNT(*) FROM audit_events WHERE action = $1 AND invitation_id = $2 AND outcome = 'success' AND actor_id = $3";
            let count = world.number(sql, [(*action).into(), (*id).into(), caller.user_id.into()]).await;
            assert_eq!(count, i64::from(*code == "ok"), "{action} of {who}: {code}");
        }
        let mut cells: Vec<String> = done.iter().map(|(_, _, code)| (*code).to_owned()).collect();
        let seen = d.guest_page(caller, page).await;
        cells.push(said(&seen).to_owned());
        if let Ok(page) = seen {
            let steerable = page.invitations.first();
            let can_send = steerable.map_or("unseen", |row| row.can_send.map_or_else(Code::as_str, |()| "ok"));
            let can_revoke = steerable.is_some_and(|row| row.can_revoke);
            cells.extend([can_send.to_owned(), can_revoke.to_string(), page.can_withdraw.to_string()]);
            // The page promises what the operations do.
            assert_eq!((can_send, can_revoke), (done[0].2, done[3].2 == "ok"), "{who}");
            assert_eq!(page.can_withdraw, done[5].2 == "ok", "{who}");
        } else {
            cells.extend(["", "", ""].map(str::to_owned));
        }
        rows.push(((*who).to_owned(), cells));
    }
    rows
}

on_both_engines! {
    async fn an_invitation_to_a_group(world) {
        same_table(&steering_table(world, &["aurora"], &[]).await, "
caller | resend | link | extend | revoke | again | withdraw | page | can send | can revoke | can withdraw
stranger | notFound | notFound | notFound | notFound | notFound | notFound | notFound | | |
stranger guest | notFound | notFound | notFound | notFound | notFound | notFound | notFound | | |
guest of the group | notFound | notFound | notFound | notFound | notFound | notFound | notFound | | |
member of the group | notFound | notFound | notFound | notFound | notFound | notFound | notFound | | |
owner of another | notFound | notFound | notFound | notFound | notFound | notFound | notFound | | |
guest inviter | notFound | notFound | notFound | notFound | notFound | notFound | notFound | | |
auditor | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | ok | forbidden | false | false
sponsor | forbidden | forbidden | forbidden | ok | forbidden | ok | ok | forbidden | true | true
owner | ok | ok | ok | ok | ok | ok | ok | ok | true | true
administrator | ok | ok | ok | ok | ok | ok | ok | ok | true | true
");
    }

    async fn an_invitation_to_an_app(world) {
        same_table(&steering_table(world, &[], &["sketches"]).await, "
caller | resend | link | extend | revoke | again | withdraw | page | can send | can revoke | can withdraw
stranger | notFound | notFound | notFound | notFound | notFound | notFound | notFound | | |
stranger guest | notFound | notFound | notFound | notFound | notFound | notFound | notFound | | |
guest of the group | notFound | notFound | notFound | notFound | notFound | notFound | notFound | | |
member of the group | notFound | notFound | notFound | notFound | notFound | notFound | notFound | | |
owner of another | notFound | notFound | notFound | notFound | notFound | notFound | notFound | | |
guest inviter | notFound | notFound | notFound | notFound | notFound | notFound | notFound | | |
auditor | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | ok | forbidden | false | false
sponsor | forbidden | forbidden | forbidden | ok | forbidden | ok | ok | forbidden | true | true
owner | ok | ok | ok | ok | ok | ok | ok | ok | true | true
administrator | ok | ok | ok | ok | ok | ok | ok | ok | true | true
");
    }

    /// John owns one, Omar the other.
    async fn an_invitation_to_two_groups(world) {
        same_table(&steering_table(world, &["aurora", "timber"], &[]).await, "
caller | resend | link | extend | revoke | again | withdraw | page | can send | can revoke | can withdraw
stranger | notFound | notFound | notFound | notFound | notFound | notFound | notFound | | |
stranger guest | notFound | notFound | notFound | notFound | notFound | notFound | notFound | | |
guest of the group | notFound | notFound | notFound | notFound | notFound | notFound | notFound | | |
member of the group | notFound | notFound | notFound | notFound | notFound | notFound | notFound | | |
owner of another | forbidden | forbidden | forbidden | forbidden | forbidden | ok | ok | forbidden | false | true
guest inviter | notFound | notFound | notFound | notFound | notFound | notFound | notFound | | |
auditor | forbidden | forbidden | forbidden | forbidden | forbidden | forbidden | ok | forbidden | false | false
sponsor | forbidden | forbidden | forbidden | ok | forbidden | ok | ok | forbidden | true | true
owner | forbidden | forbidden | forbidden | forbidden | forbidden | ok | ok | forbidden | false | true
administrator | ok | ok | ok | ok | ok | ok | ok | ok | true | true
");
    }

    async fn an_invitation_to_the_directory(world) {
        same_table(&steering_table(world, &[], &[]).await, "
caller | resend | link | extend | revoke | again | withdraw | page | can send | can revoke | can withdraw
stranger | notFound | notFound | notFound | notFound | notFound | notFound | notFound | | |
stranger guest | notFound | notFound | notFound | notFound | notFound | notFound | notFound | | |
guest of the group | notFound | notFound | notFound | notFound | notFound | notFound | notFound | | |
member of the group | notFound | notFound | notFound | notFound | notFound | notFound | notFound | | |
owner of another | notFound | notFound | notFound | notFound | notFound | notFound | notFound | | |
guest inviter | notFound | notFound | notFound | notFound | notFound | notFound | notFound | | |
auditor | forbidden | forbidden | forbidden | forbidden | nothingChosen | forbidden | ok | forbidden | false | false
sponsor | ok | ok | ok | ok | nothingChosen | ok | ok | ok | true | true
owner | notFound | notFound | notFound | notFound | notFound | notFound | notFound | | |
administrator | ok | ok | ok | ok | ok | ok | ok | ok | true | true
");
    }

    /// Each target by everyone, by every way to ask: they all agree.
    async fn inviting(world) {
        let callers = callers(world).await;
        let d = &world.directory;
        let targets: [(&str, &[&str], &[&str]); 8] = [
            ("group", &["aurora"], &[]),
            ("app", &[], &["sketches"]),
            ("both", &["aurora"], &["sketches"]),
            ("two groups", &["aurora", "timber"], &[]),
            ("closed group", &["board"], &[]),
            ("closed app", &[], &["budget"]),
            ("app by group", &[], &["timber-library"]),
            ("directory", &[], &[]),
        ];
        let mut rows = vec![("caller".to_owned(), targets.map(|(what, ..)| what.to_owned()).to_vec())];
        for (number, (who, caller)) in callers.iter().enumerate() {
            let mut cells = Vec::new();
            let offered = d.invite_targets(caller).await.expect("targets");
            for (what, groups, apps) in targets {
                let ask = world.ask_to(groups, apps, &addressee(number, what)).await;
                let preview = said(&d.preview_invitation(caller, &ask).await);
                let standing = said(&d.standings(caller, &ask.groups, &ask.apps, &ask.address).await);
                let list = format!("{}, {}", addressee(number, &format!("{what} a")), addressee(number, &format!("{what} b")));
                let all = said(&d.invite_all(caller, &ask.groups, &ask.apps, &list, &ask.terms).await);
                let code = said(&d.invite(caller, &ask).await);
                assert_eq!(preview, code, "{who} previews {what}");
                assert_eq!(all, code, "{who} invites several to {what}");
                // Addresses can be typed before anything is chosen.
                let expected = if code == "nothingChosen" { "ok" } else { code };
                assert_eq!(standing, expected, "{who} types addresses for {what}");
                if code != "ok" {
                    let logged = world.refusal_is_logged("invitation.create", Some(caller.user_id), code).await;
                    assert!(logged, "{who} invites to {what}: {code}");
                }
                let on_offer = offered.refused.is_none()
                    && ask.groups.iter().all(|id| offered.groups.iter().any(|group| group.id == *id))
                    && ask.apps.iter().all(|id| offered.apps.iter().any(|app| app.id == *id))
                    && (offered.directory || !ask.groups.is_empty() || !ask.apps.is_empty());
                assert_eq!(on_offer, code == "ok", "{who} is offered {what}: {offered:?}");
                cells.push(code.to_owned());
            }
            rows.push(((*who).to_owned(), cells));
        }
        same_table(&rows, "
caller              | group     | app       | both      | two groups | closed group      | closed app        | app by group | directory
stranger            | notFound  | notFound  | notFound  | notFound   | notFound          | notFound          | notFound     | nothingChosen
stranger guest      | notFound  | notFound  | notFound  | notFound   | notFound          | notFound          | forbidden    | forbidden
guest of the group  | forbidden | notFound  | notFound  | notFound   | notFound          | notFound          | notFound     | forbidden
member of the group | forbidden | notFound  | notFound  | notFound   | notFound          | notFound          | notFound     | nothingChosen
owner of another    | notFound  | notFound  | notFound  | notFound   | notFound          | guestsNotAccepted | forbidden    | nothingChosen
guest inviter       | notFound  | notFound  | notFound  | notFound   | notFound          | notFound          | forbidden    | ok
auditor             | forbidden | forbidden | forbidden | forbidden  | forbidden         | forbidden         | forbidden    | nothingChosen
sponsor             | notFound  | notFound  | notFound  | notFound   | notFound          | notFound          | notFound     | nothingChosen
owner               | ok        | ok        | ok        | notFound   | guestsNotAccepted | forbidden         | notFound     | nothingChosen
administrator       | ok        | ok        | ok        | ok         | ok                | ok                | ok           | ok
");
    }

    /// Terms that guests may not set, or nobody; each named at its field.
    async fn terms(world) {
        callers(world).await;
        world.import("[[groups]]\nkey = \"theirs\"\nname = \"Theirs\"\naccepts_guests = true\nowners = [\"partner@fabrikam.example\"]\n").await;
        let parse = |text: &str| Address::parse(text).unwrap();
        for (case, field, by_member, by_guest) in [
            ("cc", "cc", "ok", "forbidden"),
            ("sponsor", "sponsor", "ok", "forbidden"),
            ("mail", "mail", "ok", "forbidden"),
            ("sponsor is a guest", "sponsor", "sponsorUnknown", "forbidden"),
            ("sponsor is nobody", "sponsor", "sponsorUnknown", "forbidden"),
            ("sponsor is blocked", "sponsor", "sponsorUnknown", "forbidden"),
            ("no days", "days", "invalidValidity", "invalidValidity"),
            ("too many days", "days", "invalidValidity", "invalidValidity"),
            ("now", "until", "datePast", "datePast"),
            ("nothing", "", "ok", "ok"),
        ] {
            for (caller, group, expected) in [("john.doe", "aurora", by_member), ("partner@fabrikam.example", "theirs", by_guest)] {
                let caller = world.caller(caller).await;
                let address = format!("{}@fabrikam.example", case.replace(' ', "-"));
                let mut ask = world.ask_to(&[group], &[], &address).await;
                match case {
                    "cc" => ask.terms.cc = vec![parse("boss@fabrikam.example")],
                    "sponsor" => ask.terms.sponsor = Some(parse("LENA.lee@woodgrove.example")),
                    "sponsor is a guest" => ask.terms.sponsor = Some(parse("partner@fabrikam.example")),
                    "sponsor is nobody" => ask.terms.sponsor = Some(parse("nobody@woodgrove.example")),
                    "sponsor is blocked" => {
                        let sql = "UPDATE users SET enabled = $1 WHERE address_norm = 'sue.sponsor@woodgrove.example'";
                        world.change(sql, [false.into()]).await;
                        ask.terms.sponsor = Some(parse("sue.sponsor@woodgrove.example"));
                    }
                    "mail" => ask.terms.without_mail = true,
                    "no days" => ask.terms.valid_days = Some(0),
                    "too many days" => ask.terms.valid_days = Some(366),
                    "now" => ask.terms.access_until = Some(world.directory.now()),
                    _ => {}
                }
                let invited = world.directory.invite(&caller, &ask).await;
                assert_eq!(said(&invited), expected, "{case} by {}", caller.name);
                match invited {
                    Ok(invited) if case == "mail" => assert!(invited.link.is_some()),
                    Ok(invited) => assert_eq!(invited.link, None),
                    Err(error) => assert_eq!(Refusal::from(error).field.as_deref(), Some(field), "{case}"),
                }
            }
        }
        assert_eq!(world.user("sponsor@fabrikam.example").await.sponsor_id, Some(world.user("lena.lee").await.id));
    }

    /// Which guests everyone finds, by which list.
    async fn lists_of_guests(world) {
        let callers = callers(world).await;
        // By Ada with Sue as sponsor; by John; by Ana; in John's group by Ada; gone.
        fresh(world, &["timber"], &[], "sponsored@fabrikam.example").await;
        fresh(world, &[], &["sketches"], "drafts@fabrikam.example").await;
        world.invite("ana.ruiz", "open-house", "anas@fabrikam.example").await;
        world.invite("ada.admin", "board", "boards@fabrikam.example").await;
        let gone = world.invite("john.doe", "aurora", "gone@fabrikam.example").await;
        let john = world.caller("john.doe").await;
        world.directory.revoke_invitation(&john, gone.invitation_id.unwrap()).await.expect("revoked");
        let (aurora, sketches) = (world.group("aurora").await, world.app("sketches").await);
        let mut rows = Vec::new();
        for (who, caller) in &callers {
            let list = async |query: GuestQuery| match world.directory.guests(caller, &query).await {
                Ok(list) => {
                    let names: BTreeSet<_> = list.rows.iter().map(|row| row.address.split('@').next().unwrap().to_owned()).collect();
                    assert_eq!(names.len(), list.rows.len(), "{who}: nobody twice");
                    names.into_iter().collect::<Vec<_>>().join(" ")
                }
                Err(error) => error.code().as_str().to_owned(),
            };
            let mine = GuestQuery::default;
            // No search, sort or filter finds more than the plain list, whatever it is.
            let plain = list(mine()).await;
            for sort in GuestSort::ALL {
                for filter in GuestFilter::ALL.iter().filter(|filter| **filter != GuestFilter::Ended) {
                    for search in ["", "fabrikam", "s", "%", "partner@fabrikam.example"] {
                        let found = list(GuestQuery { sort: *sort, filter: *filter, search: search.to_owned(), ..mine() }).await;
                        for name in found.split(' ').filter(|name| !name.is_empty()) {
                            assert!(plain.split(' ').any(|known| known == name), "{who} finds {name} by {sort} {filter} {search:?}");
                        }
                    }
                }
            }
            rows.push(((*who).to_owned(), vec![
                plain,
                list(GuestQuery { filter: GuestFilter::Ended, ..mine() }).await,
                list(GuestQuery { everyone: true, ..mine() }).await,
                list(GuestQuery { within: Some(aurora), ..mine() }).await,
                list(GuestQuery { within: Some(sketches), ..mine() }).await,
                list(GuestQuery { within: Some(world.directory.new_id()), ..mine() }).await,
            ]));
        }
        // mine | ended | everyone | in Aurora | on Sketches | in something that does not exist
        same_table(&rows, "
stranger            |                                          |      | forbidden                                     | notFound  | notFound | notFound
stranger guest      |                                          |      | forbidden                                     | notFound  | notFound | notFound
guest of the group  |                                          |      | forbidden                                     | forbidden | notFound | notFound
member of the group | anas                                     |      | forbidden                                     | forbidden | notFound | notFound
owner of another    | anas sponsored stranger                  |      | forbidden                                     | notFound  | notFound | notFound
guest inviter       |                                          |      | forbidden                                     | notFound  | notFound | notFound
auditor             |                                          |      | anas boards drafts partner sponsored stranger | partner   | drafts   | notFound
sponsor             | drafts sponsored                         |      | forbidden                                     | notFound  | notFound | notFound
owner               | boards drafts partner                    | gone | forbidden                                     | partner   | drafts   | notFound
administrator       | boards drafts partner sponsored stranger |      | anas boards drafts partner sponsored stranger | partner   | drafts   | notFound
");
    }

    /// An owner sees a guest of theirs, and of others' invitations to that guest nothing: in lists as little as on the page.
    async fn others_invitations_to_the_same_guest(world) {
        callers(world).await;
        let (secret, guest) = fresh(world, &["timber"], &[], "both@fabrikam.example").await;
        world.advance(Duration::hours(1));
        world.import("[[groups]]\nkey = \"aurora\"\nname = \"Aurora partners\"\npurpose = \"Works on the Aurora building with us\"\n
            accepts_guests = true\nowners = [\"john.doe@woodgrove.example\"]\n
            members = [\"john.doe@woodgrove.example\", \"ana.ruiz@woodgrove.example\", \"both@fabrikam.example\"]\n").await;
        let john = world.caller("john.doe").await;
        let list = world.directory.guests(&john, &GuestQuery::default()).await.expect("a list");
        let row = list.rows.iter().find(|row| row.user_id == guest).expect("in a group of his");
        assert_eq!(row.invitation, None, "what Ada did in Omar's group is not John's business");
        assert_eq!(row.access, ["Aurora partners"]);
        let page = world.directory.guest_page(&john, guest).await.expect("a page");
        assert_eq!((page.invitations.len(), page.access.len()), (0, 1), "{page:?}");
        for (filter, sort) in [(GuestFilter::Undelivered, GuestSort::Newest), (GuestFilter::Current, GuestSort::Expiry)] {
            let sql = "UPDATE invitations SET delivery = 'failed', delivery_error = 'secret' WHERE id = $1";
            world.change(sql, [secret.into()]).await;
            let query = GuestQuery { filter, sort, ..Default::default() };
            let found = world.directory.guests(&john, &query).await.expect("a list").rows;
            assert!(found.iter().all(|row| row.user_id != guest), "{filter} {sort} tells of it");
        }
        for by in ["omar.owner", "sue.sponsor", "ada.admin", "henrik.auditor"] {
            let caller = world.caller(by).await;
            let everyone = matches!(by, "henrik.auditor");
            let query = GuestQuery { everyone, ..Default::default() };
            let list = world.directory.guests(&caller, &query).await.expect("a list");
            let row = list.rows.iter().find(|row| row.user_id == guest).unwrap_or_else(|| panic!("{by} finds them"));
            assert_eq!(row.invitation.as_ref().map(|seen| seen.id), Some(secret), "{by}");
        }
    }

    /// Own invitations stand before those of others.
    async fn my_own_invitation_first(world) {
        let mine = world.invite("john.doe", "aurora", "both@fabrikam.example").await;
        world.advance(Duration::hours(1));
        let theirs = world.invite("omar.owner", "timber", "both@fabrikam.example").await;
        for (by, id) in [("john.doe", mine.invitation_id), ("omar.owner", theirs.invitation_id), ("ada.admin", theirs.invitation_id)] {
            let caller = world.caller(by).await;
            let query = GuestQuery { everyone: by == "ada.admin", ..Default::default() };
            let list = world.directory.guests(&caller, &query).await.expect("a list");
            assert_eq!(list.rows[0].invitation.as_ref().map(|seen| seen.id), id, "{by}");
        }
        // John is the sponsor, so he knows of both.
        let john = world.caller("john.doe").await;
        let page = world.directory.guest_page(&john, mine.user_id).await.expect("a page");
        assert_eq!(page.invitations.len(), 2);
        let omar = world.caller("omar.owner").await;
        let page = world.directory.guest_page(&omar, mine.user_id).await.expect("a page");
        assert_eq!(page.invitations.iter().map(|row| Some(row.invitation.id)).collect::<Vec<_>>(), [theirs.invitation_id]);
        assert_eq!(page.access.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["Timber suppliers"]);
    }

    /// Several at once: each by its own rule, nobody is named whom the caller may not see, and refusals are audited.
    async fn several_guests_at_once(world) {
        let callers = callers(world).await;
        let d = &world.directory;
        let aurora = world.group("aurora").await;
        assert_eq!(said(&d.steer_guests(&callers[0].1, GuestAction::Resend, &[]).await), "nobodyChosen");
        let many: Vec<Uuid> = (0..201).map(|_| d.new_id()).collect();
        assert_eq!(said(&d.steer_guests(&callers[0].1, GuestAction::Resend, &many).await), "tooManyAddresses");
        let mut rows = vec![("caller".to_owned(), GuestAction::ALL.iter().map(|action| action.as_str().to_owned()).collect())];
        for (number, (who, caller)) in callers.iter().enumerate() {
            let mut cells = Vec::new();
            for action in GuestAction::ALL {
                let (id, guest) = fresh(world, &["aurora"], &[], &addressee(number, action.as_str())).await;
                if *action == GuestAction::Again {
                    d.revoke_invitation(&world.caller("ada.admin").await, id).await.expect("revoked");
                }
                let steered = d.steer_guests(caller, *action, &[guest, d.new_id()]).await.expect("an answer");
                let codes: Vec<_> = steered.refused.iter().map(|(_, code)| code.as_str()).collect();
                let (of_guest, of_nobody) = if steered.done == 1 { ("ok", codes[0]) } else { (codes[0], codes[1]) };
                assert_eq!(of_nobody, "notFound", "{who} {action}");
                assert_eq!(steered.refused.last().unwrap().0, "", "nobody has no name");
                if of_guest == "notFound" {
                    assert_eq!(steered.refused[0].0, "", "{who} learns no name by {action}");
                    let seen = d.guest_page(caller, guest).await;
                    assert_eq!(said(&seen), "notFound", "{who} {action}: 404 for what they may not see only");
                }
                if of_guest != "ok" {
                    let sql = "SELECT COUNT(*) FROM audit_events WHERE outcome = 'refused' AND actor_id = $1 AND code = $2
                               AND target_id IN ($3, $4, $5)";
                    let logged = world.number(sql, [caller.user_id.into(), of_guest.into(), guest.into(), id.into(), aurora.into()]).await;
                    assert!(logged > 0, "{who} {action} {of_guest}: not in the log");
                }
                cells.push(of_guest.to_owned());
            }
            rows.push(((*who).to_owned(), cells));
        }
        same_table(&rows, "
caller              | resend    | extend    | revoke    | withdraw  | again
stranger | notFound | notFound | notFound | notFound | notFound
stranger guest | notFound | notFound | notFound | notFound | notFound
guest of the group | notFound | notFound | notFound | notFound | notFound
member of the group | notFound | notFound | notFound | notFound | notFound
owner of another | notFound | notFound | notFound | notFound | notFound
guest inviter | notFound | notFound | notFound | notFound | notFound
auditor | forbidden | forbidden | forbidden | forbidden | forbidden
sponsor | forbidden | forbidden | ok | ok | forbidden
owner | ok | ok | ok | ok | ok
administrator | ok | ok | ok | ok | ok
");
    }

    /// What waits for a guest is theirs alone.
    async fn waiting_invitations_are_their_own(world) {
        let callers = callers(world).await;
        let d = &world.directory;
        // Someone signed in, whom a group's own rule keeps waiting.
        let waiting = world.invite("john.doe", "aurora", "waits@fabrikam.example").await.invitation_id.unwrap();
        world.narrow_group("aurora", serde_json::json!({ "deny": ["fabrikam.example"] })).await;
        let guest = world.guest_in("timber", "waits@fabrikam.example").await;
        world.narrow_group("aurora", serde_json::json!({})).await;
        for (who, caller) in &callers {
            assert_eq!(d.waiting_invitations(caller).await.expect("read"), Vec::new(), "{who}");
            assert_eq!(said(&d.accept_waiting(caller, waiting).await), "notFound", "{who}");
            assert_eq!(said(&d.decline_waiting(caller, waiting).await), "notFound", "{who}");
            for action in ["invitation.accept", "invitation.decline"] {
                assert!(world.refusal_is_logged(action, Some(caller.user_id), "notFound").await, "{who} {action}");
            }
        }
        assert_eq!(said(&d.accept_waiting(&guest, d.new_id()).await), "notFound");
        let shown = d.waiting_invitations(&guest).await.expect("read");
        assert_eq!(shown.iter().map(|row| (row.id, row.grants.join(" "))).collect::<Vec<_>>(),
            [(waiting, "Aurora partners Design review Drawings".to_owned())]);
        d.decline_waiting(&guest, waiting).await.expect("declined");
        assert_eq!(said(&d.decline_waiting(&guest, waiting).await), "invitationEnded");
        assert_eq!(said(&d.accept_waiting(&guest, waiting).await), "invitationEnded");
        assert_eq!(world.live_users("waits@fabrikam.example").await, 1, "a guest who has accepted stays");
        assert_eq!(world.apps_of(&guest).await, ["Timber library"]);
    }

    /// Design 5.6: for every address that a guest tries, whatever they ask looks the same.
    async fn a_guest_who_invites_learns_nothing_of_addresses(world) {
        world.guest_in("timber", "host@fabrikam.example").await;
        world.import(r#"
            [invitations]
            policy = "everyone"
            inviter_per_hour = 8
            inviter_per_day = 100
            [[groups]]
            key = "theirs"
            name = "Theirs"
            accepts_guests = true
            owners = ["host@fabrikam.example"]
        "#).await;
        world.change("UPDATE users SET address = 'member@home.example', address_norm = 'member@home.example'
                      WHERE address_norm = 'lena.lee@woodgrove.example'", []).await;
        let blocked = world.guest_in("timber", "blocked@fabrikam.example").await;
        world.disable(blocked.user_id).await;
        world.guest_in("timber", "known@fabrikam.example").await;
        world.guest_in("theirs", "inside@fabrikam.example").await;
        world.invite("omar.owner", "timber", "pending@fabrikam.example").await;
        let sql = "INSERT INTO mail_blocks (address_norm, created_at) VALUES ('silent@fabrikam.example', $1)";
        world.change(sql, [world.directory.now().into()]).await;
        let host = world.caller("host@fabrikam.example").await;
        let d = &world.directory;
        let theirs = world.group("theirs").await;
        let addresses = ["new@fabrikam.example", "member@home.example", "blocked@fabrikam.example", "known@fabrikam.example",
                         "inside@fabrikam.example", "pending@fabrikam.example", "silent@fabrikam.example"];
        // While typing.
        let typed = d.standings(&host, &[theirs], &[], &addresses.join(", ")).await.expect("standings");
        assert!(typed.iter().all(|row| row.standing == Standing::New), "{typed:?}");
        // Invited, and invited again: the answer and what is left of the limit.
        let mut told = BTreeSet::new();
        for address in addresses {
            world.advance(Duration::hours(1));
            let mut answers = Vec::new();
            for _ in 0..2 {
                let before = d.invitations_left(&host).await.expect("read").expect("a limit");
                let ask = world.ask_to(&["theirs"], &[], address).await;
                let answer = d.invite(&host, &ask).await.map_err(Refusal::from);
                let after = d.invitations_left(&host).await.expect("read").expect("a limit");
                answers.push(format!("{answer:?}, {} of the limit", before - after));
            }
            told.insert(answers);
        }
        assert_eq!(told.len(), 1, "{told:#?}");
        // At the limit everybody is refused alike.
        world.import("[invitations]\npolicy = \"everyone\"\ninviter_per_hour = 1\n").await;
        let mut told = BTreeSet::new();
        for address in addresses {
            let ask = world.ask_to(&["theirs"], &[], address).await;
            let answer = d.invite(&host, &ask).await.map_err(Refusal::from);
            let all = d.invite_all(&host, &[theirs], &[], address, &ask.terms).await.map_err(Refusal::from);
            told.insert(format!("{answer:?} {:?}", all.map(|all| all.into_iter().map(|one| one.result).collect::<Vec<_>>())));
        }
        assert_eq!(told.len(), 1, "{told:#?}");
        assert!(told.first().unwrap().contains("RateLimited"), "{told:?}");
        // Whom they see: nobody who wants no mail, nobody's sign-in, nobody's sponsor.
        let list = d.guests(&host, &GuestQuery::default()).await.expect("a list");
        assert!(list.rows.len() >= 3, "{list:?}");
        for row in &list.rows {
            assert!(!row.blocks_mail && row.last_sign_in.is_none(), "{row:?}");
            let page = d.guest_page(&host, row.user_id).await.expect("a page");
            assert!(!page.blocks_mail && page.last_sign_in.is_none(), "{page:?}");
            assert!(page.sponsor.is_none_or(|sponsor| sponsor.id == host.user_id));
            assert!(page.access.iter().all(|row| row.name == "Theirs"), "{:?}", page.access);
        }
        // Of two who were invited just now, one of whom wants no mail.
        let shown = |address: &str| {
            let row = list.rows.iter().find(|row| row.address == address).unwrap_or_else(|| panic!("no {address}"));
            let seen = row.invitation.as_ref().unwrap_or_else(|| panic!("no invitation of {address}"));
            (row.state, seen.state, seen.delivery, seen.delivery_error.clone(), seen.sent_at)
        };
        assert_eq!(shown("silent@fabrikam.example"), shown("new@fabrikam.example"));
        let silent = world.user("silent@fabrikam.example").await.id;
        world.import("[invitations]\ninviter_per_hour = 0\n").await;
        for action in [GuestAction::Resend, GuestAction::Extend] {
            let steered = d.steer_guests(&host, action, &[silent]).await.expect("an answer");
            assert_eq!(steered.refused, [], "{action}");
        }
        // A link would tell of whom it is for.
        let link = list.rows.iter().find_map(|row| row.invitation.as_ref()).unwrap().id;
        assert_eq!(said(&d.invitation_link(&host, link).await), "forbidden");
    }
}
