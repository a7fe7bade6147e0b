use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use chrono::{DateTime, TimeZone, Utc};
use tokio::{sync::Notify, time::Instant};
use uuid::Uuid;

use super::*;
use crate::{
    mail::{
        samples,
        smtp::tests::{IN_DATA, Script, courier, play_each},
    },
    model::{letter::Mail, settings::Settings},
};

/// A hundredth of the real pace.
const QUICK: Pace = Pace {
    longest_wait: Duration::from_millis(150),
    shortest_wait: Duration::from_millis(3),
    longest_send: Duration::from_millis(1000),
    first_back_off: Duration::from_millis(10),
    longest_back_off: Duration::from_millis(300),
};

/// An outbox in memory, which can be told to fail.
#[derive(Default)]
struct Memory {
    waiting: Mutex<VecDeque<Leased>>,
    outcomes: Mutex<HashMap<Uuid, Option<SendError>>>,
    unwanted: Vec<Uuid>,
    /// How many of the next calls fail.
    broken: AtomicUsize,
    calls: AtomicUsize,
    wakeup: Notify,
}

impl Memory {
    fn with(letters: impl IntoIterator<Item = (&'static str, crate::model::letter::Letter)>) -> Self {
        let memory = Self::default();
        memory.waiting.lock().unwrap().extend(letters.into_iter().zip(1..).map(|((to, letter), id)| Leased {
            id: Uuid::from_u128(id),
            to: to.to_owned(),
            post: letter.into(),
            message_id: format!("{id}@panel.example"),
            not_after: samples_now() + chrono::Duration::days(1),
            tries: 0,
        }));
        memory
    }

    fn call(&self) -> Result<(), String> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let broken = self.broken.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if broken.is_ok() { Err("the database is away".to_owned()) } else { Ok(()) }
    }

    fn outcome(&self, id: u128) -> Option<Option<SendError>> {
        self.outcomes.lock().unwrap().get(&Uuid::from_u128(id)).cloned()
    }

    /// Waits until so many outcomes are known.
    async fn settled(&self, outcomes: usize) {
        while self.outcomes.lock().unwrap().len() < outcomes {
            sleep(Duration::from_millis(5)).await;
        }
    }
}

fn samples_now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 21, 9, 30, 0).unwrap()
}

#[async_trait]
impl Outbox for Memory {
    async fn lease(&self, limit: u64) -> Result<Vec<Leased>, String> {
        self.call()?;
        let mut waiting = self.waiting.lock().unwrap();
        let count = waiting.len().min(usize::try_from(limit).unwrap());
        Ok(waiting.drain(..count).collect())
    }

    async fn still_wanted(&self, id: Uuid) -> Result<bool, String> {
        self.call()?;
        Ok(!self.unwanted.contains(&id))
    }

    async fn sent(&self, id: Uuid) -> Result<(), String> {
        self.call()?;
        self.outcomes.lock().unwrap().insert(id, None);
        Ok(())
    }

    async fn failed(&self, mail: &Leased, error: &SendError) -> Result<(), String> {
        self.call()?;
        self.outcomes.lock().unwrap().insert(mail.id, Some(error.clone()));
        Ok(())
    }

    async fn next_due(&self) -> Result<Option<DateTime<Utc>>, String> {
        self.call()?;
        Ok((!self.waiting.lock().unwrap().is_empty()).then(samples_now))
    }

    async fn settings(&self) -> Result<Settings, String> {
        self.call()?;
        Ok(samples::settings())
    }

    fn wakeup(&self) -> &Notify {
        &self.wakeup
    }

    fn public_url(&self) -> &str {
        samples::PUBLIC_URL
    }

    fn now(&self) -> DateTime<Utc> {
        samples_now()
    }
}

/// A courier that does what the receiver's address says.
#[derive(Default)]
struct Obedient {
    sent: Mutex<Vec<(String, Mail)>>,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
}

#[async_trait]
impl Courier for Obedient {
    async fn send(&self, to: &str, _: &str, mail: &Mail, _: DateTime<Utc>) -> Result<(), SendError> {
        let now = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_at_once.fetch_max(now, Ordering::SeqCst);
        match to {
            "panic@x.example" => panic!("a courier fell"),
            "slow@x.example" => sleep(Duration::from_millis(800)).await,
            "stuck@x.example" => sleep(Duration::from_secs(600)).await,
            _ => sleep(Duration::from_millis(10)).await,
        }
        self.at_once.fetch_sub(1, Ordering::SeqCst);
        match to {
            "refused@x.example" => Err(SendError::permanent("550 no such user")),
            "later@x.example" => Err(SendError::transient("451 later")),
            _ => {
                self.sent.lock().unwrap().push((to.to_owned(), mail.clone()));
                Ok(())
            }
        }
    }

    async fn check(&self) -> Result<(), String> {
        Ok(())
    }
}

