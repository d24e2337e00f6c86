//! `/welcome`: coming back from paying. The page's own address is not believed; a GET signs nobody in.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};

use super::{chrome, private, view};
use crate::{
    domain::{
        attempt::ATTEMPT_TTL_SECONDS,
        campaign::CampaignState,
        checkout::{Checkout, CheckoutState, Purpose},
        id::CheckoutId,
    },
    flow::{
        find_session::{self, CurrentSession},
        finish_checkout::{self, Looked, Taken},
    },
    http::{
        Problem, State,
        extract::{Form, browser},
    },
};

/// How often the counter is looked at before the page is shown all the same.
const COUNTER_LOOKS: u32 = 40;
/// How long between two looks.
const COUNTER_LOOK_EVERY: Duration = Duration::from_millis(25);

/// The page.
///
/// # Errors
/// `unknown_checkout` for anybody but the browser that paid and the member who was paid for.
pub async fn show(state: web::Data<State>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let query = Form::parse(request.query_string().as_bytes());
    let unknown = || Problem { code: "unknown_checkout", ..Problem::not_found() };
    let id = query.get("checkout").and_then(|text| CheckoutId::parse(text).ok()).ok_or_else(unknown)?;
    let hash = browser::hash_of(&request, &state, browser::SESSION_COOKIE).unwrap_or_default();
    let before = session(&state, &hash).await?;
    let member_id = before.as_ref().map(|current| &current.member.id);
    let looked = finish_checkout::look(&state.context, &id, &hash, member_id).await?.ok_or_else(unknown)?;
    // The payment may have signed this browser in just now.
    let current = session(&state, &hash).await?;
    let own = current.as_ref().filter(|current| looked.checkout.member_id.as_ref() == Some(&current.member.id));
    if own.is_some() {
        wait_for_counter(&state).await?;
    }
    let page = view::WelcomePage {
        state: shown_state(&state, &looked, own),
        return_to: looked.checkout.return_to.clone(),
        email: finish_checkout::payer(&state.context, &looked.checkout).await?.map(|p| p.email.as_str().to_owned()),
        carried: carried(&looked.checkout),
        occasion: match looked.checkout.purpose {
            Purpose::Gift => view::Occasion::Gift,
            _ if looked.is_contribution => view::Occasion::Give,
            _ => view::Occasion::Join,
        },
    };
    let html = page.render(&chrome(&request, &state, current.is_some()));
    let mut answer = private(&state, StatusCode::OK, html);
    if page.state == view::WelcomeState::PaidNotSignedIn {
        lend_code_cookie(&state, &request, &mut answer)?;
    }
    Ok(answer)
}

/// The reader is to see a number that they are in: the counter is a bell and a fold behind, some milliseconds.
async fn wait_for_counter(state: &State) -> Result<(), Problem> {
    for _ in 0..COUNTER_LOOKS {
        if state.counters.is_current(&state.context).await? {
            break;
        }
        tokio::time::sleep(COUNTER_LOOK_EVERY).await;
    }
    Ok(())
}

async fn session(state: &State, hash: &str) -> Result<Option<CurrentSession>, Problem> {
    Ok(find_session::find(&state.context, hash).await?)
}

fn shown_state(state: &State, looked: &Looked, own: Option<&CurrentSession>) -> view::WelcomeState {
    match (looked.checkout.state, own) {
        (CheckoutState::Creating | CheckoutState::Open, _) if looked.taken.is_some() => match looked.taken {
            Some(Taken::Disputed) => view::WelcomeState::Disputed,
            _ => view::WelcomeState::SentBack,
        },
        (CheckoutState::Settling, _) if looked.checkout.purpose == Purpose::Gift => view::WelcomeState::GiftSettling,
        (CheckoutState::Paid, _) if looked.checkout.purpose == Purpose::Gift => view::WelcomeState::Gifted,
        (CheckoutState::Paid, _) if looked.is_contribution => view::WelcomeState::Given,
        (CheckoutState::Settling, _) if looked.is_contribution => view::WelcomeState::GivenSettling,
        (CheckoutState::Paid, Some(_)) => view::WelcomeState::Paid { count: running_count(state) },
        (CheckoutState::Duplicate, Some(_)) => view::WelcomeState::Duplicate,
        // Whether the address had a membership before is told by mail alone.
        (CheckoutState::Paid | CheckoutState::Duplicate, None) => view::WelcomeState::PaidNotSignedIn,
        (CheckoutState::Settling, Some(_)) => view::WelcomeState::Settling,
        (CheckoutState::Settling, None) => view::WelcomeState::SettlingNotSignedIn,
        (CheckoutState::Expired, _) => view::WelcomeState::Expired,
        (CheckoutState::Creating | CheckoutState::Open, _) if looked.waiting => view::WelcomeState::Pending,
        (CheckoutState::Creating | CheckoutState::Open, _) => view::WelcomeState::Cancelled,
    }
}

/// How many there are now: an ended campaign's figure no longer says so.
fn running_count(state: &State) -> Option<i64> {
    let front = state.counters.front()?;
    (front.campaign.state != CampaignState::Ended).then_some(front.campaign.count)
}

fn carried(checkout: &Checkout) -> view::CarriedOver {
    view::CarriedOver {
        return_to: checkout.return_to.clone(),
        article: checkout.attribution.article.clone(),
        ..view::CarriedOver::default()
    }
}

/// The code in the mail works in the browser that paid: its own cookie stands for the attempt's. It signs nobody in.
fn lend_code_cookie(state: &State, request: &HttpRequest, answer: &mut HttpResponse) -> Result<(), Problem> {
    let Some(value) = browser::value_of(request, state, browser::SESSION_COOKIE) else { return Ok(()) };
    let cookie = browser::cookie(state, browser::ATTEMPT_COOKIE, value, ATTEMPT_TTL_SECONDS);
    answer.add_cookie(&cookie).map_err(|_| Problem::bad_request("invalid_input"))
}
