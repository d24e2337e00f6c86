//! `GET /v1/authorize-request`: for nginx `auth_request` and forward-auth. 204, 401 or 403; the proxy shows the rest.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderName, HeaderValue},
    web,
};
use url::form_urlencoded::byte_serialize;

use crate::{
    flow::{
        authorize_request::{self, Verdict},
        check_access::{self, Asker},
    },
    http::{Problem, State, extract::SignedIn},
};

/// Answers for the gate in `X-Gate`. Only a proxy that overwrites this header can trust the answer.
///
/// # Errors
/// Besides 401 and 403, which are answers: `unknown_gate`, and `invalid_input` without `X-Gate`. Proxies take them for a fault of
/// theirs and keep the article back.
pub async fn show(state: web::Data<State>, signed_in: SignedIn, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let gate = text(&request, "x-gate");
    let gate = gate.ok_or_else(|| Problem::field("X-Gate", "missing", "must name the article's gate"))?;
    let asker = asker(&state, signed_in, &request).await?;
    let verdict = authorize_request::decide(&state.context, &asker, gate).await?;
    let mut answer = match &verdict {
        Verdict::Open(_) => HttpResponse::NoContent().finish(),
        Verdict::SignIn | Verdict::Join => HttpResponse::from_error(Problem::sign_in_required()),
        Verdict::Refused => HttpResponse::from_error(Problem::forbidden("entitlement_required")),
    };
    let mut set = |name: &'static str, value: &str| {
        // Slugs, ids and encoded addresses are all plain ASCII.
        if let Ok(value) = HeaderValue::from_str(value) {
            answer.headers_mut().insert(HeaderName::from_static(name), value);
        }
    };
    match &verdict {
        Verdict::Open(bearer) => {
            set("x-member", bearer.member_id.as_str());
            set("x-plan", &bearer.plans.join(","));
            set("x-gates", &bearer.gates.join(","));
        }
        Verdict::SignIn => set("x-offer-url", &offer_url(&state, &request, "sign-in").await?),
        Verdict::Join | Verdict::Refused => set("x-offer-url", &offer_url(&state, &request, "join").await?),
    }
    let headers = answer.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("Cookie, Authorization"));
    Ok(answer)
}

/// Who asks: the bearer of an access token, else the browser's session. A token that is not valid is nobody's. Other kinds of
/// `Authorization` are for the newsroom's own servers (a preview behind a password, say) and none of ours.
async fn asker(state: &State, signed_in: SignedIn, request: &HttpRequest) -> Result<Asker, Problem> {
    match text(request, "authorization").and_then(|value| value.strip_prefix("Bearer ")) {
        Some(token) => Ok(check_access::bearer(&state.context, token).await?.unwrap_or_default()),
        None => Ok(Asker { member: signed_in.0.map(|current| current.member), site: None }),
    }
}

/// Where the reader can get on: our page for it, with the way back to the article if that is a registered site's.
async fn offer_url(state: &State, request: &HttpRequest, page: &str) -> Result<String, Problem> {
    // Traefik and Caddy name the original address otherwise than nginx's usual configuration.
    let original = text(request, "x-original-uri").or_else(|| text(request, "x-forwarded-uri")).unwrap_or_default();
    let article = authorize_request::find_article(&state.context, original).await?;
    let Some(article) = article else { return Ok(state.address(page)) };
    let encoded: String = byte_serialize(article.address.as_str().as_bytes()).collect();
    Ok(state.address(&format!("{page}?site={}&return_to={encoded}", article.site)))
}

fn text<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::trim).filter(|value| !value.is_empty())
}
