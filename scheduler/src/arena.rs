//! Memory for a set of columns: aligned, of fixed capacity until [`Arena::grow`].

use alloc::vec::Vec;
use core::marker::PhantomData;

use bytemuck::{Pod, Zeroable};
use flockwork_kernel::LANES;
use flockwork_kernel::columns::{self, Column, Columns, Element, Reach};
use flockwork_spatial::index::Places;

use crate::error::DomainError;
use crate::schema::Known;

/// One alignment unit of memory.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C, align(64))]
struct Block([u8; columns::ALIGN]);

/// Memory that holds the columns `C` of up to `capacity` entities: all of them, or those that
/// neighbours see.
pub(crate) struct Arena<C> {
    blocks: Vec<Block>,
    capacity: usize,
    schema: Vec<Column>,
    /// The scratch columns that ghosts have; None for memory of all columns.
    shared: Option<&'static [&'static str]>,
    columns: PhantomData<C>,
}

impl<C: Columns> Arena<C> {
    pub(crate) const KNOWN: Known = Known::of(C::SCHEMA);

    /// Memory for at least `capacity` entities.
    pub(crate) fn new(capacity: usize) -> Result<Self, DomainError> {
        Self::of(None, capacity)
    }

    /// Memory for at least `capacity` ghosts, which have the scratch columns of these names too.
    pub(crate) fn ghosts(
        shared: &'static [&'static str],
        capacity: usize,
    ) -> Result<Self, DomainError> {
        Self::of(Some(shared), capacity)
    }

    fn of(shared: Option<&'static [&'static str]>, capacity: usize) -> Result<Self, DomainError> {
        let mut schema = Vec::from(C::SCHEMA);
        if let Some(shared) = shared {
            schema.retain(|column| {
                column.reach == Reach::Ghost || columns::is_shared(column, shared)
            });
        }
        // Columns are made of whole tiles: what is in the last one is room too.
        let capacity = capacity.checked_next_multiple_of(LANES).unwrap_or(capacity);
        let bytes = columns::offset(&schema, capacity, schema.len())
            .ok_or(DomainError::OutOfMemory { capacity })?;
        let count = bytes.div_ceil(columns::ALIGN);
        let mut blocks = Vec::new();
        blocks.try_reserve_exact(count).map_err(|_| DomainError::OutOfMemory { capacity })?;
        blocks.resize(count, Block::zeroed());
        Ok(Self { blocks, capacity, schema, shared, columns: PhantomData })
    }

    pub(crate) fn capacity(&self) -> usize {
        self.capacity
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.blocks.capacity() * columns::ALIGN
    }

    pub(crate) fn view(&self) -> Result<C::Ref<'_>, DomainError> {
        let memory = bytemuck::cast_slice(&self.blocks);
        Ok(match self.shared {
            None => C::view(memory, self.capacity)?,
            Some(shared) => C::view_ghosts(memory, self.capacity, shared)?,
        })
    }

    /// The columns of ghosts without those that are shared.
    pub(crate) fn view_unshared(&self) -> Result<C::Ref<'_>, DomainError> {
        Ok(C::view_ghosts(bytemuck::cast_slice(&self.blocks), self.capacity, &[])?)
    }

    pub(crate) fn bind(&mut self) -> Result<C::Mut<'_>, DomainError> {
        let memory = bytemuck::cast_slice_mut(&mut self.blocks);
        Ok(match self.shared {
            None => C::bind(memory, self.capacity)?,
            Some(shared) => C::bind_ghosts(memory, self.capacity, shared)?,
        })
    }

    /// Reads a packed row; false if it does not fit, and nothing was changed then.
    pub(crate) fn unpack(&mut self, row: usize, reach: Reach, bytes: &[u8]) -> bool {
        bytes.len() == columns::packed_len(C::SCHEMA, reach)
            && row < self.capacity
            && self
                .bind()
                .is_ok_and(|mut columns| C::unpack(&mut columns, row, reach, bytes).is_some())
    }

    pub(crate) fn ids(&self) -> &[u32] {
        self.column(0)
    }

    /// The columns of places.
    pub(crate) fn places(&self) -> Places<'_, C::Axes> {
        let [xs, ys, zs] = Self::KNOWN.place.map(|at| self.column(at));
        Places::of(xs, ys, zs)
    }

    /// Who lives; None if all do.
    pub(crate) fn alive(&self) -> Option<&[u8]> {
        Self::KNOWN.alive.map(|at| self.column_bytes(at))
    }

    /// One column by its place in the schema; empty if there is none of this type.
    pub(crate) fn column<T: Element>(&self, index: usize) -> &[T] {
        let memory = bytemuck::cast_slice(&self.blocks);
        columns::column(&self.schema, memory, self.capacity, index).unwrap_or(&[])
    }

    /// The bytes of one column by its place in the schema; empty if there is none.
    pub(crate) fn column_bytes(&self, index: usize) -> &[u8] {
        let Some(column) = self.schema.get(index) else { return &[] };
        let begin = columns::offset(&self.schema, self.capacity, index).unwrap_or(0);
        let memory: &[u8] = bytemuck::cast_slice(&self.blocks);
        memory.get(begin..begin + self.capacity * column.stride()).unwrap_or(&[])
    }

    /// The place of a column in the schema.
    pub(crate) fn index(&self, name: &str) -> Option<usize> {
        self.schema.iter().position(|column| column.name == name)
    }

    /// Where the bytes of a column begin, and how many a row has; none if there is no such column.
    pub(crate) fn place(&self, name: &str) -> Option<(usize, usize)> {
        let index = self.index(name)?;
        let begin = columns::offset(&self.schema, self.capacity, index)?;
        Some((begin, self.schema[index].stride()))
    }

    /// All memory, as bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        bytemuck::cast_slice(&self.blocks)
    }

    /// The same, writable.
    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        bytemuck::cast_slice_mut(&mut self.blocks)
    }

    /// As [`Arena::column`], writable.
    pub(crate) fn column_mut<T: Element>(&mut self, index: usize) -> &mut [T] {
        let memory = bytemuck::cast_slice_mut(&mut self.blocks);
        columns::column_mut(&self.schema, memory, self.capacity, index).unwrap_or(&mut [])
    }

    /// Makes room for `capacity` entities and keeps all rows, scratch columns included. On an
    /// error nothing was changed.
    pub(crate) fn grow(&mut self, capacity: usize) -> Result<(), DomainError> {
        if capacity <= self.capacity {
            return Ok(());
        }
        let mut larger = Self::of(self.shared, capacity)?;
        let schema = &self.schema;
        let from: &[u8] = bytemuck::cast_slice(&self.blocks);
        let capacity = larger.capacity;
        let to: &mut [u8] = bytemuck::cast_slice_mut(&mut larger.blocks);
        for (index, column) in schema.iter().enumerate() {
            let begin = |capacity| columns::offset(schema, capacity, index).unwrap_or(0);
            let bytes = columns::padded(self.capacity) * column.stride();
            let (old, new) = (begin(self.capacity), begin(capacity));
            to[new..new + bytes].copy_from_slice(&from[old..old + bytes]);
        }
        *self = larger;
        Ok(())
    }
}
