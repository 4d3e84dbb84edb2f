//! The proof, within one process: jobs run against a sandbox over a network
//! that loses, delays and refuses, and are cut off at any point; whatever
//! happened, each row was carried out once, or is reported as unknown.

mod cut;
mod ends;
mod lags;
mod proof;
mod stage;
mod stops;
mod undoing;
mod wire;
