//! Discounts: a coupon or a promotion code at work on a subscription, for as long as the coupon lasts.

use serde_json::{Value, json};

use crate::{
    core::{
        blank::filled,
        calendar::Interval,
        error::ApiError,
        json::Peek,
        world::{PRIVATE, World},
    },
    object::{coupon, promotion_code},
};

/// What a request or a payer gives for a discount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// A coupon's id.
    Coupon(String),
    /// A promotion code's id.
    Code(String),
}

impl Given {
    /// The coupon behind it.
    pub fn coupon(&self, world: &World) -> String {
        match self {
            Self::Coupon(id) => id.clone(),
            Self::Code(id) => world.get(id)["promotion"].str("coupon").to_owned(),
        }
    }

    /// As a session shows it.
    pub fn shown(&self) -> Value {
        match self {
            Self::Coupon(id) => json!({ "coupon": id, "promotion_code": null }),
            Self::Code(id) => json!({ "coupon": null, "promotion_code": id }),
        }
    }
}

/// What a sale is checked against before a discount is granted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sale<'a> {
    /// The customer's id, if known.
    pub customer: Option<&'a str>,
    /// Lower-case ISO code.
    pub currency: &'a str,
    /// Minor units before discounts.
    pub subtotal_minor: i64,
}

/// Puts other discounts in the place of a subscription's own.
pub fn replace(world: &mut World, subscription: &str, given: &[Value]) -> Result<(), ApiError> {
    let stored = world.get(subscription).clone();
    let customer = stored.str("customer");
    let sale = Sale { customer: Some(customer), currency: stored.str("currency"), subtotal_minor: i64::MAX };
    let wanted = read(world, given, sale)?;
    clear(world, subscription);
    for one in &wanted {
        begin(world, one, Place { customer, subscription: Some(subscription), session: None });
    }
    Ok(())
}

/// Reads a `discounts` parameter; each must be there and be valid for this sale.
pub fn read(world: &World, given: &[Value], sale: Sale<'_>) -> Result<Vec<Given>, ApiError> {
    given.iter().enumerate().map(|(at, one)| read_one(world, one, &format!("discounts[{at}]"), sale)).collect()
}

fn read_one(world: &World, given: &Value, place: &str, sale: Sale<'_>) -> Result<Given, ApiError> {
    let as_reference = |error: ApiError| ApiError { status: 400, ..error };
    match (given.text("coupon"), given.text("promotion_code")) {
        (Some(id), None) => {
            let place = format!("{place}[coupon]");
            let stored = world.named("coupon", id, &place).map_err(as_reference)?;
            coupon::check(world, stored, sale.currency).map_err(|error| error.at(&place))?;
            Ok(Given::Coupon(id.to_owned()))
        }
        (None, Some(id)) => {
            let place = format!("{place}[promotion_code]");
            let stored = world.named("promotion_code", id, &place).map_err(as_reference)?;
            promotion_code::check(world, stored, sale).map_err(|error| error.at(&place))?;
            Ok(Given::Code(id.to_owned()))
        }
        _ => {
            let sentence = "You must specify exactly one of `coupon` or `promotion_code` for each discount.";
            Err(ApiError::bad_param("parameter_missing", place, sentence))
        }
    }
}

/// What a stored session is discounted by.
pub fn given_to(session: &Value) -> Vec<Given> {
    let each = session.items("discounts").iter().filter_map(|one| {
        let code = one.text("promotion_code").map(|id| Given::Code(id.to_owned()));
        code.or_else(|| one.text("coupon").map(|id| Given::Coupon(id.to_owned())))
    });
    each.collect()
}

/// Refuses a session whose discounts were used up or ran out since it was made.
pub fn check_still(world: &World, session: &Value) -> Result<(), ApiError> {
    let works = |given: &Given| match given {
        Given::Coupon(id) => coupon::is_valid(world, world.get(id)),
        Given::Code(id) => promotion_code::is_active(world, world.get(id)),
    };
    if given_to(session).iter().all(works) {
        return Ok(());
    }
    Err(ApiError::invalid("The discount of this checkout is no longer valid. Nothing was taken.")
        .coded("coupon_expired"))
}

/// Counts that a discount was used.
pub fn redeem(world: &mut World, given: &Given) {
    let ids = [Some(given.coupon(world)), if let Given::Code(id) = given { Some(id.clone()) } else { None }];
    for id in ids.into_iter().flatten() {
        world.change(&id, |counted| counted["times_redeemed"] = json!(counted.int("times_redeemed") + 1));
    }
}

/// Where a discount works.
#[derive(Debug, Clone, Copy, Default)]
pub struct Place<'a> {
    /// The customer's id.
    pub customer: &'a str,
    /// The subscription's id, unless it is for one invoice.
    pub subscription: Option<&'a str>,
    /// The session that it came from.
    pub session: Option<&'a str>,
}

/// Sets a discount to work, and counts it.
pub fn begin(world: &mut World, given: &Given, place: Place<'_>) -> String {
    redeem(world, given);
    let id = world.new_id("discount");
    let coupon = given.coupon(world);
    let now = world.now();
    let months = world.get(&coupon).number("duration_in_months");
    let end = months.map(|count| Interval { unit: "month".into(), count }.next_end(now, now));
    world.insert(filled(
        "discount",
        json!({
            "id": id,
            "checkout_session": place.session,
            "customer": place.customer,
            "end": end,
            "promotion_code": if let Given::Code(id) = given { json!(id) } else { Value::Null },
            "source": { "coupon": coupon, "type": "coupon" },
            "start": now,
            "subscription": place.subscription,
            // As it was when it was granted: a coupon that is deleted goes on for those who have it.
            PRIVATE: { "coupon": world.get(&coupon) },
        }),
    ));
    if let Some(subscription) = place.subscription {
        world.change(subscription, |subscription| {
            if let Some(all) = subscription["discounts"].as_array_mut() {
                all.push(json!(id));
            }
        });
        world.announce("customer.discount.created", &id);
    }
    id
}

/// The coupon of a discount, as it was granted.
pub fn coupon_of(world: &World, discount: &str) -> Value {
    world.get(discount)[PRIVATE]["coupon"].clone()
}

/// The discounts that work on an invoice of a subscription that is drawn up at a time, in unix seconds; those whose time is over by
/// then are taken off.
pub fn working(world: &mut World, subscription: &str, at: i64) -> Vec<String> {
    let all = ids(world, subscription);
    let (over, working): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|id| world.get(id).number("end").is_some_and(|end| end <= at));
    over.iter().for_each(|id| take_off(world, subscription, id));
    working
}

/// Takes off what works once, now that an invoice has used it.
pub fn used(world: &mut World, subscription: &str, invoice: &str) {
    let used: Vec<String> = world
        .get(invoice)
        .items("total_discount_amounts")
        .iter()
        .filter(|one| one.int("amount") > 0)
        .map(|one| one.str("discount").to_owned())
        .collect();
    for id in used {
        if coupon_of(world, &id).str("duration") == "once" {
            take_off(world, subscription, &id);
        }
    }
}

/// Takes every discount off a subscription.
pub fn clear(world: &mut World, subscription: &str) {
    for id in ids(world, subscription) {
        take_off(world, subscription, &id);
    }
}

fn ids(world: &World, subscription: &str) -> Vec<String> {
    let stored = world.get(subscription);
    stored.items("discounts").iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn take_off(world: &mut World, subscription: &str, id: &str) {
    world.change(subscription, |subscription| {
        if let Some(all) = subscription["discounts"].as_array_mut() {
            all.retain(|kept| kept != id);
        }
    });
    world.announce("customer.discount.deleted", id);
}
