//! The caller's points and vectors: columns, or side by side.
//!
//! Kernels want columns. Where a caller's vectors lie otherwise, such as x, y and z of a struct, they
//! are copied in blocks to columns that stay in the nearest cache, and back. Then no slice is made of
//! the caller's memory, so vectors may lie between each other.

use std::borrow::Cow;
use std::ops::Range;

use flockwork_kernel::KernelError;

use crate::memory;
use crate::status::Fault;

/// Points or vectors to read: one float along each axis for each entity.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Points {
    /// Along x.
    pub x: *const f32,
    /// Along y.
    pub y: *const f32,
    /// Along z; NULL in the plane.
    pub z: *const f32,
    /// Bytes from one entity's float to the next one's: 0 is that of a column, 4; of an array of structs
    /// it is the size of the struct.
    pub stride: usize,
    /// How many there are.
    pub count: usize,
}

/// Points or vectors to read and write, as fw_points.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Columns {
    /// Along x.
    pub x: *mut f32,
    /// Along y.
    pub y: *mut f32,
    /// Along z; NULL in the plane.
    pub z: *mut f32,
    /// Bytes from one entity's float to the next one's; 0 is that of a column, 4.
    pub stride: usize,
    /// How many there are.
    pub count: usize,
}

impl Columns {
    fn points(&self) -> Points {
        let Self { x, y, z, stride, count } = *self;
        Points { x, y, z, stride, count }
    }
}

const FLOAT: usize = size_of::<f32>();

/// Entities in a block.
pub(crate) const BLOCK: usize = 512;

/// Checked vectors of the caller, along N axes.
#[derive(Clone, Copy)]
pub(crate) struct Vectors<const N: usize> {
    name: &'static str,
    columns: [*mut f32; N],
    stride: usize,
    count: usize,
}

impl<const N: usize> Vectors<N> {
    /// Checks vectors that are to be read.
    ///
    /// # Safety
    ///
    /// They must be there for as long as the result is used, and nobody may change them meanwhile.
    pub(crate) unsafe fn read(name: &'static str, points: *const Points) -> Result<Self, Fault> {
        // SAFETY: as the caller promises.
        let points = unsafe { memory::one(name, points) }?;
        let given = 2 + usize::from(!points.z.is_null());
        if given != N && points.count > 0 {
            let must = if N == 3 { "not be NULL in space" } else { "be NULL in the plane" };
            return Err(Fault::invalid(format_args!("`{name}.z` must {must}")));
        }
        let stride = if points.stride == 0 { FLOAT } else { points.stride };
        if stride % FLOAT != 0 {
            return Err(Fault::invalid(format_args!(
                "`{name}.stride` is {stride} bytes: it must be a multiple of {FLOAT}"
            )));
        }
        let all = [("x", points.x), ("y", points.y), ("z", points.z)];
        let mut columns = [std::ptr::null_mut(); N];
        let span = points.count.saturating_sub(1).saturating_mul(stride / FLOAT);
        for (column, (axis, pointer)) in columns.iter_mut().zip(all) {
            let name = format!("{name}.{axis}");
            let len = if points.count == 0 { 0 } else { span.saturating_add(1) };
            // SAFETY: only looked at for what can be wrong with it; no value is read.
            unsafe { memory::slice::<f32>(&name, pointer, len) }?;
            *column = pointer.cast_mut();
        }
        Ok(Self { name, columns, stride: stride / FLOAT, count: points.count })
    }

