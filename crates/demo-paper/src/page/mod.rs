//! The paper's pages.

mod assets;
mod campaign_bar;
mod campaign_words;
mod feed;
mod frame;
mod front;
mod notice;
mod story;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, HttpResponseBuilder};
use askama::Template;

pub use assets::{icon, robots, script, stylesheet};
pub use feed::feed;
pub use front::{about, front, section};
pub use notice::{Notice, missing, notice};
pub use story::{body, story};

use crate::headers;

/// Renders a page that says who is reading.
fn render(status: StatusCode, template: &impl Template) -> HttpResponse {
    let mut response = match template.render() {
        Ok(html) => HttpResponseBuilder::new(status).body(html),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            HttpResponse::InternalServerError().body("This page could not be printed. Please try again.")
        }
    };
    headers::html(&mut response);
    headers::personal(&mut response);
    response
}
