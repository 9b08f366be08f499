//! A sorted grid as somebody would write it: points are copied cell by cell, and each looks at the
//! cells around, those of a row at once since they are neighbours in memory too.

/// Points in the plane, sorted into cells of one radius.
pub struct Grid {
    lines: usize,
    side: f32,
    starts: Vec<u32>,
    cell_of: Vec<u32>,
    /// Position and slot, cell by cell.
    pub order: Vec<([f32; 2], u32)>,
}

impl Grid {
    /// For a square of this side.
    pub fn new(side: f32, radius: f32) -> Self {
        let lines = ((side / radius).floor() as usize).max(1);
        let starts = vec![0; lines * lines + 1];
        Self { lines, side, starts, cell_of: Vec::new(), order: Vec::new() }
    }

    fn cell(&self, place: [f32; 2]) -> [usize; 2] {
        place.map(|at| ((at / self.side * self.lines as f32) as usize).min(self.lines - 1))
    }

    /// Sorts points.
    pub fn build(&mut self, points: &[[f32; 2]]) {
        self.starts.fill(0);
        self.cell_of.resize(points.len(), 0);
        self.order.resize(points.len(), Default::default());
        for (slot, &place) in points.iter().enumerate() {
            let [x, y] = self.cell(place);
            let cell = y * self.lines + x;
            self.cell_of[slot] = cell as u32;
            self.starts[cell + 1] += 1;
        }
        let mut before = 0;
        for start in &mut self.starts[1..] {
            (*start, before) = (before, before + *start);
        }
        for (slot, &cell) in self.cell_of.iter().enumerate() {
            let next = &mut self.starts[cell as usize + 1];
            self.order[*next as usize] = (points[slot], slot as u32);
            *next += 1;
        }
    }

    /// Calls `each` with a place in the order and each of those around it closer than `r`.
    #[inline(always)]
    pub fn around(&self, at: usize, r: f32, mut each: impl FnMut(usize, f32)) {
        let place = self.order[at].0;
        let [x, y] = self.cell(place);
        let last = self.lines - 1;
        for y in y.saturating_sub(1)..=(y + 1).min(last) {
            let (first, end) =
                (y * self.lines + x.saturating_sub(1), y * self.lines + (x + 1).min(last));
            let span = self.starts[first] as usize..self.starts[end + 1] as usize;
            let from = span.start;
            for (offset, (other, _)) in self.order[span].iter().enumerate() {
                let (dx, dy) = (other[0] - place[0], other[1] - place[1]);
                let d2 = dx * dx + dy * dy;
                if d2 < r * r {
                    each(from + offset, d2);
                }
            }
        }
    }
}
