use std::fs;

use tempfile::TempDir;

use super::*;
use crate::model::letter::{Letter, Mail};

/// A folder of templates, and the writer that uses it.
struct Folder(TempDir);

impl Folder {
    fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            let file = folder.0.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        folder
    }

    fn writer(&self) -> Writer {
        Writer::with_overrides(self.0.path()).unwrap()
    }

    /// What is wrong, with paths from the folder.
    fn problems(&self) -> Vec<String> {
        let root = format!("{}/", self.0.path().display());
        self.writer().problems().iter().map(|problem| problem.to_string().replace(&root, "")).collect()
    }
}

fn write(writer: &Writer, kind: &str, language: Language) -> Mail {
    let letter = samples::full().into_iter().find(|letter| letter.kind() == kind).unwrap();
    writer.write(&samples::post(letter, language, true), &samples::settings(), samples::PUBLIC_URL).unwrap()
}

const GOOD: &str = r#"{% extends "shared/layout.html" %}
{% import "shared/parts.html" as parts %}
{% block title %}Hallo{% endblock %}
{% block preheader %}Bis {{ until }}{% endblock %}
{% block content %}
<p style="color:{{ colour.light.text }}">Hallo {{ address }}, {{ inviter.name }} schreibt:</p>
{% for line in message %}<p>{{ line }}</p>{% endfor %}
{% if access_until %}<p>Bis {{ access_until }}</p>{% endif %}
{{ parts.list("Apps", apps) }}
{{ parts.button("Los!", link, colour) }}
<img src="https://woodgrove.example/logo.png" alt="{{ organization.name }}">
{% endblock %}
{% block footer %}{% if unsubscribe %}<a href="{{ unsubscribe }}">Nein, danke</a>{% endif %}{% endblock %}
"#;

#[test]
fn a_file_replaces_one_part_of_one_mail_in_one_language() {
    let folder = Folder::with(&[
        ("invitation/de/subject.txt", "Willkommen bei {{ organization.name }}"),
        ("invitation/de/body.html", GOOD),
        ("passcode/subject.txt", "{{ code }} ({{ language }})"),
        ("passcode/ja/subject.txt", "\u{feff}番号 {{ code }}"),
        (".git/config", "not ours to judge"),
        ("README.md", "nor this"),
    ]);
    assert_eq!(folder.problems(), [""; 0]);
    let writer = folder.writer();
    let ours = Writer::new().unwrap();
    let mail = write(&writer, "invitation", Language::German);
    assert_eq!(mail.subject, "Willkommen bei WoodGrove");
    assert!(mail.html.contains("Los!") && mail.html.contains(samples::TICKET) && mail.html.contains("Nein, danke"));
    assert_eq!(mail.text, write(&ours, "invitation", Language::German).text, "what is not replaced is ours");
    assert_eq!(write(&writer, "invitation", Language::French), write(&ours, "invitation", Language::French));
    assert_eq!(write(&writer, "passcode", Language::French).subject, "04815162 (fr)", "one for all languages");
    assert_eq!(
        write(&writer, "passcode", Language::Japanese).subject,
        "番号 04815162",
        "but not for those with their own"
    );
}

#[test]
fn words_of_others_are_escaped() {
    let folder = Folder::with(&[("invitation/body.html", GOOD)]);
    let writer = folder.writer();
    let mut letter = samples::invitation(Some(samples::TICKET));
    if let Letter::Invitation { message, inviter, .. } = &mut letter {
        "<img src=x onerror=alert(1)> {{ 7 * 7 }}".clone_into(message);
        "</p><script>".clone_into(&mut inviter.name);
    }
    let mail = writer.write(&letter.into(), &samples::settings(), samples::PUBLIC_URL).unwrap();
    assert!(mail.html.contains("Los!"), "theirs is used");
    assert!(!mail.html.contains("<img src=x") && !mail.html.contains("<script>"), "{}", mail.html);
    assert!(mail.html.contains("{{ 7 * 7 }}"));
}

