//! `async-stripe`, unmodified, reads everything that the sandbox says.

use std::collections::HashMap;

use futures_util::TryStreamExt;
use stripe_billing::{
    billing_portal_session::CreateBillingPortalSession,
    invoice::ListInvoice,
    invoice_payment::ListInvoicePayment,
    subscription::{
        CancelSubscription, ListSubscription, ListSubscriptionStatus, RetrieveSubscription, UpdateSubscription,
    },
};
use stripe_checkout::checkout_session::{
    CreateCheckoutSession, CreateCheckoutSessionLineItems, ExpireCheckoutSession, RetrieveCheckoutSession,
};
use stripe_core::{
    balance_transaction::ListBalanceTransaction,
    charge::ListCharge,
    customer::{
        CreateCustomer, DeleteCustomer, ListCustomer, RetrieveCustomer, RetrieveCustomerReturned, UpdateCustomer,
    },
    event::ListEvent,
    payment_intent::ListPaymentIntent,
    refund::CreateRefund,
};
use stripe_payment::payment_method::ListPaymentMethod;
use stripe_product::{
    price::{CreatePrice, CreatePriceRecurring, CreatePriceRecurringInterval, ListPrice},
    product::CreateProduct,
};
use stripe_shared::{CheckoutSession, CheckoutSessionMode, SubscriptionStatus};

use crate::support::{Bench, KEY, bench};

fn client(bench: &Bench) -> stripe::Client {
    stripe::ClientBuilder::new(KEY).url(format!("{}/", bench.url)).build().unwrap()
}

async fn open_session(client: &stripe::Client) -> CheckoutSession {
    let product = CreateProduct::new("Supporter").send(client).await.unwrap();
    let price = CreatePrice::new(stripe_types::Currency::EUR)
        .product(product.id.as_str())
        .unit_amount(700)
        .recurring(CreatePriceRecurring::new(CreatePriceRecurringInterval::Month))
        .send(client)
        .await
        .unwrap();
    let mut line = CreateCheckoutSessionLineItems::new();
    line.price = Some(price.id.to_string());
    line.quantity = Some(1);
    CreateCheckoutSession::new()
        .mode(CheckoutSessionMode::Subscription)
        .line_items(vec![line])
        .success_url("http://127.0.0.1:9/")
        .customer_email("ada@example.com")
        .metadata(HashMap::from([("a".to_owned(), "1".to_owned())]))
        .send(client)
        .await
        .unwrap()
}

async fn member(bench: &Bench, client: &stripe::Client) -> CheckoutSession {
    let session = open_session(client).await;
    let url = serde_json::json!({ "url": session.url });
    assert_eq!(bench.pay(&url, "4242424242424242").await.0, 303);
    RetrieveCheckoutSession::new(session.id)
        .expand(["line_items".to_owned(), "subscription".to_owned()])
        .send(client)
        .await
        .unwrap()
}

#[tokio::test]
async fn customers() {
    let bench = bench().await;
    let client = client(&bench);
    let made = CreateCustomer::new().email("a@b.io").name("A").send(&client).await.unwrap();
    let changed = UpdateCustomer::new(made.id.clone()).name("B").send(&client).await.unwrap();
    assert_eq!(changed.name.as_deref(), Some("B"));
    for _ in 0..4 {
        CreateCustomer::new().send(&client).await.unwrap();
    }
    let all: Vec<_> = ListCustomer::new().limit(2).paginate().stream(&client).try_collect().await.unwrap();
    assert_eq!(all.len(), 5);
    DeleteCustomer::new(made.id.clone()).send(&client).await.unwrap();
    let gone = RetrieveCustomer::new(made.id).send(&client).await.unwrap();
    assert!(matches!(gone, RetrieveCustomerReturned::DeletedCustomer(_)));
    let missing = RetrieveCustomer::new("cus_none").send(&client).await.unwrap_err();
    assert!(matches!(missing, stripe::StripeError::Stripe(_, 404)), "{missing}");
}

