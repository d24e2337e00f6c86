//! What a switch would cost, found by making it and taking it back.

use serde_json::Value;

use super::{
    lifecycle, renew,
    switch::{self, Proration, Switch},
};
use crate::core::{error::ApiError, json::Peek, world::World};

/// What a switch costs.
#[derive(Debug, Clone)]
pub struct Cost {
    /// To pay at once, minor units.
    pub due_minor: i64,
    /// What is left over for later invoices, minor units.
    pub left_over_minor: i64,
    /// What is billed at once, as an invoice that does not exist; null if nothing is.
    pub at_once: Value,
    /// The next renewal's sum, minor units.
    pub next_minor: i64,
    /// When that is, unix seconds.
    pub next_at: i64,
    /// Whether the rest of the period is settled with the next renewal.
    pub waits: bool,
}

/// What a switch would cost now.
///
/// # Errors
/// The switch cannot be made.
pub fn of_switch(world: &mut World, id: &str, wanted: &Switch) -> Result<Cost, ApiError> {
    world.rehearse(|world| {
        let due = switch::apply(world, id, wanted)?;
        let at_once = due.map(|invoice| world.render(&invoice)).unwrap_or_default();
        let next = renew::preview(world, id).unwrap_or_default();
        let trialing = world.get(id).str("status") == "trialing";
        let waits = wanted.proration == Proration::Create && at_once.is_null() && !trialing;
        Ok(Cost {
            due_minor: at_once.int("amount_due"),
            left_over_minor: (-(at_once.int("total") + at_once.int("starting_balance"))).max(0),
            next_minor: next.int("amount_due"),
            next_at: lifecycle::period_end(world, world.get(id)),
            at_once,
            waits,
        })
    })
}
