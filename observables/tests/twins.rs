//! Every observable is what its definition says, in worlds of all kinds.

use std::collections::BTreeMap;

use flockwork_kernel::world::Axis;
use flockwork_kernel::{Axes, Plane, Space, Vector, World};
use flockwork_observables::{
    Clusters, DensityMap, Displacement, FluxMap, Lags, Look, NeighbourNumbers, Observable,
    ObserveError, Radial, Speeds, Structure, Table, VelocityCorrelation, naive,
};
use quickcheck::QuickCheck;

/// Sides on which all that is computed is exact: places are multiples of a 64th.
const SIDE: f32 = 8.0;

/// A world whose axes are periodic, walled or open, by the digits of `kind` to the base of three.
fn world<A: Axes>(kind: u8) -> World {
    let of = [Axis::periodic, Axis::wall, Axis::open];
    let kinds = [kind % 3, kind / 3 % 3, kind / 9 % 3];
    let axes = kinds.map(|kind| of[usize::from(kind)](SIDE));
    World::of(&axes[..A::COUNT]).unwrap()
}

type Numbers = [u16; 3];

fn place<A: Axes>(of: (u16, u16, u16)) -> Vector<A> {
    let [x, y, z] = [of.0, of.1, of.2].map(|number| f32::from(number % 512) / 64.0);
    Vector::of(x, y, z)
}

fn looked<A: Axes, T: Observable<A>>(mut observable: T, places: &[Vector<A>]) -> T {
    let ids: Vec<u32> = (0..places.len() as u32).collect();
    observable.look(&Look { tick: 0, places, ids: &ids, velocities: places, groups: &[] }).unwrap();
    observable
}

fn counts_are_those_of_the_twins<A: Axes>(kind: u8, places: &[(u16, u16, u16)]) -> bool {
    let world = world::<A>(kind);
    let places: Vec<Vector<A>> = places.iter().map(|of| place(*of)).collect();
    let radial = looked(Radial::<A>::new(world, 2.0, 8).unwrap(), &places);
    let groups: Vec<u8> = (0..places.len()).map(|at| [1, 2, 3, 0, 2][at % 5]).collect();
    let mut between = Radial::<A>::between(world, 2.0, 8).unwrap();
    let ids: Vec<u32> = (0..places.len() as u32).collect();
    let look = Look { tick: 0, places: &places, ids: &ids, velocities: &[], groups: &groups };
    between.look(&look).unwrap();
    let near = naive::near(&world, &places, 1.5);
    let numbers = looked(NeighbourNumbers::<A>::new(world, 1.5).unwrap(), &places).table();
    let numbers = numbers.wholes("count").unwrap().to_vec();
    let clusters = looked(Clusters::<A>::new(world, 0.75).unwrap(), &places);
    radial.pairs() == naive::pairs(&world, &places, 2.0, 8)
        && between.pairs() == naive::pairs_between(&world, &places, &groups, 2.0, 8)
        && numbers.iter().sum::<u64>() == near.len() as u64
        && (0..numbers.len()).all(|number| {
            numbers[number] == near.iter().filter(|one| **one == number as u64).count() as u64
        })
        && *clusters.sizes() == naive::clusters(&world, &places, 0.75)
}

#[test]
fn pairs_neighbours_and_clusters_are_those_of_the_twins() {
    fn plane(kind: u8, places: Vec<(u16, u16, u16)>) -> bool {
        counts_are_those_of_the_twins::<Plane>(kind, &places)
    }
    fn space(kind: u8, places: Vec<(u16, u16, u16)>) -> bool {
        counts_are_those_of_the_twins::<Space>(kind, &places)
    }
    QuickCheck::new().tests(200).quickcheck(plane as fn(_, _) -> _);
    QuickCheck::new().tests(200).quickcheck(space as fn(_, _) -> _);
}

/// Numbers spread evenly, the same in every run.
fn even(seed: u64) -> impl FnMut() -> f32 {
    let mut state = seed;
    move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u64 << 24) as f32
    }
}

