//! One invitation, in one transaction.

use chrono::{DateTime, Duration, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult,
    IntoActiveModel,
};
use uuid::Uuid;

use super::{
    super::{
        Directory, Error, Result,
        audit::{Actor, Event},
        entities::{invitation_grants, invitations, users},
        grants::{Grant, Target},
    },
    Ask, InviteOutcome, Invited, Terms,
    targets::Targets,
};
use crate::model::{
    Address, Caller, Code, Language, Refusal,
    ask::{MOST_COPIES, message, name_beside},
    names,
    settings::Settings,
    state::{Delivery, ExternalState, GrantReason, InvitationState, UserType},
};

/// What was checked before anything is written.
pub(in crate::directory) struct Checked {
    pub targets: Targets,
    pub address: Address,
    pub name: Option<String>,
    pub terms: Terms,
    pub sponsor: Option<Uuid>,
    pub settings: Settings,
}

impl Directory {
    /// Invites someone to groups, to apps, or to the directory alone, in one transaction: the guest (pending), what is
    /// given, the invitation with its ticket, the audit events, and the mails in the outbox.
    ///
    /// # Errors
    /// [`Code::NotFound`] for a group or app the caller may not see; the codes of the invite policy; of the address
    /// (`address`) and of each term at its field; [`Code::AlreadyMember`], [`Code::AlreadyInGroup`],
    /// [`Code::AccountBlocked`]; [`Code::RateLimited`].
    pub async fn invite(&self, caller: &Caller, ask: &Ask) -> Result<Invited> {
        let event = refused_event(ask);
        let result = self.invite_and_commit(caller, ask).await;
        let result = self.record_refusal(&caller.into(), event, result).await;
        if caller.is_guest() { unrevealing(result) } else { result }
    }

    async fn invite_and_commit(&self, caller: &Caller, ask: &Ask) -> Result<Invited> {
        // A guest's tries count whatever comes of them, and before: else the limit would tell known addresses from others.
        if caller.is_guest() {
            let tx = self.begin().await?;
            let settings = self.settings_on(&tx).await?;
            self.count_invitations(&tx, caller, &settings, 1).await?;
            tx.commit().await?;
        }
        let tx = self.begin().await?;
        let settings = self.settings_on(&tx).await?;
        let invited = self.invite_in(&tx, caller, ask, &settings).await?;
        if invited.outcome != InviteOutcome::AlreadyInvited && !caller.is_guest() {
            self.count_invitations(&tx, caller, &settings, 1).await?;
        }
        self.commit(tx).await?;
        Ok(invited)
    }

    /// The same within a transaction, for many at once: whoever is refused has written nothing that counts. The caller
    /// counts all of them against the limits, last of all ([`Self::count_invitations`]).
    ///
    /// # Errors
    /// As [`Self::invite`], but for the limits.
    pub(in crate::directory) async fn invite_in(
        &self,
        tx: &DatabaseTransaction,
        caller: &Caller,
        ask: &Ask,
        settings: &Settings,
    ) -> Result<Invited> {
        let checked = self.check_ask(tx, caller, ask, settings).await?;
        let refuse = |user: &users::Model, code| {
            Err(Error::Refused(Refusal { target: Some(user.id), ..Refusal::at(code, "address") }))
        };
        let user = self.find_or_add_guest(tx, caller, &checked).await?;
        if user.user_type == UserType::Member {
            return refuse(&user, Code::AlreadyMember);
        }
        if !user.enabled {
            return refuse(&user, Code::AccountBlocked);
        }
        if user.external_state == Some(ExternalState::Accepted) {
            match self.add_known_guest(tx, caller, &checked, &user).await? {
                Some(invited) => Ok(invited),
                None => refuse(&user, Code::AlreadyInGroup),
            }
        } else {
            self.invite_pending_guest(tx, caller, &checked, &user).await
        }
    }

    pub(in crate::directory) async fn check_ask(
        &self,
        on: &impl ConnectionTrait,
        caller: &Caller,
        ask: &Ask,
        settings: &Settings,
    ) -> Result<Checked> {
        let targets = self.see_targets(on, caller, &ask.groups, &ask.apps, true).await?;
        targets.may_invite(caller, settings)?;
        let address = Address::parse(&ask.address).map_err(|code| Refusal::at(code, "address"))?;
        targets.check_domain(settings, &address).map_err(at_address)?;
        let sponsor = self.check_terms(on, caller, &ask.terms, settings, &targets).await?;
        let terms = Terms { message: message(&ask.terms.message)?, ..ask.terms.clone() };
        let name = name_beside(&ask.address).or_else(|| ask.name.as_deref().and_then(names::one_line));
        Ok(Checked { targets, address, name, terms, sponsor, settings: settings.clone() })
    }

