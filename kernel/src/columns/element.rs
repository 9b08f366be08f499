//! What one entity may have in one column: a number, a truth value, or several of them.
//!
//! An [`Element`] is what lies in memory. In a row it is its [`Element::Value`], in code of lanes its
//! [`Element::Lanes`]; the three differ for truth values alone, which are a [`Flag`] in memory, a
//! `bool` in a row and a mask in lanes.

use core::fmt;

use bytemuck::{Pod, Zeroable};

use super::Scalar;
use crate::LANES;
use crate::isa::Isa;
use crate::simd::{F32x8, I32x8, Mask8, U32x8};

/// A type that one entity may have in one column.
pub trait Element: Pod + PartialEq {
    /// Its scalar.
    const SCALAR: Scalar;
    /// How many of them.
    const COMPONENTS: u32;
    /// What it is in a row.
    type Value: Copy + fmt::Debug + PartialEq;
    /// Eight of them, one per lane: whole numbers of up to 32 bits as `u32` or `i32`, those of 64 bits
    /// as plain numbers, truth values as a mask.
    type Lanes<S: Isa>: Copy;
    /// What it is in a row.
    fn value(self) -> Self::Value;
    /// What lies in memory for it.
    fn of(value: Self::Value) -> Self;
    /// Calls `each` with the bits of every scalar, in order, widened to 32 bits; of 64 bits the low
    /// half comes first.
    fn bits(&self, each: impl FnMut(u32));
    /// Loads the first eight rows; lanes past the last are 0.
    fn load<S: Isa>(rows: &[Self]) -> Self::Lanes<S>;
    /// Stores lanes to the first eight rows; lanes past the last are dropped, and so are the bits
    /// that a narrower number has no room for.
    fn store<S: Isa>(lanes: Self::Lanes<S>, rows: &mut [Self]);
}

/// A type as a row has it, and [`columns!`](crate::columns!) names it.
pub trait Kind {
    /// What lies in memory for it.
    type Stored: Element;
}

macro_rules! kinds {
    ($($kind:ty => $stored:ty),*) => {$(
        impl Kind for $kind {
            type Stored = $stored;
        }

        impl<const N: usize> Kind for [$kind; N] {
            type Stored = [$stored; N];
        }
    )*};
}

kinds!(
    f32 => f32, u8 => u8, u16 => u16, u32 => u32, u64 => u64, i32 => i32, bool => Flag
);

/// An element of one scalar.
pub trait One: Element {
    /// The same value in every lane.
    fn splat<S: Isa>(value: Self::Value) -> Self::Lanes<S>;
    /// Lanes that are equal.
    fn same<S: Isa>(a: Self::Lanes<S>, b: Self::Lanes<S>) -> Mask8<S>;
    /// `yes` where the mask is true, `no` elsewhere.
    fn select<S: Isa>(mask: Mask8<S>, yes: Self::Lanes<S>, no: Self::Lanes<S>) -> Self::Lanes<S>;
}

/// A truth value as it lies in memory: a byte that is 0 or 1. Any other byte, from elsewhere, counts as
/// true, and is refused where values come in.
#[derive(Clone, Copy, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(transparent)]
pub struct Flag(u8);

impl From<bool> for Flag {
    #[inline(always)]
    fn from(value: bool) -> Self {
        Self(value.into())
    }
}

impl From<Flag> for bool {
    #[inline(always)]
    fn from(flag: Flag) -> Self {
        flag.0 != 0
    }
}

impl fmt::Debug for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        bool::from(*self).fmt(f)
    }
}

