//! What the form to invite asks for, from texts to one call into the directory.

use uuid::Uuid;

use super::{
    forms,
    here::Here,
    told::{InvitedTold, Outcome, Told},
};
use crate::{
    directory::invitations::InvitedEntry,
    model::{
        Code, Refusal, addresses,
        ask::{self, Terms, TypedTerms},
        state::GuestAction,
        view::AddressStanding,
    },
};

/// The fields as they were typed.
pub struct Typed {
    /// The group whose page the form is on, or empty.
    pub group: String,
    /// Groups that were ticked.
    pub groups: Vec<String>,
    /// Apps that were ticked.
    pub apps: Vec<String>,
    /// Whether *the directory alone* was ticked.
    pub directory: bool,
    /// Addresses.
    pub address: String,
    /// The inviter's own words.
    pub message: String,
    /// A language tag.
    pub language: String,
    /// The last day of access.
    pub until: String,
    /// How many days the invitation is open.
    pub days: String,
    /// The sponsor's address.
    pub sponsor: String,
    /// Addresses of those who get a copy.
    pub cc: String,
    /// Where the guest lands.
    pub landing: String,
    /// Whether no mail is sent.
    pub without_mail: bool,
}

impl Typed {
    /// The page that the form is on. Nothing of what was posted becomes part of it, but an id.
    pub fn page(&self) -> String {
        match forms::id(&self.group) {
            Ok(id) => format!("/groups/{id}/invite"),
            Err(_) if self.group.is_empty() => "/guests/invite".to_owned(),
            // A group that is no id leads back to the list.
            Err(_) => "/groups".to_owned(),
        }
    }

    /// What of it is kept if it is refused.
    pub fn into_fields(self) -> Vec<(&'static str, String)> {
        let flag = |on: bool| if on { "1".to_owned() } else { String::new() };
        let mut fields = vec![
            ("directory", flag(self.directory)),
            ("address", self.address),
            ("message", self.message),
            ("language", self.language),
            ("until", self.until),
            ("days", self.days),
            ("sponsor", self.sponsor),
            ("cc", self.cc),
            ("landing", self.landing),
            ("without_mail", flag(self.without_mail)),
        ];
        fields.extend(self.groups.into_iter().map(|id| ("groups", id)));
        fields.extend(self.apps.into_iter().map(|id| ("apps", id)));
        fields
    }

    fn terms(&self) -> TypedTerms<'_> {
        TypedTerms {
            message: &self.message,
            language: &self.language,
            access_until: &self.until,
            valid_days: &self.days,
            sponsor: &self.sponsor,
            cc: &self.cc,
            landing: &self.landing,
            without_mail: self.without_mail,
        }
    }
}

/// Groups and apps by what the form says.
///
/// # Errors
/// [`Code::NotFound`] for what is no id.
pub fn targets(group: &str, groups: &[String], apps: &[String]) -> Result<(Vec<Uuid>, Vec<Uuid>), Refusal> {
    let ids = |texts: &[String]| texts.iter().map(|text| forms::id(text)).collect::<Result<Vec<_>, _>>();
    let mut groups = ids(groups)?;
    if !group.is_empty() {
        groups.insert(0, forms::id(group)?);
    }
    Ok((groups, ids(apps)?))
}

/// Invites, and says where to go: one address from a group's page leads back to the group, everything else to the page
/// that tells what became of each.
pub(super) async fn invite(here: &Here, typed: &Typed) -> Result<String, Refusal> {
    let caller = here.caller()?;
    let (groups, apps) = targets(&typed.group, &typed.groups, &typed.apps)?;
    if groups.is_empty() && apps.is_empty() && !typed.directory {
        return Err(Refusal::at(Code::NothingChosen, "groups"));
    }
    let terms = typed.terms().read(here.directory.now())?;
    let entries = here.directory.invite_all(caller, &groups, &apps, &typed.address, &terms).await;
    let entries = entries?;
    if let ([group], [], [InvitedEntry { result: Ok(invited), .. }]) = (&*groups, &*apps, &*entries)
        && invited.link.is_none()
        && !typed.group.is_empty()
    {
        return Ok(format!("/groups/{group}?done={}&who={}", done(invited.outcome), invited.user_id));
    }
    let told = Told::Invited(entries.into_iter().map(told).collect());
    Ok(format!("/guests/invited?told={}", here.keep(&told).await?))
}

