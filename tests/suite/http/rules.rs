//! Rules of dynamic groups by forms without JavaScript, and the one question that is asked while somebody types.

use super::{
    html,
    panel::{AURORA, Panel},
};

const HOSTILE: &str = "user.mail -eq \"</textarea><script>alert(1)</script>\" and user.mial -eq \"x\"";

#[tokio::test]
async fn a_rule_is_looked_at_and_nothing_typed_is_lost() {
    let panel = Panel::start().await;
    let mut ada = panel.signed_in("Ada Admin").await;
    let page = ada.open("/groups/new/dynamic").await.expect(200);
    let typed = [("name", "Sales & <b>more</b>"), ("purpose", "For \"us\""), ("rule", HOSTILE)];
    for button in ["Check", "Preview", "Try", "Create group"] {
        let answer = ada.press_only(&page, button, &typed).await;
        let again = ada.follow(answer).await.expect(200);
        html::assert_harmless(&again.body, button);
        assert!(again.text().contains("There is no property user.mial."), "{button}: {}", again.text());
        assert!(again.text().contains("Did you mean user."), "{button}: {}", again.text());
        let form = again.form("Create group");
        for (field, value) in typed {
            assert_eq!(form.field(field), Some(value), "{button}: {field}");
        }
    }
    let right = [("name", "John"), ("rule", "user.displayName -eq \"John Doe\"")];
    let preview = ada.press(&page, "Preview", &right).await.expect(200);
    assert!(preview.text().contains("1 would be in the group"), "{}", preview.text());
    let tried = ada.press(&preview, "Try", &[("person", "lena.lee@woodgrove.example")]).await.expect(200);
    assert!(tried.text().contains("Lena Lee would not be in the group"), "{}", tried.text());
    let unknown = ada.press(&preview, "Try", &[("person", "zzz")]).await.expect(200);
    assert!(!unknown.text().contains("would not be in the group"), "{}", unknown.text());
    let made = ada.press(&tried, "Create group", &[]).await.expect(200);
    assert_eq!(made.heading(), "Rule of John");
    // What was typed is for the session that typed it.
    let mut john = panel.signed_in("John Doe").await;
    john.get(&preview.path).await.expect(403);
}

#[tokio::test]
async fn an_assigned_group_asks_first() {
    let panel = Panel::start().await;
    let mut ada = panel.signed_in("Ada Admin").await;
    let group = panel.group(AURORA).await;
    let page = ada.open(&format!("/groups/{group}/rule")).await.expect(200);
    let ask = ada.press(&page, "Save rule", &[("rule", "user.objectId -eq null")]).await.expect(200);
    assert!(ask.path.starts_with(&format!("/groups/{group}/rule/confirm?again=")), "{}", ask.path);
    assert!(ask.text().contains("user.objectId -eq null"), "{}", ask.text());
    let settings = ada.open(&format!("/groups/{group}/settings")).await.expect(200);
    assert!(settings.text().contains("Let a rule decide"), "nothing has changed: {}", settings.text());
    let done = ada.press(&ask, "Let the rule decide", &[]).await.expect(200);
    assert!(done.text().contains("The rule is saved."), "{}", done.text());
    let end = ada.open(&format!("/groups/{group}/rule/end")).await.expect(200);
    let ended = ada.press(&end, "Make it an assigned group", &[]).await.expect(200);
    assert_eq!(ended.path, format!("/groups/{group}?done=assigned"));
    ada.get(&format!("/groups/{group}/rule/end")).await.expect(409);
}

#[tokio::test]
async fn checking_is_for_administrators() {
    let panel = Panel::start().await;
    let mut ada = panel.signed_in("Ada Admin").await;
    let answer = ada.call("/api/rules/check", &[("rule", "user.dept -eq \"x\"")]).await.expect(200);
    let json: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(json["mistake"]["column"], 1);
    assert_eq!(json["mistake"]["marked"], "user.dept -eq \"x\"\n^^^^^^^^^");
    let answer = ada.call("/api/rules/check", &[("rule", "user.mail -eq null")]).await.expect(200);
    let json: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!((&json["mistake"], &json["tests"]), (&serde_json::Value::Null, &1.into()));
    let group = panel.group(AURORA).await.to_string();
    let mut john = panel.signed_in("John Doe").await;
    let mut nobody = panel.browser();
    for (path, fields) in [
        ("/api/rules/check", vec![("rule", "user.mail -eq null")]),
        ("/api/rules/look", vec![("rule", "user.mail -eq null"), ("look", "check")]),
        ("/api/rules/create", vec![("name", "x"), ("rule", "user.mail -eq null")]),
        ("/api/rules/save", vec![("group", &*group), ("rule", "user.mail -eq null"), ("confirmed", "1")]),
        ("/api/rules/end", vec![("group", &*group)]),
    ] {
        assert_eq!(john.call(path, &fields).await.status, 403, "{path}");
        assert_eq!(nobody.call(path, &fields).await.status, 401, "{path}");
    }
    for path in ["/api/rules/save", "/api/rules/end"] {
        assert_eq!(ada.call(path, &[("group", "no id"), ("rule", "x")]).await.status, 404, "{path}");
    }
    assert_eq!(ada.call("/api/rules/look", &[("rule", "x"), ("look", "burn")]).await.status, 400);
}
