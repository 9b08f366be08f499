use alloc::vec;
use alloc::vec::Vec;

use flockwork_kernel::isa::Baseline;
use flockwork_kernel::shapes::{Shape, scalar};
use flockwork_kernel::simd::V2;
use flockwork_kernel::{Edge, Plane, Space, Vec2, Vec3, World, rng};
use quickcheck::quickcheck;

use super::*;

fn world() -> World {
    World::new(8.0, 6.0, Edge::Open).unwrap()
}

fn segment(role: Role, schedule: Schedule, ends: [[f32; 2]; 2]) -> Placed {
    Placed::new(role, schedule, Shape::Segment(ends.map(Vec2::from)))
}

fn list(placed: &[Placed]) -> Vec<f32> {
    placed.iter().flat_map(Placed::numbers).collect()
}

quickcheck! {
    fn a_list_is_read_as_it_was_written(seed: u64, count: u8) -> bool {
        let shape = |id: u32| {
            let words = rng::draw(seed, 1, id, 0);
            let [x, y, size, _] = words.map(rng::unit);
            let (at, part) = (Vec2::new(1.0 + 5.0 * x, 1.0 + 3.0 * y), 0.1 + 0.8 * size);
            let role = Role::NAMES[words[3] as usize % 5].1;
            let corners = [at, at + Vec2::new(part, 0.0), at + Vec2::new(0.0, part)];
            let form = match words[2] % 4 {
                0 => Shape::Segment([at, corners[1]]),
                1 => Shape::Ball { centre: at, radius: part },
                2 => Shape::Box { low: at, high: at + Vec2::new(part, 1.0) },
                _ => Shape::Polygon(&corners),
            };
            let schedule = Schedule { from: 3, until: 7, every: u64::from(words[0] % 2) * 9 };
            let schedule = if role == Role::Door { schedule } else { Schedule::default() };
            Placed::<Plane>::new(role, schedule, form)
        };
        let placed: Vec<Placed> = (0..u32::from(count % 20)).map(shape).collect();
        Geometry::new(&list(&placed), &world(), 1.0).unwrap().shapes() == placed
    }

    fn no_list_of_numbers_panics(numbers: Vec<f32>, kinds: Vec<u8>) -> bool {
        // Heads that are nearly right, so that more than the first number is looked at.
        let mut list: Vec<f32> = numbers;
        for (at, kind) in kinds.iter().enumerate() {
            if let Some(number) = list.get_mut(at) { *number = f32::from(kind % 6); }
        }
        let (plane, space) = (world(), World::space(8.0, 6.0, 4.0, Edge::Wall).unwrap());
        let _ = Geometry::<Plane>::new(&list, &plane, 1.0);
        let _ = Geometry::<Space>::new(&list, &space, 1.0);
        true
    }

    fn what_follows_is_what_would_be_made_anew(seed: u64) -> bool {
        let draw = |step: u32, below: u32| rng::below(rng::draw(seed, 1, step, 0)[0], below);
        let goal = Shape::Ball { centre: Vec2::new(7.0, 1.0), radius: 0.5 };
        let mut placed = [
            segment(Role::Door, Schedule { from: 1, until: 2, every: 5 }, [[4.0, 1.0], [4.0, 3.0]]),
            segment(Role::Door, Schedule::NEVER, [[4.0, 3.0], [4.0, 5.0]]),
            segment(Role::Wall, Schedule::default(), [[2.0, 1.0], [2.0, 5.0]]),
            Placed::new(Role::Goal, Schedule::default(), goal),
        ];
        let mut reach = 1.0;
        let (mut cell, mut clearance) = (0.5, 0.1);
        let mut before: Option<(Routes, Geometry)> = None;
        (0..12).all(|step| {
            let (kind, other) = (draw(3 * step, 8), draw(3 * step + 1, 8));
            match kind {
                0..=4 => {
                    let schedules = [Schedule::ALWAYS, Schedule::NEVER, Schedule { from: 3, until: 5, every: 0 }];
                    placed[other as usize % 2].schedule = schedules[draw(3 * step + 2, 3) as usize];
                }
                5 => {
                    let x = 1.0 + other as f32 / 8.0;
                    placed[2] = segment(Role::Wall, Schedule::default(), [[x, 1.0], [2.0, 5.0]]);
                }
                6 => (cell, clearance) = ([0.5, 0.4][other as usize % 2], 0.1 * other as f32),
                _ => reach = 0.5 + other as f32,
            }
            let shapes = list(&placed);
            let geometry = Geometry::<Plane>::new(&shapes, &world(), reach).unwrap();
            let routes = Routes::new(&geometry, cell, clearance).unwrap();
            let (its, was) = (before.as_ref().map(|(_, its)| its), before.as_ref().map(|(was, its)| (was, its)));
            let follows = Geometry::following(its, &shapes, &world(), reach).unwrap();
            let ways = Routes::following(was, &follows, cell, clearance).unwrap();
            let same = follows.shapes() == geometry.shapes() && (0..100u16).all(|at| {
                let place = Vec2::new(f32::from(at % 10) * 0.8, f32::from(at / 10) * 0.6);
                let lanes = V2::<Baseline>::all(place);
                let tick = u64::from(at % 7);
                let open = geometry.open(tick);
                let near = |of: &Geometry| scalar::nearest(&of.walls(), place, open);
                let way = |of: &Routes| of.direction(0, open, lanes).first();
                follows.open(tick) == open
                    && near(&follows) == near(&geometry)
                    && way(&ways) == way(&routes)
                    && ways.reach(&geometry, place) == routes.reach(&geometry, place)
            });
            before = Some((ways, follows));
            same
        })
    }

    fn a_door_is_open_as_its_schedule_says(from: u8, length: u8, pause: u8) -> bool {
        let (from, until) = (u64::from(from), u64::from(from) + u64::from(length));
        let every = u64::from(length) + u64::from(pause);
        let door = Schedule { from, until, every };
        let once = Schedule { every: 0, ..door };
        (0..600).all(|tick| {
            let naive = every > 0 && (0..600).any(|turn| {
                tick >= from + turn * every && tick < until + turn * every
            });
            door.is_open(tick) == naive && once.is_open(tick) == (tick >= from && tick < until)
        })
    }
}

