//! The command `flockwork` with one model more.

fn main() -> std::process::ExitCode {
    flockwork_cli::main(flockwork_cli::Registry::builtin().with::<epidemic::Epidemic>())
}
