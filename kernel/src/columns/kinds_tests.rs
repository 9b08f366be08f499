//! Columns of signed and long whole numbers, of truth values, and vectors of length 1.

use std::string::ToString;

use super::*;
use crate::isa::Task;
use crate::simd::{I32x8, Mask8, U32x8, V2};
use crate::{Axes, Vec2, Vector};

crate::columns! {
    /// The kinds.
    pub mod kinds {
        ghost {
            position: vec(x, y),
            /// Which way it looks.
            heading: vec(ux, uy) where unit,
            /// Whether it is marked.
            marked: bool,
        }
        owned {
            charge: i32 where -3..=3,
            name: u64,
            born: u64 where 10..=20,
            doors: [bool; 3],
            debts: [i32; 2],
        }
        scratch {
            seen: bool,
        }
    }
}

#[repr(align(64))]
struct Memory([u8; 8192]);

const PACKED: usize = packed_len(kinds::Columns::SCHEMA, Reach::Owned);

fn written(row: usize) -> kinds::Row {
    let number = row as i32;
    kinds::Row {
        id: 0,
        position: Vec2::new(row as f32, 0.5),
        heading: Vec2::new(0.0, 1.0),
        marked: row % 3 == 1,
        charge: 3 - number % 7,
        name: u64::MAX - row as u64,
        born: 10 + row as u64 % 11,
        doors: [row % 2 == 1, row % 3 == 2, true],
        debts: [-number, i32::MIN + number],
        seen: row % 2 == 1,
    }
}

fn filled(memory: &mut Memory) -> kinds::Mut<'_> {
    let mut columns = kinds::Columns::bind(&mut memory.0, 20).unwrap();
    for row in 0..20 {
        kinds::Columns::set_row(&mut columns, row, &written(row));
    }
    columns
}

