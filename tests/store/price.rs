use masthead::{
    domain::{
        checkout::CheckoutState,
        id::PriceId,
        money::Currency,
        plan::{Interval, OwnAmount, Price, Tax},
    },
    store,
};

use crate::{
    ground::{ENTROPY, at, checkout_draft, euros, member, plan, price},
    support::{TestDatabase, on_both_databases},
};

on_both_databases! {
    async fn a_price_reads_back(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let plan_id = plan(&mut tx, "supporter").await;
        let draft = Price {
            id: PriceId::mint(at(0), &ENTROPY),
            plan_id,
            money: euros(7_000),
            interval: Interval::Year,
            tax: Tax::OnTop,
            own_amount: None,
            opens_months: None,
            gateway_price_id: None,
        };
        store::price::insert(&mut tx, &draft, at(0)).await.unwrap();
        assert_eq!(store::price::find(&mut tx, &draft.id).await.unwrap(), Some(draft.clone()));
        assert_eq!(store::price::find(&mut tx, &PriceId::mint(at(0), &ENTROPY)).await.unwrap(), None);
    }

    async fn an_amount_of_ones_own_and_what_it_opens_read_back(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let plan_id = plan(&mut tx, "supporter").await;
        for (suggestions_minor, opens_months) in [(vec![1_000, 5_000], Some(12)), (Vec::new(), None)] {
            let own_amount = OwnAmount { minimum_minor: 500, maximum_minor: 99_999_999, suggestions_minor };
            let draft = Price {
                id: PriceId::mint(at(0), &ENTROPY),
                plan_id: plan_id.clone(),
                money: euros(2_000),
                interval: Interval::Once,
                tax: Tax::None,
                own_amount: Some(own_amount),
                opens_months,
                gateway_price_id: None,
            };
            store::price::insert(&mut tx, &draft, at(0)).await.unwrap();
            assert_eq!(store::price::find(&mut tx, &draft.id).await.unwrap(), Some(draft));
        }
    }

    async fn an_archived_price_is_found_but_not_sold(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let plan_id = plan(&mut tx, "supporter").await;
        let (old, new) = (price(&mut tx, &plan_id, 700).await, price(&mut tx, &plan_id, 800).await);
        assert_eq!(store::price::list_of_plan(&mut tx, &plan_id).await.unwrap().len(), 2);
        store::price::archive(&mut tx, &old.id, at(1)).await.unwrap();
        assert_eq!(store::price::find(&mut tx, &old.id).await.unwrap(), Some(old.clone()));
        assert_eq!(store::price::find_on_sale(&mut tx, &old.id).await.unwrap(), None);
        assert_eq!(store::price::find_on_sale(&mut tx, &new.id).await.unwrap(), Some(new.clone()));
        assert_eq!(store::price::list_on_sale(&mut tx).await.unwrap(), std::slice::from_ref(&new));
        assert_eq!(store::price::list_of_plan(&mut tx, &plan_id).await.unwrap(), std::slice::from_ref(&new));
        let all = store::price::list_all(&mut tx).await.unwrap();
        let mut all: Vec<_> = all.into_iter().map(|(price, on_sale)| (price.id, on_sale)).collect();
        all.sort_by_key(|(_, on_sale)| *on_sale);
        assert_eq!(all, [(old.id, false), (new.id, true)]);
    }

    async fn the_gateways_price_is_set_once_and_finds_ours(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let plan_id = plan(&mut tx, "supporter").await;
        let ours = price(&mut tx, &plan_id, 700).await;
        for gateway_id in ["price_1", "price_2"] {
            store::price::set_gateway_price(&mut tx, &ours.id, gateway_id).await.unwrap();
        }
        let found = store::price::find_by_gateway_id(&mut tx, "price_1").await.unwrap();
        assert_eq!(found.map(|price| price.id), Some(ours.id.clone()));
        assert_eq!(store::price::find_by_gateway_id(&mut tx, "price_2").await.unwrap(), None);
        store::price::archive(&mut tx, &ours.id, at(1)).await.unwrap();
        assert!(store::price::find_by_gateway_id(&mut tx, "price_1").await.unwrap().is_some(), "it may still be billed");
    }

    async fn what_is_off_sale_is_archived_at_the_gateway_once(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let plan_id = plan(&mut tx, "supporter").await;
        let (old, unmade) = (price(&mut tx, &plan_id, 700).await, price(&mut tx, &plan_id, 800).await);
        let waiting = async |tx: &mut store::Tx| -> Vec<PriceId> {
            store::price::list_to_archive_at_gateway(tx).await.unwrap().into_iter().map(|price| price.id).collect()
        };
        store::price::set_gateway_price(&mut tx, &old.id, "price_1").await.unwrap();
        assert_eq!(waiting(&mut tx).await, []);
        for one in [&old, &unmade] {
            store::price::archive(&mut tx, &one.id, at(1)).await.unwrap();
        }
        assert_eq!(waiting(&mut tx).await, std::slice::from_ref(&old.id), "what was never made there needs no archiving");
        store::price::set_archived_at_gateway(&mut tx, &old.id, at(2)).await.unwrap();
        assert_eq!(waiting(&mut tx).await, []);
        // Made again in another account.
        sqlx::query("UPDATE price SET gateway_price_id = NULL").execute(&mut *tx).await.unwrap();
        store::price::set_gateway_price(&mut tx, &old.id, "price_2").await.unwrap();
        assert_eq!(waiting(&mut tx).await, [old.id]);
    }

    async fn the_currency_of_a_member_is_that_of_the_last_payment(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ada = member(&mut tx, "ada").await;
        let plan_id = plan(&mut tx, "supporter").await;
        let mut seen = Vec::new();
        for (second, code, state) in [
            (1, "USD", CheckoutState::Paid),
            (2, "GBP", CheckoutState::Settling),
            (3, "EUR", CheckoutState::Open),
            (4, "EUR", CheckoutState::Expired),
        ] {
            let mut listed = price(&mut tx, &plan_id, 700 + second).await;
            listed.id = PriceId::mint(at(second), &ENTROPY);
            listed.money.currency = Currency::parse(code).unwrap();
            store::price::insert(&mut tx, &listed, at(0)).await.unwrap();
            let mut draft = checkout_draft(&mut tx, "ada", code).await;
            (draft.price_id, draft.member_id, draft.created_at) = (listed.id, Some(ada.id.clone()), at(second));
            store::checkout::insert(&mut tx, &draft).await.unwrap();
            store::checkout::set_state(&mut tx, &draft.id, state, at(second)).await.unwrap();
            let found = store::price::find_currency_of_member(&mut tx, &ada.id).await.unwrap();
            seen.push(found.map(|currency| currency.to_string()).unwrap_or_default());
        }
        assert_eq!(seen, ["USD", "GBP", "GBP", "GBP"]);
        let ben = member(&mut tx, "ben").await;
        assert_eq!(store::price::find_currency_of_member(&mut tx, &ben.id).await.unwrap(), None);
    }
}
