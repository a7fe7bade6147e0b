//! The permission table over HTTP, caller by caller: what they may not see is 404, what they see but may not do is 403.

use uuid::Uuid;

use super::{
    browser::Browser,
    panel::{AURORA, JOHN, OMAR, Panel, TIMBER},
};

/// Who calls; the columns of every table below.
const CALLERS: [&str; 10] = [
    "nobody",
    "a guest of another group",
    "a guest of the group",
    "a member with nothing",
    "the owner of other groups",
    "a member of the group",
    "the owner",
    "an administrator",
    "a guest inviter",
    "an auditor",
];

struct World {
    panel: Panel,
    group: Uuid,
    ana: Uuid,
    mira: Uuid,
    callers: Vec<Browser>,
}

async fn world() -> World {
    let panel = Panel::start().await;
    let (mira, mira_id) = panel.guest(JOHN, AURORA, "mira@studio.example").await;
    let mut callers = vec![panel.browser(), panel.guest(OMAR, TIMBER, "tess@sawmill.example").await.0, mira];
    for person in ["Lena Lee", "Omar Owner", "Ana Ruiz", "John Doe", "Ada Admin", "Emma Lindqvist", "Henrik Sørensen"]
    {
        callers.push(panel.signed_in(person).await);
    }
    let group = panel.group(AURORA).await;
    let ana = panel.caller("ana.ruiz@woodgrove.example", &[]).await.user_id;
    World { panel, group, ana, mira: mira_id, callers }
}

#[tokio::test]
async fn pages() {
    let World { panel, group, ana, mira, mut callers } = world().await;
    let app = panel.app("design-review").await;
    let nowhere = Uuid::from_u128(7);
    let everybody = [303, 200, 200, 200, 200, 200, 200, 200, 200, 200];
    let nothing = [303, 404, 404, 404, 404, 404, 404, 404, 404, 404];
    let looking = [303, 404, 403, 404, 404, 403, 403, 200, 404, 200];
    let running = [303, 404, 403, 404, 404, 403, 403, 200, 404, 403];
    let inviting = [303, 404, 403, 404, 404, 403, 200, 200, 404, 403];
    for (path, expected) in [
        ("/".to_owned(), everybody),
        ("/groups".to_owned(), everybody),
        ("/profile".to_owned(), everybody),
        ("/guests".to_owned(), everybody),
        ("/guests?filter=ended".to_owned(), everybody),
        ("/guests?everyone=1".to_owned(), [303, 403, 403, 403, 403, 403, 403, 200, 403, 200]),
        // Guests may not invite at all, unless the policy says so; whoever owns nothing is told what to do.
        ("/guests/invite".to_owned(), [303, 403, 403, 200, 200, 200, 200, 200, 200, 200]),
        ("/guests/invited".to_owned(), nothing),
        ("/guests/invited?told=x".to_owned(), nothing),
        (format!("/guests/{mira}"), [303, 404, 404, 404, 404, 404, 200, 200, 404, 200]),
        (format!("/guests/{mira}/withdraw"), [303, 404, 404, 404, 404, 404, 200, 200, 404, 403]),
        (format!("/guests/{mira}/revoke?invitation={nowhere}"), nothing),
        (format!("/guests/{ana}"), nothing),
        (format!("/guests/{nowhere}"), nothing),
        (format!("/groups/{group}"), [303, 404, 200, 404, 404, 200, 200, 200, 404, 200]),
        (format!("/groups/{group}/invite"), inviting),
        (format!("/groups/{group}/members/{ana}/remove"), inviting),
        (format!("/invitations/preview?group={group}"), inviting),
        // Administrators and auditors see it, and cannot open it.
        (format!("/apps/{app}/launch"), [303, 404, 302, 404, 404, 302, 302, 403, 404, 403]),
        ("/apps/managed".to_owned(), everybody),
        (format!("/apps/{app}"), [303, 404, 200, 404, 404, 200, 200, 200, 404, 200]),
        (format!("/apps/{app}/people"), looking),
        (format!("/apps/{app}/history"), looking),
        (format!("/apps/{app}/people/add"), running),
        (format!("/apps/{app}/settings"), running),
        (format!("/apps/{app}/off"), running),
        (format!("/apps/{app}/sign-in"), running),
        (format!("/apps/{app}/sign-in?kind=oidc"), running),
        (format!("/apps/{app}/test"), running),
        (format!("/apps/{app}/sign-ins"), looking),
        (format!("/apps/{app}/secret?told=x"), [303, 404, 403, 404, 404, 403, 403, 404, 404, 403]),
        (format!("/apps/{app}/secrets/{nowhere}/delete"), [303, 404, 403, 404, 404, 403, 403, 404, 404, 403]),
        ("/apps/new".to_owned(), [303, 403, 403, 403, 403, 403, 403, 200, 403, 403]),
        ("/profile/sign-ins".to_owned(), everybody),
        ("/admin/sign-ins".to_owned(), [303, 403, 403, 403, 403, 403, 403, 200, 403, 200]),
        (format!("/apps/{app}/people/{ana}"), [303, 404, 403, 404, 404, 403, 403, 404, 404, 404]),
        (format!("/apps/{app}/groups/{nowhere}/remove"), [303, 404, 403, 404, 404, 403, 403, 404, 404, 403]),
        (format!("/apps/{nowhere}"), nothing),
        (format!("/apps/{nowhere}/people"), nothing),
        (format!("/apps/{nowhere}/settings"), nothing),
        ("/demo/apps/design-review".to_owned(), [303, 403, 200, 403, 403, 200, 200, 403, 403, 403]),
        ("/profile/leave".to_owned(), [303, 200, 200, 403, 403, 403, 403, 403, 403, 403]),
        (format!("/groups/{nowhere}"), nothing),
        (format!("/groups/{nowhere}/invite"), nothing),
        (format!("/groups/{nowhere}/members/{ana}/remove"), nothing),
        (format!("/apps/{nowhere}/launch"), nothing),
    ] {
        for ((caller, browser), expected) in CALLERS.iter().zip(&mut callers).zip(expected) {
            let answer = browser.get(&path).await;
            assert_eq!(answer.status, expected, "{caller} at {path}: {}", answer.text());
        }
    }
}

