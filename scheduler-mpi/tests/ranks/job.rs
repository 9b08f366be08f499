//! Jobs of several ranks, and runs of `flockwork` to compare them with.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// After this time a job has failed, if nothing else is said.
const LIMIT: Duration = Duration::from_secs(150);

/// A folder for the files of a test.
pub struct Place {
    folder: TempDir,
    limit: Duration,
}

/// What a command has printed, and how it ended.
#[derive(Debug)]
pub struct Ended {
    pub status: ExitStatus,
    pub out: String,
    pub err: String,
    pub took: Duration,
}

/// A job that runs.
pub struct Job {
    child: Child,
    /// The ranks' environment has it, so that they can be found.
    mark: String,
    begin: Instant,
    limit: Duration,
    out: PathBuf,
    err: PathBuf,
}

impl Place {
    pub fn new() -> Self {
        Self::lasting(LIMIT)
    }

    /// A place whose jobs may take so long.
    pub fn lasting(limit: Duration) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), limit }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub fn json(&self, name: &str) -> Value {
        serde_json::from_str(&fs::read_to_string(self.path(name)).unwrap()).unwrap()
    }

    /// Starts a job; each part of `line` between ` : ` is for ranks of its own, as `mpirun` has it:
    /// `-n 2 flockwork-mpi run a.toml : -n 1 flockwork-mpi run b.toml`.
    pub fn start(&self, line: &str, env: &[(&str, &str)]) -> Job {
        let mut command = Command::new(launcher());
        for word in line.split_whitespace() {
            match word {
                "flockwork-mpi" => command.arg(built(word)),
                "packets" | "traps" => command.arg(built(&format!("examples/{word}"))),
                _ => command.arg(word),
            };
        }
        command.envs(env.iter().copied());
        self.spawn(command)
    }

    /// Starts a script of this place, which may start a job.
    pub fn script(&self, name: &str, env: &[(&str, &str)]) -> Job {
        let mut command = Command::new("bash");
        command.arg(name).envs(env.iter().copied());
        self.spawn(command)
    }

    /// Runs a job to its end.
    pub fn ranks(&self, line: &str) -> Ended {
        self.start(line, &[]).end()
    }

    /// The fingerprint of a job on so many ranks that must succeed.
    #[track_caller]
    pub fn on_ranks(&self, ranks: u32, line: &str) -> String {
        self.ranks(&format!("-n {ranks} flockwork-mpi {line} --quiet")).fingerprint()
    }

    /// The fingerprint of `flockwork` with the same arguments.
    #[track_caller]
    pub fn native(&self, line: &str) -> String {
        self.command("examples/native", &format!("{line} --quiet")).end().fingerprint()
    }

    /// Starts a program that was built with the tests, without a launcher.
    pub fn command(&self, program: &str, line: &str) -> Job {
        let mut command = Command::new(built(program));
        command.args(line.split_whitespace());
        self.spawn(command)
    }

    fn spawn(&self, mut command: Command) -> Job {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let mark = format!("{}-{count}", std::process::id());
        let (out, err) = (self.path(&format!(".out-{count}")), self.path(&format!(".err-{count}")));
        // Open MPI asks for that; others do not look.
        for name in
            ["ALLOW_RUN_AS_ROOT", "ALLOW_RUN_AS_ROOT_CONFIRM", "MCA_rmaps_base_oversubscribe"]
        {
            command.env(format!("OMPI_{name}"), "1");
        }
        let child = command
            .current_dir(self.folder.path())
            .env("FLOCKWORK_TEST", &mark)
            .stdin(Stdio::null())
            .stdout(File::create(&out).unwrap())
            .stderr(File::create(&err).unwrap())
            .spawn()
            .unwrap();
        Job { child, mark, begin: Instant::now(), limit: self.limit, out, err }
    }
}

