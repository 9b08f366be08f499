//! A flock as somebody would write it without this library: an array of structures, a list of
//! indices for each cell, loops.
//!
//! It computes the same model as `flockwork_models::Boids` with its default parameters, in another
//! order of the sums: after one tick the two agree but for rounding.

/// One boid.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Boid {
    /// Position along x.
    pub x: f32,
    /// Position along y.
    pub y: f32,
    /// Velocity along x.
    pub vx: f32,
    /// Velocity along y.
    pub vy: f32,
}

/// A flock on a torus.
#[derive(Clone, Debug)]
pub struct Flock {
    /// The boids.
    pub boids: Vec<Boid>,
    next: Vec<Boid>,
    cells: Vec<Vec<usize>>,
    side: f32,
    lines: usize,
    dt: f32,
}

const RADIUS: f32 = 1.0;
const SEPARATION_RADIUS: f32 = 0.4;
const SEPARATION: f32 = 8.0;
const ALIGNMENT: f32 = 1.0;
const COHESION: f32 = 0.5;
const MIN_SPEED: f32 = 0.5;
const MAX_SPEED: f32 = 2.0;

impl Flock {
    /// A flock on a square torus.
    pub fn new(boids: Vec<Boid>, side: f32, dt: f32) -> Self {
        let lines = (side / RADIUS).floor() as usize;
        let next = boids.clone();
        Self { boids, next, cells: vec![Vec::new(); lines * lines], side, lines, dt }
    }

    /// Computes one tick.
    pub fn tick(&mut self) {
        self.sort();
        for index in 0..self.boids.len() {
            self.next[index] = self.step(index);
        }
        std::mem::swap(&mut self.boids, &mut self.next);
    }

    fn sort(&mut self) {
        for cell in &mut self.cells {
            cell.clear();
        }
        for (index, boid) in self.boids.iter().enumerate() {
            let (col, row) = (self.line(boid.x), self.line(boid.y));
            self.cells[row * self.lines + col].push(index);
        }
    }

    /// The mean number of neighbours.
    pub fn mean_neighbours(&mut self) -> f64 {
        self.sort();
        let mut count = 0u64;
        for boid in &self.boids {
            self.each_near(boid, |_, _, _| count += 1);
        }
        // Each has found itself.
        count as f64 / self.boids.len() as f64 - 1.0
    }

    fn line(&self, at: f32) -> usize {
        ((at / self.side * self.lines as f32) as usize).min(self.lines - 1)
    }

    /// Calls `each` with every boid closer than the radius, the boid itself too.
    fn each_near(&self, boid: &Boid, mut each: impl FnMut(&Boid, f32, f32)) {
        let (col, row) = (self.line(boid.x), self.line(boid.y));
        for near_row in [row + self.lines - 1, row, row + 1] {
            for near_col in [col + self.lines - 1, col, col + 1] {
                let cell = (near_row % self.lines) * self.lines + near_col % self.lines;
                for &index in &self.cells[cell] {
                    let other = &self.boids[index];
                    let dx = self.shortest(other.x - boid.x);
                    let dy = self.shortest(other.y - boid.y);
                    if dx * dx + dy * dy < RADIUS * RADIUS {
                        each(other, dx, dy);
                    }
                }
            }
        }
    }

    fn shortest(&self, d: f32) -> f32 {
        if d > self.side / 2.0 {
            d - self.side
        } else if d < -self.side / 2.0 {
            d + self.side
        } else {
            d
        }
    }

    fn step(&self, index: usize) -> Boid {
        let boid = self.boids[index];
        let mut count = 0.0;
        let (mut vx, mut vy, mut cx, mut cy, mut ax, mut ay) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
        self.each_near(&boid, |other, dx, dy| {
            if std::ptr::eq(other, &self.boids[index]) {
                return;
            }
            count += 1.0;
            vx += other.vx;
            vy += other.vy;
            cx += dx;
            cy += dy;
            let d2 = dx * dx + dy * dy;
            if d2 < SEPARATION_RADIUS * SEPARATION_RADIUS {
                let push = 1.0 - d2 / (SEPARATION_RADIUS * SEPARATION_RADIUS);
                ax -= dx * push;
                ay -= dy * push;
            }
        });
        (ax, ay) = (ax * SEPARATION, ay * SEPARATION);
        if count > 0.0 {
            ax += (vx / count - boid.vx) * ALIGNMENT + cx / count * COHESION;
            ay += (vy / count - boid.vy) * ALIGNMENT + cy / count * COHESION;
        }
        let (vx, vy) = (boid.vx + ax * self.dt, boid.vy + ay * self.dt);
        let speed = (vx * vx + vy * vy).sqrt();
        let scale = if speed > 0.0 { speed.clamp(MIN_SPEED, MAX_SPEED) / speed } else { 1.0 };
        let (vx, vy) = (vx * scale, vy * scale);
        let x = (boid.x + vx * self.dt).rem_euclid(self.side);
        let y = (boid.y + vy * self.dt).rem_euclid(self.side);
        Boid { x, y, vx, vy }
    }

    /// The largest distance, along an axis, between a boid and its twin in another flock.
    pub fn distance(&self, others: &[Boid]) -> f32 {
        let pairs = self.boids.iter().zip(others);
        let apart = |a: f32, b: f32| self.shortest(a - b).abs();
        pairs.map(|(a, b)| apart(a.x, b.x).max(apart(a.y, b.y))).fold(0.0, f32::max)
    }
}
