//! Connection services, as `libpq` has them: a name for a database in a file.
//!
//! Takes the text of a service file; returns what it says of one service. What it
//! says fills in what the URL leaves open.

use std::collections::BTreeMap;
use std::path::PathBuf;

use tokio_postgres::Config;
use tokio_postgres::config::SslMode;

use crate::error::{Error, Kind, Result};

/// The service that the environment names, and the file that describes it.
#[derive(Debug, Clone)]
pub struct ServiceName {
    /// `PGSERVICE`.
    pub name: String,
    /// `PGSERVICEFILE`, else `.pg_service.conf` in the home folder.
    pub file: Option<PathBuf>,
}

/// The settings of a service, by their names.
pub(super) type Service = BTreeMap<String, String>;

impl ServiceName {
    /// Reads the settings of the service.
    ///
    /// # Errors
    /// Of kind `Usage`: the file has no such service. `NotFound`: there is no file.
    pub(super) fn read(&self) -> Result<Service> {
        let name = &self.name;
        let Some(file) = &self.file else {
            return Err(Error::usage(format!(
                "PGSERVICE is {name}, and no file describes services"
            ))
            .hint("PGSERVICEFILE names one"));
        };
        let shown = file.display().to_string();
        let text = std::fs::read_to_string(file).map_err(|error| {
            if error.kind() == std::io::ErrorKind::NotFound {
                let message = format!("PGSERVICE is {name}, and there is no file {shown}");
                return Error::new(Kind::NotFound, message).hint("PGSERVICEFILE names another");
            }
            Error::reading(&shown, error)
        })?;
        service(&text, name).ok_or_else(|| Error::usage(format!("{shown} has no service [{name}]")))
    }
}

/// The settings of the first section of that name.
fn service(text: &str, name: &str) -> Option<Service> {
    let header = format!("[{name}]");
    let mut lines = text.lines().map(str::trim);
    lines.by_ref().find(|line| *line == header)?;
    let own = lines.take_while(|line| !line.starts_with('['));
    let settings = own
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
    Some(settings.collect())
}

/// Fills in what the URL left open.
///
/// # Errors
/// Of kind `Usage`: a setting has a value that it cannot have.
pub(super) fn fill_in(config: &mut Config, service: &Service) -> Result<()> {
    let wrong = |name: &str, value: &str| {
        Error::usage(format!(
            "the service has {name}={value}, which is not valid"
        ))
    };
    if config.get_hosts().is_empty()
        && let Some(host) = service.get("host").or(service.get("hostaddr"))
    {
        config.host(host);
    }
    if config.get_ports().is_empty()
        && let Some(port) = service.get("port")
    {
        config.port(port.parse().map_err(|_| wrong("port", port))?);
    }
    if config.get_dbname().is_none()
        && let Some(database) = service.get("dbname")
    {
        config.dbname(database);
    }
    if config.get_user().is_none()
        && let Some(user) = service.get("user")
    {
        config.user(user);
    }
    if config.get_password().is_none()
        && let Some(password) = service.get("password")
    {
        config.password(password);
    }
    if let Some(mode) = service.get("sslmode") {
        config.ssl_mode(match mode.as_str() {
            "disable" => SslMode::Disable,
            "allow" | "prefer" => SslMode::Prefer,
            "require" | "verify-ca" | "verify-full" => SslMode::Require,
            other => return Err(wrong("sslmode", other)),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::destination::postgres::{Credentials, PostgresServer};

    const FILE: &str = "\
# databases of the shop
[other]
host=elsewhere.internal

[shop]
host = db.internal
port=6543
dbname=shop
user=ada
password=secret
sslmode=verify-full

[shop]
host=second.internal
";

    fn with_service(name: &str) -> (tempfile::TempDir, Credentials) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("services");
        std::fs::write(&file, FILE).unwrap();
        let credentials = Credentials {
            service: Some(ServiceName {
                name: name.to_owned(),
                file: Some(file),
            }),
            ..Credentials::default()
        };
        (folder, credentials)
    }

    #[test]
    fn a_service_fills_in_what_the_url_leaves_open() {
        let (_folder, credentials) = with_service("shop");
        let of_service = PostgresServer::parse("postgres://", &credentials).unwrap();
        assert_eq!(of_service.name(), "shop at db.internal");
        // The password is not in the URL, where others could see it.
        assert!(!of_service.has_password && !format!("{of_service:?}").contains("secret"));
        let of_url = PostgresServer::parse("postgres://localhost/books", &credentials).unwrap();
        assert_eq!(of_url.name(), "books at localhost");
    }

    #[test]
    fn a_service_that_the_file_lacks_is_named() {
        let (_folder, credentials) = with_service("shops");
        let error = PostgresServer::parse("postgres://", &credentials).unwrap_err();
        assert!(error.message.ends_with("has no service [shops]"), "{error}");
    }

    #[test]
    fn a_value_that_is_not_valid_is_named() {
        let service = service("[a]\nport=many", "a").unwrap();
        let error = fill_in(&mut Config::new(), &service).unwrap_err();
        assert_eq!(
            error.message,
            "the service has port=many, which is not valid"
        );
    }
}