impl Job {
    /// Waits for the end.
    #[track_caller]
    pub fn end(mut self) -> Ended {
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                let [out, err] = [&self.out, &self.err]
                    .map(|path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned());
                return Ended { status, out, err, took: self.begin.elapsed() };
            }
            if self.begin.elapsed() > self.limit {
                let err = fs::read_to_string(&self.err).unwrap_or_default();
                panic!("the job has not ended: {err}");
            }
            std::thread::sleep(Duration::from_millis(3));
        }
    }

    /// The process that was started first: the launcher, or a script.
    pub fn launcher(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it has said something, whatever becomes of the launcher.
    #[track_caller]
    pub fn says(mut self, words: &str) -> String {
        loop {
            let ended = self.child.try_wait().unwrap().is_some();
            let said = fs::read_to_string(&self.err).unwrap_or_default();
            if said.contains(words) {
                return said;
            }
            assert!(!ended && self.begin.elapsed() < self.limit, "no {words:?} in:\n{said}");
            std::thread::sleep(Duration::from_millis(3));
        }
    }

    /// The process of a rank, once it is there.
    pub fn rank(&self, rank: u32) -> u32 {
        self.process(rank, true)
    }

    /// The process that watches over a rank.
    pub fn watcher(&self, rank: u32) -> u32 {
        self.process(rank, false)
    }

    fn process(&self, rank: u32, watched: bool) -> u32 {
        loop {
            let found = self.processes().into_iter().find(|(_, env)| {
                let has = |name: &str| env.split('\0').any(|pair| pair.starts_with(name));
                has("FLOCKWORK_WATCHED_BY=") == watched
                    && ["OMPI_COMM_WORLD_RANK", "PMI_RANK"]
                        .iter()
                        .any(|name| env.split('\0').any(|pair| pair == format!("{name}={rank}")))
            });
            if let Some((process, _)) = found {
                return process;
            }
            assert!(self.begin.elapsed() < self.limit, "there is no rank {rank}");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Waits until something is there.
    pub fn wait_for<T>(&mut self, what: &str, find: impl Fn() -> Option<T>) -> T {
        loop {
            if let Some(found) = find() {
                return found;
            }
            let ended = self.child.try_wait().unwrap();
            let err = || fs::read_to_string(&self.err).unwrap_or_default();
            assert!(ended.is_none(), "the job has ended before {what}: {}", err());
            assert!(self.begin.elapsed() < self.limit, "there is no {what}: {}", err());
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// All processes of the job, with their environment.
    fn processes(&self) -> Vec<(u32, String)> {
        let mark = format!("FLOCKWORK_TEST={}", self.mark);
        let all = fs::read_dir("/proc").unwrap().flatten();
        let numbers = all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        numbers
            .filter_map(|process| {
                let env = fs::read(format!("/proc/{process}/environ")).ok()?;
                let env = String::from_utf8_lossy(&env).into_owned();
                env.split('\0').any(|pair| pair == mark).then_some((process, env))
            })
            .collect()
    }
}

impl Drop for Job {
    /// Nothing of a job outlives it.
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            self.processes().iter().for_each(|(process, _)| signal("KILL", *process));
            let _ = self.child.wait();
        }
    }
}

impl Ended {
    #[track_caller]
    pub fn fingerprint(&self) -> String {
        assert!(self.status.success(), "{}\n{}{}", self.status, self.out, self.err);
        let line = self.out.trim();
        // The first rank alone prints, and nothing else.
        assert!(line.len() == 16 && line.bytes().all(|c| c.is_ascii_hexdigit()), "{line:?}");
        line.to_string()
    }

    /// It failed with this exit code, and said all these words.
    #[track_caller]
    pub fn failed(&self, code: i32, words: &[&str]) {
        assert_eq!(self.status.code(), Some(code), "{}{}", self.out, self.err);
        for word in words {
            assert!(self.err.contains(word), "no {word:?} in:\n{}", self.err);
        }
    }
}

/// A number from 0 to `below`, from a seed and what it is for.
pub fn pick(seed: u64, what: u64, below: u64) -> u64 {
    let mut mixed = (seed << 8 | what).wrapping_add(0x9e37_79b9_7f4a_7c15);
    for factor in [0xbf58_476d_1ce4_e5b9, 0x94d0_49bb_1331_11eb] {
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(factor);
    }
    (mixed ^ (mixed >> 31)) % below
}

/// Sends a signal, by name, to a process.
pub fn signal(name: &str, process: u32) {
    // The process may have ended already.
    let _ = Command::new("sh").args(["-c", &format!("kill -{name} {process}")]).output();
}

/// A scenario of the repository.
pub fn scenario(name: &str) -> String {
    root().join("scenarios").join(format!("{name}.toml")).display().to_string()
}

/// The repository.
pub fn root() -> PathBuf {
    PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("..")
}

/// The program that starts a job: that of the MPI for which this was built.
fn launcher() -> String {
    std::env::var("MPIRUN").unwrap_or_else(|_| "mpirun".into())
}

/// Whether the launcher is that of MPICH, which kills all ranks when one dies.
pub fn is_mpich() -> bool {
    static IS: OnceLock<bool> = OnceLock::new();
    *IS.get_or_init(|| {
        let said = Command::new(launcher()).arg("--version").output().unwrap();
        String::from_utf8_lossy(&said.stdout).contains("HYDRA")
    })
}

/// The name of this machine, as messages have it.
pub fn host() -> String {
    fs::read_to_string("/proc/sys/kernel/hostname").unwrap().trim().into()
}

/// A program that was built beside this test.
pub fn built(name: &str) -> PathBuf {
    let deps = std::env::current_exe().unwrap();
    deps.parent().and_then(Path::parent).unwrap().join(name)
}
