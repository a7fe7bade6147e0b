//! The demo organization, read from its import file so that nothing in it is said twice.

use anyhow::Context;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{gate, library};

/// The import file as it is kept; see [`import_file`].
const FILE: &str = include_str!("woodgrove.toml");

/// The import file of the demo organization, for a demo that is reached at this URL.
pub fn import_file(public_url: &str) -> String {
    let public_url = public_url.trim_end_matches('/');
    let page = || format!("{public_url}/demo/apps/{}", gate::KEY);
    let gated = gate::host(public_url).map_or_else(page, |host| format!("{}/", host.origin()));
    FILE.replace("{{public_url}}", public_url).replace("{{gated_url}}", &gated)
}

/// As [`import_file`], with the apps that sign people in through the panel connected: one by OpenID Connect with this
/// secret, one behind the gate where its host can be found.
pub fn demo_file(public_url: &str, library_secret: &str) -> String {
    let public_url = public_url.trim_end_matches('/');
    let library = format!("{public_url}/demo/apps/{}", library::KEY);
    let by_oidc = format!(
        r#"kind = "oidc"

[apps.oidc]
client_id = "{}"
redirect_uris = ["{library}/callback"]
post_logout_uris = ["{library}"]
initiate_login_uri = "{library}/sign-in"
backchannel_logout_uri = "{library}/signed-out"
secrets = ["{library_secret}"]

[apps.told]
groups = "assigned"
groups_as = "name"
"#,
        library::KEY
    );
    let behind_gate = gate::host(public_url).map_or_else(String::new, |host| {
        format!(
            "kind = \"forward-auth\"\nhosts = [\"{}\"]\n\n[apps.told]\ngroups = \"assigned\"\ngroups_as = \"name\"\n",
            host.origin()
        )
    });
    import_file(public_url).replace("# {{by_oidc}}\n", &by_oidc).replace("# {{behind_gate}}\n", &behind_gate)
}

/// Someone who can sign in at the stand-in provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoPerson {
    /// The provider's name for them, always the same for the same address.
    pub subject: String,
    /// Full name, as the button says.
    pub name: String,
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// E-mail address.
    pub email: String,
}

impl DemoPerson {
    /// The same person always gets the same subject, so that a continued demo knows them again.
    pub(super) fn new(issuer: &str, email: &str, name: &str, given_name: &str, family_name: &str) -> Self {
        let hash = Sha256::digest(format!("{issuer} {}", email.to_lowercase()));
        Self {
            subject: hash.iter().take(10).map(|byte| format!("{byte:02x}")).collect(),
            name: name.to_owned(),
            given_name: given_name.to_owned(),
            family_name: family_name.to_owned(),
            email: email.to_owned(),
        }
    }
}

#[derive(Deserialize)]
struct Excerpt {
    people: Vec<PersonRow>,
    apps: Vec<AppRow>,
}

#[derive(Deserialize)]
struct PersonRow {
    address: String,
    name: String,
    given_name: String,
    family_name: String,
}

#[derive(Deserialize)]
struct AppRow {
    key: String,
    name: String,
}

fn excerpt() -> anyhow::Result<Excerpt> {
    toml::from_str(FILE).context("the demo organization's file")
}

/// The organization's people, in the order of the file.
///
/// # Errors
/// If the file that was built in is broken; a test sees to it that it is not.
pub fn people() -> anyhow::Result<Vec<DemoPerson>> {
    let people = excerpt()?.people.into_iter();
    Ok(people.map(|p| DemoPerson::new("woodgrove", &p.address, &p.name, &p.given_name, &p.family_name)).collect())
}

