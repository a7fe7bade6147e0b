//! `access-panel demo`: the same server as in production, with a stand-in provider, a mailbox and apps beside it.

use std::{net::SocketAddr, path::Path, sync::Arc};

use anyhow::Context as _;
use async_trait::async_trait;
use axum::Router;
use chrono::{DateTime, Utc};
use tokio::net::TcpListener;

use super::{
    apps, gate, idp, library,
    mailbox::{self, Mailbox},
    organization, seed,
};
use crate::{
    directory::{
        Deployment, Directory,
        chance::SystemRandom,
        clock::{Clock, SystemClock},
    },
    mail::{Courier, SendError},
    model::{letter::Mail, names, provider::MembersRule},
    outgoing::{Outgoing, Policy},
    server::{
        health::Metrics,
        host::PublicUrl,
        keys,
        router::{self, Parts},
        run,
    },
    sign_in::oidc::Oidc,
};

/// Puts mails into the mailbox page.
pub(super) struct MailboxCourier(pub Arc<Mailbox>);

#[async_trait]
impl Courier for MailboxCourier {
    async fn send(&self, to: &str, message_id: &str, mail: &Mail, now: DateTime<Utc>) -> Result<(), SendError> {
        let (mailbox, to, message_id, mail) = (self.0.clone(), to.to_owned(), message_id.to_owned(), mail.clone());
        // It waits for the disk, as a mail server's 250 does.
        tokio::task::spawn_blocking(move || {
            mailbox.append(&to, &mail.subject, &mail.text, &mail.html, &message_id, now)
        })
        .await
        .map_err(std::io::Error::other)
        .flatten()
        .map_err(|error| SendError::transient(&error.to_string()))
    }

    async fn check(&self) -> Result<(), String> {
        Ok(())
    }
}

/// Serves the demo until it is told to stop.
///
/// # Errors
/// When it cannot start: the address is taken or not this machine's, or the data are not a demo's.
pub async fn serve(listen: SocketAddr, data: &Path, public_url: Option<String>, anyone: bool) -> anyhow::Result<()> {
    anyhow::ensure!(
        listen.ip().is_loopback() || anyone,
        "in a demo anybody can sign in as anybody, so it listens on this machine only; \
         if that is what you want on {listen}, say --anyone-may-sign-in-as-anyone"
    );
    let listener = TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))?;
    let port = listener.local_addr()?.port();
    let public_url = PublicUrl::parse(&public_url.unwrap_or_else(|| format!("http://localhost:{port}")))
        .map_err(anyhow::Error::msg)?;
    run::make_folder(data)?;
    let url = format!("sqlite://{}", data.join("directory.db").display());
    let random = Arc::new(SystemRandom);
    let deployment = Deployment {
        clock: Arc::new(SystemClock),
        vault: keys::load_or_create(&data.join("secrets.key"), &*random)?,
        random: random.clone(),
        public_url: public_url.as_str().to_owned(),
        members: Some(idp::members_provider(public_url.as_str())),
        members_rule: MembersRule::OwnDomain,
    };
    run::make_private(&data.join("directory.db"))?;
    let directory = Directory::open(&url, 8, deployment.clone()).await?;
    let used = directory.has_tables().await?;
    anyhow::ensure!(!used || directory.is_demo().await?, "{} holds data that are not a demo's", data.display());
    directory.migrate().await?;
    // The demo's own provider knows the callbacks of this program, whatever an older one had told it.
    directory.end_shared_callback().await?;
    directory.take_over().await?;
    let mailbox = Arc::new(Mailbox::open(data).context("the mailbox")?);
    if !used {
        directory.mark_as_demo().await?;
    }
    if directory.has_nobody().await? {
        seed::fill(&url, deployment, &mailbox).await.context("filling the demo")?;
    }
    seed::keep_addresses(&directory).await?;
    let gate = gate::Gate::of(&directory, listener.local_addr()?).await.context("the app behind the gate")?;

    let mut state = run::state(directory.clone(), Arc::new(Oidc::new()?), true)?;
    state.outgoing = Outgoing::new(Policy::with_loopback())?;
    let style = state.facts.style_href.clone();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let library = library::Library::new(
        public_url.as_str(),
        library::secret(directory.vault()),
        style.clone(),
        directory.app_by_key(library::KEY).await?.map_or(0, names::hue),
        clock.clone(),
        random.clone(),
    )?;
    let provider = idp::Idp::new(
        public_url.as_str().to_owned(),
        organization::people()?,
        idp::load_or_create_key(data, &*random)?,
        style.clone(),
        clock.clone(),
        random,
    );
    let more = Router::new()
        .merge(idp::router(Arc::new(provider)))
        .merge(mailbox::router(mailbox.clone(), style.clone(), clock))
        .merge(library::router(Arc::new(library)))
        .merge(apps::router(style));
    let parts = Parts {
        loopback_issuers: run::loopback_origin(public_url.as_str()).into_iter().collect(),
        public_url: public_url.clone(),
        trusted_proxies: Vec::new(),
        metrics: Metrics { handle: run::install_metrics()?, token: None, open: true, directory: directory.clone() },
        more,
    };
    let app = router::build(state.clone(), parts)?;
    let app = match gate {
        Some(gate) => gate.before(app, state.facts.style_href.clone()),
        None => app,
    };
    tracing::info!("the demo is at {} and its mailbox at {}/demo/mailbox", public_url.as_str(), public_url.as_str());
    let courier = Arc::new(MailboxCourier(mailbox));
    run::until_stopped(app, listener, state, courier, run::shutdown_signal()).await
}
