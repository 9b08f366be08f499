//! One sweep over the memory of all entities: what kernels over slices have in common.
//!
//! ```text
//! for each eight entities:
//!     load what is read and what is written
//!     compute
//!     if the witness says that all numbers were finite: store
//!     else: entity by entity: if all its numbers are finite, compute and store it
//! the entities that are left at the end: one by one
//! ```
//!
//! So memory is read once. A kernel's *witness* is a number for each lane that is finite only if all of
//! its input was. It may be too strict (a sum of large numbers overflows): then entities are computed
//! one by one, which is slower and no different. An entity with a number that is infinite or NaN is
//! left as it is, all of it, and the first one is told.
//!
//! Vectors lie in memory as a column for each axis ([`Columns`]), or side by side ([`Packed`]). Lanes of
//! the first are entities. Those of the second are components as they come, so a kernel that works on
//! whole vectors takes [`Turned`].

use core::marker::PhantomData;
use core::ops::{Deref, DerefMut, Range};

use crate::error::KernelError;
use crate::isa::{self, Isa, Single, Task};
use crate::simd::F32x8;
use crate::{Axis, LANES};

/// Eight entities' vectors of `N` components, each in a register of its own.
pub(crate) type Eight<S, const N: usize> = [F32x8<S>; N];

/// What happens to each entity: it has `W` vectors that are written and `R` that are only read.
pub(crate) trait Kernel<const N: usize, const W: usize, const R: usize>: Copy {
    /// What all eights have in common.
    type Ready<S: Isa>: Copy;

    /// Prepares it for lanes that hold components as `order` says.
    fn ready<S: Isa>(&self, order: Order) -> Self::Ready<S>;

    /// What is written in place of `written`, and the witness.
    ///
    /// Component by component, unless a kernel looks at whole vectors. Not a loop: one that is not
    /// unrolled keeps registers in memory, and takes ten times as long with SSE2.
    #[inline(always)]
    fn apply<S: Isa>(
        ready: &Self::Ready<S>,
        written: &[Eight<S, N>; W],
        read: &[Eight<S, N>; R],
    ) -> ([Eight<S, N>; W], F32x8<S>) {
        let (mut after, mut witness) = (*written, F32x8::ZERO);
        if N > 0 {
            witness = Self::at::<S>(ready, 0, &mut after, read);
        }
        if N > 1 {
            witness += Self::at::<S>(ready, 1, &mut after, read);
        }
        if N > 2 {
            witness += Self::at::<S>(ready, 2, &mut after, read);
        }
        (after, witness)
    }

    /// Computes component `k` of all vectors, and gives the witness for it.
    #[inline(always)]
    fn at<S: Isa>(
        ready: &Self::Ready<S>,
        k: usize,
        after: &mut [Eight<S, N>; W],
        read: &[Eight<S, N>; R],
    ) -> F32x8<S> {
        let (mut written, mut beside) = ([F32x8::ZERO; W], [F32x8::ZERO; R]);
        for (lanes, eight) in written.iter_mut().zip(after.iter()) {
            *lanes = eight[k];
        }
        for (lanes, eight) in beside.iter_mut().zip(read) {
            *lanes = eight[k];
        }
        let (new, witness) = Self::component(ready, k, written, beside);
        for (eight, lanes) in after.iter_mut().zip(new) {
            eight[k] = lanes;
        }
        witness
    }

    /// The same for component `k` alone.
    fn component<S: Isa>(
        ready: &Self::Ready<S>,
        k: usize,
        written: [F32x8<S>; W],
        read: [F32x8<S>; R],
    ) -> ([F32x8<S>; W], F32x8<S>);
}

/// Which components lanes hold.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Order {
    /// Register `k` has component `k` of eight entities.
    Columns,
    /// Registers have components as they lie in memory: those of the first entity first.
    Packed,
}

impl Order {
    /// The axes of the lanes of register `k`, where entities have `N` components.
    #[inline(always)]
    pub(crate) fn axes<const N: usize>(self, axes: [Axis; N], k: usize) -> [Axis; LANES] {
        let axis = |lane| match self {
            Self::Columns => k,
            Self::Packed => (k * LANES + lane) % N.max(1),
        };
        core::array::from_fn(|lane| axes.get(axis(lane)).copied().unwrap_or_default())
    }
}

