//! `masthead prices`: old subscribers are moved to a new price on purpose, told once, and billed it with their next payment.

use std::process::{Command, Output};

use masthead::{
    config::read_declaration,
    domain::{actor::Actor, id::PriceId, price_move::TakesHold},
    flow::{
        apply_newsroom::{self, Consent},
        list_prices,
        move_prices::{self, MoveError},
        sync_catalogue,
    },
    store,
};
use serde_json::{Value, json};

use crate::{
    expect::good,
    notices::{DAY_SECONDS, newsroom, update},
    support::{API_KEY, PAPER_URL, TestApp, TestDatabase, lasting_newsroom, on_both_databases, until},
};

const TOLD: &str = "The price of your membership";

pub fn masthead(app: &TestApp, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_masthead"));
    command.args(arguments).env("DATABASE_URL", &app.database.url).env("RUST_BACKTRACE", "0");
    command.env("MASTHEAD__PAYMENTS__SECRET_KEY", API_KEY);
    command.env("MASTHEAD__PAYMENTS__API_URL", format!("{}/", app.sandbox.url()));
    command.env("MASTHEAD__SECRETS__MASTER", "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=");
    command.output().unwrap()
}

pub fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The price of a Supporter's month goes from €7 to €9. Returns the old one's id and the new one's.
async fn raise(app: &TestApp) -> (PriceId, PriceId) {
    let raised = lasting_newsroom().replace("amount_minor = 700,", "amount_minor = 900,");
    let patron = "amount_minor = 15000, currency = \"EUR\", interval = \"year\", tax = \"inside\"";
    let own = "amount_minor = 1800, currency = \"EUR\", interval = \"month\", tax = \"inside\", minimum_minor = 900";
    let raised =
        raised.replacen(&format!("    {{ {patron} }},\n"), &format!("    {{ {patron} }},\n    {{ {own} }},\n"), 1);
    let declaration = read_declaration(&raised, &[("paper_url", PAPER_URL)]).unwrap();
    apply_newsroom::apply(&app.context, &declaration, &Actor::CommandLine, Consent::Given).await.unwrap();
    sync_catalogue::sync(&app.context).await.unwrap();
    let listed = list_prices::list(&app.context).await.unwrap();
    let find = |amount, on_sale| {
        let is_it = |one: &&list_prices::Listed| one.price.money.amount_minor == amount && one.is_on_sale == on_sale;
        listed.iter().find(is_it).unwrap().price.id.clone()
    };
    (find(700, false), find(900, true))
}

async fn subscription_of(app: &TestApp, email: &str) -> Value {
    let customers = app.stripe(&format!("customers?email={email}")).await;
    let customer = customers[0]["id"].as_str().unwrap().to_owned();
    app.stripe(&format!("subscriptions?customer={customer}")).await[0].clone()
}

fn amount(subscription: &Value) -> i64 {
    subscription["items"]["data"][0]["price"]["unit_amount"].as_i64().unwrap()
}

async fn mails(app: &TestApp, email: &str) -> usize {
    app.mails(email).await.iter().filter(|mail| mail.subject.contains(TOLD)).count()
}

async fn billed_by(app: &TestApp, price: &PriceId) -> usize {
    let mut conn = app.context.store.read().await.unwrap();
    store::subscription::list_billed_by(&mut conn, price).await.unwrap().len()
}

async fn faults(app: &TestApp, settings: Value) {
    let address = format!("{}/_sandbox/faults", app.sandbox.url());
    good(app.http.post(address).json(&settings).send().await.unwrap()).await;
}

