//! From a provider's claims to ours.

use serde_json::Value;

use super::id_token::Payload;
use crate::model::{how::How, provider::Claims};

/// How many claims are kept for a members' rule.
const MOST_CLAIMS: usize = 64;
/// How many values of each.
const MOST_VALUES: usize = 256;
/// Longest value that is kept, in bytes. Longer ones are left out, for a cut one would be another value.
const LONGEST: usize = 1024;

/// Claims that have a field of their own, or mean something to the protocol only.
const NOT_OTHER: [&str; 16] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "nbf",
    "jti",
    "nonce",
    "at_hash",
    "c_hash",
    "s_hash",
    "email",
    "email_verified",
    "name",
    "given_name",
    "family_name",
];

/// Whether the userinfo end point could tell more.
pub(super) fn is_incomplete(claims: &Payload) -> bool {
    text(claims, "email").is_none() || text(claims, "name").is_none()
}

/// Adds what only the userinfo end point told. What the signed token says is never replaced, and `email_verified`
/// always comes from where the address came from: elsewhere it would speak of another address.
pub(super) fn complete(claims: &mut Payload, userinfo: Payload) {
    let same_address = match (text(claims, "email"), text(&userinfo, "email")) {
        (Some(ours), Some(theirs)) => ours == theirs,
        (None, Some(_)) => {
            claims.remove("email_verified");
            true
        }
        (_, None) => false,
    };
    for (name, value) in userinfo {
        if name == "email_verified" && !same_address {
            continue;
        }
        // An empty text in the token is as good as none.
        let missing = claims.get(&name).is_none_or(|had| had.is_null() || had.as_str() == Some(""));
        if missing {
            claims.insert(name, value);
        }
    }
}

/// What a provider said, in our words; but how it was proven, which only a signed token tells.
pub(super) fn ours(issuer: &str, subject: String, claims: &Payload) -> Claims {
    Claims {
        issuer: issuer.to_owned(),
        subject,
        email: text(claims, "email"),
        email_verified: truth(claims.get("email_verified")),
        name: text(claims, "name"),
        given_name: text(claims, "given_name"),
        family_name: text(claims, "family_name"),
        hosted_domain: text(claims, "hd"),
        other: claims
            .iter()
            .filter(|(name, _)| !NOT_OTHER.contains(&name.as_str()) && name.len() <= LONGEST)
            .filter_map(|(name, value)| Some((name.clone(), texts(value)?)))
            .take(MOST_CLAIMS)
            .collect(),
        how: How::default(),
    }
}

fn text(claims: &Payload, name: &str) -> Option<String> {
    let text = claims.get(name)?.as_str()?;
    (!text.trim().is_empty() && text.len() <= LONGEST).then(|| text.to_owned())
}

/// A yes or no, which some providers send as a text. Anything else says nothing.
fn truth(value: Option<&Value>) -> Option<bool> {
    match value? {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) if text == "true" => Some(true),
        // Present, and not a yes: a no. `None` would let `assume_verified` overrule it.
        Value::Null => None,
        _ => Some(false),
    }
}

/// A claim as a list of texts; objects and lists of other things have none.
fn texts(value: &Value) -> Option<Vec<String>> {
    let list = match value {
        Value::String(text) => vec![text.clone()],
        Value::Bool(truth) => vec![truth.to_string()],
        Value::Number(number) => vec![number.to_string()],
        Value::Array(items) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()?,
        Value::Null | Value::Object(_) => return None,
    };
    Some(list.into_iter().filter(|text| text.len() <= LONGEST).take(MOST_VALUES).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn map(value: Value) -> Payload {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn every_shape_of_verified() {
        for (sent, read) in [
            (json!({}), None),
            (json!({ "email_verified": true }), Some(true)),
            (json!({ "email_verified": "true" }), Some(true)),
            (json!({ "email_verified": false }), Some(false)),
            (json!({ "email_verified": "false" }), Some(false)),
            (json!({ "email_verified": "yes" }), Some(false)),
            (json!({ "email_verified": 1 }), Some(false)),
            (json!({ "email_verified": null }), None),
        ] {
            assert_eq!(ours("i", "s".into(), &map(sent.clone())).email_verified, read, "{sent}");
        }
    }

    #[test]
    fn the_rest_is_kept_within_bounds() {
        let mut sent = map(json!({
            "iss": "i", "nonce": "n", "name": "N", "hd": "x.example", "level": 3, "staff": true, "acr": "loa-1",
            "groups": ["a", "b"], "mixed": ["a", 1], "address": { "street": "x" }, "auth_time": 1.5,
            "long": "x".repeat(2000),
        }));
        sent.insert("many".into(), (0..500).map(|n| Value::String(n.to_string())).collect());
        let claims = ours("i", "s".into(), &sent);
        let other = |name: &str| claims.other.iter().find(|(key, _)| key == name).map(|(_, values)| values.clone());
        assert_eq!(other("groups"), Some(vec!["a".into(), "b".into()]));
        assert_eq!(other("level"), Some(vec!["3".into()]));
        assert_eq!(other("staff"), Some(vec!["true".into()]));
        assert_eq!(other("hd"), Some(vec!["x.example".into()]));
        assert_eq!(other("long"), Some(vec![]));
        assert_eq!(other("many").unwrap().len(), MOST_VALUES);
        for absent in ["iss", "nonce", "name", "mixed", "address"] {
            assert_eq!(other(absent), None, "{absent}");
        }
        assert_eq!(claims.hosted_domain.as_deref(), Some("x.example"));

        let flood = (0..200).map(|n| (format!("c{n}"), Value::Bool(true))).collect();
        assert_eq!(ours("i", "s".into(), &flood).other.len(), MOST_CLAIMS);
    }

    #[test]
    fn a_verification_never_moves_to_another_address() {
        for (token, userinfo, email, verified) in [
            (json!({ "email": "a@x.com" }), json!({ "email": "b@x.com", "email_verified": true }), "a@x.com", None),
            (json!({ "email": "a@x.com" }), json!({ "email_verified": true }), "a@x.com", None),
            (
                json!({ "email": "a@x.com" }),
                json!({ "email": "a@x.com", "email_verified": true }),
                "a@x.com",
                Some(true),
            ),
            (json!({ "email_verified": true }), json!({ "email": "b@x.com" }), "b@x.com", None),
            (json!({}), json!({ "email": "b@x.com", "email_verified": true }), "b@x.com", Some(true)),
            (
                json!({ "email": "a@x.com", "email_verified": false }),
                json!({ "email": "a@x.com", "email_verified": true }),
                "a@x.com",
                Some(false),
            ),
        ] {
            let mut claims = map(token.clone());
            complete(&mut claims, map(userinfo.clone()));
            let claims = ours("i", "s".into(), &claims);
            assert_eq!((claims.email.as_deref(), claims.email_verified), (Some(email), verified), "{token} {userinfo}");
        }
    }

    #[test]
    fn the_token_is_never_overruled() {
        let mut claims = map(json!({ "sub": "s", "groups": ["guests"], "name": "" }));
        complete(&mut claims, map(json!({ "sub": "s", "groups": ["staff"], "name": "N", "extra": "e" })));
        assert_eq!(claims["groups"], json!(["guests"]));
        assert_eq!(claims["name"], json!("N"));
        assert_eq!(claims["extra"], json!("e"));
    }
}
