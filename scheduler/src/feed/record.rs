//! Records, as bytes on their way and as arrays, a column after another.

use alloc::vec::Vec;

use bytemuck::{Pod, Zeroable};

use super::watch::MOST_COLUMNS;
use crate::letter::MOST_VALUES;

/// Something that has happened to an entity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct Record {
    /// Counts ticks and batches of inputs.
    pub(super) turn: u64,
    /// Ticks done when it had happened.
    pub tick: u64,
    /// The numbers that the watch names, of the entity as the tick leaves it; of one that died, as it was
    /// then. Zeros behind them.
    pub columns: [f64; MOST_COLUMNS],
    /// As [`Kind`](super::Kind) numbers them.
    pub kind: u32,
    /// The entity.
    pub id: u32,
    /// Of an event the entity that sent it; of others `u32::MAX`.
    pub other: u32,
    /// Where the entity is.
    pub place: [f32; 3],
    /// The numbers of an event, as the model names them; zeros behind them.
    pub values: [f32; MOST_VALUES],
}

impl Record {
    pub(super) fn key(&self) -> (u64, u32, u32) {
        (self.turn, self.kind, self.id)
    }
}

/// The newest `limit` records of what several processes keep, each in its order, in the order that one would have.
/// All bytes are those of [`Record`]s; what is no whole one is left out.
pub fn merge(parts: &[&[u8]], limit: usize) -> Vec<Record> {
    const LEN: usize = size_of::<Record>();
    let mut rest: Vec<&[u8]> = parts.to_vec();
    let first = |part: &[u8]| part.get(..LEN).map(bytemuck::pod_read_unaligned::<Record>);
    let mut older = parts.iter().map(|part| part.len() / LEN).sum::<usize>().saturating_sub(limit);
    let mut all = Vec::new();
    loop {
        let mut next: Option<(usize, Record)> = None;
        for (number, part) in rest.iter().enumerate() {
            match (first(part), &next) {
                (Some(one), Some((_, least))) if one.key() >= least.key() => {}
                (Some(one), _) => next = Some((number, one)),
                (None, _) => {}
            }
        }
        let Some((number, record)) = next else { return all };
        rest[number] = &rest[number][LEN..];
        match older {
            0 => all.push(record),
            _ => older -= 1,
        }
    }
}

/// The same as arrays one behind the other, little-endian, of n records: `tick` n f64; each of so many columns
/// n f64; `id` and `other` n u32 each; `place` 3 n f32; so many `values` of each n f32; `kind` n u8.
pub fn arrays(records: &[Record], columns: usize, values: usize) -> Vec<u8> {
    let (columns, values) = (columns.min(MOST_COLUMNS), values.min(MOST_VALUES));
    let each = 8 + 8 * columns + 8 + 12 + 4 * values + 1;
    let mut out = Vec::with_capacity(each * records.len());
    let mut put = |part: &dyn Fn(&Record, &mut Vec<u8>)| {
        for record in records {
            part(record, &mut out);
        }
    };
    put(&|one, out| out.extend((one.tick as f64).to_le_bytes()));
    for column in 0..columns {
        put(&|one, out| out.extend(one.columns[column].to_le_bytes()));
    }
    put(&|one, out| out.extend(one.id.to_le_bytes()));
    put(&|one, out| out.extend(one.other.to_le_bytes()));
    put(&|one, out| out.extend_from_slice(bytemuck::cast_slice(&one.place)));
    put(&|one, out| out.extend_from_slice(bytemuck::cast_slice(&one.values[..values])));
    put(&|one, out| out.push(one.kind as u8));
    out
}
