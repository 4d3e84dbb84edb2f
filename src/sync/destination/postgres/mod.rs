//! A copy in a database of `PostgreSQL`.
//!
//! A page goes into a temporary table by `COPY`, and from there into its table by one
//! statement; page and bookmark are one transaction. An advisory lock of the session
//! lets one writer in, and goes with its connection.

mod connect;
mod copy;
mod family;
mod missing;
mod schema;
mod service;
mod views;

use std::collections::HashMap;
use std::fmt;

use tokio::runtime::Runtime;
use tokio_postgres::Client;

use super::{
    Advance, Among, ChildPage, Destination, Missing, RecordPage, SchemaPolicy, StoreKey,
    StoredPage, SyncTable, TableState, TableStatus, Writer,
};
use crate::error::{Error, Kind, Result};
use crate::sync::Micros;
use crate::sync::layout::{LaidOut, TableLayout};
use copy::TableCopy;

pub use connect::{Credentials, PostgresServer};
pub use service::ServiceName;

/// A destination that is a database of `PostgreSQL`.
pub struct Postgres {
    name: String,
    runtime: Runtime,
    client: Client,
    tables: HashMap<String, TableCopy>,
}

impl Postgres {
    /// Connects.
    ///
    /// # Errors
    /// Of kind `Unreachable`: nothing answers. `Access`: the server refuses user or
    /// password.
    pub fn open(place: &PostgresServer) -> Result<Self> {
        let runtime = crate::runtime::current_thread()?;
        let name = place.name();
        let client = runtime.block_on(connect::connect(place))?;
        Ok(Self {
            name,
            runtime,
            client,
            tables: HashMap::new(),
        })
    }

    /// Runs a statement about a table that was prepared.
    fn with<T>(
        &mut self,
        table: &str,
        work: impl AsyncFnOnce(&mut Client, &mut TableCopy) -> Result<T, PostgresFailure>,
    ) -> Result<T> {
        let copy = self.tables.get_mut(table);
        let copy =
            copy.ok_or_else(|| Error::unexpected(format!("the table {table} was not prepared")))?;
        let done = self.runtime.block_on(work(&mut self.client, copy));
        done.map_err(|failure| failure.about(&self.name))
    }
}

/// Why a statement failed.
enum PostgresFailure {
    /// The database says so.
    Sql(tokio_postgres::Error),
    /// Something of our own.
    Own(Error),
}

impl From<tokio_postgres::Error> for PostgresFailure {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<Error> for PostgresFailure {
    fn from(error: Error) -> Self {
        Self::Own(error)
    }
}

impl PostgresFailure {
    fn about(self, name: &str) -> Error {
        match self {
            Self::Own(error) => error,
            Self::Sql(error) => failed(name, error),
        }
    }
}

/// The error of a database. What it says of values is left out: they are those of
/// customers.
fn failed(name: &str, error: tokio_postgres::Error) -> Error {
    use tokio_postgres::error::SqlState;
    let Some(said) = error.as_db_error() else {
        let message = format!("the connection to {name} was lost");
        return Error::new(Kind::Unreachable, message)
            .hint("the rows stored before are complete; the next run continues from there")
            .caused_by(error);
    };
    let message = format!("{name}: {}", said.message());
    let code = said.code();
    let is_refused = [
        &SqlState::INVALID_PASSWORD,
        &SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
    ];
    if is_refused.contains(&code) {
        return Error::new(Kind::Access, message)
            .hint("PGPASSWORD or a file that PGPASSFILE names has the password");
    }
    if *code == SqlState::INSUFFICIENT_PRIVILEGE {
        return Error::new(Kind::Access, message)
            .hint("the user needs the right to create tables in the schema, and to write them");
    }
    if *code == SqlState::DISK_FULL {
        return Error::unexpected(message)
            .hint("the rows stored before are complete; the next run continues from there");
    }
    if *code == SqlState::INVALID_CATALOG_NAME {
        return Error::usage(message).hint("create the database first");
    }
    Error::unexpected(message)
}

impl fmt::Debug for Postgres {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Postgres")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Destination for Postgres {
    fn begin(&mut self, store: &StoreKey, writer: &Writer, _: Micros) -> Result<()> {
        let name = self.name.clone();
        self.tables.clear();
        let begun = self
            .runtime
            .block_on(schema::begin(&mut self.client, &name, store, writer));
        begun.map_err(|failure| failure.about(&name))
    }

