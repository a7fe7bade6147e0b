//! A panel of a test's own: the real router on a real listener, the demo's organization in a temporary folder, and the
//! demo's stand-in provider, so that people sign in through the same code as in production.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use access_panel::{
    demo::{
        apps, idp,
        mailbox::{self, Mailbox},
        organization::{self, DemoPerson},
    },
    directory::{
        Deployment, Directory,
        audit::AuditRow,
        chance::{Random as _, SystemRandom},
        clock::{Clock, SystemClock, TestClock},
        invitations::{Ask, Terms},
        vault::Vault,
    },
    mail::Writer,
    model::{
        Address, Caller, Language,
        letter::{Letter, Mail, Post},
        provider::MembersRule,
        state::{Role, UserType},
    },
    server::{
        health::Metrics,
        host::PublicUrl,
        router::{self, Parts},
        run,
    },
    sign_in::oidc::Oidc,
};
use axum::{
    Router,
    extract::Request,
    http::StatusCode,
    middleware::{self, Next},
    response::IntoResponse,
};
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::net::TcpListener;
use tower::ServiceExt as _;
use uuid::Uuid;

use super::{
    browser::{Answer, Browser},
    html,
};
use crate::support::engine::{Engine, Fresh};

/// What a panel is like; the default is the demo's.
#[derive(Default)]
pub struct Setup {
    /// Appended to the organization's import file.
    pub more: String,
    /// People at the members' provider besides the organization's.
    pub people: Vec<DemoPerson>,
    /// Who may see metrics; anybody, if `None`.
    pub metrics_token: Option<String>,
    /// Whether pages say that it is a demo.
    pub demo: bool,
    /// Whether the stand-in provider neither promises nor sends the parameter `iss`.
    pub silent: bool,
    /// Whether two processes take turns behind the address, with one database and nothing else in common.
    pub twice: bool,
}

/// A running panel.
pub struct Panel {
    pub url: String,
    pub directory: Directory,
    /// That of the second process.
    second: Option<Directory>,
    pub clock: Arc<TestClock>,
    /// Whether the stand-in provider answers.
    pub provider_up: Arc<AtomicBool>,
    writer: Writer,
    mailbox: Arc<Mailbox>,
    serving: tokio::task::JoinHandle<()>,
    database: Fresh,
}

impl Drop for Panel {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// A mail that left.
pub struct Sent {
    pub to: String,
    pub letter: Letter,
    pub language: Language,
    /// The token of `/unsubscribe/{token}`.
    pub unsubscribe: Option<String>,
    pub mail: Mail,
}

impl Sent {
    /// The link to the redemption page, as path and query.
    pub fn redeem_path(&self) -> String {
        let link = html::links(&self.mail.html).into_iter().find(|link| link.contains("/redeem?ticket=")).unwrap();
        link[link.find("/redeem").unwrap()..].to_owned()
    }

    pub fn code(&self) -> &str {
        match &self.letter {
            Letter::Passcode { code, .. } => code,
            other => panic!("a code was expected: {other:?}"),
        }
    }
}

/// Every other request goes to the other one.
fn in_turns(one: Router, other: Router) -> Router {
    let turn = Arc::new(AtomicBool::new(false));
    Router::new().fallback(move |request: Request| {
        let process = if turn.fetch_xor(true, Ordering::Relaxed) { other.clone() } else { one.clone() };
        process.oneshot(request)
    })
}

/// What the stand-in says, without the parameter `iss` and the promise of it.
async fn without_iss(response: axum::response::Response) -> axum::response::Response {
    const LOCATION: http::HeaderName = http::header::LOCATION;
    let (mut parts, body) = response.into_parts();
    if let Some(to) = parts.headers.get(LOCATION).and_then(|to| url::Url::parse(to.to_str().unwrap()).ok()) {
        let mut silent = to.clone();
        silent.query_pairs_mut().clear().extend_pairs(to.query_pairs().filter(|(key, _)| key != "iss"));
        parts.headers.insert(LOCATION, silent.as_str().parse().unwrap());
    }
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let Ok(mut text) = String::from_utf8(body.to_vec()) else { panic!("the stand-in says what is no text") };
    let promise = "\"authorization_response_iss_parameter_supported\":true";
    if text.contains(promise) {
        text = text.replace(promise, "\"authorization_response_iss_parameter_supported\":false");
        parts.headers.remove(http::header::CONTENT_LENGTH);
    }
    axum::response::Response::from_parts(parts, axum::body::Body::from(text))
}

impl Panel {
    pub async fn start() -> Self {
        Self::with(Setup::default()).await
    }

