//! How apps sign people in: what those who run them change, and what pages read.
#![expect(clippy::too_many_arguments, reason = "the fields of one form")]

use leptos::prelude::*;

use super::error::ApiError;

#[cfg(feature = "ssr")]
mod read;

#[cfg(feature = "ssr")]
pub use read::*;

/// `POST /api/apps/create`: makes an app.
#[server(prefix = "/api", endpoint = "apps/create")]
pub async fn create_app(
    #[server(default)] name: String,
    #[server(default)] description: String,
    #[server(default)] url: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here};
    use crate::model::app_form::TypedApp;

    let mut here = Here::get()?;
    let result = async {
        let caller = here.caller()?;
        // Whoever asks for it waits for somebody's word, until its settings say otherwise.
        let typed =
            TypedApp { name: &name, description: &description, url: &url, needs_approval: true, ..TypedApp::default() };
        let id = here.directory.create_app(caller, &typed.read()?).await?;
        Ok(format!("/apps/{id}/settings?done=created"))
    }
    .await;
    let fields = vec![("name", name), ("description", description), ("url", url)];
    forms::answer(&mut here, forms::Form { name: "app-new", back: "/apps/new".to_owned(), fields }, result).await
}

/// `POST /api/connections/save`: how an app signs people in. `kind` is `link`, `oidc` or `forward-auth`; lists are one a
/// line, claims `name = {field}` or `name = text`; the flags count with any value.
#[server(prefix = "/api", endpoint = "connections/save")]
pub async fn save_connection(
    #[server(default)] app: String,
    #[server(default)] kind: String,
    #[server(default)] client_id: String,
    #[server(default)] auth: String,
    #[server(default)] redirect_uris: String,
    #[server(default)] post_logout_uris: String,
    #[server(default)] initiate_login_uri: String,
    #[server(default)] backchannel_logout_uri: String,
    #[server(default)] keys: String,
    #[server(default)] signing: String,
    #[server(default)] require_par: String,
    #[server(default)] hosts: String,
    #[server(default)] groups_sent: String,
    #[server(default)] groups_as: String,
    #[server(default)] pairwise: String,
    #[server(default)] claims: String,
) -> Result<(), ApiError> {
    use super::{forms, here::Here};
    use crate::model::{
        connection_form::{TypedConnection, read_keys},
        state::AppKind,
    };

    let mut here = Here::get()?;
    let result = async {
        let (caller, id) = (here.caller()?, forms::id(&app)?);
        let typed = TypedConnection {
            kind: &kind,
            client_id: &client_id,
            auth: &auth,
            redirect_uris: &redirect_uris,
            post_logout_uris: &post_logout_uris,
            initiate_login_uri: &initiate_login_uri,
            backchannel_logout_uri: &backchannel_logout_uri,
            keys: &keys,
            signing: &signing,
            require_par: !require_par.is_empty(),
            hosts: &hosts,
            groups_sent: &groups_sent,
            groups_as: &groups_as,
            pairwise: !pairwise.is_empty(),
            claims: &claims,
        };
        // Who may not is told so, whatever they typed.
        here.directory.app_connection(caller, id).await?;
        let wanted = typed.read(id, here.directory.public_url())?;
        here.directory.connect_app(caller, id, &wanted).await?;
        Ok(format!("/apps/{id}/sign-in?done=saved"))
    }
    .await;
    // Whoever pasted a private key shall find it nowhere: only what would be saved of their keys is kept.
    let keys = read_keys(&keys).ok().flatten().unwrap_or_default();
    // Back to the section that was filled in.
    let section = kind.parse::<AppKind>().map_or_else(|_| String::new(), |kind| format!("?kind={kind}"));
    let form = forms::Form {
        name: "connection",
        back: path(&app, &format!("/sign-in{section}")),
        fields: vec![
            ("client_id", client_id),
            ("auth", auth),
            ("redirect_uris", redirect_uris),
            ("post_logout_uris", post_logout_uris),
            ("initiate_login_uri", initiate_login_uri),
            ("backchannel_logout_uri", backchannel_logout_uri),
            ("keys", keys),
            ("signing", signing),
            ("require_par", require_par),
            ("hosts", hosts),
            ("groups_sent", groups_sent),
            ("groups_as", groups_as),
            ("pairwise", pairwise),
            ("claims", claims),
        ],
    };
    forms::answer(&mut here, form, result).await
}

/// `POST /api/secrets/create`: a new secret of an app, shown on one page, once, to this session alone.
#[server(prefix = "/api", endpoint = "secrets/create")]
pub async fn create_secret(#[server(default)] app: String) -> Result<(), ApiError> {
    use super::{forms, here::Here, told::Told};

    let mut here = Here::get()?;
    let result = async {
        let (caller, id) = (here.caller()?, forms::id(&app)?);
        let secret = here.directory.add_secret(caller, id).await?;
        let key = here.keep(&Told::Secret { app: id, secret }).await?;
        Ok(format!("/apps/{id}/secret?told={key}"))
    }
    .await;
    forms::answer(&mut here, forms::Form::bare("secret", path(&app, "/sign-in")), result).await
}

/// `POST /api/secrets/delete`: deletes a secret of an app.
#[server(prefix = "/api", endpoint = "secrets/delete")]
pub async fn delete_secret(#[server(default)] app: String, #[server(default)] secret: String) -> Result<(), ApiError> {
    use super::{forms, here::Here};

    let mut here = Here::get()?;
    let result = async {
        let (caller, id, secret) = (here.caller()?, forms::id(&app)?, forms::id(&secret)?);
        here.directory.delete_secret(caller, id, secret).await?;
        Ok(format!("/apps/{id}/sign-in?done=secret-deleted"))
    }
    .await;
    forms::answer(&mut here, forms::Form::bare("secret", path(&app, "/sign-in")), result).await
}
