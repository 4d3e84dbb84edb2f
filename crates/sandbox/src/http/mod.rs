//! Requests in, responses out: who may ask, what a fault makes of the response, the
//! control surface, and the socket.

pub(crate) mod address_locks;
mod bigcommerce;
pub(crate) mod clock_advance;
pub mod control;
pub(crate) mod faulty;
pub(crate) mod gate;
pub(crate) mod limit;
pub(crate) mod log;
pub(crate) mod receive;
pub(crate) mod respond;
pub mod server;
