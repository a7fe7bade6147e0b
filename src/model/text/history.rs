//! What happened in a group, in sentences: one for each thing that can happen.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;

use super::{Sentence, dates};
use crate::model::{Language, groups::HistoryRow, state::GrantReason};

/// What happened.
pub fn sentence(row: &HistoryRow) -> Sentence {
    let who = row.actor.as_ref().map(|actor| actor.name.as_str());
    let whom = row.person.as_ref().map_or("Somebody", |person| person.name.as_str());
    let themselves =
        row.actor.is_some() && row.actor.as_ref().map(|one| one.id) == row.person.as_ref().map(|one| one.id);
    let day = until(row).map(|until| dates::day(Language::English, until)).unwrap_or_default();
    let given: &[(&str, &str)] =
        &[("who", who.unwrap_or("Somebody")), ("whom", whom), ("day", &day), ("what", &row.action)];
    let pattern = match (row.action.as_str(), who.is_some()) {
        ("group.create", true) => "{who} created the group.",
        ("group.create", false) => "The group was created by an import.",
        ("group.change", true) => "{who} changed the settings.",
        ("group.change", false) => "An import changed the settings.",
        ("group.picture", _) if flag(row, "picture") => "{who} changed the picture.",
        ("group.picture", _) => "{who} removed the picture.",
        ("group.rule", _) => "{who} changed the rule.",
        ("group.delete", _) => "{who} deleted the group.",
        ("group.restore", _) => "{who} restored the group.",
        ("owner.grant", _) if themselves => "{who} became an owner.",
        ("owner.grant", true) => "{who} made {whom} an owner.",
        ("owner.grant", false) => "{whom} became an owner by an import.",
        ("owner.revoke", _) if themselves => "{who} stepped down as an owner.",
        ("owner.revoke", true) => "{who} removed {whom} from the owners.",
        ("owner.revoke", false) => "An import removed {whom} from the owners.",
        ("membership.grant", by_somebody) => granted(row, by_somebody, themselves),
        ("membership.extend", _) => "{who} extended the membership of {whom}.",
        ("membership.until", _) if day.is_empty() => "{who} removed the end of {whom}’s membership.",
        ("membership.until", _) => "{who} set {whom}’s membership to end on {day}.",
        ("membership.remove", _) if themselves => "{who} left the group.",
        ("membership.remove", true) => "{who} removed {whom}.",
        ("membership.remove", false) => "{whom} was removed.",
        ("membership.end", _) => "{whom}’s membership ended, as its date said.",
        ("request.create", _) => "{whom} asked to join.",
        ("request.remind", _) => "{whom} asked for a decision once more.",
        ("request.withdraw", _) => "{whom} no longer asks to join.",
        ("request.approve", true) => "{who} approved the request of {whom}.",
        ("request.approve", false) => "The request of {whom} was settled.",
        ("request.deny", _) => "{who} denied the request of {whom}.",
        ("request.expire", _) => "The request of {whom} expired.",
        _ => "Something else happened: {what}.",
    };
    Sentence::fill(pattern, given)
}

fn granted(row: &HistoryRow, by_somebody: bool, themselves: bool) -> &'static str {
    let reason = detail(row, "reason").and_then(Json::as_str).and_then(|text| text.parse::<GrantReason>().ok());
    match reason {
        _ if row.by_invitation => "{who} invited {whom}.",
        Some(GrantReason::Joined) => "{whom} joined.",
        Some(GrantReason::Rule) => "{whom} was added by the rule.",
        Some(GrantReason::Import) => "{whom} was added by an import.",
        Some(GrantReason::Request) => "{whom} was added, for {who} approved their request.",
        Some(GrantReason::Invitation) => "{who} invited {whom}, who was added at once.",
        _ if themselves => "{who} joined, being an owner.",
        _ if by_somebody => "{who} added {whom}.",
        _ => "{whom} was added.",
    }
}

/// What a change of the settings changed, one sentence each.
pub fn changes(row: &HistoryRow) -> Vec<Sentence> {
    let (Some(old), Some(new)) = (detail(row, "old"), detail(row, "new")) else { return Vec::new() };
    let Some(fields) = new.as_object().filter(|_| row.action == "group.change") else { return Vec::new() };
    fields.iter().filter_map(|(field, new)| change(field, old.get(field), new)).collect()
}

