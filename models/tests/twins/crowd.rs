//! People against a twin: one at a time, all others looked at, walls by the functions for one entity.

use flockwork_kernel::isa::Baseline;
use flockwork_kernel::shapes::{Shape, scalar};
use flockwork_kernel::simd::V2;
use flockwork_kernel::{Axis, Plane, Vec2, World, math};
use flockwork_models::Crowd;
use flockwork_models::crowd::CrowdParams;
use flockwork_scheduler::geometry::{Geometry, Placed, Role, Routes, Schedule};
use flockwork_scheduler::{Arithmetic, Cut, Grid, Input, Params, Partition, Serial, Setup};
use quickcheck::quickcheck;

use crate::common::twin::{bits, neighbours};
use crate::common::{Draw, Sim, by_id, edited};

#[derive(Clone, Copy)]
struct Person {
    id: u32,
    at: Vec2,
    v: Vec2,
    radius: f32,
    wish: f32,
    kind: u8,
    leaving: bool,
}

fn state(sim: &Sim<Crowd>) -> Vec<Person> {
    let all = by_id(sim, |c, row| {
        let me = c.row(row);
        assert!(me.alive, "who is not there is removed");
        let (id, at, v) = (me.id, me.position, me.velocity);
        let (radius, wish, kind, leaving) = (me.radius, me.wish, me.kind, me.leaving);
        Person { id, at, v, radius, wish, kind, leaving }
    });
    all.into_iter().map(|(_, person)| person).collect()
}

struct World2 {
    p: CrowdParams,
    geometry: Geometry,
    routes: Routes,
    /// Whether an input holds the door open, or closed.
    held: Option<bool>,
}

impl World2 {
    fn body(&self, away: Vec2, gap: f32, weight: f32, slip: Vec2) -> Vec2 {
        let p = &self.p;
        let near = -gap / p.range;
        let near = if near < 8.0 { near } else { 8.0 };
        let overlap = if -gap > 0.0 { -gap } else { 0.0 };
        let push = p.strength * weight * math::scalar::exp(near) + p.stiffness * overlap;
        let aside = away.left();
        away * push + aside * (p.friction * overlap * slip.dot(aside))
    }

    fn direction(&self, one: &Person, open: u64) -> Vec2 {
        if self.routes.goals() == 0 {
            return Vec2::new(if one.kind == 0 { 1.0 } else { -1.0 }, 0.0);
        }
        self.routes.direction(one.kind.into(), open, V2::<Baseline>::all(one.at)).first()
    }

    /// The doors that are open: there is one, which may be held.
    fn open(&self, tick: u64) -> u64 {
        self.held.map_or_else(|| self.geometry.open(tick), u64::from)
    }

    fn step(&self, grid: &Grid, setup: &Setup, tick: u64, all: &[Person]) -> Vec<Person> {
        let (p, open) = (&self.p, self.open(tick));
        let places: Vec<_> = all.iter().map(|one| (one.id, one.at)).collect();
        let mut next = Vec::new();
        for (of, one) in all.iter().enumerate() {
            let direction = self.direction(one, open);
            let mut sum = Vec2::ZERO;
            for near in neighbours::<Plane>(grid, &places, of) {
                let other = all[near.at];
                let away = -near.offset.normalized();
                let gap = near.offset.length() - (one.radius + other.radius);
                let seen = (1.0 - away.dot(direction)) * 0.5;
                let weight = p.ahead + (1.0 - p.ahead) * seen;
                sum += self.body(away, gap, weight, other.v - one.v);
            }
            let wall = scalar::nearest(&self.geometry.walls(), one.at, open);
            let from_wall = wall.map_or(Vec2::ZERO, |wall| {
                self.body(wall.normal, wall.distance - one.radius, 1.0, -one.v)
            });
            let force = (direction * one.wish - one.v) / p.relaxation + from_wall + sum;
            let v = (one.v + force * setup.dt).limited(one.wish * 1.3);
            let walked =
                scalar::walk(&self.geometry.walls(), p.clearance, one.at, v * setup.dt, open);
            let normal = scalar::nearest(&self.geometry.walls(), walked.place, open)
                .map_or(Vec2::ZERO, |near| near.normal);
            let into = v.dot(normal);
            let into = if into < 0.0 { into } else { 0.0 };
            let v = if walked.touched { v - normal * into } else { v };
            if one.leaving {
                continue;
            }
            let leaving = self
                .geometry
                .of(Role::Sink)
                .any(|sink| scalar::inside(&sink.shape(), walked.place));
            let v = Vec2::new(v.x + 0.0, v.y + 0.0);
            next.push(Person { at: walked.place, v, leaving, ..*one });
        }
        next
    }
}

