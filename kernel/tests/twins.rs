//! Every function of `scalar` modules has the bits of a lane, whichever instruction set the lanes are of.
//!
//! NaN counts as NaN: which bits it has is not specified.

use flockwork_kernel::axes::{Axes, Component, Third};
use flockwork_kernel::collide::{self, scalar as disc};
use flockwork_kernel::integrate::{self, EdgeLanes, Timestep, scalar as motion};
use flockwork_kernel::isa::{self, Isa};
use flockwork_kernel::life::{self, scalar as energy};
use flockwork_kernel::math::{self, scalar as number};
use flockwork_kernel::simd::{F32x8, Mask8, U32x8, V2, V3, Vector8};
use flockwork_kernel::steer::avoid::{self, Ball, Circle};
use flockwork_kernel::steer::flock::Flock;
use flockwork_kernel::steer::follow::{self, FlowField, Path};
use flockwork_kernel::steer::{self, scalar as steering};
use flockwork_kernel::{Axis, Edge, LANES, Plane, Space, Vec2, Vec3, Vector, World, rng};
use quickcheck::quickcheck;

/// What a lane of something is.
trait Lane {
    type One;
    fn at(&self, lane: usize) -> Self::One;
}

impl<S: Isa> Lane for F32x8<S> {
    type One = f32;
    fn at(&self, lane: usize) -> f32 {
        self.to_array()[lane]
    }
}

impl<S: Isa> Lane for U32x8<S> {
    type One = u32;
    fn at(&self, lane: usize) -> u32 {
        self.to_array()[lane]
    }
}

impl<S: Isa> Lane for Mask8<S> {
    type One = bool;
    fn at(&self, lane: usize) -> bool {
        self.bits() >> lane & 1 == 1
    }
}

impl<A: Axes, S: Isa> Lane for Vector8<A, S> {
    type One = Vector<A>;
    fn at(&self, lane: usize) -> Vector<A> {
        Vector::of(self.x.at(lane), self.y.at(lane), self.z.or(F32x8::ZERO).at(lane))
    }
}

impl<X: Lane, Y: Lane> Lane for (X, Y) {
    type One = (X::One, Y::One);
    fn at(&self, lane: usize) -> Self::One {
        (self.0.at(lane), self.1.at(lane))
    }
}

impl<X: Lane, Y: Lane, Z: Lane> Lane for (X, Y, Z) {
    type One = (X::One, Y::One, Z::One);
    fn at(&self, lane: usize) -> Self::One {
        (self.0.at(lane), self.1.at(lane), self.2.at(lane))
    }
}

/// The bits of a result, with one answer for every NaN.
trait Bits {
    fn bits(self) -> Vec<u32>;
}

impl Bits for f32 {
    fn bits(self) -> Vec<u32> {
        vec![if self.is_nan() { f32::NAN.to_bits() } else { self.to_bits() }]
    }
}

impl Bits for bool {
    fn bits(self) -> Vec<u32> {
        vec![self.into()]
    }
}

impl<A: Axes> Bits for Vector<A> {
    fn bits(self) -> Vec<u32> {
        [self.x, self.y, self.z.or(0.0)].into_iter().flat_map(Bits::bits).collect()
    }
}

impl<X: Bits, Y: Bits> Bits for (X, Y) {
    fn bits(self) -> Vec<u32> {
        [self.0.bits(), self.1.bits()].concat()
    }
}

impl<X: Bits, Y: Bits, Z: Bits> Bits for (X, Y, Z) {
    fn bits(self) -> Vec<u32> {
        [self.0.bits(), self.1.bits(), self.2.bits()].concat()
    }
}

/// Holds each lane of a result against the twin.
fn same<L: Lane>(name: &str, lanes: L, twin: impl Fn(usize) -> L::One)
where
    L::One: Bits,
{
    for lane in 0..LANES {
        assert_eq!(lanes.at(lane).bits(), twin(lane).bits(), "{name}, lane {lane}");
    }
}

/// Eight numbers of a usual size; some are 0 or -0, and with `wild` some are anything.
fn numbers<S: Isa>(seed: u64, column: u32, wild: bool) -> F32x8<S> {
    F32x8::from_array(std::array::from_fn(|lane| {
        let [bits, kind, any, _] = rng::draw(seed, 0, lane as u32, column);
        match kind % 16 {
            0 => 0.0,
            1 => -0.0,
            2 | 3 if wild => f32::from_bits(any),
            _ => rng::signed(bits) * 12.0,
        }
    }))
}

