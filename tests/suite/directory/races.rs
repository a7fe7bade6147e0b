//! Many at once: on both engines from one process, and on PostgreSQL from two.

use std::{process::Stdio, sync::Arc};

use access_panel::{
    directory::{Directory, Result, arrivals::Arrival, clock::TestClock, invitations::Ask},
    model::{Caller, Language, provider::Claims, state::Outcome},
};
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::{Child, ChildStdin, ChildStdout, Command},
    sync::Barrier,
    task::JoinSet,
};
use uuid::Uuid;

use crate::support::{
    Engine, World, on_both_engines, said,
    world::{beginning, deployment},
};

const SAM: &str = "gsamoogle@gmail.com";
const AT_ONCE: usize = 16;

/// Runs all of them from one start, each in a task of its own.
async fn at_once<T: Send + 'static, F>(works: impl IntoIterator<Item = F>) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
{
    let works: Vec<F> = works.into_iter().collect();
    let start = Arc::new(Barrier::new(works.len()));
    let mut tasks = JoinSet::new();
    for work in works {
        let start = start.clone();
        tasks.spawn(async move {
            start.wait().await;
            work.await
        });
    }
    tasks.join_all().await
}

/// An answer in one word: `in` for someone signed in, otherwise the code.
fn word(answer: &Result<Arrival>) -> String {
    match answer {
        Ok(Arrival::SignedIn { .. }) => "in".to_owned(),
        Ok(other) => format!("{other:?}"),
        Err(error) if error.code().as_str() == "internal" => format!("internal: {error}"),
        Err(error) => error.code().as_str().to_owned(),
    }
}

/// `ok`, or the code; what broke inside with its reason.
fn done<T>(answer: &Result<T>) -> String {
    match answer {
        Err(error) if said(answer) == "internal" => format!("internal: {error}"),
        _ => said(answer).to_owned(),
    }
}

async fn redeem(directory: Directory, attempt: Uuid, browser: String, claims: Claims) -> Result<Arrival> {
    let provider = directory.provider("gmail").await?.expect("gmail is configured");
    let attempt = directory.attempt(Some(&browser), attempt).await?;
    directory.arrive_from(&attempt, &provider, &claims).await
}

/// Attempts in as many browsers, all begun while the invitation was open.
async fn attempts(world: &World, ticket: &str, browsers: impl Iterator<Item = String>) -> Vec<(Uuid, String)> {
    let mut attempts = Vec::new();
    for browser in browsers {
        match world.directory.start_redemption(&browser, Some(ticket), None).await.expect("starts") {
            access_panel::directory::redemption::Next::Provider { attempt, .. } => attempts.push((attempt, browser)),
            other => panic!("gmail answers for gmail.com, got {other:?}"),
        }
    }
    attempts
}

async fn one_guest_in_aurora(world: &World) {
    let sam = world.user(SAM).await;
    assert_eq!(world.live_users(SAM).await, 1);
    assert_eq!(world.memberships_of(sam.id).await, 1);
    assert_eq!(world.invitation_states(sam.id).await, ["accepted"]);
    assert_eq!(world.number("SELECT COUNT(*) FROM identities WHERE user_id = $1", [sam.id.into()]).await, 1);
    assert_eq!(world.events("user.accept", Outcome::Success).await, 1);
    assert_eq!(world.events("invitation.accept", Outcome::Success).await, 1);
    assert_eq!(world.apps_of(&world.caller(SAM).await).await, ["Design review", "Drawings"]);
}

