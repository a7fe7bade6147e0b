//! Days and moments in words. In UTC: nobody guesses the reader's clock.

use chrono::{DateTime, Datelike, Utc};

use super::Language;

/// `21 December 2026`.
pub fn day(language: Language, then: DateTime<Utc>) -> String {
    let (year, day) = (then.year(), then.day());
    // chrono counts months from 0 here, so the index is in range.
    let month = |names: [&'static str; 12]| names[then.month0() as usize];
    match language {
        Language::English => {
            let month = month([
                "January",
                "February",
                "March",
                "April",
                "May",
                "June",
                "July",
                "August",
                "September",
                "October",
                "November",
                "December",
            ]);
            format!("{day} {month} {year}")
        }
        Language::German => {
            let month = month([
                "Januar",
                "Februar",
                "März",
                "April",
                "Mai",
                "Juni",
                "Juli",
                "August",
                "September",
                "Oktober",
                "November",
                "Dezember",
            ]);
            format!("{day}. {month} {year}")
        }
        Language::French => {
            let month = month([
                "janvier",
                "février",
                "mars",
                "avril",
                "mai",
                "juin",
                "juillet",
                "août",
                "septembre",
                "octobre",
                "novembre",
                "décembre",
            ]);
            // Only the first is an ordinal.
            let ordinal = if day == 1 { "er" } else { "" };
            format!("{day}{ordinal} {month} {year}")
        }
        Language::Spanish => {
            let month = month([
                "enero",
                "febrero",
                "marzo",
                "abril",
                "mayo",
                "junio",
                "julio",
                "agosto",
                "septiembre",
                "octubre",
                "noviembre",
                "diciembre",
            ]);
            format!("{day} de {month} de {year}")
        }
        Language::Japanese => format!("{year}年{}月{day}日", then.month()),
    }
}

/// `21 December 2026, 14:00 UTC`.
pub fn exact(language: Language, then: DateTime<Utc>) -> String {
    let (day, time) = (day(language, then), then.format("%H:%M"));
    match language {
        Language::German => format!("{day}, {time} Uhr UTC"),
        Language::French => format!("{day} à {time} UTC"),
        Language::English | Language::Spanish => format!("{day}, {time} UTC"),
        Language::Japanese => format!("{day} {time}（UTC）"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_as_each_language_writes_them() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        for (language, first, last) in [
            (Language::English, "1 March 2027", "31 December 2026, 09:05 UTC"),
            (Language::German, "1. März 2027", "31. Dezember 2026, 09:05 Uhr UTC"),
            (Language::French, "1er mars 2027", "31 décembre 2026 à 09:05 UTC"),
            (Language::Spanish, "1 de marzo de 2027", "31 de diciembre de 2026, 09:05 UTC"),
            (Language::Japanese, "2027年3月1日", "2026年12月31日 09:05（UTC）"),
        ] {
            assert_eq!(day(language, at("2027-03-01T00:00:00Z")), first);
            assert_eq!(exact(language, at("2026-12-31T09:05:59Z")), last);
        }
    }
}