#[test]
fn what_is_wrong_with_a_list_is_told() {
    let said = |list: &[f32]| Geometry::<Plane>::new(list, &world(), 1.0).unwrap_err().to_string();
    use alloc::string::ToString;
    assert!(said(&[0.0, 0.0]).contains("the list ends within shape 0"));
    assert!(said(&[7.0, 0.0, 0.0, 0.0, 0.0, 0.0]).contains("the kind is 7"));
    assert!(said(&[0.0, 9.0, 0.0, 0.0, 0.0, 0.0]).contains("the role is 9"));
    assert!(said(&[0.0, 0.0, 0.0, 0.0, 0.0, 4.0, 1.0]).contains("4 numbers should follow"));
    assert!(said(&[0.0, 0.0, 0.0, 0.0, 0.0, 3.0, 1.0, 1.0, 1.0]).contains("not those of kind 0"));
    let outside = said(&[0.0, 0.0, 0.0, 0.0, 0.0, 4.0, 1.0, 1.0, 9.0, 1.0]);
    assert!(outside.contains("of shape 0, x of corner 1 is 9"), "{outside}");
    let doors: Vec<Placed> = (0..65)
        .map(|_| segment(Role::Door, Schedule::default(), [[1.0, 1.0], [2.0, 1.0]]))
        .collect();
    assert!(said(&list(&doors)).contains("64 doors"));
}

