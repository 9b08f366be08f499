//! Models behind names: what they refuse, tables at tick 0, snapshots, metrics.

use std::sync::Arc;

use flockwork_kernel::{Edge, World};
use flockwork_models::threads::entry;
use flockwork_scheduler::{
    Arithmetic, Cut, Misfit, ParamError, Setup, SimulationError, SnapshotError, Table, TableColumn,
    snapshot,
};
use flockwork_scheduler_native::{BuildError, Config, Entry, Options, ThreadsError};

fn config() -> Config {
    let world = World::new(20.0, 16.0, Edge::Periodic).unwrap();
    Config {
        setup: Setup { world, population: 800, seed: 4, dt: 0.05 },
        params: Vec::new(),
        table: None,
        fields: Vec::new(),
        options: Options { workers: 2, ..Options::default() },
    }
}

fn refusal(config: &Config) -> BuildError {
    let entry = entry("boids").unwrap();
    let error = entry.check(config).unwrap_err();
    assert_eq!(entry.build(config).err(), Some(error.clone()), "check and build differ");
    error
}

#[test]
fn what_cannot_be_is_refused_before_anything_is_made() {
    let mut bad = config();
    bad.options.workers = 0;
    assert_eq!(refusal(&bad), ThreadsError::Workers { given: 0 }.into());
    bad.options.workers = 5000;
    assert_eq!(refusal(&bad), ThreadsError::Workers { given: 5000 }.into());
    let mut bad = config();
    bad.setup.population = u32::MAX;
    let expected = SimulationError::Population { given: u32::MAX.into() };
    assert_eq!(refusal(&bad), expected.into());
    for dt in [-0.1, f32::INFINITY] {
        let mut bad = config();
        bad.setup.dt = dt;
        assert_eq!(refusal(&bad), SimulationError::Timestep { given: dt }.into());
    }
    for cut in [Cut::Parts(0), Cut::Grid { cols: 1, rows: 1000, layers: 1 }, Cut::Parts(u32::MAX)] {
        let mut bad = config();
        bad.options.cut = Some(cut);
        assert!(matches!(refusal(&bad), BuildError::Simulation(SimulationError::Cut(_))));
    }
    for (name, value) in [("no_such", 1.0), ("max_speed", -1.0), ("neighbor_radius", 9.0)] {
        let mut bad = config();
        bad.params = vec![(name.into(), value.into())];
        assert!(matches!(refusal(&bad), BuildError::Simulation(_)), "{name}");
    }
    let mut bad = config();
    bad.params = vec![("separation_radius".into(), 2.0.into())];
    let BuildError::Simulation(SimulationError::Param(ParamError::Conflict { name, .. })) =
        refusal(&bad)
    else {
        panic!("{:?}", refusal(&bad))
    };
    assert_eq!(name, "separation_radius");
}

#[test]
fn what_memory_is_said_to_be_taken_is_taken_however_many_regions_there_are() {
    let plane = World::new(60.0, 50.0, Edge::Periodic).unwrap();
    let open = World::new(60.0, 50.0, Edge::Open).unwrap();
    let space = World::space(18.0, 15.0, 12.0, Edge::Periodic).unwrap();
    let bytes = |entry: Entry, world: World, regions: u32| {
        let options = Options {
            workers: 1,
            cut: Some(Cut::Parts(regions)),
            rebalance: false,
            ..Options::default()
        };
        let setup = Setup { world, population: 20_000, seed: 4, dt: 0.01 };
        let config = Config { setup, options, ..config() };
        let said = entry.check(&config).unwrap().bytes_estimate;
        let mut world = entry.build(&config).unwrap();
        world.run(3).unwrap();
        (said, world.metrics().unwrap().peak_memory_bytes)
    };
    let (boids, tribes) = (entry("boids").unwrap(), entry("tribes").unwrap());
    for (entry, world) in [(boids, plane), (tribes, plane), (boids, open), (boids, space)] {
        for regions in [1, 4, 100, 1000] {
            let (said, taken) = bytes(entry, world, regions);
            let ratio = taken as f64 / said as f64;
            let what =
                format!("{} in {world}: {said} said, {taken} taken by {regions}", entry.name);
            assert!((0.7..1.7).contains(&ratio), "{what}");
        }
    }
}

fn column(name: &str, values: &[f64]) -> TableColumn {
    TableColumn { name: name.into(), component: 0, values: values.to_vec() }
}

fn with_table(rows: usize, columns: Vec<TableColumn>) -> Config {
    let mut config = config();
    config.setup.population = 3;
    config.options.cut = Some(Cut::Parts(2));
    config.table = Some(Arc::new(Table { rows, columns, ..Table::default() }));
    config
}

