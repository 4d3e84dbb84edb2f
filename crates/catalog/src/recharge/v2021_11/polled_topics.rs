//! The topics of webhooks that no event reports, and the objects to read for them.
//!
//! The reference describes when they are sent under "Webhooks explained". Only the
//! owner of a store sees its setting that moves `charge/upcoming`.

use super::{async_batches, charges, orders, store};
use crate::model::{PolledSource, PolledTopic, ShortLived, ZoneSource};

const QUEUED: (&str, &str) = ("status", "queued");

/// Days before a charge or an order, as stores have it by default.
const DAYS_AHEAD: u32 = 3;

/// The topics that are polled.
pub(super) const TOPICS: &[PolledTopic] = &[
    PolledTopic {
        name: "async_batch/processed",
        resource: async_batches::RESOURCE.name,
        source: PolledSource::Ended {
            list: &async_batches::LIST,
            field: async_batches::CLOSED_AT.name,
        },
    },
    PolledTopic {
        name: "charge/upcoming",
        resource: charges::RESOURCE.name,
        source: PolledSource::Ahead {
            list: &charges::LIST,
            field: "scheduled_at",
            only: QUEUED,
            days: DAYS_AHEAD,
        },
    },
    PolledTopic {
        name: "order/upcoming",
        resource: orders::RESOURCE.name,
        source: PolledSource::Ahead {
            list: &orders::LIST,
            field: "scheduled_at",
            only: QUEUED,
            days: DAYS_AHEAD,
        },
    },
    PolledTopic {
        name: "store/updated",
        resource: store::RESOURCE.name,
        source: PolledSource::Changed { get: &store::GET },
    },
];

/// The zone whose days count.
pub(super) const ZONE: ZoneSource = ZoneSource {
    get: &store::GET,
    path: ("timezone", "iana_name"),
};

/// A change of a subscription or an address replaces the charges that are queued.
pub(super) const SHORT_LIVED: &[ShortLived] = &[ShortLived {
    resource: charges::RESOURCE.name,
    list: &charges::LIST,
    only: QUEUED,
}];
