//! Columns of entities over memory the caller owns.
//!
//! [`columns!`](crate::columns!) describes an entity once: the name, scalar and reach of each
//! column. From that follow a schema (plain data another language can read), a layout for a given
//! capacity (offsets, 64-byte aligned, padded so that a full vector load past the last entity
//! stays inside the column), typed views over a byte slice, and pack and unpack for messages.
//!
//! [`Arena`] is memory of a fixed size for them. Nothing here allocates and nothing knows about space, neighbours or domains.

use core::fmt;
use core::ops::Range;

use crate::axes::Axes;
use crate::isa::Isa;
use crate::{LANES, World};

mod arena;
mod describe;
mod element;
mod json;
mod tile;
mod values;

pub use arena::Arena;
pub use element::{Element, Flag, Kind, One};
pub use json::Json;
pub use tile::{Lane, LaneRef, VectorLane, VectorLaneRef};
pub use values::{
    Allowed, NotUnit, Number, check_unit, first_unsound, settle, settle_value, settle_vector,
    stands,
};

/// The alignment of the memory and of each column in it, in bytes.
pub const ALIGN: usize = 64;

/// The scalar type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Scalar {
    /// 32-bit IEEE 754.
    F32 = 0,
    /// 32-bit unsigned.
    U32 = 1,
    /// 16-bit unsigned.
    U16 = 2,
    /// 8-bit unsigned.
    U8 = 3,
    /// 32-bit signed.
    I32 = 4,
    /// 64-bit unsigned.
    U64 = 5,
    /// A truth value, in a byte that is 0 or 1.
    Bool = 6,
}

impl Scalar {
    /// Bytes of one scalar.
    pub const fn size(self) -> usize {
        match self {
            Scalar::U64 => 8,
            Scalar::F32 | Scalar::U32 | Scalar::I32 => 4,
            Scalar::U16 => 2,
            Scalar::U8 | Scalar::Bool => 1,
        }
    }

    /// The least and the largest finite value, that of `u64` rounded up.
    pub const fn limits(self) -> (f64, f64) {
        match self {
            Scalar::F32 => (f32::MIN as f64, f32::MAX as f64),
            Scalar::U32 => (0.0, u32::MAX as f64),
            Scalar::U16 => (0.0, u16::MAX as f64),
            Scalar::U8 => (0.0, u8::MAX as f64),
            Scalar::I32 => (i32::MIN as f64, i32::MAX as f64),
            Scalar::U64 => (0.0, u64::MAX as f64),
            Scalar::Bool => (0.0, 1.0),
        }
    }

    /// The name Rust has for it.
    pub const fn name(self) -> &'static str {
        match self {
            Scalar::F32 => "f32",
            Scalar::U32 => "u32",
            Scalar::U16 => "u16",
            Scalar::U8 => "u8",
            Scalar::I32 => "i32",
            Scalar::U64 => "u64",
            Scalar::Bool => "bool",
        }
    }
}

/// How far a column travels: `Scratch < Owned < Ghost`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Reach {
    /// Never leaves the domain; recomputed each tick.
    Scratch = 0,
    /// Travels when the entity migrates.
    Owned = 1,
    /// Travels to ghosts too.
    Ghost = 2,
}

impl Reach {
    /// The name it has in schemas that other languages read.
    pub const fn name(self) -> &'static str {
        match self {
            Reach::Scratch => "scratch",
            Reach::Owned => "owned",
            Reach::Ghost => "ghost",
        }
    }
}

/// One column of a schema.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Column {
    /// The name, unique in its schema.
    pub name: &'static str,
    /// The scalar type.
    pub scalar: Scalar,
    /// How many scalars one entity has, side by side.
    pub components: u32,
    /// How far it travels.
    pub reach: Reach,
    /// What it is, with its unit.
    pub about: &'static str,
    /// The least value that means something; of an `f32` its rounding counts.
    pub min: f64,
    /// The largest value that means something, likewise.
    pub max: f64,
}

impl Column {
    /// Describes a column of element type `T`, of any finite values.
    pub const fn of<T: Element>(name: &'static str, reach: Reach, about: &'static str) -> Self {
        let (min, max) = T::SCALAR.limits();
        Self { name, scalar: T::SCALAR, components: T::COMPONENTS, reach, about, min, max }
    }

