//! What a tester arranged for the next payment of a customer, or of anybody.

use serde_json::{Value, json};

use crate::core::{card::Behaviour, json::Peek, world::World};

/// The type of what is kept of it.
const OBJECT: &str = "sandbox.next_payment";

/// The words for what can be arranged, and what they make of a card.
pub const OUTCOMES: &[(&str, Behaviour)] = &[
    ("decline", Behaviour::Declined),
    ("authentication", Behaviour::AlwaysAuthenticates),
    ("succeed", Behaviour::Succeeds),
];

/// Arranges how the next payment goes, in the place of what was arranged for the same customer (or for anybody) before.
pub fn arrange(world: &mut World, customer: Option<&str>, outcome: &str) -> String {
    forget(world, customer);
    let id = world.new_id(OBJECT);
    world.insert(json!({
        "id": id,
        "object": OBJECT,
        "created": world.now(),
        "customer": customer,
        "outcome": outcome,
        "status": "waiting",
    }))
}

/// Takes back what was arranged for a customer, or for anybody.
pub fn forget(world: &mut World, customer: Option<&str>) {
    let same = |one: &&Value| waits(one) && one.text("customer") == customer;
    let ids: Vec<String> = world.newest(OBJECT).filter(same).map(|one| one.str("id").to_owned()).collect();
    for id in ids {
        world.change(&id, |one| one["status"] = json!("replaced"));
    }
}

fn waits(one: &Value) -> bool {
    one.str("status") == "waiting"
}

/// What was arranged for a customer's next payment; what is for this customer goes before what is for anybody.
fn find(world: &World, customer: Option<&str>) -> Option<(String, Behaviour)> {
    let own = world.newest(OBJECT).find(|one| waits(one) && customer.is_some() && one.text("customer") == customer);
    let arranged = own.or_else(|| world.newest(OBJECT).find(|one| waits(one) && one["customer"].is_null()))?;
    let (_, behaviour) = OUTCOMES.iter().find(|(word, _)| *word == arranged.str("outcome"))?;
    Some((arranged.str("id").to_owned(), *behaviour))
}

/// How a customer's card will behave at its next payment, if that was arranged.
pub fn peek(world: &World, customer: Option<&str>) -> Option<Behaviour> {
    find(world, customer).map(|(_, behaviour)| behaviour)
}

/// The same for the payment that is tried now; it counts once.
pub fn take(world: &mut World, intent: &str) -> Option<Behaviour> {
    let (id, behaviour) = find(world, world.get(intent).text("customer"))?;
    world.change(&id, |one| one["status"] = json!("used"));
    Some(behaviour)
}