#[test]
fn a_table_that_does_not_fit_is_told_with_its_column_and_row() {
    let xs = [1.0, 2.0, 3.0];
    let ys = || column("y", &xs);
    for (table, parts) in [
        (with_table(4, vec![column("x", &[0.0; 4])]), &["4 rows", "3"][..]),
        (with_table(3, vec![column("x", &xs[..2])]), &["`x`", "2 values", "3"]),
        (with_table(3, vec![column("speed", &xs)]), &["`speed`", "x, y"]),
        (with_table(3, vec![column("ax", &xs)]), &["`ax`"]),
        (with_table(3, vec![column("x", &[1.0, f64::NAN, 3.0]), ys()]), &["row 2", "`x` is NaN"]),
        (with_table(3, vec![column("x", &[1.0, 2.0, 1e39]), ys()]), &["row 3", "`x` is 1e39"]),
        (with_table(3, vec![column("id", &[1.0, 2.5, 3.0])]), &["`id` is 2.5", "whole number"]),
        (with_table(3, vec![column("id", &[-1.0, 2.0, 3.0])]), &["row 1", "`id` is -1"]),
        (with_table(3, vec![ys(), ys()]), &["two columns `y`"]),
        (
            with_table(3, vec![TableColumn { component: 1, ..column("x", &xs) }]),
            &["`x`", "component 1"],
        ),
        (
            with_table(3, vec![column("id", &[5.0, 1.0, 5.0])]),
            &["row 1 and row 3 both have the id 5", "must be unique"],
        ),
        (
            with_table(3, vec![column("x", &xs), column("y", &[1.0, 16.5, 3.0])]),
            &["row 2 (entity 1)", "`y` is 16.5", "inside the world, from 0 to 16"],
        ),
        (
            with_table(3, vec![column("id", &[7.0, 700.0, 8.0]), column("x", &[1.0, -1.0, 1.0])]),
            &["row 2 (id 700)", "`x` is -1", "inside the world, from 0 to 20"],
        ),
    ] {
        let error = refusal(&table);
        assert!(matches!(error, BuildError::Simulation(SimulationError::Initial(_))));
        let text = error.to_string();
        for part in parts {
            assert!(text.contains(part), "{text}: no {part}");
        }
    }
}

#[test]
fn of_a_vector_a_table_has_all_or_nothing() {
    let xs = [1.0, 2.0, 3.0];
    for (given, missing) in [("x", "y"), ("y", "x"), ("vx", "vy"), ("vy", "vx")] {
        let text = refusal(&with_table(3, vec![column(given, &xs)])).to_string();
        let wanted = format!("a column `{given}` but no `{missing}`");
        assert!(text.contains(&wanted), "{text}");
    }
    let genes = [0.0, 0.5, 1.0];
    let config = with_table(3, vec![TableColumn { component: 2, ..column("genes", &genes) }]);
    let text = entry("tribes").unwrap().check(&config).unwrap_err().to_string();
    assert!(text.contains("a column `genes_2` but no `genes_0`"), "{text}");
}

#[test]
fn at_the_seam_of_a_torus_a_position_is_where_it_began() {
    // As a 32-bit number the first is the side itself, 20.
    let columns =
        || vec![column("x", &[19.999_999_99, 20.0, 19.5]), column("y", &[0.0, -0.0, 1.0])];
    let entry = entry("boids").unwrap();
    let world = entry.build(&with_table(3, columns())).unwrap();
    let rows = world.rows().unwrap();
    let words = |at: usize| -> Vec<u32> {
        let row = |row: &[u8]| u32::from_le_bytes(row[at..at + 4].try_into().unwrap());
        rows.bytes.chunks_exact(rows.stride).map(row).collect()
    };
    assert_eq!(words(4), [0, 0, 19.5f32.to_bits()]);
    assert_eq!(words(8), [0, 0, 1.0f32.to_bits()]);
    // Between walls it stays at the wall.
    let mut walls = with_table(3, columns());
    walls.setup.world = World::new(20.0, 16.0, Edge::Wall).unwrap();
    let rows = entry.build(&walls).unwrap().rows().unwrap();
    assert_eq!(rows.bytes[4..8], 20.0f32.to_le_bytes());
}