#[test]
fn g_is_1_of_chance_between_walls_too() {
    fn held<A: Axes>(kind: u8) {
        let world = world::<A>(kind);
        let mut next = even(7);
        let mut radial = Radial::<A>::new(world, 3.5, 7).unwrap();
        for _ in 0..20 {
            let any = |_| Vector::of(next() * SIDE, next() * SIDE, next() * SIDE);
            radial = looked(radial, &(0..1000).map(any).collect::<Vec<_>>());
        }
        for (g, pairs) in radial.table().reals("g").unwrap().iter().zip(radial.pairs()) {
            // Five times the error of a count, and what the pairs of one entity have in common. Without
            // the correction the last bins would miss a quarter and more.
            let error = 5.0 / (*pairs as f64).sqrt() + 0.015;
            assert!((g - 1.0).abs() < error, "{kind}: {g} +- {error}");
        }
    }
    for kind in [0, 1, 4] {
        held::<Plane>(kind);
    }
    for kind in [0, 1, 4, 13] {
        held::<Space>(kind);
    }
}

#[test]
fn groups_spread_evenly_have_a_g_of_one_and_all_of_one_group_are_all() {
    let world = world::<Plane>(1);
    let mut next = even(11);
    let places: Vec<Vector<Plane>> =
        (0..2000).map(|_| Vector::of(next() * SIDE, next() * SIDE, 0.0)).collect();
    let ids: Vec<u32> = (0..2000).collect();
    let found = |groups: &[u8]| {
        let mut between = Radial::<Plane>::between(world, 2.0, 4).unwrap();
        let look = Look { tick: 0, places: &places, ids: &ids, velocities: &[], groups };
        between.look(&look).unwrap();
        between.table()
    };
    let of = |at: u32| if at.is_multiple_of(3) { 1 } else { 2 };
    let table = found(&ids.iter().map(|id| of(*id)).collect::<Vec<u8>>());
    assert_eq!(table.counts, [("entities", 667), ("others", 1333)]);
    assert!(table.reals("g").unwrap().iter().all(|g| (g - 1.0).abs() < 0.05), "{table:?}");
    let (all, usual) =
        (found(&[3; 2000]), looked(Radial::new(world, 2.0, 4).unwrap(), &places).table());
    assert_eq!(all.reals("within"), usual.reals("within"));
    for (a, b) in all.reals("g").unwrap().iter().zip(usual.reals("g").unwrap()) {
        assert!((a - b).abs() < 1.0e-12);
    }
    let short = Look { tick: 0, places: &places, ids: &ids, velocities: &[], groups: &[1] };
    let refused = Radial::<Plane>::between(world, 2.0, 4).unwrap().look(&short).unwrap_err();
    assert_eq!(refused.to_string(), "there are 1 groups for 2000 places: one for each is needed");
}

#[test]
fn threads_share_the_entities_of_a_structure_factor_and_change_no_bit() {
    let mut next = even(5);
    let places: Vec<Vector<Plane>> =
        (0..333).map(|_| Vector::of(next() * SIDE, next() * SIDE, 0.0)).collect();
    let table = |threads| {
        let structure = Structure::new(world::<Plane>(0), 6.0, 30, 9).unwrap();
        looked(structure.on_threads(threads), &places).table()
    };
    for threads in [0, 2, 3, 7, 1000] {
        assert_eq!(table(threads), table(1));
    }
}

#[test]
fn the_structure_factor_is_that_of_the_twin() {
    fn held<A: Axes>() {
        let world = world::<A>(0);
        let mut next = even(3);
        let places: Vec<Vector<A>> =
            (0..50).map(|_| Vector::of(next() * SIDE, next() * SIDE, next() * SIDE)).collect();
        let k = 1.5 * std::f64::consts::TAU / f64::from(SIDE);
        // One shell up to the diagonals: of k and -k one.
        let table = looked(Structure::<A>::new(world, k, 1, 100).unwrap(), &places).table();
        let plane = [[1, 0, 0], [0, 1, 0], [1, 1, 0], [1, -1, 0]];
        let more = [[0, 0, 1], [1, 0, 1], [1, 0, -1], [0, 1, 1], [0, 1, -1]];
        let waves: Vec<_> = plane.iter().chain(more.iter().filter(|_| A::SPACE)).collect();
        assert_eq!(table.wholes("vectors").unwrap(), [waves.len() as u64]);
        let sum: f64 = waves.iter().map(|wave| naive::structure(&world, &places, **wave)).sum();
        let found = table.reals("s").unwrap()[0];
        assert!((found - sum / waves.len() as f64).abs() < 1.0e-6, "{found} {sum}");
    }
    held::<Plane>();
    held::<Space>();
}

