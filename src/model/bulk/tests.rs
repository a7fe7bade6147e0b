//! Tables of cases, and any bytes at all.

use chrono::{DateTime, Utc};

use super::*;
use crate::model::{Code, Refusal};

fn now() -> DateTime<Utc> {
    "2026-11-21T10:00:00Z".parse().expect("a moment")
}

/// Reads a file in pieces of that many bytes.
fn read_in(bytes: &[u8], piece: usize) -> Result<(Header, Vec<RawRow>), FileError> {
    let mut reader = Reader::new();
    let mut rows = Vec::new();
    for piece in bytes.chunks(piece) {
        reader.push(piece, &mut rows)?;
    }
    Ok((reader.finish(&mut rows)?, rows))
}

/// Reads a file, and makes sure that it does not matter in which pieces it comes.
fn read(bytes: &[u8]) -> Result<(Header, Vec<RawRow>), FileError> {
    let whole = read_in(bytes, usize::MAX);
    for piece in [1, 2, 3, 7, 1000] {
        assert_eq!(read_in(bytes, piece), whole, "in pieces of {piece}");
    }
    whole
}

/// A row by its line.
type Line = (u32, Result<TypedRow, Refusal>);

fn typed(bytes: &[u8]) -> (Header, Vec<Line>) {
    let (header, rows) = read(bytes).unwrap_or_else(|error| panic!("{error}"));
    let rows = rows.into_iter().map(|row| (row.number, header.read_row(&row.fields))).collect();
    (header, rows)
}

fn only(bytes: &[u8]) -> (Header, TypedRow) {
    let (header, mut rows) = typed(bytes);
    assert_eq!(rows.len(), 1, "{rows:?}");
    (header, rows.remove(0).1.unwrap_or_else(|refusal| panic!("{refusal:?}")))
}

const PORTAL: &str = "version:v1.0\n\
Email address to invite [inviteeEmail] Required,Redirection url [inviteRedirectURL] Required,Send invitation message (true or false) [sendEmail],Customized invitation message [customizedMessageBody]\n\
sam@partner.example,https://myapplications.microsoft.com,true,Welcome\n";

#[test]
fn the_portals_file() {
    let (header, row) = only(PORTAL.as_bytes());
    assert_eq!(header.format, Format::Portal);
    assert_eq!(header.unused(), Vec::<&str>::new());
    assert_eq!(
        row,
        TypedRow {
            address: "sam@partner.example".into(),
            message: "Welcome".into(),
            send_mail: Some(true),
            ..Default::default()
        },
        "Microsoft's panel is ours here"
    );
    // As Excel leaves it, with the example row and the newer column.
    let excel = "\u{feff}version:v1.0;;;;\r\n\
        Name of invitee [inviteeName];Email address to invite [inviteeEmail] Required;Redirection url [inviteRedirectURL] Required;Send invitation message (true or false) [sendEmail];Favourite colour\r\n\
        ;Example: alias@partner.example;https://myapps.microsoft.com;FALSE;\r\n\
        Sam Oogle;sam@partner.example;https://aurora.example/start;FALSCH;green\r\n;;;;\r\n";
    let (header, rows) = typed(excel.as_bytes());
    assert_eq!((header.format, header.delimiter, header.unused()), (Format::Portal, ';', vec!["Favourite colour"]));
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0], (3, Err(Refusal::at(Code::SampleRow, "address"))));
    let row = rows[1].1.clone().unwrap();
    assert_eq!((rows[1].0, row.name.as_str(), row.send_mail), (4, "Sam Oogle", Some(false)));
    assert_eq!(row.landing, "https://aurora.example/start");
    // A comma in a message without quotes.
    let comma = PORTAL.replace("Welcome", "Welcome, Sam");
    assert_eq!(typed(comma.as_bytes()).1, [(3, Err(Refusal::from(Code::RowTooWide)))]);
    let quoted = PORTAL.replace("Welcome", "\"Welcome, \"\"Sam\"\"\nand all\"");
    assert_eq!(only(quoted.as_bytes()).1.message, "Welcome, \"Sam\"\nand all");
}

#[test]
fn the_file_of_the_powershell_examples() {
    let (header, row) = only(b"Name,InvitedUserEmailAddress\r\nGmail B2B Invitee,b2binvitee@gmail.com\r\n");
    assert_eq!(header.format, Format::PowerShell);
    assert_eq!((row.name.as_str(), row.address.as_str()), ("Gmail B2B Invitee", "b2binvitee@gmail.com"));
}

