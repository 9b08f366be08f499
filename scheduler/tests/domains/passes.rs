//! Several passes in one tick, which share what they leave: the bits of a naive twin, under any cut, with
//! mail that is late, across all kinds of ends; and what damaged mail of theirs does.

use flockwork_kernel::{Axes, Axis, Edge, Plane, Space, Vector, World, rng};
use flockwork_scheduler::testing::{Shuffled, Tampered, Way};
use flockwork_scheduler::{
    Cut, DomainError, Executor, Grid, Lane, Partition, Serial, Setup, Simulation, SimulationError,
};

use crate::waves::{CHARGES, FURTHER, MOST, Waves, luck};

const TICKS: u64 = 12;

#[derive(Clone, Copy, Debug, PartialEq)]
struct Wave<A: Axes> {
    id: u32,
    at: Vector<A>,
    charge: f32,
    energy: f32,
}

type World1<A, X> = Simulation<Waves<A>, X>;

fn world<A: Axes, X: Executor>(
    setup: Setup,
    radius: f32,
    cut: Cut,
    executor: X,
) -> Result<World1<A, X>, SimulationError> {
    let params = Waves { radius, ..Waves::default() };
    // Any unevenness at all has the world cut anew.
    let partition = Partition { cut, rebalance: Some(1.0), capacity: None };
    Simulation::new(setup, params, partition, executor, None)
}

fn state<A: Axes, X: Executor>(world: &World1<A, X>) -> Vec<Wave<A>> {
    let mut all = Vec::new();
    world
        .visit(|id, columns, row| {
            let me = columns.row(row);
            all.push(Wave { id, at: me.position, charge: me.charge, energy: me.energy });
        })
        .unwrap();
    all.sort_by_key(|wave| wave.id);
    all
}

/// All states, from the first one on.
fn history<A: Axes, X: Executor>(mut world: World1<A, X>) -> Vec<Vec<Wave<A>>> {
    let mut states = vec![state(&world)];
    for _ in 0..TICKS {
        world.step().unwrap();
        world.recount().unwrap();
        states.push(state(&world));
    }
    states
}

/// A neighbour: its place in the list, the way to it, and the squared distance.
type Near<A> = (usize, Vector<A>, f32);

/// Everybody closer than `radius`, in canonical order.
fn near<A: Axes>(grid: &Grid, all: &[Wave<A>], of: usize, radius: f32) -> Vec<Near<A>> {
    let images = |axis: usize, line: u32, x: f32| -> Vec<(i64, f32)> {
        let Some(along) = grid.world().axes().get(axis) else { return vec![(0, x)] };
        let worlds = if along.is_periodic() { -1i32..=1 } else { 0..=0 };
        let line = |by: i32| i64::from(line) + i64::from(by) * i64::from(grid.lines()[axis]);
        worlds.map(|by| (line(by), x + by as f32 * along.length)).collect()
    };
    let mut found = Vec::new();
    for (at, other) in all.iter().enumerate().filter(|(at, _)| *at != of) {
        let cell = grid.cell(other.at);
        let along = |axis: usize| images(axis, cell[axis], other.at.along(axis));
        for (layer, z) in along(2) {
            for (row, y) in along(1) {
                for (col, x) in along(0) {
                    let offset = Vector::of(x, y, z) - all[of].at;
                    let d2 = offset.length_squared();
                    if d2 < radius * radius {
                        found.push(((layer, row, col, other.id), (at, offset, d2)));
                    }
                }
            }
        }
    }
    found.sort_by_key(|(order, _)| *order);
    found.into_iter().map(|(_, near)| near).collect()
}

/// An event: target, source, what it carries.
type Letter = (u32, u32, f32);

