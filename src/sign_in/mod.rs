//! Proving who someone is: OpenID Connect, the callback, the session store, the caller.

pub mod callback;
pub mod caller;
pub mod cookies;
pub mod landing;
pub mod language;
pub mod network;
pub mod oidc;
pub mod session_store;
pub mod start;
