//! Finds the MPI library, anew when another one is chosen.
//!
//! Build scripts of the `mpi` crate call [`probe`] and link what it gives. Cargo is told of every
//! variable that it looks at: a build for MPICH after one for Open MPI, by another `MPICC`, would
//! otherwise take what is there.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

/// An MPI library.
#[derive(Clone, Debug)]
pub struct Library {
    /// Its compiler wrapper, if it was found by that.
    pub mpicc: Option<String>,
    /// The libraries to link.
    pub libs: Vec<String>,
    /// Where they are.
    pub lib_paths: Vec<PathBuf>,
    /// Where its headers are.
    pub include_paths: Vec<PathBuf>,
    /// Its version, if that is known.
    pub version: String,
}

/// All that the choice depends on.
const VARIABLES: [&str; 6] = [
    "MPICC",
    "MPI_PKG_CONFIG",
    "CRAY_MPICH_DIR",
    "PKG_CONFIG_PATH",
    "PKG_CONFIG_LIBDIR",
    "PKG_CONFIG_SYSROOT_DIR",
];

/// Finds the library: by `MPI_PKG_CONFIG`, `CRAY_MPICH_DIR` or `MPICC` where one is set, otherwise
/// by `mpicc`, otherwise as pkg-config knows it.
///
/// # Errors
///
/// Why what was tried failed.
pub fn probe() -> Result<Library, Vec<Box<dyn Error>>> {
    for name in VARIABLES {
        println!("cargo:rerun-if-env-changed={name}");
    }
    let said = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    // What somebody chose counts, and nothing else is tried if it is wrong.
    let one = |found: Result<Library, Box<dyn Error>>| found.map_err(|error| vec![error]);
    if let Some(name) = said("MPI_PKG_CONFIG") {
        return one(by_package(&name));
    }
    if let Some(folder) = said("CRAY_MPICH_DIR") {
        let file = Path::new(&folder).join("lib/pkgconfig/mpich.pc");
        return one(by_package(&file.to_string_lossy()));
    }
    if let Some(wrapper) = said("MPICC") {
        return one(by_wrapper(&wrapper));
    }
    let mut errors = Vec::new();
    for found in [by_wrapper("mpicc"), by_package("mpich"), by_package("ompi")] {
        match found {
            Ok(library) => return Ok(library),
            Err(error) => errors.push(error),
        }
    }
    Err(errors)
}

/// Asks a compiler wrapper for the command that it would run.
fn by_wrapper(wrapper: &str) -> Result<Library, Box<dyn Error>> {
    let asked = Command::new(wrapper).arg("-show").output();
    let asked = asked.map_err(|error| format!("the MPI compiler wrapper {wrapper}: {error}"))?;
    if !asked.status.success() {
        return Err(format!("`{wrapper} -show` ended with {}", asked.status).into());
    }
    let words = shell_words::split(&String::from_utf8(asked.stdout)?)?;
    let all = |flag: &str| {
        let found = words.iter().filter_map(|word| word.strip_prefix(flag));
        found.map(String::from).collect::<Vec<_>>()
    };
    let paths = |flag: &str| all(flag).into_iter().map(PathBuf::from).collect();
    Ok(Library {
        mpicc: Some(wrapper.into()),
        libs: all("-l"),
        lib_paths: paths("-L"),
        include_paths: paths("-I"),
        version: "unknown".into(),
    })
}

fn by_package(name: &str) -> Result<Library, Box<dyn Error>> {
    let found = pkg_config::Config::new().cargo_metadata(false).probe(name)?;
    Ok(Library {
        mpicc: None,
        libs: found.libs,
        lib_paths: found.link_paths,
        include_paths: found.include_paths,
        version: found.version,
    })
}