    /// Checks vectors that are to be written.
    ///
    /// # Safety
    ///
    /// As [`Vectors::read`], and nobody else may look at them meanwhile.
    pub(crate) unsafe fn write(name: &'static str, columns: *const Columns) -> Result<Self, Fault> {
        // SAFETY: as the caller promises.
        unsafe {
            let columns = memory::one(name, columns)?;
            Self::read(name, &columns.points())
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// There must be so many.
    pub(crate) fn as_many(&self, count: usize, as_those: &str) -> Result<(), Fault> {
        if self.count == count {
            return Ok(());
        }
        let (name, found) = (self.name, self.count);
        Err(Fault::invalid(format_args!(
            "`{name}` has {found} entities: it must have {count}, as `{as_those}`"
        )))
    }

    /// Whether they are columns.
    pub(crate) fn packed(&self) -> bool {
        self.stride == 1
    }

    /// The memory they lie in.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = (&'static str, Range<usize>)> + '_ {
        self.columns.iter().map(|column| {
            let begin = column.addr();
            (self.name, begin..begin + FLOAT * self.count)
        })
    }

    /// The columns.
    ///
    /// # Safety
    ///
    /// They must be packed; else as [`Vectors::read`].
    pub(crate) unsafe fn slices<'a>(&self) -> [&'a [f32]; N] {
        self.columns.map(|column| match self.count {
            0 => &[][..],
            // SAFETY: checked when it was made, and packed.
            count => unsafe { std::slice::from_raw_parts(column, count) },
        })
    }

    /// The columns, to write.
    ///
    /// # Safety
    ///
    /// They must be packed and apart from all others; else as [`Vectors::write`].
    pub(crate) unsafe fn slices_mut<'a>(&self) -> [&'a mut [f32]; N] {
        self.columns.map(|column| match self.count {
            0 => &mut [][..],
            // SAFETY: checked when it was made, packed, and apart from all others.
            count => unsafe { std::slice::from_raw_parts_mut(column, count) },
        })
    }

    /// One of them.
    ///
    /// # Safety
    ///
    /// There must be such a one; else as [`Vectors::read`].
    #[inline(always)]
    pub(crate) unsafe fn at(&self, place: usize) -> [f32; N] {
        // SAFETY: all places below the count were found to be in memory.
        self.columns.map(|column| unsafe { *column.add(place * self.stride) })
    }

    /// Columns of all of them: the caller's own, or copies.
    ///
    /// # Safety
    ///
    /// As [`Vectors::read`].
    pub(crate) unsafe fn columns<'a>(&self) -> [Cow<'a, [f32]>; N] {
        if self.packed() {
            // SAFETY: packed; else as the caller promises.
            return unsafe { self.slices() }.map(Cow::Borrowed);
        }
        self.columns.map(|column| {
            // SAFETY: these places are below the count.
            let value = |at: usize| unsafe { *column.add(at * self.stride) };
            Cow::Owned((0..self.count).map(value).collect())
        })
    }

    /// Takes values from columns that are as long, at least as many as there are axes.
    ///
    /// # Safety
    ///
    /// As [`Vectors::write`].
    pub(crate) unsafe fn take(&self, from: &[Vec<f32>]) {
        for (column, from) in self.columns.iter().zip(from) {
            for (at, value) in from.iter().enumerate().take(self.count) {
                // SAFETY: these places are below the count.
                unsafe { *column.add(at * self.stride) = *value };
            }
        }
    }

    /// Copies those from `start` on to columns.
    ///
    /// # Safety
    ///
    /// As [`Vectors::at`], for all of them.
    unsafe fn load(&self, start: usize, to: &mut [[f32; BLOCK]; N], len: usize) {
        for (column, to) in self.columns.iter().zip(to) {
            for (at, to) in to[..len].iter_mut().enumerate() {
                // SAFETY: as the caller promises.
                *to = unsafe { *column.add((start + at) * self.stride) };
            }
        }
    }

    /// Copies columns back to those from `start` on.
    ///
    /// # Safety
    ///
    /// As [`Vectors::load`], of vectors that are to be written.
    unsafe fn store(&self, start: usize, from: &[[f32; BLOCK]; N], len: usize) {
        for (column, from) in self.columns.iter().zip(from) {
            for (at, from) in from[..len].iter().enumerate() {
                // SAFETY: as the caller promises.
                unsafe { *column.add((start + at) * self.stride) = *from };
            }
        }
    }
}

