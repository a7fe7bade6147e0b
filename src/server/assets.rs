//! The files of the browser's half, inside the binary.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;
use serde::Deserialize;

use super::state::Facts;

#[derive(RustEmbed)]
#[folder = "target/site"]
#[allow_missing = true]
struct Site;

/// The names that the build gave, with their hashes.
#[derive(Deserialize)]
struct Manifest {
    style: String,
    boot: String,
}

/// The names for pages.
pub fn facts(demo: bool) -> Facts {
    let manifest = Site::get("manifest.json").and_then(|file| serde_json::from_slice::<Manifest>(&file.data).ok());
    if manifest.is_none() {
        tracing::warn!("this binary was built without target/site: pages have no style; build with make");
    }
    let (style, boot) = manifest.map_or_else(Default::default, |manifest| (manifest.style, manifest.boot));
    Facts { demo, style_href: format!("/{style}"), boot_href: format!("/{boot}"), brand_href: "/brand.css".to_owned() }
}

/// Serves a file, compressed as the build left it. Names with a hash never change their contents.
pub async fn serve(request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    // Only names of files, never their compressed siblings or the build's own notes.
    let hidden = path == "manifest.json" || path.ends_with(".br") || path.ends_with(".gz");
    let Some(file) = (!hidden).then(|| Site::get(path)).flatten() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut headers = HeaderMap::new();
    let mime = mime_guess::from_path(path).first_or_octet_stream();
    if let Ok(mime) = HeaderValue::from_str(mime.as_ref()) {
        headers.insert(header::CONTENT_TYPE, mime);
    }
    let hashed = path.starts_with("pkg/");
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static(if hashed { "public, max-age=31536000, immutable" } else { "public, max-age=86400" }),
    );
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    let accepts =
        request.headers().get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    for (encoding, suffix) in [("br", "br"), ("gzip", "gz")] {
        let accepted = accepts.split(',').any(|item| {
            let mut parts = item.split(';').map(str::trim);
            parts.next() == Some(encoding)
                && !parts.any(|weight| weight.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0)))
        });
        if accepted && let Some(packed) = Site::get(&format!("{path}.{suffix}")) {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
            return (headers, packed.data.into_owned()).into_response();
        }
    }
    (headers, file.data.into_owned()).into_response()
}