    /// The same column with values from `min` to `max` alone.
    ///
    /// # Panics
    ///
    /// If the range is empty, or more than the scalar can hold: at compile time, as
    /// [`columns!`](crate::columns!) uses it.
    pub const fn within(self, min: f64, max: f64) -> Self {
        assert!(self.min <= min && min <= max && max <= self.max, "a range of the scalar");
        Self { min, max, ..self }
    }

    /// Bytes of one entity in this column.
    #[inline]
    pub const fn stride(&self) -> usize {
        self.scalar.size() * self.components as usize
    }
}

/// A set of columns, made by [`columns!`](crate::columns!).
///
/// Rows are entities. A view's slices are [`padded`] long, so a vector load that begins at any
/// row below the capacity stays inside.
pub trait Columns: Sized + Send + Sync + 'static {
    /// All columns in memory order: `id` first, then ghost, owned and scratch columns.
    const SCHEMA: &'static [Column];

    /// The axes of a position.
    type Axes: Axes;
    /// All columns, read only.
    type Ref<'a>: Copy;
    /// All columns, writable.
    type Mut<'a>;
    /// One entity as plain numbers, of all columns.
    type Row: Copy + Default + fmt::Debug + PartialEq + Send + Sync + 'static;
    /// What one entity shows its neighbours: its ghost columns but for id and `position`.
    type Shown: Copy + Default + fmt::Debug + PartialEq + Send + Sync + 'static;
    /// Eight entities of all columns, writable.
    type Tile<'a, S: Isa>;
    /// Eight entities of the columns that travel, read only.
    type Look<'a, S: Isa>: Copy;
    /// Eight entities of the scratch columns, writable.
    type Left<'a, S: Isa>;

    /// Typed views of all columns over `memory`.
    ///
    /// # Errors
    ///
    /// [`LayoutError`] if the memory is too short or not aligned to [`ALIGN`].
    fn view(memory: &[u8], capacity: usize) -> Result<Self::Ref<'_>, LayoutError>;

    /// Writable typed views of all columns over `memory`.
    ///
    /// # Errors
    ///
    /// As [`Columns::view`].
    fn bind(memory: &mut [u8], capacity: usize) -> Result<Self::Mut<'_>, LayoutError>;

    /// As [`Columns::view`] over memory for the first columns alone, those that neighbours see
    /// ([`ghosts`] of them), and the scratch columns of the names in `shared` behind these; the others
    /// are empty.
    ///
    /// # Errors
    ///
    /// As [`Columns::view`].
    fn view_ghosts<'a>(
        memory: &'a [u8],
        capacity: usize,
        shared: &[&str],
    ) -> Result<Self::Ref<'a>, LayoutError>;

    /// As [`Columns::view_ghosts`], writable.
    ///
    /// # Errors
    ///
    /// As [`Columns::view`].
    fn bind_ghosts<'a>(
        memory: &'a mut [u8],
        capacity: usize,
        shared: &[&str],
    ) -> Result<Self::Mut<'a>, LayoutError>;

    /// A read-only look at writable views.
    fn share<'a>(columns: &'a Self::Mut<'_>) -> Self::Ref<'a>;

    /// These rows alone; None if there are not so many.
    fn part<'a>(from: &Self::Ref<'a>, rows: Range<usize>) -> Option<Self::Ref<'a>>;

    /// One entity; zeros for a row out of range.
    fn row(from: &Self::Ref<'_>, row: usize) -> Self::Row;

    /// The id of one entity; 0 for a row out of range.
    fn id(from: &Self::Ref<'_>, row: usize) -> u32;

    /// Writes all columns of one entity but its id; nothing for a row out of range.
    fn set_row(to: &mut Self::Mut<'_>, row: usize, values: &Self::Row);

    /// Writes the id of one entity; nothing for a row out of range.
    fn set_id(to: &mut Self::Mut<'_>, row: usize, id: u32);

    /// What one entity shows; zeros for a row out of range.
    fn shown(from: &Self::Ref<'_>, row: usize) -> Self::Shown;

    /// The entities of `rows`, up to eight.
    fn tile<'a, S: Isa>(columns: &'a mut Self::Mut<'_>, rows: Range<usize>) -> Self::Tile<'a, S>;

    /// Eight entities from row `at` on.
    fn look<'a, S: Isa>(columns: &'a Self::Mut<'_>, at: usize) -> Self::Look<'a, S>;

    /// Eight entities from row `at` on: what travels, read only, beside scratch columns, writable.
    fn finish<'a, S: Isa>(
        columns: &'a mut Self::Mut<'_>,
        at: usize,
    ) -> (Self::Look<'a, S>, Self::Left<'a, S>);

    /// Makes every -0.0 in the `rows` of columns that travel +0.0, and says whether each value there
    /// is finite and in the range of its column; [`first_unsound`] finds which one is not.
    fn settle<S: Isa>(columns: &mut Self::Mut<'_>, rows: Range<usize>) -> bool;

    /// The same of one entity, whose scratch columns become 0.
    fn settle_row(row: &mut Self::Row) -> bool;

    /// The place of an entity, by its columns `x`, `y` and `z`, and whether it lives, by its column `alive`: it
    /// does where there is none.
    fn standing(row: &Self::Row) -> ([f32; World::MOST_AXES], bool);

    /// Whether every vector that is to have length 1 has it, within a thousandth.
    ///
    /// # Errors
    ///
    /// [`NotUnit`] names the first one that has not.
    fn check(row: &Self::Row) -> Result<(), NotUnit>;

    /// Copies the rows `order` of `from`, in that order, to the first rows of `to`; scratch
    /// columns stay as they are. Rows that either side lacks are skipped.
    fn gather(from: &Self::Ref<'_>, order: &[u32], to: &mut Self::Mut<'_>);

    /// Copies the scratch columns of the rows `order` of `from`, in that order, to the first rows of
    /// `to`. Rows that either side lacks are skipped.
    fn gather_scratch(from: &Self::Ref<'_>, order: &[u32], to: &mut Self::Mut<'_>);

    /// Copies the scratch columns of the first rows of `from` to the rows `order` of `to`: the other
    /// way round.
    fn scatter_scratch(from: &Self::Ref<'_>, order: &[u32], to: &mut Self::Mut<'_>);

    /// Writes the columns of `row` that travel at least as far as `reach` to `bytes`, and says how
    /// many bytes that took: [`packed_len`] of them. None if `row` or `bytes` is out of range.
    fn pack(from: &Self::Ref<'_>, row: usize, reach: Reach, bytes: &mut [u8]) -> Option<usize>;

    /// Reads what [`Columns::pack`] wrote into `row`. None if `row` or `bytes` is out of range.
    fn unpack(to: &mut Self::Mut<'_>, row: usize, reach: Reach, bytes: &[u8]) -> Option<usize>;

    /// The fingerprint of one row: see [`crate::fingerprint`]. 0 for a row out of range.
    fn fingerprint(from: &Self::Ref<'_>, row: usize) -> u64;

    /// The name of the first column that travels and differs between two rows.
    fn difference(
        left: &Self::Ref<'_>,
        left_row: usize,
        right: &Self::Ref<'_>,
        right_row: usize,
    ) -> Option<&'static str>;
}

/// The number of rows a column of `capacity` entities has in memory.
#[inline]
pub const fn padded(capacity: usize) -> usize {
    capacity.saturating_add(2 * LANES - 1) / LANES * LANES
}

/// Where a column begins, in bytes from the start of the memory; `column` may be the number of
/// columns, which gives the end. None if that does not fit into memory.
#[inline]
pub const fn offset(schema: &[Column], capacity: usize, column: usize) -> Option<usize> {
    if capacity > MAX_CAPACITY {
        return None;
    }
    let mut at = 0usize;
    let mut i = 0;
    while i < column && i < schema.len() {
        let Some(bytes) = padded(capacity).checked_mul(schema[i].stride()) else { return None };
        let Some(end) = at.checked_add(bytes) else { return None };
        let Some(end) = end.checked_next_multiple_of(ALIGN) else { return None };
        at = end;
        i += 1;
    }
    Some(at)
}

/// The largest capacity of one set of columns: ids and rows are `u32`.
pub const MAX_CAPACITY: usize = 1 << 31;

/// The bytes that `capacity` entities need; None if that does not fit into memory.
#[inline]
pub const fn byte_len<C: Columns>(capacity: usize) -> Option<usize> {
    offset(C::SCHEMA, capacity, C::SCHEMA.len())
}

/// The columns that neighbours see, `id` among them: the first ones.
pub const fn ghosts(schema: &[Column]) -> &[Column] {
    let mut count = 0;
    while count < schema.len() && matches!(schema[count].reach, Reach::Ghost) {
        count += 1;
    }
    schema.split_at(count).0
}

/// The bytes of one packed row.
#[inline]
pub const fn packed_len(schema: &[Column], reach: Reach) -> usize {
    let mut bytes = 0;
    let mut i = 0;
    while i < schema.len() {
        if schema[i].reach as u8 >= reach as u8 {
            bytes += schema[i].stride();
        }
        i += 1;
    }
    bytes
}

/// One column over `memory`, `padded(capacity)` long; None if there is no such column, its type
/// is another, or the memory does not fit.
#[inline]
pub fn column<'a, T: Element>(
    schema: &[Column],
    memory: &'a [u8],
    capacity: usize,
    index: usize,
) -> Option<&'a [T]> {
    bytemuck::try_cast_slice(memory.get(range::<T>(schema, capacity, index)?)?).ok()
}

/// As [`column()`], writable.
#[inline]
pub fn column_mut<'a, T: Element>(
    schema: &[Column],
    memory: &'a mut [u8],
    capacity: usize,
    index: usize,
) -> Option<&'a mut [T]> {
    bytemuck::try_cast_slice_mut(memory.get_mut(range::<T>(schema, capacity, index)?)?).ok()
}

fn range<T: Element>(schema: &[Column], capacity: usize, index: usize) -> Option<Range<usize>> {
    let described = schema.get(index)?;
    if described.scalar != T::SCALAR || described.components != T::COMPONENTS {
        return None;
    }
    let begin = offset(schema, capacity, index)?;
    Some(begin..begin.checked_add(padded(capacity).checked_mul(described.stride())?)?)
}

/// The place of the column of this name and type.
pub fn find<T: Element>(schema: &[Column], name: &str) -> Option<usize> {
    schema.iter().position(|column| {
        column.name == name && column.scalar == T::SCALAR && column.components == T::COMPONENTS
    })
}

/// A number that differs between different schemas (names, types, order and reach).
pub fn schema_hash(schema: &[Column]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    let mut eat = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    for column in schema {
        column.name.bytes().for_each(&mut eat);
        eat(0);
        eat(column.scalar as u8);
        eat(column.reach as u8);
        column.components.to_le_bytes().into_iter().for_each(&mut eat);
    }
    hash
}

/// Memory does not fit a layout. Nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LayoutError {
    /// The memory is shorter than the capacity needs.
    TooShort {
        /// Bytes needed.
        needed: usize,
        /// Bytes given.
        given: usize,
    },
    /// The memory does not begin at a multiple of [`ALIGN`].
    Misaligned,
    /// The capacity is above [`MAX_CAPACITY`] or its bytes above what can be addressed.
    TooLarge {
        /// Entities asked for.
        capacity: usize,
    },
}

impl fmt::Display for LayoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort { needed, given } => {
                write!(f, "the columns need {needed} bytes of memory, {given} were given")
            }
            Self::Misaligned => write!(f, "the memory must begin at a multiple of {ALIGN} bytes"),
            Self::TooLarge { capacity } => {
                write!(f, "a capacity of {capacity} entities does not fit into memory")
            }
        }
    }
}

