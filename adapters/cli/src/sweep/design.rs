//! The points of a sweep: which keys are set to what, and with which seeds each is run.
//!
//! Points are all combinations of the values of keys (`--set`), the last key the quickest. A table of
//! points or a Latin hypercube takes the place of one key, the slowest of all, and sets several.

use std::path::Path;

use flockwork_scheduler::ParamKind;
use flockwork_scheduler_native::Entry;
use serde::{Deserialize, Serialize};

use super::csv;
use super::latin;
use super::seeds::Seeds;
use super::values::Values;
use crate::args::SweepArgs;
use crate::failure::Failure;
use crate::human;
use crate::input;

/// The most runs that a sweep may have.
const MOST_RUNS: u64 = 1_000_000;

/// The longest table of points that is read, in bytes.
const MOST_BYTES: u64 = 1 << 28;

/// The key of the seed: what is run several times at one point.
const SEED: &str = "seed";

/// All points of a sweep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Design {
    /// The keys that are set.
    pub(super) keys: Vec<String>,
    pub(super) points: Vec<Point>,
}

/// One point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Point {
    /// The value of each key, as it is written.
    pub(super) values: Vec<String>,
    pub(super) seeds: Seeds,
}

/// A run: a point, and a seed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Run {
    pub(super) point: usize,
    pub(super) seed: u64,
}

impl Design {
    /// Reads the command line, for a scenario of this model and this seed. A program may have points of
    /// its own.
    pub(super) fn new(
        args: &SweepArgs,
        points: Option<&Self>,
        entry: &Entry,
        seed: u64,
    ) -> Result<Self, Failure> {
        let mut seeds = args.seeds.clone();
        let (mut axes, mut sides) = (Vec::new(), Vec::new());
        for assignment in &args.set {
            let option = format!("--set {}", human::shown(assignment));
            let refuse = |problem: String| Failure::usage(format_args!("{option}: {problem}"));
            let (key, text) = assignment
                .split_once('=')
                .map(|(key, text)| (key.trim().to_string(), text.trim()))
                .ok_or_else(|| refuse("it must be KEY=VALUES".to_string()))?;
            if key == SEED {
                let given = Seeds::parse(text).map_err(refuse)?;
                if seeds.replace(given).is_some() {
                    return Err(refuse("the seeds are given already".to_string()));
                }
                continue;
            }
            match Values::parse(text).map_err(refuse)? {
                Values::Each(values) => axes.push((key, values)),
                Values::Between(low, high) if args.latin.is_some() => sides.push((key, low, high)),
                Values::Between(..) => {
                    let problem = "a range needs a step, FIRST:LAST:STEP, but with --latin";
                    return Err(refuse(problem.to_string()));
                }
            }
        }
        let rows = match (points, &args.points, args.latin) {
            (Some(own), ..) => own.clone(),
            (None, Some(path), _) => Self::table(path)?,
            (None, None, Some(count)) => hypercube(count, args.latin_seed, &sides, entry)?,
            (None, None, None) => Self { keys: Vec::new(), points: vec![Point::empty()] },
        };
        rows.times(&axes, seeds, seed)
    }

    /// The points of a table: its header has the keys.
    fn table(path: &Path) -> Result<Self, Failure> {
        let name = format!("the points {}", human::path(path));
        let refuse =
            |problem: &dyn std::fmt::Display| Failure::usage(format_args!("{name}: {problem}"));
        let bytes = input::read(path, MOST_BYTES).map_err(|problem| refuse(&problem))?;
        let foreign = input::foreign_text(&bytes);
        let text = String::from_utf8(bytes).ok().filter(|_| foreign.is_none());
        let text = text.ok_or_else(|| {
            refuse(&foreign.unwrap_or_else(|| "it is not UTF-8 text".to_string()))
        })?;
        rows(&text).map_err(|problem| refuse(&problem))
    }

    /// All combinations of these points with the values of more keys, each with its seeds: its own, or
    /// `seeds`, or `usual` alone.
    fn times(
        mut self,
        axes: &[(String, Vec<String>)],
        seeds: Option<Seeds>,
        usual: u64,
    ) -> Result<Self, Failure> {
        if seeds.is_some() && self.points.iter().any(|point| point.seeds.len() > 0) {
            let problem = "the seeds are given twice: by the column `seed` of --points too";
            return Err(Failure::usage(problem));
        }
        let seeds = seeds.unwrap_or_else(|| Seeds::one(usual));
        for point in self.points.iter_mut().filter(|point| point.seeds.len() == 0) {
            point.seeds = seeds.clone();
        }
        self.keys.extend(axes.iter().map(|(key, _)| key.clone()));
        if let Some(at) = (1..self.keys.len()).find(|at| self.keys[..*at].contains(&self.keys[*at]))
        {
            let key = human::shown(&self.keys[at]);
            return Err(Failure::usage(format_args!("`{key}` is set twice")));
        }
        let runs = self.points.iter().map(|point| point.seeds.len()).fold(0, u64::saturating_add);
        let runs = axes.iter().fold(runs, |all, (_, each)| all.saturating_mul(each.len() as u64));
        if runs > MOST_RUNS {
            return Err(Failure::usage(format_args!(
                "that makes {} runs: there may be at most {}",
                human::count(runs),
                human::count(MOST_RUNS)
            )));
        }
        for (_, values) in axes {
            let with = |point: &Point, value: &String| Point {
                values: point.values.iter().chain([value]).cloned().collect(),
                seeds: point.seeds.clone(),
            };
            let each = |point: &Point| values.iter().map(|value| with(point, value)).collect();
            self.points =
                self.points.iter().flat_map(|point| -> Vec<Point> { each(point) }).collect();
        }
        let broken = |text: &String| text.contains(['\n', '\r']);
        if self.points.iter().any(|point| point.values.iter().any(broken)) {
            return Err(Failure::usage("a value cannot hold the end of a line"));
        }
        Ok(self)
    }

