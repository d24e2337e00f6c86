//! Every route, on one page.

use actix_web::{HttpResponse, Resource, Route, http::header, middleware::from_fn, web};

use super::{
    Problem, State, api, cors, page,
    route_table::{self, Endpoint, Entry, Pattern, Table},
    webhook,
};

/// Puts all routes in, below the base path.
pub fn configure(base_path: &str) -> impl Fn(&mut web::ServiceConfig) + Clone + use<> {
    let base_path = base_path.trim_end_matches('/').to_owned();
    move |config: &mut web::ServiceConfig| {
        if !base_path.is_empty() {
            let bare = web::resource(&base_path).route(web::get().to(with_slash));
            config.service(bare.default_service(web::to(|| refuse("GET, HEAD"))));
        }
        let scope = web::scope(&base_path);
        let routes = |server: &mut web::ServiceConfig| {
            route_table::fill(server, everything);
        };
        config.service(scope.configure(routes)).default_service(web::to(unknown));
    }
}

/// Every path with its methods.
pub fn endpoints() -> Vec<Endpoint> {
    route_table::list(everything)
}

fn everything(config: &mut Table) {
    config.configure(public_api).configure(site_api).configure(own_api).configure(pages).configure(development);
}

/// Read by everybody's scripts, without cookies.
fn public_api(config: &mut Table) {
    config
        .service(get("/v1/campaigns", web::get().to(api::campaigns::list)).wrap(from_fn(cors::open)))
        .service(get("/v1/campaigns/{slug}", web::get().to(api::campaigns::show)).wrap(from_fn(cors::open)))
        .service(get("/openapi.json", web::get().to(api::openapi::show)).wrap(from_fn(cors::open)))
        .service(
            get("/v1/campaigns/{slug}/fragment.html", web::get().to(api::fragment::show)).wrap(from_fn(cors::open)),
        )
        .service(get("/masthead.js", web::get().to(page::module::script)).wrap(from_fn(cors::open)))
        .service(get("/masthead.css", web::get().to(page::module::styles)).wrap(from_fn(cors::open)))
        .service(get("/.well-known/jwks.json", web::get().to(api::jwks::show)).wrap(from_fn(cors::open)));
}

/// Called by scripts of registered sites, with their readers' sessions.
fn site_api(config: &mut Table) {
    config
        .service(get("/v1/plans", web::get().to(api::plans::list)).wrap(from_fn(cors::sites)))
        .service(get("/v1/me", web::get().to(api::me::show)).wrap(from_fn(cors::sites)))
        .service(post("/v1/token", web::post().to(api::token::create)).wrap(from_fn(cors::sites)))
        .service(post("/v1/access", web::post().to(api::access::check)).wrap(from_fn(cors::sites)));
}

/// Called by our own pages and by servers.
fn own_api(config: &mut Table) {
    config
        .service(post("/v1/sign-in", web::post().to(api::sign_in::request)))
        .service(post("/v1/sign-in/verify", web::post().to(api::sign_in::verify)))
        .service(post("/v1/sign-out", web::post().to(api::sign_in::sign_out)))
        .service(post("/v1/checkout", web::post().to(api::checkout::create)))
        .service(post("/v1/gifts/redeem", web::post().to(api::gifts::redeem)))
        .service(post("/v1/cancellations", web::post().to(api::cancellations::create)))
        .service(post("/v1/billing-portal", web::post().to(api::billing_portal::create)))
        .service(get("/v1/continue", web::get().to(api::continue_site::start)))
        .service(get("/v1/authorize-request", web::get().to(api::authorize_request::show)))
        .service(post("/v1/continue/exchange", web::post().to(api::continue_site::exchange)))
        .service(post("/webhooks/stripe", web::post().to(webhook::stripe::receive)))
        .service(get("/healthz", web::get().to(api::health::live)))
        .service(get("/readyz", web::get().to(api::health::ready)))
        .service(get("/metrics", web::get().to(api::metrics::show)));
}

