//! What somebody would write by hand for one purpose and one kind of processor: the same shape as
//! the neighbour pass, but with AVX2 and fused multiply-add, sums in any order, no ids, no regions,
//! no ghosts but the torus's own, positions where a loop wants them.
//!
//! It says how fast such loops can be. Results agree with the library's but for rounding.
#![allow(unsafe_code)]

use core::arch::x86_64::*;

use crate::plain::Boid;

const LANES: usize = 8;

/// Whether this processor can run it.
pub fn available() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")
}

/// Cells in rows of one radius, with an empty border, and what is sorted into them.
#[derive(Clone, Debug)]
pub struct Cells {
    fine: usize,
    rows: usize,
    cols: usize,
    rows_per_length: f32,
    cols_per_length: f32,
    starts: Vec<u32>,
    cell_of: Vec<u32>,
}

impl Cells {
    /// For a square of this side, an interaction radius, and so many entities.
    pub fn new(side: f32, radius: f32, count: usize) -> Self {
        let lines = side / radius * 0.999_99;
        // As fine as there are not much more cells than entities.
        let fine =
            [4, 2, 1].into_iter().find(|&fine| lines * lines * fine as f32 <= 4.0 * count as f32);
        let fine = fine.unwrap_or(1);
        let rows = lines.floor() as usize;
        let cols = (fine as f32 * lines).floor() as usize;
        let cells = (rows + 2) * (cols + 2 * fine);
        Self {
            fine,
            rows,
            cols,
            rows_per_length: rows as f32 / side,
            cols_per_length: cols as f32 / side,
            starts: vec![0; cells + 2],
            cell_of: Vec::new(),
        }
    }

    fn stride(&self) -> usize {
        self.cols + 2 * self.fine
    }

    #[inline(always)]
    fn row_col(&self, x: f32, y: f32) -> (usize, usize) {
        // SAFETY: positions are inside the square, so both are small and not negative.
        let cut = |value: f32| unsafe { value.to_int_unchecked::<i32>() } as usize;
        (
            cut(y * self.rows_per_length).min(self.rows - 1) + 1,
            cut(x * self.cols_per_length).min(self.cols - 1) + self.fine,
        )
    }

    /// Counts the entities of all cells, which `cell_of` holds already, and makes starts of that.
    fn count(&mut self) {
        self.starts.fill(0);
        for &cell in &self.cell_of {
            // SAFETY: `starts` has two places more than there are cells.
            unsafe { *self.starts.get_unchecked_mut(cell as usize + 2) += 1 };
        }
        let mut sum = 0;
        for start in &mut self.starts[2..] {
            sum += *start;
            *start = sum;
        }
    }

    /// The place of the next entity of a cell. When all are placed, `starts[c]` is where cell `c`
    /// begins.
    #[inline(always)]
    fn place(&mut self, cell: u32) -> usize {
        // SAFETY: as in `count`.
        let next = unsafe { self.starts.get_unchecked_mut(cell as usize + 1) };
        *next += 1;
        (*next - 1) as usize
    }

    /// Calls `each` with every tile: its first entity, how many it has, and three spans.
    #[inline(always)]
    fn tiles(&self, mut each: impl FnMut(usize, usize, [(usize, usize); 3])) {
        let (starts, stride, fine) = (&self.starts, self.stride(), self.fine);
        for row in 1..=self.rows {
            let base = row * stride;
            let end = starts[base + fine + self.cols] as usize;
            let mut first = starts[base + fine] as usize;
            let (mut low, mut high) = (fine, fine);
            while first < end {
                let count = (end - first).min(LANES);
                while (starts[base + low + 1] as usize) <= first {
                    low += 1;
                }
                high = high.max(low);
                while (starts[base + high + 1] as usize) < first + count {
                    high += 1;
                }
                let span = |base: usize| {
                    (starts[base + low - fine] as usize, starts[base + high + fine + 1] as usize)
                };
                each(first, count, [span(base - stride), span(base), span(base + stride)]);
                first += count;
            }
        }
    }
}

