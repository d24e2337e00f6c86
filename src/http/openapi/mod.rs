//! The document of the API (OpenAPI 3.1), made from the types that handlers read and write and from one list of operations.
//!
//! `tests/api/openapi.rs` compares it with the routes, `tests/contract/` sends made-up requests by it to a running service.

mod assemble;
mod components;
mod operation;
mod operations;
mod problems;

use std::sync::LazyLock;

use serde_json::Value;

/// Stands in the document where the service's public address will.
const BASE_URL: &str = "{base_url}";

static DOCUMENT: LazyLock<Value> = LazyLock::new(assemble::document);
static TEXT: LazyLock<String> = LazyLock::new(|| DOCUMENT.to_string());

/// The document as JSON, for the service at this public address (without a slash at the end).
pub fn text(base_url: &str) -> String {
    TEXT.replace(BASE_URL, base_url)
}

/// The document, for the service at this public address (without a slash at the end).
pub fn tree(base_url: &str) -> Value {
    // What was written by serde_json can be read by it, and an address holds nothing that JSON escapes.
    serde_json::from_str(&text(base_url)).unwrap_or_default()
}
