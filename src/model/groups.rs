//! Groups that people run themselves: what their forms say, and what their pages show.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use uuid::Uuid;

use super::{
    Caller, Code, Refusal,
    app_form::domains,
    ask::plain_message,
    domains::DomainRules,
    names,
    settings::{LONGEST_MEMBERSHIP, LONGEST_TEXT},
    state::{GroupCreation, GroupKind, JoinPolicy},
    view::{AppName, GroupPage, MemberRow, PersonName},
};

/// Most entries in a list of domains.
pub const MOST_DOMAINS: usize = 500;
/// How far people in a group are counted; one more stands for *more than that*.
pub const MOST_COUNTED: i64 = 10_000;
/// The same in a list of groups.
pub const MOST_COUNTED_IN_LISTS: i64 = 1000;

/// Whether someone may create groups.
///
/// # Errors
/// [`Code::Forbidden`] for guests, [`Code::GroupCreationOff`].
pub fn may_create_groups(caller: &Caller, creation: GroupCreation) -> Result<(), Code> {
    match creation {
        _ if caller.is_guest() => Err(Code::Forbidden),
        _ if caller.is_administrator() => Ok(()),
        GroupCreation::Members => Ok(()),
        GroupCreation::Administrators => Err(Code::GroupCreationOff),
    }
}

/// What a group is like, as its owners decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupForm {
    /// Its name.
    pub name: String,
    /// What it is for, up to [`LONGEST_TEXT`] characters.
    pub purpose: String,
    /// How people can join by themselves.
    pub join_policy: JoinPolicy,
    /// Whether it shows in the catalogue.
    pub listed: bool,
    /// Whether it takes guests.
    pub accepts_guests: bool,
    /// Whether its members may invite too.
    pub members_may_invite: bool,
    /// Whether guests in it see the names of the others.
    pub guests_see_members: bool,
    /// Whether an invitation may be redeemed by another address than the invited one.
    pub other_address: bool,
    /// Which domains its guests may come from.
    pub domains: DomainRules,
    /// How many days a membership lasts unless said otherwise, up to [`LONGEST_MEMBERSHIP`]; for good if `None`.
    pub member_days: Option<i32>,
}

impl Default for GroupForm {
    /// What a new group is like: hidden, closed, for the organization's own people.
    fn default() -> Self {
        Self {
            name: String::new(),
            purpose: String::new(),
            join_policy: JoinPolicy::Closed,
            listed: false,
            accepts_guests: false,
            members_may_invite: false,
            guests_see_members: false,
            other_address: false,
            domains: DomainRules::default(),
            member_days: None,
        }
    }
}

impl GroupForm {
    /// The same, as it is kept: a name of one line, a purpose without control characters.
    ///
    /// # Errors
    /// [`Code::NameEmpty`] and [`Code::TooLong`] at `name`, [`Code::TooLong`] at `purpose`, `allow` and `deny`,
    /// [`Code::DaysInvalid`] at `days`.
    pub fn checked(&self) -> Result<Self, Refusal> {
        let name = names::one_line(&self.name).ok_or_else(|| Refusal::at(Code::NameEmpty, "name"))?;
        if self.name.trim().chars().count() > names::LONGEST {
            return Err(Refusal::at(Code::TooLong, "name"));
        }
        let purpose = plain_message(&self.purpose);
        if purpose.chars().count() > LONGEST_TEXT {
            return Err(Refusal::at(Code::TooLong, "purpose"));
        }
        if self.member_days.is_some_and(|days| !(1..=LONGEST_MEMBERSHIP).contains(&days)) {
            return Err(Refusal::at(Code::DaysInvalid, "days"));
        }
        for (list, field) in [(&self.domains.allow, "allow"), (&self.domains.deny, "deny")] {
            if list.len() > MOST_DOMAINS {
                return Err(Refusal::at(Code::TooLong, field));
            }
        }
        Ok(Self { name, purpose, ..self.clone() })
    }
}

