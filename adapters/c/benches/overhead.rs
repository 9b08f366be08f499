//! What the C face costs over the same calls in Rust: `cargo xtask c-bench`.
//!
//! The shared library is loaded as a C program would, and asked what the crates are asked directly, in
//! turns within one run. Time is that of the processor, so that other programs count little. Results are
//! compared before anything is timed.

#![allow(unsafe_code, reason = "it calls C")]

use std::ffi::{CStr, CString, c_char, c_void};
use std::hint::black_box;
use std::path::Path;
use std::ptr::{null, null_mut};

use flockwork_cli::Registry;
use flockwork_cli::stepped::{Order, Stepped};
use flockwork_kernel::integrate::{Timestep, slices::semi_implicit_euler};
use flockwork_kernel::rng;
use flockwork_kernel::{Edge, World};
use flockwork_spatial::{Hit, Index, Query};
use libloading::Library;
use rustix::time::{ClockId, clock_gettime};

/// Entities.
const COUNT: usize = 100_000;
/// Both take so many turns.
const ROUNDS: usize = 21;
/// The most results of a query.
const MOST: usize = 64;

#[repr(C)]
struct Points {
    x: *const f32,
    y: *const f32,
    z: *const f32,
    stride: usize,
    count: usize,
}

#[repr(C)]
struct Axes {
    axes: u32,
    lengths: [f32; 3],
    edges: [u32; 3],
}

type New = unsafe extern "C" fn(*const c_char, *const c_char, u32, *mut *mut c_void) -> i32;
type Step = unsafe extern "C" fn(*mut c_void, u64) -> i32;
type Fingerprint = unsafe extern "C" fn(*mut c_void, *mut u64) -> i32;
type Copy = unsafe extern "C" fn(*mut c_void, *const c_char, u32, usize, *mut c_void, usize) -> i32;
type NewIndex = unsafe extern "C" fn(*const Axes, f32, *mut *mut c_void) -> i32;
type Rebuild = unsafe extern "C" fn(*mut c_void, *const Points, *const u32) -> i32;
type Count = unsafe extern "C" fn(*mut c_void, *const f32, f32, *mut u32) -> i32;
type CountEach = unsafe extern "C" fn(*mut c_void, *const Points, f32, *mut u32) -> i32;
type Within =
    unsafe extern "C" fn(*mut c_void, *const f32, f32, *mut Hit, usize, *mut usize) -> i32;
type Nearest = unsafe extern "C" fn(*mut c_void, *const f32, usize, *mut Hit, *mut usize) -> i32;
type Euler = unsafe extern "C" fn(f32, *const Points, *const Points, *const Points) -> i32;
type LastError = unsafe extern "C" fn() -> *const c_char;

/// The library, as C sees it.
struct Face(Library);

impl Face {
    fn function<T: std::marker::Copy>(&self, name: &str) -> T {
        // SAFETY: each name is asked for with the type that the header gives it.
        unsafe { *self.0.get::<T>(name.as_bytes()).expect("the library has the function") }
    }

    fn check(&self, status: i32) {
        if status != 0 {
            // SAFETY: a text of the library, read at once.
            let text = unsafe { CStr::from_ptr(self.function::<LastError>("fw_last_error")()) };
            panic!("{}", text.to_string_lossy());
        }
    }
}

/// Processor time of this process, seconds.
fn now() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

fn timed(work: impl FnOnce()) -> f64 {
    let begin = now();
    work();
    now() - begin
}

/// Has both take turns, and prints the medians and that of the ratios.
fn compare(what: &str, each: usize, mut c: impl FnMut(), mut rust: impl FnMut()) {
    let (mut times, mut ratios) = ([Vec::new(), Vec::new()], Vec::new());
    for round in 0..ROUNDS + 1 {
        // Who comes first changes, too.
        let (a, b) = if round % 2 == 0 {
            let a = timed(&mut c);
            (a, timed(&mut rust))
        } else {
            let b = timed(&mut rust);
            (timed(&mut c), b)
        };
        if round > 0 {
            times[0].push(a);
            times[1].push(b);
            ratios.push(a / b);
        }
    }
    let median = |list: &mut Vec<f64>| {
        list.sort_by(f64::total_cmp);
        list[list.len() / 2]
    };
    let ns = |seconds: f64| seconds * 1e9 / each as f64;
    let [c, rust] = &mut times;
    let (c, rust, ratio) = (ns(median(c)), ns(median(rust)), median(&mut ratios));
    println!("| {what} | {c:.1} | {rust:.1} | {:+.1} % |", (ratio - 1.0) * 100.0);
}

