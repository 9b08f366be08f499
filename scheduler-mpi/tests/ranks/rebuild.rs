//! A build for another MPI does not take what was built for the one before.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::job::Place;

/// A package whose build script finds an MPI, as that of the `mpi` crate does.
const MANIFEST: &str = "
[package]
name = \"finder\"
edition = \"2024\"

[build-dependencies]
build-probe-mpi = { path = \"PROBE\" }

[workspace]
";

const BUILD: &str = "
fn main() {
    println!(\"cargo:rerun-if-changed=build.rs\");
    let found = build_probe_mpi::probe().map_err(|errors| panic!(\"{errors:?}\")).unwrap();
    println!(\"cargo:rustc-env=FOUND={}\", found.libs.join(\" \"));
}
";

const MAIN: &str = "fn main() { println!(\"{}\", env!(\"FOUND\")) }";

#[test]
fn another_mpicc_has_the_library_found_anew() {
    let place = Place::new();
    let probe = format!("{}/probe", std::env::var("CARGO_MANIFEST_DIR").unwrap());
    fs::create_dir(place.path("src")).unwrap();
    place.write("Cargo.toml", &MANIFEST.replace("PROBE", &probe));
    place.write("build.rs", BUILD);
    place.write("src/main.rs", MAIN);
    for name in ["one", "other"] {
        place.write(name, &format!("#!/bin/sh\necho gcc -I/{name} -L/{name} -l{name} -lm\n"));
        fs::set_permissions(place.path(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let run = |mpicc: &str| {
        let mut command = Command::new(std::env::var("CARGO").unwrap());
        command.args(["run", "--quiet", "--offline"]).current_dir(place.path(""));
        command.env("MPICC", place.path(mpicc)).env_remove("MPI_PKG_CONFIG");
        command.env("CARGO_TARGET_DIR", place.path("target")).env_remove("CRAY_MPICH_DIR");
        let ended = command.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_string();
        (ended.status.success(), text(&ended.stdout), text(&ended.stderr))
    };
    for name in ["one", "other", "one"] {
        let (_, found, said) = run(name);
        assert_eq!(found, format!("{name} m"), "{said}");
    }
    // What was chosen counts, and nothing else is taken if it is not there.
    let (good, _, said) = run("missing");
    assert!(!good && said.contains("missing: No such file"), "{said}");
}
