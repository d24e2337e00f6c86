//! `/problems/{code}`: what a problem means, rendered from docs/problems/, so that the `type` of a problem leads somewhere.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use include_dir::{Dir, include_dir};

use super::{chrome, private, view};
use crate::{
    http::{Problem, State},
    text::Markup,
};

/// The pages about problems, as written.
pub static PROBLEMS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/docs/problems");

/// All problems, by code, with what each means.
pub async fn problems(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    let chrome = chrome(&request, &state, false);
    let mut codes: Vec<&str> = PROBLEMS.files().filter_map(|file| file.path().file_stem()?.to_str()).collect();
    codes.sort_unstable();
    let page = view::ProblemIndexPage { codes };
    private(&state, StatusCode::OK, page.render(&chrome))
}

/// The page of one problem.
///
/// # Errors
/// `not_found`.
pub async fn problem(
    state: web::Data<State>,
    code: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let file = PROBLEMS.get_file(format!("{code}.md")).ok_or_else(Problem::not_found)?;
    let source = file.contents_utf8().unwrap_or_default();
    let (title, body) = source.trim_start_matches("# ").split_once('\n').unwrap_or((source, ""));
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, pulldown_cmark::Parser::new(body));
    // Our own text, compiled in.
    let page = view::DocumentPage { title: title.to_owned(), body: Markup::trusted(html) };
    Ok(private(&state, StatusCode::OK, page.render(&chrome(&request, &state, false))))
}
