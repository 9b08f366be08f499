//! `checkpoint.json`: which states a folder of checkpoints holds.
//!
//! It holds numbers only, and all names come from them, so that whatever it says, nothing outside
//! the folder can be meant.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The version of `checkpoint.json`.
const VERSION: u32 = 2;

/// The longest id of an arithmetic.
const MOST_ID: usize = 200;

/// The most parts that a state can have: one for each process.
const MOST_PARTS: u32 = 1 << 20;

/// The number of a run: whoever computes, no two runs have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RunId(pub(crate) u64);

impl RunId {
    /// A new one.
    pub(crate) fn new() -> Self {
        // Where the system has no chance to offer, the time and the process must do.
        let fallback = |_| {
            let time = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
            time.as_nanos() as u64 ^ u64::from(std::process::id()) << 40
        };
        Self(getrandom::u64().unwrap_or_else(fallback))
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl Serialize for RunId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RunId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let known = u64::from_str_radix(&text, 16).map(Self);
        known
            .ok()
            .filter(|run| run.to_string() == text)
            .ok_or_else(|| serde::de::Error::custom("a run must be given as 16 hexadecimal digits"))
    }
}

/// One state of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Generation {
    pub(crate) run: RunId,
    pub(crate) tick: u64,
    pub(crate) population: u64,
    /// How many processes have written it, each its own part.
    pub(crate) parts: u32,
    /// The id of the arithmetic that computed it.
    pub(crate) arithmetic: String,
}

impl Generation {
    /// The name of its folder.
    pub(crate) fn folder(&self) -> String {
        folder_name(self.tick, self.run)
    }

    /// The name of a part in its folder.
    pub(crate) fn part(number: u32) -> String {
        format!("rank-{number:04}.snap")
    }
}

fn folder_name(tick: u64, run: RunId) -> String {
    format!("tick-{tick:012}-{run}")
}

/// Whether a name is one of [`Generation::folder`].
pub(crate) fn is_folder(name: &str) -> bool {
    let Some((tick, run)) = name.strip_prefix("tick-").and_then(|rest| rest.split_once('-')) else {
        return false;
    };
    let run = u64::from_str_radix(run, 16).map(RunId);
    let tick = tick.parse();
    tick.is_ok_and(|tick| run.is_ok_and(|run| folder_name(tick, run) == name))
}

/// Whether a name is one of [`Generation::part`].
pub(crate) fn is_part(name: &str) -> bool {
    let number = name.strip_prefix("rank-").and_then(|rest| rest.strip_suffix(".snap"));
    number.is_some_and(|number| {
        number.parse().is_ok_and(|number: u32| Generation::part(number) == name)
    })
}

/// The states that a folder holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Manifest {
    pub(crate) newest: Generation,
    /// The one before, to go on from if the newest one is broken.
    pub(crate) former: Option<Generation>,
}

/// [`Manifest`] as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    version: u32,
    run: RunId,
    tick: u64,
    population: u64,
    parts: u32,
    arithmetic: String,
    former: Option<Generation>,
}

/// What all versions have.
#[derive(Deserialize)]
struct AnyVersion {
    version: u32,
}

