//! What the reader of a mail can say about such mails. What changes something is `POST /unsubscribe/{token}`, see
//! [`crate::server::unsubscribe`]: it comes from the machines of mail providers, too.

use super::here::Here;
use crate::model::{Refusal, view::UnsubscribePage};

/// The page behind the link in a mail's footer.
///
/// # Errors
/// Those of [`crate::directory::Directory::unsubscribe_page`].
pub async fn page(token: &str) -> Result<UnsubscribePage, Refusal> {
    Here::get()?.directory.unsubscribe_page(token).await.map_err(Into::into)
}
