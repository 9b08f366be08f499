//! What values a column may hold: finite ones, in the range that it states, and never -0.0.
//!
//! [`settle`] runs over whole columns in every tick, with lanes; [`first_unsound`] looks at one
//! packed row, where values come in or where [`settle`] has found that something is wrong.

use core::fmt;
use core::slice;

use bytemuck::{Pod, bytes_of, try_cast_slice_mut};

use super::{Column, Element, Reach, Scalar};
use crate::isa::{Baseline, Isa};
use crate::simd::{F32x8, Mask8, U32x8};
use crate::{Axes, LANES, Vector, World};

impl Column {
    /// Whether the column may hold this value.
    pub fn allows(&self, value: f64) -> bool {
        match self.scalar {
            Scalar::F32 => {
                let (min, max) = self.range_f32();
                (min..=max).contains(&(value as f32))
            }
            Scalar::U64 if value >= u64::MAX as f64 => false,
            _ => {
                let whole = if value < 0.0 { value as i64 as f64 } else { value as u64 as f64 };
                value == whole && value >= self.min && value <= self.max
            }
        }
    }

    /// As [`Column::allows`], for whole numbers beyond those that an `f64` can tell.
    pub fn allows_u64(&self, value: u64) -> bool {
        match self.scalar {
            // The upper limit is rounded up, and what has no room becomes the largest there is.
            Scalar::U64 => value >= self.min as u64 && value <= self.max as u64,
            _ => self.allows(value as f64),
        }
    }

    /// The values that it may hold, in words: `a number from 0 to 1`.
    pub fn allowed(&self) -> Allowed {
        Allowed(*self)
    }

    /// Whether it states a range that is less than all that its scalar can hold.
    pub fn is_ranged(&self) -> bool {
        (self.min, self.max) != self.scalar.limits()
    }

    fn range_f32(&self) -> (f32, f32) {
        (self.min as f32, self.max as f32)
    }
}

/// The values that a column may hold, in words when it is displayed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Allowed(Column);

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Column { scalar, min, max, .. } = self.0;
        match (scalar, self.0.is_ranged()) {
            (Scalar::F32, false) => f.write_str("a finite number"),
            (Scalar::F32, true) => write!(f, "a number from {} to {}", Number(min), Number(max)),
            (Scalar::Bool, false) => f.write_str("0 or 1"),
            (Scalar::U64, false) => write!(f, "a whole number from 0 to {}", u64::MAX),
            _ => write!(f, "a whole number from {min} to {max}"),
        }
    }
}

/// A number as a person writes it: without the digits that only its 64 bits have, and short where it
/// is large or small.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number(pub f64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let narrow = self.0 as f32;
        let short = !(1.0e-5..1.0e10).contains(&self.0.abs()) && self.0.is_normal();
        match (f64::from(narrow) == self.0, short) {
            (true, true) => write!(f, "{narrow:e}"),
            (true, false) => write!(f, "{narrow}"),
            (false, true) => write!(f, "{:e}", self.0),
            (false, false) => write!(f, "{}", self.0),
        }
    }
}

impl Scalar {
    /// The value in these bytes, as many as it has; 64 bits are rounded to what an `f64` can tell. NaN
    /// if they are not as many.
    pub fn read(self, bytes: &[u8]) -> f64 {
        match (self, bytes) {
            (Self::U8 | Self::Bool, [a]) => f64::from(*a),
            (Self::U16, &[a, b]) => f64::from(u16::from_le_bytes([a, b])),
            (Self::F32, &[a, b, c, d]) => f32::from_le_bytes([a, b, c, d]).into(),
            (Self::U32, &[a, b, c, d]) => f64::from(u32::from_le_bytes([a, b, c, d])),
            (Self::I32, &[a, b, c, d]) => f64::from(i32::from_le_bytes([a, b, c, d])),
            (Self::U64, _) => {
                bytes.try_into().map_or(f64::NAN, |all| u64::from_le_bytes(all) as f64)
            }
            _ => f64::NAN,
        }
    }
}

/// A vector that is to have length 1, and has not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NotUnit {
    /// Its name.
    pub name: &'static str,
    /// Its columns.
    pub columns: &'static [&'static str],
    /// Its length.
    pub length: f32,
}

impl fmt::Display for NotUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, columns, length } = self;
        write!(f, "its {name} (")?;
        for (place, column) in columns.iter().enumerate() {
            write!(f, "{}{column}", if place > 0 { ", " } else { "" })?;
        }
        write!(f, ") has length {length}: it must have length 1, within 0.001")
    }
}

impl core::error::Error for NotUnit {}

/// Checks one vector; used by [`columns!`](crate::columns!).
#[doc(hidden)]
pub fn check_unit<A: Axes>(
    name: &'static str,
    columns: &'static [&'static str],
    vector: Vector<A>,
) -> Result<(), NotUnit> {
    let columns = columns.get(..A::COUNT).unwrap_or(columns);
    // What is lost where a vector is written in few digits counts as nothing.
    let length = vector.length();
    if (0.999..=1.001).contains(&length) { Ok(()) } else { Err(NotUnit { name, columns, length }) }
}

