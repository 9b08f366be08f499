//! People who walk: each keeps to a speed and a goal, keeps away from others and from walls, and passes
//! none.
//!
//! The social force of Helbing and Molnar in the form of Helbing, Farkas and Vicsek, per mass. For an
//! entity with velocity `v`, `d` from the border of another body to its own (below 0 where they overlap),
//! and `n` away from that body:
//!
//! | force | acceleration |
//! | --- | --- |
//! | to the goal | `(wish e - v) / relaxation` |
//! | from another | `strength w exp(-d / range) n`, `w = ahead + (1 - ahead) (1 + cos) / 2` |
//! | from the nearest wall | `strength exp(-d / range) n` |
//! | from a body or wall that it touches | `stiffness o n - friction o (slip)`, for an overlap `o = -d` |
//!
//! where `cos` is that of the angle between `e` and the way to the other: who is behind counts the part `ahead`. The
//! direction `e` is that of the shortest way to the goal around walls and closed doors, on a grid of
//! `cell`; without goals the first half walks along x and the other against it. Speed is at most 1.3 times
//! the wished one, as in Helbing and Molnar.
//!
//! A step is walked by [`Walls::walk`](flockwork_kernel::shapes::Walls::walk): it stops and slides at walls, whatever `dt`. Who gets into
//! a sink is counted in that tick, and gone in the next.
//!
//! # Reference
//!
//! D. Helbing, P. Molnar, "Social force model for pedestrian dynamics", 1995,
//! doi:10.1103/PhysRevE.51.4282: the speeds that people wish, 1.34 +- 0.26 m/s, the relaxation and the limit
//! of speed. D. Helbing, I. Farkas, T. Vicsek, "Simulating dynamical features of escape panic", 2000,
//! doi:10.1038/35035023: the forces, whose 2000 N, 0.08 m, 1.2e5 kg/s^2 and 2.4e5 kg/(m s) are the defaults for a
//! mass of 80 kg, and radii around 0.3 m.
//! `lane_order` after S. Nowak, A. Schadschneider, "Quantitative analysis of pedestrian counterflow in a
//! cellular automaton model", 2012, doi:10.1103/PhysRevE.85.066128.

use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use flockwork_kernel::isa::Baseline;
use flockwork_kernel::shapes::{Shape, scalar};
use flockwork_kernel::simd::{F32x8, Isa, Sum8, V2};
use flockwork_kernel::{Plane, Vec2, math, rng};
use flockwork_scheduler::geometry::{ENDS, Geometry, Placed, Role, Routes};
use flockwork_scheduler::{
    Finish, LookOf, Model, Never, Pair, ParamError, Pass, Poke, RefOf, Setup, Tick, TileOf,
};

flockwork_kernel::columns! {
    /// State of one person.
    pub mod person {
        ghost {
            /// Position, length.
            position: vec(x, y),
            /// Velocity, length per time.
            velocity: vec(vx, vy) where -1.0e6..=1.0e6,
            /// Radius of the body, length.
            radius: f32 where 0.0..=1.0e3,
        }
        owned {
            /// The speed that it wishes, length per time.
            wish: f32 where 0.0..=1.0e3,
            /// The number of its goal; without goals, 0 walks along x and 1 against it.
            kind: u8,
            /// Whether it is there: who was in a sink is not any more.
            alive: bool,
            /// Whether it got into a sink in the last tick.
            leaving: bool,
        }
        scratch {
            /// Acceleration, length per time squared.
            force: vec(ax, ay),
        }
    }
}

