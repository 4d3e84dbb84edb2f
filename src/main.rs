//! The binary: lends the process to the library, and is the only place that
//! ends it.

use std::process::ExitCode;

use recharge_cli::commands;
use recharge_cli::world::World;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let program = std::env::args_os().next();
    ExitCode::from(commands::run_as(program.as_deref(), World::process()))
}
