//! The catalogue: what the panel says to people. This file has the words for codes in English; [`words_in`] has them in
//! every language that the pages of redemption speak. The texts of those pages are beside it, one file per subject.
//!
//! A text is one function. It holds all languages, so that the compiler asks for what is missing.

mod at_door;
pub mod dates;
pub mod doors;
mod french;
mod german;
pub mod history;
mod japanese;
pub mod mail_blocks;
pub mod redeeming;
pub mod sentence;
pub mod signing_in;
mod spanish;

#[cfg(test)]
mod tests;

use super::{error::Code, language::Language};
pub use sentence::{Piece, Sentence};

/// A title, what happened, and what to do next.
type Said = (&'static str, &'static str, &'static str);

/// What a refusal says: a title, what happened, and what to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// A page's or box's heading.
    pub title: &'static str,
    /// What happened.
    pub happened: &'static str,
    /// What to do next.
    pub remedy: &'static str,
}

impl Words {
    const fn of((title, happened, remedy): Said) -> Self {
        Self { title, happened, remedy }
    }

    /// What happened and what to do, one after the other.
    pub fn advice(&self, language: Language) -> String {
        doors::after_another(language, self.happened, self.remedy)
    }

    /// What a field says that has to change: title and remedy.
    pub fn at_field(&self, language: Language) -> String {
        let stop = match language {
            _ if self.title.ends_with(['?', '？', '。']) => "",
            Language::Japanese => "。",
            _ => ".",
        };
        doors::after_another(language, &format!("{}{stop}", self.title), self.remedy)
    }
}

/// The words for a code in a language.
pub const fn words_in(code: Code, language: Language) -> Words {
    match language {
        Language::English => words(code),
        Language::German => Words::of(german::words(code)),
        Language::French => Words::of(french::words(code)),
        Language::Spanish => Words::of(spanish::words(code)),
        Language::Japanese => Words::of(japanese::words(code)),
    }
}

/// The words for a code as somebody needs them who is not in yet: a guest who redeems, or anybody who signs in. Inside,
/// the same code speaks to whoever invites.
pub const fn words_at_door(code: Code, language: Language) -> Words {
    match at_door::words(code, language) {
        Some(said) => Words::of(said),
        None => words_in(code, language),
    }
}