/// Points, and for each of them how many others are near and the sum of their squared distances.
#[derive(Clone, Debug)]
pub struct Sums {
    cells: Cells,
    limit: f32,
    x: Vec<f32>,
    y: Vec<f32>,
    /// The slot of each sorted point.
    pub slots: Vec<u32>,
    /// How many others are near, in sorted order.
    pub counts: Vec<u32>,
    /// The sum of their squared distances, in sorted order.
    pub sums: Vec<f32>,
}

impl Sums {
    /// For a walled square of this side.
    pub fn new(side: f32, radius: f32, count: usize) -> Self {
        let cells = Cells::new(side, radius, count);
        let none = Vec::new();
        let (x, y, sums) = (none.clone(), none.clone(), none);
        Self { cells, limit: radius * radius, x, y, slots: vec![], counts: vec![], sums }
    }

    /// Sorts points.
    pub fn sort(&mut self, xs: &[f32], ys: &[f32]) {
        let Self { cells, .. } = self;
        let padded = xs.len() + LANES;
        let stride = cells.stride();
        cells.cell_of.resize(xs.len(), 0);
        for slot in 0..xs.len() {
            let (row, col) = cells.row_col(xs[slot], ys[slot]);
            cells.cell_of[slot] = (row * stride + col) as u32;
        }
        cells.count();
        self.x.resize(padded, 0.0);
        self.y.resize(padded, 0.0);
        self.slots.resize(padded, 0);
        self.counts.resize(padded, 0);
        self.sums.resize(padded, 0.0);
        for slot in 0..xs.len() {
            let place = cells.place(cells.cell_of[slot]);
            (self.x[place], self.y[place]) = (xs[slot], ys[slot]);
            self.slots[place] = slot as u32;
        }
    }

    /// Sums over all neighbours of all points.
    pub fn pass(&mut self) {
        assert!(available());
        // SAFETY: the processor has both.
        unsafe { self.pass_avx2() }
    }

    #[target_feature(enable = "avx2,fma")]
    fn pass_avx2(&mut self) {
        let Self { cells, x, y, counts, sums, .. } = self;
        let limit = _mm256_set1_ps(self.limit);
        cells.tiles(
            #[inline(always)]
            |first, _, spans| {
                // SAFETY: the arrays are padded to a whole tile, and spans are inside of them.
                unsafe {
                    let (tx, ty) = (load(x, first), load(y, first));
                    let mut sum = [_mm256_setzero_ps(); 2];
                    let mut count = [_mm256_setzero_si256(); 2];
                    for (from, to) in spans {
                        let mut at = from;
                        while at < to {
                            // Two at a time, so that additions do not wait for one another.
                            for half in 0..2 {
                                if at + half < to {
                                    let dx = _mm256_sub_ps(splat(x, at + half), tx);
                                    let dy = _mm256_sub_ps(splat(y, at + half), ty);
                                    let d2 = _mm256_fmadd_ps(dx, dx, _mm256_mul_ps(dy, dy));
                                    let near = _mm256_cmp_ps::<_CMP_LT_OQ>(d2, limit);
                                    sum[half] = _mm256_add_ps(sum[half], _mm256_and_ps(near, d2));
                                    let one = _mm256_castps_si256(near);
                                    count[half] = _mm256_sub_epi32(count[half], one);
                                }
                            }
                            at += 2;
                        }
                    }
                    // Everybody has found itself, at no distance.
                    let one = _mm256_set1_epi32(1);
                    let count = _mm256_sub_epi32(_mm256_add_epi32(count[0], count[1]), one);
                    let out = counts.as_mut_ptr().add(first).cast::<__m256i>();
                    _mm256_storeu_si256(out, count);
                    store(sums, first, _mm256_add_ps(sum[0], sum[1]));
                }
            },
        );
    }
}

/// # Safety
///
/// AVX2, and eight places from `at` on.
#[inline(always)]
unsafe fn load(values: &[f32], at: usize) -> __m256 {
    // SAFETY: the caller's word.
    unsafe { _mm256_loadu_ps(values.as_ptr().add(at)) }
}

