//! Who is signed in.

use std::{future::Future, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};

use super::browser;
use crate::{
    flow::find_session::{self, CurrentSession},
    http::{Problem, State},
};

/// The session behind the request's cookie, if there is one that holds.
#[derive(Clone, Debug)]
pub struct SignedIn(pub Option<CurrentSession>);

impl SignedIn {
    /// The session.
    ///
    /// # Errors
    /// `sign_in_required` when there is none.
    pub fn require(self) -> Result<CurrentSession, Problem> {
        self.0.ok_or_else(Problem::sign_in_required)
    }
}

impl FromRequest for SignedIn {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let state = request.app_data::<web::Data<State>>().cloned();
        let hash = state.as_ref().and_then(|state| browser::hash_of(request, state, browser::SESSION_COOKIE));
        Box::pin(async move {
            let (Some(state), Some(hash)) = (state, hash) else { return Ok(Self(None)) };
            Ok(Self(find_session::find(&state.context, &hash).await?))
        })
    }
}