impl core::error::Error for LayoutError {}

/// The columns that are there, at the front, and their number; used by
/// [`columns!`](crate::columns!).
#[doc(hidden)]
pub const fn kept<const N: usize>(all: [(Column, bool); N]) -> ([Column; N], usize) {
    let mut kept = [all[0].0; N];
    let (mut at, mut count) = (0, 0);
    while at < N {
        if all[at].1 {
            kept[count] = all[at].0;
            count += 1;
        }
        at += 1;
    }
    (kept, count)
}

/// Checks memory against a schema; used by [`columns!`](crate::columns!).
#[doc(hidden)]
#[inline]
pub fn check(schema: &[Column], memory: &[u8], capacity: usize) -> Result<(), LayoutError> {
    let needed =
        offset(schema, capacity, schema.len()).ok_or(LayoutError::TooLarge { capacity })?;
    if memory.len() < needed {
        return Err(LayoutError::TooShort { needed, given: memory.len() });
    }
    if !memory.as_ptr().addr().is_multiple_of(ALIGN) {
        return Err(LayoutError::Misaligned);
    }
    Ok(())
}

/// Checks memory for the columns of ghosts; used by [`columns!`](crate::columns!).
#[doc(hidden)]
#[inline]
pub fn check_ghosts(
    schema: &[Column],
    shared: &[&str],
    memory: &[u8],
    capacity: usize,
) -> Result<(), LayoutError> {
    let seen = ghosts(schema);
    check(seen, memory, capacity)?;
    let mut needed = offset(seen, capacity, seen.len());
    for column in schema.iter().filter(|column| is_shared(column, shared)) {
        let bytes = offset(core::slice::from_ref(column), capacity, 1);
        needed = needed.zip(bytes).and_then(|(needed, bytes)| needed.checked_add(bytes));
    }
    let needed = needed.ok_or(LayoutError::TooLarge { capacity })?;
    if memory.len() < needed {
        return Err(LayoutError::TooShort { needed, given: memory.len() });
    }
    Ok(())
}

