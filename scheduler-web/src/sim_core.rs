//! Kernels without a scheduler, for programs that bring their own loop: columns of a fixed number
//! of entities, motion, and a spatial hash.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;

use flockwork_kernel::integrate::{
    Timestep,
    slices::{apply_edge, semi_implicit_euler},
};
use flockwork_kernel::{Edge, World};
use flockwork_spatial::hash::Occupied;
use flockwork_spatial::{Entities, Entry, HashIndex, HashScratch, Hit, Query};

/// The columns, in the order of their numbers.
#[derive(Debug)]
pub struct SimCore {
    world: World,
    /// x, y, vx, vy, ax, ay.
    columns: [Vec<f32>; 6],
    /// Zeros: the accelerations of entities that only move on.
    still: Vec<f32>,
    ids: Vec<u32>,
    hash: Hash,
    hits: Vec<Hit>,
    results: Vec<u32>,
}

/// The memory of the spatial hash, and what was put into it.
#[derive(Debug, Default)]
struct Hash {
    size: f32,
    xs: Vec<f32>,
    ys: Vec<f32>,
    ids: Vec<u32>,
    starts: Vec<u32>,
    order: Vec<Entry>,
    cell_of: Vec<u32>,
    occupied: Vec<Occupied>,
    /// Points into the vectors above, which neither move nor change until it is gone.
    index: Option<HashIndex<'static>>,
}

/// The most entities.
pub const MAX_CAPACITY: u32 = 1 << 24;

impl SimCore {
    /// Makes `capacity` entities at the origin, at rest.
    ///
    /// # Errors
    ///
    /// A text that says what is not acceptable.
    pub fn new(capacity: u32, width: f32, height: f32, edge: u32) -> Result<Box<Self>, String> {
        if capacity == 0 || capacity > MAX_CAPACITY {
            return Err(format!("capacity is {capacity}: it must be from 1 to {MAX_CAPACITY}"));
        }
        let edge = [Edge::Torus, Edge::Walls, Edge::Open]
            .get(edge as usize)
            .ok_or_else(|| format!("edge is {edge}: it must be from 0 to 2"))?;
        let world = World::new(width, height, *edge).map_err(|error| error.to_string())?;
        let count = capacity as usize;
        let mut columns: [Vec<f32>; 6] = Default::default();
        let mut still = Vec::new();
        for column in columns.iter_mut().chain([&mut still]) {
            column
                .try_reserve_exact(count)
                .map_err(|_| format!("there is not enough memory for {capacity} entities"))?;
            column.resize(count, 0.0);
        }
        Ok(Box::new(Self {
            world,
            columns,
            still,
            ids: (0..capacity).collect(),
            hash: Hash::default(),
            hits: Vec::new(),
            results: Vec::new(),
        }))
    }

    /// A column: 0 x, 1 y, 2 vx, 3 vy, 4 ax, 5 ay.
    pub fn column(&self, index: u32) -> Option<&[f32]> {
        self.columns.get(index as usize).map(Vec::as_slice)
    }

    /// Moves entities by `velocity * dt`, and gives how many met the edge of the world.
    ///
    /// # Errors
    ///
    /// A text that says what is not acceptable; nothing was changed.
    pub fn process_movement(&mut self, start: u32, end: u32, dt: f32) -> Result<u32, String> {
        self.advance(start, end, dt, false)
    }

    /// Adds `acceleration * dt` to velocities, then moves entities, and gives how many met the
    /// edge of the world.
    ///
    /// # Errors
    ///
    /// A text that says what is not acceptable; nothing was changed.
    pub fn integrate_physics(&mut self, start: u32, end: u32, dt: f32) -> Result<u32, String> {
        self.advance(start, end, dt, true)
    }

