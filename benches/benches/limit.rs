//! The neighbour pass and a tick of a flock beside loops that were tuned by hand for one purpose and
//! one kind of processor: how much generality costs.

use std::hint::black_box;

use flockwork_benches::machine;

fn main() {
    machine::print();
    #[cfg(target_arch = "x86_64")]
    if flockwork_benches::tuned::available() {
        x86::all();
        return;
    }
    println!("the loops tuned by hand need AVX2 and FMA");
}

/// The best of so many rounds in turn.
const ROUNDS: usize = 16;

#[cfg(target_arch = "x86_64")]
mod x86 {
    use flockwork_benches::plain::{self, Boid};
    use flockwork_benches::points::Points;
    use flockwork_benches::race::{By, least, per_entity};
    use flockwork_benches::scheduled::Scheduled;
    use flockwork_benches::tuned::{Flock, Sums};
    use flockwork_benches::world::{FLOCK_DENSITY, FLOCK_DT, World};
    use flockwork_kernel::LANES;

    use super::{ROUNDS, black_box};

    const RADIUS: f32 = 1.0;

    pub fn all() {
        println!("least of {ROUNDS} rounds in turn, ns of processor time per entity:");
        println!("  library / tuned by hand = ratio");
        sums("even, 100k", &Points::new(100_000, FLOCK_DENSITY));
        sums("even, 1M", &Points::new(1_000_000, FLOCK_DENSITY));
        sums("six tight blobs, 100k", &Points::blobs(100_000, FLOCK_DENSITY, 6, 1000.0));
        sums("sparse, 100k", &Points::new(100_000, 0.13));
        flock(100_000);
    }

    fn sums(name: &str, points: &Points) {
        let mut library = Scheduled::new(points, RADIUS);
        let mut tuned = Sums::new(points.side, RADIUS, points.ids.len());
        library.sort();
        let tested = library.pass();
        tuned.sort(&points.xs, &points.ys);
        tuned.pass();
        check(points, &library, &tuned);
        let by = By::Processor;
        let times = {
            let (a, b) = (std::cell::RefCell::new(library), std::cell::RefCell::new(tuned));
            least(
                ROUNDS,
                &mut [
                    &mut || by.time(|| a.borrow_mut().sort()),
                    &mut || {
                        by.time(|| {
                            black_box(a.borrow_mut().pass());
                        })
                    },
                    &mut || by.time(|| b.borrow_mut().sort(&points.xs, &points.ys)),
                    &mut || by.time(|| b.borrow_mut().pass()),
                ],
            )
        };
        let [sort, pass, tuned_sort, tuned_pass]: [f64; 4] =
            std::array::from_fn(|at| per_entity(times[at], points.count()));
        let line = |part: &str, library: f64, tuned: f64| {
            println!("  {name}, {part}: {library:.1} / {tuned:.1} = {:.2}", library / tuned);
        };
        line("sort", sort, tuned_sort);
        line("pass", pass, tuned_pass);
        line("both", sort + pass, tuned_sort + tuned_pass);
        let tests = tested as f64 / f64::from(points.count()) * LANES as f64;
        println!("  {name}: the library tests {tests:.0} pairs per entity");
    }

    /// All counts, and the sums of some, against plain loops in double precision.
    fn check(points: &Points, library: &Scheduled<'_>, tuned: &Sums) {
        let count = points.ids.len();
        let mut by_slot = vec![(0, 0.0f32); count];
        for (at, entry) in library.order.iter().enumerate() {
            by_slot[entry.slot() as usize] = (library.counts[at], library.sums[at]);
        }
        let mut other = vec![(0, 0.0f32); count];
        for (at, &slot) in tuned.slots[..count].iter().enumerate() {
            other[slot as usize] = (tuned.counts[at], tuned.sums[at]);
        }
        for slot in (0..count).step_by(count / 200) {
            let (x, y) = (f64::from(points.xs[slot]), f64::from(points.ys[slot]));
            let (mut low, mut high, mut sum) = (0, 0, 0.0);
            for at in (0..count).filter(|&at| at != slot) {
                let (dx, dy) = (f64::from(points.xs[at]) - x, f64::from(points.ys[at]) - y);
                let d2 = dx * dx + dy * dy;
                low += u32::from(d2 < 0.999);
                high += u32::from(d2 < 1.001);
                sum += if d2 < 1.0 { d2 } else { 0.0 };
            }
            for (n, s) in [by_slot[slot], other[slot]] {
                assert!((low..=high).contains(&n), "slot {slot}: {n} neighbours, {low} to {high}");
                let slack = f64::from(high - low) + 1.0e-3 * (1.0 + sum);
                assert!((f64::from(s) - sum).abs() <= slack, "slot {slot}: {s}, {sum} wanted");
            }
        }
        let total = |list: &[(u32, f32)]| list.iter().map(|one| u64::from(one.0)).sum::<u64>();
        let (ours, theirs) = (total(&by_slot), total(&other));
        let apart = ours.abs_diff(theirs);
        assert!(apart as f64 <= 1.0e-4 * ours as f64, "{ours} neighbours, {theirs} by hand");
    }

    fn flock(count: u32) {
        let mut world = World::flock(count, 1);
        world.restart();
        let boids = |rows: &[[f32; 4]]| -> Vec<Boid> {
            rows.iter().map(|&[x, y, vx, vy]| Boid { x, y, vx, vy }).collect()
        };
        let begin = boids(&world.boids());
        let start = Flock::new(begin.clone(), world.side(), FLOCK_DT);
        let mut plain = plain::Flock::new(begin, world.side(), FLOCK_DT);
        let mut tuned = start.clone();
        plain.tick();
        tuned.tick();
        same(&plain.boids, tuned.boids(), world.side());
        let by = By::Processor;
        let mut at = 0;
        let times = least(
            ROUNDS,
            &mut [&mut || world.run_by(by, 4) / 4, &mut || {
                // The same moments as the world's, so that both are as clustered.
                if at == 0 {
                    tuned = start.clone();
                    tuned.tick();
                }
                at = (at + 1) % 10;
                by.time(|| (0..4).for_each(|_| tuned.tick())) / 4
            }],
        );
        let [library, tuned]: [f64; 2] = std::array::from_fn(|at| per_entity(times[at], count));
        println!("  flock, 100k, tick: {library:.1} / {tuned:.1} = {:.2}", library / tuned);
    }

    /// The boids agree but for rounding; the tuned ones are in another order.
    fn same(plain: &[Boid], tuned: &[Boid], side: f32) {
        assert_eq!(plain.len(), tuned.len());
        let sums = |boids: &[Boid]| {
            let mut sums = [0.0f64; 4];
            for boid in boids {
                let angle = |at: f32| f64::from(at / side) * std::f64::consts::TAU;
                sums[0] += angle(boid.x).sin();
                sums[1] += angle(boid.y).sin();
                sums[2] += f64::from(boid.vx);
                sums[3] += f64::from(boid.vy * boid.x);
            }
            sums
        };
        for (a, b) in sums(plain).into_iter().zip(sums(tuned)) {
            assert!((a - b).abs() <= 1.0e-4 * plain.len() as f64, "{a} and {b}");
        }
    }
}