/// Whether a column is a scratch column that is shared.
#[inline]
pub fn is_shared(column: &Column, shared: &[&str]) -> bool {
    column.reach == Reach::Scratch && shared.contains(&column.name)
}

/// Cuts one column off the front of `memory`; used by [`columns!`](crate::columns!).
#[doc(hidden)]
#[inline]
pub fn take<'a, T: Element>(memory: &mut &'a [u8], rows: usize) -> Result<&'a [T], LayoutError> {
    let bytes = rows * size_of::<T>();
    let (column, rest) = memory.split_at_checked(bytes).ok_or(LayoutError::Misaligned)?;
    let gap = bytes.next_multiple_of(ALIGN) - bytes;
    *memory = rest.get(gap..).unwrap_or(&[]);
    bytemuck::try_cast_slice(column).map_err(|_| LayoutError::Misaligned)
}

/// As [`take`], writable.
#[doc(hidden)]
#[inline]
pub fn take_mut<'a, T: Element>(
    memory: &mut &'a mut [u8],
    rows: usize,
) -> Result<&'a mut [T], LayoutError> {
    let bytes = rows * size_of::<T>();
    let whole = core::mem::take(memory);
    let (column, rest) = whole.split_at_mut_checked(bytes).ok_or(LayoutError::Misaligned)?;
    let gap = bytes.next_multiple_of(ALIGN) - bytes;
    *memory = rest.get_mut(gap..).unwrap_or(&mut []);
    bytemuck::try_cast_slice_mut(column).map_err(|_| LayoutError::Misaligned)
}

