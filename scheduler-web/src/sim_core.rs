//! Kernels without a scheduler, for programs that bring their own loop: columns of a fixed number
//! of entities, motion, and a spatial hash.
//!
//! Threads that share the memory may work on one [`SimCore`] at once: each moves a range of its
//! own, which is refused while another works on some of it, and each has a [`Finder`] of its own for
//! what its queries find. The hash keeps copies of
//! the positions it was built from, so queries are not disturbed by what moves meanwhile; while it
//! is rebuilt they are refused.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;
use core::sync::atomic::{AtomicU32, Ordering};

use flockwork_kernel::integrate::Timestep;
use flockwork_kernel::{Axis, Edge, World};
use spin::RwLock;

// Threads write to rows of the same columns.
#[allow(unsafe_code)]
mod columns;
mod hash;
mod motion;

use columns::Columns;
use hash::Hash;
use motion::Motion;

/// The most entities.
pub const MAX_CAPACITY: u32 = 1 << 24;

/// The names of the columns, in the order of their numbers.
const NAMES: [&str; 6] = ["x", "y", "vx", "vy", "ax", "ay"];

/// Some entities.
#[derive(Debug)]
pub struct SimCore {
    world: World,
    /// By the order of [`NAMES`].
    columns: Columns,
    hash: RwLock<Hash>,
    finders: AtomicU32,
}

/// What one thread's queries find.
#[derive(Debug, Default)]
pub struct Finder {
    /// (bits of the squared distance, id) of what is near.
    keys: Vec<u64>,
    ids: Vec<u32>,
    offsets: Vec<u32>,
}

impl Finder {
    /// The ids that the last query found.
    pub fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// Where each entity's neighbours begin among the ids, and the end: of the last
    /// [`SimCore::query_neighbors_of`] or [`SimCore::query_neighbors_at`].
    pub fn offsets(&self) -> &[u32] {
        &self.offsets
    }

    fn clear(&mut self) {
        self.ids.clear();
        self.offsets.clear();
    }

    /// Takes what is near, the first `found` keys: at most so many ids, by (squared distance, id).
    fn take(&mut self, found: usize, most: usize) -> Result<(), String> {
        let keys = &mut self.keys[..found];
        let near = if found > most {
            keys.select_nth_unstable(most);
            &mut keys[..most]
        } else {
            keys
        };
        near.sort_unstable();
        room(&mut self.ids, near.len())?;
        self.ids.extend(near.iter().map(|&key| key as u32));
        Ok(())
    }
}

impl SimCore {
    /// Makes `capacity` entities at the origin, at rest.
    ///
    /// # Errors
    ///
    /// A text that says what is not acceptable.
    pub fn new(capacity: u32, lengths: [f32; 2], edges: [u32; 2]) -> Result<Box<Self>, String> {
        if capacity == 0 || capacity > MAX_CAPACITY {
            return Err(format!("capacity is {capacity}: it must be from 1 to {MAX_CAPACITY}"));
        }
        let mut axes = [Axis::default(); 2];
        for (axis, (length, edge)) in axes.iter_mut().zip(lengths.into_iter().zip(edges)) {
            let edge = Edge::from_code(edge)
                .ok_or_else(|| format!("edge is {edge}: it must be from 0 to 2"))?;
            *axis = Axis { length, edge };
        }
        let world = World::of(&axes).map_err(|error| error.to_string())?;
        let columns = Columns::new(capacity as usize)?;
        let hash = RwLock::new(Hash::default());
        Ok(Box::new(Self { world, columns, hash, finders: AtomicU32::new(0) }))
    }

    /// Entities.
    pub fn capacity(&self) -> u32 {
        self.columns.capacity() as u32
    }

    /// The first value of a column: 0 x, 1 y, 2 vx, 3 vy, 4 ax, 5 ay.
    pub fn column(&self, index: u32) -> Option<*mut f32> {
        self.columns.first(index as usize)
    }

    /// All columns, to read and to write: x, y, vx, vy, ax, ay. Who has the core alone needs no claim.
    pub fn columns_mut(&mut self) -> [&mut [f32]; NAMES.len()] {
        self.columns.all()
    }

    /// Moves entities by `velocity * dt`, and gives how many met the edge of the world.
    ///
    /// # Errors
    ///
    /// A text that says what is not acceptable, such as a range with entities that another thread
    /// works on; nothing was changed.
    pub fn process_movement(&self, start: u32, end: u32, dt: f32) -> Result<u32, String> {
        self.advance::<false>(start, end, dt)
    }

    /// Adds `acceleration * dt` to velocities, then moves entities, and gives how many met the
    /// edge of the world.
    ///
    /// # Errors
    ///
    /// A text that says what is not acceptable, such as a range with entities that another thread
    /// works on; nothing was changed.
    pub fn integrate_physics(&self, start: u32, end: u32, dt: f32) -> Result<u32, String> {
        self.advance::<true>(start, end, dt)
    }

    fn advance<const FORCES: bool>(&self, start: u32, end: u32, dt: f32) -> Result<u32, String> {
        let mut claimed = self.columns.write(rows(start, end))?;
        let dt = Timestep::new(dt).map_err(|error| error.to_string())?;
        let world = &self.world;
        let ([x, y, vx, vy], [ax, ay]) = claimed.columns();
        let forces = if FORCES { [ax, ay] } else { [&[][..]; 2] };
        let used: &[&[f32]] = &[x, y, vx, vy, forces[0], forces[1]];
        if let Some((column, row)) = motion::not_finite(used) {
            let (name, value, row) = (NAMES[column], used[column][row], start as usize + row);
            return Err(format!("{name} of entity {row} is {value}: it must be a finite number"));
        }
        Ok(motion::advance(Motion::<FORCES> { world, dt, x, y, vx, vy, ax, ay }))
    }

