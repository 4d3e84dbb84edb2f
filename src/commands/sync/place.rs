//! Where a copy goes: flag, then environment, then a file in the working directory.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::lake;
use crate::cli::Options;
use crate::config::{FIRST_API, read, variable};
use crate::error::{Error, Kind, Result};
use crate::store;
use crate::sync::destination::files::{DATABASE, FileFolder, FileFormat};
use crate::sync::destination::sqlite::{self, Sqlite};
use crate::sync::destination::{Address, Destination, LakeFormat, USUAL_FILE};
use crate::sync::{StoreKey, TableStatus};
use crate::ui::Run;

/// The address of the copy.
pub(super) fn address(run: &Run, flag: Option<&Address>) -> Result<Address> {
    if let Some(address) = flag {
        return Ok(address.clone());
    }
    let api = run.family.newest().name;
    match read(&run.environment, variable::SYNC_TO)? {
        Some(text) => Address::parse(text),
        None if api == FIRST_API => Ok(Address::Sqlite(PathBuf::from(USUAL_FILE))),
        None => Ok(Address::Sqlite(PathBuf::from(format!("{api}.db")))),
    }
}

/// What a copy is.
pub(super) struct CopyFacts {
    /// How it is called in messages.
    pub(super) name: String,
    /// The store that it is a copy of.
    pub(super) store: StoreKey,
    /// What it has of each table.
    pub(super) tables: Vec<TableStatus>,
}

/// Reads what a copy is, without taking it; `None` where there is none yet.
pub(super) fn facts(
    run: &mut Run,
    options: &Options,
    flag: Option<&Address>,
) -> Result<Option<CopyFacts>> {
    let path = match address(run, flag)? {
        Address::Sqlite(path) => path,
        Address::Ndjson(folder) | Address::Csv(folder) => folder.join(DATABASE),
        // The target has the rows, and they cannot be read back.
        Address::Singer(_) => return Ok(None),
        Address::Lake(format, location) => {
            let name = location.to_string();
            let facts = lake::facts(run, options, format, &location)?;
            return Ok(facts.map(|(store, tables)| CopyFacts {
                name,
                store,
                tables,
            }));
        }
        Address::Postgres(url) => {
            let mut database = postgres::open(run, options, &url)?;
            let store = database.store()?;
            let tables = database.status()?;
            return Ok(store.map(|store| CopyFacts {
                name: "the database".to_owned(),
                store,
                tables,
            }));
        }
    };
    if !path.exists() {
        return Ok(None);
    }
    let name = path.display().to_string();
    let (copy, store) = open_copy(&path)?;
    let tables = sqlite::status(&copy).map_err(|error| store::unreadable(&name, error))?;
    Ok(Some(CopyFacts {
        name,
        store,
        tables,
    }))
}

/// Opens a copy for reading; says which store it is of.
pub(in crate::commands) fn open_copy(path: &Path) -> Result<(Connection, StoreKey)> {
    let name = path.display();
    if !path.exists() {
        return Err(none_at(&name.to_string()));
    }
    let opened = store::open_to_read(path).and_then(|copy| Ok((sqlite::copy_of(&copy)?, copy)));
    match opened {
        Ok((Some(store), copy)) => Ok((copy, store)),
        Ok((None, _)) => {
            Err(Error::usage(format!("{name} is not a copy of a store"))
                .hint("rc sync creates one"))
        }
        Err(error) => Err(Error::usage(format!("{name} cannot be read")).caused_by(error)),
    }
}

/// The error of a copy that is not there.
pub(super) fn none_at(name: &str) -> Error {
    Error::new(Kind::NotFound, format!("there is no copy at {name}")).hint("rc sync creates one")
}

/// Opens the destination.
pub(super) fn open(
    run: &mut Run,
    options: &Options,
    flag: Option<&Address>,
    compact: bool,
) -> Result<Box<dyn Destination>> {
    let address = address(run, flag)?;
    let has_log = matches!(address, Address::Lake(LakeFormat::Delta, _));
    if compact && !has_log {
        return Err(Error::usage("--compact is for copies that have a log")
            .hint("those are delta:FOLDER and delta:s3://BUCKET/PREFIX"));
    }
    let folder = |folder: &Path, format| -> Result<Box<dyn Destination>> {
        Ok(Box::new(FileFolder::open(folder, format)?))
    };
    match address {
        Address::Lake(format, location) => lake::open(run, options, (format, &location), compact),
        Address::Sqlite(path) => Ok(Box::new(Sqlite::open(&path)?)),
        Address::Ndjson(path) => folder(&path, FileFormat::Ndjson),
        Address::Csv(path) => folder(&path, FileFormat::Csv),
        Address::Postgres(url) => postgres::open(run, options, &url),
        Address::Singer(_) => Err(Error::unexpected("Singer messages have no copy")),
    }
}

#[cfg(feature = "postgres")]
pub(super) mod postgres {
    use std::path::PathBuf;

    use super::{Destination, Options, Run};
    use crate::api::client::tls;
    use crate::config::{NetworkFlags, read, trust, variable};
    use crate::error::{Error, Result};
    use crate::sync::destination::PostgresUrl;
    use crate::sync::destination::postgres::{Credentials, Postgres, PostgresServer, ServiceName};

    /// Connects to a database.
    pub(in crate::commands::sync) fn open(
        run: &mut Run,
        options: &Options,
        url: &PostgresUrl,
    ) -> Result<Box<dyn Destination>> {
        let place = PostgresServer::parse(&url.0, &credentials(run)?)?;
        if place.has_password {
            let shown = "the password in the URL can be seen in the list of processes";
            let hint = "PGPASSWORD, or a file that PGPASSFILE names, takes it";
            if !run.is_attended() {
                return Err(Error::usage(shown).hint(hint));
            }
            run.reporter.note(&format!("{shown}; {hint}"));
        }
        let flags: &NetworkFlags = &options.network;
        let place = place.with_tls(tls::settings(&trust(flags, &run.environment)?)?);
        Ok(Box::new(Postgres::open(&place)?))
    }

    fn credentials(run: &Run) -> Result<Credentials> {
        let of = |name| read(&run.environment, name);
        let home = of(variable::HOME)?.map(PathBuf::from);
        let at_home = |name: &str| home.as_ref().map(|home| home.join(name));
        let file = of(variable::PG_PASS_FILE)?.map(PathBuf::from);
        let services = of(variable::PG_SERVICE_FILE)?.map(PathBuf::from);
        let service = of(variable::PG_SERVICE)?.map(|name| ServiceName {
            name: name.to_owned(),
            file: services.or(at_home(".pg_service.conf")),
        });
        let user = of(variable::PG_USER)?.or(of(variable::USER)?);
        Ok(Credentials {
            password: of(variable::PG_PASSWORD)?.map(str::to_owned),
            file: file.or(at_home(".pgpass")),
            user: user.map(str::to_owned),
            service,
        })
    }
}

/// Without the feature there is nothing to connect with.
#[cfg(not(feature = "postgres"))]
pub(super) mod postgres {
    use super::{Destination, Options, Run};
    use crate::error::{Error, Result};
    use crate::sync::destination::PostgresUrl;

    pub(in crate::commands::sync) fn open(
        _: &mut Run,
        _: &Options,
        _: &PostgresUrl,
    ) -> Result<Box<dyn Destination>> {
        Err(Error::usage("this build does not copy to PostgreSQL")
            .hint("build it with the feature \"postgres\", which is on by default"))
    }
}
