//! The cells of a domain, and the candidates of a tile among them.

use flockwork_kernel::axes::Axes;

use crate::grid::Lines;

/// A domain's cells: its owned box inside a ghost border.
#[derive(Clone, Copy, Debug)]
pub struct Cells<'a> {
    /// Where each cell of the bordered box begins among the records, by layer, row and column, and the
    /// end: one place more than [`Cells::count`].
    pub starts: &'a [u32],
    /// Owned columns, rows and layers.
    pub lines: Lines,
    /// Columns, rows and layers of the ghost border on either side.
    pub margins: Lines,
    /// How many of them a neighbour may be away: at most as many as the border has.
    pub reach: Lines,
    /// Where most cells are empty: those that are not, and `starts` has a place for each of these
    /// alone, and the end.
    pub occupied: Option<Occupied<'a>>,
}

/// The cells of a domain in which somebody is.
#[derive(Clone, Copy, Debug)]
pub struct Occupied<'a> {
    /// Their numbers in the bordered box, by layer, row and column, in ascending order.
    pub numbers: &'a [u64],
    /// For each owned row that is not empty, in the same order, its owned entities: from one place
    /// among the records to before another.
    pub rows: &'a [(u32, u32)],
}

impl Cells<'_> {
    /// Columns with the border.
    #[inline(always)]
    pub fn stride(&self) -> usize {
        self.lines[0] as usize + 2 * self.margins[0] as usize
    }

    /// Cells of a layer with the border.
    #[inline(always)]
    pub fn layer_stride(&self) -> usize {
        self.stride() * (self.lines[1] as usize + 2 * self.margins[1] as usize)
    }

    /// Cells with the border; None if that does not fit `u32`.
    pub fn count(lines: Lines, margins: Lines) -> Option<u32> {
        lines.into_iter().zip(margins).try_fold(1u32, |count, (lines, margin)| {
            count.checked_mul(lines.checked_add(margin.checked_mul(2)?)?)
        })
    }

    /// The number of owned rows, in all layers; of those that are not empty, where most cells are.
    #[inline(always)]
    pub fn rows(&self) -> u32 {
        match self.occupied {
            None => self.lines[1] * self.lines[2],
            Some(occupied) => occupied.rows.len() as u32,
        }
    }

    /// How many cells are listed; None if they do not fit `u32`.
    pub fn listed(&self) -> Option<usize> {
        match self.occupied {
            None => Cells::count(self.lines, self.margins).map(|count| count as usize),
            Some(occupied) => Some(occupied.numbers.len()),
        }
    }

    /// How many records there are.
    pub fn records(&self) -> usize {
        self.listed().and_then(|last| self.starts.get(last)).map_or(0, |&end| end as usize)
    }

    /// The cell of the first column of an owned row, border included.
    #[inline(always)]
    fn base(&self, row: u32) -> usize {
        let [_, rows, layers] = self.lines;
        // In the plane without a division.
        let (layer, row) =
            if layers == 1 { (0, row) } else { (row / rows.max(1), row % rows.max(1)) };
        (layer + self.margins[2]) as usize * self.layer_stride()
            + (row + self.margins[1]) as usize * self.stride()
    }

    /// The records of the owned entities of `row`, counted from the first owned row, layer by layer.
    #[inline]
    pub fn owned(&self, row: u32) -> core::ops::Range<usize> {
        if let Some(occupied) = self.occupied {
            let (begin, end) = occupied.rows.get(row as usize).copied().unwrap_or((0, 0));
            return begin as usize..end as usize;
        }
        let first = self.base(row) + self.margins[0] as usize;
        let start = |cell: usize| self.starts.get(cell).copied().unwrap_or(0) as usize;
        start(first)..start(first + self.lines[0] as usize)
    }

    /// How many cells further the rows in which neighbours are begin than that of the entity itself,
    /// which is the middle one: by layer and row.
    #[inline(always)]
    fn around<A: Axes>(&self) -> A::Rows<i64> {
        let row = i64::from(self.lines[0]) + 2 * i64::from(self.margins[0]);
        let layer = row.wrapping_mul(i64::from(self.lines[1]) + 2 * i64::from(self.margins[1]));
        let mut around = A::Rows::<i64>::default();
        for (place, offset) in around.as_mut().iter_mut().enumerate() {
            let (y, z) = (place as i64 % 3 - 1, if A::SPACE { place as i64 / 3 - 1 } else { 0 });
            *offset = z.wrapping_mul(layer).wrapping_add(y * row);
        }
        around
    }
}

