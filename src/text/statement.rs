//! Statements as files for bookkeepers: the movements as CSV, or their sums, never both in one column.

use crate::domain::{
    checkout::Purpose,
    money::Currency,
    statement::{CurrencyPart, Entry, OfflineEntry, OfflineSum, Statement, Sum},
};

/// The columns of the movements, a line each: what passed through the gateway, and what staff noted (`offline`).
const MOVEMENTS: [&str; 19] = [
    "occurred_at",
    "movement",
    "kind",
    "months",
    "currency",
    "plan",
    "price",
    "gross",
    "tax",
    "tax_rate",
    "fee",
    "net",
    "member_number",
    "member",
    "charge",
    "invoice",
    "source",
    "balance_transaction",
    "reference",
];
/// The columns of the sums. `line` says what a line adds up: `movement`, `total`, `plan`, `rate`, `offline_plan`, `offline_total`.
const SUMS: [&str; 12] =
    ["line", "movement", "currency", "plan", "tax_rate", "rows", "opening", "gross", "tax", "fee", "net", "closing"];

/// How much of a statement a page holds, and which lines a file does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// A page has the sums and every row, a file the rows alone.
    Rows,
    /// Sums alone.
    Summary,
}

/// A statement as CSV: UTF-8, commas, CRLF, amounts as decimals in the currency's own places, times in RFC 3339 on the clocks
/// of a time zone. A text that a spreadsheet would take for a formula is led by an apostrophe.
pub fn csv(statement: &Statement, time_zone: &str, detail: Detail) -> String {
    let lines = match detail {
        Detail::Rows => movements(statement, time_zone),
        Detail::Summary => sums(statement),
    };
    lines.iter().flat_map(|line| [line.as_str(), "\r\n"]).collect()
}

fn movements(statement: &Statement, time_zone: &str) -> Vec<String> {
    let mut lines = vec![MOVEMENTS.join(",")];
    lines.extend(statement.entries.iter().map(|entry| row_line(entry, time_zone)));
    lines.extend(statement.offline.iter().map(|entry| offline_line(entry, time_zone)));
    lines
}

fn sums(statement: &Statement) -> Vec<String> {
    let mut lines = vec![SUMS.join(",")];
    for (currency, part) in &statement.currencies {
        let kinds = part.kinds.iter();
        lines.extend(kinds.map(|(kind, sum)| sum_line("movement", *currency, sum, &[("movement", kind)])));
        lines.push(total_line(*currency, part));
    }
    for ((plan, currency), sum) in &statement.plans {
        lines.push(sum_line("plan", *currency, sum, &[("plan", opt(plan))]));
    }
    for ((plan, currency, rate), sum) in &statement.rates {
        lines.push(sum_line("rate", *currency, sum, &[("plan", opt(plan)), ("tax_rate", opt(rate))]));
    }
    for ((plan, currency), sum) in statement.offline_plans() {
        lines.push(offline_sum("offline_plan", currency, sum, opt(&plan)));
    }
    for (currency, sum) in statement.offline_totals() {
        lines.push(offline_sum("offline_total", currency, sum, ""));
    }
    lines
}

/// A line of these columns; the others are empty.
fn line(columns: &[&str], cells: &[(&str, &str)]) -> String {
    let value = |column: &&str| cells.iter().find(|(name, _)| name == column).map_or("", |(_, value)| value);
    columns.iter().map(|column| cell(value(column), is_ours(column))).collect::<Vec<_>>().join(",")
}

/// Whether what stands in a column is written here, amounts with their minus among it.
fn is_ours(column: &str) -> bool {
    matches!(column, "opening" | "gross" | "tax" | "fee" | "net" | "closing")
}

fn sum_line(name: &str, currency: Currency, sum: &Sum, more: &[(&str, &str)]) -> String {
    let rows = sum.rows.to_string();
    let [gross, tax, fee, net] = amounts(currency, sum);
    let own = [
        ("line", name),
        ("currency", currency.as_str()),
        ("rows", &rows),
        ("gross", &gross),
        ("tax", &tax),
        ("fee", &fee),
        ("net", &net),
    ];
    line(&SUMS, &[&own[..], more].concat())
}

