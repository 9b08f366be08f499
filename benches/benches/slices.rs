//! Kernels over slices beside a triad (a = b + s c), which is as fast as memory goes, and beside plain
//! loops over columns.
//!
//! A million entities are as many bytes as a few arrays of the largest cache; how many of them stay there
//! depends on how many bytes a loop works on. So there are two triads: one over arrays of a million, and
//! one over as much memory as a step in the plane. Bytes are counted as they are read and written, not
//! what a processor fetches besides: a triad's target is fetched before it is overwritten, a kernel's is
//! read anyway.
//!
//! `cargo bench --bench slices -- 100000 avx2` takes another number of entities, and an instruction set.

use std::hint::black_box;
use std::time::Duration;

use flockwork_benches::machine;
use flockwork_benches::race::{By, least};
use flockwork_kernel::integrate::{Timestep, packed, slices};
use flockwork_kernel::isa::{self, Isa};
use flockwork_kernel::life;
use flockwork_kernel::steer::{self, scalar};
use flockwork_kernel::{Axis, Edge, F32x8, LANES, V2, Vec2, World, rng, simd};

/// The best of so many rounds in turn.
const ROUNDS: usize = 20;
/// How many entities each round computes, all repetitions together.
const WORK: usize = 10_000_000;
const SIDE: f32 = 100.0;
/// So short that nobody leaves the world for the time of the benchmark.
const DT: f32 = 1.0e-3;

fn main() {
    machine::print();
    let words: Vec<String> =
        std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let count = words.iter().find_map(|word| word.parse().ok()).unwrap_or(1_000_000);
    if let Some(set) = words.iter().find_map(|word| isa::Set::named(word)) {
        isa::force(Some(set)).expect("the processor has it");
    }
    check();
    let mut rows = plain(count);
    rows.extend(columns(count));
    rows.extend(vectors(count));
    rows.extend(steering(count));
    print(count, rows);
}

/// One loop: what it is called, how many bytes it reads and writes for each entity, and itself.
struct Row {
    name: &'static str,
    bytes: f64,
    work: Box<dyn FnMut()>,
}

fn row(name: &'static str, bytes: f64, work: impl FnMut() + 'static) -> Row {
    Row { name, bytes, work: Box::new(work) }
}

/// Numbers from `low` to `high`.
fn numbers(count: usize, column: u32, low: f32, high: f32) -> Vec<f32> {
    let unit = |id| rng::unit(rng::draw(1, 2, id, column)[0]);
    (0..count as u32).map(|id| low + (high - low) * unit(id)).collect()
}

fn places(count: usize, column: u32) -> Vec<f32> {
    numbers(count, column, 10.0, SIDE - 10.0)
}

fn speeds(count: usize, column: u32) -> Vec<f32> {
    numbers(count, column, -0.3, 0.3)
}

fn world(x: Edge, y: Edge) -> World {
    let axis = |edge| Axis { length: SIDE, edge };
    World::of(&[axis(x), axis(y)]).expect("a square")
}

fn dt() -> Timestep {
    Timestep::new(DT).expect("a step")
}

/// Triads and loops as one writes them. Bytes are those of one entity in the plane.
fn plain(count: usize) -> Vec<Row> {
    let triad = |count| {
        let (mut a, b, c) = (places(count, 0), places(count, 1), places(count, 2));
        move || {
            for ((a, b), c) in a.iter_mut().zip(&b).zip(&c) {
                *a = *b + 0.5 * *c;
            }
            black_box(&mut a);
        }
    };
    let [mut x, mut y] = [3, 4].map(|column| places(count, column));
    let [v, w] = [5, 6].map(|column| speeds(count, column));
    let drift = move || {
        for (xs, vs) in [(&mut x, &v), (&mut y, &w)] {
            for (x, v) in xs.iter_mut().zip(vs) {
                let mut at = *x + *v * DT;
                if at >= SIDE {
                    at -= SIDE;
                }
                if at < 0.0 {
                    at += SIDE;
                }
                *x = at;
            }
            black_box(xs);
        }
    };
    let [mut x, mut y] = [3, 4].map(|column| places(count, column));
    let [mut v, mut w] = [5, 6].map(|column| speeds(count, column));
    let [a, b] = [7, 8].map(|column| speeds(count, column));
    let euler = move || {
        for (xs, vs, pulls) in [(&mut x, &mut v, &a), (&mut y, &mut w, &b)] {
            for ((x, v), a) in xs.iter_mut().zip(vs).zip(pulls) {
                *v += *a * DT;
                *x += *v * DT;
            }
            black_box(xs);
        }
    };
    vec![
        row("triad", 12.0, triad(count)),
        row("triad, twice as long", 24.0, triad(2 * count)),
        row("loop: drift and wrap", 24.0, drift),
        row("loop: Euler", 40.0, euler),
    ]
}