flockwork_scheduler::params! {
    /// Parameters of a crowd.
    pub struct CrowdParams {
        /// What stands in the world: see `geometry` of the scheduler. Scenarios write it as `[[shape]]`.
        shapes: LongList<f32, 65536> = [], "", -1.0e9..=1.0e9;
        /// The mean speed that people wish.
        speed: f32 = 1.34, "length / time", 0.0..=100.0;
        /// How much that differs from one to another: a standard deviation.
        speed_spread: f32 = 0.26, "length / time", 0.0..=100.0;
        /// The smallest radius of a body.
        radius_min: f32 = 0.25, "length", 0.001..=100.0;
        /// The largest radius of a body.
        radius_max: f32 = 0.35, "length", 0.001..=100.0;
        /// How long it takes to get to the wished speed.
        relaxation: f32 = 0.5, "time", 0.001..=1.0e3;
        /// The acceleration away from a body that just touches.
        strength: f32 = 25.0, "length / time^2", 0.0..=1.0e4;
        /// Over how far it falls to 1/e.
        range: f32 = 0.08, "length", 0.001..=100.0;
        /// The part of it for who comes from behind.
        ahead: f32 = 1.0, "", 0.0..=1.0;
        /// How stiff bodies are: acceleration for each length of overlap.
        stiffness: f32 = 1500.0, "1 / time^2", 0.0..=1.0e6;
        /// How they rub on each other.
        friction: f32 = 3000.0, "1 / (length time)", 0.0..=1.0e6;
        /// How far people see others and walls.
        sight: f32 = 2.0, "length", 0.01..=1.0e4;
        /// How near to a wall a middle of a body gets at most.
        clearance: f32 = 0.05, "length", 0.0001..=100.0;
        /// The size of the cells over which ways to goals are found.
        cell: f32 = 0.2, "length", 0.001..=1.0e4;
        /// How far ways to goals keep from walls, where there is room.
        detour: f32 = 0.2, "length", 0.0..=100.0;
        /// How many come in through sources.
        inflow: f32 = 0.0, "1 / time", 0.0..=1.0e4;
        /// Ticks before `flow` begins.
        burn_in: u32 = 0, "tick", 0..=4_000_000_000.0;
        /// While at least so many are there `flow` is measured.
        flow_least: u32 = 0, "", 0..=4_000_000_000.0;
    }
}

flockwork_scheduler::stats! {
    /// What is reported of a [`Crowd`].
    pub struct CrowdStats of Crowd {
        /// Mean speed.
        mean_speed: Mean, "length / time" = |_, person| person.velocity.length();
        /// Mean velocity along x of the first kind.
        along_x: Mean, "length / time" = |_, person| (person.kind == 0).then_some(person.velocity.x);
        /// Those of the first kind, across the world.
        first: Histogram(0.0, 1.0, 16), "" = |crowd, person| {
            (person.kind == 0).then_some(person.position.y / crowd.height)
        };
        /// Those of other kinds, across the world.
        others: Histogram(0.0, 1.0, 16), "" = |crowd, person| {
            (person.kind != 0).then_some(person.position.y / crowd.height)
        };
        /// How far the two are apart in lanes along x, from 0 to 1: of the people in a 16th of the height,
        /// ((first - others) / (first + others))^2, as a mean over all people.
        lane_order: Derived, "" = |_, stats, _| lane_order(&stats.first, &stats.others);
        /// Who got into a sink in the last tick.
        leaving: Count, "" = |_, person| person.leaving;
        /// How many get into sinks in a unit of time: a mean over the ticks after burn_in with at least
        /// flow_least people.
        flow: TimeMean, "1 / time" = |crowd, stats, totals| {
            let counts = totals.tick > crowd.params.burn_in.into()
                && totals.population >= crowd.params.flow_least.into();
            counts.then_some(stats.leaving / f64::from(totals.setup.dt))
        };
    }
}

/// The order parameter of Nowak and Schadschneider.
fn lane_order(first: &[f64], others: &[f64]) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for (a, b) in first.iter().zip(others) {
        let all = a + b;
        if all > 0.0 {
            sum += (a - b) * (a - b) / all;
            count += all;
        }
    }
    sum / count
}