    pub async fn with(setup: Setup) -> Self {
        Self::on(Engine::Sqlite, setup).await.unwrap()
    }

    /// `None` if the engine is not wanted in this run.
    pub async fn on(engine: Engine, setup: Setup) -> Option<Self> {
        let database = Fresh::on(engine).await?;
        let folder = database.folder.path().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let clock = Arc::new(TestClock::at(SystemClock.now()));
        let random = Arc::new(SystemRandom);
        let deployment = Deployment {
            clock: clock.clone(),
            random: random.clone(),
            vault: Vault::new(random.bytes()),
            public_url: url.clone(),
            members: Some(idp::members_provider(&url)),
            members_rule: MembersRule::OwnDomain,
        };
        let directory = Directory::open(&database.url, 4, deployment.clone()).await.unwrap();
        directory.migrate().await.unwrap();
        let file = format!("{}\n{}", organization::import_file(&url), setup.more);
        directory.import(&file, false).await.unwrap();

        let state = run::state(directory.clone(), Arc::new(Oidc::new().unwrap()), setup.demo).unwrap();
        let style = state.facts.style_href.clone();
        let people = organization::people().unwrap().into_iter().chain(setup.people).collect();
        let key = idp::load_or_create_key(&folder, &*random).unwrap();
        let provider = idp::Idp::new(url.clone(), people, key, style.clone(), clock.clone(), random);
        let provider_up = Arc::new(AtomicBool::new(true));
        let up = provider_up.clone();
        let provider = idp::router(Arc::new(provider)).layer(middleware::from_fn(move |request: Request, next: Next| {
            let up = up.load(Ordering::Relaxed);
            async move { if up { next.run(request).await } else { StatusCode::SERVICE_UNAVAILABLE.into_response() } }
        }));
        let provider = if setup.silent { provider.layer(middleware::map_response(without_iss)) } else { provider };
        let mailbox = Arc::new(Mailbox::open(&folder).unwrap());
        let clock_of_pages: Arc<dyn Clock> = clock.clone();
        let more = Router::new()
            .merge(provider)
            .merge(mailbox::router(mailbox.clone(), style.clone(), clock_of_pages))
            .merge(apps::router(style));
        let parts = |directory: &Directory| Parts {
            public_url: PublicUrl::parse(&url).unwrap(),
            trusted_proxies: Vec::new(),
            loopback_issuers: run::loopback_origin(&url).into_iter().collect(),
            metrics: Metrics {
                handle: PrometheusBuilder::new().build_recorder().handle(),
                open: setup.metrics_token.is_none(),
                token: setup.metrics_token.clone().map(Into::into),
                directory: directory.clone(),
            },
            more: more.clone(),
        };
        let mut app = router::build(state, parts(&directory)).unwrap();
        let mut second = None;
        if setup.twice {
            let other = Directory::open(&database.url, 4, deployment).await.unwrap();
            let state = run::state(other.clone(), Arc::new(Oidc::new().unwrap()), setup.demo).unwrap();
            app = in_turns(app, router::build(state, parts(&other)).unwrap());
            second = Some(other);
        }
        let serving = tokio::spawn(async move {
            axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await.unwrap();
        });
        let writer = Writer::new().unwrap();
        Some(Self { url, directory, second, clock, provider_up, writer, mailbox, serving, database })
    }

    /// Closes and removes everything, a database server's database too.
    pub async fn finish(self) {
        self.serving.abort();
        self.directory.close().await;
        if let Some(second) = &self.second {
            second.close().await;
        }
        self.database.drop_database().await;
    }

    pub fn browser(&self) -> Browser {
        Browser::new(&self.url)
    }

    /// A browser in which somebody of the organization is signed in.
    pub async fn signed_in(&self, person: &str) -> Browser {
        let mut browser = self.browser();
        browser.sign_in(person, "/").await.expect(200);
        assert!(browser.session().is_some(), "{person} is not signed in");
        browser
    }

    pub async fn group(&self, key: &str) -> Uuid {
        self.directory.group_by_key(key).await.unwrap().unwrap()
    }

    pub async fn app(&self, key: &str) -> Uuid {
        self.directory.app_by_key(key).await.unwrap().unwrap()
    }

