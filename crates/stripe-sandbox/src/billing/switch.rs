//! Another plan, interval or quantity within a period: what is given back, what is charged, and when.

use serde_json::{Value, json};

use super::{
    discount,
    draw::{self, Bills, Draft},
    lifecycle,
    pending::{self, Pending},
    pending_update,
};
use crate::{
    core::{
        calendar::Interval,
        error::ApiError,
        json::{Peek, merge_metadata},
        money::share,
        world::{PRIVATE, World},
    },
    object::{invoice, price, subscription_item},
};

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Switch {
    /// Items to change, add or remove; those not named stay.
    pub items: Vec<ItemChange>,
    /// What happens with the rest of the running period.
    pub proration: Proration,
    /// Whether a new period begins now.
    pub anchor_now: bool,
    /// The time that the rest of the period is counted from, unix seconds, if not now.
    pub proration_date: Option<i64>,
}

/// One item's change.
#[derive(Debug, Clone, Default)]
pub struct ItemChange {
    /// The item; a new one without it.
    pub id: Option<String>,
    /// Its new price.
    pub price: Option<String>,
    /// Its new quantity.
    pub quantity: Option<i64>,
    /// Whether it goes.
    pub deleted: bool,
    /// Its metadata, as given.
    pub metadata: Option<Value>,
}

/// What happens with the rest of the running period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proration {
    /// Credits and charges wait for the next invoice.
    Create,
    /// Credits and charges are billed at once.
    Invoice,
    /// Nothing is given back or charged.
    None,
}

/// A price and a quantity.
type Billed = (String, i64);

/// An item before and after.
struct Row {
    /// The item's id; none yet for one that is added.
    item: Option<String>,
    before: Option<Billed>,
    after: Option<Billed>,
    metadata: Option<Value>,
}

/// A proration date that is of no use.
pub const OUTSIDE: &str = "Cannot specify proration date outside of current subscription period.";
const NONE_LEFT: &str = "A subscription must have at least one active plan.";

/// Changes the items of a subscription; the draft invoice that is due at once, if one is. The caller announces and collects.
/// A change that waits for its payment is dropped.
pub fn apply(world: &mut World, id: &str, switch: &Switch) -> Result<Option<String>, ApiError> {
    pending_update::discard(world, id);
    let stored = world.get(id).clone();
    let mut rows = rows(world, &stored, switch)?;
    let interval = common_interval(world, &rows)?;
    let trialing = stored.str("status") == "trialing";
    let old_interval = price::interval(world.get(first_price(world, &stored)));
    let resets = !trialing && (switch.anchor_now || old_interval.as_ref() != Some(&interval));
    insert_new(world, id, &mut rows);
    if switch.proration != Proration::None && matches!(stored.str("status"), "active" | "past_due") {
        let from = proration_date(world, &stored, switch)?;
        prorate(world, id, &rows, from, resets);
    }
    let period = rewrite(world, id, &rows, resets.then_some(&interval));
    if resets {
        lifecycle::begin_period(world, id, period);
        return Ok(Some(bill(world, id, Bills::Periods)));
    }
    let bills_now = switch.proration == Proration::Invoice && !pending::of_subscription(world, id).is_empty();
    Ok(bills_now.then(|| bill(world, id, Bills::Nothing)))
}

/// Draws up the invoice of a change.
pub fn bill(world: &mut World, id: &str, bills: Bills) -> String {
    let now = world.now();
    let draft = Draft {
        customer: world.get(id).str("customer").to_owned(),
        subscription: id.to_owned(),
        reason: "subscription_update",
        bills,
        period_start: now,
        period_end: now,
    };
    let invoice = draw::draw(world, &draft);
    world.change(id, |subscription| subscription["latest_invoice"] = json!(invoice));
    invoice
}

/// Gives back the rest of the period of everything that a subscription bills.
pub fn give_back_rest(world: &mut World, id: &str) {
    give_back_since(world, id, world.now());
}

/// The same, counted from a time (unix seconds) within the period.
pub fn give_back_since(world: &mut World, id: &str, from: i64) {
    let stored = world.get(id).clone();
    if !matches!(stored.str("status"), "active" | "past_due") {
        return;
    }
    let rows: Vec<Row> = current_rows(world, &stored).into_iter().map(|row| Row { after: None, ..row }).collect();
    prorate(world, id, &rows, from, true);
}

