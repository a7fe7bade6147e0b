//! Who may invite guests (design 5.1). Pure: the directory looks up the facts and asks here.

use super::{
    error::Code,
    state::{GroupKind, text_enum},
};

text_enum! {
    /// Graph's `allowInvitesFrom`, the same strings.
    InvitePolicy {
        Everyone = "everyone",
        AdminsGuestInvitersAndAllMembers = "adminsGuestInvitersAndAllMembers",
        AdminsAndGuestInviters = "adminsAndGuestInviters",
        None = "none",
    }
}

/// What the policy needs to know of the person who invites. The strongest one holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inviter {
    /// Holds the administrator role.
    Administrator,
    /// Holds the guest inviter role.
    GuestInviter,
    /// A member without such a role.
    Member,
    /// A guest without such a role.
    Guest,
}

/// What the policy needs to know of the group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupFacts {
    /// Assigned or dynamic.
    pub kind: GroupKind,
    /// Whether it takes guests.
    pub accepts_guests: bool,
    /// Whether its members may invite too.
    pub members_may_invite: bool,
    /// Whether the inviter owns it.
    pub is_owner: bool,
    /// Whether the inviter is in it.
    pub is_member: bool,
}

/// Whether someone may invite a guest to a group they can see.
///
/// # Errors
/// The code that says why not.
pub fn may_invite_to_group(policy: InvitePolicy, inviter: Inviter, group: GroupFacts) -> Result<(), Code> {
    if policy == InvitePolicy::None {
        return Err(Code::InvitesDisabled);
    }
    if group.kind == GroupKind::Dynamic {
        return Err(Code::DynamicGroup);
    }
    let allowed = match inviter {
        Inviter::Administrator | Inviter::GuestInviter => true,
        Inviter::Member => matches!(policy, InvitePolicy::Everyone | InvitePolicy::AdminsGuestInvitersAndAllMembers),
        Inviter::Guest => policy == InvitePolicy::Everyone,
    };
    if !allowed {
        return Err(Code::InviterNotAllowed);
    }
    let manages = group.is_owner || group.members_may_invite && group.is_member;
    match inviter {
        Inviter::Administrator => Ok(()),
        _ if !manages => Err(Code::Forbidden),
        Inviter::GuestInviter if group.is_owner => Ok(()),
        _ if group.accepts_guests => Ok(()),
        _ => Err(Code::GuestsNotAccepted),
    }
}

#[cfg(test)]
mod tests {
    use super::{Inviter::*, *};

    const OWNED: GroupFacts = GroupFacts {
        kind: GroupKind::Assigned,
        accepts_guests: true,
        members_may_invite: false,
        is_owner: true,
        is_member: false,
    };

    #[test]
    fn the_table_of_the_design() {
        use InvitePolicy as P;
        let foreign = GroupFacts { is_owner: false, ..OWNED };
        let closed = GroupFacts { accepts_guests: false, ..OWNED };
        let dynamic = GroupFacts { kind: GroupKind::Dynamic, ..OWNED };
        let mine_too = GroupFacts { is_owner: false, is_member: true, members_may_invite: true, ..OWNED };
        for (policy, inviter, group, expected) in [
            (P::Everyone, Guest, OWNED, Ok(())),
            (P::Everyone, Guest, closed, Err(Code::GuestsNotAccepted)),
            (P::AdminsGuestInvitersAndAllMembers, Guest, OWNED, Err(Code::InviterNotAllowed)),
            (P::AdminsGuestInvitersAndAllMembers, Member, OWNED, Ok(())),
            (P::AdminsGuestInvitersAndAllMembers, Member, closed, Err(Code::GuestsNotAccepted)),
            (P::AdminsGuestInvitersAndAllMembers, Member, foreign, Err(Code::Forbidden)),
            (P::AdminsGuestInvitersAndAllMembers, Member, mine_too, Ok(())),
            (P::AdminsAndGuestInviters, Member, OWNED, Err(Code::InviterNotAllowed)),
            (P::AdminsAndGuestInviters, GuestInviter, OWNED, Ok(())),
            (P::AdminsAndGuestInviters, GuestInviter, closed, Ok(())),
            (P::AdminsAndGuestInviters, GuestInviter, foreign, Err(Code::Forbidden)),
            (P::AdminsAndGuestInviters, Administrator, foreign, Ok(())),
            (P::AdminsAndGuestInviters, Administrator, dynamic, Err(Code::DynamicGroup)),
            (P::None, Administrator, OWNED, Err(Code::InvitesDisabled)),
        ] {
            assert_eq!(may_invite_to_group(policy, inviter, group), expected, "{policy} {inviter:?} {group:?}");
        }
    }
}
