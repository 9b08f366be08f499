//! The neighbour pass against its naive twin, over whole worlds and over every region of a cut.
//!
//! The twin knows no cells: it looks at every entity in every image of the world. Each entity must
//! see the same neighbours, at the same distance to the bit, in the same order, and sum them to
//! the same bits, whoever computes it. So this also shows that ghost bands are wide enough and
//! that no grid puts two neighbours further apart than its band.

#[path = "queries/world.rs"]
#[allow(dead_code)]
mod world;

use std::collections::BTreeMap;

use flockwork_kernel::{Edge, F32x8, LANES, World};
use flockwork_spatial::pass::{
    Block, Candidate, Cells, Cutoff, MAX_CAP, Pair, Visitor, neighbour_pass,
};
use flockwork_spatial::regions::{Cut, Region, cut};
use flockwork_spatial::sort::sort_by_cell;
use flockwork_spatial::{Entry, Grid, PassError};
use quickcheck::quickcheck;

use world::{Random, SPREADS, Spread, WORLDS, entities};

/// What an entity saw: each neighbour's id and the bits of its squared distance, in order, and the
/// bits of the sum of their offsets.
#[derive(Clone, Debug, Default, PartialEq)]
struct Seen {
    neighbours: Vec<(u32, u32)>,
    sum: (u32, u32),
}

type Point = Candidate<()>;

fn point(x: f32, y: f32) -> Point {
    Point { x, y, shown: () }
}

/// Entities anywhere in a grid.
struct Crowd {
    grid: Grid,
    points: Vec<Point>,
    ids: Vec<u32>,
}

/// An entity in one image of the world.
#[derive(Clone, Copy)]
struct Image {
    slot: usize,
    id: u32,
    /// Which image: 0 for the world itself.
    turns: (i64, i64),
    at: Point,
    /// Row and column, counted on over the images.
    cell: (i64, i64),
}

impl Crowd {
    fn new(random: &mut Random, grid: Grid, spread: Spread, most: usize) -> Self {
        let (xs, ys, ids) = entities(random, &grid, spread, most);
        let points = xs.iter().zip(&ys).map(|(&x, &y)| point(x, y)).collect();
        Self { grid, points, ids }
    }

    /// Every entity in every image of the world.
    fn images(&self) -> Vec<Image> {
        let world = self.grid.world();
        let shifts: &[i64] = if world.is_torus() { &[-1, 0, 1] } else { &[0] };
        let mut images = Vec::new();
        for (slot, (place, &id)) in self.points.iter().zip(&self.ids).enumerate() {
            let (row, col) = self.grid.cell(place.x, place.y);
            for &up in shifts {
                for &right in shifts {
                    let at = point(
                        place.x + right as f32 * world.width(),
                        place.y + up as f32 * world.height(),
                    );
                    let row = i64::from(row) + up * i64::from(self.grid.rows());
                    let col = i64::from(col) + right * i64::from(self.grid.cols());
                    images.push(Image { slot, id, turns: (up, right), at, cell: (row, col) });
                }
            }
        }
        images
    }

    /// What every entity sees, by its id.
    fn naive(&self, cutoff: Cutoff) -> BTreeMap<u32, Seen> {
        let images = self.images();
        let owned = images.iter().filter(|image| image.turns == (0, 0));
        owned.map(|own| (own.id, see(own, &images, cutoff))).collect()
    }

