//! What would become of each address, in words: for the chips, and for the list of a refused form.

use leptos::prelude::*;

use crate::model::{
    Code, text,
    view::{AddressStanding, Standing},
};

/// The stable name of a standing, and what it says.
fn words(standing: Standing) -> (&'static str, &'static str) {
    match standing {
        Standing::New => ("new", "Will be invited"),
        Standing::Known => ("known", "A guest already: will be added"),
        Standing::Invited => ("invited", "Has an open invitation to this"),
        Standing::HasAll => ("hasAll", "Has all of this already"),
        Standing::NoMail => ("noMail", "Wants no mail from us: hand the link over"),
        Standing::Refused(code) => (code.as_str(), text::words(code).title),
    }
}

/// What chips may have to say: they are made in the browser, and words come from here.
pub fn chip_words() -> AnyView {
    let refusals = [
        Code::AddressEmpty,
        Code::AddressInvalid,
        Code::AddressTooLong,
        Code::DomainBlocked,
        Code::DomainNotAllowed,
        Code::HomeDomain,
        Code::AlreadyMember,
        Code::AlreadyInGroup,
        Code::AccountBlocked,
        Code::MailBlocked,
        Code::TooManyAddresses,
        Code::RateLimited,
        Code::NothingChosen,
    ];
    let standings = [Standing::New, Standing::Known, Standing::Invited, Standing::HasAll, Standing::NoMail];
    let items: Vec<_> = standings
        .into_iter()
        .chain(refusals.into_iter().map(Standing::Refused))
        .map(words)
        .chain([
            ("checking", "Checking…"),
            ("refused", "Cannot be invited"),
            ("remove", "Remove {}"),
            ("removed", "{} was removed."),
        ])
        .map(|(is, text)| view! { <li data-is=is>{text}</li> })
        .collect();
    view! { <ul id="chip-words" hidden>{items}</ul> }.into_any()
}

/// Every address of a refused list with what is wrong with it, or that nothing is.
pub fn list(standings: &[AddressStanding]) -> AnyView {
    let items: Vec<_> = standings
        .iter()
        .map(|one| {
            let tone = match one.standing {
                Standing::Refused(_) => "bad",
                Standing::New | Standing::Known => "good",
                _ => "wait",
            };
            let (_, says) = words(one.standing);
            view! { <li><b>{one.text.clone()}</b><span class=format!("chip {tone}")>{says}</span></li> }
        })
        .collect();
    view! { <ul id="address-list" class="standings" aria-label="The addresses">{items}</ul> }.into_any()
}
