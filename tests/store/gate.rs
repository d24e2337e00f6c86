use masthead::{
    domain::{
        gate::{Gate, OpensFor},
        id::GateId,
    },
    store,
};

use crate::{
    ground::{ENTROPY, at},
    support::{TestDatabase, on_both_databases},
};

pub fn gate_draft(slug: &str) -> Gate {
    Gate {
        id: GateId::mint(at(0), &ENTROPY),
        slug: slug.to_owned(),
        title: "A gate".to_owned(),
        opens_for: OpensFor::Plan,
    }
}

on_both_databases! {
    async fn gates_are_declared_once_each_and_listed_by_slug(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let members = store::gate::declare(&mut tx, &gate_draft("members"), at(0)).await.unwrap();
        let archive = store::gate::declare(&mut tx, &gate_draft("archive"), at(0)).await.unwrap();
        let again = Gate { title: "Another title".to_owned(), opens_for: OpensFor::Registered, ..gate_draft("members") };
        let stored = store::gate::declare(&mut tx, &again, at(1)).await.unwrap();
        assert_eq!(stored, Gate { id: members.id, ..again });
        assert_eq!(store::gate::list(&mut tx).await.unwrap(), [archive, stored]);
    }
}
