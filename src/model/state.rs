//! The states that rows of the directory can be in, each with its stable text.

/// Defines an enum whose variants have one stable text, used in the database, in JSON and in logs.
macro_rules! text_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        // Columns hold the same text, so the directory needs no second list.
        #[cfg_attr(feature = "ssr", derive(sea_orm::DeriveValueType), sea_orm(value_type = "String"))]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// Every value, in order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable text of this value.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::model::state::UnknownText;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err($crate::model::state::UnknownText { expected: &[$($text),+] }),
                }
            }
        }
    };
}
pub(crate) use text_enum;

/// A text that is none of an enum's values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {expected:?}")]
pub struct UnknownText {
    /// What would have been understood.
    pub expected: &'static [&'static str],
}

text_enum! {
    /// Whether a person belongs to the organization.
    UserType { Member = "member", Guest = "guest" }
}

text_enum! {
    /// How far a guest has come. Members have none. (Graph's `externalUserState`.)
    ExternalState { Pending = "PendingAcceptance", Accepted = "Accepted" }
}

text_enum! {
    /// How a user came into the directory. (Graph's `creationType`, with two of our own.)
    CreationType { Invitation = "Invitation", SignIn = "SignIn", Import = "Import" }
}

text_enum! {
    /// The states of an invitation.
    InvitationState {
        Pending = "pending",
        Accepted = "accepted",
        Declined = "declined",
        Revoked = "revoked",
        Expired = "expired",
    }
}

text_enum! {
    /// What became of an invitation's mail.
    Delivery { None = "none", Queued = "queued", Sent = "sent", Failed = "failed" }
}

text_enum! {
    /// Which guests a page shows.
    GuestFilter {
        /// Everyone who is in the directory now.
        Current = "current",
        /// Those who have not accepted yet.
        Waiting = "waiting",
        /// Those who have.
        Accepted = "accepted",
        /// Those whose mail did not arrive.
        Undelivered = "undelivered",
        /// Invitations that were declined or revoked, or have expired.
        Ended = "ended",
    }
}

text_enum! {
    /// In which order a page shows guests.
    GuestSort {
        /// The newest first.
        Newest = "newest",
        /// By name.
        Name = "name",
        /// Those first whose invitation expires first; only those who have not accepted.
        Expiry = "expiry",
        /// Those first who were not seen for longest; only those who have signed in.
        Seen = "seen",
    }
}

text_enum! {
    /// What can be done with several guests at once.
    GuestAction {
        /// Send the invitation again.
        Resend = "resend",
        /// Let the invitation be open for longer.
        Extend = "extend",
        /// Revoke the invitation.
        Revoke = "revoke",
        /// Take away what the caller manages.
        Withdraw = "withdraw",
        /// Invite again whose invitation has ended.
        Again = "again",
    }
}

text_enum! {
    /// The states of a row in the outbox.
    OutboxState { Queued = "queued", Sent = "sent", Dead = "dead" }
}

text_enum! {
    /// How a group gets its members.
    GroupKind { Assigned = "assigned", Dynamic = "dynamic" }
}

text_enum! {
    /// How people can join a group by themselves.
    JoinPolicy { Closed = "closed", OnRequest = "on request", Open = "open" }
}

text_enum! {
    /// What guests may see of others. See design 5.6.
    GuestVisibility { SameAsMembers = "same as members", Limited = "limited", Restricted = "restricted" }
}

impl GuestVisibility {
    /// Whether a guest sees who else is in a group of theirs. `group_allows` is the group's own choice.
    pub const fn shows_members(self, group_allows: bool) -> bool {
        match self {
            Self::SameAsMembers => true,
            Self::Limited => group_allows,
            Self::Restricted => false,
        }
    }
}

text_enum! {
    /// The organization's roles.
    Role { Administrator = "administrator", GuestInviter = "guest inviter", Auditor = "auditor" }
}

text_enum! {
    /// Why someone has a membership or an assignment.
    GrantReason {
        /// An invitation that they accepted.
        Invitation = "invitation",
        /// Somebody who manages it put them there.
        Owner = "owner",
        /// The import file.
        Import = "import",
        /// They joined by themselves.
        Joined = "joined",
        /// A request of theirs was approved.
        Request = "request",
        /// The rule of a dynamic group.
        Rule = "rule",
    }
}

text_enum! {
    /// The states of a request.
    RequestState {
        Pending = "pending",
        Approved = "approved",
        Denied = "denied",
        Withdrawn = "withdrawn",
        Expired = "expired",
    }
}