/// Runs a kernel over vectors of the caller: W that it writes, and R that it reads.
///
/// A kernel that finds a value it cannot compute with tells the first, and computes all others.
///
/// # Safety
///
/// As [`Vectors::write`] and [`Vectors::read`].
pub(crate) unsafe fn run<const N: usize, const W: usize, const R: usize>(
    written: [Vectors<N>; W],
    read: [Vectors<N>; R],
    mut kernel: impl FnMut([[&mut [f32]; N]; W], [[&[f32]; N]; R]) -> Result<(), KernelError>,
) -> Result<(), Fault> {
    let all = || written.iter().chain(&read);
    let Some(first) = all().next() else { return Ok(()) };
    all().try_for_each(|vectors| vectors.as_many(first.count, first.name))?;
    if all().all(Vectors::packed) {
        let named = |write: bool| move |(name, range)| (name, range, write);
        let ranges: Vec<_> = written
            .iter()
            .flat_map(|vectors| vectors.ranges().map(named(true)))
            .chain(read.iter().flat_map(|vectors| vectors.ranges().map(named(false))))
            .collect();
        memory::apart(&ranges)?;
        // SAFETY: packed, and apart; the rest is the caller's.
        let (to, from) = unsafe {
            (written.map(|vectors| vectors.slices_mut()), read.map(|vectors| vectors.slices()))
        };
        return Ok(kernel(to, from)?);
    }
    let mut to = [[[0.0; BLOCK]; N]; W];
    let mut from = [[[0.0; BLOCK]; N]; R];
    let mut bad = None;
    for start in (0..first.count).step_by(BLOCK) {
        let len = BLOCK.min(first.count - start);
        // SAFETY: these places are below the count.
        unsafe {
            written.iter().zip(&mut to).for_each(|(vectors, to)| vectors.load(start, to, len));
            read.iter().zip(&mut from).for_each(|(vectors, from)| vectors.load(start, from, len));
        }
        let result = kernel(
            to.each_mut().map(|columns| columns.each_mut().map(|column| &mut column[..len])),
            from.each_ref().map(|columns| columns.each_ref().map(|column| &column[..len])),
        );
        match result {
            Ok(()) => {}
            Err(KernelError::NonFinite { field, index }) => {
                let index = start + index;
                bad = bad.or(Some(KernelError::NonFinite { field, index }));
            }
            Err(error) => return Err(error.into()),
        }
        // SAFETY: these places are below the count.
        unsafe {
            written.iter().zip(&to).for_each(|(vectors, to)| vectors.store(start, to, len));
        }
    }
    bad.map_or(Ok(()), |error| Err(error.into()))
}

/// How many axes vectors have.
///
/// # Safety
///
/// It must be NULL or point to what it says.
pub(crate) unsafe fn axes(name: &str, columns: *const Columns) -> Result<usize, Fault> {
    // SAFETY: as the caller promises.
    let columns = unsafe { memory::one(name, columns) }?;
    Ok(if columns.z.is_null() { 2 } else { 3 })
}

/// Does something in the plane or in space.
macro_rules! in_axes {
    ($axes:expr, $do:ident($($argument:expr),* $(,)?)) => {
        match $axes {
            3 => $do::<3>($($argument),*),
            _ => $do::<2>($($argument),*),
        }
    };
}

/// Runs a kernel over vectors of the caller, in the plane or in space: those that it writes, and those that
/// it reads, by the names of the arguments. Unsafe as [`run`].
macro_rules! over {
    ($axes:expr, [$($written:ident),+], [$($read:ident),*], $kernel:expr) => {
        match $axes {
            3 => $crate::columns::over!(3; [$($written),+], [$($read),*], $kernel),
            _ => $crate::columns::over!(2; [$($written),+], [$($read),*], $kernel),
        }
    };
    ($axes:literal; [$($written:ident),+], [$($read:ident),*], $kernel:expr) => {
        $crate::columns::run::<$axes, _, _>(
            [$($crate::columns::Vectors::write(stringify!($written), $written)?),+],
            [$($crate::columns::Vectors::read(stringify!($read), $read)?),*],
            $kernel,
        )
    };
}

pub(crate) use {in_axes, over};
