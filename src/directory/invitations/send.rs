//! The mails of an invitation, and its links.

use chrono::Duration;
use sea_orm::{ActiveValue::Set, ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult};
use uuid::Uuid;

use super::{
    super::{
        Directory, Result,
        audit::{Actor, Event},
        entities::{invitations, tickets, users},
        grants::Target,
        mail_blocks::Unsubscribe,
        vault::hash,
    },
    Ask,
    invite::Checked,
};
use crate::model::{
    Address, Caller, Code, Language,
    ask::{LONGEST_MESSAGE, plain_message},
    letter::{Letter, Post, Sender},
    settings::Settings,
};

/// Names of what an invitation gives: the groups, and the apps, directly and by those groups.
#[derive(Clone, Debug, Default)]
pub(in crate::directory) struct Given {
    pub groups: Vec<String>,
    pub apps: Vec<String>,
}

impl Directory {
    /// Puts an invitation's mail into the outbox, with a ticket of its own; tickets sent before stay good. If no mail is
    /// wanted, by the inviter or by the addressee, answers with the link instead.
    pub(in crate::directory) async fn send_invitation(
        &self,
        tx: &DatabaseTransaction,
        caller: &Caller,
        invitation: &invitations::Model,
        without_mail: bool,
    ) -> Result<Option<String>> {
        let to = Address::parse(&invitation.address)?;
        if without_mail || self.blocks_mail(tx, &to).await? {
            let link = self.mint_link(tx, &caller.into(), invitation).await?;
            // A guest who invites learns nothing of the addressee, not even this.
            return Ok(Some(link).filter(|_| !caller.is_guest()));
        }
        self.change(
            tx,
            "UPDATE invitations SET delivery = 'queued', delivery_error = NULL WHERE id = $1",
            [invitation.id.into()],
        )
        .await?;
        let given = self.given_by(tx, invitation.id).await?;
        let letter = Letter::Invitation {
            ticket: Some(self.mint_ticket(tx, invitation.id).await?),
            inviter: self.sender_of(tx, invitation, caller).await?,
            message: invitation.message.clone(),
            groups: given.groups,
            apps: given.apps,
            address: invitation.address.clone(),
            expires_at: invitation.expires_at,
            access_until: invitation.access_until,
        };
        let post = self.unasked(letter, invitation.language, &to, Some(invitation.id))?;
        self.enqueue(tx, &post, &to, Some(invitation.id), invitation.expires_at).await?;
        Ok(None)
    }

    /// Tells a guest who has accepted before what is new. Those who want no mail see it when they sign in.
    pub(super) async fn send_notice(
        &self,
        tx: &DatabaseTransaction,
        caller: &Caller,
        checked: &Checked,
        user: &users::Model,
        given: &[Target],
    ) -> Result<()> {
        let to = Address::parse(&user.address)?;
        if checked.terms.without_mail || self.blocks_mail(tx, &to).await? {
            return Ok(());
        }
        let names = self.names_of(tx, given).await?;
        let letter = Letter::Added {
            inviter: sender(caller),
            message: checked.terms.message.clone(),
            groups: names.groups,
            apps: names.apps,
            address: user.address.clone(),
            access_until: checked.terms.access_until,
        };
        let language =
            Language::of_mail(checked.terms.language, user.preferred_language, checked.settings.organization.language);
        let post = self.unasked(letter, language, &to, None)?;
        self.enqueue(tx, &post, &to, None, self.now() + Duration::days(3)).await
    }

    /// Tells those whom the inviter wants to know, each by a mail of their own and without a ticket.
    pub(super) async fn send_copies(
        &self,
        tx: &DatabaseTransaction,
        caller: &Caller,
        checked: &Checked,
        invitation: Option<&invitations::Model>,
        given: &[Target],
    ) -> Result<()> {
        if checked.terms.cc.is_empty() {
            return Ok(());
        }
        let names = self.names_of(tx, given).await?;
        let language = checked.terms.language.unwrap_or(checked.settings.organization.language);
        for to in &checked.terms.cc {
            if to.normalized() == checked.address.normalized() || self.blocks_mail(tx, to).await? {
                continue;
            }
            let letter = Letter::Copy {
                inviter: sender(caller),
                message: checked.terms.message.clone(),
                groups: names.groups.clone(),
                apps: names.apps.clone(),
                address: checked.address.typed().to_owned(),
            };
            let post = self.unasked(letter, language, to, None)?;
            let not_after = self.now() + Duration::days(3);
            self.enqueue(tx, &post, to, invitation.map(|invitation| invitation.id), not_after).await?;
        }
        Ok(())
    }

    /// A mail that its reader did not ask for: with a way to have no more of them.
    pub(in crate::directory) fn unasked(
        &self,
        letter: Letter,
        language: Language,
        to: &Address,
        invitation: Option<Uuid>,
    ) -> Result<Post> {
        let token = self.unsubscribe_token(&Unsubscribe::new(to, invitation))?;
        Ok(Post { letter, language, unsubscribe: Some(token) })
    }

