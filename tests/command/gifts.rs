//! `masthead gifts`: what staff do with gifts that were paid.

use serde_json::{Value, json};

use crate::support::{Production, TestDatabase, on_both_databases, production::words, until};

const ADA: &str = "ada@example.com";
const BEN: &str = "ben@example.com";
const CLEO: &str = "cleo@example.com";

/// Pays a gift that is mailed to somebody; `more` is laid over what is said of it.
async fn give(production: &Production, giver: &str, more: Value) {
    let browser = production.client();
    let plans: Value = browser.get(production.address("/v1/plans")).send().await.unwrap().json().await.unwrap();
    let price = &plans["items"][0]["prices"][0]["id"];
    let mut gift = json!({ "recipient_email": BEN, "from": "Ada" });
    for (key, value) in more.as_object().unwrap() {
        gift[key] = value.clone();
    }
    let body = json!({ "price": price, "email": giver, "gift": gift });
    let answer = browser.post(production.address("/v1/checkout")).json(&body).send().await.unwrap();
    let body: Value = answer.json().await.unwrap();
    let card = [
        ("email", giver),
        ("card_number", "4242424242424242"),
        ("card_expiry", "12/34"),
        ("card_cvc", "123"),
        ("name", "Ada"),
    ];
    let page = body["checkout_url"].as_str().unwrap_or_else(|| panic!("{body}"));
    let paid = browser.post(page).form(&card).send().await.unwrap();
    assert_eq!(paid.status(), 303);
}

/// The codes in what was mailed to the reader, the oldest first.
fn codes(production: &Production) -> Vec<String> {
    let is_code = |line: &str| line.len() == 19 && line.split('-').filter(|group| group.len() == 4).count() == 4;
    let mails = production.post_office.mails(BEN);
    mails.iter().filter_map(|mail| mail.lines().find(|line| is_code(line)).map(str::to_owned)).collect()
}

/// What `gifts list` says once so many gifts are paid and booked.
async fn listed(production: &Production, arguments: &[&str], count: usize) -> Vec<String> {
    until(&format!("{count} gifts in the list"), || async {
        let said = words(&production.run(&[&["gifts", "list"], arguments].concat()));
        let lines: Vec<String> = said.lines().map(str::to_owned).collect();
        // Booked, and mailed unless its day is to come.
        let is_done = |line: &String| {
            line.contains("  EUR 7.00  ") && (line.contains("mailed on") || !line.contains("  waiting  "))
        };
        let is_whole = lines.len() == count && lines.iter().all(is_done);
        is_whole.then_some(lines)
    })
    .await
}

fn id(line: &str) -> String {
    line.split_whitespace().next().unwrap().to_owned()
}

