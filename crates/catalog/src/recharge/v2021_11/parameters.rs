//! Parameters that many operations share, said once.

use crate::build::{day, id, integer, text, time};
use crate::model::{Parameter, Type};

/// Hole of the path that takes the number of the object.
pub(super) const ID: Parameter = id("id", "number of the object");

/// Records a page. The command line sets it from `--page-size`.
pub(super) const LIMIT: Parameter = integer("limit", "records a page")
    .documented(Type::String)
    .default("50")
    .maximum(250);

/// `limit` on lists whose own parameter list leaves it out.
pub(super) const LIMIT_OF_ALL_LISTS: Parameter =
    LIMIT.beyond("the chapter on cursor pagination gives every list a limit of up to 250");

/// `limit` where default and maximum stand in the prose only.
pub(super) const LIMIT_IN_PROSE: Parameter =
    LIMIT.beyond("default and maximum stand in the description, not in the parameter list");

/// Where to go on; the API gives it with each page.
pub(super) const CURSOR: Parameter = text(
    "cursor",
    "go on from this cursor, as an earlier answer gave it",
);

/// One page by number, for old habits.
pub(super) const PAGE: Parameter = integer("page", "fetch this one page, by number, and no other")
    .documented(Type::String)
    .default("1");

/// A comma list of object numbers.
pub(super) const IDS: Parameter = id("ids", "only these, by number")
    .documented(Type::String)
    .multiple();

pub(super) const CREATED_AT_MIN: Parameter =
    time("created_at_min", "created at or after this time").common();
pub(super) const CREATED_AT_MAX: Parameter =
    time("created_at_max", "created at or before this time").common();
pub(super) const UPDATED_AT_MIN: Parameter =
    time("updated_at_min", "changed at or after this time").common();
pub(super) const UPDATED_AT_MAX: Parameter =
    time("updated_at_max", "changed at or before this time");
pub(super) const SCHEDULED_AT_MIN: Parameter =
    day("scheduled_at_min", "scheduled on or after this day").common();
pub(super) const SCHEDULED_AT_MAX: Parameter =
    day("scheduled_at_max", "scheduled on or before this day").common();

/// Filters by the object above.
pub(super) const OF_CUSTOMER: Parameter = id("customer_id", "only those of this customer").common();
pub(super) const OF_ADDRESS: Parameter = id("address_id", "only those of this address").common();

/// What to put into each record besides itself.
pub(super) const INCLUDE: Parameter = text(
    "include",
    "also put these related objects into each record, under include",
)
.multiple()
.common();

/// Order of a list.
pub(super) const SORT_BY: Parameter = text("sort_by", "order of the list").common();
pub(super) const BY_ID_OR_UPDATED: &[&str] =
    &["id-asc", "id-desc", "updated_at-asc", "updated_at-desc"];
pub(super) const BY_ID_CREATED_OR_UPDATED: &[&str] = &[
    "id-asc",
    "id-desc",
    "created_at-asc",
    "created_at-desc",
    "updated_at-asc",
    "updated_at-desc",
];

/// Parts of a postal address, as charges, orders and payment methods hold it.
pub const ADDRESS_PARTS: &[&str] = &[
    "address1",
    "address2",
    "city",
    "company",
    "country_code",
    "first_name",
    "last_name",
    "phone",
    "province",
    "zip",
];