fn shapes(draw: &mut Draw, goals: bool) -> Vec<Placed> {
    let never = Schedule::default();
    let place = |draw: &mut Draw| Vec2::new(draw.between(1.0, 9.0), draw.between(1.0, 7.0));
    let wall = |draw: &mut Draw| Shape::Segment([place(draw), place(draw)]);
    let mut all = vec![
        Placed::new(Role::Wall, never, wall(draw)),
        Placed::new(Role::Door, Schedule { from: 2, until: 4, every: 6 }, wall(draw)),
        Placed::new(Role::Wall, never, Shape::Ball { centre: place(draw), radius: 0.5 }),
        Placed::new(
            Role::Sink,
            never,
            Shape::Box { low: Vec2::new(8.0, 0.0), high: Vec2::new(10.0, 8.0) },
        ),
    ];
    if goals {
        let low = Vec2::new(0.0, 0.2);
        all.push(Placed::new(
            Role::Goal,
            never,
            Shape::Box { low, high: low + Vec2::new(0.9, 7.0) },
        ));
        let low = Vec2::new(9.1, 0.2);
        all.push(Placed::new(
            Role::Goal,
            never,
            Shape::Box { low, high: low + Vec2::new(0.9, 7.0) },
        ));
    }
    all
}

quickcheck! {
    fn a_crowd_is_its_twin(seed: u64) -> bool {
        let mut draw = Draw::new(seed);
        let goals = draw.once_in(2);
        let placed = shapes(&mut draw, goals);
        let list: Vec<f64> = placed.iter().flat_map(Placed::numbers).map(f64::from).collect();
        let mut p = CrowdParams {
            sight: draw.between(0.8, 1.9),
            ahead: draw.between(0.0, 1.0),
            friction: draw.between(0.0, 1000.0),
            detour: 0.0,
            ..CrowdParams::default()
        };
        p.set("shapes", list).unwrap();
        let edges = [draw.edge(), draw.edge()];
        let axes = [Axis { length: 10.0, edge: edges[0] }, Axis { length: 8.0, edge: edges[1] }];
        let world = World::of(&axes).unwrap();
        let setup = Setup { world, population: 1 + draw.below(60), seed, dt: draw.between(0.001, 0.1) };
        let geometry = Geometry::new(&p.shapes, &world, p.sight).unwrap();
        // Someone's goal may lie behind walls, or on one.
        let Ok(routes) = Routes::new(&geometry, p.cell, p.detour) else { return true };
        let mut twin = World2 { p: p.clone(), geometry, routes, held: None };
        let mut sim = edited::<Crowd>(setup, p, draw.cut::<Plane>(), &mut |_, _| {});
        let mut people = state(&sim);
        (0..6).all(|tick| {
            if draw.once_in(3) {
                let open = draw.once_in(2);
                sim.give(vec![Input::Door { shapes: vec![1], open }]).unwrap();
                twin.held = Some(open);
            }
            let saved = sim.snapshot().unwrap();
            let cut = Partition::new(Cut::Parts(2));
            let again = Sim::<Crowd>::restore(&saved, Arithmetic::Same, cut, Serial::default());
            assert_eq!(again.unwrap().snapshot().unwrap(), saved);
            people = twin.step(sim.grid(), &setup, tick, &people);
            sim.step().unwrap();
            let same = |a: &[Person]| -> Vec<_> {
                a.iter().map(|one| (one.id, bits(one.at), bits(one.v), one.leaving)).collect()
            };
            same(&people) == same(&state(&sim))
        })
    }
}