on_both_databases! {
    async fn a_gift_is_listed_mailed_again_and_taken_back(db: TestDatabase) {
        let production = Production::new(db).await;
        let _serving = production.serve(&[]).await;
        give(&production, ADA, json!({})).await;
        until("the code", || async { (codes(&production).len() == 1).then_some(()) }).await;
        let line = listed(&production, &[], 1).await.remove(0);
        let id = id(&line);
        assert!(id.starts_with("gft_") && line.contains("  sent  paid on 20"), "{line}");
        assert!(line.contains("  EUR 7.00  Supporter, 1 month  from member 1  redeem until 20"), "{line}");
        assert!(!line.contains('@') && !line.contains(&codes(&production)[0]), "{line}");

        let again = production.run(&["gifts", "resend", &id]);
        assert!(again.status.success(), "{}", words(&again));
        until("the code again", || async { (codes(&production).len() == 2).then_some(()) }).await;
        assert_eq!(codes(&production)[0], codes(&production)[1]);

        let revoked = production.run(&["gifts", "revoke", &id]);
        assert!(revoked.status.success() && words(&revoked).contains("at Stripe"), "{}", words(&revoked));
        assert!(words(&production.run(&["gifts", "list"])).contains("taken_back"));
        for what in ["resend", "revoke"] {
            let refused = production.run(&["gifts", what, &id]);
            assert!(!refused.status.success() && words(&refused).contains("waits to be redeemed"), "{}", words(&refused));
        }
        let mut conn = production.database.store.read().await.unwrap();
        let audited = "SELECT action FROM audit WHERE subject_id = $1 AND action LIKE 'gift.re%' ORDER BY id";
        let audited: Vec<String> = sqlx::query_scalar(audited).bind(&id).fetch_all(&mut *conn).await.unwrap();
        assert_eq!(audited, ["gift.resent", "gift.revoked"]);
    }

    async fn a_gift_whose_day_has_not_come_is_mailed_before_it_only_on_purpose(db: TestDatabase) {
        let production = Production::new(db).await;
        let _serving = production.serve(&[]).await;
        let (now, zone) = (jiff::Timestamp::now(), jiff::tz::TimeZone::get("Europe/Lisbon").unwrap());
        let send_at = now + jiff::SignedDuration::from_hours(24 * 30);
        let day = zone.to_datetime(send_at).date().to_string();
        give(&production, CLEO, json!({ "send_at": send_at.to_string() })).await;
        let line = listed(&production, &[], 1).await.remove(0);
        assert!(line.contains("  waiting  ") && line.contains(&format!("  mailed on {day}, redeem until 20")), "{line}");
        let id = id(&line);
        let refused = production.run(&["gifts", "resend", &id]);
        let said = words(&refused);
        assert!(!refused.status.success() && said.contains(&day) && said.contains("--now"), "{said}");
        assert!(codes(&production).is_empty());
        assert!(listed(&production, &[], 1).await[0].contains("  waiting  "));

        let sent = production.run(&["gifts", "resend", &id, "--now"]);
        assert!(sent.status.success(), "{}", words(&sent));
        until("the code", || async { (codes(&production).len() == 1).then_some(()) }).await;
        let line = listed(&production, &[], 1).await.remove(0);
        assert!(line.contains("  sent  ") && !line.contains("mailed on"), "{line}");
        // From now on it is one that was mailed: on its day nothing is due.
        let mut conn = production.database.store.read().await.unwrap();
        let then = masthead::domain::time::Moment::from_millis(send_at.as_millisecond() + 1);
        assert!(masthead::store::gift::list_to_send(&mut conn, then, 9).await.unwrap().is_empty());
        assert!(production.run(&["gifts", "resend", &id]).status.success());
    }

    async fn one_is_found_by_the_address_that_gave_it_or_gets_it(db: TestDatabase) {
        let production = Production::new(db).await;
        let _serving = production.serve(&[]).await;
        give(&production, ADA, json!({})).await;
        give(&production, CLEO, json!({ "recipient_email": ADA })).await;
        let all = listed(&production, &[], 2).await;
        // One below the other.
        let place = |line: &String, word: &str| line.find(word).unwrap_or_else(|| panic!("{word} is not in {line}"));
        for word in ["paid on", "EUR", "Supporter", "from member", "redeem until"] {
            assert_eq!(place(&all[0], word), place(&all[1], word), "{all:?}");
        }
        assert_eq!(listed(&production, &["--of", ADA], 2).await, all);
        let bens = listed(&production, &["--of", BEN], 1).await;
        let cleos = listed(&production, &["--of", "CLEO@example.com"], 1).await;
        assert_ne!(id(&bens[0]), id(&cleos[0]));
        // Nobody redeemed it by a day that is over by now.
        let mut tx = production.database.store.begin().await.unwrap();
        let over = jiff::Timestamp::now().as_millisecond() - 1_000;
        sqlx::query("UPDATE gift SET expires_at = $1 WHERE id = $2").bind(over).bind(id(&bens[0])).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        let expired = listed(&production, &["--of", BEN], 1).await.remove(0);
        assert!(expired.contains("  expired  ") && expired.contains("could be redeemed until 20"), "{expired}");
        let nobodys = words(&production.run(&["gifts", "list", "--of", "dora@example.com"]));
        assert!(nobodys.contains("No gift that was paid is from this address"), "{nobodys}");
        let no_address = production.run(&["gifts", "list", "--of", "dora"]);
        assert!(!no_address.status.success() && words(&no_address).contains("the address"), "{}", words(&no_address));
    }
}
