//! An index that owns its memory: built again and again, kept in a struct, asked from anywhere.
//!
//! It is one of two: the bounded one of a world's cells, as [`crate::cells`], or the unbounded one
//! over all of the plane or space, as [`crate::hash`]. What memory it needs it takes when it is
//! rebuilt, and keeps it: as many points as before need no more.
//!
//! It finds nothing by itself: [`crate::query`] asks it.

use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use flockwork_kernel::axes::{Axes, Plane};
use flockwork_kernel::{Vector, World};

use crate::cells::{self, CellIndex, CellRuns, CellTiles};
use crate::hash::{HashIndex, HashRuns, HashTiles, Kept, Occupied};
use crate::index::{Area, Bounds, IndexError, Indexed, Lists, Needs, Periods, Places, count_of};
use crate::neighbours::Tiles;
use crate::points::{Named, Points};
use crate::{Entry, Grid};

/// Points in the plane or in space, and who is near whom.
///
/// ```
/// use flockwork_spatial::{Index, Query};
///
/// let index = Index::of(&[[1.0, 2.0], [1.5, 2.0], [9.0, 9.0]], 1.0)?;
/// for hit in index.within([1.0, 2.0], 1.0)? {
///     println!("point {} is {} away", hit.slot, hit.d2.sqrt());
/// }
/// # assert_eq!(index.count_radius([1.0, 2.0], 1.0)?, 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Index<A: Axes = Plane> {
    cells: Kind,
    bounds: Bounds<A>,
    count: usize,
    memory: Memory,
}

/// Lists, each as long as any index here ever needed it.
#[derive(Clone, Default)]
struct Memory {
    starts: Vec<u32>,
    order: Vec<Entry>,
    cell_of: Vec<u32>,
    columns: [Vec<f32>; World::MOST_AXES],
    occupied: Vec<Occupied>,
}

impl Memory {
    /// The lists, at least as long as they must be.
    fn lists(&mut self, needs: &Needs) -> Lists<'_> {
        fn grown<T: Clone + Default>(list: &mut Vec<T>, needed: usize) -> &mut [T] {
            if list.len() < needed {
                list.resize(needed, T::default());
            }
            list
        }
        let mut axes = 0..World::MOST_AXES;
        let columns = self.columns.each_mut().map(|column| {
            let needed = axes.next().is_some_and(|axis| axis < needs.axes);
            grown(column, if needed { needs.count } else { 0 })
        });
        Lists {
            starts: grown(&mut self.starts, needs.starts),
            order: grown(&mut self.order, needs.count),
            cell_of: grown(&mut self.cell_of, needs.count),
            columns,
            occupied: grown(&mut self.occupied, needs.occupied),
        }
    }
}

/// Which cells there are.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// Those of a grid, which is bounded.
    World(Grid),
    /// Those of this side.
    Everywhere(f32, Kept),
}

impl<A: Axes> Index<A> {
    /// An empty index of a world, for queries of about this radius.
    ///
    /// Any radius can be asked for; it is the cheaper, the nearer to this one.
    ///
    /// # Errors
    ///
    /// [`IndexError::Grid`] if the radius is no number above 0 or not below half of the length of a
    /// periodic axis, [`IndexError::OtherAxes`] if the world has other axes than the points.
    pub fn new(world: World, radius: f32) -> Result<Self, IndexError> {
        let grid = Grid::new(world, radius, 0)?;
        if world.axes().len() != A::COUNT {
            return Err(IndexError::OtherAxes { world: world.axes().len(), entities: A::COUNT });
        }
        Self::empty(Kind::World(grid.bounded()))
    }

    /// An empty index over all of the plane or space, for queries of about this radius.
    ///
    /// # Errors
    ///
    /// [`IndexError::InvalidSize`] if the radius is no number from 1e-18 to 1e18.
    pub fn unbounded(radius: f32) -> Result<Self, IndexError> {
        Self::empty(Kind::Everywhere(radius, Kept::List(0)))
    }

    /// An unbounded index of these points, for queries of about this radius.
    ///
    /// # Errors
    ///
    /// As [`Index::unbounded`] and [`Index::rebuild`].
    pub fn of(points: &(impl Points<A> + ?Sized), radius: f32) -> Result<Self, IndexError> {
        let mut index = Self::unbounded(radius)?;
        index.rebuild(points)?;
        Ok(index)
    }

    fn empty(cells: Kind) -> Result<Self, IndexError> {
        let all = |value: f32| Vector::of(value, value, value);
        let bounds = Bounds { low: all(f32::INFINITY), high: all(f32::NEG_INFINITY) };
        let mut index = Self { cells, bounds, count: 0, memory: Memory::default() };
        index.rebuild::<[Vector<A>]>(&[])?;
        Ok(index)
    }

