//! The suite: operations against real databases, and the whole server over HTTP. One binary, so that it links once.
//!
//! PostgreSQL comes from `scripts/postgres.sh`; without it those tests fail, unless `ACCESS_PANEL_TEST_ONLY_SQLITE=1`
//! says that they are not wanted.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops right there")]

mod directory;
mod http;
mod support;