/// A crowd: its parameters, and what follows from them once.
#[derive(Clone, Debug)]
pub struct Crowd {
    params: CrowdParams,
    geometry: Geometry<Plane>,
    routes: Routes,
    /// Where people begin: for each source, or for the world, places side by side and how far apart.
    sites: Arc<[(Vec<Vec2>, f32)]>,
    height: f32,
}

/// What a person needs of itself to meet others.
#[derive(Clone, Copy, Debug, Default)]
pub struct Own<S: Isa> {
    velocity: V2<S>,
    radius: F32x8<S>,
    /// Where it wants to go, of length 1 or zero.
    direction: V2<S>,
}

impl Model for Crowd {
    type Columns = person::Columns;
    type Params = CrowdParams;
    type Stats = CrowdStats;
    type Passes = (Self,);
    type Event = Never;
    type Child = Never;

    const NAME: &'static str = "crowd";
    const ABOUT: &'static str = "people with goals, among walls and doors, by social force";
    const POKES: &'static [&'static str] = &["push"];
    fn new(params: CrowdParams, setup: &Setup) -> Result<Self, ParamError> {
        Self::following(None, params, setup)
    }

    /// What follows from shapes is made anew where they are others.
    fn follow(&self, params: CrowdParams, setup: &Setup) -> Result<Self, ParamError> {
        Self::following(Some(self), params, setup)
    }

    /// Side by side in the sources, in order; without sources, in the whole world.
    fn spawn(&self, setup: &Setup, id: u32) -> person::Row {
        let [x, y, kind, size] = setup.draw(id, SPAWN);
        let group = id as usize % self.sites.len().max(1);
        let place = self.sites.get(group).map_or(Vec2::ZERO, |(sites, spacing)| {
            let share = share(setup.population, self.sites.len(), group).max(1) as usize;
            // Who comes later by an input begins where somebody has.
            let number = id as usize / self.sites.len() % share;
            let site = sites.get(number * sites.len() / share).copied().unwrap_or(Vec2::ZERO);
            let way = Vec2::new(rng::signed(x), rng::signed(y)) * (0.15 * spacing);
            let free = self.geometry.is_clear(site + way, self.params.clearance, CLOSED)
                && scalar::crossing(&self.geometry.walls(), site, way, CLOSED).is_none();
            if free { site + way } else { site }
        });
        let kind = self.kind(group, kind);
        let [a, b, ..] = setup.draw(id, WISH);
        self.person(place, kind, size, a, b)
    }

    fn check(&self, me: &person::Row) -> Result<(), alloc::string::String> {
        let least = self.params.clearance / 64.0;
        if !me.alive {
            return Err("column `alive` is false: who has left is not there".into());
        }
        // Who goes through a door may stand where it is closed later.
        let wall = scalar::nearest(&self.geometry.walls(), me.position, OPEN);
        let Some(wall) = wall.filter(|wall| wall.distance < least) else { return Ok(()) };
        let name = match wall.shape {
            ENDS => "the end of the world".into(),
            shape => format!("shape {shape}, a wall"),
        };
        Err(format!(
            "it is {} from {name}: it must be at least {least} from all walls",
            wall.distance
        ))
    }

    /// Doors are none: who goes through one may stand where it is closed later.
    fn is_stricter(&self, before: &Self) -> bool {
        let (p, old) = (&self.params, &before.params);
        let walls = self.geometry.of(Role::Wall).map(Placed::shape);
        let same = walls.eq(before.geometry.of(Role::Wall).map(Placed::shape));
        p.clearance > old.clearance || p.sight != old.sight || !same
    }

    fn inflow(&self, tick: &Tick<Self>) -> u32 {
        let until = |tick: u64, dt: f32| {
            (f64::from(self.params.inflow) * f64::from(dt) * tick as f64) as u64
        };
        let dt = tick.setup.dt;
        u32::try_from(until(tick.number + 1, dt) - until(tick.number, dt)).unwrap_or(u32::MAX)
    }

    /// At random in a source, one source after the other.
    fn arrive(&self, number: u32, tick: &Tick<Self>) -> person::Row {
        let open = self.geometry.open(tick.number);
        let sources = self.sites.len().max(1);
        let group = (number as usize + tick.number as usize) % sources;
        let [kind, size, a, b] = tick.draw(number, ARRIVE);
        let place = self.geometry.of(Role::Source).nth(group).and_then(|source| {
            let draw = |attempt| tick.draw(number, ARRIVE + 1 + attempt);
            let fits = |place| {
                let at_goal = || self.geometry.inside(Role::Goal, V2::<Baseline>::all(place)).any();
                self.geometry.is_clear(place, self.params.clearance, open)
                    && (leads(&self.geometry, &self.routes, place) || at_goal())
            };
            self.geometry.place_in(&source.shape(), fits, draw)
        });
        let site = || self.sites.get(group).and_then(|(sites, _)| sites.first()).copied();
        let place = place.or_else(site).unwrap_or(Vec2::ZERO);
        self.person(place, self.kind(group, kind), size, a, b)
    }

    /// `push` is how fast one goes away from the point, over the distance, per time.
    fn poke(&self, me: &mut person::Row, poke: &Poke<'_, Self>) {
        me.velocity += poke.offset * poke.get("push");
    }

    #[inline(always)]
    fn update<S: Isa>(&self, me: &mut TileOf<'_, S, Self>, tick: &Tick<Self>) {
        let open = self.geometry.open(tick.number);
        let most = me.wish.get() * F32x8::splat(MOST_SPEED);
        let velocity = (me.velocity.get() + me.force.get() * tick.dt()).limited(most);
        let clearance = F32x8::splat(self.params.clearance);
        let walls = self.geometry.walls();
        let walked = S::split(
            #[inline(always)]
            || walls.walk(clearance, me.position.get(), velocity * tick.dt(), open),
        );
        // Who was stopped or turned does not go on against the wall.
        let into = velocity.dot(walked.normal).min(F32x8::ZERO);
        let turned = velocity - walked.normal * into;
        me.position.set(walked.place);
        me.velocity.set(V2::select(walked.touched, turned, velocity));
        me.alive.set(!me.leaving.get());
        me.leaving.set(self.geometry.inside(Role::Sink, walked.place));
    }
}