fn change(field: &str, old: Option<&Json>, new: &Json) -> Option<Sentence> {
    let is = new.as_bool() == Some(true);
    let text =
        |value: Option<&Json>| value.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    let (was, now) = (text(old).unwrap_or_default(), text(Some(new)).unwrap_or_default());
    let pattern = match (field, now.as_str()) {
        ("name", _) => "Its name was {old}, and is {new} now.",
        ("purpose", "") => "It says no longer what it is for.",
        ("purpose", _) => "It says anew what it is for.",
        ("join_policy", "closed") => "Nobody joins by themselves any more.",
        ("join_policy", "on request") => "People can ask to join.",
        ("join_policy", _) => "Everybody who finds it can join.",
        ("listed", _) if is => "It shows in the catalogue.",
        ("listed", _) => "It no longer shows in the catalogue.",
        ("accepts_guests", _) if is => "It takes guests.",
        ("accepts_guests", _) => "It takes no further guests.",
        ("members_may_invite", _) if is => "Everybody in it may invite guests.",
        ("members_may_invite", _) => "Only owners may invite guests.",
        ("guests_see_members", _) if is => "Guests see who else is in it.",
        ("guests_see_members", _) => "Guests no longer see who else is in it.",
        ("other_address", _) if is => "Guests may accept with another address.",
        ("other_address", _) => "Guests have to accept with the invited address.",
        ("domains", _) => "Other domains than before are welcome.",
        ("member_days", "null") => "Memberships do not end by themselves any more.",
        ("member_days", _) => "A membership usually lasts {new} days.",
        _ => return None,
    };
    Some(Sentence::fill(pattern, &[("old", &was), ("new", &now)]))
}

fn detail<'a>(row: &'a HistoryRow, name: &str) -> Option<&'a Json> {
    row.details.as_ref()?.get(name)
}

fn flag(row: &HistoryRow, name: &str) -> bool {
    detail(row, name).and_then(Json::as_bool) == Some(true)
}

fn until(row: &HistoryRow) -> Option<DateTime<Utc>> {
    detail(row, "until")?.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::model::view::PersonName;

    fn row(action: &str, actor: Option<&str>, person: Option<&str>, details: Json) -> HistoryRow {
        let named = |name: &str| PersonName { id: Uuid::from_bytes([name.as_bytes()[0]; 16]), name: name.to_owned() };
        HistoryRow {
            id: Uuid::nil(),
            at: DateTime::UNIX_EPOCH,
            actor: actor.map(named),
            person: person.map(named),
            action: action.to_owned(),
            by_invitation: false,
            details: Some(details),
        }
    }

    #[test]
    fn sentences_name_who_and_whom() {
        for (row, expected) in [
            (row("membership.grant", Some("Ada"), Some("Lena"), json!({ "reason": "owner" })), "Ada added Lena."),
            (row("membership.grant", Some("Lena"), Some("Lena"), json!({ "reason": "joined" })), "Lena joined."),
            (row("membership.grant", None, Some("Lena"), json!({ "reason": "rule" })), "Lena was added by the rule."),
            (row("membership.remove", Some("Lena"), Some("Lena"), Json::Null), "Lena left the group."),
            (
                row("membership.until", Some("Ada"), Some("Lena"), json!({ "until": null })),
                "Ada removed the end of Lena’s membership.",
            ),
            (
                row("membership.until", Some("Ada"), Some("Lena"), json!({ "until": "2027-03-31T23:59:59Z" })),
                "Ada set Lena’s membership to end on 31 March 2027.",
            ),
            (row("owner.grant", Some("Ada"), None, Json::Null), "Ada made Somebody an owner."),
            (row("what.ever", None, None, Json::Null), "Something else happened: what.ever."),
        ] {
            assert_eq!(sentence(&row).to_string(), expected);
        }
        let invited =
            HistoryRow { by_invitation: true, ..row("membership.grant", Some("Ada"), Some("{who}"), Json::Null) };
        assert_eq!(sentence(&invited).to_string(), "Ada invited {who}.", "a name is no pattern");
    }

    #[test]
    fn each_change_is_a_sentence() {
        let changed = json!({ "old": { "name": "A", "listed": false, "member_days": 30 },
                              "new": { "name": "B", "listed": true, "member_days": null } });
        let mut told: Vec<_> =
            changes(&row("group.change", None, None, changed)).iter().map(ToString::to_string).collect();
        told.sort();
        assert_eq!(
            told,
            [
                "It shows in the catalogue.",
                "Its name was A, and is B now.",
                "Memberships do not end by themselves any more."
            ]
        );
        assert!(changes(&row("membership.grant", None, None, json!({}))).is_empty());
    }
}