on_both_engines! {
    /// The same person in many windows: everyone of them is in.
    async fn one_ticket_redeemed_by_one_account_many_times(world) {
        world.invite("john.doe", "aurora", SAM).await;
        let ticket = world.ticket_to(SAM).await;
        let claims = world.claims("gmail", SAM).await;
        let attempts = attempts(world, &ticket, (0..AT_ONCE).map(|n| format!("browser {n}"))).await;
        let answers = at_once(attempts.into_iter().map(|(attempt, browser)|
            redeem(world.directory.clone(), attempt, browser, claims.clone()))).await;
        let words: Vec<_> = answers.iter().map(word).collect();
        assert_eq!(words, vec!["in"; AT_ONCE]);
        one_guest_in_aurora(world).await;
    }

    /// A link that was passed around: many accounts, one of them proves the address. The others are told, by name.
    async fn one_ticket_redeemed_by_many_accounts(world) {
        world.invite("john.doe", "aurora", SAM).await;
        let ticket = world.ticket_to(SAM).await;
        let attempts = attempts(world, &ticket, (0..AT_ONCE).map(|n| format!("browser {n}"))).await;
        let mut works = Vec::new();
        for (number, (attempt, browser)) in attempts.into_iter().enumerate() {
            // All of them assert the very address: nothing but the account differs.
            let mut claims = world.claims("gmail", SAM).await;
            claims.subject = format!("subject {number}");
            works.push(redeem(world.directory.clone(), attempt, browser, claims));
        }
        let words: Vec<_> = at_once(works).await.iter().map(word).collect();
        assert_eq!(words.iter().filter(|word| *word == "in").count(), 1, "{words:?}");
        assert_eq!(words.iter().filter(|word| *word == "ticketUsed").count(), AT_ONCE - 1, "{words:?}");
        one_guest_in_aurora(world).await;
    }

    /// One code, entered many times at once (a double click, and worse).
    async fn one_code_entered_many_times(world) {
        let address = "sam@fabrikam.example";
        let invited = world.invite("john.doe", "aurora", address).await;
        let ticket = world.ticket_to(address).await;
        let attempt = world.start_by_code("browser", &ticket).await.expect("starts");
        world.directory.send_passcode(Some("browser"), attempt, "network", false, Language::English).await.expect("sent");
        let code = world.code_to(address).await;
        let answers = at_once((0..AT_ONCE).map(|_| {
            let (directory, code) = (world.directory.clone(), code.clone());
            async move { directory.enter_passcode(Some("browser"), attempt, &code).await }
        })).await;
        let words: Vec<_> = answers.iter().map(word).collect();
        assert!(words.iter().any(|word| word == "in"), "{words:?}");
        for word in &words {
            assert!(["in", "codeExpired", "codeTries", "attemptExpired"].contains(&word.as_str()), "{words:?}");
        }
        assert_eq!(world.memberships_of(invited.user_id).await, 1);
        assert_eq!(world.invitation_states(invited.user_id).await, ["accepted"]);
        assert_eq!(world.live_users(address).await, 1);
    }

    /// Two clicks at once give no error page (design 5.4): whoever presses *Continue* twice is in, twice.
    async fn a_double_click_on_the_code(world) {
        let address = "sam@fabrikam.example";
        world.invite("john.doe", "aurora", address).await;
        let ticket = world.ticket_to(address).await;
        let attempt = world.start_by_code("browser", &ticket).await.expect("starts");
        world.directory.send_passcode(Some("browser"), attempt, "network", false, Language::English).await.expect("sent");
        let code = world.code_to(address).await;
        let answers = at_once((0..2).map(|_| {
            let (directory, code) = (world.directory.clone(), code.clone());
            async move { directory.enter_passcode(Some("browser"), attempt, &code).await }
        })).await;
        let words: Vec<_> = answers.iter().map(word).collect();
        assert_eq!(words, ["in", "in"]);
    }

    async fn one_address_invited_many_times_to_one_group(world) {
        let john = world.caller("john.doe").await;
        let ask = world.ask("aurora", SAM).await;
        let answers = at_once((0..AT_ONCE).map(|_| {
            let (directory, caller, ask) = (world.directory.clone(), john.clone(), ask.clone());
            async move { directory.invite(&caller, &ask).await }
        })).await;
        let users: std::collections::BTreeSet<_> = answers.iter()
            .map(|answer| answer.as_ref().unwrap_or_else(|error| panic!("{error}")).user_id).collect();
        assert_eq!(users.len(), 1, "everyone is told of the same user");
        let sam = world.user(SAM).await;
        assert_eq!(world.live_users(SAM).await, 1);
        assert_eq!(world.memberships_of(sam.id).await, 1);
        assert_eq!(world.invitation_states(sam.id).await, ["pending"]);
        assert_eq!(world.deliver().await.len(), 1, "one mail");
        assert_eq!(world.events("user.create", Outcome::Success).await, 8, "seven colleagues and sam");
    }

    async fn one_address_invited_at_once_to_many_groups(world) {
        let ada = world.caller("ada.admin").await;
        let mut text = String::new();
        for number in 0..AT_ONCE {
            text += &format!("[[groups]]\nkey = \"g{number}\"\nname = \"G{number}\"\naccepts_guests = true\nowners = [\"john.doe@woodgrove.example\"]\n");
        }
        world.import(&text).await;
        let mut works = Vec::new();
        for number in 0..AT_ONCE {
            let (directory, caller, ask) = (world.directory.clone(), ada.clone(), world.ask(&format!("g{number}"), SAM).await);
            works.push(async move { directory.invite(&caller, &ask).await });
        }
        for answer in at_once(works).await {
            answer.unwrap_or_else(|error| panic!("{error}"));
        }
        let sam = world.user(SAM).await;
        assert_eq!(world.live_users(SAM).await, 1);
        assert_eq!(world.memberships_of(sam.id).await, AT_ONCE as i64);
        assert_eq!(world.invitation_states(sam.id).await, vec!["pending"; AT_ONCE]);
        assert_eq!(world.deliver().await.len(), AT_ONCE);
    }

    /// Whatever comes first, Sam is out afterwards, and nothing breaks.
    async fn removed_while_accepting(world) {
        let john = world.caller("john.doe").await;
        let aurora = world.group("aurora").await;
        for round in 0..12 {
            let address = format!("sam{round}@gmail.com");
            let sam = world.invite("john.doe", "aurora", &address).await.user_id;
            let ticket = world.ticket_to(&address).await;
            let claims = world.claims("gmail", &address).await;
            let (attempt, browser) = attempts(world, &ticket, std::iter::once("browser".to_owned())).await.remove(0);
            let caller = john.clone();
            let (remover, redeemer) = (world.directory.clone(), world.directory.clone());
            let work: Vec<std::pin::Pin<Box<dyn Future<Output = String> + Send>>> = vec![
                Box::pin(async move { said(&remover.remove_member(&caller, aurora, sam).await).to_owned() }),
                Box::pin(async move { word(&redeem(redeemer, attempt, browser, claims).await) }),
            ];
            let words = at_once(work).await;
            assert!(words.contains(&"ok".to_owned()), "removing works: {words:?}");
            assert!(words.iter().all(|w| ["ok", "in", "ticketRevoked"].contains(&w.as_str())), "{words:?}");
            assert_eq!(world.memberships_of(sam).await, 0, "{words:?}");
            let states = world.invitation_states(sam).await;
            let accepted = words.contains(&"in".to_owned());
            assert_eq!(states, [if accepted { "accepted" } else { "revoked" }], "{words:?}");
            assert_eq!(world.live_users(&address).await, i64::from(accepted), "{words:?}");
        }
    }

    /// The job and the guest meet at the last moment.
    async fn expired_while_asked_again(world) {
        let ada = world.caller("ada.admin").await;
        for round in 0..12 {
            let address = format!("late{round}@gmail.com");
            world.invite("john.doe", "aurora", &address).await;
            world.deliver().await;
            world.advance(chrono::Duration::days(31));
            let ask = world.ask("timber", &address).await;
            let (job, directory, caller) = (world.directory.clone(), world.directory.clone(), ada.clone());
            let work: Vec<std::pin::Pin<Box<dyn Future<Output = String> + Send>>> = vec![
                Box::pin(async move {
                    job.expire_invitations(100).await.map_or_else(|error| error.to_string(), |_| "ok".to_owned())
                }),
                Box::pin(async move { said(&directory.invite(&caller, &ask).await).to_owned() }),
            ];
            let words = at_once(work).await;
            assert_eq!(words, ["ok", "ok"], "round {round}: whoever may invite gets an invitation, deleted meanwhile or not");
            let guest = world.user(&address).await;
            assert_eq!(world.memberships_of(guest.id).await, 1, "round {round}");
            let ticket = world.ticket_to(&address).await;
            let claims = world.claims("gmail", &address).await;
            world.redeem_by("browser", &ticket, "gmail", &claims).await.unwrap_or_else(|error| panic!("round {round}: {error}"));
        }
    }

    /// Two people with one account: two placeholders merge into one guest at once.
    async fn two_placeholders_of_one_account(world) {
        world.invite("john.doe", "aurora", "one@gmail.com").await;
        let one = world.ticket_to("one@gmail.com").await;
        world.invite("omar.owner", "timber", "two@gmail.com").await;
        let two = world.ticket_to("two@gmail.com").await;
        let mut works = Vec::new();
        for (ticket, address) in [(one, "one@gmail.com"), (two, "two@gmail.com")] {
            let (attempt, browser) = attempts(world, &ticket, std::iter::once(format!("of {address}"))).await.remove(0);
            // One subject, and an address that it proves: as after somebody changed their address at the provider.
            let mut claims = world.claims("gmail", address).await;
            claims.subject = "the same".to_owned();
            works.push(redeem(world.directory.clone(), attempt, browser, claims));
        }
        let words: Vec<_> = at_once(works).await.iter().map(word).collect();
        assert!(words.iter().any(|w| w == "in"), "{words:?}");
        assert!(words.iter().all(|w| !w.starts_with("internal")), "{words:?}");
        assert_eq!(world.number("SELECT COUNT(*) FROM identities WHERE subject = 'the same' AND deleted_at IS NULL", []).await, 1);
    }

    /// A guest who owns and is in a group leaves while a colleague takes them out of it: neither waits for the other.
    async fn leaving_while_removed(world) {
        for round in 0..8 {
            let address = format!("partner{round}@fabrikam.example");
            let guest = world.guest_in("aurora", &address).await;
            world.import(&format!("[[groups]]\nkey = \"aurora\"\nname = \"Aurora partners\"\naccepts_guests = true\n\
                owners = [\"john.doe@woodgrove.example\", \"{address}\"]\n")).await;
            let (john, aurora, user) = (world.caller("john.doe").await, world.group("aurora").await, guest.user_id);
            let (leaver, remover) = (world.directory.clone(), world.directory.clone());
            let work: Vec<std::pin::Pin<Box<dyn Future<Output = String> + Send>>> = vec![
                Box::pin(async move { done(&leaver.leave(&guest).await) }),
                Box::pin(async move { done(&remover.remove_member(&john, aurora, user).await) }),
            ];
            let words = at_once(work).await;
            assert!(words.iter().all(|word| ["ok", "notFound"].contains(&word.as_str())), "round {round}: {words:?}");
            assert_eq!((world.memberships_of(user).await, world.live_users(&address).await), (0, 0), "round {round}");
        }
    }

    /// One attempt's answer is taken once, however many bring it.
    async fn one_answer_brought_many_times(world) {
        let attempt = world.attempt_for("browser", SAM).await;
        world.directory.attempt_sent(attempt, "gmail", "state", "nonce", "verifier").await.expect("noted");
        let answers = at_once((0..AT_ONCE).map(|_| {
            let directory = world.directory.clone();
            async move { directory.take_attempt(Some("browser"), "state").await }
        })).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        assert!(answers.iter().all(|answer| ["ok", "attemptForeign"].contains(&said(answer))));
    }

    /// Every mail is in one hand.
    async fn many_workers(world) {
        for number in 0..30 {
            world.invite("john.doe", "aurora", &format!("guest{number}@gmail.com")).await;
        }
        let leased = at_once((0..8).map(|_| {
            let directory = world.directory.clone();
            async move { directory.lease_outbox(30).await.expect("leased") }
        })).await;
        let mut ids: Vec<_> = leased.into_iter().flatten().map(|mail| mail.id).collect();
        assert_eq!(ids.len(), 30);
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 30, "no mail in two hands");
    }
}