#[test]
fn the_schema_names_them() {
    let schema = kinds::Columns::SCHEMA;
    let column = |name: &str| schema.iter().find(|column| column.name == name).unwrap();
    assert_eq!((column("marked").scalar, column("marked").stride()), (Scalar::Bool, 1));
    assert_eq!((column("charge").scalar, column("charge").stride()), (Scalar::I32, 4));
    assert_eq!((column("name").scalar, column("name").stride()), (Scalar::U64, 8));
    assert_eq!((column("doors").scalar, column("doors").stride()), (Scalar::Bool, 3));
    let allowed = |name| column(name).allowed().to_string();
    assert_eq!(allowed("marked"), "0 or 1");
    assert_eq!(allowed("charge"), "a whole number from -3 to 3");
    assert_eq!(allowed("name"), "a whole number from 0 to 18446744073709551615");
    assert_eq!(allowed("born"), "a whole number from 10 to 20");
    assert_eq!(allowed("ux"), "a number from -1.001 to 1.001");
    assert!(column("debts").allows(f64::from(i32::MIN)) && !column("debts").allows(2147483648.0));
    assert!(column("name").allows_u64(u64::MAX) && column("name").allows_u64(0));
    assert!(column("born").allows_u64(10) && !column("born").allows_u64(9));
    assert!(!column("born").allows_u64(21) && !column("born").allows_u64(u64::MAX));
    assert!(!column("marked").allows_u64(2) && column("marked").allows_u64(1));
    // The next number that an `f64` has.
    assert!(!column("name").allows(18_446_744_073_709_551_616.0));
    assert!(!column("name").allows(-1.0) && !column("name").allows(f64::NAN));
    let text = Json { schema, capacity: 8 }.to_string();
    assert!(text.contains(r#""name":"marked","scalar":"bool""#), "{text}");
}

#[test]
fn rows_and_packed_rows_hold_what_was_written() {
    let (mut memory, mut other) = (Memory([0; 8192]), Memory([0; 8192]));
    let columns = filled(&mut memory);
    assert_eq!(columns.marked[..3], [false, true, false].map(Flag::from));
    let from = kinds::Columns::share(&columns);
    let mut to = kinds::Columns::bind(&mut other.0, 20).unwrap();
    for row in 0..20 {
        assert_eq!(from.row(row), written(row));
        let mut packed = [0; PACKED];
        assert_eq!(kinds::Columns::pack(&from, row, Reach::Owned, &mut packed), Some(PACKED));
        assert_eq!(first_unsound(kinds::Columns::SCHEMA, &packed), None);
        kinds::Columns::unpack(&mut to, row, Reach::Owned, &packed).unwrap();
        let to = kinds::Columns::share(&to);
        assert_eq!(kinds::Columns::difference(&from, row, &to, row), None);
        assert_eq!(kinds::Columns::fingerprint(&from, row), kinds::Columns::fingerprint(&to, row));
    }
}

#[test]
fn every_bit_of_a_long_number_counts_in_the_fingerprint() {
    let mut memory = Memory([0; 8192]);
    let mut columns = filled(&mut memory);
    let before = kinds::Columns::fingerprint(&kinds::Columns::share(&columns), 4);
    for bit in 0..64 {
        columns.name[4] ^= 1 << bit;
        let after = kinds::Columns::fingerprint(&kinds::Columns::share(&columns), 4);
        assert_ne!(before, after, "bit {bit}");
        columns.name[4] ^= 1 << bit;
    }
    kinds::Columns::set_row(&mut columns, 4, &kinds::Row { marked: false, ..written(4) });
    assert_ne!(before, kinds::Columns::fingerprint(&kinds::Columns::share(&columns), 4));
}

/// Reads and writes a tile of every number of rows with every instruction set.
#[derive(Clone, Copy)]
struct Tiles;

impl Task for Tiles {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self) {
        for count in 0..=LANES {
            let mut memory = Memory([0; 8192]);
            let mut columns = filled(&mut memory);
            let mut tile = kinds::Columns::tile::<S>(&mut columns, 3..3 + count);
            let marked = tile.marked.get();
            assert_eq!(tile.marked.is(true), marked);
            assert_eq!(tile.charge.is(2).bits(), bits(count, |row| written(row).charge == 2));
            assert_eq!(tile.name.is(u64::MAX - 5).bits(), bits(count, |row| row == 5));
            assert_eq!(tile.doors.get()[1].bits(), bits(count, |row| row % 3 == 2));
            tile.charge.set(tile.charge.get() - I32x8::splat(4));
            tile.name.put(marked, 7);
            tile.marked.put(Mask8::first(1), true);
            tile.seen.set(!tile.seen.get());
            tile.heading.put(marked, V2::splat(1.0, 0.0));
            let doors = tile.doors.get();
            tile.doors.set([doors[2], doors[0], doors[1]]);
            for row in 0..20 {
                let mut wanted = written(row);
                if (3..3 + count).contains(&row) {
                    let [a, b, c] = wanted.doors;
                    if wanted.marked {
                        (wanted.name, wanted.heading) = (7, Vec2::new(1.0, 0.0));
                    }
                    wanted = kinds::Row {
                        charge: wanted.charge - 4,
                        marked: wanted.marked || row == 3,
                        seen: !wanted.seen,
                        doors: [c, a, b],
                        ..wanted
                    };
                }
                assert_eq!(kinds::Columns::share(&columns).row(row), wanted, "{} {row}", S::NAME);
            }
        }
    }
}

fn bits(count: usize, holds: impl Fn(usize) -> bool) -> u32 {
    (0..count).map(|lane| u32::from(holds(3 + lane)) << lane).sum()
}

impl<S: Isa> PartialEq for Mask8<S> {
    fn eq(&self, other: &Self) -> bool {
        self.bits() == other.bits()
    }
}

#[test]
fn tiles_see_and_write_what_rows_do() {
    crate::isa::each(Tiles);
}

/// Signed arithmetic in lanes against that of single numbers.
#[derive(Clone, Copy)]
struct Signed([i32; 8], [i32; 8]);

impl Task for Signed {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self) {
        let Self(a, b) = self;
        let (x, y) = (I32x8::<S>::from_array(a), I32x8::from_array(b));
        let each = |f: fn(i32, i32) -> i32| core::array::from_fn(|lane| f(a[lane], b[lane]));
        let mask = |f: fn(&i32, &i32) -> bool| {
            (0..8).map(|lane| u32::from(f(&a[lane], &b[lane])) << lane).sum::<u32>()
        };
        assert_eq!((x + y).to_array(), each(i32::wrapping_add));
        assert_eq!((x - y).to_array(), each(i32::wrapping_sub));
        assert_eq!((x * y).to_array(), each(i32::wrapping_mul));
        assert_eq!((-x).to_array(), a.map(i32::wrapping_neg));
        assert_eq!(x.min(y).to_array(), each(i32::min));
        assert_eq!(x.max(y).to_array(), each(i32::max));
        assert_eq!(x.eq(y).bits(), mask(i32::eq));
        assert_eq!(x.lt(y).bits(), mask(i32::lt));
        assert_eq!(x.le(y).bits(), mask(i32::le));
        assert_eq!(x.gt(y).bits(), mask(i32::gt));
        assert_eq!(x.ge(y).bits(), mask(i32::ge));
        assert_eq!(x.to_bits(), U32x8::from_array(a.map(i32::cast_unsigned)));
        assert_eq!(I32x8::from_bits(x.to_bits()), x);
        let small = a.map(|one| one % (1 << 24));
        let floats = I32x8::<S>::from_array(small).to_f32().to_array();
        assert_eq!(floats.map(f32::to_bits), small.map(|one| (one as f32).to_bits()));
    }
}

quickcheck::quickcheck! {
    fn signed_lanes_compute_what_single_numbers_do(a: [i32; 8], b: [i32; 8]) -> bool {
        let ends = [i32::MIN, i32::MAX, 0, -1, 1, i32::MIN + 1, 1 << 24, -(1 << 24)];
        crate::isa::each(Signed(a, b));
        crate::isa::each(Signed(ends, b));
        crate::isa::each(Signed(a, ends));
        crate::isa::each(Signed(ends, ends));
        true
    }
}

/// Settles rows, of which one may hold what no column of it may.
#[derive(Clone, Copy)]
struct Settle<'a>(&'a Memory, bool);

