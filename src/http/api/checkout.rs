//! `POST /v1/checkout`: starting to pay.

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::gifts::GiftRequest;
use crate::{
    domain::{
        checkout::Attribution,
        email::Email,
        id::{CheckoutId, PriceId},
        plan::AmountFault,
    },
    flow::{
        check_out::{self, CheckOutError, Order},
        find_session::CurrentSession,
        limit_checkouts,
        once::Once,
    },
    http::{
        FieldFault, Problem, State,
        extract::{ClientAddress, Json, OwnOrigin, SignedIn, browser},
        page,
    },
};

/// The longest idempotency key, in bytes.
const KEY_MAX_BYTES: usize = 200;
/// The shortest: shorter ones collide.
const KEY_MIN_BYTES: usize = 8;

/// The longest promotion code, in bytes: the gateway takes none that is longer.
const PROMOTION_CODE_MAX_BYTES: usize = 500;
const UNKNOWN_PROMOTION_CODE: &str = "is no promotion code that holds now; leave it out to pay the full amount";

/// What a payer asks for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckoutRequest {
    /// A price on sale, by id: `GET /v1/plans` lists them.
    #[schemars(with = "PriceId")]
    price: String,
    /// The amount that the payer chose, in minor units, where the price takes one; without it the price's own.
    amount_minor: Option<i64>,
    /// A promotion code to take off.
    promotion_code: Option<String>,
    /// Whom the membership is for, where that is somebody else: it is paid once, and redeemed by a code.
    gift: Option<GiftRequest>,
    /// Required unless a member is signed in.
    email: Option<String>,
    /// The campaign that led here, by slug.
    campaign: Option<String>,
    #[serde(default)]
    attribution: Attribution,
    /// Where the reader goes after paying: at or below a registered address of a site.
    return_to: Option<String>,
}

/// A checkout that was started.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Checkout", deny_unknown_fields)]
pub struct CheckoutAnswer {
    checkout_id: CheckoutId,
    /// The payment service's page to pay on.
    checkout_url: String,
}

/// Starts a checkout.
///
/// # Errors
/// `invalid_input` with the fields at fault, `already_member`, `idempotency_mismatch`, `rate_limited`,
/// `payment_service_unavailable`.
pub async fn create(
    state: web::Data<State>,
    _own: OwnOrigin,
    client: ClientAddress,
    signed_in: SignedIn,
    request: HttpRequest,
    Json(body): Json<CheckoutRequest>,
) -> Result<HttpResponse, Problem> {
    limit_checkouts::take(&state.context, &client.0.to_string()).await.map_err(limited)?;
    let key = idempotency_key(&request)?;
    let browser = Browser::of(&request, &state, signed_in.0.as_ref());
    // Keys are the caller's choice and may be chosen twice: two visitors do not share them.
    let visitor = format!("visitor-{}", state.context.secret.pseudonym(&client.0.to_string()));
    let once_key = key.map(|key| (visitor, key));
    let order = order(&state, &request, body, signed_in.0, &browser, once_key)?;
    let started = check_out::start(&state.context, &order).await.map_err(Problem::from)?;
    let mut answer = HttpResponse::Created();
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    // A repeated request gets the checkout and no cookie: whoever repeats a key need not be whoever sent it first.
    if let Some(cookie) = browser.cookie(&state).filter(|_| !started.repeated) {
        answer.cookie(cookie);
    }
    Ok(answer.json(CheckoutAnswer { checkout_id: started.checkout_id, checkout_url: started.url }))
}

/// The browser that starts a checkout, by the cookie it has from now on.
///
/// Whoever is not signed in gets a fresh cookie. It signs nobody in until a payment makes a member.
#[derive(Debug)]
pub struct Browser {
    /// SHA-256 of the cookie.
    pub hash: String,
    /// SHA-256 of the cookie that the browser had before, if it gets another.
    pub replaced_hash: Option<String>,
    fresh_value: Option<String>,
}

impl Browser {
    /// The browser behind a request.
    pub fn of(request: &HttpRequest, state: &State, session: Option<&CurrentSession>) -> Self {
        if let Some(current) = session {
            let hash = current.session.token_hash.clone();
            return Self { hash, replaced_hash: None, fresh_value: None };
        }
        let value = browser::fresh_value(state);
        let replaced_hash = browser::hash_of(request, state, browser::SESSION_COOKIE);
        Self { hash: browser::hash(&value), replaced_hash, fresh_value: Some(value) }
    }

    /// The cookie to set, if the browser gets one.
    pub fn cookie(self, state: &State) -> Option<actix_web::cookie::Cookie<'static>> {
        let max_age_seconds = state.context.settings.session_ttl_seconds;
        self.fresh_value.map(|value| browser::cookie(state, browser::SESSION_COOKIE, value, max_age_seconds))
    }
}