    /// What of the terms depends on the organization. Answers with the sponsor.
    pub(in crate::directory) async fn check_terms(
        &self,
        on: &impl ConnectionTrait,
        caller: &Caller,
        terms: &Terms,
        settings: &Settings,
        targets: &Targets,
    ) -> Result<Option<Uuid>> {
        message(&terms.message)?;
        if terms.cc.len() > MOST_COPIES {
            return Err(Refusal::at(Code::TooManyCc, "cc").into());
        }
        if terms.valid_days.is_some_and(|days| !(1..=365).contains(&days)) {
            return Err(Refusal::at(Code::ValidityInvalid, "days").into());
        }
        if terms.access_until.is_some_and(|until| until <= self.now()) {
            return Err(Refusal::at(Code::DatePast, "until").into());
        }
        // A guest who invites must learn nothing about others, nor send mail to just anybody.
        if caller.is_guest() {
            let fields =
                [("cc", !terms.cc.is_empty()), ("sponsor", terms.sponsor.is_some()), ("mail", terms.without_mail)];
            if let Some((field, _)) = fields.into_iter().find(|(_, given)| *given) {
                return Err(Refusal::at(Code::Forbidden, field).into());
            }
        }
        for copy in &terms.cc {
            let ours = settings.organization.domains.iter().any(|own| own.covers(copy.domain()));
            if !ours {
                settings.domains.check(copy).map_err(|code| Refusal::at(code, "cc"))?;
            }
        }
        if let Some(landing) = &terms.landing
            && !self.may_land_on(on, settings, landing, &targets.all()).await?
        {
            return Err(Refusal::at(Code::RedirectNotAllowed, "landing").into());
        }
        let Some(address) = &terms.sponsor else { return Ok(None) };
        let sponsor = self.user_by_address(on, address).await?;
        let sponsor = sponsor.filter(|user| user.user_type == UserType::Member && user.enabled);
        match sponsor {
            Some(sponsor) => Ok(Some(sponsor.id)),
            None => Err(Refusal::at(Code::SponsorUnknown, "sponsor").into()),
        }
    }

    /// Someone who has accepted before gets it at once, and a notice. `None` if they have all of it already.
    async fn add_known_guest(
        &self,
        tx: &DatabaseTransaction,
        caller: &Caller,
        checked: &Checked,
        user: &users::Model,
    ) -> Result<Option<Invited>> {
        let actor = Actor::from(caller);
        // Only an end that was asked for makes a membership longer that they have already.
        let may_extend = checked.targets.can_manage(caller) && checked.terms.access_until.is_some();
        let mut given = Vec::new();
        for target in checked.targets.all() {
            let until = checked.terms.access_until.or_else(|| self.usual_end_of(&checked.targets, target));
            let reason = GrantReason::Invitation;
            let grant = Grant { target, user: user.id, reason, invitation: None, until, may_extend };
            if self.grant(tx, &actor, grant).await? {
                given.push(target);
            }
        }
        if given.is_empty() {
            return Ok(None);
        }
        self.send_notice(tx, caller, checked, user, &given).await?;
        self.send_copies(tx, caller, checked, None, &given).await?;
        Ok(Some(Invited { user_id: user.id, invitation_id: None, outcome: InviteOutcome::Added, link: None }))
    }

    async fn invite_pending_guest(
        &self,
        tx: &DatabaseTransaction,
        caller: &Caller,
        checked: &Checked,
        user: &users::Model,
    ) -> Result<Invited> {
        let wanted = checked.targets.all();
        let open = self.open_invitations_of(tx, user.id).await?;
        let new: Vec<Target> =
            wanted.iter().copied().filter(|target| !open.iter().any(|open| open.target == Some(*target))).collect();
        // What is covered already is left as it is; a second press changes nothing.
        let covering = open.iter().find(|open| wanted.is_empty() || open.target.is_some_and(|t| wanted.contains(&t)));
        if let Some(covering) = covering.filter(|_| new.is_empty()) {
            return self.press_again(tx, caller, checked, covering).await;
        }
        let invitation = self.insert_invitation(tx, caller, checked, user, &new).await?;
        let link = self.send_invitation(tx, caller, &invitation, checked.terms.without_mail).await?;
        self.send_copies(tx, caller, checked, Some(&invitation), &new).await?;
        let outcome = InviteOutcome::Invited;
        Ok(Invited { user_id: user.id, invitation_id: Some(invitation.id), outcome, link })
    }

