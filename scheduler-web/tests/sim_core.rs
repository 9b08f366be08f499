//! Kernels without a scheduler: the answers against naive ones at real positions, what is refused,
//! and several threads at once.

#![allow(unsafe_code, clippy::mut_from_ref, clippy::needless_range_loop)]

use flockwork_scheduler_web::sim_core::{Finder, SimCore};

const WIDTH: f32 = 10.0;
const HEIGHT: f32 = 8.0;

/// Numbers from 0 to 1, the same in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f32 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1 << 24) as f32
    }

    fn within(&mut self, low: f32, high: f32) -> f32 {
        low + self.next() * (high - low)
    }
}

fn column(core: &SimCore, index: u32) -> &mut [f32] {
    let first = core.column(index).unwrap();
    // SAFETY: a column has `capacity` values, and a test looks at one after the other.
    unsafe { core::slice::from_raw_parts_mut(first, core.capacity() as usize) }
}

/// A world with entities all over it, some of them outside.
fn filled(count: u32, edges: [u32; 2], beyond: f32) -> Box<SimCore> {
    let core = SimCore::new(count, [WIDTH, HEIGHT], edges).unwrap();
    let mut numbers = Numbers(7);
    for row in 0..count as usize {
        column(&core, 0)[row] = numbers.within(-beyond, WIDTH + beyond);
        column(&core, 1)[row] = numbers.within(-beyond, HEIGHT + beyond);
        for index in 2..6 {
            column(&core, index)[row] = numbers.within(-1.0, 1.0);
        }
    }
    core
}

fn all(core: &SimCore) -> Vec<Vec<f32>> {
    (0..6).map(|index| column(core, index).to_vec()).collect()
}

fn movement(core: &SimCore, start: u32, end: u32, dt: f32) -> Result<u32, String> {
    core.process_movement(start, end, dt)
}

fn physics(core: &SimCore, start: u32, end: u32, dt: f32) -> Result<u32, String> {
    core.integrate_physics(start, end, dt)
}

fn rebuild(core: &SimCore, start: u32, end: u32, size: f32) -> Result<(), String> {
    core.rebuild_spatial_hash(start, end, size)
}

fn query_of(
    core: &SimCore,
    finder: &mut Finder,
    (start, end): (u32, u32),
    radius: f32,
    most: u32,
) -> Result<u32, String> {
    core.query_neighbors_of(finder, start, end, radius, most)
}

/// What a look at every entity finds.
fn naive(
    core: &SimCore,
    rows: (u32, u32),
    at: (f32, f32),
    radius: f32,
    but: Option<u32>,
) -> Vec<u32> {
    let mut near: Vec<(f32, u32)> = (rows.0..rows.1)
        .filter(|&id| Some(id) != but)
        .map(|id| {
            let dx = column(core, 0)[id as usize] - at.0;
            let dy = column(core, 1)[id as usize] - at.1;
            (dx * dx + dy * dy, id)
        })
        .filter(|&(d2, _)| d2 < radius * radius)
        .collect();
    near.sort_by(|a, b| a.partial_cmp(b).unwrap());
    near.into_iter().map(|(_, id)| id).collect()
}

