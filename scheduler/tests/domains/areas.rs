//! Who is in an area, against a naive twin, in the plane and in space, over seams, under any cut.

use flockwork_kernel::columns::Columns;
use flockwork_kernel::{Axes, Edge, Plane, Space};
use flockwork_scheduler::{
    AreaError, Executor, Finder, MOST_CORNERS, Model, Serial, Simulation, Zone,
};
use quickcheck::{Arbitrary, Gen, QuickCheck};

use crate::dots::Dots;
use crate::plan::Plan;

/// All places where somebody is seen: those beyond seams too.
fn images(plan: &Plan, place: [f64; 3]) -> Vec<[f64; 3]> {
    let mut all = vec![place];
    for (axis, about) in plan.setup.world.axes().iter().enumerate() {
        if about.edge == Edge::Periodic {
            let length = f64::from(about.length);
            let moved = |one: &[f64; 3]| {
                let one = *one;
                [-2.0, -1.0, 0.0, 1.0, 2.0].into_iter().map(move |turns| {
                    let mut one = one;
                    one[axis] += turns * length;
                    one
                })
            };
            all = all.iter().flat_map(moved).collect();
        }
    }
    all
}

/// By the sum of the angles under which the sides are seen, which is a whole number of turns.
fn winding(corners: &[[f64; 2]], [x, y, _]: [f64; 3]) -> bool {
    let angle = |corner: &[f64; 2]| (corner[1] - y).atan2(corner[0] - x);
    let turn = |(from, to): (&[f64; 2], &[f64; 2])| {
        let by = angle(to) - angle(from);
        let full = 2.0 * std::f64::consts::PI;
        by - full * (by / full).round()
    };
    let sides = corners.iter().zip(corners.iter().cycle().skip(1));
    let turns = sides.map(turn).sum::<f64>() / (2.0 * std::f64::consts::PI);
    turns.round() as i64 % 2 != 0
}

fn naive(plan: &Plan, area: &Zone, place: [f64; 3]) -> bool {
    images(plan, place).into_iter().any(|seen| match area {
        Zone::Ball { at, radius } => {
            let square: f64 = at.iter().zip(seen).map(|(a, b)| (a - b) * (a - b)).sum();
            square <= radius * radius
        }
        Zone::Box { low, high } => {
            (0..3).all(|axis| (low[axis]..=high[axis]).contains(&seen[axis]))
        }
        Zone::Lasso(corners) => winding(corners, seen),
    })
}

fn any_area(random: &mut Gen, plan: &Plan) -> Zone {
    let lengths: Vec<f64> = plan.setup.world.axes().iter().map(|axis| axis.length.into()).collect();
    let mut share =
        |from: f64, to: f64| from + (to - from) * f64::from(u16::arbitrary(random)) / 65535.0;
    let mut at = [0.0; 3];
    for (value, length) in at.iter_mut().zip(&lengths) {
        *value = share(-0.9, 1.9) * length;
    }
    match share(0.0, 2.999) as u32 {
        0 => Zone::Ball { at, radius: share(0.0, 0.45) * lengths[0].min(lengths[1]) },
        1 => {
            let mut high = at;
            for (axis, length) in lengths.iter().enumerate() {
                high[axis] = (at[axis] + share(0.0, 0.9) * length).min(2.0 * length);
            }
            Zone::Box { low: at, high }
        }
        _ => {
            // Not wider than the world, or its images would overlap.
            let count = share(3.0, 40.0) as usize;
            let mut corner = |axis: usize| {
                let length = lengths[axis];
                (at[axis] + share(-0.4, 0.4) * length).clamp(-0.97 * length, 1.97 * length)
            };
            Zone::Lasso((0..count).map(|_| [corner(0), corner(1)]).collect())
        }
    }
}

fn holds<A: Axes>(world: &Simulation<Dots<A>, impl Executor>, plan: &Plan, random: &mut Gen) {
    for _ in 0..8 {
        let area = any_area(random, plan);
        let finder = Finder::new(&plan.setup.world, area.clone()).unwrap();
        let mut expected = Vec::new();
        let mut each = |id, columns: &flockwork_scheduler::RefOf<'_, Dots<A>>, row: usize| {
            let place = <Dots<A> as Model>::Columns::row(columns, row).position;
            let place =
                [0, 1, 2].map(|axis| if axis < A::COUNT { place.along(axis).into() } else { 0.0 });
            if naive(plan, &area, place) {
                expected.push(id);
            }
        };
        world.visit(&mut each).unwrap();
        expected.sort_unstable();
        assert_eq!(world.find(&finder).unwrap(), expected, "{area:?}");
    }
}

#[test]
fn those_in_an_area_are_those_of_a_naive_twin() {
    fn property(seed: u64) -> bool {
        let mut random = Gen::from_size_and_seed(100, seed);
        let mut below = |below| u32::arbitrary(&mut random) % below;
        let plan = if seed.is_multiple_of(3) {
            Plan::any_in_space(&mut below)
        } else {
            Plan::any(&mut below)
        };
        if plan.setup.world.is_space() {
            let mut world = plan.world_of::<Space, _>(plan.partition(), Serial::default()).unwrap();
            world.step().unwrap();
            holds(&world, &plan, &mut random);
        } else {
            let mut world = plan.world_of::<Plane, _>(plan.partition(), Serial::default()).unwrap();
            world.step().unwrap();
            holds(&world, &plan, &mut random);
        }
        true
    }
    QuickCheck::new().tests(200).quickcheck(property as fn(u64) -> bool);
}

#[test]
fn an_area_that_cannot_be_is_refused() {
    let world = Plan::usual().setup.world;
    let refused = |area| Finder::new(&world, area).unwrap_err();
    let ball = |x, radius| Zone::Ball { at: [x, 0.0, 0.0], radius };
    assert_eq!(refused(ball(1.0, -1.0)), AreaError::Radius(-1.0));
    assert!(matches!(refused(ball(1.0, f64::NAN)), AreaError::Radius(_)));
    let far = refused(ball(19.0, 1.0));
    assert_eq!(far.to_string(), "x is 19: in a world that closes there it must be from -9 to 18");
    assert!(matches!(refused(ball(f64::NAN, 1.0)), AreaError::Place { axis: 0, .. }));
    let order = Zone::Box { low: [1.0, 3.0, 0.0], high: [2.0, 2.0, 0.0] };
    assert!(refused(order).to_string().starts_with("the box goes from 3 to 2 along y"));
    assert_eq!(refused(Zone::Lasso(vec![[0.0; 2]; 2])), AreaError::Corners(2));
    assert_eq!(
        refused(Zone::Lasso(vec![[0.0; 2]; MOST_CORNERS + 1])),
        AreaError::Corners(MOST_CORNERS + 1)
    );
    // A line without an inside is none the less one.
    let flat = Finder::new(&world, Zone::Lasso(vec![[1.0, 1.0], [2.0, 1.0], [3.0, 1.0]])).unwrap();
    assert!(!flat.has([1.5, 1.0, 0.0]));
}
