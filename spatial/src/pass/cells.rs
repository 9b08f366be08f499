//! The cells of a domain, and the candidates of a tile among them.

/// A domain's cells: its owned rectangle inside a ghost border of one row and `fine` columns.
#[derive(Clone, Copy, Debug)]
pub struct Cells<'a> {
    /// Where each cell of the bordered rectangle begins among the records, row by row, and the
    /// end: `(rows + 2) * (cols + 2 * fine) + 1` places.
    pub starts: &'a [u32],
    /// Owned rows.
    pub rows: u32,
    /// Owned columns.
    pub cols: u32,
    /// Columns of the ghost border on either side.
    pub fine: u32,
}

impl Cells<'_> {
    /// Columns with the border.
    #[inline(always)]
    pub fn stride(&self) -> usize {
        self.cols as usize + 2 * self.fine as usize
    }

    /// Cells with the border; None if that does not fit `u32`.
    pub fn count(rows: u32, cols: u32, fine: u32) -> Option<u32> {
        rows.checked_add(2)?.checked_mul(cols.checked_add(fine.checked_mul(2)?)?)
    }

    /// The records of the owned entities of `row`, counted from the first owned row.
    #[inline]
    pub fn owned(&self, row: u32) -> core::ops::Range<usize> {
        let first = (row as usize + 1) * self.stride() + self.fine as usize;
        let start = |cell: usize| self.starts.get(cell).copied().unwrap_or(0) as usize;
        start(first)..start(first + self.cols as usize)
    }
}

/// Walks the columns of one row as tiles advance along it.
pub(super) struct Cursor {
    /// The cell of the row's first column, border included.
    base: usize,
    low: usize,
    high: usize,
}

impl Cursor {
    pub(super) fn new(cells: &Cells<'_>, row: u32) -> Self {
        let fine = cells.fine as usize;
        Self { base: (row as usize + 1) * cells.stride(), low: fine, high: fine }
    }

    /// The cells of the three rows that hold the candidates of the tile of `count` entities from
    /// record `first`.
    #[inline(always)]
    pub(super) fn window(&mut self, cells: &Cells<'_>, first: usize, count: usize) -> Window {
        let starts = cells.starts;
        let fine = cells.fine as usize;
        let stride = cells.stride();
        while (starts[self.base + self.low + 1] as usize) <= first {
            self.low += 1;
        }
        self.high = self.high.max(self.low);
        while (starts[self.base + self.high + 1] as usize) < first + count {
            self.high += 1;
        }
        let (low, high) = (self.low - fine, self.high + fine + 1);
        [self.base - stride, self.base, self.base + stride].map(|base| (base + low, base + high))
    }
}

/// Cells, from one to before another, in the row below, the same row, the row above.
pub(super) type Window = [(usize, usize); 3];

impl Cells<'_> {
    /// The candidates of a window, as ranges of records.
    #[inline(always)]
    pub(super) fn spans(&self, window: &Window) -> Spans {
        window.map(|(low, high)| (self.starts[low] as usize, self.starts[high] as usize))
    }
}

/// Records, from one to before another, in the row below, the same row, the row above.
pub(super) type Spans = [(usize, usize); 3];
