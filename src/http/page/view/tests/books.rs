//! The files for bookkeepers and givers: whole, deaf to hostile values, and with nothing beside them.

use std::{collections::BTreeMap, fs, path::Path};

use jiff::tz::TimeZone;

use super::samples;
use crate::{
    domain::{
        checkout::Purpose,
        entropy::Entropy,
        id::{MemberId, OfflinePaymentId},
        money::{Currency, Money},
        payment::MovementKind,
        statement::{Entry, OfflineEntry, Statement},
        time::{Moment, Window},
    },
    http::page::view::{BooksPage, StatementPage},
    text::{Library, statement::Detail},
};

struct Fives;

impl Entropy for Fives {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(5);
    }
}

fn money(amount_minor: i64, code: &str) -> Money {
    Money { amount_minor, currency: Currency::parse(code).unwrap() }
}

/// Some rows whose words are `text`.
fn statement(text: &str) -> Statement {
    let at = |day: i64| Moment::parse("2026-11-01T09:00:00Z").unwrap().plus_millis(day * 86_400_000);
    let member_id = MemberId::mint(at(0), &Fives);
    let entry = |number: i64, kind, amount_minor, code, tax_rate: Option<&str>| Entry {
        balance_transaction_id: format!("txn_1SoBooks{number:012}"),
        kind,
        purpose: Some(Purpose::Gift),
        months: (kind == MovementKind::Payment).then_some(12),
        member_id: Some(member_id.clone()),
        member_number: Some(24_601),
        plan_slug: Some(text.to_owned()),
        price_id: None,
        source_ref: Some(format!("ch_1SoBooks{number:012}")),
        charge_ref: Some(format!("ch_1SoBooks{number:012}")),
        invoice_ref: Some(format!("in_1SoBooks{number:012}")),
        gross: money(amount_minor, code),
        tax_minor: tax_rate.map_or(0, |_| amount_minor / 6),
        tax_rate: tax_rate.map(str::to_owned),
        fee_minor: 40,
        net_minor: amount_minor - 40,
        occurred_at: at(number),
    };
    let entries = vec![
        entry(1, MovementKind::Payment, 700, "EUR", Some("20")),
        entry(2, MovementKind::Payment, 7_000, "EUR", Some("19")),
        entry(3, MovementKind::Refund, -199, "EUR", Some("20")),
        entry(4, MovementKind::Payment, 1_500, "USD", None),
        entry(5, MovementKind::Dispute, -1_500, "USD", None),
        entry(6, MovementKind::Payment, 900, "CAD", Some("5 + 9.975")),
    ];
    let offline = vec![OfflineEntry {
        id: OfflinePaymentId::mint(at(7), &Fives),
        member_id: member_id.clone(),
        member_number: 24_601,
        plan_slug: Some(text.to_owned()),
        money: money(15_000, "EUR"),
        reference: Some(text.to_owned()),
        noted_at: at(7),
    }];
    let window = Window { from: at(0), until: Some(at(30)) };
    Statement::of(window, &[money(123_456, "EUR")], entries, offline)
}

/// The bookkeeper's page, and the giver's.
fn pages(text: &str) -> [(&'static str, String); 2] {
    let (texts, theme, time_zone) = (Library::shared().english(), samples::theme(), TimeZone::UTC);
    let statement = statement(text);
    let now = Moment::parse("2026-12-02T09:00:00Z").unwrap().timestamp();
    let (period, detail) = ("2026-11", Detail::Rows);
    let plans = BTreeMap::from([("supporter".to_owned(), "A Supporter".to_owned())]);
    let (theme, time_zone) = (&theme, &time_zone);
    let books = BooksPage { texts, theme, time_zone, period, now, statement: &statement, plans: &plans, detail };
    let giver = StatementPage::of("2026".to_owned(), text.to_owned(), 24_601, &statement);
    [("books", books.render()), ("books-of-giver", giver.render_alone(texts, theme, time_zone))]
}

#[test]
fn the_files_are_whole_and_are_written_to_be_looked_at() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/gallery");
    fs::create_dir_all(&folder).unwrap();
    for (name, page) in pages("supporter") {
        assert!(page.ends_with("</html>") && page.contains("@media print"), "{name}");
        assert!(
            !page.contains("<script") && !page.contains("<link") && !page.contains(" src="),
            "{name} needs something"
        );
        fs::write(folder.join(format!("{name}.html")), page).unwrap();
    }
    let [(_, books), (_, giver)] = pages("supporter");
    for words in
        ["Opening balance", "Total of 2026-11", "Closing balance", "A Supporter", "Gift, 12 months", "Member no. 24601"]
    {
        assert!(books.contains(words), "{words} is not in {books}");
    }
    assert_eq!(
        books.matches(">supporter<").count(),
        1,
        "the title stands for the slug, and not for a reference: {books}"
    );
    for words in ["1234.56", "5 + 9.975 %", "no tax", "Disputes", "txn_1SoBooks000000000006", "150.00", "opy_"] {
        assert!(books.contains(words), "{words} is not in {books}");
    }
    assert!(giver.contains("EUR: €225.01") && !giver.contains("txn_"), "{giver}");
}

#[test]
fn words_of_others_stay_words() {
    for (name, page) in pages("</style><img src=x onerror=alert(1)>\"'&") {
        assert!(!page.contains("<img") && page.matches("</style>").count() == 1, "{name}: {page}");
    }
}