fn vectors<A: Axes, S: Isa>(seed: u64, column: u32, wild: bool) -> Vector8<A, S> {
    let along = |axis| numbers(seed, 3 * column + axis, wild);
    Vector8::of(along(0), along(1), along(2))
}

/// Every function that there is for the plane and for space.
fn everywhere<A: Axes, S: Isa>(seed: u64, wild: bool) {
    let number = |column: u32| numbers::<S>(seed, 100 + column, wild);
    let vector = |column: u32| vectors::<A, S>(seed, column, wild);
    let [p, v, t, u] = [0, 1, 2, 3].map(vector);
    let [m, n, r, k] = [0, 1, 2, 3].map(number);
    let ids =
        U32x8::<S>::from_array(std::array::from_fn(|lane| rng::draw(seed, 1, lane as u32, 0)[0]));
    let (p1, v1, t1, u1) = (|l| p.at(l), |l| v.at(l), |l| t.at(l), |l| u.at(l));
    let (m1, n1, r1, k1) = (|l| m.at(l), |l| n.at(l), |l| r.at(l), |l| k.at(l));

    same("length", p.length(), |l| p1(l).length());
    same("normalized", p.normalized(), |l| p1(l).normalized());
    same("limited", p.limited(m), |l| p1(l).limited(m1(l)));
    same("clamped", p.clamped(m, n), |l| p1(l).clamped(m1(l), n1(l)));
    same("is zero", p.is_zero(), |l| p1(l).is_zero());
    same("is finite", p.is_finite(), |l| p1(l).is_finite());
    operators::<A, S>(p, v, m);

    same("towards", steer::towards(p, v, m), |l| steering::towards(p1(l), v1(l), m1(l)));
    same("seek", steer::seek(p, v, t, m), |l| steering::seek(p1(l), v1(l), t1(l), m1(l)));
    same("flee", steer::flee(p, v, t, m), |l| steering::flee(p1(l), v1(l), t1(l), m1(l)));
    let twin = |l| steering::arrive(p1(l), v1(l), t1(l), m1(l), n1(l));
    same("arrive", steer::arrive(p, v, t, m, n), twin);
    let twin = |l| steering::predict(p1(l), v1(l), t1(l), u1(l), n1(l));
    same("predict", steer::predict(p, v, t, u, n), twin);
    let twin = |l| steering::pursue(p1(l), v1(l), t1(l), u1(l), m1(l), n1(l));
    same("pursue", steer::pursue(p, v, t, u, m, n), twin);
    let twin = |l| steering::evade(p1(l), v1(l), t1(l), u1(l), m1(l), n1(l));
    same("evade", steer::evade(p, v, t, u, m, n), twin);
    let twin = |l| steering::wander_direction(p1(l), m1(l), seed, 3, ids.at(l), 4);
    same("wander_direction", steer::wander_direction(p, m, seed, 3, ids, 4), twin);
    let twin = |l| steering::wander_to(v1(l), p1(l), m1(l), n1(l));
    same("wander_to", steer::wander_to(v, p, m, n), twin);

    let reach = n.abs();
    let touch = collide::contact(p, reach, m.lt(n));
    let touch1 = |l| disc::contact(p1(l), reach.at(l), m1(l) < n1(l));
    same("contact", (touch.touching, touch.normal, touch.depth), |l| {
        let disc::Contact { touching, normal, depth } = touch1(l);
        (touching, normal, depth)
    });
    let twin = |l| disc::impulse(&touch1(l), v1(l), r1(l), k1(l));
    same("impulse", collide::impulse(&touch, v, r, k), twin);
    let twin = |l| disc::correction(&touch1(l), m1(l), r1(l), k1(l));
    same("correction", collide::correction(&touch, m, r, k), twin);

    let ends = rng::draw(seed, 7, 0, 0).map(|word| Edge::NAMES[word as usize % 3].1);
    let sides = [7.0, 3.0, 5.0];
    let axes: Vec<Axis> =
        (0..A::COUNT).map(|at| Axis { length: sides[at], edge: ends[at] }).collect();
    let world = World::of(&axes).unwrap();
    let edge = EdgeLanes::<A, S>::of(&world);
    let dt = Timestep::new(rng::unit(ids.at(0))).unwrap();
    same("bound", edge.bound(p, v), |l| motion::bound(&world, p1(l), v1(l)));
    same("drift", edge.drift(dt.lanes(), p, v), |l| motion::drift(&world, dt, p1(l), v1(l)));
    let twin = |l| motion::step(&world, dt, p1(l), v1(l), t1(l));
    same("step", edge.step(dt.lanes(), p, v, t), twin);
    let twin = |l| steering::containment(p1(l), v1(l), &world, m1(l), n1(l));
    same("containment", avoid::containment(p, v, &world, m, n), twin);

    let mut flock = Flock::<A, S>::default();
    let mut alone = [steering::Flock::<A>::default(); LANES];
    for (other, moves) in [(t, u), (u, p), (v, t)] {
        let (offset, d2) = (other - p, (other - p).length_squared());
        let near = d2.lt(F32x8::splat(90.0));
        flock.add(near, offset, d2, moves);
        for (l, alone) in alone.iter_mut().enumerate().filter(|(l, _)| near.at(*l)) {
            alone.add(offset.at(l), moves.at(l));
        }
    }
    same("flock", flock.finish(v), |l| alone[l].finish(v1(l)));
}

