//! How databases spell values: members of JSON, and casts that cannot fail. A view
//! whose cast fails for one row fails for all of them.

use crate::catalog::ViewType;
use crate::sync::table::ColumnType;

/// A dialect of SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// `SQLite`.
    Sqlite,
    /// `PostgreSQL`.
    Postgres,
    /// `DuckDB`, over Parquet files.
    Duckdb,
}

/// Times that `PostgreSQL` certainly accepts. They have an offset: without one the zone
/// of the session would apply. The 29th of February is excluded, because most years do
/// not have it.
const MOMENT: &str = concat!(
    r"^\d{4}-((0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)",
    r"[T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d([.]\d+)?(Z|[+-](0\d|1[0-4]):?[0-5]\d)$",
);

/// An expression and what it yields.
#[derive(Debug, Clone)]
pub(super) enum Expression {
    /// The value of a column.
    Column(String, ColumnType),
    /// A member of a JSON document as text, of any kind.
    Member(String),
    /// A value that has the type that is wanted.
    Exact(String),
}

impl Dialect {
    /// The name of a type.
    pub(super) const fn type_name(self, kind: ViewType) -> &'static str {
        match (self, kind) {
            (Self::Sqlite, ViewType::Integer | ViewType::Boolean) => "INTEGER",
            (Self::Sqlite, ViewType::Decimal) => "REAL",
            (Self::Sqlite, ViewType::Text | ViewType::Time) => "TEXT",
            (Self::Postgres, ViewType::Integer) => "bigint",
            (Self::Postgres, ViewType::Decimal) => "numeric",
            (Self::Postgres, ViewType::Text) => "text",
            (Self::Postgres, ViewType::Boolean) => "boolean",
            (Self::Postgres, ViewType::Time) => "timestamp",
            (Self::Duckdb, ViewType::Integer) => "BIGINT",
            (Self::Duckdb, ViewType::Decimal) => "DECIMAL(18,4)",
            (Self::Duckdb, ViewType::Text) => "VARCHAR",
            (Self::Duckdb, ViewType::Boolean) => "BOOLEAN",
            (Self::Duckdb, ViewType::Time) => "TIMESTAMP",
        }
    }

    /// A member of a JSON document as text. `path` has dots between names.
    pub(super) fn member(self, document: &str, path: &str) -> String {
        match self {
            Self::Sqlite => format!("{document} ->> '$.{path}'"),
            Self::Postgres => {
                let path = path.replace('.', ",");
                format!("{document} #>> '{{{path}}}'")
            }
            Self::Duckdb => format!("json_extract_string({document}, '$.{path}')"),
        }
    }

    /// A document that is certainly a list: anything else becomes an empty one.
    pub(super) fn list(self, document: &str) -> String {
        match self {
            Self::Sqlite => {
                format!("CASE json_type({document}) WHEN 'array' THEN {document} ELSE '[]' END")
            }
            Self::Postgres => format!(
                "CASE jsonb_typeof({document}) WHEN 'array' THEN {document} ELSE '[]'::jsonb END"
            ),
            Self::Duckdb => {
                format!("CASE json_type({document}) WHEN 'ARRAY' THEN {document} ELSE '[]' END")
            }
        }
    }

    /// The number of elements of a list.
    pub(super) fn length(self, list: &str) -> String {
        match self {
            Self::Postgres => format!("jsonb_array_length({list})"),
            Self::Sqlite | Self::Duckdb => format!("json_array_length({list})"),
        }
    }

    /// The elements of a list, for FROM, as rows of a table `e`.
    pub(super) fn elements(self, list: &str) -> String {
        match self {
            Self::Sqlite => format!("JOIN json_each({list}) AS e"),
            Self::Postgres => format!(
                "CROSS JOIN LATERAL jsonb_array_elements({list}) WITH ORDINALITY AS e(value, place)"
            ),
            Self::Duckdb => format!(
                "CROSS JOIN LATERAL (SELECT unnest(range(CAST({} AS BIGINT))) AS place, {list} AS list) AS e",
                self.length(list)
            ),
        }
    }

    /// The position of an element, from 0 on.
    pub(super) const fn position(self) -> &'static str {
        match self {
            Self::Sqlite => "e.key",
            Self::Postgres => "e.place - 1",
            Self::Duckdb => "e.place",
        }
    }

    /// A member of an element.
    pub(super) fn item(self, path: &str) -> String {
        match self {
            // The operator accepts only JSON.
            Self::Sqlite => {
                format!("CASE e.type WHEN 'object' THEN e.value ->> '$.{path}' END")
            }
            Self::Postgres => self.member("e.value", path),
            Self::Duckdb => {
                format!("json_extract_string(e.list, '$[' || e.place || '].{path}')")
            }
        }
    }

    /// An element as JSON text.
    pub(super) const fn whole_item(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "CASE WHEN e.type IN ('object', 'array') THEN e.value ELSE json_quote(e.value) END"
            }
            Self::Postgres => "e.value::text",
            Self::Duckdb => "CAST(json_extract(e.list, '$[' || e.place || ']') AS VARCHAR)",
        }
    }

    /// An expression as a value of a type; null if it is not one.
    pub(super) fn cast(self, expression: &Expression, kind: ViewType) -> String {
        let name = self.type_name(kind);
        let value = match expression {
            Expression::Exact(sql) => sql.clone(),
            Expression::Column(sql, of) => self
                .fitting(sql, *of, kind)
                .unwrap_or_else(|| self.parsed(sql, kind)),
            Expression::Member(sql) => self.parsed(&format!("({sql})"), kind),
        };
        match self {
            // Without it the column of a view would have no type.
            Self::Sqlite | Self::Duckdb => format!("CAST({value} AS {name})"),
            Self::Postgres => format!("({value})::{name}"),
        }
    }

    /// The value of a column that always casts to the type.
    fn fitting(self, sql: &str, of: ColumnType, kind: ViewType) -> Option<String> {
        match (of, kind) {
            (ColumnType::Boolean, ViewType::Text) if self == Self::Sqlite => Some(format!(
                "CASE {sql} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END"
            )),
            // The same form as all other times.
            (ColumnType::Date, ViewType::Time) if self == Self::Sqlite => {
                Some(format!("{sql} || 'T00:00:00Z'"))
            }
            (ColumnType::Time, ViewType::Time) => Some(match self {
                Self::Sqlite => sql.to_owned(),
                Self::Postgres => format!("{sql} AT TIME ZONE 'UTC'"),
                // Works with and without a zone in the file, and without the extension for zones.
                Self::Duckdb => format!("make_timestamp(epoch_us({sql}))"),
            }),
            (_, ViewType::Text)
            | (ColumnType::Integer, ViewType::Integer | ViewType::Decimal)
            | (ColumnType::Decimal, ViewType::Decimal)
            | (ColumnType::Boolean, ViewType::Boolean)
            | (ColumnType::Date, ViewType::Time) => Some(sql.to_owned()),
            _ => None,
        }
    }

    /// The value in a text; null if the text is not of the type.
    fn parsed(self, text: &str, kind: ViewType) -> String {
        match (self, kind) {
            (_, ViewType::Text) => text.to_owned(),
            (Self::Duckdb, _) => format!("TRY_CAST({text} AS {})", self.type_name(kind)),
            (Self::Postgres, ViewType::Integer) => {
                format!(
                    "CASE WHEN {text}::text ~ '^-?[0-9]{{1,18}}$' THEN {text}::text::bigint END"
                )
            }
            (Self::Postgres, ViewType::Decimal) => format!(
                "CASE WHEN {text}::text ~ '^-?[0-9]{{1,40}}([.][0-9]{{1,40}})?$' THEN {text}::text::numeric END"
            ),
            (Self::Postgres, ViewType::Boolean) => {
                format!("CASE {text}::text WHEN 'true' THEN true WHEN 'false' THEN false END")
            }
            (Self::Postgres, ViewType::Time) => format!(
                "CASE WHEN {text}::text ~ '{MOMENT}' THEN {text}::text::timestamptz AT TIME ZONE 'UTC' END"
            ),
            (Self::Sqlite, ViewType::Integer) => format!(
                "CASE WHEN CAST(CAST({text} AS INTEGER) AS TEXT) = CAST({text} AS TEXT) THEN {text} END"
            ),
            (Self::Sqlite, ViewType::Decimal) => format!(
                "CASE WHEN CAST({text} AS TEXT) GLOB '*[0-9]*' AND CAST({text} AS TEXT) NOT GLOB '*[^-.0-9]*' THEN {text} END"
            ),
            (Self::Sqlite, ViewType::Boolean) => format!(
                "CASE CAST({text} AS TEXT) WHEN '1' THEN 1 WHEN 'true' THEN 1 WHEN '0' THEN 0 WHEN 'false' THEN 0 END"
            ),
            (Self::Sqlite, ViewType::Time) => {
                format!("CASE WHEN datetime({text}) IS NOT NULL THEN {text} END")
            }
        }
    }
}
