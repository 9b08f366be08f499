//! Which kind of file a user has named, by its content, and the panels in it.
//!
//! | what | how it is known |
//! | --- | --- |
//! | a sweep | a folder with `points.csv`, that file, or `runs.csv` |
//! | a recording, a series | a Parquet table with `tick` and `id`, or with `tick` and `time` |
//! | a report of `run` or `stress`, observables | JSON with `ms_histogram`, `points`, `observables` |
//! | a series | a table of text with `tick` and `time` |
//! | any other table | columns that `--x` and `--y` name |

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::ask::Ask;
use super::panel::Panel;
use super::table::{MOST_BYTES, Table};
use super::{observables, recording, report, series, sweep};
use crate::input;

/// Reads a file or a sweep's folder.
pub(super) fn read(path: &Path, ask: &Ask<'_>) -> Result<Vec<Panel>, String> {
    if path.is_dir() {
        let points = path.join("points.csv");
        if !points.is_file() {
            return Err("it is a folder without points.csv, which a sweep writes when all of its \
                        runs have finished"
                .to_string());
        }
        return text(&points, &input::read(&points, MOST_BYTES)?, ask);
    }
    let mut file = input::open(path)?;
    let mut mark = [0; 4];
    let is_parquet = std::io::Read::read_exact(&mut file, &mut mark).is_ok() && mark == *b"PAR1";
    if is_parquet {
        return recording::read(path, ask);
    }
    text(path, &input::read(path, MOST_BYTES)?, ask)
}

fn text(path: &Path, bytes: &[u8], ask: &Ask<'_>) -> Result<Vec<Panel>, String> {
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if first == Some(&b'{') {
        let value: Value = serde_json::from_slice(bytes)
            .map_err(|error| format!("it is no whole JSON: {error}"))?;
        return json(&value, ask);
    }
    if bytes.starts_with(b"\x89PNG") || bytes.contains(&0) {
        return Err(format!("it is neither text nor a Parquet table{ALLOWED}"));
    }
    let table = Table::csv(bytes)?;
    if table.has(&["point"]) && (table.has(&["runs"]) || table.has(&["seed"])) {
        return sweep::panels(&table, &model_of(path), ask);
    }
    series::panels(&table, "", ask)
}

/// What may be named.
const ALLOWED: &str = ": it must be a report, a series, a sweep (its folder, points.csv or \
                       runs.csv), observables or a recording";

fn json(value: &Value, ask: &Ask<'_>) -> Result<Vec<Panel>, String> {
    if value.get("observables").is_some() {
        return observables::panels(value, ask);
    }
    if value.get("ms_histogram").is_some() {
        return report::run(value, ask);
    }
    if value.get("points").is_some() && value.get("fps").is_some() {
        return report::stress(value, ask);
    }
    Err(format!("it is JSON without `ms_histogram`, `points` or `observables`{ALLOWED}"))
}

/// The model of a sweep, from the file beside its tables; nothing if there is none.
fn model_of(path: &Path) -> String {
    let beside: PathBuf = path.with_file_name("sweep.json");
    let bytes = input::read(&beside, MOST_BYTES).ok();
    let value = bytes.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    let model = value.as_ref().and_then(|value| value.get("model")?.as_str());
    model.unwrap_or_default().to_string()
}