#[test]
fn the_ends_of_a_world_are_walls_where_they_are() {
    let corridor =
        World::of(&[flockwork_kernel::Axis::periodic(8.0), flockwork_kernel::Axis::wall(6.0)])
            .unwrap();
    let geometry = Geometry::<Plane>::new(&[], &corridor, 1.0).unwrap();
    let near = scalar::nearest(&geometry.walls(), Vec2::new(0.1, 5.75), 0).unwrap();
    assert_eq!((near.distance, near.normal, near.shape), (0.25, Vec2::new(0.0, -1.0), ENDS));
    assert!(scalar::nearest(&geometry.walls(), Vec2::new(0.1, 3.0), 0).is_none());
    let cave = World::space(4.0, 4.0, 4.0, Edge::Wall).unwrap();
    let geometry = Geometry::<Space>::new(&[], &cave, 1.0).unwrap();
    let walked = scalar::walk(
        &geometry.walls(),
        0.1,
        Vec3::new(2.0, 2.0, 2.0),
        Vec3::new(9.0, 1.0, -50.0),
        0,
    );
    let inside = [walked.place.x, walked.place.y, walked.place.z];
    assert!(inside.iter().all(|at| *at > 0.0 && *at < 4.0) && walked.touched, "{walked:?}");
}

/// A room with a door in its wall at x = 4, from y = 2 to 4, which opens and closes; the goal is right.
fn divided() -> Geometry {
    let door = Schedule { from: 10, until: 20, every: 40 };
    let geometry = [
        segment(Role::Wall, Schedule::default(), [[4.0, 0.0], [4.0, 2.0]]),
        segment(Role::Door, door, [[4.0, 2.0], [4.0, 4.0]]),
        segment(Role::Wall, Schedule::default(), [[4.0, 4.0], [4.0, 5.0]]),
        Placed::new(
            Role::Goal,
            Schedule::default(),
            Shape::Ball { centre: Vec2::new(7.0, 1.0), radius: 0.5 },
        ),
    ];
    Geometry::new(&list(&geometry), &world(), 1.0).unwrap()
}

#[test]
fn the_way_to_a_goal_goes_through_a_door_while_it_is_open() {
    let geometry = divided();
    let routes = Routes::new(&geometry, 0.1, 0.0).unwrap();
    assert_eq!(routes.goals(), 1);
    assert!(routes.reach(&geometry, Vec2::new(3.5, 3.5)));
    let way = |tick| {
        let place = V2::<Baseline>::splat(3.5, 3.5);
        routes.direction(0, geometry.open(tick), place).first()
    };
    assert!(way(0).y > 0.5, "round the end of the wall, above: {:?}", way(0));
    assert!(way(10).y < -0.3 && way(10).x > 0.3, "through the door: {:?}", way(10));
    assert_eq!((way(19), way(20), way(50)), (way(10), way(0), way(10)));
}

/// A table, whose middle is further from its edge than ways are from walls, in a room that is closed to a ring along x.
#[test]
fn no_way_leads_out_of_a_wall_that_is_closed() {
    let world =
        World::of(&[flockwork_kernel::Axis::periodic(8.0), flockwork_kernel::Axis::wall(6.0)])
            .unwrap();
    let table = Shape::Box { low: Vec2::new(0.5, 2.0), high: Vec2::new(2.5, 4.0) };
    let goal = Shape::Ball { centre: Vec2::new(5.0, 1.0), radius: 0.5 };
    let shapes = [(Role::Wall, table), (Role::Goal, goal)];
    let shapes = shapes.map(|(role, shape)| Placed::new(role, Schedule::default(), shape));
    let geometry = Geometry::<Plane>::new(&list(&shapes), &world, 1.0).unwrap();
    for (cell, clearance) in [(0.1, 0.0), (0.25, 0.3), (0.5, 0.2)] {
        let routes = Routes::new(&geometry, cell, clearance).unwrap();
        for at in 0..80 * 60 {
            let place = Vec2::new((at % 80) as f32, (at / 80) as f32) * 0.1 + Vec2::new(0.03, 0.04);
            let within = scalar::inside(&table, place);
            let near = !geometry.is_clear(place, 0.6, 0) || scalar::inside(&goal, place);
            assert!(!(within && routes.reach(&geometry, place)), "{place:?} with cells of {cell}");
            assert!(
                within || near || routes.reach(&geometry, place),
                "{place:?} with cells of {cell}"
            );
        }
    }
}

