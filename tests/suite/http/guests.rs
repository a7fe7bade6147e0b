//! Inviting several at once, my guests, and what can be done for them: forms without JavaScript, caller by caller.

use access_panel::model::{Code, state::GuestAction, text};
use chrono::Duration;

use super::{
    browser::{Answer, Browser},
    html,
    panel::{AURORA, JOHN, OMAR, Panel, TIMBER},
};

/// The first link on a page that begins like this.
fn link(page: &Answer, start: &str) -> String {
    let links = html::links(&page.body);
    links.iter().find(|link| link.starts_with(start)).unwrap_or_else(|| panic!("no {start} among {links:?}")).clone()
}

/// The value of the first field whose label begins like this.
fn labelled(page: &Answer, label: &str) -> String {
    let tags = html::tags(&page.body);
    let field = tags.iter().find(|tag| tag.get("aria-label").is_some_and(|known| known.starts_with(label)));
    field.and_then(|tag| tag.get("value")).unwrap_or_else(|| panic!("no {label}: {}", page.text())).to_owned()
}

async fn compose(browser: &mut Browser, panel: &Panel) -> Answer {
    let group = panel.group(AURORA).await;
    browser.open(&format!("/groups/{group}/invite")).await.expect(200)
}

#[tokio::test]
async fn several_are_invited_at_once_and_each_is_told_of() {
    let panel = Panel::start().await;
    let mut john = panel.signed_in("John Doe").await;
    panel.guest(JOHN, AURORA, "mira@studio.example").await;
    panel.invite(JOHN, AURORA, "nora@studio.example", "").await;
    panel.deliver().await;
    let page = compose(&mut john, &panel).await;
    let list = "\"Oogle, Sam\" <sam@partner.example>; nora@studio.example\r\nmailto:kim@partner.example,";
    let answer = john.press_only(&page, "Send invitation", &[("address", list)]).await;
    assert!(answer.location().starts_with("/guests/invited?told="), "{}", answer.location());
    let told = john.follow(answer).await.expect(200);
    for (address, says) in [
        ("sam@partner.example", "Invited"),
        ("nora@studio.example", "Was invited already"),
        ("kim@partner.example", "Invited"),
    ] {
        assert!(told.text().contains(&format!("{address}{says}")), "{address}: {}", told.text());
    }
    let mut sent: Vec<_> = panel.deliver().await.into_iter().map(|sent| sent.to).collect();
    sent.sort();
    assert_eq!(sent, ["kim@partner.example", "sam@partner.example"]);
    // One alone leads back to the group, as it always did.
    let page = compose(&mut john, &panel).await;
    let done = john.press(&page, "Send invitation", &[("address", "lea@partner.example")]).await.expect(200);
    assert!(done.text().contains("The invitation to lea@partner.example is on its way."), "{}", done.text());
}

#[tokio::test]
async fn one_bad_address_stops_all_and_each_says_what_is_wrong() {
    let panel = Panel::start().await;
    let mut john = panel.signed_in("John Doe").await;
    let page = compose(&mut john, &panel).await;
    let list = "sam@partner.example\nlena.lee@woodgrove.example\nx<y&\"z";
    let typed = [("address", list), ("message", "Hello"), ("until", "2090-01-01"), ("cc", "a@b.example")];
    let again = john.press(&page, "Send invitation", &typed).await.expect(200);
    html::assert_harmless(&again.body, "a refused list");
    assert!(again.path.contains("again="), "{}", again.path);
    let text = again.text();
    assert!(text.contains(text::words(Code::SomeRefused).title), "{text}");
    for says in [
        "sam@partner.exampleWill be invited".to_owned(),
        format!("lena.lee@woodgrove.example{}", text::words(Code::HomeDomain).title),
        format!("x<y&\"z{}", text::words(Code::AddressInvalid).title),
    ] {
        assert!(text.contains(&says), "{says}: {text}");
    }
    assert!(panel.deliver().await.is_empty(), "nothing was sent");
    let form = again.form("Send invitation");
    for (field, value) in typed {
        assert_eq!(form.field(field), Some(value), "{field}");
    }
    // What was filled in is not folded away.
    let details = html::tags(&again.body).into_iter().find(|tag| tag.name == "details").unwrap();
    assert!(details.get("open").is_some());
    let done = john.press(&again, "Send invitation", &[("address", "sam@partner.example")]).await.expect(200);
    assert!(done.text().contains("is on its way"), "{}", done.text());
}

