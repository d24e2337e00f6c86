//! Replies that end too early: half of one, or none.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use actix_web::{
    HttpResponse,
    body::{BodySize, MessageBody},
    web::Bytes,
};

/// A body that says how long it is, gives less, and then breaks its connection.
struct CutBody {
    length: u64,
    given: Option<Bytes>,
    has_waited: bool,
}

impl MessageBody for CutBody {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.length)
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, io::Error>>> {
        if let Some(given) = self.given.take() {
            return Poll::Ready(Some(Ok(given)));
        }
        // What was given goes out while this waits; a break at once would take it along.
        if !self.has_waited {
            self.has_waited = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(io::Error::other("cut off, as was asked for"))))
    }
}

/// The same reply with the first half of its body.
pub fn in_the_middle(reply: HttpResponse, body: &str) -> HttpResponse {
    let given = Bytes::copy_from_slice(&body.as_bytes()[..body.len() / 2]);
    let cut = CutBody { length: body.len() as u64, given: Some(given), has_waited: false };
    reply.map_body(|_, _| actix_web::body::BoxBody::new(cut))
}

/// No reply: the connection ends without a byte.
pub fn at_once() -> HttpResponse {
    let cut = CutBody { length: 1, given: None, has_waited: true };
    HttpResponse::Ok().body(cut)
}
