//! The command `flockwork` with one model more, in lanes and in rows.

use flockwork_scheduler::ByRows;

fn main() -> std::process::ExitCode {
    let registry = flockwork_cli::Registry::builtin().with::<epidemic::Epidemic>();
    flockwork_cli::main(registry.with::<ByRows<epidemic::rows::Epidemic>>())
}
