//! `/join` and `/give`: one page, few choices.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};

use super::{choice, chrome, gift, private, see_other, shown, view};
use crate::{
    domain::{
        checkout::Attribution,
        email::Email,
        entitlement::{Entitlement, Source},
        id::{CheckoutId, PriceId},
        money::Currency,
        plan::AmountFault,
    },
    flow::{
        check_out::{self, CheckOutError, Order},
        find_session::{self, CurrentSession},
        finish_checkout, limit_checkouts, read_member,
        read_plans::{self, Offer},
        return_address,
    },
    http::{
        Problem, State,
        api::checkout::{Browser, limited},
        extract::{ClientAddress, Form, SignedIn, browser, country},
    },
};

/// Parameters that say where a reader came from.
const ATTRIBUTION: [&str; 7] =
    ["referrer", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "variant"];

/// The page to become a member.
///
/// # Errors
/// `return_to_not_allowed` for an address elsewhere.
pub async fn show(state: web::Data<State>, signed_in: SignedIn, request: HttpRequest) -> Result<HttpResponse, Problem> {
    show_for(&state, signed_in, &request, view::Occasion::Join).await
}

/// The page to give once.
///
/// # Errors
/// `not_found` where no contribution is sold, `return_to_not_allowed` for an address elsewhere.
pub async fn show_give(
    state: web::Data<State>,
    signed_in: SignedIn,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    if choice::plans(&state.counters.offers(), view::Occasion::Give).is_empty() {
        return Err(Problem::not_found());
    }
    show_for(&state, signed_in, &request, view::Occasion::Give).await
}

pub(super) async fn show_for(
    state: &State,
    signed_in: SignedIn,
    request: &HttpRequest,
    occasion: view::Occasion,
) -> Result<HttpResponse, Problem> {
    let query = Form::parse(request.query_string().as_bytes());
    refuse_elsewhere(state, &query).await?;
    if occasion == view::Occasion::Join
        && let Some(page) = already_member(state, signed_in.0.as_ref(), &query).await?
    {
        return Ok(private(state, StatusCode::OK, page.render(&chrome(request, state, true))));
    }
    let notice = match query.get("checkout") {
        Some(_) => Some(view::JoinNotice::Cancelled),
        None if occasion == view::Occasion::Join => what_runs(state, signed_in.0.as_ref()).await?,
        None => None,
    };
    let filled = Filled { kept: kept(state, request, &query).await?, ..Filled::of(occasion, &query, notice) };
    render(state, request, signed_in.0, filled, StatusCode::OK).await
}