    /// The mail that would leave, for the preview: the same checks but for the address, which may still be half typed.
    ///
    /// # Errors
    /// As [`Self::invite`], for the groups, the apps and the policy.
    pub async fn preview_invitation(&self, caller: &Caller, ask: &Ask) -> Result<(Post, Settings)> {
        let settings = self.settings().await?;
        let targets = self.see_targets(self.db(), caller, &ask.groups, &ask.apps, false).await?;
        targets.may_invite(caller, &settings)?;
        let names = self.names_of(self.db(), &targets.all()).await?;
        let days = ask.terms.valid_days.unwrap_or(settings.invitations.valid_days).clamp(1, 365);
        let typed = Address::parse(&ask.address).map(|address| address.typed().to_owned());
        let letter = Letter::Invitation {
            ticket: None,
            inviter: sender(caller),
            message: plain_message(&ask.terms.message).chars().take(LONGEST_MESSAGE).collect(),
            groups: names.groups,
            apps: names.apps,
            address: typed.unwrap_or_else(|_| "name@example.com".to_owned()),
            expires_at: self.now() + Duration::days(i64::from(days)),
            access_until: ask.terms.access_until,
        };
        // What the guest would like best is nobody's business here: the organization's language stands for it.
        let language = ask.terms.language.unwrap_or(settings.organization.language);
        Ok((Post { letter, language, unsubscribe: None }, settings))
    }

    /// A further link to an invitation, audited: whoever holds it can go as far as the proof of the address.
    pub(in crate::directory) async fn mint_link(
        &self,
        tx: &DatabaseTransaction,
        actor: &Actor,
        invitation: &invitations::Model,
    ) -> Result<String> {
        let ticket = self.mint_ticket(tx, invitation.id).await?;
        let event = Event::new("invitation.link", "user", invitation.user_id).by_invitation(Some(invitation.id));
        self.record(tx, actor, event).await?;
        Ok(format!("{}/redeem?ticket={ticket}", self.public_url()))
    }

    /// A further secret for an invitation's link. Only its hash is kept.
    pub(super) async fn mint_ticket(&self, on: &impl ConnectionTrait, invitation: Uuid) -> Result<String> {
        let ticket = self.new_secret();
        tickets::Entity::insert(tickets::ActiveModel {
            id: Set(self.new_id()),
            invitation_id: Set(invitation),
            hash: Set(hash(&ticket)),
            created_at: Set(self.now()),
            ended_at: Set(None),
        })
        .exec_without_returning(on)
        .await?;
        Ok(ticket)
    }

    /// An invitation that is known to exist.
    pub(in crate::directory) async fn invitation(
        &self,
        on: &impl ConnectionTrait,
        id: Uuid,
    ) -> Result<invitations::Model> {
        invitations::Entity::find_by_id(id).one(on).await?.ok_or_else(|| Code::NotFound.into())
    }

    /// Who stands behind an invitation's mails: its inviter while they are here, else whoever acts on it.
    async fn sender_of(
        &self,
        on: &impl ConnectionTrait,
        invitation: &invitations::Model,
        caller: &Caller,
    ) -> Result<Sender> {
        if invitation.inviter_id == caller.user_id {
            return Ok(sender(caller));
        }
        Ok(self.live_sender(on, invitation.inviter_id).await?.unwrap_or_else(|| sender(caller)))
    }

    /// Someone who can be written to, and in whose name mails can go; `None` if they are gone or blocked.
    pub(super) async fn live_sender(&self, on: &impl ConnectionTrait, user: Uuid) -> Result<Option<Sender>> {
        let row = users::Entity::find_by_id(user).one(on).await?;
        let row = row.filter(|row| row.deleted_at.is_none() && row.enabled);
        Ok(row.map(|row| Sender { name: row.display_name, address: row.address }))
    }

    /// What an invitation gives, by name.
    pub(in crate::directory) async fn given_by(&self, on: &impl ConnectionTrait, invitation: Uuid) -> Result<Given> {
        let targets = self.granted_by(on, invitation).await?;
        self.names_of(on, &targets).await
    }

    /// Groups and apps by name, with the apps that the groups give.
    pub(in crate::directory) async fn names_of(&self, on: &impl ConnectionTrait, targets: &[Target]) -> Result<Given> {
        #[derive(FromQueryResult)]
        struct Row {
            name: String,
        }
        let mut given = Given::default();
        for target in targets {
            match *target {
                Target::Group(id) => {
                    let sql = "SELECT name FROM groups WHERE id = $1 AND deleted_at IS NULL";
                    let row = Row::find_by_statement(self.sql(sql, [id.into()])).one(on).await?;
                    given.groups.extend(row.map(|row| row.name));
                    given.apps.extend(self.app_names_of_group(on, id).await?);
                }
                Target::App(id) => {
                    let sql = "SELECT name FROM apps WHERE id = $1 AND deleted_at IS NULL AND enabled";
                    let row = Row::find_by_statement(self.sql(sql, [id.into()])).one(on).await?;
                    given.apps.extend(row.map(|row| row.name));
                }
            }
        }
        given.groups.sort();
        given.apps.sort();
        given.apps.dedup();
        Ok(given)
    }

    pub(in crate::directory) async fn app_names_of_group(
        &self,
        on: &impl ConnectionTrait,
        group: Uuid,
    ) -> Result<Vec<String>> {
        #[derive(FromQueryResult)]
        struct Row {
            name: String,
        }
        Ok(Row::find_by_statement(self.sql(
            "SELECT a.name FROM assignments s JOIN apps a ON a.id = s.app_id AND a.deleted_at IS NULL AND a.enabled
             WHERE s.group_id = $1 AND (s.until IS NULL OR s.until > $2) ORDER BY a.name_folded, a.id",
            [group.into(), self.now().into()],
        ))
        .all(on)
        .await?
        .into_iter()
        .map(|row| row.name)
        .collect())
    }
}

pub(super) fn sender(caller: &Caller) -> Sender {
    Sender { name: caller.name.clone(), address: caller.address.clone() }
}