/// The same as it is typed. Empty means not given.
#[derive(Clone, Debug, Default)]
pub struct TypedGroup<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it is for.
    pub purpose: &'a str,
    /// `closed`, `on request` or `open`.
    pub join_policy: &'a str,
    /// Whether it shows in the catalogue.
    pub listed: bool,
    /// Whether it takes guests.
    pub accepts_guests: bool,
    /// Whether its members may invite too.
    pub members_may_invite: bool,
    /// Whether guests in it see the names of the others.
    pub guests_see_members: bool,
    /// Whether an invitation may be redeemed by another address.
    pub other_address: bool,
    /// Domains that alone pass, one a line.
    pub allow: &'a str,
    /// Domains that never pass, one a line.
    pub deny: &'a str,
    /// How many days a membership lasts.
    pub days: &'a str,
}

impl TypedGroup<'_> {
    /// Reads all of it.
    ///
    /// # Errors
    /// Those of [`GroupForm::checked`]; [`Code::BadRequest`] at `join_policy`, [`Code::DomainInvalid`] at `allow` or
    /// `deny`.
    pub fn read(&self) -> Result<GroupForm, Refusal> {
        let days = match self.days.trim() {
            "" => None,
            text => Some(text.parse().map_err(|_| Refusal::at(Code::DaysInvalid, "days"))?),
        };
        let join_policy = match self.join_policy {
            "" => JoinPolicy::Closed,
            text => text.parse().map_err(|_| Refusal::at(Code::BadRequest, "join_policy"))?,
        };
        GroupForm {
            name: self.name.to_owned(),
            purpose: self.purpose.to_owned(),
            join_policy,
            listed: self.listed,
            accepts_guests: self.accepts_guests,
            members_may_invite: self.members_may_invite,
            guests_see_members: self.guests_see_members,
            other_address: self.other_address,
            domains: DomainRules { allow: domains(self.allow, "allow")?, deny: domains(self.deny, "deny")? },
            member_days: days,
        }
        .checked()
    }
}

/// What every page of a group shows at its top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupHead {
    /// The group.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// Its picture.
    pub picture: Option<Uuid>,
    /// Whether its members follow from a rule.
    pub dynamic: bool,
    /// How many days a membership lasts unless said otherwise.
    pub member_days: Option<i32>,
    /// Whether the caller owns it.
    pub is_owner: bool,
    /// Whether the caller is in it.
    pub is_member: bool,
    /// Whether the caller may change it.
    pub can_manage: bool,
    /// Whether the caller may read its history.
    pub can_look_back: bool,
}

/// The settings of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupSettings {
    /// The group.
    pub head: GroupHead,
    /// What it is like.
    pub form: GroupForm,
    /// Who owns it, by name.
    pub owners: Vec<PersonName>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
}

/// One person's place in a group, on a page of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MembershipPage {
    /// The group.
    pub head: GroupHead,
    /// The person.
    pub row: MemberRow,
    /// What the group gives.
    pub apps: Vec<AppName>,
    /// How many days *Extend* adds.
    pub extend_days: i32,
}

/// How the end of a membership changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewEnd {
    /// It ends then.
    At(DateTime<Utc>),
    /// It does not end by itself.
    Never,
    /// It lasts so many days longer than now said.
    Later(i32),
}

/// A page of what happened in a group.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupHistory {
    /// The group.
    pub head: GroupHead,
    /// The newest first.
    pub rows: Vec<HistoryRow>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// Something that happened in a group.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryRow {
    /// The event.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it; `None` for the panel itself.
    pub actor: Option<PersonName>,
    /// Whom it happened to.
    pub person: Option<PersonName>,
    /// What, for example `membership.grant`.
    pub action: String,
    /// Whether an invitation was behind it.
    pub by_invitation: bool,
    /// What was written down beside it.
    pub details: Option<Json>,
}

/// A group that can be restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedGroup {
    /// The group.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its picture.
    pub picture: Option<Uuid>,
    /// Who deleted it.
    pub deleted_by: Option<PersonName>,
    /// When.
    pub deleted_at: DateTime<Utc>,
    /// Until when it can be restored.
    pub until: DateTime<Utc>,
}