// ---- Two processes ----

/// What a second process is told to do, all of it at once.
#[derive(Serialize, Deserialize)]
struct Order {
    url: String,
    redemptions: Vec<(Uuid, String, Claims)>,
    invitations: Vec<(Caller, Uuid, String)>,
}

impl Order {
    async fn carry_out(self, directory: Directory) -> Vec<String> {
        let mut works: Vec<std::pin::Pin<Box<dyn Future<Output = String> + Send>>> = Vec::new();
        for (attempt, browser, claims) in self.redemptions {
            let directory = directory.clone();
            works.push(Box::pin(async move { word(&redeem(directory, attempt, browser, claims).await) }));
        }
        for (caller, group_id, address) in self.invitations {
            let directory = directory.clone();
            let ask = Ask { groups: vec![group_id], address, ..Default::default() };
            works.push(Box::pin(async move {
                match directory.invite(&caller, &ask).await {
                    Ok(invited) => format!("invited {}", invited.user_id),
                    Err(error) => format!("{}: {error}", error.code()),
                }
            }));
        }
        at_once(works).await
    }
}

/// Names the file with the order for a second process.
const ORDER: &str = "ACCESS_PANEL_TEST_ORDER";

/// Not a test: what the second process runs. Says *ready*, waits for a line, and prints its answers.
#[ignore = "the other half of the tests with two processes, which start it"]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn second_process() {
    let Ok(file) = std::env::var(ORDER) else { return };
    let order: Order = serde_json::from_slice(&std::fs::read(file).expect("the order is there")).expect("an order");
    let directory =
        Directory::open(&order.url, 16, deployment(Arc::new(TestClock::at(beginning())))).await.expect("opens");
    println!("\nREADY");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).expect("the word to go");
    let answers = order.carry_out(directory.clone()).await;
    directory.close().await;
    println!("\nANSWERS {}", serde_json::to_string(&answers).expect("answers"));
}