#[tokio::test]
async fn each_option_is_refused_at_its_field() {
    let panel = Panel::start().await;
    let mut john = panel.signed_in("John Doe").await;
    for (field, value, code) in [
        ("until", "2001-01-01", Code::DatePast),
        ("until", "soon", Code::DateInvalid),
        ("days", "0", Code::ValidityInvalid),
        ("language", "tlh", Code::LanguageUnknown),
        ("sponsor", "nobody@partner.example", Code::SponsorUnknown),
        ("cc", "a@b.example c", Code::CcInvalid),
        ("landing", "https://evil.example/", Code::RedirectNotAllowed),
    ] {
        let page = compose(&mut john, &panel).await;
        let folded = html::tags(&page.body).into_iter().find(|tag| tag.name == "details").unwrap();
        assert!(folded.get("open").is_none(), "options are folded away at first");
        let typed = [("address", "sam@partner.example"), (field, value)];
        let again = john.press(&page, "Send invitation", &typed).await.expect(200);
        assert!(again.text().contains(text::words(code).title), "{field}: {}", again.text());
        let tags = html::tags(&again.body);
        let input = tags.iter().find(|tag| tag.get("id") == Some(field)).unwrap();
        assert_eq!(input.get("aria-invalid"), Some("true"), "{field}");
        let error = tags.iter().find(|tag| tag.get("class") == Some("error")).unwrap();
        assert!(input.get("aria-describedby").unwrap().split(' ').any(|id| Some(id) == error.get("id")), "{field}");
        assert!(tags.iter().any(|tag| tag.name == "details" && tag.get("open").is_some()), "{field}");
        assert!(tags.iter().any(|tag| tag.get("href") == Some(&*format!("#{field}"))), "{field} is led to");
    }
    assert!(panel.deliver().await.is_empty());
}

#[tokio::test]
async fn what_they_are_invited_to_is_ticked() {
    let panel = Panel::start().await;
    let mut ada = panel.signed_in("Ada Admin").await;
    let mut john = panel.signed_in("John Doe").await;
    let (aurora, app) = (panel.group(AURORA).await.to_string(), panel.app("design-review").await.to_string());

    let page = ada.open("/guests/invite").await.expect(200);
    let again = ada.press(&page, "Send invitation", &[("address", "sam@partner.example")]).await.expect(200);
    assert!(again.text().contains(text::words(Code::NothingChosen).title), "{}", again.text());
    assert_eq!(again.form("Send invitation").field("address"), Some("sam@partner.example"));

    let fields = [("groups[]", &*aurora), ("apps[]", &*app), ("address", "not an address"), ("directory", "")];
    let again = ada.post("/api/invitations/create", &fields).await;
    let again = ada.follow(again).await.expect(200);
    let form = again.form("Send invitation");
    assert_eq!((form.field("groups[]"), form.field("apps[]")), (Some(&*aurora), Some(&*app)), "they stay ticked");
    let told = ada.press(&again, "Send invitation", &[("address", "sam@partner.example")]).await.expect(200);
    assert!(told.text().contains("sam@partner.exampleInvited"), "{}", told.text());
    let mail = panel.mail_to("sam@partner.example").await.mail;
    assert!(mail.text.contains("Aurora partners") && mail.text.contains("Design review"), "{}", mail.text);

    // The directory alone is for administrators.
    ada.call("/api/invitations/create", &[("directory", "1"), ("address", "kim@partner.example")]).await.expect(200);
    let refused = john.call("/api/invitations/create", &[("directory", "1"), ("address", "lea@partner.example")]).await;
    assert!((400..404).contains(&refused.status), "{} {}", refused.status, refused.body);
    // What somebody does not manage is neither offered nor taken.
    let page = john.open("/guests/invite").await.expect(200);
    assert!(page.text().contains("Aurora partners") && !page.text().contains("Timber suppliers"));
    let timber = panel.group(TIMBER).await.to_string();
    // The catalogue shows it to him, so he may know that it is there.
    john.call("/api/invitations/create", &[("groups[]", &timber), ("address", "lea@partner.example")])
        .await
        .expect(403);
    john.get(&format!("/invitations/preview?groups%5B%5D={timber}")).await.expect(403);
    // A link puts no words into our mouth; what is posted is shown as it would leave.
    let aurora = panel.group(AURORA).await;
    let words = "Call this number at once";
    let link = format!("/invitations/preview?group={aurora}&message={}", words.replace(' ', "+"));
    assert!(!john.get(&link).await.expect(200).body.contains(words));
    let aurora = aurora.to_string();
    let posted = john.post("/invitations/preview", &[("group", &aurora), ("message", words)]).await.expect(200);
    assert!(posted.body.contains(words));
    // The one that the address names is ticked.
    let page = ada.open(&format!("/guests/invite?group={timber}&app={app}&app=nonsense")).await.expect(200);
    let form = page.form("Send invitation");
    assert_eq!((form.field("groups[]"), form.field("apps[]")), (Some(&*timber), Some(&*app)));
}