#[test]
fn the_portals_file_of_2015() {
    let text = "Email,DisplayName,InvitationText,InvitedToApplications,InvitedToGroups,InviteRedirectURL,CcEmailAddress,Language\n\
        wharp@contoso.com,Walter Harp,\"Hello Walter!\",\"cd3ed3de-93ee-400b-8b19-b61ef44a0f29,8F0C1B7E-93ee-400b-8b19-b61ef44a0f29\",5062fbc9-3b47-4d8d-8e7c-2b6c1f2d9c11,https://myapps.microsoft.com/?tenantid=1,gm@contoso.com,en-US\n";
    let (header, row) = only(text.as_bytes());
    assert_eq!(header.format, Format::Portal2016);
    assert!(header.unused().is_empty());
    let wish = row.wish(&BulkOptions::default(), now()).unwrap();
    assert_eq!(wish.name.as_deref(), Some("Walter Harp"));
    assert_eq!(wish.apps.len(), 2);
    assert_eq!(wish.groups, ["5062fbc9-3b47-4d8d-8e7c-2b6c1f2d9c11"]);
    assert_eq!(wish.terms.message, "Hello Walter!");
    assert_eq!(wish.terms.cc[0].typed(), "gm@contoso.com");
    assert_eq!(wish.terms.language.map(crate::model::Language::as_str), Some("en"));
    assert_eq!(wish.terms.landing, None);
    let (header, _) = only(b"Email,DisplayName\nwharp@contoso.com,Walter Harp\n");
    assert_eq!(header.format, Format::Portal2016);
}

#[test]
fn our_own_file_forgives() {
    let text = "Send mail\tGROUPS\tE-Mail\tAccess_Until\tvalid days\tShoe size\r\
        no\tAurora partners|Timber; Drawings, old\tSam Oogle <sam@partner.example>\t31.3.2027\t14\t44\r\
        \r\
        maybe\t\tmira@partner.example\t\t\t\r";
    let (header, rows) = typed(text.as_bytes());
    assert_eq!((header.format, header.delimiter, header.unused()), (Format::Plain, '\t', vec!["Shoe size"]));
    let row = rows[0].1.clone().unwrap();
    assert_eq!(row.groups, ["Aurora partners", "Timber", "Drawings, old"]);
    let wish = row.wish(&BulkOptions::default(), now()).unwrap();
    assert_eq!((wish.name.as_deref(), wish.terms.without_mail), (Some("Sam Oogle"), true));
    assert_eq!(wish.terms.access_until.unwrap().to_rfc3339(), "2027-03-31T23:59:59+00:00");
    assert_eq!(wish.terms.valid_days, Some(14));
    assert_eq!(rows[1], (4, Err(Refusal::at(Code::NotYesOrNo, "sendMail"))));
}

#[test]
fn rows_come_before_options() {
    let options = BulkOptions { message: "Hi".into(), valid_days: Some(7), without_mail: true, ..Default::default() };
    let (_, rows) = typed(b"email,message,valid days,send mail\na@x.com,,,\nb@x.com,Ho,9,yes\nc@x.com,,0,\n");
    let wishes: Vec<_> = rows.iter().map(|(_, row)| row.clone().unwrap().wish(&options, now())).collect();
    let terms = |at: usize| wishes[at].as_ref().unwrap().terms.clone();
    assert_eq!((terms(0).message.as_str(), terms(0).valid_days, terms(0).without_mail), ("Hi", Some(7), true));
    assert_eq!((terms(1).message.as_str(), terms(1).valid_days, terms(1).without_mail), ("Ho", Some(9), false));
    assert_eq!(wishes[2], Err(Refusal::at(Code::ValidityInvalid, "days")));
}

#[test]
fn encodings() {
    let text = "email;name\nj\u{f6}rg@x.com;J\u{f6}rg \u{20ac}\n";
    let utf16 = |big: bool| {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect::<Vec<u8>>()
    };
    let windows: Vec<u8> = text
        .chars()
        .map(|c| match c {
            '\u{20ac}' => 0x80,
            c => u8::try_from(u32::from(c)).unwrap(),
        })
        .collect();
    let expected = read(text.as_bytes()).unwrap();
    assert_eq!(expected.1[0].fields, ["j\u{f6}rg@x.com", "J\u{f6}rg \u{20ac}"]);
    assert_eq!(read(format!("\u{feff}{text}").as_bytes()).unwrap(), expected);
    assert_eq!(read(&utf16(false)).unwrap(), expected);
    assert_eq!(read(&utf16(true)).unwrap(), expected);
    assert_eq!(read(&windows).unwrap(), expected);
    // A letter cut off at the very end.
    assert_eq!(read(b"email,name\na@x.com,\xc3").unwrap().1[0].fields[1], "\u{c3}");
}