    fn advance(&mut self, start: u32, end: u32, dt: f32, forces: bool) -> Result<u32, String> {
        let rows = self.rows(start, end)?;
        let dt = Timestep::new(dt).map_err(|error| error.to_string())?;
        let world = self.world;
        let [xs, ys, vxs, vys, axs, ays] =
            self.columns.each_mut().map(|column| &mut column[rows.clone()]);
        let still = &self.still[rows];
        let (axs, ays) = if forces { (&*axs, &*ays) } else { (still, still) };
        semi_implicit_euler(dt, xs, ys, vxs, vys, axs, ays).map_err(|error| error.to_string())?;
        let outside =
            |x: f32, y: f32| !(x >= 0.0 && x < world.width() && y >= 0.0 && y < world.height());
        let met = match world.edge() {
            Edge::Open => 0,
            _ => xs.iter().zip(ys.iter()).filter(|(x, y)| outside(**x, **y)).count(),
        };
        apply_edge(&world, xs, ys, vxs, vys).map_err(|error| error.to_string())?;
        Ok(met as u32)
    }

    /// Puts the entities of a range into the spatial hash, in cells of this side; the others are
    /// not found any more.
    ///
    /// # Errors
    ///
    /// A text that says what is not acceptable; the hash is empty then.
    pub fn rebuild_spatial_hash(&mut self, start: u32, end: u32, size: f32) -> Result<(), String> {
        let rows = self.rows(start, end)?;
        let Self { columns, ids, hash, .. } = self;
        hash.index = None;
        hash.size = size;
        let fill = |to: &mut Vec<f32>, from: &[f32]| {
            to.clear();
            to.extend_from_slice(from);
        };
        fill(&mut hash.xs, &columns[0][rows.clone()]);
        fill(&mut hash.ys, &columns[1][rows.clone()]);
        hash.ids.clear();
        hash.ids.extend_from_slice(&ids[rows.clone()]);
        let needs = HashIndex::needs(rows.len() as u32);
        hash.starts.resize(needs.starts, 0);
        hash.order.resize(needs.order, Entry::default());
        hash.cell_of.resize(needs.cell_of, 0);
        hash.occupied.resize(needs.occupied, Occupied::default());
        // SAFETY: the vectors are not touched again before the index is dropped, at the begin of
        // this function or with `self`, and what they hold on the heap does not move with it.
        let (entities, scratch) = unsafe {
            (
                Entities {
                    xs: &*core::ptr::from_ref(hash.xs.as_slice()),
                    ys: &*core::ptr::from_ref(hash.ys.as_slice()),
                    ids: &*core::ptr::from_ref(hash.ids.as_slice()),
                },
                HashScratch {
                    starts: &mut *core::ptr::from_mut(hash.starts.as_mut_slice()),
                    order: &mut *core::ptr::from_mut(hash.order.as_mut_slice()),
                    cell_of: &mut *core::ptr::from_mut(hash.cell_of.as_mut_slice()),
                    occupied: &mut *core::ptr::from_mut(hash.occupied.as_mut_slice()),
                },
            )
        };
        let index = HashIndex::build(size, entities, scratch).map_err(|error| error.to_string())?;
        hash.index = Some(index);
        Ok(())
    }

    /// The entities in the hash closer than `radius` to a point, by (distance, id), at most so
    /// many: see [`SimCore::results`].
    ///
    /// # Errors
    ///
    /// A text that says what is not acceptable.
    pub fn query_neighbors(
        &mut self,
        x: f32,
        y: f32,
        radius: f32,
        max_results: u32,
    ) -> Result<u32, String> {
        let Some(index) = &self.hash.index else {
            return Err("the spatial hash is empty: rebuild it first".to_string());
        };
        let most = (max_results as usize).min(self.ids.len());
        self.hits.resize(most.max(1), Hit::default());
        let found =
            index.radius(x, y, radius, &mut self.hits, most).map_err(|error| error.to_string())?;
        self.results.clear();
        self.results.extend(self.hits[..found].iter().map(|hit| hit.id));
        Ok(found as u32)
    }

    /// The ids that the last query found.
    pub fn results(&self) -> &[u32] {
        &self.results
    }

    fn rows(&self, start: u32, end: u32) -> Result<Range<usize>, String> {
        let count = self.ids.len();
        if start > end || end as usize > count {
            return Err(format!(
                "the range {start}..{end} is not acceptable: there are {count} entities"
            ));
        }
        Ok(start as usize..end as usize)
    }
}