    /// One of the organization's people, for preparing things behind the panel's back.
    pub async fn caller(&self, address: &str, roles: &[Role]) -> Caller {
        let address = Address::parse(address).unwrap();
        let (user_id, name) = self.directory.member_by_address(&address).await.unwrap().unwrap();
        Caller {
            user_id,
            user_type: UserType::Member,
            name,
            address: address.typed().to_owned(),
            roles: roles.to_vec(),
            request_id: None,
        }
    }

    /// Invites somebody in the owner's name, and gives their id.
    pub async fn invite(&self, owner: &str, group: &str, address: &str, message: &str) -> Uuid {
        let caller = self.caller(owner, &[]).await;
        let ask = Ask {
            groups: vec![self.group(group).await],
            address: address.to_owned(),
            terms: Terms { message: message.to_owned(), ..Default::default() },
            ..Default::default()
        };
        self.directory.invite(&caller, &ask).await.unwrap().user_id
    }

    /// Carries everything that waits in the outbox to the mailbox.
    pub async fn deliver(&self) -> Vec<Sent> {
        let settings = self.directory.settings().await.unwrap();
        let mut sent = Vec::new();
        for leased in self.directory.lease_outbox(1000).await.unwrap() {
            let mail = self.writer.write(&leased.post, &settings, &self.url).unwrap();
            let now = self.directory.now();
            self.mailbox.append(&leased.to, &mail.subject, &mail.text, &mail.html, &leased.message_id, now).unwrap();
            self.directory.outbox_sent(leased.id).await.unwrap();
            let Post { letter, language, unsubscribe } = leased.post;
            sent.push(Sent { to: leased.to, letter, language, unsubscribe, mail });
        }
        sent
    }

    /// The newest mail to an address, of those that leave now.
    pub async fn mail_to(&self, address: &str) -> Sent {
        let sent = self.deliver().await.into_iter().rfind(|sent| sent.to == address);
        sent.unwrap_or_else(|| panic!("no mail to {address}"))
    }

    /// A browser in which somebody new has redeemed an invitation with a code.
    pub async fn guest(&self, owner: &str, group: &str, address: &str) -> (Browser, Uuid) {
        let user = self.invite(owner, group, address, "").await;
        let link = self.mail_to(address).await.redeem_path();
        let mut browser = self.browser();
        let page = browser.open(&link).await;
        let way = if page.has_button("Use a code sent by e-mail instead") {
            "Use a code sent by e-mail instead"
        } else {
            "Get started"
        };
        let page = browser.press(&page, way, &[]).await;
        let apps = self.enter_code(&mut browser, &page, address).await.expect(200);
        assert_eq!(apps.path, "/", "{}", apps.text());
        (browser, user)
    }

    /// From the page that offers a code to where it leads.
    pub async fn enter_code(&self, browser: &mut Browser, page: &Answer, address: &str) -> Answer {
        let page = browser.press(page, "Send code", &[]).await;
        let code = self.mail_to(address).await.code().to_owned();
        browser.press(&page, "Continue", &[("code", &code)]).await
    }

    /// A connection beside the directory.
    pub async fn connect(&self) -> sea_orm::DatabaseConnection {
        self.database.connect().await
    }

    /// Changes rows in a way that no operation offers. Says how many.
    pub async fn change(&self, sql: &str) -> u64 {
        use sea_orm::ConnectionTrait;
        let db = sea_orm::Database::connect(&self.database.url).await.unwrap();
        let changed = db.execute_unprepared(sql).await.unwrap().rows_affected();
        db.close().await.unwrap();
        changed
    }

    /// The audit log, newest first.
    pub async fn audit(&self) -> Vec<AuditRow> {
        let ada = self.caller("ada.admin@woodgrove.example", &[Role::Administrator]).await;
        self.directory.audit_log(&ada, None, 500).await.unwrap()
    }
}

/// Somebody at the members' provider.
pub fn person(email: &str, name: &str) -> DemoPerson {
    DemoPerson {
        subject: format!("subject-of-{email}"),
        name: name.to_owned(),
        given_name: name.to_owned(),
        family_name: String::new(),
        email: email.to_owned(),
    }
}

pub const JOHN: &str = "john.doe@woodgrove.example";
pub const OMAR: &str = "omar.owner@woodgrove.example";
pub const AURORA: &str = "aurora-partners";
pub const TIMBER: &str = "timber-suppliers";
