//! A story's page, and its body for those who come with a token.

use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, HeaderValue, VARY};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde_json::json;

use super::frame::{Frame, Visit};
use super::{notice, render};
use crate::addresses::Addresses;
use crate::app::Newsroom;
use crate::gate::{self, Reading, Why};
use crate::problem::Problem;
use crate::reader::{self, Verified};
use crate::sign_in::{self, LocalPath};
use crate::story::{Gate, Story};
use crate::{clock, headers};

#[derive(Template)]
#[template(path = "story.html")]
struct StoryPage<'a> {
    frame: Frame,
    story: &'a Story,
    /// What this reader may read, as HTML.
    text: String,
    /// The box at the story's end, if it ends early.
    gate: Option<GateBox>,
    json_ld: String,
    others: Vec<&'a Story>,
}

struct GateBox {
    kind: GateKind,
    join_url: String,
    sign_in_path: String,
    story_path: String,
    from: Option<String>,
}

/// What the box asks the reader to do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum GateKind {
    Join,
    JoinSignedIn,
    SignIn,
    /// Signed in, with an address that has not answered yet.
    Confirm,
    /// Masthead is out of reach, so nothing can be asked.
    Resting,
}

/// `GET /stories/{slug}`
pub async fn story(request: HttpRequest, slug: web::Path<String>, newsroom: web::Data<Newsroom>) -> HttpResponse {
    let Some(story) = newsroom.edition.find(&slug) else {
        return notice::missing(request, newsroom.clone()).await;
    };
    let visit = Visit::read(&request, &newsroom).await;
    let may_renew = visit.counter.is_reachable() && reader::may_renew(&request);
    let gate = match gate::decide(story.gate, &visit.standing, may_renew) {
        Reading::Whole => None,
        Reading::Teaser(why) => Some(gate_box(story, why, &visit, &newsroom).await),
        Reading::Renew => match sign_in::renew(&newsroom, &LocalPath::story(&story.slug), visit.now) {
            Some(redirect) => return redirect,
            None => Some(gate_box(story, Why::Stranger, &visit, &newsroom).await),
        },
    };
    let mut response = render(StatusCode::OK, &compose(story, gate, &visit, &newsroom));
    if story.gate != Gate::Open {
        headers::never_stored(&mut response);
    }
    response
}

/// `GET /stories/{slug}/body` with `Authorization: Bearer …`: the whole text as an HTML fragment. Cookies do not
/// count here.
pub async fn body(request: HttpRequest, slug: web::Path<String>, newsroom: web::Data<Newsroom>) -> HttpResponse {
    let mut response = match newsroom.edition.find(&slug) {
        None => Problem::NoSuchStory.response(),
        Some(story) => match refusal(&request, story, &newsroom).await {
            Some(problem) => problem.response(),
            None => {
                let mut response = HttpResponse::Ok().body(story.body_html());
                headers::html(&mut response);
                response
            }
        },
    };
    headers::never_stored(&mut response);
    response.headers_mut().insert(VARY, HeaderValue::from_static("Authorization, Cookie"));
    response
}

async fn refusal(request: &HttpRequest, story: &Story, newsroom: &Newsroom) -> Option<Problem> {
    if story.gate == Gate::Open {
        return None;
    }
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| value.split_once(' ')).filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer"));
    let Some((_, token)) = token else { return Some(Problem::TokenMissing) };
    match reader::verify(newsroom, token.trim(), clock::now()).await {
        Verified::Good(token) => {
            let opens = gate::token_opens(&token, story, &newsroom.addresses.story(&story.slug));
            (!opens).then_some(Problem::NoRight)
        }
        Verified::Bad(_) => Some(Problem::TokenInvalid),
        Verified::CannotCheck => Some(Problem::CannotCheck),
    }
}

async fn gate_box(story: &Story, why: Why, visit: &Visit, newsroom: &Newsroom) -> GateBox {
    let is_members = story.gate == Gate::Members;
    let kind = match why {
        _ if !visit.counter.is_reachable() => GateKind::Resting,
        Why::Unchecked => GateKind::Resting,
        Why::NoRight if is_members => GateKind::JoinSignedIn,
        Why::NoRight => GateKind::Confirm,
        Why::Stranger if is_members => GateKind::Join,
        Why::Stranger => GateKind::SignIn,
    };
    let asks_to_join = kind != GateKind::Resting && is_members;
    let path = LocalPath::story(&story.slug);
    GateBox {
        kind,
        join_url: newsroom.addresses.join(Some(&story.slug)),
        sign_in_path: Addresses::sign_in_path(path.as_str()),
        story_path: path.as_str().to_owned(),
        from: if asks_to_join { newsroom.masthead.plans.from(visit.now).await } else { None },
    }
}

fn compose<'a>(story: &'a Story, gate: Option<GateBox>, visit: &Visit, newsroom: &'a Newsroom) -> StoryPage<'a> {
    let path = format!("/stories/{}", story.slug);
    let title = format!("{} · The Harbour Ledger", story.headline);
    let mut frame = Frame::new(newsroom, visit, &path, &title, &story.standfirst);
    frame.join_url = newsroom.addresses.join(Some(&story.slug));
    StoryPage {
        // Architecture invariant: the whole text is asked for here alone, and only where no gate stands.
        text: if gate.is_none() { story.body_html() } else { story.teaser_html() },
        json_ld: json_ld(story, &frame.canonical),
        others: others(story, gate.is_some(), newsroom),
        frame,
        story,
        gate,
    }
}

/// Three more stories; for whoever stands before a gate, those that are open.
fn others<'a>(story: &Story, is_gated: bool, newsroom: &'a Newsroom) -> Vec<&'a Story> {
    let mut others: Vec<&Story> = newsroom.edition.stories().iter().filter(|other| other.slug != story.slug).collect();
    if is_gated {
        others.sort_by_key(|other| other.gate != Gate::Open);
    }
    others.truncate(3);
    others
}

/// What search engines read. It says that a gated story is gated, and has none of its text.
fn json_ld(story: &Story, canonical: &str) -> String {
    let is_open = story.gate == Gate::Open;
    let mut article = json!({
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": story.headline,
        "description": story.standfirst,
        "datePublished": story.timestamp(),
        "author": { "@type": "Person", "name": story.byline },
        "articleSection": story.section,
        "mainEntityOfPage": canonical,
        "isAccessibleForFree": is_open,
        "publisher": { "@type": "NewsMediaOrganization", "name": "The Harbour Ledger" },
    });
    if !is_open && let Some(article) = article.as_object_mut() {
        let gated = json!({ "@type": "WebPageElement", "isAccessibleForFree": false, "cssSelector": ".gate" });
        article.insert("hasPart".to_owned(), gated);
    }
    // Inside a script element only `<` could end it.
    article.to_string().replace('<', "\\u003c")
}
