//! Asks over a few connections that stay open, and counts: no more of HTTP than that needs.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Context as _;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A whole request, and how its answer begins.
#[derive(Clone)]
pub struct Question {
    pub request: Arc<str>,
    pub answer: &'static str,
}

/// How many ask at once.
const CONNECTIONS: usize = 16;

/// What came of it.
pub struct Asked {
    /// Answers a second.
    rate: f64,
    /// Answers for each second of the server's processor time.
    per_core: f64,
    p50: f64,
    p99: f64,
}

impl Asked {
    pub fn print(&self, what: &str, bare: &Self) {
        println!(
            "  {what:<28} {:>9.0} {:>9.0} {:>8.2} {:>8.2} {:>8.3}",
            self.rate,
            self.per_core,
            self.p50,
            self.p99,
            self.per_core / bare.per_core
        );
    }
}

pub fn bare() -> Question {
    Question { request: "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".into(), answer: "HTTP/1.1 200" }
}

/// Asks the questions in turns, `times` in all, and watches the processor time of a process meanwhile.
pub async fn ask(at: SocketAddr, questions: Vec<Question>, times: usize, process: u32) -> anyhow::Result<Asked> {
    let questions: Arc<[Question]> = questions.into();
    let next = Arc::new(AtomicUsize::new(0));
    let (began, spent) = (Instant::now(), processor_time(process)?);
    let mut asking = Vec::new();
    for _ in 0..CONNECTIONS {
        asking.push(tokio::spawn(one_by_one(at, questions.clone(), next.clone(), times)));
    }
    let mut took = Vec::new();
    for one in asking {
        took.extend(one.await??);
    }
    let (wall, spent) = (began.elapsed().as_secs_f64(), (processor_time(process)? - spent).as_secs_f64());
    took.sort();
    let at = |part: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a rank"
        )]
        let rank = (took.len() as f64 * part) as usize;
        took.get(rank.min(took.len().saturating_sub(1))).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
    };
    #[expect(clippy::cast_precision_loss, reason = "a count of answers")]
    let answers = took.len() as f64;
    Ok(Asked { rate: answers / wall, per_core: answers / spent.max(0.01), p50: at(0.5), p99: at(0.99) })
}

async fn one_by_one(
    at: SocketAddr,
    questions: Arc<[Question]>,
    next: Arc<AtomicUsize>,
    times: usize,
) -> anyhow::Result<Vec<Duration>> {
    let mut stream = TcpStream::connect(at).await?;
    stream.set_nodelay(true)?;
    let mut took = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= times {
            return Ok(took);
        }
        let question = questions.get(number % questions.len()).context("no question")?;
        let began = Instant::now();
        stream.write_all(question.request.as_bytes()).await?;
        let mut filled = 0;
        loop {
            let read = stream.read(buffer.get_mut(filled..).context("a long answer")?).await?;
            anyhow::ensure!(read > 0, "the server hung up");
            filled += read;
            if whole(buffer.get(..filled).unwrap_or_default()) {
                break;
            }
        }
        took.push(began.elapsed());
        let answer = buffer.get(..filled).unwrap_or_default();
        anyhow::ensure!(
            answer.starts_with(question.answer.as_bytes()),
            "an unexpected answer: {}",
            String::from_utf8_lossy(answer).chars().take(600).collect::<String>()
        );
    }
}

/// Whether an answer with a `Content-Length` is all there.
fn whole(answer: &[u8]) -> bool {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(answer.get(..end).unwrap_or_default()).to_ascii_lowercase();
    let length: usize = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))
        .and_then(|length| length.trim().parse().ok())
        .unwrap_or_default();
    answer.len() >= end + 4 + length
}

/// The processor time that a process has used so far (Linux).
fn processor_time(process: u32) -> anyhow::Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name in brackets may hold anything; after it, fields 14 and 15 are user and system time in hundredths.
    let fields = stat.rsplit_once(')').context("an odd stat")?.1;
    let hundredths: u64 =
        fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Ok(Duration::from_millis(hundredths * 10))
}
