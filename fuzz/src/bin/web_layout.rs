//! Settings, columns and snapshots that a page hands to the module are taken or refused: never a
//! panic, and never a byte written outside the array that was given.

#![no_main]

use flockwork_fuzz::{Budget, Bytes};
use flockwork_models::{Boids, Discs, LennardJones, Tribes, Vicsek};
use flockwork_scheduler::registry::Part;
use flockwork_scheduler::{Progress, Setting};
use flockwork_scheduler_web::backend::World;
use flockwork_scheduler_web::{Config, Entry, Kinds, OnWorkers, measures};
use libfuzzer_sys::fuzz_target;

const KINDS: Kinds = Kinds(&[
    Entry::of::<Boids, OnWorkers>(),
    Entry::of::<Tribes, OnWorkers>(),
    Entry::of::<Vicsek, OnWorkers>(),
    Entry::of::<Discs, OnWorkers>(),
    Entry::of::<LennardJones, OnWorkers>(),
]);

/// Names of settings, good ones and others.
const NAMES: [&str; 22] = [
    "model",
    "entities",
    "seed_low",
    "seed_high",
    "dt",
    "width",
    "height",
    "edge",
    "rank",
    "ranks",
    "regions",
    "regions_rows",
    "regions_cols",
    "rebalance",
    "other_params",
    "other_arithmetic",
    "params.radius",
    "params.max_speed",
    "params.vision",
    "params.",
    "params",
    "constructor",
];

fuzz_target!(|data: &[u8]| {
    let mut bytes = Bytes(data);
    let mut usual = config(bytes.below(KINDS.0.len() as u32));
    let good = usual.clone();
    for _ in 0..bytes.below(6) {
        let (name, value) = (NAMES[bytes.below(NAMES.len() as u32) as usize], number(&mut bytes));
        // More is no other code, and takes longer.
        let most = if name == "entities" { f64::from(Budget::ENTITIES) } else { f64::INFINITY };
        let _ = usual.set(name, if value > most { most } else { value });
    }
    for _ in 0..bytes.below(4) {
        add_column(&mut usual, &mut bytes);
    }
    if let Ok(mut world) = KINDS.build(usual.clone()) {
        use_it(&mut world, &mut bytes);
    }
    // A good world, and the settings above for its snapshot, some of it changed.
    let Ok(mut world) = KINDS.build(good.clone()) else { panic!("the usual") };
    while matches!(world.poll(), Ok(Progress::Waiting)) {}
    let Ok(mut snapshot) = world.snapshot() else { panic!("a world between ticks") };
    let restored = KINDS.restore(&snapshot, good.clone());
    assert!(restored.is_ok(), "a snapshot is of its own run");
    for _ in 0..bytes.below(4) {
        let at = bytes.below(snapshot.len() as u32) as usize;
        snapshot[at] = bytes.byte();
    }
    if bytes.below(2) == 1 {
        let checksum = crc32fast::hash(&snapshot[16..]);
        snapshot[12..16].copy_from_slice(&checksum.to_le_bytes());
    }
    for config in [good, usual] {
        if let Ok(mut world) = KINDS.restore(&snapshot, config) {
            use_it(&mut world, &mut bytes);
        }
    }
});

/// A column of the entities at tick 0, of which most values may be.
fn add_column(config: &mut Config, bytes: &mut Bytes<'_>) {
    const COLUMNS: [&str; 8] = ["id", "x", "y", "vx", "vy", "genes", "tribe", "speed"];
    let name = COLUMNS[bytes.below(COLUMNS.len() as u32) as usize];
    let rows = if bytes.below(4) == 0 { bytes.below(60) } else { 40 };
    let Some(values) = config.column(name, bytes.below(12) % 10, rows as usize) else { return };
    for (value, number) in values.iter_mut().zip(0u32..) {
        *value = f64::from(number % 20);
    }
    if let Some(last) = values.last_mut() {
        *last = number(bytes);
    }
}

/// Settings that make a small world of a model.
fn config(model: u32) -> Config {
    let mut config = Config::default();
    let settings = [
        ("model", f64::from(model)),
        ("entities", 40.0),
        ("dt", 0.01),
        ("width", 24.0),
        ("height", 24.0),
    ];
    assert!(settings.iter().all(|(name, value)| config.set(name, *value)));
    config
}

fn number(bytes: &mut Bytes<'_>) -> f64 {
    const AWKWARD: [f64; 12] = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        2.0,
        17.0,
        4294967296.0,
        1e39,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
    ];
    match bytes.below(3) {
        0 => AWKWARD[bytes.below(AWKWARD.len() as u32) as usize],
        1 => f64::from(bytes.below(64)),
        _ => f64::from_bits(u64::from(bytes.word()) << 32 | u64::from(bytes.word())),
    }
}

fn use_it(world: &mut World, bytes: &mut Bytes<'_>) {
    // Of several ranks one alone waits for ever.
    if !matches!(world.poll(), Ok(Progress::Done)) {
        return;
    }
    for _ in 0..2 {
        world.begin();
        if !matches!(world.poll(), Ok(Progress::Done)) {
            return;
        }
    }
    for _ in 0..3 {
        let part = Part {
            column: [bytes.below(20), bytes.word()][bytes.below(2) as usize] as usize,
            component: [bytes.below(10), bytes.word()][bytes.below(2) as usize],
        };
        let stride = [bytes.below(40), bytes.word()][bytes.below(2) as usize] as usize;
        let mut target = vec![0xa5; bytes.below(2000) as usize];
        let written = world.publish(part, stride, &mut target);
        assert!(written.is_ok_and(|count| count as usize <= target.len()));
    }
    let _ = (world.row(bytes.word()), world.report(), world.doing());
    let _ = measures::value(world, bytes.below(40) as usize);
    let name = ["radius", "max_speed", "tribes", "along", ""][bytes.below(5) as usize];
    let value = match bytes.below(4) {
        0 => Setting::Text("x".repeat(bytes.below(300) as usize)),
        1 => Setting::List((0..bytes.below(9)).map(|_| number(bytes)).collect()),
        _ => Setting::Number(number(bytes)),
    };
    let _ = world.set_params(&[(name.into(), value)]);
}
