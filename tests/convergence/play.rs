//! Playing a round: readers join through the newsroom's own API, and live as their histories say.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    arena::Arena,
    gifts::{Gift, Given},
    history::{Act, History, Round},
    objects::text,
    support::{SeededEntropy, browser_client, until},
};

/// A reader, as far as the round has come.
pub struct Reader {
    email: String,
    /// Who comes next in the round.
    next: String,
    card: &'static str,
    price: usize,
    /// Our references of their checkouts.
    checkouts: Vec<String>,
    /// What they paid for others.
    pub gifts: Vec<Gift>,
    sessions: Vec<String>,
}

/// What was played.
pub struct Played {
    pub readers: Vec<Reader>,
    /// How often each kind of act was carried out.
    pub done: BTreeMap<String, usize>,
    /// The same, of those of which nothing was heard.
    pub done_while_deaf: BTreeMap<String, usize>,
}

impl Played {
    /// Everybody, by address, with our references of what they paid for themselves: readers, and who redeemed a gift.
    pub fn people(&self) -> BTreeMap<&str, BTreeSet<&String>> {
        let gifts = self.readers.iter().flat_map(|reader| &reader.gifts);
        let redeemers = gifts.filter_map(|gift| gift.opened.as_ref()).map(|opened| opened.by.as_str());
        let mut people: BTreeMap<&str, BTreeSet<&String>> = redeemers.map(|by| (by, BTreeSet::new())).collect();
        for reader in &self.readers {
            people.entry(&reader.email).or_default().extend(&reader.checkouts);
        }
        people
    }
}

/// Plays a round to its end, with all webhooks' mischief, and then lets everything settle.
pub async fn play(arena: &mut Arena, round: &Round) -> Played {
    let prices = prices(arena).await;
    let chance = SeededEntropy::new(round.seed ^ 0x91A4);
    let mut played = Played { readers: Vec::new(), done: BTreeMap::new(), done_while_deaf: BTreeMap::new() };
    let chaos = json!({
        "seed": round.seed,
        "drop": round.drop as f64 / 100.0,
        "duplicate": round.duplicate as f64 / 100.0,
        "reorder": round.reorder as f64 / 100.0,
        "delay": 0.1,
        "delay_ms": 60,
    });
    arena.control("chaos", &chaos).await;
    for (number, history) in round.histories.iter().enumerate() {
        let email = |number: usize| format!("reader{number}.{}@example.com", round.seed);
        let mut reader = Reader {
            email: email(number),
            next: email((number + 1) % round.histories.len()),
            card: history.card,
            price: history.price,
            checkouts: Vec::new(),
            gifts: Vec::new(),
            sessions: Vec::new(),
        };
        join(arena, &mut reader, &prices).await;
        played.readers.push(reader);
    }
    for (step, pause_seconds) in round.pauses.iter().enumerate() {
        let is_deaf = round.deaf_from.is_some_and(|from| step >= from);
        if round.deaf_from == Some(step) {
            settle(arena).await;
            arena.control("chaos", &json!({ "seed": round.seed, "drop": 1.0 })).await;
        }
        for (reader, history) in played.readers.iter_mut().zip(&round.histories) {
            let History { acts, .. } = history;
            if act(arena, reader, acts[step], &prices).await {
                let word = format!("{:?}", acts[step]);
                let done = if is_deaf { &mut played.done_while_deaf } else { &mut played.done };
                *done.entry(word.split([' ', '{']).next().unwrap_or_default().to_owned()).or_default() += 1;
            }
        }
        if round.settles && !is_deaf {
            settle(arena).await;
        }
        // What this test itself asks of the gateway meets no trouble: it begins with the clock, and ends before the next acts.
        arena.control("faults", &trouble(round)).await;
        arena.control("clock/advance", &json!({ "seconds": pause_seconds })).await;
        arena.stumble(Duration::from_millis(chance.below(400))).await;
        if round.drop > 0 && !is_deaf {
            arena.read_missed_events().await;
        }
        arena.control("faults", &json!({})).await;
    }
    arena.control("chaos", &json!({})).await;
    // What is done at the gateway leads to events, which lead to more: three rounds of quiet are the end of it.
    for _ in 0..3 {
        settle(arena).await;
    }
    played
}

