//! How rows are divided: into batches, and those into the requests that fill
//! them. Pure: the size of each row comes in as it is read, its place comes
//! out; at the end, how many requests it takes and how long at least.

use std::time::Duration;

use super::Engine;
use crate::catalog::Bucket;
use crate::catalog::recharge::API;

/// How much fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most tasks of a batch.
    pub batch: u64,
    /// Most tasks that one request adds.
    pub part: u64,
    /// Most bytes of the tasks that one request adds.
    pub bytes: u64,
    /// Most results that one request reads.
    pub page: u64,
}

impl Limits {
    /// Those of the API (reference, "Async batch endpoints"). It names none for
    /// the bytes of a body; servers commonly have one, from a mebibyte on.
    pub const STANDARD: Self = Self {
        batch: 10_000,
        part: 1_000,
        bytes: 1 << 20,
        page: API.maximum_page_size as u64,
    };
}

/// Bytes that stand around the body of a task in a request.
const AROUND: u64 = "{\"body\":},".len() as u64;

/// Requests that a batch takes besides those that fill it: it is opened, looked
/// at before it is started, and started.
const AROUND_BATCH: u64 = 3;

/// Where a row is sent: in which batch, and with which of the requests that
/// fill it. Both count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowPlace {
    /// The batch.
    pub slot: u64,
    /// The request.
    pub part: u64,
}

/// Gives rows their places, in order.
#[derive(Debug, Clone)]
pub struct Planner {
    engine: Engine,
    limits: Limits,
    rows: u64,
    batches: Vec<PlannedBatch>,
    /// Of the part that is being filled.
    tasks: u64,
    bytes: u64,
}

/// A batch as it was planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedBatch {
    /// Rows in it.
    pub rows: u64,
    /// Requests that fill it.
    pub parts: u64,
}

/// What a job takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobPlan {
    /// Rows to send.
    pub rows: u64,
    /// Batches, in order; none where each row is a request.
    pub batches: Vec<PlannedBatch>,
    /// Requests in all, but for looking how far a batch is.
    pub requests: u64,
}

impl Planner {
    /// Nothing is planned yet.
    #[must_use]
    pub const fn new(engine: Engine) -> Self {
        Self::within(Limits::STANDARD, engine)
    }

    /// Nothing is planned yet, and only so much fits.
    #[must_use]
    pub const fn within(limits: Limits, engine: Engine) -> Self {
        Self {
            engine,
            limits,
            rows: 0,
            batches: Vec::new(),
            tasks: 0,
            bytes: 0,
        }
    }

    /// The place of the next row, whose body has so many bytes; `None` where
    /// each row is a request of its own.
    pub fn place(&mut self, bytes: usize) -> Option<RowPlace> {
        self.rows += 1;
        if self.engine == Engine::Requests {
            return None;
        }
        let bytes = bytes as u64 + AROUND;
        if self
            .batches
            .last()
            .is_none_or(|batch| batch.rows == self.limits.batch)
        {
            self.batches.push(PlannedBatch { rows: 0, parts: 0 });
            self.tasks = self.limits.part;
        }
        let full = self.tasks == self.limits.part || self.bytes + bytes > self.limits.bytes;
        let slot = self.batches.len() as u64 - 1;
        let batch = self.batches.last_mut()?;
        if full {
            batch.parts += 1;
            (self.tasks, self.bytes) = (0, 0);
        }
        batch.rows += 1;
        self.tasks += 1;
        self.bytes += bytes;
        let part = batch.parts - 1;
        Some(RowPlace { slot, part })
    }

    /// The whole plan.
    #[must_use]
    pub fn finish(self) -> JobPlan {
        let requests = match self.engine {
            Engine::Requests => self.rows,
            Engine::Batches => self.batches.iter().map(PlannedBatch::requests).sum(),
        };
        JobPlan {
            rows: self.rows,
            batches: self.batches,
            requests,
        }
    }
}

impl PlannedBatch {
    fn requests(&self) -> u64 {
        AROUND_BATCH + self.parts + self.rows.div_ceil(Limits::STANDARD.page)
    }
}

