//! The front page's buttons besides the clock's: how the next payment goes, how the webhooks behave.

use std::sync::Arc;

use actix_web::{HttpResponse, http::StatusCode, web};
use serde::Deserialize;

use super::{broken, message, see_other};
use crate::{
    billing::next_payment,
    core::{error::ApiError, settings::ChaosSettings, world::World},
    shared::Shared,
};

type State = web::Data<Arc<Shared>>;

/// One of the ways that webhooks behave.
pub struct Manner {
    /// The button's value.
    pub word: &'static str,
    /// The button's words.
    pub button: &'static str,
    /// What the page says while it holds.
    pub says: &'static str,
}

/// All of them.
pub const MANNERS: &[Manner] = &[
    Manner { word: "well", button: "Behave well", says: "They arrive once, in order, at once." },
    Manner {
        word: "badly",
        button: "Misbehave",
        says: "Three in ten come twice, half are held back and overtaken, one in ten is lost.",
    },
    Manner { word: "lost", button: "Lose all", says: "None arrives. The list of events has them all." },
];

fn settings(word: &str) -> Option<ChaosSettings> {
    match word {
        "well" => Some(ChaosSettings::default()),
        "badly" => Some(ChaosSettings { duplicate: 0.3, reorder: 0.5, drop: 0.1, ..Default::default() }),
        "lost" => Some(ChaosSettings { drop: 1.0, ..Default::default() }),
        _ => None,
    }
}

/// How webhooks behave now; in a way of the tester's own if none of the known ones.
pub fn manner(world: &World) -> Option<&'static Manner> {
    let now = &world.chaos.settings;
    let same = |wanted: ChaosSettings| {
        [wanted.duplicate, wanted.reorder, wanted.delay, wanted.drop]
            == [now.duplicate, now.reorder, now.delay, now.drop]
    };
    MANNERS.iter().find(|manner| settings(manner.word).is_some_and(same))
}

/// A button of the webhooks' manners.
#[derive(Debug, Deserialize)]
pub struct Chosen {
    manner: String,
}

/// Has webhooks behave in another way.
pub async fn behave(chosen: web::Form<Chosen>, shared: State) -> HttpResponse {
    let Some(wanted) = settings(&chosen.manner) else {
        return message(
            StatusCode::BAD_REQUEST,
            "There is no such way",
            "Webhooks behave well, badly, or are lost.",
            None,
        );
    };
    let set = shared.with(|world| {
        world.revision += 1;
        world.chaos.set(wanted);
    });
    match set {
        Ok(()) => see_other("/#webhooks"),
        Err(fault) => broken(&fault),
    }
}

/// A button about somebody's next payment.
#[derive(Debug, Deserialize)]
pub struct NextPayment {
    customer: String,
    outcome: String,
}

/// Arranges that a customer's next payment fails, or takes that back.
pub async fn next(wanted: web::Form<NextPayment>, shared: State) -> HttpResponse {
    let arranged = shared.with(|world| {
        world.attempt(|world| {
            world.named("customer", &wanted.customer, "customer")?;
            match wanted.outcome.as_str() {
                "decline" => {
                    next_payment::arrange(world, Some(&wanted.customer), "decline");
                }
                "usual" => next_payment::forget(world, Some(&wanted.customer)),
                _ => return Err(ApiError::invalid("A payment fails, or goes as usual.")),
            }
            Ok(())
        })
    });
    match arranged {
        Ok(Ok(())) => see_other("/#customers"),
        Ok(Err(error)) => message(StatusCode::BAD_REQUEST, "That did not work", &error.message, None),
        Err(fault) => broken(&fault),
    }
}
