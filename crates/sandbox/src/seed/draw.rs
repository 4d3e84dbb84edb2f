//! The draws of a household.
//!
//! Takes the drawing of a seed and which household it is; returns its plan. The
//! order of the draws is what a seed means: it must not change.

use fastrand::Rng;

use super::names::{FIRST, LAST, PLACES, REASONS, STREETS};
use super::plan::{
    Back, Bill, Card, Dwelling, End, Fate, Household, Item, Parcel, Postal, Setting,
};

/// How often; prepaid when the charges are rarer than the orders.
const RHYTHMS: &[(&str, i64, i64)] = &[
    ("month", 1, 1),
    ("month", 1, 1),
    ("month", 1, 1),
    ("day", 30, 30),
    ("month", 2, 2),
    ("week", 2, 2),
    ("day", 15, 15),
    ("month", 3, 3),
    ("month", 1, 3),
];

/// Of a hundred customers, how many have so many subscriptions.
const SUBSCRIPTIONS: &[(u32, u64)] = &[(3, 0), (33, 1), (68, 2), (88, 3), (100, 4)];

const QUANTITIES: &[i64] = &[1, 1, 1, 1, 2, 2, 3];

const BRANDS: &[&str] = &["visa", "mastercard", "amex", "discover"];

/// Small stores show more of the past: in larger ones some half of the
/// addresses have one past charge each.
const SMALL: u32 = 1_000;

const DAY: i64 = 86_400;

/// Draws the plan of a household.
pub(super) fn household(setting: &Setting, random: &mut Rng, place: u32) -> Household {
    Draw { setting, random }.household(place)
}

struct Draw<'a> {
    setting: &'a Setting,
    random: &'a mut Rng,
}