/// Requests are lost, or carried out and not answered, or refused, or slow.
fn trouble(round: &Round) -> Value {
    let probability = round.trouble as f64 / 100.0;
    json!({
        "seed": round.seed,
        "lose": probability,
        "cut": probability,
        "status_429": probability,
        "status_500": probability,
        "slow": probability,
        "slow_ms": 40,
    })
}

async fn settle(arena: &Arena) {
    arena.read_missed_events().await;
    arena.is_quiet().await;
}

/// The newsroom's prices, and the gateway's ids of them.
pub struct Prices {
    /// What opens nothing, and what opens some months, paid once.
    once: [String; 2],
    pub ours: Vec<String>,
    /// What each opens as a gift.
    pub given: Vec<Given>,
    gateway: Vec<String>,
}

async fn prices(arena: &Arena) -> Prices {
    let answer = arena.http.get(format!("{}/v1/plans", arena.base_url)).send().await.unwrap();
    let plans: Value = answer.json().await.unwrap();
    let of_plan = |plan: &Value| {
        let mut prices = plan["prices"].as_array().unwrap().clone();
        prices.iter_mut().for_each(|price| price["title"] = plan["title"].clone());
        prices
    };
    let (once, recurring): (Vec<Value>, Vec<Value>) =
        plans["items"].as_array().unwrap().iter().flat_map(of_plan).partition(|one| one["interval"] == "once");
    let ours: Vec<String> = recurring.iter().map(|one| text(&one["id"])).collect();
    let paid_once = |opens: bool| text(&once.iter().find(|one| one["opens_months"].is_null() != opens).unwrap()["id"]);
    let once = [false, true].map(paid_once);
    let mut gateway = Vec::new();
    for id in &ours {
        let at_gateway = || async {
            let mut conn = arena.store().read().await.unwrap();
            let select = sqlx::query_scalar("SELECT COALESCE(gateway_price_id, '') FROM price WHERE id = $1").bind(id);
            Some(select.fetch_one(&mut *conn).await.unwrap()).filter(|found: &String| !found.is_empty())
        };
        gateway.push(until("the price at the gateway", at_gateway).await);
    }
    let given = recurring.iter().map(Given::of).collect();
    Prices { once, ours, given, gateway }
}

/// A browser that nobody knows starts a checkout and pays.
async fn join(arena: &Arena, reader: &mut Reader, prices: &Prices) {
    let price = prices.ours[reader.price].clone();
    let paid = pay(arena, reader, &json!({ "price": price })).await;
    assert!(paid.is_ok(), "{}", reader.card);
    reader.checkouts.extend(paid);
}

/// Orders something with a browser that nobody knows, and pays. Returns our reference: as an error when the card was refused.
async fn pay(arena: &Arena, reader: &mut Reader, order: &Value) -> Result<String, String> {
    let browser = browser_client(&arena.base_url);
    let mut body = order.clone();
    body["email"] = json!(reader.email);
    body["campaign"] = json!("25000-members");
    let answer = browser.post(format!("{}/v1/checkout", arena.base_url)).json(&body).send().await.unwrap();
    let (status, answer) = (answer.status(), answer.json::<Value>().await.unwrap());
    assert_eq!(status, 201, "{answer}");
    let page = text(&answer["checkout_url"]);
    let reference = text(&answer["checkout_id"]);
    let session = page.split('/').next_back().and_then(|end| end.split(['?', '#']).next()).unwrap();
    reader.sessions.push(session.to_owned());
    let mut form = vec![("email", reader.email.as_str()), ("name", "A Reader")];
    if reader.card.starts_with("DE") {
        form.extend([("pay_by", "sepa_debit"), ("iban", reader.card)]);
    } else {
        form.extend([("card_number", reader.card), ("card_expiry", "12/34"), ("card_cvc", "123")]);
    }
    let paid = browser.post(&page).form(&form).send().await.unwrap();
    assert!([303, 402].contains(&paid.status().as_u16()), "{}", reader.card);
    if paid.status() == 303 { Ok(reference) } else { Err(reference) }
}

/// Pays once beside whatever else there is. Says whether the card was taken.
async fn give(arena: &Arena, reader: &mut Reader, price: &str) -> bool {
    let paid = pay(arena, reader, &json!({ "price": price })).await;
    let was_taken = paid.is_ok();
    // A card that was refused has left a charge that failed.
    reader.checkouts.extend(paid.or_else(Ok::<String, String>));
    was_taken
}

