//! The C face: installs it, runs its example, and its tests under AddressSanitizer.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{Failure, Outcome, cargo, finish, has_program, root, skip, target_folder};

/// The crate.
const FOLDER: &str = "adapters/c";

/// What a build is for.
struct Build {
    profile: &'static str,
    /// Where cargo puts it, below the folder of builds.
    folder: &'static str,
}

const RELEASE: Build = Build { profile: "release", folder: "release" };
/// Nearly as fast as a release for a fraction of its build time.
const QUICK: Build = Build { profile: "quick", folder: "quick" };
/// The one of the other tests.
const TEST: Build = Build { profile: "test", folder: "debug" };
/// With all tests of all crates but modules for pages, so that crates below have the features that they have
/// there, and are not compiled anew.
const AS_TESTS: &[&str] = &[
    "--workspace",
    "--exclude=flockwork-wasm",
    "--exclude=flockwork-worlds",
    "--exclude=epidemic-web",
    "--lib",
    "--tests",
];
/// By itself.
const ALONE: &[&str] = &["--package", "flockwork-c"];

/// `cargo xtask c-install --prefix DIR`.
pub fn install(arguments: &[String]) -> Outcome {
    let [flag, prefix] = arguments else {
        return Err(Failure::usage("`c-install` takes --prefix DIR, such as --prefix /usr/local"));
    };
    if flag != "--prefix" {
        return Err(Failure::usage(format!(
            "`{flag}` is not --prefix, the one option of `c-install`"
        )));
    }
    let prefix = std::path::absolute(prefix).map_err(|error| Failure::new(error.to_string()))?;
    put(&RELEASE, ALONE, &prefix)?;
    println!("installed into {}", prefix.display());
    Ok(())
}

/// `cargo xtask c-example`: builds the library into `target/c`, and compiles and runs the example.
pub fn example(arguments: &[String]) -> Outcome {
    if !arguments.is_empty() {
        return Err(Failure::usage("`c-example` takes no arguments"));
    }
    let prefix = target_folder("c");
    put(&QUICK, ALONE, &prefix)?;
    let program = prefix.join("flock");
    compile(&prefix, "gcc", &["-std=c11", "-O2"], "examples/flock.c", &program)?;
    finish(&mut run(&prefix, &program))
}

/// `cargo xtask c-bench`.
pub fn bench(arguments: &[String]) -> Outcome {
    if !arguments.is_empty() {
        return Err(Failure::usage("`c-bench` takes no arguments"));
    }
    let prefix = target_folder("c");
    put(&RELEASE, ALONE, &prefix)?;
    let library = prefix.join("lib").join(format!("{DLL_PREFIX}flockwork{DLL_SUFFIX}"));
    let mut command = cargo(&["bench", "--package", "flockwork-c", "--bench", "overhead"]);
    finish(command.args(["--profile", RELEASE.profile]).env("FLOCKWORK_LIBRARY", library))
}

