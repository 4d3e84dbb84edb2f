//! Records of households as text, from forms.
//!
//! Takes a kind and a place; returns the text that the record would give. What
//! shapes a record picks the form, and the rest is filled in; the form itself
//! is made from a specimen when a shape is met for the second time, so that who
//! reads a few records pays for no forms.

use std::sync::{Arc, PoisonError};

use super::form::{Slips, TextForm};
use super::forms::{Forms, Line, LineShape, Sheet, SheetShape};
use super::ground::Ground;
use super::history;
use super::kinds::Kind;
use super::people::Home;
use super::plan::{Back, End, Fate, Item};
use crate::rules::{self, Load, Slot, Terms, Totals};
use crate::values::money::Cents;
use crate::values::record;

/// What a charge or an order is composed of.
pub(super) struct Sums {
    pub(super) charge: Totals,
    pub(super) order: Totals,
    /// The texts of all lines.
    pub(super) lines: String,
}

const CHARGE_MARKS: Totals = Totals {
    subtotal: Cents(9_100_000_001),
    off: Cents(9_100_000_002),
    goods: Cents(9_100_000_003),
    total: Cents(9_100_000_004),
    grams: 9_100_000_005,
};

pub(super) const ORDER_MARKS: Totals = Totals {
    subtotal: Cents(9_200_000_001),
    off: Cents(9_200_000_002),
    goods: Cents(9_200_000_003),
    total: Cents(9_200_000_004),
    grams: 9_200_000_005,
};

/// The number of an item in a line that becomes a form.
const ITEM_MARK: u64 = 900_000_000_000_000;

impl Sums {
    pub(super) fn marks() -> Self {
        Self {
            charge: CHARGE_MARKS,
            order: ORDER_MARKS,
            lines: "\"‹lines›\"".to_owned(),
        }
    }
}

impl Forms {
    /// The form of a shape; none when it is met for the first time.
    fn sheet(&self, shape: SheetShape, make: impl FnOnce() -> Sheet) -> Option<Arc<Sheet>> {
        let sheets = self.sheets.read().unwrap_or_else(PoisonError::into_inner);
        let known = sheets.get(&shape).cloned();
        drop(sheets);
        if let Some(Some(sheet)) = known {
            return Some(sheet);
        }
        let sheet = known.map(|_| Arc::new(make()));
        let mut sheets = self.sheets.write().unwrap_or_else(PoisonError::into_inner);
        sheets.insert(shape, sheet.clone());
        sheet
    }

    fn line(&self, shape: LineShape, make: impl FnOnce() -> Line) -> Arc<Line> {
        let known = self.lines.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = known.get(&shape) {
            return line.clone();
        }
        drop(known);
        let line = Arc::new(make());
        let mut lines = self.lines.write().unwrap_or_else(PoisonError::into_inner);
        lines.insert(shape, line.clone());
        line
    }
}

impl Ground {
    /// Writes the JSON text of the record of a kind at a rank.
    pub(super) fn print(&self, kind: Kind, rank: u32, out: &mut String) {
        let (home, at) = self.home_of(kind, rank);
        let shape = (kind, home.shape(kind, at));
        if let Some(sheet) = self.forms.sheet(shape, || home.sheet(kind, at)) {
            let sums = home.sums(kind, at, &sheet.terms);
            sheet.form.fill(&home.slips(kind, at, &sums), out);
        } else {
            let record = home.record(kind, at);
            out.push_str(&serde_json::to_string(&record).unwrap_or_default());
        }
    }

    fn line(&self, item: &Item, in_order: bool) -> Arc<Line> {
        let Item {
            product,
            variant,
            quantity,
            ground,
            onetime,
            ..
        } = *item;
        let shape = (product, variant, quantity, ground, onetime, in_order);
        self.forms.line(shape, || {
            let mut line = history::line(self, item, ITEM_MARK);
            let load = Load::of(std::slice::from_ref(&line));
            if in_order {
                line = self.order_line(line);
            }
            let mut marks = Slips::default();
            marks.number(ITEM_MARK);
            Line {
                form: TextForm::new(&line.to_string(), &marks),
                load,
            }
        })
    }