/// Vectors of entities in memory.
pub(crate) trait Memory<const N: usize> {
    const ORDER: Order;
    fn len(&self) -> usize;
    /// Whether there are so many everywhere.
    fn has(&self, len: usize) -> bool;
    /// Entities from `8 group` on; 0 past the end.
    fn eight<S: Isa>(&self, group: usize) -> Eight<S, N>;
    fn one(&self, at: usize) -> [f32; N];
}

/// The same, writable.
pub(crate) trait MemoryMut<const N: usize>: Memory<N> {
    /// The same for a while.
    type Lent<'a>: MemoryMut<N>
    where
        Self: 'a;
    fn lend(&mut self) -> Self::Lent<'_>;
    fn put_eight<S: Isa>(&mut self, group: usize, eight: Eight<S, N>);
    fn put_one(&mut self, at: usize, values: [f32; N]);
}

/// A column for each component.
pub(crate) struct Columns<C, const N: usize>(pub [C; N]);

impl<C: Deref<Target = [f32]>, const N: usize> Memory<N> for Columns<C, N> {
    const ORDER: Order = Order::Columns;

    #[inline(always)]
    fn len(&self) -> usize {
        self.0.first().map_or(0, |column| column.len())
    }

    #[inline(always)]
    fn has(&self, len: usize) -> bool {
        for column in &self.0 {
            if column.len() != len {
                return false;
            }
        }
        true
    }

    #[inline(always)]
    fn eight<S: Isa>(&self, group: usize) -> Eight<S, N> {
        let mut eight = [F32x8::ZERO; N];
        for (lanes, column) in eight.iter_mut().zip(&self.0) {
            if let Some(values) = column.as_chunks::<LANES>().0.get(group) {
                *lanes = F32x8::from_array(*values);
            }
        }
        eight
    }

    #[inline(always)]
    fn one(&self, at: usize) -> [f32; N] {
        let mut one = [0.0; N];
        for (value, column) in one.iter_mut().zip(&self.0) {
            *value = column.get(at).copied().unwrap_or(0.0);
        }
        one
    }
}

impl<C: DerefMut<Target = [f32]>, const N: usize> MemoryMut<N> for Columns<C, N> {
    type Lent<'a>
        = Columns<&'a mut [f32], N>
    where
        Self: 'a;

    fn lend(&mut self) -> Self::Lent<'_> {
        Columns(self.0.each_mut().map(|column| &mut **column))
    }

    #[inline(always)]
    fn put_eight<S: Isa>(&mut self, group: usize, eight: Eight<S, N>) {
        for (column, lanes) in self.0.iter_mut().zip(eight) {
            if let Some(values) = column.as_chunks_mut::<LANES>().0.get_mut(group) {
                *values = lanes.to_array();
            }
        }
    }

    #[inline(always)]
    fn put_one(&mut self, at: usize, values: [f32; N]) {
        for (column, value) in self.0.iter_mut().zip(values) {
            if let Some(place) = column.get_mut(at) {
                *place = value;
            }
        }
    }
}

/// Vectors side by side.
pub(crate) struct Packed<P>(pub P);

/// Eight vectors as registers take them.
#[inline(always)]
fn registers<const N: usize>(vectors: &[[f32; N]]) -> &[[[f32; LANES]; N]] {
    // Of one size, without padding: it cannot fail.
    bytemuck::try_cast_slice(vectors.as_chunks::<LANES>().0).unwrap_or(&[])
}

/// As [`registers`], writable.
#[inline(always)]
fn registers_mut<const N: usize>(vectors: &mut [[f32; N]]) -> &mut [[[f32; LANES]; N]] {
    bytemuck::try_cast_slice_mut(vectors.as_chunks_mut::<LANES>().0).unwrap_or(&mut [])
}

impl<P: Deref<Target = [[f32; N]]>, const N: usize> Memory<N> for Packed<P> {
    const ORDER: Order = Order::Packed;

    #[inline(always)]
    fn len(&self) -> usize {
        self.0.len()
    }

    #[inline(always)]
    fn has(&self, len: usize) -> bool {
        self.0.len() == len
    }

