//! Reading the mails that leave.

use access_panel::{directory::outbox::Leased, model::letter::Letter};
use sea_orm::Value;

use super::World;

impl World {
    /// Carries everything away that is due, as the worker does, and shows it.
    pub async fn deliver(&self) -> Vec<Leased> {
        let leased = self.directory.lease_outbox(500).await.expect("the outbox is leased");
        for mail in &leased {
            self.directory.outbox_sent(mail.id).await.expect("a mail is marked as sent");
        }
        leased
    }

    /// Carries everything away and gives the newest ticket that went to an address.
    pub async fn ticket_to(&self, address: &str) -> String {
        let mails = self.deliver().await;
        find_ticket(&mails, address).unwrap_or_else(|| panic!("no invitation went to {address}: {mails:?}"))
    }

    /// Carries everything away and gives the newest code that went to an address.
    pub async fn code_to(&self, address: &str) -> String {
        let mails = self.deliver().await;
        find_code(&mails, address).unwrap_or_else(|| panic!("no code went to {address}: {mails:?}"))
    }

    /// How many mails to an address wait in the outbox or have left it, in the states given.
    pub async fn mails_to(&self, address: &str, state: &str) -> i64 {
        let sql = "SELECT COUNT(*) FROM outbox WHERE recipient = $1 AND state = $2";
        self.number(sql, [Value::from(address), Value::from(state)]).await
    }
}

pub fn find_ticket(mails: &[Leased], address: &str) -> Option<String> {
    mails.iter().rev().filter(|mail| mail.to == address).find_map(|mail| match &mail.post.letter {
        Letter::Invitation { ticket, .. } => ticket.clone(),
        _ => None,
    })
}

pub fn find_code(mails: &[Leased], address: &str) -> Option<String> {
    mails.iter().rev().filter(|mail| mail.to.eq_ignore_ascii_case(address)).find_map(|mail| match &mail.post.letter {
        Letter::Passcode { code, .. } => Some(code.clone()),
        _ => None,
    })
}
