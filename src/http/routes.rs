//! Every route, on one page.

use actix_web::{middleware::from_fn, web};

use super::{Problem, api, cors, page, webhook};

/// Puts all routes in, below the base path.
pub fn configure(base_path: &str) -> impl Fn(&mut web::ServiceConfig) + Clone + use<> {
    let base_path = base_path.trim_end_matches('/').to_owned();
    move |config: &mut web::ServiceConfig| {
        let scope = web::scope(&base_path);
        config.service(scope.configure(everything)).default_service(web::to(unknown));
    }
}

fn everything(config: &mut web::ServiceConfig) {
    config
        .service(public_api())
        .service(site_api())
        .service(web::scope("/v1").configure(own_api))
        .route("/.well-known/jwks.json", web::get().to(api::jwks::show).wrap(from_fn(cors::open)))
        .route("/webhooks/stripe", web::post().to(webhook::stripe::receive))
        .route("/healthz", web::get().to(api::health::live))
        .route("/readyz", web::get().to(api::health::ready))
        .configure(pages)
        .configure(development);
}

/// Read by everybody's scripts, without cookies.
fn public_api() -> actix_web::Scope<
    impl actix_web::dev::ServiceFactory<
        actix_web::dev::ServiceRequest,
        Config = (),
        Response = actix_web::dev::ServiceResponse<actix_web::body::EitherBody<actix_web::body::BoxBody>>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    web::scope("/v1/campaigns")
        .wrap(from_fn(cors::open))
        .route("", web::get().to(api::campaigns::list))
        .route("/{slug}", web::get().to(api::campaigns::show))
}

/// Called by scripts of registered sites, with their readers' sessions.
fn site_api() -> actix_web::Scope<
    impl actix_web::dev::ServiceFactory<
        actix_web::dev::ServiceRequest,
        Config = (),
        Response = actix_web::dev::ServiceResponse<actix_web::body::EitherBody<actix_web::body::BoxBody>>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    web::scope("/v1")
        .guard(actix_web::guard::fn_guard(is_for_sites))
        .wrap(from_fn(cors::sites))
        .route("/plans", web::get().to(api::plans::list))
        .route("/me", web::get().to(api::me::show))
        .route("/token", web::post().to(api::token::create))
        .route("/access", web::post().to(api::access::check))
}

fn is_for_sites(context: &actix_web::guard::GuardContext<'_>) -> bool {
    let path = context.head().uri.path();
    ["/v1/plans", "/v1/me", "/v1/token", "/v1/access"].iter().any(|end| path.ends_with(end))
}

/// Called by our own pages and by servers.
fn own_api(config: &mut web::ServiceConfig) {
    config
        .route("/sign-in", web::post().to(api::sign_in::request))
        .route("/sign-in/verify", web::post().to(api::sign_in::verify))
        .route("/sign-out", web::post().to(api::sign_in::sign_out))
        .route("/checkout", web::post().to(api::checkout::create))
        .route("/billing-portal", web::post().to(api::billing_portal::create))
        .route("/continue", web::get().to(api::continue_site::start))
        .route("/continue/exchange", web::post().to(api::continue_site::exchange));
}

fn pages(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(page::campaign::front))
        .route("/campaigns/{slug}", web::get().to(page::campaign::show))
        .service(both("/join", web::get().to(page::join::show), web::post().to(page::join::submit)))
        .route("/welcome", web::get().to(page::welcome::show))
        .service(both("/sign-in", web::get().to(page::sign_in::show), web::post().to(page::sign_in::submit)))
        .service(both(
            "/sign-in/code",
            web::get().to(page::sign_in::show_code),
            web::post().to(page::sign_in::submit_code),
        ))
        .route("/sign-in/resend", web::post().to(page::sign_in::resend))
        .service(both(
            "/sign-in/link",
            web::get().to(page::sign_in::show_link),
            web::post().to(page::sign_in::submit_link),
        ))
        .service(both("/sign-out", web::get().to(page::sign_out::show), web::post().to(page::sign_out::submit)))
        .route("/account", web::get().to(page::account::show))
        .route("/account/billing", web::post().to(page::account::billing))
        .route("/account/email", web::post().to(page::account_address::submit))
        .service(both(
            "/account/confirm-email",
            web::get().to(page::account_address::show_confirm),
            web::post().to(page::account_address::confirm),
        ))
        .route("/problems/{code}", web::get().to(page::document::problem))
        .route("/assets/theme.css", web::get().to(page::assets::theme))
        .route("/assets/favicon.svg", web::get().to(page::assets::favicon))
        .route("/assets/{name}", web::get().to(page::assets::show));
}

fn development(config: &mut web::ServiceConfig) {
    config
        .route("/dev/mail", web::get().to(page::dev_mail::list))
        .route("/dev/mail.json", web::get().to(page::dev_mail::json))
        .route("/dev/mail/{id}", web::get().to(page::dev_mail::show))
        .route("/dev/mail/{id}/html", web::get().to(page::dev_mail::body));
}

/// A page and its form.
fn both(path: &str, get: actix_web::Route, post: actix_web::Route) -> actix_web::Resource {
    web::resource(path.to_owned()).route(get).route(post)
}

async fn unknown() -> Result<actix_web::HttpResponse, Problem> {
    Err(Problem::not_found())
}