    #[inline(always)]
    fn eight<S: Isa>(&self, group: usize) -> Eight<S, N> {
        let mut eight = [F32x8::ZERO; N];
        if let Some(values) = registers(&self.0).get(group) {
            for (lanes, values) in eight.iter_mut().zip(values) {
                *lanes = F32x8::from_array(*values);
            }
        }
        eight
    }

    #[inline(always)]
    fn one(&self, at: usize) -> [f32; N] {
        self.0.get(at).copied().unwrap_or([0.0; N])
    }
}

impl<P: DerefMut<Target = [[f32; N]]>, const N: usize> MemoryMut<N> for Packed<P> {
    type Lent<'a>
        = Packed<&'a mut [[f32; N]]>
    where
        Self: 'a;

    fn lend(&mut self) -> Self::Lent<'_> {
        Packed(&mut self.0)
    }

    #[inline(always)]
    fn put_eight<S: Isa>(&mut self, group: usize, eight: Eight<S, N>) {
        if let Some(values) = registers_mut(&mut self.0).get_mut(group) {
            for (values, lanes) in values.iter_mut().zip(eight) {
                *values = lanes.to_array();
            }
        }
    }

    #[inline(always)]
    fn put_one(&mut self, at: usize, values: [f32; N]) {
        if let Some(place) = self.0.get_mut(at) {
            *place = values;
        }
    }
}

/// Vectors side by side whose components are put into registers of their own, and back: for kernels
/// that look at whole vectors.
pub(crate) struct Turned<P>(pub P);

impl<P: Deref<Target = [[f32; N]]>, const N: usize> Memory<N> for Turned<P> {
    const ORDER: Order = Order::Columns;

    #[inline(always)]
    fn len(&self) -> usize {
        self.0.len()
    }

    #[inline(always)]
    fn has(&self, len: usize) -> bool {
        self.0.len() == len
    }

    #[inline(always)]
    fn eight<S: Isa>(&self, group: usize) -> Eight<S, N> {
        let mut eight = [[0.0; LANES]; N];
        if let Some(vectors) = self.0.as_chunks::<LANES>().0.get(group) {
            for (lane, vector) in vectors.iter().enumerate() {
                for (lanes, value) in eight.iter_mut().zip(vector) {
                    lanes[lane] = *value;
                }
            }
        }
        let mut lanes = [F32x8::ZERO; N];
        for (lanes, values) in lanes.iter_mut().zip(eight) {
            *lanes = F32x8::from_array(values);
        }
        lanes
    }

    #[inline(always)]
    fn one(&self, at: usize) -> [f32; N] {
        self.0.get(at).copied().unwrap_or([0.0; N])
    }
}

impl<P: DerefMut<Target = [[f32; N]]>, const N: usize> MemoryMut<N> for Turned<P> {
    type Lent<'a>
        = Turned<&'a mut [[f32; N]]>
    where
        Self: 'a;

    fn lend(&mut self) -> Self::Lent<'_> {
        Turned(&mut self.0)
    }

    #[inline(always)]
    fn put_eight<S: Isa>(&mut self, group: usize, eight: Eight<S, N>) {
        if let Some(vectors) = self.0.as_chunks_mut::<LANES>().0.get_mut(group) {
            for (k, lanes) in eight.into_iter().enumerate() {
                for (vector, value) in vectors.iter_mut().zip(lanes.to_array()) {
                    vector[k] = value;
                }
            }
        }
    }

    #[inline(always)]
    fn put_one(&mut self, at: usize, values: [f32; N]) {
        if let Some(place) = self.0.get_mut(at) {
            *place = values;
        }
    }
}

/// What the components of a vector are called in errors, and the vectors.
pub(crate) type Named<M> = (&'static [&'static str], M);

