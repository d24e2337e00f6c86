//! A statement's parts add up to its whole, whatever the rows are, by whole numbers alone.

use masthead::domain::{
    money::{Currency, Money},
    payment::MovementKind,
    statement::{Entry, Statement},
    time::{Moment, Window},
};

use crate::support::SeededEntropy;

const HISTORIES: u64 = 400;
const KINDS: [MovementKind; 6] = [
    MovementKind::Payment,
    MovementKind::Refund,
    MovementKind::RefundFailure,
    MovementKind::Dispute,
    MovementKind::DisputeReversal,
    MovementKind::Other,
];
const CURRENCIES: [&str; 4] = ["EUR", "JPY", "KWD", "USD"];

fn currency(chance: &SeededEntropy) -> Currency {
    Currency::parse(CURRENCIES[chance.below(4) as usize]).unwrap()
}

/// Mostly what memberships cost, now and then the most that a row can hold.
fn amount(chance: &SeededEntropy) -> i64 {
    match chance.below(20) {
        0 => i64::MAX,
        1 => i64::MIN,
        _ => chance.below(100_000) as i64 - 50_000,
    }
}

fn entry(chance: &SeededEntropy, number: u64) -> Entry {
    let plan = ["supporter", "patron", ""][chance.below(3) as usize];
    Entry {
        balance_transaction_id: format!("txn_{number}"),
        kind: KINDS[chance.below(6) as usize],
        purpose: None,
        months: None,
        member_id: None,
        member_number: None,
        plan_slug: Some(plan.to_owned()).filter(|plan| !plan.is_empty()),
        price_id: None,
        source_ref: None,
        charge_ref: None,
        invoice_ref: None,
        gross: Money { amount_minor: amount(chance), currency: currency(chance) },
        tax_minor: amount(chance),
        tax_rate: [None, Some("20"), Some("5 + 9.975")][chance.below(3) as usize].map(str::to_owned),
        fee_minor: amount(chance),
        net_minor: amount(chance),
        occurred_at: Moment::from_seconds(number as i64),
    }
}

/// Four sums of the same rows: gross, tax, fee and net.
fn by_hand<'a>(entries: impl Iterator<Item = &'a Entry>) -> [i128; 4] {
    entries.fold([0; 4], |sum, entry| {
        let row = [entry.gross.amount_minor, entry.tax_minor, entry.fee_minor, entry.net_minor];
        std::array::from_fn(|at| sum[at] + i128::from(row[at]))
    })
}

#[test]
fn the_parts_add_up_to_the_whole() {
    for seed in 0..HISTORIES {
        let chance = SeededEntropy::new(seed);
        let entries: Vec<Entry> = (0..chance.below(60)).map(|number| entry(&chance, number)).collect();
        let opening: Vec<Money> = CURRENCIES[..chance.below(5) as usize]
            .iter()
            .map(|code| Money { amount_minor: amount(&chance), currency: Currency::parse(code).unwrap() })
            .collect();
        let window = Window { from: Moment::from_seconds(0), until: None };
        let statement = Statement::of(window, &opening, entries.clone(), Vec::new());
        let mut rows = 0;
        for (currency, part) in &statement.currencies {
            let own = || entries.iter().filter(|entry| entry.gross.currency == *currency);
            let all = [part.all.gross_minor, part.all.tax_minor, part.all.fee_minor, part.all.net_minor];
            assert_eq!(all, by_hand(own()), "seed {seed}, {currency}");
            let kinds = part.kinds.values().fold([0; 4], |sum: [i128; 4], kind| {
                let part = [kind.gross_minor, kind.tax_minor, kind.fee_minor, kind.net_minor];
                std::array::from_fn(|at| sum[at] + part[at])
            });
            assert_eq!(kinds, all, "seed {seed}, {currency}: the kinds");
            let plans = statement.plans.iter().filter(|((_, one), _)| one == currency).map(|(_, sum)| sum.net_minor);
            assert_eq!(plans.sum::<i128>(), part.all.net_minor, "seed {seed}, {currency}: the plans");
            let rates = statement.rates.iter().filter(|((_, one, _), _)| one == currency).map(|(_, sum)| sum);
            let rates = rates.fold([0; 4], |sum: [i128; 4], rate| {
                let part = [rate.gross_minor, rate.tax_minor, rate.fee_minor, rate.net_minor];
                std::array::from_fn(|at| sum[at] + part[at])
            });
            assert_eq!(rates, all, "seed {seed}, {currency}: the rates");
            let before = opening.iter().find(|money| money.currency == *currency).map_or(0, |money| money.amount_minor);
            assert_eq!(part.closing_minor() - i128::from(before), all[3], "seed {seed}, {currency}: the closing");
            assert_eq!(part.all.rows, own().count() as u64, "seed {seed}, {currency}");
            rows += part.all.rows;
        }
        assert_eq!(rows, entries.len() as u64, "seed {seed}: every row is in one currency");
    }
}

#[test]
fn two_months_are_the_stretch_that_they_make_up() {
    for seed in 0..HISTORIES {
        let chance = SeededEntropy::new(seed);
        let entries: Vec<Entry> = (0..40).map(|number| entry(&chance, number)).collect();
        let cut = chance.below(41) as usize;
        let window = |from: usize, until: usize| Window {
            from: Moment::from_seconds(from as i64),
            until: Some(Moment::from_seconds(until as i64)),
        };
        let whole = Statement::of(window(0, 40), &[], entries.clone(), Vec::new());
        let first = Statement::of(window(0, cut), &[], entries[..cut].to_vec(), Vec::new());
        // What a month closes with, the next one opens with, row by row.
        let carried: Vec<Money> = entries[..cut]
            .iter()
            .map(|entry| Money { amount_minor: entry.net_minor, currency: entry.gross.currency })
            .collect();
        let second = Statement::of(window(cut, 40), &carried, entries[cut..].to_vec(), Vec::new());
        for (currency, part) in &whole.currencies {
            let opened = second.currencies.get(currency).map_or(0, |part| part.opening_minor);
            let closed = first.currencies.get(currency).map_or(0, |part| part.closing_minor());
            assert_eq!(opened, closed, "seed {seed}, {currency}");
            let end = second.currencies.get(currency).map_or(0, |part| part.closing_minor());
            assert_eq!(end, part.closing_minor(), "seed {seed}, {currency}");
        }
    }
}