fn step<A: Axes>(
    grid: &Grid,
    radius: f32,
    setup: &Setup,
    tick: u64,
    all: &[Wave<A>],
    next_id: &mut u32,
) -> Vec<Wave<A>> {
    let (mut letters, mut births): (Vec<Letter>, Vec<(usize, f32)>) = (Vec::new(), Vec::new());
    let chance = |of: usize, which: usize| luck(setup, tick, all[of].id)[which];
    let mut densities = Vec::new();
    for of in 0..all.len() {
        let mut density = 0.0;
        let near = near(grid, all, of, radius);
        near.iter().for_each(|(at, _, d2)| density += *d2 + all[*at].charge);
        densities.push(density);
        if let Some((last, ..)) = near.last().filter(|_| chance(of, 0) < 0.2) {
            letters.push((all[*last].id, all[of].id, 0.5));
        }
    }
    let mut pulls = Vec::new();
    for of in 0..all.len() {
        let mut pull = Vector::<A>::default();
        for (at, offset, _) in near(grid, all, of, radius * FURTHER[0]) {
            pull += offset * densities[at];
        }
        pulls.push(pull * (densities[of] * 0.01));
        if chance(of, 1) < 0.05 {
            births.push((of, 0.25));
        }
    }
    let mut gains = vec![0.0; all.len()];
    for of in (0..all.len()).filter(|of| all[*of].charge > CHARGES[0]) {
        let mut near = near(grid, all, of, radius * FURTHER[1]);
        near.retain(|(at, ..)| all[*at].charge <= CHARGES[1]);
        let mut ranks: Vec<_> =
            near.iter().map(|(at, _, d2)| (d2.to_bits(), all[*at].id)).collect();
        ranks.sort();
        ranks.truncate(MOST as usize);
        near.retain(|(at, _, d2)| ranks.contains(&(d2.to_bits(), all[*at].id)));
        let mut sum = 0.0;
        near.iter().for_each(|(at, ..)| sum += densities[*at]);
        gains[of] = (sum + densities[of]) * 0.125;
        if let Some((last, offset, _)) = near.last().filter(|_| chance(of, 2) < 0.5) {
            letters.push((all[*last].id, all[of].id, 1.5 + all[*last].charge));
            let _ = offset;
            births.push((of, place_of(grid, all, of, *last, radius)));
        }
    }
    let mut new = all.to_vec();
    letters.sort_by_key(|(target, source, value)| (*target, *source, value.to_bits()));
    for (target, _, value) in letters {
        let me = new.iter_mut().find(|wave| wave.id == target).unwrap();
        me.energy = me.energy * 0.75 + value;
        me.charge = if value > 1.0 { 1.0 - me.charge } else { me.charge * 0.875 };
    }
    births.sort_by_key(|(of, _)| *of);
    let mut children = Vec::new();
    for (of, child) in births {
        new[of].energy *= 0.5;
        let (charge, energy) = (1.0 - new[of].charge, new[of].energy + child);
        children.push(Wave { id: *next_id, charge, energy, ..new[of] });
        *next_id += 1;
    }
    for (of, wave) in new.iter_mut().enumerate() {
        let step = pulls[of].limited(0.5 * radius);
        let bounded = flockwork_kernel::integrate::EdgeLanes::of(grid.world());
        let (at, by) = (wave.at + step, step);
        let lanes = flockwork_kernel::simd::Vector8::<A, flockwork_kernel::isa::Baseline>::all;
        wave.at = bounded.bound(lanes(at), lanes(by)).0.first();
        wave.energy = wave.energy * 0.875 + gains[of];
    }
    new.retain(|wave| luck(setup, tick, wave.id)[3] >= 0.06);
    new.append(&mut children);
    // -0.0 becomes +0.0.
    new.iter_mut()
        .for_each(|wave| (wave.charge, wave.energy) = (wave.charge + 0.0, wave.energy + 0.0));
    new
}

/// Where the last neighbour is along x, in the image in which it is near.
fn place_of<A: Axes>(grid: &Grid, all: &[Wave<A>], of: usize, last: usize, radius: f32) -> f32 {
    let x = all[last].at.along(0);
    let Some(axis) = grid.world().axes().first().filter(|axis| axis.is_periodic()) else {
        return x;
    };
    let far = |x: &f32| (x - all[of].at.along(0)).abs();
    let images = [x - axis.length, x, x + axis.length];
    let _ = radius;
    images.into_iter().min_by(|one, other| far(one).total_cmp(&far(other))).unwrap()
}