/// Groups that can be restored, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeletedGroups {
    /// A page of them.
    pub rows: Vec<DeletedGroup>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// What deleting a group would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deletion {
    /// The group.
    pub head: GroupHead,
    /// How many people are in it, counted as far as [`MOST_COUNTED`].
    pub people: i64,
    /// What it gives.
    pub apps: Vec<AppName>,
}

impl From<&GroupPage> for GroupHead {
    fn from(page: &GroupPage) -> Self {
        Self {
            id: page.id,
            name: page.name.clone(),
            purpose: page.purpose.clone(),
            picture: page.picture,
            dynamic: page.kind == GroupKind::Dynamic,
            member_days: page.member_days,
            is_owner: page.is_owner,
            is_member: page.is_member,
            can_manage: page.can_manage,
            can_look_back: page.can_look_back,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::state::{Role, UserType};

    fn caller(user_type: UserType, roles: Vec<Role>) -> Caller {
        Caller { user_id: Uuid::nil(), user_type, name: String::new(), address: String::new(), roles, request_id: None }
    }

    #[test]
    fn who_may_create_groups() {
        use GroupCreation::{Administrators, Members};
        for (user_type, roles, creation, expected) in [
            (UserType::Member, vec![], Members, Ok(())),
            (UserType::Member, vec![], Administrators, Err(Code::GroupCreationOff)),
            (UserType::Member, vec![Role::Auditor], Administrators, Err(Code::GroupCreationOff)),
            (UserType::Member, vec![Role::Administrator], Administrators, Ok(())),
            (UserType::Guest, vec![], Members, Err(Code::Forbidden)),
            (UserType::Guest, vec![Role::GuestInviter], Members, Err(Code::Forbidden)),
        ] {
            assert_eq!(
                may_create_groups(&caller(user_type, roles.clone()), creation),
                expected,
                "{user_type} {roles:?}"
            );
        }
    }

    #[test]
    fn what_is_typed_is_read_or_refused_at_its_field() {
        let typed =
            TypedGroup { name: " Aurora\u{202e} team ", purpose: "Two\r\nlines", days: "90", ..Default::default() };
        let form = typed.read().expect("it is right");
        assert_eq!(
            (form.name.as_str(), form.purpose.as_str(), form.member_days),
            ("Aurora team", "Two\nlines", Some(90))
        );
        assert_eq!(form.join_policy, JoinPolicy::Closed);
        let long = "x".repeat(1001);
        for (typed, field, code) in [
            (TypedGroup { name: " \u{0} ", ..typed.clone() }, "name", Code::NameEmpty),
            (TypedGroup { name: &long, ..typed.clone() }, "name", Code::TooLong),
            (TypedGroup { purpose: &long, ..typed.clone() }, "purpose", Code::TooLong),
            (TypedGroup { days: "0", ..typed.clone() }, "days", Code::DaysInvalid),
            (TypedGroup { days: "3651", ..typed.clone() }, "days", Code::DaysInvalid),
            (TypedGroup { days: "-1", ..typed.clone() }, "days", Code::DaysInvalid),
            (TypedGroup { days: "many", ..typed.clone() }, "days", Code::DaysInvalid),
            (TypedGroup { allow: "fabrikam.example\n*.x", ..typed.clone() }, "allow", Code::DomainInvalid),
            (TypedGroup { deny: "not a domain!", ..typed.clone() }, "deny", Code::DomainInvalid),
            (TypedGroup { join_policy: "ajar", ..typed.clone() }, "join_policy", Code::BadRequest),
        ] {
            assert_eq!(typed.read().unwrap_err(), Refusal::at(code, field));
        }
    }

    #[test]
    fn domains_are_apart_by_anything_people_use() {
        let typed = TypedGroup {
            name: "A",
            allow: "a.example, b.example\r\n.c.example;preset:public-mail",
            ..Default::default()
        };
        let allow = typed.read().expect("it is right").domains.allow;
        let texts: Vec<String> = allow.into_iter().map(String::from).collect();
        assert_eq!(texts, ["a.example", "b.example", ".c.example", "preset:public-mail"]);
    }
}