/// Each mistake is named, with its file and, where it can be, its line; and the file is not used.
#[test]
fn mistakes_are_named() {
    let html = "body.html";
    let text = "body.txt";
    let link = "{{ link }} {{ unsubscribe }}\n";
    for (part, source, said) in [
        (text, "{{ link }}{{ unsubscribe }}\n\nHi {{ invitor.name }}", "line 3: there is no variable invitor.name"),
        (text, "{{ link }}{{ unsubscribe }}\n{{ inviter.nmae }}", "line 2: there is no variable inviter.nmae"),
        (
            text,
            "{{ link }}{{ unsubscribe }}\n{% if false %}\n{{ ticket }}{% endif %}",
            "line 3: there is no variable ticket",
        ),
        (text, "Hello {{ unsubscribe }}", "{{ link }} is missing"),
        (html, "<a href=\"{{ link }}\">x</a>", "{{ unsubscribe }} is missing"),
        (text, "{% if access_until %}{{ link }}{% endif %}{{ unsubscribe }}", "{{ link }} is missing"),
        (text, "{{ link }}\n{{ unsubscribe }", "line 2"),
        (text, "{% if link %}", "syntax error"),
        ("subject.txt", "  \n ", "the subject is empty"),
        ("subject.txt", "{% if access_until %}x{% endif %}", "the subject is empty"),
        (html, "\n<p>{{ message | join | safe }}</p>", "line 2: the filter safe"),
        (
            html,
            "<p>\n\n{% autoescape false %}{{ message }}{% endautoescape %}",
            "line 3: {% autoescape %} would let strangers",
        ),
        (html, "{% set link = message %}", "line 1: {% set %} is not for mails"),
        (html, "{% macro a() %}{% endmacro %}", "{% macro %} is not for mails"),
        (
            html,
            "{% for link in message %}<a href=\"{{ link }}\">x</a>{% endfor %}",
            "line 1: link is the name of a variable",
        ),
        (html, "a\n<script>alert(1)</script>", "line 2: <script> has no place"),
        (html, "<p\n onclick=x>", "onclick would run script"),
        (html, "<a href=\"java\nscript:x\">", "href must begin with https:"),
        (html, "<a href=\"{{ message | first }}\">x</a>", "line 1: {{ message | first }} holds the words of others"),
        (html, "\n<p title='{{ inviter.name }}'>x</p>", "line 2: {{ inviter.name }} holds the words of others"),
        (html, "<style>.a { content: '{{ address }}' }</style>", "{{ address }} holds the words of others"),
        (html, "<!-- {{ address }} -->", "{{ address }} holds the words of others"),
        (
            html,
            "{% import 'shared/parts.html' as parts %}{{ parts.button('x', message[0], colour) }}",
            "words of others stand in a tag",
        ),
        (html, "<{{ address }}>", "the name of an element must be written out"),
        (html, "<meta http-equiv=refresh content='0;url=https://evil.example'>", "<meta http-equiv>"),
        (html, "<form action=https://a.example>", "<form> has no place"),
        (html, "{% extends '../../../../etc/passwd' %}", "only shared/layout.html"),
        (html, "{% include 'own/passcode/body.html' %}", "{% include %} is not for mails"),
        (text, "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}", "it runs for too long"),
        (text, "{{ 'xxxxxxxxxx' * 2000000 }}", "too l"),
        (
            text,
            "{% for line in messages %}{% endfor %}",
            "there is no variable messages in this mail; there are access_until, address, apps",
        ),
        (text, "{{ message[0].text }}", "line 1"),
    ] {
        let name = format!("invitation/de/{part}");
        let source = if said.contains("missing") || said.contains("subject") || source.contains("link }") {
            source.to_owned()
        } else {
            format!("{source}{link}")
        };
        let folder = Folder::with(&[(&name, &source)]);
        let problems = folder.problems();
        assert!(
            problems.iter().any(|problem| problem.starts_with(&name) && problem.contains(said)),
            "{source:?}: {problems:#?}"
        );
        assert_eq!(folder.writer().replaced(), 0);
        assert_eq!(
            write(&folder.writer(), "invitation", Language::German),
            write(&Writer::new().unwrap(), "invitation", Language::German),
            "a broken one is not used"
        );
    }
}