#[test]
fn a_lattice_has_a_peak_of_its_number_and_nothing_before() {
    let places: Vec<Vector<Plane>> =
        (0..64u8).map(|at| Vector::of(f32::from(at % 8), f32::from(at / 8), 0.0)).collect();
    // Shells that hold one multiple of 2 pi / 8 each.
    let unit = std::f64::consts::TAU / 8.0;
    let structure = Structure::<Plane>::new(world::<Plane>(0), 8.5 * unit, 17, 1000).unwrap();
    let table = looked(structure, &places).table();
    for ((k, s), n) in table
        .reals("k")
        .unwrap()
        .iter()
        .zip(table.reals("s").unwrap())
        .zip(table.wholes("vectors").unwrap())
    {
        // (8, 0) and (0, 8) are peaks, among all of their shell.
        let peaks = if (k / unit - 8.0).abs() < 0.25 { 2.0 } else { 0.0 };
        assert!((s - peaks * 64.0 / *n as f64).abs() < 1.0e-5, "{k} {s}");
    }
}

/// A course of entities that are born, walk over seams and die, and what an observer sees of it.
struct Walk<A: Axes> {
    world: World,
    /// Where they are, seams counted.
    course: naive::Course,
    /// How fast they are.
    velocities: naive::Course,
    axes: std::marker::PhantomData<A>,
}

impl<A: Axes> Walk<A> {
    fn new(kind: u8, steps: &[Numbers], looks: usize) -> Self {
        let world = world::<A>(kind);
        let (mut course, mut velocities) = (Vec::new(), Vec::new());
        for look in 0..looks {
            let (mut places, mut speeds) = (BTreeMap::new(), BTreeMap::new());
            for (id, step) in steps.iter().enumerate() {
                let (born, dies) = (usize::from(step[0] % 4), 4 + usize::from(step[1] % 16));
                if !(born..dies).contains(&look) {
                    continue;
                }
                let mut at = [0.0; 3];
                let mut speed = [0.0; 3];
                for (axis, at) in at.iter_mut().enumerate().take(A::COUNT) {
                    // Up to three eighths of an axis at each step; walls stay far.
                    let far = if world.axes()[axis].is_periodic() { 384 } else { 8 };
                    let step = i32::from(step[axis]) % far - far / 2;
                    speed[axis] = f64::from(step) / 64.0;
                    *at = 4.0 + (look - born) as f64 * speed[axis];
                }
                places.insert(id as u32, at);
                speeds.insert(id as u32, speed);
            }
            course.push(places);
            velocities.push(speeds);
        }
        Self { world, course, velocities, axes: std::marker::PhantomData }
    }

    fn shown(&self, observable: &mut impl Observable<A>) {
        let vector = |at: [f64; 3]| Vector::of(at[0] as f32, at[1] as f32, at[2] as f32);
        for (look, now) in self.course.iter().enumerate() {
            let ids: Vec<u32> = now.keys().copied().collect();
            let wrapped = |at: &[f64; 3]| {
                let mut at = *at;
                for (at, axis) in at.iter_mut().zip(self.world.axes()) {
                    if axis.is_periodic() {
                        *at = at.rem_euclid(f64::from(axis.length));
                    }
                }
                vector(at)
            };
            let places: Vec<Vector<A>> = now.values().map(wrapped).collect();
            let velocities: Vec<Vector<A>> =
                self.velocities[look].values().map(|speed| vector(*speed)).collect();
            let tick = look as u64 * 5;
            let look =
                Look { tick, places: &places, ids: &ids, velocities: &velocities, groups: &[] };
            observable.look(&look).unwrap();
        }
    }
}

