//! A request that took too long. Its handler is gone, and the framework's request with it: no page can be made of it.

use std::fmt;

use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
};
use serde_json::json;

use crate::{domain::id::RequestId, text::Library};

/// After how many seconds to try again.
const RETRY_AFTER_SECONDS: u64 = 5;

/// A request that took too long, most likely because the database hangs.
#[derive(Debug)]
pub struct GivenUp {
    /// The page that explains it.
    pub address: String,
    /// The request.
    pub request_id: RequestId,
}

impl fmt::Display for GivenUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request took too long")
    }
}

impl ResponseError for GivenUp {
    fn status_code(&self) -> StatusCode {
        StatusCode::SERVICE_UNAVAILABLE
    }

    fn error_response(&self) -> HttpResponse {
        let (texts, code) = (Library::shared().english(), "database_unavailable");
        let body = json!({
            "type": self.address,
            "title": texts.problem_title(code),
            "status": self.status_code().as_u16(),
            "code": code,
            "detail": texts.problem_detail(code),
            "errors": [],
            "request_id": self.request_id,
        });
        HttpResponse::build(self.status_code())
            .insert_header((header::RETRY_AFTER, RETRY_AFTER_SECONDS))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header(("x-request-id", self.request_id.as_str()))
            .content_type("application/problem+json")
            .body(body.to_string())
    }
}
