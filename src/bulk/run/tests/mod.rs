//! The proof, within one process: jobs run against a sandbox over a network
//! that loses, delays and refuses, and are cut off at any point; whatever
//! happened, each row was carried out once, or is reported as unknown.

mod besides;
mod cut;
mod ends;
mod guards;
mod lags;
mod lost_rows;
mod progress;
mod proof;
mod responses;
mod results;
mod stage;
mod steps;
mod stops;
mod undoing;
mod wire;
