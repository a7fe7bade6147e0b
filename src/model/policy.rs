//! Who may invite guests (design 5.1). Pure: the directory looks up the facts and asks here.

use super::{
    caller::Caller,
    error::Code,
    state::{GroupKind, GuestVisibility, Role, text_enum},
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

impl Inviter {
    /// What a signed-in person is to the policy.
    pub fn of(caller: &Caller) -> Self {
        if caller.is_administrator() {
            Self::Administrator
        } else if caller.has(Role::GuestInviter) {
            Self::GuestInviter
        } else if caller.is_guest() {
            Self::Guest
        } else {
            Self::Member
        }
    }
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

/// What the policy needs to know of the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AppFacts {
    /// Whether it takes guests.
    pub accepts_guests: bool,
    /// Whether the inviter owns it.
    pub is_owner: bool,
}

/// Whether the policy lets someone invite at all, to whatever it may be.
///
/// # Errors
/// [`Code::InvitesDisabled`] or [`Code::InviterNotAllowed`].
pub fn may_invite_at_all(policy: InvitePolicy, inviter: Inviter) -> Result<(), Code> {
    let allowed = match inviter {
        _ if policy == InvitePolicy::None => return Err(Code::InvitesDisabled),
        Inviter::Administrator | Inviter::GuestInviter => true,
        Inviter::Member => matches!(policy, InvitePolicy::Everyone | InvitePolicy::AdminsGuestInvitersAndAllMembers),
        Inviter::Guest => policy == InvitePolicy::Everyone,
    };
    if allowed { Ok(()) } else { Err(Code::InviterNotAllowed) }
}

/// Whether someone may invite a guest to a group they can see.
///
/// # Errors
/// Those of [`may_invite_at_all`], [`Code::DynamicGroup`], [`Code::Forbidden`] for a group that is not theirs to invite
/// to, and [`Code::GuestsNotAccepted`].
pub fn may_invite_to_group(policy: InvitePolicy, inviter: Inviter, group: GroupFacts) -> Result<(), Code> {
    if policy == InvitePolicy::None {
        return Err(Code::InvitesDisabled);
    }
    if group.kind == GroupKind::Dynamic {
        return Err(Code::DynamicGroup);
    }
    may_invite_at_all(policy, inviter)?;
    let manages = group.is_owner || group.members_may_invite && group.is_member;
    match inviter {
        Inviter::Administrator => Ok(()),
        _ if !manages => Err(Code::Forbidden),
        Inviter::GuestInviter if group.is_owner => Ok(()),
        _ if group.accepts_guests => Ok(()),
        _ => Err(Code::GuestsNotAccepted),
    }
}

/// Whether someone may invite a guest to an app they can see. Being assigned to it counts for nothing, and guests never
/// invite to apps, not even to one of theirs.
///
/// # Errors
/// Those of [`may_invite_at_all`], [`Code::Forbidden`] for an app that is not theirs to invite to, and
/// [`Code::GuestsNotAccepted`].
pub fn may_invite_to_app(policy: InvitePolicy, inviter: Inviter, app: AppFacts) -> Result<(), Code> {
    may_invite_at_all(policy, inviter)?;
    match inviter {
        Inviter::Administrator => Ok(()),
        Inviter::Guest => Err(Code::Forbidden),
        _ if !app.is_owner => Err(Code::Forbidden),
        Inviter::GuestInviter => Ok(()),
        Inviter::Member if app.accepts_guests => Ok(()),
        Inviter::Member => Err(Code::GuestsNotAccepted),
    }
}

/// Whether someone may invite a guest to the directory. `together_with_something` says that the same invitation also
/// grants a group or an app: each of them is judged by its own rule besides, so what a guest or a member may not invite
/// to is refused there.
///
/// # Errors
/// Those of [`may_invite_at_all`]; [`Code::NothingChosen`] for a member, and [`Code::Forbidden`] for a guest, who would
/// invite to the directory alone.
pub fn may_invite_to_directory(
    policy: InvitePolicy,
    inviter: Inviter,
    together_with_something: bool,
) -> Result<(), Code> {
    may_invite_at_all(policy, inviter)?;
    match inviter {
        Inviter::Administrator | Inviter::GuestInviter => Ok(()),
        _ if together_with_something => Ok(()),
        Inviter::Member => Err(Code::NothingChosen),
        Inviter::Guest => Err(Code::Forbidden),
    }
}

/// Whether someone may find a group in the catalogue, or an app that can be asked for. `listed` says that it is offered at
/// all. Guests find what accepts guests, unless they see nothing but themselves (design 5.6).
pub const fn may_find(is_guest: bool, visibility: GuestVisibility, listed: bool, accepts_guests: bool) -> bool {
    listed && (!is_guest || accepts_guests && !matches!(visibility, GuestVisibility::Restricted))
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

    const MINE: AppFacts = AppFacts { accepts_guests: true, is_owner: true };

    /// Reference 15, "Policy", each with the status of Microsoft's answer. 201 is an invitation; ours are refused by code.
    #[test]
    fn the_vectors_of_the_reference() {
        use InvitePolicy as P;
        for (policy, inviter, status) in [
            (P::Everyone, Guest, 201),
            (P::AdminsGuestInvitersAndAllMembers, Guest, 403),
            (P::AdminsAndGuestInviters, Member, 403),
            (P::AdminsAndGuestInviters, GuestInviter, 201),
            (P::None, Administrator, 403),
        ] {
            let to_group = may_invite_to_group(policy, inviter, OWNED);
            assert_eq!(to_group.map_or_else(Code::status, |()| 201), status, "{policy} {inviter:?} to a group");
            // Everything else is at most as open; guests invite to groups only.
            let to_app = may_invite_to_app(policy, inviter, MINE);
            let expected = if inviter == Guest { 403 } else { status };
            assert_eq!(to_app.map_or_else(Code::status, |()| 201), expected, "{policy} {inviter:?} to an app");
            let along = may_invite_to_directory(policy, inviter, true);
            assert_eq!(along.map_or_else(Code::status, |()| 201), status, "{policy} {inviter:?} along with a group");
        }
    }

    /// The first column of reference 6.1: who passes each policy.
    #[test]
    fn who_passes_each_policy() {
        use InvitePolicy as P;
        for (policy, passes) in [
            (P::Everyone, [true, true, true, true]),
            (P::AdminsGuestInvitersAndAllMembers, [true, true, true, false]),
            (P::AdminsAndGuestInviters, [true, true, false, false]),
            (P::None, [false, false, false, false]),
        ] {
            for (inviter, passes) in [Administrator, GuestInviter, Member, Guest].into_iter().zip(passes) {
                let refusal = if policy == P::None { Code::InvitesDisabled } else { Code::InviterNotAllowed };
                let expected = if passes { Ok(()) } else { Err(refusal) };
                assert_eq!(may_invite_at_all(policy, inviter), expected, "{policy} {inviter:?}");
                if !passes {
                    for together in [true, false] {
                        assert_eq!(
                            may_invite_to_directory(policy, inviter, together),
                            expected,
                            "{policy} {inviter:?}"
                        );
                    }
                    for app in [MINE, AppFacts { accepts_guests: false, is_owner: false }] {
                        assert_eq!(may_invite_to_app(policy, inviter, app), expected, "{policy} {inviter:?} {app:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn apps_and_the_directory_by_the_table_of_the_design() {
        use InvitePolicy::Everyone;
        let closed = AppFacts { accepts_guests: false, ..MINE };
        let foreign = AppFacts { is_owner: false, ..MINE };
        for (inviter, app, expected) in [
            (Administrator, foreign, Ok(())),
            (Administrator, AppFacts { accepts_guests: false, is_owner: false }, Ok(())),
            (GuestInviter, MINE, Ok(())),
            (GuestInviter, closed, Ok(())),
            (GuestInviter, foreign, Err(Code::Forbidden)),
            (Member, MINE, Ok(())),
            (Member, closed, Err(Code::GuestsNotAccepted)),
            (Member, foreign, Err(Code::Forbidden)),
            (Guest, MINE, Err(Code::Forbidden)),
            (Guest, foreign, Err(Code::Forbidden)),
        ] {
            assert_eq!(may_invite_to_app(Everyone, inviter, app), expected, "{inviter:?} {app:?}");
        }
        for (inviter, together, expected) in [
            (Administrator, false, Ok(())),
            (GuestInviter, false, Ok(())),
            (Member, false, Err(Code::NothingChosen)),
            (Member, true, Ok(())),
            (Guest, false, Err(Code::Forbidden)),
            // To a group of theirs, that is; an app is refused by its own rule.
            (Guest, true, Ok(())),
        ] {
            assert_eq!(may_invite_to_directory(Everyone, inviter, together), expected, "{inviter:?} {together}");
        }
    }

    #[test]
    fn the_strongest_role_holds() {
        use crate::model::state::UserType;
        for (user_type, roles, expected) in [
            (UserType::Member, vec![], Member),
            (UserType::Guest, vec![], Guest),
            (UserType::Member, vec![Role::Auditor], Member),
            (UserType::Guest, vec![Role::GuestInviter], GuestInviter),
            (UserType::Member, vec![Role::GuestInviter, Role::Administrator], Administrator),
        ] {
            let caller = Caller {
                user_id: uuid::Uuid::nil(),
                user_type,
                name: String::new(),
                address: String::new(),
                roles,
                request_id: None,
            };
            assert_eq!(Inviter::of(&caller), expected);
        }
    }
}