on_both_databases! {
    async fn old_subscribers_are_moved_told_once_and_billed_with_the_next_payment(db: TestDatabase) {
        let app = newsroom(db).await;
        for email in ["ada@example.com", "ben@example.com", "cleo@example.com"] {
            app.member(email).await;
        }
        let ending = subscription_of(&app, "cleo@example.com").await;
        update(&app, ending["id"].as_str().unwrap(), &[("cancel_at_period_end", "true")]).await;
        app.caught_up().await;
        let (old, new) = raise(&app).await;
        let listed = said(&masthead(&app, &["prices", "list"]));
        let line = |words: &str| listed.lines().find(|line| line.contains(words)).unwrap_or_else(|| panic!("{words}: {listed}"));
        let told: Vec<&str> = line("EUR 7.00 a month").split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
        assert_eq!(told[2..5], ["EUR 7.00 a month", "replaced", "subscriptions: 3"], "{listed}");
        assert!(told[5].starts_with("price_"), "{listed}");
        for made in ["a month or more", "once"] {
            assert!(line(made).ends_with("  made at each checkout"), "{listed}");
        }

        let base = ["prices", "move", "--from", old.as_str(), "--to", new.as_str(), "--at", "renewal"];
        let tried = masthead(&app, &base);
        let words = said(&tried);
        assert!(tried.status.success(), "{words}");
        for part in ["Subscriptions to move: 2. Arranged to end, and left alone: 1.", "EUR 9.00 a month instead of EUR 7.00 a month", "Nothing was changed"] {
            assert!(words.contains(part), "{part} is not in {words}");
        }
        assert_eq!((amount(&subscription_of(&app, "ada@example.com").await), billed_by(&app, &old).await), (700, 3));

        let invoices = app.stripe("invoices?limit=100").await.len();
        let done = masthead(&app, &[&base[..], &["--confirm"]].concat());
        assert!(done.status.success() && said(&done).contains("Moved: 2. There already: 0. Left as they are: 0."), "{}", said(&done));
        until("both to be billed by the new price here", || async { (billed_by(&app, &new).await == 2).then_some(()) }).await;
        for email in ["ada@example.com", "ben@example.com"] {
            assert_eq!(amount(&subscription_of(&app, email).await), 900);
            until("the mail", || async { (mails(&app, email).await > 0).then_some(()) }).await;
        }
        assert_eq!(amount(&subscription_of(&app, "cleo@example.com").await), 700);
        assert_eq!(app.stripe("invoices?limit=100").await.len(), invoices, "nothing is billed out of turn");
        let again = masthead(&app, &[&base[..], &["--confirm"]].concat());
        assert!(again.status.success() && said(&again).contains("Moved: 0."), "{}", said(&again));
        app.caught_up().await;
        app.mail_is_out().await;
        let counts = [mails(&app, "ada@example.com").await, mails(&app, "ben@example.com").await, mails(&app, "cleo@example.com").await];
        assert_eq!(counts, [1, 1, 0]);
        let mail = app.mails("ada@example.com").await.into_iter().find(|mail| mail.subject.contains(TOLD)).unwrap();
        assert!(mail.text.contains("€9 a month") && mail.text.contains("Next payment: "), "{}", mail.text);
        let mut conn = app.context.store.read().await.unwrap();
        for moved in store::subscription::list_billed_by(&mut conn, &new).await.unwrap() {
            let actions = store::audit::list_actions(&mut conn, moved.id.as_str()).await.unwrap();
            assert_eq!(actions.iter().filter(|action| *action == "subscription.moved").count(), 1, "{actions:?}");
        }
        drop(conn);

        app.clock.advance_business_seconds(31 * DAY_SECONDS).await;
        app.caught_up().await;
        let renewals = app.stripe("invoices?limit=100").await;
        let mut paid: Vec<i64> = renewals.iter().filter(|invoice| invoice["billing_reason"] == "subscription_cycle")
            .map(|invoice| invoice["amount_paid"].as_i64().unwrap()).collect();
        paid.sort_unstable();
        assert_eq!(paid, [900, 900]);
        app.stop().await;
    }

    async fn a_move_that_stops_on_the_way_goes_on_and_tells_nobody_twice(db: TestDatabase) {
        let app = newsroom(db).await;
        for email in ["ada@example.com", "ben@example.com", "cleo@example.com"] {
            app.member(email).await;
        }
        let (old, new) = raise(&app).await;
        let planned = move_prices::plan(&app.context, old.as_str(), new.as_str(), TakesHold::Renewal).await.unwrap();
        let second = planned.subscriptions[1].gateway_id.clone();
        // The second is changed, and no reply ever arrives.
        faults(&app, json!({ "seed": 1, "cut": 1.0, "only_path": format!("/v1/subscriptions/{second}") })).await;
        let stopped = move_prices::run(&app.context, &planned, &Actor::CommandLine).await.unwrap_err();
        assert!(matches!(stopped, MoveError::Stopped { done: 1, all: 3, .. }), "{stopped}");
        let otherwise = move_prices::plan(&app.context, old.as_str(), new.as_str(), TakesHold::Now).await.unwrap_err();
        assert!(matches!(otherwise, MoveError::BegunOtherwise(TakesHold::Renewal)), "{otherwise}");
        faults(&app, json!({})).await;
        let rest = move_prices::plan(&app.context, old.as_str(), new.as_str(), TakesHold::Renewal).await.unwrap();
        assert!(rest.is_begun && rest.subscriptions.len() <= 2, "{rest:?}");
        // Whoever was moved already is passed over, even by a plan that was made before.
        let done = move_prices::run(&app.context, &planned, &Actor::CommandLine).await.unwrap();
        assert_eq!((done.moved + done.already, done.already >= 1, done.left.len()), (3, true, 0), "{done:?}");
        until("all to be billed by the new price", || async { (billed_by(&app, &new).await == 3).then_some(()) }).await;
        app.caught_up().await;
        app.mail_is_out().await;
        for email in ["ada@example.com", "ben@example.com", "cleo@example.com"] {
            assert_eq!(mails(&app, email).await, 1, "{email}");
        }
        app.stop().await;
    }

    async fn a_move_that_takes_hold_now_bills_the_rest_of_the_period_with_the_next_payment(db: TestDatabase) {
        let app = newsroom(db).await;
        app.member("ada@example.com").await;
        let (old, new) = raise(&app).await;
        app.clock.advance_business_seconds(10 * DAY_SECONDS).await;
        let planned = move_prices::plan(&app.context, old.as_str(), new.as_str(), TakesHold::Now).await.unwrap();
        let done = move_prices::run(&app.context, &planned, &Actor::CommandLine).await.unwrap();
        assert_eq!(done.moved, 1);
        app.caught_up().await;
        assert_eq!(app.stripe("charges").await.len(), 1, "nobody is charged out of turn");
        app.clock.advance_business_seconds(22 * DAY_SECONDS).await;
        app.caught_up().await;
        let paid = app.stripe("charges").await[0]["amount"].as_i64().unwrap();
        assert!((1_000..1_100).contains(&paid), "{paid}: €9, and some two thirds of the €2 between the prices");
        app.mail_is_out().await;
        let mail = app.mails("ada@example.com").await.into_iter().find(|mail| mail.subject.contains(TOLD)).unwrap();
        assert!(mail.text.contains("settles the difference"), "{}", mail.text);
        let sum = format!("Next payment: €{}.{:02} on ", paid / 100, paid % 100);
        assert!(mail.text.contains(&sum), "{sum} {}", mail.text);
        app.stop().await;
    }

    async fn prices_that_do_not_go_together_move_nobody(db: TestDatabase) {
        let app = newsroom(db).await;
        let (old, new) = raise(&app).await;
        let year = app.price_id("supporter", "year").await;
        let listed = list_prices::list(&app.context).await.unwrap();
        let own = listed.iter().find(|one| one.price.money.amount_minor == 1_800).unwrap().price.id.clone();
        let once = listed.iter().find(|one| one.plan_slug == "contribution").unwrap();
        for (from, to, words) in [
            (old.as_str(), year.as_str(), "the member chooses that in the account, under \"Change, cancel or see invoices\""),
            (old.as_str(), own.as_str(), "each payer chooses"),
            (old.as_str(), once.price.id.as_str(), "paid once"),
            (new.as_str(), old.as_str(), "off sale"),
            (old.as_str(), old.as_str(), "the same price"),
            (old.as_str(), "price_of_nobody", "no price price_of_nobody"),
        ] {
            let refused = masthead(&app, &["prices", "move", "--from", from, "--to", to, "--at", "renewal", "--confirm"]);
            let said = said(&refused);
            assert!(!refused.status.success() && said.contains(words) && said.lines().count() == 1, "{from} {to}: {said}");
        }
        app.stop().await;
    }
}
