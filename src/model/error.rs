//! The one list of reasons for which something can be refused. Codes are stable; text is made where it is shown.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::state::text_enum;

text_enum! {
    /// Why something was refused.
    Code {
        /// Nobody is signed in.
        Unauthenticated = "unauthenticated",
        /// It does not exist, or the caller may not know that it does.
        NotFound = "notFound",
        /// The caller sees it but may not do this.
        Forbidden = "forbidden",
        /// The form or link is not one of ours.
        BadRequest = "badRequest",
        /// The text of a field is too long.
        TooLong = "tooLong",
        /// Too many tries; see [`Refusal::retry_after`].
        RateLimited = "rateLimited",
        /// Something of ours broke.
        Internal = "internal",

        InvitesDisabled = "invitesDisabled",
        InviterNotAllowed = "inviterNotAllowed",
        GuestsNotAccepted = "guestsNotAccepted",
        DynamicGroup = "dynamicGroup",
        AddressEmpty = "addressEmpty",
        AddressInvalid = "invalidEmail",
        AddressTooLong = "addressTooLong",
        DomainBlocked = "domainBlocked",
        DomainNotAllowed = "domainNotAllowed",
        HomeDomain = "homeDomain",
        AlreadyMember = "alreadyMember",
        AlreadyInGroup = "alreadyInGroup",
        AccountBlocked = "accountBlocked",
        MessageTooLong = "messageTooLong",
        /// Neither a group nor an app was chosen.
        NothingChosen = "nothingChosen",
        /// More addresses at once than a form takes.
        TooManyAddresses = "tooManyAddresses",
        /// Some of several addresses cannot be invited; nothing was sent.
        SomeRefused = "someRefused",
        TooManyCc = "tooManyCc",
        CcInvalid = "invalidCc",
        RedirectNotAllowed = "redirectNotAllowed",
        SponsorUnknown = "sponsorUnknown",
        LanguageUnknown = "unknownLanguage",
        DateInvalid = "invalidDate",
        DatePast = "datePast",
        ValidityInvalid = "invalidValidity",
        /// The invitation has been accepted, declined, revoked, or has expired.
        InvitationEnded = "invitationEnded",
        /// The addressee wants no mail from this organization.
        MailBlocked = "mailBlocked",
        /// None of the rows was chosen.
        NobodyChosen = "nobodyChosen",

        /// No file came with the form.
        FileMissing = "fileMissing",
        FileEmpty = "fileEmpty",
        FileTooLarge = "fileTooLarge",
        /// A workbook, or something else that is no text.
        FileNotText = "fileNotText",
        /// No heading names a column of addresses.
        NoAddressColumn = "noAddressColumn",
        /// Headings without rows.
        NoRows = "noRows",
        TooManyRows = "tooManyRows",
        RowTooLong = "rowTooLong",
        /// A quote that is never closed.
        QuoteOpen = "quoteOpen",
        /// More fields than headings.
        RowTooWide = "rowTooWide",
        /// The example row of a template.
        SampleRow = "sampleRow",
        /// The same address stands further up in the file.
        DuplicateRow = "duplicateRow",
        NotYesOrNo = "notYesOrNo",
        /// No group or app of that name that the caller may see.
        TargetUnknown = "unknownTarget",
        /// Several groups or apps of that name.
        TargetAmbiguous = "ambiguousTarget",
        TooManyTargets = "tooManyTargets",
        /// The job is not in a state in which that can be done.
        WrongState = "wrongState",
        /// More jobs at once than one person may have.
        TooManyJobs = "tooManyJobs",

        TicketUnknown = "ticketUnknown",
        TicketUsed = "ticketUsed",
        TicketExpired = "ticketExpired",
        TicketRevoked = "ticketRevoked",
        TicketDeclined = "ticketDeclined",
        WrongAccount = "wrongAccount",
        AddressUnproven = "addressUnproven",
        IdentityOfMember = "identityOfMember",

        AttemptExpired = "attemptExpired",
        AttemptForeign = "attemptForeign",
        ProviderDown = "providerDown",
        ProviderRefused = "providerRefused",
        ProviderAnswer = "providerAnswer",
        ProviderUnknown = "providerUnknown",
        NotAMember = "notAMember",
        NotInvited = "notInvited",
        OtherWay = "otherWay",

        CodeWrong = "codeWrong",
        CodeExpired = "codeExpired",
        CodeTries = "codeTries",
        CodeTooSoon = "codeTooSoon",
        PasscodesOff = "passcodesOff",

        AppOff = "appOff",
        LastOwner = "lastOwner",

        /// A name is needed.
        NameEmpty = "nameEmpty",
        /// The organization leaves creating groups to administrators.
        GroupCreationOff = "groupCreationOff",
        /// One person has created as many groups as one may.
        TooManyGroups = "tooManyGroups",
        /// One person, or the organization, has as many collections as there may be.
        TooManyCollections = "tooManyCollections",
        TooManyOwners = "tooManyOwners",
        TooManyApprovers = "tooManyApprovers",
        /// Nobody was chosen, or nobody whom the caller may see.
        PersonUnknown = "unknownPerson",
        DaysInvalid = "invalidDays",
        DomainInvalid = "invalidDomain",
        UrlInvalid = "invalidUrl",
        /// An address that an app sends people back to cannot be used.
        RedirectInvalid = "invalidRedirectUri",
        /// A host of an app cannot be read, or is the panel's own.
        HostInvalid = "invalidHost",
        /// An owner wants a host that administrators have not listed for owners.
        HostNotListed = "hostNotListed",
        /// Another app had this host until lately.
        HostResting = "hostResting",
        /// Another app has this host.
        HostTaken = "hostTaken",
        /// A client id holds something that it must not.
        ClientIdInvalid = "invalidClientId",
        /// Another app has this client id.
        ClientIdTaken = "clientIdTaken",
        /// A claim of an app's own cannot be read, or has a name that is taken.
        ClaimInvalid = "invalidClaim",
        /// The public keys of an app cannot be read.
        KeysInvalid = "invalidKeys",
        /// An app has two secrets already.
        TooManySecrets = "tooManySecrets",
        /// No app with that client id signs people in here.
        AppUnknown = "appUnknown",
        /// The app did not register the address to send people back to.
        RedirectUnknown = "redirectUnknown",
        /// What an app asked for is too long ago, or was used already.
        AuthorizationEnded = "authorizationEnded",
        /// The sign-in to an app behind a proxy belongs to another browser, or is too long ago.
        HandshakeForeign = "handshakeForeign",
        PictureInvalid = "invalidPicture",
        PictureTooLarge = "pictureTooLarge",
        /// Nobody joins this by themselves.
        JoinClosed = "joinClosed",
        /// The app cannot be asked for.
        NotRequestable = "notRequestable",
        /// They have it already.
        AlreadyHas = "alreadyHas",
        /// An open request for it exists.
        AlreadyRequested = "alreadyRequested",
        ReasonMissing = "reasonMissing",
        /// Someone else has decided; [`Refusal::target`] is who.
        RequestDecided = "requestDecided",
        /// The request was withdrawn or has expired.
        RequestEnded = "requestEnded",
        /// Nobody decides a request of their own.
        OwnRequest = "ownRequest",
        RemindTooSoon = "remindTooSoon",
        /// A rule that cannot be read; the place is told by [`crate::model::rule`].
        RuleInvalid = "invalidRule",
    }
}