impl Draw<'_> {
    fn one_of<T>(&mut self, from: &[T]) -> usize {
        self.random.usize(..from.len())
    }

    /// True in so many of a hundred cases.
    fn chance(&mut self, percent: u32) -> bool {
        self.random.u32(..100) < percent
    }

    /// A moment so many days ago.
    fn ago(&mut self, days: i64) -> i64 {
        self.setting.now - DAY * days - self.random.i64(0..86_000)
    }

    fn household(&mut self, place: u32) -> Household {
        let age = 700 - i64::from(place) * 680 / i64::from(self.setting.customers.max(1));
        let (first_name, last_name) = (self.one_of(FIRST), self.one_of(LAST));
        let created = self.ago(age);
        let phone = self.chance(60).then(|| self.random.u32(0..10_000));
        let days = self.random.i64(0..age.clamp(1, 40));
        let updated = self.ago(days);
        let failing = self.chance(5);
        let card = self.card(age);
        let addresses = if self.chance(14) { 2 } else { 1 };
        let draw = self.random.u32(..100);
        let wanted = SUBSCRIPTIONS
            .iter()
            .find(|(upto, _)| draw < *upto)
            .map_or(1, |(_, count)| *count);
        let mut home = Household {
            first_name,
            last_name,
            created,
            updated,
            phone,
            failing,
            card,
            dwellings: Vec::with_capacity(2),
            items: Vec::with_capacity(5),
            bills: Vec::with_capacity(5),
            parcels: Vec::new(),
            subscriptions: 0,
            streak: 0,
        };
        for at in 0..addresses {
            let share = if addresses == 1 {
                wanted
            } else {
                u64::midpoint(wanted, at)
            };
            let dwelling = self.dwelling(age);
            home.dwellings.push(dwelling);
            let begun = home.items.len();
            self.items(&mut home, age, share);
            self.past(&mut home, begun);
            self.queue(&mut home, begun);
        }
        home
    }

    fn card(&mut self, age: i64) -> Card {
        Card {
            created: self.ago(age),
            brand: BRANDS[self.one_of(BRANDS)],
            last4: self.random.u32(1000..10_000),
            years: self.random.i64(0..5),
            month: self.random.i64(1..13),
            postal: self.postal(),
        }
    }

    fn postal(&mut self) -> Postal {
        Postal {
            place: self.one_of(PLACES),
            number: self.random.u32(1..4_000),
            street: self.one_of(STREETS),
            suite: self.chance(25).then(|| self.random.u32(1..400)),
            company: self.chance(8),
        }
    }

    fn dwelling(&mut self, age: i64) -> Dwelling {
        Dwelling {
            created: self.ago(age),
            postal: self.postal(),
            noted: self.chance(6),
        }
    }

    fn items(&mut self, home: &mut Household, age: i64, count: u64) {
        let mut shared = None;
        for _ in 0..count {
            let mut item = self.subscription(age, shared, home.failing);
            item.dwelling = home.dwellings.len() - 1;
            item.place = home.subscriptions;
            home.subscriptions += 1;
            if let Fate::Active { day, .. } = item.fate {
                shared = shared.or(Some(day));
            }
            home.items.push(item);
        }
        if let Some(day) = shared.filter(|_| self.chance(12)) {
            let mut item = self.onetime(day);
            item.dwelling = home.dwellings.len() - 1;
            item.place = u32::try_from(home.items.len()).unwrap_or(0) - home.subscriptions;
            home.items.push(item);
        }
    }

    fn subscription(&mut self, age: i64, shared: Option<i64>, failing: bool) -> Item {
        let days = self.random.i64(0..age.max(1));
        let created = self.ago(days);
        let mut item = self.thing(created);
        item.rhythm = RHYTHMS[self.one_of(RHYTHMS)];
        let days = self.random.i64(0..days.clamp(1, 60));
        item.updated = self.ago(days);
        item.fate = match self.random.u32(..100) {
            0..=77 => Fate::Active {
                day: self.next_day(shared, item.rhythm, failing),
                ends: self.chance(10),
            },
            78..=94 => Fate::Cancelled {
                reason: self.one_of(REASONS),
                day: 0,
            },
            _ => Fate::Expired,
        };
        item
    }

    /// Within one interval from now; often together with another one. Where the
    /// card fails, the last charge is still open.
    fn next_day(
        &mut self,
        shared: Option<i64>,
        (unit, _, charges): (&str, i64, i64),
        failing: bool,
    ) -> i64 {
        if let Some(day) = shared.filter(|_| failing || self.chance(40)) {
            return day;
        }
        if failing {
            return -2;
        }
        let days = charges
            * match unit {
                "month" => 30,
                "week" => 7,
                _ => 1,
            };
        self.random.i64(1..=days.max(1))
    }

    fn onetime(&mut self, day: i64) -> Item {
        let days = self.random.i64(0..30);
        let created = self.ago(days);
        let mut item = self.thing(created);
        item.onetime = true;
        item.fate = if self.chance(15) {
            Fate::Cancelled { reason: 0, day }
        } else {
            Fate::Active { day, ends: false }
        };
        item
    }

    /// Chooses a product and a variant for an item.
    fn thing(&mut self, created: i64) -> Item {
        let product = self.random.usize(..self.setting.variants.len());
        let variant = self.random.usize(..self.setting.variants[product]);
        Item {
            dwelling: 0,
            place: 0,
            onetime: false,
            created,
            updated: created,
            product,
            variant,
            quantity: QUANTITIES[self.one_of(QUANTITIES)],
            ground: self.chance(20),
            rhythm: RHYTHMS[0],
            fate: Fate::Expired,
        }
    }

    /// Earlier charges of an address, each on its own day, with their orders.
    fn past(&mut self, home: &mut Household, begun: usize) {
        let all = begun..home.items.len();
        let items: Vec<usize> = all.filter(|at| !home.items[*at].onetime).collect();
        let small = self.setting.customers <= SMALL;
        if items.is_empty() || self.chance(if small { 8 } else { 45 }) {
            return;
        }
        let times = if small { self.random.i64(1..3) } else { 1 };
        let first = self.random.i64(2..24);
        for turn in (0..times).rev() {
            let days = first + turn * 28;
            let made = self.ago(days + 20);
            let end = self.end(-days);
            let bill = home.bills.len();
            let begun = home.parcels.len();
            if matches!(end, End::Paid { .. }) {
                parcels(home, bill, &items);
            }
            home.bills.push(Bill {
                dwelling: home.dwellings.len() - 1,
                items: items.clone(),
                day: -days,
                made,
                end,
                orders: home.parcels.len() - begun,
            });
        }
        home.streak = times;
    }

    /// How a past charge ended.
    fn end(&mut self, day: i64) -> End {
        let at = self.setting.today + day * DAY + 7 * 3_600 + self.random.i64(0..9_000);
        match self.random.u32(..100) {
            0..=7 => End::Skipped { at },
            8..=9 => End::Pending { at: self.ago(1) },
            draw => End::Paid {
                at,
                back: match draw {
                    10..=16 => Back::All,
                    17..=21 => Back::Part,
                    _ => Back::Nothing,
                },
            },
        }
    }

    /// The open charges of an address: one a day.
    fn queue(&mut self, home: &mut Household, begun: usize) {
        let mut due: Vec<(i64, usize)> = Vec::new();
        for (at, item) in home.items.iter().enumerate().skip(begun) {
            if let Fate::Active { day, .. } = item.fate {
                due.push((day, at));
            }
        }
        due.sort_unstable();
        for same in due.chunk_by(|(one, _), (other, _)| one == other) {
            let age = self.random.i64(1..20);
            let made = self.ago(age);
            home.bills.push(Bill {
                dwelling: home.dwellings.len() - 1,
                items: same.iter().map(|(_, at)| *at).collect(),
                day: same[0].0,
                made,
                end: if home.failing {
                    End::Failed
                } else {
                    End::Queued
                },
                orders: 0,
            });
        }
    }
}

/// One order at once, and for what is prepaid one more for each month paid.
fn parcels(home: &mut Household, bill: usize, items: &[usize]) {
    let is_prepaid = |at: &&usize| home.items[**at].is_prepaid();
    let prepaid: Vec<usize> = items.iter().filter(is_prepaid).copied().collect();
    home.parcels.push(Parcel {
        bill,
        items: items.to_vec(),
        prepaid: !prepaid.is_empty(),
        months: 0,
    });
    if !prepaid.is_empty() {
        for months in 1..3 {
            home.parcels.push(Parcel {
                bill,
                items: prepaid.clone(),
                prepaid: true,
                months,
            });
        }
    }
}