impl Task for Settle<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self) {
        let mut memory = Memory(self.0.0);
        let mut columns = kinds::Columns::bind(&mut memory.0, 20).unwrap();
        assert_eq!(kinds::Columns::settle::<S>(&mut columns, 1..20), self.1, "{}", S::NAME);
    }
}

#[test]
fn what_a_column_may_not_hold_is_found_in_every_row() {
    let wrong: [fn(&mut kinds::Mut<'_>, usize); 8] = [
        |_, _| (),
        |columns, row| columns.charge[row] = -4,
        |columns, row| columns.charge[row] = i32::MAX,
        |columns, row| columns.born[row] = 9,
        |columns, row| columns.born[row] = u64::MAX,
        |columns, row| columns.marked[row] = bytemuck::cast(2u8),
        |columns, row| columns.doors[row][2] = bytemuck::cast(255u8),
        |columns, row| columns.ux[row] = 1.01,
    ];
    for (number, wrong) in wrong.into_iter().enumerate() {
        for row in 1..20 {
            let mut memory = Memory([0; 8192]);
            wrong(&mut filled(&mut memory), row);
            let view = kinds::Columns::view(&memory.0, 20).unwrap();
            let mut packed = [0; PACKED];
            kinds::Columns::pack(&view, row, Reach::Owned, &mut packed).unwrap();
            let found = first_unsound(kinds::Columns::SCHEMA, &packed);
            assert_eq!(found.is_none(), number == 0, "{found:?}");
            crate::isa::each(Settle(&memory, number == 0));
        }
    }
}

#[test]
fn a_vector_that_is_to_have_length_1_is_asked_for_it() {
    assert_eq!(kinds::Columns::check(&written(1)), Ok(()));
    let long = kinds::Row { heading: Vec2::new(0.0, 3.0), ..written(1) };
    let refused = kinds::Columns::check(&long).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "its heading (ux, uy) has length 3: it must have length 1, within 0.001"
    );
    for short in [Vec2::ZERO, Vec2::new(f32::NAN, 0.0), Vec2::new(0.7, 0.7)] {
        assert!(kinds::Columns::check(&kinds::Row { heading: short, ..written(1) }).is_err());
    }
}

crate::columns! {
    /// In the plane or in space, with a life, and ranges.
    pub mod mortal<A> {
        ghost {
            position: vec(x, y, z),
            size: f32 where 0.0..=2.0,
        }
        owned {
            alive: u8,
            genes: [f32; 3] where -1.0..=1.0,
        }
        scratch {
            force: vec(ax, ay, az),
        }
    }
}

/// One row by itself is settled as that row of columns is.
fn settles_alone<A: Axes>(values: &[f32; 9]) {
    let mut memory = Memory([0; 8192]);
    let mut columns = mortal::Columns::<A>::bind(&mut memory.0, 20).unwrap();
    let mut row = mortal::Row::<A> {
        position: Vector::of(values[0], values[1], values[2]),
        size: values[3],
        alive: u8::from(values[4] > 0.0),
        genes: [values[5], values[6], values[7]],
        force: Vector::of(values[8], 1.0, 1.0),
        ..Default::default()
    };
    mortal::Columns::<A>::set_row(&mut columns, 3, &row);
    let sound = mortal::Columns::<A>::settle::<crate::isa::Baseline>(&mut columns, 3..4);
    let place = [0, 1, 2].map(|axis| if axis < A::COUNT { values[axis] } else { 0.0 });
    let (stands, alive) = mortal::Columns::<A>::standing(&row);
    assert_eq!((stands.map(f32::to_bits), alive), (place.map(f32::to_bits), values[4] > 0.0));
    assert_eq!(mortal::Columns::<A>::settle_row(&mut row), sound, "{values:?}");
    let mut expected = mortal::Columns::<A>::row(&mortal::Columns::<A>::share(&columns), 3);
    expected.force = Vector::of(0.0, 0.0, 0.0);
    let bits = |row: &mortal::Row<A>| {
        let mut columns = Memory([0; 8192]);
        let mut bound = mortal::Columns::<A>::bind(&mut columns.0, 20).unwrap();
        mortal::Columns::<A>::set_row(&mut bound, 0, row);
        columns.0
    };
    assert!(bits(&row) == bits(&expected), "{values:?}");
}

#[test]
fn one_row_is_settled_as_columns_are() {
    let odd = [0.0, -0.0, 1.0, -1.0, 2.0, 2.5, f32::NAN, f32::INFINITY, 1.0e-40];
    for at in 0..9 {
        for value in odd {
            let mut values = [0.5, 0.25, -0.0, 1.5, 1.0, -0.0, 0.5, 1.0, 3.0];
            values[at] = value;
            settles_alone::<crate::Plane>(&values);
            settles_alone::<crate::Space>(&values);
        }
    }
    let mut row = written(4);
    assert!(kinds::Columns::settle_row(&mut row) && !row.seen);
    row.born = 21;
    assert!(!kinds::Columns::settle_row(&mut row));
}