fn main() {
    let path = std::env::var_os("FLOCKWORK_LIBRARY");
    let path = path.expect("`cargo xtask c-bench` says in FLOCKWORK_LIBRARY where the library is");
    // SAFETY: the library does nothing when it is loaded.
    let face = Face(unsafe { Library::new(Path::new(&path)) }.expect("the library can be loaded"));
    println!("| what, {COUNT} entities | C, ns each | Rust, ns each | overhead |");
    println!("| --- | ---: | ---: | ---: |");
    stepping(&face);
    asking(&face);
    moving(&face);
}

fn stepping(face: &Face) {
    let text = "model = 'boids'\nentities = 100_000\ndt = 0.05\n\
                [world]\nwidth = 157.08\nheight = 100\n";
    let mut rust =
        Stepped::from_text(&Registry::builtin(), "bench", Path::new("."), text, &[], 1).unwrap();
    let (mut sim, mut fingerprint, text) = (null_mut(), 0, CString::new(text).unwrap());
    let (new, step): (New, Step) = (face.function("fw_sim_new"), face.function("fw_sim_step"));
    let print: Fingerprint = face.function("fw_sim_fingerprint");
    let copy: Copy = face.function("fw_sim_copy");
    // SAFETY: pointers are good, of the lengths that are said; handles are not freed.
    unsafe {
        face.check(new(text.as_ptr(), null(), 1, &mut sim));
        face.check(step(sim, 5));
        rust.step(5).unwrap();
        face.check(print(sim, &mut fingerprint));
    }
    assert_eq!(fingerprint, rust.fingerprint().unwrap());
    compare(
        "a tick of boids",
        COUNT,
        // SAFETY: as before.
        || unsafe { face.check(step(sim, 1)) },
        || rust.step(1).unwrap(),
    );
    let (mut ours, mut theirs) = (vec![0u8; 4 * COUNT], vec![0u8; 4 * COUNT]);
    let x = rust.field("x").unwrap();
    compare(
        "a tick, then x and y by id",
        COUNT,
        // SAFETY: as before.
        || unsafe {
            face.check(step(sim, 1));
            for name in [c"x", c"y"] {
                face.check(copy(sim, name.as_ptr(), 0, 0, theirs.as_mut_ptr().cast(), 4 * COUNT));
            }
        },
        || {
            rust.step(1).unwrap();
            for name in ["x", "y"] {
                let field = rust.field(name).unwrap();
                rust.copy(field, Order::Id, 4, &mut ours).unwrap();
            }
        },
    );
    assert_eq!(ours, theirs);
    black_box(x);
}

