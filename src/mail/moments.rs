//! Dates and numbers in the reader's manner.

use chrono::{DateTime, Utc};

use crate::model::{Language, text::dates};

/// A moment, which names its zone: readers live everywhere.
pub(super) fn moment(at: DateTime<Utc>, language: Language) -> String {
    let (day, time) = (dates::day(language, at), at.format("%H:%M UTC"));
    match language {
        Language::English | Language::German | Language::Spanish => format!("{day}, {time}"),
        Language::French => format!("{day} à {time}"),
        Language::Japanese => format!("{day} {time}"),
    }
}

/// A whole number, its thousands set apart.
pub(super) fn number(value: u64, language: Language) -> String {
    let digits = value.to_string();
    let separator = match language {
        Language::English | Language::Japanese => ",",
        Language::German => ".",
        Language::French => "\u{202f}",
        // Numbers of four digits stay whole in Spanish.
        Language::Spanish if digits.len() <= 4 => "",
        Language::Spanish => "\u{a0}",
    };
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push_str(separator);
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    #[test]
    fn moments_read_naturally() {
        let at = Utc.with_ymd_and_hms(2026, 12, 21, 14, 0, 59).unwrap();
        let first = Utc.with_ymd_and_hms(2027, 8, 1, 0, 5, 0).unwrap();
        for (language, one, other) in [
            (Language::English, "21 December 2026, 14:00 UTC", "1 August 2027, 00:05 UTC"),
            (Language::German, "21. Dezember 2026, 14:00 UTC", "1. August 2027, 00:05 UTC"),
            (Language::French, "21 décembre 2026 à 14:00 UTC", "1er août 2027 à 00:05 UTC"),
            (Language::Spanish, "21 de diciembre de 2026, 14:00 UTC", "1 de agosto de 2027, 00:05 UTC"),
            (Language::Japanese, "2026年12月21日 14:00 UTC", "2027年8月1日 00:05 UTC"),
        ] {
            assert_eq!((moment(at, language), moment(first, language)), (one.to_owned(), other.to_owned()));
        }
    }

    #[test]
    fn numbers_are_grouped() {
        for (language, thousand, million) in [
            (Language::English, "1,234", "1,234,567"),
            (Language::German, "1.234", "1.234.567"),
            (Language::French, "1\u{202f}234", "1\u{202f}234\u{202f}567"),
            (Language::Spanish, "1234", "1\u{a0}234\u{a0}567"),
            (Language::Japanese, "1,234", "1,234,567"),
        ] {
            assert_eq!(
                (number(1234, language), number(1_234_567, language)),
                (thousand.to_owned(), million.to_owned())
            );
            assert_eq!(number(999, language), "999");
            assert_eq!(number(0, language), "0");
        }
    }
}