/// What those who run an app do, by everyone: design review belongs to nobody, so administrators run it.
#[tokio::test]
async fn running_an_app() {
    let World { panel, ana, mut callers, .. } = world().await;
    let app = panel.app("design-review").await.to_string();
    let (ana, lena) = (ana.to_string(), "lena.lee@woodgrove.example");
    let expected = [401, 404, 403, 404, 404, 403, 403, 200, 404, 403];
    for (index, (caller, expected)) in CALLERS.iter().zip(expected).enumerate() {
        let browser = &mut callers[index];
        let edit =
            [("app", &*app), ("name", "Design review"), ("url", "https://apps.example/"), ("description", caller)];
        for (path, fields) in [
            ("/api/apps/edit", &edit[..]),
            ("/api/apps/switch", &[("app", &*app), ("on", "1")]),
            ("/api/apps/assign", &[("app", &*app), ("person", lena), ("until", "2099-01-01")]),
            ("/api/apps/owner", &[("app", &*app), ("owner", lena)]),
            ("/api/apps/owner", &[("app", &*app), ("action", "remove"), ("user", &*ana)]),
            ("/api/apps/approver", &[("app", &*app), ("approver", lena)]),
            ("/api/apps/remove", &[("app", &*app), ("user", &*ana)]),
            ("/api/apps/until", &[("app", &*app), ("user", &*ana)]),
        ] {
            let answer = browser.call(path, fields).await;
            let guest = index == 1 || index == 2;
            let removes = fields.iter().any(|(name, _)| *name == "user");
            let expected = match (path, expected) {
                // A guest finds nobody, whatever the app.
                (_, 403 | 404) if guest && fields.iter().any(|(_, value)| *value == lena) => 400,
                // Ana has it through a group, and owns nothing.
                (_, 200) if removes => 404,
                (_, other) => other,
            };
            assert_eq!(answer.status, expected, "{caller} at {path} with {fields:?}: {}", answer.body);
        }
    }
}

