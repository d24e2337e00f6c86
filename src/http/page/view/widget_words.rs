//! The sentences that the module says by itself. What depends on the moment is left open: "{count}", "{price}".

use serde_json::{Value, json};

use crate::text::Texts;

/// The module's sentences in one language, by the names that it knows them by.
pub fn widget_words(t: &Texts) -> Value {
    let say = |key: &'static str| t.say(key).text();
    let open = |key: &'static str, name: &'static str, place: &'static str| t.say(key).with(name, place).text();
    json!({
        "spoken": say("counter-spoken"),
        "label": say("widget-gate-label"),
        "waiting": say("widget-gate-waiting"),
        "paid": open("widget-gate-paid", "count", "{count}"),
        "paidPlain": say("widget-gate-paid-plain"),
        "join": say("widget-gate-join"),
        "joinMonth": open("widget-gate-join-month", "price", "{price}"),
        "joinYear": open("widget-gate-join-year", "price", "{price}"),
        "joinOnce": open("widget-gate-join-once", "price", "{price}"),
        "readOn": say("widget-gate-read-on"),
        "already": say("campaign-already"),
        "signIn": say("nav-sign-in"),
        "free": say("widget-gate-free"),
        "freeWhy": say("widget-gate-free-why"),
        "freeAct": say("widget-gate-free-act"),
        "resting": say("widget-gate-resting"),
        "restingWhy": say("widget-gate-resting-why"),
        "again": say("widget-gate-again"),
    })
}
