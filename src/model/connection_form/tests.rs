use super::*;

const PANEL: &str = "https://panel.woodgrove.example";
const APP: Uuid = Uuid::from_u128(7);

fn oidc() -> TypedConnection<'static> {
    TypedConnection {
        kind: "oidc",
        auth: "secret",
        signing: "RS256",
        redirect_uris: "https://app.example/cb",
        groups_sent: "none",
        groups_as: "id",
        ..TypedConnection::default()
    }
}

fn gate() -> TypedConnection<'static> {
    TypedConnection { kind: "forward-auth", hosts: "https://wiki.example", ..oidc() }
}

/// A set with one key.
fn set(key: &str) -> String {
    format!("{{\"keys\":[{key}]}}")
}

fn rsa(more: &str) -> String {
    let modulus = URL_SAFE_NO_PAD.encode([0xc5; 256]);
    set(&format!("{{\"kty\":\"RSA\",\"n\":\"{modulus}\",\"e\":\"AQAB\"{more}}}"))
}

fn p256(more: &str) -> String {
    let half = URL_SAFE_NO_PAD.encode([0x31; 32]);
    set(&format!("{{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"{half}\",\"y\":\"{half}\"{more}}}"))
}

#[test]
fn what_is_typed_is_what_is_meant() {
    let typed = TypedConnection {
        client_id: " design.review:1 ",
        redirect_uris: " https://app.example/cb \r\n\nhttp://127.0.0.1/cb\nhttps://app.example/cb",
        post_logout_uris: "https://app.example/bye",
        initiate_login_uri: " https://app.example/start?a=1 ",
        backchannel_logout_uri: "http://localhost:8080/out",
        require_par: true,
        groups_sent: "assigned",
        groups_as: "name",
        pairwise: true,
        claims: "department = {department}\n\n tenant=wood grove \nhttps://x.example/y = a=b",
        ..oidc()
    };
    let read = typed.read(APP, PANEL).unwrap();
    let registration = read.registration.unwrap();
    assert_eq!((read.kind, registration.client_id.as_str()), (AppKind::Oidc, "design.review:1"));
    assert_eq!(registration.redirect_uris, ["https://app.example/cb", "http://127.0.0.1/cb"]);
    assert_eq!(registration.initiate_login_uri.as_deref(), Some("https://app.example/start?a=1"));
    assert_eq!(registration.backchannel_logout_uri.as_deref(), Some("http://localhost:8080/out"));
    assert!(registration.require_par && read.told.pairwise && read.hosts.is_empty());
    assert_eq!(
        claims_as_text(&read.told.claims),
        "department = {department}\nhttps://x.example/y = a=b\ntenant = wood grove"
    );
    assert_eq!(oidc().read(APP, PANEL).unwrap().registration.unwrap().client_id, APP.to_string());
    let typed =
        TypedConnection { hosts: "https://Wiki.example:8443\nhttps://docs.example/\nhttps://docs.example", ..gate() };
    let read = typed.read(APP, PANEL).unwrap();
    assert_eq!((read.hosts.len(), read.registration), (2, None), "in order, and no registration");
    assert_eq!(read.hosts, ["https://docs.example", "https://wiki.example:8443"]);
}