#[test]
fn a_door_that_opens_again_has_the_ways_that_it_had() {
    let mut shapes: Vec<f64> = list(divided().shapes()).into_iter().map(f64::from).collect();
    let mut open = |open| {
        set_door(&mut shapes, 1, open).unwrap();
        shapes.iter().map(|number| *number as f32).collect::<Vec<f32>>()
    };
    let begun = Geometry::<Plane>::new(&open(false), &world(), 1.0).unwrap();
    let routes = Routes::new(&begun, 0.1, 0.0).unwrap();
    let follow = |(routes, geometry): (&Routes, &Geometry), list: &[f32]| {
        let next = Geometry::following(Some(geometry), list, &world(), 1.0).unwrap();
        assert!(next.shares(geometry));
        (Routes::following(Some((routes, geometry)), &next, 0.1, 0.0).unwrap(), next)
    };
    let (opened, geometry) = follow((&routes, &begun), &open(true));
    assert_eq!(opened.made_beside(&routes), 0, "the ways while all doors are open were there");
    let (closed, geometry) = follow((&opened, &geometry), &open(false));
    let (again, _) = follow((&closed, &geometry), &open(true));
    assert_eq!((closed.made_beside(&opened), again.made_beside(&closed)), (0, 0));
    let elsewhere = Routes::following(Some((&again, &geometry)), &geometry, 0.2, 0.0).unwrap();
    assert!(elsewhere.made_beside(&again) > 0);
}

#[test]
fn a_door_of_a_list_is_set_for_good_and_nothing_else_is() {
    let placed = [
        segment(Role::Wall, Schedule::default(), [[4.0, 0.0], [4.0, 2.0]]),
        segment(Role::Door, Schedule { from: 10, until: 20, every: 40 }, [[4.0, 2.0], [4.0, 4.0]]),
        segment(Role::Door, Schedule::default(), [[4.0, 4.0], [4.0, 5.0]]),
        Placed::new(
            Role::Goal,
            Schedule::default(),
            Shape::Ball { centre: Vec2::new(7.0, 1.0), radius: 0.5 },
        ),
    ];
    let before: Vec<f64> = list(&placed).into_iter().map(f64::from).collect();
    let mut after = before.clone();
    let narrow = |list: &[f64]| list.iter().map(|number| *number as f32).collect::<Vec<_>>();
    let geometry = |list: &[f64]| Geometry::<Plane>::new(&narrow(list), &world(), 1.0).unwrap();
    for (open, bits) in [(true, 1), (false, 0), (true, 1)] {
        set_door(&mut after, 1, open).unwrap();
        let geometry = geometry(&after);
        assert!([0, 9, 15, 20, 1 << 30, u64::MAX].iter().all(|tick| geometry.open(*tick) == bits));
        assert_eq!(geometry.shapes()[0], placed[0]);
        assert_eq!(geometry.shapes()[2..], placed[2..]);
        assert_eq!(geometry.shapes()[1].shape(), placed[1].shape());
    }
    set_door(&mut after, 2, true).unwrap();
    assert_eq!(geometry(&after).open(77), 3);
    let kept = after.clone();
    let mut wrong = |number| set_door(&mut after, number, true).unwrap_err();
    assert_eq!(wrong(0), "shape 0 is a wall: only a door is opened and closed");
    assert_eq!(wrong(3), "shape 3 is a goal: only a door is opened and closed");
    assert_eq!(wrong(4), "there is no shape 4: there are 4, numbered from 0 on");
    assert_eq!(
        set_door(&mut [], 0, true).unwrap_err(),
        "there is no shape 0: there are 0, numbered from 0 on"
    );
    for end in 0..before.len() {
        let _ = set_door(&mut before.clone()[..end], 3, true);
    }
    assert_eq!(after, kept);
}

