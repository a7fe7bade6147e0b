//! Deciding about a request: whoever is first.

use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use super::{
    super::{
        Directory, Error, Result,
        audit::{Actor, Event},
        notices::Notice,
    },
    Offered,
    approvers::SeenRequest,
    ask::checked_text,
};
use crate::model::{
    Caller, Code, Refusal,
    requests::Decision,
    state::{GrantReason, NoticeKind, RequestState},
};

/// A request that the caller decides about, locked with what it is for, and open. Only [`Directory::decidable`] makes one.
struct Decidable {
    seen: SeenRequest,
    /// What it is for, or why the person can no longer have it.
    given: Result<Offered, Code>,
}

impl Directory {
    /// Decides about a request: gives what was asked for, or denies it with a reason. Only the first decision counts. The
    /// requester is told.
    ///
    /// # Errors
    /// [`Code::NotFound`]; [`Code::Forbidden`] for whoever sees it and does not decide; [`Code::OwnRequest`];
    /// [`Code::RequestDecided`] with who was quicker as its target; [`Code::RequestEnded`]; [`Code::ReasonMissing`] and
    /// [`Code::TooLong`] at `reason` for a denial; [`Code::DatePast`] at `until`. If the person can no longer have it
    /// ([`Code::GuestsNotAccepted`], those of the rules for domains, [`Code::DynamicGroup`], [`Code::AccountBlocked`]), or
    /// one of the two is gone ([`Code::RequestEnded`]), an approval ends the request and says why.
    pub async fn decide(&self, caller: &Caller, request: Uuid, decision: &Decision) -> Result<()> {
        let action = match decision {
            Decision::Approve { .. } => "request.approve",
            Decision::Deny { .. } => "request.deny",
        };
        let result = self.decide_and_commit(caller, request, decision).await;
        self.record_refusal(&caller.into(), Event::new(action, "request", request), result).await
    }

    async fn decide_and_commit(&self, caller: &Caller, request: Uuid, decision: &Decision) -> Result<()> {
        // Who may not decide locks nothing.
        self.see_request(self.db(), caller, request).await?.may_decide(caller)?;
        let tx = self.begin().await?;
        let Decidable { seen, given } = self.decidable(&tx, caller, request).await?;
        match decision {
            Decision::Deny { reason } => {
                self.note_decision(&tx, caller, &seen, RequestState::Denied, None, &checked_text(reason)?).await?;
            }
            Decision::Approve { until } => {
                let now = self.now();
                if until.is_some_and(|until| until <= now) {
                    return Err(Refusal::at(Code::DatePast, "until").into());
                }
                let offered = match given {
                    Ok(offered) => offered,
                    Err(code) => {
                        self.expire_request(&tx, &caller.into(), &seen.row, &seen.approvers).await?;
                        self.commit(tx).await?;
                        return Err(code.into());
                    }
                };
                let usual = match &offered {
                    Offered::Group(group) | Offered::App(_, Some(group)) => self.usual_end(group),
                    Offered::App(_, None) => None,
                };
                self.note_decision(&tx, caller, &seen, RequestState::Approved, until.or(usual), "").await?;
                let actor = Actor::from(caller);
                self.give_offer(&tx, &actor, &offered, seen.row.user_id, GrantReason::Request, *until).await?;
            }
        }
        self.commit(tx).await
    }

    /// The request, locked with what it is for and with who asks: groups, apps, people.
    async fn decidable(&self, tx: &DatabaseTransaction, caller: &Caller, request: Uuid) -> Result<Decidable> {
        let row = self.request_row(tx, request).await?;
        let offered = match self.offered(tx, row.target()?, true).await {
            Ok(offered) => Ok(offered),
            Err(Error::Refused(refusal)) if refusal.code == Code::NotFound => Err(Code::RequestEnded),
            Err(error) => return Err(error),
        };
        let person = self.lock_user(tx, row.user_id).await?;
        // Somebody may have decided, or taken the caller's say away, while we waited.
        let seen = self.see_request(tx, caller, request).await?;
        seen.may_decide(caller)?;
        seen.row.check_open(self.now())?;
        let settings = self.settings_on(tx).await?;
        let given = match (offered, person) {
            (Err(code), _) => Err(code),
            (_, None) => Err(Code::RequestEnded),
            (_, Some(person)) if !person.enabled => Err(Code::AccountBlocked),
            (Ok(offered), Some(person)) => match offered.may_have(&settings, person.user_type, &person.address) {
                Ok(()) => Ok(offered),
                Err(Error::Refused(refusal)) => Err(refusal.code),
                Err(error) => return Err(error),
            },
        };
        Ok(Decidable { seen, given })
    }

    /// Writes the decision down, if nobody else has, and tells whoever asked.
    async fn note_decision(
        &self,
        tx: &DatabaseTransaction,
        caller: &Caller,
        seen: &SeenRequest,
        state: RequestState,
        until: Option<chrono::DateTime<chrono::Utc>>,
        answer: &str,
    ) -> Result<()> {
        let (row, now) = (&seen.row, self.now());
        let closed = self
            .change(
                tx,
                "UPDATE requests SET state = $2, state_at = $3, decided_by = $4, until = $5, answer = $6
                 WHERE id = $1 AND state = 'pending' AND expires_at > $3",
                [row.id.into(), state.into(), now.into(), caller.user_id.into(), until.into(), answer.into()],
            )
            .await?;
        if closed == 0 {
            self.request_row(tx, row.id).await?.check_open(now)?;
            return Err(Code::RequestEnded.into());
        }
        let (action, kind) = match state {
            RequestState::Approved => ("request.approve", NoticeKind::RequestApproved),
            _ => ("request.deny", NoticeKind::RequestDenied),
        };
        self.record(tx, &caller.into(), row.event(action)).await?;
        let notice = Notice::new(row.user_id, kind, seen.target).by(Some(caller.user_id)).in_request(row.id);
        self.notify(tx, Notice { until, ..notice }).await?;
        self.settle_notices(tx, row.id, &seen.approvers).await
    }
}
