//! The hosted checkout page and its authentication page.

use std::sync::Arc;

use actix_web::{HttpResponse, http::StatusCode, web};
use askama::Template;
use serde::Deserialize;
use serde_json::Value;

use super::{Link, broken, choice, html, message, see_other, words};
use crate::{
    billing::{
        checkout::{Attempt, Means, Paid, authenticate as authenticate_payment, pay as pay_session},
        totals, trial,
    },
    core::{
        card::{CardFault, TEST_CARDS, TestCard, read_card},
        debit::{NAMED, TEST_IBANS, TestIban, read_iban},
        error::ApiError,
        json::Peek,
        money::written,
        world::{PRIVATE, World},
    },
    object::{
        checkout_session::{Choice, choose},
        customer::is_email,
    },
    shared::Shared,
};

type State = web::Data<Arc<Shared>>;

/// What the payer typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// Two letters.
    pub country: String,
    /// A VAT id.
    pub vat_id: String,
    /// A promotion code.
    pub code: String,
    /// An amount in major units.
    pub amount: String,
    /// Filled by the button that reckons anew and pays nothing.
    update: String,
    /// The sum in minor units that the page showed.
    shown: Option<i64>,
    email: String,
    pay_by: String,
    card_number: String,
    card_expiry: String,
    card_cvc: String,
    iban: String,
    name: String,
}

/// A line of the order.
struct Line {
    product: String,
    quantity: i64,
    amount: String,
}

