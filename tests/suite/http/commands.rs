//! The program itself: what its commands say and how they end.

use std::{
    path::Path,
    process::{Command, Output},
    sync::Arc,
};

use access_panel::{
    directory::{Deployment, Directory, chance::SystemRandom, clock::SystemClock, invitations::Ask},
    model::{Address, Caller, provider::MembersRule, state::UserType},
    server::keys,
};
use tempfile::TempDir;

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_access-panel");

const ORGANIZATION: &str = r#"
[organization]
name = "WoodGrove"
domains = ["woodgrove.example"]

[[people]]
address = "john.doe@woodgrove.example"
name = "John Doe"

[[groups]]
key = "partners"
name = "Partners"
accepts_guests = true
owners = ["john.doe@woodgrove.example"]
"#;

/// A folder with a configuration, and the program in it.
struct Place(TempDir);

struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Said {
    #[track_caller]
    fn well(self, wanted: &str) -> Self {
        assert!(self.code == Some(0) && self.out.contains(wanted), "{:?}: {} {}", self.code, self.out, self.err);
        self
    }

    /// It refused, says why in one go, and did not crash.
    #[track_caller]
    fn refused(self, wanted: &[&str]) -> Self {
        assert_eq!(self.code, Some(1), "{} {}", self.out, self.err);
        for wanted in wanted {
            assert!(self.err.contains(wanted), "no {wanted:?} in: {}", self.err);
        }
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }
}

pub fn program(folder: &Path) -> Command {
    let mut command = Command::new(PROGRAM);
    command.current_dir(folder);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("ACCESS_PANEL")) {
        command.env_remove(name);
    }
    command
}

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        place.write("access-panel.toml", "[server]\npublic_url = \"http://localhost:3999\"\n");
        place.write("organization.toml", ORGANIZATION);
        place
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join(name), text).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Said {
        self.run_with(arguments, &[])
    }

    fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Said {
        let Output { status, stdout, stderr } =
            program(self.0.path()).args(arguments).envs(environment.iter().copied()).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said { code: status.code(), out: text(stdout), err: text(stderr) }
    }

    /// The directory that the program works on.
    async fn directory(&self) -> Directory {
        let deployment = Deployment {
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            vault: keys::load_or_create(&self.0.path().join("secrets.key"), &SystemRandom).unwrap(),
            public_url: "http://localhost:3999".to_owned(),
            members: None,
            members_rule: MembersRule::OwnDomain,
        };
        let url = format!("sqlite://{}", self.0.path().join("access-panel.db").display());
        Directory::open(&url, 1, deployment).await.unwrap()
    }
}