/// Starts to pay for a membership.
///
/// # Errors
/// `rate_limited`, `return_to_not_allowed`; faults of fields are shown on the page.
pub async fn submit(
    state: web::Data<State>,
    client: ClientAddress,
    signed_in: SignedIn,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Problem> {
    submit_for(&state, client, signed_in, &request, &form, view::Occasion::Join).await
}

/// Starts to pay for a contribution.
///
/// # Errors
/// As [`submit`].
pub async fn submit_give(
    state: web::Data<State>,
    client: ClientAddress,
    signed_in: SignedIn,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Problem> {
    submit_for(&state, client, signed_in, &request, &form, view::Occasion::Give).await
}

pub(super) async fn submit_for(
    state: &State,
    client: ClientAddress,
    signed_in: SignedIn,
    request: &HttpRequest,
    form: &Form,
    occasion: view::Occasion,
) -> Result<HttpResponse, Problem> {
    limit_checkouts::take(&state.context, &client.0.to_string()).await.map_err(limited)?;
    let browser = Browser::of(request, state, signed_in.0.as_ref());
    let order = match order(state, request, form, signed_in.0.as_ref(), &browser, occasion) {
        Ok(order) => order,
        Err(faults) => {
            let filled = Filled { faults, ..Filled::of(occasion, form, None) };
            return render(state, request, signed_in.0, filled, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
    };
    match check_out::start(&state.context, &order).await {
        Ok(started) => {
            let mut answer = see_other(&started.url);
            if let Some(cookie) = browser.cookie(state) {
                answer.add_cookie(&cookie).map_err(|_| Problem::bad_request("invalid_input"))?;
            }
            Ok(answer)
        }
        Err(CheckOutError::AlreadyMember) => Ok(see_other(&state.address("account?notice=already-member"))),
        Err(CheckOutError::Payments(error)) => {
            tracing::warn!(%error, "a checkout could not be made");
            let filled = Filled::of(occasion, form, Some(view::JoinNotice::Unavailable));
            render(state, request, signed_in.0, filled, StatusCode::BAD_GATEWAY).await
        }
        Err(
            CheckOutError::UnknownPrice | CheckOutError::NoGift | CheckOutError::WrongAmount(AmountFault::Fixed(_)),
        ) => {
            let faults = vec![fault(request, state, "price", "unknown_price")];
            let filled = Filled { faults, ..Filled::of(occasion, form, None) };
            render(state, request, signed_in.0, filled, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(CheckOutError::OtherCurrency(_)) => {
            let faults = vec![fault(request, state, "price", "currency_fixed")];
            let filled = Filled { faults, ..Filled::of(occasion, form, None) };
            render(state, request, signed_in.0, filled, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(CheckOutError::WrongAmount(wrong)) => {
            let faults = vec![choice::amount_fault(request, state, &order.price_id, wrong)];
            let filled = Filled { faults, ..Filled::of(occasion, form, None) };
            render(state, request, signed_in.0, filled, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(error) => Err(error.into()),
    }
}

struct Filled<'a> {
    occasion: view::Occasion,
    query: &'a Form,
    faults: Vec<view::FieldFault>,
    notice: Option<view::JoinNotice>,
    /// What this browser had typed before it went to pay.
    kept: Option<(String, String)>,
}

impl<'a> Filled<'a> {
    fn of(occasion: view::Occasion, query: &'a Form, notice: Option<view::JoinNotice>) -> Self {
        Self { occasion, query, faults: Vec::new(), notice, kept: None }
    }
}

/// What the browser that comes back without paying had chosen; the address of the page alone gives nothing.
async fn kept(state: &State, request: &HttpRequest, query: &Form) -> Result<Option<(String, String)>, Problem> {
    let id = query.get("checkout").and_then(|text| CheckoutId::parse(text).ok());
    let (Some(id), Some(hash)) = (id, browser::hash_of(request, state, browser::SESSION_COOKIE)) else {
        return Ok(None);
    };
    let left = finish_checkout::left_unpaid(&state.context, &id, &hash).await?;
    let chosen = |price_id: PriceId, amount_minor: Option<i64>| match amount_minor {
        Some(minor) => format!("{price_id}:{minor}"),
        None => price_id.to_string(),
    };
    Ok(left.map(|left| (left.email, chosen(left.price_id, left.amount_minor))))
}

async fn refuse_elsewhere(state: &State, query: &Form) -> Result<(), Problem> {
    let Some(address) = query.get("return_to") else { return Ok(()) };
    if return_address::is_registered(&state.context, address).await? {
        return Ok(());
    }
    Err(Problem::bad_request("return_to_not_allowed"))
}

async fn already_member(
    state: &State,
    session: Option<&CurrentSession>,
    query: &Form,
) -> Result<Option<view::AlreadyMemberPage>, Problem> {
    let Some(current) = session else { return Ok(None) };
    let profile = read_member::read(&state.context, &current.member.id).await?;
    let plan_title = profile.as_ref().and_then(|profile| {
        let (_, price) = profile.running()?;
        Some(
            price
                .as_ref()
                .and_then(|price| profile.plan(&price.plan_id))
                .map(|plan| plan.title.clone())
                .unwrap_or_default(),
        )
    });
    let return_to = query.get("return_to").map(str::to_owned);
    Ok(plan_title.map(|plan_title| view::AlreadyMemberPage { plan_title, return_to }))
}

/// What is open to a reader whom nobody bills, and for how long: they are told before they pay for the same days.
async fn what_runs(state: &State, session: Option<&CurrentSession>) -> Result<Option<view::JoinNotice>, Problem> {
    let Some(current) = session else { return Ok(None) };
    let Some(profile) = read_member::read(&state.context, &current.member.id).await? else { return Ok(None) };
    let now = state.context.clock.business();
    let is_given = |right: &&Entitlement| {
        matches!(right.source, Source::Gift | Source::Contribution | Source::Offline) && right.window.until > Some(now)
    };
    let last = profile.entitlements.iter().filter(is_given).max_by_key(|right| right.window.until);
    Ok(last.and_then(|right| {
        let plan_title = profile.plan(&right.plan_id)?.title.clone();
        Some(view::JoinNotice::Runs { plan_title, until: right.window.until?.timestamp() })
    }))
}

async fn render(
    state: &State,
    request: &HttpRequest,
    session: Option<CurrentSession>,
    filled: Filled<'_>,
    status: StatusCode,
) -> Result<HttpResponse, Problem> {
    let person = match &session {
        Some(current) => find_session::person(&state.context, &current.member).await?,
        None => None,
    };
    let chrome = chrome(request, state, session.is_some());
    let all = state.counters.offers();
    let fixed = match &session {
        Some(current) => check_out::fixed_currency(&state.context, &current.member.id).await?,
        None => None,
    };
    let asked = filled.query.get("price").or(filled.kept.as_ref().map(|(_, price)| price.as_str()));
    let wishes = choice::Wishes {
        fixed,
        price: asked,
        switched: filled.query.get("currency"),
        country: country::currencies(request, state),
    };
    let currency = choice::currency(&all, &wishes);
    let offers = currency.map(|currency| read_plans::in_currency(&all, currency)).unwrap_or_default();
    let mut plans = choice::plans(&offers, filled.occasion);
    if !state.context.settings.extras.tax {
        choice::without_added_tax(&mut plans);
    }
    let chosen_price = choice::choose(&mut plans, asked, filled.query, &filled.faults);
    let campaign =
        filled.query.get("campaign").and_then(|slug| state.counters.find(slug)).or_else(|| state.counters.front());
    let page = view::JoinPage {
        occasion: filled.occasion,
        others: others(&offers),
        gift: gift::typed(filled.query),
        currencies: if fixed.is_some() { Vec::new() } else { codes(&all, currency) },
        plans,
        chosen_price,
        email_fixed: person.is_some(),
        email: match &person {
            Some(person) => person.email.as_str().to_owned(),
            None => {
                let kept = filled.kept.as_ref().map(|(email, _)| email.as_str());
                filled.query.get("email").or(kept).unwrap_or_default().to_owned()
            }
        },
        counter: campaign
            .filter(|_| filled.occasion == view::Occasion::Join)
            .map(|snapshot| shown::counter(&snapshot.campaign, &all)),
        carried: carried(filled.query),
        today: chrome.now.to_zoned_datetime(chrome.time_zone.clone()).date(),
        notice: filled.notice,
        faults: filled.faults,
    };
    Ok(private(state, status, page.render(&chrome)))
}

/// What there is a page for.
fn others(offers: &[Offer]) -> Vec<view::Occasion> {
    let all = [view::Occasion::Join, view::Occasion::Give, view::Occasion::Gift];
    all.into_iter().filter(|occasion| !choice::plans(offers, *occasion).is_empty()).collect()
}

/// The currencies that are sold in, the shown one first.
fn codes(offers: &[Offer], shown: Option<Currency>) -> Vec<String> {
    let mut codes = read_plans::currencies(offers);
    codes.sort_by_key(|currency| Some(*currency) != shown);
    codes.iter().map(ToString::to_string).collect()
}

/// What comes along through a form.
pub fn carried(query: &Form) -> view::CarriedOver {
    let text = |name: &str| query.get(name).map(str::to_owned);
    let came_from = ATTRIBUTION.iter().filter_map(|name| Some(((*name).to_owned(), text(name)?)));
    view::CarriedOver {
        site: text("site"),
        return_to: text("return_to"),
        campaign: text("campaign"),
        article: text("article"),
        attribution: came_from.collect(),
    }
}

fn order(
    state: &State,
    request: &HttpRequest,
    form: &Form,
    session: Option<&CurrentSession>,
    browser: &Browser,
    occasion: view::Occasion,
) -> Result<Order, Vec<view::FieldFault>> {
    let mut faults = Vec::new();
    let (price_id, amount_minor) = match choice::read(form.get("price").unwrap_or_default(), state, form) {
        Ok((price_id, amount_minor)) => (Some(price_id), amount_minor),
        Err(choice::Unclear::Price) => {
            faults.push(fault(request, state, "price", "unknown_price"));
            (None, None)
        }
        Err(choice::Unclear::Amount { field }) => {
            let message = super::texts_for(request, state).say("own-amount-missing").text();
            faults.push(view::FieldFault { field, message });
            (None, None)
        }
        Err(choice::Unclear::WrongAmount { price_id, wrong }) => {
            faults.push(choice::amount_fault(request, state, &price_id, wrong));
            (None, None)
        }
    };
    let email = Email::parse(form.get("email").unwrap_or_default());
    if session.is_none() && email.is_err() {
        faults.push(fault(request, state, "email", "email_invalid"));
    }
    let gift = match occasion {
        view::Occasion::Gift => gift::read(state, request, form).map(Some).unwrap_or_else(|found| {
            faults.extend(found);
            None
        }),
        view::Occasion::Join | view::Occasion::Give => None,
    };
    let (Some(price_id), true) = (price_id, faults.is_empty()) else { return Err(faults) };
    Ok(Order {
        price_id,
        amount_minor,
        gift,
        promotion_code: None,
        email: email.ok().filter(|_| session.is_none()),
        // A campaign that has gone in the meantime is no reason to refuse a member.
        campaign: form.get("campaign").filter(|slug| state.counters.find(slug).is_some()).map(str::to_owned),
        attribution: attribution(form),
        return_to: form.get("return_to").map(str::to_owned),
        locale: super::texts_for(request, state).tag().to_owned(),
        browser_hash: browser.hash.clone(),
        replaced_hash: browser.replaced_hash.clone(),
        member_id: session.map(|current| current.member.id.clone()),
        once: None,
    })
}

/// Where the payer came from; a value of no use is left out.
fn attribution(form: &Form) -> Attribution {
    let text = |name: &str| form.get(name).map(str::to_owned);
    let said = Attribution {
        article: text("article"),
        referrer: text("referrer"),
        utm_source: text("utm_source"),
        utm_medium: text("utm_medium"),
        utm_campaign: text("utm_campaign"),
        utm_term: text("utm_term"),
        utm_content: text("utm_content"),
        variant: text("variant"),
    };
    if said.first_fault().is_none() { said } else { Attribution::default() }
}

fn fault(request: &HttpRequest, state: &State, field: &str, code: &str) -> view::FieldFault {
    view::FieldFault { field: field.to_owned(), message: super::texts_for(request, state).field_fault(code) }
}
