//! Parameters that several resources share.

use crate::build::{id, integer, text, time};
use crate::model::{Parameter, ParameterRole};

/// Records per page.
pub(super) const LIMIT: Parameter = integer("limit", "records per page")
    .role(ParameterRole::PageSize)
    .maximum(super::MAXIMUM_PAGE_SIZE)
    .default("50");

/// One page by its number.
pub(super) const PAGE: Parameter =
    integer("page", "only this page").role(ParameterRole::PageNumber);

/// The number of an object.
pub(super) const ID: Parameter = id("id", "number");

/// Only these objects (v3).
pub(super) const IDS: Parameter = id("id:in", "only these, by id")
    .flag("ids")
    .role(ParameterRole::Ids)
    .multiple();

/// Names of fields.
pub(super) const INCLUDE_FIELDS: Parameter = text("include_fields", "only these fields")
    .role(ParameterRole::OnlyFields)
    .multiple();

/// Earliest time of the last change (v2).
pub(super) const MIN_DATE_MODIFIED: Parameter =
    time("min_date_modified", "updated at or after this time")
        .role(ParameterRole::Since("date_modified"))
        .common();

/// Latest time of the last change (v2).
pub(super) const MAX_DATE_MODIFIED: Parameter =
    time("max_date_modified", "updated at or before this time")
        .role(ParameterRole::Until("date_modified"))
        .includes_day();

/// Earliest time of creation (v2).
pub(super) const MIN_DATE_CREATED: Parameter =
    time("min_date_created", "created at or after this time")
        .role(ParameterRole::Since("date_created"));

/// Latest time of creation (v2).
pub(super) const MAX_DATE_CREATED: Parameter =
    time("max_date_created", "created at or before this time")
        .role(ParameterRole::Until("date_created"))
        .includes_day();

/// Earliest time of the last change (v3).
pub(super) const DATE_MODIFIED_MIN: Parameter =
    time("date_modified:min", "updated at or after this time")
        .flag("date-modified-min")
        .role(ParameterRole::Since("date_modified"))
        .common();

/// Latest time of the last change (v3).
pub(super) const DATE_MODIFIED_MAX: Parameter =
    time("date_modified:max", "updated at or before this time")
        .flag("date-modified-max")
        .role(ParameterRole::Until("date_modified"))
        .includes_day();

/// Earliest time of creation (v3).
pub(super) const DATE_CREATED_MIN: Parameter =
    time("date_created:min", "created at or after this time")
        .flag("date-created-min")
        .role(ParameterRole::Since("date_created"));

/// Latest time of creation (v3).
pub(super) const DATE_CREATED_MAX: Parameter =
    time("date_created:max", "created at or before this time")
        .flag("date-created-max")
        .role(ParameterRole::Until("date_created"))
        .includes_day();
