//! Starting to pay, and managing it.

use serde_json::json;

use super::super::operation::{Operation, group};
use crate::http::api::{
    billing_portal::PortalAnswer,
    cancellations::{CancellationBody, ReceivedAnswer},
    checkout::{CheckoutAnswer, CheckoutRequest},
    gifts::{RedeemBody, RedeemedAnswer},
};

/// The group's name.
pub const TAG: &str = "Paying";

/// Its operations.
pub fn list() -> Vec<Operation> {
    let checkout = json!({
        "checkout_id": "chk_019ab0c4d5e67f8090a1b2c3d4e5f607",
        "checkout_url": "https://checkout.stripe.com/c/pay/cs_test_a1B2c3",
    });
    let order = json!({
        "price": "prc_019ab0c4d5e67f8090a1b2c3d4e5f607", "email": "reader@example.org", "campaign": "25000-members",
        "attribution": { "article": "harbour-wall", "utm_source": "newsletter" },
    });
    let received = json!({
        "id": "can_019ab0c4d5e67f8090a1b2c3d4e5f607", "kind": "ordinary", "received_at": "2026-11-23T09:00:00Z",
    });
    let gift = json!({ "plan": "Supporter", "starts_at": "2026-12-24T09:00:00Z", "ends_at": "2027-12-24T09:00:00Z" });
    group(
        TAG,
        vec![
            Operation::post("/v1/checkout", "startCheckout", "Starts to pay")
                .about(
                    "Send the reader to `checkout_url`. The same `Idempotency-Key` with the same body is the same checkout; with \
                     another body it is refused.",
                )
                .takes(&["IdempotencyKey"])
                .reads::<CheckoutRequest>(order)
                .answers::<CheckoutAnswer>(201, "The checkout", checkout)
                .with(&["Set-Cookie", "Cache-Control"])
                .fails(&["origin_not_allowed", "already_member", "idempotency_mismatch", "rate_limited"])
                .fails(&["payment_service_unavailable"])
                .asks(&["session", "none"]),
            Operation::post("/v1/gifts/redeem", "redeemGift", "Redeems a gift by its code")
                .about(
                    "For the signed-in member. Its months follow those of the same plan that are paid already. The same code again gets \
                     the same answer; the codes of `errors` say what is wrong with another.",
                )
                .reads::<RedeemBody>(json!({ "code": "7ZQK-93FM-0C2X-V8TD" }))
                .answers::<RedeemedAnswer>(200, "It is redeemed", gift)
                .with(&["Cache-Control"])
                .fails(&["sign_in_required", "origin_not_allowed", "rate_limited"])
                .asks(&["session"]),
            Operation::post("/v1/cancellations", "declareCancellation", "Cancels or withdraws without signing in")
                .about(
                    "The answer is the same for every address. A mail to it says at once what was declared, when it arrived, and what \
                     comes of it.",
                )
                .takes(&["IdempotencyKey"])
                .reads::<CancellationBody>(json!({ "kind": "ordinary", "name": "Olena Reader", "email": "reader@example.org" }))
                .answers::<ReceivedAnswer>(202, "It has arrived", received)
                .with(&["Cache-Control"])
                .fails(&["origin_not_allowed", "idempotency_mismatch", "rate_limited"]),
            Operation::post("/v1/billing-portal", "openBillingPortal", "The payment service's pages for the member's own billing")
                .takes(&["IdempotencyKey"])
                .answers::<PortalAnswer>(201, "Where it is", json!({ "url": "https://billing.stripe.com/p/session/test_a1B2c3" }))
                .with(&["Cache-Control"])
                .fails(&["sign_in_required", "origin_not_allowed", "nothing_to_manage", "payment_service_unavailable"])
                .fails(&["invalid_input"])
                .asks(&["session"]),
        ],
    )
}
