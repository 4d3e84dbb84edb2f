//! Replication: the tables of a store, kept current in a database or in files.
//!
//! Three parts, none of which knows the kind of another:
//!
//! - the **source** (`table`, `window`): which tables an API has, and which
//!   requests read them;
//! - the **run** (`run`): the order, bookmarks, deletions, retries;
//! - the **destination** ([`destination`]): keeps rows together with the bookmark
//!   that is valid once they are stored.
//!
//! A bookmark is committed in the transaction of its rows, and read back from the
//! destination: a run that was killed continues where the destination stands, on
//! another machine as well.

mod copied;
pub mod destination;
pub mod figures;
mod fit;
mod identity;
pub mod layout;
mod moment;
mod read;
mod row;
mod run;
mod state;
pub mod sums;
mod table;
mod window;

pub use copied::CopiedTable;
pub use identity::StoreKey;
pub use moment::{Micros, StartDate};
pub use run::{Deletes, RunPlan, SyncObserver, SyncRun, TableEnd, TableReport};
pub use state::{TableState, TableStatus};
pub use table::{ColumnType, ReadMethod, SyncTable, TableColumn, tables};