/// Walks the columns of one row as tiles advance along it.
pub(super) struct Cursor<A: Axes> {
    /// The cell of the row's first column, border included.
    base: usize,
    around: A::Rows<i64>,
    low: usize,
    high: usize,
}

impl<A: Axes> Cursor<A> {
    #[inline(always)]
    pub(super) fn new(cells: &Cells<'_>, row: u32) -> Self {
        let first = cells.margins[0] as usize;
        Self { base: cells.base(row), around: cells.around::<A>(), low: first, high: first }
    }

    /// The cells of the rows around that hold the candidates of the tile of `count` entities from
    /// record `first`.
    #[inline(always)]
    pub(super) fn window(&mut self, cells: &Cells<'_>, first: usize, count: usize) -> Window<A> {
        let starts = cells.starts;
        let fine = cells.reach[0] as usize;
        while (starts[self.base + self.low + 1] as usize) <= first {
            self.low += 1;
        }
        self.high = self.high.max(self.low);
        while (starts[self.base + self.high + 1] as usize) < first + count {
            self.high += 1;
        }
        let (low, high) = (self.low - fine, self.high + fine + 1);
        let mut window = Window::<A>::default();
        for (place, offset) in window.as_mut().iter_mut().zip(self.around.as_ref()) {
            let base = self.base.wrapping_add_signed(*offset as isize);
            *place = (base + low, base + high);
        }
        window
    }
}

/// Walks along the occupied cells of all rows, where only these are listed: their numbers only grow
/// from tile to tile, in every row around, so each is passed once for every such row.
pub(super) struct Walk<A: Axes> {
    /// The cells of the tile's own entities, from the first to the last.
    own: (usize, usize),
    window: Window<A>,
}

impl<A: Axes> Walk<A> {
    pub(super) fn new() -> Self {
        Self { own: (0, 0), window: Window::<A>::default() }
    }

    /// As [`Cursor::window`].
    #[inline(never)]
    pub(super) fn window(
        &mut self,
        cells: &Cells<'_>,
        occupied: &Occupied<'_>,
        first: usize,
        count: usize,
    ) -> Window<A> {
        let (starts, numbers) = (cells.starts, occupied.numbers);
        let (low, high) = &mut self.own;
        while (starts[*low + 1] as usize) <= first {
            *low += 1;
        }
        *high = (*high).max(*low);
        while (starts[*high + 1] as usize) < first + count {
            *high += 1;
        }
        let fine = u64::from(cells.reach[0]);
        let (least, most) = (numbers[*low], numbers[*high]);
        let around = cells.around::<A>();
        for ((low, high), offset) in self.window.as_mut().iter_mut().zip(around.as_ref()) {
            let least = least.wrapping_add_signed(*offset).saturating_sub(fine);
            let most = most.wrapping_add_signed(*offset).saturating_add(fine);
            *low += numbers[*low..].iter().take_while(|number| **number < least).count();
            *high = (*high).max(*low);
            *high += numbers[*high..].iter().take_while(|number| **number <= most).count();
        }
        self.window
    }
}

/// Cells, from one to before another, in each row around.
pub(super) type Window<A> = <A as Axes>::Rows<(usize, usize)>;

impl Cells<'_> {
    /// The candidates of a window, as ranges of records.
    #[inline(always)]
    pub(super) fn spans<A: Axes>(&self, window: &Window<A>) -> Spans<A> {
        let mut spans = Spans::<A>::default();
        for (span, (low, high)) in spans.as_mut().iter_mut().zip(window.as_ref()) {
            *span = (self.starts[*low] as usize, self.starts[*high] as usize);
        }
        spans
    }
}

/// Records, from one to before another, in each row around.
pub(super) type Spans<A> = <A as Axes>::Rows<(usize, usize)>;

/// The place of an entity's own row among those around.
#[inline(always)]
pub(super) fn middle<A: Axes>() -> usize {
    if A::SPACE { 4 } else { 1 }
}