/// Applies `kernel` to all entities with the best instructions there are.
///
/// # Errors
///
/// [`KernelError::LengthMismatch`]: nothing was changed; [`KernelError::NonFinite`] names the first
/// entity that was left as it is, all others were computed.
pub(crate) fn sweep<K, M, Q, const N: usize, const W: usize, const R: usize>(
    kernel: K,
    written: [Named<M>; W],
    read: [Named<Q>; R],
) -> Result<(), KernelError>
where
    K: Kernel<N, W, R>,
    M: MemoryMut<N>,
    Q: Memory<N>,
{
    let (names, read_names) = (written.each_ref().map(|of| of.0), read.each_ref().map(|of| of.0));
    let (mut written, read) = (written.map(|of| of.1), read.map(|of| of.1));
    let entities = Sweep::new(kernel, written.each_mut().map(M::lend), &read);
    let Some(index) = isa::dispatch(entities) else { return Ok(()) };
    // It was left as it is.
    let values = written.iter().map(|memory| memory.one(index));
    let values = values.chain(read.iter().map(|memory| memory.one(index)));
    for (names, values) in names.iter().chain(&read_names).zip(values) {
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            let field = names.get(at).or(names.first()).copied().unwrap_or("");
            return Err(KernelError::NonFinite { field, index });
        }
    }
    Ok(())
}

/// What [`sweep`] was given.
struct Sweep<'a, K, M, Q, const N: usize, const W: usize, const R: usize> {
    kernel: K,
    written: [M; W],
    read: &'a [Q; R],
    components: PhantomData<[(); N]>,
}

impl<'a, K, M, Q, const N: usize, const W: usize, const R: usize> Sweep<'a, K, M, Q, N, W, R>
where
    K: Kernel<N, W, R>,
    M: MemoryMut<N>,
    Q: Memory<N>,
{
    #[inline(always)]
    fn new(kernel: K, written: [M; W], read: &'a [Q; R]) -> Self {
        Self { kernel, written, read, components: PhantomData }
    }

    /// Computes the entities `rows` one by one, and gives the first that was left as it is.
    #[inline(never)]
    fn one_by_one(mut self, rows: Range<usize>) -> Option<usize> {
        let ready = self.kernel.ready::<Single>(Order::Columns);
        let mut left = None;
        for at in rows {
            let written = self.written.each_ref().map(|memory| memory.one(at));
            let read = self.read.each_ref().map(|memory| memory.one(at));
            if !written.iter().chain(&read).flatten().all(|value| value.is_finite()) {
                left = left.or(Some(at));
                continue;
            }
            let (new, _) = K::apply(&ready, &written.map(single), &read.map(single));
            for (memory, new) in self.written.iter_mut().zip(new) {
                memory.put_one(at, new.map(|lane| lane.to_array()[0]));
            }
        }
        left
    }
}

/// The components of one vector, each in the lane of a register.
fn single<const N: usize>(vector: [f32; N]) -> Eight<Single, N> {
    vector.map(F32x8::splat)
}

impl<K, M, Q, const N: usize, const W: usize, const R: usize> Task for Sweep<'_, K, M, Q, N, W, R>
where
    K: Kernel<N, W, R>,
    M: MemoryMut<N>,
    Q: Memory<N>,
{
    type Output = Option<usize>;

    #[inline(always)]
    fn run<S: Isa>(self) -> Option<usize> {
        let Self { kernel, mut written, read, .. } = self;
        let ready = kernel.ready::<S>(M::ORDER);
        let len = written.first().map_or(0, |memory| memory.len());
        // It holds, and now the compiler knows it too: the loop has no other checks of bounds.
        for memory in &written {
            if !memory.has(len) {
                return None;
            }
        }
        for memory in read {
            if !memory.has(len) {
                return None;
            }
        }
        let groups = len / LANES;
        let mut left = None;
        for group in 0..groups {
            let mut before = [[F32x8::ZERO; N]; W];
            for (eight, memory) in before.iter_mut().zip(&written) {
                *eight = memory.eight(group);
            }
            let mut beside = [[F32x8::ZERO; N]; R];
            for (eight, memory) in beside.iter_mut().zip(read) {
                *eight = memory.eight(group);
            }
            let (after, witness) = K::apply(&ready, &before, &beside);
            if witness.is_finite().all() {
                for (memory, eight) in written.iter_mut().zip(after) {
                    memory.put_eight(group, eight);
                }
            } else {
                let rows = group * LANES..(group + 1) * LANES;
                let lent = Sweep::new(kernel, written.each_mut().map(M::lend), read);
                left = left.or(lent.one_by_one(rows));
            }
        }
        let end = Sweep::new(kernel, written, read).one_by_one(groups * LANES..len);
        left.or(end)
    }
}