const LAGS: Lags = Lags { every: 5, lags: 6, origins: 2, dt: 0.5 };

fn lags_are_those_of_the_twin<A: Axes>(kind: u8, steps: &[Numbers]) -> bool {
    let walk = Walk::<A>::new(kind, steps, 12);
    let mut displacement = Displacement::<A>::new(walk.world, LAGS).unwrap();
    let mut velocity = VelocityCorrelation::<A>::new(LAGS).unwrap();
    walk.shown(&mut displacement);
    walk.shown(&mut velocity);
    let (msd, vacf) = (displacement.table(), velocity.table());
    let near = |found: f64, twin: f64| {
        (found - twin).abs() <= 1.0e-12 * twin.abs() || found.is_nan() && twin.is_nan()
    };
    (0..=6).all(|lag| {
        let twin = |course, squares| naive::lagged(course, lag, 2, squares);
        near(msd.reals("msd").unwrap()[lag], twin(&walk.course, true))
            && near(vacf.reals("vacf").unwrap()[lag], twin(&walk.velocities, false))
            && msd.wholes("pairs").unwrap()[lag] == vacf.wholes("pairs").unwrap()[lag]
    })
}

#[test]
fn displacements_and_velocities_are_those_of_the_twins_over_seams_births_and_deaths() {
    fn steps(steps: Vec<(u16, u16, u16)>) -> Vec<Numbers> {
        steps.into_iter().map(|(x, y, z)| [x, y, z]).collect()
    }
    fn plane(kind: u8, of: Vec<(u16, u16, u16)>) -> bool {
        lags_are_those_of_the_twin::<Plane>(kind, &steps(of))
    }
    fn space(kind: u8, of: Vec<(u16, u16, u16)>) -> bool {
        lags_are_those_of_the_twin::<Space>(kind, &steps(of))
    }
    QuickCheck::new().tests(200).quickcheck(plane as fn(_, _) -> _);
    QuickCheck::new().tests(200).quickcheck(space as fn(_, _) -> _);
}

#[test]
fn moves_over_a_quarter_of_an_axis_are_counted() {
    let mut walk = Displacement::<Plane>::new(world::<Plane>(0), LAGS).unwrap();
    for (tick, x) in [(0, 0.5), (1, 7.5), (2, 4.0), (3, 2.5)] {
        let places = [Vector::of(x, 1.0, 0.0)];
        walk.look(&Look { tick, places: &places, ids: &[0], velocities: &[], groups: &[] })
            .unwrap();
    }
    // Backwards over the seam by 1, then by 3.5, then by 1.5.
    assert_eq!(walk.table().counts, [("far_moves", 1)]);
}

#[test]
fn free_flight_is_known() {
    let world = World::new(8.0, 8.0, flockwork_kernel::Edge::Periodic).unwrap();
    let lags = Lags { every: 2, lags: 10, origins: 3, dt: 0.25 };
    let mut displacement = Displacement::<Plane>::new(world, lags).unwrap();
    let mut velocity = VelocityCorrelation::<Plane>::new(lags).unwrap();
    for tick in 0..100u8 {
        // A speed of (2, -1) per time.
        let (x, y) = (f32::from(tick) * 0.5, f32::from(tick) * -0.25);
        let places = [Vector::of(x.rem_euclid(8.0), y.rem_euclid(8.0), 0.0)];
        let velocities = [Vector::of(2.0, -1.0, 0.0)];
        let look = Look {
            tick: tick.into(),
            places: &places,
            ids: &[3],
            velocities: &velocities,
            groups: &[],
        };
        displacement.look(&look).unwrap();
        velocity.look(&look).unwrap();
    }
    let (msd, vacf) = (displacement.table(), velocity.table());
    for (lag, time) in msd.reals("time").unwrap().iter().enumerate() {
        assert_eq!(msd.reals("msd").unwrap()[lag], 5.0 * time * time);
        assert_eq!(msd.reals("msd_x").unwrap()[lag], 4.0 * time * time);
        assert_eq!(vacf.reals("vacf").unwrap()[lag], 5.0);
        assert_eq!(vacf.reals("diffusion").unwrap()[lag], 2.5 * time);
    }
}