impl Manifest {
    pub(crate) fn json(&self) -> String {
        let Self { newest, former } = self.clone();
        let Generation { run, tick, population, parts, arithmetic } = newest;
        let text = Text { version: VERSION, run, tick, population, parts, arithmetic, former };
        // Maps have text keys and no part can fail, so an empty text never comes.
        serde_json::to_string_pretty(&text).unwrap_or_default()
    }

    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let any: AnyVersion = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if any.version != VERSION {
            let found = any.version;
            return Err(format!("it is of version {found}; this program reads version {VERSION}"));
        }
        let text: Text = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let Text { run, tick, population, parts, arithmetic, former, .. } = text;
        let newest = Generation { run, tick, population, parts, arithmetic };
        for generation in [Some(&newest), former.as_ref()].into_iter().flatten() {
            let id = &generation.arithmetic;
            if id.len() > MOST_ID || !id.chars().all(|c| c.is_ascii_graphic() || c == ' ') {
                return Err("`arithmetic` is not the id of one".to_string());
            }
            if !(1..=MOST_PARTS).contains(&generation.parts) {
                let found = generation.parts;
                return Err(format!("`parts` is {found}: it must be from 1 to {MOST_PARTS}"));
            }
        }
        if former.as_ref().is_some_and(|former| former.folder() == newest.folder()) {
            return Err("the former state is the newest one".to_string());
        }
        Ok(Self { newest, former })
    }

    /// The states, the newest first.
    pub(crate) fn generations(&self) -> impl Iterator<Item = &Generation> {
        [Some(&self.newest), self.former.as_ref()].into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generation(run: u64, tick: u64) -> Generation {
        let arithmetic = "some 1.0".to_string();
        Generation { run: RunId(run), tick, population: 5, parts: 2, arithmetic }
    }

    #[test]
    fn a_manifest_is_read_as_it_was_written() {
        for former in [None, Some(generation(7, 20))] {
            let manifest = Manifest { newest: generation(8, u64::MAX), former };
            assert_eq!(Manifest::parse(manifest.json().as_bytes()), Ok(manifest.clone()));
        }
        assert_ne!(RunId::new(), RunId::new());
    }

    #[test]
    fn a_manifest_cannot_name_anything() {
        let good = Manifest { newest: generation(8, 30), former: None }.json();
        for (from, to, part) in [
            ("\"parts\": 2", "\"parts\": [\"../victim\", \"/abs/file\"]", "invalid type"),
            ("\"parts\": 2", "\"parts\": 0", "from 1 to"),
            ("\"parts\": 2", "\"parts\": 4294967295", "from 1 to"),
            ("0000000000000008", "../victim", "16 hexadecimal digits"),
            ("0000000000000008", "+000000000000008", "16 hexadecimal digits"),
            ("0000000000000008", "8", "16 hexadecimal digits"),
            ("\"tick\": 30", "\"tick\": \"../30\"", "invalid type"),
            ("\"tick\": 30", "\"tick\": -30", "invalid value"),
            ("\"tick\": 30", "\"folder\": \"..\", \"tick\": 30", "unknown field"),
            ("some 1.0", "\\u001b[2J", "`arithmetic` is not the id"),
            ("\"version\": 2", "\"version\": 1", "of version 1; this program reads version 2"),
        ] {
            assert!(good.contains(from), "{good}");
            let problem = Manifest::parse(good.replace(from, to).as_bytes()).unwrap_err();
            assert!(problem.contains(part), "{to}: {problem}");
        }
        let same = Manifest { newest: generation(8, 30), former: Some(generation(8, 30)) };
        assert!(Manifest::parse(same.json().as_bytes()).is_err());
        assert!(Manifest::parse(&good.as_bytes()[..good.len() - 3]).is_err());
    }

    #[test]
    fn only_names_that_a_checkpoint_makes_are_its_own() {
        let folder = generation(8, 30).folder();
        assert_eq!(folder, "tick-000000000030-0000000000000008");
        assert!(is_folder(&folder) && is_folder(&generation(u64::MAX, u64::MAX).folder()));
        assert!(is_part("rank-0000.snap") && is_part("rank-123456.snap"));
        for name in [
            "tick-000000000030",
            "tick-30-0000000000000008",
            "tick-000000000030-000000000000000G",
            "tick-000000000030-0000000000000008x",
            "tick-+00000000030-0000000000000008",
            "tick-000000000030-+000000000000008",
            "tick-/../-0000000000000008",
            "..",
        ] {
            assert!(!is_folder(name), "{name}");
        }
        for name in ["rank-0.snap", "rank-00000.snap", "rank-+001.snap", "rank-0000.snap.part", ""]
        {
            assert!(!is_part(name), "{name}");
        }
    }
}