#[test]
fn every_mail_says_what_it_needs() {
    for (kind, missing) in [
        ("invitation", "{{ link }}"),
        ("reminder", "{{ link }}"),
        ("digest", "{{ link }}"),
        ("asked", "{{ link }}"),
        ("added", "{{ link }}"),
        ("copy", "{{ unsubscribe }}"),
        ("passcode", "{{ code }}"),
        ("notice", "{{ link }}"),
    ] {
        let folder = Folder::with(&[(&format!("{kind}/body.txt"), "Hello")]);
        assert!(folder.problems().iter().any(|problem| problem.contains(missing)), "{kind}: {:?}", folder.problems());
    }
}

#[test]
fn files_that_nothing_asks_for_are_named() {
    let folder = Folder::with(&[
        ("invitaion/de/subject.txt", "x"),
        ("invitation/pt/subject.txt", "x"),
        ("invitation/de/subject.html", "x"),
        ("body.html", "x"),
        ("passcode/de/subject.txt/x", "x"),
    ]);
    let problems = folder.problems();
    for stray in
        ["invitaion:", "invitation/pt:", "invitation/de/subject.html:", "body.html:", "passcode/de/subject.txt:"]
    {
        assert!(problems.iter().any(|problem| problem.starts_with(stray)), "{stray}: {problems:#?}");
    }
    let nowhere = Writer::with_overrides(&folder.0.path().join("nowhere")).unwrap();
    assert_eq!(nowhere.problems().len(), 1);
    assert_eq!(write(&nowhere, "passcode", Language::English).subject, "Your code for WoodGrove");
}

#[test]
fn what_cannot_be_read_is_named() {
    let folder = Folder::with(&[("invitation/subject.txt", &"x".repeat(200_000))]);
    fs::write(folder.0.path().join("invitation/body.txt"), [0xff, 0xfe]).unwrap();
    let problems = folder.problems();
    assert!(problems.iter().any(|problem| problem.contains("longer than")), "{problems:?}");
    assert!(problems.iter().any(|problem| problem.contains("not UTF-8")), "{problems:?}");
}

/// A template that passes every check and still fails with a real letter: ours stands in, and the mail leaves.
#[test]
fn a_failure_at_run_time_falls_back_to_ours() {
    let folder = Folder::with(&[(
        "invitation/body.txt",
        "{{ link }} {{ unsubscribe }} {% if apps | length > 5 %}{{ apps[0].oops.oops }}{% endif %}\
         {% for a in apps %}{% for b in apps %}{% for c in apps %}x{% endfor %}{% endfor %}{% endfor %}",
    )]);
    assert_eq!(folder.problems(), [""; 0]);
    let writer = folder.writer();
    for apps in [6, 300] {
        let mut letter = samples::invitation(Some(samples::TICKET));
        if let Letter::Invitation { apps: given, .. } = &mut letter {
            *given = vec!["App".to_owned(); apps];
        }
        let write = |writer: &Writer| {
            writer.write(&letter.clone().into(), &samples::settings(), samples::PUBLIC_URL).unwrap().text
        };
        assert_eq!(write(&writer), write(&Writer::new().unwrap()));
    }
    // One that leaves out the link because of what the letter holds.
    let folder =
        Folder::with(&[("invitation/body.txt", "{{ unsubscribe }}{% if apps | length < 6 %}{{ link }}{% endif %}")]);
    assert_eq!(folder.problems(), [""; 0]);
    let mut letter = samples::invitation(Some(samples::TICKET));
    if let Letter::Invitation { apps, .. } = &mut letter {
        *apps = vec!["App".to_owned(); 6];
    }
    let mail = folder.writer().write(&letter.into(), &samples::settings(), samples::PUBLIC_URL).unwrap();
    assert!(mail.text.contains(samples::TICKET));
}

/// The template that the documentation shows passes its own checks.
#[test]
fn the_documented_template_works() {
    let page = include_str!("../../../docs/mail.md");
    let template = page.split("```jinja\n").nth(1).unwrap().split("```").next().unwrap();
    let folder = Folder::with(&[("invitation/de/body.html", template)]);
    assert_eq!(folder.problems(), [""; 0]);
    let mail = write(&folder.writer(), "invitation", Language::German);
    assert!(mail.html.contains("Zum Partnerportal") && mail.html.contains("Willkommen bei WoodGrove"), "{}", mail.html);
    for kind in samples::KINDS {
        assert!(page.contains(&format!("| `{kind}` |")), "{kind} is not documented");
    }
}
