//! `GET /v1/campaigns/{slug}/fragment.html`: the counter as HTML, for edge includes and for servers in any language. Made from
//! the published snapshot, never from the database.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::{
    flow::read_counter::Snapshot,
    http::{
        Problem, State, cached,
        extract::Form,
        page::{self, shown, view},
    },
    text::Library,
};

/// The counter of one campaign; `?variant=bar|compact|text`, `?theme=light|dark`, `?locale=`, `?for=member`, `?style=inline`.
///
/// # Errors
/// `unknown_campaign`; `invalid_input` for another variant, theme, reader or style than there are.
pub async fn show(
    state: web::Data<State>,
    slug: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let snapshot = find(&state, &slug)?;
    let query = Form::parse(request.query_string().as_bytes());
    let html = read(&state, &snapshot, &query)?.render(&chrome(&request, &state, &query));
    Ok(cached::answer(&request, cached::COUNTER, "text/html; charset=utf-8", html))
}

/// The published counter of this name.
///
/// # Errors
/// `unknown_campaign`.
pub fn find(state: &State, slug: &str) -> Result<std::sync::Arc<Snapshot>, Problem> {
    state.counters.find(slug).ok_or(Problem { code: "unknown_campaign", ..Problem::not_found() })
}

/// What surrounds a fragment: the language that the address names, else the newsroom's. The reader's own is not asked for, so
/// that one copy serves everybody.
pub fn chrome(request: &HttpRequest, state: &State, query: &Form) -> view::Chrome {
    let newsroom = state.counters.newsroom();
    let locale = query.get("locale").unwrap_or(&newsroom.locale);
    view::Chrome { texts: Library::shared().negotiate(locale), ..page::chrome(request, state, false) }
}

/// The fragment that an address asks for.
///
/// # Errors
/// `invalid_input`.
pub fn read(state: &State, snapshot: &Snapshot, query: &Form) -> Result<view::Fragment, Problem> {
    let campaign = &snapshot.campaign;
    Ok(view::Fragment {
        counter: shown::counter(campaign, &state.counters.offers()),
        as_of: campaign.as_of.timestamp(),
        join_url: campaign.join_url.clone(),
        account_url: state.address("account"),
        variant: variant(query.given("variant"))?,
        scheme: scheme(query.given("theme"))?,
        for_member: one_of("for", query.given("for"), "member")?,
        inline_style: one_of("style", query.given("style"), "inline")?,
        opens_on_top: false,
    })
}

fn variant(asked: Option<&str>) -> Result<view::Variant, Problem> {
    match asked {
        None | Some("bar") => Ok(view::Variant::Bar),
        Some("compact") => Ok(view::Variant::Compact),
        Some("text") => Ok(view::Variant::Text),
        Some(_) => Err(Problem::field("variant", "not_allowed", "must be bar, compact or text")),
    }
}

fn scheme(asked: Option<&str>) -> Result<Option<view::Scheme>, Problem> {
    match asked {
        None => Ok(None),
        Some("light") => Ok(Some(view::Scheme::Light)),
        Some("dark") => Ok(Some(view::Scheme::Dark)),
        Some(_) => Err(Problem::field("theme", "not_allowed", "must be light or dark")),
    }
}

/// Whether a switch is set, to the one word that it knows.
fn one_of(name: &'static str, asked: Option<&str>, word: &'static str) -> Result<bool, Problem> {
    match asked {
        None => Ok(false),
        Some(given) if given == word => Ok(true),
        Some(_) => Err(Problem::field(name, "not_allowed", "knows one word: member for `for`, inline for `style`")),
    }
}