/// Places, velocities and accelerations in columns.
struct Crowd {
    xs: Vec<f32>,
    ys: Vec<f32>,
    vxs: Vec<f32>,
    vys: Vec<f32>,
    axs: Vec<f32>,
    ays: Vec<f32>,
}

impl Crowd {
    fn new(count: usize) -> Self {
        let [xs, ys] = [3, 4].map(|column| places(count, column));
        let [vxs, vys, axs, ays] = [5, 6, 7, 8].map(|column| speeds(count, column));
        Self { xs, ys, vxs, vys, axs, ays }
    }
}

/// The kernels over columns, each with a crowd of its own.
fn columns(count: usize) -> Vec<Row> {
    let row = |name, bytes, work: fn(&mut Crowd)| {
        let mut crowd = Crowd::new(count);
        row(name, bytes, move || work(&mut crowd))
    };
    vec![
        row("drift, open", 24.0, |c| drift(c, Edge::Open)),
        row("drift, periodic", 24.0, |c| drift(c, Edge::Periodic)),
        row("drift, walls", 32.0, |c| drift(c, Edge::Wall)),
        row("semi_implicit_euler", 40.0, |Crowd { xs, ys, vxs, vys, axs, ays }| {
            slices::semi_implicit_euler(dt(), [xs, ys], [vxs, vys], [axs, ays]).expect("finite");
        }),
        row("step, periodic", 40.0, |Crowd { xs, ys, vxs, vys, axs, ays }| {
            let world = world(Edge::Periodic, Edge::Periodic);
            slices::step(&world, dt(), [xs, ys], [vxs, vys], [axs, ays]).expect("finite");
        }),
        row("apply_edge, periodic (wrap)", 16.0, |c| edge(c, Edge::Periodic)),
        row("apply_edge, walls", 32.0, |c| edge(c, Edge::Wall)),
        row("limit_speed", 16.0, |Crowd { vxs, vys, .. }| {
            slices::limit_speed(0.0, 9.0, [vxs, vys]).expect("finite");
        }),
        row("drag", 16.0, |Crowd { vxs, vys, .. }| {
            slices::drag(dt(), 1.0e-3, [vxs, vys]).expect("finite");
        }),
        row("life: damage", 16.0, |Crowd { xs, vxs, vys, .. }| {
            life::slices::damage(xs, vxs, vys).expect("finite");
        }),
    ]
}

fn drift(crowd: &mut Crowd, edge: Edge) {
    let Crowd { xs, ys, vxs, vys, .. } = crowd;
    slices::drift(&world(edge, edge), dt(), [xs, ys], [vxs, vys]).expect("finite");
}

fn edge(crowd: &mut Crowd, edge: Edge) {
    let Crowd { xs, ys, vxs, vys, .. } = crowd;
    slices::apply_edge(&world(edge, edge), [xs, ys], [vxs, vys]).expect("finite");
}

/// The same side by side.
struct Pairs {
    places: Vec<[f32; 2]>,
    velocities: Vec<[f32; 2]>,
    accelerations: Vec<[f32; 2]>,
}

impl Pairs {
    fn new(count: usize) -> Self {
        let pairs = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| [*a, *b]).collect();
        let Crowd { xs, ys, vxs, vys, axs, ays } = Crowd::new(count);
        Self {
            places: pairs(&xs, &ys),
            velocities: pairs(&vxs, &vys),
            accelerations: pairs(&axs, &ays),
        }
    }
}

/// The kernels over vectors side by side.
fn vectors(count: usize) -> Vec<Row> {
    let row = |name, bytes, work: fn(&mut Pairs)| {
        let mut pairs = Pairs::new(count);
        row(name, bytes, move || work(&mut pairs))
    };
    vec![
        row("packed: drift, periodic", 24.0, |Pairs { places, velocities, .. }| {
            let world = world(Edge::Periodic, Edge::Periodic);
            packed::drift(&world, dt(), places, velocities).expect("finite");
        }),
        row("packed: drift, corridor", 32.0, |Pairs { places, velocities, .. }| {
            let world = world(Edge::Periodic, Edge::Wall);
            packed::drift(&world, dt(), places, velocities).expect("finite");
        }),
        row("packed: semi_implicit_euler", 40.0, |Pairs { places, velocities, accelerations }| {
            packed::semi_implicit_euler(dt(), places, velocities, accelerations).expect("finite");
        }),
        row("packed: step, periodic", 40.0, |Pairs { places, velocities, accelerations }| {
            let world = world(Edge::Periodic, Edge::Periodic);
            packed::step(&world, dt(), places, velocities, accelerations).expect("finite");
        }),
        row("packed: limit_speed", 16.0, |Pairs { velocities, .. }| {
            packed::limit_speed(0.0, 9.0, velocities).expect("finite");
        }),
    ]
}

