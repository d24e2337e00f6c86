//! What falls due, in the order of its time.

use crate::{
    billing::{collect, debit, dispute, give_back, lifecycle, pause, pending_update, renew, trial},
    core::{
        json::Peek,
        world::{PRIVATE, World},
    },
    object::{checkout_session, payment_intent::Presence},
};

/// Fires everything due up to `until` (unix seconds), each at its own time; returns how much fired.
pub fn run_until(world: &mut World, until: i64) -> usize {
    let mut fired = 0;
    while let Some((due, _, id)) = world.take_first_due(until) {
        world.now_ms = world.now_ms.max(due * 1000);
        fired += usize::from(world.settle(|world| fire(world, due, &id)));
    }
    fired
}

/// The same within a change that has begun: a test clock is advanced by a call, which is one.
pub fn run_within(world: &mut World, until: i64) {
    while let Some((due, _, id)) = world.take_first_due(until) {
        world.now_ms = world.now_ms.max(due * 1000);
        fire(world, due, &id);
    }
    world.now_ms = until * 1000;
}

/// Looks at an object whose time may have come; entries that no longer hold do nothing.
fn fire(world: &mut World, due: i64, id: &str) -> bool {
    // A pending update that ends with the period ends before it.
    let lapsed = pending_update::lapse(world, id, due);
    happen(world, due, id) || lapsed
}

fn happen(world: &mut World, due: i64, id: &str) -> bool {
    let stored = world.get(id).clone();
    match (stored.str("object"), stored.str("status")) {
        ("subscription", "active" | "past_due" | "unpaid" | "trialing") => subscription_due(world, id, due),
        ("subscription", "paused") if stored.number("cancel_at") == Some(due) => {
            lifecycle::end(world, id, "cancellation_requested");
            true
        }
        ("subscription", "incomplete") if due >= stored.int("created") + lifecycle::INCOMPLETE_FOR => {
            lifecycle::expire_incomplete(world, id);
            true
        }
        ("invoice", "draft") if stored.number("automatically_finalizes_at") == Some(due) => {
            collect::finalize(world, id);
            if world.get(id).str("status") == "open" {
                let _ = collect::attempt(world, id, Presence::AWAY);
            }
            true
        }
        ("invoice", "open") if stored.number("next_payment_attempt") == Some(due) && stored.flag("auto_advance") => {
            let _ = collect::attempt(world, id, Presence::AWAY);
            true
        }
        ("charge", "succeeded") if world.comes_due(id, due) => dispute::hear_bank(world, id),
        ("payment_intent", "processing") if world.comes_due(id, due) => {
            debit::decide(world, id);
            true
        }
        ("refund", "pending" | "succeeded") if world.comes_due(id, due) => {
            give_back::decide(world, id);
            true
        }
        ("dispute", "needs_response") if stored["evidence_details"].number("due_by") == Some(due) => {
            dispute::evidence_due(world, id);
            true
        }
        ("checkout.session", "open") if stored.int("expires_at") <= due => {
            checkout_session::expire(world, id);
            true
        }
        _ => false,
    }
}

fn subscription_due(world: &mut World, id: &str, due: i64) -> bool {
    let stored = world.get(id).clone();
    if stored["pause_collection"].number("resumes_at") == Some(due) {
        pause::resume(world, id);
        return true;
    }
    if trial::tell(world, id, due) || renew::tell(world, id, due) {
        return true;
    }
    if stored.number("cancel_at") == Some(due) {
        lifecycle::end(world, id, "cancellation_requested");
        return true;
    }
    if lifecycle::period_end(world, &stored) != due {
        return false;
    }
    renew::period_over(world, id);
    true
}

/// Finds everything that will fall due from the objects themselves (after a start from the state file).
pub fn fill(world: &mut World) {
    let mut due: Vec<(i64, String)> = Vec::new();
    for stored in world.objects.values() {
        let id = stored.str("id").to_owned();
        let times: Vec<Option<i64>> = match (stored.str("object"), stored.str("status")) {
            ("subscription", "active" | "past_due" | "unpaid" | "trialing") => {
                lifecycle::times(world, stored).into_iter().map(Some).collect()
            }
            ("subscription", "paused") => vec![stored.number("cancel_at")],
            ("subscription", "incomplete") => {
                vec![Some(stored.int("created") + lifecycle::INCOMPLETE_FOR)]
            }
            ("invoice", "draft") => vec![stored.number("automatically_finalizes_at")],
            ("invoice", "open") => vec![stored.number("next_payment_attempt")],
            ("checkout.session", "open") => vec![stored.number("expires_at")],
            ("charge" | "payment_intent" | "refund", _) => vec![stored[PRIVATE].number("due")],
            ("dispute", "needs_response") => vec![stored["evidence_details"].number("due_by")],
            _ => continue,
        };
        due.extend(times.into_iter().flatten().map(|time| (time, id.clone())));
    }
    // Equal times fire in the order of the ids: the same file always gives the same order.
    due.sort();
    for (time, id) in due {
        world.schedule_in_its_time(time, &id);
    }
}

/// When the next renewal (or other end of a period) falls due, in unix seconds.
pub fn next_renewal(world: &World) -> Option<i64> {
    world
        .newest("subscription")
        .filter(|subscription| subscription["test_clock"].is_null())
        .filter(|subscription| matches!(subscription.str("status"), "active" | "past_due" | "trialing"))
        .map(|stored| lifecycle::period_end(world, stored))
        .min()
}
