//! The forms that kernels have in space, against double precision and against the plane.

use flockwork_kernel::columns::{ALIGN, Columns as _, Reach, byte_len, packed_len};
use flockwork_kernel::integrate::EdgeLanes;
use flockwork_kernel::isa::Baseline;
use flockwork_kernel::rng;
use flockwork_kernel::simd::{F32x8, U32x8, V3, Vector8};
use flockwork_kernel::{Axes, Axis, Plane, Space, Vec2, Vec3, Vector, World, collide, steer};
use quickcheck::quickcheck;

type Lanes = V3<Baseline>;

fn wide(v: Vec3) -> [f64; 3] {
    [v.x, v.y, v.z].map(f64::from)
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn is_close(a: Vec3, b: [f64; 3], error: f64) -> bool {
    wide(a).iter().zip(b).all(|(a, b)| (a - b).abs() <= error)
}

/// A vector whose components are of like size, and may be tiny or huge together.
fn vector(words: (i16, i16, i16), power: i8) -> Vec3 {
    let scale = 2f32.powi(i32::from(power) / 2);
    let part = |word: i16| f32::from(word) / 256.0 * scale;
    Vec3::new(part(words.0), part(words.1), part(words.2))
}

quickcheck! {
    fn lengths_are_those_of_double_precision(words: (i16, i16, i16), power: i8) -> bool {
        let v = vector(words, power);
        let length = dot(wide(v), wide(v)).sqrt();
        let unit = if length > 0.0 { wide(v).map(|x| x / length) } else { [0.0; 3] };
        (f64::from(v.length()) - length).abs() <= 2e-7 * length
            && is_close(v.normalized(), unit, 4e-7)
    }

    fn limits_keep_the_direction(words: (i16, i16, i16), low: u8, more: u8) -> bool {
        let v = vector(words, 0);
        let (low, high) = (f32::from(low), f32::from(low) + f32::from(more));
        let length = f64::from(v.length());
        let clamped = length.clamp(low.into(), high.into()) * f64::from(u8::from(length > 0.0));
        let factor = if length > 0.0 { clamped / length } else { 0.0 };
        let shortened = if length > 0.0 { length.min(high.into()) / length } else { 0.0 };
        is_close(v.clamped(low, high), wide(v).map(|x| x * factor), 1e-6 * (1.0 + clamped))
            && is_close(v.limited(high), wide(v).map(|x| x * shortened), 1e-6 * (1.0 + length))
    }

    fn one_vector_has_the_bits_of_a_lane(a: (i16, i16, i16), b: (i16, i16, i16)) -> bool {
        let (a, b) = (vector(a, 3), vector(b, -3));
        let (wide_a, wide_b) = (Lanes::all(a), Lanes::all(b));
        let lane = |lanes: Lanes| {
            Vec3::new(lanes.x.to_array()[3], lanes.y.to_array()[3], lanes.z.to_array()[3])
        };
        lane(wide_a + wide_b) == a + b
            && lane(wide_a - wide_b) == a - b
            && lane(-wide_a * F32x8::splat(1.5)) == -a * 1.5
            && lane(wide_a.cross(wide_b)) == a.cross(b)
            && lane(wide_a.normalized()) == a.normalized()
            && wide_a.dot(wide_b).to_array()[5] == a.dot(b)
    }

    fn a_product_is_square_to_both(a: (i16, i16, i16), b: (i16, i16, i16)) -> bool {
        let (a, b) = (vector(a, 0), vector(b, 0));
        let size = f64::from(a.length()) * f64::from(b.length());
        let cross = wide(a.cross(b));
        dot(cross, wide(a)).abs() <= 1e-6 * size * f64::from(a.length())
            && dot(cross, wide(b)).abs() <= 1e-6 * size * f64::from(b.length())
    }

    fn in_a_flat_space_all_is_as_in_the_plane(a: (i16, i16), b: (i16, i16)) -> bool {
        let flat = |v: (i16, i16)| vector((v.0, v.1, 0), 0);
        let (a, b) = (flat(a), flat(b));
        let plane = |v: Vec3| Vec2::new(v.x, v.y);
        plane(a.normalized()) == plane(a).normalized()
            && a.length() == plane(a).length()
            && a.dot(b) == plane(a).dot(plane(b))
            && plane(a.limited(2.0)) == plane(a).limited(2.0)
            && plane(a.clamped(1.0, 9.0)) == plane(a).clamped(1.0, 9.0)
            && a.cross(b).z == plane(a).cross(plane(b))
    }
}

#[test]
fn random_directions_cover_the_sphere_evenly() {
    const COUNT: u32 = 200_000;
    let (mut octants, mut caps) = ([0u32; 8], [0u32; 10]);
    let (mut squares, mut sums) = ([0.0f64; 3], [0.0f64; 3]);
    for id in 0..COUNT {
        let [angle, height, _, _] = rng::draw(7, 0, id, 1);
        let one: Vec3 = rng::direction_in(angle, height);
        let v = wide(one);
        assert!((dot(v, v) - 1.0).abs() < 4e-7, "{one:?}");
        octants[usize::from(v[0] > 0.0)
            | usize::from(v[1] > 0.0) << 1
            | usize::from(v[2] > 0.0) << 2] += 1;
        // Zones of the same height along an axis that is none of the coordinates'.
        let along = (v[0] + v[1] + v[2]) / 3f64.sqrt();
        caps[((along + 1.0) * 4.999_999) as usize] += 1;
        for axis in 0..3 {
            squares[axis] += v[axis] * v[axis] / f64::from(COUNT);
            sums[axis] += v[axis] / f64::from(COUNT);
        }
    }
    let chi = |counts: &[u32]| -> f64 {
        let expected = f64::from(COUNT) / counts.len() as f64;
        counts.iter().map(|&n| (f64::from(n) - expected).powi(2) / expected).sum()
    };
    // 7 and 9 degrees of freedom, with a chance of 0.001; the draw is fixed.
    assert!(chi(&octants) < 24.3 && chi(&caps) < 27.9, "{} {}", chi(&octants), chi(&caps));
    assert!(squares.iter().all(|mean| (mean - 1.0 / 3.0).abs() < 0.003), "{squares:?}");
    assert!(sums.iter().all(|mean| mean.abs() < 0.006), "{sums:?}");
    let plane: Vec2 = rng::direction_in(5 << 20, 9);
    assert_eq!(plane, rng::direction(5 << 20));
}

#[test]
fn each_axis_has_ends_of_its_own() {
    let world = World::of(&[Axis::periodic(10.0), Axis::wall(4.0), Axis::open(2.0)]).unwrap();
    let edge = EdgeLanes::<Space, Baseline>::of(&world);
    let bound = |at: Vec3, v: Vec3| {
        let (at, v) = edge.bound(Lanes::all(at), Lanes::all(v));
        let first = |lanes: Lanes| [lanes.x, lanes.y, lanes.z].map(|part| part.to_array()[0]);
        (first(at), first(v))
    };
    let (at, v) = bound(Vec3::new(-1.0, 5.0, -7.0), Vec3::new(-1.0, 2.0, -3.0));
    assert_eq!((at, v), ([9.0, 3.0, -7.0], [-1.0, -2.0, -3.0]));
    let (at, v) = bound(Vec3::new(12.5, -0.5, 70.0), Vec3::new(1.0, -2.0, 3.0));
    assert_eq!((at, v), ([2.5, 0.5, 70.0], [1.0, 2.0, 3.0]));
}

#[test]
fn spheres_collide_along_the_line_between_their_centres() {
    let offset = Lanes::splat(0.0, 0.6, 0.8);
    let contact = collide::contact(offset, F32x8::splat(1.5), F32x8::ZERO.eq(F32x8::ZERO));
    assert!((contact.depth.to_array()[0] - 0.5).abs() < 1e-6);
    let approach = Lanes::splat(3.0, -0.6, -0.8);
    let kick = collide::impulse(&contact, approach, F32x8::splat(2.0), F32x8::ONE);
    let kick = Vec3::new(kick.x.to_array()[0], kick.y.to_array()[0], kick.z.to_array()[0]);
    assert!(is_close(kick, [0.0, -0.6, -0.8], 1e-6), "{kick:?}");
    let apart = collide::correction(&contact, F32x8::ONE, F32x8::splat(2.0), F32x8::ONE);
    assert!((apart.z.to_array()[0] + 0.2).abs() < 1e-6);
}

#[test]
fn steering_goes_in_any_direction() {
    let at = Lanes::splat(1.0, 2.0, 3.0);
    let up = steer::seek(at, Lanes::ZERO, Lanes::splat(1.0, 2.0, 9.0), F32x8::splat(2.0));
    assert_eq!([up.x, up.y, up.z].map(|part| part.to_array()[0]), [0.0, 0.0, 2.0]);
    let world = World::space(10.0, 10.0, 4.0, flockwork_kernel::Edge::Wall).unwrap();
    let back = steer::avoid::containment(at, Lanes::ZERO, &world, F32x8::splat(1.5), F32x8::ONE);
    assert_eq!([back.x, back.y, back.z].map(|part| part.to_array()[0]), [0.5, 0.0, -0.5]);
    // A ball dead ahead, and one a little below the way.
    let ball = |z| steer::avoid::Ball { x: 5.0, y: 2.0, z, radius: 1.0 };
    let ahead = |z| {
        let way = steer::avoid::balls(
            at,
            Lanes::splat(1.0, 0.0, 0.0),
            F32x8::ONE,
            F32x8::splat(9.0),
            &[ball(z)],
        );
        Vec3::new(way.x.to_array()[0], way.y.to_array()[0], way.z.to_array()[0])
    };
    assert!(is_close(ahead(2.5), [0.0, 0.0, 1.5], 1e-6), "{:?}", ahead(2.5));
    assert_eq!(ahead(3.0).length(), 2.0);
    assert_eq!(ahead(0.9), Vec3::ZERO);
    let mut direction = Lanes::splat(0.0, 0.0, 1.0);
    for tick in 0..20 {
        direction =
            steer::wander_direction(direction, F32x8::splat(0.3), 1, tick, U32x8::splat(4), 2);
        assert!((direction.length().to_array()[0] - 1.0).abs() < 1e-6);
    }
    assert!(direction.z.to_array()[0] < 0.999);
}

flockwork_kernel::columns! {
    /// One for the plane and for space.
    pub mod bird<A> {
        ghost {
            /// Where.
            position: vec(x, y, z),
            heading: vec(hx, hy, hz) where unit,
        }
        owned {
            age: u16,
            wish: vec(wx, wy, wz) where -2.0..=2.0,
        }
        scratch {
            force: vec(ax, ay, az),
        }
    }
}

#[repr(align(64))]
struct Memory([u8; 4096]);

fn names<A: Axes>() -> Vec<&'static str> {
    bird::Columns::<A>::SCHEMA.iter().map(|column| column.name).collect()
}

