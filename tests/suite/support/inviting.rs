//! Inviting with every term, and what an organization can decide that no import file says yet.

use access_panel::{
    directory::invitations::{Ask, Invited},
    model::{Caller, letter::Letter},
};
use sea_orm::Value;
use uuid::Uuid;

use super::World;

impl World {
    /// An invitation to groups and apps by their keys, with no terms.
    pub async fn ask_to(&self, groups: &[&str], apps: &[&str], address: &str) -> Ask {
        let mut ask = Ask { address: address.to_owned(), ..Default::default() };
        for key in groups {
            ask.groups.push(self.group(key).await);
        }
        for key in apps {
            ask.apps.push(self.app(key).await);
        }
        ask
    }

    /// Invites, and must succeed.
    pub async fn invited(&self, inviter: &str, ask: &Ask) -> Invited {
        let caller = self.caller(inviter).await;
        let invited = self.directory.invite(&caller, ask).await;
        invited.unwrap_or_else(|error| panic!("{inviter} invites {}: {error}", ask.address))
    }

    /// A guest who was invited like this and has accepted by a code.
    pub async fn accepted(&self, inviter: &str, ask: &Ask) -> Caller {
        self.invited(inviter, ask).await;
        let ticket = self.ticket_to(&ask.address).await;
        let browser = format!("browser of {}", ask.address);
        let arrival = self.redeem_by_code(&browser, &ticket, &ask.address).await;
        super::of(&arrival.unwrap_or_else(|error| panic!("{} redeems: {error}", ask.address)));
        self.caller(&ask.address).await
    }

    /// A group's own rules for domains.
    pub async fn narrow_group(&self, group: &str, rules: serde_json::Value) {
        let sql = "UPDATE groups SET domains = $1 WHERE key = $2";
        assert_eq!(self.change(sql, [Value::from(rules), group.into()]).await, 1);
    }

    /// An app's own rules for domains.
    pub async fn narrow_app(&self, app: &str, rules: serde_json::Value) {
        let sql = "UPDATE apps SET domains = $1 WHERE key = $2";
        assert_eq!(self.change(sql, [Value::from(rules), app.into()]).await, 1);
    }

    /// Lets invitations to a group be redeemed by another address.
    pub async fn allow_other_address(&self, group: &str) {
        let sql = "UPDATE groups SET other_address = $1 WHERE key = $2";
        assert_eq!(self.change(sql, [true.into(), group.into()]).await, 1);
    }

    /// Blocks somebody, which no operation does yet.
    pub async fn disable(&self, user: Uuid) {
        assert_eq!(self.change("UPDATE users SET enabled = $1 WHERE id = $2", [false.into(), user.into()]).await, 1);
    }

    /// Deletes somebody, which no operation does yet.
    pub async fn delete(&self, user: Uuid) {
        let sql = "UPDATE users SET deleted_at = $1 WHERE id = $2";
        assert_eq!(self.change(sql, [self.directory.now().into(), user.into()]).await, 1);
    }

    /// Whether someone may open an app now.
    pub async fn opens(&self, caller: &Caller, app: &str) -> bool {
        let app = self.app(app).await;
        self.directory.may_open(caller, app).await.is_ok()
    }

    /// The state of one invitation, as its row says.
    pub async fn state_of(&self, invitation: Uuid) -> String {
        self.texts("SELECT state FROM invitations WHERE id = $1", [invitation.into()]).await.concat()
    }

    /// The delivery of one invitation.
    pub async fn delivery_of(&self, invitation: Uuid) -> String {
        self.texts("SELECT delivery FROM invitations WHERE id = $1", [invitation.into()]).await.concat()
    }

    /// Carries everything away, and gives the kinds of the mails that went to an address.
    pub async fn kinds_to(&self, address: &str) -> Vec<&'static str> {
        let mails = self.deliver().await;
        mails.iter().filter(|mail| mail.to == address).map(|mail| mail.post.letter.kind()).collect()
    }

    /// Carries everything away, and gives the letters that went to an address.
    pub async fn letters_to(&self, address: &str) -> Vec<Letter> {
        let mails = self.deliver().await;
        mails.into_iter().filter(|mail| mail.to == address).map(|mail| mail.post.letter).collect()
    }

    /// The ticket in a link.
    pub fn ticket_in(link: &str) -> String {
        link.split_once("ticket=").map_or_else(|| panic!("no ticket in {link}"), |(_, ticket)| ticket.to_owned())
    }
}