#[test]
fn each_field_says_what_is_wrong_with_it() {
    let long = "x".repeat(LONGEST_CLIENT_ID + 1);
    let many: String = (0..=MOST).map(|n| format!("https://a{n}.example/\n")).collect();
    let hosts: String = (0..=MOST).map(|n| format!("https://a{n}.example\n")).collect();
    let claims: String = (0..=MOST).map(|n| format!("c{n} = x\n")).collect();
    let wide = format!("c = {}", "x".repeat(LONGEST_VALUE + 1));
    let named = format!("{} = x", "c".repeat(LONGEST_CLAIM + 1));
    for (typed, code, field) in [
        (TypedConnection { kind: "saml", ..oidc() }, Code::BadRequest, "kind"),
        (TypedConnection { auth: "basic", ..oidc() }, Code::BadRequest, "auth"),
        (TypedConnection { signing: "none", ..oidc() }, Code::BadRequest, "signing"),
        (TypedConnection { signing: "HS256", ..oidc() }, Code::BadRequest, "signing"),
        (TypedConnection { groups_sent: "some", ..oidc() }, Code::BadRequest, "groups_sent"),
        (TypedConnection { groups_as: "", ..oidc() }, Code::BadRequest, "groups_as"),
        (TypedConnection { client_id: "a b", ..oidc() }, Code::ClientIdInvalid, "client_id"),
        (TypedConnection { client_id: "é", ..oidc() }, Code::ClientIdInvalid, "client_id"),
        (TypedConnection { client_id: &long, ..oidc() }, Code::ClientIdInvalid, "client_id"),
        (TypedConnection { redirect_uris: "", ..oidc() }, Code::RedirectInvalid, "redirect_uris"),
        (
            TypedConnection { redirect_uris: "https://app.example/cb#x", ..oidc() },
            Code::RedirectInvalid,
            "redirect_uris",
        ),
        (
            TypedConnection { redirect_uris: "https://a.example/\njavascript:1", ..oidc() },
            Code::RedirectInvalid,
            "redirect_uris",
        ),
        (TypedConnection { redirect_uris: &many, ..oidc() }, Code::TooLong, "redirect_uris"),
        (
            TypedConnection { post_logout_uris: "http://app.example/", ..oidc() },
            Code::RedirectInvalid,
            "post_logout_uris",
        ),
        (
            TypedConnection { initiate_login_uri: "com.example.app:/x", ..oidc() },
            Code::RedirectInvalid,
            "initiate_login_uri",
        ),
        (
            TypedConnection { backchannel_logout_uri: "http://10.0.0.1/", ..oidc() },
            Code::RedirectInvalid,
            "backchannel_logout_uri",
        ),
        (TypedConnection { auth: "private_key_jwt", ..oidc() }, Code::KeysInvalid, "keys"),
        (TypedConnection { hosts: "", ..gate() }, Code::HostInvalid, "hosts"),
        (TypedConnection { hosts: "https://wiki.example/start", ..gate() }, Code::HostInvalid, "hosts"),
        (TypedConnection { hosts: "http://wiki.example", ..gate() }, Code::HostInvalid, "hosts"),
        (TypedConnection { hosts: "https://panel.woodgrove.example", ..gate() }, Code::HostInvalid, "hosts"),
        (TypedConnection { hosts: "https://panel.woodgrove.example:8443", ..gate() }, Code::HostInvalid, "hosts"),
        (TypedConnection { hosts: "https://localhost:1\nhttp://localhost:1", ..gate() }, Code::HostInvalid, "hosts"),
        (TypedConnection { hosts: &hosts, ..gate() }, Code::TooLong, "hosts"),
        (TypedConnection { claims: "department", ..oidc() }, Code::ClaimInvalid, "claims"),
        (TypedConnection { claims: "Sub = x", ..oidc() }, Code::ClaimInvalid, "claims"),
        (TypedConnection { claims: "a = {salary}", ..oidc() }, Code::ClaimInvalid, "claims"),
        (TypedConnection { claims: "a = x-{name}", ..oidc() }, Code::ClaimInvalid, "claims"),
        (TypedConnection { claims: "a = ", ..oidc() }, Code::ClaimInvalid, "claims"),
        (TypedConnection { claims: "a = x\na = y", ..oidc() }, Code::ClaimInvalid, "claims"),
        (TypedConnection { claims: "<b> = x", ..oidc() }, Code::ClaimInvalid, "claims"),
        (TypedConnection { claims: &wide, ..oidc() }, Code::ClaimInvalid, "claims"),
        (TypedConnection { claims: &named, ..oidc() }, Code::ClaimInvalid, "claims"),
        (TypedConnection { claims: &claims, ..oidc() }, Code::TooLong, "claims"),
    ] {
        assert_eq!(typed.read(APP, PANEL), Err(Refusal::at(code, field)), "{typed:?}");
    }
}

#[test]
fn every_reserved_claim_is_refused() {
    for name in RESERVED {
        assert!(!is_claim(name, &ExtraClaim::Value("x".to_owned())), "{name}");
    }
    assert!(is_claim("department", &ExtraClaim::From(PersonField::Department)));
}

#[test]
fn keys_are_public_and_strong() {
    let kept = read_keys(&rsa(",\"kid\":\"1\",\"alg\":\"RS256\",\"use\":\"sig\",\"x5c\":[\"y\"]")).unwrap().unwrap();
    assert!(kept.contains("\"kid\":\"1\"") && !kept.contains("x5c"), "cut to what is needed: {kept}");
    assert!(read_keys(&p256("")).unwrap().is_some());
    assert_eq!(read_keys(" \n"), Ok(None));
    let short = set(&format!("{{\"kty\":\"RSA\",\"n\":\"{}\",\"e\":\"AQAB\"}}", URL_SAFE_NO_PAD.encode([0xc5; 128])));
    for bad in [
        "{".to_owned(),
        "[]".to_owned(),
        "{\"keys\":[]}".to_owned(),
        "{\"keys\":{}}".to_owned(),
        short,
        rsa(",\"d\":\"AQAB\""),
        rsa(",\"use\":\"enc\""),
        p256(",\"d\":\"AQAB\""),
        p256("").replace("P-256", "P-384"),
        rsa("").replace("AQAB", "AQ"),
        rsa("").replace("AQAB", "AAAA"),
        set("{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"}"),
        set("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA\"}"),
        set("7"),
        format!("{{\"keys\":[{}]}}", vec!["{}"; MOST_KEYS + 1].join(",")),
    ] {
        assert_eq!(read_keys(&bad), Err(Refusal::at(Code::KeysInvalid, "keys")), "{bad}");
    }
}

#[test]
fn secrets_of_a_file() {
    assert!(is_secret(&"aZ9".repeat(11)) && !is_secret(&"a".repeat(31)) && !is_secret(&"a-".repeat(20)));
    assert!(!is_secret(&"a".repeat(LONGEST_SECRET + 1)));
    assert_eq!(secret_hash(&"0aF".repeat(22)), None);
    assert_eq!(secret_hash(&"0f".repeat(32)), Some(vec![15; 32]));
    assert_eq!(secret_hash(&"é".repeat(32)), None);
}

#[test]
fn a_sign_in_that_begins_here() {
    let target = "https://app.example/a?b=c&d=e#f";
    assert_eq!(
        initiated("https://app.example/login?tenant=1", PANEL, target).unwrap(),
        "https://app.example/login?tenant=1&iss=https%3A%2F%2Fpanel.woodgrove.example&target_link_uri=https%3A%2F%2Fapp.example%2Fa%3Fb%3Dc%26d%3De%23f"
    );
    assert!(initiated("https://app.example/login", PANEL, target).unwrap().contains("/login?iss="));
    assert_eq!(initiated("nowhere", PANEL, target), None);
}
