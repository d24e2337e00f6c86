//! `/docs/api`: the document of the API as a page, complete without a script.

mod curl;
mod kind;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use serde_json::{Map, Value};

use super::{
    chrome, private,
    view::{ApiAnswer, ApiDocsPage, ApiField, ApiGroup, ApiOperation, ApiProblem, ApiSchema},
};
use crate::{
    http::{State, openapi},
    text::Markup,
};

/// The page.
pub async fn show(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    let base_url = state.address("");
    let document = openapi::tree(base_url.trim_end_matches('/'));
    private(&state, StatusCode::OK, page(&document).render(&chrome(&request, &state, false)))
}

fn page(document: &Value) -> ApiDocsPage {
    let groups = items(&document["tags"]).map(|tag| group(document, tag)).collect();
    let schemas =
        entries(&document["components"]["schemas"]).map(|(name, schema)| shown_schema(name, schema)).collect();
    ApiDocsPage {
        version: text(&document["info"]["version"]),
        description: words(&document["info"]["description"]),
        address: text(&document["servers"][0]["url"]),
        groups,
        schemas,
    }
}

fn group(document: &Value, tag: &Value) -> ApiGroup {
    let mut operations = Vec::new();
    for (path, methods) in entries(&document["paths"]) {
        for (method, written) in entries(methods).filter(|(_, written)| written["tags"][0] == tag["name"]) {
            operations.push(operation(document, path, method, written));
        }
    }
    let name = text(&tag["name"]);
    ApiGroup {
        anchor: name.to_lowercase().replace(' ', "-"),
        name,
        description: words(&tag["description"]),
        is_pages: operations.iter().all(|one| one.anchor.is_empty()),
        operations,
    }
}

fn operation(document: &Value, path: &str, method: &str, written: &Value) -> ApiOperation {
    let (bad, good): (Vec<_>, Vec<_>) =
        entries(&written["responses"]).partition(|(status, _)| status.starts_with(['4', '5']));
    let body = &written["requestBody"]["content"]["application/json"];
    ApiOperation {
        anchor: text(&written["operationId"]),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(&written["summary"]),
        description: words(&written["description"]),
        security: security(&written["security"]),
        parameters: items(&written["parameters"]).map(|named| parameter(document, named)).collect(),
        body: body.is_object().then(|| content(body)),
        curl: curl::line(document, path, method, written),
        answers: good.into_iter().map(|(status, answer)| shown_answer(status, answer)).collect(),
        problems: bad.into_iter().flat_map(|(status, answer)| codes(status, answer)).collect(),
    }
}

fn parameter(document: &Value, named: &Value) -> ApiField {
    let name = named["$ref"].as_str().and_then(|path| path.rsplit('/').next());
    let written = name.map_or(named, |name| &document["components"]["parameters"][name]);
    let (kind, link) = kind::of(&written["schema"]);
    ApiField {
        name: text(&written["name"]),
        kind: format!("{}, {kind}", text(&written["in"])),
        link,
        required: written["required"] == true,
        description: words(&written["description"]),
    }
}

/// A body's form and example.
fn content(body: &Value) -> ApiAnswer {
    let (kind, link) = kind::of(&body["schema"]);
    let example = &body["examples"]["example"]["value"];
    let pretty = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    };
    ApiAnswer { kind, link, example: pretty(example), ..ApiAnswer::default() }
}

fn shown_answer(status: &str, answer: &Value) -> ApiAnswer {
    let body = answer["content"].as_object().and_then(|kinds| kinds.values().next());
    let shown = body.map(content).unwrap_or_default();
    let headers: Vec<&str> = entries(&answer["headers"]).map(|(name, _)| name).collect();
    ApiAnswer {
        status: status.to_owned(),
        description: text(&answer["description"]),
        headers: headers.join(", "),
        ..shown
    }
}

/// The codes of problems with one status.
fn codes(status: &str, answer: &Value) -> Vec<ApiProblem> {
    let examples = &answer["content"]["application/problem+json"]["examples"];
    let shown = |(code, _): (&str, &Value)| ApiProblem {
        status: status.to_owned(),
        path: format!("/problems/{}", code.replace('_', "-")),
        code: code.to_owned(),
    };
    entries(examples).map(shown).collect()
}

fn security(ways: &Value) -> String {
    let names = items(ways).map(|way| entries(way).next().map_or("nobody in particular", |(name, _)| name));
    let names: Vec<&str> = names.collect();
    names.join(" · ").replace('_', " ")
}

fn shown_schema(name: &str, schema: &Value) -> ApiSchema {
    let required: Vec<&str> = items(&schema["required"]).filter_map(Value::as_str).collect();
    let field = |(name, schema): (&str, &Value)| {
        let (kind, link) = kind::of(schema);
        let description = words(&schema["description"]);
        ApiField { name: name.to_owned(), kind, link, required: required.contains(&name), description }
    };
    let mut fields: Vec<ApiField> = entries(&schema["properties"]).map(field).collect();
    for one in items(&schema["oneOf"]) {
        let description = words(&one["description"]);
        let names = one["const"].as_str().into_iter().chain(items(&one["enum"]).filter_map(Value::as_str));
        fields.extend(names.map(|name| ApiField {
            name: name.to_owned(),
            description: description.clone(),
            kind: String::new(),
            link: None,
            required: false,
        }));
    }
    ApiSchema { name: name.to_owned(), description: words(&schema["description"]), fields }
}

/// Our own sentences, with names in backquotes set as code.
fn words(value: &Value) -> Markup {
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, pulldown_cmark::Parser::new(value.as_str().unwrap_or_default()));
    Markup::trusted(html)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter).map(|(name, value)| (name.as_str(), value))
}