    /// What the pass shows the entities of a region, by id.
    fn pass(&self, region: Region, cutoff: Cutoff) -> BTreeMap<u32, Seen> {
        let (rows, cols, fine) = (region.rows(), region.cols(), self.grid.fine());
        let stride = cols + 2 * fine;
        let inside: Vec<Image> = self
            .images()
            .into_iter()
            .filter(|image| {
                let (row, col) = self.local(region, image);
                (0..i64::from(rows) + 2).contains(&row) && (0..i64::from(stride)).contains(&col)
            })
            .collect();
        let cell_of: Vec<u32> = inside
            .iter()
            .map(|image| {
                let (row, col) = self.local(region, image);
                row as u32 * stride + col as u32
            })
            .collect();
        let ids: Vec<u32> = inside.iter().map(|image| image.id).collect();
        let count = Cells::count(rows, cols, fine).unwrap();
        let mut starts = vec![0; count as usize + 1];
        let mut entries = vec![Entry::default(); inside.len()];
        sort_by_cell(&cell_of, &ids, count, &mut starts, &mut entries).unwrap();
        let records: Vec<Point> = entries.iter().map(|e| inside[e.slot() as usize].at).collect();
        let cells = Cells { starts: &starts, rows, cols, fine };
        let owned: Vec<u32> =
            (0..rows).flat_map(|row| cells.owned(row)).map(|at| entries[at].id()).collect();
        let watch = || Watch {
            entries: &entries,
            tile: Default::default(),
            seen: vec![None; owned.len()],
            tested: 0,
        };
        let mut selective = Selective(watch(), cutoff);
        let mut watch = watch();
        let tested = neighbour_pass(&cells, cutoff, &records, &entries, &mut watch).unwrap();
        assert_eq!(tested, watch.tested);
        let tested = neighbour_pass(&cells, cutoff, &records, &entries, &mut selective).unwrap();
        assert!(selective.0.tested <= tested);
        assert_eq!(selective.0.seen, watch.seen);
        let seen = watch.seen.into_iter().map(|seen| seen.expect("an entity was left out"));
        owned.into_iter().zip(seen).collect()
    }

    /// Row and column inside a region's border.
    fn local(&self, region: Region, image: &Image) -> (i64, i64) {
        let fine = i64::from(self.grid.fine());
        (image.cell.0 - i64::from(region.row) + 1, image.cell.1 - i64::from(region.col) + fine)
    }
}

fn see(own: &Image, images: &[Image], cutoff: Cutoff) -> Seen {
    let mut near: Vec<(f32, &Image)> = images
        .iter()
        .filter(|other| !(other.slot == own.slot && other.turns == (0, 0)))
        .map(|other| {
            let (dx, dy) = (other.at.x - own.at.x, other.at.y - own.at.y);
            (dx * dx + dy * dy, other)
        })
        .filter(|(d2, _)| *d2 < cutoff.radius * cutoff.radius)
        .collect();
    near.sort_by_key(|(d2, other)| (d2.to_bits(), other.id));
    near.truncate(cutoff.most.map_or(usize::MAX, |most| most as usize));
    near.sort_by_key(|(_, other)| (other.cell, other.id));
    let sum = near.iter().fold((0.0f32, 0.0f32), |sum, (_, other)| {
        (sum.0 + (other.at.x - own.at.x), sum.1 + (other.at.y - own.at.y))
    });
    Seen {
        neighbours: near.iter().map(|(d2, other)| (other.id, d2.to_bits())).collect(),
        sum: (sum.0.to_bits(), sum.1.to_bits()),
    }
}

/// Writes down all that the pass says.
struct Watch<'a> {
    entries: &'a [Entry],
    tile: [Vec<(u32, u32)>; LANES],
    seen: Vec<Option<Seen>>,
    tested: u64,
}

impl Visitor for Watch<'_> {
    type Shown = ();
    type Tile = usize;
    type Sum = (F32x8, F32x8);

    fn load(&mut self, Block { at, .. }: Block) -> (usize, (F32x8, F32x8)) {
        self.tile = Default::default();
        (at, (F32x8::ZERO, F32x8::ZERO))
    }

    fn pair(&mut self, _: &usize, _: &(), pair: &Pair, sum: &mut (F32x8, F32x8)) {
        self.tested += 1;
        sum.0 += pair.near.keep(pair.offset.x);
        sum.1 += pair.near.keep(pair.offset.y);
        let (id, d2) = (self.entries[pair.index as usize].id(), pair.d2.to_bits().to_array());
        for lane in (0..LANES).filter(|lane| pair.near.bits() >> lane & 1 == 1) {
            self.tile[lane].push((id, d2[lane]));
        }
    }

    fn finish(&mut self, Block { at, count, .. }: Block, tile: &usize, sum: &(F32x8, F32x8)) {
        assert_eq!(at, *tile);
        let (x, y) = (sum.0.to_bits().to_array(), sum.1.to_bits().to_array());
        for lane in 0..count {
            let neighbours = std::mem::take(&mut self.tile[lane]);
            let before = self.seen[at + lane].replace(Seen { neighbours, sum: (x[lane], y[lane]) });
            assert!(before.is_none(), "entity {} was visited twice", at + lane);
        }
        assert!(self.tile.iter().all(Vec::is_empty), "a lane of no entity has neighbours");
    }
}