    /// Puts the entities of a range into the spatial hash, in cells of this side; the others are
    /// not found any more.
    ///
    /// Where more than four cells for each entity would be needed, cells are larger; what queries
    /// find does not depend on it.
    ///
    /// # Errors
    ///
    /// A text that says what is not acceptable; the hash is empty then, unless another thread uses
    /// it.
    pub fn rebuild_spatial_hash(&self, start: u32, end: u32, size: f32) -> Result<(), String> {
        let claimed = self.columns.read(rows(start, end))?;
        let Some(mut hash) = self.hash.try_write() else {
            return Err("the spatial hash is in use by another thread".to_string());
        };
        hash.build(&self.world, size, claimed.column(0), claimed.column(1), start)
    }

    /// Finds the entities in the hash closer than `radius` to a point, by (distance, id), at most
    /// so many: see [`Finder::ids`]. Periodic axes are not closed for this: nobody is seen across
    /// their ends.
    ///
    /// # Errors
    ///
    /// A text that says what is not acceptable.
    pub fn query_neighbors(
        &self,
        finder: &mut Finder,
        x: f32,
        y: f32,
        radius: f32,
        max_results: u32,
    ) -> Result<u32, String> {
        finder.ids.clear();
        self.querying(radius, max_results, |hash, most| {
            if !(x.abs() <= hash::MAX_COORDINATE && y.abs() <= hash::MAX_COORDINATE) {
                return Err(format!("the point is ({x}, {y}): it must be finite"));
            }
            let found = hash.find((x, y), radius, None, &mut finder.keys)?;
            finder.take(found, most)
        })?;
        Ok(finder.ids.len() as u32)
    }

    /// The same for the place where each entity of a range is, but without itself; gives how many
    /// were found in all: see [`Finder::ids`] and [`Finder::offsets`].
    ///
    /// # Errors
    ///
    /// A text that says what is not acceptable.
    pub fn query_neighbors_of(
        &self,
        finder: &mut Finder,
        start: u32,
        end: u32,
        radius: f32,
        max_results: u32,
    ) -> Result<u32, String> {
        finder.clear();
        let claimed = self.columns.read(rows(start, end))?;
        let places = [0, 1].map(|column| claimed.column(column));
        let name = |row| format!("entity {}", start as usize + row);
        self.queries(finder, places, Some(start), radius, max_results, name)
    }

    /// The same for points: as many `ys` as `xs`.
    ///
    /// # Errors
    ///
    /// A text that says what is not acceptable.
    pub fn query_neighbors_at(
        &self,
        finder: &mut Finder,
        xs: &[f32],
        ys: &[f32],
        radius: f32,
        max_results: u32,
    ) -> Result<u32, String> {
        finder.clear();
        let name = |row| format!("point {row}");
        self.queries(finder, [xs, ys], None, radius, max_results, name)
    }

    /// Queries at points, or at entities of which the first has the id `first`.
    fn queries(
        &self,
        finder: &mut Finder,
        [xs, ys]: [&[f32]; 2],
        first: Option<u32>,
        radius: f32,
        max_results: u32,
        name: impl Fn(usize) -> String,
    ) -> Result<u32, String> {
        if let Some((column, row)) = motion::not_finite(&[xs, ys]) {
            return Err(format!("{} of {} is not a finite number", NAMES[column], name(row)));
        }
        self.querying(radius, max_results, |hash, most| {
            room(&mut finder.offsets, xs.len() + 1)?;
            finder.offsets.push(0);
            for ((&x, &y), row) in xs.iter().zip(ys).zip(0..) {
                let own = first.map(|first| first + row);
                let found = hash.find((x, y), radius, own, &mut finder.keys)?;
                finder.take(found, most)?;
                finder.offsets.push(finder.ids.len() as u32);
            }
            Ok(())
        })?;
        Ok(finder.ids.len() as u32)
    }

    /// Has a query done, if it can be answered as asked.
    fn querying(
        &self,
        radius: f32,
        max_results: u32,
        query: impl FnOnce(&Hash, usize) -> Result<(), String>,
    ) -> Result<(), String> {
        if !(radius >= hash::RADIUS.0 && radius <= hash::RADIUS.1) {
            let (low, high) = hash::RADIUS;
            return Err(format!("the radius is {radius}: it must be from {low:e} to {high:e}"));
        }
        if max_results == 0 {
            return Err("max_results is 0: it must be from 1".to_string());
        }
        let Some(hash) = self.hash.try_read() else {
            return Err("the spatial hash is being rebuilt by another thread".to_string());
        };
        if !hash.is_built() {
            return Err("the spatial hash is empty: rebuild it first".to_string());
        }
        query(&hash, max_results as usize)
    }

    /// A finder for one thread; to be given back.
    pub fn finder(&self) -> Box<Finder> {
        self.finders.fetch_add(1, Ordering::Relaxed);
        Box::default()
    }

    /// Takes a finder back.
    pub fn give_back(&self, finder: Box<Finder>) {
        drop(finder);
        self.finders.fetch_sub(1, Ordering::Relaxed);
    }

    /// Finders that were not given back.
    pub fn finders(&self) -> u32 {
        self.finders.load(Ordering::Relaxed)
    }
}

fn rows(start: u32, end: u32) -> Range<usize> {
    start as usize..end as usize
}

/// Makes room for so many more.
fn room<T>(list: &mut Vec<T>, more: usize) -> Result<(), String> {
    list.try_reserve(more).map_err(|_| {
        "there is not enough memory for this many entities or results: make the core with more \
         `memory`"
            .to_string()
    })
}