/// Charges the rest of the period of everything that a subscription bills, counted from a time (unix seconds) within it.
pub fn charge_rest(world: &mut World, id: &str, from: i64) {
    let stored = world.get(id).clone();
    let rows: Vec<Row> = current_rows(world, &stored).into_iter().map(|row| Row { before: None, ..row }).collect();
    prorate(world, id, &rows, from, false);
}

fn first_price<'a>(world: &'a World, stored: &Value) -> &'a str {
    lifecycle::item_ids(stored).first().map(|item| world.get(item).str("price")).unwrap_or_default()
}

fn current_rows(world: &World, stored: &Value) -> Vec<Row> {
    let items = lifecycle::item_ids(stored).into_iter();
    items
        .map(|id| {
            let item = world.get(&id);
            let billed = Some((item.str("price").to_owned(), item.number("quantity").unwrap_or(1)));
            Row { item: Some(id), before: billed.clone(), after: billed, metadata: None }
        })
        .collect()
}

fn rows(world: &World, stored: &Value, switch: &Switch) -> Result<Vec<Row>, ApiError> {
    let mut rows = current_rows(world, stored);
    for (index, change) in switch.items.iter().enumerate() {
        let place = |field: &str| format!("items[{index}][{field}]");
        if let Some(price) = &change.price {
            check_price(world, stored, price, &place("price"))?;
        }
        let Some(id) = &change.id else {
            let price = change.price.clone().ok_or_else(|| {
                let sentence = format!("Missing required param: {}.", place("price"));
                ApiError::bad_param("parameter_missing", &place("price"), sentence)
            })?;
            let after = Some((price, change.quantity.unwrap_or(1)));
            rows.push(Row { item: None, before: None, after, metadata: change.metadata.clone() });
            continue;
        };
        let row = rows.iter_mut().find(|row| row.item.as_ref() == Some(id));
        let row = row.ok_or_else(|| ApiError::missing_reference("subscription item", id, &place("id")))?;
        row.metadata = change.metadata.clone();
        row.after = row
            .before
            .clone()
            .filter(|_| !change.deleted)
            .map(|(price, quantity)| (change.price.clone().unwrap_or(price), change.quantity.unwrap_or(quantity)));
    }
    let mut prices: Vec<&String> = rows.iter().filter_map(|row| Some(&row.after.as_ref()?.0)).collect();
    prices.sort();
    if prices.is_empty() {
        return Err(ApiError::invalid(NONE_LEFT).at("items"));
    }
    if prices.windows(2).any(|pair| pair[0] == pair[1]) {
        let sentence = format!("Cannot add multiple subscription items with the same plan: {}", prices[0]);
        return Err(ApiError::invalid(sentence).at("items"));
    }
    Ok(rows)
}

fn check_price(world: &World, stored: &Value, id: &str, param: &str) -> Result<(), ApiError> {
    let price = world.named("price", id, param).map_err(|error| ApiError { status: 400, ..error })?;
    if price["currency"] != stored["currency"] {
        let sentence = format!(
            "The price specified supports currencies of `{}`. This doesn't match the expected currency: `{}`.",
            price.str("currency"),
            stored.str("currency")
        );
        return Err(ApiError::invalid(sentence).at(param));
    }
    Ok(())
}

/// All items bill equally often.
fn common_interval(world: &World, rows: &[Row]) -> Result<Interval, ApiError> {
    let prices = rows.iter().filter_map(|row| row.after.as_ref());
    let all: Vec<Option<Interval>> = prices.map(|(id, _)| price::interval(world.get(id))).collect();
    match all.first() {
        Some(Some(first)) if all.iter().all(|one| one.as_ref() == Some(first)) => Ok(first.clone()),
        _ if all.contains(&None) => Err(ApiError::invalid(lifecycle::ONE_TIME).at("items")),
        _ => Err(ApiError::invalid(lifecycle::DIFFERENT).at("items")),
    }
}

/// Added items get their ids, so that what is charged for them can name them.
fn insert_new(world: &mut World, id: &str, rows: &mut [Row]) {
    let running = lifecycle::period(world, world.get(id));
    for row in rows.iter_mut().filter(|row| row.item.is_none()) {
        if let Some((price, quantity)) = &row.after {
            row.item = Some(subscription_item::insert(world, id, price, *quantity, running));
        }
    }
}

