//! Addresses that want no mail from this organization, and what their owners can say by the link in a mail.

use super::{Directory, Result};
use crate::model::{Code, view::UnsubscribePage};

impl Directory {
    /// What the link in a mail's footer shows. Changes nothing.
    ///
    /// # Errors
    /// [`Code::TicketUnknown`] for a token that is not ours.
    pub async fn unsubscribe_page(&self, _token: &str) -> Result<UnsubscribePage> {
        Err(Code::TicketUnknown.into())
    }

    /// Blocks further mails of ours, but for codes, to the address that the token stands for. Twice is once.
    ///
    /// # Errors
    /// As [`Self::unsubscribe_page`].
    pub async fn block_mail(&self, _token: &str) -> Result<()> {
        Err(Code::TicketUnknown.into())
    }

    /// Takes that back.
    ///
    /// # Errors
    /// As [`Self::unsubscribe_page`].
    pub async fn unblock_mail(&self, _token: &str) -> Result<()> {
        Err(Code::TicketUnknown.into())
    }

    /// *This was not for me*: declines the invitation that the mail was about, if it is still open.
    ///
    /// # Errors
    /// As [`Self::unsubscribe_page`].
    pub async fn decline_by_mail(&self, _token: &str) -> Result<()> {
        Err(Code::TicketUnknown.into())
    }
}
