//! What discounts and tax make of amounts: line by line, so that the lines add up to the whole.

use serde_json::Value;

use crate::core::json::Peek;

/// One line before discounts and tax.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    /// Minor units; below zero for a credit.
    pub amount_minor: i64,
    /// Whether discounts touch it.
    pub discountable: bool,
    /// Whether tax comes on top of it.
    pub tax_on_top: bool,
}

/// What becomes of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Minor units taken off by each coupon.
    pub discounts_minor: Vec<i64>,
    /// Minor units of tax, inside the amount or on top of it.
    pub tax_minor: i64,
    /// Minor units that the tax is reckoned on.
    pub taxable_minor: i64,
    /// Minor units to pay for it.
    pub total_minor: i64,
}

/// Reckons every line; `percent` is the tax.
pub fn shares(lines: &[Line], coupons: &[Value], percent: i64) -> Vec<Share> {
    let mut left: Vec<i64> =
        lines.iter().map(|line| if line.discountable { line.amount_minor.max(0) } else { 0 }).collect();
    let mut taken: Vec<Vec<i64>> = vec![Vec::new(); lines.len()];
    for coupon in coupons {
        for (at, amount) in taken_by(coupon, &left).into_iter().enumerate() {
            left[at] -= amount;
            taken[at].push(amount);
        }
    }
    lines.iter().zip(taken).map(|(line, discounts_minor)| share(*line, discounts_minor, percent)).collect()
}

fn share(line: Line, discounts_minor: Vec<i64>, percent: i64) -> Share {
    let net = line.amount_minor - discounts_minor.iter().sum::<i64>();
    let tax_minor = if line.tax_on_top { rounded(net * percent, 100) } else { rounded(net * percent, 100 + percent) };
    let taxable_minor = if line.tax_on_top { net } else { net - tax_minor };
    let total_minor = if line.tax_on_top { net + tax_minor } else { net };
    Share { discounts_minor, tax_minor, taxable_minor, total_minor }
}

/// What a coupon takes off each line: its percentage of each, or its amount spread over them.
fn taken_by(coupon: &Value, left: &[i64]) -> Vec<i64> {
    if let Some(percent) = coupon["percent_off"].as_f64() {
        // Amounts are far below 2^53.
        return left.iter().map(|amount| (*amount as f64 * percent / 100.0).round() as i64).collect();
    }
    let whole: i64 = left.iter().sum();
    let off = coupon.int("amount_off").min(whole);
    let mut given = 0;
    let mut before = 0;
    let each = left.iter().map(|amount| {
        before += amount;
        let until_here = if whole == 0 { 0 } else { rounded(off * before, whole) };
        let taken = until_here - given;
        given = until_here;
        taken
    });
    each.collect()
}

/// A fraction rounded to the nearest, halves away from zero.
fn rounded(above: i64, below: i64) -> i64 {
    let half = if above < 0 { -below / 2 } else { below / 2 };
    (above + half) / below
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn line(amount_minor: i64, tax_on_top: bool) -> Line {
        Line { amount_minor, discountable: true, tax_on_top }
    }

    #[test]
    fn tax_lies_inside_or_comes_on_top() {
        let both = shares(&[line(700, false), line(700, true)], &[], 19);
        assert_eq!((both[0].tax_minor, both[0].taxable_minor, both[0].total_minor), (112, 588, 700));
        assert_eq!((both[1].tax_minor, both[1].taxable_minor, both[1].total_minor), (133, 700, 833));
        assert_eq!(shares(&[line(-700, false)], &[], 19)[0].tax_minor, -112);
    }

    #[test]
    fn an_amount_off_is_spread_without_losing_a_cent() {
        let lines = [line(100, true), line(100, true), line(100, true)];
        let off = shares(&lines, &[json!({"amount_off": 100})], 0);
        assert_eq!(off.iter().map(|share| share.discounts_minor[0]).sum::<i64>(), 100);
        let all = shares(&lines, &[json!({"amount_off": 1000})], 19);
        assert!(all.iter().all(|share| share.total_minor == 0));
    }

    #[test]
    fn the_second_coupon_takes_from_what_the_first_left() {
        let both = shares(&[line(1000, true)], &[json!({"percent_off": 50}), json!({"percent_off": 12.5})], 0);
        assert_eq!((both[0].discounts_minor.clone(), both[0].total_minor), (vec![500, 63], 437));
    }
}