impl Code {
    /// The HTTP status that fits.
    pub const fn status(self) -> u16 {
        match self {
            Self::Unauthenticated => 401,
            Self::NotFound | Self::TicketUnknown => 404,
            Self::Forbidden
            | Self::InvitesDisabled
            | Self::InviterNotAllowed
            | Self::GuestsNotAccepted
            | Self::WrongAccount
            | Self::AddressUnproven
            | Self::IdentityOfMember
            | Self::NotAMember
            | Self::NotInvited
            | Self::OtherWay
            | Self::ProviderRefused
            | Self::AccountBlocked
            | Self::GroupCreationOff
            | Self::JoinClosed
            | Self::NotRequestable
            | Self::OwnRequest
            | Self::AppOff => 403,
            Self::TicketUsed
            | Self::TicketExpired
            | Self::TicketRevoked
            | Self::TicketDeclined
            | Self::RequestEnded => 410,
            Self::RateLimited | Self::CodeTooSoon | Self::RemindTooSoon => 429,
            Self::Internal => 500,
            Self::ProviderDown | Self::ProviderAnswer => 502,
            Self::AlreadyMember
            | Self::AlreadyInGroup
            | Self::LastOwner
            | Self::AlreadyHas
            | Self::AlreadyRequested
            | Self::RequestDecided
            | Self::TooManyGroups
            | Self::TooManyCollections
            | Self::TooManyOwners
            | Self::TooManyApprovers
            | Self::InvitationEnded
            | Self::MailBlocked
            | Self::WrongState => 409,
            Self::FileTooLarge | Self::PictureTooLarge => 413,
            _ => 400,
        }
    }
}

/// A refusal: a code, the field it is about, and what else a page needs to help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{code}")]
pub struct Refusal {
    /// Why.
    pub code: Code,
    /// The form field or property that has to change, by its name in the form.
    pub field: Option<String>,
    /// When trying again makes sense, in seconds from now.
    pub retry_after: Option<u32>,
    /// The object it is about, where the caller may know it.
    pub target: Option<Uuid>,
}

impl Refusal {
    /// Names the field that has to change.
    pub fn at(code: Code, field: &str) -> Self {
        Self { field: Some(field.to_owned()), ..code.into() }
    }

    /// Says when trying again makes sense, in seconds.
    pub fn after(code: Code, seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..code.into() }
    }
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        Self { code, field: None, retry_after: None, target: None }
    }
}
