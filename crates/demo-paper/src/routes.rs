//! Every address of the paper on one page.

use actix_web::guard;
use actix_web::web::{self, ServiceConfig, resource};
use actix_web::{Handler, Resource, Responder, Route};

use crate::{page, sign_in};

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(readable("/", page::front))
        .service(readable("/stories/{slug}", page::story))
        .service(readable("/stories/{slug}/body", page::body))
        .service(readable("/sections/{section}", page::section))
        .service(readable("/about", page::about))
        .service(readable("/feed.xml", page::feed))
        .service(readable("/paper.css", page::stylesheet))
        .service(readable("/paper.js", page::script))
        .service(readable("/icon.svg", page::icon))
        .service(readable("/robots.txt", page::robots))
        .service(resource("/sign-in").route(web::get().to(sign_in::start)))
        .service(resource("/signed-in").route(web::get().to(sign_in::finish)))
        .service(resource("/sign-out").route(web::post().to(sign_in::leave)))
        .default_service(web::to(page::missing));
}

/// A resource that answers GET, and HEAD with the same headers.
fn readable<F, Args>(path: &str, handler: F) -> Resource
where
    F: Handler<Args>,
    Args: actix_web::FromRequest + 'static,
    F::Output: Responder + 'static,
{
    resource(path).route(Route::new().guard(guard::Any(guard::Get()).or(guard::Head())).to(handler))
}
