//! How apps sign people in, from an import file.

use access_panel::{
    directory::import::ImportError,
    model::state::{AppKind, ClientAuth, GroupsSent, Outcome},
};

use crate::support::{World, on_both_engines};

const HEAD: &str = "[[apps]]\nkey = \"budget\"\nname = \"Budget\"\nurl = \"https://apps.example/budget\"\nowners = [\"omar.owner@woodgrove.example\"]\npeople = [\"john.doe@woodgrove.example\"]\n";
const FIRST: &str = "abcdefghijABCDEFGHIJ0123456789ab";
const SECOND: &str = "zbcdefghijABCDEFGHIJ0123456789zz";

fn oidc(more: &str) -> String {
    format!("{HEAD}kind = \"oidc\"\n[apps.oidc]\n{more}")
}

fn whole() -> String {
    oidc(&format!(
        "client_id = \"budget\"\nredirect_uris = [\"https://apps.example/budget/cb\"]\nrequire_par = true\nsecrets = [\"{FIRST}\"]\n\
         [apps.told]\ngroups = \"all\"\ngroups_as = \"name\"\npairwise = true\nclaims = {{ dept = \"{{department}}\", tenant = \"wood\" }}\n"
    ))
}

async fn mistake(world: &World, text: &str) -> (usize, String) {
    match world.directory.import(text, false).await {
        Err(ImportError::Mistake(mistake)) => (mistake.line, mistake.field),
        other => panic!("{text}\n{other:?}"),
    }
}

