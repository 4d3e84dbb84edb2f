//! `rc webhooks …` beside the operations of the API.

pub(super) mod listen;
