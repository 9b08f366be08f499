//! Every operation of the lanes against one plain number at a time, bit by bit.
//!
//! The inputs are all pairs and triples of special values (both zeros, subnormals, infinities,
//! quiet and signalling NaN, halves, the ends of ranges), random bit patterns, and random numbers
//! of common size. A golden scene may never reach the operation that differs on some target; this
//! reaches them all, so it belongs to every build whose fingerprints are published.
//!
//! Which NaN an arithmetic operation gives is not specified, by IEEE 754 or here; that it gives
//! one is. Everything that only moves bits keeps them all.

use flockwork_kernel::simd::{F32x8, Isa, Mask8, U32x8};
use flockwork_kernel::sum::Sum8;
use flockwork_kernel::{LANES, isa, rng};

/// A test for every instruction set that the processor has.
macro_rules! test {
    ($(#[test] fn $name:ident<S: Isa>() $body:block)+) => {$(
        #[test]
        fn $name() {
            fn test<S: Isa>() $body
            #[derive(Clone, Copy)]
            struct Test;
            impl isa::Task for Test {
                type Output = ();
                #[inline(always)]
                fn run<S: Isa>(self) {
                    test::<S>();
                }
            }
            isa::each(Test);
            isa::Task::run::<isa::Single>(Test);
        }
    )+};
}

/// Bit patterns at which operations go wrong first.
const SPECIAL: [u32; 41] = [
    0x0000_0000, // +0
    0x8000_0000, // -0
    0x0000_0001, // the smallest subnormal
    0x8000_0001,
    0x0000_0003,
    0x007f_ffff, // the largest subnormal
    0x807f_ffff,
    0x0080_0000, // the smallest normal
    0x8080_0000,
    0x3eff_ffff, // below 1/2
    0x3f00_0000, // 1/2
    0xbf00_0000,
    0x3f7f_ffff, // below 1
    0xbf7f_ffff,
    0x3f80_0000, // 1
    0xbf80_0000,
    0x3f80_0001,
    0x3fc0_0000, // 3/2
    0xbfc0_0000,
    0x4020_0000, // 5/2
    0x4000_0000, // 2
    0x4040_0000, // 3
    0x4479_c000, // 999
    0x4afe_ffff, // near 2^23
    0x4b00_0000, // 2^23
    0xcb00_0000,
    0x4b7f_ffff, // below 2^24
    0x4b80_0000, // 2^24
    0x4eff_ffff, // below 2^31
    0x4f00_0000, // 2^31
    0xcf00_0000,
    0x4f7f_ffff, // below 2^32
    0x4f80_0000, // 2^32
    0x7f7f_ffff, // the largest
    0xff7f_ffff,
    0x7f80_0000, // infinity
    0xff80_0000,
    0x7fc0_0000, // quiet NaN
    0xffc0_0001,
    0x7f80_0001, // signalling NaN
    0xffbf_ffff,
];

/// How results are compared.
#[derive(Clone, Copy)]
enum Nan {
    /// The same bits, always.
    Exact,
    /// The same bits, or NaN on both sides.
    Any,
}

type Three = [[u32; LANES]; 3];

/// Calls `each` with eight triples of bit patterns at a time.
fn every_input(mut each: impl FnMut(Three)) {
    // The count is odd, so every special comes to every lane.
    let count = SPECIAL.len();
    let triple = |at: usize| {
        [SPECIAL[at % count], SPECIAL[at / count % count], SPECIAL[at / count / count % count]]
    };
    for start in (0..count * count * count).step_by(LANES) {
        let lanes: [[u32; 3]; LANES] = std::array::from_fn(|lane| triple(start + lane));
        each(std::array::from_fn(|k| lanes.map(|lane| lane[k])));
    }
    for id in 0..50_000 {
        let words: [[u32; 4]; LANES] = std::array::from_fn(|lane| rng::draw(1, 2, id, lane as u32));
        each(std::array::from_fn(|k| words.map(|word| word[k])));
        let usual = |bits: u32| (rng::signed(bits) * 1000.0).to_bits();
        each(std::array::from_fn(|k| words.map(|word| usual(word[k]))));
    }
}

