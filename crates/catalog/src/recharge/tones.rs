//! The tones of status values, for the colours of output.

use crate::model::{Object, Tone, Tones};

/// The tones of every status field of Recharge.
///
/// One table for all of them: the same word means the same everywhere, and
/// stores answer with values that the reference does not list.
pub(crate) const STATUS_TONES: Tones = Tones(&[
    ("active", Tone::Good),
    ("success", Tone::Good),
    ("enabled", Tone::Good),
    ("completed", Tone::Good),
    ("valid", Tone::Good),
    ("queued", Tone::Waiting),
    ("processing", Tone::Waiting),
    ("pending", Tone::Waiting),
    ("not_started", Tone::Waiting),
    ("pending_manual_payment", Tone::Waiting),
    ("partially_refunded", Tone::Waiting),
    ("cancelled", Tone::Bad),
    ("error", Tone::Bad),
    ("failed", Tone::Bad),
    ("refunded", Tone::Bad),
    ("fully_disabled", Tone::Bad),
    ("disabled", Tone::Bad),
    ("expired", Tone::Bad),
    ("invalid", Tone::Bad),
]);

/// The tones of the value at a dotted path of a record.
///
/// A field of `object` has those of its row. Values that no row describes
/// (parts of other objects, records of free requests) go by their name.
#[must_use]
pub fn tones_at(object: Option<&Object>, path: &str) -> Tones {
    if let Some(field) = object.and_then(|object| object.field(path)) {
        return field.tones;
    }
    let name = path.rsplit('.').next().unwrap_or(path);
    if name == "status" || name.ends_with("_status") {
        STATUS_TONES
    } else {
        Tones::NONE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{operations, recharge::charges};

    #[test]
    fn tones_at_takes_the_row_of_a_field_before_the_rule_of_names() {
        let charge = Some(&charges::CHARGE);
        assert_eq!(tones_at(charge, "status").of("success"), Some(Tone::Good));
        assert_eq!(tones_at(charge, "status").of("active"), Some(Tone::Good));
        assert_eq!(tones_at(charge, "type"), Tones::NONE);
        assert_eq!(
            tones_at(charge, "customer.status").of("queued"),
            Some(Tone::Waiting)
        );
        assert_eq!(
            tones_at(None, "billing_status").of("fully_disabled"),
            Some(Tone::Bad)
        );
        assert_eq!(tones_at(None, "status").of("skipped"), None);
        assert_eq!(tones_at(None, "statuses"), Tones::NONE);
    }

    #[test]
    fn fields_named_status_have_tones() {
        let objects = operations().filter_map(|(_, operation)| operation.response.object());
        for object in objects {
            for field in object.fields {
                assert_eq!(
                    field.tones,
                    tones_at(None, field.name),
                    "{}.{}",
                    object.name,
                    field.name
                );
            }
        }
    }
}
