//! Those who ask at the same moment share a statement. A proxy asks before each request to an app, and on the way to the
//! database and back the hand-over between threads costs more than the answer.
//!
//! Nothing is kept, and nobody gets an answer to a statement that had begun before they asked.

use std::{
    fmt::Write as _,
    sync::{Mutex, MutexGuard, PoisonError},
};

use sea_orm::{ConnectionTrait, FromQueryResult};
use tokio::sync::oneshot;

use super::{Row, and_one_more, statement};
use crate::{
    directory::{Directory, Result},
    model::connection::MOST_GROUPS,
};

/// So many share a statement at most.
pub(super) const MOST: usize = 16;

/// Who waits for an answer.
pub(in crate::directory) struct Together {
    waiting: Mutex<Waiting>,
    /// So many statements run at once at most.
    most: usize,
}

#[derive(Default)]
struct Waiting {
    questions: Vec<(Question, oneshot::Sender<Option<Row>>)>,
    running: usize,
}

/// The hash of a cookie in hexadecimal, and the host that it came to.
type Question = (String, String);

impl Together {
    /// For a database with so many connections: half of them are left to everything else. Half as many statements as there
    /// are processors, because more hands get in each other's way: fewer share a statement then.
    pub fn new(connections: u32) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let most = (processors / 2).min(usize::try_from(connections / 2).unwrap_or(1)).max(1);
        Self { waiting: Mutex::default(), most }
    }

    /// Nobody panics while holding it; were it so, the list would still be whole.
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Stands for one of the statements that run at once.
struct Turn<'a> {
    together: &'a Together,
    over: bool,
}

impl Turn<'_> {
    /// Whoever waits, up to what one statement takes. Where nobody does, this turn is over.
    fn next(&mut self) -> Option<Vec<(Question, oneshot::Sender<Option<Row>>)>> {
        let mut waiting = self.together.lock();
        if waiting.questions.is_empty() {
            waiting.running -= 1;
            self.over = true;
            return None;
        }
        let some = waiting.questions.len().min(MOST);
        Some(waiting.questions.drain(..some).collect())
    }
}

impl Drop for Turn<'_> {
    /// When it ends before its time, nobody is left waiting for it: they ask alone.
    fn drop(&mut self) {
        if !self.over {
            let mut waiting = self.together.lock();
            waiting.running -= 1;
            waiting.questions.clear();
        }
    }
}

impl Directory {
    /// The row of the one who came with this cookie to this host.
    pub(super) async fn row_by_host(&self, cookie_hash: &[u8], host: &str) -> Result<Option<Row>> {
        let question: Question = (hexadecimal(cookie_hash), host.to_owned());
        let (sender, receiver) = oneshot::channel();
        let begin = {
            let mut waiting = self.0.together.lock();
            waiting.questions.push((question.clone(), sender));
            let begin = waiting.running < self.0.together.most;
            waiting.running += usize::from(begin);
            begin
        };
        if begin {
            tokio::spawn(self.clone().answer_together());
        }
        match receiver.await {
            Ok(row) => Ok(row),
            // The shared statement failed. Each learns of it by asking alone.
            Err(_) => Ok(self.rows_by_hosts(&[&question]).await?.pop().flatten()),
        }
    }

    /// Answers until nobody waits.
    async fn answer_together(self) {
        let mut turn = Turn { together: &self.0.together, over: false };
        while let Some(asked) = turn.next() {
            let questions: Vec<_> = asked.iter().map(|(question, _)| question).collect();
            if let Ok(rows) = self.rows_by_hosts(&questions).await {
                for ((_, sender), row) in asked.into_iter().zip(rows) {
                    // Whoever has gone needs no answer.
                    let _ = sender.send(row);
                }
            }
            // Whoever was answered may ask again, and then shares the next one.
            tokio::task::yield_now().await;
        }
    }

    /// A row for each question, or none where there is no such session.
    async fn rows_by_hosts(&self, questions: &[&Question]) -> Result<Vec<Option<Row>>> {
        let asked = serde_json::to_string(questions)?;
        let text = statement::by_hosts(self.backend());
        let found = self
            .db()
            .query_all_raw(self.sql(text, [self.now().into(), and_one_more(MOST_GROUPS), asked.into()]))
            .await?;
        let mut rows: Vec<Option<Row>> = questions.iter().map(|_| None).collect();
        for row in found {
            let n: i64 = row.try_get("", "n")?;
            if let Some(place) = usize::try_from(n).ok().and_then(|n| rows.get_mut(n)) {
                *place = Some(Row::from_query_result(&row, "")?);
            }
        }
        Ok(rows)
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
