//! `rc sandbox …`: serving the sandbox, and choosing what its store holds.

use std::io::{BufWriter, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use http::Method;
use serde_json::{Value, json};

use super::args::{Background, Sandbox as Asked, Serving};
use crate::cli::Options;
use crate::commands::local;
use crate::commands::sandbox::control::{self, ControlTarget, cannot_open};
use crate::commands::sandbox::copy;
use crate::config::{self, BaseUrl, variable};
use crate::error::{Error, Kind, Result};
use crate::output::Format;
use crate::sandbox::data::DataFile;
use crate::sandbox::file::SandboxFile;
use crate::sandbox::seed::Seed;
use crate::sandbox::{
    Behaviour, CLIENT_SECRET, Outbox, Platform, STORE_HASH, Sandbox, State, TOKEN, faults, server,
};
use crate::ui::Run;

/// Does what was asked of the sandbox.
pub(in crate::commands) fn run(
    run: &mut Run,
    options: &Options,
    platform: Platform,
    asked: &Asked,
) -> Result<()> {
    if options.dry_run.is_some() {
        return Err(Error::usage(
            "--dry-run shows requests, and this command sends none",
        ));
    }
    match asked {
        Asked::Reset => {
            let replaced = seed(run, options, platform, &Seed::demo())?;
            let done = format!("{replaced} contains its demo store again");
            run.reporter.done(&done);
        }
        Asked::Seed {
            customers,
            seed: number,
        } => {
            let replaced = seed(run, options, platform, &seed_of(Some(*customers), *number))?;
            let done = format!("{replaced} contains {customers} customers");
            run.reporter.done(&done);
        }
        Asked::Dump => dump(run, options, platform)?,
        Asked::Load { file } => load(run, options, platform, file)?,
        Asked::Serve(serving) => serve(run, options, platform, serving)?,
        Asked::Control(asked) => control::run(run, options, platform, asked)?,
    }
    Ok(())
}

fn seed_of(customers: Option<u32>, seed: Option<u64>) -> Seed {
    let demo = Seed::demo();
    Seed {
        customers: customers.unwrap_or(demo.customers),
        seed: seed.unwrap_or(demo.seed),
    }
}

/// A store that is about to be replaced.
enum Replaced {
    /// The store of `--sandbox`, in its file.
    Local(PathBuf),
    /// The store of a sandbox that is served, at its address.
    Served(BaseUrl),
}

impl std::fmt::Display for Replaced {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Local(_) => out.write_str("the local store of --sandbox"),
            Self::Served(url) => write!(out, "the sandbox served at {url}"),
        }
    }
}

impl Replaced {
    /// The store that the command means, once that is confirmed.
    ///
    /// A served sandbox has others' work in it, so it is only replaced where this
    /// command line names it: a profile in use or a variable does not.
    fn confirmed(run: &mut Run, options: &Options, platform: Platform) -> Result<Self> {
        let is_named = options.base_url.is_some() || options.profile.is_some();
        let served = if is_named {
            control::served(run, options)?
        } else {
            None
        };
        let replaced = match served {
            Some(url) => Self::Served(url),
            None => Self::Local(local::store_path(
                platform,
                &run.environment,
                run.state_folder.clone(),
            )?),
        };
        let is_new = matches!(&replaced, Self::Local(path) if !path.exists());
        if !is_new {
            let question = format!("Replace {replaced}? All changes in it are lost.");
            run.confirm(options, &question)?;
        }
        Ok(replaced)
    }
}

fn seed(run: &mut Run, options: &Options, platform: Platform, seed: &Seed) -> Result<Replaced> {
    let replaced = Replaced::confirmed(run, options, platform)?;
    match &replaced {
        Replaced::Served(url) => {
            let body = json!({"customers": seed.customers, "seed": seed.seed});
            let target = ControlTarget::Served(url.clone());
            target.ask(Method::POST, "reset", &body)?;
        }
        Replaced::Local(path) => SandboxFile::reset_as(platform, path, seed, &run.clock)
            .map_err(|error| Error::unexpected("cannot reset the sandbox").caused_by(error))?,
    }
    Ok(replaced)
}

fn dump(run: &mut Run, options: &Options, platform: Platform) -> Result<()> {
    if let Some(url) = control::served(run, options)? {
        let store = ControlTarget::Served(url).ask(Method::GET, "store", &Value::Null)?;
        return run.print_request(&store);
    }
    let path = local::store_path(platform, &run.environment, run.state_folder.clone())?;
    let file = SandboxFile::of(platform, &path, run.clock.clone()).map_err(cannot_open)?;
    if run.terminal.stdout {
        let mut store = Vec::new();
        file.with_state(|state| state.to_json_writer(&mut store))
            .map_err(cannot_open)?
            .map_err(|error| Error::writing("standard output", error))?;
        return run.print_request(&String::from_utf8_lossy(&store));
    }
    let mut stdout = BufWriter::new(run.stdout()?);
    let written = file
        .with_state(|state| state.to_json_writer(&mut stdout))
        .map_err(cannot_open)?
        .and_then(|()| stdout.flush());
    written.map_err(|error| Error::writing("standard output", error))
}

