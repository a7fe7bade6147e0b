//! Apps behind a proxy, as the proxy and the browser meet the gate.

use access_panel::{
    access::keys::Keys,
    model::{
        Code,
        state::{Role, UserType},
        text,
    },
};
use chrono::Duration;
use reqwest::Method;
use serde_json::Value as Json;

use super::{
    browser::{Answer, Browser},
    html,
    panel::{AURORA, JOHN, OMAR, Panel, Setup, TIMBER},
};
use crate::support::engine::Engine;

const WIKI: &str = "wiki.example";
const NOTES: &str = "notes.example:8443";
const COOKIE: &str = "__Host-access-panel";
const STARTED: &str = "__Host-access-panel-start";

/// Two apps behind proxies: everybody in *Aurora partners* has the wiki, Omar has the notes, and Ada runs both.
async fn panel_on(engine: Engine) -> Option<Panel> {
    let more = format!("{}{}", wiki(&format!("https://{WIKI}")), notes(&format!("https://{NOTES}")));
    let panel = Panel::on(engine, Setup { more, ..Setup::default() }).await?;
    Some(panel)
}

fn wiki(origin: &str) -> String {
    format!(
        "[[apps]]\nkey = \"wiki\"\nname = \"Wiki <of> all\"\nurl = \"{origin}/\"\nowners = [\"lena.lee@woodgrove.example\"]\n\
         groups = [\"{AURORA}\"]\nkind = \"forward-auth\"\nhosts = [\"{origin}\"]\n\
         told = {{ groups = \"assigned\", groups_as = \"name\" }}\n"
    )
}

fn notes(origin: &str) -> String {
    format!(
        "[[apps]]\nkey = \"notes\"\nname = \"Notes\"\nurl = \"{origin}/\"\npeople = [\"{OMAR}\", \"{JOHN}\"]\n\
         kind = \"forward-auth\"\nhosts = [\"{origin}\"]\n"
    )
}

async fn panel() -> Panel {
    panel_on(Engine::Sqlite).await.unwrap()
}

/// A browser's jar of one app's host.
struct Site {
    browser: Browser,
    host: &'static str,
}

/// A page as a browser asks for it.
const PAGE: [(&str, &str); 2] = [("accept", "text/html,application/xhtml+xml"), ("sec-fetch-mode", "navigate")];

impl Site {
    fn of(panel: &Panel, host: &'static str) -> Self {
        Self { browser: panel.browser(), host }
    }

    /// The proxy asks before a request goes on.
    async fn ask(&mut self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask_at("/forward-auth", method, path, headers).await
    }

    async fn ask_at(&mut self, at: &str, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut all = vec![
            ("x-forwarded-host", self.host),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-method", method),
            ("x-forwarded-uri", path),
        ];
        all.extend(headers);
        self.browser.send(Method::GET, at, &all, None).await
    }

    async fn open(&mut self, path: &str) -> Answer {
        self.ask("GET", path, &PAGE).await
    }

    /// The proxy passes on what is below `/.access-panel/`.
    async fn pass(&mut self, method: Method, path: &str) -> Answer {
        let mut headers = vec![("x-forwarded-host", self.host), ("x-forwarded-proto", "https")];
        headers.extend(PAGE);
        self.browser.send(method, path, &headers, None).await
    }

    /// The path of an address on this host.
    #[track_caller]
    fn here(&self, place: &str) -> String {
        let origin = format!("https://{}", self.host);
        place.strip_prefix(&origin).unwrap_or_else(|| panic!("{place} is not on {origin}")).to_owned()
    }

    /// From a page of the app to the panel's part: the path there.
    async fn begin(&mut self, panel: &Panel, path: &str) -> String {
        let start = self.open(path).await.expect(302);
        assert_eq!(start.header("cache-control"), "no-store");
        let start = self.here(start.location());
        let to_panel = self.pass(Method::GET, &start).await.expect(303);
        let place = to_panel.location();
        place.strip_prefix(&panel.url).unwrap_or_else(|| panic!("not to the panel: {place}")).to_owned()
    }

    /// The way back with a code, as a path on this host.
    async fn code(&mut self, panel: &Panel, browser: &mut Browser, path: &str) -> String {
        let there = self.begin(panel, path).await;
        let back = browser.get(&there).await.expect(303);
        self.here(back.location())
    }

    /// The whole handshake; says where it ends.
    async fn cross(&mut self, panel: &Panel, browser: &mut Browser, path: &str) -> String {
        let back = self.code(panel, browser, path).await;
        assert!(back.starts_with("/.access-panel/callback?code="), "{back}");
        let home = self.pass(Method::GET, &back).await.expect(303);
        self.here(home.location())
    }
}

async fn crossed(panel: &Panel, browser: &mut Browser, host: &'static str) -> Site {
    let mut site = Site::of(panel, host);
    assert_eq!(site.cross(panel, browser, "/page?x=1").await, "/page?x=1");
    site.open("/page").await.expect(200);
    site
}

