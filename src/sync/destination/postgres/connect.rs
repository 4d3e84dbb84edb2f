//! The way to a database: where it is, who asks, and TLS.
//!
//! What goes over a network is encrypted, and the certificate is checked. Only this
//! very machine is spoken to in the clear.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::failed;
use super::service::{self, ServiceName};
use crate::config::loopback::is_loopback;
use crate::error::{Error, Kind, Result};

/// How long a connection may take to come about.
const PATIENCE: Duration = Duration::from_secs(20);

/// A database, and who asks there.
#[derive(Clone)]
pub struct PostgresServer {
    config: Config,
    tls: Option<Arc<ClientConfig>>,
    name: String,
    /// Whether the URL itself has the password.
    pub has_password: bool,
}

/// What the environment says of a user.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    /// `PGPASSWORD`.
    pub password: Option<String>,
    /// The file that `PGPASSFILE` names, else `.pgpass` in the home folder.
    pub file: Option<PathBuf>,
    /// `PGUSER`, else the name of the user at this machine.
    pub user: Option<String>,
    /// The service that `PGSERVICE` names.
    pub service: Option<ServiceName>,
}

impl PostgresServer {
    /// Reads a URL.
    ///
    /// # Errors
    /// Of kind `Usage`: it is not the URL of a database.
    pub fn parse(url: &str, credentials: &Credentials) -> Result<Self> {
        // What is wrong with it is not quoted: a part of it may be a password.
        let mut config = Config::from_str(url).map_err(|_| {
            Error::usage("--to is not the URL of a database")
                .hint("write it as postgres://USER@HOST/DATABASE")
        })?;
        let has_password = config.get_password().is_some();
        if let Some(service) = &credentials.service {
            service::fill_in(&mut config, &service.read()?)?;
        }
        if config.get_user().is_none()
            && let Some(user) = &credentials.user
        {
            config.user(user);
        }
        if config.get_hosts().is_empty() {
            config.host("localhost");
        }
        config.connect_timeout(PATIENCE);
        let name = name_of(&config);
        if config.get_password().is_none()
            && let Some(password) = password(&config, credentials)?
        {
            config.password(password);
        }
        Ok(Self {
            config,
            tls: None,
            name,
            has_password,
        })
    }

    /// The settings of TLS, for what is not this machine.
    #[must_use]
    pub fn with_tls(mut self, mut settings: ClientConfig) -> Self {
        // A database speaks none of the protocols of the web.
        settings.alpn_protocols.clear();
        self.tls = Some(Arc::new(settings));
        self
    }

    /// Host and database, without user and password.
    #[must_use]
    pub fn name(&self) -> String {
        self.name.clone()
    }

    /// The name by which other writers see this process.
    #[must_use]
    pub fn called(mut self, writer: &str) -> Self {
        self.config.application_name(writer);
        self
    }

    /// Whether what is sent stays on this machine.
    fn is_local(&self) -> bool {
        self.config.get_hosts().iter().all(|host| match host {
            Host::Tcp(name) => is_loopback(name),
            #[cfg(unix)]
            Host::Unix(_) => true,
        })
    }
}

impl std::fmt::Debug for PostgresServer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("PostgresServer")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

fn name_of(config: &Config) -> String {
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(name)) => name.clone(),
        #[cfg(unix)]
        Some(Host::Unix(path)) => path.display().to_string(),
        None => "localhost".to_owned(),
    };
    let database = config.get_dbname().or(config.get_user());
    format!("{} at {host}", database.unwrap_or("postgres"))
}

/// The password of the environment, else that of the password file.
fn password(config: &Config, credentials: &Credentials) -> Result<Option<String>> {
    if let Some(password) = &credentials.password {
        return Ok(Some(password.clone()));
    }
    let Some(path) = &credentials.file else {
        return Ok(None);
    };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::reading(&path.display().to_string(), error)),
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(path).map(|facts| facts.permissions().mode());
        if mode.is_ok_and(|mode| mode & 0o077 != 0) {
            let path = path.display();
            return Err(Error::usage(format!("other users can read {path}"))
                .hint(format!("chmod 600 {path}")));
        }
    }
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(name)) => name.as_str(),
        _ => "localhost",
    };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let user = config.get_user().unwrap_or_default();
    let wanted = [
        host,
        &port.to_string(),
        config.get_dbname().unwrap_or(user),
        user,
    ];
    Ok(text.lines().find_map(|line| in_line(line, wanted)))
}