fn pages(config: &mut Table) {
    config
        .service(get("/", web::get().to(page::campaign::front)))
        .service(get("/campaigns/{slug}", web::get().to(page::campaign::show)))
        .service(get("/embed/{slug}", web::get().to(page::embed::show)))
        .service(form("/give", web::get().to(page::join::show_give), web::post().to(page::join::submit_give)))
        .service(form("/gift", web::get().to(page::gift::show), web::post().to(page::gift::submit)))
        .service(form("/gift/redeem", web::get().to(page::gift::show_redeem), web::post().to(page::gift::redeem)))
        .service(form("/join", web::get().to(page::join::show), web::post().to(page::join::submit)))
        .service(get("/welcome", web::get().to(page::welcome::show)))
        .service(form("/sign-in", web::get().to(page::sign_in::show), web::post().to(page::sign_in::submit)))
        .service(form(
            "/sign-in/code",
            web::get().to(page::sign_in::show_code),
            web::post().to(page::sign_in::submit_code),
        ))
        .service(post("/sign-in/resend", web::post().to(page::sign_in::resend)))
        .service(form(
            "/sign-in/link",
            web::get().to(page::sign_in::show_link),
            web::post().to(page::sign_in::submit_link),
        ))
        .service(form("/sign-out", web::get().to(page::sign_out::show), web::post().to(page::sign_out::submit)))
        .service(get("/account", web::get().to(page::account::show)))
        .service(get("/account/statement/{year}", web::get().to(page::statement::show)))
        .service(post("/account/billing", web::post().to(page::account::billing)))
        .service(post("/account/amount", web::post().to(page::account_amount::submit)))
        .service(post("/account/email", web::post().to(page::account_address::submit)))
        .service(form(
            "/account/confirm-email",
            web::get().to(page::account_address::show_confirm),
            web::post().to(page::account_address::confirm),
        ))
        .service(form("/cancel", web::get().to(page::cancel::show), web::post().to(page::cancel::check)))
        .service(post("/cancel/confirm", web::post().to(page::cancel::confirm)))
        .service(get("/docs/api", web::get().to(page::api_docs::show)))
        .service(get("/problems", web::get().to(page::document::problems)))
        .service(get("/problems/{code}", web::get().to(page::document::problem)))
        .service(get("/assets/theme.css", web::get().to(page::assets::theme)))
        .service(get("/assets/favicon.svg", web::get().to(page::assets::favicon)))
        .service(get("/assets/{name}", web::get().to(page::assets::show)));
}

fn development(config: &mut Table) {
    config
        .service(get("/dev/mail", web::get().to(page::dev_mail::list)))
        .service(get("/dev/mail.json", web::get().to(page::dev_mail::json)))
        .service(get("/dev/mail/{id}", web::get().to(page::dev_mail::show)))
        .service(get("/dev/mail/{id}/html", web::get().to(page::dev_mail::body)));
}

/// Read only.
fn get(path: &'static str, route: Route) -> Entry<Resource> {
    entry(path, &["GET"], web::resource(path).route(route), "GET, HEAD")
}

/// Written only.
fn post(path: &'static str, route: Route) -> Entry<Resource> {
    entry(path, &["POST"], web::resource(path).route(route), "POST")
}

/// A page and its form.
fn form(path: &'static str, get: Route, post: Route) -> Entry<Resource> {
    entry(path, &["GET", "POST"], web::resource(path).route(get).route(post), "GET, HEAD, POST")
}

fn entry(
    path: &'static str,
    methods: &'static [&'static str],
    resource: Resource,
    allow: &'static str,
) -> Entry<Resource> {
    let endpoint = Endpoint { path: path.to_owned(), methods };
    let resource = resource.app_data(Pattern(path)).default_service(web::to(move || refuse(allow)));
    Entry { endpoint, resource }
}

/// Another method than those that there are.
async fn refuse(allow: &'static str) -> Result<HttpResponse, Problem> {
    Err(Problem::method_not_allowed(allow))
}

/// The base path without its slash, as people type it.
async fn with_slash(state: web::Data<State>) -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, state.address(""))).finish()
}

async fn unknown() -> Result<HttpResponse, Problem> {
    Err(Problem::not_found())
}
