//! A demo store as the source of records: drawn once, counted, and written when
//! somebody reads.

use fastrand::Rng;
use jiff::Timestamp;
use serde_json::Value;

use super::forms::Forms;
use super::ground::Ground;
use super::kinds::{KINDS, Kind, Numbers};
use super::people::Home;
use super::plan::{Household, Setting};
use super::{Seed, draw, facts};
use crate::storage::layer::{Layer, Laying};
use crate::storage::source::{Origin, Source};
use crate::storage::state::{self, State};
use crate::storage::tables::{TABLES, TableName};
use crate::values::record::{self, Record};
use crate::values::time;

impl Ground {
    /// The households of a seed; the draws continue where they end.
    pub(super) fn new(
        seed: Seed,
        now: Timestamp,
        goods: State,
        discounts: Vec<Value>,
        random: &mut Rng,
    ) -> Self {
        let table = goods.table(TableName::Products);
        let products: Vec<Record> = table.ids(..).filter_map(|id| table.get(id)).collect();
        let today = time::day_of(now);
        let mut ground = Self {
            seed,
            now,
            today,
            setting: Setting {
                now: now.as_second(),
                today: time::beginning(today).map_or(0, Timestamp::as_second),
                customers: seed.customers,
                variants: products
                    .iter()
                    .map(|product| record::list(product, "variants").len())
                    .collect(),
            },
            goods,
            products,
            discounts,
            draws: Vec::with_capacity(seed.customers as usize),
            firsts: Default::default(),
            layers: Vec::new(),
            next: KINDS.map(|(_, name)| TABLES[name as usize].1.first_id),
            forms: Forms::default(),
        };
        ground.count(random);
        ground
    }

    /// Draws every household once and keeps by what its records are found.
    fn count(&mut self, random: &mut Rng) {
        let mut offsets: [Vec<u32>; 7] = Default::default();
        let mut laying = KINDS.map(|(_, name)| {
            let shape = &TABLES[name as usize].1;
            Laying::new(self.setting.now, shape.times.len(), shape.lookups.len())
        });
        let facts = facts::Facts::new(self);
        for place in 0..self.seed.customers {
            self.draws.push(random.get_seed());
            let plan = draw::household(&self.setting, random, place);
            let mut numbers = Numbers::default();
            for (kind, name) in KINDS {
                let at = kind as usize;
                self.firsts[at].push(u32::try_from(offsets[at].len()).unwrap_or(u32::MAX));
                numbers.begins[at] = numbers.all.len();
                for _ in 0..plan.count(kind) {
                    let id = self.next[at];
                    let apart = id - TABLES[name as usize].1.first_id;
                    offsets[at].push(u32::try_from(apart).unwrap_or(u32::MAX));
                    numbers.all.push(id);
                    self.next[at] = state::following(id);
                }
            }
            let before = self.firsts[Kind::Address as usize]
                .last()
                .copied()
                .unwrap_or(0);
            let carried = |dwelling| self.discount(before as usize + dwelling);
            facts.tell(&mut laying, place, &plan, &numbers, carried);
        }
        self.layers = laying
            .into_iter()
            .zip(offsets)
            .zip(KINDS)
            .map(|((laying, offsets), (_, name))| {
                let shape = &TABLES[name as usize].1;
                laying.finish(shape.first_id, offsets, shape.sorted())
            })
            .collect();
    }

    /// The household of the record at a rank, and the record's place in it.
    pub(super) fn home_of(&self, kind: Kind, rank: u32) -> (Home<'_>, usize) {
        let firsts = &self.firsts[kind as usize];
        let household = firsts.partition_point(|first| *first <= rank) - 1;
        let at = (rank - firsts[household]) as usize;
        (self.home(household), at)
    }

    fn home(&self, household: usize) -> Home<'_> {
        let place = u32::try_from(household).unwrap_or(u32::MAX);
        let mut random = Rng::with_seed(self.draws[household]);
        let plan = draw::household(&self.setting, &mut random, place);
        let mut numbers = Numbers::default();
        for (kind, _) in KINDS {
            let at = kind as usize;
            numbers.begins[at] = numbers.all.len();
            let first = self.firsts[at][household];
            let ranks = first..first + plan.count(kind);
            numbers
                .all
                .extend(ranks.map(|rank| self.layers[at].id(rank)));
        }
        Home {
            ground: self,
            place,
            addresses_before: self.firsts[Kind::Address as usize][household] as usize,
            plan,
            numbers,
            marked: false,
        }
    }
}

/// The sections of the source are the kinds, in their order.
impl Source for Ground {
    fn layer(&self, section: usize) -> &Layer {
        &self.layers[section]
    }

    fn record(&self, section: usize, rank: u32) -> Record {
        let (kind, _) = KINDS[section];
        let (home, at) = self.home_of(kind, rank);
        home.record(kind, at)
    }

    fn write(&self, section: usize, rank: u32, out: &mut String) {
        self.print(KINDS[section].0, rank, out);
    }

    fn origin(&self) -> Origin {
        Origin {
            customers: self.seed.customers,
            seed: self.seed.seed,
            now: self.now,
        }
    }
}

impl Home<'_> {
    /// The record of that kind and place.
    pub(super) fn record(&self, kind: Kind, at: usize) -> Record {
        match kind {
            Kind::Customer => self.customer(),
            Kind::Card => self.card(),
            Kind::Address => self.address(at),
            Kind::Subscription | Kind::Onetime => self.item(self.item_of(kind, at)),
            Kind::Charge => self.charge(at),
            Kind::Order => self.order(at),
        }
    }
}

impl Household {
    /// How many records of a kind it has.
    fn count(&self, kind: Kind) -> u32 {
        let count = match kind {
            Kind::Customer | Kind::Card => 1,
            Kind::Address => self.dwellings.len(),
            Kind::Subscription => self.subscriptions as usize,
            Kind::Onetime => self.items.len() - self.subscriptions as usize,
            Kind::Charge => self.bills.len(),
            Kind::Order => self.parcels.len(),
        };
        u32::try_from(count).unwrap_or(u32::MAX)
    }
}