    /// All runs, in the order of their numbers: point after point.
    pub(super) fn runs(&self) -> Vec<Run> {
        let points = self.points.iter().enumerate();
        let each = |(at, point): (usize, &Point)| {
            point.seeds.iter().map(|seed| Run { point: at, seed }).collect::<Vec<_>>()
        };
        points.flat_map(each).collect()
    }

    /// What to call a point: `point 3 (params.eta = 0.5, entities = 40)`.
    pub(super) fn describe(&self, point: usize) -> String {
        let values = self.points.get(point).map_or(&[][..], |point| &point.values);
        let set = self.keys.iter().zip(values).map(|(key, value)| format!("{key} = {value}"));
        match set.collect::<Vec<_>>().join(", ") {
            set if set.is_empty() => format!("point {}", point + 1),
            set => format!("point {} ({set})", point + 1),
        }
    }
}

impl Point {
    fn empty() -> Self {
        Self { values: Vec::new(), seeds: Seeds::default() }
    }
}

/// The points of a Latin hypercube whose sides are these keys with what they may be between.
fn hypercube(
    count: u32,
    seed: u64,
    sides: &[(String, f64, f64)],
    entry: &Entry,
) -> Result<Design, Failure> {
    if sides.is_empty() {
        let problem = "--latin needs a range such as --set params.a=0:1 for each key it shall fill";
        return Err(Failure::usage(problem));
    }
    let along = |place: f64, (key, low, high): &(String, f64, f64)| match is_whole(entry, key) {
        // Each whole number has an equal share.
        true => (low.ceil() + (place * (high.floor() - low.ceil() + 1.0)).floor()).to_string(),
        false => (low + (high - low) * place).to_string(),
    };
    let places = latin::sample(count, sides.len() as u32, seed);
    let point = |places: &Vec<f64>| Point {
        values: places.iter().zip(sides).map(|(place, side)| along(*place, side)).collect(),
        seeds: Seeds::default(),
    };
    Ok(Design {
        keys: sides.iter().map(|(key, ..)| key.clone()).collect(),
        points: places.iter().map(point).collect(),
    })
}

/// Whether a key takes whole numbers alone.
fn is_whole(entry: &Entry, key: &str) -> bool {
    let param = key.strip_prefix("params.");
    let param = param.and_then(|name| entry.params.iter().find(|param| param.name == name));
    let of_param = param.is_some_and(|param| match param.kind {
        ParamKind::Number(range) => range.whole,
        _ => false,
    });
    of_param || ["entities", "ticks"].contains(&key)
}

/// The points of a table's text. Rows that differ in their seed alone are runs of one point.
fn rows(text: &str) -> Result<Design, String> {
    let text = text.trim_start_matches('\u{feff}');
    let lines = (1..).zip(text.lines().map(str::trim));
    let mut lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let (number, header) = lines.next().ok_or("it has no header, which names the keys")?;
    let separator = [';', '\t'].into_iter().find(|mark| header.contains(*mark)).unwrap_or(',');
    let read = |number: u64, line: &str| {
        csv::fields(line, separator)
            .ok_or_else(|| format!("line {number}: a quote is out of place"))
    };
    let mut keys = read(number, header)?;
    if let Some(at) = keys.iter().position(String::is_empty) {
        return Err(format!("line {number}: column {} has no name", at + 1));
    }
    let seed = keys.iter().position(|key| key == SEED);
    seed.into_iter().for_each(|at| drop(keys.remove(at)));
    let mut points: Vec<Point> = Vec::new();
    let mut known = std::collections::HashMap::new();
    for (number, line) in lines {
        let mut values = read(number, line)?;
        if values.len() != keys.len() + usize::from(seed.is_some()) {
            let found = human::plural(values.len() as u64, "value");
            let wanted = keys.len() + usize::from(seed.is_some());
            return Err(format!("line {number}: {found}, but the header has {wanted} names"));
        }
        let own = seed.map(|at| values.remove(at));
        let own = own.map(|text| {
            text.parse::<u64>().map_err(|_| {
                format!(
                    "line {number}: `seed` is \"{}\": it must be a whole number",
                    human::shown(&text)
                )
            })
        });
        let own = own.transpose()?;
        if let Some(at) = values.iter().position(String::is_empty) {
            return Err(format!("line {number}: `{}` is empty", human::shown(&keys[at])));
        }
        let at = *known.entry(values.clone()).or_insert(points.len());
        if at == points.len() {
            let seeds = own.map(Seeds::one).unwrap_or_default();
            points.push(Point { values, seeds });
        } else if !own.is_some_and(|seed| points[at].seeds.add(seed)) {
            return Err(format!("line {number}: the same is said above"));
        }
    }
    if points.is_empty() {
        return Err("it has no rows: each is a point".to_string());
    }
    Ok(Design { keys, points })
}

