//! Statements as files for bookkeepers: CSV, one header for every line.

use crate::domain::{
    money::Currency,
    statement::{CurrencyPart, Entry, Statement, Sum},
};

/// The columns. `line` says what a line is: `kind`, `total` and `plan` are sums, `row` is one movement.
const HEADER: &str = "line,occurred_at,kind,currency,plan,price,rows,opening,gross,tax,fee,net,closing,member,charge,invoice,\
                      source,balance_transaction";

/// A statement as CSV: UTF-8, commas, CRLF, amounts as decimals in the currency's own places, times in RFC 3339 on the clocks
/// of a time zone. A text that a spreadsheet would take for a formula is led by an apostrophe.
pub fn csv(statement: &Statement, time_zone: &str) -> String {
    let mut lines = vec![HEADER.to_owned()];
    for (currency, part) in &statement.currencies {
        for (kind, sum) in &part.kinds {
            lines.push(sum_line("kind", kind, None, *currency, sum));
        }
        lines.push(total_line(*currency, part));
    }
    for ((plan, currency), sum) in &statement.plans {
        lines.push(sum_line("plan", "", plan.as_deref(), *currency, sum));
    }
    lines.extend(statement.entries.iter().map(|entry| row_line(entry, time_zone)));
    lines.iter().flat_map(|line| [line.as_str(), "\r\n"]).collect()
}

fn sum_line(line: &str, kind: &str, plan: Option<&str>, currency: Currency, sum: &Sum) -> String {
    let rows = sum.rows.to_string();
    let [gross, tax, fee, net] = amounts(currency, sum);
    let cells = [line, "", kind, currency.as_str(), &cell(plan), "", &rows, "", &gross, &tax, &fee, &net];
    format!("{},,,,,,", cells.join(","))
}

fn total_line(currency: Currency, part: &CurrencyPart) -> String {
    let rows = part.all.rows.to_string();
    let (opening, closing) = (currency.decimal(part.opening_minor), currency.decimal(part.closing_minor()));
    let [gross, tax, fee, net] = amounts(currency, &part.all);
    let code = currency.as_str();
    let cells = ["total", "", "", code, "", "", &rows, &opening, &gross, &tax, &fee, &net, &closing];
    format!("{},,,,,", cells.join(","))
}

fn amounts(currency: Currency, sum: &Sum) -> [String; 4] {
    [sum.gross_minor, sum.tax_minor, sum.fee_minor, sum.net_minor].map(|minor| currency.decimal(minor))
}

fn row_line(entry: &Entry, time_zone: &str) -> String {
    let currency = entry.gross.currency;
    let decimal = |minor: i64| currency.decimal(i128::from(minor));
    [
        "row".to_owned(),
        entry.occurred_at.in_zone(time_zone).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        entry.kind.as_str().to_owned(),
        currency.to_string(),
        cell(entry.plan_slug.as_deref()),
        cell(entry.price_id.as_ref().map(|id| id.as_str())),
        "1".to_owned(),
        String::new(),
        decimal(entry.gross.amount_minor),
        decimal(entry.tax_minor),
        decimal(entry.fee_minor),
        decimal(entry.net_minor),
        String::new(),
        cell(entry.member_id.as_ref().map(|id| id.as_str())),
        cell(entry.charge_ref.as_deref()),
        cell(entry.invoice_ref.as_deref()),
        cell(entry.source_ref.as_deref()),
        cell(Some(&entry.balance_transaction_id)),
    ]
    .join(",")
}

/// A text as a cell.
fn cell(text: Option<&str>) -> String {
    let text = text.unwrap_or_default();
    let lead = if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { "'" } else { "" };
    let text = format!("{lead}{text}");
    if text.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_and_never_a_formula() {
        assert_eq!(cell(Some("supporter")), "supporter");
        assert_eq!(cell(Some("=1+1")), "'=1+1");
        assert_eq!(cell(Some("@SUM(A1),\"x\"")), "\"'@SUM(A1),\"\"x\"\"\"");
        assert_eq!(cell(None), "");
    }
}
