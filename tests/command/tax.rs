//! Tax that comes on top, while nobody adds it: told, and nothing stops.

use crate::{
    newsroom::Newsroom,
    support::{Production, TestDatabase, on_both_databases, production::words},
};

const LISTED: &str = "amount_minor = 700, currency = \"EUR\", interval = \"month\", tax = \"inside\"";

fn on_top() -> String {
    let declared = include_str!("../../config/demo.toml").replace("{paper_url}", "https://paper.example");
    declared.replace(LISTED, &LISTED.replace("inside", "on_top"))
}

#[test]
fn a_price_whose_tax_nobody_adds_is_told_when_it_is_applied() {
    let newsroom = Newsroom::new();
    let file = newsroom.write("on-top.toml", &on_top());
    for arguments in [&["apply", "--dry-run", &file][..], &["apply", "--confirm", &file]] {
        let said = newsroom.good(arguments);
        assert!(said.contains("Warning: tax comes on top of plans[supporter].prices[0]"), "{said}");
        assert!(said.contains("payments.tax = true"), "{said}");
    }
    let file = newsroom.write("inside.toml", &on_top().replace("on_top", "inside"));
    assert!(!newsroom.good(&["apply", "--confirm", &file]).contains("Warning"));
}

on_both_databases! {
    async fn the_settings_are_tried_against_the_prices_on_sale(db: TestDatabase) {
        let mut production = Production::new(db).await;
        assert!(!words(&production.run(&["check-config"])).contains("WARN"));
        let file = production.folder.path().join("on-top.toml");
        std::fs::write(&file, on_top()).unwrap();
        let applied = production.run(&["apply", "--confirm", file.to_str().unwrap()]);
        assert!(applied.status.success(), "{}", words(&applied));
        let output = production.run(&["check-config"]);
        let said = words(&output);
        assert!(said.contains("payments  WARN   tax comes on top of 1 of the prices on sale"), "{said}");
        assert_eq!(output.status.code(), Some(0), "it is no fault: {said}");
        production.set("MASTHEAD__PAYMENTS__TAX", "true");
        assert!(!words(&production.run(&["check-config"])).contains("WARN"));
    }
}