impl Pass<Self> for Crowd {
    type Shown = person::Shown;
    type Tile<S: Isa> = Own<S>;
    /// Acceleration.
    type Sum<S: Isa> = Sum8<V2<S>>;

    /// A pair costs an exponential.
    const SELECTIVE: bool = true;

    fn radius(model: &Self) -> f32 {
        model.params.sight
    }

    #[inline(always)]
    fn show(_: &Self, now: &RefOf<'_, Self>, row: usize, _tick: &Tick<Self>) -> person::Shown {
        now.shown(row)
    }

    #[inline(always)]
    fn load<S: Isa>(
        model: &Self,
        now: &LookOf<'_, S, Self>,
        tick: &Tick<Self>,
    ) -> (Own<S>, Sum8<V2<S>>) {
        let open = model.geometry.open(tick.number);
        let mut direction = V2::ZERO;
        for goal in 0..model.routes.goals() {
            let seeks = now.kind.is(goal as u8);
            if seeks.any() {
                let way = model.routes.direction(goal, open, now.position.get());
                direction = V2::select(seeks, way, direction);
            }
        }
        if model.routes.goals() == 0 {
            let along = V2::splat(1.0, 0.0);
            direction = V2::select(now.kind.is(0), along, -along);
        }
        let own = Own { velocity: now.velocity.get(), radius: now.radius.get(), direction };
        (own, Sum8::default())
    }

