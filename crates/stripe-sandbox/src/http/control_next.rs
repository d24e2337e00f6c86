//! `/_sandbox/next_payment`: how the next payment goes.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};

use super::control_money::answer;
use crate::{
    billing::next_payment::{self, OUTCOMES},
    core::{error::ApiError, json::Peek},
    shared::Shared,
};

/// The addresses.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/_sandbox/next_payment", web::post().to(arrange));
}

/// `POST /_sandbox/next_payment` with `outcome` (`decline`, `authentication`, `succeed`), and perhaps a `customer`.
async fn arrange(request: HttpRequest, body: web::Bytes, shared: web::Data<Arc<Shared>>) -> HttpResponse {
    answer(&request, &body, &shared, |world, params| {
        let customer = params.text("customer").filter(|customer| !customer.is_empty());
        if let Some(customer) = customer {
            world.named("customer", customer, "customer")?;
        }
        let outcome = params.str("outcome");
        if !OUTCOMES.iter().any(|(word, _)| *word == outcome) {
            return Err(ApiError::invalid("`outcome` is decline, authentication or succeed."));
        }
        Ok(next_payment::arrange(world, customer, outcome))
    })
}