/// The name of a demo app.
pub(super) fn app_name(key: &str) -> Option<String> {
    excerpt().ok()?.apps.into_iter().find(|app| app.key == key).map(|app| app.name)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::model::{
        domains::DomainRules,
        settings::{Invitations, Organization, SelfService},
    };

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Whole {
        organization: Organization,
        invitations: Invitations,
        self_service: SelfService,
        domains: DomainRules,
        people: Vec<Person>,
        identity_providers: Vec<Provider>,
        groups: Vec<Group>,
        apps: Vec<App>,
    }

    #[derive(Deserialize)]
    struct Person {
        address: String,
        name: String,
        given_name: String,
        family_name: String,
        roles: Vec<crate::model::state::Role>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Provider {
        key: String,
        name: String,
        kind: crate::model::state::ProviderKind,
        issuer: url::Url,
        client_id: String,
        client_secret: String,
        domains: Vec<crate::model::domains::DomainPattern>,
    }

    #[derive(Deserialize)]
    struct Group {
        key: String,
        name: String,
        purpose: String,
        #[serde(default)]
        accepts_guests: bool,
        owners: Vec<String>,
        #[serde(default)]
        members: Vec<String>,
    }

    #[derive(Deserialize)]
    struct App {
        key: String,
        name: String,
        description: String,
        url: url::Url,
        #[serde(default)]
        accepts_guests: bool,
        owners: Vec<String>,
        people: Vec<String>,
        groups: Vec<String>,
    }

    fn whole() -> Whole {
        toml::from_str(&import_file("http://localhost:3000/")).unwrap()
    }

    fn apps_of(whole: &Whole, address: &str) -> Vec<String> {
        let groups: HashSet<_> =
            whole.groups.iter().filter(|g| g.members.iter().any(|m| m == address)).map(|g| &g.key).collect();
        let has = |app: &&App| app.people.iter().any(|p| p == address) || app.groups.iter().any(|g| groups.contains(g));
        whole.apps.iter().filter(has).map(|app| app.name.clone()).collect()
    }

    #[test]
    fn the_file_is_whole() {
        let whole = whole();
        assert_eq!(whole.organization.name, "WoodGrove");
        assert_eq!(whole.invitations.valid_days, 30);
        assert_eq!(whole.self_service.connect_apps, crate::model::state::AppConnecting::Owners);
        assert_eq!((whole.people.len(), whole.groups.len(), whole.apps.len()), (12, 9, 12));
        let people: HashSet<_> = whole.people.iter().map(|p| p.address.as_str()).collect();
        let groups: HashSet<_> = whole.groups.iter().map(|g| g.key.as_str()).collect();
        assert_eq!((people.len(), groups.len()), (12, 9), "no one is there twice");
        for person in &whole.people {
            assert_eq!(person.name, format!("{} {}", person.given_name, person.family_name));
        }
        for group in &whole.groups {
            assert!(!group.owners.is_empty() && !group.name.is_empty() && !group.purpose.is_empty(), "{}", group.key);
            assert!(group.owners.iter().chain(&group.members).all(|a| people.contains(a.as_str())), "{}", group.key);
        }
        for app in &whole.apps {
            match app.key.as_str() {
                gate::KEY => assert_eq!(app.url.as_str(), "http://site-diary.localhost:3000/"),
                key => assert_eq!(app.url.as_str(), format!("http://localhost:3000/demo/apps/{key}")),
            }
            assert!(!app.description.is_empty());
            assert!(app.owners.iter().chain(&app.people).all(|a| people.contains(a.as_str())), "{}", app.key);
            assert!(app.groups.iter().all(|g| groups.contains(g.as_str())), "{}", app.key);
        }
    }

    #[test]
    fn the_story_can_be_told() {
        use crate::model::state::Role;
        let whole = whole();
        let john = "john.doe@woodgrove.example";
        let partners = whole.groups.iter().find(|g| g.key == "aurora-partners").unwrap();
        assert!(partners.accepts_guests);
        assert_eq!(partners.owners, [john]);
        let given: Vec<_> = whole.apps.iter().filter(|a| a.groups.iter().any(|g| g == "aurora-partners")).collect();
        assert_eq!(given.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(), ["Design review"]);
        assert_eq!(apps_of(&whole, john).len(), 8, "{:?}", apps_of(&whole, john));

        let roles = |address: &str| &whole.people.iter().find(|p| p.address == address).unwrap().roles;
        assert_eq!(roles("ada.admin@woodgrove.example"), &[Role::Administrator]);
        assert!(roles(john).is_empty());
        let owns = |address: &str| {
            let groups = whole.groups.iter().filter(|g| g.owners.iter().any(|o| o == address)).count();
            let apps = whole.apps.iter().filter(|a| a.owners.iter().any(|o| o == address)).count();
            (groups, apps)
        };
        assert_eq!(owns("lena.lee@woodgrove.example"), (0, 0));
        assert_eq!(owns(john), (1, 0));
        assert_eq!(owns("omar.owner@woodgrove.example"), (3, 2));
        // Somebody owns an app that takes guests, and some domain is refused.
        let open: Vec<_> = whole.apps.iter().filter(|app| app.accepts_guests).map(|app| app.name.as_str()).collect();
        assert_eq!(open, ["Timber library"]);
        assert!(!whole.domains.is_open());
        let everyone = whole.groups.iter().find(|g| g.key == "everyone").unwrap();
        assert!(!everyone.accepts_guests);
        assert_eq!(everyone.members.len(), whole.people.len());
    }

    #[test]
    fn the_stand_in_is_among_the_ways() {
        use super::super::idp::{CLIENT_ID, CLIENT_SECRET, members_provider};
        use crate::model::state::ProviderKind;
        let whole = whole();
        let [gmail] = whole.identity_providers.as_slice() else { panic!("one provider besides the members' own") };
        assert_eq!((gmail.key.as_str(), gmail.name.as_str(), gmail.kind), ("gmail", "Gmail", ProviderKind::Social));
        assert_eq!(gmail.issuer.as_str(), "http://localhost:3000/demo/idp/gmail");
        assert_eq!((gmail.client_id.as_str(), gmail.client_secret.as_str()), (CLIENT_ID, CLIENT_SECRET));
        assert_eq!(gmail.domains.len(), 2);
        assert_eq!(members_provider("http://localhost:3000/").issuer, "http://localhost:3000/demo/idp/woodgrove");
    }

    #[test]
    fn people_come_from_the_file_and_keep_their_subject() {
        let people = people().unwrap();
        assert_eq!(people.len(), 12);
        assert_eq!(people[0].name, "John Doe");
        assert_eq!(people[0].email, "john.doe@woodgrove.example");
        assert_eq!(people[0], super::people().unwrap()[0]);
        let subjects: HashSet<_> = people.iter().map(|p| &p.subject).collect();
        assert_eq!(subjects.len(), 12);
        assert_eq!(app_name("files").as_deref(), Some("Files"));
    }
}
