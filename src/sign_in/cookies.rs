//! Our own cookies beside the session: which browser began something, and which address it has proven before.

use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine as _;

use crate::{directory::Directory, model::Address};

/// Names the browser while it signs in.
pub const BROWSER: &str = "__Host-browser";
/// Says that this browser has proven an address by a code before.
pub const DEVICE: &str = "__Host-device";
/// The language in which this browser sent a form.
pub const LANGUAGE: &str = "__Host-language";

const DEVICE_PURPOSE: &str = "device";

/// The value of a cookie in a request.
pub fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
        .filter(|value| !value.is_empty() && value.len() <= 200)
}

/// A `Set-Cookie` for one of our cookies; `max_age` in seconds, 0 removes it.
pub fn set(name: &str, value: &str, max_age: u32) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("{name}={value}; Path=/; Max-Age={max_age}; Secure; HttpOnly; SameSite=Lax")).ok()
}

/// A `Set-Cookie` for one of our cookies that lives as long as the browser's session.
pub fn set_for_session(name: &str, value: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax")).ok()
}

/// What the device cookie holds for an address.
pub fn device_mark(directory: &Directory, address: &Address) -> String {
    let mac = directory.vault().mac(DEVICE_PURPOSE, address.normalized().as_bytes());
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(mac)
}

/// Whether a device cookie was given for that address.
pub fn device_knows(directory: &Directory, mark: &str, address: &Address) -> bool {
    base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(mark)
        .is_ok_and(|mac| directory.vault().mac_fits(DEVICE_PURPOSE, address.normalized().as_bytes(), &mac))
}