/// The words for a code, in English.
pub const fn words(code: Code) -> Words {
    let (title, happened, remedy) = match code {
        Code::Unauthenticated => {
            ("You are not signed in", "Your session has ended or was never opened.", "Sign in and try again.")
        }
        Code::NotFound => (
            "There is nothing here",
            "This page does not exist, or it is not yours to see.",
            "Go back to your apps, or ask whoever gave you the link.",
        ),
        Code::Forbidden => {
            ("You may not do this", "You can see this, but changing it is up to others.", "Ask one of its owners.")
        }
        Code::BadRequest => (
            "That did not make sense to us",
            "The form or link was incomplete.",
            "Go back, reload the page, and try again.",
        ),
        Code::TooLong => ("That is too long", "The text is longer than we can keep.", "Shorten it and try again."),
        Code::RateLimited => {
            ("That was too often", "There were too many tries in a short time.", "Wait a little, then try again.")
        }
        Code::Internal => (
            "Something broke on our side",
            "It has been noted, and nothing was changed halfway.",
            "Try again in a minute. If it stays, tell your administrator.",
        ),
        Code::InvitesDisabled => (
            "Invitations are switched off",
            "Your organization does not invite guests at the moment.",
            "Ask your administrator.",
        ),
        Code::InviterNotAllowed => (
            "You may not invite guests",
            "Your organization leaves inviting to others.",
            "Ask an administrator or a guest inviter to do it for you.",
        ),
        Code::GuestsNotAccepted => (
            "No guests are taken here",
            "This group or app is for people of the organization only.",
            "Choose another one, or ask its owners to open it to guests.",
        ),
        Code::DynamicGroup => (
            "This group fills itself",
            "Its members follow from a rule, so nobody can be invited to it.",
            "Choose another group.",
        ),
        Code::AddressEmpty => {
            ("Whom do you want to invite?", "The address is empty.", "Enter the e-mail address of your partner.")
        }
        Code::AddressInvalid => {
            ("This is not an e-mail address", "We could not read it as an address.", "Write it like name@example.com.")
        }
        Code::AddressTooLong => {
            ("This address is too long", "No mail server would take it.", "Check it for a typing mistake.")
        }
        Code::DomainBlocked => (
            "This domain is blocked",
            "Guests from this domain are not taken, here or in the whole organization.",
            "Use another address of your partner, or ask your administrator.",
        ),
        Code::DomainNotAllowed => (
            "This domain is not on the list",
            "Guests are taken only from domains on a list, here or in the whole organization.",
            "Use another address of your partner, or ask your administrator.",
        ),
        Code::HomeDomain => (
            "This is an address of your own organization",
            "Colleagues are not invited as guests.",
            "Ask an administrator to add them instead.",
        ),
        Code::AlreadyMember => (
            "This person belongs to your organization",
            "They are not a guest and need no invitation.",
            "Add them to the group as a member instead.",
        ),
        Code::AlreadyInGroup => {
            ("They are in this group already", "There is nothing to add.", "Look for them in the list of people.")
        }
        Code::AccountBlocked => {
            ("This account is blocked", "An administrator has blocked it.", "Ask your administrator.")
        }
        Code::MessageTooLong => {
            ("Your message is too long", "It can have up to 2,000 characters.", "Shorten it and try again.")
        }
        Code::NothingChosen => (
            "To what do you invite them?",
            "Neither a group nor an app is chosen.",
            "Choose at least one group or app.",
        ),
        Code::TooManyAddresses => (
            "These are too many addresses",
            "This form takes up to 100 at once.",
            "Invite fewer at once, or invite by file.",
        ),
        Code::SomeRefused => (
            "Some of these addresses cannot be invited",
            "Nothing was sent. The list says what is wrong with each of them.",
            "Correct or remove them, then send again.",
        ),
        Code::TooManyCc => (
            "These are too many copies",
            "Up to five people can be told about an invitation.",
            "Remove some of the addresses.",
        ),
        Code::CcInvalid => (
            "One of these is not an e-mail address",
            "A copy can only go to an address.",
            "Write addresses like name@example.com, separated by commas.",
        ),
        Code::RedirectNotAllowed => (
            "Guests cannot land there",
            "The address is neither the panel's, nor an app's, nor one that your administrator allows.",
            "Choose the address of an app, or ask your administrator to allow it.",
        ),
        Code::SponsorUnknown => (
            "We do not know this sponsor",
            "Only somebody who belongs to your organization can answer for a guest.",
            "Enter the e-mail address of a colleague.",
        ),
        Code::LanguageUnknown => {
            ("We do not speak this language", "There are no mails in it.", "Choose one of the languages in the list.")
        }
        Code::DateInvalid => ("This is not a date", "We could not read it as a date.", "Write it like 2027-03-31."),
        Code::DatePast => ("This date is over", "Access cannot end in the past.", "Choose a later date."),
        Code::ValidityInvalid => (
            "This is not a number of days that we can use",
            "An invitation can be open for 1 to 365 days.",
            "Enter a number from 1 to 365.",
        ),
        Code::InvitationEnded => (
            "This invitation has ended",
            "It was accepted, declined or revoked, or it has expired, perhaps a moment ago.",
            "Reload the page to see its state. You can invite the guest again.",
        ),
        Code::MailBlocked => (
            "They want no mail from you",
            "The owner of this address has blocked invitations from your organization.",
            "Copy the link and hand it over another way, or ask them to undo the block.",
        ),
        Code::NobodyChosen => {
            ("Nobody is chosen", "There was nothing to do.", "Tick the people first, then choose what to do.")
        }
        Code::FileMissing => {
            ("No file was chosen", "The form came without a file.", "Choose a CSV file, then upload it.")
        }
        Code::FileEmpty => ("This file is empty", "There is nothing in it.", "Fill in the template and upload it."),
        Code::FileTooLarge => (
            "This file is too large",
            "A file can have up to 32 MiB.",
            "Split it into several files, and upload one after the other.",
        ),
        Code::FileNotText => (
            "This is not a CSV file",
            "It is a workbook, or something else that is not text.",
            "In your spreadsheet program choose Save as, then CSV UTF-8, and upload that.",
        ),
        Code::NoAddressColumn => (
            "We found no column of e-mail addresses",
            "None of the headings in the first line says that its column holds addresses.",
            "Call that column email. Email address to invite [inviteeEmail] and InvitedUserEmailAddress are understood, too.",
        ),
        Code::NoRows => {
            ("There is nobody in this file", "It has headings and no rows below them.", "Add one row for each guest.")
        }
        Code::TooManyRows => (
            "This file has too many rows",
            "A file can have up to 100,000.",
            "Split it into several files, and upload one after the other.",
        ),
        Code::RowTooLong => (
            "A row of this file is too long",
            "A row can have up to 64 KiB and 200 columns.",
            "Look at the line named here, and shorten it.",
        ),
        Code::QuoteOpen => (
            "A quote is never closed",
            "A field begins with a quote, and the file ends before the quote does.",
            "Look at the line named here, and close the quote or remove it.",
        ),
        Code::RowTooWide => (
            "This row has more fields than there are headings",
            "Perhaps a text has a comma in it and no quotes around it.",
            "Put quotes around the text.",
        ),
        Code::SampleRow => (
            "This is the example row",
            "It came with the template and stands for nobody.",
            "Delete the row, or leave it: it is skipped.",
        ),
        Code::DuplicateRow => (
            "This address stands further up in the file",
            "Only its first row counts.",
            "Put everything that one guest gets into one row.",
        ),
        Code::NotYesOrNo => ("This is neither yes nor no", "We could not read it.", "Write yes or no."),
        Code::TargetUnknown => (
            "We do not know this group or app",
            "There is none of that name or id that you can see.",
            "Look at its page for the right name.",
        ),
        Code::TargetAmbiguous => (
            "There are several of that name",
            "We cannot tell which group or app is meant.",
            "Write its id, which is in the address of its page.",
        ),
        Code::TooManyTargets => (
            "These are too many groups or apps",
            "A row can name up to 20 of each.",
            "Name fewer, or give a group that gives several apps.",
        ),
        Code::WrongState => (
            "That cannot be done now",
            "The job has moved on, perhaps a moment ago.",
            "Reload the page to see how far it has come.",
        ),
        Code::TooManyJobs => (
            "You have too many unfinished files",
            "One person can have up to 10 that are neither done nor cancelled.",
            "Finish, cancel or delete one of them first.",
        ),
        Code::TicketUnknown => (
            "We do not know this invitation",
            "The link is incomplete, or it was replaced.",
            "Open the link from the newest mail, or ask the person who invited you.",
        ),
        Code::TicketUsed => {
            ("You have accepted this invitation already", "Nothing more is needed.", "Sign in to see your apps.")
        }
        Code::TicketExpired => (
            "This invitation has expired",
            "It was open for a limited time only.",
            "Ask the person who invited you for a new one.",
        ),
        Code::TicketRevoked => (
            "This invitation was withdrawn",
            "It can no longer be accepted.",
            "If you think that is a mistake, ask the person who invited you.",
        ),
        Code::TicketDeclined => (
            "This invitation was declined",
            "It can no longer be accepted.",
            "If you changed your mind, ask the person who invited you.",
        ),
        Code::WrongAccount => (
            "This is another account",
            "The invitation is for one address, and you signed in with another.",
            "Switch to the right account, or prove the invited address with a code.",
        ),
        Code::AddressUnproven => (
            "One more step",
            "The account you chose does not prove that the invited address is yours.",
            "Enter a code that we send to that address.",
        ),
        Code::IdentityOfMember => (
            "This account belongs to a member",
            "You signed in as somebody of the organization, but the invitation is for a guest.",
            "Switch to the account that the invitation is for.",
        ),
        Code::AttemptExpired => {
            ("This took too long", "A sign-in has to be finished within 15 minutes.", "Start again.")
        }
        Code::AttemptForeign => (
            "This sign-in was not started here",
            "The answer came to another browser than the one that asked, or it came twice.",
            "Start again in this browser.",
        ),
        Code::ProviderDown => (
            "We cannot reach the sign-in service",
            "The service that knows your account does not answer.",
            "Try again in a few minutes, or use another way.",
        ),
        Code::ProviderRefused => (
            "The sign-in was cancelled",
            "You or the sign-in service stopped it. Nothing was changed.",
            "Try again, or use another way.",
        ),
        Code::ProviderAnswer => (
            "We could not trust the answer",
            "The sign-in service answered in a way that does not pass our checks.",
            "Try again. If it stays, tell the administrator: the setup is wrong.",
        ),
        Code::ProviderUnknown => {
            ("This way to sign in does not exist", "It was removed, or the link is old.", "Choose another way.")
        }
        Code::NotAMember => (
            "This account is not a member",
            "You are known to the sign-in service, but not as one of the organization's people.",
            "Switch to your work account. If you were invited as a guest, open the link in your invitation.",
        ),
        Code::NotInvited => (
            "We have no invitation for you",
            "Nobody has invited this account, or the invitation has ended.",
            "Ask the person you work with to invite you, or switch to another account.",
        ),
        Code::OtherWay => (
            "You sign in another way",
            "The address is yours, but you joined with another account than this one.",
            "Sign in the way you did the first time.",
        ),
        Code::CodeWrong => (
            "This code is not right",
            "It does not match the newest code that we sent.",
            "Check the newest mail and type the eight digits again.",
        ),
        Code::CodeExpired => ("This code is too old", "A code is valid for 15 minutes.", "Have a new one sent."),
        Code::CodeTries => {
            ("Too many wrong codes", "For your safety this code no longer works.", "Have a new one sent.")
        }
        Code::CodeTooSoon => (
            "A code is on its way",
            "We have sent one less than a minute ago.",
            "Look into your inbox, and your spam folder. You can have another one in a minute.",
        ),
        Code::PasscodesOff => (
            "Codes are switched off",
            "This organization does not use codes by e-mail.",
            "Choose another way to sign in.",
        ),
        Code::AppOff => (
            "This app is switched off",
            "Somebody who runs it has switched it off for the moment.",
            "Try later, or ask those who run it.",
        ),
        Code::LastOwner => ("Every group needs an owner", "This is the last one.", "Add another owner first."),
        Code::NameEmpty => ("A name is needed", "The name is empty.", "Enter a name of up to 120 characters."),
        Code::GroupCreationOff => (
            "You may not create groups",
            "Your organization leaves creating groups to administrators.",
            "Ask an administrator to create it for you.",
        ),
        Code::TooManyGroups => (
            "You have created as many groups as one person may",
            "There is a limit for one person.",
            "Delete a group that nobody needs, or ask an administrator.",
        ),
        Code::TooManyCollections => (
            "There are as many collections as there may be",
            "One person can have 50 collections, the organization 200.",
            "Delete one that is no longer needed first.",
        ),
        Code::TooManyOwners => {
            ("There are enough owners", "A group or app has at most 100 owners.", "Remove an owner first.")
        }
        Code::TooManyApprovers => {
            ("There are enough approvers", "An app has at most ten approvers.", "Remove an approver first.")
        }
        Code::PersonUnknown => (
            "We do not find this person",
            "Nobody was chosen, or nobody whom you can see.",
            "Search by name or address, and choose somebody from the list.",
        ),
        Code::DaysInvalid => (
            "This is not a number of days",
            "We need a whole number from 1 to 3650, or nothing.",
            "Write a number of days, for example 180.",
        ),
        Code::DomainInvalid => (
            "This is not a domain",
            "One of the domains cannot be read.",
            "Write domains like example.com, one a line; .example.com also means its subdomains.",
        ),
        Code::RedirectInvalid => (
            "This address cannot be used",
            "An app gets people back at whole addresses: https, without a fragment; http only on this machine; or a scheme of its own with a dot in it.",
            "Write one address a line, exactly as the app sends it.",
        ),
        Code::HostInvalid => (
            "This is not a host for an app",
            "We need addresses like https://wiki.example.com, without a path, and not the panel’s own.",
            "Write one a line.",
        ),
        Code::HostNotListed => (
            "An owner cannot take this host",
            "Owners register hosts below the names that an administrator has listed for them, and this is below none.",
            "Ask an administrator to register it, or to list it (self_service.owner_hosts).",
        ),
        Code::HostResting => (
            "This host was another app’s until lately",
            "For 30 days after an app gives up a host, no other app’s owner can take it: browsers and proxies still know it as the other app’s.",
            "Wait, or ask an administrator, who can hand it over at once.",
        ),
        Code::HostTaken => (
            "Another app has this host",
            "A host belongs to one app, whatever its port.",
            "Take it away from the other app first.",
        ),
        Code::ClientIdInvalid => (
            "This client id cannot be used",
            "It has letters, digits and . _ - : only, at most 200 of them.",
            "Write another, or leave it empty.",
        ),
        Code::ClientIdTaken => {
            ("Another app has this client id", "Client ids are unique.", "Write another, or leave it empty.")
        }
        Code::ClaimInvalid => (
            "This claim cannot be used",
            "We read lines like department = {department} or tenant = woodgrove, and the standard claims are ours.",
            "Mend that line.",
        ),
        Code::KeysInvalid => (
            "We cannot read these keys",
            "We need a JSON Web Key Set with public RSA or P-256 keys.",
            "Paste what the app gives you under “public keys” or “JWKS”.",
        ),
        Code::TooManySecrets => (
            "There are two secrets already",
            "Two at a time are enough to change from one to the other.",
            "Delete the one that is no longer used first.",
        ),
        Code::AppUnknown => (
            "We do not know this app",
            "The app that sent you here is not set up to sign people in here.",
            "Go back to the app, and tell those who run it.",
        ),
        Code::RedirectUnknown => (
            "This app asked for something that we do not do",
            "It wants you sent to an address that it did not register.",
            "Tell those who run the app. Do not follow the link again if you were sent it by somebody.",
        ),
        Code::AuthorizationEnded => (
            "This took too long",
            "What the app asked for is over, or was used already.",
            "Go back to the app and sign in again.",
        ),
        Code::HandshakeForeign => {
            ("This sign-in cannot go on", "It began in another browser, or too long ago.", "Open the app again.")
        }
        Code::UrlInvalid => (
            "This is not a web address",
            "We could not read it as one.",
            "Write the whole address, beginning with https://.",
        ),
        Code::PictureInvalid => (
            "We cannot read this picture",
            "It is no picture that we understand, or it is damaged.",
            "Choose a PNG, JPEG or WebP file.",
        ),
        Code::PictureTooLarge => {
            ("This picture is too large", "A picture has at most 2 MB and 4000 pixels a side.", "Choose a smaller one.")
        }
        Code::JoinClosed => {
            ("Nobody joins this group by themselves", "Its owners choose who is in it.", "Ask one of its owners.")
        }
        Code::NotRequestable => {
            ("This app cannot be asked for", "Its owners choose who has it.", "Ask one of its owners.")
        }
        Code::AlreadyHas => {
            ("It is there already", "Nothing more is needed, and nothing was changed.", "Go back and reload the page.")
        }
        Code::AlreadyRequested => (
            "You have asked for this already",
            "Your request waits for a decision.",
            "Look at your requests; there you can remind whoever decides.",
        ),
        Code::ReasonMissing => ("A reason is needed", "Whoever reads this wants to know why.", "Write a sentence."),
        Code::RequestDecided => (
            "Someone was quicker",
            "This request has been decided.",
            "Nothing is left to do; the request says who decided what.",
        ),
        Code::RequestEnded => (
            "This request has ended",
            "It was withdrawn, or nobody decided in time.",
            "Ask again if it is still needed.",
        ),
        Code::OwnRequest => (
            "This is your own request",
            "Somebody else has to decide it.",
            "Wait for another approver, or remind them.",
        ),
        Code::RemindTooSoon => {
            ("They were reminded a short while ago", "One reminder a day is enough.", "Try again tomorrow.")
        }
        Code::RuleInvalid => (
            "This rule cannot be read",
            "Something in it is not as it should be.",
            "Look at the place that is marked, and change it.",
        ),
    };
    Words { title, happened, remedy }
}