fn load(run: &mut Run, options: &Options, platform: Platform, file: &Path) -> Result<()> {
    let is_stdin = file == Path::new("-");
    let named = if is_stdin {
        "standard input".to_owned()
    } else {
        file.display().to_string()
    };
    if !is_stdin && copy::is_database(file) {
        let state = copy::state(run, file)?;
        let replaced = Replaced::confirmed(run, options, platform)?;
        return replace(run, &replaced, &state, None, &named);
    }
    let text = if is_stdin {
        Ok(run.stdin.text("-")?)
    } else {
        std::fs::read_to_string(file)
    };
    let read = text.and_then(|text| {
        let state = State::from_json_reader(&mut text.as_bytes())?;
        Ok((text, state))
    });
    let (text, state) = read.map_err(|error| {
        Error::new(Kind::Usage, format!("cannot load {named}"))
            .caused_by(error)
            .hint("give a file that `rc sandbox dump` wrote; the sandbox is as it was")
    })?;
    if state.platform() != platform {
        let (is, wanted) = (state.platform().name(), platform.name());
        return Err(
            Error::usage(format!("{named} contains a store of {is}, not of {wanted}"))
                .hint(format!("--platform {is} replaces the {is} store")),
        );
    }
    let replaced = Replaced::confirmed(run, options, platform)?;
    replace(run, &replaced, &state, Some(text), &named)
}

/// Puts a store in the place of another; `text` is the store as JSON, where that is at
/// hand.
fn replace(
    run: &mut Run,
    replaced: &Replaced,
    state: &State,
    text: Option<String>,
    named: &str,
) -> Result<()> {
    let failed = |error| Error::unexpected("cannot keep the sandbox").caused_by(error);
    match replaced {
        Replaced::Served(url) => {
            let body = if let Some(text) = text {
                text.into_bytes()
            } else {
                let mut body = Vec::new();
                state.to_json_writer(&mut body).map_err(failed)?;
                body
            };
            let target = ControlTarget::Served(url.clone());
            target.send(Method::PUT, "store", body.into())?;
        }
        Replaced::Local(path) => SandboxFile::replace(path, state).map_err(failed)?,
    }
    run.reporter
        .done(&format!("{replaced} contains what {named} does"));
    Ok(())
}

fn serve(run: &mut Run, options: &Options, platform: Platform, serving: &Serving) -> Result<()> {
    let sandbox = Arc::new(served(run, options, platform, serving)?);
    let wanted = SocketAddr::from((serving.host, serving.port));
    let ended = Run::wait(async {
        let listener = tokio::net::TcpListener::bind(wanted)
            .await
            .map_err(|error| {
                Error::unexpected(format!(
                    "cannot listen on port {} of {}",
                    serving.port, serving.host
                ))
                .hint("choose another with --port, or 0 for a free one")
                .caused_by(error)
            })?;
        let address = listener
            .local_addr()
            .map_err(|error| Error::unexpected("cannot read the port").caused_by(error))?;
        warn(run, address.ip(), &sandbox);
        announce(run, options, platform, &format!("http://{}", near(address)))?;
        server::serve(listener, sandbox, std::future::pending())
            .await
            .map_err(|error| Error::unexpected("the sandbox stopped").caused_by(error))
    });
    match ended {
        // Ctrl-C is how a server is asked to end.
        Err(error) if error.kind == Kind::Interrupted => Ok(()),
        ended => ended,
    }
}

/// Tells what anyone who serves may not expect.
fn warn(run: &mut Run, ip: IpAddr, sandbox: &Sandbox) {
    if !ip.is_loopback() {
        run.reporter.note(&format!(
            "it listens on {ip}: anyone who can reach this machine and has a token can use it; \
             the control interface under {}/ accepts this machine only",
            crate::sandbox::control::ROOT
        ));
    }
    let faults = sandbox.with_state(|state| state.faults().to_owned());
    if !faults.is_empty() {
        run.reporter.note(&format!(
            "faults are simulated: {faults}; `rc sandbox faults off` turns them off"
        ));
    }
}