fn order(
    state: &State,
    request: &HttpRequest,
    body: CheckoutRequest,
    session: Option<CurrentSession>,
    browser: &Browser,
    once_key: Option<(String, String)>,
) -> Result<Order, Problem> {
    let mut faults = Vec::new();
    let price_id = PriceId::parse(&body.price);
    if price_id.is_err() {
        faults.push(fault("price", "unknown_price", "is no price on sale; GET /v1/plans lists them"));
    }
    let email = body.email.as_deref().map(Email::parse).transpose().unwrap_or_else(|error| {
        faults.push(fault("email", "email_invalid", &error.to_string()));
        None
    });
    if body.promotion_code.as_deref().is_some_and(|code| !is_promotion_code(code)) {
        faults.push(fault("promotion_code", "unknown_promotion_code", UNKNOWN_PROMOTION_CODE));
    }
    let gift = body.gift.as_ref().map(|gift| gift.read(state.context.clock.business())).transpose();
    let gift = gift.unwrap_or_else(|found| {
        faults.extend(found);
        None
    });
    if let Some(field) = body.attribution.first_fault() {
        faults.push(fault(field, "too_long", "is longer than 500 bytes or holds a control character"));
    }
    let once = once_key.map(|(visitor, key)| Once {
        principal: session.as_ref().map_or(visitor, |one| one.member.id.to_string()),
        route: "POST /v1/checkout",
        key,
        body_hash: browser::hash(&format!("{body:?}")),
    });
    let (Ok(price_id), true) = (price_id, faults.is_empty()) else { return Err(Problem::fields(faults)) };
    Ok(Order {
        price_id,
        amount_minor: body.amount_minor,
        gift,
        promotion_code: body.promotion_code,
        email,
        campaign: body.campaign,
        attribution: body.attribution,
        return_to: body.return_to,
        locale: page::texts_for(request, state).tag().to_owned(),
        browser_hash: browser.hash.clone(),
        replaced_hash: browser.replaced_hash.clone(),
        member_id: session.map(|one| one.member.id),
        once,
    })
}

/// Whether a text can be a promotion code at all.
pub fn is_promotion_code(text: &str) -> bool {
    (1..=PROMOTION_CODE_MAX_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// What is wrong with an amount, in a word.
pub fn amount_code(fault: AmountFault) -> &'static str {
    match fault {
        AmountFault::Fixed(_) => "amount_fixed",
        AmountFault::TooSmall(_) => "amount_too_small",
        AmountFault::TooLarge(_) => "amount_too_large",
    }
}

fn amount_detail(fault: AmountFault) -> String {
    match fault {
        AmountFault::Fixed(minor) => format!("is fixed for this price: leave it out, or send {minor}"),
        AmountFault::TooSmall(minor) => format!("must be at least {minor}"),
        AmountFault::TooLarge(minor) => format!("must be at most {minor}"),
    }
}

fn fault(field: &str, code: &'static str, detail: &str) -> FieldFault {
    FieldFault { field: field.to_owned(), code, detail: detail.to_owned() }
}

/// The caller's idempotency key.
///
/// # Errors
/// `invalid_input` for one of no use.
pub fn idempotency_key(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let Some(value) = request.headers().get("idempotency-key") else { return Ok(None) };
    let is_good = |key: &&str| {
        (KEY_MIN_BYTES..=KEY_MAX_BYTES).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
    };
    let key = value.to_str().ok().filter(is_good);
    let wrong = || Problem::field("Idempotency-Key", "malformed", "must be 8 to 200 visible ASCII characters");
    key.map(|key| Some(key.to_owned())).ok_or_else(wrong)
}

/// How a used-up budget is told.
pub fn limited(error: limit_checkouts::LimitError) -> Problem {
    match error {
        limit_checkouts::LimitError::UsedUp { retry_after_seconds } => Problem::rate_limited(retry_after_seconds),
        limit_checkouts::LimitError::Internal(error) => Problem::internal(&error),
    }
}

impl From<CheckOutError> for Problem {
    fn from(error: CheckOutError) -> Self {
        match error {
            CheckOutError::UnknownPrice => {
                Self::field("price", "unknown_price", "is no price on sale; GET /v1/plans lists them")
            }
            CheckOutError::WrongAmount(fault) => Self::field("amount_minor", amount_code(fault), amount_detail(fault)),
            CheckOutError::NoGift => {
                Self::field("price", "no_gift", "opens nothing that could be given; GET /v1/plans lists what does")
            }
            CheckOutError::OtherCurrency(currency) => {
                Self::field("price", "currency_fixed", format!("must be in {currency}, which this member pays in"))
            }
            CheckOutError::UnknownPromotionCode => {
                Self::field("promotion_code", "unknown_promotion_code", UNKNOWN_PROMOTION_CODE)
            }
            CheckOutError::CodeNotTaken => {
                Self::field("promotion_code", "not_taken", "does not go with this price; leave it out")
            }
            CheckOutError::UnknownCampaign => {
                Self::field("campaign", "unknown_campaign", "is no public campaign; GET /v1/campaigns lists them")
            }
            CheckOutError::EmailMissing => Self::field("email", "missing", "is required unless a member is signed in"),
            CheckOutError::ReturnToNotAllowed => {
                Self::field("return_to", "return_to_not_allowed", "must lie at or below a registered address of a site")
            }
            CheckOutError::AlreadyMember => Self::conflict("already_member"),
            CheckOutError::KeyReused => Self::conflict("idempotency_mismatch"),
            CheckOutError::Limited(error) => limited(error),
            CheckOutError::Payments(error) => {
                tracing::warn!(%error, "a checkout could not be made");
                Self::payments_unavailable()
            }
            CheckOutError::Internal(error) => Self::internal(&error),
        }
    }
}
