//! Every text is there in every language, is a text of that language, and ends as its kind does.

use std::collections::BTreeSet;

use super::{
    Code, Language, Piece, Sentence, Words, doors, mail_blocks, redeeming, sentence::Listed, signing_in, words,
    words_at_door, words_in,
};

/// Words that are the same in both languages.
const SHARED: &[(&str, Language)] =
    &[("demo", Language::German), ("code", Language::German), ("code", Language::French)];

fn listed() -> impl Iterator<Item = &'static Listed> {
    [doors::ALL, redeeming::ALL, signing_in::ALL, mail_blocks::ALL].into_iter().flatten()
}

fn is_japanese(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}'))
}

/// What every text of a language has to obey.
#[track_caller]
fn check(what: &str, language: Language, text: &str) {
    assert!(!text.is_empty() && text.trim() == text && !text.contains("  "), "{what} in {language}: {text:?}");
    assert!(
        language == Language::English || !text.contains('\''),
        "a typewriter's apostrophe: {what} in {language}: {text}"
    );
    assert_eq!(is_japanese(text), language == Language::Japanese, "{what} in {language}: {text}");
    if language == Language::French {
        let loose = [" ?", " !", " :", " ;"].into_iter().find(|sign| text.contains(sign));
        assert_eq!(loose, None, "a line may break before a sign: {what}: {text}");
    }
    if language == Language::Japanese {
        assert!(!text.contains(['?', '!']) && !text.contains(". "), "a Western sign: {what}: {text}");
    }
}

#[track_caller]
fn check_sentence(what: &str, language: Language, text: &str) {
    check(what, language, text);
    let end = if language == Language::Japanese { "。" } else { "." };
    assert!(text.ends_with(end), "{what} in {language} is no sentence: {text}");
}

#[track_caller]
fn check_label(what: &str, language: Language, text: &str) {
    check(what, language, text);
    assert!(!text.ends_with(['.', '。']), "{what} in {language} is no label: {text}");
}

#[test]
fn every_text_is_one_of_its_language() {
    for text in listed() {
        let (_, english) = text.patterns[0];
        for (language, pattern) in text.patterns {
            match text.kind {
                "label" => check_label(text.name, language, pattern),
                "sentence" => check_sentence(text.name, language, pattern),
                other => panic!("{}: {other} is no kind", text.name),
            }
            let same = language != Language::English && pattern == english;
            assert_eq!(same, SHARED.contains(&(text.name, language)), "{} in {language}: {pattern}", text.name);
            // What is put in is put in by every language, and nothing is left open.
            for given in text.given {
                assert!(pattern.contains(&format!("{{{given}}}")), "{} in {language} lacks {given}", text.name);
            }
            let open =
                text.given.iter().fold(pattern.to_owned(), |rest, given| rest.replace(&format!("{{{given}}}"), ""));
            assert!(!open.contains(['{', '}']), "{} in {language}: {pattern}", text.name);
        }
        let languages: BTreeSet<_> = text.patterns.iter().map(|(language, _)| *language).collect();
        assert_eq!(languages.len(), Language::ALL.len());
    }
    let names: BTreeSet<_> = doors::ALL.iter().map(|text| text.name).collect();
    assert_eq!(names.len(), doors::ALL.len());
}

#[test]
fn every_code_speaks_every_language() {
    for code in Code::ALL {
        for language in Language::ALL {
            for said in [words_in(*code, *language), words_at_door(*code, *language)] {
                let Words { title, happened, remedy } = said;
                check_label(code.as_str(), *language, title);
                check_sentence(code.as_str(), *language, happened);
                check_sentence(code.as_str(), *language, remedy);
                if *language != Language::English {
                    let english = words(*code);
                    for (theirs, ours) in
                        [(title, english.title), (happened, english.happened), (remedy, english.remedy)]
                    {
                        assert_ne!(theirs, ours, "{code} in {language}");
                    }
                }
            }
        }
        assert_eq!(words_in(*code, Language::English), words(*code));
    }
}

#[test]
fn the_door_speaks_to_the_guest() {
    // Inside, the same code speaks to whoever invites.
    for language in Language::ALL {
        for code in [Code::AddressEmpty, Code::DomainBlocked, Code::DomainNotAllowed, Code::AccountBlocked] {
            assert_ne!(words_at_door(code, *language).remedy, words_in(code, *language).remedy);
        }
        assert_eq!(words_at_door(Code::CodeWrong, *language), words_in(Code::CodeWrong, *language));
    }
}

#[test]
fn sentences_follow_one_another_as_the_language_has_it() {
    let german = words_in(Code::CodeWrong, Language::German);
    assert_eq!(
        german.at_field(Language::German),
        "Dieser Code stimmt nicht. Sehen Sie in die neueste Mail und geben Sie die acht Ziffern noch einmal ein."
    );
    let japanese = words_in(Code::CodeWrong, Language::Japanese);
    assert_eq!(
        japanese.at_field(Language::Japanese),
        "コードが正しくありません。最新のメールを確認して、8 桁の数字をもう一度入力してください。"
    );
    // A question keeps its sign.
    let question = words(Code::AddressEmpty).at_field(Language::English);
    assert!(question.starts_with("Whom do you want to invite? Enter "), "{question}");
}

#[test]
fn what_is_put_in_stays_what_it_was() {
    let hostile = "{organization}<b>{inviter}";
    let heading = redeeming::heading(Language::English, hostile, "North Wind");
    assert_eq!(heading.to_string(), "{organization}<b>{inviter} invites you to work with North Wind");
    assert_eq!(
        redeeming::open_until(Language::Japanese, "2026年12月31日").pieces(),
        [
            Piece::Words("ご招待の有効期限は "),
            Piece::Given { name: "day", value: "2026年12月31日".to_owned() },
            Piece::Words(" です。"),
        ]
    );
    // Broken patterns lose nothing but the break.
    assert_eq!(Sentence::fill("a {x", &[("x", "b")]).to_string(), "a b");
}