/// The step of the test command.
pub fn step() -> Outcome {
    for program in ["gcc", "g++", "pkg-config"] {
        if !has_program(program) {
            skip("c", &format!("there is no {program}: .ci/run brings it"));
            return Ok(());
        }
    }
    let prefix = target_folder("c-test");
    put(&TEST, AS_TESTS, &prefix)?;
    let strict = ["-g", "-O1", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror"];
    let sanitized = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
    let flags = |standard| [&[standard][..], &strict, &sanitized].concat();
    let built = |name: &str| prefix.join(name);
    compile(&prefix, "gcc", &flags("-std=c11"), "tests/face.c", &built("face-c"))?;
    finish(&mut run(&prefix, &built("face-c")))?;
    compile(&prefix, "g++", &flags("-std=c++17"), "tests/face.cpp", &built("face-cpp"))?;
    let golden = root().join("scheduler/golden/conformance.txt");
    finish(run(&prefix, &built("face-cpp")).arg(golden))?;
    // The static library, by the same example: what it wants of the system pkg-config says.
    let example = built("flock");
    compile(&prefix, "gcc", &flags("-std=c11"), "examples/flock.c", &example)?;
    said(&mut run(&prefix, &example))?;
    let alone = built("flock-static");
    compile_static(&prefix, &alone)?;
    said(&mut Command::new(alone))?;
    engines(&prefix)
}

/// What README.md shows for engines, over stand-ins for these: the extension is compiled, and the class is
/// compiled and run where there is a compiler of C#, which nothing here brings.
fn engines(prefix: &Path) -> Outcome {
    let stand_ins = root().join(FOLDER).join("tests/engines");
    let extension = shown("cpp title=flock.cpp", prefix, "extension.cpp")?;
    let mut command = Command::new("g++");
    command.args(["-std=c++17", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-I"]);
    command.arg(&stand_ins).args(pkg_config(prefix, &["--cflags"])?);
    finish(command.arg(extension))?;
    if !has_program("mcs") || !has_program("mono") {
        skip(
            "c",
            "C# is not compiled: there is no mcs (Debian's mono-mcs) or no mono (mono-runtime)",
        );
        return Ok(());
    }
    let class = shown("csharp title=Flock.cs", prefix, "Flock.cs")?;
    let program = prefix.join("unity.exe");
    let mut command = Command::new("mcs");
    command.arg("-unsafe").arg(format!("-out:{}", program.display()));
    finish(command.arg(class).arg(stand_ins.join("Unity.cs")))?;
    finish(run(prefix, Path::new("mono")).arg(program))
}

/// Puts the block of README.md that begins with these words into a file.
fn shown(words: &str, prefix: &Path, name: &str) -> Result<PathBuf, Failure> {
    let failed = |error: std::io::Error| Failure::new(format!("{name} of README.md: {error}"));
    let text = fs::read_to_string(root().join(FOLDER).join("README.md")).map_err(failed)?;
    let block = text.split("```").find_map(|block| block.strip_prefix(words));
    let block = block.ok_or_else(|| Failure::new(format!("README.md shows no `{words}`")))?;
    let file = prefix.join(name);
    fs::write(&file, block).map_err(failed)?;
    Ok(file)
}

/// The example must come to the fingerprint of every other scheduler.
fn said(command: &mut Command) -> Outcome {
    let output = command.output().map_err(|error| Failure::new(error.to_string()))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let golden = fs::read_to_string(root().join("scheduler/golden/conformance.txt"));
    let golden = golden.map_err(|error| Failure::new(error.to_string()))?;
    let case = golden.split("case ").find(|case| case.starts_with("boids-walls\n"));
    let at = case.and_then(|case| case.lines().find_map(|line| line.strip_prefix("at 50 ")));
    let at = at.unwrap_or("what no file says");
    if output.status.success() && text.contains(&format!("tick 50: {at}\n")) {
        return Ok(());
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new(format!("the example must say tick 50: {at}, and said\n{text}{errors}")))
}

/// Builds the library and puts it with its headers where compilers look below `prefix`.
fn put(build: &Build, packages: &[&str], prefix: &Path) -> Outcome {
    finish(cargo(&["build", "--profile", build.profile]).args(packages))?;
    let built = target_folder(build.folder);
    let failed = |path: &Path, error: std::io::Error| {
        Failure::new(format!("cannot write {}: {error}", path.display()))
    };
    let copy = |from: PathBuf, to: PathBuf| {
        let folder = to.parent().unwrap_or(prefix);
        fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
        // A library in use is not written over: its file goes, and a new one comes.
        let _ = fs::remove_file(&to);
        fs::copy(&from, &to).map(drop).map_err(|error| failed(&to, error))
    };
    let sources = root().join(FOLDER).join("include");
    for header in ["flockwork.h", "flockwork.hpp"] {
        copy(sources.join(header), prefix.join("include").join(header))?;
    }
    let (mut shared, mut fixed) = (0, 0);
    for name in ["libflockwork.so", "libflockwork.dylib", "flockwork.dll", "flockwork.dll.lib"] {
        if built.join(name).exists() {
            shared += 1;
            put_shared(&built.join(name), &prefix.join("lib"), &copy)?;
        }
    }
    for name in ["libflockwork.a", "flockwork.lib"] {
        if built.join(name).exists() {
            fixed += 1;
            copy(built.join(name), prefix.join("lib").join(name))?;
        }
    }
    if shared == 0 || fixed == 0 {
        return Err(Failure::new(format!("there is no library in {}", built.display())));
    }
    let file = prefix.join("lib/pkgconfig/flockwork.pc");
    let folder = file.parent().unwrap_or(prefix);
    fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    fs::write(&file, PKG_CONFIG.replace("VERSION", VERSION)).map_err(|error| failed(&file, error))
}

/// The version of all crates: a workspace has one.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Puts a shared library under its full name, with the names that linkers and loaders look for.
fn put_shared(from: &Path, folder: &Path, copy: &impl Fn(PathBuf, PathBuf) -> Outcome) -> Outcome {
    let name = from.file_name().unwrap_or_default().to_string_lossy().into_owned();
    #[cfg(unix)]
    if name.ends_with(".so") {
        let whole = format!("{name}.{VERSION}");
        // Before 1.0 each minor version is a face of its own: build.rs of the crate says the same.
        let parts: Vec<&str> = VERSION.split('.').collect();
        let face = if parts[0] == "0" { parts[..2].join(".") } else { parts[0].to_string() };
        copy(from.to_path_buf(), folder.join(&whole))?;
        for link in [format!("{name}.{face}"), name] {
            let link = folder.join(link);
            let _ = fs::remove_file(&link);
            std::os::unix::fs::symlink(&whole, &link).map_err(|error| {
                Failure::new(format!("cannot write {}: {error}", link.display()))
            })?;
        }
        return Ok(());
    }
    copy(from.to_path_buf(), folder.join(name))
}

/// What a static library of Rust wants of the system, `rustc --print native-static-libs` says.
const PKG_CONFIG: &str = "\
prefix=${pcfiledir}/../..
libdir=${prefix}/lib
includedir=${prefix}/include

Name: flockwork
Description: Simulations of large crowds, an index over points, and kernels of motion
Version: VERSION
Libs: -L${libdir} -lflockwork
Libs.private: -lgcc_s -lutil -lrt -lpthread -lm -ldl -lc
Cflags: -I${includedir}
";

/// What pkg-config says about an installed library.
fn pkg_config(prefix: &Path, arguments: &[&str]) -> Result<Vec<String>, Failure> {
    let output = Command::new("pkg-config")
        .args(arguments)
        .arg("flockwork")
        .env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig"))
        .output()
        .map_err(|error| Failure::new(format!("pkg-config could not be started: {error}")))?;
    if !output.status.success() {
        return Err(Failure::new(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(text.split_whitespace().map(str::to_string).collect())
}

/// Compiles a program with the shared library.
fn compile(prefix: &Path, compiler: &str, flags: &[&str], source: &str, to: &Path) -> Outcome {
    let source = root().join(FOLDER).join(source);
    let library = pkg_config(prefix, &["--cflags", "--libs"])?;
    let mut command = Command::new(compiler);
    command.args(flags).arg(source).arg("-o").arg(to).args(library);
    finish(command.args(["-lm", "-lpthread"]))
}

/// Compiles the example with the static library.
fn compile_static(prefix: &Path, to: &Path) -> Outcome {
    let source = root().join(FOLDER).join("examples/flock.c");
    let said = pkg_config(prefix, &["--static", "--cflags", "--libs"])?;
    let library = prefix.join("lib/libflockwork.a").to_string_lossy().into_owned();
    let exact =
        said.into_iter().map(|word| if word == "-lflockwork" { library.clone() } else { word });
    finish(Command::new("gcc").arg("-std=c11").arg(source).arg("-o").arg(to).args(exact))
}

/// A program that finds the shared library.
fn run(prefix: &Path, program: &Path) -> Command {
    let mut command = Command::new(program);
    let variable = if cfg!(target_os = "macos") { "DYLD_LIBRARY_PATH" } else { "LD_LIBRARY_PATH" };
    command.env(variable, prefix.join("lib"));
    command
}