#[test]
fn columns_are_written_to_and_moved_where_they_stand() {
    let mut core = SimCore::new(3, [WIDTH, HEIGHT], [0, 1]).unwrap();
    let [x, _, vx, .., ay] = core.columns_mut();
    (x[1], vx[1], ay[2]) = (9.5, 1.0, 2.0);
    assert_eq!(core.integrate_physics(0, 3, 1.0), Ok(1));
    let [x, y, vx, vy, ax, ay] = core.columns_mut();
    assert_eq!((&*x, &*y), (&[0.0, 0.5, 0.0][..], &[0.0, 0.0, 2.0][..]));
    assert_eq!((&*vx, &*vy), (&[0.0, 1.0, 0.0][..], &[0.0, 0.0, 2.0][..]));
    assert_eq!((&*ax, &*ay), (&[0.0; 3][..], &[0.0, 0.0, 2.0][..]));
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    for (capacity, width, edge, word) in
        [(0, 10.0, 0, "capacity"), (1 << 25, 10.0, 0, "capacity"), (4, 10.0, 3, "edge")]
    {
        let error = SimCore::new(capacity, [width, 10.0], [0, edge]).unwrap_err();
        assert!(error.contains(word), "{error}");
    }
    assert!(SimCore::new(4, [f32::NAN, 10.0], [0; 2]).is_err());
    let core = filled(40, [0; 2], 0.0);
    let before = all(&core);
    let mut finder = core.finder();
    assert!(movement(&core, 0, 41, 0.1).unwrap_err().contains("0..41"));
    assert!(movement(&core, 3, 2, 0.1).is_err());
    assert!(physics(&core, 0, 40, f32::NAN).is_err());
    assert!(core.query_neighbors(&mut finder, 0.0, 0.0, 1.0, 4).unwrap_err().contains("rebuild"));
    assert!(rebuild(&core, 0, 40, -1.0).is_err());
    rebuild(&core, 0, 40, 1.0).unwrap();
    assert!(core.query_neighbors(&mut finder, 0.0, 0.0, -1.0, 4).is_err());
    assert!(core.query_neighbors(&mut finder, 0.0, 0.0, 1.0, 0).is_err());
    assert!(core.query_neighbors(&mut finder, f32::NAN, 0.0, 1.0, 4).is_err());
    // What was built before is gone after a failure.
    assert!(rebuild(&core, 0, 40, 0.0).unwrap_err().contains("side of a cell is 0"));
    assert!(core.query_neighbors(&mut finder, 0.0, 0.0, 1.0, 4).is_err());
    assert_eq!(all(&core), before);
}

#[test]
fn a_value_that_is_no_number_is_named_and_nothing_moves() {
    for (index, name) in ["x", "y", "vx", "vy", "ax", "ay"].into_iter().enumerate() {
        for row in [0, 9, 38] {
            let core = filled(39, [0; 2], 0.0);
            column(&core, index as u32)[row] = f32::NAN;
            let before = format!("{:?}", all(&core));
            let error = physics(&core, 0, 39, 0.1).unwrap_err();
            assert!(error.starts_with(&format!("{name} of entity {row} is NaN")), "{error}");
            assert_eq!(format!("{:?}", all(&core)), before);
            // Accelerations are none of the movement's business, and others' rows of nobody.
            assert_eq!(movement(&core, 0, 39, 0.1).is_ok(), index > 3);
            assert!(row == 0 || physics(&core, 0, row as u32, 0.1).is_ok());
            assert_eq!(rebuild(&core, 0, 39, 1.0).is_ok(), index > 1);
        }
    }
}

#[test]
fn motion_is_that_of_one_entity_at_a_time_in_a_range_alone() {
    for edges in (0..9).map(|pair| [pair / 3, pair % 3]) {
        for count in [1, 7, 8, 9, 61] {
            let core = filled(count, edges, 0.0);
            let before = all(&core);
            let (start, end) = (count / 4, count - count / 5);
            let met = physics(&core, start, end, 0.5).unwrap();
            let mut outside = 0;
            for row in 0..count as usize {
                let old = |index: usize| before[index][row];
                let new = |index: u32| column(&core, index)[row];
                if !(start as usize..end as usize).contains(&row) {
                    assert!((0..6).all(|index| new(index) == old(index as usize)));
                    continue;
                }
                let (vx, vy) = (old(2) + old(4) * 0.5, old(3) + old(5) * 0.5);
                let (x, y) = (old(0) + vx * 0.5, old(1) + vy * 0.5);
                let inside = |at: f32, side: f32, edge: u32| edge == 2 || (0.0..side).contains(&at);
                if inside(x, WIDTH, edges[0]) && inside(y, HEIGHT, edges[1]) {
                    assert_eq!([new(0), new(1), new(2), new(3)], [x, y, vx, vy]);
                    continue;
                }
                outside += 1;
                assert_eq!([new(2).abs(), new(3).abs()], [vx.abs(), vy.abs()]);
                let is_shift = |from: f32, to: f32, side: f32, edge: u32| {
                    let near = |at: f32| (at - to).abs() < 1.0e-5;
                    let within = (0.0..=side).contains(&to);
                    match edge {
                        0 => within && [0.0, side, -side].into_iter().any(|by| near(from + by)),
                        1 => within && [from, -from, 2.0 * side - from].into_iter().any(near),
                        _ => from == to,
                    }
                };
                assert!(is_shift(x, new(0), WIDTH, edges[0]), "{edges:?}");
                assert!(is_shift(y, new(1), HEIGHT, edges[1]), "{edges:?}");
            }
            assert_eq!(met, outside);
        }
    }
}