fn asking(face: &Face) {
    let side = 125.3;
    let number = |id: usize, axis: u32| {
        let [bits, ..] = rng::draw(1, 0, id as u32, axis);
        side * (bits >> 8) as f32 / (1 << 24) as f32
    };
    let points: Vec<[f32; 2]> = (0..COUNT).map(|id| [number(id, 0), number(id, 1)]).collect();
    let mut rust = Index::new(World::new(side, side, Edge::Periodic).unwrap(), 1.0).unwrap();
    let axes = Axes { axes: 2, lengths: [side; 3], edges: [0; 3] };
    let first = points.as_ptr().cast::<f32>();
    // SAFETY: the second float of the first point.
    let second = unsafe { first.add(1) };
    let given = Points { x: first, y: second, z: null(), stride: 8, count: COUNT };
    let mut index = null_mut();
    let new: NewIndex = face.function("fw_index_new");
    let rebuild: Rebuild = face.function("fw_index_rebuild");
    // SAFETY: pointers are good, of the lengths that are said; handles are not freed.
    unsafe {
        face.check(new(&axes, 1.0, &mut index));
        face.check(rebuild(index, &given, null()));
    }
    rust.rebuild(&points).unwrap();
    compare(
        "the index built anew",
        COUNT,
        // SAFETY: as before.
        || unsafe { face.check(rebuild(index, &given, null())) },
        || rust.rebuild(&points).unwrap(),
    );
    let (count, each): (Count, CountEach) =
        (face.function("fw_index_count"), face.function("fw_index_count_each"));
    let (mut ours, mut theirs) = (vec![0u32; COUNT], vec![0u32; COUNT]);
    let mut ask = || {
        for (place, point) in ours.iter_mut().zip(&points) {
            *place = rust.count_radius(*point, 1.0).unwrap();
        }
    };
    compare(
        "count within a radius, a call each",
        COUNT,
        || {
            for (place, point) in theirs.iter_mut().zip(&points) {
                // SAFETY: as before.
                unsafe { face.check(count(index, point.as_ptr(), 1.0, place)) }
            }
        },
        &mut ask,
    );
    compare(
        "count within a radius, one call",
        COUNT,
        // SAFETY: as before.
        || unsafe { face.check(each(index, &given, 1.0, theirs.as_mut_ptr())) },
        ask,
    );
    assert_eq!(ours, theirs);
    let (within, nearest): (Within, Nearest) =
        (face.function("fw_index_within"), face.function("fw_index_nearest"));
    let (mut ours, mut theirs) = ([Hit::default(); MOST], [Hit::default(); MOST]);
    let (mut all, mut all_ours, mut found) = (0, 0, 0);
    compare(
        "hits within a radius, a call each",
        COUNT,
        || {
            for point in &points {
                // SAFETY: as before; a hit lies as that of the header.
                unsafe {
                    let hits = theirs.as_mut_ptr();
                    face.check(within(index, point.as_ptr(), 1.0, hits, MOST, &mut found));
                }
                all += found;
            }
        },
        || {
            for point in &points {
                all_ours += Query::radius(&rust, *point, 1.0, &mut ours, MOST).unwrap();
            }
        },
    );
    assert_eq!(all, all_ours);
    compare(
        "8 nearest, a call each",
        COUNT,
        || {
            for point in &points {
                // SAFETY: as before.
                unsafe {
                    let hits = theirs.as_mut_ptr();
                    face.check(nearest(index, point.as_ptr(), 8, hits, &mut found));
                }
            }
        },
        || {
            for point in &points {
                black_box(rust.nearest(*point, 8, &mut ours).unwrap());
            }
        },
    );
    assert_eq!(ours, theirs);
}

fn moving(face: &Face) {
    let column = |value: f32| vec![value; COUNT];
    let (mut a, forces) = ([1.0, 2.0, 0.5, 0.25].map(column), [0.125, 0.0625].map(column));
    let mut b = a.clone();
    let points = |x: &[f32], y: &[f32]| Points {
        x: x.as_ptr(),
        y: y.as_ptr(),
        z: null(),
        stride: 0,
        count: COUNT,
    };
    let euler: Euler = face.function("fw_euler");
    let dt = Timestep::new(0.001).unwrap();
    compare(
        "an Euler step, 2 axes",
        COUNT,
        || {
            let [x, y, vx, vy] = &mut a;
            let (places, moving) = (points(x, y), points(vx, vy));
            let forces = points(&forces[0], &forces[1]);
            // SAFETY: pointers are good, of the lengths that are said, and apart.
            unsafe { face.check(euler(0.001, &places, &moving, &forces)) }
        },
        || {
            let [x, y, vx, vy] = &mut b;
            let [ax, ay] = &forces;
            semi_implicit_euler(dt, [&mut x[..], y], [&mut vx[..], vy], [&ax[..], ay]).unwrap();
        },
    );
    assert_eq!(a, b);
}
