//! Reading deliveries back: one by its number or its event, or many, the newest
//! first.

use rusqlite::{OptionalExtension, Row, params};

use super::delivery::{Delivery, DeliveryState, ListenerKey, NewDelivery};
use super::{DeliveryLog, moment, unreadable};
use crate::error::{Error, Kind, Result};

/// Deliveries that are read at a time.
const AT_A_TIME: u64 = 200;

const COLUMNS: &str = "id, store, listener, event, topic, object_id, happened_at, form, replay_of, \
                       state, attempts, status, reason, milliseconds, at, headers, body";

/// Which deliveries to list; the default is all of them.
#[derive(Debug, Clone, Default)]
pub struct DeliveryFilter {
    /// Only those of this store.
    pub store: Option<String>,
    /// Only those that did not arrive for sure.
    pub failed: bool,
    /// Only those of this topic.
    pub topic: Option<String>,
    /// Only those of this event.
    pub event: Option<i64>,
}

impl DeliveryLog {
    /// The delivery of an event that was begun before.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn of_event(&self, key: &ListenerKey, new: &NewDelivery) -> Result<Option<Delivery>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM delivery WHERE store = ?1 AND listener = ?2 AND event = ?3
             AND topic = ?4 AND object_id = ?5 AND replay_of IS NULL"
        );
        let read = || {
            let values = params![key.store, key.listener, new.event, new.topic, new.object_id];
            let mut statement = self.connection.prepare_cached(&sql)?;
            statement.query_row(values, read_row).optional()
        };
        read().map_err(unreadable)
    }

    /// The body of the latest delivery about an object.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn last_body(&self, store: &str, object_id: &str, object: &str) -> Result<Option<Vec<u8>>> {
        let sql = "SELECT body FROM delivery WHERE store = ?1 AND object_id = ?2
             AND topic LIKE ?3 || '/%' AND body IS NOT NULL AND form IN ('as-of', 'current')
             ORDER BY happened_at DESC, id DESC LIMIT 1";
        let read = || {
            let mut statement = self.connection.prepare_cached(sql)?;
            let values = params![store, object_id, object];
            statement.query_row(values, |row| row.get(0)).optional()
        };
        read().map_err(unreadable)
    }

    /// The delivery of a number.
    ///
    /// # Errors
    /// `NotFound`; the file cannot be read.
    pub fn delivery(&self, id: i64) -> Result<Delivery> {
        let sql = format!("SELECT {COLUMNS} FROM delivery WHERE id = ?1");
        let found = self.connection.query_row(&sql, [id], read_row).optional();
        found.map_err(unreadable)?.ok_or_else(|| not_found(id))
    }

    /// Hands on deliveries, the newest first, while `take` returns `true`.
    ///
    /// # Errors
    /// The file cannot be read; what `take` fails with.
    pub fn each(
        &self,
        filter: &DeliveryFilter,
        mut take: impl FnMut(Delivery) -> Result<bool>,
    ) -> Result<()> {
        let mut below = i64::MAX;
        loop {
            let page = self.page(filter, below).map_err(unreadable)?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            below = last.id;
            for delivery in page {
                if !take(delivery)? {
                    return Ok(());
                }
            }
        }
    }

    fn page(&self, filter: &DeliveryFilter, below: i64) -> rusqlite::Result<Vec<Delivery>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM delivery WHERE id < ?1
             AND (?2 IS NULL OR store = ?2)
             AND (NOT ?3 OR state NOT IN ('delivered', 'printed'))
             AND (?4 IS NULL OR topic = ?4) AND (?5 IS NULL OR event = ?5)
             ORDER BY id DESC LIMIT {AT_A_TIME}"
        );
        let values = params![
            below,
            filter.store,
            filter.failed,
            filter.topic,
            filter.event
        ];
        let mut statement = self.connection.prepare_cached(&sql)?;
        statement.query_map(values, read_row)?.collect()
    }
}

fn read_row(row: &Row) -> rusqlite::Result<Delivery> {
    let headers: String = row.get(15)?;
    let body: Option<Vec<u8>> = row.get(16)?;
    let state: String = row.get(9)?;
    Ok(Delivery {
        id: row.get(0)?,
        key: ListenerKey {
            store: row.get(1)?,
            listener: row.get(2)?,
        },
        has_body: body.is_some(),
        what: NewDelivery {
            event: row.get(3)?,
            topic: row.get(4)?,
            object_id: row.get(5)?,
            happened_at: row.get::<_, Option<i64>>(6)?.map(moment),
            form: row.get(7)?,
            replay_of: row.get(8)?,
            headers: serde_json::from_str(&headers).unwrap_or_default(),
            body: body.unwrap_or_default(),
        },
        state: DeliveryState::named(&state),
        attempts: row.get(10)?,
        status: row.get(11)?,
        reason: row.get(12)?,
        milliseconds: row
            .get::<_, Option<i64>>(13)?
            .and_then(|milliseconds| milliseconds.try_into().ok()),
        at: moment(row.get(14)?),
    })
}

/// The error of a number without a delivery.
#[must_use]
pub fn not_found(id: i64) -> Error {
    Error::new(Kind::NotFound, format!("there is no delivery {id}"))
        .hint("rc deliveries list shows them")
}
