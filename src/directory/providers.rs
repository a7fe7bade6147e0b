//! Identity providers: the members' one from the configuration, those of partners and social ones from the database.

use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder};

use super::{Directory, Result, entities::identity_providers};
use crate::model::{
    Address, Code,
    provider::{MembersRule, Provider},
    settings::Settings,
    state::ProviderKind,
    view::{PASSCODE_WAY, Way},
};

/// What sealed provider secrets are sealed for.
pub(super) const SECRET: &str = "provider secret";

impl Directory {
    /// The organization's own provider.
    pub fn members_provider(&self) -> Option<&Provider> {
        self.deployment().members.as_ref()
    }

    pub(super) fn members_rule(&self) -> &MembersRule {
        &self.deployment().members_rule
    }

    /// Every provider, the members' one first, then in the administrator's order, with secrets opened.
    ///
    /// # Errors
    /// When the database fails, or a secret was sealed with another key.
    pub async fn providers(&self) -> Result<Vec<Provider>> {
        self.providers_on(self.db()).await
    }

    pub(super) async fn providers_on(&self, on: &impl ConnectionTrait) -> Result<Vec<Provider>> {
        let rows = identity_providers::Entity::find()
            .order_by_asc(identity_providers::Column::Position)
            .order_by_asc(identity_providers::Column::Key)
            .all(on)
            .await?;
        let mut providers: Vec<Provider> = self.members_provider().cloned().into_iter().collect();
        for row in rows {
            let secret = match row.secret_sealed {
                Some(sealed) => Some(String::from_utf8_lossy(&self.vault().open(SECRET, &sealed)?).into_owned()),
                None => None,
            };
            providers.push(Provider {
                key: row.key,
                name: row.name,
                kind: row.kind,
                issuer: row.issuer,
                client_id: row.client_id,
                client_secret: secret,
                scopes: serde_json::from_value(row.scopes)?,
                domains: serde_json::from_value(row.domains)?,
                assume_verified: row.assume_verified,
                trust_acr: row.trust_acr,
            });
        }
        Ok(providers)
    }

    /// Identities of an issuer that is reached at another address now: all whose issuer ends like that. For the demo.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn move_issuer(&self, ending: &str, to: &str) -> Result<()> {
        self.change(
            self.db(),
            "UPDATE identities SET issuer = $2 WHERE issuer LIKE $1 AND issuer <> $2 AND deleted_at IS NULL",
            [format!("%{ending}").into(), to.into()],
        )
        .await?;
        Ok(())
    }

    /// One provider by its key.
    ///
    /// # Errors
    /// As [`Self::providers`].
    pub async fn provider(&self, key: &str) -> Result<Option<Provider>> {
        Ok(self.providers().await?.into_iter().find(|provider| provider.key == key))
    }
}

impl Directory {
    /// The providers that somebody with this address may have joined by: those that claim its domain, and social ones.
    ///
    /// # Errors
    /// As [`Self::providers`].
    pub async fn ways_besides_code(&self, address: &Address) -> Result<Vec<Way>> {
        let ways = ways(&self.providers().await?, &self.settings().await?, address);
        Ok(ways.into_iter().filter(|way| way.key != PASSCODE_WAY).collect())
    }

    /// Where someone goes who types an address at sign-in: to the provider that answers for its domain, or `None` for a
    /// code. Depends on the domain and on the way that was asked for, by its key, only.
    ///
    /// # Errors
    /// As [`Self::providers`]; [`Code::ProviderUnknown`] if no way is left.
    pub async fn route_for(&self, address: &Address, way: &str) -> Result<Option<Provider>> {
        let settings = self.settings().await?;
        if way == PASSCODE_WAY && settings.passcodes.enabled {
            return Ok(None);
        }
        // Asked for by name: somebody knows how they joined.
        if !way.is_empty()
            && way != PASSCODE_WAY
            && let Some(provider) = self.provider(way).await?
        {
            return Ok(Some(provider));
        }
        if settings.organization.domains.iter().any(|own| own.covers(address.domain()))
            && let Some(members) = self.members_provider()
        {
            return Ok(Some(members.clone()));
        }
        let providers = self.providers().await?;
        let first = ways(&providers, &settings, address).into_iter().next().ok_or(Code::ProviderUnknown)?;
        Ok(providers.into_iter().find(|provider| provider.key == first.key))
    }
}

/// The ways by which someone with that address can prove who they are, best first: the provider that claims the domain,
/// then social providers that are an authority for it, then a code, then the remaining social providers.
pub(super) fn ways(providers: &[Provider], settings: &Settings, address: &Address) -> Vec<Way> {
    let way = |provider: &Provider| Way { key: provider.key.clone(), name: provider.name.clone() };
    let of = |kind: ProviderKind, authority: bool| {
        providers
            .iter()
            .filter(move |provider| provider.kind == kind && provider.is_authority_for(address) == authority)
            .map(way)
    };
    let mut ways: Vec<Way> = of(ProviderKind::Partner, true).chain(of(ProviderKind::Social, true)).collect();
    if settings.passcodes.enabled {
        ways.push(Way { key: PASSCODE_WAY.to_owned(), name: String::new() });
    }
    ways.extend(of(ProviderKind::Social, false));
    ways
}