/// As [`Watch`], but pairs are called dear.
struct Selective<'a>(Watch<'a>, Cutoff);

impl Visitor for Selective<'_> {
    type Shown = ();
    type Tile = usize;
    type Sum = (F32x8, F32x8);
    const SELECTIVE: bool = true;

    fn load(&mut self, block: Block) -> (usize, (F32x8, F32x8)) {
        self.0.load(block)
    }

    fn pair(&mut self, tile: &usize, other: &(), pair: &Pair, sum: &mut (F32x8, F32x8)) {
        // Under a cap all are shown; and the candidate itself may be the one lane that was near.
        let own = (pair.d2.to_bits().to_array()).contains(&0);
        let shown = self.1.most.is_some() || pair.near.any() || own;
        assert!(shown, "a candidate that is near nobody was shown");
        self.0.pair(tile, other, pair, sum);
    }

    fn finish(&mut self, block: Block, tile: &usize, sum: &(F32x8, F32x8)) {
        self.0.finish(block, tile, sum);
    }
}

/// Regions of a cut; none if the grid is too small for it.
fn regions(grid: &Grid, wanted: Cut) -> Vec<Region> {
    let mut regions = vec![Region::default(); wanted.count().unwrap() as usize];
    match cut(grid, wanted, &|row, col| u64::from(row * 7 + col) % 5, &mut regions) {
        Ok(()) => regions,
        Err(_) => Vec::new(),
    }
}

/// The pass over the whole world, and over all regions of some cuts together, sees what the twin
/// sees.
fn matches_naive(crowd: &Crowd, cutoff: Cutoff, cuts: &[Cut]) -> bool {
    let naive = crowd.naive(cutoff);
    assert_eq!(crowd.pass(Region::whole(&crowd.grid), cutoff), naive);
    for &wanted in cuts {
        let regions = regions(&crowd.grid, wanted);
        let seen: BTreeMap<u32, Seen> =
            regions.iter().flat_map(|region| crowd.pass(*region, cutoff)).collect();
        assert!(regions.is_empty() || seen == naive, "cut into {wanted}");
    }
    true
}

quickcheck! {
    fn every_entity_sees_what_its_twin_sees(seed: u64) -> bool {
        let mut random = Random(seed);
        WORLDS.into_iter().all(|(width, height, edge, radius, expected)| {
            let grid = Grid::new(World::new(width, height, edge).unwrap(), radius, expected).unwrap();
            SPREADS.into_iter().all(|spread| {
                let crowd = Crowd::new(&mut random, grid, spread, 40);
                let parts = 2 + random.below(9) as u32;
                let cuts = [Cut::Parts(parts), Cut::Grid { rows: 2, cols: 2 }];
                matches_naive(&crowd, Cutoff { radius, most: None }, &cuts)
            })
        })
    }

    fn a_cap_keeps_the_nearest_by_distance_and_id(seed: u64) -> bool {
        let mut random = Random(seed);
        WORLDS.into_iter().all(|(width, height, edge, radius, expected)| {
            let grid = Grid::new(World::new(width, height, edge).unwrap(), radius, expected).unwrap();
            SPREADS.into_iter().all(|spread| {
                let crowd = Crowd::new(&mut random, grid, spread, 40);
                let most = [0, 1, 2, 7, random.below(MAX_CAP + 1)][random.below(5)];
                let cutoff = Cutoff { radius, most: Some(most as u32) };
                matches_naive(&crowd, cutoff, &[Cut::Grid { rows: 1, cols: 3 }])
            })
        })
    }

    fn a_shorter_reach_than_the_grids_is_kept(seed: u64) -> bool {
        let grid = Grid::new(World::new(40.0, 30.0, Edge::Periodic).unwrap(), 3.0, 4000).unwrap();
        let mut random = Random(seed);
        let cutoff = Cutoff { radius: 0.1 + 2.9 * random.share(), most: None };
        let crowd = Crowd::new(&mut random, grid, Spread::Uniform, 300);
        matches_naive(&crowd, cutoff, &[Cut::Parts(6)])
    }
}