#[tokio::test]
async fn addresses_are_checked_while_they_are_typed() {
    let panel = Panel::start().await;
    let mut john = panel.signed_in("John Doe").await;
    let (mut guest, _) = panel.guest(JOHN, AURORA, "mira@studio.example").await;
    panel.invite(JOHN, AURORA, "nora@studio.example", "").await;
    panel.deliver().await;
    let group = panel.group(AURORA).await.to_string();
    let list = "sam@partner.example, mira@studio.example, nora@studio.example, x@woodgrove.example, nonsense";
    let fields = [("group", &*group), ("address", list)];
    let audited = panel.audit().await.len();
    let answer = john.call("/api/invitations/check", &fields).await.expect(200);
    let found: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    let found: Vec<_> = found.as_array().unwrap().iter().map(|one| &one["standing"]).collect();
    let is = |is: &str| serde_json::json!({ "is": is });
    let refused = |code: &str| serde_json::json!({ "is": "refused", "code": code });
    let expected = [is("new"), is("hasAll"), is("invited"), refused("homeDomain"), refused("invalidEmail")];
    assert_eq!(found, expected.iter().collect::<Vec<_>>());
    assert_eq!(panel.audit().await.len(), audited, "it changes nothing");
    assert!(panel.deliver().await.is_empty());

    panel.browser().call("/api/invitations/check", &fields).await.expect(401);
    guest.call("/api/invitations/check", &fields).await.expect(403);
    panel.signed_in("Lena Lee").await.call("/api/invitations/check", &fields).await.expect(404);
    let many = (0..101).map(|n| format!("a{n}@partner.example")).collect::<Vec<_>>().join(",");
    let answer = john.call("/api/invitations/check", &[("group", &group), ("address", &many)]).await.expect(400);
    assert!(answer.body.contains("tooManyAddresses"), "{}", answer.body);
    john.call("/api/invitations/check", &[("group", "x"), ("address", "a@b.example")]).await.expect(404);
}

#[tokio::test]
async fn links_are_shown_to_one_session_for_a_quarter_of_an_hour() {
    let panel = Panel::start().await;
    let mut john = panel.signed_in("John Doe").await;
    let mut elsewhere = panel.signed_in("John Doe").await;
    let mut ada = panel.signed_in("Ada Admin").await;
    let group = panel.group(AURORA).await.to_string();
    let fields = [("group", &*group), ("address", "sam@partner.example"), ("without_mail", "1")];
    let answer = john.post("/api/invitations/create", &fields).await.expect(302);
    let path = answer.location().to_owned();
    assert!(path.starts_with("/guests/invited?told=") && !path.contains("ticket"), "{path}");
    assert!(panel.deliver().await.is_empty(), "no mail was asked for");
    let page = john.follow(answer).await.expect(200);
    let shown = labelled(&page, "Link for");
    let ticket = shown.split("ticket=").nth(1).unwrap().to_owned();
    assert!(shown.starts_with(&format!("{}/redeem?ticket=", panel.url)), "{shown}");
    assert!(john.open(&path).await.expect(200).text().contains(&shown), "a reload shows it again");
    elsewhere.open(&path).await.expect(404);
    ada.open(&path).await.expect(404);
    // It works, in anybody's hands, as far as the proof of the address.
    panel.browser().open(&format!("/redeem?ticket={ticket}")).await.expect(200);
    // Neither the ticket nor the page's text is in a row as it is.
    let like = format!("UPDATE saved_forms SET form = form WHERE CAST(fields AS TEXT) LIKE '%{ticket}%'");
    assert_eq!(panel.change(&like).await, 0);
    let like = "UPDATE saved_forms SET form = form WHERE CAST(fields AS TEXT) LIKE '%sam@partner.example%'";
    assert_eq!(panel.change(like).await, 0);

    panel.clock.advance(Duration::minutes(15));
    let gone = john.open(&path).await.expect(404);
    assert!(!gone.body.contains(&ticket));

    // A further one is made on the guest's page, and the first stays good.
    let list = john.open("/guests").await.expect(200);
    let page = john.press(&list, "Copy the link for Sam", &[]).await;
    assert_ne!(labelled(&page.expect(200), "Link for"), shown);
    panel.browser().open(&format!("/redeem?ticket={ticket}")).await.expect(200);
}

