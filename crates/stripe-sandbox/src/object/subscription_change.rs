//! The parameters that change what a subscription bills, shared by its own endpoint, its items' and the preview's.

use serde_json::{Map, Value};

use crate::{
    billing::{
        collect,
        draw::Bills,
        pending_update::{self, More},
        switch,
        switch::{ItemChange, Proration, Switch},
        trial,
    },
    core::{
        error::ApiError,
        json::Peek,
        schema::{Field, Kind, clear, opt, req},
        world::World,
    },
    object::{checkout_line, payment_intent::Presence, price},
};

const PRICE_DATA: &[Field] = &[
    req("currency", Kind::Text),
    req("product", Kind::Text),
    req("recurring", Kind::Object(price::RECURRING)),
    opt("tax_behavior", Kind::OneOf(&["exclusive", "inclusive", "unspecified"])),
    req("unit_amount", Kind::IntIn(0, 99_999_999)),
];
/// One of `items`.
pub const ITEM: &[Field] = &[
    opt("deleted", Kind::Bool),
    opt("id", Kind::Text),
    clear("metadata", Kind::Metadata),
    opt("price", Kind::Text),
    opt("price_data", Kind::Object(PRICE_DATA)),
    opt("quantity", Kind::IntIn(0, 999_999)),
];
/// `billing_cycle_anchor`; older versions of the API had the word alone.
pub const ANCHOR: &[Field] = &[req("type", Kind::OneOf(&["now", "unchanged"]))];
/// `pause_collection`.
pub const PAUSE: &[Field] =
    &[req("behavior", Kind::OneOf(&["keep_as_draft", "mark_uncollectible", "void"])), opt("resumes_at", Kind::Int)];
/// `proration_behavior`.
pub const PRORATION: &[&str] = &["always_invoice", "create_prorations", "none"];
/// `payment_behavior`.
pub const PAYMENT: &[&str] =
    &["allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete"];

/// The change that is asked for, if any is.
pub fn read(params: &Map<String, Value>) -> Option<Switch> {
    let anchor_now = params.at("billing_cycle_anchor").str("type") == "now";
    let items: Vec<ItemChange> = params.items("items").iter().map(item_change).collect();
    (anchor_now || !items.is_empty()).then(|| Switch {
        items,
        proration: proration(params),
        anchor_now,
        proration_date: params.number("proration_date"),
    })
}

/// One item's change, as `items` has it.
pub fn item_change(given: &Value) -> ItemChange {
    ItemChange {
        id: given.text("id").map(str::to_owned),
        price: given.text("price").map(str::to_owned),
        quantity: given.number("quantity"),
        deleted: given.flag("deleted"),
        metadata: given.get("metadata").cloned(),
    }
}

/// What happens with the rest of the running period.
pub fn proration(params: &Map<String, Value>) -> Proration {
    match params.str("proration_behavior") {
        "always_invoice" => Proration::Invoice,
        "none" => Proration::None,
        _ => Proration::Create,
    }
}

/// Changes what a subscription bills, as the parameters say; the draft invoice that is due at once, if one is.
pub fn apply(world: &mut World, id: &str, params: &Map<String, Value>) -> Result<Option<String>, ApiError> {
    let mut wanted = read(params);
    let moves_trial = params.text("trial_end");
    if wanted.is_some() || moves_trial.is_some() {
        check(world, id)?;
    }
    let starts_trial = moves_trial.filter(|end| trial::starts(world, id, end));
    if let Some(end) = starts_trial {
        trial::start(world, id, end, proration(params) != Proration::None)?;
    }
    let mut due = None;
    if let Some(wanted) = &mut wanted {
        if starts_trial.is_some() {
            // What the trial did not give back stays paid, and the trial's own invoice bills what waits.
            wanted.proration = Proration::None;
        }
        make_prices(world, params, &mut wanted.items)?;
        due = switch::apply(world, id, wanted)?;
    }
    if starts_trial.is_some() {
        due = Some(switch::bill(world, id, Bills::Trial));
    } else if let Some(end) = moves_trial {
        due = trial::move_end(world, id, end)?.or(due);
    }
    Ok(due)
}

/// Makes the prices that are given with their items.
fn make_prices(world: &mut World, params: &Map<String, Value>, items: &mut [ItemChange]) -> Result<(), ApiError> {
    for (index, (given, item)) in params.items("items").iter().zip(items).enumerate() {
        let Some(inline) = given.get("price_data") else { continue };
        if item.price.is_some() {
            let sentence = "You may only specify one of these parameters: price, price_data.";
            return Err(ApiError::invalid(sentence).at(&format!("items[{index}]")));
        }
        item.price = Some(checkout_line::inline_price(world, inline, &format!("items[{index}][price_data]"))?);
    }
    Ok(())
}

fn check(world: &World, id: &str) -> Result<(), ApiError> {
    match world.get(id).str("status") {
        "incomplete" => Err(ApiError::invalid(
            "The first invoice of this subscription is not paid yet, so what it bills cannot be changed.",
        )),
        _ => Ok(()),
    }
}

/// The whole change with its event and its payment: what the items' endpoints do.
pub fn run(world: &mut World, id: &str, wanted: &Switch, params: &Map<String, Value>) -> Result<(), ApiError> {
    check(world, id)?;
    if waits_for_payment(params) {
        check_pending(params, &["price", "quantity", "subscription"])?;
        return pending_update::make(world, id, &More::default(), |world| switch::apply(world, id, wanted));
    }
    let before = world.render(id);
    let due = switch::apply(world, id, wanted)?;
    world.announce_change(id, "customer.subscription.updated", &before);
    match due {
        Some(invoice) => collect::collect_at_once(world, &invoice, params.str("payment_behavior"), Presence::AWAY),
        None => Ok(()),
    }
}

/// Whether a change is to hold only once it is paid.
pub fn waits_for_payment(params: &Map<String, Value>) -> bool {
    params.str("payment_behavior") == pending_update::WORD
}

/// A subscription's change that holds once it is paid.
pub fn run_if_paid(world: &mut World, id: &str, params: &Map<String, Value>) -> Result<(), ApiError> {
    check_pending(params, &["billing_cycle_anchor", "cancel_at_period_end", "items", "metadata", "trial_end"])?;
    let more = More {
        metadata: params.get("metadata").cloned(),
        cancel_at_period_end: params.get("cancel_at_period_end").and_then(Value::as_bool),
    };
    pending_update::make(world, id, &more, |world| apply(world, id, params))
}

/// Only these parameters can wait, and those that say how.
fn check_pending(params: &Map<String, Value>, can_wait: &[&str]) -> Result<(), ApiError> {
    let how = ["expand", "payment_behavior", "proration_behavior", "proration_date"];
    let refused = |name: &str| {
        let sentence = format!("`{name}` cannot be used with `payment_behavior={}`.", pending_update::WORD);
        Err(ApiError::invalid(sentence).at(name))
    };
    if let Some(name) = params.keys().find(|name| !how.contains(&name.as_str()) && !can_wait.contains(&name.as_str())) {
        return refused(name);
    }
    match params.items("items").iter().position(|item| item.get("metadata").is_some()) {
        Some(index) => refused(&format!("items[{index}][metadata]")),
        None => Ok(()),
    }
}
