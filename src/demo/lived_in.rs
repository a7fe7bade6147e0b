//! What people of the demo have done by themselves: asked, joined, decided, and put apps together.

use anyhow::Context as _;
use chrono::{Duration, Utc};

use super::seed::member;
use crate::{
    directory::{Directory, clock::TestClock, grants::Target},
    model::{
        Caller,
        requests::{Asked, Decision},
        state::Role,
    },
};

const ADA: &str = "ada.admin@woodgrove.example";
const BEN: &str = "ben.carter@woodgrove.example";
const CHIARA: &str = "chiara.conti@woodgrove.example";
const EMMA: &str = "emma.lindqvist@woodgrove.example";
const GRACE: &str = "grace.kim@woodgrove.example";
const HENRIK: &str = "henrik.sorensen@woodgrove.example";
const OMAR: &str = "omar.owner@woodgrove.example";

/// Collections of the organization: name, what it is, keys of apps.
const COLLECTIONS: [(&str, &str, &[&str]); 2] = [
    ("Every day", "What all of us use", &["calendar", "files", "travel", "expenses", "help-desk"]),
    (
        "Building",
        "From the first drawing to the last invoice",
        &["design-review", "site-diary", "project-budget", "timber-library", "invoices"],
    ),
];

/// Fills in the last days, up to `now`. The clock is not later than that.
///
/// # Errors
/// When something of the demo's own data is wrong.
pub(super) async fn fill(past: &Directory, clock: &TestClock, now: chrono::DateTime<Utc>) -> anyhow::Result<()> {
    let ago = |days: i64, hours: i64| {
        // The partners' story may have come closer to now than this.
        let at = now - Duration::days(days) - Duration::hours(hours);
        clock.advance((at - past.now()).max(Duration::zero()));
    };
    let app = async |key: &'static str| past.app_by_key(key).await?.with_context(|| format!("no app {key}"));
    let group = async |key: &'static str| past.group_by_key(key).await?.with_context(|| format!("no group {key}"));

    past.recalculate_rules(1000).await?;
    let ada = Caller { roles: vec![Role::Administrator], ..member(past, ADA).await? };
    for (name, about, keys) in COLLECTIONS {
        let collection = past.create_collection(&ada, true, name, about).await?;
        let mut apps = Vec::new();
        for key in keys {
            apps.push(app(key).await?);
        }
        past.fill_collection(&ada, collection, &apps).await?;
    }

    ago(1, 20);
    past.join_group(&member(past, EMMA).await?, group("cycling-to-work").await?).await?;
    let reason = "I plan the visits of our suppliers and would like to see what is in stock.";
    let asked = past.ask(&member(past, CHIARA).await?, Target::App(app("timber-library").await?), reason).await?;
    ago(1, 17);
    let Asked::Waits(request) = asked else { anyhow::bail!("it needs an approval") };
    past.decide(&member(past, OMAR).await?, request, &Decision::Approve { until: None }).await?;

    ago(1, 3);
    let reason = "For the monthly report I need to know what was delivered to the site.";
    past.ask(&member(past, BEN).await?, Target::App(app("site-diary").await?), reason).await?;
    ago(0, 5);
    let reason = "I audit the project this quarter.";
    past.ask(&member(past, HENRIK).await?, Target::Group(group("aurora-team").await?), reason).await?;
    ago(0, 2);
    let omar = member(past, OMAR).await?;
    for key in ["timber-library", "calendar"] {
        past.favour_app(&omar, app(key).await?, true).await?;
    }
    past.favour_app(&member(past, GRACE).await?, app("project-budget").await?, true).await?;
    Ok(())
}