#[test]
fn maps_and_speeds_are_counted_where_they_are() {
    fn property(kind: u8, of: Vec<(u16, u16, u16)>) -> bool {
        let world = world::<Space>(kind);
        let places: Vec<Vector<Space>> = of.iter().map(|of| place(*of)).collect();
        let flux = looked(FluxMap::<Space>::new(world, [4, 2, 8]).unwrap(), &places).table();
        let speeds = looked(Speeds::new(10.0, 5).unwrap(), &places);
        let speeds = Observable::<Space>::table(&speeds);
        let mut counts = vec![0; 64];
        let mut sums = vec![0.0; 64];
        let mut by_speed = [0; 6];
        for at in &places {
            let cell = (at.x / 2.0) as usize + 4 * (at.y / 4.0) as usize + 8 * (at.z as usize);
            counts[cell] += 1;
            // The velocity is the place: multiples of a 64th, whose sums are exact.
            sums[cell] += f64::from(at.y) / 8.0;
            let square =
                f64::from(at.x).powi(2) + f64::from(at.y).powi(2) + f64::from(at.z).powi(2);
            by_speed[((square.sqrt() / 2.0) as usize).min(5)] += 1;
        }
        flux.wholes("count") == Some(&counts)
            && flux.reals("flux_y") == Some(&sums)
            && speeds.wholes("count") == Some(&by_speed[..5])
            && speeds.counts == [("beyond", by_speed[5])]
    }
    QuickCheck::new().tests(200).quickcheck(property as fn(_, _) -> _);
}

/// Two that looked at half of the looks each are one that looked at all.
fn joined<T: Observable<Plane>>(
    make: impl Fn() -> T,
    merge: impl Fn(&mut T, &T) -> Result<(), ObserveError>,
) -> (Table, Table) {
    let mut next = even(11);
    let mut frame = |_| {
        let any = |_| Vector::<Plane>::of(next() * SIDE, next() * SIDE, 0.0);
        (0..200).map(any).collect::<Vec<_>>()
    };
    let frames: Vec<Vec<Vector<Plane>>> = (0..6).map(&mut frame).collect();
    let all = frames.iter().fold(make(), |one, frame| looked(one, frame));
    let mut parts = [make(), make()];
    for (at, frame) in frames.iter().enumerate().rev() {
        let ids: Vec<u32> = (0..200).collect();
        let look = Look { tick: 0, places: frame, ids: &ids, velocities: frame, groups: &[] };
        parts[at % 2].look(&look).unwrap();
    }
    let [mut one, other] = parts;
    merge(&mut one, &other).unwrap();
    assert_eq!(one.samples(), all.samples());
    (one.table(), all.table())
}

#[test]
fn what_two_have_counted_is_what_one_would_have() {
    let world = world::<Plane>(3);
    let periodic = self::world::<Plane>(0);
    let cells = [3, 5, 1];
    let pairs = [
        joined(|| Radial::new(world, 2.0, 16).unwrap(), Radial::merge),
        joined(|| Structure::new(periodic, 5.0, 8, 5).unwrap(), Structure::merge),
        joined(|| Speeds::new(9.0, 30).unwrap(), Speeds::merge),
        joined(|| NeighbourNumbers::new(world, 1.0).unwrap(), NeighbourNumbers::merge),
        joined(|| Clusters::new(world, 0.5).unwrap(), Clusters::merge),
        joined(|| DensityMap::new(world, cells).unwrap(), DensityMap::merge),
        joined(|| FluxMap::new(world, cells).unwrap(), FluxMap::merge),
        // All at tick 0: every look is an origin and lag 0 of all before it, so only that lag counts.
        joined(
            || VelocityCorrelation::new(Lags { lags: 1, ..LAGS }).unwrap(),
            |one, other| one.merge(other),
        ),
    ];
    for (at, (merged, all)) in pairs.iter().enumerate().take(7) {
        assert_eq!(merged, all, "number {at}");
    }
    let mut one = Radial::<Plane>::new(world, 2.0, 16).unwrap();
    let other = Radial::new(world, 2.0, 8).unwrap();
    assert_eq!(one.merge(&other), Err(ObserveError::OtherParameters));
}

