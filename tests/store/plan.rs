use masthead::{domain::id::PriceId, store};

use crate::{
    gate::gate_draft,
    ground::{ENTROPY, at, plan, plan_draft, price},
    support::{TestDatabase, on_both_databases},
};

on_both_databases! {
    async fn plans_come_in_their_order_with_their_gates(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let members = store::gate::declare(&mut tx, &gate_draft("members"), at(0)).await.unwrap();
        let archive = store::gate::declare(&mut tx, &gate_draft("archive"), at(0)).await.unwrap();
        let patron = store::plan::declare(&mut tx, &plan_draft("patron"), 2, at(0)).await.unwrap();
        let supporter = store::plan::declare(&mut tx, &plan_draft("supporter"), 1, at(0)).await.unwrap();
        let friend = store::plan::declare(&mut tx, &plan_draft("friend"), 2, at(0)).await.unwrap();
        store::plan::set_gates(&mut tx, &patron, &[members.id.clone(), archive.id]).await.unwrap();
        store::plan::set_gates(&mut tx, &supporter, std::slice::from_ref(&members.id)).await.unwrap();
        let plans = store::plan::list(&mut tx).await.unwrap();
        let seen: Vec<_> = plans.iter().map(|plan| (&plan.id, plan.gates.join(","))).collect();
        assert_eq!(seen, [(&supporter, "members".to_owned()), (&friend, String::new()), (&patron, "archive,members".to_owned())]);
        store::plan::set_gates(&mut tx, &patron, &[]).await.unwrap();
        assert!(store::plan::list(&mut tx).await.unwrap()[2].gates.is_empty());
    }

    async fn declaring_again_changes_the_words_and_keeps_the_plan(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let id = plan(&mut tx, "supporter").await;
        let mut again = plan_draft("supporter");
        again.title = "Friend".to_owned();
        assert_eq!(store::plan::declare(&mut tx, &again, 0, at(1)).await.unwrap(), id);
        let plans = store::plan::list(&mut tx).await.unwrap();
        assert_eq!((plans.len(), plans[0].title.as_str()), (1, "Friend"));
    }

    async fn what_is_archived_is_not_on_sale(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let id = plan(&mut tx, "supporter").await;
        plan(&mut tx, "patron").await;
        sqlx::query("UPDATE plan SET archived_at = 1 WHERE id = $1").bind(id.as_str()).execute(&mut *tx).await.unwrap();
        let on_sale = store::plan::list_on_sale(&mut tx).await.unwrap();
        assert_eq!(on_sale.iter().map(|plan| plan.slug.as_str()).collect::<Vec<_>>(), ["patron"]);
        assert_eq!(store::plan::list(&mut tx).await.unwrap().len(), 2);
        plan(&mut tx, "supporter").await;
        assert_eq!(store::plan::list_on_sale(&mut tx).await.unwrap().len(), 2, "declared again, on sale again");
    }

    async fn the_gateways_product_is_set_once(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let id = plan(&mut tx, "supporter").await;
        for product in ["prod_1", "prod_2"] {
            store::plan::set_gateway_product(&mut tx, &id, product).await.unwrap();
        }
        assert_eq!(store::plan::list(&mut tx).await.unwrap()[0].gateway_product_id.as_deref(), Some("prod_1"));
    }

    async fn a_prices_plan_is_found_by_its_slug(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let id = plan(&mut tx, "supporter").await;
        let ours = price(&mut tx, &id, 700).await;
        assert_eq!(store::plan::find_slug_of_price(&mut tx, &ours.id).await.unwrap().as_deref(), Some("supporter"));
        let strange = PriceId::mint(at(0), &ENTROPY);
        assert_eq!(store::plan::find_slug_of_price(&mut tx, &strange).await.unwrap(), None);
    }
}