/// Pays for somebody else. Says whether the card was taken.
async fn buy_gift(arena: &Arena, reader: &mut Reader, prices: &Prices) -> bool {
    let order = json!({ "price": prices.ours[reader.price], "gift": {} });
    let paid = pay(arena, reader, &order).await;
    let was_taken = paid.is_ok();
    let given = prices.given[reader.price].clone();
    reader.gifts.extend(paid.map(|reference| Gift { reference, given, opened: None }));
    was_taken
}

/// What a reader has at the gateway now.
struct Now {
    customer: String,
    /// The newest membership that has not ended.
    running: Option<Value>,
}

async fn look(arena: &Arena, reader: &Reader) -> Now {
    let mut now = Now { customer: String::new(), running: None };
    for session in &reader.sessions {
        let session = arena.reader().get(&format!("/v1/checkout/sessions/{session}?expand[]=subscription")).await;
        now.customer = text(&session["customer"]);
        let subscription = &session["subscription"];
        let ended = ["canceled", "incomplete_expired"].contains(&subscription["status"].as_str().unwrap_or("canceled"));
        now.running = now.running.or_else(|| (!ended).then(|| subscription.clone()));
    }
    now
}

/// Carries out an act. Says whether it was possible.
async fn act(arena: &Arena, reader: &mut Reader, act: Act, prices: &Prices) -> bool {
    let now = look(arena, reader).await;
    let running = now.running.as_ref();
    let id = running.map(|subscription| text(&subscription["id"])).unwrap_or_default();
    match act {
        Act::Nothing => true,
        Act::Rejoin if running.is_none() => {
            join(arena, reader, prices).await;
            true
        }
        Act::JoinTwice if running.is_some() => {
            join(arena, reader, prices).await;
            true
        }
        Act::Give { opens } => give(arena, reader, &prices.once[usize::from(opens)]).await,
        Act::BuyGift => buy_gift(arena, reader, prices).await,
        Act::RedeemGift { by_reader } => {
            let by =
                if by_reader { reader.next.clone() } else { format!("friend{}.{}", reader.gifts.len(), reader.email) };
            match reader.gifts.last_mut().filter(|gift| gift.opened.is_none()) {
                Some(gift) => gift.redeem(arena, &by).await,
                None => false,
            }
        }
        Act::DeleteCustomer => call(arena, Method::DELETE, &format!("customers/{}", now.customer), &[]).await,
        Act::Refund { percent } => refund(arena, &now, percent).await,
        Act::RefundFails => fail_refund(arena, &now).await,
        Act::Dispute => dispute(arena, &now).await,
        Act::CloseDispute { status } => close_dispute(arena, &now, status).await,
        Act::PayOpenInvoice if running.is_some() => {
            change_card(arena, &now, &id, "pm_card_visa").await && on_open_invoice(arena, &now, "pay").await
        }
        Act::VoidOpenInvoice => on_open_invoice(arena, &now, "void").await,
        _ if running.is_none() => false,
        Act::CancelNow => call(arena, Method::DELETE, &format!("subscriptions/{id}"), &[]).await,
        Act::CancelAtEnd => update(arena, &id, &[("cancel_at_period_end", "true")]).await,
        Act::Resume => update(arena, &id, &[("cancel_at_period_end", "false")]).await,
        Act::Pause { behavior } => update(arena, &id, &[("pause_collection[behavior]", behavior)]).await,
        Act::Unpause => update(arena, &id, &[("pause_collection", "")]).await,
        Act::Card { token } => change_card(arena, &now, &id, token).await,
        Act::Switch { price, proration } => {
            let item = running.map(|one| text(&one["items"]["data"][0]["id"])).unwrap_or_default();
            let form = [
                ("items[0][id]", item.as_str()),
                ("items[0][price]", prices.gateway[price].as_str()),
                ("proration_behavior", proration),
            ];
            update(arena, &id, &form).await
        }
        Act::Discount { percent, is_lasting } => discount(arena, &id, percent, is_lasting).await,
        Act::Rejoin | Act::JoinTwice | Act::PayOpenInvoice => false,
    }
}

