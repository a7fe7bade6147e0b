//! `access-panel doctor`: checks a deployment, and says how to mend what fails.

use super::{config::Config, run};
use crate::{
    mail::{Courier as _, MailConfig, SmtpCourier, Writer},
    model::state::ProviderKind,
    sign_in::oidc::Oidc,
};

/// One finding.
struct Finding {
    what: String,
    problem: Option<String>,
    remedy: &'static str,
}

/// Checks everything and prints it. `true` if all is well.
pub async fn examine(config: &Config) -> bool {
    let mut findings = Vec::new();
    let mut notes = Vec::new();
    let mut check = |what: &str, result: Result<(), String>, remedy: &'static str| {
        findings.push(Finding { what: what.to_owned(), problem: result.err(), remedy });
    };
    check(
        "public URL",
        config.public_url().map(|_| ()).map_err(|error| format!("{error:#}")),
        "Set server.public_url to the https:// address that people type.",
    );
    if let Ok(public) = config.public_url() {
        check(
            "public URL answers",
            answers(public.as_str()).await,
            "Start the server, and see that DNS and the proxy lead to server.listen and pass Host and Origin on.",
        );
    }
    match run::open_to_look(config).await {
        Err(error) => check(
            "database",
            Err(format!("{error:#}")),
            "See database.url and secrets.key_file, and that the server runs and accepts this user.",
        ),
        Ok(directory) => {
            check(
                "database",
                directory.ping().await.map_err(|error| error.to_string()),
                "See that the database server runs.",
            );
            let pending = directory.pending_migrations().await;
            let migrated = match &pending {
                Ok(0) => Ok(()),
                Ok(steps) => Err(format!("{steps} steps are still to be run")),
                Err(error) => Err(error.to_string()),
            };
            check("tables", migrated, "Run access-panel migrate; serve does it too.");
            if pending.is_ok_and(|steps| steps == 0) {
                let demo = directory.is_demo().await.unwrap_or_default();
                check(
                    "not a demo",
                    if demo { Err("this database belongs to a demo".to_owned()) } else { Ok(()) },
                    "Point database.url to a database of its own.",
                );
                match directory.settings().await {
                    Ok(settings) => {
                        let own = if settings.organization.domains.is_empty() {
                            Err("no domain of our own is set, so nobody can become a member".to_owned())
                        } else {
                            Ok(())
                        };
                        check(
                            "organization",
                            own,
                            "Run access-panel import with a file that has [organization] with name and domains.",
                        );
                    }
                    Err(error) => check(
                        "settings",
                        Err(error.to_string()),
                        "Restore the database, or correct the settings by import.",
                    ),
                }
                match (directory.providers().await, Oidc::new()) {
                    (Ok(providers), Ok(oidc)) => {
                        if !providers.iter().any(|provider| provider.kind == ProviderKind::Members) {
                            check(
                                "members' provider",
                                Err("there is none".to_owned()),
                                "Add the section [members] with issuer, client_id and client_secret.",
                            );
                        }
                        for provider in providers {
                            let result = oidc.check(&provider).await;
                            let callback = directory.callback_told(&provider.key).await.unwrap_or_default();
                            check(
                                &format!("provider {} (callback {callback})", provider.key),
                                result,
                                "See the issuer's address, and that this machine reaches it.",
                            );
                        }
                    }
                    (Err(error), _) => check(
                        "providers",
                        Err(error.to_string()),
                        "The deployment key is not the one that sealed their secrets: put it back, or import the providers again.",
                    ),
                    (_, Err(error)) => check("providers", Err(error.to_string()), "See the system's certificates."),
                }
            }
            for (app, uri) in directory.told_of_sign_outs().await.unwrap_or_default() {
                if let Err(why) = config.outgoing().check(&uri).await {
                    check(
                        &format!("app {app} is told of sign-outs"),
                        Err(why.to_string()),
                        "Correct the address at the app's Sign-in tab, or list its network or host in [outgoing] allow.",
                    );
                }
            }
            if let Ok(Some(key)) = directory.shared_callback_of().await {
                notes.push(format!(
                    "note  provider {key} still has the callback that all shared once\n      Register {} there as well, then \
                     run access-panel providers confirm-callback.",
                    directory.callback_of(&key)
                ));
            }
            directory.close().await;
        }
    }
    match &config.mail {
        None => check("mail", Err("the section [mail] is missing".to_owned()), "Add [mail] with url and from."),
        Some(mail) => {
            match SmtpCourier::new(mail) {
                Err(error) => check("mail", Err(error.to_string()), "Correct the section [mail]."),
                Ok(courier) => {
                    check("mail", courier.check().await, "See mail.url: host, port, TLS, user and password.");
                }
            }
            notes.extend(signatures(mail, &mut check));
            templates(mail, &mut check);
        }
    }

    let mut well = true;
    for finding in &findings {
        match &finding.problem {
            None => println!("ok    {}", finding.what),
            Some(problem) => {
                well = false;
                println!("FAIL  {}: {problem}\n      {}", finding.what, finding.remedy);
            }
        }
    }
    for note in notes {
        println!("{note}");
    }
    println!("{}", if well { "Everything is well." } else { "Something has to be mended." });
    well
}

/// Notes a finding: what was looked at, what is wrong with it, how to mend it.
type Check<'a> = &'a mut dyn FnMut(&str, Result<(), String>, &'static str);

/// Whether mails can be signed, and the record that says so to receivers.
fn signatures(mail: &MailConfig, check: Check<'_>) -> Option<String> {
    match mail.dkim_record() {
        Ok(None) => None,
        Err(error) => {
            check(
                "mail signatures",
                Err(error.to_string()),
                "Correct [mail.dkim]; docs/mail.md says how to make a key.",
            );
            None
        }
        Ok(Some((record, aligned))) => {
            let result = if aligned { Ok(()) } else { Err("the domain is not that of mail.from".to_owned()) };
            check(
                "mail signatures",
                result,
                "Set mail.dkim.domain to the domain of mail.from, or DMARC will not count them.",
            );
            Some(format!("      Publish this record, if it is not there:\n      {record}"))
        }
    }
}

/// Whether the organization's own templates can be used.
fn templates(mail: &MailConfig, check: Check<'_>) {
    const REMEDY: &str =
        "Correct the file, or ours is used in its place. docs/mail.md has a table of mails and variables.";
    let Some(folder) = &mail.templates else { return };
    match Writer::with_overrides(folder) {
        Err(error) => check("mail templates", Err(error.to_string()), REMEDY),
        Ok(writer) if writer.problems().is_empty() => {
            check(&format!("mail templates ({} of your own)", writer.replaced()), Ok(()), REMEDY);
        }
        Ok(writer) => {
            for problem in writer.problems() {
                check("mail template", Err(problem.to_string()), REMEDY);
            }
        }
    }
}

/// Whether the public URL leads to a panel.
async fn answers(public_url: &str) -> Result<(), String> {
    let client = reqwest::Client::builder()
        .timeout(std::time::Duration::from_secs(10))
        .build()
        .map_err(|error| error.to_string())?;
    let response =
        client.get(format!("{public_url}/healthz")).send().await.map_err(|error| error.without_url().to_string())?;
    if response.status().is_success() { Ok(()) } else { Err(format!("it answers {}", response.status())) }
}
