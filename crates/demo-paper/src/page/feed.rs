//! The Atom feed: open stories whole, gated ones as far as everybody may read.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::app::Newsroom;
use crate::headers;
use crate::story::{Gate, Story};

#[derive(Template)]
#[template(path = "feed.xml")]
struct Feed<'a> {
    home: String,
    address: String,
    updated: String,
    entries: Vec<Entry<'a>>,
}

struct Entry<'a> {
    story: &'a Story,
    address: String,
    text: String,
}

/// `GET /feed.xml`
pub async fn feed(newsroom: web::Data<Newsroom>) -> HttpResponse {
    let mut stories: Vec<&Story> = newsroom.edition.stories().iter().collect();
    stories.sort_by_key(|story| std::cmp::Reverse(story.published.timestamp()));
    let feed = Feed {
        home: newsroom.addresses.public("/"),
        address: newsroom.addresses.public("/feed.xml"),
        updated: stories.first().map(|story| story.timestamp()).unwrap_or_default(),
        entries: stories.into_iter().map(|story| entry(story, &newsroom)).collect(),
    };
    let mut response = match feed.render() {
        Ok(xml) => HttpResponse::Ok().insert_header((CONTENT_TYPE, "application/atom+xml; charset=utf-8")).body(xml),
        Err(error) => {
            tracing::error!(%error, "the feed could not be rendered");
            HttpResponse::InternalServerError().finish()
        }
    };
    headers::shared_briefly(&mut response);
    response
}

fn entry<'a>(story: &'a Story, newsroom: &Newsroom) -> Entry<'a> {
    let address = newsroom.addresses.story(&story.slug);
    let mut text = story.public_html();
    match story.gate {
        Gate::Open => {}
        Gate::Registered => text.push_str("<p><em>For registered readers: read on at the Ledger.</em></p>"),
        Gate::Members => text.push_str("<p><em>For members: read on at the Ledger.</em></p>"),
    }
    Entry { story, address, text }
}
