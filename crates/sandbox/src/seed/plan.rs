//! What chance decides about a household, and nothing else: small numbers from
//! which every record of the household can be written, and by which it is
//! found.
//!
//! Plans are cheap, so that a million subscriptions can be counted without
//! being written. Data only: `draw` makes them.

/// What all households of a store share.
#[derive(Debug)]
pub(super) struct Setting {
    /// The present, in seconds.
    pub(super) now: i64,
    /// The beginning of today, in seconds.
    pub(super) today: i64,
    pub(super) customers: u32,
    /// How many variants each product has.
    pub(super) variants: Vec<usize>,
}

/// A customer and everything that is theirs.
#[derive(Debug, Clone)]
pub(super) struct Household {
    pub(super) first_name: usize,
    pub(super) last_name: usize,
    pub(super) created: i64,
    pub(super) updated: i64,
    pub(super) phone: Option<u32>,
    /// The card is declined.
    pub(super) failing: bool,
    pub(super) card: Card,
    pub(super) dwellings: Vec<Dwelling>,
    pub(super) items: Vec<Item>,
    pub(super) bills: Vec<Bill>,
    pub(super) parcels: Vec<Parcel>,
    /// How many of the items are subscriptions.
    pub(super) subscriptions: u32,
    /// Charges in a row that were paid, as the customer's record says.
    pub(super) streak: i64,
}

#[derive(Debug, Clone)]
pub(super) struct Card {
    pub(super) created: i64,
    pub(super) brand: &'static str,
    pub(super) last4: u32,
    pub(super) years: i64,
    pub(super) month: i64,
    pub(super) postal: Postal,
}

#[derive(Debug, Clone)]
pub(super) struct Postal {
    pub(super) place: usize,
    pub(super) number: u32,
    pub(super) street: usize,
    pub(super) suite: Option<u32>,
    pub(super) company: bool,
}

/// Where things are sent.
#[derive(Debug, Clone)]
pub(super) struct Dwelling {
    pub(super) created: i64,
    pub(super) postal: Postal,
    pub(super) noted: bool,
}

/// A subscription or one-time item.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) dwelling: usize,
    /// Its place among the household's items of its kind.
    pub(super) place: u32,
    pub(super) onetime: bool,
    pub(super) created: i64,
    pub(super) updated: i64,
    pub(super) product: usize,
    pub(super) variant: usize,
    pub(super) quantity: i64,
    pub(super) ground: bool,
    /// How often: unit, orders every, charges every.
    pub(super) rhythm: (&'static str, i64, i64),
    pub(super) fate: Fate,
}

/// What has become of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is due that many days from today, and may end after twelve charges.
    Active {
        day: i64,
        ends: bool,
    },
    /// Given up, for a reason; a one-time item keeps its day and gives none.
    Cancelled {
        reason: usize,
        day: i64,
    },
    Expired,
}

/// A charge.
#[derive(Debug, Clone)]
pub(super) struct Bill {
    pub(super) dwelling: usize,
    /// Places among the items.
    pub(super) items: Vec<usize>,
    /// Days from today.
    pub(super) day: i64,
    pub(super) made: i64,
    pub(super) end: End,
    /// How many orders it paid for.
    pub(super) orders: usize,
}

/// What has become of a charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Queued,
    Failed,
    Skipped { at: i64 },
    Pending { at: i64 },
    Paid { at: i64, back: Back },
}

/// How much of a paid charge was given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Back {
    Nothing,
    Part,
    All,
}

/// An order.
#[derive(Debug, Clone)]
pub(super) struct Parcel {
    /// The place of its charge among the bills.
    pub(super) bill: usize,
    pub(super) items: Vec<usize>,
    pub(super) prepaid: bool,
    /// Months after the charge.
    pub(super) months: i64,
}

impl Item {
    /// Whether it is charged less often than it is sent.
    pub(super) fn is_prepaid(&self) -> bool {
        let (_, orders, charges) = self.rhythm;
        charges > orders
    }
}