fn floats<S: Isa>(bits: [u32; LANES]) -> F32x8<S> {
    F32x8::<S>::from_bits(U32x8::<S>::from_array(bits))
}

fn wholes<S: Isa>(bits: [u32; LANES]) -> U32x8<S> {
    U32x8::<S>::from_array(bits)
}

/// Holds one operation on lanes against the same on numbers alone.
fn holds<S: Isa>(
    name: &str,
    nan: Nan,
    lanes: impl Fn(F32x8<S>, F32x8<S>, F32x8<S>) -> F32x8<S>,
    alone: impl Fn(f32, f32, f32) -> f32,
) {
    every_input(|[a, b, c]| {
        let got = lanes(floats::<S>(a), floats::<S>(b), floats::<S>(c)).to_bits().to_array();
        for lane in 0..S::WIDTH {
            let [x, y, z] = [a, b, c].map(|bits| f32::from_bits(bits[lane]));
            let expected = alone(x, y, z);
            let both = f32::from_bits(got[lane]).is_nan() && expected.is_nan();
            let same = got[lane] == expected.to_bits() || (both && matches!(nan, Nan::Any));
            assert!(
                same,
                "{name} of {:08x} {:08x} {:08x} in lane {lane}: {:08x}, alone {:08x}",
                a[lane],
                b[lane],
                c[lane],
                got[lane],
                expected.to_bits()
            );
        }
    });
}

/// The bits of a mask that is true in every lane there is.
fn every<S: Isa>() -> u32 {
    (1 << S::WIDTH) - 1
}

/// Holds one comparison on lanes against the same on numbers alone.
fn tells<S: Isa>(
    name: &str,
    lanes: impl Fn(F32x8<S>, F32x8<S>) -> Mask8<S>,
    alone: impl Fn(f32, f32) -> bool,
) {
    every_input(|[a, b, _]| {
        let mask = lanes(floats::<S>(a), floats::<S>(b));
        let expected = (0..S::WIDTH).fold(0, |bits, lane| {
            bits | u32::from(alone(f32::from_bits(a[lane]), f32::from_bits(b[lane]))) << lane
        });
        assert_eq!(mask.bits(), expected, "{name} of {a:08x?} {b:08x?}");
        assert_eq!(mask.any(), expected != 0, "any after {name}");
        assert_eq!(mask.all(), expected == every::<S>(), "all after {name}");
    });
}

/// Holds one operation on whole numbers in lanes against the same alone.
fn counts<S: Isa>(
    name: &str,
    lanes: impl Fn(U32x8<S>, U32x8<S>, U32x8<S>) -> U32x8<S>,
    alone: impl Fn(u32, u32, u32) -> u32,
) {
    every_input(|[a, b, c]| {
        let got = lanes(wholes::<S>(a), wholes::<S>(b), wholes::<S>(c)).to_array();
        let expected: [u32; LANES] = std::array::from_fn(|lane| alone(a[lane], b[lane], c[lane]));
        assert_eq!(got[..S::WIDTH], expected[..S::WIDTH], "{name} of {a:08x?} {b:08x?} {c:08x?}");
    });
}