fn told(entry: InvitedEntry) -> InvitedTold {
    let address = if entry.address.is_empty() { entry.text } else { entry.address };
    match entry.result {
        Ok(invited) => InvitedTold {
            address,
            guest: Some(invited.user_id).filter(|id| !id.is_nil()),
            outcome: invited.outcome.into(),
            link: invited.link,
        },
        Err(refusal) => InvitedTold { address, guest: None, outcome: Outcome::Refused(refusal.code), link: None },
    }
}

fn done(outcome: crate::directory::invitations::InviteOutcome) -> &'static str {
    use crate::directory::invitations::InviteOutcome;
    match outcome {
        InviteOutcome::Invited => "invited",
        InviteOutcome::Added => "added",
        InviteOutcome::AlreadyInvited => "already-invited",
    }
}

/// What would become of each address.
pub(super) async fn standings(
    here: &Here,
    groups: &[Uuid],
    apps: &[Uuid],
    address: &str,
) -> Result<Vec<AddressStanding>, Refusal> {
    here.directory.standings(here.caller()?, groups, apps, address).await.map_err(Into::into)
}

/// The same for the page that shows a refused form again.
///
/// # Errors
/// Those of [`crate::directory::Directory::standings`].
pub async fn standings_of(groups: &[Uuid], apps: &[Uuid], address: &str) -> Result<Vec<AddressStanding>, Refusal> {
    standings(&Here::get()?, groups, apps, address).await
}

/// What the form asks for as far as it makes sense, for a preview: a field that is wrong counts as empty.
pub fn lenient_terms(mut typed: TypedTerms<'_>, now: chrono::DateTime<chrono::Utc>) -> Terms {
    // Each round empties one field, so there are fewer rounds than fields.
    for _ in 0..8 {
        let refusal = match typed.read(now) {
            Ok(terms) => return terms,
            Err(refusal) => refusal,
        };
        match refusal.field.as_deref() {
            Some("language") => typed.language = "",
            Some("until") => typed.access_until = "",
            Some("days") => typed.valid_days = "",
            Some("sponsor") => typed.sponsor = "",
            Some("cc") => typed.cc = "",
            Some("landing") => typed.landing = "",
            _ => {
                let message = ask::plain_message(typed.message).chars().take(ask::LONGEST_MESSAGE).collect();
                return Terms { message, ..lenient_terms(TypedTerms { message: "", ..typed }, now) };
            }
        }
    }
    Terms::default()
}

/// The first address of a list, as typed: whom a preview is for.
pub fn first_address(list: &str) -> String {
    addresses::first(list).map(|entry| entry.text).unwrap_or_default()
}

/// Does something with one invitation, and says where to go.
pub(super) async fn steer(
    here: &Here,
    action: &str,
    invitation: &str,
    guest: &str,
    days: &str,
) -> Result<String, Refusal> {
    let caller = here.caller()?;
    let action: GuestAction = action.parse().map_err(|_| Code::BadRequest)?;
    let (id, guest) = (forms::id(invitation)?, forms::id(guest)?);
    let directory = &here.directory;
    let result = match action {
        GuestAction::Resend => directory.resend_invitation(caller, id).await,
        GuestAction::Extend => {
            let days = Some(days.trim()).filter(|days| !days.is_empty()).map(ask::valid_days).transpose()?;
            directory.extend_invitation(caller, id, days).await
        }
        GuestAction::Revoke => directory.revoke_invitation(caller, id).await,
        GuestAction::Withdraw => return Err(Code::BadRequest.into()),
        GuestAction::Again => {
            let invited = directory.invite_again(caller, id).await?;
            return match invited.link {
                None => Ok(format!("/guests/{}?done=again", invited.user_id)),
                Some(link) => link_page(here, invited.user_id, link).await,
            };
        }
    };
    result?;
    Ok(format!("/guests/{guest}?done={action}"))
}

/// Makes a further link of an invitation, and says where it is shown.
pub(super) async fn link(here: &Here, invitation: &str, guest: &str) -> Result<String, Refusal> {
    let caller = here.caller()?;
    let (id, guest) = (forms::id(invitation)?, forms::id(guest)?);
    let link = here.directory.invitation_link(caller, id).await?;
    link_page(here, guest, link).await
}

async fn link_page(here: &Here, guest: Uuid, link: String) -> Result<String, Refusal> {
    let page = here.directory.guest_page(here.caller()?, guest).await?;
    let told = Told::Link { guest, name: page.name, address: page.address, link };
    Ok(format!("/guests/invited?told={}", here.keep(&told).await?))
}
