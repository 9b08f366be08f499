//! Once warm, a tick allocates nothing: an allocator counts.
//!
//! It has a binary of its own, since it counts for the whole process.

#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use flockwork_kernel::{Edge, World};
use flockwork_models::threads::entry;
use flockwork_scheduler::{Cut, Setup};
use flockwork_scheduler_native::{Config, Entry, Options};

/// The system's allocator, counting.
struct Counting;

/// Calls that asked for memory.
static CALLS: AtomicU64 = AtomicU64::new(0);

// SAFETY: every call is handed on to the system's allocator with the same arguments.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        CALLS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        CALLS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        CALLS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `realloc`.
        unsafe { System.realloc(memory, layout, size) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// One test counts at a time.
static TURN: Mutex<()> = Mutex::new(());

/// Ticks that are counted.
const TICKS: u64 = 100;

/// Calls for memory of a run, however many ticks it has.
const ONCE: u64 = 8;

/// Calls for memory in [`TICKS`] ticks after `warm` ticks; and the births and deaths in them.
fn calls(entry: Entry, setup: Setup, params: &[(&str, f64)], warm: u64) -> (u64, u64, u64) {
    let _turn = TURN.lock().unwrap();
    let config = Config {
        setup,
        params: params.iter().map(|(name, value)| (name.to_string(), (*value).into())).collect(),
        table: None,
        fields: Vec::new(),
        options: Options {
            workers: 2,
            cut: Some(Cut::Grid { cols: 3, rows: 2, layers: 1 }),
            rebalance: false,
            deadline: None,
        },
    };
    let mut world = entry.build(&config).unwrap();
    world.run(warm).unwrap();
    let before = world.metrics().unwrap().counters;
    // To give the simulation to the pool and take it back allocates, however many ticks follow.
    let calls = CALLS.load(Ordering::Relaxed);
    world.run(1).unwrap();
    let once = CALLS.load(Ordering::Relaxed) - calls;
    let calls = CALLS.load(Ordering::Relaxed);
    world.run(TICKS).unwrap();
    let calls = CALLS.load(Ordering::Relaxed) - calls;
    assert!(once <= ONCE, "{}: {once} calls to enter the pool", entry.name);
    let counted = world.metrics().unwrap().counters.since(&before);
    (calls, counted.events, counted.births)
}

fn setup(width: f32, height: f32, population: u32, dt: f32) -> Setup {
    Setup { world: World::new(width, height, Edge::Periodic).unwrap(), population, seed: 5, dt }
}

#[test]
fn a_warm_tick_of_a_steady_model_allocates_nothing() {
    // In a crowd that gathers somewhere, one region's buffers grow now and then: these do not.
    for (entry, setup, params) in [
        (
            entry("vicsek").unwrap(),
            setup(30.0, 30.0, 3000, 1.0),
            &[("eta", 6.2), ("speed", 0.3)][..],
        ),
        (entry("discs").unwrap(), setup(200.0, 160.0, 4000, 0.02), &[]),
        (entry("lennard_jones").unwrap(), setup(80.0, 60.0, 3500, 0.005), &[]),
        (entry("boids").unwrap(), setup(40.0, 40.0, 4000, 0.05), &[("separation_radius", 1.0)]),
    ] {
        let (calls, ..) = calls(entry, setup, params, 1000);
        assert!(calls <= ONCE, "{}: {calls} calls for memory in {TICKS} ticks", entry.name);
    }
}

#[test]
fn a_warm_tick_with_events_births_and_deaths_allocates_nothing() {
    let setup = setup(50.0, 40.0, 5000, 0.05);
    let (calls, events, births) = calls(entry("tribes").unwrap(), setup, &[], 2000);
    assert!(events > 1000 && births > 100, "{events} events, {births} births");
    assert!(calls <= ONCE, "{calls} calls for memory in {TICKS} ticks");
}

#[test]
fn the_allocator_counts() {
    let _turn = TURN.lock().unwrap();
    let before = CALLS.load(Ordering::Relaxed);
    let list = std::hint::black_box(vec![1u8; 100]);
    assert!(CALLS.load(Ordering::Relaxed) > before, "{}", list.len());
}
