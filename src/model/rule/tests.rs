//! What rules say, where they are wrong, and that nothing makes reading them fail in any other way.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::model::{
    Language,
    state::{CreationType, ExternalState, UserType},
};

fn person() -> Person {
    Person {
        id: Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001),
        user_type: UserType::Guest,
        name: "Sam Oogle".to_owned(),
        given_name: Some("Sam".to_owned()),
        family_name: None,
        address: "Sam.Oogle@gmail.com".to_owned(),
        principal_name: guest_name("Sam.Oogle@gmail.com", "woodgrove.example"),
        enabled: true,
        creation_type: CreationType::Invitation,
        external_state: Some(ExternalState::Accepted),
        language: Some(Language::German),
        department: Some("Sales".to_owned()),
        job_title: Some(String::new()),
        company: None,
    }
}

fn holds(rule: &str) -> bool {
    Rule::parse(rule).unwrap_or_else(|error| panic!("{rule}: {error}")).matches(&person())
}

#[test]
fn rules_mean_whom_they_say() {
    for (rule, expected) in [
        ("user.objectId -ne null", true),
        (r#"(user.objectId -ne null) and (user.userType -eq "Guest")"#, true),
        (r#"(user.objectId -ne null) and (user.userType -eq "Member")"#, false),
        (
            r#"(user.userType -eq "Guest") and (user.mail -contains "@GMAIL.com") and (user.accountEnabled -eq true)"#,
            true,
        ),
        (r#"USER.USERTYPE -EQ 'guest'"#, true),
        (r#"user.userType eq "guest" and not user.mail contains "@contoso.com""#, true),
        (r#"user.userType –eq "guest" -and -not (user.accountEnabled -ne true)"#, true),
        ("user.objectId -eq \"01920000-0000-7000-8000-000000000001\"", true),
        (r#"user.displayName -startsWith "sam""#, true),
        (r#"user.displayName -notStartsWith "sam""#, false),
        (r#"user.mail -endsWith "@gmail.com""#, true),
        (r#"user.mail -notEndsWith "@gmail.com""#, false),
        (r#"user.mail -notContains "oog""#, false),
        (r#"user.department -in ["Marketing", 'SALES']"#, true),
        (r#"user.department -notIn ["Marketing", "Sales"]"#, false),
        (r#"user.displayName -match "oog""#, true),
        (r#"user.displayName -match "^oog""#, false),
        (r#"user.displayName -match "^sam\s\w+$""#, true),
        (r#"user.displayName -notMatch "^sam""#, false),
        ("user.userPrincipalName -eq \"sam.oogle_gmail.com#EXT#@woodgrove.example\"", true),
        (r#"user.preferredLanguage -eq "de""#, true),
        (r#"user.creationType -eq "Invitation" and user.externalUserState -eq "Accepted""#, true),
        // What is missing, and what is empty.
        ("user.companyName -eq null", true),
        ("user.companyName -ne null", false),
        ("user.jobTitle -eq null", true),
        (r#"user.companyName -eq "x""#, false),
        (r#"user.companyName -ne "x""#, true),
        (r#"user.companyName -eq """#, false),
        (r#"user.companyName -contains """#, false),
        (r#"user.companyName -notContains "x""#, false),
        (r#"user.companyName -notStartsWith "x""#, false),
        (r#"user.companyName -notEndsWith "x""#, false),
        (r#"user.companyName -in ["x"]"#, false),
        (r#"user.companyName -notIn ["x"]"#, false),
        (r#"user.companyName -match ".*""#, false),
        (r#"user.companyName -notMatch "x""#, false),
        ("not user.companyName -ne null", true),
        // `null` in quotation marks is a text.
        (r#"user.department -ne "null""#, true),
        // not > and > or.
        (r#"user.department -eq "Sales" or user.department -eq "x" and user.department -eq "y""#, true),
        (r#"(user.department -eq "Sales" or user.department -eq "x") and user.department -eq "y""#, false),
        (r#"not user.department -eq "x" and user.department -eq "Sales""#, true),
        (r#"not (user.department -eq "x" or user.department -eq "Sales")"#, false),
        ("((((((((((((((((((((((((user.objectId -ne null))))))))))))))))))))))))", true),
    ] {
        assert_eq!(holds(rule), expected, "{rule}");
    }
}

#[test]
fn quotation_marks_are_doubled_or_back_quoted() {
    for (written, meant) in [
        (r#""a""b""#, r#"a"b"#),
        ("\"a`\"b\"", r#"a"b"#),
        ("'it''s'", "it's"),
        ("'it`'s'", "it's"),
        ("\"a``b\"", "a`b"),
        ("\"a`b\"", "a`b"),
        (r#""it's""#, "it's"),
        (r#"'"'"#, "\""),
        (r#""""#, ""),
        (r#""C:\x""#, r"C:\x"),
    ] {
        let rule = Rule::parse(&format!("user.department -eq {written}")).unwrap();
        let Rule::Test(Test { value: Value::Text(text), .. }) = &rule else { panic!("{rule:?}") };
        assert_eq!(text.as_str(), meant, "{written}");
    }
}

#[test]
fn mistakes_have_a_place_and_a_hint() {
    let long = format!("user.department -eq \"{}\"", "x".repeat(LONGEST));
    let many = vec!["user.objectId -ne null"; MOST_TESTS + 1].join(" or ");
    let deep = format!("{}user.objectId -ne null{}", "(not ".repeat(DEEPEST + 1), ")".repeat(DEEPEST + 1));
    let parentheses = "(".repeat(3000);
    for (rule, line, column, part) in [
        ("", 1, 1, "There is no rule yet."),
        (" \n\t ", 1, 1, "There is no rule yet."),
        ("user", 1, 1, "There is no property user."),
        ("user.dept -eq \"x\"", 1, 1, "There is no property user.dept."),
        ("user.departmnet -eq \"x\"", 1, 1, "Did you mean user.department?"),
        ("device.model -eq \"x\"", 1, 1, "There is no property device.model."),
        ("user.mail", 1, 10, "The rule ends where an operator such as -eq was expected."),
        ("user.mail -equals \"x\"", 1, 11, "Did you mean -eq?"),
        ("user.mail -startWith \"x\"", 1, 11, "Did you mean -startsWith?"),
        ("user.mail -eq", 1, 14, "The rule ends where a value was expected."),
        ("user.mail -eq Sales", 1, 15, "Write \"Sales\"."),
        ("user.mail -eq true", 1, 15, "with a text in quotation marks, or with null"),
        ("user.mail -contains null", 1, 21, "-contains compares user.mail with a text in quotation marks."),
        ("user.accountEnabled -eq \"true\"", 1, 25, "with true or false"),
        ("user.accountEnabled -contains true", 1, 31, "by -eq or -ne"),
        ("user.accountEnabled -eq null", 1, 25, "with true or false"),
        ("user.accountEnabled -in [\"true\"]", 1, 25, "with true or false"),
        ("user.mail -in \"x\"", 1, 15, "For example [\"Sales\", \"Marketing\"]."),
        ("user.mail -in []", 1, 16, "a text in quotation marks was expected"),
        ("user.mail -in [\"a\" \"b\"]", 1, 20, "a comma or ] was expected"),
        ("user.mail -in [\"a\",", 1, 20, "The rule ends where a text in quotation marks was expected."),
        ("user.mail -eq [\"a\"]", 1, 15, "with a text in quotation marks, or with null"),
        ("user.mail -match \"[\"", 1, 18, "This regular expression cannot be read: unclosed character class."),
        ("user.mail -match \"(a{1000}){1000}\"", 1, 18, "it is too large"),
        ("user.mail -eq \"x", 1, 15, "This text is not closed"),
        ("user.mail -eq \"x\n\"", 1, 15, "This text is not closed"),
        ("user.mail -eq “x”", 1, 15, "Use straight quotation marks"),
        ("user.mail = \"x\"", 1, 11, "Operators are words"),
        ("user.mail -eq $null", 1, 15, "without a dollar sign"),
        ("(user.objectId -ne null", 1, 1, "This parenthesis is never closed."),
        ("user.objectId -ne null)", 1, 23, "Found ); and, or or the end was expected."),
        ("user.objectId -ne null user.mail -eq \"x\"", 1, 24, "Found user.mail; and, or or the end was expected."),
        ("user.objectId -ne null and", 1, 27, "a property such as user.department was expected"),
        ("user.objectId -ne null\n  and\n  user.nmae -eq \"ü\"", 3, 3, "There is no property user.nmae."),
        ("user.department -eq \"ü\" und", 1, 25, "Found und; and, or or the end was expected."),
        ("\"x\" -eq user.mail", 1, 1, "The property comes first"),
        ("-eq \"x\"", 1, 1, "Found -eq; a property"),
        ("()", 1, 2, "Found ); a property"),
        ("user.mail -eq \"a\u{1}\"", 1, 17, "has no meaning here"),
        (&long, 1, LONGEST + 1, "at most 3072 characters"),
        (&many, 1, MOST_TESTS * 26 + 1, "at most 100 comparisons"),
        (&deep, 1, 1, "nested at most 20 deep"),
        (&parentheses, 1, 65, "nested at most 20 deep"),
    ] {
        let error = Rule::parse(rule).unwrap_err();
        let told = format!("{} {}", error.mistake.told(), error.mistake.hint().unwrap_or_default());
        assert!(told.contains(part), "{rule}: {told}");
        assert_eq!((error.line, error.column), (line, column), "{rule}: {told}");
    }
}

#[test]
fn the_place_is_marked_under_its_line() {
    let rule = "user.mail -eq \"a\"\n\tand user.dept -eq \"b\"";
    assert_eq!(Rule::parse(rule).unwrap_err().view(rule).marked, "\tand user.dept -eq \"b\"\n\t    ^^^^^^^^^");
    let rule = format!("user.mail -eq \"{}\" or x or user.mail -eq \"{}\"", "a".repeat(100), "b".repeat(100));
    let marked = Rule::parse(&rule).unwrap_err().view(&rule).marked;
    let (shown, carets) = marked.split_once('\n').unwrap();
    assert!(shown.starts_with("… aaa") && shown.ends_with("bbb …"), "{marked}");
    assert_eq!(shown.chars().nth(carets.find('^').unwrap()), Some('x'), "{marked}");
    assert_eq!(carets.matches('^').count(), 1, "{marked}");
}

#[test]
fn the_canonical_text_has_everything_in_parentheses() {
    for (rule, canonical) in [
        (
            "user.objectId -ne null and user.userType eq 'Guest'",
            "(user.objectId -ne null) and (user.userType -eq \"Guest\")",
        ),
        ("not USER.MAIL -Contains \"a`\"\"", "not (user.mail -contains \"a`\"\")"),
        (
            "user.mail -in ['a','b'] or user.accountEnabled -eq TRUE and user.mail -eq null",
            "(user.mail -in [\"a\", \"b\"]) or ((user.accountEnabled -eq true) and (user.mail -eq null))",
        ),
    ] {
        assert_eq!(Rule::parse(rule).unwrap().to_string(), canonical);
    }
}

#[test]
fn what_decides() {
    let told = |rule: &str| -> Vec<(bool, bool)> {
        let told = Rule::parse(rule).unwrap().explain(&person());
        told.into_iter().map(|one| (one.holds, one.decides)).collect()
    };
    let (yes, no) = ("user.userType -eq \"Guest\"", "user.userType -eq \"Member\"");
    assert_eq!(told(&format!("{yes} and {yes}")), [(true, true), (true, true)]);
    assert_eq!(told(&format!("{yes} and {no} and {no}")), [(true, false), (false, true), (false, false)]);
    assert_eq!(told(&format!("{no} or {yes}")), [(false, false), (true, true)]);
    assert_eq!(told(&format!("{no} or {no}")), [(false, true), (false, true)]);
    assert_eq!(told(&format!("not ({no} and {yes})")), [(false, true), (true, false)]);
    let told = Rule::parse("user.companyName -eq null").unwrap().explain(&person());
    assert_eq!(told[0].found, None);
}

/// The plainest reading of the table in `docs/dynamic-groups.md`, written without looking at `eval.rs`.
fn oracle(rule: &Rule, person: &Person) -> bool {
    match rule {
        Rule::All(parts) => !parts.iter().any(|part| !oracle(part, person)),
        Rule::Any(parts) => parts.iter().any(|part| oracle(part, person)),
        Rule::Not(part) => !oracle(part, person),
        Rule::Test(Test { property, operator, value }) => {
            let found = person.value(*property).map(|text| text.to_lowercase());
            let wanted = match value {
                Value::Null => None,
                Value::Flag(flag) => Some(vec![flag.to_string()]),
                Value::Text(text) => Some(vec![text.as_str().to_lowercase()]),
                Value::List(texts) => Some(texts.iter().map(|text| text.as_str().to_lowercase()).collect()),
                Value::Pattern(_) => Some(Vec::new()),
            };
            let name = operator.as_str().trim_start_matches('-').to_lowercase();
            let Some(found) = found else {
                return matches!((name.as_str(), wanted), ("eq", None) | ("ne", Some(_)));
            };
            let Some(wanted) = wanted else { return name == "ne" };
            let one = wanted.first().cloned().unwrap_or_default();
            let (negated, bare) = match name.strip_prefix("not") {
                Some(bare) => (true, bare.to_owned()),
                None if name == "ne" => (true, "eq".to_owned()),
                None => (false, name),
            };
            let plain = match bare.as_str() {
                "eq" => found == one,
                "startswith" => found.get(..one.len()) == Some(&one),
                "endswith" => found.len() >= one.len() && found.as_bytes().ends_with(one.as_bytes()),
                "contains" => found.split(&one).count() > 1,
                "in" => wanted.contains(&found),
                // The patterns that are made below are plain letters between optional anchors.
                "match" => {
                    let Value::Pattern(_) = value else { return false };
                    let text = value.to_string().trim_matches('"').to_lowercase();
                    match (text.strip_prefix('^'), text.strip_suffix('$')) {
                        (Some(start), None) => found.starts_with(start),
                        (None, Some(end)) => found.ends_with(end),
                        _ => found.contains(&text),
                    }
                }
                other => panic!("{other}"),
            };
            plain != negated
        }
    }
}

/// Texts that people have, so that comparisons hold now and then.
fn words() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        Just(String::new()),
        Just("a".to_owned()),
        Just("Ab".to_owned()),
        Just("b a".to_owned()),
        Just("ÄÖ".to_owned()),
        Just("guest".to_owned()),
        Just("null".to_owned()),
    ]
}

fn people() -> impl Strategy<Value = Person> {
    let maybe = || prop::option::of(words());
    let who = (any::<bool>(), words(), maybe(), maybe(), words(), any::<bool>());
    (who, prop::option::of(any::<bool>()), prop::option::of(any::<bool>()), maybe(), maybe(), maybe()).prop_map(
        |((guest, name, given_name, family_name, address, enabled), state, german, department, job_title, company)| {
            Person {
                id: Uuid::from_u128(1),
                user_type: if guest { UserType::Guest } else { UserType::Member },
                principal_name: address.clone(),
                name,
                given_name,
                family_name,
                address,
                enabled,
                creation_type: if guest { CreationType::Invitation } else { CreationType::Import },
                external_state: state.map(|yes| if yes { ExternalState::Accepted } else { ExternalState::Pending }),
                language: german.map(|yes| if yes { Language::German } else { Language::English }),
                department,
                job_title,
                company,
            }
        },
    )
}

fn tests(text: impl Strategy<Value = String> + Clone + 'static) -> impl Strategy<Value = Rule> {
    let property = prop::sample::select(Property::ALL.to_vec());
    let operator = prop::sample::select(Operator::ALL.to_vec());
    let texts = prop::collection::vec(text.clone(), 1..4);
    let pattern = prop::sample::select(vec!["a", "^a", "b$", "guest", "^g"]);
    (property, operator, text, texts, pattern, any::<bool>(), any::<bool>()).prop_map(
        |(property, operator, text, texts, pattern, flag, null)| {
            let (operator, value) = match (property, operator) {
                (Property::AccountEnabled, Operator::Ne) => (operator, Value::Flag(flag)),
                (Property::AccountEnabled, _) => (Operator::Eq, Value::Flag(flag)),
                (_, Operator::Eq | Operator::Ne) if null => (operator, Value::Null),
                (_, Operator::In | Operator::NotIn) => {
                    (operator, Value::List(texts.into_iter().map(Text::new).collect()))
                }
                (_, Operator::Match | Operator::NotMatch) => (operator, Value::Pattern(Pattern::new(pattern).unwrap())),
                _ => (operator, Value::Text(Text::new(text))),
            };
            Rule::Test(Test { property, operator, value })
        },
    )
}

fn rules(text: impl Strategy<Value = String> + Clone + 'static) -> impl Strategy<Value = Rule> {
    tests(text).prop_recursive(4, 24, 3, |part| {
        prop_oneof![
            prop::collection::vec(part.clone(), 2..4).prop_map(Rule::All),
            prop::collection::vec(part.clone(), 2..4).prop_map(Rule::Any),
            part.prop_map(|part| Rule::Not(Box::new(part))),
        ]
    })
}

/// Anything at all that fits into one line.
fn lines() -> impl Strategy<Value = String> + Clone {
    "[^\\p{Cc}]{0,12}"
}

/// Pieces of rules in any order: much nearer to rules than any text is.
fn pieces() -> impl Strategy<Value = String> {
    let pieces = [
        "(",
        ")",
        "[",
        "]",
        ",",
        "\"",
        "'",
        "`",
        " ",
        "\n",
        "-",
        "user.mail",
        "user.accountEnabled",
        "user.",
        "-eq",
        "-in",
        "-match",
        "and",
        "or",
        "not",
        "null",
        "true",
        "\"a\"",
        "\"(\"",
        "ü",
        "\u{feff}",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..40).prop_map(|pieces| pieces.join(" "))
}

/// Reads it, and says where it is wrong if it is: nothing panics.
fn read(text: &str) {
    match Rule::parse(text) {
        Ok(rule) => {
            rule.explain(&person());
            let canonical = rule.to_string();
            if canonical.chars().count() <= LONGEST {
                assert_eq!(Rule::parse(&canonical).as_ref(), Ok(&rule), "{text}\n{canonical}");
            }
        }
        Err(error) => {
            assert!(text.is_char_boundary(error.at) && text.is_char_boundary(error.end) && error.at <= error.end);
            assert!(!error.view(text).message.is_empty());
            assert!(error.line <= text.matches('\n').count() + 1);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_canonical_text_reads_back(rule in rules(lines())) {
        let text = rule.to_string();
        prop_assume!(text.chars().count() <= LONGEST);
        prop_assert_eq!(Rule::parse(&text), Ok(rule), "{}", text);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(?s).{0,200}") {
        read(&text);
    }

    #[test]
    fn anything_like_a_rule_is_read_or_refused(text in pieces()) {
        read(&text);
    }

    #[test]
    fn evaluation_is_that_of_the_oracle(rule in rules(words()), person in people()) {
        prop_assert_eq!(rule.matches(&person), oracle(&rule, &person), "{} for {:?}", rule, person);
    }

    #[test]
    fn what_decides_is_enough(rule in rules(words()), person in people()) {
        let told = rule.explain(&person);
        prop_assert_eq!(told.len(), rule.tests());
        prop_assert!(told.iter().any(|one| one.decides));
    }
}