    fn prepare(&mut self, table: &SyncTable, policy: SchemaPolicy) -> Result<TableState> {
        let name = self.name.clone();
        let prepared =
            self.runtime
                .block_on(schema::prepare(&mut self.client, &name, table, policy));
        let prepared = prepared.map_err(|failure| failure.about(&name))?;
        let copy = TableCopy::new(table, &prepared);
        self.runtime
            .block_on(copy.stage(&self.client))
            .map_err(|error| failed(&name, error))?;
        let state = prepared.state.clone();
        self.tables.insert(table.name.clone(), copy);
        Ok(state)
    }

    fn write(&mut self, table: &str, batch: &RecordPage, advance: Advance) -> Result<StoredPage> {
        self.with(table, async |client, copy| {
            copy.write(client, batch, advance).await
        })
    }

    fn write_family(
        &mut self,
        table: &str,
        batch: &RecordPage,
        advance: Advance,
        children: &[ChildPage],
    ) -> Result<Vec<StoredPage>> {
        let Self {
            name,
            runtime,
            client,
            tables,
        } = self;
        let written = runtime.block_on(family::write(
            client, tables, table, batch, advance, children,
        ));
        written.map_err(|failure| failure.about(name))
    }

    fn gather(&mut self, table: &str) -> Result<()> {
        self.with(table, async |client, copy| {
            Ok(missing::gather(client, copy).await?)
        })
    }

    fn count_missing(&mut self, table: &str, among: Option<&Among>) -> Result<Missing> {
        self.with(table, async |client, copy| {
            Ok(missing::count(client, copy, among).await?)
        })
    }

    fn missing(
        &mut self,
        table: &str,
        among: Option<&Among>,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<String>> {
        self.with(table, async |client, copy| {
            Ok(missing::keys(client, copy, among, after, most).await?)
        })
    }

    fn lacking(&mut self, table: &str, keys: &[String]) -> Result<Vec<String>> {
        self.with(table, async |client, copy| {
            Ok(missing::lacking(client, copy, keys).await?)
        })
    }

    fn mark_deleted(&mut self, table: &str, keys: &[String], at: Micros) -> Result<u64> {
        self.with(table, async |client, copy| {
            Ok(missing::mark(client, copy, keys, at).await?)
        })
    }

    fn conclude(&mut self, table: &str, state: &TableState) -> Result<()> {
        self.with(table, async |client, copy| {
            schema::keep_state(client, &copy.table, state).await?;
            copy.set_state(state.clone());
            Ok(())
        })
    }

    fn beat(&mut self, _: Micros) -> Result<()> {
        // The lock goes with the connection, which this keeps from looking idle.
        let asked = self.runtime.block_on(self.client.simple_query("SELECT 1"));
        asked.map(drop).map_err(|error| failed(&self.name, error))
    }

    fn store(&mut self) -> Result<Option<StoreKey>> {
        let store = self.runtime.block_on(schema::store(&self.client));
        store.map_err(|error| failed(&self.name, error))
    }

    fn status(&mut self) -> Result<Vec<TableStatus>> {
        let status = self.runtime.block_on(schema::status(&self.client));
        status.map_err(|failure| failure.about(&self.name))
    }

    fn lay_out(&mut self, layout: &TableLayout) -> Result<LaidOut> {
        let laid_out = views::lay_out(&mut self.client, &self.name, layout);
        let laid_out = self.runtime.block_on(laid_out);
        laid_out.map_err(|failure| failure.about(&self.name))
    }

    fn finish(&mut self) -> Result<()> {
        let released = self.runtime.block_on(schema::release(&self.client));
        released.map_err(|error| failed(&self.name, error))
    }
}

/// A name as SQL quotes it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
