//! What bounds the store of deliveries: age, and the size of the file.

use jiff::{SignedDuration, Timestamp};

use super::{DeliveryLog, unwritable};
use crate::error::Result;

/// How long a delivery is kept: longer than events are listed, so that none is
/// delivered again because its record was removed.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The most bytes of the file, about.
const MOST_BYTES: i64 = 200_000_000;

/// The part of the bodies that is dropped when there are too many: one in so many.
const REMOVED_PART: i64 = 5;

impl DeliveryLog {
    /// Removes what is too old or too much.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn bound(&self, now: Timestamp) -> Result<()> {
        self.prune(now, MOST_BYTES)
    }

    /// Removes deliveries and known objects that are too old, and drops the oldest
    /// bodies and objects while the file has more than `most` bytes.
    fn prune(&self, now: Timestamp, most: i64) -> Result<()> {
        let prune = || {
            let kept = KEPT.as_micros().try_into().unwrap_or(i64::MAX);
            let kept_from = now.as_microsecond() - kept;
            self.connection
                .execute("DELETE FROM delivery WHERE at < ?1", [kept_from])?;
            self.connection
                .execute("DELETE FROM known_object WHERE kept_at < ?1", [kept_from])?;
            while self.used_bytes()? > most {
                let dropped = self.connection.execute(
                    "UPDATE delivery SET body = NULL, headers = '[]' WHERE id IN
                     (SELECT id FROM delivery WHERE body IS NOT NULL ORDER BY id LIMIT
                      (SELECT count(*) / ?1 + 1 FROM delivery WHERE body IS NOT NULL))",
                    [REMOVED_PART],
                )?;
                let forgotten = self.connection.execute(
                    "DELETE FROM known_object WHERE rowid IN
                     (SELECT rowid FROM known_object ORDER BY kept_at LIMIT
                      (SELECT count(*) / ?1 + 1 FROM known_object))",
                    [REMOVED_PART],
                )?;
                if dropped + forgotten == 0 {
                    break;
                }
            }
            Ok(())
        };
        prune().map_err(unwritable)
    }

    /// Bytes of the pages in use. Free pages are used again.
    fn used_bytes(&self) -> rusqlite::Result<i64> {
        let number = |name| {
            self.connection
                .pragma_query_value(None, name, |row| row.get::<_, i64>(0))
        };
        Ok((number("page_count")? - number("freelist_count")?) * number("page_size")?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{KnownObject, ListenerKey, NewDelivery};
    use super::*;

    fn key() -> ListenerKey {
        ListenerKey {
            store: "s".to_owned(),
            listener: "http://localhost/".to_owned(),
        }
    }

    fn new(event: i64, bytes: usize) -> NewDelivery {
        NewDelivery {
            event: Some(event),
            topic: Some("t/t".to_owned()),
            object_id: Some("1".to_owned()),
            happened_at: None,
            form: None,
            replay_of: None,
            headers: Vec::new(),
            body: vec![b'x'; bytes],
        }
    }

    #[test]
    fn deliveries_that_are_too_old_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let log = DeliveryLog::create_below(folder.path()).unwrap();
        let now = Timestamp::from_second(100_000_000).unwrap();
        let days = |days: i64| {
            now.checked_sub(SignedDuration::from_hours(days * 24))
                .unwrap()
        };
        let old = log.add(&key(), &new(1, 10), days(31)).unwrap();
        let young = log.add(&key(), &new(2, 10), days(29)).unwrap();
        log.prune(now, MOST_BYTES).unwrap();
        assert!(log.delivery(old).is_err());
        assert!(log.delivery(young).unwrap().has_body);
    }

    #[test]
    fn known_objects_are_forgotten_by_age_and_by_size_the_oldest_first() {
        let folder = tempfile::tempdir().unwrap();
        let log = DeliveryLog::create_below(folder.path()).unwrap();
        let now = Timestamp::from_second(100_000_000).unwrap();
        let hours = |hours: i64| now.checked_sub(SignedDuration::from_hours(hours)).unwrap();
        let keep = |id: &str, at: Timestamp, bytes: usize| {
            let known = KnownObject {
                read_at: at,
                is_complete: true,
                fields: "x".repeat(bytes),
            };
            let kept = [("charges", id.to_owned(), known)];
            log.keep_known("s", &kept, at).unwrap();
        };
        keep("old", hours(31 * 24), 10);
        for hour in 0..50 {
            keep(&hour.to_string(), hours(100 - hour), 20_000);
        }
        log.prune(now, MOST_BYTES).unwrap();
        let is_known = |id: &str| log.known("s", "charges", id).unwrap().is_some();
        assert!(!is_known("old"));
        assert!(is_known("0"));
        log.prune(now, 500_000).unwrap();
        assert!(log.used_bytes().unwrap() <= 500_000);
        assert!(!is_known("0"));
        assert!(is_known("49"));
    }

    #[test]
    fn oldest_bodies_go_first_when_there_are_too_many_and_the_deliveries_stay() {
        let folder = tempfile::tempdir().unwrap();
        let log = DeliveryLog::create_below(folder.path()).unwrap();
        let now = Timestamp::from_second(100_000_000).unwrap();
        let ids: Vec<i64> = (0..100)
            .map(|event| log.add(&key(), &new(event, 20_000), now).unwrap())
            .collect();
        log.prune(now, 1_000_000).unwrap();
        assert!(log.used_bytes().unwrap() <= 1_000_000);
        let has_body: Vec<bool> = ids
            .iter()
            .map(|id| log.delivery(*id).unwrap().has_body)
            .collect();
        let kept = has_body.iter().filter(|has| **has).count();
        assert!((20..60).contains(&kept), "{kept}");
        assert!(has_body.is_sorted(), "the oldest go first");
    }
}
