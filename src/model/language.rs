//! The languages that mails and the pages of redemption speak.

use super::state::text_enum;

text_enum! {
    /// A language, by its ISO 639-1 code.
    Language {
        English = "en",
        German = "de",
        French = "fr",
        Spanish = "es",
        Japanese = "ja",
    }
}

impl Default for Language {
    /// English, the last of the fallbacks (reference 5.4).
    fn default() -> Self {
        Self::English
    }
}

impl Language {
    /// Its own name for itself, as a choice shows it.
    pub const fn endonym(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
            Self::French => "Français",
            Self::Spanish => "Español",
            Self::Japanese => "日本語",
        }
    }

    /// Reads a language tag by its first part: `de`, `de-AT`, `DE_ch`. `None` for languages that we do not speak.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next()?.to_ascii_lowercase();
        primary.parse().ok()
    }

    /// The best of ours for an `Accept-Language` header (RFC 9110, 12.5.4). `None` if it names none of ours.
    pub fn accepted(header: &str) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        for range in header.split(',').take(20) {
            let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
            let Some(language) = Self::of_tag(tag) else { continue };
            let weight = parameters.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.trim().parse::<f32>().ok());
            let Some(weight) = weight.filter(|weight| *weight > 0.0 && *weight <= 1.0) else { continue };
            if best.is_none_or(|(most, _)| weight > most) {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }

    /// The language of a mail: what the inviter chose, else the reader's own, else the organization's (which is English
    /// unless it says otherwise). The order of reference 5.4; a partner's provider does not tell us its language.
    pub fn of_mail(chosen: Option<Self>, preferred: Option<Self>, organization: Self) -> Self {
        chosen.or(preferred).unwrap_or(organization)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_headers() {
        for (tag, language) in [
            ("en-US", Some(Language::English)),
            ("de_CH", Some(Language::German)),
            ("JA", Some(Language::Japanese)),
            ("pt-BR", None),
            ("", None),
        ] {
            assert_eq!(Language::of_tag(tag), language, "{tag}");
        }
        for (header, language) in [
            ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", Some(Language::French)),
            ("pt, es;q=0.3, de;q=0.7", Some(Language::German)),
            ("pt-BR, *;q=0.1", None),
            ("de;q=0, en;q=0.1", Some(Language::English)),
            ("de;q=x", None),
            ("de;q=NaN, es;q=inf, ja;q=0.2", Some(Language::Japanese)),
            ("", None),
        ] {
            assert_eq!(Language::accepted(header), language, "{header}");
        }
    }

    /// Reference 15, "Lang": call, user, home tenant (which no provider tells us), host tenant, English.
    #[test]
    fn the_order_of_fallbacks() {
        use Language::{English, French, German, Spanish};
        for (chosen, preferred, organization, language) in [
            (Some(French), Some(German), Spanish, French),
            (None, Some(German), Spanish, German),
            (None, None, Spanish, Spanish),
            (None, None, Language::default(), English),
        ] {
            assert_eq!(Language::of_mail(chosen, preferred, organization), language);
        }
    }
}
