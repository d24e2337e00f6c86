//! The stylesheet, the script, the icon, and what robots are told.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpResponse, web};

use crate::app::Newsroom;
use crate::headers;

/// `GET /paper.css`
pub async fn stylesheet() -> HttpResponse {
    asset("text/css; charset=utf-8", include_str!("../../assets/paper.css").to_owned())
}

/// `GET /paper.js`
pub async fn script() -> HttpResponse {
    asset("text/javascript; charset=utf-8", include_str!("../../assets/paper.js").to_owned())
}

/// `GET /icon.svg`
pub async fn icon() -> HttpResponse {
    asset("image/svg+xml", include_str!("../../assets/icon.svg").to_owned())
}

/// `GET /robots.txt`
pub async fn robots(newsroom: web::Data<Newsroom>) -> HttpResponse {
    let feed = newsroom.addresses.public("/feed.xml");
    let rules = format!("User-agent: *\nDisallow: /sign-in\nDisallow: /signed-in\nSitemap: {feed}\n");
    asset("text/plain; charset=utf-8", rules)
}

fn asset(kind: &'static str, text: String) -> HttpResponse {
    let mut response = HttpResponse::Ok().insert_header((CONTENT_TYPE, kind)).body(text);
    headers::shared_briefly(&mut response);
    response
}