#[cfg(test)]
mod tests {
    use flockwork_models::threads::entry;

    use super::*;

    fn design(line: &[&str]) -> Result<Design, String> {
        let args = SweepArgs::of(line);
        Design::new(&args, None, &entry("vicsek").unwrap(), 9).map_err(|failure| match failure {
            Failure::Usage(problem) => problem,
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn points_are_all_combinations_and_the_last_key_is_the_quickest() {
        let all =
            design(&["--set", "entities=40,100", "--set", "params.eta=0:1:0.5", "--seeds", "3..4"]);
        let all = all.unwrap();
        assert_eq!(all.keys, ["entities", "params.eta"]);
        let values: Vec<String> = all.points.iter().map(|point| point.values.join(" ")).collect();
        assert_eq!(values, ["40 0", "40 0.5", "40 1", "100 0", "100 0.5", "100 1"]);
        let runs = all.runs();
        assert_eq!(runs.len(), 12);
        assert_eq!(runs[3], Run { point: 1, seed: 4 });
        assert_eq!(all.describe(1), "point 2 (entities = 40, params.eta = 0.5)");
        // Without seeds that of the scenario, and without keys one point.
        let one = design(&[]).unwrap();
        assert_eq!(one.runs(), [Run { point: 0, seed: 9 }]);
        assert_eq!(design(&["--set", "seed=5,7"]).unwrap().runs().len(), 2);
    }

    #[test]
    fn a_hypercube_takes_the_place_of_one_key() {
        let line = ["--latin", "8", "--set", "params.eta=0:2", "--set", "entities=10:20"];
        let all = design(&[&line[..], &["--set", "dt=1,0.5"]].concat()).unwrap();
        assert_eq!(all.keys, ["params.eta", "entities", "dt"]);
        assert_eq!(all.points.len(), 16);
        for point in &all.points {
            assert!((0.0..2.0).contains(&point.values[0].parse::<f64>().unwrap()));
            assert!((10..=20).contains(&point.values[1].parse::<u32>().unwrap()));
        }
        let other = design(&[&line[..], &["--latin-seed", "2"]].concat()).unwrap();
        assert_ne!(other.points[0].values[0], all.points[0].values[0]);
    }

    #[test]
    fn rows_of_a_table_are_points_and_seeds_their_runs() {
        let all =
            rows("# by hand\nparams.eta,seed,world.edge\n0.5,1,wall\n1,1,\"wall\"\n0.5,2,wall\n");
        let all = all.unwrap();
        assert_eq!(all.keys, ["params.eta", "world.edge"]);
        assert_eq!(all.points.len(), 2);
        assert_eq!(all.points[0].seeds.to_string(), "1..2");
        let spread = rows("\u{feff}a;b\r\n1;2\r\n3;4\r\n").unwrap();
        assert_eq!(spread.points[1].values, ["3", "4"]);
        for (bad, why) in [
            ("", "no header"),
            ("a,b\n", "no rows"),
            ("a,\n1,2\n", "column 2 has no name"),
            ("a,b\n1\n", "line 2: 1 value, but the header has 2 names"),
            ("a,b\n1,\n", "line 2: `b` is empty"),
            ("a\n1\n\n1\n", "line 4: the same"),
            ("a,seed\n1,2\n1,2\n", "line 3: the same"),
            ("a,seed\n1,x\n", "line 2: `seed` is \"x\""),
            ("a\n\"1\n", "line 2: a quote"),
        ] {
            let problem = rows(bad).unwrap_err();
            assert!(problem.contains(why), "{bad:?}: {problem}");
        }
    }

    #[test]
    fn what_makes_no_points_is_refused() {
        for (line, why) in [
            (&["--set", "dt"][..], "KEY=VALUES"),
            (&["--set", "dt=0:1"], "needs a step"),
            (&["--set", "dt=1", "--set", "dt=2"], "`dt` is set twice"),
            (&["--seeds", "1..3", "--set", "seed=4"], "given already"),
            (&["--set", "dt=0:1:0.0001", "--seeds", "1..1000"], "at most 1,000,000"),
            (&["--latin", "5", "--set", "dt=1"], "needs a range"),
            (&["--set", "dt=1,,2"], "value 2 is empty"),
        ] {
            let problem = design(line).unwrap_err();
            assert!(problem.contains(why), "{line:?}: {problem}");
        }
    }
}