    /// Invited again to what they are invited to already: nothing changes, unless the first mail never arrived. Then it is
    /// sent again, with the words of now.
    async fn press_again(
        &self,
        tx: &DatabaseTransaction,
        caller: &Caller,
        checked: &Checked,
        open: &OpenGrant,
    ) -> Result<Invited> {
        let mut invitation = self.invitation(tx, open.id).await?;
        let answer = Invited {
            user_id: invitation.user_id,
            invitation_id: Some(invitation.id),
            outcome: InviteOutcome::AlreadyInvited,
            link: None,
        };
        if checked.terms.without_mail {
            // The link is what they asked for, and a further one ends none.
            let link = self.mint_link(tx, &caller.into(), &invitation).await?;
            return Ok(Invited { link: Some(link), ..answer });
        }
        if invitation.delivery != Delivery::Failed {
            return Ok(answer);
        }
        invitation.message.clone_from(&checked.terms.message);
        self.change(
            tx,
            "UPDATE invitations SET message = $2 WHERE id = $1",
            [invitation.id.into(), invitation.message.as_str().into()],
        )
        .await?;
        let link = self.send_invitation(tx, caller, &invitation, false).await?;
        let event = Event::new("invitation.resend", "user", invitation.user_id);
        self.record(tx, &caller.into(), event.by_invitation(Some(invitation.id))).await?;
        Ok(Invited { outcome: InviteOutcome::Invited, link, ..answer })
    }

    async fn insert_invitation(
        &self,
        tx: &DatabaseTransaction,
        caller: &Caller,
        checked: &Checked,
        user: &users::Model,
        targets: &[Target],
    ) -> Result<invitations::Model> {
        let Checked { terms, settings, address, .. } = checked;
        let now = self.now();
        let days = terms.valid_days.unwrap_or(settings.invitations.valid_days);
        let invitation = invitations::Model {
            id: self.new_id(),
            user_id: user.id,
            address: address.typed().to_owned(),
            address_norm: address.normalized().to_owned(),
            inviter_id: caller.user_id,
            message: terms.message.clone(),
            language: Language::of_mail(terms.language, user.preferred_language, settings.organization.language),
            state: InvitationState::Pending,
            state_at: now,
            created_at: now,
            expires_at: now + Duration::days(i64::from(days)),
            delivery: Delivery::None,
            delivery_error: None,
            landing: terms.landing.as_ref().map(url::Url::to_string),
            access_until: terms.access_until,
            sent_at: None,
            reminded_at: None,
            told_at: None,
            asked_at: None,
        };
        self.insert_invitation_row(tx, &invitation).await?;
        let actor = Actor::from(caller);
        let event = Event::new("invitation.create", "user", user.id).by_invitation(Some(invitation.id));
        let event = match Target::split(targets).0.as_slice() {
            [group, ..] => event.in_group(*group),
            [] => event,
        };
        let ids: Vec<Uuid> = targets.iter().map(|target| target.id()).collect();
        let details = serde_json::json!({ "address": address.typed(), "gives": ids });
        self.record(tx, &actor, event.details(details)).await?;
        for target in targets {
            let (group_id, app_id) = match *target {
                Target::Group(id) => (Some(id), None),
                Target::App(id) => (None, Some(id)),
            };
            invitation_grants::Entity::insert(invitation_grants::ActiveModel {
                id: Set(self.new_id()),
                invitation_id: Set(invitation.id),
                group_id: Set(group_id),
                app_id: Set(app_id),
            })
            .exec_without_returning(tx)
            .await?;
            let grant = Grant {
                target: *target,
                user: user.id,
                reason: GrantReason::Invitation,
                invitation: Some(invitation.id),
                until: terms.access_until.or_else(|| self.usual_end_of(&checked.targets, *target)),
                may_extend: false,
            };
            self.grant(tx, &actor, grant).await?;
        }
        Ok(invitation)
    }

    /// When what is given now ends by itself, if nobody said so.
    fn usual_end_of(&self, targets: &Targets, target: Target) -> Option<DateTime<Utc>> {
        let group = targets.groups.iter().find(|group| Target::Group(group.row.id) == target)?;
        self.usual_end(&group.row)
    }

