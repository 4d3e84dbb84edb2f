//! The receiver of `rc webhooks listen --port`: messages of webhooks come in over
//! HTTP, are checked, recorded, printed, and forwarded.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex};

use clap::{Arg, ArgAction, ArgMatches};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::remote::Registry;
use super::secret;
use crate::api::client::Client;
use crate::catalog::build::field;
use crate::catalog::{Conventions, FieldKind, Object, WebhookTopic, Webhooks};
use crate::cli::Options;
use crate::cli::values::{limit, text, texts};
use crate::commands::connect::Target;
use crate::config::Network;
use crate::error::{Error, Kind, Result};
use crate::output::Shape;
use crate::ui::Run;
use crate::ui::printer::{Described, Printer};
use crate::webhooks::deliveries::{
    DeliveryEnd, DeliveryLog, DeliveryState, ListenerKey, NewDelivery,
};
use crate::webhooks::forward::ForwardTarget;
use crate::webhooks::post::{Posted, Poster};
use crate::webhooks::receiver::{self, MessageLog, ReceivedMessage, ReceiverSettings};
use crate::webhooks::registrations::{self, AddressRules, WantedWebhook};
use crate::webhooks::temporary::{LockedNote, TemporaryNote};
use crate::webhooks::{secret::generate, topics};

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
const OF_EVENTS: [&str; 8] = [
    "header",
    "topics",
    "since",
    "every",
    "once",
    "source",
    "path-per-topic",
    "topic-header",
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
    let kept = KeptMessages {
        log: log.map(Mutex::new),
        key: ListenerKey {
            store: place.recent_name(),
            listener: listener_name
                .map_or_else(|| "receiver".to_owned(), |to| to.as_str().to_owned()),
        },
        reports: sender,
    };
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

/// The webhooks to register for a while.
fn wanted(
    asked: &Receive,
    place: &Target,
    webhooks: &'static Webhooks,
) -> Result<Vec<WantedWebhook>> {
    let Some(public_url) = &asked.public_url else {
        return Ok(Vec::new());
    };
    AddressRules::of(&place.base).check(public_url)?;
    let mut chosen: Vec<&WebhookTopic> = Vec::new();
    for name in &asked.register {
        let topic = topics::find(webhooks, name)?;
        if !chosen.contains(&topic) {
            chosen.push(topic);
        }
    }
    let address = own_address(public_url)?;
    let wanted = chosen.into_iter().map(|topic| WantedWebhook {
        topic: topic.name,
        address: address.clone(),
        included: Vec::new(),
        version: None,
    });
    Ok(wanted.collect())
}

/// An address below the public one that no other receiver has: what is registered
/// under it is known to be of this one.
fn own_address(public_url: &str) -> Result<String> {
    use secrecy::ExposeSecret;
    let mut url = reqwest::Url::parse(public_url)
        .map_err(|_| Error::usage(format!("{public_url:?} is not a URL")))?;
    let random = generate()?;
    let name = format!(
        "rc-{}",
        random.expose_secret().get(..16).unwrap_or_default()
    );
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().push(&name);
    }
    Ok(url.into())
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

/// Webhooks that are registered as long as the receiver runs.
struct Registered {
    client: Option<(Arc<Client>, crate::api::request::Now)>,
    webhooks: &'static Webhooks,
    resource: &'static crate::catalog::Resource,
    store: String,
    state: Option<std::path::PathBuf>,
    note: Option<LockedNote>,
}

impl Registered {
    /// Connects where something is to be registered, or was left behind.
    fn new(run: &mut Run, place: &Target, state: Option<&Path>, registers: bool) -> Result<Self> {
        let store = place.recent_name();
        let left = state.map(|state| LockedNote::left_behind(state, &store));
        let left = left.transpose()?.unwrap_or_default();
        let client = if registers || !left.is_empty() {
            Some((run.client(place)?, run.now(place.api)))
        } else {
            None
        };
        Ok(Self {
            client,
            webhooks: topics::webhooks(place.api)?,
            resource: registrations::resource(place.api)?,
            store,
            state: state.map(Path::to_owned),
            note: None,
        })
    }

    /// Removes what earlier receivers left behind, then registers.
    async fn register(&mut self, run: &mut Run, wanted: Vec<WantedWebhook>) -> Result<()> {
        let Some((client, now)) = self.client.clone() else {
            return Ok(());
        };
        let registry = Registry {
            client: &client,
            webhooks: self.webhooks,
            resource: self.resource,
            now: &now,
        };
        let left = match &self.state {
            Some(state) => LockedNote::left_behind(state, &self.store)?,
            None => Vec::new(),
        };
        for note in left {
            let removed = remove(&registry, &note.note.address).await?;
            note.remove();
            if removed > 0 {
                run.reporter.note(&format!(
                    "{removed} webhooks of a receiver that ended without removing them are removed"
                ));
            }
        }
        let Some(first) = wanted.first() else {
            return Ok(());
        };
        let state = self.state.as_deref().ok_or_else(|| {
            crate::config::folders::homeless("the note", crate::config::variable::STATE_FOLDER)
        })?;
        let name = first.address.rsplit('/').next().unwrap_or_default();
        let note = TemporaryNote {
            store: self.store.clone(),
            address: first.address.clone(),
        };
        self.note = Some(LockedNote::write(state, name, note)?);
        let there = registry.list().await?;
        for one in &wanted {
            let count = there
                .iter()
                .filter(|known| known.topic == one.topic)
                .count();
            if count >= self.webhooks.most_of_topic {
                return Err(Error::usage(format!(
                    "{} has {count} webhooks already, and {} are accepted",
                    one.topic, self.webhooks.most_of_topic
                ))
                .hint("rc webhooks list shows them"));
            }
        }
        let ids: Vec<u64> = there.iter().map(|known| known.id).collect();
        for one in &wanted {
            registry.create(one, &ids).await?;
        }
        run.reporter.note(&format!(
            "{} webhooks lead to {} until the receiver ends",
            wanted.len(),
            first.address
        ));
        Ok(())
    }

    /// Removes what was registered.
    async fn remove(&mut self, run: &mut Run) -> Result<()> {
        let (Some((client, now)), Some(note)) = (&self.client, self.note.take()) else {
            return Ok(());
        };
        let registry = Registry {
            client,
            webhooks: self.webhooks,
            resource: self.resource,
            now,
        };
        let removed = remove(&registry, &note.note.address)
            .await
            .map_err(|error| {
                error.hint("the webhooks of this receiver are removed when the next one starts")
            })?;
        note.remove();
        run.reporter
            .note(&format!("{removed} webhooks are removed"));
        Ok(())
    }
}

/// Deletes all webhooks that lead to an address, and counts them.
async fn remove(registry: &Registry<'_>, address: &str) -> Result<usize> {
    let there = registry.list().await?;
    let own = there.iter().filter(|known| known.address == address);
    let mut count = 0;
    for known in own {
        match registry.delete(known.id).await {
            Ok(()) => count += 1,
            // Somebody was faster.
            Err(error) if error.kind == Kind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(count)
}

/// Keeps messages among the deliveries, and reports each when it has ended.
struct KeptMessages {
    log: Option<Mutex<DeliveryLog>>,
    key: ListenerKey,
    reports: UnboundedSender<String>,
}

impl KeptMessages {
    fn with_log<T>(&self, work: impl FnOnce(&DeliveryLog) -> Result<T>) -> Result<Option<T>> {
        let Some(log) = &self.log else {
            return Ok(None);
        };
        let log = log
            .lock()
            .map_err(|_| Error::unexpected("the store of deliveries is in use"))?;
        work(&log).map(Some)
    }
}

impl MessageLog for KeptMessages {
    fn received(&self, message: &ReceivedMessage) -> Result<Option<i64>> {
        let new = NewDelivery {
            event: None,
            topic: message.topic.clone(),
            object_id: None,
            happened_at: None,
            form: None,
            replay_of: None,
            headers: message.headers.clone(),
            body: message.body.to_vec(),
        };
        self.with_log(|log| {
            let id = log.add(&self.key, &new, message.at)?;
            if message.verification.is_valid() {
                log.begin(id, 1)?;
            }
            Ok(id)
        })
    }

    fn ended(
        &self,
        record: Option<i64>,
        message: &ReceivedMessage,
        posted: Option<&Posted>,
    ) -> Result<()> {
        let problem = message.verification.problem();
        let status = posted.and_then(|posted| posted.answer.as_ref().ok().copied());
        let state = match posted {
            Some(posted) if posted.is_success() => DeliveryState::Delivered,
            None if problem.is_none() => DeliveryState::Printed,
            _ => DeliveryState::Failed,
        };
        let failure = posted.filter(|posted| !posted.is_success());
        let reason = problem.clone().or_else(|| failure.map(Posted::in_words));
        let milliseconds = posted.map_or(0, |posted| posted.milliseconds);
        if let Some(id) = record {
            let end = DeliveryEnd {
                state,
                status,
                reason: reason.clone(),
                milliseconds,
            };
            let attempts = u32::from(posted.is_some());
            self.with_log(|log| log.end(id, attempts, &end))?;
        }
        let report = json!({
            "at": message.at.to_string(),
            "delivery": record,
            "topic": message.topic,
            "key": message.key(),
            "valid": message.verification.is_valid(),
            "status": status,
            "milliseconds": milliseconds,
            "problem": reason,
        });
        // Nobody prints any more when the receiver ends.
        let _ = self.reports.send(report.to_string());
        Ok(())
    }
}

/// The fields of a message that came in.
static RECEIVED: Object = Object {
    name: "received_message",
    fields: &[
        field("at", FieldKind::Time),
        field("delivery", FieldKind::Id),
        field("topic", FieldKind::Text),
        field("key", FieldKind::Text),
        field("valid", FieldKind::Boolean),
        field("status", FieldKind::Integer),
        field("milliseconds", FieldKind::Integer),
        field("problem", FieldKind::Text),
    ],
    columns: &[
        "at",
        "delivery",
        "topic",
        "key",
        "valid",
        "status",
        "milliseconds",
        "problem",
    ],
    conventions: &Conventions::PLAIN,
};