/// A second process that has opened the database and waits for the word.
struct Second {
    child: Child,
    stdin: ChildStdin,
    lines: tokio::io::Lines<BufReader<ChildStdout>>,
}

impl Second {
    async fn start(world: &World, order: &Order) -> Self {
        let file = world.database.folder.path().join("order.json");
        std::fs::write(&file, serde_json::to_vec(order).expect("an order")).expect("the order is written");
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "directory::races::second_process", "--ignored", "--nocapture", "--test-threads=1"])
            .env(ORDER, file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("a second process starts");
        let stdin = child.stdin.take().expect("its input");
        let mut second = Self { lines: BufReader::new(child.stdout.take().expect("its output")).lines(), child, stdin };
        second.line_with("READY").await;
        second
    }

    async fn line_with(&mut self, word: &str) -> String {
        while let Some(line) = self.lines.next_line().await.expect("its output is read") {
            if let Some(rest) = line.strip_prefix(word) {
                return rest.trim().to_owned();
            }
        }
        panic!("the second process ended without saying {word}: {:?}", self.child.wait().await);
    }

    async fn answers(mut self) -> Vec<String> {
        let answers = self.line_with("ANSWERS").await;
        assert!(self.child.wait().await.expect("it ends").success(), "the second process failed");
        serde_json::from_str(&answers).expect("answers")
    }
}

