//! Many ticks of migration, birth, death and moving borders: no id lost or doubled.
//!
//! After every tick the simulation itself adds up the entities of all ranks and a hash of their
//! ids, and holds them against births and deaths; here that is held against what a run leaves
//! behind.

use std::time::Duration;

use crate::job::{Place, scenario};
use crate::same::recorded;

fn soak(entities: u64, ticks: u64, ranks: u32) {
    let place = Place::lasting(Duration::from_secs(120 + entities * ticks / 500_000));
    let name = scenario("tribes-10k");
    let line = format!("run {name} --entities {entities} --scale --ticks {ticks}");
    let more =
        format!("--workers 1 --regions 9 --record rows --every {ticks} --report report.json");
    let fingerprint = place.on_ranks(ranks, &format!("{line} {more}"));
    let report = place.json("report.json");
    let number = |key: &str| report[key].as_u64().unwrap();
    let (born, died, left) = (number("births"), number("deaths"), number("population"));
    println!(
        "{entities} entities, {ticks} ticks, {ranks} ranks: {born} births, {died} deaths, {} \
         migrations, {} rebalances, {left} left, fingerprint {fingerprint}, {} s",
        number("migrations"),
        number("rebalances"),
        report["seconds"]
    );
    assert!(born > 0 && died > 0 && number("migrations") > 0);
    assert_eq!(number("entities") + born - died, left);
    let per_rank = report["per_rank"].as_array().unwrap().iter();
    assert_eq!(per_rank.map(|one| one["owned"].as_u64().unwrap()).sum::<u64>(), left);
    // `recorded` refuses ids that are there twice.
    let last = recorded(&place.path("rows")).into_keys().filter(|(tick, _)| *tick == ticks);
    assert_eq!(last.count() as u64, left);
    assert_eq!(place.native(&line), fingerprint);
}

#[test]
fn nothing_is_lost_in_a_short_run() {
    soak(3000, 800, 3);
}

#[test]
#[ignore = "long: cargo xtask mpi-test --soak"]
fn nothing_is_lost_in_a_long_run() {
    soak(50_000, 20_000, 2);
}