    #[inline(always)]
    fn pair<S: Isa>(model: &Self, own: &Own<S>, pair: &Pair<'_, S, Self>, sum: &mut Sum8<V2<S>>) {
        if !pair.near.any() {
            return;
        }
        let force = S::split(
            #[inline(always)]
            || {
                let away = -pair.offset.normalized();
                let gap = pair.offset.length() - (own.radius + F32x8::splat(pair.other.radius));
                let ahead = F32x8::splat(model.params.ahead);
                let seen = (F32x8::ONE - away.dot(own.direction)) * F32x8::splat(0.5);
                let weight = ahead + (F32x8::ONE - ahead) * seen;
                let slip = V2::all(pair.other.velocity) - own.velocity;
                model.body(away, gap, weight, slip)
            },
        );
        sum.add(pair.near, force);
    }

    #[inline(always)]
    fn finish<S: Isa>(model: &Self, all: &mut Finish<'_, '_, S, Self>) {
        let (own, open) = (all.tile, model.geometry.open(all.tick.number));
        let wall = model.geometry.walls().nearest(all.now.position.get(), open);
        let near = wall.distance.lt(F32x8::splat(f32::INFINITY));
        let gap = near.select(wall.distance, F32x8::ZERO) - own.radius;
        let from_wall = model.body(wall.normal, gap, F32x8::ONE, -own.velocity).keep(near);
        let wished = own.direction * all.now.wish.get() - own.velocity;
        let drive = wished / F32x8::splat(model.params.relaxation);
        all.left.force.set(drive + from_wall + all.sum.get());
    }
}

impl Crowd {
    /// Takes from one that was there before what stays as it is.
    fn following(
        before: Option<&Self>,
        params: CrowdParams,
        setup: &Setup,
    ) -> Result<Self, ParamError> {
        let p = &params;
        let ordered = p.radius_min <= p.radius_max;
        ParamError::unless(ordered, "radius_min", "it must be at most radius_max")?;
        ParamError::unless(
            p.clearance <= 0.5 * p.sight,
            "clearance",
            "it must be at most half of sight",
        )?;
        let shapes = before.map(|crowd| &crowd.geometry);
        let geometry = Geometry::following(shapes, &p.shapes, &setup.world, p.sight)?;
        let kinds = geometry.of(Role::Goal).count();
        ParamError::unless(kinds <= 255, "shapes", "there are more than 255 goals")?;
        let known = before.map(|crowd| (&crowd.routes, &crowd.geometry));
        let routes = Routes::following(known, &geometry, p.cell, p.detour)?;
        let begun =
            |p: &CrowdParams| ([p.cell, p.detour, p.clearance, p.radius_min], p.inflow > 0.0);
        let same =
            |crowd: &&Self| crowd.geometry.shares(&geometry) && begun(&crowd.params) == begun(p);
        let sites = match before.filter(same) {
            Some(crowd) => Arc::clone(&crowd.sites),
            None => sites(p, &geometry, &routes, setup)?.into(),
        };
        let sources = geometry.of(Role::Source).next().is_some();
        ParamError::unless(
            sources || p.inflow == 0.0,
            "inflow",
            "nobody comes in without a source: it must be 0",
        )?;
        let height = setup.world.height();
        Ok(Self { params, geometry, routes, sites, height })
    }

    /// The acceleration by a body or a wall: `away` from it, whose border is `gap` away, past which the own one goes
    /// with the velocity `-slip`.
    #[inline(always)]
    fn body<S: Isa>(&self, away: V2<S>, gap: F32x8<S>, weight: F32x8<S>, slip: V2<S>) -> V2<S> {
        let p = &self.params;
        // Bodies that lie in one another push no more than those whose middles meet.
        let near = (-gap / F32x8::splat(p.range)).min(F32x8::splat(MOST_PUSH));
        let overlap = (-gap).max(F32x8::ZERO);
        let push = F32x8::splat(p.strength) * weight * math::exp(near)
            + F32x8::splat(p.stiffness) * overlap;
        let aside = away.left();
        let rub = F32x8::splat(p.friction) * overlap * slip.dot(aside);
        away * push + aside * rub
    }