#[tokio::test]
async fn an_invitation_is_steered_from_the_guests_page() {
    let panel = Panel::start().await;
    let mut john = panel.signed_in("John Doe").await;
    let user = panel.invite(JOHN, AURORA, "mira@studio.example", "Hello <b>Mira</b>").await;
    let first = panel.mail_to("mira@studio.example").await.redeem_path();
    let path = format!("/guests/{user}");
    let page = john.open(&path).await.expect(200);
    html::assert_harmless(&page.body, "a guest's page");
    for says in ["mira@studio.example", "Pending", "Hello <b>Mira</b>", "Aurora partners", "John Doe"] {
        assert!(page.text().contains(says), "{says}: {}", page.text());
    }
    let page = john.press(&page, "Send again to Mira", &[]).await.expect(200);
    assert!(page.text().contains("on its way again"), "{}", page.text());
    assert_ne!(panel.mail_to("mira@studio.example").await.redeem_path(), first);

    let again = john.press(&page, "Extend the invitation of Mira", &[("days", "366")]).await.expect(200);
    assert!(again.text().contains(text::words(Code::ValidityInvalid).title), "{}", again.text());
    let page = john.press(&again, "Extend the invitation of Mira", &[("days", "90")]).await.expect(200);
    assert!(page.text().contains("open for longer"), "{}", page.text());
    panel.clock.advance(Duration::days(40));
    panel.browser().open(&first).await.expect(200);
    let mut john = panel.signed_in("John Doe").await;

    let page = john.open(&path).await.expect(200);
    let asked = john.open(&link(&page, &format!("{path}/revoke"))).await.expect(200);
    assert!(asked.heading().contains("Revoke the invitation of Mira?"), "{}", asked.text());
    assert!(asked.text().contains("Aurora partners"));
    let page = john.press(&asked, "Revoke", &[]).await.expect(200);
    assert!(page.text().contains("Revoked") && page.path.contains("done=revoke"), "{}", page.text());
    panel.browser().open(&first).await.expect(410);
    // A second press finds nothing to do, and says so.
    let page = john.press(&asked, "Revoke", &[]).await;
    assert!(page.text().contains(text::words(Code::InvitationEnded).title), "{}", page.text());

    let page = john.open(&path).await.expect(200);
    let page = john.press(&page, "Invite Mira again", &[]).await.expect(200);
    assert!(page.text().contains("A new invitation is on its way."), "{}", page.text());
    let second = panel.mail_to("mira@studio.example").await.redeem_path();
    panel.browser().open(&second).await.expect(200);
}