async fn discount(arena: &Arena, id: &str, percent: &str, is_lasting: bool) -> bool {
    let duration: &[(&str, &str)] =
        if is_lasting { &[("duration", "forever")] } else { &[("duration", "repeating"), ("duration_in_months", "3")] };
    let form = [&[("percent_off", percent)], duration].concat();
    let Some(coupon) = send(arena, Method::POST, "coupons", &form).await else { return false };
    update(arena, id, &[("discounts[0][coupon]", &text(&coupon["id"]))]).await
}

async fn call(arena: &Arena, method: Method, path: &str, form: &[(&str, &str)]) -> bool {
    send(arena, method, path, form).await.is_some()
}

async fn update(arena: &Arena, id: &str, form: &[(&str, &str)]) -> bool {
    call(arena, Method::POST, &format!("subscriptions/{id}"), form).await
}

/// None when the gateway refuses, as it does what makes no sense now.
async fn send(arena: &Arena, method: Method, path: &str, form: &[(&str, &str)]) -> Option<Value> {
    let request = arena.http.request(method, format!("{}/v1/{path}", arena.sandbox_url)).bearer_auth(arena.key);
    let answer = request.form(form).send().await.unwrap();
    let status = answer.status();
    let body: Value = answer.json().await.unwrap();
    assert!(status.is_success() || [400, 402, 404].contains(&status.as_u16()), "{path} {form:?}: {status} {body}");
    assert_ne!(body["error"]["code"], "parameter_unknown", "{path} {form:?}: {body}");
    status.is_success().then_some(body)
}

async fn newest_charge(arena: &Arena, now: &Now) -> Option<Value> {
    let charges = arena.reader().get(&format!("/v1/charges?limit=100&customer={}", now.customer)).await;
    charges["data"].as_array().unwrap().iter().find(|charge| charge["paid"] == true).cloned()
}

async fn refund(arena: &Arena, now: &Now, percent: i64) -> bool {
    let Some(charge) = newest_charge(arena, now).await else { return false };
    let left = charge["amount"].as_i64().unwrap() - charge["amount_refunded"].as_i64().unwrap();
    let amount = (left * percent / 100).max(1).to_string();
    call(arena, Method::POST, "refunds", &[("charge", &text(&charge["id"])), ("amount", &amount)]).await
}

async fn fail_refund(arena: &Arena, now: &Now) -> bool {
    let Some(charge) = newest_charge(arena, now).await else { return false };
    let refunds = arena.reader().get(&format!("/v1/refunds?charge={}", text(&charge["id"]))).await;
    let Some(refund) = refunds["data"].as_array().and_then(|refunds| refunds.first()) else { return false };
    let answer = arena.control(&format!("refunds/{}/fail", text(&refund["id"])), &json!({})).await;
    answer["error"].is_null()
}

async fn dispute(arena: &Arena, now: &Now) -> bool {
    let Some(charge) = newest_charge(arena, now).await else { return false };
    arena.control("disputes", &json!({ "charge": charge["id"] })).await["error"].is_null()
}

async fn close_dispute(arena: &Arena, now: &Now, status: &str) -> bool {
    let Some(charge) = newest_charge(arena, now).await else { return false };
    let disputes = arena.reader().get(&format!("/v1/disputes?charge={}", text(&charge["id"]))).await;
    let Some(dispute) = disputes["data"].as_array().and_then(|disputes| disputes.first()) else { return false };
    let answer = arena.control(&format!("disputes/{}/close", text(&dispute["id"])), &json!({ "status": status })).await;
    answer["error"].is_null()
}

async fn on_open_invoice(arena: &Arena, now: &Now, verb: &str) -> bool {
    let invoices = arena.reader().get(&format!("/v1/invoices?status=open&customer={}", now.customer)).await;
    let Some(invoice) = invoices["data"].as_array().and_then(|invoices| invoices.first()) else { return false };
    call(arena, Method::POST, &format!("invoices/{}/{verb}", text(&invoice["id"])), &[]).await
}

async fn change_card(arena: &Arena, now: &Now, id: &str, token: &str) -> bool {
    let path = format!("payment_methods/{token}/attach");
    let Some(method) = send(arena, Method::POST, &path, &[("customer", &now.customer)]).await else { return false };
    update(arena, id, &[("default_payment_method", &text(&method["id"]))]).await
}