#[test]
fn lines_are_those_of_the_editor() {
    for end in ["\n", "\r\n", "\r"] {
        let text =
            ["", "sep=;", "email;name", "", "a@x.com;\"two", "lines\"", "b@x.com;x", " ; ", "c@x.com;y"].join(end);
        let (_, rows) = read(text.as_bytes()).unwrap();
        let numbers: Vec<u32> = rows.iter().map(|row| row.number).collect();
        assert_eq!(numbers, [5, 7, 9], "{end:?}");
    }
}

#[test]
fn separators_are_found_by_the_headings() {
    for (text, delimiter) in [
        ("email,name\na@x.com,b;c\n", ','),
        ("email;name\na@x.com;b,c\n", ';'),
        ("email\tname\na@x.com\tb;c\n", '\t'),
        ("email\na@x.com\n", ','),
        ("comments, if any;email\nx;a@x.com\n", ';'),
        ("\"sep=;\"\nname;email\nx;a@x.com\n", ';'),
        ("\"name\";\"email, if known\";mail\nx;y;a@x.com\n", ';'),
    ] {
        assert_eq!(read(text.as_bytes()).unwrap().0.delimiter, delimiter, "{text}");
    }
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let long = format!("email,name\na@x.com,{}\n", "x".repeat(LONGEST_ROW));
    let swallowed = format!("email,name\na@x.com,\"open\n{}", "b@x.com,x\n".repeat(10_000));
    let wide = format!("email\na@x.com{}\n", ",x".repeat(MOST_COLUMNS));
    let many = format!("email\n{}", "a@x.com\n".repeat(MOST_ROWS as usize + 1));
    let none = |headings: &[&str]| FileError::NoAddress { headings: headings.iter().map(|&h| h.into()).collect() };
    for (text, error) in [
        ("", FileError::Empty),
        ("\r\n\r\n", FileError::Empty),
        ("version:v1.0\n", FileError::Empty),
        ("email,name", FileError::NoRows),
        ("email,name\n,\n\n", FileError::NoRows),
        ("PK\u{3}\u{4}\u{14}\0\u{6}\0", FileError::NotText),
        ("e\0m\0a\0i\0l\0", FileError::NotText),
        ("Vorname;Nachname\nSam;Oogle\n", none(&["Vorname", "Nachname"])),
        ("a@x.com\nb@x.com\n", none(&["a@x.com"])),
        ("email,name\n\na@x.com,\"open\nb@x.com,x\n", FileError::QuoteOpen { line: 3 }),
        (&swallowed, FileError::QuoteOpen { line: 2 }),
        (&long, FileError::RowTooLong { line: 2 }),
        (&wide, FileError::RowTooLong { line: 2 }),
    ] {
        assert_eq!(read(text.as_bytes()), Err(error), "{:?}", text.chars().take(40).collect::<String>());
    }
    assert_eq!(read_in(many.as_bytes(), 1 << 20), Err(FileError::TooManyRows));
    let large = [b"email\n".to_vec(), vec![b'\n'; LARGEST_FILE]].concat();
    assert_eq!(read_in(&large, 1 << 20), Err(FileError::TooLarge));
}

#[test]
fn rows_say_what_is_wrong_with_them() {
    let row = |text: &str| typed(format!("email,groups,apps,send mail\n{text}\n").as_bytes()).1.remove(0).1;
    let many: Vec<String> = (0..=MOST_TARGETS).map(|at| format!("g{at}")).collect();
    let at = |code, field| Err(Refusal::at(code, field));
    assert_eq!(row(",Aurora,,"), at(Code::AddressEmpty, "address"));
    assert_eq!(row("nobody,,,"), at(Code::AddressInvalid, "address"));
    assert_eq!(row("EXAMPLE : a@x.com,,,"), at(Code::SampleRow, "address"));
    assert_eq!(row(&format!("a@x.com,{},,", many.join("|"))), at(Code::TooManyTargets, "groups"));
    assert_eq!(row("a@x.com,,,,,more"), Err(Code::RowTooWide.into()));
    assert!(row("example@x.com,,,,, ").is_ok(), "an address that begins like the example, and empty fields");
    for (text, day) in
        [("31.3.2027", "2027-03-31"), ("2027/3/1", "2027-03-01"), ("3/4/2027", "3/4/2027"), ("31.3.27", "31.3.27")]
    {
        let (_, rows) = typed(format!("email,until\na@x.com,{text}\n").as_bytes());
        assert_eq!(rows[0].1.clone().unwrap().access_until, day);
    }
}