/// # Safety
///
/// AVX2, and `at` is a place of the slice.
#[inline(always)]
unsafe fn splat(values: &[f32], at: usize) -> __m256 {
    // SAFETY: the caller's word.
    unsafe { _mm256_broadcast_ss(&*values.as_ptr().add(at)) }
}

/// # Safety
///
/// AVX2, and eight places from `at` on.
#[inline(always)]
unsafe fn store(values: &mut [f32], at: usize, lanes: __m256) {
    // SAFETY: the caller's word.
    unsafe { _mm256_storeu_ps(values.as_mut_ptr().add(at), lanes) }
}

/// A flock on a torus, as [`crate::plain::Flock`].
#[derive(Clone, Debug)]
pub struct Flock {
    cells: Cells,
    side: f32,
    dt: f32,
    /// The boids, then their images beyond the seam.
    now: Vec<Boid>,
    count: usize,
    sorted: [Vec<f32>; 4],
}

impl Flock {
    /// A flock on a square torus.
    pub fn new(boids: Vec<Boid>, side: f32, dt: f32) -> Self {
        let count = boids.len();
        let none = Vec::new();
        let sorted = [none.clone(), none.clone(), none.clone(), none];
        Self { cells: Cells::new(side, 1.0, count), side, dt, now: boids, count, sorted }
    }

    /// The boids, in no order that means anything.
    pub fn boids(&self) -> &[Boid] {
        &self.now[..self.count]
    }

    /// Computes one tick.
    pub fn tick(&mut self) {
        assert!(available());
        self.sort();
        // SAFETY: the processor has both.
        unsafe { self.step() }
    }

    fn sort(&mut self) {
        let Self { cells, now, count, .. } = self;
        let (rows, cols, fine, stride) = (cells.rows, cells.cols, cells.fine, cells.stride());
        let side = self.side;
        now.truncate(*count);
        cells.cell_of.clear();
        for boid in now.iter() {
            let (row, col) = cells.row_col(boid.x, boid.y);
            cells.cell_of.push((row * stride + col) as u32);
        }
        for slot in 0..*count {
            let cell = cells.cell_of[slot] as usize;
            let (row, col) = (cell / stride, cell % stride);
            let up = seam(row == 1, row == rows);
            let right = seam(col < 2 * fine, col >= cols);
            let images = [(up, 0), (0, right), (up, right)];
            // The last is another one only near both seams.
            let images = &images[..if up != 0 && right != 0 { 3 } else { 2 }];
            for &(up, right) in images.iter().filter(|&&image| image != (0, 0)) {
                let cell = cell as i32 + up * (rows * stride) as i32 + right * cols as i32;
                let Boid { x, y, vx, vy } = now[slot];
                let (x, y) = (x + right as f32 * side, y + up as f32 * side);
                now.push(Boid { x, y, vx, vy });
                cells.cell_of.push(cell as u32);
            }
        }
        cells.count();
        for column in &mut self.sorted {
            column.resize(now.len() + LANES, 0.0);
        }
        let [x, y, vx, vy] = &mut self.sorted;
        for (slot, boid) in now.iter().enumerate() {
            let place = cells.place(cells.cell_of[slot]);
            (x[place], y[place], vx[place], vy[place]) = (boid.x, boid.y, boid.vx, boid.vy);
        }
        now.resize(*count + LANES, Boid::default());
    }