/// Where this machine reaches what listens on an address.
fn near(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// The sandbox that is served: made up, or kept in a file.
fn served(
    run: &mut Run,
    options: &Options,
    platform: Platform,
    serving: &Serving,
) -> Result<Sandbox> {
    let seed = seed_of(serving.customers, serving.seed);
    let clock = run.clock.clone();
    let made = || State::seeded_as(platform, &seed, clock());
    // Errors in flags are reported before a large store is generated.
    let latency = serving.latency.as_deref().map(faults::span).transpose();
    let latency = latency.map_err(|error| Error::usage(format!("--latency {error}")))?;
    let spec = serving.faults.as_deref();
    spec.map_or(Ok(()), faults::check)
        .map_err(|error| Error::usage(format!("--faults {error}")))?;
    let version = options.api_version.as_deref();
    check_version(run, version)?;
    let sandbox = match &serving.data {
        None => Sandbox::new(made(), run.clock.clone()),
        Some(path) => {
            let (mut file, state) = DataFile::open(platform, path, made)
                .map_err(|error| Error::unexpected("cannot open the data file").caused_by(error))?;
            for note in file.take_notes() {
                run.reporter.note(&note);
            }
            Sandbox::new(state, run.clock.clone()).kept_in(file)
        }
    };
    let taught = sandbox.with_state(|state| {
        if let Some(latency) = latency {
            let mut behaviour = state.behaviour();
            behaviour.latency_ms = u64::try_from(latency.as_millis()).unwrap_or(u64::MAX);
            state.behave(behaviour);
        }
        version.map_or(Ok(()), |version| state.set_default_api_version(version))?;
        spec.map_or(Ok(()), |spec| state.let_fail(spec))
    });
    taught.map_err(Error::usage)?;
    let background = &serving.background;
    sandbox.with_state(|state| {
        let mut behaviour = behaviour(state.behaviour(), background);
        behaviour.numbers |= serving.numbers;
        state.behave(behaviour);
    });
    let sandbox = sandbox.delivering(outbox(run, background)?);
    Ok(if serving.limited {
        sandbox.limited()
    } else {
        sandbox
    })
}

/// The version in which requests without a version are answered is one of the
/// API.
fn check_version(run: &Run, version: Option<&str>) -> Result<()> {
    match version.filter(|version| run.family.version(version).is_none()) {
        None => Ok(()),
        Some(version) => {
            let known: Vec<&str> = run.family.version_names().collect();
            Err(
                Error::usage(format!("there is no version {version} of the API"))
                    .hint(format!("its versions: {}", known.join(", "))),
            )
        }
    }
}

/// What was said about the background, over what is so.
fn behaviour(mut behaviour: Behaviour, asked: &Background) -> Behaviour {
    let Background {
        batch_speed,
        task_failures,
        batch_failures,
        webhook_window,
        topic_header,
        retry_any_status,
        ..
    } = asked;
    let put = |place: &mut u8, value: Option<u8>| *place = value.unwrap_or(*place);
    put(&mut behaviour.task_failures_percent, *task_failures);
    put(&mut behaviour.batch_failures_percent, *batch_failures);
    behaviour.tasks_per_second = batch_speed.unwrap_or(behaviour.tasks_per_second);
    behaviour.topic_header |= topic_header;
    behaviour.retry_any_status |= retry_any_status;
    if let Some(window) = webhook_window {
        behaviour.webhook_window_ms = u64::try_from(window.as_millis()).unwrap_or(u64::MAX);
    }
    behaviour
}

/// What posts to webhooks, signed with the secret that was given: by flag, else
/// by environment, else the sandbox's own.
fn outbox(run: &Run, asked: &Background) -> Result<Outbox> {
    let secret = match &asked.client_secret {
        Some(secret) => secret.clone(),
        None => config::read(&run.environment, variable::CLIENT_SECRET)?
            .unwrap_or(CLIENT_SECRET)
            .into(),
    };
    Outbox::new(secret, asked.webhooks_anywhere)
        .map_err(|error| Error::unexpected("cannot set up webhooks").caused_by(error))
}

fn announce(run: &mut Run, options: &Options, platform: Platform, url: &str) -> Result<()> {
    let store = platform.api().store;
    if matches!(options.output.format, Some(Format::Json | Format::Ndjson)) {
        let mut told = json!({"url": url, "token": TOKEN});
        if store.is_some() {
            told["store_hash"] = STORE_HASH.into();
        }
        return run.print(&format!("{told}\n"));
    }
    let Some(store) = store else {
        run.print(&format!("{url}  token {TOKEN}\n"))?;
        run.reporter.done(&format!(
            "serving until Ctrl-C; in another terminal:\n  \
             export RECHARGE_BASE_URL={url} RECHARGE_ACCESS_TOKEN={TOKEN}\n  rc subscriptions list"
        ));
        return Ok(());
    };
    let api = platform.api();
    run.print(&format!(
        "{url}  token {TOKEN}  {} {STORE_HASH}\n",
        store.title
    ))?;
    run.reporter.done(&format!(
        "serving until Ctrl-C; in another terminal:\n  \
         export {}={TOKEN} {}={STORE_HASH}\n  rc --base-url {url} {} orders list",
        api.auth.variable, store.variable, api.name
    ));
    Ok(())
}
