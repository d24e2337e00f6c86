use masthead::{
    domain::{actor::Actor, id::AuditId},
    store,
};

use crate::{
    ground::{ENTROPY, at, member},
    support::{TestDatabase, on_both_databases},
};

on_both_databases! {
    async fn what_was_done_to_a_subject_reads_back_in_order(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ada = member(&mut tx, "ada").await;
        let actors = [Actor::Reader(ada.id.clone()), Actor::CommandLine, Actor::Gateway { reference: "evt_1".to_owned() }];
        for (actor, (action, second)) in actors.iter().zip([("b.second", 2), ("a.first", 1), ("c.third", 3)]) {
            let record = store::audit::Record {
                id: AuditId::mint(at(0), &ENTROPY),
                at: at(second),
                actor,
                action,
                subject_id: ada.id.as_str(),
                detail: serde_json::json!({ "n": second }),
            };
            store::audit::insert(&mut tx, &record).await.unwrap();
        }
        let actions = store::audit::list_actions(&mut tx, ada.id.as_str()).await.unwrap();
        assert_eq!(actions, ["a.first", "b.second", "c.third"]);
        assert!(store::audit::list_actions(&mut tx, "mem_none").await.unwrap().is_empty());
    }
}