#[test]
fn a_table_sets_the_columns_it_has_and_the_model_the_others() {
    let entry = entry("tribes").unwrap();
    let gene = |component| TableColumn { component, ..column("genes", &[0.25, 0.5, 0.75]) };
    let mut columns = vec![
        column("x", &[1.5, 2.5, 3.5]),
        column("y", &[4.5, 5.5, 6.5]),
        column("tribe", &[3.0, 0.0, 1.0]),
    ];
    columns.extend((0..9).map(gene));
    let table = with_table(3, columns);
    let given = entry.build(&table).unwrap();
    let spawned = entry.build(&Config { table: None, ..table }).unwrap();
    let (given, spawned) = (given.rows().unwrap(), spawned.rows().unwrap());
    let mut wanted = spawned.bytes.clone();
    // id, x, y, vx, vy, energy: six words, then nine genes and the tribe.
    for (row, (x, tribe, gene)) in wanted.chunks_exact_mut(spawned.stride).zip([
        (1.5f32, 3u8, 0.25f32),
        (2.5, 0, 0.5),
        (3.5, 1, 0.75),
    ]) {
        row[4..8].copy_from_slice(&x.to_le_bytes());
        row[8..12].copy_from_slice(&(x + 3.0).to_le_bytes());
        for number in 0..9 {
            row[24 + 4 * number..][..4].copy_from_slice(&gene.to_le_bytes());
        }
        row[60] = tribe;
    }
    assert_eq!(given.bytes, wanted);
}

#[test]
fn a_snapshot_goes_on_under_other_workers() {
    let tribes = entry("tribes").unwrap();
    let mut world = tribes.build(&config()).unwrap();
    world.run(30).unwrap();
    let bytes = world.snapshot().unwrap();
    assert_eq!(snapshot::header(&bytes).unwrap().tick, 30);
    world.run(30).unwrap();
    for (workers, cut) in [(1, None), (3, Some(Cut::Grid { cols: 2, rows: 3, layers: 1 }))] {
        let mut again = tribes
            .restore(&bytes, Arithmetic::Same, &Options { workers, cut, ..Options::default() })
            .unwrap();
        again.run(30).unwrap();
        assert_eq!((again.tick(), again.fingerprint()), (60, world.fingerprint()));
        assert_eq!(again.metrics().unwrap().ticks, 30);
        again.recount().unwrap();
    }
    let options = config().options;
    let foreign =
        entry("boids").unwrap().restore(&bytes, Arithmetic::Same, &options).err().unwrap();
    let SnapshotError::Misfit(Misfit::OtherModel { found, .. }) = (match foreign {
        BuildError::Simulation(SimulationError::Snapshot(error)) => error,
        other => panic!("{other}"),
    }) else {
        panic!("not refused as another model's")
    };
    assert_eq!(found, "tribes");
    let none = tribes.restore(&bytes, Arithmetic::Same, &Options { workers: 0, ..options }).err();
    assert_eq!(none, Some(ThreadsError::Workers { given: 0 }.into()));
}

#[test]
fn metrics_add_up() {
    let mut config = config();
    config.options.cut = Some(Cut::Grid { cols: 2, rows: 2, layers: 1 });
    let mut world = entry("tribes").unwrap().build(&config).unwrap();
    world.run(50).unwrap();
    let metrics = world.metrics().unwrap();
    assert_eq!((metrics.ticks, metrics.workers, metrics.regions), (50, 2, 4));
    assert_eq!(metrics.tick_ns.len(), 50);
    assert_eq!((metrics.per_worker.len(), metrics.per_region.len()), (2, 4));
    let owned: u64 = metrics.per_region.iter().map(|region| region.owned).sum();
    assert_eq!(owned, world.population());
    assert_eq!(world.population(), 800 + metrics.counters.births - metrics.counters.deaths);
    assert!(
        metrics.counters.migrations > 0
            && metrics.counters.ghosts > 0
            && metrics.counters.events > 0
    );
    assert!(metrics.counters.bytes > 0 && metrics.counters.messages > 0);
    assert!(metrics.peak_memory_bytes >= metrics.memory_bytes);
    let phase = |name: &str| metrics.phases_ns.iter().find(|(known, _)| *known == name).unwrap().1;
    for name in ["sort", "neighbours", "commit", "route", "receive"] {
        assert!(phase(name) > 0, "no time in {name}");
    }
    let busy: u64 = metrics.per_worker.iter().map(|worker| worker.busy_ns).sum();
    let phases: u64 = metrics.phases_ns.iter().map(|(_, ns)| ns).sum::<u64>() - phase("wait");
    assert!(phases <= busy, "{phases} ns in phases, {busy} ns in regions");
    assert_eq!(world.stats().unwrap().len(), entry("tribes").unwrap().stats.len());
}