macro_rules! element {
    ($($scalar:ty => $kind:ident, $value:ty, $lanes:ty, $zero:expr, $bits:ident, $load:expr, $store:expr;)+) => {$(
        impl Element for $scalar {
            const SCALAR: Scalar = Scalar::$kind;
            const COMPONENTS: u32 = 1;
            type Value = $value;
            type Lanes<S: Isa> = $lanes;
            #[inline(always)]
            fn value(self) -> $value {
                self.into()
            }
            #[inline(always)]
            fn of(value: $value) -> Self {
                value.into()
            }
            #[inline(always)]
            fn bits(&self, mut each: impl FnMut(u32)) {
                $bits(*self, &mut each);
            }
            #[inline(always)]
            fn load<S: Isa>(rows: &[Self]) -> $lanes {
                $load(rows)
            }
            #[inline(always)]
            fn store<S: Isa>(lanes: $lanes, rows: &mut [Self]) {
                $store(lanes, rows)
            }
        }
        impl<const N: usize> Element for [$scalar; N] {
            const SCALAR: Scalar = Scalar::$kind;
            const COMPONENTS: u32 = N as u32;
            type Value = [$value; N];
            type Lanes<S: Isa> = [$lanes; N];
            #[inline(always)]
            fn value(self) -> [$value; N] {
                self.map(<$value>::from)
            }
            #[inline(always)]
            fn of(value: [$value; N]) -> Self {
                value.map(<$scalar>::from)
            }
            #[inline(always)]
            fn bits(&self, mut each: impl FnMut(u32)) {
                for value in self {
                    $bits(*value, &mut each);
                }
            }
            #[inline(always)]
            fn load<S: Isa>(rows: &[Self]) -> [$lanes; N] {
                let mut all = [$zero; N];
                for (component, lanes) in all.iter_mut().enumerate() {
                    let mut column = [<$scalar>::default(); LANES];
                    for (place, row) in column.iter_mut().zip(rows) {
                        *place = row[component];
                    }
                    *lanes = $load(&column);
                }
                all
            }
            #[inline(always)]
            fn store<S: Isa>(lanes: [$lanes; N], rows: &mut [Self]) {
                for (component, lanes) in lanes.into_iter().enumerate() {
                    let mut column = [<$scalar>::default(); LANES];
                    $store(lanes, &mut column);
                    for (row, value) in rows.iter_mut().zip(column) {
                        row[component] = value;
                    }
                }
            }
        }
    )+};
}

element! {
    f32 => F32, f32, F32x8<S>, F32x8::ZERO, float_bits, F32x8::load, F32x8::store;
    u32 => U32, u32, U32x8<S>, U32x8::ZERO, narrow_bits, U32x8::load, U32x8::store;
    u16 => U16, u16, U32x8<S>, U32x8::ZERO, narrow_bits, widen, cut_u16;
    u8 => U8, u8, U32x8<S>, U32x8::ZERO, narrow_bits, widen, cut_u8;
    i32 => I32, i32, I32x8<S>, I32x8::ZERO, signed_bits, I32x8::load, I32x8::store;
    u64 => U64, u64, [u64; LANES], [0; LANES], long_bits, load_long, store_long;
    Flag => Bool, bool, Mask8<S>, Mask8::none(), flag_bits, load_flags, store_flags;
}

macro_rules! one {
    ($($($scalar:ident)+ => $splat:expr, $eq:expr, $select:expr;)+) => {$($(
        impl One for $scalar {
            #[inline(always)]
            fn splat<S: Isa>(value: Self::Value) -> Self::Lanes<S> {
                $splat(value.into())
            }
            #[inline(always)]
            fn same<S: Isa>(a: Self::Lanes<S>, b: Self::Lanes<S>) -> Mask8<S> {
                $eq(a, b)
            }
            #[inline(always)]
            fn select<S: Isa>(
                mask: Mask8<S>,
                yes: Self::Lanes<S>,
                no: Self::Lanes<S>,
            ) -> Self::Lanes<S> {
                $select(mask, yes, no)
            }
        }
    )+)+};
}

one! {
    f32 => F32x8::splat, F32x8::eq, Mask8::select;
    u32 u16 u8 => U32x8::splat, U32x8::eq, Mask8::select_u32;
    i32 => I32x8::splat, I32x8::eq, Mask8::select_i32;
    u64 => splat_long, eq_long, select_long;
    Flag => splat_flag, eq_flags, select_flags;
}

