//! Starting and stopping.

use std::{future::Future, net::SocketAddr, path::Path, sync::Arc};

use anyhow::Context as _;
use axum::{Router, routing::get};
use leptos::config::LeptosOptions;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    assets, bulk_runner,
    config::Config,
    health::{self, Metrics},
    jobs, keys,
    router::{self, Parts},
    rules_runner,
    state::AppState,
};
use crate::{
    access::{Access, backchannel},
    directory::{Deployment, Directory, chance::SystemRandom, clock::SystemClock},
    mail::{self, Courier, SmtpCourier, Writer},
    outgoing::{self, Outgoing},
    sign_in::oidc::Oidc,
};

/// Opens the directory that a configuration names, without touching its tables.
///
/// # Errors
/// When the key or the database cannot be had.
pub async fn open(config: &Config) -> anyhow::Result<Directory> {
    let random = Arc::new(SystemRandom);
    let vault = match &config.secrets.keys {
        Some(keys) => keys::parse(keys).context("secrets.keys")?,
        None => keys::load_or_create(&config.key_file(), &*random)?,
    };
    let (members, members_rule) = config.members();
    let deployment = Deployment {
        clock: Arc::new(SystemClock),
        random,
        vault,
        public_url: config.public_url()?.as_str().to_owned(),
        members,
        members_rule,
    };
    config.database.check()?;
    if let Some(file) = config.database.file() {
        make_private(&file)?;
    }
    Directory::open(&config.database.url, config.database.max_connections, deployment)
        .await
        .context("cannot open the database (database.url)")
}

/// Opens the directory, makes sure that it is no demo's, and brings its tables up to date.
///
/// # Errors
/// As [`open`], for a demo's database, and for a database whose deployment key is gone.
pub async fn open_real(config: &Config) -> anyhow::Result<Directory> {
    let key_is_new = config.secrets.keys.is_none() && !config.key_file().exists();
    let directory = open(config).await?;
    anyhow::ensure!(!directory.is_demo().await?, "this database belongs to a demo; use another one");
    directory.migrate().await.context("migrating the database")?;
    if key_is_new && !directory.has_nobody().await? {
        let file = config.key_file();
        std::fs::remove_file(&file).with_context(|| format!("removing {}", file.display()))?;
        anyhow::bail!(
            "the deployment key {} is gone, and this database was used with it: put it back from a copy (secrets.key_file)",
            file.display()
        );
    }
    Ok(directory)
}

/// Opens a directory only to look at it: nothing is made and no table is changed.
///
/// # Errors
/// As [`open`]; when the key or the database is not there yet, or its tables are not up to date.
pub async fn open_to_look(config: &Config) -> anyhow::Result<Directory> {
    let hint = "run access-panel migrate first";
    if config.secrets.keys.is_none() {
        let file = config.key_file();
        anyhow::ensure!(file.exists(), "there is no deployment key at {}; {hint}", file.display());
    }
    if let Some(file) = config.database.file() {
        anyhow::ensure!(file.exists(), "there is no database at {}; {hint}", file.display());
    }
    open(config).await
}

/// `access-panel serve`.
///
/// # Errors
/// When it cannot start.
pub async fn serve(config: &Config) -> anyhow::Result<()> {
    let mail =
        config.mail.as_ref().context("the configuration has no section [mail]: invitations could not be sent")?;
    let courier: Arc<dyn Courier> = Arc::new(SmtpCourier::new(mail).context("mail")?);
    let directory = open_real(config).await?;
    directory.take_over().await?;
    let handle = install_metrics()?;
    let oidc = Arc::new(Oidc::new()?);
    let mut state = state(directory.clone(), oidc, false)?;
    state.outgoing = Outgoing::new(config.outgoing()).context("the client for addresses that people entered")?;
    if let Some(folder) = &mail.templates {
        state.writer = Arc::new(own_writer(folder)?);
    }
    let providers = directory.providers().await.context("reading identity providers")?;
    let parts = Parts {
        public_url: config.public_url()?,
        trusted_proxies: config.server.trusted_proxies.clone(),
        loopback_issuers: providers.iter().filter_map(|provider| loopback_origin(&provider.issuer)).collect(),
        metrics: Metrics {
            handle: handle.clone(),
            token: config.metrics.token.as_deref().map(Into::into),
            open: false,
            directory: directory.clone(),
        },
        more: Router::new(),
    };
    let stop = state.stop.clone();
    let app = router::build(state.clone(), parts)?;
    let listener = TcpListener::bind(config.server.listen)
        .await
        .with_context(|| format!("cannot listen on {} (server.listen)", config.server.listen))?;
    if let Some(listen) = config.metrics.listen {
        let metrics = Metrics { handle, token: None, open: true, directory: directory.clone() };
        let app = Router::new().route("/metrics", get(health::metrics)).with_state(metrics);
        let listener =
            TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen} (metrics.listen)"))?;
        let stopped = stop.clone().cancelled_owned();
        tokio::spawn(async move { axum::serve(listener, app).with_graceful_shutdown(stopped).await });
    }
    tracing::info!(url = directory.public_url(), listen = %listener.local_addr()?, "serving");
    until_stopped(app, listener, state, courier, shutdown_signal()).await
}

