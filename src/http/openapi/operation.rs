//! What the document says of one route.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};

/// How a type's schema is put among the document's.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// What a request or an answer holds.
pub struct Content {
    /// Its media type.
    pub media_type: &'static str,
    /// Its form.
    pub schema: SchemaOf,
    /// One that could be.
    pub example: Value,
}

/// What a route answers when all is well.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// What it means.
    pub description: &'static str,
    /// Its body, if it has one.
    pub content: Option<Content>,
    /// Headers, by their names in `components/headers`.
    pub headers: Vec<&'static str>,
}

/// One method of one path.
pub struct Operation {
    /// In lower case.
    pub method: &'static str,
    /// Below the base path.
    pub path: &'static str,
    /// Its name in programs.
    pub id: &'static str,
    /// The group it stands in.
    pub tag: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    /// What else there is to know.
    pub description: &'static str,
    /// Parameters by their names in `components/parameters`.
    pub parameters: Vec<&'static str>,
    /// What it takes.
    pub body: Option<Content>,
    /// What it answers when all is well.
    pub answers: Vec<Answer>,
    /// The codes of the problems that it may answer with.
    pub problems: Vec<&'static str>,
    /// Headers that problems of a status bear besides those of all problems.
    pub problem_headers: Vec<(u16, &'static str)>,
    /// Whether it tells of problems on a page, since a reader's browser goes there.
    pub tells_by_page: bool,
    /// Ways to show who asks; any of them will do. `none` when nobody need be anybody.
    pub security: Vec<&'static str>,
}

impl Operation {
    /// A route that only reads.
    pub fn get(path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self::new("get", path, id, summary)
    }

    /// A route that does something.
    pub fn post(path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self::new("post", path, id, summary)
    }

    fn new(method: &'static str, path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self {
            method,
            path,
            id,
            tag: "",
            summary,
            description: "",
            parameters: Vec::new(),
            body: None,
            answers: Vec::new(),
            problems: vec!["internal", "database_unavailable"],
            problem_headers: Vec::new(),
            tells_by_page: false,
            security: Vec::new(),
        }
    }

    /// What else there is to know.
    pub fn about(mut self, description: &'static str) -> Self {
        self.description = description;
        self
    }

    /// Takes parameters.
    pub fn takes(mut self, parameters: &[&'static str]) -> Self {
        self.parameters.extend(parameters);
        self
    }

    /// Takes a JSON body, with all that can be wrong with one.
    pub fn reads<T: JsonSchema>(self, example: Value) -> Self {
        self.reads_any::<T>(example).fails(&[
            "invalid_json",
            "payload_too_large",
            "unsupported_media_type",
            "invalid_input",
        ])
    }

    /// Takes a JSON body as it comes: unknown fields and all.
    pub fn reads_any<T: JsonSchema>(mut self, example: Value) -> Self {
        self.body =
            Some(Content { media_type: "application/json", schema: SchemaGenerator::subschema_for::<T>, example });
        self
    }

    /// Answers with JSON.
    pub fn answers<T: JsonSchema>(self, status: u16, description: &'static str, example: Value) -> Self {
        let content = Content { media_type: "application/json", schema: SchemaGenerator::subschema_for::<T>, example };
        self.answer(Answer { status, description, content: Some(content), headers: Vec::new() })
    }

    /// Answers with a text of another kind.
    pub fn answers_text(
        self,
        status: u16,
        media_type: &'static str,
        description: &'static str,
        example: &'static str,
    ) -> Self {
        let schema = SchemaGenerator::subschema_for::<String>;
        let content = Content { media_type, schema, example: json!(example) };
        self.answer(Answer { status, description, content: Some(content), headers: Vec::new() })
    }

    /// Answers without a body.
    pub fn answers_nothing(self, status: u16, description: &'static str) -> Self {
        self.answer(Answer { status, description, content: None, headers: Vec::new() })
    }

    fn answer(mut self, answer: Answer) -> Self {
        self.answers.push(answer);
        self
    }

    /// Headers of the answer that was named last.
    pub fn with(mut self, headers: &[&'static str]) -> Self {
        if let Some(last) = self.answers.last_mut() {
            last.headers.extend(headers);
        }
        self
    }

    /// May answer with problems.
    pub fn fails(mut self, codes: &[&'static str]) -> Self {
        self.problems.extend(codes);
        self
    }

    /// Says more of its problems in headers.
    pub fn tells(mut self, headers: &[(u16, &'static str)]) -> Self {
        self.problem_headers.extend(headers);
        self
    }

    /// May answer with problems, on a page.
    pub fn fails_by_page(self, codes: &[&'static str]) -> Self {
        Self { tells_by_page: true, ..self.fails(codes) }
    }

    /// Asks who it is, in any of these ways.
    pub fn asks(mut self, schemes: &[&'static str]) -> Self {
        self.security.extend(schemes);
        self
    }
}

/// Puts operations into a group.
pub fn group(tag: &'static str, operations: Vec<Operation>) -> Vec<Operation> {
    operations.into_iter().map(|one| Operation { tag, ..one }).collect()
}
