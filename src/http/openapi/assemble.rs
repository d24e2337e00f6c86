//! Putting the document together.

use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::{
    BASE_URL, components,
    operation::{Answer, Content, Operation},
    operations, problems,
};
use crate::http::problem::ProblemBody;

/// Where schemas of their own stand.
const SCHEMAS: &str = "/components/schemas";

/// The whole document.
pub fn document() -> Value {
    // What comes in may leave out what goes out always has.
    let mut incoming = generator(SchemaSettings::for_deserialize);
    let mut outgoing = generator(SchemaSettings::for_serialize);
    let statuses = problems::statuses();
    let mut paths = Map::new();
    for operation in operations::all() {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        let mut written = written(&operation, &mut incoming, &mut outgoing);
        for (status, answer) in problems::answers(&operation, &statuses) {
            written["responses"][status] = answer;
        }
        path[operation.method] = written;
    }
    for page in operations::pages() {
        let path = paths.entry(page.0).or_insert_with(|| json!({}));
        for method in page.1 {
            path[*method] = operations::page(method, page.0, page.2);
        }
    }
    outgoing.subschema_for::<ProblemBody>();
    let mut schemas = outgoing.take_definitions(true);
    schemas.extend(incoming.take_definitions(true));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Masthead",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Membership and paywall campaigns for newsrooms",
            "description": "JSON in and out, names in snake case, times in RFC 3339 UTC, money in minor units of an ISO 4217 currency. \
                Every error is `application/problem+json` (RFC 9457): decide by its `code`; its `type` is a page that explains it. \
                Bodies are at most 64 KiB; fields that are not named here are refused.",
            "license": { "name": "Apache 2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": BASE_URL }],
        "tags": operations::tags(),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": components::parameters(),
            "headers": components::headers(),
            "securitySchemes": components::security_schemes(),
        },
    })
}

fn generator(contract: fn(SchemaSettings) -> SchemaSettings) -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.definitions_path = SCHEMAS.into());
    contract(settings).into_generator()
}

fn written(operation: &Operation, incoming: &mut SchemaGenerator, outgoing: &mut SchemaGenerator) -> Value {
    let mut written = json!({
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "responses": {},
    });
    if !operation.description.is_empty() {
        written["description"] = json!(operation.description);
    }
    if !operation.parameters.is_empty() {
        let named =
            operation.parameters.iter().map(|name| json!({ "$ref": format!("#/components/parameters/{name}") }));
        written["parameters"] = named.collect();
    }
    if let Some(body) = &operation.body {
        written["requestBody"] = json!({ "required": true, "content": content(body, incoming) });
    }
    for answer in &operation.answers {
        written["responses"][answer.status.to_string()] = response(answer, outgoing);
    }
    let ways: Vec<Value> = operation.security.iter().map(|name| way(name)).collect();
    written["security"] = json!(ways);
    written
}

/// One way to show who asks; `none` is to show nothing.
fn way(scheme: &str) -> Value {
    if scheme == "none" { json!({}) } else { json!({ scheme: [] }) }
}

fn response(answer: &Answer, outgoing: &mut SchemaGenerator) -> Value {
    let mut headers = json!({ "X-Request-Id": { "$ref": "#/components/headers/X-Request-Id" } });
    for name in &answer.headers {
        headers[*name] = json!({ "$ref": format!("#/components/headers/{name}") });
    }
    let mut written = json!({ "description": answer.description, "headers": headers });
    if let Some(body) = &answer.content {
        written["content"] = content(body, outgoing);
    }
    written
}

fn content(content: &Content, generator: &mut SchemaGenerator) -> Value {
    let schema = (content.schema)(generator);
    json!({ content.media_type: { "schema": schema, "examples": { "example": { "value": content.example } } } })
}
