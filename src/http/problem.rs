//! Problems: the one map from outcomes to RFC 9457. Pages render the same problem as HTML.

use std::fmt;

use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
};

use schemars::JsonSchema;
use serde::Serialize;

use crate::{domain::id::RequestId, flow::StoreError, text::Texts};

/// The code for a bearer's token that does not hold.
const INVALID_TOKEN: &str = "invalid_token";

/// What went wrong, as the caller is told: a stable code, a status, and the fields at fault.
///
/// Title and detail are texts by key (`problem-<code>-title`); the edge renders them in the reader's language, as JSON under
/// `/v1`, `/webhooks` and `/.well-known`, as a page elsewhere.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The HTTP status.
    pub status: StatusCode,
    /// The stable code, in snake case.
    pub code: &'static str,
    /// The fields at fault.
    pub fields: Vec<FieldFault>,
    /// After how many seconds to try again.
    pub retry_after_seconds: Option<u64>,
    /// The methods that there are, when another was tried.
    pub allow: Option<&'static str>,
}

/// A field at fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct FieldFault {
    /// The field, with dots between levels.
    pub field: String,
    /// The stable code of the fault.
    pub code: &'static str,
    /// What is wrong and what would be right.
    pub detail: String,
}

/// What went wrong (RFC 9457). Decide by `code`, which is stable.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Problem", deny_unknown_fields)]
pub struct ProblemBody {
    /// A page that explains it.
    #[serde(rename = "type")]
    pub address: String,
    /// In the reader's language.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The stable code.
    pub code: &'static str,
    /// In the reader's language.
    pub detail: String,
    /// The fields at fault.
    pub errors: Vec<FieldFault>,
    /// As it stands in the service's log.
    pub request_id: RequestId,
}

impl Problem {
    /// The problem as JSON tells it; `address` is its page.
    pub fn body(&self, texts: &Texts, address: String, request_id: RequestId) -> ProblemBody {
        ProblemBody {
            address,
            title: texts.problem_title(self.code),
            status: self.status.as_u16(),
            code: self.code,
            detail: texts.problem_detail_after(self.code, self.retry_after_seconds),
            errors: self.fields.clone(),
            request_id,
        }
    }

    /// A problem by status and code.
    pub fn new(status: StatusCode, code: &'static str) -> Self {
        Self { status, code, fields: Vec::new(), retry_after_seconds: None, allow: None }
    }

    /// 400.
    pub fn bad_request(code: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code)
    }

    /// 401: nobody is signed in.
    pub fn sign_in_required() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "sign_in_required")
    }

    /// 401: the bearer's token does not hold.
    pub fn invalid_token() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, INVALID_TOKEN)
    }

    /// 403.
    pub fn forbidden(code: &'static str) -> Self {
        Self::new(StatusCode::FORBIDDEN, code)
    }

    /// 404.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found")
    }

    /// 405, with the methods that there are.
    pub fn method_not_allowed(allow: &'static str) -> Self {
        Self { allow: Some(allow), ..Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed") }
    }

    /// 409.
    pub fn conflict(code: &'static str) -> Self {
        Self::new(StatusCode::CONFLICT, code)
    }

    /// 422 with one field at fault.
    pub fn field(field: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Self::fields(vec![FieldFault { field: field.into(), code, detail: detail.into() }])
    }

    /// 422 with fields at fault.
    pub fn fields(fields: Vec<FieldFault>) -> Self {
        Self { fields, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_input") }
    }

    /// The same under another code.
    pub fn with_code(self, code: &'static str) -> Self {
        Self { code, ..self }
    }

    /// 429.
    pub fn rate_limited(retry_after_seconds: u64) -> Self {
        Self {
            retry_after_seconds: Some(retry_after_seconds),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited")
        }
    }

    /// 502: the payment gateway did not answer as it should; nothing was taken.
    pub fn payments_unavailable() -> Self {
        Self { retry_after_seconds: Some(30), ..Self::new(StatusCode::BAD_GATEWAY, "payment_service_unavailable") }
    }

    /// 503 when the database does not answer, 500 for anything else; the cause is logged here, once, and not shown.
    pub fn internal(cause: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(cause = %chain(cause), "request failed");
        let mut cause = Some(cause);
        while let Some(error) = cause {
            if error.downcast_ref::<StoreError>().is_some_and(StoreError::is_unavailable) {
                let unavailable = Self::new(StatusCode::SERVICE_UNAVAILABLE, "database_unavailable");
                return Self { retry_after_seconds: Some(5), ..unavailable };
            }
            cause = error.source();
        }
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal")
    }

    /// The code as it stands in addresses.
    pub fn dashed_code(&self) -> String {
        self.code.replace('_', "-")
    }
}

/// An error and its sources on one line.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::internal(&error)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        // The edge puts the body in, where the request's language and address are known.
        let mut answer = HttpResponse::build(self.status);
        if self.code == INVALID_TOKEN {
            // RFC 6750.
            answer.insert_header((header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\""));
        }
        answer.finish()
    }
}