#[test]
fn queries_find_what_a_look_at_every_entity_finds() {
    let worlds = [([0, 0], 0.0), ([1, 1], 3.0), ([2, 2], 0.0), ([2, 2], 500.0), ([0, 2], 20.0)];
    for (edges, beyond) in worlds {
        let core = filled(700, edges, beyond);
        // Some in one place.
        for row in 100..140 {
            (column(&core, 0)[row], column(&core, 1)[row]) = (3.25, 4.5);
        }
        let mut finder = core.finder();
        let mut numbers = Numbers(11);
        let mut found = 0;
        for size in [1.0e-6, 0.3, 1.0, 50.0] {
            rebuild(&core, 50, 700, size).unwrap();
            for _ in 0..40 {
                let at = (
                    numbers.within(-2.0 - beyond, 12.0 + beyond),
                    numbers.within(-2.0 - beyond, 10.0 + beyond),
                );
                let at = if numbers.next() < 0.2 { (3.25, 4.5) } else { at };
                let radius = numbers.within(0.05, 3.0 + beyond / 4.0);
                let expected = naive(&core, (50, 700), at, radius, None);
                let count = core.query_neighbors(&mut finder, at.0, at.1, radius, 1000).unwrap();
                assert_eq!(finder.ids(), expected, "{at:?} {radius} {size}");
                assert_eq!(count as usize, expected.len());
                core.query_neighbors(&mut finder, at.0, at.1, radius, 5).unwrap();
                assert_eq!(finder.ids(), &expected[..expected.len().min(5)]);
                found += expected.len();
            }
        }
        assert!(found > 300, "{found} with edges {edges:?}");
    }
}

#[test]
fn a_query_of_a_range_is_a_query_of_each_without_itself() {
    let core = filled(300, [0; 2], 0.0);
    rebuild(&core, 0, 300, 1.0).unwrap();
    let mut finder = core.finder();
    for most in [3, 300] {
        let count = query_of(&core, &mut finder, (20, 250), 1.1, most).unwrap();
        assert_eq!(finder.offsets().len(), 231);
        assert_eq!(finder.offsets()[230], count);
        assert!(count > 300);
        for (id, ends) in (20u32..250).zip(finder.offsets().windows(2)) {
            let at = (column(&core, 0)[id as usize], column(&core, 1)[id as usize]);
            let mut expected = naive(&core, (0, 300), at, 1.1, Some(id));
            expected.truncate(most as usize);
            assert_eq!(finder.ids()[ends[0] as usize..ends[1] as usize], expected);
        }
    }
    let (xs, ys) = ([1.0, 9.75, 3.0], [2.0, 0.25, 30.0]);
    core.query_neighbors_at(&mut finder, &xs, &ys, 1.1, 300).unwrap();
    for ((&x, &y), ends) in xs.iter().zip(&ys).zip(finder.offsets().windows(2)) {
        let expected = naive(&core, (0, 300), (x, y), 1.1, None);
        assert_eq!(finder.ids()[ends[0] as usize..ends[1] as usize], expected);
    }
    assert_eq!(query_of(&core, &mut finder, (7, 7), 1.0, 4), Ok(0));
    assert_eq!(finder.offsets(), [0]);
}

#[test]
fn threads_move_ranges_of_their_own_and_query_at_once() {
    let (one, many) = (filled(4001, [0; 2], 0.0), filled(4001, [0; 2], 0.0));
    for _ in 0..20 {
        physics(&one, 0, 4001, 0.1).unwrap();
        rebuild(&many, 0, 4001, 1.0).unwrap();
        std::thread::scope(|scope| {
            for (start, end) in [(0, 1333), (1333, 2601), (2601, 4001)] {
                let many = &many;
                scope.spawn(move || {
                    let mut finder = many.finder();
                    physics(many, start, end, 0.1).unwrap();
                    assert!(query_of(many, &mut finder, (start, end), 1.0, 9).unwrap() > 1000);
                    many.give_back(finder);
                });
            }
        });
    }
    assert_eq!(all(&many), all(&one));
    assert_eq!(many.finders(), 0);
}
