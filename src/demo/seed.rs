//! Fills a new demo: the organization from its file, and a few partners who came in the ordinary way some time ago.

use std::sync::Arc;

use anyhow::Context as _;
use chrono::Duration;

use super::{library, mailbox::Mailbox, organization, run::MailboxCourier};
use crate::{
    directory::{
        Deployment, Directory,
        clock::{Clock, SystemClock, TestClock},
        invitations::{Ask, Terms},
        redemption::Next,
    },
    mail::{Courier as _, Writer},
    model::{Address, Caller, Language, letter::Letter, state::UserType, view::PASSCODE_WAY},
};

/// What became of an invitation of the demo.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// The guest came after a few hours.
    Accepted,
    /// It waits.
    Waiting,
    /// The guest said no.
    Declined,
    /// Its mail did not arrive.
    Failed,
}

/// A partner who was invited some time ago.
struct Partner {
    group: &'static str,
    inviter: &'static str,
    address: &'static str,
    days_ago: i64,
    fate: Fate,
    language: Option<Language>,
    message: &'static str,
}

const JOHN: &str = "john.doe@woodgrove.example";
const OMAR: &str = "omar.owner@woodgrove.example";

/// Partners who are there already, the first invited first.
const PARTNERS: &[Partner] = &[
    Partner {
        group: "aurora-partners",
        inviter: JOHN,
        address: "Pavel Marek <pavel@marek-lighting.example>",
        days_ago: 58,
        fate: Fate::Waiting,
        language: None,
        message: "Hello Pavel, could you look at the lighting plan?",
    },
    Partner {
        group: "aurora-partners",
        inviter: JOHN,
        address: "Nora Lindqvist <nora@lindqvist-glass.example>",
        days_ago: 41,
        fate: Fate::Accepted,
        language: None,
        message: "Welcome aboard, Nora. The facade drawings are in Design review.",
    },
    Partner {
        group: "timber-suppliers",
        inviter: OMAR,
        address: "Greta Holm <greta.holm@holm-saegewerk.example>",
        days_ago: 34,
        fate: Fate::Accepted,
        language: Some(Language::German),
        message: "Guten Tag Frau Holm, hier finden Sie unsere Holzlisten.",
    },
    Partner {
        group: "aurora-partners",
        inviter: JOHN,
        address: "Ines Duarte <ines@duarte-acoustics.example>",
        days_ago: 27,
        fate: Fate::Declined,
        language: Some(Language::Spanish),
        message: "Hola Ines, aqui revisamos el proyecto Aurora.",
    },
    Partner {
        group: "aurora-partners",
        inviter: JOHN,
        address: "Tom Baker <tom.baker@fabrikam.example>",
        days_ago: 23,
        fate: Fate::Accepted,
        language: None,
        message: "Hi Tom, please comment on the steel details here.",
    },
    Partner {
        group: "timber-suppliers",
        inviter: OMAR,
        address: "Luc Moreau <luc.moreau@scierie-moreau.example>",
        days_ago: 9,
        fate: Fate::Failed,
        language: Some(Language::French),
        message: "Bonjour Luc, voici nos listes de bois.",
    },
    Partner {
        group: "aurora-partners",
        inviter: JOHN,
        address: "Yuki Tanaka <yuki.tanaka@kansai-timber.example>",
        days_ago: 2,
        fate: Fate::Waiting,
        language: Some(Language::Japanese),
        message: "Dear Yuki, this is where we look at the roof together.",
    },
];

/// Fills an empty directory, with a clock that was set back so that the past looks like one.
///
/// # Errors
/// When something of the demo's own data is wrong.
pub(super) async fn fill(url: &str, deployment: Deployment, mailbox: &Arc<Mailbox>) -> anyhow::Result<()> {
    let now = SystemClock.now();
    let clock = Arc::new(TestClock::at(now - Duration::days(60)));
    let past = Directory::open(url, 2, Deployment { clock: clock.clone(), ..deployment }).await?;
    past.import(&organization_of(&past), false).await?;
    let writer = Writer::new()?;
    let post = Post { directory: &past, writer, courier: MailboxCourier(mailbox.clone()) };
    for partner in PARTNERS {
        clock.advance(now - Duration::days(partner.days_ago) - clock.now());
        past.expire_invitations(100).await?;
        past.tell_inviters(100).await?;
        post.deliver().await?;
        let caller = member(&past, partner.inviter).await?;
        let group_id =
            past.group_by_key(partner.group).await?.with_context(|| format!("no group {}", partner.group))?;
        let terms = Terms { message: partner.message.to_owned(), language: partner.language, ..Default::default() };
        let ask = Ask { groups: vec![group_id], address: partner.address.to_owned(), terms, ..Default::default() };
        past.invite(&caller, &ask).await?;
        if partner.fate == Fate::Failed {
            post.fail().await?;
            continue;
        }
        let letters = post.deliver().await?;
        clock.advance(Duration::hours(3));
        match partner.fate {
            Fate::Accepted => post.redeem(partner.address, &letters).await?,
            Fate::Declined => past.decline(&ticket_of(&letters).context("no ticket came")?).await?,
            Fate::Waiting | Fate::Failed => {}
        }
        clock.advance(Duration::hours(2));
        past.tell_inviters(100).await?;
        post.deliver().await?;
    }
    super::lived_in::fill(&past, &clock, now).await?;
    post.deliver().await?;
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
    let moved = directory.provider("gmail").await?.is_none_or(|gmail| gmail.issuer != issuer);
    // A demo from before apps could be connected has none.
    if moved || directory.client(library::KEY).await?.is_none() {
        directory.import(&organization_of(directory), false).await?;
    }
    Ok(())
}

fn organization_of(directory: &Directory) -> String {
    organization::demo_file(directory.public_url(), &library::secret(directory.vault()))
}

pub(super) async fn member(directory: &Directory, address: &str) -> anyhow::Result<Caller> {
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

    /// What a mail server says of a mailbox that is not there.
    async fn fail(&self) -> anyhow::Result<()> {
        for mail in self.directory.lease_outbox(100).await? {
            let reason = "550 5.1.1 This mailbox does not exist";
            self.directory.outbox_failed(mail.id, mail.tries, reason, true).await?;
        }
        Ok(())
    }

    /// Redeems as a guest does: the link, a code, and in.
    async fn redeem(&self, address: &str, letters: &[Letter]) -> anyhow::Result<()> {
        let ticket = ticket_of(letters);
        let next = self.directory.start_redemption(address, ticket.as_deref(), Some(PASSCODE_WAY)).await?;
        let Next::Passcode { attempt } = next else { anyhow::bail!("a code was asked for") };
        self.directory.send_passcode(Some(address), attempt, "demo", true, Language::English).await?;
        let code = self.deliver().await?.into_iter().find_map(|letter| match letter {
            Letter::Passcode { code, .. } => Some(code),
            _ => None,
        });
        self.directory.enter_passcode(Some(address), attempt, &code.context("no code came")?).await?;
        Ok(())
    }
}

fn ticket_of(letters: &[Letter]) -> Option<String> {
    letters.iter().find_map(|letter| match letter {
        Letter::Invitation { ticket, .. } => ticket.clone(),
        _ => None,
    })
}