impl JobPlan {
    /// The time that the requests take at least, with a bucket that is empty
    /// at first. How long the API works at batches is not in it: that is
    /// nowhere promised.
    #[must_use]
    pub fn shortest(&self, bucket: Bucket) -> Duration {
        #[expect(
            clippy::cast_precision_loss,
            reason = "requests of one job, far below 2^52"
        )]
        let beyond = self.requests as f64 - bucket.size;
        Duration::try_from_secs_f64(beyond.max(0.0) / bucket.leak).unwrap_or(Duration::MAX)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn planned(engine: Engine, sizes: &[usize]) -> (Vec<Option<RowPlace>>, JobPlan) {
        let mut planner = Planner::new(engine);
        let places = sizes.iter().map(|size| planner.place(*size)).collect();
        (places, planner.finish())
    }

    #[test]
    fn ten_thousand_discounts_take_fifty_three_requests() {
        let (_, plan) = planned(Engine::Batches, &vec![90; 10_000]);
        assert_eq!(
            plan.batches,
            [PlannedBatch {
                rows: 10_000,
                parts: 10
            }]
        );
        assert_eq!(plan.requests, 1 + 10 + 1 + 1 + 40);
        let bucket = crate::catalog::recharge::bucket("sk_1x1_x");
        assert_eq!(plan.shortest(bucket), Duration::from_millis(6_500));
    }

    #[test]
    fn one_more_row_opens_another_batch() {
        let (places, plan) = planned(Engine::Batches, &vec![90; 10_001]);
        assert_eq!(places[9_999], Some(RowPlace { slot: 0, part: 9 }));
        assert_eq!(places[10_000], Some(RowPlace { slot: 1, part: 0 }));
        assert_eq!(plan.batches[1], PlannedBatch { rows: 1, parts: 1 });
    }

    #[test]
    fn a_request_for_each_row_has_no_places() {
        let (places, plan) = planned(Engine::Requests, &[90; 3]);
        assert_eq!(places, [None; 3]);
        assert_eq!((plan.requests, plan.batches.len()), (3, 0));
    }

    #[test]
    fn a_row_that_is_larger_than_a_request_stands_alone() {
        let (places, _) = planned(Engine::Batches, &[10, 2 << 20, 10]);
        let parts: Vec<u64> = places.iter().map(|place| place.unwrap().part).collect();
        assert_eq!(parts, [0, 1, 2]);
    }

    #[test]
    fn nothing_takes_nothing() {
        for engine in Engine::ALL {
            let (_, plan) = planned(engine, &[]);
            assert_eq!((plan.rows, plan.requests), (0, 0));
        }
    }

    proptest! {
        #[test]
        fn every_row_has_its_place_in_order_and_no_limit_is_passed(
            sizes in prop::collection::vec(0_usize..400_000, 0..3_000)
        ) {
            let (places, plan) = planned(Engine::Batches, &sizes);
            let places: Vec<RowPlace> = places.into_iter().map(Option::unwrap).collect();
            prop_assert!(places.is_sorted_by_key(|place| (place.slot, place.part)));
            let mut seen = std::collections::BTreeMap::<(u64, u64), (u64, u64)>::new();
            for (place, size) in places.iter().zip(&sizes) {
                let part = seen.entry((place.slot, place.part)).or_default();
                part.0 += 1;
                part.1 += *size as u64 + AROUND;
            }
            for (tasks, bytes) in seen.values() {
                prop_assert!(*tasks <= Limits::STANDARD.part);
                prop_assert!(*bytes <= Limits::STANDARD.bytes || *tasks == 1);
            }
            for (slot, batch) in plan.batches.iter().enumerate() {
                let parts: Vec<_> = seen.range((slot as u64, 0)..(slot as u64 + 1, 0)).collect();
                prop_assert_eq!(parts.len() as u64, batch.parts);
                prop_assert_eq!(parts.iter().map(|(_, part)| part.0).sum::<u64>(), batch.rows);
                prop_assert!(batch.rows <= Limits::STANDARD.batch);
            }
            prop_assert_eq!(plan.batches.iter().map(|batch| batch.rows).sum::<u64>(), plan.rows);
        }
    }
}
