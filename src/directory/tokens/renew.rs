//! A refresh token becomes the next one.

use sea_orm::FromQueryResult as _;

use super::{
    super::{Directory, Result, clients::Client, sign_ins::Origin, vault::hash},
    Answer, Denied, Family, Granted, belongs, refusal,
};
use crate::model::{
    authorization::{LEEWAY, SCOPES},
    state::{FamilyEnd, SignInKind},
};

impl Directory {
    /// What a client gets for a refresh token, if the person may use the app at this moment. It works once, without
    /// exception: a second time ends all that came of the sign-in, for nobody can tell the app from a thief. Whoever is
    /// signed in here does not notice: the app sends them around once more, and nothing is asked.
    ///
    /// `scope` names fewer scopes than were granted, apart by spaces.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn renew_tokens(
        &self,
        client: &Client,
        token: &str,
        scope: Option<&str>,
        origin: &Origin,
    ) -> Result<Answer<Granted>> {
        let tx = self.begin().await?;
        let columns = Family::COLUMNS;
        let family = Family::find_by_statement(self.sql(
            &format!(
                "SELECT {columns} FROM refresh_tokens r JOIN token_families f ON f.id = r.family_id
                 JOIN app_sessions s ON s.id = f.app_session_id WHERE r.hash = $1"
            ),
            [hash(token).into()],
        ))
        .one(&tx)
        .await?;
        let Some(family) = family.filter(|family| belongs(family, client)) else { return Ok(Err(Denied::Unknown)) };
        if family.ended_at.is_some() {
            return Ok(Err(Denied::Ended));
        }
        let Some(scope) = narrowed(&family.scope, scope) else { return Ok(Err(Denied::Scope)) };
        let used = self
            .change(
                &tx,
                "UPDATE refresh_tokens SET used_at = $2 WHERE hash = $1 AND used_at IS NULL",
                [hash(token).into(), self.now().into()],
            )
            .await?;
        if used == 0 {
            self.end_reused(&tx, &family, FamilyEnd::RefreshReused).await?;
            self.commit(tx).await?;
            return Ok(Err(Denied::Reused));
        }
        let admitted = match self.admit_family(&tx, &family, false).await {
            Ok(admitted) => admitted,
            Err(error) => {
                let code = refusal(error)?;
                tx.rollback().await?;
                self.log_no_access(&family, SignInKind::Renewal, code, origin).await?;
                return Ok(Err(Denied::NoAccess));
            }
        };
        let refresh = Some(self.next_refresh(&tx, family.id).await?);
        self.commit(tx).await?;
        let proven_anew = admitted.session.auth_time.is_some_and(|at| at > family.created_at + LEEWAY);
        Ok(Ok(Granted { family: family.id, admitted, scope, nonce: None, refresh, proven_anew }))
    }
}

/// The scopes that are asked for, if all of them were granted; all of those if none is named. What means nothing here is
/// passed over, as it is at the sign-in: some clients name with each renewal all that they are configured with.
fn narrowed(granted: &str, asked: Option<&str>) -> Option<String> {
    let Some(asked) = asked else { return Some(granted.to_owned()) };
    let asked: Vec<&str> = asked.split(' ').filter(|scope| SCOPES.contains(scope)).collect();
    let granted: Vec<&str> = granted.split(' ').collect();
    let fits = !asked.is_empty() && asked.iter().all(|scope| granted.contains(scope));
    fits.then(|| granted.into_iter().filter(|scope| asked.contains(scope)).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::narrowed;

    #[test]
    fn scopes_only_shrink() {
        let granted = "openid profile offline_access";
        for (asked, result) in [
            (None, Some(granted)),
            (Some("offline_access  openid openid"), Some("openid offline_access")),
            (Some("profile"), Some("profile")),
            (Some("openid groups"), Some("openid")),
            (Some("openid email"), None),
            (Some("OPENID"), None),
            (Some(" "), None),
        ] {
            assert_eq!(narrowed(granted, asked).as_deref(), result, "{asked:?}");
        }
    }
}
