//! Columns that several threads work on at once, each on rows that it claims for as long as it does.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::UnsafeCell;
use core::ops::Range;

use spin::Mutex;

/// Columns that are written to, and those that are only read then.
pub const WRITTEN: usize = 4;
const READ: usize = 2;

/// Numbers, all columns of one length.
#[derive(Debug)]
pub struct Columns {
    values: [Box<[UnsafeCell<f32>]>; WRITTEN + READ],
    claims: Mutex<Vec<Claim>>,
}

// SAFETY: values are reached through claims alone, and of two that have a row in common both read.
unsafe impl Sync for Columns {}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Claim {
    rows: Range<usize>,
    writes: bool,
}

impl Claim {
    fn disturbs(&self, other: &Self) -> bool {
        let (first, end) =
            (self.rows.start.max(other.rows.start), self.rows.end.min(other.rows.end));
        let common = first < end;
        common && (self.writes || other.writes)
    }
}

impl Columns {
    /// Makes columns of zeros.
    pub fn new(capacity: usize) -> Result<Self, String> {
        let mut values: [Box<[UnsafeCell<f32>]>; WRITTEN + READ] = Default::default();
        for column in &mut values {
            let mut zeros = Vec::new();
            super::room(&mut zeros, capacity)?;
            zeros.resize_with(capacity, UnsafeCell::default);
            *column = zeros.into_boxed_slice();
        }
        Ok(Self { values, claims: Mutex::default() })
    }

    /// Rows.
    pub fn capacity(&self) -> usize {
        self.values[0].len()
    }

    /// The first value of a column, for who writes to it while nobody claims it.
    pub fn first(&self, column: usize) -> Option<*mut f32> {
        self.values.get(column).map(|values| UnsafeCell::raw_get(values.as_ptr()))
    }

    /// All columns, for who has them alone.
    pub fn all(&mut self) -> [&mut [f32]; WRITTEN + READ] {
        self.values.each_mut().map(|values| {
            let (first, len) = (UnsafeCell::raw_get(values.as_mut_ptr()), values.len());
            // SAFETY: all values of the column, which nobody else can reach while this is borrowed.
            unsafe { core::slice::from_raw_parts_mut(first, len) }
        })
    }

    /// Claims rows for reading.
    pub fn read(&self, rows: Range<usize>) -> Result<Reading<'_>, String> {
        Ok(Reading { claimed: self.claim(Claim { rows, writes: false })? })
    }

    /// Claims rows for writing.
    pub fn write(&self, rows: Range<usize>) -> Result<Writing<'_>, String> {
        Ok(Writing { claimed: self.claim(Claim { rows, writes: true })? })
    }

    fn claim(&self, claim: Claim) -> Result<Claimed<'_>, String> {
        let Range { start, end } = claim.rows;
        if start > end || end > self.capacity() {
            let count = self.capacity();
            return Err(format!(
                "the range {start}..{end} is not acceptable: there are {count} entities"
            ));
        }
        let mut claims = self.claims.lock();
        if let Some(other) = claims.iter().find(|other| other.disturbs(&claim)) {
            let Range { start: from, end: to } = other.rows;
            return Err(format!(
                "the range {start}..{end} cannot be used: another thread works on {from}..{to}"
            ));
        }
        super::room(&mut claims, 1)?;
        claims.push(claim.clone());
        Ok(Claimed { columns: self, claim })
    }
}

/// Rows that nobody else disturbs as long as this lives.
struct Claimed<'a> {
    columns: &'a Columns,
    claim: Claim,
}

impl Claimed<'_> {
    /// The claimed rows of a column.
    fn first(&self, column: usize) -> (*mut f32, usize) {
        let values = &self.columns.values[column][self.claim.rows.clone()];
        (UnsafeCell::raw_get(values.as_ptr()), values.len())
    }
}

impl Drop for Claimed<'_> {
    fn drop(&mut self) {
        let mut claims = self.columns.claims.lock();
        if let Some(at) = claims.iter().position(|claim| *claim == self.claim) {
            claims.swap_remove(at);
        }
    }
}

/// Rows that are read.
pub struct Reading<'a> {
    claimed: Claimed<'a>,
}

impl Reading<'_> {
    /// One column.
    pub fn column(&self, column: usize) -> &[f32] {
        let (first, len) = self.claimed.first(column);
        // SAFETY: these rows are of the column, and nobody writes to them while they are claimed.
        unsafe { core::slice::from_raw_parts(first, len) }
    }
}

/// Rows that are written to.
pub struct Writing<'a> {
    claimed: Claimed<'a>,
}

impl Writing<'_> {
    /// The columns that are written to, and the others.
    pub fn columns(&mut self) -> ([&mut [f32]; WRITTEN], [&[f32]; READ]) {
        let written = core::array::from_fn(|column| {
            let (first, len) = self.claimed.first(column);
            // SAFETY: these rows are of the column, each column is taken once, and nobody else uses
            // rows that are claimed for writing.
            unsafe { core::slice::from_raw_parts_mut(first, len) }
        });
        let read = core::array::from_fn(|column| {
            let (first, len) = self.claimed.first(WRITTEN + column);
            // SAFETY: as before.
            unsafe { core::slice::from_raw_parts(first, len) }
        });
        (written, read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_are_written_to_are_of_one_and_free_again_after() {
        let columns = Columns::new(10).unwrap();
        assert!(columns.write(3..11).err().unwrap().contains("3..11"));
        let mut writing = columns.write(3..6).unwrap();
        for rows in [3..6, 0..4, 5..9, 0..10, 4..5] {
            let error = columns.write(rows.clone()).err().unwrap();
            assert!(error.contains("3..6"), "{error}");
            assert!(columns.read(rows).err().unwrap().contains("another thread"));
        }
        // Beside it, and nothing at all.
        for rows in [0..3, 6..10, 4..4] {
            drop(columns.write(rows).unwrap());
        }
        let ([x, ..], [_, last]) = writing.columns();
        (x[0], x[2]) = (1.5, 2.5);
        assert_eq!(last, [0.0; 3]);
        drop(writing);
        let (one, other) = (columns.read(0..10).unwrap(), columns.read(2..5).unwrap());
        assert_eq!(one.column(0), [0.0, 0.0, 0.0, 1.5, 0.0, 2.5, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(other.column(0), [0.0, 1.5, 0.0]);
        assert!(columns.write(0..1).is_err());
        drop(one);
        assert!(columns.write(0..1).is_ok());
        assert!(columns.write(4..7).is_err());
    }
}
