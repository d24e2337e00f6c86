//! The hosted page of an invoice, and the receipt of a charge.

use std::sync::Arc;

use actix_web::{HttpResponse, http::StatusCode, web};
use askama::Template;
use serde_json::Value;

use super::{broken, card_form::CardForm, html, message, sums, words};
use crate::{
    billing::collect,
    core::{json::Peek, money::written, world::World},
    object::{invoice_payment, payment_intent},
    shared::Shared,
};

type State = web::Data<Arc<Shared>>;

struct Row {
    what: String,
    period: String,
    amount: String,
}

#[derive(Template)]
#[template(path = "invoice.html")]
struct InvoicePage {
    title: String,
    who: String,
    date: String,
    state: &'static str,
    rows: Vec<Row>,
    total: String,
    /// How it can be paid, if it is open.
    payment: Option<Payment>,
    form: CardForm,
}

/// How an open invoice can be paid.
struct Payment {
    amount: String,
    /// The card that is known.
    known: Option<String>,
}

/// The page behind `hosted_invoice_url`.
pub async fn show(path: web::Path<(String, String)>, shared: State) -> HttpResponse {
    let (id, token) = path.into_inner();
    visit(&shared, |world| leads_to(world, &id, &token).then(|| invoice_page(world, &id)))
}

/// Whether this link is an invoice's.
pub fn leads_to(world: &World, id: &str, token: &str) -> bool {
    let address = world.get(id).text("hosted_invoice_url").unwrap_or_default();
    !token.is_empty() && address.ends_with(&format!("/i/{id}/{token}"))
}

fn visit(shared: &Shared, find: impl FnOnce(&mut World) -> Option<InvoicePage>) -> HttpResponse {
    match shared.with(find) {
        Ok(Some(page)) => html(StatusCode::OK, &page),
        Ok(None) => message(StatusCode::NOT_FOUND, "There is no such invoice", "The link may be incomplete.", None),
        Err(fault) => broken(&fault),
    }
}

/// An invoice's page, after what was typed on it.
pub fn page_after(world: &World, id: &str, form: CardForm) -> impl Template {
    InvoicePage { form, ..invoice_page(world, id) }
}

fn payment_of(world: &World, invoice: &Value) -> Option<Payment> {
    let open = matches!(invoice.str("status"), "open" | "uncollectible") && invoice.int("amount_remaining") > 0;
    let under_way = invoice_payment::of_invoice(world, invoice.str("id"))
        .is_some_and(|(_, intent)| payment_intent::is_processing(world, &intent));
    (open && !under_way).then(|| Payment {
        amount: written(invoice.int("amount_remaining"), invoice.str("currency")),
        known: collect::method_for(world, invoice.str("id"))
            .and_then(|method| Some(format!("the card ending in {}", world.get(&method)["card"].text("last4")?))),
    })
}

fn invoice_page(world: &World, id: &str) -> InvoicePage {
    let invoice = world.get(id);
    let currency = invoice.str("currency");
    let rows = invoice["lines"].items("data").iter().map(|line| Row {
        what: line.str("description").to_owned(),
        period: format!("{} to {}", words::date(line["period"].int("start")), words::date(line["period"].int("end"))),
        amount: written(line.int("amount"), currency),
    });
    let between = sums::between(invoice).into_iter();
    let between = between.map(|(what, amount)| Row { what: what.to_owned(), period: String::new(), amount });
    InvoicePage {
        title: format!("Invoice {}", invoice.str("number")),
        who: invoice.str("customer_email").to_owned(),
        date: words::date(invoice.int("created")),
        state: match invoice.str("status") {
            "paid" => "Paid",
            "void" => "Void",
            _ => "Not paid",
        },
        rows: rows.chain(tax_inside(invoice)).chain(between).collect(),
        total: written(invoice.int("amount_due"), currency),
        payment: payment_of(world, invoice),
        form: CardForm::new(),
    }
}

/// Tax that the lines hold already.
fn tax_inside(invoice: &Value) -> Vec<Row> {
    let inside = |tax: &&Value| tax.str("tax_behavior") == "inclusive" && tax.int("amount") != 0;
    let row = |tax: &Value| Row {
        what: "Tax, in the sum".to_owned(),
        period: String::new(),
        amount: written(tax.int("amount"), invoice.str("currency")),
    };
    invoice.items("total_taxes").iter().filter(inside).map(row).collect()
}

/// The page behind a charge's `receipt_url`.
pub async fn receipt(id: web::Path<String>, shared: State) -> HttpResponse {
    visit(&shared, |world| {
        let charge = world.find(&id).filter(|charge| charge.str("object") == "charge" && charge.flag("paid"))?;
        let currency = charge.str("currency");
        let refunded = charge.int("amount_refunded");
        let row = |what: &str, amount| Row { what: what.to_owned(), period: String::new(), amount };
        let mut rows =
            vec![row(charge.text("description").unwrap_or("Payment"), written(charge.int("amount"), currency))];
        if refunded > 0 {
            rows.push(row("Refunded", written(-refunded, currency)));
        }
        Some(InvoicePage {
            title: "Receipt".into(),
            who: charge["billing_details"].str("email").to_owned(),
            date: words::date(charge.int("created")),
            state: "Paid",
            rows,
            total: written(charge.int("amount") - refunded, currency),
            payment: None,
            form: CardForm::new(),
        })
    })
}

/// The page behind a mandate's `url`.
pub async fn mandate(id: web::Path<String>, shared: State) -> HttpResponse {
    let found = shared.with(|world| {
        let mandate = world.find(&id).filter(|mandate| mandate.str("object") == "mandate")?;
        Some(mandate["payment_method_details"]["sepa_debit"].str("reference").to_owned())
    });
    match found {
        Ok(Some(reference)) => message(
            StatusCode::OK,
            "Mandate",
            &format!("Its reference is {reference}. The account may be debited until the mandate is taken back."),
            None,
        ),
        Ok(None) => message(StatusCode::NOT_FOUND, "There is no such mandate", "The link may be incomplete.", None),
        Err(fault) => broken(&fault),
    }
}