fn total_line(currency: Currency, part: &CurrencyPart) -> String {
    let (opening, closing) = (currency.decimal(part.opening_minor), currency.decimal(part.closing_minor()));
    sum_line("total", currency, &part.all, &[("opening", &opening), ("closing", &closing)])
}

fn offline_sum(name: &str, currency: Currency, sum: OfflineSum, plan: &str) -> String {
    let (rows, gross) = (sum.rows.to_string(), currency.decimal(sum.gross_minor));
    line(&SUMS, &[("line", name), ("currency", currency.as_str()), ("plan", plan), ("rows", &rows), ("gross", &gross)])
}

fn amounts(currency: Currency, sum: &Sum) -> [String; 4] {
    [sum.gross_minor, sum.tax_minor, sum.fee_minor, sum.net_minor].map(|minor| currency.decimal(minor))
}

fn row_line(entry: &Entry, time_zone: &str) -> String {
    let currency = entry.gross.currency;
    let decimal = |minor: i64| currency.decimal(i128::from(minor));
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    line(
        &MOVEMENTS,
        &[
            ("occurred_at", &entry.occurred_at.in_zone(time_zone).strftime(TIME).to_string()),
            ("movement", entry.kind.as_str()),
            ("kind", entry.purpose.map_or("", Purpose::as_str)),
            ("months", &number(entry.months)),
            ("currency", currency.as_str()),
            ("plan", opt(&entry.plan_slug)),
            ("price", entry.price_id.as_ref().map_or("", |id| id.as_str())),
            ("gross", &decimal(entry.gross.amount_minor)),
            ("tax", &decimal(entry.tax_minor)),
            ("fee", &decimal(entry.fee_minor)),
            ("net", &decimal(entry.net_minor)),
            ("member_number", &number(entry.member_number)),
            ("member", entry.member_id.as_ref().map_or("", |id| id.as_str())),
            ("charge", opt(&entry.charge_ref)),
            ("invoice", opt(&entry.invoice_ref)),
            ("source", opt(&entry.source_ref)),
            ("balance_transaction", &entry.balance_transaction_id),
            ("tax_rate", entry.rate().unwrap_or_default()),
        ],
    )
}

fn offline_line(entry: &OfflineEntry, time_zone: &str) -> String {
    let currency = entry.money.currency;
    line(
        &MOVEMENTS,
        &[
            ("occurred_at", &entry.noted_at.in_zone(time_zone).strftime(TIME).to_string()),
            ("movement", "offline"),
            ("kind", Purpose::Membership.as_str()),
            ("currency", currency.as_str()),
            ("plan", opt(&entry.plan_slug)),
            ("gross", &currency.decimal(i128::from(entry.money.amount_minor))),
            ("member_number", &entry.member_number.to_string()),
            ("member", entry.member_id.as_str()),
            ("source", entry.id.as_str()),
            ("reference", opt(&entry.reference)),
        ],
    )
}

/// RFC 3339 to the second.
const TIME: &str = "%Y-%m-%dT%H:%M:%S%:z";

fn opt(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or_default()
}

/// A text as a cell. An amount's minus is no formula.
fn cell(text: &str, is_amount: bool) -> String {
    let is_formula = !is_amount && text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let text = format!("{}{text}", if is_formula { "'" } else { "" });
    if text.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_and_never_a_formula() {
        assert_eq!(cell("supporter", false), "supporter");
        assert_eq!(cell("=1+1", false), "'=1+1");
        assert_eq!(cell("@SUM(A1),\"x\"", false), "\"'@SUM(A1),\"\"x\"\"\"");
        assert_eq!((cell("", false), cell("-7.00", true)), (String::new(), "-7.00".to_owned()));
    }
}