/// Texts that are no ids, no days and no people lead back to the form, with what was typed.
#[tokio::test]
async fn refused_forms_of_an_app_come_back() {
    let panel = Panel::start().await;
    let (mut omar, app) = (panel.signed_in("Omar Owner").await, panel.app("timber-library").await);
    let id = app.to_string();
    let wrong = [("app", &*id), ("person", "nobody of that name"), ("until", "31.12.2099")];
    let answer = omar.post("/api/apps/assign", &wrong).await.expect(302);
    let page = omar.follow(answer).await.expect(200);
    assert!(page.body.contains("nobody of that name") && page.body.contains("31.12.2099"), "{}", page.text());
    for (path, back) in [
        ("/api/apps/edit", "/apps/managed"),
        ("/api/apps/switch", "/apps/managed"),
        ("/api/apps/assign", "/apps/managed"),
        ("/api/apps/group", "/apps/managed"),
    ] {
        let answer = omar.post(path, &[("app", "//evil.example/"), ("group", "x")]).await.expect(302);
        assert!(answer.location().starts_with(back), "{path} leads to {}", answer.location());
    }
}

#[tokio::test]
async fn server_functions() {
    let World { panel, group, ana, mut callers, .. } = world().await;
    let expected = [401, 404, 403, 404, 404, 403, 200, 200, 404, 403];
    let (group_text, ana_text) = (group.to_string(), ana.to_string());
    for (index, (caller, expected)) in CALLERS.iter().zip(expected).enumerate() {
        let browser = &mut callers[index];
        let preview = browser.call("/invitations/preview", &[("group", &group_text)]).await;
        assert_eq!(preview.status, expected, "{caller} previewing: {}", preview.body);

        let address = format!("invited{index}@partner.example");
        let fields = [("group", &*group_text), ("address", &*address), ("message", "")];
        let answer = browser.call("/api/invitations/create", &fields).await;
        assert_eq!(answer.status, expected, "{caller} inviting: {}", answer.body);
        let invited = panel.deliver().await.iter().any(|sent| sent.to == address);
        assert_eq!(invited, expected == 200, "{caller}: a mail, or none");

        // Those who may, remove somebody invited for that; the others try it with Ana.
        let victim = if expected == 200 {
            panel.invite(JOHN, AURORA, &format!("victim{index}@partner.example"), "").await.to_string()
        } else {
            ana_text.clone()
        };
        let answer = browser.call("/api/memberships/remove", &[("group", &group_text), ("user", &victim)]).await;
        assert_eq!(answer.status, expected, "{caller} removing: {}", answer.body);
    }
    let somebodys = {
        let john = panel.caller(JOHN, &[]).await;
        panel.directory.my_sessions(&john, &[]).await.unwrap()[0].id.to_string()
    };
    for (index, caller) in CALLERS.iter().enumerate().filter(|(index, _)| *index != 6) {
        let answer = callers[index].call("/api/sessions/end", &[("session", &somebodys)]).await;
        assert_eq!(answer.status, if index == 0 { 401 } else { 404 }, "{caller} ending a session of John's");
    }
    callers[5].open("/demo/apps/design-review").await.expect(200);
    for (index, expected) in [401, 200, 200, 403, 403, 403, 403, 403, 403, 403].into_iter().enumerate() {
        let answer = callers[index].call("/api/users/leave", &[]).await;
        assert_eq!(answer.status, expected, "{} leaving: {}", CALLERS[index], answer.body);
    }
    callers[6].get("/").await.expect(200);
}