/// Operators of vectors, one and eight.
fn operators<A: Axes, S: Isa>(p: Vector8<A, S>, v: Vector8<A, S>, m: F32x8<S>) {
    let (p1, v1, m1) = (|l| p.at(l), |l| v.at(l), |l| m.at(l));
    same("+", p + v, |l| p1(l) + v1(l));
    same("-", p - v, |l| p1(l) - v1(l));
    same("neg", -p, |l| -p1(l));
    same("*", p * m, |l| p1(l) * m1(l));
    same("* before", m * p, |l| m1(l) * p1(l));
    same("/", p / m, |l| p1(l) / m1(l));
    same("* 3", p * 3.0, |l| p1(l) * 3.0);
    same("3 *", 3.0 * p, |l| 3.0 * p1(l));
    same("/ 3", p / 3.0, |l| p1(l) / 3.0);
    fn changed<A: Axes, T: Component + core::ops::Div<Output = T>>(
        mut a: Vector<A, T>,
        b: Vector<A, T>,
        f: T,
    ) -> Vector<A, T> {
        a += b;
        a *= f;
        a -= b;
        a /= f;
        a
    }
    same("op=", changed(p, v, m), |l| changed(p1(l), v1(l), m1(l)));
    let mut by_number = p;
    by_number *= 5.0;
    by_number /= 7.0;
    same("op= 5", by_number, |l| p1(l) * 5.0 / 7.0);
}

/// What there is for numbers, for the plane alone, and for space alone.
fn elsewhere<S: Isa>(seed: u64, wild: bool) {
    let [a, b, c, d, e] = [0, 1, 2, 3, 4].map(|column| numbers::<S>(seed, 200 + column, wild));
    let (a1, b1, c1) = (|l| a.at(l), |l| b.at(l), |l| c.at(l));
    let (d1, e1) = (|l| d.at(l), |l| e.at(l));
    same("euler", integrate::euler(a, b, c, d), |l| motion::euler(a1(l), b1(l), c1(l), d1(l)));
    let inverse = F32x8::ONE / d;
    same("wrap", integrate::wrap(a, d, inverse), |l| motion::wrap(a1(l), d1(l)));
    same("reflect", integrate::reflect(a, b, d), |l| motion::reflect(a1(l), b1(l), d1(l)));
    same("drag", integrate::drag_factor(a, b), |l| motion::drag_factor(a1(l), b1(l)));
    let twin = |l| disc::wall(a1(l), b1(l), c1(l), d1(l), e1(l));
    same("wall", collide::wall(a, b, c, d, e), twin);
    same("damage", life::damage(a, b, c), |l| energy::damage(a1(l), b1(l), c1(l)));
    let twin = |l| energy::metabolic_rate(a1(l), b1(l), c1(l), d1(l));
    same("metabolic_rate", life::metabolic_rate(a, b, c, d), twin);
    same("metabolize", life::metabolize(a, b, c), |l| energy::metabolize(a1(l), b1(l), c1(l)));
    same("gift", life::gift(a, b), |l| energy::gift(a1(l), b1(l)));
    same("transfer", life::transfer(a, b, c), |l| energy::transfer(a1(l), b1(l), c1(l)));
    same("sin_cos", math::sin_cos(a), |l| number::sin_cos(a1(l)));
    same("atan2", math::atan2(a, b), |l| number::atan2(a1(l), b1(l)));
    same("exp", math::exp(a), |l| number::exp(a1(l)));
    same("ln", math::ln(a), |l| number::ln(a1(l)));
    same("sqrt", a.sqrt(), |l| number::sqrt(a1(l)));
    same("rsqrt", math::rsqrt(a), |l| number::rsqrt(a1(l)));
    same("powi", math::powi(a, -3), |l| number::powi(a1(l), -3));
    same("length3", math::length3(a, b, c), |l| number::length3(a1(l), b1(l), c1(l)));
    same("normalize3", math::normalize3(a, b, c), |l| number::normalize3(a1(l), b1(l), c1(l)));
    let twin = |l| number::limit_length3(a1(l), b1(l), c1(l), d1(l));
    same("limit_length3", math::limit_length3(a, b, c, d), twin);

    let (p, v) = (vectors::<Plane, S>(seed, 0, wild), vectors::<Plane, S>(seed, 1, wild));
    let twin = |l| steering::wander(v.at(l), a1(l), b1(l), c1(l));
    same("wander", steer::wander(v, a, b, c), twin);
    let ids = U32x8::<S>::from_array(std::array::from_fn(|lane| lane as u32 * 7));
    let twin = |l| steering::wander_angle(a1(l), b1(l), seed, 5, l as u32 * 7, 6);
    same("wander_angle", steer::wander_angle(a, b, seed, 5, ids, 6), twin);
    let place = |at: u32| rng::draw(seed, 8, at, 0).map(|word| rng::signed(word) * 9.0);
    let circles: Vec<Circle> =
        (0..5).map(place).map(|[x, y, r, _]| Circle { x, y, radius: r.abs() * 0.3 }).collect();
    let twin = |l| steering::obstacles(p.at(l), v.at(l), a1(l), b1(l), &circles);
    same("obstacles", avoid::obstacles(p, v, a, b, &circles), twin);
    let (q, w) = (vectors::<Space, S>(seed, 2, wild), vectors::<Space, S>(seed, 3, wild));
    let balls: Vec<Ball> =
        (0..5).map(place).map(|[x, y, z, r]| Ball { x, y, z, radius: r.abs() * 0.3 }).collect();
    let twin = |l| steering::balls(q.at(l), w.at(l), a1(l), b1(l), &balls);
    same("balls", avoid::balls(q, w, a, b, &balls), twin);
    follows::<S>(seed, p, v, q, w, [a, b]);
}

