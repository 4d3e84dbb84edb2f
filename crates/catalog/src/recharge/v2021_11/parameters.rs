//! Parameters and field names that many rows share.

use crate::build::{day, id, integer, text, time};
use crate::model::{Parameter, ParameterRole, Type};

/// Path parameter with the number of the object.
pub(in crate::recharge) const ID: Parameter = id("id", "id of the object");

/// Records per page. The command line sets it from `--page-size`.
pub const LIMIT: Parameter = integer("limit", "records per page")
    .role(ParameterRole::PageSize)
    .documented(Type::String)
    .default("50")
    .maximum(250);

/// `limit` on lists whose own parameter list leaves it out.
pub(in crate::recharge) const LIMIT_OF_ALL_LISTS: Parameter =
    LIMIT.beyond("the chapter on cursor pagination gives every list a limit of up to 250");

/// `limit` where default and maximum are in the prose only.
pub(in crate::recharge) const LIMIT_IN_PROSE: Parameter =
    LIMIT.beyond("default and maximum are in the description, not in the parameter list");

/// Position from which a list continues, as the API gives it with each page.
pub const CURSOR: Parameter =
    text("cursor", "continue from this cursor of an earlier response").role(ParameterRole::Cursor);

/// Number of the page, for lists read by page number.
pub const PAGE: Parameter = integer("page", "fetch only the page with this number")
    .role(ParameterRole::PageNumber)
    .documented(Type::String)
    .default("1");

/// A comma list of object numbers.
pub(in crate::recharge) const IDS: Parameter = id("ids", "only these, by id")
    .role(ParameterRole::Ids)
    .documented(Type::String)
    .multiple();

/// The field with the time at which an object was created.
pub const CREATED_AT: &str = "created_at";
/// The field with the time at which an object was changed last.
pub const UPDATED_AT: &str = "updated_at";
/// The field with the day on which an object is due.
pub const SCHEDULED_AT: &str = "scheduled_at";

/// Earliest time of creation of the objects to list.
pub const CREATED_AT_MIN: Parameter = time("created_at_min", "created at or after this time")
    .role(ParameterRole::Since(CREATED_AT))
    .common();
pub(in crate::recharge) const CREATED_AT_MAX: Parameter =
    time("created_at_max", "created at or before this time")
        .role(ParameterRole::Until(CREATED_AT))
        .common();
pub(in crate::recharge) const UPDATED_AT_MIN: Parameter =
    time("updated_at_min", "updated at or after this time")
        .role(ParameterRole::Since(UPDATED_AT))
        .common();
pub(in crate::recharge) const UPDATED_AT_MAX: Parameter =
    time("updated_at_max", "updated at or before this time").role(ParameterRole::Until(UPDATED_AT));
pub(in crate::recharge) const SCHEDULED_AT_MIN: Parameter =
    day("scheduled_at_min", "scheduled on or after this day")
        .role(ParameterRole::Since(SCHEDULED_AT))
        .common();
pub(in crate::recharge) const SCHEDULED_AT_MAX: Parameter =
    day("scheduled_at_max", "scheduled on or before this day")
        .role(ParameterRole::Until(SCHEDULED_AT))
        .common();

/// Filters by the object above.
pub(in crate::recharge) const OF_CUSTOMER: Parameter =
    id("customer_id", "only those of this customer").common();
pub(in crate::recharge) const OF_ADDRESS: Parameter =
    id("address_id", "only those of this address").common();

/// Related objects to put into each record.
pub const INCLUDE: Parameter = text(
    "include",
    "add these related objects to each record, under include",
)
.role(ParameterRole::Include)
.multiple()
.common();

/// The field of a record that contains the objects asked for by [`INCLUDE`].
pub const INCLUDED: &str = INCLUDE.name;

/// Order of a list.
pub(in crate::recharge) const SORT_BY: Parameter = text("sort_by", "order of the list")
    .role(ParameterRole::Sort)
    .common();
pub(in crate::recharge) const BY_ID_OR_UPDATED: &[&str] =
    &["id-asc", "id-desc", "updated_at-asc", "updated_at-desc"];
pub(in crate::recharge) const BY_ID_CREATED_OR_UPDATED: &[&str] = &[
    "id-asc",
    "id-desc",
    "created_at-asc",
    "created_at-desc",
    "updated_at-asc",
    "updated_at-desc",
];

/// Fields with an id that an object has in another system begin with this.
pub const EXTERNAL_ID_PREFIX: &str = "external_";

/// Parts of a postal address, as charges, orders and payment methods contain it.
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