    #[target_feature(enable = "avx2,fma")]
    fn step(&mut self) {
        let Self { cells, now, sorted: [x, y, vx, vy], side, dt, .. } = self;
        let mut done = 0;
        let s = |value: f32| _mm256_set1_ps(value);
        let (limit, zero, one, dt, side) = (s(1.0), s(0.0), s(1.0), s(*dt), *side);
        // 1 / 0.4 squared.
        let inverse = s(6.25);
        cells.tiles(
            #[inline(always)]
            |first, count, spans| {
                // SAFETY: the arrays are padded to a whole tile, and spans are inside of them.
                unsafe {
                    let (tx, ty) = (load(x, first), load(y, first));
                    let mut near_count = _mm256_setzero_si256();
                    let [mut svx, mut svy, mut sdx, mut sdy, mut ax, mut ay] = [zero; 6];
                    for (from, to) in spans {
                        for at in from..to {
                            let dx = _mm256_sub_ps(splat(x, at), tx);
                            let dy = _mm256_sub_ps(splat(y, at), ty);
                            let d2 = _mm256_fmadd_ps(dx, dx, _mm256_mul_ps(dy, dy));
                            let near = _mm256_cmp_ps::<_CMP_LT_OQ>(d2, limit);
                            near_count = _mm256_sub_epi32(near_count, _mm256_castps_si256(near));
                            svx = _mm256_add_ps(svx, _mm256_and_ps(near, splat(vx, at)));
                            svy = _mm256_add_ps(svy, _mm256_and_ps(near, splat(vy, at)));
                            sdx = _mm256_add_ps(sdx, _mm256_and_ps(near, dx));
                            sdy = _mm256_add_ps(sdy, _mm256_and_ps(near, dy));
                            // Nothing beyond its own radius, which is below the other one.
                            let push = _mm256_max_ps(_mm256_fnmadd_ps(d2, inverse, one), zero);
                            ax = _mm256_fnmadd_ps(dx, push, ax);
                            ay = _mm256_fnmadd_ps(dy, push, ay);
                        }
                    }
                    let (own_vx, own_vy) = (load(vx, first), load(vy, first));
                    // Everybody has found itself.
                    svx = _mm256_sub_ps(svx, own_vx);
                    svy = _mm256_sub_ps(svy, own_vy);
                    let n = _mm256_sub_ps(_mm256_cvtepi32_ps(near_count), one);
                    let some = _mm256_cmp_ps::<_CMP_GT_OQ>(n, zero);
                    let share = _mm256_div_ps(one, _mm256_max_ps(n, one));
                    let steer = |away: __m256, v: __m256, d: __m256, own: __m256| {
                        let align = _mm256_and_ps(some, _mm256_fmsub_ps(v, share, own));
                        let force = _mm256_fmadd_ps(away, s(8.0), align);
                        let force = _mm256_fmadd_ps(_mm256_mul_ps(d, share), s(0.5), force);
                        _mm256_fmadd_ps(force, dt, own)
                    };
                    let (nvx, nvy) = (steer(ax, svx, sdx, own_vx), steer(ay, svy, sdy, own_vy));
                    let speed = _mm256_fmadd_ps(nvx, nvx, _mm256_mul_ps(nvy, nvy));
                    let speed = _mm256_sqrt_ps(speed);
                    let kept = _mm256_min_ps(_mm256_max_ps(speed, s(0.5)), s(2.0));
                    let moves = _mm256_cmp_ps::<_CMP_GT_OQ>(speed, zero);
                    let scale = _mm256_blendv_ps(one, _mm256_div_ps(kept, speed), moves);
                    let (nvx, nvy) = (_mm256_mul_ps(nvx, scale), _mm256_mul_ps(nvy, scale));
                    let wrap = |at: __m256| {
                        let beyond = _mm256_cmp_ps::<_CMP_GE_OQ>(at, s(side));
                        let below = _mm256_cmp_ps::<_CMP_LT_OQ>(at, zero);
                        let at = _mm256_sub_ps(at, _mm256_and_ps(beyond, s(side)));
                        _mm256_add_ps(at, _mm256_and_ps(below, s(side)))
                    };
                    let nx = wrap(_mm256_fmadd_ps(nvx, dt, tx));
                    let ny = wrap(_mm256_fmadd_ps(nvy, dt, ty));
                    let mut out = [[0.0f32; LANES]; 4];
                    for (lanes, value) in out.iter_mut().zip([nx, ny, nvx, nvy]) {
                        _mm256_storeu_ps(lanes.as_mut_ptr(), value);
                    }
                    let [xs, ys, vxs, vys] = out;
                    for lane in 0..LANES {
                        *now.get_unchecked_mut(done + lane) =
                            Boid { x: xs[lane], y: ys[lane], vx: vxs[lane], vy: vys[lane] };
                    }
                    done += count;
                }
            },
        );
    }
}

/// How many sides away the image lies of an entity that is near a seam.
fn seam(low: bool, high: bool) -> i32 {
    i32::from(low) - i32::from(high)
}
