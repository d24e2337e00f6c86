//! Invoices, as the API shows them; `billing::collect` moves them.

use serde_json::Value;

use crate::{
    billing::collect,
    core::{
        error::ApiError,
        json::{Peek, copy_given, envelope, merge_metadata},
        listing::{CREATED, ENDING_BEFORE, LIMIT, STARTING_AFTER, matches, page},
        schema::{Field, Kind, clear, opt},
        world::World,
    },
    http::route::{Call, Outcome, Route, get, post},
};

const STATUSES: &[&str] = &["draft", "open", "paid", "uncollectible", "void"];
const LIST: &[Field] = &[
    LIMIT,
    STARTING_AFTER,
    ENDING_BEFORE,
    CREATED,
    opt("customer", Kind::Text),
    opt("status", Kind::OneOf(STATUSES)),
    opt("subscription", Kind::Text),
    opt("collection_method", Kind::OneOf(&["charge_automatically", "send_invoice"])),
];
const UPDATE: &[Field] =
    &[opt("auto_advance", Kind::Bool), opt("description", Kind::Text), clear("metadata", Kind::Metadata)];
const PAY: &[Field] =
    &[opt("payment_method", Kind::Text), opt("off_session", Kind::Bool), opt("paid_out_of_band", Kind::Bool)];

/// The endpoints.
pub const ROUTES: &[Route] = &[
    get("/v1/invoices", LIST, list),
    get("/v1/invoices/{id}", &[], retrieve),
    post("/v1/invoices/{id}", UPDATE, update),
    get("/v1/invoices/{id}/lines", &[LIMIT, STARTING_AFTER, ENDING_BEFORE], lines),
    post("/v1/invoices/{id}/finalize", &[opt("auto_advance", Kind::Bool)], finalize),
    post("/v1/invoices/{id}/pay", PAY, pay),
    post("/v1/invoices/{id}/void", &[], void),
    post("/v1/invoices/{id}/mark_uncollectible", &[], mark_uncollectible),
];

/// The subscription that a stored or shown invoice belongs to.
pub fn subscription_of(invoice: &Value) -> Option<&str> {
    invoice["parent"]["subscription_details"].text("subscription")
}

fn list(world: &mut World, call: &Call) -> Outcome {
    let subscription = call.params.text("subscription");
    world.list("invoice", &call.params, "/v1/invoices", |invoice| {
        ["customer", "status", "collection_method"].iter().all(|name| matches(invoice, &call.params, name))
            && subscription.is_none_or(|wanted| subscription_of(invoice) == Some(wanted))
    })
}

fn retrieve(world: &mut World, call: &Call) -> Outcome {
    world.named("invoice", call.id(), "invoice").map(|invoice| world.show(invoice))
}

fn update(world: &mut World, call: &Call) -> Outcome {
    world.named("invoice", call.id(), "invoice")?;
    world.update(call.id(), "invoice.updated", |invoice| {
        copy_given(invoice, &call.params, &["auto_advance", "description"]);
        merge_metadata(invoice, call.params.get("metadata"));
    });
    Ok(world.render(call.id()))
}

fn lines(world: &mut World, call: &Call) -> Outcome {
    let invoice = world.named("invoice", call.id(), "invoice")?;
    let all: Vec<&Value> = invoice["lines"].items("data").iter().collect();
    let (cut, has_more) = page(&all, &call.params)?;
    Ok(envelope(cut.into_iter().cloned().collect(), has_more, &format!("/v1/invoices/{}/lines", call.id())))
}

fn finalize(world: &mut World, call: &Call) -> Outcome {
    if world.named("invoice", call.id(), "invoice")?.str("status") != "draft" {
        return Err(ApiError::invalid("This invoice is already finalized, you can't re-finalize a non-draft invoice.")
            .coded("invoice_not_editable"));
    }
    collect::finalize(world, call.id());
    Ok(world.render(call.id()))
}

fn pay(world: &mut World, call: &Call) -> Outcome {
    let status = world.named("invoice", call.id(), "invoice")?.str("status").to_owned();
    match status.as_str() {
        "paid" => {
            return Err(ApiError::invalid("Invoice is already paid").coded("invoice_already_paid"));
        }
        "void" => {
            return Err(ApiError::invalid("Invoice can't be paid as it's been voided."));
        }
        "draft" => collect::finalize(world, call.id()),
        _ => {}
    }
    if call.params.flag("paid_out_of_band") {
        collect::mark_paid_elsewhere(world, call.id());
        return Ok(world.render(call.id()));
    }
    let given = call
        .params
        .text("payment_method")
        .map(|method| super::payment_method::resolve(world, method, "payment_method"))
        .transpose()?;
    collect::pay_by_call(world, call.id(), given.as_deref())?;
    Ok(world.render(call.id()))
}

fn void(world: &mut World, call: &Call) -> Outcome {
    must_be_open(world, call, "You can only void open invoices.")?;
    collect::void(world, call.id());
    Ok(world.render(call.id()))
}

fn mark_uncollectible(world: &mut World, call: &Call) -> Outcome {
    must_be_open(world, call, "You can only mark open invoices as uncollectible.")?;
    collect::mark_uncollectible(world, call.id());
    Ok(world.render(call.id()))
}

fn must_be_open(world: &World, call: &Call, otherwise: &str) -> Result<(), ApiError> {
    match world.named("invoice", call.id(), "invoice")?.str("status") {
        "open" => Ok(()),
        _ => Err(ApiError::invalid(otherwise)),
    }
}