#[tokio::test]
async fn a_membership_from_checkout_to_refund() {
    let bench = bench().await;
    let client = client(&bench);
    let session = member(&bench, &client).await;
    assert_eq!(session.line_items.unwrap().data.len(), 1);
    let subscription = session.subscription.unwrap().into_object().unwrap();
    assert_eq!(subscription.status, SubscriptionStatus::Active);
    let customer = subscription.customer.id().to_string();

    let invoices = ListInvoice::new().customer(&customer).expand(["data.payments".to_owned()]);
    let invoices: Vec<_> = invoices.paginate().stream(&client).try_collect().await.unwrap();
    let details = invoices[0].parent.as_ref().unwrap().subscription_details.as_ref().unwrap();
    assert_eq!(details.subscription.id(), &subscription.id);
    let payment = &invoices[0].payments.as_ref().unwrap().data[0];
    let intent = payment.payment.payment_intent.as_ref().unwrap().id().to_string();
    let listed =
        ListInvoicePayment::new().invoice(invoices[0].id.as_ref().unwrap().as_str()).send(&client).await.unwrap();
    assert_eq!(listed.data[0].id, payment.id);

    let charges = ListCharge::new()
        .customer(&customer)
        .expand(["data.balance_transaction".to_owned()])
        .send(&client)
        .await
        .unwrap();
    assert_eq!(charges.data[0].balance_transaction.as_ref().unwrap().as_object().unwrap().net, 664);
    assert_eq!(ListPaymentIntent::new().customer(&customer).send(&client).await.unwrap().data[0].id.as_str(), intent);
    assert_eq!(ListPaymentMethod::new().customer(&customer).send(&client).await.unwrap().data.len(), 1);

    let refund = CreateRefund::new().payment_intent(&intent).amount(100).send(&client).await.unwrap();
    assert_eq!(refund.amount, 100);
    assert_eq!(ListBalanceTransaction::new().send(&client).await.unwrap().data[0].amount, -100);
}

#[tokio::test]
async fn changing_and_ending_a_subscription() {
    let bench = bench().await;
    let client = client(&bench);
    let session = member(&bench, &client).await;
    let id = session.subscription.unwrap().id().clone();
    let cancelled = UpdateSubscription::new(id.clone()).cancel_at_period_end(true).send(&client).await.unwrap();
    assert_eq!(cancelled.cancel_at, Some(cancelled.items.data[0].current_period_end));
    let ended = CancelSubscription::new(id.clone()).send(&client).await.unwrap();
    assert_eq!(ended.status, SubscriptionStatus::Canceled);
    assert_eq!(RetrieveSubscription::new(id).send(&client).await.unwrap().ended_at, ended.ended_at);
    let all = ListSubscription::new().status(ListSubscriptionStatus::All).send(&client).await.unwrap();
    assert_eq!(all.data.len(), 1);
}

#[tokio::test]
async fn the_rest_of_what_a_membership_service_calls() {
    let bench = bench().await;
    let client = client(&bench);
    let session = member(&bench, &client).await;
    let customer = session.customer.unwrap().id().to_string();
    let portal = CreateBillingPortalSession::new()
        .customer(&customer)
        .return_url("http://127.0.0.1:9/")
        .send(&client)
        .await
        .unwrap();
    assert!(portal.url.starts_with(&bench.url));
    assert_eq!(ListPrice::new().active(true).send(&client).await.unwrap().data.len(), 1);
    let open = open_session(&client).await;
    let expired = ExpireCheckoutSession::new(open.id).send(&client).await.unwrap();
    assert_eq!(expired.status, Some(stripe_shared::CheckoutSessionStatus::Expired));
    let events: Vec<_> = ListEvent::new().limit(5).paginate().stream(&client).try_collect().await.unwrap();
    assert!(events.len() > 15, "{}", events.len());
}