#[test]
fn migrate_works_on_nothing_and_twice() {
    let place = Place::new();
    place.run(&["migrate"]).well("up to date");
    place.run(&["migrate"]).well("up to date");
    assert!(place.0.path().join("access-panel.db").exists() && place.0.path().join("secrets.key").exists());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(place.0.path().join("secrets.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "others can read the key");
    }
}

#[test]
fn configurations_with_mistakes_are_refused_by_name() {
    let place = Place::new();
    place.run(&["migrate", "--config", "nowhere.toml"]).refused(&["nowhere.toml"]);
    for (text, wanted) in [
        ("", &["server"][..]),
        ("[server]\n", &["public_url"]),
        ("[server]\npublic_url = \"http://localhost\"\nlisten_on = 1\n", &["listen_on", "bad.toml"]),
        ("[server]\npublic_url = \"http://localhost\"\n[serve]\n", &["serve"]),
        ("[server]\npublic_url = \"http://access.example.com\"\n", &["server.public_url", "https://"]),
        ("[server]\npublic_url = \"https://access.example.com/panel\"\n", &["server.public_url", "path"]),
        ("[server]\npublic_url = \"access.example.com\"\n", &["server.public_url"]),
        ("[server]\npublic_url = \"http://localhost\"\nlisten = \"everywhere\"\n", &["listen"]),
        ("[server\n", &["bad.toml"]),
        ("[server]\npublic_url = \"http://localhost\"\n[database]\nurl = \"mysql://x\"\n", &["database.url"]),
        (
            "[server]\npublic_url = \"http://localhost\"\n[database]\nurl = \"sqlite:///nowhere/at/all/x.db\"\n",
            &["secrets.key"],
        ),
        ("[server]\npublic_url = \"http://localhost\"\n[secrets]\nkeys = \"short\"\n", &["secrets.keys", "32 bytes"]),
    ] {
        place.write("bad.toml", text);
        for command in [&["migrate"][..], &["import", "organization.toml"], &["admin", "grant", "a@b.example"]] {
            let arguments: Vec<_> = command.iter().copied().chain(["--config", "bad.toml"]).collect();
            place.run(&arguments).refused(wanted);
        }
    }
    place.write("unreadable.key", "not a key");
    place.write("bad.toml", "[server]\npublic_url = \"http://localhost\"\n[secrets]\nkey_file = \"unreadable.key\"\n");
    place.run(&["migrate", "--config", "bad.toml"]).refused(&["unreadable.key"]);
    assert!(!place.0.path().join("access-panel.db").exists(), "a mistake left a database behind");
    // serve needs a mail server: saying so comes before listening.
    place.run(&["serve"]).refused(&["[mail]"]);
}

#[test]
fn the_environment_has_the_last_word() {
    let place = Place::new();
    let named = [("ACCESS_PANEL__SERVER__PUBLIC_URL", "http://access.example.com")];
    place.run_with(&["migrate"], &named).refused(&["server.public_url"]);
    place.run_with(&["migrate"], &[("ACCESS_PANEL__SERVER__LISTEN_ON", "x")]).refused(&["listen_on"]);
    place.run_with(&["migrate"], &[("ACCESS_PANEL__DATABASE__URL", "sqlite://other.db")]).well("up to date");
    assert!(place.0.path().join("other.db").exists());
    place.write("elsewhere.toml", "[server]\npublic_url = \"http://localhost\"\nx = 1\n");
    place.run_with(&["migrate"], &[("ACCESS_PANEL_CONFIG", "elsewhere.toml")]).refused(&["elsewhere.toml"]);
}

#[test]
fn imports_change_what_the_file_says_once() {
    let place = Place::new();
    // A dry run leaves nothing behind, not even a database.
    place.run(&["import", "--dry-run", "organization.toml"]).refused(&["access-panel migrate"]);
    assert!(!place.0.path().join("access-panel.db").exists() && !place.0.path().join("secrets.key").exists());
    place.run(&["migrate"]).well("up to date");
    place.run(&["import", "--dry-run", "organization.toml"]).well("would be made. Nothing was changed.");
    let said = place.run(&["import", "organization.toml"]).well("changes made.");
    assert!(said.out.contains("John Doe") || said.out.contains("john.doe@woodgrove.example"), "{}", said.out);
    place.run(&["import", "organization.toml"]).well("Nothing to change.");
    place.run(&["import", "--dry-run", "organization.toml"]).well("Nothing to change.");
    place.write("more.toml", "[organization]\nname = \"Grove & Wood\"\ndomains = [\"woodgrove.example\"]\n");
    place.run(&["import", "--dry-run", "more.toml"]).well("1 change");
    place.run(&["import", "organization.toml"]).well("Nothing to change.");
}

#[test]
fn mistakes_in_an_import_name_file_line_and_field() {
    let place = Place::new();
    place.run(&["import", "organization.toml"]).well("made");
    place.run(&["import", "missing.toml"]).refused(&["missing.toml"]);
    for (text, wanted) in [
        ("[organization]\nnam = \"x\"\n", &["line 2", "nam"][..]),
        ("\n\n[[people]]\naddress = \"nonsense\"\nname = \"X\"\n", &["line 4", "address"]),
        ("[[groups]]\nkey = \"a\"\nname = \"A\"\nowners = []\n", &["line 2", "owners"]),
        ("[[groups]]\nkey = \"a\"\nname = \"A\"\nowners = [\"nobody@woodgrove.example\"]\n", &["line 4"]),
        ("[[apps]]\nkey = \"a\"\nname = \"A\"\nurl = \"javascript:alert(1)\"\n", &["line 4", "url"]),
        ("[[apps]]\nkey = \"a\"\nname = \"A\"\nurl = \"https://a.example\"\ngroups = [\"nowhere\"]\n", &["line 5"]),
        ("[invitations]\npolicy = \"sometimes\"\n", &["line 2", "policy"]),
        ("[[groups]]\nkey = \"A B\"\nname = \"A\"\nowners = [\"john.doe@woodgrove.example\"]\n", &["line 2", "key"]),
        ("[passcodes]\nenabled = false\n", &["line 2", "enabled"]),
        ("not toml at all", &["line 1"]),
    ] {
        place.write("bad.toml", text);
        let said = place.run(&["import", "bad.toml"]).refused(wanted).err;
        assert!(said.contains("bad.toml"), "{said}");
    }
    place.run(&["import", "organization.toml"]).well("Nothing to change.");
}

#[tokio::test]
async fn administrators_are_granted_by_address() {
    let place = Place::new();
    place.run(&["import", "organization.toml"]).well("made");
    place.run(&["admin", "grant", "john.doe@woodgrove.example"]).well("is now an administrator");
    place.run(&["admin", "grant", "John.Doe@WoodGrove.example"]).well("already was");
    place.run(&["admin", "grant", "new@woodgrove.example"]).well("is now an administrator");
    place.run(&["admin", "grant", "nonsense"]).refused(&["nonsense"]);
    place.run(&["admin", "grant", ""]).refused(&[]);

    let directory = place.directory().await;
    let (user_id, name) =
        directory.member_by_address(&Address::parse("john.doe@woodgrove.example").unwrap()).await.unwrap().unwrap();
    let caller = Caller {
        user_id,
        user_type: UserType::Member,
        name,
        address: "john.doe@woodgrove.example".to_owned(),
        roles: Vec::new(),
        request_id: None,
    };
    let group_id = directory.group_by_key("partners").await.unwrap().unwrap();
    let ask = Ask { groups: vec![group_id], address: "sam@partner.example".to_owned(), ..Default::default() };
    directory.invite(&caller, &ask).await.unwrap();
    directory.close().await;
    place.run(&["admin", "grant", "sam@partner.example"]).refused(&["sam@partner.example", "guest"]);
}

#[tokio::test]
async fn other_commands_refuse_a_demos_database() {
    let place = Place::new();
    place.write("access-panel.toml", "[server]\npublic_url = \"http://localhost:3999\"\nlisten = \"127.0.0.1:0\"\n[mail]\nurl = \"smtp://localhost:2525\"\nfrom = \"panel@woodgrove.example\"\n");
    let directory = place.directory().await;
    directory.migrate().await.unwrap();
    directory.mark_as_demo().await.unwrap();
    directory.close().await;
    for command in
        [&["migrate"][..], &["import", "organization.toml"], &["admin", "grant", "a@woodgrove.example"], &["serve"]]
    {
        place.run(command).refused(&["demo"]);
    }
    let said = place.run(&["doctor"]);
    assert_eq!(said.code, Some(1));
    assert!(said.out.contains("FAIL  not a demo"), "{}", said.out);
}

#[test]
fn the_demo_keeps_to_itself() {
    let place = Place::new();
    for listen in ["0.0.0.0:0", "[::]:0", "203.0.113.1:80"] {
        place.run(&["demo", "--listen", listen, "--data", "new"]).refused(&["--anyone-may-sign-in-as-anyone"]);
    }
    assert!(!place.0.path().join("new").exists());

    // A folder with an organization's real data.
    std::fs::create_dir(place.0.path().join("real")).unwrap();
    place.write(
        "real.toml",
        "[server]\npublic_url = \"http://localhost\"\n[database]\nurl = \"sqlite://real/directory.db\"\n",
    );
    place.run(&["import", "organization.toml", "--config", "real.toml"]).well("made");
    place.run(&["demo", "--listen", "127.0.0.1:0", "--data", "real"]).refused(&["real", "not a demo's"]);
    place.run(&["import", "organization.toml", "--config", "real.toml"]).well("Nothing to change.");
    place
        .run(&["demo", "--listen", "127.0.0.1:0", "--data", "x", "--public-url", "http://a.example"])
        .refused(&["https://"]);
    let said = place.run(&["demo", "--listen", "nonsense"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
}

#[test]
fn doctor_says_how_to_mend_what_fails() {
    let place = Place::new();
    let said = place.run(&["doctor"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    for wanted in [
        "ok    public URL",
        "FAIL  database",
        "access-panel migrate",
        "FAIL  mail",
        "[mail]",
        "Something has to be mended.",
    ] {
        assert!(said.out.contains(wanted), "no {wanted}: {}", said.out);
    }
    assert!(!place.0.path().join("secrets.key").exists(), "looking made a key");
    place.run(&["migrate"]).well("");
    let said = place.run(&["doctor"]);
    for wanted in
        ["ok    database", "ok    tables", "ok    not a demo", "FAIL  organization", "FAIL  members' provider"]
    {
        assert!(said.out.contains(wanted), "no {wanted}: {}", said.out);
    }
    place.run(&["import", "organization.toml"]).well("made");
    // A provider and a mail server that are not there.
    place.write(
        "access-panel.toml",
        "[server]\npublic_url = \"http://localhost:9\"\n[members]\nissuer = \"http://localhost:9/idp\"\nclient_id = \"panel\"\n\
         client_secret = \"hunter2\"\n[mail]\nurl = \"smtp://user:hunter2@localhost:9\"\nfrom = \"panel@woodgrove.example\"\n",
    );
    let said = place.run(&["doctor"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    for wanted in ["ok    organization", "FAIL  public URL answers", "FAIL  provider members", "FAIL  mail"] {
        assert!(said.out.contains(wanted), "no {wanted}: {}", said.out);
    }
    assert!(!said.out.contains("hunter2") && !said.err.contains("hunter2"), "a secret was printed: {}", said.out);
}

#[test]
fn the_program_explains_itself() {
    let place = Place::new();
    for arguments in [&["--help"][..], &["demo", "--help"], &["--version"]] {
        place.run(arguments).well("");
    }
    for arguments in [&[][..], &["nonsense"], &["import"], &["serve", "--nonsense"]] {
        assert_eq!(place.run(arguments).code, Some(2), "{arguments:?}");
    }
}

#[test]
fn keys_are_listed_and_replaced() {
    let place = Place::new();
    place.run(&["keys"]).refused(&["access-panel migrate"]);
    place.run(&["migrate"]).well("up to date");
    place.run(&["keys"]).well("There is no key yet");
    let list = |said: Said| -> Vec<String> { said.out.lines().map(str::to_owned).collect() };
    let first = list(place.run(&["keys", "rotate"]).well("The list says from when they sign"));
    assert!(first.len() == 3 && first[..2].iter().all(|line| line.ends_with("  signs")), "{first:?}");
    assert_eq!(list(place.run(&["keys", "--config", "access-panel.toml"]).well("RS256")), first[..2]);
    let more = list(place.run(&["keys", "rotate", "--config", "access-panel.toml"]).well("signs from"));
    assert_eq!(more.len(), 5, "{more:?}");
    place.run(&["keys", "rotate", "--now"]).well("sign from now on");
    let left = list(place.run(&["keys", "rotate", "--revoke"]).well("no token signed by another"));
    assert_eq!(left.len(), 3, "{left:?}");
    assert_eq!(list(place.run(&["keys"]).well("signs")), left[..2]);
    assert!(!left.iter().any(|line| first.contains(line)));
}