fn headers_of(answer: &Answer) -> Vec<String> {
    let names = answer.headers.keys().map(|name| name.as_str().to_owned());
    names.filter(|name| name.starts_with("remote-") || name.starts_with("x-access-panel")).collect()
}

fn utf8(answer: &Answer, name: &str) -> String {
    String::from_utf8(answer.headers.get(name).map(|value| value.as_bytes().to_vec()).unwrap_or_default()).unwrap()
}

#[tokio::test]
async fn strangers_are_led_to_sign_in_and_programs_are_told() {
    let panel = panel().await;
    let mut site = Site::of(&panel, WIKI);
    let answer = site.open("/a%20page?q=%C3%A9&x").await.expect(302);
    assert_eq!(answer.location(), "https://wiki.example/.access-panel/start?to=%2Fa%2520page%3Fq%3D%25C3%25A9%26x");
    assert!(headers_of(&answer).is_empty() && answer.cookies().is_empty());
    let (html, cors) = (("accept", "text/html"), ("sec-fetch-mode", "cors"));
    for (method, headers) in [
        ("POST", vec![html]),
        ("PUT", vec![html]),
        ("GET", vec![("accept", "*/*")]),
        ("GET", vec![("accept", "application/json")]),
        ("GET", vec![html, cors]),
        ("GET", vec![html, ("x-requested-with", "XMLHttpRequest")]),
        ("GET", vec![]),
    ] {
        let answer = site.ask(method, "/", &headers).await.expect(401);
        assert_eq!(answer.location(), "", "{method} {headers:?}");
    }
    // For proxies that pass no redirect on.
    let answer = site.ask_at("/forward-auth?unauthorized=401", "GET", "/x", &PAGE).await.expect(401);
    assert_eq!(answer.location(), "https://wiki.example/.access-panel/start?to=%2Fx");
    let answer = site.ask_at("/forward-auth?unauthorized=401", "POST", "/x", &PAGE).await.expect(401);
    assert_eq!(answer.location(), "");
    // Nothing that a browser made up is a session.
    for value in ["x", "%00", "'; DROP TABLE sessions; --", &"a".repeat(5000)] {
        site.browser.jar.insert(COOKIE.to_owned(), value.to_owned());
        site.open("/").await.expect(302);
    }
}

#[tokio::test]
async fn hosts_have_to_be_registered_and_said_once() {
    let panel = panel().await;
    for host in ["evil.example", "wiki.example.evil.example", "wiki.example:444", "localhost"] {
        let told = [("x-forwarded-host", host)];
        let answer = panel.browser().send(Method::GET, "/forward-auth", &told, None).await.expect(404);
        assert!(
            answer.body.contains(host) && answer.header("content-type").starts_with("text/plain"),
            "{}",
            answer.body
        );
        for path in ["/.access-panel/start", "/.access-panel/callback?code=x", "/.access-panel/sign-out"] {
            let answer = panel.browser().send(Method::GET, path, &[("x-forwarded-host", host)], None).await.expect(404);
            assert!(answer.cookies().is_empty());
        }
    }
    // Were one the client's own, it would be let in to another app than the one it asks for.
    for hosts in
        [vec![WIKI, NOTES], vec![WIKI, WIKI], vec!["wiki.example, notes.example"], vec!["a b"], vec![""], vec![]]
    {
        let headers: Vec<_> = hosts.iter().map(|host| ("x-forwarded-host", *host)).collect();
        panel.browser().send(Method::GET, "/forward-auth", &headers, None).await.expect(400);
    }
    // However it is spelled, it is the same host.
    for host in ["WIKI.example", "wiki.example:443"] {
        panel.browser().send(Method::GET, "/forward-auth", &[("x-forwarded-host", host)], None).await.expect(401);
    }
    // A proxy that passes our own paths on may leave the host as it was.
    let own = [("host", WIKI), ("accept", "text/html")];
    let answer = panel.browser().send(Method::GET, "/.access-panel/start?to=/x", &own, None).await.expect(303);
    assert!(answer.location().starts_with(&format!("{}/forward-auth/sign-in?host=wiki.example&to=%2Fx&", panel.url)));
    // The app that was moved away from the gate has no host any more.
    panel.change("UPDATE apps SET kind = 'link' WHERE key = 'wiki'").await;
    Site::of(&panel, WIKI).open("/").await.expect(404);
}