    /// A line of a charge as an order has it.
    fn order_line(&self, line: serde_json::Value) -> serde_json::Value {
        let charge = record::fields([("line_items", vec![line].into())]);
        let slot = Slot {
            day: self.today,
            items: vec![ITEM_MARK],
            prepaid: false,
            sent: None,
        };
        let order = rules::order(&self.goods, 0, &charge, &slot);
        record::list(&order, "line_items")
            .first()
            .cloned()
            .unwrap_or_default()
    }
}

impl Home<'_> {
    fn sheet(&self, kind: Kind, at: usize) -> Sheet {
        let (home, specimen) = self.specimen(kind, at);
        let marks = home.slips(kind, at, &Sums::marks());
        let text = serde_json::to_string(&specimen).unwrap_or_default();
        Sheet {
            form: TextForm::new(&text, &marks),
            terms: Terms::of(&self.ground.goods, &specimen),
        }
    }

    /// What shapes the record of that kind and place.
    fn shape(&self, kind: Kind, at: usize) -> [usize; 6] {
        let plan = &self.plan;
        let failing = usize::from(plan.failing);
        match kind {
            Kind::Customer => [
                self.active(),
                plan.subscriptions as usize,
                failing,
                usize::try_from(plan.streak).unwrap_or(0),
                usize::from(self.first_paid().is_some()),
                0,
            ],
            Kind::Card => [failing, 0, 0, 0, 0, 0],
            Kind::Address => [self.discounted(at), self.noted(at), 0, 0, 0, 0],
            Kind::Subscription | Kind::Onetime => {
                let item = self.item_of(kind, at);
                let prepaid = usize::from(item.is_prepaid());
                let ground = usize::from(item.ground);
                let fate = match item.fate {
                    Fate::Active { ends: false, .. } => 0,
                    Fate::Active { ends: true, .. } => 1,
                    Fate::Cancelled { .. } => 2,
                    Fate::Expired => 3,
                };
                let dunning = usize::from(self.in_dunning(item));
                [item.product, item.variant, ground, prepaid, fate, dunning]
            }
            Kind::Charge => {
                let bill = &plan.bills[at];
                let dwelling = bill.dwelling;
                let end = ended(bill.end);
                [
                    end,
                    self.discounted(dwelling),
                    self.noted(dwelling),
                    0,
                    0,
                    0,
                ]
            }
            Kind::Order => {
                let parcel = &plan.parcels[at];
                let bill = &plan.bills[parcel.bill];
                [
                    ended(bill.end),
                    self.discounted(bill.dwelling),
                    self.noted(bill.dwelling),
                    usize::from(self.sent(parcel).is_some()),
                    usize::from(self.day_of(parcel) <= self.today()),
                    usize::from(parcel.prepaid),
                ]
            }
        }
    }

    fn discounted(&self, dwelling: usize) -> usize {
        let discount = self.ground.discount(self.addresses_before + dwelling);
        discount.map_or(0, |discount| discount + 1)
    }

    fn noted(&self, dwelling: usize) -> usize {
        usize::from(self.plan.dwellings[dwelling].noted)
    }

    /// What the charge or order of that place is composed of.
    fn sums(&self, kind: Kind, at: usize, terms: &Terms) -> Sums {
        let (bill, parcel) = match kind {
            Kind::Charge => (at, None),
            Kind::Order => (self.plan.parcels[at].bill, Some(&self.plan.parcels[at])),
            _ => return Sums::marks(),
        };
        let mut lines = String::with_capacity(1_500);
        let (mut of_charge, mut of_order) = (Vec::new(), Vec::new());
        for place in &self.plan.bills[bill].items {
            let item = &self.plan.items[*place];
            let line = self.ground.line(item, parcel.is_some());
            of_charge.push(line.load);
            if parcel.is_some_and(|parcel| !parcel.items.contains(place)) {
                continue;
            }
            of_order.push(line.load);
            if !lines.is_empty() {
                lines.push(',');
            }
            let mut slips = Slips::default();
            slips.number(self.item_id(item));
            line.form.fill(&slips, &mut lines);
        }
        Sums {
            charge: terms.totals(of_charge.into_iter().sum()),
            order: terms.totals(of_order.into_iter().sum()),
            lines,
        }
    }
}

fn ended(end: End) -> usize {
    match end {
        End::Queued => 0,
        End::Failed => 1,
        End::Skipped { .. } => 2,
        End::Pending { .. } => 3,
        End::Paid { back, .. } => match back {
            Back::Nothing => 4,
            Back::Part => 5,
            Back::All => 6,
        },
    }
}
