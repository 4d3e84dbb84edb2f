//! `rc webhooks listen`, `rc deliveries` and `rc events`.

#[cfg(unix)]
mod proof;
mod receiver;
