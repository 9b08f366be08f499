//! Worlds that begin with a table have the fingerprints of `scheduler/golden/tables.txt`, which pages
//! are held against too.

use std::sync::Arc;

use flockwork_kernel::{Axis, Edge, World};
use flockwork_models::threads;
use flockwork_scheduler::registry::number_names;
use flockwork_scheduler::{Cut, Setup, Table, TableColumn};
use flockwork_scheduler_native::{Config, Entry, Options};

const GOLDEN: &str = include_str!("../../scheduler/golden/tables.txt");

/// One case of the file, with its fingerprints.
struct Case {
    name: String,
    entry: Entry,
    config: Config,
    at: Vec<(u64, u64)>,
}

fn cases() -> Vec<Case> {
    let lines = GOLDEN.lines().map(|line| line.split('#').next().unwrap_or("").trim());
    let text: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    let begins = text.iter().enumerate().filter(|(_, line)| line.starts_with("case "));
    let begins: Vec<usize> = begins.map(|(at, _)| at).chain([text.len()]).collect();
    begins.windows(2).map(|range| case(&text[range[0]..range[1]])).collect()
}

fn case(lines: &[&str]) -> Case {
    let words = |key: &str| -> Vec<Vec<&str>> {
        let all = lines.iter().map(|line| line.split_whitespace().collect::<Vec<_>>());
        all.filter(|words| words[0] == key).map(|words| words[1..].to_vec()).collect()
    };
    let one = |key: &str| words(key)[0][0].to_string();
    let entry = threads::entry(&one("model")).unwrap();
    let axis = |words: &[&str]| {
        let edge = Edge::from_name(words[1]).unwrap();
        Axis { length: words[0].parse().unwrap(), edge }
    };
    let axes: Vec<Axis> = words("world")[0].chunks(2).map(axis).collect();
    let world = World::of(&axes).unwrap();
    let population: u32 = one("entities").parse().unwrap();
    let column = |words: &Vec<&str>| {
        let (_, column, component) = number_names(entry.schema_in(&world).unwrap())
            .find(|(name, ..)| name == words[0])
            .unwrap();
        let number = |at: usize| words[at].parse::<u64>().unwrap();
        let value = |row: u64| (row * number(1) % number(2)) as f64 / number(3) as f64;
        let values = (0..u64::from(population)).map(value).collect();
        TableColumn { name: column.name.into(), component, values }
    };
    let columns = words("column").iter().map(column).collect();
    let table = Table { rows: population as usize, columns, ..Table::default() };
    let (seed, dt) = (one("seed").parse().unwrap(), one("dt").parse().unwrap());
    let at = words("at")
        .into_iter()
        .map(|words| (words[0].parse().unwrap(), u64::from_str_radix(words[1], 16).unwrap()));
    Case {
        name: one("case"),
        entry,
        config: Config {
            setup: Setup { world, population, seed, dt },
            params: Vec::new(),
            table: Some(Arc::new(table)),
            fields: Vec::new(),
            options: Options::default(),
        },
        at: at.collect(),
    }
}

#[test]
fn a_world_from_a_table_has_its_fingerprints_under_any_cut() {
    let cases = cases();
    assert_eq!(cases.len(), 3);
    for Case { name, entry, config, at } in cases {
        for (workers, cut) in [(1, None), (2, Some(Cut::Parts(5)))] {
            let options = Options { workers, cut, ..Options::default() };
            let mut world = entry.build(&Config { options, ..config.clone() }).unwrap();
            let mut found = Vec::new();
            for tick in [0, 10, 50] {
                world.run(tick - world.tick()).unwrap();
                found.push((tick, world.fingerprint().unwrap()));
            }
            let text = |all: &[(u64, u64)]| -> String {
                all.iter().map(|(tick, seen)| format!("at {tick} {seen:016x}\n")).collect()
            };
            assert_eq!(text(&found), text(&at), "{name} with {workers} workers");
        }
    }
}
