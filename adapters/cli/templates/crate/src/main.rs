//! The command `flockwork` with this model too: `cargo run --release -- run scenario.toml`.

fn main() -> std::process::ExitCode {
    flockwork_cli::main(flockwork_cli::Registry::builtin().with::<walkers::WalkersModel>())
}
