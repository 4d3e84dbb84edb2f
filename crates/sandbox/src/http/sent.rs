//! The body of an answer on its way out: whole, or cut short on purpose.
//!
//! In come bytes, out go frames and, where an answer is to break off, an error
//! that ends the connection. The length that the head tells is always that of
//! the whole. Knows nothing of what is answered.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

/// A connection that ends on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// At once, before any answer.
    Reset,
    /// Amid an answer.
    Cut,
}

impl fmt::Display for Broken {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a fault of the sandbox")
    }
}

impl std::error::Error for Broken {}

/// A body that is sent at once.
#[derive(Debug)]
pub(crate) struct Sent {
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

impl Sent {
    /// A body as it should be.
    pub(crate) fn whole(bytes: Bytes) -> Self {
        Self {
            promised: bytes.len() as u64,
            bytes,
            end: End::Whole,
        }
    }

    /// A body of which only so many bytes are sent.
    pub(crate) fn cut(bytes: &Bytes, length: usize) -> Self {
        Self {
            promised: bytes.len() as u64,
            bytes: bytes.slice(..length.min(bytes.len())),
            end: End::Breaks,
        }
    }
}

impl Body for Sent {
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