/// Writes with the organization's own templates. What is wrong with them is told, and keeps nothing from starting.
fn own_writer(folder: &Path) -> anyhow::Result<Writer> {
    let writer = Writer::with_overrides(folder).context("mail templates")?;
    for problem in writer.problems() {
        tracing::error!(%problem, "a mail template is not used; see access-panel doctor");
    }
    tracing::info!(folder = %folder.display(), templates = writer.replaced(), "using templates of the organization's own");
    Ok(writer)
}

/// The state that all handlers share.
///
/// # Errors
/// When the built-in templates are broken.
pub fn state(directory: Directory, oidc: Arc<Oidc>, demo: bool) -> anyhow::Result<AppState> {
    Ok(AppState {
        access: Access::new(directory.clone()),
        directory,
        oidc,
        outgoing: Outgoing::new(outgoing::Policy::default()).context("the client for addresses that people entered")?,
        writer: Arc::new(Writer::new().context("mail templates")?),
        facts: assets::facts(demo),
        leptos: LeptosOptions::builder().output_name("access-panel").build(),
        stop: CancellationToken::new(),
    })
}

/// Serves, sends mail and runs jobs until told to stop; then finishes what is in hand.
///
/// # Errors
/// When serving fails.
pub async fn until_stopped(
    app: Router,
    listener: TcpListener,
    state: AppState,
    courier: Arc<dyn Courier>,
    signal: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let AppState { directory, writer, access, outgoing, stop, .. } = state;
    let tasks = TaskTracker::new();
    tasks.spawn(mail::worker::run(directory.clone(), writer, courier, stop.clone()));
    tasks.spawn(jobs::run(directory.clone(), stop.clone()));
    tasks.spawn(bulk_runner::run(directory.clone(), stop.clone()));
    tasks.spawn(rules_runner::run(directory.clone(), stop.clone()));
    tasks.spawn(backchannel::run(directory.clone(), access.keys, outgoing, stop.clone()));
    tasks.close();
    let graceful = {
        let stop = stop.clone();
        async move {
            signal.await;
            tracing::info!("stopping");
            stop.cancel();
        }
    };
    let served = axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(graceful)
        .await;
    stop.cancel();
    tasks.wait().await;
    directory.close().await;
    served.context("serving")
}

/// Resolves when the process is asked to stop.
pub async fn shutdown_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! { _ = interrupt => {}, () = terminate => {} }
}

/// Installs the recorder of metrics.
///
/// # Errors
/// When there is one already.
pub fn install_metrics() -> anyhow::Result<PrometheusHandle> {
    let handle = PrometheusBuilder::new().install_recorder().context("metrics")?;
    // Samples are summed up now and then, whether or not anybody ever asks for them.
    let upkeep = handle.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(std::time::Duration::from_secs(5)).await;
            upkeep.run_upkeep();
        }
    });
    Ok(handle)
}

/// The origin of an issuer on this machine without TLS, for `form-action`.
pub fn loopback_origin(issuer: &str) -> Option<String> {
    let url = url::Url::parse(issuer).ok()?;
    (url.scheme() == "http").then(|| url.origin().ascii_serialization())
}

/// Makes a file that only its owner reads, if it is not there: a database holds addresses and messages. SQLite gives its
/// side files the same mode.
///
/// # Errors
/// When it cannot be made.
pub fn make_private(file: &Path) -> anyhow::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).with_context(|| format!("cannot create {}", file.display()))?;
    Ok(())
}

/// Makes a folder that only its owner enters, if it is not there.
///
/// # Errors
/// When it cannot be made.
pub fn make_folder(path: &Path) -> anyhow::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).with_context(|| format!("cannot create {}", path.display()))
}