text_enum! {
    /// What a notice tells.
    NoticeKind {
        /// Someone asks; the reader can decide.
        RequestMade = "request.made",
        /// Someone asks again for a decision.
        RequestReminded = "request.reminded",
        /// The reader's request was approved.
        RequestApproved = "request.approved",
        /// The reader's request was denied.
        RequestDenied = "request.denied",
        /// The reader's request found nobody to decide it in time, or what they asked for is gone.
        RequestExpired = "request.expired",
        /// The reader was put into a group.
        MemberAdded = "member.added",
        /// The reader was taken out of a group.
        MemberRemoved = "member.removed",
        /// The reader's membership or assignment got another end.
        MemberUntil = "member.until",
        /// The reader's membership or assignment is about to end.
        MemberEnding = "member.ending",
        /// Someone joined a group of the reader's by themselves.
        MemberJoined = "member.joined",
        /// The reader owns a group or an app from now on.
        OwnerAdded = "owner.added",
        /// The reader no longer owns a group or an app.
        OwnerRemoved = "owner.removed",
        /// The reader approves requests for an app from now on.
        ApproverAdded = "approver.added",
        /// The reader was given an app.
        AppGiven = "app.given",
        /// The reader no longer has an app.
        AppTaken = "app.taken",
        /// A group of the reader's was deleted; it can be restored for 30 days.
        GroupDeleted = "group.deleted",
        /// A group of the reader's was restored.
        GroupRestored = "group.restored",
    }
}

impl NoticeKind {
    /// Whether somebody waits for the reader to decide.
    pub const fn waits(self) -> bool {
        matches!(self, Self::RequestMade | Self::RequestReminded)
    }
}

text_enum! {
    /// Which notices a person also gets by mail.
    NoticeMail {
        /// All of them.
        All = "all",
        /// Those where somebody waits for a decision of theirs, and what became of their own requests.
        Requests = "requests",
        /// None.
        None = "none",
    }
}

text_enum! {
    /// How a person looks at their apps.
    AppsView { Grid = "grid", List = "list" }
}

text_enum! {
    /// Who may create groups.
    GroupCreation { Members = "members", Administrators = "administrators" }
}

text_enum! {
    /// Who says how an app signs people in.
    AppConnecting { Owners = "owners", Administrators = "administrators" }
}

text_enum! {
    /// How a session was opened.
    SignInMethod { Provider = "provider", Passcode = "passcode" }
}

text_enum! {
    /// What an identity provider is for.
    ProviderKind {
        /// The organization's own people.
        Members = "members",
        /// A partner organization; it claims domains.
        Partner = "partner",
        /// Anyone, but an authority only for its listed domains.
        Social = "social",
    }
}

text_enum! {
    /// What an audited attempt came to.
    Outcome { Success = "success", Refused = "refused" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_reads_back() {
        for state in InvitationState::ALL {
            assert_eq!(state.as_str().parse(), Ok(*state));
        }
        assert!("Pending".parse::<InvitationState>().is_err());
    }
}

text_enum! {
    /// How an app signs people in.
    #[derive(Default)]
    AppKind {
        /// By itself: the panel only leads there.
        #[default]
        Link = "link",
        /// Through the panel, by OpenID Connect.
        Oidc = "oidc",
        /// It speaks nothing: a proxy before it asks the panel on every request.
        ForwardAuth = "forward-auth",
    }
}

text_enum! {
    /// Which groups of a person an app is told.
    #[derive(Default)]
    GroupsSent {
        #[default]
        None = "none",
        /// Those that are assigned to the app.
        Assigned = "assigned",
        All = "all",
    }
}

text_enum! {
    /// How an app is told of groups.
    #[derive(Default)]
    GroupsAs {
        #[default]
        Id = "id",
        Name = "name",
    }
}

text_enum! {
    /// How an app proves to be itself.
    ClientAuth {
        /// By a secret, in the header or in the body.
        Secret = "secret",
        /// By a signature with a key of its own (`private_key_jwt`).
        PrivateKey = "private_key_jwt",
        /// Not at all: it runs where secrets cannot be kept. PKCE is required.
        None = "none",
    }
}

text_enum! {
    /// How tokens for an app are signed.
    SigningAlg { Rs256 = "RS256", Es256 = "ES256" }
}

text_enum! {
    /// What somebody signed in to, or tried to.
    SignInKind {
        /// The panel itself.
        Panel = "panel",
        /// An app, by OpenID Connect.
        App = "app",
        /// An app behind a proxy.
        Gate = "gate",
        /// An app renewed its tokens; only refusals are written down.
        Renewal = "renewal",
    }
}

text_enum! {
    /// Why an app's session has ended.
    AppSessionEnd {
        /// The session here has ended: by signing out, by being ended, or by time.
        Session = "session",
        /// The person may not use the app any more.
        Access = "access",
        /// The app signed the person out.
        App = "app",
    }
}

text_enum! {
    /// Why the tokens of one sign-in have ended.
    FamilyEnd {
        /// The app gave them back.
        Revoked = "revoked",
        /// A code was used twice.
        CodeReused = "codeReused",
        /// A refresh token was used twice.
        RefreshReused = "refreshReused",
    }
}

text_enum! {
    /// What a claim of an app's own is filled from.
    PersonField {
        Id = "id",
        Address = "address",
        Name = "name",
        GivenName = "givenName",
        FamilyName = "familyName",
        UserType = "userType",
        Language = "language",
        Department = "department",
        JobTitle = "jobTitle",
        Company = "company",
    }
}
