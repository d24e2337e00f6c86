use masthead::{
    domain::{
        id::PriceMoveId,
        price_move::{PriceMove, TakesHold},
    },
    store,
};

use crate::{
    ground::{ENTROPY, at, at_once, plan, price},
    support::{TestDatabase, on_both_databases},
};

async fn draft(conn: &mut store::Conn) -> PriceMove {
    let plan_id = plan(conn, "supporter").await;
    let (from, to) = (price(conn, &plan_id, 700).await.id, price(conn, &plan_id, 900).await.id);
    PriceMove { id: PriceMoveId::mint(at(0), &ENTROPY), from, to, takes_hold: TakesHold::Renewal, begun_at: at(0) }
}

on_both_databases! {
    async fn a_move_goes_on_as_it_was_begun_until_it_is_finished(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let first = draft(&mut tx).await;
        assert_eq!(store::price_move::find_unfinished(&mut tx, &first.from, &first.to).await.unwrap(), None);
        assert_eq!(store::price_move::begin_or_find(&mut tx, &first).await.unwrap(), first);
        let other = PriceMove { id: PriceMoveId::mint(at(1), &ENTROPY), takes_hold: TakesHold::Now, ..first.clone() };
        assert_eq!(store::price_move::begin_or_find(&mut tx, &other).await.unwrap(), first);
        let back = PriceMove { id: PriceMoveId::mint(at(2), &ENTROPY), from: first.to.clone(), to: first.from.clone(), ..first.clone() };
        assert_eq!(store::price_move::begin_or_find(&mut tx, &back).await.unwrap(), back, "the other way is another");
        let finish = async |tx: &mut store::Tx| store::price_move::finish(tx, &first.id, at(3)).await.unwrap();
        assert_eq!((finish(&mut tx).await, finish(&mut tx).await), (true, false));
        assert_eq!(store::price_move::find_unfinished(&mut tx, &first.from, &first.to).await.unwrap(), None);
        assert_eq!(store::price_move::begin_or_find(&mut tx, &other).await.unwrap(), other, "a new one begins");
    }

    async fn many_at_once_begin_one_move(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let first = draft(&mut tx).await;
        tx.commit().await.unwrap();
        let ids = at_once(&db.store, 20, move |mut tx, _| {
            let draft = PriceMove { id: PriceMoveId::mint(at(1), &ENTROPY), ..first.clone() };
            async move {
                let begun = store::price_move::begin_or_find(&mut tx, &draft).await.unwrap();
                (tx, begun.id)
            }
        })
        .await;
        assert!(ids.iter().all(|id| id == &ids[0]), "{ids:?}");
    }
}
