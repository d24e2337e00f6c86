//! One endpoint: method, path pattern, accepted parameters, what it does.

use serde_json::{Map, Value};

use crate::core::{error::ApiError, schema::Field, world::World};

/// What an endpoint answers: an object, or a refusal.
pub type Outcome = Result<Value, ApiError>;

/// A request that has been checked against the endpoint's declaration.
pub struct Call {
    /// What stood in the place of `{…}` in the path, in order.
    pub ids: Vec<String>,
    /// The parameters, typed.
    pub params: Map<String, Value>,
}

impl Call {
    /// The first id in the path; "" where the path has none.
    pub fn id(&self) -> &str {
        self.ids.first().map(String::as_str).unwrap_or_default()
    }
}

/// One endpoint.
pub struct Route {
    method: &'static str,
    pattern: &'static str,
    /// Accepted parameters.
    pub fields: &'static [Field],
    /// What it does.
    pub run: fn(&mut World, &Call) -> Outcome,
}

/// A GET endpoint.
pub const fn get(pattern: &'static str, fields: &'static [Field], run: fn(&mut World, &Call) -> Outcome) -> Route {
    Route { method: "GET", pattern, fields, run }
}

/// A POST endpoint.
pub const fn post(pattern: &'static str, fields: &'static [Field], run: fn(&mut World, &Call) -> Outcome) -> Route {
    Route { method: "POST", pattern, fields, run }
}

/// A DELETE endpoint.
pub const fn delete(pattern: &'static str, fields: &'static [Field], run: fn(&mut World, &Call) -> Outcome) -> Route {
    Route { method: "DELETE", pattern, fields, run }
}

impl Route {
    /// The ids in the path, if this endpoint is meant.
    pub fn matches(&self, method: &str, path: &str) -> Option<Vec<String>> {
        if method != self.method {
            return None;
        }
        let mut ids = Vec::new();
        let mut given = path.trim_end_matches('/').split('/');
        for part in self.pattern.split('/') {
            match given.next()? {
                id if part.starts_with('{') && !id.is_empty() => ids.push(id.to_owned()),
                word if word == part => {}
                _ => return None,
            }
        }
        given.next().is_none().then_some(ids)
    }
}
