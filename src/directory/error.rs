//! The directory's one error type.

use sea_orm::DbErr;

use crate::model::{Code, Refusal};

/// What an operation of the directory answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an operation did not happen.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule says no. Nothing is broken.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// A sealed value cannot be opened: the deployment key is not the one it was sealed with.
    #[error(transparent)]
    Sealed(#[from] super::vault::CannotOpen),
    /// A value in the database is not what we wrote.
    #[error("a stored value cannot be read: {0}")]
    Stored(#[from] serde_json::Error),
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self::Refused(code.into())
    }
}

impl Error {
    /// The code that others may see.
    pub fn code(&self) -> Code {
        match self {
            Self::Refused(refusal) => refusal.code,
            _ => Code::Internal,
        }
    }
}

/// The refusal that others may see. What broke inside is for the log only.
impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => refusal,
            broken => {
                tracing::error!(error = %broken, "an operation failed");
                Code::Internal.into()
            }
        }
    }
}
