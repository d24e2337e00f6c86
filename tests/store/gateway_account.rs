use masthead::{
    domain::{checkout::CheckoutState, payment_event::PaymentEvent, subscription::Status},
    store::{self, webhook_event::Intake},
};

use crate::{
    ground::{at, subscription},
    support::{TestDatabase, on_both_databases},
};

on_both_databases! {
    async fn what_stands_is_listed_and_then_let_go_of(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ada = subscription(&mut tx, "ada", "sub_1").await;
        let prices = store::price::list_on_sale(&mut tx).await.unwrap();
        store::price::set_gateway_price(&mut tx, &prices[0].id, "price_1").await.unwrap();
        let plans = store::plan::list(&mut tx).await.unwrap();
        store::plan::set_gateway_product(&mut tx, &plans[0].id, "prod_1").await.unwrap();
        store::customer::lease(&mut tx, "cus_new", at(0), at(1)).await.unwrap();
        store::customer::set_member(&mut tx, "cus_new", &ada.member_id, at(0)).await.unwrap();
        let event = PaymentEvent {
            id: "evt_1".to_owned(),
            kind: "invoice.paid".to_owned(),
            object_id: None,
            routing_key: Some("cus_new".to_owned()),
            livemode: false,
            account: None,
        };
        store::webhook_event::insert(&mut tx, &event, "{}", Intake::Pending, at(0)).await.unwrap();
        let billed = store::gateway_account::list_billed(&mut tx).await.unwrap();
        assert_eq!(billed.len(), 1);
        assert_eq!((&billed[0].subscription_id, &billed[0].member_id), (&ada.id, &ada.member_id));

        store::gateway_account::forget_objects(&mut tx, at(50), at(60)).await.unwrap();
        assert!(store::gateway_account::list_billed(&mut tx).await.unwrap().is_empty());
        let kept = store::subscription::list_of_member(&mut tx, &ada.member_id).await.unwrap().remove(0);
        assert_eq!((kept.status.clone(), kept.ended_at, kept.is_live()), (Status::Canceled, Some(at(50)), false));
        assert_eq!(store::price::find(&mut tx, &prices[0].id).await.unwrap().unwrap().gateway_price_id, None);
        assert_eq!(store::plan::list(&mut tx).await.unwrap()[0].gateway_product_id, None);
        assert!(store::customer::list_of_member(&mut tx, &ada.member_id).await.unwrap().is_empty());
        assert_eq!(store::webhook_event::count(&mut tx, "quarantined").await.unwrap(), 1);
        let checkout = store::checkout::find(&mut tx, &ada.checkout_id).await.unwrap().unwrap();
        assert_eq!(checkout.state, CheckoutState::Expired);
    }
}
