//! Whether a discount may be put on something now.
//!
//! In come a discount and the present; out comes a refusal or nothing. What a
//! discount takes off once it is there is for [`super::totals`].

use jiff::Timestamp;

use crate::sandbox::moment;
use crate::sandbox::record::{self, Record};
use crate::sandbox::refusal::Refusal;

/// A discount is put on addresses and charges while it is enabled and within
/// its time, unless its settings close this way to it. One that is there
/// already stays, whatever becomes of the discount.
pub(super) fn check(discount: &Record, now: Timestamp, field: &str) -> Result<(), Refusal> {
    let at = |name: &str| moment::parse(record::text(discount, name));
    let closed = record::at(discount, "channel_settings.api.can_apply");
    let fault = if record::text(discount, "status") != "enabled" {
        "is not enabled"
    } else if at("starts_at").is_some_and(|start| start > now) {
        "has not begun"
    } else if at("ends_at").is_some_and(|end| end <= now) {
        "has ended"
    } else if closed.is_some_and(|flag| flag == false) {
        "cannot be applied through the API"
    } else {
        return Ok(());
    };
    let id = record::id(discount, "id").unwrap_or(0);
    Err(Refusal::invalid(field, format!("discount {id} {fault}")))
}
