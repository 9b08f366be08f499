//! The Python package: built into a wheel, installed, and tested from Python.
//!
//! `adapters/python/` is a workspace of its own, so that all else builds without Python. What its tests
//! need of Python is brought into a virtual environment under the target folder, pinned by
//! `adapters/python/requirements.txt`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{Failure, Outcome, cargo, finish, has_program, root, skip, target_folder};

const FOLDER: &str = "adapters/python";
const MANIFEST: &str = "adapters/python/Cargo.toml";

/// The oldest Python that the pinned packages run on. The wheel itself runs on older ones.
const OLDEST: (u32, u32) = (3, 11);

/// `cargo xtask python-test`: brings what is missing if it may, then tests the package; `--long` also
/// runs the notebook, reads recordings back by the programs that they are for, and runs a short benchmark.
pub fn command(arguments: &[String]) -> Outcome {
    let long = match arguments {
        [] => false,
        [flag] if flag == "--long" => true,
        _ => return Err(Failure::usage("`python-test` takes nothing but `--long`")),
    };
    if usable().is_err() && has_program("apt-get") {
        println!("bringing Python: apt-get install python3 python3-venv");
        let mut command = Command::new("apt-get");
        command.args(["install", "--yes", "--no-install-recommends", "python3", "python3-venv"]);
        // Whether that was enough is looked at next.
        let _ = finish(command.env("DEBIAN_FRONTEND", "noninteractive"));
    }
    usable().map_err(Failure::new)?;
    let venv = tested("quick")?;
    if !long {
        return Ok(());
    }
    venv.bring("requirements-long.txt")?;
    // Its recordings are read there.
    finish(&mut cargo(&["build", "--quiet", "--package", "flockwork-cli"]))?;
    let program = target_folder("debug").join(format!("flockwork{}", std::env::consts::EXE_SUFFIX));
    finish(venv.python().env("FLOCKWORK", program).args(["-m", "pytest", "long"]))?;
    finish(venv.python().args(["bench.py", "--points", "5000", "--rounds", "1"]))
}

/// The same as a step of the test command, which brings nothing but packages of Python.
pub fn step() -> Outcome {
    if let Err(why) = usable() {
        skip("python", &format!("{why}: `cargo xtask python-test` brings it"));
        return Ok(());
    }
    tested("quick").map(drop)
}

/// Why there is no Python that will do.
fn usable() -> Result<(), String> {
    let (major, minor) = OLDEST;
    let code = format!(
        "import ensurepip, sys, venv; sys.exit(0 if sys.version_info >= ({major}, {minor}) else 1)"
    );
    let found = Command::new("python3").args(["-c", &code]).output();
    match found {
        Ok(found) if found.status.success() => Ok(()),
        Ok(_) => Err(format!("python3 is older than {major}.{minor}, or has no venv")),
        Err(_) => Err("there is no python3".into()),
    }
}

/// Checks the crate, builds the wheel by a profile, and runs the tests of Python over it.
fn tested(profile: &str) -> Result<Venv, Failure> {
    let venv = Venv::made()?;
    let mut clippy = cargo(&["clippy", "--manifest-path", MANIFEST, "--profile", profile]);
    clippy.args(["--quiet", "--all-targets", "--", "--deny=warnings"]);
    finish(venv.around(&mut clippy))?;
    let wheels = target_folder("python").join("wheels");
    // Wheels of other versions would be installed too.
    let _ = std::fs::remove_dir_all(&wheels);
    let mut maturin = venv.program("maturin");
    maturin.args(["build", "--quiet", "--profile", profile, "--out"]).arg(&wheels);
    finish(venv.around(&mut maturin))?;
    let mut install = venv.python();
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    install.args(["--force-reinstall", "--no-deps", "--no-index", "--find-links"]).arg(&wheels);
    finish(install.arg("flockwork"))?;
    finish(venv.python().args(["-m", "pytest"]))?;
    Ok(venv)
}

/// A virtual environment.
struct Venv(PathBuf);

impl Venv {
    /// The one under the target folder, with what the tests need.
    fn made() -> Result<Self, Failure> {
        let venv = Self(target_folder("python").join("venv"));
        if !venv.file("python").is_file() {
            println!("making a virtual environment of Python in {}", venv.0.display());
            finish(Command::new("python3").args(["-m", "venv"]).arg(&venv.0))?;
        }
        venv.bring("requirements.txt")?;
        Ok(venv)
    }

    /// Brings the packages of a file, unless they are there already.
    fn bring(&self, requirements: &str) -> Outcome {
        let wanted = root().join(FOLDER).join(requirements);
        let note = self.0.join(format!("brought-{requirements}"));
        let text = |path: &Path| std::fs::read_to_string(path).ok();
        if text(&wanted).is_some() && text(&wanted) == text(&note) {
            return Ok(());
        }
        println!("bringing packages of Python: pip install -r {FOLDER}/{requirements}");
        let mut pip = self.python();
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]);
        finish(pip.arg(&wanted))?;
        // If it cannot be noted they are brought again.
        let _ = std::fs::copy(&wanted, &note);
        Ok(())
    }

    fn file(&self, program: &str) -> PathBuf {
        let (folder, end) = if cfg!(windows) { ("Scripts", ".exe") } else { ("bin", "") };
        self.0.join(folder).join(format!("{program}{end}"))
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.file(name));
        command.current_dir(root().join(FOLDER));
        command
    }

    fn python(&self) -> Command {
        self.program("python")
    }

    /// Has cargo build for this Python, apart from what is built with other flags.
    fn around<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.env("PYO3_PYTHON", self.file("python"));
        command.env("CARGO_TARGET_DIR", target_folder("python").join("build"))
    }
}