/// The password of a line `host:port:database:user:password`, if it is for that
/// user. A backslash is before a colon that is meant.
fn in_line(line: &str, wanted: [&str; 4]) -> Option<String> {
    if line.starts_with('#') {
        return None;
    }
    let mut parts = vec![String::new()];
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => parts.last_mut()?.extend(letters.next()),
            ':' if parts.len() < 5 => parts.push(String::new()),
            letter => parts.last_mut()?.push(letter),
        }
    }
    let [parts @ .., password] = parts.as_slice() else {
        return None;
    };
    let fits = parts.len() == 4
        && parts
            .iter()
            .zip(wanted)
            .all(|(part, wanted)| part == "*" || part == wanted);
    fits.then(|| password.clone())
}

/// Connects, and lets the connection run on the runtime of this thread.
pub(super) async fn connect(place: &PostgresServer) -> Result<Client> {
    let unreachable = |error: tokio_postgres::Error| {
        if error.as_db_error().is_some() {
            return failed(&place.name, error);
        }
        Error::new(
            Kind::Unreachable,
            format!("{} cannot be reached", place.name),
        )
        .hint("nothing was written; is a PostgreSQL server running there?")
        .caused_by(error)
    };
    if place.is_local() || place.config.get_ssl_mode() == SslMode::Disable {
        let (client, connection) = place.config.connect(NoTls).await.map_err(unreachable)?;
        tokio::spawn(connection);
        return Ok(client);
    }
    let settings = place.tls.as_deref().cloned();
    let settings = settings.ok_or_else(|| Error::unexpected("TLS cannot be set up"))?;
    let mut config = place.config.clone();
    config.ssl_mode(SslMode::Require);
    let tls = MakeRustlsConnect::new(settings);
    let (client, connection) = config.connect(tls).await.map_err(|error| {
        let hint = crate::api::client::tls::within(&error).map(crate::api::client::tls::advice);
        let error = unreachable(error);
        match hint {
            Some(hint) => error.hint(hint),
            None => error.hint(
                "sslmode=disable in the URL connects without encryption, which others can read",
            ),
        }
    })?;
    tokio::spawn(connection);
    Ok(client)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_password_file_is_for_its_user_only() {
        let wanted = ["db.internal", "5432", "shop", "ada"];
        let found = |line| in_line(line, wanted);
        assert_eq!(
            found("db.internal:5432:shop:ada:pa:ss").as_deref(),
            Some("pa:ss")
        );
        assert_eq!(found("*:*:*:ada:pa\\:ss\\\\").as_deref(), Some("pa:ss\\"));
        for other in [
            "db:5432:shop:ada:x",
            "# *:*:*:*:x",
            "*:*:*:x",
            "",
            "*:*:*:eve:x",
        ] {
            assert_eq!(found(other), None, "{other}");
        }
    }

    #[test]
    fn the_name_of_a_place_has_no_password() {
        let place = PostgresServer::parse(
            "postgres://ada:secret@db.internal/shop",
            &Credentials::default(),
        );
        let place = place.unwrap();
        assert_eq!(place.name(), "shop at db.internal");
        assert!(place.has_password && !format!("{place:?}").contains("secret"));
        let error =
            PostgresServer::parse("postgres://ada:secret@db:port/x", &Credentials::default());
        assert!(!error.unwrap_err().to_string().contains("secret"));
    }

    #[test]
    fn only_this_machine_is_spoken_to_in_the_clear() {
        let local = |url| {
            PostgresServer::parse(url, &Credentials::default())
                .unwrap()
                .is_local()
        };
        assert!(local("postgres://localhost/x") && local("postgres://127.0.0.1/x"));
        assert!(!local("postgres://db.internal/x") && !local("postgres://localhost.example/x"));
    }
}