/// One behaviour for all, eight at a time; and one by one, as a program does that has one entity.
fn steering(count: usize) -> Vec<Row> {
    let row = |name, work: fn(&mut Crowd)| {
        let mut crowd = Crowd::new(count);
        row(name, 32.0, move || work(&mut crowd))
    };
    vec![
        row("seek: lanes of all entities", |crowd| isa::dispatch(Seek(crowd))),
        row("seek: scalar", |Crowd { xs, ys, vxs, vys, axs, ays }| {
            for at in 0..xs.len() {
                let (p, v) = (Vec2::new(xs[at], ys[at]), Vec2::new(vxs[at], vys[at]));
                let wish = scalar::seek(p, v, Vec2::new(50.0, 50.0), 2.0);
                (axs[at], ays[at]) = (wish.x, wish.y);
            }
        }),
        row("seek: eight lanes for each one", |Crowd { xs, ys, vxs, vys, axs, ays }| {
            for at in 0..xs.len() {
                let (p, v) = (V2::splat(xs[at], ys[at]), V2::splat(vxs[at], vys[at]));
                let wish = steer::seek(p, v, V2::splat(50.0, 50.0), F32x8::splat(2.0)).first();
                (axs[at], ays[at]) = (wish.x, wish.y);
            }
        }),
    ]
}

struct Seek<'a>(&'a mut Crowd);

impl isa::Task for Seek<'_> {
    type Output = ();
    #[inline(always)]
    fn run<S: Isa>(self) {
        let Crowd { xs, ys, vxs, vys, axs, ays } = self.0;
        let target = simd::V2::<S>::splat(50.0, 50.0);
        for at in (0..xs.len()).step_by(LANES) {
            let p = simd::V2::new(simd::F32x8::load(&xs[at..]), simd::F32x8::load(&ys[at..]));
            let v = simd::V2::new(simd::F32x8::load(&vxs[at..]), simd::F32x8::load(&vys[at..]));
            let wish = steer::seek(p, v, target, simd::F32x8::splat(2.0));
            wish.x.store(&mut axs[at..]);
            wish.y.store(&mut ays[at..]);
        }
    }
}

/// A step of both forms, against a plain loop.
fn check() {
    let (before, mut crowd, mut pairs) = (Crowd::new(1003), Crowd::new(1003), Pairs::new(1003));
    let Crowd { xs, ys, vxs, vys, axs, ays } = &mut crowd;
    let world = world(Edge::Periodic, Edge::Periodic);
    slices::step(&world, dt(), [xs, ys], [vxs, vys], [axs, ays]).expect("finite");
    let Pairs { places, velocities, accelerations } = &mut pairs;
    packed::step(&world, dt(), places, velocities, accelerations).expect("finite");
    for at in 0..xs.len() {
        let v = before.vxs[at] + before.axs[at] * DT;
        assert_eq!((xs[at], vxs[at]), (before.xs[at] + v * DT, v), "columns, {at}");
        assert_eq!((places[at], velocities[at]), ([xs[at], ys[at]], [vxs[at], vys[at]]), "{at}");
    }
}

/// Times all of them in turn.
fn print(count: usize, mut rows: Vec<Row>) {
    let repeat = (WORK / count).max(1);
    let mut timed: Vec<Box<dyn FnMut() -> Duration + '_>> = rows
        .iter_mut()
        .map(|row| {
            let work = &mut row.work;
            let time = move || By::Processor.time(|| (0..repeat).for_each(|_| work()));
            Box::new(time) as Box<dyn FnMut() -> Duration + '_>
        })
        .collect();
    let mut runners: Vec<&mut dyn FnMut() -> Duration> =
        timed.iter_mut().map(|work| work.as_mut() as &mut dyn FnMut() -> Duration).collect();
    let times = least(ROUNDS, &mut runners);
    drop(timed);
    let total = (count * repeat) as f64;
    let seconds: Vec<f64> = times.iter().map(Duration::as_secs_f64).collect();
    let bandwidth = |at: usize| rows[at].bytes * total / seconds[at] / 1.0e9;
    println!("{count} entities in the plane, {}, least of {ROUNDS} rounds in turn:", isa::chosen());
    println!("| loop | ns an entity | GB/s | of a triad | of one over twice as much |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    for (at, row) in rows.iter().enumerate() {
        println!(
            "| {} | {:.3} | {:.1} | {:.2} | {:.2} |",
            row.name,
            seconds[at] * 1.0e9 / total,
            bandwidth(at),
            bandwidth(at) / bandwidth(0),
            bandwidth(at) / bandwidth(1),
        );
    }
}
