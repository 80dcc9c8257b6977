//! The version of a row as an entity tag, which a client sends back with what it changes.

use axum::extract::FromRequestParts;
use axum::http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};

/// The tag of a version.
pub(crate) fn tag(version: i32) -> String {
    format!("\"{version}\"")
}

/// The version that the client edits: of the header `If-Match`, which has to be there.
pub(crate) struct Seen {
    /// `None` for `*`: whatever there is.
    pub(crate) version: Option<i32>,
}

impl<S: Sync> FromRequestParts<S> for Seen {
    type Rejection = (StatusCode, &'static str);

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        match tag_in(&parts.headers, &IF_MATCH) {
            None => Err((StatusCode::PRECONDITION_REQUIRED, "say what you edit, by If-Match with its ETag")),
            Some("*") => Ok(Self { version: None }),
            Some(tag) => match version(tag) {
                Some(version) => Ok(Self { version: Some(version) }),
                None => Err((StatusCode::BAD_REQUEST, "If-Match is not an ETag that was given out here")),
            },
        }
    }
}

/// Whether the client has that version already.
pub(crate) struct Has(Option<i32>);

impl Has {
    pub(crate) fn it(&self, version: i32) -> bool {
        self.0 == Some(version)
    }
}

impl<S: Sync> FromRequestParts<S> for Has {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        // Caches may have weakened it, which makes no difference to who reads.
        let tag = tag_in(&parts.headers, &IF_NONE_MATCH);
        Ok(Self(tag.and_then(|tag| version(tag.strip_prefix("W/").unwrap_or(tag)))))
    }
}

fn tag_in<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).map(|tag| tag.to_str().unwrap_or_default().trim())
}

fn version(tag: &str) -> Option<i32> {
    tag.strip_prefix('"')?.strip_suffix('"')?.parse().ok()
}
