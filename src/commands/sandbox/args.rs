//! The words of `rc sandbox`.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use clap::ArgMatches;
use secrecy::SecretString;

use crate::cli::values::{text, texts};
use crate::sandbox::Platform;

/// What to do with the sandbox.
#[derive(Debug)]
pub enum Sandbox {
    /// Serve it on a port of this machine.
    Serve(Serving),
    /// Start over with the demo store.
    Reset,
    /// Start over with a made-up store.
    Seed {
        /// Customers in it.
        customers: u32,
        /// What it is derived from.
        seed: Option<u64>,
    },
    /// Print the whole store.
    Dump,
    /// Take a store that was printed.
    Load {
        /// The file that contains it; `-` stands for standard input.
        file: PathBuf,
    },
    /// Look at it or change how it is, beside its API.
    Control(Control),
}

/// Commands for people who run a sandbox.
#[derive(Debug)]
pub enum Control {
    /// Show what the store holds, in numbers.
    State,
    /// Show which webhooks wait to be delivered.
    Deliveries,
    /// Show its time.
    ShowClock,
    /// Put its clock to a time.
    SetClock(String),
    /// Let time pass.
    AdvanceClock(String),
    /// Show what goes wrong on purpose.
    ShowFaults,
    /// Let things go wrong as a spec says.
    SetFaults(String),
    /// Let all go well.
    NoFaults,
    /// Show what was asked.
    Requests {
        /// Only those after the one of this number.
        after: Option<u64>,
        /// Only so many, the newest.
        last: Option<u64>,
    },
    /// Forget what was asked.
    ForgetRequests,
    /// Make a token.
    Token {
        /// Scopes it has; all without.
        scopes: Option<Vec<String>>,
        /// Name for humans.
        name: Option<String>,
        /// How much faster and larger its bucket is (`2x1`).
        multiplier: Option<String>,
    },
}

/// How a served sandbox works in the background; `None` leaves what is so.
#[derive(Debug)]
pub struct Background {
    /// Tasks of an async batch a second.
    pub batch_speed: Option<u32>,
    /// Of a hundred tasks, so many fail.
    pub task_failures: Option<u8>,
    /// Of a hundred async batches, so many break off.
    pub batch_failures: Option<u8>,
    /// What webhooks are signed with.
    pub client_secret: Option<SecretString>,
    /// From the first to the last attempt to deliver a webhook.
    pub webhook_window: Option<Duration>,
    /// Whether webhooks are delivered to other machines too.
    pub webhooks_anywhere: bool,
    /// Whether messages to webhooks name their topic in a header.
    pub topic_header: bool,
    /// Whether a webhook is tried again after any answer but 2xx.
    pub retry_any_status: bool,
}

/// How to serve the sandbox.
#[derive(Debug)]
pub struct Serving {
    /// The address to listen on.
    pub host: IpAddr,
    /// The port; 0 takes a free one.
    pub port: u16,
    /// Customers in the store that is made up; the demo store without.
    pub customers: Option<u32>,
    /// What the made-up store is derived from.
    pub seed: Option<u64>,
    /// The file that the store is kept in.
    pub data: Option<PathBuf>,
    /// Whether it has the rate limit of the API.
    pub limited: bool,
    /// What goes wrong on purpose.
    pub faults: Option<String>,
    /// How long each answer takes at least.
    pub latency: Option<String>,
    /// Whether the values of applied discounts are numbers.
    pub numbers: bool,
    /// How it works in the background.
    pub background: Background,
}

/// The platform whose store is meant.
pub(super) fn platform(matches: &ArgMatches) -> Platform {
    let deepest = matches.subcommand().map_or(matches, |(_, deeper)| deeper);
    let given = deepest.try_get_one::<Platform>("platform").ok().flatten();
    given.copied().unwrap_or_default()
}

/// What the words come to.
pub(super) fn sandbox(verb: &str, matches: &ArgMatches) -> Sandbox {
    let seed = || matches.get_one("seed").copied();
    let path = |name: &str| matches.get_one::<PathBuf>(name).cloned();
    match verb {
        "reset" => Sandbox::Reset,
        "seed" => Sandbox::Seed {
            customers: matches.get_one("customers").copied().unwrap_or_default(),
            seed: seed(),
        },
        "dump" => Sandbox::Dump,
        "load" => Sandbox::Load {
            file: path("file").unwrap_or_default(),
        },
        "state" => Sandbox::Control(Control::State),
        "deliveries" => Sandbox::Control(Control::Deliveries),
        "clock" => Sandbox::Control(clock(matches)),
        "faults" => Sandbox::Control(faults(matches)),
        "requests" if matches.get_flag("clear") => Sandbox::Control(Control::ForgetRequests),
        "requests" => Sandbox::Control(Control::Requests {
            after: matches.get_one("after").copied(),
            last: matches.get_one("last").copied(),
        }),
        "token" => Sandbox::Control(Control::Token {
            scopes: matches
                .get_many("scopes")
                .map(|scopes| scopes.cloned().collect()),
            name: text(matches, "name"),
            multiplier: text(matches, "multiplier"),
        }),
        _ => Sandbox::Serve(Serving {
            host: matches
                .get_one("host")
                .copied()
                .unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            port: matches.get_one("port").copied().unwrap_or_default(),
            customers: matches.get_one("customers").copied(),
            seed: seed(),
            data: path("data"),
            limited: !matches.get_flag("no-limit"),
            faults: text(matches, "faults"),
            latency: text(matches, "latency"),
            numbers: matches.get_flag("numbers"),
            background: background(matches),
        }),
    }
}

fn background(matches: &ArgMatches) -> Background {
    Background {
        batch_speed: matches.get_one("batch-speed").copied(),
        task_failures: matches.get_one("task-failures").copied(),
        batch_failures: matches.get_one("batch-failures").copied(),
        client_secret: text(matches, "client-secret").map(SecretString::from),
        webhook_window: matches.get_one("webhook-window").copied(),
        webhooks_anywhere: matches.get_flag("webhooks-anywhere"),
        topic_header: matches.get_flag("topic-header"),
        retry_any_status: matches.get_flag("retry-any-status"),
    }
}

fn clock(matches: &ArgMatches) -> Control {
    match matches.subcommand() {
        Some(("set", deeper)) => Control::SetClock(text(deeper, "time").unwrap_or_default()),
        Some(("advance", deeper)) => {
            Control::AdvanceClock(text(deeper, "span").unwrap_or_default())
        }
        _ => Control::ShowClock,
    }
}

fn faults(matches: &ArgMatches) -> Control {
    match matches.subcommand() {
        Some(("set", deeper)) => Control::SetFaults(texts(deeper, "spec").join(" ")),
        Some(("off", _)) => Control::NoFaults,
        _ => Control::ShowFaults,
    }
}