/// Worlds of all kinds of ends, and how they are cut.
fn cases<A: Axes>(mut each: impl FnMut(Setup, f32, Cut)) {
    let edges = [Edge::Periodic, Edge::Wall, Edge::Open];
    let kinds = 3usize.pow(A::COUNT as u32);
    for kind in 0..kinds {
        let bits = rng::draw(7, 0, kind as u32, 0);
        let radius = 0.5 + rng::unit(bits[0]);
        let axis = |at: usize, long: f32| {
            let edge = edges[kind / 3usize.pow(at as u32) % 3];
            // Narrower than some see, where that is allowed.
            let length =
                if edge == Edge::Periodic { long } else { long * rng::unit(bits[at]) + 0.3 };
            Axis { length: length * radius, edge }
        };
        let axes = [axis(0, 6.2), axis(1, 8.1), axis(2, 7.0)];
        let world = World::of(&axes[..A::COUNT]).unwrap();
        let population = if A::SPACE { 36 } else { 70 };
        let setup = Setup { world, population, seed: kind as u64, dt: 0.1 };
        let layers = if A::SPACE { 2 } else { 1 };
        let cuts = [
            Cut::Parts(2 + bits[1] % 6),
            Cut::Grid { cols: 2, rows: 1, layers: 1 },
            Cut::Grid { cols: 1, rows: 2, layers },
        ];
        each(setup, radius, cuts[bits[2] as usize % 3]);
    }
}

fn has_the_bits_of_its_twin<A: Axes>() {
    let (mut events, mut births, mut deaths, mut cut_worlds) = (0, 0, 0, 0);
    cases::<A>(|setup, radius, cut| {
        let mut one = world::<A, _>(setup, radius, Cut::Parts(1), Serial::default()).unwrap();
        let grid = *one.grid();
        let (mut twin, mut next_id) = (state(&one), one.next_id());
        let mut whole = vec![twin.clone()];
        for tick in 0..TICKS {
            twin = step(&grid, radius, &setup, tick, &twin, &mut next_id);
            one.step().unwrap();
            assert_eq!(state(&one), twin, "tick {tick} of {setup:?}");
            whole.push(twin.clone());
        }
        let counted = one.counters();
        events += counted.events;
        births += counted.births;
        deaths += counted.deaths;
        if let Ok(many) = world::<A, _>(setup, radius, cut, Serial::default()) {
            assert!(history(many) == whole, "cut into {cut}: {setup:?}");
            let late = world::<A, _>(setup, radius, cut, Shuffled::new(setup.seed)).unwrap();
            assert!(history(late) == whole, "late mail, {cut}: {setup:?}");
            cut_worlds += 1;
        }
    });
    assert!(events > 100 && births > 100 && deaths > 100 && cut_worlds > 3);
}

#[test]
fn passes_that_share_have_the_bits_of_their_twin() {
    has_the_bits_of_its_twin::<Plane>();
}

#[test]
fn passes_that_share_in_space_have_the_bits_of_their_twin() {
    has_the_bits_of_its_twin::<Space>();
}

#[test]
fn damaged_mail_between_passes_is_told_and_the_last_tick_is_kept() {
    type Damage = fn(u32, &[u8]) -> Vec<(u32, Vec<u8>)>;
    let damages: [(&str, Damage); 5] = [
        ("nothing", |_, _| Vec::new()),
        ("a byte short", |from, bytes| vec![(from, bytes[..bytes.len() - 1].to_vec())]),
        ("twice", |from, bytes| vec![(from, bytes.to_vec()), (from, bytes.to_vec())]),
        ("one too few", |from, bytes| {
            let mut bytes = bytes[..bytes.len() - 4].to_vec();
            bytes[12] -= 1;
            vec![(from, bytes)]
        }),
        ("another tick", |from, bytes| vec![(from, [&[bytes[0] ^ 1], &bytes[1..]].concat())]),
    ];
    for (what, damage) in damages {
        let executor = Tampered::new(move |Way { lane, tick, from, .. }: Way, bytes: &[u8]| {
            if lane as u32 == Lane::Share as u32 && tick == 2 && from == 1 {
                damage(from, bytes)
            } else {
                vec![(from, bytes.to_vec())]
            }
        });
        let setup = Setup {
            world: World::new(9.0, 7.0, Edge::Periodic).unwrap(),
            population: 120,
            seed: 3,
            dt: 0.25,
        };
        let cut = Cut::Grid { cols: 2, rows: 2, layers: 1 };
        let mut world = world::<Plane, _>(setup, 0.8, cut, executor).unwrap();
        (0..2).for_each(|_| world.step().unwrap());
        let before = world.snapshot().unwrap();
        let error = world.step().unwrap_err();
        let expected = DomainError::Protocol { from: 1, tick: 2 };
        assert_eq!(error, SimulationError::Domain(expected), "{what}");
        assert!(world.snapshot().unwrap() == before, "{what}");
    }
}
