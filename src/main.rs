//! The command line.

use std::{
    io::{IsTerminal as _, Read as _},
    net::SocketAddr,
    path::PathBuf,
    process::ExitCode,
};

use access_panel::{
    demo,
    directory::{
        blocking::Operator,
        import::Imported,
        signing_keys::{self, Rotation},
    },
    mail,
    model::{Address, Code, Language, text},
    server::{
        config::{Config, Log, LogFormat},
        doctor, run,
    },
};
use anyhow::Context as _;
use clap::{Parser, Subcommand};

/// A self-service access panel for one organization and its partners.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the panel
    Serve(ConfigArgs),
    /// Serve the demo organization, with a stand-in identity provider and a mailbox page
    Demo {
        /// Address and port to listen on
        #[arg(long, default_value = "127.0.0.1:3000")]
        listen: SocketAddr,
        /// Folder of the demo's data; a new or empty one is filled
        #[arg(long, default_value = "data/demo")]
        data: PathBuf,
        /// Where people reach it, if not http://localhost:PORT
        #[arg(long)]
        public_url: Option<String>,
        /// Listen beyond this machine: anybody who reaches the demo can sign in as anybody
        #[arg(long)]
        anyone_may_sign_in_as_anyone: bool,
    },
    /// Bring the database's tables up to date
    Migrate(ConfigArgs),
    /// Check the deployment, and say how to mend what fails
    Doctor(ConfigArgs),
    /// Create or update the organization from a file
    Import {
        /// The file (TOML); see docs/configuration.md
        file: PathBuf,
        /// Only show what would change
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// Mails: look at them, and take in what comes back
    Mail {
        #[command(subcommand)]
        command: MailCommand,
    },
    /// The keys that tokens for apps are signed with: list them, or replace them
    #[command(args_conflicts_with_subcommands = true)]
    Keys {
        #[command(subcommand)]
        command: Option<KeysCommand>,
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// Identity providers: list them with the callback that each is told
    #[command(args_conflicts_with_subcommands = true)]
    Providers {
        #[command(subcommand)]
        command: Option<ProvidersCommand>,
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// People: block them, let them in again, end their sessions
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Administrators
    Admin {
        #[command(subcommand)]
        command: AdminCommand,
    },
}

#[derive(Subcommand)]
enum MailCommand {
    /// Write samples of the mails to files, with the organization's own templates if it has any
    Preview {
        /// Only this mail
        #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(mail::preview::KINDS.iter().copied()))]
        template: Option<String>,
        /// Only this language: en, de, fr, es or ja
        #[arg(long)]
        language: Option<Language>,
        /// The folder to write to
        #[arg(long)]
        out: PathBuf,
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// Read one message from standard input, and note if it says that an invitation could not be delivered
    Bounce(ConfigArgs),
}

#[derive(Subcommand)]
enum KeysCommand {
    /// Make new keys. They are published now and sign in a quarter of an hour; those before are served on
    Rotate {
        /// The new keys sign at once
        #[arg(long)]
        now: bool,
        /// A key has leaked: the new keys sign at once, and every token signed by another ends
        #[arg(long)]
        revoke: bool,
        #[command(flatten)]
        config: ConfigArgs,
    },
}

#[derive(Subcommand)]
enum ProvidersCommand {
    /// The new callback is registered at the provider that was known by /sign-in/callback: use it from now on
    ConfirmCallback(ConfigArgs),
}

#[derive(Subcommand)]
enum UserCommand {
    /// Block somebody: their sessions and all that hangs on them end, and they cannot sign in
    Block(OfUser),
    /// Let somebody in again who was blocked
    Unblock(OfUser),
    /// End every session of somebody, at the panel and at the apps it signed them in to
    EndSessions(OfUser),
}

#[derive(clap::Args)]
struct OfUser {
    /// Their e-mail address
    address: String,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Subcommand)]
enum AdminCommand {
    /// Make the person with this address an administrator
    Grant {
        /// Their e-mail address at the organization
        address: String,
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// Let a guest redeem anew: same access, another way to sign in; all their links and sessions end
    ResetRedemption {
        /// The guest's e-mail address
        address: String,
        /// Their new e-mail address, if it has changed
        #[arg(long)]
        to: Option<String>,
        #[command(flatten)]
        config: ConfigArgs,
    },
}

#[derive(clap::Args)]
struct ConfigArgs {
    /// The configuration
    #[arg(long, default_value = "access-panel.toml", env = "ACCESS_PANEL_CONFIG")]
    config: PathBuf,
}

impl ConfigArgs {
    fn load(&self) -> anyhow::Result<Config> {
        Config::load(&self.config)
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run_command(Cli::parse().command).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("access-panel: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run_command(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve(args) => {
            let config = args.load()?;
            start_log(&config.log)?;
            run::serve(&config).await?;
        }
        Command::Demo { listen, data, public_url, anyone_may_sign_in_as_anyone } => {
            start_log(&Log::default())?;
            demo::run::serve(listen, &data, public_url, anyone_may_sign_in_as_anyone).await?;
        }
        Command::Migrate(args) => {
            let directory = run::open_real(&args.load()?).await?;
            directory.close().await;
            println!("The tables are up to date.");
        }
        Command::Doctor(args) => {
            if !doctor::examine(&args.load()?).await {
                return Ok(ExitCode::FAILURE);
            }
        }
        Command::Import { file, dry_run, config } => import(&config.load()?, &file, dry_run).await?,
        Command::Mail { command: MailCommand::Preview { template, language, out, config } } => {
            preview_mail(&config.load()?, template.as_deref(), language, &out).await?;
        }
        Command::Mail { command: MailCommand::Bounce(args) } => {
            // A mail server keeps the message and tries again, whatever is wrong on our side.
            if let Err(error) = take_bounce(&args).await {
                eprintln!("access-panel: {error:#}");
                return Ok(ExitCode::from(EX_TEMPFAIL));
            }
        }
        Command::Keys { command: None, config } => list_keys(&config.load()?).await?,
        Command::Keys { command: Some(KeysCommand::Rotate { now, revoke, config }), .. } => {
            rotate_keys(&config.load()?, Rotation { at_once: now, revoke }).await?;
        }
        Command::Providers { command: None, config } => list_providers(&config.load()?).await?,
        Command::Providers { command: Some(ProvidersCommand::ConfirmCallback(config)), .. } => {
            confirm_callback(&config.load()?).await?;
        }
        Command::User { command } => steer_user(command).await?,
        Command::Admin { command: AdminCommand::Grant { address, config } } => grant(&config.load()?, &address).await?,
        Command::Admin { command: AdminCommand::ResetRedemption { address, to, config } } => {
            reset_redemption(&config.load()?, &address, to.as_deref()).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn import(config: &Config, file: &std::path::Path, dry_run: bool) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let directory = if dry_run { run::open_to_look(config).await? } else { run::open_real(config).await? };
    if dry_run {
        let pending = directory.pending_migrations().await?;
        anyhow::ensure!(pending == 0, "the tables are not up to date; run access-panel migrate first");
    }
    let result = directory.import(&text, dry_run).await;
    directory.close().await;
    let Imported { changes, touched } = result.with_context(|| format!("{} was not imported", file.display()))?;
    for change in &changes {
        println!("{change}");
    }
    print!("{touched}");
    match (changes.len(), dry_run) {
        (0, _) => println!("Nothing to change."),
        (1, true) => println!("1 change would be made. Nothing was changed."),
        (n, true) => println!("{n} changes would be made. Nothing was changed."),
        (1, false) => println!("1 change made."),
        (n, false) => println!("{n} changes made."),
    }
    Ok(())
}

fn read_address(typed: &str) -> anyhow::Result<Address> {
    Address::parse(typed).map_err(|code| anyhow::anyhow!("{typed}: {}", text::words(code).title))
}

async fn reset_redemption(config: &Config, address: &str, to: Option<&str>) -> anyhow::Result<()> {
    let (address, to) = (read_address(address)?, to.map(read_address).transpose()?);
    let directory = run::open_real(config).await?;
    let reset = directory.reset_redemption(&address, to.as_ref()).await;
    directory.close().await;
    reset.map_err(|error| match error.code() {
        Code::NotFound => anyhow::anyhow!("no guest has the address {address}"),
        Code::AlreadyMember => anyhow::anyhow!("the new address belongs to somebody else"),
        Code::Internal => anyhow::anyhow!("{error}"),
        code => anyhow::anyhow!("{}. {}", text::words(code).happened, text::words(code).remedy),
    })?;
    println!("{address} can redeem anew: a mail with a link goes to {}.", to.as_ref().unwrap_or(&address));
    Ok(())
}

async fn grant(config: &Config, address: &str) -> anyhow::Result<()> {
    let address = read_address(address)?;
    let directory = run::open_real(config).await?;
    let granted = directory.grant_administrator(&address).await;
    directory.close().await;
    let granted = granted.map_err(|error| match error.code() {
        Code::Forbidden => {
            anyhow::anyhow!("{address} is a guest's address; administrators are members")
        }
        _ => anyhow::anyhow!("{error}"),
    })?;
    println!("{address} {} an administrator.", if granted { "is now" } else { "already was" });
    Ok(())
}

async fn list_providers(config: &Config) -> anyhow::Result<()> {
    let directory = run::open_to_look(config).await?;
    let providers = directory.providers().await;
    for provider in providers.context("reading the providers")? {
        println!("{}\n    issuer    {}", provider.key, provider.issuer);
        println!("    callback  {}", directory.callback_told(&provider.key).await?);
    }
    if let Some(key) = directory.shared_callback_of().await? {
        println!(
            "\n{key} was registered before each provider had a callback of its own. Register {} there as well,\n\
             then run:  access-panel providers confirm-callback",
            directory.callback_of(&key)
        );
    }
    directory.close().await;
    Ok(())
}

async fn confirm_callback(config: &Config) -> anyhow::Result<()> {
    let directory = run::open_real(config).await?;
    let ended = directory.end_shared_callback().await;
    match ended.context("ending the shared callback")? {
        Some(key) => println!("{key} is told {} from now on.", directory.callback_of(&key)),
        None => println!("Every provider is told a callback of its own already."),
    }
    directory.close().await;
    Ok(())
}

async fn steer_user(command: UserCommand) -> anyhow::Result<()> {
    let (UserCommand::Block(of) | UserCommand::Unblock(of) | UserCommand::EndSessions(of)) = &command;
    let address = read_address(&of.address)?;
    let directory = run::open_real(&of.config.load()?).await?;
    let done = match &command {
        UserCommand::Block(_) => directory.block_user(Operator::CommandLine, &address).await,
        UserCommand::Unblock(_) => directory.unblock_user(Operator::CommandLine, &address).await,
        UserCommand::EndSessions(_) => directory.end_sessions(Operator::CommandLine, &address).await,
    };
    directory.close().await;
    let done = done.map_err(|error| match error.code() {
        Code::NotFound => anyhow::anyhow!("nobody has the address {address}"),
        Code::Internal => anyhow::anyhow!("{error}"),
        code => anyhow::anyhow!("{}. {}", text::words(code).happened, text::words(code).remedy),
    })?;
    println!(
        "{address} {}",
        match (&command, done) {
            (UserCommand::Block(_), true) => "is blocked. Every session has ended.",
            (UserCommand::Block(_), false) => "was blocked already.",
            (UserCommand::Unblock(_), true) => "can sign in again.",
            (UserCommand::Unblock(_), false) => "was not blocked.",
            (UserCommand::EndSessions(_), true) => "is signed out everywhere.",
            (UserCommand::EndSessions(_), false) => "had no session.",
        }
    );
    Ok(())
}

async fn list_keys(config: &Config) -> anyhow::Result<()> {
    let directory = run::open_to_look(config).await?;
    let keys = directory.present_signing_keys().await;
    let now = directory.now();
    directory.close().await;
    let keys = keys.context("reading the keys")?;
    if keys.is_empty() {
        println!("There is no key yet. The first app that signs somebody in makes them.");
    }
    print!("{}", signing_keys::listed(&keys, now));
    Ok(())
}

async fn rotate_keys(config: &Config, how: Rotation) -> anyhow::Result<()> {
    let directory = run::open_real(config).await?;
    let keys = directory.replace_signing_keys(how).await;
    let now = directory.now();
    directory.close().await;
    print!("{}", signing_keys::listed(&keys.context("replacing the keys")?, now));
    println!(
        "{}",
        match (how.revoke, how.at_once) {
            (true, _) =>
                "The new keys sign from now on. Within a minute, no token signed by another is taken any more.",
            (false, true) => "The new keys sign from now on, in every process within a minute.",
            (false, false) => "The new keys are published. The list says from when they sign.",
        }
    );
    Ok(())
}

async fn preview_mail(
    config: &Config,
    template: Option<&str>,
    language: Option<Language>,
    out: &std::path::Path,
) -> anyhow::Result<()> {
    let folder = config.mail.as_ref().and_then(|mail| mail.templates.as_deref());
    let writer = folder.map_or_else(mail::Writer::new, mail::Writer::with_overrides).context("mail templates")?;
    for problem in writer.problems() {
        eprintln!("access-panel: {problem}");
    }
    // In the organization's name and colours, if there is one yet.
    let settings = match run::open_to_look(config).await {
        Ok(directory) => {
            let settings = directory.settings().await.ok();
            directory.close().await;
            settings
        }
        Err(_) => None,
    };
    if settings.is_none() {
        eprintln!("access-panel: there is no organization yet, so the mails are those of a sample one");
    }
    let url = config.public_url()?;
    let files = mail::preview::write_samples(&writer, settings.as_ref(), url.as_str(), template, language, out)
        .with_context(|| format!("writing to {}", out.display()))?;
    println!("{} files written to {}.", files.len(), out.display());
    anyhow::ensure!(writer.problems().is_empty(), "some templates are not used, see above");
    Ok(())
}

/// What a mail server takes for *not now* (sysexits.h).
const EX_TEMPFAIL: u8 = 75;

/// Reads a message that came back. Says nothing: mail servers may send back what a command says.
async fn take_bounce(args: &ConfigArgs) -> anyhow::Result<()> {
    let mut message = Vec::new();
    let mut input = std::io::stdin().lock();
    input.by_ref().take(mail::bounce::LONGEST as u64).read_to_end(&mut message).context("reading the message")?;
    // The rest is nothing to us, but whoever writes it should come to its end.
    std::io::copy(&mut input, &mut std::io::sink()).context("reading the message")?;
    drop(input);
    let Some(bounce) = mail::bounce::read(&message) else { return Ok(()) };
    let directory = run::open_to_look(&args.load()?).await?;
    let noted = directory.outbox_bounced(&bounce.message_id, &bounce.reason).await;
    directory.close().await;
    noted.map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(())
}

fn start_log(log: &Log) -> anyhow::Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_new(&log.filter).context("log.filter")?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match log.format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().init(),
    }
    Ok(())
}
