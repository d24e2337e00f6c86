//! Credit notes, as the API takes and shows them; `billing::credit_note` does what they do.

use serde_json::Value;

use crate::{
    billing::credit_note,
    core::{
        json::{Peek, copy_given, envelope, merge_metadata},
        listing::{CREATED, ENDING_BEFORE, LIMIT, STARTING_AFTER, matches, page},
        schema::{Field, Kind, clear, opt, req},
        world::World,
    },
    http::route::{Call, Outcome, Route, get, post},
};

const MOST: i64 = 99_999_999;
const LINE: &[Field] = &[
    opt("amount", Kind::IntIn(1, MOST)),
    opt("description", Kind::Text),
    opt("invoice_line_item", Kind::Text),
    opt("metadata", Kind::Metadata),
    opt("quantity", Kind::IntIn(1, 999_999)),
    req("type", Kind::OneOf(&["custom_line_item", "invoice_line_item"])),
    opt("unit_amount", Kind::IntIn(1, MOST)),
];
const REFUND: &[Field] =
    &[opt("amount_refunded", Kind::IntIn(1, MOST)), req("refund", Kind::Text), opt("type", Kind::OneOf(&["refund"]))];
const REASONS: &[&str] = &["duplicate", "fraudulent", "order_change", "product_unsatisfactory"];
// Mail is not sent, so `email_type` changes nothing.
const PREVIEW_LINES: &[Field] = &[
    LIMIT,
    STARTING_AFTER,
    ENDING_BEFORE,
    opt("amount", Kind::IntIn(1, MOST)),
    opt("credit_amount", Kind::IntIn(0, MOST)),
    opt("effective_at", Kind::Int),
    opt("email_type", Kind::OneOf(&["credit_note", "none"])),
    req("invoice", Kind::Text),
    opt("lines", Kind::List(&Kind::Object(LINE))),
    opt("memo", Kind::Text),
    opt("metadata", Kind::Metadata),
    opt("out_of_band_amount", Kind::IntIn(0, MOST)),
    opt("reason", Kind::OneOf(REASONS)),
    opt("refund_amount", Kind::IntIn(0, MOST)),
    opt("refunds", Kind::List(&Kind::Object(REFUND))),
];
/// The same without what pages a list.
const CREATE: &[Field] = PREVIEW_LINES.split_at(3).1;
const LIST: &[Field] =
    &[LIMIT, STARTING_AFTER, ENDING_BEFORE, CREATED, opt("customer", Kind::Text), opt("invoice", Kind::Text)];

/// The endpoints.
pub const ROUTES: &[Route] = &[
    post("/v1/credit_notes", CREATE, create),
    get("/v1/credit_notes", LIST, list),
    get("/v1/credit_notes/preview", CREATE, preview),
    get("/v1/credit_notes/preview/lines", PREVIEW_LINES, preview_lines),
    get("/v1/credit_notes/{id}", &[], retrieve),
    post("/v1/credit_notes/{id}", &[opt("memo", Kind::Text), clear("metadata", Kind::Metadata)], update),
    get("/v1/credit_notes/{id}/lines", &[LIMIT, STARTING_AFTER, ENDING_BEFORE], lines),
    post("/v1/credit_notes/{id}/void", &[], void),
];

fn create(world: &mut World, call: &Call) -> Outcome {
    credit_note::issue(world, &call.params).map(|id| world.render(&id))
}

/// The note is issued for real and taken back.
fn preview(world: &mut World, call: &Call) -> Outcome {
    world.rehearse(|world| credit_note::issue(world, &call.params).map(|id| world.render(&id)))
}

fn preview_lines(world: &mut World, call: &Call) -> Outcome {
    let note = preview(world, call)?;
    page_of(&note, call, "/v1/credit_notes/preview/lines")
}

fn list(world: &mut World, call: &Call) -> Outcome {
    world.list("credit_note", &call.params, "/v1/credit_notes", |note| {
        matches(note, &call.params, "customer") && matches(note, &call.params, "invoice")
    })
}

fn retrieve(world: &mut World, call: &Call) -> Outcome {
    world.named("credit_note", call.id(), "id").map(|note| world.show(note))
}

fn update(world: &mut World, call: &Call) -> Outcome {
    world.named("credit_note", call.id(), "id")?;
    world.update(call.id(), "credit_note.updated", |note| {
        copy_given(note, &call.params, &["memo"]);
        merge_metadata(note, call.params.get("metadata"));
    });
    Ok(world.render(call.id()))
}

fn lines(world: &mut World, call: &Call) -> Outcome {
    let note = world.named("credit_note", call.id(), "id")?;
    page_of(note, call, &format!("/v1/credit_notes/{}/lines", call.id()))
}

fn page_of(note: &Value, call: &Call, url: &str) -> Outcome {
    let all: Vec<&Value> = note["lines"].items("data").iter().collect();
    let (cut, has_more) = page(&all, &call.params)?;
    Ok(envelope(cut.into_iter().cloned().collect(), has_more, url))
}

fn void(world: &mut World, call: &Call) -> Outcome {
    world.named("credit_note", call.id(), "id")?;
    credit_note::void(world, call.id())?;
    Ok(world.render(call.id()))
}
