//! The front page, the sections and the page about the paper.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::frame::{Frame, Visit};
use super::{notice, render};
use crate::app::Newsroom;
use crate::story::Story;

const ABOUT_THE_PAPER: &str = "The newspaper of Saltmarsh Quay: the harbour, the town hall, and everybody between.";

#[derive(Template)]
#[template(path = "front.html")]
struct FrontPage<'a> {
    frame: Frame,
    lead: &'a Story,
    beside: &'a [Story],
    below: &'a [Story],
}

#[derive(Template)]
#[template(path = "section.html")]
struct SectionPage<'a> {
    frame: Frame,
    name: &'a str,
    stories: Vec<&'a Story>,
}

#[derive(Template)]
#[template(path = "about.html")]
struct AboutPage {
    frame: Frame,
}

/// `GET /`
pub async fn front(request: HttpRequest, newsroom: web::Data<Newsroom>) -> HttpResponse {
    let visit = Visit::read(&request, &newsroom).await;
    let frame = Frame::new(&newsroom, &visit, "/", "The Harbour Ledger", ABOUT_THE_PAPER);
    let Some((lead, others)) = newsroom.edition.stories().split_first() else {
        return notice::missing(request, newsroom.clone()).await;
    };
    let (beside, below) = others.split_at(others.len().min(2));
    render(StatusCode::OK, &FrontPage { frame, lead, beside, below })
}

/// `GET /sections/{section}`
pub async fn section(request: HttpRequest, newsroom: web::Data<Newsroom>) -> HttpResponse {
    let stories = newsroom.edition.in_section(request.path());
    let Some(name) = stories.first().map(|story| story.section.as_str()) else {
        return notice::missing(request, newsroom.clone()).await;
    };
    let visit = Visit::read(&request, &newsroom).await;
    let title = format!("{name} · The Harbour Ledger");
    let description = format!("{name} in Saltmarsh Quay, as The Harbour Ledger reports it.");
    let frame = Frame::new(&newsroom, &visit, request.path(), &title, &description);
    render(StatusCode::OK, &SectionPage { frame, name, stories })
}

/// `GET /about`
pub async fn about(request: HttpRequest, newsroom: web::Data<Newsroom>) -> HttpResponse {
    let visit = Visit::read(&request, &newsroom).await;
    let frame = Frame::new(&newsroom, &visit, "/about", "About · The Harbour Ledger", ABOUT_THE_PAPER);
    render(StatusCode::OK, &AboutPage { frame })
}