/// Both halves start together, in two processes; all answers.
async fn in_two_processes(world: &World, here: Order, there: Order) -> Vec<String> {
    let mut second = Second::start(world, &there).await;
    let directory = world.once_more().await;
    second.stdin.write_all(b"go\n").await.expect("the word to go");
    let mut answers = here.carry_out(directory.clone()).await;
    answers.extend(second.answers().await);
    directory.close().await;
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_redeem_one_ticket() {
    let Some(world) = World::on(Engine::Postgres).await else { return };
    for round in 0..3 {
        let address = format!("sam{round}@gmail.com");
        let invited = world.invite("john.doe", "aurora", &address).await;
        let ticket = world.ticket_to(&address).await;
        let claims = world.claims("gmail", &address).await;
        let all = attempts(&world, &ticket, (0..AT_ONCE).map(|n| format!("browser {n}"))).await;
        let mut all = all.into_iter().map(|(attempt, browser)| (attempt, browser, claims.clone()));
        let order = |redemptions| Order { url: world.database.url.clone(), redemptions, invitations: Vec::new() };
        let here = order(all.by_ref().take(AT_ONCE / 2).collect());
        let there = order(all.collect());
        let answers = in_two_processes(&world, here, there).await;
        assert_eq!(answers, vec!["in"; AT_ONCE], "round {round}");
        assert_eq!(world.live_users(&address).await, 1, "round {round}");
        assert_eq!(world.memberships_of(invited.user_id).await, 1, "round {round}");
        assert_eq!(world.invitation_states(invited.user_id).await, ["accepted"], "round {round}");
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_invite_one_address() {
    let Some(world) = World::on(Engine::Postgres).await else { return };
    let (john, omar) = (world.caller("john.doe").await, world.caller("omar.owner").await);
    let (aurora, timber) = (world.group("aurora").await, world.group("timber").await);
    for round in 0..3 {
        let address = format!("sam{round}@gmail.com");
        let order = || Order {
            url: world.database.url.clone(),
            redemptions: Vec::new(),
            invitations: (0..4)
                .flat_map(|_| [(john.clone(), aurora, address.clone()), (omar.clone(), timber, address.clone())])
                .collect(),
        };
        let answers = in_two_processes(&world, order(), order()).await;
        let sam = world.user(&address).await;
        assert_eq!(answers, vec![format!("invited {}", sam.id); AT_ONCE], "round {round}");
        assert_eq!(world.live_users(&address).await, 1, "round {round}");
        assert_eq!(world.memberships_of(sam.id).await, 2, "round {round}");
        assert_eq!(world.invitation_states(sam.id).await, ["pending", "pending"], "round {round}");
        assert_eq!(world.deliver().await.len(), 2, "round {round}: one mail per group");
    }
    world.finish().await;
}