#[test]
fn the_plane_has_no_third_column() {
    assert_eq!(names::<Plane>(), ["id", "x", "y", "hx", "hy", "age", "wx", "wy", "ax", "ay"]);
    let third = ["id", "x", "y", "z", "hx", "hy", "hz", "age", "wx", "wy", "wz", "ax", "ay", "az"];
    assert_eq!(names::<Space>(), third);
    assert!(
        byte_len::<bird::Columns<Plane>>(9).unwrap() < byte_len::<bird::Columns<Space>>(9).unwrap()
    );
}

/// Writes a row, packs it, unpacks it as another row, and gives both with their fingerprints.
fn there_and_back<A: Axes>() -> ([bird::Row<A>; 2], [u64; 2], usize) {
    let mut memory = Memory([0; 4096]);
    assert_eq!(memory.0.as_ptr().addr() % ALIGN, 0);
    let mut birds = bird::Columns::<A>::bind(&mut memory.0, 9).unwrap();
    let row = bird::Row::<A> {
        position: Vector::of(1.0, 2.0, 3.0),
        heading: Vector::of(0.6, 0.0, 0.8),
        wish: Vector::of(-1.0, 1.5, 0.5),
        age: 7,
        ..Default::default()
    };
    bird::Columns::set_row(&mut birds, 4, &row);
    bird::Columns::set_id(&mut birds, 4, 11);
    let mut bytes = [0; 64];
    let shared = bird::Columns::share(&birds);
    let len = bird::Columns::pack(&shared, 4, Reach::Owned, &mut bytes).unwrap();
    assert_eq!(len, packed_len(bird::Columns::<A>::SCHEMA, Reach::Owned));
    bird::Columns::unpack(&mut birds, 2, Reach::Owned, &bytes).unwrap();
    assert!(bird::Columns::settle::<Baseline>(&mut birds, 0..8));
    let shared = bird::Columns::share(&birds);
    let rows = [2, 4].map(|row| bird::Columns::row(&shared, row));
    assert_eq!(bird::Columns::difference(&shared, 2, &shared, 4), None);
    let look = bird::Columns::look::<Baseline>(&birds, 0);
    let wish: Vector8<A, Baseline> = look.wish.get();
    assert_eq!(wish.x.to_array()[4], -1.0);
    (rows, [2, 4].map(|row| bird::Columns::fingerprint(&shared, row)), len)
}

#[test]
fn rows_go_through_memory_in_the_plane_and_in_space() {
    let (rows, prints, len) = there_and_back::<Plane>();
    assert_eq!((rows[0], prints[0], len), (rows[1], prints[1], 4 * 7 + 2));
    assert!(bird::Columns::check(&rows[0]).is_err_and(|error| error.columns == ["hx", "hy"]));
    let (rows, prints, len) = there_and_back::<Space>();
    assert_eq!((rows[0], prints[0], len), (rows[1], prints[1], 4 * 10 + 2));
    assert_eq!(rows[0].wish.z, 0.5);
    assert!(bird::Columns::check(&rows[0]).is_ok());
}