    /// Forgets all points, and indexes these.
    ///
    /// Along a periodic or a walled axis of a world a position must be from 0 to the length, both
    /// included; along others it may be anywhere that the cells reach: see [`CellIndex::build`] and
    /// [`HashIndex::build`]. How fine the cells of a world are depends on the number of points, and
    /// so does the canonical order.
    ///
    /// # Errors
    ///
    /// [`IndexError`], which names the first bad slot. After [`IndexError::DuplicateId`], for points
    /// that bring ids, the index is empty; after any other it is what it was.
    pub fn rebuild<P: Points<A> + ?Sized>(&mut self, points: &P) -> Result<(), IndexError> {
        let memory = &mut self.memory;
        let built = match self.cells {
            Kind::World(grid) => {
                let count = count_of(points.len())?;
                let grid = Grid::new(*grid.world(), grid.radius(), count)?.bounded();
                CellIndex::build_in(grid, points, |needs| Ok(memory.lists(needs)))
                    .map(|index| (Kind::World(grid), index.bounds(), index.order().len()))
            }
            Kind::Everywhere(size, _) => {
                let built = HashIndex::build_in(size, points, |needs| Ok(memory.lists(needs)));
                built.map(|index| {
                    let cells = Kind::Everywhere(size, index.table().kept());
                    (cells, index.bounds(), index.order().len())
                })
            }
        };
        match built {
            Ok(built) => {
                (self.cells, self.bounds, self.count) = built;
                Ok(())
            }
            Err(error @ IndexError::DuplicateId { .. }) => {
                self.rebuild::<[Vector<A>]>(&[])?;
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    /// Forgets all points, and indexes these under ids that are not their slots, each of them once.
    ///
    /// Results are then sorted by these ids, and do not depend on slots.
    ///
    /// # Errors
    ///
    /// As [`Index::rebuild`].
    pub fn rebuild_with_ids(
        &mut self,
        points: &(impl Points<A> + ?Sized),
        ids: &[u32],
    ) -> Result<(), IndexError> {
        self.rebuild(&Named { points, ids })
    }

    /// How many points there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The grid of its world's cells, bounded; none if it is unbounded.
    pub fn grid(&self) -> Option<&Grid> {
        match &self.cells {
            Kind::World(grid) => Some(grid),
            Kind::Everywhere(..) => None,
        }
    }

    /// The radius it was made for.
    pub fn reach(&self) -> f32 {
        match self.cells {
            Kind::World(grid) => grid.radius(),
            Kind::Everywhere(size, _) => size,
        }
    }

    /// Where each cell of [`Index::grid`] begins in the order, and the end; of no use without a grid.
    pub fn starts(&self) -> &[u32] {
        match &self.cells {
            Kind::World(grid) => &self.memory.starts[..grid.cells() as usize + 1],
            Kind::Everywhere(..) => &[],
        }
    }
}

impl<A: Axes> fmt::Debug for Index<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Index")
            .field("cells", &self.cells)
            .field("count", &self.count)
            .field("bounds", &self.bounds)
            .finish_non_exhaustive()
    }
}

/// The runs of an area in an [`Index`].
#[derive(Clone, Debug)]
pub struct OwnedRuns<'a, A: Axes>(Runs<'a, A>);

#[derive(Clone, Debug)]
enum Runs<'a, A: Axes> {
    Cells(CellRuns<'a, A>),
    Hash(HashRuns<'a, A>),
}

impl<A: Axes> Iterator for OwnedRuns<'_, A> {
    type Item = (Range<usize>, Vector<A>);

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Runs::Cells(runs) => runs.next(),
            Runs::Hash(runs) => runs.next(),
        }
    }
}

impl<A: Axes> Indexed for Index<A> {
    type Axes = A;
    type Runs<'a> = OwnedRuns<'a, A>;

    fn order(&self) -> &[Entry] {
        &self.memory.order[..self.count]
    }

    fn positions(&self) -> Places<'_, A> {
        let [xs, ys, zs] = &self.memory.columns;
        let zs = if A::SPACE { &zs[..self.count] } else { &[] };
        Places::of(&xs[..self.count], &ys[..self.count], zs)
    }

    fn periods(&self) -> Periods {
        self.grid().map_or([None; World::MOST_AXES], |grid| cells::periods(grid.world()))
    }

    fn bounds(&self) -> Bounds<A> {
        self.bounds
    }

    fn cell_side(&self) -> f32 {
        match &self.cells {
            Kind::World(grid) => cells::cell_side(grid),
            Kind::Everywhere(size, _) => *size,
        }
    }

    #[inline(always)]
    fn runs(&self, area: &Area) -> OwnedRuns<'_, A> {
        OwnedRuns(match &self.cells {
            Kind::World(grid) => Runs::Cells(CellRuns::new(grid, &self.memory.starts, area)),
            Kind::Everywhere(size, kept) => {
                let Memory { starts, occupied, .. } = &self.memory;
                Runs::Hash(kept.table(*size, starts, occupied).runs(area))
            }
        })
    }

    #[inline(always)]
    fn each_tile(&self, r: f32, once: bool, seen: &mut impl Tiles<A>) {
        match &self.cells {
            Kind::World(grid) => {
                let xs = self.positions().xs;
                CellTiles::new(grid, &self.memory.starts, xs).show(r, once, seen);
            }
            Kind::Everywhere(size, kept) => {
                let Memory { starts, occupied, .. } = &self.memory;
                let table = kept.table(*size, starts, occupied);
                HashTiles { positions: self.positions(), table }.show(r, once, seen);
            }
        }
    }
}