    pub(super) async fn insert_invitation_row(
        &self,
        on: &impl ConnectionTrait,
        invitation: &invitations::Model,
    ) -> Result<()> {
        let row = invitation.clone().into_active_model().reset_all();
        invitations::Entity::insert(row).exec_without_returning(on).await?;
        Ok(())
    }

    /// What the open invitations of a user give, one row each; one without a target for those that give nothing.
    pub(in crate::directory) async fn open_invitations_of(
        &self,
        on: &impl ConnectionTrait,
        user: Uuid,
    ) -> Result<Vec<OpenGrant>> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
            group_id: Option<Uuid>,
            app_id: Option<Uuid>,
        }
        let rows = Row::find_by_statement(self.sql(
            "SELECT i.id, n.group_id, n.app_id FROM invitations i
             LEFT JOIN invitation_grants n ON n.invitation_id = i.id
             WHERE i.user_id = $1 AND i.state = 'pending' AND i.expires_at > $2 ORDER BY i.created_at, i.id",
            [user.into(), self.now().into()],
        ))
        .all(on)
        .await?;
        let target = |row: &Row| row.group_id.map(Target::Group).or(row.app_id.map(Target::App));
        Ok(rows.into_iter().map(|row| OpenGrant { id: row.id, target: target(&row) }).collect())
    }

    /// Whether guests may be led to a page after redemption: one of ours, of an app that is given, or of an origin that
    /// the settings allow.
    pub(in crate::directory) async fn may_land_on(
        &self,
        on: &impl ConnectionTrait,
        settings: &Settings,
        landing: &url::Url,
        targets: &[Target],
    ) -> Result<bool> {
        #[derive(FromQueryResult)]
        struct Row {
            url: String,
        }
        let same = |text: &str| url::Url::parse(text).is_ok_and(|url| url.origin() == landing.origin());
        if same(self.public_url()) || settings.invitations.landing_origins.iter().any(|origin| same(origin)) {
            return Ok(true);
        }
        for target in targets {
            let sql = match target {
                Target::App(_) => "SELECT url FROM apps WHERE id = $1 AND ($2 = $2) AND deleted_at IS NULL AND enabled",
                Target::Group(_) => {
                    "SELECT a.url FROM assignments s JOIN apps a ON a.id = s.app_id AND a.deleted_at IS NULL AND a.enabled
                     WHERE s.group_id = $1 AND (s.until IS NULL OR s.until > $2)"
                }
            };
            let urls = Row::find_by_statement(self.sql(sql, [target.id().into(), self.now().into()])).all(on).await?;
            if urls.iter().any(|row| same(&row.url)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// A group or app that an open invitation gives.
pub(in crate::directory) struct OpenGrant {
    /// The invitation.
    pub id: Uuid,
    /// What it gives; `None` for the directory alone.
    pub target: Option<Target>,
}

/// What a refusal is audited as.
pub(in crate::directory) fn refused_event(ask: &Ask) -> Event {
    match (ask.groups.first(), ask.apps.first()) {
        (Some(group), _) => Event::new("invitation.create", "group", *group).in_group(*group),
        (None, Some(app)) => Event::new("invitation.create", "app", *app),
        (None, None) => Event { action: "invitation.create", ..Default::default() },
    }
}

/// Puts a refusal of an address at its field.
pub(in crate::directory) fn at_address(error: Error) -> Error {
    match error {
        Error::Refused(refusal) if refusal.field.is_none() => {
            Error::Refused(Refusal { field: Some("address".to_owned()), ..refusal })
        }
        other => other,
    }
}

/// A guest who invites may not learn who is in the directory: for every address that could be invited the answer is the
/// same (design 5.6). The audit log has the truth.
fn unrevealing(result: Result<Invited>) -> Result<Invited> {
    let same = Invited { user_id: Uuid::nil(), invitation_id: None, outcome: InviteOutcome::Invited, link: None };
    match result {
        Ok(_) => Ok(same),
        Err(Error::Refused(refusal))
            if matches!(refusal.code, Code::AlreadyMember | Code::AlreadyInGroup | Code::AccountBlocked) =>
        {
            Ok(same)
        }
        Err(error) => Err(error),
    }
}

/// When an invitation's time is over it is expired, whether or not the job has marked it.
pub(in crate::directory) fn state_at(
    state: InvitationState,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> InvitationState {
    if state == InvitationState::Pending && expires_at <= now { InvitationState::Expired } else { state }
}
