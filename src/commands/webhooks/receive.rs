//! The receiver of `rc webhooks listen --port`: messages of webhooks come in over
//! HTTP, are checked, recorded, printed, and forwarded.

mod kept;
mod registered;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use clap::{Arg, ArgAction, ArgMatches};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::secret;
use crate::cli::Options;
use crate::cli::values::{limit, text, texts};
use crate::config::Network;
use crate::error::{Error, Kind, Result};
use crate::output::Shape;
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};
use crate::webhooks::deliveries::{DeliveryLog, ListenerKey};
use crate::webhooks::forward::ForwardTarget;
use crate::webhooks::post::Poster;
use crate::webhooks::receiver::{self, ReceiverSettings};
use crate::webhooks::topics;
use kept::{KeptMessages, RECEIVED};
use registered::{Registered, wanted};

/// Where to receive, and what becomes of messages.
#[derive(Debug)]
pub(in crate::commands) struct Receive {
    port: u16,
    host: IpAddr,
    public_url: Option<String>,
    register: Vec<String>,
    forward_to: Option<ForwardTarget>,
    most: Option<u64>,
}

/// Flags for messages that are made from events.
const OF_EVENTS: [&str; 9] = [
    "header",
    "topics",
    "since",
    "every",
    "once",
    "source",
    "path-per-topic",
    "topic-header",
    "upcoming-days",
];

/// The flags of the receiver, beside `--forward-to` and `-n`.
pub(in crate::commands) fn flags() -> Vec<Arg> {
    let flags = vec![
        Arg::new("port")
            .long("port")
            .value_name("PORT")
            .value_parser(clap::value_parser!(u16))
            .conflicts_with_all(OF_EVENTS)
            .help("receive messages of webhooks on this port; 0 takes a free one"),
        Arg::new("host")
            .long("host")
            .value_name("ADDRESS")
            .value_parser(clap::value_parser!(IpAddr))
            .requires("port")
            .help("the address to receive on [default: 127.0.0.1]"),
        Arg::new("public-url")
            .long("public-url")
            .value_name("URL")
            .requires("port")
            .help("the https address that leads to the port, for --register"),
        Arg::new("register")
            .long("register")
            .value_name("TOPIC,TOPIC")
            .action(ArgAction::Append)
            .value_delimiter(',')
            .requires("public-url")
            .help("register webhooks of these topics until the receiver ends"),
    ];
    let flags = flags.into_iter();
    flags.map(|flag| flag.help_heading("Receiver")).collect()
}

impl Receive {
    /// What the words come to; `None` without `--port`.
    pub(in crate::commands) fn of(matches: &ArgMatches) -> Result<Option<Self>> {
        let Some(port) = matches.get_one::<u16>("port").copied() else {
            return Ok(None);
        };
        let forward_to = text(matches, "forward-to");
        let host = matches.get_one::<IpAddr>("host").copied();
        Ok(Some(Self {
            port,
            host: host.unwrap_or(Ipv4Addr::LOCALHOST.into()),
            public_url: text(matches, "public-url"),
            register: texts(matches, "register"),
            forward_to: forward_to.map(|to| ForwardTarget::parse(&to)).transpose()?,
            most: limit(matches),
        }))
    }
}

/// Receives until Ctrl-C, or until so many messages came.
pub(in crate::commands) fn run(run: &mut Run, options: &Options, asked: &Receive) -> Result<()> {
    if options.dry_run.is_some() {
        return Err(Error::usage(
            "--dry-run shows requests, and the receiver waits for them",
        ));
    }
    let place = run.place(options)?;
    let webhooks = topics::webhooks(place.api)?;
    let wanted = wanted(asked, &place, webhooks)?;
    let secret = secret::of(run, &place)?;
    let token = secret::token(run, &place);
    let forward = match &asked.forward_to {
        None => None,
        Some(target) => {
            let network = Network::of(&place.network, &run.environment, target.base())?;
            Some(Poster::new(target.clone(), network)?)
        }
    };
    let state = run.folders()?.state().map(Path::to_owned);
    let log = state
        .as_deref()
        .map(DeliveryLog::create_below)
        .transpose()?;
    let described = Described {
        object: Some(&RECEIVED),
        ..Described::default()
    };
    let mut printer = Printer::prepare(run, options, Shape::Many, described)?;
    let (sender, reports) = unbounded_channel();
    let listener_name = asked.forward_to.as_ref();
    let key = ListenerKey {
        store: place.recent_name(),
        listener: listener_name.map_or_else(|| "receiver".to_owned(), |to| to.as_str().to_owned()),
    };
    let kept = KeptMessages::new(log, key, sender);
    let settings = ReceiverSettings {
        webhooks,
        secret,
        token,
        clock: run.clock.clone(),
        forward,
        log: Arc::new(kept),
    };
    let mut registered = Registered::new(run, &place, state.as_deref(), !wanted.is_empty())?;
    let ended = Run::wait(async {
        let listener = listen(asked).await?;
        let address = listener
            .local_addr()
            .map_err(|error| Error::unexpected("cannot tell the port").caused_by(error))?;
        registered.register(run, wanted).await?;
        run.reporter
            .note(&format!("receiving on http://{address}; Ctrl-C ends it"));
        let mut failed = None;
        let until = print(&mut printer, reports, asked.most, &mut failed);
        receiver::run(listener, settings, until).await?;
        failed.map_or(Ok(()), Err)
    });
    // Also after Ctrl-C, and after an error: nothing of it stays registered.
    let removed = Run::wait(registered.remove(run));
    let printed = printer.finish();
    match ended {
        // Ctrl-C is how a receiver is asked to end.
        Err(error) if error.kind != Kind::Interrupted => return Err(error),
        _ => {}
    }
    removed?;
    printed.map(drop)
}

async fn listen(asked: &Receive) -> Result<TcpListener> {
    let wanted = SocketAddr::from((asked.host, asked.port));
    TcpListener::bind(wanted).await.map_err(|error| {
        let in_use = error.kind() == std::io::ErrorKind::AddrInUse;
        let why = if in_use { ": it is in use" } else { "" };
        Error::usage(format!(
            "cannot listen on port {} of {}{why}",
            asked.port, asked.host
        ))
        .hint("choose another with --port, or 0 for a free one")
        .caused_by(error)
    })
}

/// Prints reports until enough came; an error ends it, too.
async fn print(
    printer: &mut Printer,
    mut reports: UnboundedReceiver<String>,
    most: Option<u64>,
    failed: &mut Option<Error>,
) {
    let mut count = 0;
    while most.is_none_or(|most| count < most) {
        let Some(report) = reports.recv().await else {
            return;
        };
        let printed = printer.record(&report).and_then(|_| printer.page_end());
        if let Err(error) = printed {
            *failed = Some(error);
            return;
        }
        count += 1;
    }
    // The answer to the last message has time to leave.
    tokio::task::yield_now().await;
}