/// The documented meaning of the smaller operand.
fn min(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

/// The documented meaning of the larger operand.
fn max(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

test! {
#[test]
fn arithmetic_is_that_of_ieee_754<S: Isa>() {
    holds::<S>("+", Nan::Any, |a, b, _| a + b, |a, b, _| a + b);
    holds::<S>("-", Nan::Any, |a, b, _| a - b, |a, b, _| a - b);
    holds::<S>("*", Nan::Any, |a, b, _| a * b, |a, b, _| a * b);
    holds::<S>("/", Nan::Any, |a, b, _| a / b, |a, b, _| a / b);
    holds::<S>("sqrt", Nan::Any, |a, _, _| a.sqrt(), |a, _, _| a.sqrt());
    holds::<S>("floor", Nan::Any, |a, _, _| a.floor(), |a, _, _| a.floor());
}

#[test]
fn products_and_sums_are_rounded_twice<S: Isa>() {
    holds::<S>("a * b + c", Nan::Any, |a, b, c| a * b + c, |a, b, c| a * b + c);
    let fused = |a: f32, b: f32, c: f32| a.mul_add(b, c);
    let (mut twice, mut once) = (false, false);
    every_input(|[a, b, c]| {
        let sum = floats::<S>(a) * floats::<S>(b) + floats::<S>(c);
        for lane in 0..S::WIDTH {
            let [x, y, z] = [a, b, c].map(|bits| f32::from_bits(bits[lane]));
            twice |= sum.to_array()[lane].to_bits() != fused(x, y, z).to_bits();
            once |= sum.to_array()[lane].to_bits() == fused(x, y, z).to_bits();
        }
    });
    assert!(twice && once, "the inputs do not tell one rounding from two");
}

#[test]
fn assignment_is_the_operation<S: Isa>() {
    let add = |mut a: F32x8<S>, b: F32x8<S>, _| {
        a += b;
        a
    };
    let sub = |mut a: F32x8<S>, b: F32x8<S>, _| {
        a -= b;
        a
    };
    holds::<S>("+=", Nan::Any, add, |a, b, _| a + b);
    holds::<S>("-=", Nan::Any, sub, |a, b, _| a - b);
    let mul = |mut a: F32x8<S>, b: F32x8<S>, _| {
        a *= b;
        a
    };
    let div = |mut a: F32x8<S>, b: F32x8<S>, _| {
        a /= b;
        a
    };
    holds::<S>("*=", Nan::Any, mul, |a, b, _| a * b);
    holds::<S>("/=", Nan::Any, div, |a, b, _| a / b);
    let xor = |mut a: U32x8<S>, b: U32x8<S>, c: U32x8<S>| {
        a ^= b;
        a &= c;
        a |= b;
        a *= c;
        a -= b;
        a += a;
        a
    };
    let alone = |a: u32, b: u32, c: u32| ((a ^ b) & c | b).wrapping_mul(c).wrapping_sub(b).wrapping_mul(2);
    counts::<S>("op=", xor, alone);
}

#[test]
fn a_number_is_the_same_in_every_lane<S: Isa>() {
    for one in [-0.0, 1.5, f32::NAN] {
        holds::<S>("a + 1", Nan::Any, |a, _, _| a + one, |a, _, _| a + one);
        holds::<S>("1 + a", Nan::Any, |a, _, _| one + a, |a, _, _| one + a);
        holds::<S>("a - 1", Nan::Any, |a, _, _| a - one, |a, _, _| a - one);
        holds::<S>("1 - a", Nan::Any, |a, _, _| one - a, |a, _, _| one - a);
        holds::<S>("a * 1", Nan::Any, |a, _, _| a * one, |a, _, _| a * one);
        holds::<S>("1 * a", Nan::Any, |a, _, _| one * a, |a, _, _| one * a);
        holds::<S>("a / 1", Nan::Any, |a, _, _| a / one, |a, _, _| a / one);
        holds::<S>("1 / a", Nan::Any, |a, _, _| one / a, |a, _, _| one / a);
    }
}

#[test]
fn what_moves_bits_keeps_them<S: Isa>() {
    holds::<S>("neg", Nan::Exact, |a, _, _| -a, |a, _, _| f32::from_bits(a.to_bits() ^ 1 << 31));
    holds::<S>("abs", Nan::Exact, |a, _, _| a.abs(), |a, _, _| f32::from_bits(a.to_bits() & !(1 << 31)));
    holds::<S>("min", Nan::Exact, |a, b, _| a.min(b), |a, b, _| min(a, b));
    holds::<S>("max", Nan::Exact, |a, b, _| a.max(b), |a, b, _| max(a, b));
    holds::<S>("clamp", Nan::Exact, |a, b, c| a.clamp(b, c), |a, b, c| min(max(a, b), c));
    let choose = |a: F32x8<S>, b: F32x8<S>, c: F32x8<S>| a.lt(b).select(b, c);
    holds::<S>("select", Nan::Exact, choose, |a, b, c| if a < b { b } else { c });
    let keep = |a: F32x8<S>, b: F32x8<S>, c: F32x8<S>| a.lt(b).keep(c);
    holds::<S>("keep", Nan::Exact, keep, |a, b, c| if a < b { c } else { 0.0 });
    holds::<S>("bits", Nan::Exact, |a, _, _| F32x8::<S>::from_bits(a.to_bits()), |a, _, _| a);
    holds::<S>("array", Nan::Exact, |a, _, _| F32x8::<S>::from_array(a.to_array()), |a, _, _| a);
    let zero = |a: f32| if a == 0.0 { 0.0 } else { a };
    holds::<S>("canonical zero", Nan::Any, |a, _, _| a.canonical_zero(), |a, _, _| zero(a));
}

#[test]
fn a_masked_out_addend_changes_no_bit_of_a_sum<S: Isa>() {
    // A sum that began at +0.0 is never -0.0.
    let add = |a: F32x8<S>, b: F32x8<S>, c: F32x8<S>| (F32x8::<S>::ZERO + a) + b.lt(c).keep(c);
    let alone = |a: f32, b: f32, c: f32| if b < c { (0.0 + a) + c } else { 0.0 + a };
    holds::<S>("masked sum", Nan::Any, add, alone);
    let sum = |a: F32x8<S>, b: F32x8<S>, c: F32x8<S>| {
        let mut sum = Sum8::from(a);
        sum.add(b.lt(c), c);
        sum.get()
    };
    holds::<S>("sum", Nan::Any, sum, alone);
}

#[test]
fn comparisons_know_nan_and_both_zeros<S: Isa>() {
    tells::<S>("<", F32x8::<S>::lt, |a, b| a < b);
    tells::<S>("<=", F32x8::<S>::le, |a, b| a <= b);
    tells::<S>(">", F32x8::<S>::gt, |a, b| a > b);
    tells::<S>(">=", F32x8::<S>::ge, |a, b| a >= b);
    tells::<S>("==", F32x8::<S>::eq, |a, b| a == b);
    tells::<S>("is finite", |a, _| a.is_finite(), |a, _| a.is_finite());
}

#[test]
fn masks_are_logic<S: Isa>() {
    tells::<S>("and", |a, b| a.lt(b) & a.gt(-b), |a, b| a < b && a > -b);
    tells::<S>("or", |a, b| a.lt(b) | a.gt(-b), |a, b| a < b || a > -b);
    tells::<S>("xor", |a, b| a.lt(b) ^ a.gt(-b), |a, b| (a < b) ^ (a > -b));
    tells::<S>("not", |a, b| !a.lt(b), |a, b| !matches!(a.partial_cmp(&b), Some(o) if o.is_lt()));
    for count in 0..20 {
        let expected = if count < S::WIDTH { (1 << count) - 1 } else { every::<S>() };
        assert_eq!(Mask8::<S>::first(count).bits(), expected);
        assert_eq!(Mask8::<S>::only(count).bits(), if count < S::WIDTH { 1 << count } else { 0 });
    }
    assert_eq!((Mask8::<S>::none().bits(), Mask8::<S>::all_lanes().bits()), (0, every::<S>()));
    assert_eq!((Mask8::<S>::first(usize::MAX).bits(), Mask8::<S>::only(usize::MAX).bits()), (every::<S>(), 0));
}

#[test]
fn whole_numbers_wrap<S: Isa>() {
    counts::<S>("+", |a, b, _| a + b, |a, b, _| a.wrapping_add(b));
    counts::<S>("-", |a, b, _| a - b, |a, b, _| a.wrapping_sub(b));
    counts::<S>("*", |a, b, _| a * b, |a, b, _| a.wrapping_mul(b));
    counts::<S>("and", |a, b, _| a & b, |a, b, _| a & b);
    counts::<S>("or", |a, b, _| a | b, |a, b, _| a | b);
    counts::<S>("xor", |a, b, _| a ^ b, |a, b, _| a ^ b);
    let product = |a: u32, b: u32| u64::from(a) * u64::from(b);
    counts::<S>("low", |a, b, _| a.mul_low_high(b).0, |a, b, _| product(a, b) as u32);
    counts::<S>("high", |a, b, _| a.mul_low_high(b).1, |a, b, _| (product(a, b) >> 32) as u32);
    for bits in [0, 1, 7, 8, 23, 31, 32, 33, u32::MAX] {
        counts::<S>("<<", |a, _, _| a << bits, |a, _, _| a.wrapping_shl(bits));
        counts::<S>(">>", |a, _, _| a >> bits, |a, _, _| a.wrapping_shr(bits));
    }
    let less = |a: U32x8<S>, b: U32x8<S>, c: U32x8<S>| a.lt(b).select_u32(b, c);
    counts::<S>("<", less, |a, b, c| if a < b { b } else { c });
    let equal = |a: U32x8<S>, b: U32x8<S>, c: U32x8<S>| a.eq(b).select_u32(b, c);
    counts::<S>("==", equal, |a, b, c| if a == b { b } else { c });
    let count = |a: U32x8<S>, b: U32x8<S>, mut counts: U32x8<S>| {
        a.lt(b).count(&mut counts);
        counts
    };
    counts::<S>("count", count, |a, b, c| c.wrapping_add(u32::from(a < b)));
    // The mask of a comparison of floats selects whole numbers bit by bit.
    every_input(|[a, b, c]| {
        let got = floats::<S>(a).lt(floats::<S>(b)).select_u32(wholes::<S>(b), wholes::<S>(c)).to_array();
        for lane in 0..S::WIDTH {
            let less = f32::from_bits(a[lane]) < f32::from_bits(b[lane]);
            assert_eq!(got[lane], if less { b[lane] } else { c[lane] });
        }
    });
}

#[test]
fn conversions_are_exact_in_their_range<S: Isa>() {
    every_input(|[a, b, _]| {
        let small = a.map(|bits| bits >> 8);
        let floats_of = U32x8::<S>::from_array(small).to_f32().to_array();
        assert_eq!(floats_of[..S::WIDTH], small.map(|value| value as f32)[..S::WIDTH]);
        for limit in [0, 1, b[0] >> 8, 1 << 24, u32::MAX] {
            let got = floats::<S>(a).to_index(limit).to_array();
            // The cast saturates and maps NaN to 0.
            let top = limit.min(1 << 24);
            let expected = a.map(|bits| (f32::from_bits(bits) as u32).min(top));
            assert_eq!(got[..S::WIDTH], expected[..S::WIDTH], "{limit}");
        }
    });
}

#[test]
fn loads_and_stores_of_any_length_keep_all_bits<S: Isa>() {
    let values: [f32; 12] = std::array::from_fn(|i| f32::from_bits(SPECIAL[i * 7 % SPECIAL.len()]));
    for len in 0..=values.len() {
        let got = F32x8::<S>::load(&values[..len]).to_bits().to_array();
        let words: Vec<u32> = values[..len].iter().map(|value| value.to_bits()).collect();
        assert_eq!(U32x8::<S>::load(&words).to_array(), got);
        let (mut floats, mut numbers) = ([9.0f32; 12], [9u32; 12]);
        F32x8::<S>::load(&values).store(&mut floats[..len]);
        U32x8::<S>::from_array(F32x8::<S>::load(&values).to_bits().to_array()).store(&mut numbers[..len]);
        for i in 0..12 {
            let word = values[i].to_bits();
            assert_eq!(got.get(i).copied().unwrap_or(0), if i < len.min(S::WIDTH) { word } else { 0 });
            let stored = i < len.min(S::WIDTH);
            assert_eq!(floats[i].to_bits(), if stored { word } else { 9.0f32.to_bits() });
            assert_eq!(numbers[i], if stored { word } else { 9 });
        }
    }
    let signalling = F32x8::<S>::splat(f32::from_bits(0x7f80_0001)).to_bits().to_array();
    assert!(signalling[..S::WIDTH].iter().all(|lane| *lane == 0x7f80_0001));
    assert!(U32x8::<S>::splat(7).to_array()[..S::WIDTH].iter().all(|lane| *lane == 7));
}
}