#[test]
fn a_door_that_is_always_open_costs_no_changes() {
    let goal = Placed::new(
        Role::Goal,
        Schedule::default(),
        Shape::Ball { centre: Vec2::new(7.0, 1.0), radius: 0.5 },
    );
    let door = |schedule, x: f32| segment(Role::Door, schedule, [[x, 2.0], [x, 4.0]]);
    let late = Schedule { from: 9_000_000, until: 16_000_000, every: 0 };
    let placed = [goal, door(Schedule::ALWAYS, 4.0), door(late, 5.0), door(Schedule::NEVER, 3.0)];
    let geometry = Geometry::new(&list(&placed), &world(), 1.0).unwrap();
    let routes = Routes::new(&geometry, 0.5, 0.0).unwrap();
    assert!(routes.reach(&geometry, Vec2::new(1.0, 3.0)));
}

#[test]
fn whoever_follows_the_way_gets_to_the_goal_and_passes_no_wall() {
    let geometry = divided();
    let routes = Routes::new(&geometry, 0.1, 0.1).unwrap();
    let goal = geometry.of(Role::Goal).next().unwrap();
    for id in 0..50 {
        let draw = |attempt| rng::draw(3, 1, id, attempt);
        let all = Shape::Box { low: Vec2::ZERO, high: Vec2::new(8.0, 6.0) };
        let mut at =
            geometry.place_in(&all, |place| geometry.is_clear(place, 0.2, 0), draw).unwrap();
        let mut steps = 0;
        while !scalar::inside(&goal.shape(), at) {
            let way = routes.direction(0, 0, V2::<Baseline>::all(at)).first();
            at = scalar::walk(&geometry.walls(), 0.05, at, way * 0.05, 0).place;
            steps += 1;
            assert!(steps < 600, "lost at {at:?}");
        }
    }
}

#[test]
fn places_are_inside_and_clear_of_walls() {
    let geometry = divided();
    let room = Shape::Box { low: Vec2::new(2.0, 1.0), high: Vec2::new(6.0, 5.0) };
    let clear = |place| geometry.is_clear(place, 0.3, 0);
    let lattice = geometry.lattice(&room, 0.25, 0.3, 0);
    assert!(lattice.len() > 150 && lattice.len() < 256, "{}", lattice.len());
    let drawn =
        (0..100).map(|id| geometry.place_in(&room, clear, |n| rng::draw(1, 0, id, n)).unwrap());
    for place in lattice.into_iter().chain(drawn) {
        assert!(scalar::inside(&room, place) && geometry.is_clear(place, 0.3, 0), "{place:?}");
        assert!((place.x - 4.0).abs() >= 0.3 || place.y > 5.0, "{place:?}");
    }
    let wall = Shape::Box { low: Vec2::new(3.9, 1.0), high: Vec2::new(4.1, 2.0) };
    assert_eq!(geometry.place_in(&wall, clear, |n| rng::draw(1, 0, 0, n)), None);
}

#[test]
fn goals_and_doors_that_cannot_be_planned_for_are_told() {
    use alloc::string::ToString;
    let goal = |centre: [f32; 2], radius| {
        Placed::new(Role::Goal, Schedule::default(), Shape::Ball { centre: centre.into(), radius })
    };
    let routes = |placed: &[Placed], cell| {
        let geometry = Geometry::new(&list(placed), &world(), 1.0).unwrap();
        Routes::new(&geometry, cell, 0.1)
            .map(|routes| routes.goals())
            .map_err(|error| error.to_string())
    };
    assert_eq!(routes(&[goal([2.0, 2.0], 0.5)], 0.1), Ok(1));
    assert!(routes(&[goal([2.0, 2.0], 0.01)], 1.0).unwrap_err().contains("no cell that is free"));
    let doors: Vec<Placed> = (0..8)
        .map(|at| {
            // Periods without a common factor: all ways of being open together come.
            let every = [2, 3, 5, 7, 11, 13, 17, 19][at];
            let open = Schedule { from: 0, until: 1, every };
            segment(Role::Door, open, [[1.0, 1.0], [2.0, 1.0 + at as f32 * 0.5]])
        })
        .collect();
    let many = [vec![goal([5.0, 5.0], 0.5)], doors].concat();
    assert!(routes(&many, 0.5).unwrap_err().contains("more than 64 ways"));
}