#[derive(Template)]
#[template(path = "checkout.html")]
struct CheckoutPage {
    lines: Vec<Line>,
    button: String,
    then: Option<String>,
    email: String,
    email_locked: bool,
    name: String,
    cancel_url: Option<String>,
    /// Field and sentence.
    fault: Option<(&'static str, String)>,
    declined: Option<String>,
    cards: &'static [TestCard],
    /// Accounts to try; none where the session takes no debits.
    accounts: &'static [TestIban],
    takes_cards: bool,
    by_debit: bool,
    choices: choice::Choices,
    sums: Vec<choice::Sum>,
    /// The sum in minor units that the page shows.
    shown: i64,
    notice: Option<String>,
}

impl CheckoutPage {
    /// Whether this field is the one at fault.
    fn is_wrong(&self, field: &str) -> bool {
        self.fault.as_ref().is_some_and(|(at, _)| *at == field)
    }
}

#[derive(Template)]
#[template(path = "authenticate.html")]
struct AuthenticationPage {
    amount: String,
    last4: String,
}

/// The page of a session.
pub async fn show(id: web::Path<String>, shared: State) -> HttpResponse {
    visit(&shared, &id, |world, session| html(StatusCode::OK, &page_of(world, session, &Typed::default())))
}

/// The button was pressed.
pub async fn pay(id: web::Path<String>, typed: web::Form<Typed>, shared: State) -> HttpResponse {
    visit(&shared, &id, |world, session| {
        if let Err(fault) = take_choice(world, session, &typed) {
            return at_fault(world, session, &typed, fault);
        }
        let session = world.get(session.str("id")).clone();
        if !typed.update.is_empty() {
            return html(StatusCode::OK, &page_of(world, &session, &typed));
        }
        // Nobody pays another sum than the one that they saw, or named.
        if choice::own_amount(world, &session).is_none()
            && typed.shown.is_some_and(|shown| shown != session.int("amount_total"))
        {
            let mut page = page_of(world, &session, &typed);
            page.notice = Some("The sum has changed by what you chose. Nothing was taken yet: please look, and press the button again.".into());
            return html(StatusCode::OK, &page);
        }
        match read_attempt(world, &session, &typed) {
            Err(fault) => at_fault(world, &session, &typed, fault),
            Ok(attempt) => {
                let paid = world.attempt(|world| pay_session(world, session.str("id"), &attempt));
                after(world, &session, &typed, paid)
            }
        }
    })
}

type Fault = (&'static str, String);

fn at_fault(world: &World, session: &Value, typed: &Typed, fault: Fault) -> HttpResponse {
    let mut page = page_of(world, session, typed);
    page.fault = Some(fault);
    html(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

fn take_choice(world: &mut World, session: &Value, typed: &Typed) -> Result<(), Fault> {
    let wanted = choice::read(world, session, typed)?;
    if wanted == Choice::default() && !choice::asks_vat_id(session) {
        return Ok(());
    }
    world.attempt(|world| choose(world, session.str("id"), &wanted)).map_err(|error| ("code", error.message))
}

/// The bank's question.
pub async fn show_authentication(id: web::Path<String>, shared: State) -> HttpResponse {
    visit(&shared, &id, |_, session| {
        let attempt = &session[PRIVATE]["attempt"];
        if attempt.is_null() {
            return see_other(&format!("/c/pay/{}", session.str("id")));
        }
        let amount = written(session.int("amount_total"), session.str("currency"));
        html(StatusCode::OK, &AuthenticationPage { amount, last4: attempt["means"]["card"].str("last4").to_owned() })
    })
}

/// The answer to the bank's question.
#[derive(Debug, Deserialize)]
pub struct Answer {
    outcome: String,
}

/// The payer approved, or did not.
pub async fn authenticate(id: web::Path<String>, answer: web::Form<Answer>, shared: State) -> HttpResponse {
    visit(&shared, &id, |world, session| {
        let kept: Typed = typed_before(&session[PRIVATE]["attempt"]);
        let paid = world.attempt(|world| authenticate_payment(world, session.str("id"), answer.outcome == "approve"));
        after(world, session, &kept, paid)
    })
}

fn typed_before(attempt: &Value) -> Typed {
    Typed { email: attempt.str("email").to_owned(), name: attempt.str("name").to_owned(), ..Typed::default() }
}

/// Opens a session for a page; sessions that are over, or unknown, have pages of their own.
fn visit(shared: &Shared, id: &str, work: impl FnOnce(&mut World, &Value) -> HttpResponse) -> HttpResponse {
    let visited = shared.with(|world| {
        let session = world.get(id).clone();
        match (session.str("object"), session.str("status")) {
            ("checkout.session", "open") => {
                let clock = world.clock_of(id);
                world.in_time_of(clock, |world| work(world, &session))
            }
            ("checkout.session", status) => closed(&session, status),
            _ => message(
                StatusCode::NOT_FOUND,
                "There is no such checkout",
                "The link may be incomplete. Nothing was taken.",
                None,
            ),
        }
    });
    visited.unwrap_or_else(|fault| broken(&fault))
}

fn closed(session: &Value, status: &str) -> HttpResponse {
    if status == "complete" {
        let link = Link { address: success_address(session), words: "Go on" };
        return message(
            StatusCode::OK,
            "This has been paid",
            "You paid here already; nothing more was taken.",
            Some(link),
        );
    }
    let link = session
        .text("cancel_url")
        .map(|address| Link { address: address.to_owned(), words: "Go back and start again" });
    message(
        StatusCode::GONE,
        "This checkout has expired",
        "Nothing was taken. Go back to where you came from and start again.",
        link,
    )
}

fn page_of(world: &World, session: &Value, typed: &Typed) -> CheckoutPage {
    let total = session.int("amount_total");
    let kept = session[PRIVATE].items("line_items");
    let first = world.get(kept.first().map(|line| line.str("price")).unwrap_or_default());
    let locked = locked_email(world, session);
    let subscribes = session.str("mode") == "subscription";
    let sum = words::amount_and_interval(total, first);
    CheckoutPage {
        lines: kept.iter().map(|line| line_of(world, line)).collect(),
        button: if subscribes && session[PRIVATE].flag("nothing_due") {
            "Start the trial".into()
        } else if choice::own_amount(world, session).is_some() {
            "Pay".into()
        } else if subscribes {
            format!("Subscribe for {sum}")
        } else {
            format!("Pay {sum}")
        },
        then: subscribes.then(|| next_payment(world, session, first, total)),
        email: locked.clone().unwrap_or_else(|| typed.email.clone()),
        email_locked: locked.is_some(),
        name: typed.name.clone(),
        cancel_url: session.text("cancel_url").map(str::to_owned),
        fault: None,
        declined: None,
        cards: TEST_CARDS,
        accounts: if takes(session, DEBIT) { &TEST_IBANS[..NAMED] } else { &[] },
        takes_cards: takes(session, "card"),
        by_debit: pays_by_debit(session, typed),
        choices: choice::choices_of(world, session, typed),
        sums: choice::sums_of(session, first),
        shown: total,
        notice: None,
    }
}

const DEBIT: &str = "sepa_debit";

fn takes(session: &Value, method_type: &str) -> bool {
    session.items("payment_method_types").iter().any(|one| one == method_type)
}

fn pays_by_debit(session: &Value, typed: &Typed) -> bool {
    takes(session, DEBIT) && (typed.pay_by == DEBIT || !takes(session, "card"))
}

fn line_of(world: &World, line: &Value) -> Line {
    let price = world.get(line.str("price"));
    let amount = words::amount_and_interval(line.int("amount_subtotal"), price);
    Line { product: line.str("description").to_owned(), quantity: line.int("quantity"), amount }
}

fn next_payment(world: &World, session: &Value, price: &Value, total: i64) -> String {
    if let Ok(Some(end)) = trial::wanted_end(world, &session[PRIVATE]["subscription_data"]) {
        let (each, from) = (words::amount_and_interval(totals::later_total(world, session), price), words::date(end));
        return format!("Nothing today, then {each} from {from} until you cancel.");
    }
    let amount = written(total, price.str("currency"));
    let next = crate::object::price::interval(price).map_or(0, |interval| interval.next_end(world.now(), world.now()));
    let later = words::amount_and_interval(totals::later_total(world, session), price);
    format!("{amount} today, then {later} from {} until you cancel.", words::date(next))
}

/// The address that the session came with.
fn locked_email(world: &World, session: &Value) -> Option<String> {
    let known = session.text("customer_email").or_else(|| world.get(session.str("customer")).text("email"));
    known.map(str::to_owned)
}

fn read_attempt(world: &World, session: &Value, typed: &Typed) -> Result<Attempt, (&'static str, String)> {
    let email = locked_email(world, session).unwrap_or_else(|| typed.email.trim().to_owned());
    if !is_email(&email) {
        return Err(("email", "Type an e-mail address, for example jane@example.com.".into()));
    }
    let means = read_means(world, session, typed).map_err(|(field, sentence)| (field, sentence.to_owned()))?;
    let name = typed.name.trim();
    if name.is_empty() || name.chars().count() > 200 {
        return Err(("name", "Type the name on the card or of the account.".into()));
    }
    Ok(Attempt { email, name: name.to_owned(), means })
}

fn read_means(world: &World, session: &Value, typed: &Typed) -> Result<Means, CardFault> {
    if pays_by_debit(session, typed) {
        return read_iban(&typed.iban).map(Means::Debit);
    }
    let today = words::year_and_month(world.now());
    read_card(&typed.card_number, &typed.card_expiry, &typed.card_cvc, today).map(Means::Card)
}

fn after(world: &World, session: &Value, typed: &Typed, paid: Result<Paid, ApiError>) -> HttpResponse {
    match paid {
        Ok(Paid::Complete) => see_other(&success_address(session)),
        Ok(Paid::NeedsAuthentication) => see_other(&format!("/c/pay/{}/authenticate", session.str("id"))),
        Ok(Paid::Declined(decline)) => {
            let mut page = page_of(world, session, typed);
            page.declined = Some(decline.message.to_owned());
            html(StatusCode::PAYMENT_REQUIRED, &page)
        }
        Err(error) => message(StatusCode::CONFLICT, "That did not work", &error.message, None),
    }
}

fn success_address(session: &Value) -> String {
    session.str("success_url").replace("{CHECKOUT_SESSION_ID}", session.str("id"))
}