    /// Which goal who begins in a source has.
    fn kind(&self, group: usize, random: u32) -> u8 {
        let goals = self.routes.goals();
        let sources = self.geometry.of(Role::Source).count();
        match (goals, sources) {
            (0, _) => rng::below(random, 2) as u8,
            (_, 0) => rng::below(random, goals as u32) as u8,
            _ => (group % goals) as u8,
        }
    }

    /// Somebody at rest.
    fn person(&self, position: Vec2, kind: u8, size: u32, a: u32, b: u32) -> person::Row {
        let p = &self.params;
        let (normal, _) = rng::normal_pair(a, b);
        // Between half and twice the mean, so that nobody stands or runs.
        let wish = p.speed + p.speed_spread * normal;
        let (least, most) = (0.5 * p.speed, 2.0 * p.speed);
        let wish = if wish < least {
            least
        } else if wish > most {
            most
        } else {
            wish
        };
        let radius = p.radius_min + (p.radius_max - p.radius_min) * rng::unit(size);
        person::Row { position, radius, wish, kind, alive: true, ..Default::default() }
    }
}

/// How many of `all` begin in a group.
fn share(all: u32, groups: usize, group: usize) -> u32 {
    let groups = groups.max(1) as u32;
    all / groups + u32::from((group as u32) < all % groups)
}

/// Whether a way leads from a place to a goal, where there is any.
fn leads(geometry: &Geometry<Plane>, routes: &Routes, place: Vec2) -> bool {
    routes.goals() == 0 || routes.reach(geometry, place)
}

/// Places for all people, as far apart as they can be: the same whatever doors are open.
#[inline(never)]
fn sites(
    p: &CrowdParams,
    geometry: &Geometry<Plane>,
    routes: &Routes,
    setup: &Setup,
) -> Result<Vec<(Vec<Vec2>, f32)>, ParamError> {
    let world = setup.world;
    let whole = [Shape::Box { low: Vec2::ZERO, high: Vec2::new(world.width(), world.height()) }];
    let sources: Vec<_> = geometry.of(Role::Source).map(|source| source.shape()).collect();
    let shapes = if sources.is_empty() { &whole[..] } else { &sources[..] };
    let mut all = Vec::new();
    for (group, shape) in shapes.iter().enumerate() {
        let begin = share(setup.population, shapes.len(), group) as usize;
        // Where somebody comes in later there must be one place.
        let needed = if p.inflow > 0.0 { begin.max(1) } else { begin };
        let (low, high) = shape.bounds();
        let area = (high.x - low.x) * (high.y - low.y);
        let mut spacing = math::scalar::sqrt(area / needed.max(1) as f32);
        // Where so few of so many places are clear, there is as good as no room.
        let least = math::scalar::sqrt(area / (64.0 * needed as f32 + 4096.0));
        let places = loop {
            let mut places = geometry.lattice(shape, spacing, p.clearance, CLOSED);
            // Nobody begins in a pillar, from which no way leads to a goal.
            places.retain(|place| leads(geometry, routes, *place));
            if places.len() >= needed {
                break places;
            }
            spacing *= 0.97;
            if spacing <= p.radius_min || spacing <= least || spacing.is_nan() {
                let problem = format!(
                    "{needed} people do not fit into {}: there are {} places",
                    if sources.is_empty() { "the world" } else { "a source" },
                    places.len()
                );
                return Err(ParamError::Conflict { name: "shapes", problem });
            }
        };
        all.push((places, spacing));
    }
    Ok(all)
}

/// The highest speed, in parts of the wished one.
const MOST_SPEED: f32 = 1.3;
/// The largest overlap for the force between people, in ranges.
const MOST_PUSH: f32 = 8.0;

/// No door is open.
const CLOSED: u64 = 0;
/// All doors are open.
const OPEN: u64 = u64::MAX;

/// The streams of random numbers.
const SPAWN: u32 = 0;
const WISH: u32 = 1;
const ARRIVE: u32 = 2;
