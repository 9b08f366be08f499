//! Columns of all entities, copied out of the domains: what pages show.

use flockwork_kernel::columns::{Column, Columns};

use crate::domain::Domain;
use crate::model::Model;

/// What is taken from an entity: a column of the schema, or one of its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The column's place in the schema.
    pub column: usize,
    /// Which of its numbers; all of them if there is no such.
    pub component: u32,
}

impl Part {
    /// Bytes of what is taken from an entity; 0 if there is no such column.
    pub fn size(self, schema: &[Column]) -> usize {
        self.bytes(schema).map_or(0, |bytes| bytes.len)
    }

    fn bytes(self, schema: &[Column]) -> Option<Bytes> {
        let column = schema.get(self.column)?;
        let (width, size) = (column.stride(), column.scalar.size());
        let (at, len) = if self.component < column.components {
            (self.component as usize * size, size)
        } else {
            (0, width)
        };
        Some(Bytes { width, at, len })
    }
}

/// A part of each row of a column: `len` bytes from `at` on, of `width`.
#[derive(Clone, Copy)]
struct Bytes {
    width: usize,
    at: usize,
    len: usize,
}

/// Copies a part of each entity to the begin of the next `stride` bytes, as long as there is room;
/// gives how many.
pub(super) fn publish<M: Model>(
    domains: &[Domain<M>],
    part: Part,
    stride: usize,
    to: &mut [u8],
) -> u32 {
    let Some(from) = part.bytes(M::Columns::SCHEMA) else { return 0 };
    // A copy whose length is known takes a few instructions, another one a call.
    match from.len {
        1 => copy_all(domains, part.column, from, stride, to, copy::<1>),
        2 => copy_all(domains, part.column, from, stride, to, copy::<2>),
        4 => copy_all(domains, part.column, from, stride, to, copy::<4>),
        8 => copy_all(domains, part.column, from, stride, to, copy::<8>),
        _ => copy_all(domains, part.column, from, stride, to, <[u8]>::copy_from_slice),
    }
}

fn copy_all<M: Model>(
    domains: &[Domain<M>],
    column: usize,
    from: Bytes,
    stride: usize,
    to: &mut [u8],
    copy: impl Fn(&mut [u8], &[u8]),
) -> u32 {
    let mut places = to.chunks_mut(stride.max(1));
    let mut written = 0;
    for domain in domains {
        let bytes = domain.column_bytes(column);
        for row in domain.rows() {
            let Some(place) = places.next().and_then(|place| place.get_mut(..from.len)) else {
                return written;
            };
            copy(place, &bytes[from.width * row + from.at..][..from.len]);
            written += 1;
        }
    }
    written
}

/// Copies so many bytes, where there are as many.
fn copy<const N: usize>(to: &mut [u8], from: &[u8]) {
    if let (Some(to), Some(from)) = (to.first_chunk_mut::<N>(), from.first_chunk::<N>()) {
        *to = *from;
    }
}