#[tokio::test]
async fn steering_caller_by_caller() {
    let panel = Panel::start().await;
    let mira = panel.invite(JOHN, AURORA, "mira@studio.example", "").await;
    panel.deliver().await;
    let mira_text = mira.to_string();
    let mut john = panel.signed_in("John Doe").await;
    let page = john.open(&format!("/guests/{mira}")).await;
    let invitation = page.form("Send again to Mira").field("invitation").unwrap().to_owned();
    let mut callers = vec![("nobody", panel.browser(), 401)];
    callers.push(("a guest of another group", panel.guest(OMAR, TIMBER, "tess@sawmill.example").await.0, 404));
    callers.push(("a guest of the group", panel.guest(JOHN, AURORA, "nora@studio.example").await.0, 404));
    for (name, status) in [("Lena Lee", 404), ("Omar Owner", 404), ("Ana Ruiz", 404), ("Ada Admin", 200)] {
        callers.push((name, panel.signed_in(name).await, status));
    }
    callers.push(("the owner", john, 200));
    for (who, browser, expected) in &mut callers {
        let steer = [("action", "extend"), ("invitation", &*invitation), ("guest", &*mira_text), ("days", "60")];
        let answer = browser.call("/api/invitations/steer", &steer).await;
        assert_eq!(answer.status, *expected, "{who} extending: {}", answer.body);
        let answer = browser.call("/api/invitations/link", &[("invitation", &invitation), ("guest", &mira_text)]).await;
        assert_eq!(answer.status, *expected, "{who} asking for a link: {}", answer.body);
        assert!(!answer.body.contains("ticket"), "{who}: {}", answer.body);
        // In bulk everybody is told what was done, and whom the caller may not see is not named.
        let answer = browser.post("/api/guests/steer", &[("action", "extend"), ("users[]", &mira_text)]).await;
        let page = browser.follow(answer).await;
        assert_eq!(page.text().contains("open for longer"), *expected == 200, "{who}: {}", page.text());
        assert!(*expected == 200 || !page.text().to_lowercase().contains("mira"), "{who}: {}", page.text());
    }
    for (who, browser, expected) in callers.iter_mut().take(6) {
        let answer = browser.call("/api/guests/withdraw", &[("guest", &mira_text)]).await;
        assert_eq!(answer.status, *expected, "{who} withdrawing: {}", answer.body);
        for action in GuestAction::ALL {
            let steer = [("action", action.as_str()), ("invitation", &*invitation), ("guest", &*mira_text)];
            let status = browser.call("/api/invitations/steer", &steer).await.status;
            assert!(status >= 400, "{who}: {action}: {status}");
        }
    }
}

#[tokio::test]
async fn many_are_steered_at_once_and_the_others_are_named() {
    let panel = Panel::start().await;
    let mut john = panel.signed_in("John Doe").await;
    let (_, tom) = panel.guest(JOHN, AURORA, "tom@studio.example").await;
    let mut users = vec![tom.to_string()];
    for name in ["mira", "nora"] {
        users.push(panel.invite(JOHN, AURORA, &format!("{name}@studio.example"), "").await.to_string());
    }
    panel.deliver().await;
    let fields: Vec<_> = users.iter().map(|user| ("users[]", user.as_str())).collect();
    let with = |action, list| [fields.clone(), vec![("action", action), ("list", list)]].concat();

    let answer = john.post("/api/guests/steer", &with("resend", "sort=name&q=studio&evil=//x")).await.expect(302);
    assert!(answer.location().starts_with("/guests?sort=name&q=studio&told="), "{}", answer.location());
    let page = john.follow(answer).await.expect(200);
    assert!(page.text().contains("2 invitations are on their way again."), "{}", page.text());
    assert!(page.text().contains(&format!("Tom: {}", text::words(Code::InvitationEnded).title)), "{}", page.text());
    assert_eq!(panel.deliver().await.len(), 2);

    let page = john.post("/api/guests/steer", &[("action", "resend")]).await;
    let page = john.follow(page).await.expect(200);
    assert!(page.text().contains(text::words(Code::NobodyChosen).title), "{}", page.text());

    // Revoking is asked about first, and names them.
    let query = super::browser::encode(&with("revoke", ""));
    let asked = john.open(&format!("/guests/confirm?{query}")).await.expect(200);
    for says in ["Revoke the invitations of 3 guests?", "Mira", "Nora", "Tom"] {
        assert!(asked.text().contains(says), "{says}: {}", asked.text());
    }
    assert!(panel.deliver().await.is_empty());
    let page = john.press(&asked, "Revoke", &[]).await.expect(200);
    assert!(page.text().contains("2 invitations have been revoked."), "{}", page.text());
    // Nobody learns of names by asking about ids.
    let mut omar = panel.signed_in("Omar Owner").await;
    let asked = omar.open(&format!("/guests/confirm?{query}")).await.expect(400);
    assert!(!asked.text().contains("Mira") && asked.text().contains(text::words(Code::NobodyChosen).title));
    john.open("/guests/confirm?action=resend").await.expect(400);
    john.open("/guests/confirm").await.expect(400);
}

