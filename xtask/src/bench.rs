//! Flockwork beside other libraries: `benches/peers`, a workspace of its own, built, run and recorded.
//!
//! It prints what it measured; here that becomes a line of `benches/record/PROCESSOR/DATE.csv`, with the
//! compiler, the flags, the instruction set chosen and the load of the machine, and how many times as
//! long as ours each took. Its other program then draws all records: `benches/record/index.html`.

use std::fs;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::run::{Failure, Outcome, cargo, finish, root};

/// The first line of a record.
const HEAD: &str = "what,who,n,ns,ratio,compiler,flags,instructions,load\n";

/// `cargo xtask bench [--check] [--list] [--rounds N] [PART]...`.
pub fn command(arguments: &[String]) -> Outcome {
    let peers = root().join("benches/peers");
    let mut build = cargo(&["build", "--release"]);
    build.current_dir(&peers).env_remove("CARGO_TARGET_DIR");
    finish(&mut build)?;
    let program = |name: &str| Command::new(peers.join("target/release").join(name));
    let before = load();
    let output = program("flockwork-peers")
        .args(arguments)
        .stderr(std::process::Stdio::inherit())
        .output()
        .map_err(|error| Failure::new(format!("flockwork-peers: {error}")))?;
    let text = String::from_utf8_lossy(&output.stdout);
    print!("{text}");
    if !output.status.success() {
        return Err(Failure::new(format!("flockwork-peers: {}", output.status)));
    }
    if arguments.iter().any(|argument| matches!(&argument[..], "--check" | "--list")) {
        return Ok(());
    }
    let (instructions, rows) = parse(&text)?;
    let machine = [compiler()?, flags(), instructions, format!("{before} to {}", load())];
    let folder = root().join("benches/record");
    let record = folder.join(processor()).join(format!("{}.csv", date(seconds_now())));
    let write = || {
        fs::create_dir_all(record.with_file_name(""))?;
        fs::write(&record, lines(&rows, &machine))
    };
    write().map_err(|error| Failure::new(format!("{}: {error}", record.display())))?;
    println!("written: {}", record.display());
    finish(program("chart").arg(&folder))
}

/// What one took for one thing.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    what: String,
    who: String,
    n: u64,
    ns: f64,
}

/// The instruction set and the rows of what the program prints.
fn parse(text: &str) -> Result<(String, Vec<Row>), Failure> {
    let mut instructions = None;
    let mut rows = Vec::new();
    for line in text.lines() {
        if let Some(set) = line.strip_prefix("# instructions: ") {
            instructions = Some(set.to_string());
            continue;
        }
        let parts: Vec<&str> = line.split(',').collect();
        let row = match parts[..] {
            [what, who, n, ns] => n.parse().ok().zip(ns.parse().ok()).map(|(n, ns)| Row {
                what: what.into(),
                who: who.into(),
                n,
                ns,
            }),
            _ => None,
        };
        let wrong = || Failure::new(format!("flockwork-peers printed what is no row: `{line}`"));
        rows.push(row.ok_or_else(wrong)?);
    }
    let none = || Failure::new("flockwork-peers did not say which instructions it takes");
    Ok((instructions.ok_or_else(none)?, rows))
}

/// A record: the ratio is to the first of the same thing and number, which is ours.
fn lines(rows: &[Row], machine: &[String; 4]) -> String {
    let mut text = String::from(HEAD);
    let machine = machine.each_ref().map(|part| part.replace(',', ";")).join(",");
    for row in rows {
        let ours = rows.iter().find(|one| one.what == row.what && one.n == row.n);
        let ratio = ours.map_or(1.0, |ours| row.ns / ours.ns);
        let Row { what, who, n, ns } = row;
        text += &format!("{what},{who},{n},{ns:.3},{ratio:.3},{machine}\n");
    }
    text
}

fn compiler() -> Result<String, Failure> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output();
    let output = output.map_err(|error| Failure::new(format!("rustc: {error}")))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_string())
}

fn flags() -> String {
    let flags = std::env::var("RUSTFLAGS").unwrap_or_default();
    if flags.is_empty() { "none".into() } else { flags }
}

/// How many wait for a processor, of late; nothing where the system does not tell.
fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or_default().to_string()
}

/// The processor's name, as that of a folder.
fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = info.lines().find(|line| line.starts_with("model name"));
    let name = line.and_then(|line| line.split_once(": ")).map_or("unknown", |(_, name)| name);
    folder_name(name)
}

fn folder_name(name: &str) -> String {
    let words = name.split(|letter: char| !letter.is_ascii_alphanumeric());
    let words: Vec<String> =
        words.filter(|word| !word.is_empty()).map(str::to_ascii_lowercase).collect();
    words.join("-")
}

fn seconds_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// The day, in Greenwich, as year-month-day.
///
/// After H. Hinnant, "chrono-compatible low-level date algorithms" (no DOI): days are counted in eras of
/// 400 years that begin in March, so that leap days come last.
fn date(seconds: u64) -> String {
    let days = seconds / 86_400 + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    format!("{:04}-{month:02}-{day:02}", era * 400 + year + next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_program_prints_becomes_a_record() {
        let text = "# instructions: avx2\nsum,ours,10,2.000\nsum,theirs,10,5\nsum,ours,20,4\n";
        let (instructions, rows) = parse(text).unwrap();
        assert_eq!((instructions.as_str(), rows.len()), ("avx2", 3));
        let machine = ["rustc 1, x", "none", "avx2", "0.1 to 0.2"].map(String::from);
        let record = lines(&rows, &machine);
        let wanted = "sum,ours,10,2.000,1.000,rustc 1; x,none,avx2,0.1 to 0.2\n\
                      sum,theirs,10,5.000,2.500,rustc 1; x,none,avx2,0.1 to 0.2\n\
                      sum,ours,20,4.000,1.000,rustc 1; x,none,avx2,0.1 to 0.2\n";
        assert_eq!(record, HEAD.to_string() + wanted);
        let columns = HEAD.split(',').count();
        assert!(record.lines().all(|line| line.split(',').count() == columns));
    }

    #[test]
    fn what_is_no_row_is_named() {
        for line in ["sum,ours,10", "sum,ours,ten,2", "sum,ours,10,2,3", "thread panicked"] {
            let failure = parse(&format!("# instructions: x\n{line}\n")).unwrap_err();
            assert!(failure.message.contains(line), "{}", failure.message);
        }
        assert!(parse("sum,ours,10,2\n").unwrap_err().message.contains("instructions"));
    }

    #[test]
    fn days_have_dates() {
        for (seconds, wanted) in [
            (0, "1970-01-01"),
            (86_399, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_767_225_599, "2025-12-31"),
            (1_767_225_600, "2026-01-01"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(date(seconds), wanted);
        }
    }

    #[test]
    fn a_processor_names_a_folder() {
        assert_eq!(
            folder_name("AMD EPYC 7763 64-Core Processor"),
            "amd-epyc-7763-64-core-processor"
        );
        assert_eq!(folder_name("Intel(R) Xeon(R) @ 2.20GHz"), "intel-r-xeon-r-2-20ghz");
    }
}