#[test]
fn the_template_reads_back_and_invites_nobody() {
    let (header, rows) = typed(template().as_bytes());
    assert_eq!((header.format, header.unused().len(), header.headings.len()), (Format::Plain, 0, UNDERSTOOD.len()));
    assert_eq!(rows, [(2, Err(Refusal::at(Code::SampleRow, "address")))]);
}

#[test]
fn what_we_add_is_no_formula_and_what_came_stays() {
    let (header, rows) = read(b"email;name;x\n=cmd();\"a;\"\"b\nc\";;;\n").unwrap();
    let result = result_heading(&header)
        + &result_row(&header, &rows[0].fields, true, "failed", "invalidEmail", "=HYPERLINK(1)");
    assert_eq!(
        result,
        "\u{feff}email;name;x;status;code;detail\r\n=cmd();\"a;\"\"b\nc\";;failed;invalidEmail;'=HYPERLINK(1)\r\n"
    );
    let others = result_row(&header, &rows[0].fields, false, "failed", "invalidEmail", "");
    assert!(others.starts_with("'=cmd();"), "a file of somebody else's runs nothing: {others}");
    let (_, again) = read(result.as_bytes()).unwrap();
    assert_eq!(again[0].fields[..3], rows[0].fields[..3]);
    for (name, result) in
        [("Gäste 2027.csv", "G-ste-2027-result.csv"), ("../../x\"\r\n", "result.csv"), ("", "result.csv")]
    {
        assert_eq!(result_name(name), result);
    }
}

/// A small generator: the same cases each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % most
    }
}

/// What is written can be read, whatever the fields hold and however they are separated.
#[test]
fn round_trip() {
    let mut chance = Chance(7);
    let letters: Vec<char> = "abc ,;\t\"\"\n\r|=é漢\u{1F980}'".chars().collect();
    for _ in 0..400 {
        let delimiter = [',', ';', '\t'][chance.below(3)];
        let rows: Vec<Vec<String>> = (0..1 + chance.below(6))
            .map(|at| {
                let mut field =
                    |_| (0..chance.below(9)).map(|_| letters[chance.below(letters.len())]).collect::<String>();
                let mut fields: Vec<String> = (0..3).map(&mut field).collect();
                fields[0] = format!("person{at}@x.com");
                fields
            })
            .collect();
        let mut text = line(["email", "name", "message"].into_iter(), delimiter);
        for row in &rows {
            text += &line(row.iter().map(String::as_str), delimiter);
        }
        let (header, back) = read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{text:?}"));
        let back: Vec<Vec<String>> = back.into_iter().map(|row| row.fields).collect();
        assert_eq!((header.delimiter, back), (delimiter, rows), "{text:?}");
    }
}

/// Nothing that arrives may end the process, and it may not matter in which pieces it comes.
#[test]
fn any_bytes_at_all() {
    let mut chance = Chance(42);
    let seeds: Vec<Vec<u8>> = vec![
        PORTAL.into(),
        template().into_bytes(),
        b"\xff\xfee\0m\0a\0i\0l\0\n\0a\0".to_vec(),
        b"sep=;\nemail;groups;until;send mail;cc\n\"a@x.com\";a|b;31.3.2027;ja;c@x.com\n".to_vec(),
        Vec::new(),
    ];
    let spice: &[&[u8]] = &[
        b"\"",
        b",",
        b";",
        b"\t",
        b"\r",
        b"\n",
        b"\0",
        b"\xc3",
        b"\xff",
        b"\xef\xbb\xbf",
        b"[",
        b"]",
        b"version:",
        b"email",
        b"\xf0\x9f\xa6\x80",
    ];
    for _ in 0..3000 {
        let mut bytes = seeds[chance.below(seeds.len())].clone();
        for _ in 0..chance.below(20) {
            let at = chance.below(bytes.len() + 1);
            match chance.below(3) {
                0 => {
                    bytes.splice(at..at, spice[chance.below(spice.len())].iter().copied());
                }
                1 if at < bytes.len() => bytes[at] = u8::try_from(chance.below(256)).unwrap(),
                _ => {
                    let to = (at + chance.below(8)).min(bytes.len());
                    bytes.drain(at..to);
                }
            }
        }
        let whole = read_in(&bytes, usize::MAX);
        assert_eq!(read_in(&bytes, 1 + chance.below(5)), whole, "{bytes:?}");
        let Ok((header, rows)) = whole else { continue };
        for row in rows {
            let wish = header.read_row(&row.fields).and_then(|typed| typed.wish(&BulkOptions::default(), now()));
            drop(wish);
            result_row(&header, &row.fields, true, "failed", "x", "y");
        }
        let stored = serde_json::to_string(&header).unwrap();
        assert_eq!(serde_json::from_str::<Header>(&stored).unwrap(), header);
    }
}