#[tokio::test]
async fn the_list_is_narrowed_searched_and_paged() {
    let panel = Panel::start().await;
    let mut john = panel.signed_in("John Doe").await;
    panel.directory.import("[invitations]\ninviter_per_hour = 0\ninviter_per_day = 0\n", false).await.unwrap();
    for n in 0..55 {
        panel.invite(JOHN, AURORA, &format!("guest{n:02}@partner.example"), "").await;
    }
    panel.guest(JOHN, AURORA, "zoe@studio.example").await;
    panel.invite(OMAR, TIMBER, "tess@sawmill.example", "").await;
    let rows = |page: &Answer| page.body.matches("aria-label=\"Choose ").count() - 1;
    let page = john.open("/guests?sort=name").await.expect(200);
    assert_eq!(rows(&page), 50);
    let next = john.open(&link(&page, "/guests?sort=name&after=")).await.expect(200);
    assert_eq!(rows(&next), 6);
    assert!(next.text().contains("zoe@studio.example") && !page.text().contains("zoe@studio.example"));
    assert!(!next.text().contains("tess@sawmill.example"), "somebody else's guest");
    let waiting = john.open("/guests?filter=waiting&q=guest0").await.expect(200);
    assert_eq!(rows(&waiting), 10);
    assert_eq!(rows(&john.open("/guests?filter=accepted").await), 1);
    let aurora = panel.group(AURORA).await;
    assert_eq!(rows(&john.open(&format!("/guests?within={aurora}&q=zoe")).await), 1);
    let none = john.open("/guests?q=nobody%3Cscript%3E").await.expect(200);
    html::assert_harmless(&none.body, "a search");
    assert!(none.text().contains("Nobody matches") && none.body.contains("nobody&lt;script&gt;"));
    for nonsense in ["filter=x&sort=y&within=z&after=w", "after=%00", "within=%27", "filter=ended&after=a.b"] {
        john.open(&format!("/guests?{nonsense}")).await.expect(200);
    }
    // Everyone's are for administrators.
    john.open("/guests?everyone=1").await.expect(403);
    let mut ada = panel.signed_in("Ada Admin").await;
    assert!(ada.open("/guests?everyone=1&q=tess").await.text().contains("tess@sawmill.example"));
    // Who owns nothing is told what to do.
    let lena = panel.signed_in("Lena Lee").await.open("/guests").await.expect(200);
    assert!(lena.text().contains("you need to own a group"), "{}", lena.text());
    assert!(!lena.has_button("Show"));
}

#[tokio::test]
async fn withdrawing_names_what_it_ends() {
    let panel = Panel::start().await;
    let mut john = panel.signed_in("John Doe").await;
    let (mut guest, mira) = panel.guest(JOHN, AURORA, "mira@studio.example").await;
    guest.get("/demo/apps/design-review").await.expect(200);
    let page = john.open(&format!("/guests/{mira}/withdraw")).await.expect(200);
    assert!(page.text().contains("Aurora partners ends with their very next click."), "{}", page.text());
    guest.get("/demo/apps/design-review").await.expect(200);
    let page = john.press(&page, "Withdraw", &[]).await.expect(200);
    assert!(page.text().contains("Their access has been withdrawn."), "{}", page.text());
    assert!(guest.get("/demo/apps/design-review").await.status >= 300);
}

#[tokio::test]
async fn a_guest_answers_what_waits_for_them() {
    let panel = Panel::start().await;
    let (mut guest, mira) = panel.guest(JOHN, AURORA, "mira@studio.example").await;
    assert!(!guest.open("/profile").await.expect(200).text().contains("Invitations waiting for you"));
    // Nothing leaves an invitation open for somebody who is in, but a proof that comes while they are signed in.
    let reopen =
        "UPDATE invitations SET state = 'pending', message = '<b>Come</b>' WHERE address_norm = 'mira@studio.example'";
    for (answer, says) in [
        ("Accept Aurora partners, Design review", "Accepted."),
        ("Decline Aurora partners, Design review", "Declined."),
    ] {
        assert_eq!(panel.change(reopen).await, 1, "{mira}");
        let page = guest.open("/profile").await.expect(200);
        html::assert_harmless(&page.body, "a profile");
        for shown in ["Invitations waiting for you", "Aurora partners", "John Doe", "<b>Come</b>"] {
            assert!(page.text().contains(shown), "{shown}: {}", page.text());
        }
        // It is for nobody else to answer.
        let invitation = page.form(answer).field("invitation").unwrap().to_owned();
        let fields = [("invitation", &*invitation), ("answer", "accept")];
        panel.signed_in("John Doe").await.call("/api/invitations/answer", &fields).await.expect(404);
        let page = guest.press(&page, answer, &[]).await.expect(200);
        assert!(page.text().contains(says), "{}", page.text());
        assert!(!page.text().contains("Invitations waiting for you"), "{}", page.text());
    }
}
