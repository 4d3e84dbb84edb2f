//! `rc theme serve`: the portal of a store, with the pages of a theme.

use std::ffi::OsStr;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use clap::ArgMatches;
use recharge_listener::Limits;

use super::live::{Live, cannot_listen, in_background};
use super::pages::ServedTheme;
use super::store::{first, link};
use crate::cli::Options;
use crate::commands::browser;
use crate::error::{Error, Kind, Result};
use crate::output::Format;
use crate::sandbox::seed::Seed;
use crate::sandbox::{Sandbox, State};
use crate::ui::Run;

pub(super) fn run(run: &mut Run, options: &Options, matches: &ArgMatches) -> Result<()> {
    let folder = super::folder(matches);
    let theme = super::open(&folder)?;
    for problem in &theme.problems {
        run.reporter
            .note(&format!("{}: {}", problem.name, problem.message));
    }
    let port = matches.get_one::<u16>("port").copied().unwrap_or_default();
    let theme = Arc::new(ServedTheme::new(&folder, theme, run.clock.clone()));
    let state = State::seeded(&Seed::demo(), (run.clock)());
    let sandbox =
        Sandbox::new(state, run.clock.clone()).rendering(Arc::<ServedTheme>::clone(&theme));
    let customer = match matches.get_one::<u64>("shown-customer") {
        Some(customer) => *customer,
        None => first(&sandbox)?,
    };
    // A customer who is not there is an error now, not on the first page.
    link(&sandbox, customer)?;
    let is_hosted = matches.get_flag("hosted");
    let live = Arc::new(Live {
        sandbox,
        theme,
        customer: AtomicU64::new(customer),
        is_hosted,
    });
    let ended = Run::wait(async {
        let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let listener = tokio::net::TcpListener::bind(wanted).await;
        let listener = listener.map_err(|error| cannot_listen(port, error))?;
        let address = listener
            .local_addr()
            .map_err(|error| cannot_listen(port, error))?;
        let url = format!("http://{address}/");
        announce(run, options, &url)?;
        if matches.get_flag("open") {
            open_browser(run, &url)?;
        }
        let served = recharge_listener::serve(
            listener,
            Arc::clone(&live),
            Limits::default(),
            std::future::pending(),
        );
        tokio::select! {
            served = served => served.map_err(|error| Error::unexpected("the server stopped").caused_by(error)),
            never = in_background(&live, &folder) => match never? {},
        }
    });
    match ended {
        // Ctrl-C is how a server is asked to end.
        Err(error) if error.kind == Kind::Interrupted => Ok(()),
        ended => ended,
    }
}

fn announce(run: &mut Run, options: &Options, url: &str) -> Result<()> {
    if matches!(options.output.format, Some(Format::Json | Format::Ndjson)) {
        return run.print(&format!("{{\"url\":\"{url}\"}}\n"));
    }
    run.print(&format!("{url}\n"))?;
    run.reporter
        .done("serving until Ctrl-C; pages reload when a file of the theme changes");
    Ok(())
}

/// Opens the page with what the user or the system opens pages with. The address
/// is not a secret: it has no token.
fn open_browser(run: &mut Run, url: &str) -> Result<()> {
    let openers = browser::openers(&run.environment, OsStr::new(url))?;
    match browser::start(&mut openers.into_iter()) {
        // A thread waits for it, so that no process stays behind.
        Some(mut child) => {
            std::thread::spawn(move || child.wait());
        }
        None => run.reporter.note("no browser could be opened"),
    }
    Ok(())
}
