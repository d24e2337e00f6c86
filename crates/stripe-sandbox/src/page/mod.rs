//! The hosted pages: checkout, authentication, portal, invoice, and the sandbox's own front page.

use actix_web::{HttpResponse, http::StatusCode, web};
use askama::Template;

mod card_form;
mod checkout;
mod choice;
mod front;
mod front_controls;
mod invoice;
mod invoice_payment;
mod portal;
mod portal_card;
mod portal_plan;
mod sums;
mod words;

/// The addresses of the pages.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/_sandbox/style.css", web::get().to(style))
        .route("/_sandbox/icon.svg", web::get().to(icon))
        .route("/c/pay/{id}", web::get().to(checkout::show))
        .route("/c/pay/{id}", web::post().to(checkout::pay))
        .route("/c/pay/{id}/authenticate", web::get().to(checkout::show_authentication))
        .route("/c/pay/{id}/authenticate", web::post().to(checkout::authenticate))
        .route("/", web::get().to(front::show))
        .route("/_sandbox/advance", web::post().to(front::advance))
        .route("/_sandbox/page/webhooks", web::post().to(front_controls::behave))
        .route("/_sandbox/page/next_payment", web::post().to(front_controls::next))
        .route("/_sandbox/resend/{id}", web::post().to(front::resend))
        .route("/i/{id}/{token}", web::get().to(invoice::show))
        .route("/i/{id}/{token}", web::post().to(invoice_payment::pay))
        .route("/i/{id}/{token}/approve", web::get().to(invoice_payment::ask))
        .route("/i/{id}/{token}/approve", web::post().to(invoice_payment::approve))
        .route("/r/{id}", web::get().to(invoice::receipt))
        .route("/m/{id}", web::get().to(invoice::mandate))
        .route("/p/session/{token}", web::get().to(portal::show))
        .route("/p/session/{token}/cancel/{id}", web::get().to(portal::ask_cancel))
        .route("/p/session/{token}/cancel/{id}", web::post().to(portal::cancel))
        .route("/p/session/{token}/card", web::get().to(portal_card::show))
        .route("/p/session/{token}/card", web::post().to(portal_card::change))
        .route("/p/session/{token}/plan/{id}", web::get().to(portal_plan::choose))
        .route("/p/session/{token}/plan/{id}/{price}", web::get().to(portal_plan::ask))
        .route("/p/session/{token}/plan/{id}/{price}", web::post().to(portal_plan::change))
        .route("/p/session/{token}/resume/{id}", web::post().to(portal::resume))
        .default_service(web::to(not_found));
}

/// Forms may lead anywhere (success addresses belong to others, and may redirect again); all else stays here.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action http: https:";

async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header(("Cache-Control", "no-cache"))
        .body(include_str!("../../templates/style.css"))
}

async fn icon() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("image/svg+xml")
        .insert_header(("Cache-Control", "no-cache"))
        .body(include_str!("../../templates/icon.svg"))
}

async fn not_found() -> HttpResponse {
    message(StatusCode::NOT_FOUND, "There is nothing here", "The sandbox has no page at this address.", None)
}

/// A page as an answer.
fn html(status: StatusCode, page: &impl Template) -> HttpResponse {
    match page.render() {
        Ok(text) => HttpResponse::build(status)
            .content_type("text/html; charset=utf-8")
            .insert_header(("Content-Security-Policy", POLICY))
            .insert_header(("Cache-Control", "no-store"))
            .insert_header(("Referrer-Policy", "no-referrer"))
            .insert_header(("X-Content-Type-Options", "nosniff"))
            .body(text),
        Err(fault) => HttpResponse::InternalServerError().body(fault.to_string()),
    }
}

/// Sends the browser on with GET.
fn see_other(address: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header(("Location", address))
        .insert_header(("Referrer-Policy", "no-referrer"))
        .finish()
}

/// A link that a message page ends with.
struct Link {
    address: String,
    words: &'static str,
}

#[derive(Template)]
#[template(path = "message.html")]
struct Message<'a> {
    title: &'a str,
    text: &'a str,
    link: Option<Link>,
}

fn message(status: StatusCode, title: &str, text: &str, link: Option<Link>) -> HttpResponse {
    html(status, &Message { title, text, link })
}

fn broken(fault: &dyn std::fmt::Display) -> HttpResponse {
    message(StatusCode::INTERNAL_SERVER_ERROR, "The sandbox is in trouble", &fault.to_string(), None)
}