fn proration_date(world: &World, stored: &Value, switch: &Switch) -> Result<i64, ApiError> {
    let (start, end) = lifecycle::period(world, stored);
    match switch.proration_date {
        None => Ok(world.now()),
        Some(at) if (start..=end).contains(&at) => Ok(at),
        Some(_) => Err(ApiError::invalid(OUTSIDE).at("proration_date")),
    }
}

/// Writes down the credits for unused time, and (within the same period) the charges for what remains of it.
fn prorate(world: &mut World, id: &str, rows: &[Row], from: i64, gives_all_back: bool) {
    let (start, end) = lifecycle::period(world, world.get(id));
    let from = from.clamp(start, end);
    let rest = (end - from, (end - start).max(1));
    for row in rows.iter().filter(|row| gives_all_back || row.before != row.after) {
        let item = row.item.clone().unwrap_or_default();
        let mut add = |billed: &Billed, sign: i64, words: &str| {
            let whole = world.get(&billed.0).int("unit_amount") * billed.1;
            let amount = sign * share(share(whole, discounted(world, id, &item, billed, end)), rest);
            if amount != 0 {
                let description = format!("{words} {} after {}", named(world, billed), day(from));
                let (subscription, item) = (id.to_owned(), item.clone());
                let (price, quantity) = billed.clone();
                let period = (from, end);
                pending::add(
                    world,
                    &Pending { subscription, item, price, quantity, amount_minor: amount, description, period },
                );
            }
        };
        if let Some(before) = &row.before {
            add(before, -1, "Unused time on");
        }
        if let Some(after) = row.after.as_ref().filter(|_| !gives_all_back) {
            add(after, 1, "Remaining time on");
        }
    }
}

/// The part of a price that this period's bill came to after its discounts, as (part, whole): a percentage holds for
/// whatever is billed within the period, an amount only for what it was taken off.
fn discounted(world: &World, id: &str, item: &str, billed: &Billed, end: i64) -> (i64, i64) {
    let own = |invoice: &&Value| invoice::subscription_of(invoice) == Some(id);
    let found = world.newest("invoice").filter(own).find_map(|invoice| {
        invoice["lines"].items("data").iter().find(|line| {
            let details = &line["parent"]["subscription_item_details"];
            details["proration"] == false
                && details.str("subscription_item") == item
                && line["period"].int("end") == end
        })
    });
    let Some(line) = found.filter(|line| line.int("amount") > 0) else { return (1, 1) };
    let discounts = line.items("discount_amounts");
    let off: i64 = discounts.iter().map(|one| one.int("amount")).sum();
    let in_percent =
        discounts.iter().all(|one| discount::coupon_of(world, one.str("discount"))["percent_off"].is_number());
    let same_price = line["pricing"]["price_details"].str("price") == billed.0;
    if in_percent || same_price { (line.int("amount") - off, line.int("amount")) } else { (1, 1) }
}

fn named(world: &World, (price, quantity): &Billed) -> String {
    let product = world.get(world.get(price).str("product")).str("name").to_owned();
    if *quantity == 1 { product } else { format!("{quantity} × {product}") }
}

fn day(unix_seconds: i64) -> String {
    let time = jiff::Timestamp::from_second(unix_seconds).unwrap_or_default();
    time.strftime("%d %b %Y").to_string()
}

/// Writes the items anew; a new period begins now if there is an interval for it. Returns the period that then runs.
fn rewrite(world: &mut World, id: &str, rows: &[Row], new_period: Option<&Interval>) -> (i64, i64) {
    let now = world.now();
    let running = lifecycle::period(world, world.get(id));
    let period = new_period.map_or(running, |interval| (now, interval.next_end(now, now)));
    let mut kept = Vec::new();
    for row in rows {
        let item = row.item.clone().unwrap_or_default();
        let Some((price, quantity)) = &row.after else {
            world.change(&item, |item| item[PRIVATE]["deleted"] = json!(true));
            continue;
        };
        world.change(&item, |item| {
            item["price"] = json!(price);
            item["quantity"] = json!(quantity);
            item["current_period_start"] = json!(period.0);
            item["current_period_end"] = json!(period.1);
            merge_metadata(item, row.metadata.as_ref());
        });
        kept.push(item);
    }
    world.change(id, |subscription| subscription["items"]["data"] = json!(kept));
    period
}