/// One value of a column, 0 out of range; used by [`columns!`](crate::columns!).
#[doc(hidden)]
#[inline(always)]
pub fn at<T: Element>(column: &[T], row: usize) -> T::Value {
    column.get(row).copied().unwrap_or(T::zeroed()).value()
}

/// Sets one value of a column, where it is in range; used by [`columns!`](crate::columns!).
#[doc(hidden)]
#[inline(always)]
pub fn put<T: Element>(column: &mut [T], row: usize, value: T::Value) {
    if let Some(place) = column.get_mut(row) {
        *place = T::of(value);
    }
}

/// Gathers one column; used by [`columns!`](crate::columns!).
#[doc(hidden)]
#[inline]
pub fn gather_column<T: Element>(from: &[T], order: &[u32], to: &mut [T]) {
    for (place, &row) in to.iter_mut().zip(order) {
        if let Some(value) = from.get(row as usize) {
            *place = *value;
        }
    }
}

/// Scatters one column; used by [`columns!`](crate::columns!).
#[doc(hidden)]
#[inline]
pub fn scatter_column<T: Element>(from: &[T], order: &[u32], to: &mut [T]) {
    for (value, &row) in from.iter().zip(order) {
        if let Some(place) = to.get_mut(row as usize) {
            *place = *value;
        }
    }
}

/// Compares bits; used by [`columns!`](crate::columns!).
#[doc(hidden)]
pub fn differs<T: Element>(left: Option<&T>, right: Option<&T>) -> bool {
    left.map(bytemuck::bytes_of) != right.map(bytemuck::bytes_of)
}

#[cfg(test)]
mod kinds_tests;
#[cfg(test)]
mod tests;