async fn told_on(engine: Engine) {
    let Some(panel) = panel_on(engine).await else { return };
    let mut john = panel.signed_in("John Doe").await;
    let mut site = crossed(&panel, &mut john, WIKI).await;
    let host = site.browser.jar.get(COOKIE).unwrap().clone();
    assert!(!site.browser.jar.contains_key(STARTED), "the mark is used up");
    assert_ne!(Some(host.as_str()), john.session());

    let answer = site.open("/page").await.expect(200);
    let id = panel.caller(JOHN, &[]).await.user_id.to_string();
    for (name, value) in [
        ("remote-user", JOHN),
        ("remote-email", JOHN),
        ("remote-name", "John Doe"),
        ("remote-groups", "Aurora partners"),
        ("remote-type", "member"),
        ("remote-id", &id),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
    assert_eq!(answer.body, "");
    assert!(answer.cookies().is_empty());

    let token = answer.header("x-access-panel-jwt").to_owned();
    let keys = Keys::new(panel.directory.clone());
    let claims = Json::Object(keys.verify(&token, "forward-auth+jwt").await.unwrap().expect("a token of ours"));
    let now = panel.directory.now().timestamp();
    for (name, value) in [
        ("iss", Json::from(panel.url.as_str())),
        ("aud", Json::from("https://wiki.example")),
        ("sub", Json::from(id.as_str())),
        ("name", Json::from("John Doe")),
        ("email", Json::from(JOHN)),
        ("preferred_username", Json::from(JOHN)),
        ("acct", Json::from(0)),
        ("groups", serde_json::json!(["Aurora partners"])),
        ("iat", Json::from(now)),
        ("exp", Json::from(now + 300)),
    ] {
        assert_eq!(claims[name], value, "{name}: {claims}");
    }
    for other in ["JWT", "at+jwt", "logout+jwt"] {
        assert_eq!(keys.verify(&token, other).await.unwrap(), None, "good as {other}, too");
    }
    // The same for a while; another one for another moment, and at once for who is somebody else now.
    assert_eq!(site.open("/other").await.header("x-access-panel-jwt"), token);
    panel.clock.advance(Duration::minutes(1));
    assert_ne!(site.open("/other").await.header("x-access-panel-jwt"), token);
    panel.change(&format!("UPDATE users SET display_name = 'John D.' WHERE address_norm = '{JOHN}'")).await;
    let answer = site.open("/page").await.expect(200);
    let claims = keys.verify(answer.header("x-access-panel-jwt"), "forward-auth+jwt").await.unwrap().unwrap();
    assert_eq!((answer.header("remote-name"), &claims["name"]), ("John D.", &Json::from("John D.")));

    let (mut guest, _) = panel.guest(JOHN, AURORA, "mira@studio.example").await;
    let answer = crossed(&panel, &mut guest, WIKI).await.open("/").await.expect(200);
    assert_eq!((answer.header("remote-type"), answer.header("remote-user")), ("guest", "mira@studio.example"));
    let claims = keys.verify(answer.header("x-access-panel-jwt"), "forward-auth+jwt").await.unwrap().unwrap();
    assert_eq!((&claims["acct"], &claims["idp"]), (&Json::from(1), &Json::from("mail")));
    panel.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn apps_are_told_who_it_is_sqlite() {
    told_on(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn apps_are_told_who_it_is_postgres() {
    told_on(Engine::Postgres).await;
}

#[tokio::test]
async fn names_stay_in_their_header() {
    let panel = panel().await;
    let mut john = panel.signed_in("John Doe").await;
    let mut site = crossed(&panel, &mut john, WIKI).await;
    panel
        .change(&format!(
            "UPDATE users SET display_name = 'Zoë 李' || char(13) || char(10) || 'Remote-User: ada' || char(133) || char(9) WHERE address_norm = '{JOHN}'"
        ))
        .await;
    panel.change("UPDATE groups SET name = '100% a,admins' WHERE key = 'aurora-partners'").await;
    // An app that is told of no groups is told so: a proxy might leave what the client sent.
    let mut notes = crossed(&panel, &mut john, NOTES).await;
    assert!(notes.open("/").await.expect(200).headers.get("remote-groups").is_some_and(|value| value.is_empty()));
    let answer = site.open("/").await.expect(200);
    assert_eq!(utf8(&answer, "remote-name"), "Zoë 李Remote-User: ada");
    assert_eq!(answer.headers.get_all("remote-user").iter().count(), 1);
    assert_eq!(answer.header("remote-user"), JOHN);
    assert_eq!(answer.header("remote-groups"), "100%25 a%2Cadmins");
    // What the client says of itself is not repeated, whatever the proxy lets through.
    let forged = [("remote-user", "ada"), ("remote-groups", "admins"), ("x-access-panel-jwt", "e.y.J")];
    let answer = site.ask("GET", "/", &forged).await.expect(200);
    assert_eq!((answer.header("remote-user"), answer.header("remote-groups")), (JOHN, "100%25 a%2Cadmins"));
    Site::of(&panel, WIKI).ask("GET", "/", &forged).await.expect(401);
    // An app's own cookies may hold anything.
    let cookie = format!("theme=dunkel-ü; {COOKIE}={}; x", site.browser.jar[COOKIE]);
    let mut bare = Site::of(&panel, WIKI);
    bare.ask("GET", "/", &[("cookie", &cookie)]).await.expect(200);
}

#[tokio::test]
async fn whoever_does_not_have_the_app_gets_no_further_than_the_panel() {
    let panel = panel().await;
    // Its owner and the administrator do not have it: they run it.
    for name in ["Grace Kim", "Lena Lee", "Ada Admin"] {
        let mut person = panel.signed_in(name).await;
        let mut site = Site::of(&panel, WIKI);
        let there = site.begin(&panel, "/page").await;
        let answer = person.get(&there).await.expect(303);
        let door = format!("/apps/{}/no-access?host=wiki.example", panel.app("wiki").await);
        assert_eq!(answer.location(), door, "{name}");
        let page = person.follow(answer).await.expect(403);
        assert_eq!(page.heading(), "You do not have Wiki <of> all", "{name}");
    }
    let refused = "UPDATE sign_ins SET idp = idp WHERE kind = 'gate' AND outcome = 'refused' AND code = 'notFound'
                   AND user_id IS NOT NULL AND app_id IS NOT NULL";
    assert_eq!(panel.change(refused).await, 3);
    let audit = panel.audit().await;
    assert_eq!(audit.iter().filter(|row| row.action == "app.sign_in" && row.code.is_some()).count(), 3);
    // Who has it, and is let in, is written down once; what they open then is not.
    let mut john = panel.signed_in("John Doe").await;
    let mut site = crossed(&panel, &mut john, WIKI).await;
    for _ in 0..3 {
        site.open("/").await.expect(200);
    }
    let done = "UPDATE sign_ins SET idp = idp WHERE kind = 'gate' AND outcome = 'success' AND method = 'provider'";
    assert_eq!(panel.change(done).await, 1, "one sign-in");
    assert_eq!(panel.audit().await.iter().filter(|row| row.action == "app.sign_in" && row.code.is_none()).count(), 1);
}

/// Whoever comes from an app's host learns what it is, and members whom to ask; a guessed id tells nothing.
#[tokio::test]
async fn whoever_was_never_given_the_app_learns_whom_to_ask() {
    let panel = panel().await;
    let (wiki, notes) = (panel.app("wiki").await, panel.app("notes").await);
    let mut grace = panel.signed_in("Grace Kim").await;
    let (mut guest, _) = panel.guest(OMAR, TIMBER, "kim@studio.example").await;
    for (who, person, is_told) in [("member", &mut grace, true), ("guest", &mut guest, false)] {
        let there = Site::of(&panel, WIKI).begin(&panel, "/page").await;
        let page = person.open(&there).await.expect(403);
        assert_eq!(page.heading(), "You do not have Wiki <of> all", "{who}");
        html::assert_harmless(&page.body, who);
        assert!(!page.text().contains("You see it because"), "{who}: {}", page.text());
        for text in ["Lena Lee", "ask one of those who run it"] {
            assert_eq!(page.text().contains(text), is_told, "{who} {text}: {}", page.text());
        }
        // No host, or one that is not the app's.
        for (id, query) in [
            (wiki, ""),
            (wiki, "?host="),
            (wiki, "?host=evil.example"),
            (wiki, "?host=notes.example%3A8443"),
            (wiki, "?request=wiki.example"),
            (wiki, "?host=%00"),
            (notes, "?host=wiki.example"),
            (notes, "?host=notes.example"),
        ] {
            let page = person.open(&format!("/apps/{id}/no-access{query}")).await.expect(404);
            assert_eq!(page.heading(), "You have no access to this app", "{who} {query}");
            for text in ["Wiki", "Notes", "Lena"] {
                assert!(!page.text().contains(text), "{who} {query}: {}", page.text());
            }
        }
    }
    // What can be asked for is asked for there.
    panel.change("UPDATE apps SET requestable = 1 WHERE key = 'wiki'").await;
    let there = Site::of(&panel, WIKI).begin(&panel, "/").await;
    let page = grace.open(&there).await.expect(403);
    assert!(html::links(&page.body).contains(&format!("/apps/{wiki}/request")), "{}", page.text());
    // Given meanwhile: reloading the page leads on.
    let admin = panel.caller("ada.admin@woodgrove.example", &[Role::Administrator]).await;
    let id = panel.caller("grace.kim@woodgrove.example", &[]).await.user_id;
    panel.directory.give_app(&admin, wiki, id, None).await.unwrap();
    assert_eq!(grace.get(&page.path).await.expect(302).location(), "https://wiki.example/");
    // Nobody opens it: switched off is said, too.
    panel.directory.switch_app(&admin, wiki, false).await.unwrap();
    let there = Site::of(&panel, WIKI).begin(&panel, "/").await;
    assert_eq!(guest.open(&there).await.heading(), "Wiki <of> all is switched off");
}

async fn ends_on(engine: Engine) {
    let Some(panel) = panel_on(engine).await else { return };
    let aurora = panel.group(AURORA).await;
    let owner = panel.caller(JOHN, &[]).await;
    let wiki = panel.app("wiki").await;
    let admin = panel.caller("ada.admin@woodgrove.example", &[Role::Administrator]).await;
    for (n, way) in
        ["removed", "expired", "blocked", "revoked", "idle", "over", "off", "deleted"].into_iter().enumerate()
    {
        let address = format!("guest{n}@studio.example");
        let (mut guest, user) = panel.guest(JOHN, AURORA, &address).await;
        let mut site = crossed(&panel, &mut guest, WIKI).await;
        let mut caller = owner.clone();
        caller.user_id = user;
        caller.user_type = UserType::Guest;
        let expected = match way {
            "removed" => {
                panel.directory.remove_member(&owner, aurora, user).await.unwrap();
                403
            }
            "expired" => {
                let until = panel.directory.now().to_rfc3339();
                panel.change(&format!("UPDATE memberships SET until = '{until}' WHERE user_id IN (SELECT id FROM users WHERE address_norm = '{address}')")).await;
                403
            }
            "blocked" => {
                panel.change(&format!("UPDATE users SET enabled = (1 = 0) WHERE address_norm = '{address}'")).await;
                302
            }
            "revoked" => {
                panel.directory.end_my_sessions(&caller).await.unwrap();
                302
            }
            "idle" => {
                panel.clock.advance(Duration::hours(12));
                302
            }
            "over" => {
                // A passcode's session lasts a day, however busy it is.
                for _ in 0..25 {
                    panel.clock.advance(Duration::hours(1));
                    site.open("/page").await;
                }
                302
            }
            "off" => {
                panel.directory.switch_app(&admin, wiki, false).await.unwrap();
                403
            }
            _ => {
                panel.change("UPDATE groups SET deleted_at = created_at WHERE key = 'aurora-partners'").await;
                403
            }
        };
        let answer = site.open("/page").await;
        assert_eq!(answer.status, expected, "{engine:?} {way}: {}", answer.body);
        assert!(headers_of(&answer).is_empty(), "{way}");
        let program = site.ask("POST", "/page", &[]).await;
        assert_eq!(program.status, if expected == 302 { 401 } else { 403 }, "{way}");
        panel.directory.switch_app(&admin, wiki, true).await.unwrap();
    }
    panel.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_ends_ends_at_the_next_request_sqlite() {
    ends_on(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_ends_ends_at_the_next_request_postgres() {
    ends_on(Engine::Postgres).await;
}

#[tokio::test]
async fn a_closed_door_is_a_page_that_says_where_to_ask() {
    let panel = panel().await;
    let mut john = panel.signed_in("John Doe").await;
    let mut site = crossed(&panel, &mut john, WIKI).await;
    let admin = panel.caller("ada.admin@woodgrove.example", &[Role::Administrator]).await;
    let wiki = panel.app("wiki").await;
    panel.directory.switch_app(&admin, wiki, false).await.unwrap();
    let page = site.open("/").await.expect(403);
    assert_eq!(page.heading(), "Wiki <of> all is switched off");
    assert!(!page.body.contains("<of>") && !page.body.contains("<script") && !page.body.contains("style="));
    assert!(html::links(&page.body).contains(&format!("{}/apps/{wiki}/launch", panel.url)));
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'nonce-") && policy.contains("frame-ancestors 'none'"));
    // The same for a proxy that shows its own page and fetches this one.
    let closed = site.pass(Method::GET, "/.access-panel/closed").await.expect(403);
    assert_eq!(closed.heading(), page.heading());
    panel.directory.switch_app(&admin, wiki, true).await.unwrap();
    assert_eq!(site.pass(Method::GET, "/.access-panel/closed").await.expect(303).location(), "https://wiki.example/");
    let mut stranger = Site::of(&panel, WIKI);
    assert_eq!(
        stranger.pass(Method::GET, "/.access-panel/closed").await.expect(303).location(),
        "https://wiki.example/"
    );
}

#[tokio::test]
async fn a_cookie_is_worth_nothing_on_another_host() {
    let panel = panel().await;
    // John has both apps.
    let mut john = panel.signed_in("John Doe").await;
    let wiki = crossed(&panel, &mut john, WIKI).await;
    let mut other = Site::of(&panel, NOTES);
    other.browser.jar = wiki.browser.jar.clone();
    other.open("/").await.expect(302);
    // Nor is the panel's own session one of an app, or the other way round.
    other.browser.jar.insert(COOKIE.to_owned(), john.session().unwrap().to_owned());
    other.open("/").await.expect(302);
    let mut thief = panel.browser();
    thief.jar.insert("__Host-session".to_owned(), wiki.browser.jar[COOKIE].clone());
    thief.get("/").await.expect(303);
    // A host that belongs to another app now opens neither.
    panel.change("DELETE FROM app_hosts WHERE host = 'wiki.example'").await;
    let mut wiki = wiki;
    wiki.open("/").await.expect(404);
    panel.directory.import(&notes("https://wiki.example"), false).await.unwrap();
    wiki.open("/").await.expect(302);
}

/// Ends on the page that offers to begin again, with nobody signed in on the host.
fn assert_foreign(site: &Site, answer: &Answer) {
    assert_eq!(answer.status, Code::HandshakeForeign.status(), "{}", answer.body);
    assert_eq!(answer.heading(), text::words(Code::HandshakeForeign).title);
    assert!(answer.text().contains("Open the app again"), "{}", answer.text());
    assert!(html::links(&answer.body).contains(&format!("https://{}/", site.host)));
    assert!(!site.browser.jar.contains_key(COOKIE));
}

#[tokio::test]
async fn a_code_is_for_one_browser_one_host_and_one_time() {
    let panel = panel().await;
    let mut john = panel.signed_in("John Doe").await;
    let mut omar = panel.signed_in("Omar Owner").await;
    let mut site = Site::of(&panel, WIKI);
    let back = site.code(&panel, &mut john, "/page").await;

    // Login CSRF: a link with the attacker's code, opened by a victim who began nothing, or something else.
    let mut victim = Site::of(&panel, WIKI);
    let answer = victim.pass(Method::GET, &back).await;
    assert_foreign(&victim, &answer);
    victim.begin(&panel, "/").await;
    let answer = victim.pass(Method::GET, &back).await;
    assert_foreign(&victim, &answer);
    // Another host, by the very browser.
    let mut notes = Site::of(&panel, NOTES);
    notes.browser.jar = site.browser.jar.clone();
    let answer = notes.pass(Method::GET, &back).await;
    assert_foreign(&notes, &answer);
    // None of them used it up.
    assert_eq!(site.pass(Method::GET, &back).await.expect(303).location(), "https://wiki.example/page");
    // A second time it opens nothing, not even for whoever holds the mark again.
    let cookie = site.browser.jar[COOKIE].clone();
    let again = site.pass(Method::GET, &back).await.expect(303);
    assert_eq!((again.location(), again.cookies().len()), ("https://wiki.example/", 0), "the way back in the history");
    assert_eq!(site.browser.jar[COOKIE], cookie);
    let mut copy = Site::of(&panel, WIKI);
    let answer = copy.pass(Method::GET, &back).await;
    assert_foreign(&copy, &answer);

    // Too late.
    let mut late = Site::of(&panel, WIKI);
    let back = late.code(&panel, &mut john, "/page").await;
    panel.clock.advance(Duration::seconds(60));
    let answer = late.pass(Method::GET, &back).await;
    assert_foreign(&late, &answer);

    // Access that ends between the code and its use.
    let mut ended = Site::of(&panel, WIKI);
    let back = ended.code(&panel, &mut john, "/page").await;
    panel.change("UPDATE apps SET enabled = 0 WHERE key = 'wiki'").await;
    ended.pass(Method::GET, &back).await.expect(403);
    assert!(!ended.browser.jar.contains_key(COOKIE));
    panel.change("UPDATE apps SET enabled = 1 WHERE key = 'wiki'").await;

    // A mark that the attacker knows is of no use either: the code goes to the browser that is signed in.
    let mut attacker = Site::of(&panel, NOTES);
    let there = attacker.begin(&panel, "/").await;
    let place = omar.get(&there).await.expect(303).location().to_owned();
    let mut victim = Site::of(&panel, NOTES);
    let answer = victim.pass(Method::GET, &victim.here(&place)).await;
    assert_foreign(&victim, &answer);

    for query in ["", "?code=", "?code=%00", "?code=a&code=b", "?code[]=x", "?code=%FF"] {
        let mut browser = Site::of(&panel, WIKI);
        browser.begin(&panel, "/").await;
        let answer = browser.pass(Method::GET, &format!("/.access-panel/callback{query}")).await;
        assert_foreign(&browser, &answer);
    }
}

#[tokio::test]
async fn tabs_that_sign_in_together_all_arrive() {
    let panel = panel().await;
    let mut john = panel.signed_in("John Doe").await;
    let mut site = Site::of(&panel, WIKI);
    let mut ways = Vec::new();
    for tab in 0..3 {
        ways.push(site.begin(&panel, &format!("/tab/{tab}")).await);
    }
    for (tab, way) in ways.iter().enumerate() {
        let back = john.get(way).await.expect(303).location().to_owned();
        let home = site.pass(Method::GET, &site.here(&back)).await.expect(303);
        assert_eq!(site.here(home.location()), format!("/tab/{tab}"));
        site.open("/").await.expect(200);
    }
}

#[tokio::test]
async fn nobody_is_led_elsewhere() {
    let panel = panel().await;
    let mut john = panel.signed_in("John Doe").await;
    for (to, home) in [
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("@evil.example/", "/"),
        (".evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/\t/evil.example", "/"),
        ("/a\r\nSet-Cookie: x=y", "/"),
        ("/a\0b", "/"),
        ("", "/"),
        ("/.access-panel/start?to=/", "/"),
        ("/.access-panel/sign-out", "/"),
        ("/%2F/evil.example", "/%2F/evil.example"),
        ("/a b/ü?x=\"<>'", "/a%20b/%C3%BC?x=\"<>'"),
        ("/page?next=https://evil.example#x", "/page?next=https://evil.example#x"),
    ] {
        let mut site = Site::of(&panel, WIKI);
        let to: String = url::form_urlencoded::byte_serialize(to.as_bytes()).collect();
        let answer = site.pass(Method::GET, &format!("/.access-panel/start?to={to}")).await.expect(303);
        let there = answer.location().strip_prefix(&panel.url).unwrap().to_owned();
        let back = john.get(&there).await.expect(303).location().to_owned();
        let answer = site.pass(Method::GET, &site.here(&back)).await.expect(303);
        assert_eq!(site.here(answer.location()), home, "{to}");
    }
    // The panel's part takes no other host either, and no path that the app's host did not see.
    let mut site = Site::of(&panel, WIKI);
    let there = site.begin(&panel, "/page").await;
    for (part, code) in [
        ("host=evil.example", "appUnknown"),
        ("host=wiki.example%40evil.example", "appUnknown"),
        ("host=%00", "appUnknown"),
        ("host=", "appUnknown"),
        ("host=localhost", "appUnknown"),
    ] {
        let answer = john.get(&there.replace("host=wiki.example", part)).await.expect(303);
        assert_eq!(answer.location(), format!("/sign-in/problem?code={code}"), "{part}");
    }
    for bad in [
        "/forward-auth/sign-in",
        "/forward-auth/sign-in?host=wiki.example&host=x",
        "/forward-auth/sign-in?host=wiki.example&bound=x",
    ] {
        let answer = john.get(bad).await.expect(303);
        assert!(answer.location().starts_with("/sign-in/problem?code="), "{bad}: {}", answer.location());
    }
    let answer = john.get(&there.replace("to=%2Fpage", "to=%2F%2Fevil.example")).await.expect(303);
    let answer = site.pass(Method::GET, &site.here(answer.location())).await.expect(303);
    assert_eq!(answer.location(), "https://wiki.example/");
    // A path that would not fit is not kept.
    let long = format!("/{}", "a".repeat(3000));
    assert_eq!(
        Site::of(&panel, WIKI).open(&long).await.expect(302).location(),
        "https://wiki.example/.access-panel/start?to=%2F"
    );
}

#[tokio::test]
async fn whoever_is_not_signed_in_signs_in_at_the_panel_and_comes_back() {
    let panel = panel().await;
    let mut site = Site::of(&panel, WIKI);
    let there = site.begin(&panel, "/page?x=1&y=%2F").await;
    let mut john = panel.browser();
    let back = john.sign_in("John Doe", &there).await.expect(303);
    let home = site.pass(Method::GET, &site.here(back.location())).await.expect(303);
    assert_eq!(home.location(), "https://wiki.example/page?x=1&y=%2F");
    let cookies = home.cookies();
    assert_eq!(cookies.len(), 2);
    for wanted in ["; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
        assert!(cookies.iter().all(|cookie| cookie.contains(wanted) && !cookie.contains("Domain")), "{cookies:?}");
    }
    assert_eq!(home.header("referrer-policy"), "no-referrer");
    // A long path survives the panel's sign-in, too; one that could be read as another host does not.
    let mut site = Site::of(&panel, WIKI);
    let long = format!("/{}", "/%C3%BC".repeat(80));
    let there = site.begin(&panel, &long).await;
    let mut omar = panel.browser();
    let back = omar.sign_in("John Doe", &there).await.expect(303);
    let home = site.pass(Method::GET, &site.here(back.location())).await.expect(303);
    assert_eq!(home.location(), "https://wiki.example/");
    let mut site = Site::of(&panel, WIKI);
    let long = format!("/x{}", "/%C3%BC".repeat(80));
    let there = site.begin(&panel, &long).await;
    let back = panel.browser().sign_in("John Doe", &there).await.expect(303);
    let home = site.pass(Method::GET, &site.here(back.location())).await.expect(303);
    assert_eq!(home.location(), format!("https://wiki.example{long}"));
}

#[tokio::test]
async fn a_host_without_tls_is_opened_by_a_page() {
    let panel = panel().await;
    panel.directory.import(&wiki("http://wiki.localhost:81"), false).await.unwrap();
    let mut john = panel.signed_in("John Doe").await;
    let page =
        john.get(&format!("/forward-auth/sign-in?host=wiki.localhost%3A81&to=%2F&bound={}", "A".repeat(43))).await;
    let page = page.expect(200);
    assert_eq!(page.heading(), "Opening Wiki <of> all");
    assert!(!page.body.contains("<of>") && !page.body.contains("<script"));
    let link = html::links(&page.body).into_iter().find(|link| link.starts_with("http://wiki.localhost:81/")).unwrap();
    assert!(link.starts_with("http://wiki.localhost:81/.access-panel/callback?code="));
    assert!(page.body.contains(&format!("content=\"0; url={}\"", html_escaped(&link))), "{}", page.body);
    assert_eq!(page.header("cache-control"), "no-store");
}

fn html_escaped(text: &str) -> String {
    text.replace('/', "&#x2f;")
}

#[tokio::test]
async fn one_statement_decides_and_nothing_is_written() {
    let panel = panel().await;
    let mut john = panel.signed_in("John Doe").await;
    let mut site = crossed(&panel, &mut john, WIKI).await;
    for _ in 0..3 {
        let before = panel.directory.statements();
        site.open("/page").await.expect(200);
        assert_eq!(panel.directory.statements() - before, 1);
    }
    let before = panel.directory.statements();
    Site::of(&panel, WIKI).open("/page").await.expect(302);
    assert_eq!(panel.directory.statements() - before, 1);
}

#[tokio::test]
async fn using_an_app_keeps_the_session_awake() {
    let panel = panel().await;
    let mut john = panel.signed_in("John Doe").await;
    let mut site = crossed(&panel, &mut john, WIKI).await;
    let caller = panel.caller(JOHN, &[]).await;
    let last_seen = async || panel.directory.my_sessions(&caller, &[]).await.unwrap()[0].last_seen;
    for _ in 0..5 {
        panel.clock.advance(Duration::hours(6));
        let now = panel.directory.now();
        site.open("/page").await.expect(200);
        // Off the answer's path, so not at once.
        let written = async {
            while last_seen().await != now {
                tokio::task::yield_now().await;
            }
        };
        let _ = tokio::time::timeout(std::time::Duration::from_secs(20), written).await;
        assert_eq!(last_seen().await, now);
    }
    panel.clock.advance(Duration::hours(12));
    site.open("/page").await.expect(302);
    // What has idled too long is not woken up.
    assert!(panel.directory.my_sessions(&caller, &[]).await.unwrap().is_empty());
}

#[tokio::test]
async fn signing_out_on_a_host_ends_it_there() {
    let panel = panel().await;
    let mut john = panel.signed_in("John Doe").await;
    let mut site = crossed(&panel, &mut john, WIKI).await;
    let kept = site.browser.jar.clone();
    // A link asks at the panel first.
    let answer = site.pass(Method::GET, "/.access-panel/sign-out").await.expect(303);
    assert_eq!(answer.location(), format!("{}/oauth2/v2.0/logout", panel.url));
    assert!(answer.cookies().is_empty());
    site.open("/").await.expect(200);
    // A form of another site comes without the cookie, but what is answered goes into the same jar.
    let lax = std::mem::take(&mut site.browser.jar);
    let foreign = [("x-forwarded-host", WIKI), ("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
    let answer = site.browser.send(Method::POST, "/.access-panel/sign-out", &foreign, None).await.expect(303);
    assert_eq!(answer.location(), format!("{}/oauth2/v2.0/logout", panel.url));
    assert!(answer.cookies().is_empty(), "{:?}", answer.cookies());
    site.browser.jar.extend(lax);
    site.open("/").await.expect(200);

    let answer = site.pass(Method::POST, "/.access-panel/sign-out").await.expect(303);
    assert_eq!(answer.location(), format!("{}/oauth2/v2.0/logout", panel.url));
    assert!(!site.browser.jar.contains_key(COOKIE));
    let mut copy = Site::of(&panel, WIKI);
    copy.browser.jar = kept;
    copy.open("/").await.expect(302);
    for (method, path, status) in [
        (Method::POST, "/.access-panel/start", 405),
        (Method::POST, "/.access-panel/callback?code=x", 405),
        (Method::DELETE, "/.access-panel/sign-out", 405),
        (Method::GET, "/.access-panel/other", 404),
    ] {
        copy.pass(method, path).await.expect(status);
    }
    // A proxy that asks about our own paths, too, gets the very answers, and never one that lets them through.
    for path in [
        "/.access-panel/start",
        "/.access-panel/callback",
        "/.access-panel/closed",
        "/.access-panel/sign-out",
        "/.access-panel/x",
    ] {
        for method in ["GET", "POST", "OPTIONS"] {
            let answer = Site::of(&panel, WIKI).ask(method, path, &PAGE).await;
            assert!(answer.status >= 300, "{method} {path}: {}", answer.status);
        }
    }
}
