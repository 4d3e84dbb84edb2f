//! The body of a response: whole, or cut short on purpose.
//!
//! Takes bytes; returns frames and, where a response is to break off, an error
//! that ends the connection. The length in the head is always that of the whole.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

/// A connection that ends on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// At once, before any answer.
    Reset,
    /// Amid an answer.
    Cut,
}

impl fmt::Display for Broken {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the connection ends on purpose")
    }
}

impl std::error::Error for Broken {}

/// A body that is sent at once.
#[derive(Debug)]
pub struct ResponseBody {
    /// What is still to be sent.
    bytes: Bytes,
    /// Bytes that the head promises and that are not sent yet.
    promised: u64,
    /// Where it breaks off.
    end: End,
}

/// How a body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// As it should.
    Whole,
    /// With an error, once what was sent before had time to leave.
    Breaks,
    /// With an error, now.
    Broke,
}

impl ResponseBody {
    /// A body as it should be.
    #[must_use]
    pub fn whole(bytes: Bytes) -> Self {
        Self {
            promised: bytes.len() as u64,
            bytes,
            end: End::Whole,
        }
    }

    /// A body of which only so many bytes are sent.
    #[must_use]
    pub fn cut(bytes: &Bytes, length: usize) -> Self {
        Self {
            promised: bytes.len() as u64,
            bytes: bytes.slice(..length.min(bytes.len())),
            end: End::Breaks,
        }
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        if !self.bytes.is_empty() {
            let bytes = std::mem::take(&mut self.bytes);
            self.promised -= bytes.len() as u64;
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        match self.end {
            End::Whole => Poll::Ready(None),
            End::Breaks => {
                // Head and beginning are flushed while this is pending; with
                // the error they would be thrown away.
                self.end = End::Broke;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            End::Broke => Poll::Ready(Some(Err(Broken::Cut))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty() && self.end == End::Whole
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }
}