struct Running {
    memory: Arc<Memory>,
    courier: Arc<Obedient>,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

fn start(memory: Memory) -> Running {
    let (memory, courier, stop) = (Arc::new(memory), Arc::new(Obedient::default()), CancellationToken::new());
    let hands = Hands {
        outbox: memory.clone(),
        writer: Arc::new(Writer::new().unwrap()),
        courier: courier.clone(),
        pace: QUICK,
    };
    let task = tokio::spawn(work(hands, stop.clone()));
    Running { memory, courier, stop, task }
}

#[tokio::test]
async fn every_mail_gets_its_outcome() {
    let running = start(Memory::with([
        ("sam@x.example", samples::invitation(Some(samples::TICKET))),
        ("panic@x.example", samples::added()),
        ("refused@x.example", samples::added()),
        ("later@x.example", samples::passcode()),
        ("mira@x.example", samples::passcode()),
    ]));
    running.memory.settled(5).await;
    let outcome = |id| running.memory.outcome(id).unwrap();
    assert_eq!(outcome(1), None);
    assert!(outcome(2).is_some_and(|error| !error.permanent));
    assert!(outcome(3).is_some_and(|error| error.permanent && error.reason == "550 no such user"));
    assert!(outcome(4).is_some_and(|error| !error.permanent));
    assert_eq!(outcome(5), None);
    assert!(
        running
            .courier
            .sent
            .lock()
            .unwrap()
            .iter()
            .any(|(to, mail)| to == "sam@x.example" && mail.text.contains(samples::TICKET))
    );
    running.stop.cancel();
    running.task.await.unwrap();
}

#[tokio::test]
async fn four_at_once_and_a_slow_one_holds_up_nobody() {
    let others = std::iter::repeat_n("sam@x.example", 20);
    let running =
        start(Memory::with(std::iter::once("slow@x.example").chain(others).map(|to| (to, samples::passcode()))));
    running.memory.settled(20).await;
    assert_eq!(running.memory.outcome(1), None, "the slow one is still under way");
    assert_eq!(running.courier.most_at_once.load(Ordering::SeqCst), 4);
    // Stopping waits for the mail in hand.
    running.stop.cancel();
    running.task.await.unwrap();
    assert_eq!(running.memory.outcome(1), Some(None));
}

#[tokio::test]
async fn a_courier_that_never_returns_is_given_up() {
    let running = start(Memory::with([("stuck@x.example", samples::passcode())]));
    running.memory.settled(1).await;
    assert!(running.memory.outcome(1).unwrap().is_some_and(|error| !error.permanent));
}

#[tokio::test]
async fn what_is_no_longer_wanted_stays() {
    let mut memory = Memory::with([("gone@x.example", samples::added()), ("sam@x.example", samples::added())]);
    memory.unwanted.push(Uuid::from_u128(1));
    let running = start(memory);
    running.memory.settled(1).await;
    running.stop.cancel();
    running.task.await.unwrap();
    assert_eq!(running.courier.sent.lock().unwrap().len(), 1);
    assert_eq!(running.memory.outcome(1), None);
}

#[tokio::test]
async fn a_database_that_is_away_is_waited_for() {
    let memory = Memory::with([("sam@x.example", samples::added())]);
    memory.broken.store(8, Ordering::SeqCst);
    let running = start(memory);
    let begun = Instant::now();
    running.memory.settled(1).await;
    // 10 + 20 + 40 + 80 + 160 + 300 + 300 + 300 milliseconds.
    assert!(begun.elapsed() >= Duration::from_millis(1210), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn an_outcome_is_reported_until_it_is_heard() {
    let memory = Memory::with([("slow@x.example", samples::added())]);
    let running = start(memory);
    sleep(Duration::from_millis(300)).await;
    // The mail is under way by now; once the loop has stopped, all further calls are reports.
    running.stop.cancel();
    running.memory.broken.store(3, Ordering::SeqCst);
    running.task.await.unwrap();
    assert_eq!(running.memory.outcome(1), Some(None));
    assert_eq!(running.courier.sent.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn idle_costs_little_and_a_wakeup_works_at_once() {
    let running = start(Memory::default());
    sleep(Duration::from_millis(600)).await;
    assert!(running.memory.calls.load(Ordering::SeqCst) <= 10);
    running
        .memory
        .waiting
        .lock()
        .unwrap()
        .extend(Memory::with([("sam@x.example", samples::added())]).waiting.into_inner().unwrap());
    running.memory.wakeup.notify_one();
    running.memory.settled(1).await;
    assert!(running.memory.calls.load(Ordering::SeqCst) <= 20);
}

/// An outbox with one mail, which is due again as soon as it failed for a time.
#[derive(Default)]
struct Again {
    memory: Memory,
    tries: AtomicUsize,
}

#[async_trait]
impl Outbox for Again {
    async fn lease(&self, limit: u64) -> Result<Vec<Leased>, String> {
        self.memory.lease(limit).await
    }

    async fn still_wanted(&self, id: Uuid) -> Result<bool, String> {
        self.memory.still_wanted(id).await
    }

    async fn sent(&self, id: Uuid) -> Result<(), String> {
        self.memory.sent(id).await
    }

    async fn failed(&self, mail: &Leased, error: &SendError) -> Result<(), String> {
        if error.permanent {
            return self.memory.failed(mail, error).await;
        }
        self.tries.fetch_add(1, Ordering::SeqCst);
        self.memory.waiting.lock().unwrap().push_back(mail.clone());
        self.memory.wakeup.notify_one();
        Ok(())
    }

    async fn next_due(&self) -> Result<Option<DateTime<Utc>>, String> {
        self.memory.next_due().await
    }

    async fn settings(&self) -> Result<Settings, String> {
        self.memory.settings().await
    }

    fn wakeup(&self) -> &Notify {
        self.memory.wakeup()
    }

    fn public_url(&self) -> &str {
        self.memory.public_url()
    }

    fn now(&self) -> DateTime<Utc> {
        self.memory.now()
    }
}

/// A server that refuses, hangs or dies, and then takes the mail: it is never lost, and the server never takes it
/// twice, unless it took it and did not say so; then both have the same Message-ID.
#[tokio::test]
async fn whatever_the_server_does_the_mail_arrives_once() {
    type Bad = &'static [(&'static str, &'static str)];
    let cases: &[(&str, Bad, bool)] = &[
        ("421 busy", &[], false),
        ("220 hi", &[("EHLO", "DROP")], false),
        ("220 hi", &[("MAIL", "451 4.3.0 later")], false),
        ("220 hi", &[("RCPT", "450 4.2.0 greylisted")], false),
        ("220 hi", &[("RCPT", "STALL")], false),
        ("220 hi", &[("DATA", "452 4.3.1 full")], false),
        ("220 hi", &[("DATA", "DROP")], false),
        ("220 hi", &[(IN_DATA, "DROP")], false),
        ("220 hi", &[(".", "451 4.7.1 look again")], false),
        ("220 hi", &[(".", "STALL")], true),
        ("220 hi", &[(".", "DROP")], true),
        ("220 hi", &[("QUIT", "DROP")], false),
    ];
    for (greeting, answers, unsaid) in cases {
        let good = Script { greeting: "220 hi", answers: &[] };
        let bad = Script { greeting, answers };
        let (port, heard) = play_each(vec![bad, bad, good]).await;
        let outbox = Arc::new(Again {
            memory: Memory::with([("sam@x.example", samples::invitation(Some(samples::TICKET)))]),
            tries: AtomicUsize::default(),
        });
        let hands = Hands {
            outbox: outbox.clone(),
            writer: Arc::new(Writer::new().unwrap()),
            courier: Arc::new(courier(port, "")),
            pace: QUICK,
        };
        let stop = CancellationToken::new();
        let task = tokio::spawn(work(hands, stop.clone()));
        outbox.memory.settled(1).await;
        stop.cancel();
        task.await.unwrap();
        assert_eq!(outbox.memory.outcome(1), Some(None), "{greeting} {answers:?}: it was sent");
        let heard = heard.lock().unwrap().clone();
        let count = |wanted: &str| heard.iter().filter(|line| *line == wanted).count();
        assert_eq!(count("< 250 2.0.0 taken"), 1, "{greeting} {answers:?}: {heard:?}");
        let failures = if answers == &[("QUIT", "DROP")] { 0 } else { 2 };
        assert_eq!(outbox.tries.load(Ordering::SeqCst), failures, "{greeting} {answers:?}");
        if *unsaid {
            assert_eq!((count("."), count("Message-ID: <1@panel.example>")), (3, 3), "it can be told by its name");
        }
    }
}

/// What the server will never take is not tried again.
#[tokio::test]
async fn a_refusal_is_final() {
    for answers in [&[("RCPT", "550 5.1.1 no such user")][..], &[(".", "554 5.7.1 spam")], &[("MAIL", "553 not you")]] {
        let bad = Script { greeting: "220 hi", answers };
        let (port, heard) = play_each(vec![bad, Script { greeting: "220 hi", answers: &[] }]).await;
        let outbox = Arc::new(Again {
            memory: Memory::with([("sam@x.example", samples::passcode())]),
            tries: AtomicUsize::default(),
        });
        let hands = Hands {
            outbox: outbox.clone(),
            writer: Arc::new(Writer::new().unwrap()),
            courier: Arc::new(courier(port, "")),
            pace: QUICK,
        };
        let stop = CancellationToken::new();
        let task = tokio::spawn(work(hands, stop.clone()));
        outbox.memory.settled(1).await;
        stop.cancel();
        task.await.unwrap();
        assert!(outbox.memory.outcome(1).unwrap().is_some_and(|error| error.permanent), "{answers:?}");
        assert_eq!(heard.lock().unwrap().iter().filter(|line| line.starts_with("EHLO")).count(), 1, "{answers:?}");
    }
}