#[test]
fn runs_of_displacements_are_merged() {
    let walks =
        [Walk::<Plane>::new(0, &[[10, 20, 0], [300, 7, 0]], 12), Walk::new(0, &[[99, 1, 0]], 9)];
    let of = |walk: &Walk<Plane>| {
        let mut one = Displacement::<Plane>::new(walk.world, LAGS).unwrap();
        walk.shown(&mut one);
        one
    };
    let [mut merged, other] = walks.each_ref().map(of);
    let (a, b) = (merged.table(), other.table());
    merged.merge(&other).unwrap();
    let sum = |table: &Table, lag: usize| {
        let pairs = table.wholes("pairs").unwrap()[lag];
        // Of nobody there is no mean.
        let mean = table.reals("msd").unwrap()[lag];
        (if pairs == 0 { 0.0 } else { mean * pairs as f64 }, pairs)
    };
    for lag in 0..=3 {
        let ((a, of_a), (b, of_b)) = (sum(&a, lag), sum(&b, lag));
        let (all, pairs) = sum(&merged.table(), lag);
        assert_eq!(pairs, of_a + of_b);
        assert!((all - a - b).abs() < 1.0e-9);
    }
}

#[test]
fn what_cannot_be_measured_is_refused_by_name() {
    let flat = world::<Plane>(0);
    let text = |error: ObserveError| error.to_string();
    let refused = text(Radial::<Plane>::new(flat, 4.5, 10).unwrap_err());
    assert!(refused.contains("half"), "{refused}");
    let walled = text(Radial::<Plane>::new(world::<Plane>(4), 8.5, 10).unwrap_err());
    assert_eq!(walled, "`r` is 8.5: it must be at most 8, the length between two walls");
    let bins = text(Speeds::new(1.0, 0).unwrap_err());
    assert_eq!(bins, "`bins` is 0: it must be a whole number from 1 to 1048576");
    let open = text(Structure::<Plane>::new(world::<Plane>(6), 5.0, 10, 10).unwrap_err());
    assert_eq!(open, "the world is not periodic along y: all axes must be");
    let axes = text(Radial::<Space>::new(flat, 1.0, 10).unwrap_err());
    assert_eq!(axes, "the world has 2 axes, and this is for 3");
    let cells = text(DensityMap::<Plane>::new(flat, [5, 0, 0]).unwrap_err());
    assert!(cells.starts_with("`rows` is 0"), "{cells}");
    let places = [Vector::of(1.0, 1.0, 0.0), Vector::of(2.0, f32::NAN, 0.0)];
    let mut map = DensityMap::<Plane>::new(flat, [2, 2, 0]).unwrap();
    let mut look = Look { tick: 0, places: &places, ids: &[0, 1], velocities: &[], groups: &[] };
    assert_eq!(text(map.look(&look).unwrap_err()), "number 1 of the places is not finite");
    look.ids = &[1, 1];
    assert!(text(map.look(&look).unwrap_err()).starts_with("ids must ascend"));
    look.ids = &[1];
    assert!(text(map.look(&look).unwrap_err()).contains("1 ids for 2 places"));
    let mut speeds = Speeds::new(1.0, 5).unwrap();
    look = Look { tick: 0, places: &places[..1], ids: &[0], velocities: &[], groups: &[] };
    assert!(text(speeds.look(&look).unwrap_err()).contains("0 velocities for 1 places"));
    assert_eq!(Observable::<Plane>::samples(&map) + Observable::<Plane>::samples(&speeds), 0);
}