#[inline(always)]
fn float_bits(value: f32, each: &mut impl FnMut(u32)) {
    each(value.to_bits());
}

#[inline(always)]
fn narrow_bits(value: impl Into<u32>, each: &mut impl FnMut(u32)) {
    each(value.into());
}

#[inline(always)]
fn signed_bits(value: i32, each: &mut impl FnMut(u32)) {
    each(value.cast_unsigned());
}

#[inline(always)]
fn long_bits(value: u64, each: &mut impl FnMut(u32)) {
    each(value as u32);
    each((value >> 32) as u32);
}

#[inline(always)]
fn flag_bits(value: Flag, each: &mut impl FnMut(u32)) {
    each(value.0.into());
}

#[inline(always)]
fn widen<S: Isa, T: Copy + Into<u32>>(rows: &[T]) -> U32x8<S> {
    let mut lanes = [0; LANES];
    for (lane, row) in lanes.iter_mut().zip(rows) {
        *lane = (*row).into();
    }
    U32x8::from_array(lanes)
}

#[inline(always)]
fn cut_u16<S: Isa>(lanes: U32x8<S>, rows: &mut [u16]) {
    for (row, value) in rows.iter_mut().zip(lanes.to_array()) {
        *row = value as u16;
    }
}

#[inline(always)]
fn cut_u8<S: Isa>(lanes: U32x8<S>, rows: &mut [u8]) {
    for (row, value) in rows.iter_mut().zip(lanes.to_array()) {
        *row = value as u8;
    }
}

#[inline(always)]
fn load_long(rows: &[u64]) -> [u64; LANES] {
    let mut lanes = [0; LANES];
    for (lane, row) in lanes.iter_mut().zip(rows) {
        *lane = *row;
    }
    lanes
}

#[inline(always)]
fn store_long(lanes: [u64; LANES], rows: &mut [u64]) {
    for (row, value) in rows.iter_mut().zip(lanes) {
        *row = value;
    }
}

#[inline(always)]
fn splat_long(value: u64) -> [u64; LANES] {
    [value; LANES]
}

#[inline(always)]
fn eq_long<S: Isa>(a: [u64; LANES], b: [u64; LANES]) -> Mask8<S> {
    let mut same = [0; LANES];
    for (lane, (a, b)) in same.iter_mut().zip(a.into_iter().zip(b)) {
        *lane = (a == b).into();
    }
    U32x8::from_array(same).eq(U32x8::splat(1))
}

#[inline(always)]
fn select_long<S: Isa>(mask: Mask8<S>, yes: [u64; LANES], mut no: [u64; LANES]) -> [u64; LANES] {
    let bits = mask.bits();
    for (lane, (no, yes)) in no.iter_mut().zip(yes).enumerate() {
        if bits >> lane & 1 == 1 {
            *no = yes;
        }
    }
    no
}

#[inline(always)]
fn load_flags<S: Isa>(rows: &[Flag]) -> Mask8<S> {
    let mut lanes = [0; LANES];
    for (lane, row) in lanes.iter_mut().zip(rows) {
        *lane = row.0.into();
    }
    !U32x8::from_array(lanes).eq(U32x8::ZERO)
}

#[inline(always)]
fn store_flags<S: Isa>(lanes: Mask8<S>, rows: &mut [Flag]) {
    let bits = lanes.bits();
    for (lane, row) in rows.iter_mut().take(LANES).enumerate() {
        *row = Flag((bits >> lane & 1) as u8);
    }
}

#[inline(always)]
fn splat_flag<S: Isa>(value: bool) -> Mask8<S> {
    if value { Mask8::all_lanes() } else { Mask8::none() }
}

#[inline(always)]
fn eq_flags<S: Isa>(a: Mask8<S>, b: Mask8<S>) -> Mask8<S> {
    !(a ^ b)
}

#[inline(always)]
fn select_flags<S: Isa>(mask: Mask8<S>, yes: Mask8<S>, no: Mask8<S>) -> Mask8<S> {
    (mask & yes) | (!mask & no)
}
