//! A problem as a page.

use actix_web::{HttpRequest, HttpResponse};

use super::{chrome, private, view};
use crate::{
    domain::id::RequestId,
    http::{Problem, State},
};

/// Renders a problem.
pub fn render(problem: &Problem, request: &HttpRequest, state: &State, request_id: &RequestId) -> HttpResponse {
    let faults = problem
        .fields
        .iter()
        .map(|fault| view::FieldFault { field: fault.field.clone(), message: fault.detail.clone() });
    let page = view::ProblemPage {
        status: problem.status.as_u16(),
        code: problem.code.to_owned(),
        faults: faults.collect(),
        request_id: request_id.to_string(),
        retry_after_seconds: problem.retry_after_seconds,
    };
    private(state, problem.status, page.render(&chrome(request, state, false)))
}
