//! Sections of settings in the file: they change the keys that they name, and no others.

use std::collections::HashMap;

use serde_json::Value as Json;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    ImportError,
    file::{File, Mistake},
};
use crate::model::{Address, names, origin, settings::Settings, text};

/// Most days before its end that a guest can be reminded of an invitation.
const MOST_REMINDER_DAYS: u16 = 30;
/// Most days that an invitation can be open.
const MOST_VALID_DAYS: u16 = 365;

/// Which keys of which sections a file names, and where.
#[derive(Debug, Default)]
pub(super) struct Named(HashMap<String, Section>);

#[derive(Debug)]
struct Section {
    offset: usize,
    keys: HashMap<String, usize>,
}

impl Named {
    /// Reads a text that is known to be TOML. However a section is written, the answer is the same.
    pub(super) fn read(text: &str) -> Self {
        let Ok(table) = DeTable::parse(text) else { return Self::default() };
        let sections = table.get_ref().iter().filter_map(|(name, value)| {
            let DeValue::Table(keys) = value.get_ref() else { return None };
            let keys = keys.keys().map(|key| (key.get_ref().to_string(), key.span().start)).collect();
            Some((name.get_ref().to_string(), Section { offset: name.span().start, keys }))
        });
        Self(sections.collect())
    }

    /// Where a key is named; where its section is, if not.
    pub(super) fn offset(&self, section: &str, key: &str) -> usize {
        self.0.get(section).map_or(0, |named| named.keys.get(key).copied().unwrap_or(named.offset))
    }

    fn has(&self, section: &str) -> bool {
        self.0.contains_key(section)
    }
}

/// The key that a byte of the text belongs to, if it is a plain one.
pub(super) fn key_at(text: &str, offset: usize) -> Option<String> {
    fn in_table(table: &DeTable<'_>, offset: usize) -> Option<String> {
        table.iter().find_map(|(key, value)| {
            in_value(value, offset).or_else(|| {
                let plain = !matches!(value.get_ref(), DeValue::Table(_));
                let here = key.span().contains(&offset) || value.span().contains(&offset);
                (plain && here && !holds_tables(value)).then(|| key.get_ref().to_string())
            })
        })
    }
    fn in_value(value: &Spanned<DeValue<'_>>, offset: usize) -> Option<String> {
        match value.get_ref() {
            DeValue::Table(table) => in_table(table, offset),
            DeValue::Array(items) => items.iter().find_map(|item| in_value(item, offset)),
            _ => None,
        }
    }
    fn holds_tables(value: &Spanned<DeValue<'_>>) -> bool {
        let DeValue::Array(items) = value.get_ref() else { return false };
        items.iter().any(|item| matches!(item.get_ref(), DeValue::Table(_)))
    }
    in_table(DeTable::parse(text).ok()?.get_ref(), offset)
}

impl File {
    /// The settings in force, changed by what the file names. An empty `privacy_url` or `contact` means none.
    ///
    /// # Errors
    /// The first mistake in a section that the file has.
    pub(super) fn settings(&self, current: &Settings) -> Result<Settings, ImportError> {
        let mut sections = self.sections();
        for text in [&mut sections.organization.privacy_url, &mut sections.organization.contact] {
            text.take_if(|text| text.trim().is_empty());
        }
        let as_json = |settings: &Settings| serde_json::to_value(settings).map_err(super::super::Error::from);
        let (mut wanted, named) = (as_json(current)?, as_json(&sections)?);
        for (section, Section { keys, .. }) in &self.named.0 {
            for key in keys.keys() {
                // Entries such as [[groups]] are no sections of settings, and are not here.
                if let (Some(Json::Object(section)), Some(value)) = (wanted.get_mut(section), named[section].get(key)) {
                    section.insert(key.clone(), value.clone());
                }
            }
        }
        let wanted: Settings = serde_json::from_value(wanted).map_err(super::super::Error::from)?;
        if self.named.has("organization") {
            self.check_organization(&wanted)?;
        }
        if self.named.has("invitations") {
            self.check_invitations(&wanted)?;
        }
        if self.named.has("self_service") && !(1..=MOST_VALID_DAYS).contains(&wanted.self_service.request_days) {
            return Err(self.mistake_in("self_service", "request_days", "must be 1 to 365 days").into());
        }
        Ok(wanted)
    }

    fn check_organization(&self, wanted: &Settings) -> Result<(), Mistake> {
        let wanted = &wanted.organization;
        let at = |key: &str, why: &str| Err(self.mistake_in("organization", key, why));
        if names::one_line(&wanted.name).as_deref() != Some(wanted.name.as_str()) {
            return at("name", "a name is one line of 1 to 120 characters");
        }
        if wanted.domains.is_empty() {
            return at("domains", "name at least one domain of your own: its people are members");
        }
        if wanted.hue > 359 {
            return at("hue", "a hue is 0 to 359 degrees");
        }
        if wanted.chroma > 150 {
            return at("chroma", "a chroma is 0 to 150 thousandths");
        }
        if wanted.privacy_url.as_deref().is_some_and(|url| !origin::is_web_address(url)) {
            return at("privacy_url", "must begin with https:// or http://");
        }
        if let Some(Err(code)) = wanted.contact.as_deref().map(Address::parse) {
            return at("contact", text::words(code).title);
        }
        Ok(())
    }