/// The first value in a packed row of the columns that travel ([`super::Columns::pack`] with
/// [`Reach::Owned`]) that its column may not hold.
pub fn first_unsound<'s>(schema: &'s [Column], packed: &[u8]) -> Option<(&'s Column, f64)> {
    let mut rest = packed;
    for column in schema.iter().filter(|column| column.reach >= Reach::Owned) {
        let (bytes, after) = rest.split_at_checked(column.stride())?;
        rest = after;
        for one in bytes.chunks_exact(column.scalar.size()) {
            let value = column.scalar.read(one);
            let sound = match one.try_into() {
                Ok(all) => column.allows_u64(u64::from_le_bytes(all)),
                Err(_) => column.allows(value),
            };
            if !sound {
                return Some((column, value));
            }
        }
    }
    None
}

/// Makes every -0.0 among the values +0.0, and says whether the column may hold each of them; used
/// by [`columns!`](crate::columns!).
#[doc(hidden)]
#[inline(always)]
pub fn settle<S: Isa, T: Element>(column: Option<&Column>, rows: Option<&mut [T]>) -> bool {
    let (Some(column), Some(rows)) = (column, rows) else { return false };
    match T::SCALAR {
        Scalar::F32 => S::split(
            #[inline(always)]
            || settle_f32::<S>(column, flat(rows)),
        ),
        // Not every byte is a truth value.
        Scalar::Bool => all_within(flat::<_, u8>(rows), column.min as u8, column.max as u8),
        // No whole number is outside of a range that has them all.
        _ if !column.is_ranged() => true,
        Scalar::I32 => all_within(flat::<_, i32>(rows), column.min as i32, column.max as i32),
        Scalar::U64 => all_within(flat::<_, u64>(rows), column.min as u64, column.max as u64),
        Scalar::U32 => all_within(flat::<_, u32>(rows), column.min as u32, column.max as u32),
        Scalar::U16 => all_within(flat::<_, u16>(rows), column.min as u16, column.max as u16),
        Scalar::U8 => all_within(flat::<_, u8>(rows), column.min as u8, column.max as u8),
    }
}

/// The same of one value; used by [`columns!`](crate::columns!).
#[doc(hidden)]
#[inline(always)]
pub fn settle_value<'s, T: Element>(
    described: &mut impl Iterator<Item = &'s Column>,
    value: &mut T::Value,
) -> bool {
    let mut stored = T::of(*value);
    let sound = settle::<Baseline, T>(described.next(), Some(slice::from_mut(&mut stored)));
    *value = stored.value();
    sound
}

/// The same of the columns of a vector; used by [`columns!`](crate::columns!).
#[doc(hidden)]
#[inline(always)]
pub fn settle_vector<'s, A: Axes>(
    described: &mut impl Iterator<Item = &'s Column>,
    vector: &mut Vector<A>,
) -> bool {
    let mut parts = [vector.x, vector.y, vector.along(2)];
    let mut sound = true;
    for part in parts.iter_mut().take(A::COUNT) {
        sound &= settle_value::<f32>(described, part);
    }
    *vector = Vector::of(parts[0], parts[1], parts[2]);
    sound
}

/// What the value of a column says of where an entity is and whether it lives, if it does; used by
/// [`columns!`](crate::columns!).
#[doc(hidden)]
#[inline(always)]
pub fn stands<T: Element>(
    column: &str,
    value: T,
    (place, alive): &mut ([f32; World::MOST_AXES], bool),
) {
    let axis = match column {
        "x" => 0,
        "y" => 1,
        "z" => 2,
        "alive" => {
            *alive = bytes_of(&value).iter().any(|byte| *byte != 0);
            return;
        }
        _ => return,
    };
    if let Ok(bytes) = bytes_of(&value).try_into() {
        place[axis] = f32::from_le_bytes(bytes);
    }
}

/// All scalars of the rows; `T` is made of them.
#[inline(always)]
fn flat<T: Element, P: Pod>(rows: &mut [T]) -> &mut [P] {
    try_cast_slice_mut(rows).unwrap_or(&mut [])
}

#[inline(always)]
fn all_within<P: Copy + PartialOrd>(values: &[P], min: P, max: P) -> bool {
    // Without an early exit the usual case is one vectorised pass.
    values.iter().fold(true, |all, value| all & (*value >= min) & (*value <= max))
}

#[inline(always)]
fn settle_f32<S: Isa>(column: &Column, values: &mut [f32]) -> bool {
    let (min, max) = column.range_f32();
    let (low, high) = (F32x8::<S>::splat(min), F32x8::splat(max));
    let minus_zero = U32x8::splat((-0.0f32).to_bits());
    let (mut sound, mut minus) = (Mask8::all_lanes(), Mask8::none());
    let (tiles, rest) = values.split_at(values.len() / LANES * LANES);
    for tile in tiles.chunks_exact(LANES) {
        let value = F32x8::load(tile);
        sound &= value.ge(low) & value.le(high);
        minus |= value.to_bits().eq(minus_zero);
    }
    let rest_is_sound = all_within(rest, min, max);
    let rest_has_minus = rest.iter().any(|value| value.to_bits() == (-0.0f32).to_bits());
    if minus.any() || rest_has_minus {
        values.iter_mut().for_each(|value| *value += 0.0);
    }
    sound.all() && rest_is_sound
}
