//! How strong a sign-in was, and when it was: what an identity provider says of it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Longest word for a strength or a means, in bytes.
const LONGEST: usize = 200;
/// Most means that are kept.
const MOST: usize = 16;
/// What begins our own words for a strength: no provider speaks them.
pub const OUR_ACR: &str = "urn:access-panel:";

/// How and when somebody has proven who they are, as far as their identity provider says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct How {
    /// How strong it was (`acr`), in the provider's words.
    pub acr: Option<String>,
    /// By which means (`amr`), in the provider's words; `otp` for a code by e-mail.
    pub amr: Vec<String>,
    /// When (`auth_time`); `None` if that is not known. It is never made up: a provider may let somebody through who
    /// proved it days ago.
    pub at: Option<DateTime<Utc>>,
}

impl How {
    /// Of the claims of a signed ID token. What cannot be read says nothing: real providers send times with fractions,
    /// and one means as a text.
    pub fn of(claims: &Map<String, Value>) -> Self {
        let amr = match claims.get("amr") {
            Some(Value::Array(several)) => several.iter().filter_map(word).take(MOST).collect(),
            Some(one) => word(one).into_iter().collect(),
            None => Vec::new(),
        };
        let at = claims.get("auth_time").and_then(Value::as_f64).filter(|seconds| (0.0..1e12).contains(seconds));
        #[expect(clippy::cast_possible_truncation, reason = "within bounds; fractions of a second are left out")]
        let at = at.and_then(|seconds| DateTime::from_timestamp(seconds as i64, 0));
        Self { acr: claims.get("acr").and_then(word), amr, at }
    }

    /// Of a code that was sent to the mailbox, and entered at this moment.
    pub fn by_code(now: DateTime<Utc>) -> Self {
        Self { acr: None, amr: vec!["otp".to_owned()], at: Some(now) }
    }

    /// The same, told at this moment. Nobody has proven anything in the future.
    #[must_use]
    pub fn told(self, now: DateTime<Utc>) -> Self {
        Self { at: self.at.map(|at| at.min(now)), ..self }
    }

    /// The same, without what only we may say.
    #[must_use]
    pub fn without_our_words(self) -> Self {
        Self { acr: self.acr.filter(|acr| !acr.starts_with(OUR_ACR)), ..self }
    }

    /// Of a provider whose words are not passed on: when it was, and nothing else.
    #[must_use]
    pub fn only_when(self) -> Self {
        Self { at: self.at, ..Self::default() }
    }
}

fn word(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    (!text.is_empty() && text.len() <= LONGEST && !text.chars().any(char::is_control)).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(claims: Value) -> How {
        How::of(claims.as_object().unwrap())
    }

    #[test]
    fn every_shape_is_read() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0);
        for (claims, acr, amr, when) in [
            (json!({}), None, vec![], None),
            (
                json!({ "acr": "loa-1", "amr": ["pwd", "mfa"], "auth_time": 100 }),
                Some("loa-1"),
                vec!["pwd", "mfa"],
                at(100),
            ),
            (json!({ "amr": "pwd", "auth_time": 100.9 }), None, vec!["pwd"], at(100)),
            (json!({ "acr": 7, "amr": [1, "pwd", "", "a\nb"], "auth_time": "soon" }), None, vec!["pwd"], None),
            (json!({ "acr": "x".repeat(300), "amr": {}, "auth_time": -5 }), None, vec![], None),
            (json!({ "auth_time": 1e300 }), None, vec![], None),
        ] {
            let how = of(claims.clone());
            assert_eq!(
                (how.acr.as_deref(), how.amr, how.at),
                (acr, amr.iter().map(|s| s.to_string()).collect(), when),
                "{claims}"
            );
        }
        assert_eq!(of(json!({ "amr": vec!["x"; 99] })).amr.len(), MOST);
    }

    #[test]
    fn nobody_proves_anything_in_the_future() {
        let now = DateTime::from_timestamp(1000, 0).unwrap();
        assert_eq!(of(json!({ "auth_time": 2000 })).told(now).at, Some(now));
        assert_eq!(of(json!({ "auth_time": 900 })).told(now).at, DateTime::from_timestamp(900, 0));
        assert_eq!(of(json!({})).told(now).at, None, "what was not said is not now");
        assert_eq!(How::by_code(now).told(now).at, Some(now));
    }

    #[test]
    fn our_words_are_ours() {
        let how = |acr: &str| of(json!({ "acr": acr, "amr": ["pwd"], "auth_time": 100 }));
        assert_eq!(how("urn:access-panel:acr:mfa").without_our_words().acr, None);
        assert_eq!(how("loa-2").without_our_words(), how("loa-2"));
        assert_eq!(how("loa-2").only_when(), of(json!({ "auth_time": 100 })));
    }
}