    fn check_invitations(&self, wanted: &Settings) -> Result<(), Mistake> {
        let wanted = &wanted.invitations;
        let at = |key: &str, why: &str| Err(self.mistake_in("invitations", key, why));
        if !(1..=MOST_VALID_DAYS).contains(&wanted.valid_days) {
            return at("valid_days", &format!("must be 1 to {MOST_VALID_DAYS} days"));
        }
        if wanted.reminder_days > MOST_REMINDER_DAYS {
            return at("reminder_days", &format!("must be 0 to {MOST_REMINDER_DAYS} days; 0 sends no reminders"));
        }
        for text in &wanted.landing_origins {
            if origin::is_origin(text) {
                continue;
            }
            return at(
                "landing_origins",
                &match origin::of(text) {
                    Some(origin) => {
                        format!("{text:?} is more than an origin, or written unlike browsers do; write {origin:?}")
                    }
                    None => format!(
                        "{text:?} is not an origin; write https://host or https://host:port, without a path or wildcard"
                    ),
                },
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Language, policy::InvitePolicy};

    fn read(text: &str, current: &Settings) -> Result<Settings, ImportError> {
        File::read(text)?.settings(current)
    }

    fn mistake(text: &str) -> Mistake {
        match read(text, &Settings::default()) {
            Err(ImportError::Mistake(mistake)) => mistake,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn mistakes_name_line_and_field() {
        for (text, line, field) in [
            ("[organization]\nname = \"X\"\ncolour = 1\n", 3, "colour"),
            ("[organization]\nname = \"X\"\ndomains = [\"x.example\"]\nhue = 400\n", 4, "hue"),
            ("[organization]\nname = \"X\"\n", 1, "domains"),
            ("# Ours\n[ organization ]\ndomains = [\"x.example\"]\nlanguage = \"de-AT\"\n", 4, "language"),
            ("[organization]\ndomains = [\"preset:public-mail\"]\n", 2, "domains"),
            ("[invitations]\nvalid_days = 0\n", 2, "valid_days"),
            ("[invitations]\nvalid_days = 366\n", 2, "valid_days"),
            ("[invitations]\nvalid_days = 70000\n", 2, "valid_days"),
            ("invitations.policy = \"none\"\ninvitations.valid_days = 0\n", 2, "valid_days"),
            ("x = 1\n", 1, "x"),
            ("[invitations]\npolicy = \"nobody\"\n", 2, "policy"),
            ("[invitations]\nreminder_days = 31\n", 2, "reminder_days"),
            ("[invitations]\nreminder_days = -1\n", 2, "reminder_days"),
            ("[invitations]\ndigest = \"daily\"\n", 2, "digest"),
            ("[invitations]\ninviter_per_hour = -5\n", 2, "inviter_per_hour"),
            ("[invitations]\ninviter_per_day = 5000000000\n", 2, "inviter_per_day"),
            ("[invitations]\norganization_per_day = 1.5\n", 2, "organization_per_day"),
            ("[invitations]\nlanding_origins = \"https://a.example\"\n", 2, "landing_origins"),
            (
                "[invitations]\nlanding_origins = [\"https://a.example\",\n\"https://*.b.example\"]\n",
                2,
                "landing_origins",
            ),
            ("[invitations]\nper_hour = 1\n", 2, "per_hour"),
            ("[domains]\ndeny = [\"not a domain\"]\n", 2, "deny"),
            ("[domains]\ndeny = [\n  \"a.example\",\n  \"preset:banks\",\n]\n", 2, "deny"),
            ("[domains]\nblock = []\n", 2, "block"),
            ("[[people]]\naddress = \"nobody\"\nname = \"N\"\n", 2, "address"),
            ("[[apps]]\nkey = \"a\"\nname = \"A\"\nurl = \"javascript:alert(1)\"\n", 4, "url"),
            ("[[apps]]\nkey = \"A b\"\nname = \"A\"\nurl = \"https://a.example\"\n", 2, "key"),
            ("[[groups]]\nkey = \"g\"\nname = \"G\"\nowners = []\n", 2, "owners"),
            (
                "[[groups]]\nkey = \"g\"\nname = \"G\"\ndomains = { allow = [\"*.x.example\"] }\nowners = [\"a@b.example\"]\n",
                4,
                "allow",
            ),
            ("[[groups]]\nkey = \"g\"\nname = \"G\"\ndomains = { only = [] }\nowners = [\"a@b.example\"]\n", 4, "only"),
            (
                "[[groups]]\nkey = \"g\"\nname = \"G\"\nother_address = 1\nowners = [\"a@b.example\"]\n",
                4,
                "other_address",
            ),
            (
                "[[apps]]\nkey = \"a\"\nname = \"A\"\nother_address = true\nurl = \"https://a.example\"\n",
                4,
                "other_address",
            ),
            ("[organization\n", 1, "[organization"),
        ] {
            let mistake = mistake(text);
            assert_eq!((mistake.line, mistake.field.as_str()), (line, field), "{text}: {mistake}");
        }
    }

    #[test]
    fn what_a_landing_origin_should_have_been() {
        for (text, hint) in [
            ("https://wiki.example/start", "https://wiki.example"),
            ("https://wiki.example:443", "https://wiki.example"),
            ("https://Bücher.example", "https://xn--bcher-kva.example"),
            ("http://wiki.example", "https://host"),
            ("https://*.wiki.example", "without a path or wildcard"),
        ] {
            let why = mistake(&format!("[invitations]\nlanding_origins = [{text:?}]\n")).why;
            assert!(why.contains(hint), "{text}: {why}");
        }
    }

    /// Somebody's settings, nothing of them a default.
    fn lived_in() -> Settings {
        let text = r#"
            [organization]
            name = "WoodGrove"
            domains = ["woodgrove.example"]
            privacy_url = "https://woodgrove.example/privacy"
            contact = "help@woodgrove.example"
            hue = 25
            chroma = 50
            language = "fr"
            [invitations]
            policy = "everyone"
            valid_days = 7
            reminder_days = 0
            digest = false
            landing_origins = ["https://wiki.woodgrove.example", "http://localhost:8080"]
            inviter_per_hour = 1
            inviter_per_day = 2
            organization_per_day = 0
            [domains]
            allow = [".fabrikam.example"]
            deny = ["preset:public-mail", "old.fabrikam.example"]
            [guests]
            visibility = "restricted"
            [passcodes]
            enabled = false
            [self_service]
            group_creation = "administrators"
            groups_per_person = 3
            request_days = 5
            connect_apps = "owners"
            owner_hosts = [".apps.example.com"]
        "#;
        let settings = read(text, &Settings::default()).unwrap();
        let (kept, default) =
            (serde_json::to_value(&settings).unwrap(), serde_json::to_value(Settings::default()).unwrap());
        for (section, keys) in kept.as_object().unwrap() {
            for (key, value) in keys.as_object().unwrap() {
                assert_ne!(*value, default[section][key], "{section}.{key} should not be the default here");
            }
        }
        settings
    }

    #[test]
    fn a_section_changes_only_what_it_names() {
        let current = lived_in();
        assert_eq!(read("", &current).unwrap(), current, "no section");
        let empty = "[organization]\n[invitations]\n[domains]\n[guests]\n[passcodes]\n";
        assert_eq!(read(empty, &current).unwrap(), current, "nothing named");

        let mut wanted = current.clone();
        wanted.invitations.policy = InvitePolicy::None;
        for text in [
            "[invitations]\npolicy = \"none\"\n",
            "invitations = { policy = \"none\" }\n",
            "invitations.policy = \"none\"\n",
            "[\"invitations\"]\n\"policy\" = \"none\"\n",
        ] {
            assert_eq!(read(text, &current).unwrap(), wanted, "{text}");
        }

        let mut wanted = current.clone();
        wanted.organization.language = Language::Japanese;
        wanted.domains.deny.clear();
        wanted.invitations.landing_origins.clear();
        let text = "[organization]\nlanguage = \"ja\"\n[domains]\ndeny = []\n[invitations]\nlanding_origins = []\n";
        assert_eq!(read(text, &current).unwrap(), wanted, "a list that is named is replaced whole");
    }

    /// Every key that is written out with its default has it again; texts without a default go by being empty.
    #[test]
    fn the_way_back_to_defaults() {
        let mut wanted = Settings::default();
        wanted.organization.domains = lived_in().organization.domains;
        let mut written = serde_json::to_value(&wanted).unwrap();
        let organization = written["organization"].as_object_mut().unwrap();
        organization.insert("privacy_url".to_owned(), "".into());
        organization.insert("contact".to_owned(), " ".into());
        let text = toml::to_string(&written).unwrap();
        assert_eq!(read(&text, &lived_in()).unwrap(), wanted, "{text}");
    }

    #[test]
    fn a_key_is_judged_together_with_what_was_there() {
        let mut current = lived_in();
        current.organization.domains.clear();
        let text = "[organization]\nhue = 1\n";
        let ImportError::Mistake(mistake) = read(text, &current).unwrap_err() else { panic!("{text}") };
        assert_eq!((mistake.line, mistake.field.as_str()), (1, "domains"));
        // A file that does not speak of it is not held responsible.
        assert!(read("[guests]\nvisibility = \"limited\"\n", &current).is_ok());
    }
}