#[tokio::test]
async fn who_may_invite_where() {
    let panel = Panel::start().await;
    let people = ["Ada Admin", "Emma Lindqvist", "John Doe", "Omar Owner"];
    let mut browsers = Vec::new();
    for person in people {
        browsers.push(panel.signed_in(person).await);
    }
    // Aurora partners accepts guests, and John owns it. People and culture is Emma's, Front office is Omar's; neither
    // accepts guests.
    let mut round = 0;
    for (policy, expected) in [
        (
            "adminsGuestInvitersAndAllMembers",
            [
                ("aurora-partners", [200, 404, 200, 404]),
                ("people-and-culture", [200, 200, 404, 404]),
                ("front-office", [200, 404, 404, 403]),
            ],
        ),
        (
            "adminsAndGuestInviters",
            [
                ("aurora-partners", [200, 404, 403, 404]),
                ("people-and-culture", [200, 200, 404, 404]),
                ("front-office", [200, 404, 404, 403]),
            ],
        ),
        (
            "none",
            [
                ("aurora-partners", [403, 404, 403, 404]),
                ("people-and-culture", [403, 403, 404, 404]),
                ("front-office", [403, 404, 404, 403]),
            ],
        ),
    ] {
        panel.directory.import(&format!("[invitations]\npolicy = \"{policy}\"\n"), false).await.unwrap();
        for (key, expected) in expected {
            let group = panel.group(key).await.to_string();
            for ((person, browser), expected) in people.iter().zip(&mut browsers).zip(expected) {
                round += 1;
                let address = format!("guest{round}@partner.example");
                let answer = browser.call("/api/invitations/create", &[("group", &group), ("address", &address)]).await;
                assert_eq!(answer.status, expected, "{policy}: {person} to {key}: {}", answer.body);
                let page = browser.get(&format!("/groups/{group}/invite")).await;
                assert_eq!(page.status, expected, "{policy}: {person} at the form of {key}");
                let button = browser.get(&format!("/groups/{group}")).await.text().contains("Invite a guest");
                assert_eq!(button, expected == 200, "{policy}: {person} sees the button of {key}");
            }
        }
    }
}

#[tokio::test]
async fn domain_rules_bind_everybody() {
    let panel = Panel::start().await;
    panel.directory.import("[domains]\ndeny = [\".evil.example\"]\n", false).await.unwrap();
    let group = panel.group(AURORA).await.to_string();
    for person in ["John Doe", "Ada Admin"] {
        let mut browser = panel.signed_in(person).await;
        for (address, code) in [
            ("x@sub.evil.example", "domainBlocked"),
            ("x@EVIL.example", "domainBlocked"),
            ("new@woodgrove.example", "homeDomain"),
            (JOHN, "homeDomain"),
        ] {
            let answer = browser.call("/api/invitations/create", &[("group", &group), ("address", address)]).await;
            assert!((400..404).contains(&answer.status) && answer.body.contains(code), "{address}: {}", answer.body);
        }
    }
    assert!(panel.deliver().await.is_empty());
}

/// Nothing on a guest's pages tells of other people, groups or apps.
#[tokio::test]
async fn a_guest_sees_the_group_and_the_app_that_were_given_and_nothing_else() {
    let panel = Panel::start().await;
    let own = "mira@studio.example";
    panel.guest(JOHN, AURORA, "other@studio.example").await;
    let (mut guest, user) = panel.guest(JOHN, AURORA, own).await;
    let group = panel.group(AURORA).await;
    let ana = panel.caller("ana.ruiz@woodgrove.example", &[]).await.user_id;
    let (finance, invoices) = (panel.group("finance").await, panel.app("invoices").await);
    let design = panel.app("design-review").await;
    let foreign = [
        "Everyone",
        "Aurora team",
        "Timber suppliers",
        "Front office",
        "Finance",
        "People and culture",
        "Calendar",
        "Travel",
        "Help desk",
        "Expenses",
        "Site diary",
        "Project budget",
        "Timber library",
        "Front desk",
        "Invoices",
        "Recruiting",
        "Ana Ruiz",
        "Lena Lee",
        "Ada Admin",
        "Omar Owner",
    ];
    for visibility in ["limited", "restricted"] {
        panel.directory.import(&format!("[guests]\nvisibility = \"{visibility}\"\n"), false).await.unwrap();
        for path in [
            "/".to_owned(),
            "/?q=a".to_owned(),
            "/groups".to_owned(),
            format!("/groups/{group}"),
            format!("/groups/{group}?q=ana"),
            format!("/groups/{group}?done=invited&who={ana}"),
            format!("/groups/{group}/invite"),
            format!("/groups/{group}/members/{ana}/remove"),
            format!("/groups/{group}/members/{user}/remove"),
            format!("/groups/{finance}"),
            format!("/groups/{group}/members/{user}"),
            format!("/groups/{group}/members/{ana}"),
            format!("/groups/{group}/history"),
            format!("/groups/{group}/add"),
            format!("/groups/{group}/join"),
            format!("/groups/{group}/leave"),
            "/groups/deleted".to_owned(),
            format!("/apps/{design}"),
            format!("/apps/{design}/people"),
            format!("/apps/{design}/request"),
            format!("/apps/{invoices}"),
            format!("/apps/{invoices}/launch"),
            "/apps/managed".to_owned(),
            "/collections".to_owned(),
            "/requests".to_owned(),
            "/notices".to_owned(),
            "/people/found?field=person&q=a".to_owned(),
            "/demo/apps/design-review".to_owned(),
            "/demo/apps/nothing".to_owned(),
            "/profile".to_owned(),
            "/profile/leave".to_owned(),
            "/nowhere".to_owned(),
        ] {
            let page = guest.get(&path).await;
            // The demo app's own pages are not the directory's.
            let directory = !path.starts_with("/demo/apps/design-review");
            let known = [own, "help.desk@woodgrove.example"];
            let text = known.iter().fold(page.body.clone(), |text, known| text.replace(known, ""));
            assert!(!text.contains('@') || !directory, "{visibility} {path} tells an address: {}", page.text());
            for name in foreign {
                assert!(!text.contains(name) || !directory, "{visibility} {path} tells of {name}");
            }
            assert!(!text.contains("Other") || !directory, "{visibility} {path} tells of another guest");
            if visibility == "restricted" {
                assert!(!text.contains("John Doe") || !directory, "{path} tells a restricted guest who owns the group");
            }
        }
    }
    assert!(guest.open("/").await.text().contains("Through Aurora partners"));
}

