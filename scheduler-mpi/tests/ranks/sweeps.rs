//! A sweep whose runs are shared by ranks: each run is whole on one of them.

use std::fs;

use crate::job::{Place, scenario};

/// A file of a sweep.
fn table(place: &Place, name: &str) -> String {
    fs::read_to_string(place.path(name)).unwrap()
}

#[test]
fn ranks_share_the_runs_and_the_points_are_the_same() {
    let place = Place::new();
    let line = format!(
        "sweep {} --set entities=300,400 --scale --set params.eta=0.5:2.5:1 --seeds 1..2 \
         --ticks 30 --from 5 --every 3",
        scenario("vicsek-10k")
    );
    let native = place.command("examples/native", &format!("{line} --out native")).end();
    assert!(native.status.success(), "{native:?}");
    let wanted = table(&place, "native/points.csv");
    assert_eq!(wanted.lines().count(), 7, "{wanted}");
    for ranks in [2, 3] {
        let out = format!("ranks-{ranks}");
        let ended = place.ranks(&format!("-n {ranks} flockwork-mpi {line} --out {out}"));
        assert!(ended.status.success(), "{ended:?}");
        assert!(ended.out.contains("all 12 runs have finished"), "{ended:?}");
        assert_eq!(table(&place, &format!("{out}/points.csv")), wanted, "{ranks} ranks");
        // Every rank has run its share.
        for rank in 1..=ranks {
            let rows = table(&place, &format!("{out}/rows-{rank}-of-{ranks}.csv"));
            assert_eq!(rows.lines().count(), 1 + 12 / ranks as usize, "{rows}");
        }
    }
    // One that another number of ranks has begun is gone on with.
    fs::remove_file(place.path("ranks-3/rows-2-of-3.csv")).unwrap();
    fs::remove_file(place.path("ranks-3/points.csv")).unwrap();
    let ended = place.ranks(&format!("-n 2 flockwork-mpi {line} --out ranks-3 --quiet"));
    assert!(ended.status.success() && ended.out.is_empty(), "{ended:?}");
    assert_eq!(table(&place, "ranks-3/points.csv"), wanted);
    let refused = place.ranks(&format!("-n 2 flockwork-mpi {line} --out ranks-3 --part 1/2"));
    assert!(!refused.status.success() && refused.err.contains("--part is for one process"));
}
