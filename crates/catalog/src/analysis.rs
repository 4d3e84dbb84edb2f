//! What a copy of a store is asked: views for programs that expect other tables, and
//! reports.
//!
//! Facts about an API as data: which column of a view is which field, which tables a
//! report reads. Nothing here builds or runs a statement.

/// The views and reports for copies of an API.
#[derive(Debug)]
pub struct Analysis {
    /// The sets of views.
    pub layouts: &'static [Layout],
    /// The reports, in the order in which they are listed.
    pub reports: &'static [Report],
    /// Where the copy has the time zone of the store.
    pub zone: Option<ZoneColumn>,
}

impl Analysis {
    /// None of them.
    pub const NONE: Self = Self {
        layouts: &[],
        reports: &[],
        zone: None,
    };

    /// The layout of that name.
    #[must_use]
    pub fn layout(&self, name: &str) -> Option<&'static Layout> {
        self.layouts.iter().find(|layout| layout.name == name)
    }

    /// The report of that name.
    #[must_use]
    pub fn report(&self, name: &str) -> Option<&'static Report> {
        self.reports.iter().find(|report| report.name == name)
    }
}

/// Where a copy has the IANA name of the store's time zone: a member of a JSON column.
#[derive(Debug, Clone, Copy)]
pub struct ZoneColumn {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The member of its object.
    pub member: &'static str,
}

/// Views with the tables and columns of another program.
#[derive(Debug)]
pub struct Layout {
    /// Its name, as `--layout` takes it.
    pub name: &'static str,
    /// The name of the views together: a schema, or what their names begin with.
    pub schema: &'static str,
    /// The views.
    pub views: &'static [LayoutView],
}

/// A view over a table of the copy.
#[derive(Debug)]
pub struct LayoutView {
    /// Its name.
    pub name: &'static str,
    /// The table whose rows it shows.
    pub table: &'static str,
    /// The table that is shown where the copy has no such table.
    pub instead: Option<&'static str>,
    /// With names of columns: a row for each element of the first of these lists that
    /// has any. Without: a row for each row of the table.
    pub lists: &'static [&'static str],
    /// Another table with at most one row for each row of this one.
    pub join: Option<ViewJoin>,
    /// Its columns, in their order.
    pub columns: &'static [ViewColumn],
}

/// A table that is joined, at most one row of it to each row.
#[derive(Debug, Clone, Copy)]
pub struct ViewJoin {
    /// The table.
    pub table: &'static str,
    /// The column that is compared.
    pub column: &'static str,
    /// The value that it is compared with.
    pub with: ViewValue,
    /// A column that must be true; of several rows that with the lowest id is taken.
    pub only: Option<&'static str>,
}

/// A column of a view.
#[derive(Debug, Clone, Copy)]
pub struct ViewColumn {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub kind: ViewType,
    /// Where its values are from.
    pub value: ViewValue,
}

/// The type of a column of a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViewType {
    /// A whole number of 64 bits.
    Integer,
    /// A decimal number.
    Decimal,
    /// Text.
    Text,
    /// `true` or `false`.
    Boolean,
    /// A moment in UTC, without a zone.
    Time,
}

/// Where the values of a column are from. A value that is not of the type of the
/// column is null.
#[derive(Debug, Clone, Copy)]
pub enum ViewValue {
    /// A column of the table.
    Column(&'static str),
    /// A member of the object in a column; dots separate the names on the way.
    Member(&'static str, &'static str),
    /// The sum of a member of the objects in a list.
    Sum(&'static str, &'static str),
    /// A member of the element of the list.
    Item(&'static str),
    /// The element of the list as JSON text.
    WholeItem,
    /// The position of the element in the list, from 0 on.
    Position,
    /// A column of the joined table.
    Joined(&'static str),
    /// A member of the object in a column of the joined table.
    JoinedMember(&'static str, &'static str),
    /// Whether the store has the record no more.
    IsDeleted,
    /// Whether the store has the joined record no more.
    IsJoinedDeleted,
    /// When the row was last written.
    SyncedAt,
    /// The first of these that is not null.
    Either(&'static [Self]),
    /// A field that the reference does not have: null, except in answers that have it.
    Beyond(&'static str),
}

/// A query that ships with the program.
#[derive(Debug)]
pub struct Report {
    /// Its name, kebab case.
    pub name: &'static str,
    /// One line for the list of reports.
    pub about: &'static str,
    /// The query for `SQLite`. Its comment says what the figures mean and where they
    /// are from. `:zone` is the time zone of days, `:today` the last of them.
    pub sql: &'static str,
    /// The tables of the copy that it reads, each with the table to copy for it.
    pub tables: &'static [ReportTable],
    /// Its parameters, beside zone and day.
    pub parameters: &'static [ReportParameter],
    /// The column that bars show; `None` where a picture says no more than a table.
    pub bars: Option<ReportBars>,
}

/// A table that a report reads.
#[derive(Debug, Clone, Copy)]
pub struct ReportTable {
    /// Its name in the copy.
    pub name: &'static str,
    /// The table whose replication brings it.
    pub copied_as: &'static str,
}

/// A parameter of a report.
#[derive(Debug, Clone, Copy)]
pub struct ReportParameter {
    /// Its name.
    pub name: &'static str,
    /// What it is, for help.
    pub about: &'static str,
    /// Its value where none is given: a decimal number above 0.
    pub default: &'static str,
}

/// How a report is drawn.
#[derive(Debug, Clone, Copy)]
pub struct ReportBars {
    /// How many columns, from the first on, are labels.
    pub labels: usize,
    /// The column whose values are drawn.
    pub measure: &'static str,
    /// Whether figures add up, where all rows have the same last label: a currency.
    pub adds_up: bool,
}

impl ReportTable {
    /// A table that is copied by its own name.
    #[must_use]
    pub const fn of(name: &'static str) -> Self {
        Self {
            name,
            copied_as: name,
        }
    }

    /// A table that comes with another one.
    #[must_use]
    pub const fn with(name: &'static str, copied_as: &'static str) -> Self {
        Self { name, copied_as }
    }
}