/// Where guests see each other, they see names, never addresses.
#[tokio::test]
async fn co_members_have_names_without_addresses() {
    let panel = Panel::start().await;
    panel.directory.import("[guests]\nvisibility = \"same as members\"\n", false).await.unwrap();
    let (mut guest, _) = panel.guest(JOHN, AURORA, "mira@studio.example").await;
    panel.invite(JOHN, AURORA, "Nora Lind <nora@glass.example>", "").await;
    let page = guest.open(&format!("/groups/{}", panel.group(AURORA).await)).await.expect(200);
    assert!(page.text().contains("Nora Lind") && page.text().contains("Ana Ruiz"), "{}", page.text());
    assert!(!page.body.contains("glass.example") && !page.body.contains("@woodgrove.example"), "{}", page.text());
    assert!(!page.has_button("Remove Nora Lind"));
    // Not by searching for it either.
    let found = guest.open(&format!("/groups/{}?q=nora%40glass", panel.group(AURORA).await)).await;
    assert!(!found.text().contains("Nora Lind"), "a search by address tells a guest whose it is");
}

/// Whoever may not see a person gets the same answer for every address.
#[tokio::test]
async fn addresses_cannot_be_tried_out() {
    let panel = Panel::start().await;
    let (mut inside, _) = panel.guest(JOHN, AURORA, "mira@studio.example").await;
    let (mut outside, _) = panel.guest(OMAR, TIMBER, "tess@sawmill.example").await;
    let mut lena = panel.signed_in("Lena Lee").await;
    let group = panel.group(AURORA).await.to_string();
    for browser in [&mut inside, &mut outside, &mut lena] {
        let mut answers = Vec::new();
        for address in [JOHN, "mira@studio.example", "tess@sawmill.example", "unheard@of.example", "no address"] {
            let fields = [("group", &*group), ("address", address)];
            let answer = browser.call("/api/invitations/create", &fields).await;
            answers.push((answer.status, answer.body));
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
    }
}

#[tokio::test]
async fn a_switched_off_app_says_so_to_those_who_have_it_only() {
    let panel = Panel::start().await;
    let (mut guest, _) = panel.guest(JOHN, AURORA, "mira@studio.example").await;
    let (mut lena, app) = (panel.signed_in("Lena Lee").await, panel.app("design-review").await);
    let file = format!(
        "[[apps]]\nkey = \"design-review\"\nname = \"Design review\"\nurl = \"{}/demo/apps/design-review\"\nenabled = false\n\
         groups = [\"aurora-partners\"]\n",
        panel.url
    );
    panel.directory.import(&file, false).await.unwrap();
    let page = guest.get(&format!("/apps/{app}/launch")).await.expect(403);
    assert_eq!(page.heading(), "Design review is switched off");
    assert!(!guest.open("/").await.text().contains("Design review"));
    lena.get(&format!("/apps/{app}/launch")).await.expect(404);
}
