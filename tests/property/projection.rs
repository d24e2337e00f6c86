//! The right that a subscription gives.

use masthead::domain::{
    money::{Currency, Money},
    payment::{InvoiceSnapshot, InvoiceStatus, SubscriptionSnapshot},
    projection::{Policy, project},
    subscription::Status,
    time::Moment,
};
use proptest::prelude::*;

use crate::made_up::{moment, window};

const POLICY: Policy = Policy { renewal_slack_millis: 3, grace_millis: 14 };

fn invoice() -> impl Strategy<Value = InvoiceSnapshot> {
    let status = proptest::sample::select(vec![
        InvoiceStatus::Draft,
        InvoiceStatus::Open,
        InvoiceStatus::Paid,
        InvoiceStatus::Dead,
    ]);
    (status, 0..3_i64, 0..3_i64, proptest::bool::weighted(0.1), moment(), proptest::option::weighted(0.9, window()))
        .prop_map(|(status, paid, refunded_minor, disputed, at, covers)| InvoiceSnapshot {
            gateway_id: format!("in_{}", at.millis()),
            status,
            paid: Money { amount_minor: paid, currency: Currency::parse("EUR").unwrap() },
            refunded_minor,
            disputed,
            finalized_at: Some(at),
            paid_at: (status == InvoiceStatus::Paid).then_some(at),
            covers,
        })
}

fn subscription() -> impl Strategy<Value = SubscriptionSnapshot> {
    let words = ["active", "trialing", "past_due", "unpaid", "canceled", "incomplete", "paused", "brand_new"];
    let status = proptest::sample::select(words.to_vec()).prop_map(Status::parse);
    let invoices = proptest::collection::vec(invoice(), 0..5);
    (status, proptest::option::of(moment()), any::<bool>(), invoices).prop_map(
        |(status, cancel_at, collection_paused, invoices)| SubscriptionSnapshot {
            gateway_id: "sub_1".to_owned(),
            checkout_ref: None,
            gateway_price_id: "price_1".to_owned(),
            status,
            created_at: Moment::from_millis(0),
            current_period_end: None,
            cancel_at,
            collection_paused,
            invoices,
        },
    )
}

/// Whether the money of an invoice is still here.
fn stands(invoice: &InvoiceSnapshot) -> bool {
    let sent_back = invoice.paid.amount_minor > 0 && invoice.refunded_minor >= invoice.paid.amount_minor;
    invoice.status == InvoiceStatus::Paid && !sent_back && !invoice.disputed
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6_000))]

    /// The order in which the gateway lists invoices never decides.
    #[test]
    fn order_never_decides(subscription in subscription()) {
        let mut reversed = subscription.clone();
        reversed.invoices.reverse();
        prop_assert_eq!(project(&subscription, &POLICY), project(&reversed, &POLICY));
    }

    /// Without money that is still here there is no right, whatever the status says.
    #[test]
    fn no_money_no_right(subscription in subscription()) {
        let mut broke = subscription;
        broke.invoices.retain(|invoice| !stands(invoice));
        prop_assert_eq!(project(&broke, &POLICY), None);
    }

    /// A right begins with the first paid stretch and lasts at least as long as what is paid, at most the policy longer.
    #[test]
    fn a_right_is_what_is_paid_and_bounded_slack(subscription in subscription()) {
        let Some(right) = project(&subscription, &POLICY) else { return Ok(()) };
        let paid: Vec<_> =
            subscription.invoices.iter().filter(|invoice| stands(invoice)).filter_map(|invoice| invoice.covers).collect();
        let until = right.window.until.unwrap();
        prop_assert_eq!(Some(right.window.from), paid.iter().map(|covers| covers.from).min());
        prop_assert_eq!(Some(right.paid_until), paid.iter().filter_map(|covers| covers.until).max());
        prop_assert!(until >= right.paid_until);
        let finalized = subscription.invoices.iter().filter_map(|invoice| invoice.finalized_at).max().unwrap();
        let slackest = right.paid_until.plus_millis(POLICY.renewal_slack_millis).max(finalized.plus_millis(POLICY.grace_millis));
        prop_assert!(until <= slackest, "{until:?} is beyond {slackest:?}");
    }

    /// What does not renew has no slack.
    #[test]
    fn what_ends_ends_with_what_is_paid(subscription in subscription()) {
        let ending = subscription.cancel_at.is_some() || subscription.collection_paused;
        let stands_still = matches!(subscription.status, Status::Canceled | Status::Unpaid | Status::Paused);
        if !ending && !stands_still {
            return Ok(());
        }
        if let Some(right) = project(&subscription, &POLICY) {
            prop_assert_eq!(right.window.until, Some(right.paid_until));
        }
    }

    /// Sending all the money back, or a bank's taking it, never lengthens a right.
    #[test]
    fn losing_money_never_lengthens(subscription in subscription(), which in 0..5_usize) {
        let Some(before) = project(&subscription, &POLICY) else { return Ok(()) };
        let mut poorer = subscription;
        let Some(invoice) = poorer.invoices.get_mut(which) else { return Ok(()) };
        invoice.disputed = true;
        if let Some(after) = project(&poorer, &POLICY) {
            prop_assert!(after.paid_until <= before.paid_until && after.window.from >= before.window.from);
        }
    }
}
