//! Which stretches of time are paid for: what lines add, less what later lines give back.

use crate::domain::{
    payment::{InvoiceLine, InvoiceSnapshot},
    time::Moment,
};

/// A stretch that is paid for, `[from, until)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) from: Moment,
    pub(super) until: Moment,
}

/// The stretches that invoices pay for, apart from each other, in the order of time.
pub(super) fn of(standing: &[&InvoiceSnapshot]) -> Vec<Stretch> {
    let mut invoices = standing.to_vec();
    invoices.sort_by_key(|invoice| (invoice.created_at, invoice.gateway_id.as_str()));
    let mut covered = Vec::new();
    for invoice in invoices {
        let lines = invoice.lines.iter().filter(|line| line.until > line.from);
        let (given, taken): (Vec<&InvoiceLine>, Vec<&InvoiceLine>) = lines.partition(|line| line.amount_minor >= 0);
        // An invoice first gives back what earlier ones billed, then bills anew.
        for line in taken {
            covered = without(covered, Stretch { from: line.from, until: line.until });
        }
        covered.extend(given.into_iter().map(|line| Stretch { from: line.from, until: line.until }));
        covered = merged(covered);
    }
    covered
}

fn without(covered: Vec<Stretch>, taken: Stretch) -> Vec<Stretch> {
    let rest = |stretch: Stretch| {
        let before = Stretch { from: stretch.from, until: stretch.until.min(taken.from) };
        let after = Stretch { from: stretch.from.max(taken.until), until: stretch.until };
        [before, after]
    };
    covered.into_iter().flat_map(rest).filter(|stretch| stretch.until > stretch.from).collect()
}

fn merged(mut covered: Vec<Stretch>) -> Vec<Stretch> {
    covered.sort_by_key(|stretch| (stretch.from, stretch.until));
    let mut apart: Vec<Stretch> = Vec::new();
    for stretch in covered {
        match apart.last_mut() {
            Some(last) if stretch.from <= last.until => last.until = last.until.max(stretch.until),
            _ => apart.push(stretch),
        }
    }
    apart
}