#[test]
fn crowded_and_tiny_toruses_are_cut_down_to_single_cells() {
    let mut random = Random(9);
    for (width, height, radius, expected) in
        [(2.1, 2.1, 1.0, 4), (2.1, 9.0, 1.0, 4), (9.0, 2.1, 1.0, 4000), (5.0, 5.0, 2.4, 9000)]
    {
        let world = World::new(width, height, Edge::Periodic).unwrap();
        let grid = Grid::new(world, radius, expected).unwrap();
        for spread in SPREADS {
            let crowd = Crowd::new(&mut random, grid, spread, 60);
            let cells = Cut::Parts(grid.cells());
            assert!(!regions(&grid, cells).is_empty());
            matches_naive(&crowd, Cutoff { radius, most: None }, &[cells, Cut::Parts(3)]);
            matches_naive(&crowd, Cutoff { radius, most: Some(5) }, &[cells]);
        }
    }
}

#[test]
fn slices_that_do_not_fit_are_errors_and_nobody_is_visited() {
    let starts = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1];
    let (records, entries) = ([Point::default()], [Entry::new(1, 0)]);
    let run = |cells: &Cells<'_>, cutoff: Cutoff, records: &[Point], entries: &[Entry]| {
        let mut watch = Watch {
            entries: &[Entry::new(1, 0)],
            tile: Default::default(),
            seen: vec![None],
            tested: 0,
        };
        let result = neighbour_pass(cells, cutoff, records, entries, &mut watch);
        assert!(result.is_ok() || (watch.tested == 0 && watch.seen == [None]));
        result
    };
    let cells = Cells { starts: &starts, rows: 1, cols: 1, fine: 1 };
    let cutoff = Cutoff { radius: 1.0, most: None };
    assert_eq!(run(&cells, cutoff, &records, &entries), Ok(1));
    let short = Cells { starts: &starts[..9], ..cells };
    let error = PassError::StartsTooShort { needed: 10, given: 9 };
    assert_eq!(run(&short, cutoff, &records, &entries), Err(error));
    let falling = Cells { starts: &[0, 0, 0, 0, 2, 1, 1, 1, 1, 1], ..cells };
    assert_eq!(run(&falling, cutoff, &records, &entries), Err(PassError::StartsNotSorted));
    let none = Err(PassError::TooFew { needed: 1, given: 0 });
    assert_eq!(run(&cells, cutoff, &[], &entries), none);
    assert_eq!(run(&cells, cutoff, &records, &[]), none);
    for radius in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        let result = run(&cells, Cutoff { radius, most: None }, &records, &entries);
        assert!(matches!(result, Err(PassError::InvalidRadius { .. })), "{radius}");
    }
    let many = MAX_CAP as u32 + 1;
    let result = run(&cells, Cutoff { radius: 1.0, most: Some(many) }, &records, &entries);
    assert_eq!(result, Err(PassError::CapTooLarge { most: many }));
    for (rows, cols, fine) in [(u32::MAX, 1, 1), (1, u32::MAX, 1), (1, 1, u32::MAX)] {
        let huge = Cells { starts: &starts, rows, cols, fine };
        assert!(run(&huge, cutoff, &records, &entries).is_err());
    }
}