/// Flow fields and paths.
fn follows<S: Isa>(seed: u64, p: V2<S>, v: V2<S>, q: V3<S>, w: V3<S>, [a, b]: [F32x8<S>; 2]) {
    let flows: Vec<f32> = (0..24).map(|at| rng::signed(rng::draw(seed, 9, at, 0)[0])).collect();
    let flat = World::of(&[Axis::periodic(9.0), Axis::wall(7.0)]).unwrap();
    let field = FlowField::new(&flat, [6, 4], [&flows, &flows]).unwrap();
    let twin = |l| steering::flow(&field, p.at(l), v.at(l), a.at(l));
    same("flow", follow::flow(&field, p, v, a), twin);
    let deep = World::space(9.0, 7.0, 8.0, Edge::Periodic).unwrap();
    let field = FlowField::new(&deep, [3, 2, 4], [&flows, &flows, &flows]).unwrap();
    let twin = |l| steering::flow(&field, q.at(l), w.at(l), a.at(l));
    same("flow in space", follow::flow(&field, q, w, a), twin);
    let path = Path::new([&flows[..5], &flows[5..10]], 0.2).unwrap();
    let twin = |l| steering::path(&path, p.at(l), v.at(l), a.at(l), b.at(l));
    same("path", follow::path(&path, p, v, a, b), twin);
    let path = Path::new([&flows[..5], &flows[5..10], &flows[10..15]], 0.2).unwrap();
    let twin = |l| steering::path(&path, q.at(l), w.at(l), a.at(l), b.at(l));
    same("path in space", follow::path(&path, q, w, a, b), twin);
}

#[derive(Clone, Copy)]
struct Test {
    seed: u64,
    wild: bool,
}

impl isa::Task for Test {
    type Output = ();
    #[inline(always)]
    fn run<S: Isa>(self) {
        everywhere::<Plane, S>(self.seed, self.wild);
        everywhere::<Space, S>(self.seed, self.wild);
        elsewhere::<S>(self.seed, self.wild);
    }
}

quickcheck! {
    fn every_lane_has_the_bits_of_its_twin(seed: u64) -> bool {
        isa::each(Test { seed, wild: false });
        isa::each(Test { seed, wild: true });
        true
    }
}

#[test]
fn arrays_and_vectors_are_the_same() {
    assert_eq!(Vec2::from([1.0, 2.0]), Vec2::new(1.0, 2.0));
    assert_eq!(<[f32; 3]>::from(Vec3::new(1.0, 2.0, 3.0)), [1.0, 2.0, 3.0]);
}
