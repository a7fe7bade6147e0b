//! What the form of a group says.

use crate::model::{
    Refusal,
    groups::{GroupForm, TypedGroup},
};

/// The fields of the form, as they were sent.
pub struct Typed {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// How people join.
    pub join_policy: String,
    /// Whether it shows in the catalogue.
    pub listed: String,
    /// Whether it takes guests.
    pub accepts_guests: String,
    /// Whether its members may invite.
    pub members_may_invite: String,
    /// Whether guests see the others.
    pub guests_see_members: String,
    /// Whether another address may accept.
    pub other_address: String,
    /// Domains that alone pass.
    pub allow: String,
    /// Domains that never pass.
    pub deny: String,
    /// How long a membership lasts.
    pub days: String,
}

impl Typed {
    /// Reads all of it.
    ///
    /// # Errors
    /// Those of [`TypedGroup::read`].
    pub fn read(&self) -> Result<GroupForm, Refusal> {
        TypedGroup {
            name: &self.name,
            purpose: &self.purpose,
            join_policy: &self.join_policy,
            listed: !self.listed.is_empty(),
            accepts_guests: !self.accepts_guests.is_empty(),
            members_may_invite: !self.members_may_invite.is_empty(),
            guests_see_members: !self.guests_see_members.is_empty(),
            other_address: !self.other_address.is_empty(),
            allow: &self.allow,
            deny: &self.deny,
            days: &self.days,
        }
        .read()
    }

    /// What is kept of a refused form.
    pub fn into_fields(self) -> Vec<(&'static str, String)> {
        vec![
            ("name", self.name),
            ("purpose", self.purpose),
            ("join_policy", self.join_policy),
            ("listed", self.listed),
            ("accepts_guests", self.accepts_guests),
            ("members_may_invite", self.members_may_invite),
            ("guests_see_members", self.guests_see_members),
            ("other_address", self.other_address),
            ("allow", self.allow),
            ("deny", self.deny),
            ("days", self.days),
        ]
    }
}
