//! Form bodies of our own pages: at most 64 KiB, from our own origin.

use std::{future::Future, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload};

use super::{OwnOrigin, json};
use crate::http::Problem;

/// A form's fields in order, as text. Handlers take the ones they know; pages of ours send no others.
#[derive(Clone, Debug, Default)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// The value of a field; none when it is absent or blank.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.given(name).filter(|value| !value.trim().is_empty())
    }

    /// The value of a field, blank or not: for choices and numbers, which no blank could mean.
    pub fn given(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Every field with its value.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Reads a query or a form body.
    pub fn parse(encoded: &[u8]) -> Self {
        let pairs = url::form_urlencoded::parse(encoded);
        Self(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }
}

impl FromRequest for Form {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let own = OwnOrigin::from_request(request, &mut Payload::None);
        let mut payload = payload.take();
        Box::pin(async move {
            own.await?;
            let body = json::read_body(&mut payload, json::JSON_MAX_BYTES).await?;
            Ok(Self::parse(&body))
        })
    }
}