on_both_engines! {
    async fn a_connection_is_imported_and_twice_changes_nothing(world) {
        let d = &world.directory;
        let ada = world.caller("ada.admin").await;
        assert_eq!(world.import(&whole()).await.len(), 2, "a connection and a secret");
        let app = world.app("budget").await;
        let read = d.app_connection(&ada, app).await.expect("read");
        let registration = read.connection.registration.clone().expect("a registration");
        assert_eq!((read.connection.kind, registration.client_id.as_str(), registration.auth), (AppKind::Oidc, "budget", ClientAuth::Secret));
        assert!(registration.require_par && read.connection.told.groups_sent == GroupsSent::All);
        assert_eq!(read.connection.told.claims.len(), 2);
        assert_eq!((read.secrets.len(), read.secrets[0].hint.as_str(), read.secrets[0].created_by.is_none()), (1, "89ab", true));
        let before = world.everything().await;
        assert_eq!(world.import(&whole()).await, Vec::<String>::new());
        assert_eq!(world.everything().await, before, "not even an audit event");

        // What is not named stays: no section at all, and then one key of it.
        assert_eq!(world.import(HEAD).await, Vec::<String>::new());
        assert_eq!(world.import(&format!("{HEAD}[apps.oidc]\nrequire_par = false\n")).await.len(), 1);
        let read = d.app_connection(&ada, app).await.expect("read").connection;
        let registration = read.registration.expect("a registration");
        assert!(!registration.require_par && registration.redirect_uris.len() == 1 && read.told.pairwise);
        assert_eq!(world.import(&format!("{HEAD}[apps.told]\ngroups = \"none\"\n")).await.len(), 1);
        assert!(d.app_connection(&ada, app).await.expect("read").connection.told.pairwise);
        // A list that is named is replaced whole.
        world.import(&format!("{HEAD}[apps.told]\nclaims = {{}}\n")).await;
        assert!(d.app_connection(&ada, app).await.expect("read").connection.told.claims.is_empty());

        world.import(&format!("{HEAD}kind = \"forward-auth\"\nhosts = [\"https://budget.example\"]\n")).await;
        assert_eq!(d.app_connection(&ada, app).await.expect("read").connection.hosts, ["https://budget.example"]);
        world.import(&format!("{HEAD}kind = \"link\"\n")).await;
        let read = d.app_connection(&ada, app).await.expect("read").connection;
        assert!(read.hosts.is_empty() && read.registration.is_some());
        let details = world.texts("SELECT CAST(details AS text) FROM audit_details", []).await.concat();
        assert!(!details.contains(FIRST), "no secret is written down");
    }

    async fn secrets_of_the_file_replace_those_of_files(world) {
        let d = &world.directory;
        let ada = world.caller("ada.admin").await;
        let base = "redirect_uris = [\"https://apps.example/budget/cb\"]\n";
        world.import(&oidc(&format!("{base}secrets = [\"{FIRST}\"]\n"))).await;
        let app = world.app("budget").await;
        let hints = async || d.app_connection(&ada, app).await.expect("read").secrets.into_iter().map(|row| row.hint).collect::<Vec<_>>();
        let made = d.add_secret(&ada, app).await.expect("made in the panel");
        world.import(&oidc(&format!("secrets = [\"{SECOND}\"]\n"))).await;
        let mut expected = vec!["89zz".to_owned(), made[39..].to_owned()];
        expected.sort();
        let mut now = hints().await;
        now.sort();
        assert_eq!(now, expected, "what was made in the panel stays");
        let both = oidc(&format!("secrets = [\"{FIRST}\", \"{SECOND}\"]\n"));
        assert_eq!(mistake(world, &both).await.1, "secrets", "three are too many");
        assert_eq!(hints().await.len(), 2);
        // By its hash, which says nothing of it; and none at all.
        let hash: String = access_panel::directory::vault::hash(FIRST).iter().map(|byte| format!("{byte:02x}")).collect();
        world.import(&oidc(&format!("secret_hashes = [\"{hash}\"]\n"))).await;
        assert!(hints().await.contains(&String::new()));
        assert!(world.blobs("SELECT hash FROM app_secrets").await.contains(&access_panel::directory::vault::hash(FIRST)));
        world.import(&oidc("secrets = []\n")).await;
        assert_eq!(hints().await, [made[39..].to_owned()]);
        assert_eq!(world.events("app.secret.delete", Outcome::Success).await, 3);
    }

    async fn mistakes_name_line_and_field(world) {
        let app = "redirect_uris = [\"https://a.example/cb\"]\n";
        for (text, line, field) in [
            (format!("{HEAD}kind = \"saml\"\n"), 7, "kind"),
            (format!("{HEAD}kind = \"oidc\"\n"), 2, "oidc"),
            (format!("{HEAD}kind = \"forward-auth\"\n"), 2, "hosts"),
            (format!("{HEAD}kind = \"forward-auth\"\nhosts = []\n"), 8, "hosts"),
            (format!("{HEAD}kind = \"forward-auth\"\nhosts = [\"https://panel.woodgrove.example\"]\n"), 8, "hosts"),
            (format!("{HEAD}hosts = [\"https://a.example\"]\n"), 7, "hosts"),
            (format!("{HEAD}[apps.oidc]\n{app}"), 7, "oidc"),
            (oidc("client_id = \"a b\"\n"), 9, "client_id"),
            (oidc("redirect_uris = []\n"), 2, "redirect_uris"),
            (oidc("redirect_uris = [\"http://a.example/\"]\n"), 9, "redirect_uris"),
            (oidc(&format!("{app}initiate_login_uri = \"com.example.app:/x\"\n")), 10, "initiate_login_uri"),
            (oidc(&format!("{app}auth = \"private_key_jwt\"\n")), 2, "jwks"),
            (oidc(&format!("{app}jwks = \"{{}}\"\n")), 10, "jwks"),
            (oidc(&format!("{app}signing = \"HS256\"\n")), 10, "signing"),
            (oidc(&format!("{app}secrets = [\"short\"]\n")), 10, "secrets"),
            (oidc(&format!("{app}secret_hashes = [\"{FIRST}\"]\n")), 10, "secret_hashes"),
            (oidc(&format!("{app}secret = \"x\"\n")), 10, "secret"),
            (format!("{HEAD}[apps.told]\ngroups = \"some\"\n"), 8, "groups"),
            (format!("{HEAD}[apps.told]\nclaims = {{ sub = \"x\" }}\n"), 8, "sub"),
            (format!("{HEAD}[apps.told]\nclaims = {{ a = \"{{salary}}\" }}\n"), 8, "a"),
        ] {
            assert_eq!(mistake(world, &text).await, (line, field.to_owned()), "{text}");
        }
        // Taken by another app.
        world.import(&oidc(&format!("client_id = \"budget\"\n{app}"))).await;
        let other = oidc(&format!("client_id = \"budget\"\n{app}")).replace("key = \"budget\"", "key = \"other\"");
        assert_eq!(mistake(world, &other).await, (9, "client_id".to_owned()));
        assert!(world.directory.app_by_key("other").await.expect("read").is_none(), "nothing of it is kept");
    }
}
