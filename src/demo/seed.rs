//! Fills a new demo: the organization from its file, and a few partners who came in the ordinary way some time ago.

use std::sync::Arc;

use anyhow::Context as _;
use chrono::Duration;

use super::{mailbox::Mailbox, organization, run::MailboxCourier};
use crate::{
    directory::{
        Deployment, Directory,
        clock::{Clock, SystemClock, TestClock},
        invitations::{Ask, Terms},
        redemption::Next,
    },
    mail::{Courier as _, Writer},
    model::{Address, Caller, letter::Letter, state::UserType, view::PASSCODE_WAY},
};

/// Partners who are there already: who invited them where, how many days ago, and whether they came.
const PARTNERS: &[(&str, &str, &str, i64, bool, &str)] = &[
    (
        "aurora-partners",
        "john.doe@woodgrove.example",
        "Nora Lindqvist <nora@lindqvist-glass.example>",
        41,
        true,
        "Welcome aboard, Nora. The facade drawings are in Design review.",
    ),
    (
        "aurora-partners",
        "john.doe@woodgrove.example",
        "Tom Baker <tom.baker@fabrikam.example>",
        23,
        true,
        "Hi Tom, please comment on the steel details here.",
    ),
    (
        "aurora-partners",
        "john.doe@woodgrove.example",
        "Yuki Tanaka <yuki.tanaka@kansai-timber.example>",
        2,
        false,
        "Dear Yuki, this is where we look at the roof together.",
    ),
];

/// Fills an empty directory, with a clock that was set back so that the past looks like one.
///
/// # Errors
/// When something of the demo's own data is wrong.
pub(super) async fn fill(url: &str, deployment: Deployment, mailbox: &Arc<Mailbox>) -> anyhow::Result<()> {
    let now = SystemClock.now();
    let clock = Arc::new(TestClock::at(now - Duration::days(60)));
    let past = Directory::open(url, 2, Deployment { clock: clock.clone(), ..deployment }).await?;
    past.import(&organization::import_file(past.public_url()), false).await?;
    let writer = Writer::new()?;
    let post = Post { directory: &past, writer, courier: MailboxCourier(mailbox.clone()) };
    for (group, inviter, address, days, comes, message) in PARTNERS {
        clock.advance(now - Duration::days(*days) - clock.now());
        let caller = member(&past, inviter).await?;
        let group_id = past.group_by_key(group).await?.with_context(|| format!("no group {group}"))?;
        let terms = Terms { message: (*message).to_owned(), ..Default::default() };
        let ask = Ask { groups: vec![group_id], address: (*address).to_owned(), terms, ..Default::default() };
        past.invite(&caller, &ask).await?;
        let letters = post.deliver().await?;
        if *comes {
            clock.advance(Duration::hours(3));
            post.redeem(address, &letters).await?;
        }
    }
    past.close().await;
    Ok(())
}

/// A demo continued on another port is reached at other addresses: providers and apps move along.
///
/// # Errors
/// When the directory fails.
pub(super) async fn keep_addresses(directory: &Directory) -> anyhow::Result<()> {
    for name in ["woodgrove", "gmail"] {
        let ending = format!("/demo/idp/{name}");
        directory.move_issuer(&ending, &format!("{}{ending}", directory.public_url())).await?;
    }
    let issuer = format!("{}/demo/idp/gmail", directory.public_url());
    if directory.provider("gmail").await?.is_none_or(|gmail| gmail.issuer != issuer) {
        directory.import(&organization::import_file(directory.public_url()), false).await?;
    }
    Ok(())
}

async fn member(directory: &Directory, address: &str) -> anyhow::Result<Caller> {
    let address = Address::parse(address).map_err(|code| anyhow::anyhow!("{code}"))?;
    let (user_id, name) = directory.member_by_address(&address).await?.with_context(|| format!("no {address}"))?;
    Ok(Caller {
        user_id,
        user_type: UserType::Member,
        name,
        address: address.typed().to_owned(),
        roles: Vec::new(),
        request_id: None,
    })
}

/// Carries the seeded mails, as the outbox worker does.
struct Post<'a> {
    directory: &'a Directory,
    writer: Writer,
    courier: MailboxCourier,
}

impl Post<'_> {
    async fn deliver(&self) -> anyhow::Result<Vec<Letter>> {
        let settings = self.directory.settings().await?;
        let mut letters = Vec::new();
        for mail in self.directory.lease_outbox(100).await? {
            let written = self.writer.write(&mail.post, &settings, self.directory.public_url())?;
            self.courier.send(&mail.to, &mail.message_id, &written, self.directory.now()).await?;
            self.directory.outbox_sent(mail.id).await?;
            letters.push(mail.post.letter);
        }
        Ok(letters)
    }

    /// Redeems as a guest does: the link, a code, and in.
    async fn redeem(&self, address: &str, letters: &[Letter]) -> anyhow::Result<()> {
        let ticket = letters.iter().find_map(|letter| match letter {
            Letter::Invitation { ticket, .. } => ticket.clone(),
            _ => None,
        });
        let next = self.directory.start_redemption(address, ticket.as_deref(), Some(PASSCODE_WAY)).await?;
        let Next::Passcode { attempt } = next else { anyhow::bail!("a code was asked for") };
        self.directory.send_passcode(Some(address), attempt, "demo", true).await?;
        let code = self.deliver().await?.into_iter().find_map(|letter| match letter {
            Letter::Passcode { code, .. } => Some(code),
            _ => None,
        });
        self.directory.enter_passcode(Some(address), attempt, &code.context("no code came")?).await?;
        Ok(())
    }
}
