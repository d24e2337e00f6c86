//! Payments made once: of the charges of one checkout the one that decides, handed on by what was bought.

use std::collections::BTreeMap;

use super::{Context, StoreError, apply_contribution};
use crate::{
    domain::{
        actor::Actor,
        checkout::Purpose,
        contribution,
        id::CheckoutId,
        payment::{CustomerSnapshot, PaymentSnapshot},
    },
    store::{self, Conn},
};

/// Applies a customer's payments made once. Those that are not ours leave nothing behind.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn apply(
    context: &Context,
    conn: &mut Conn,
    customer: &CustomerSnapshot,
    actor: &Actor,
) -> Result<(), StoreError> {
    let mut by_checkout: BTreeMap<&str, Vec<&PaymentSnapshot>> = BTreeMap::new();
    for payment in &customer.payments {
        by_checkout.entry(&payment.checkout_ref).or_default().push(payment);
    }
    for (reference, payments) in by_checkout {
        let (Ok(id), Some(payment)) = (CheckoutId::parse(reference), contribution::deciding(&payments)) else {
            continue;
        };
        let Some(checkout) = store::checkout::find(conn, &id).await? else { continue };
        match checkout.purpose {
            Purpose::Contribution | Purpose::Gift => {
                apply_contribution::apply(context, conn, &customer.id, checkout, payment, actor).await?;
            }
            // A subscription's money is told by its invoices.
            Purpose::Membership => {}
        }
    }
    Ok(())
}
