//! `rc sandbox …`: serving the sandbox and starting over.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use super::{Run, local};
use crate::cli::{Options, Sandbox as Asked};
use crate::error::{Error, Result};
use crate::output::Format;
use crate::sandbox::file::SandboxFile;
use crate::sandbox::seed::Seed;
use crate::sandbox::{Sandbox, State, TOKEN, server};

/// Does what was asked of the sandbox.
pub(super) fn run(run: &mut Run, options: &Options, asked: &Asked) -> Result<()> {
    if options.dry_run.is_some() {
        return Err(Error::usage(
            "--dry-run shows requests, and this command sends none",
        ));
    }
    match asked {
        Asked::Reset => reset(run, options),
        Asked::Serve {
            port,
            customers,
            seed,
        } => serve(run, options, *port, seed_of(*customers, *seed)),
    }
}

fn seed_of(customers: Option<u32>, seed: Option<u64>) -> Seed {
    let demo = Seed::demo();
    Seed {
        customers: customers.unwrap_or(demo.customers),
        seed: seed.unwrap_or(demo.seed),
    }
}

fn reset(run: &mut Run, options: &Options) -> Result<()> {
    let path = local::store_path(&run.environment, run.state_folder.clone())?;
    if path.exists() {
        run.confirm(options, "Everything changed in the sandbox is lost. Go on?")?;
    }
    SandboxFile::reset(&path, &Seed::demo(), &run.clock)
        .map_err(|error| Error::unexpected("cannot reset the sandbox").caused_by(error))?;
    run.talk.done("the sandbox has its demo store again");
    Ok(())
}

fn serve(run: &mut Run, options: &Options, port: u16, seed: Seed) -> Result<()> {
    let state = State::seeded(&seed, (run.clock)());
    let sandbox = Arc::new(Sandbox::new(state, run.clock.clone()));
    Run::wait(async {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let listener = tokio::net::TcpListener::bind(address)
            .await
            .map_err(|error| {
                Error::unexpected(format!("cannot listen on port {port}"))
                    .hint("choose another with --port, or 0 for a free one")
                    .caused_by(error)
            })?;
        let address = listener
            .local_addr()
            .map_err(|error| Error::unexpected("cannot tell the port").caused_by(error))?;
        announce(run, options, &format!("http://{address}"))?;
        server::serve(listener, sandbox, std::future::pending())
            .await
            .map_err(|error| Error::unexpected("the sandbox stopped").caused_by(error))
    })
}

fn announce(run: &mut Run, options: &Options, url: &str) -> Result<()> {
    if matches!(options.output.format, Some(Format::Json | Format::Ndjson)) {
        return run.print(&format!("{{\"url\":\"{url}\",\"token\":\"{TOKEN}\"}}\n"));
    }
    run.print(&format!("{url}  token {TOKEN}\n"))?;
    run.talk.done(&format!(
        "serving until Ctrl-C; in another terminal:\n  \
         export RECHARGE_BASE_URL={url} RECHARGE_ACCESS_TOKEN={TOKEN}\n  rc subscriptions list"
    ));
    Ok(())
}
