//! The neighbour pass against its naive twin, in the plane and in space, over whole worlds and over
//! every region of a cut.
//!
//! The twin knows no cells: it looks at every entity in every image of the world. Each entity must
//! see the same neighbours, at the same distance to the bit, in the same order, and sum them to
//! the same bits, whoever computes it. So this also shows that ghost bands are wide enough and
//! that no grid puts two neighbours further apart than its band.

#[path = "queries/world.rs"]
#[allow(dead_code)]
mod world;

use std::collections::BTreeMap;
use std::marker::PhantomData;

use flockwork_kernel::axes::{Axes, Plane, Space, Third};
use flockwork_kernel::isa::Baseline;
use flockwork_kernel::simd::Vector8;
use flockwork_kernel::{Axis, Edge, F32x8, LANES, World};
use flockwork_spatial::pass::{
    Block, Candidate, Cells, Cutoff, Looker, MAX_CAP, Occupied, Pair, Sights, Visitor, arrange,
    looking_pass, neighbour_pass,
};
use flockwork_spatial::regions::{Blocks, Cut, Region, cut};
use flockwork_spatial::sort::{Lists, Numbered, sort_by_cell, sort_by_number};
use flockwork_spatial::{Entry, Grid, PassError};
use quickcheck::quickcheck;

use world::{Random, SPREADS, Spread, entities, settings, vector};

/// What an entity saw: each neighbour's id and the bits of its squared distance, in order, and the
/// bits of the sum of their offsets.
#[derive(Clone, Debug, Default, PartialEq)]
struct Seen {
    neighbours: Vec<(u32, u32)>,
    sum: [u32; 3],
}

type Point<A> = Candidate<(), A>;

/// Entities anywhere in a grid.
struct Crowd<A: Axes> {
    grid: Grid,
    points: Vec<Point<A>>,
    ids: Vec<u32>,
}

/// An entity in one image of the world.
#[derive(Clone, Copy)]
struct Image<A: Axes> {
    slot: usize,
    id: u32,
    /// Which image, along x, y and z: 0 for the world itself.
    turns: [i64; 3],
    at: Point<A>,
    /// Layer, row and column, counted on over the images.
    cell: [i64; 3],
}

impl<A: Axes> Crowd<A> {
    fn new(random: &mut Random, grid: Grid, spread: Spread, most: usize) -> Self {
        let points = entities(random, &grid, spread, most);
        let columns = points.columns::<A>();
        let place = |slot| Point { place: columns.position(slot), shown: () };
        let count = points.ids.len() as u32;
        Self { grid, points: (0..count).map(place).collect(), ids: points.ids.clone() }
    }

    /// Every entity in every image of the world.
    fn images(&self) -> Vec<Image<A>> {
        let axes = self.grid.world().axes();
        let turns = |axis: usize| match axes.get(axis) {
            Some(axis) if axis.is_periodic() => -1..=1,
            _ => 0..=0,
        };
        let mut images = Vec::new();
        for (slot, (point, &id)) in self.points.iter().zip(&self.ids).enumerate() {
            let (place, cell) = (point.place, self.grid.cell(point.place));
            for forth in turns(2) {
                for up in turns(1) {
                    for right in turns(0) {
                        let turns = [right, up, forth];
                        let along = |axis: usize| {
                            let length = axes.get(axis).map_or(0.0, |axis| axis.length);
                            place.along(axis) + turns[axis] as f32 * length
                        };
                        let line = |axis: usize| {
                            i64::from(cell[axis]) + turns[axis] * i64::from(self.grid.lines()[axis])
                        };
                        let at = Point { place: vector([0, 1, 2].map(along)), shown: () };
                        images.push(Image { slot, id, turns, at, cell: [2, 1, 0].map(line) });
                    }
                }
            }
        }
        images
    }

    /// What every entity sees, by its id.
    fn naive(&self, cutoff: Cutoff) -> BTreeMap<u32, Seen> {
        let images = self.images();
        let owned = images.iter().filter(|image| image.turns == [0; 3]);
        owned.map(|own| (own.id, see(own, &images, cutoff))).collect()
    }

    /// What the pass shows the entities of a region, by id: with a list of all cells, where they are
    /// not too many, and with one of the occupied cells.
    fn pass(&self, region: Region, cutoff: Cutoff) -> BTreeMap<u32, Seen> {
        let (lines, margins) = (region.lines(), self.grid.margins());
        let reach = self.grid.reach(cutoff.radius);
        let [cols, rows, layers] =
            [0, 1, 2].map(|axis| u64::from(lines[axis]) + 2 * u64::from(margins[axis]));
        let inside: Vec<(u64, Image<A>)> = self
            .images()
            .into_iter()
            .filter_map(|image| {
                let line = |axis: usize| {
                    let margin = i64::from(margins[axis]);
                    image.cell[2 - axis] - i64::from(region.low[axis]) + margin
                };
                let [col, row, layer] = [0, 1, 2].map(|axis| u64::try_from(line(axis)).ok());
                let (col, row, layer) = (col?, row?, layer?);
                let inside = col < cols && row < rows && layer < layers;
                inside.then_some(((layer * rows + row) * cols + col, image))
            })
            .collect();
        let occupied = self.pass_occupied(&inside, region, cutoff);
        let Some(count) = Cells::count(lines, margins).filter(|count| *count < 1 << 20) else {
            return occupied;
        };
        let cell_of: Vec<u32> = inside.iter().map(|(cell, _)| *cell as u32).collect();
        let ids: Vec<u32> = inside.iter().map(|(_, image)| image.id).collect();
        let mut starts = vec![0; count as usize + 1];
        let mut entries = vec![Entry::default(); inside.len()];
        sort_by_cell(&cell_of, &ids, count, &mut starts, &mut entries).unwrap();
        let cells = Cells { starts: &starts, lines, margins, reach, occupied: None };
        let all = run(&cells, &entries, &inside, cutoff);
        assert_eq!(all, occupied);
        all
    }

    fn pass_occupied(
        &self,
        inside: &[(u64, Image<A>)],
        region: Region,
        cutoff: Cutoff,
    ) -> BTreeMap<u32, Seen> {
        let (lines, margins) = (region.lines(), self.grid.margins());
        let reach = self.grid.reach(cutoff.radius);
        let count = inside.len();
        let mut slots: Vec<Numbered> = (0..)
            .zip(inside)
            .map(|(slot, (number, image))| Numbered { number: *number, slot, id: image.id })
            .collect();
        let mut scratch = vec![Numbered::default(); count];
        let (mut numbers, mut starts) = (vec![0; count], vec![0; count + 1]);
        let mut entries = vec![Entry::default(); count];
        let lists = Lists {
            scratch: &mut scratch,
            numbers: &mut numbers,
            starts: &mut starts,
            order: &mut entries,
        };
        let (cells, sorted) = sort_by_number(&mut slots, lists).unwrap();
        assert_eq!(sorted, count);
        // The owned entities of each row, found one by one.
        let mut rows: Vec<(u32, u32)> = Vec::new();
        let mut last = None;
        for (at, entry) in (0..).zip(&entries) {
            let (_, image) = &inside[entry.slot() as usize];
            let owned = (0..3).all(|axis| {
                let line = image.cell[2 - axis];
                line >= i64::from(region.low[axis]) && line < i64::from(region.high[axis])
            });
            if !owned {
                last = None;
                continue;
            }
            let row = Some((image.cell[0], image.cell[1]));
            match rows.last_mut() {
                Some(run) if row == last => run.1 = at + 1,
                _ => rows.push((at, at + 1)),
            }
            last = row;
        }
        let occupied = Some(Occupied { numbers: &numbers[..cells], rows: &rows });
        let cells = Cells { starts: &starts[..=cells], lines, margins, reach, occupied };
        run(&cells, &entries, inside, cutoff)
    }
}

/// The pass over sorted images, by id.
fn run<A: Axes>(
    cells: &Cells<'_>,
    entries: &[Entry],
    inside: &[(u64, Image<A>)],
    cutoff: Cutoff,
) -> BTreeMap<u32, Seen> {
    assert_eq!(cells.records(), entries.len());
    let records: Vec<Point<A>> =
        entries.iter().map(|entry| inside[entry.slot() as usize].1.at).collect();
    let owned: Vec<u32> =
        (0..cells.rows()).flat_map(|row| cells.owned(row)).map(|at| entries[at].id()).collect();
    let looking = look(cells, entries, &records, cutoff, |_| true, |_| true);
    if cutoff.most.is_none() {
        // Some look at some: a tile is of any entities then.
        let is_seen = |id: u32| id % 4 != 1;
        let some = look(cells, entries, &records, cutoff, |id| id % 3 == 0, is_seen);
        for (id, seen) in &looking {
            let wanted = seen.neighbours.iter().filter(|(id, _)| is_seen(*id)).copied();
            let wanted = (id % 3 == 0).then(|| wanted.collect::<Vec<_>>());
            assert_eq!(some.get(id).map(|seen| seen.neighbours.clone()), wanted);
        }
    }
    if cells.reach != [cells.reach[0], 1, u32::from(A::SPACE)] {
        return looking;
    }
    let watch = || Watch::new(entries, owned.len());
    let mut selective = Selective(watch(), cutoff);
    let mut watch = watch();
    let tested = neighbour_pass(cells, cutoff, &records, entries, &mut watch).unwrap();
    assert_eq!(tested, watch.tested);
    let tested = neighbour_pass(cells, cutoff, &records, entries, &mut selective).unwrap();
    assert!(selective.0.tested <= tested);
    assert_eq!(selective.0.seen, watch.seen);
    let seen = watch.seen.into_iter().map(|seen| seen.expect("an entity was left out"));
    let seen: BTreeMap<u32, Seen> = owned.into_iter().zip(seen).collect();
    assert_eq!(looking, seen);
    seen
}

/// The pass over those who look among those who are seen, by id.
fn look<A: Axes>(
    cells: &Cells<'_>,
    entries: &[Entry],
    records: &[Point<A>],
    cutoff: Cutoff,
    looks: impl Fn(u32) -> bool,
    is_seen: impl Fn(u32) -> bool,
) -> BTreeMap<u32, Seen> {
    let all = (0..).zip((0..cells.rows()).flat_map(|row| cells.owned(row)));
    let all = all.filter(|&(_, record)| looks(entries[record].id()));
    let mut lookers: Vec<Looker<A>> =
        all.map(|(at, record)| Looker::new(at, record as u32, records[record].place)).collect();
    arrange(cells, &mut lookers).unwrap();
    let seen = |record: &usize| is_seen(entries[*record].id());
    let places: Vec<u32> = (0..entries.len()).filter(seen).map(|record| record as u32).collect();
    let among = |start: &u32| places.partition_point(|place| place < start) as u32;
    let starts: Vec<u32> = cells.starts.iter().map(among).collect();
    let seen: Vec<Point<A>> = places.iter().map(|place| records[*place as usize]).collect();
    let sights = Sights { starts: &starts, records: &seen, places: Some(&places) };
    let mut watch = Watch::new(entries, lookers.len());
    let mut selective = Selective(Watch::new(entries, lookers.len()), cutoff);
    let tested = looking_pass(cells, cutoff, &sights, entries, &lookers, &mut watch).unwrap();
    assert_eq!(tested, watch.tested);
    let tested = looking_pass(cells, cutoff, &sights, entries, &lookers, &mut selective).unwrap();
    assert!(selective.0.tested <= tested);
    assert_eq!(selective.0.seen, watch.seen);
    let ids = lookers.iter().map(|looker| entries[looker.record as usize].id());
    ids.zip(watch.seen.into_iter().map(|seen| seen.expect("one who looks was left out"))).collect()
}

fn see<A: Axes>(own: &Image<A>, images: &[Image<A>], cutoff: Cutoff) -> Seen {
    let offset = |other: &Image<A>| {
        [0, 1, 2].map(|axis| other.at.place.along(axis) - own.at.place.along(axis))
    };
    let mut near: Vec<(f32, &Image<A>)> = images
        .iter()
        .filter(|other| !(other.slot == own.slot && other.turns == [0; 3]))
        .map(|other| {
            let [dx, dy, dz] = offset(other);
            (dx * dx + dy * dy + dz * dz, other)
        })
        .filter(|(d2, _)| *d2 < cutoff.radius * cutoff.radius)
        .collect();
    near.sort_by_key(|(d2, other)| (d2.to_bits(), other.id));
    near.truncate(cutoff.most.map_or(usize::MAX, |most| most as usize));
    near.sort_by_key(|(_, other)| (other.cell, other.id));
    let mut sum = [0.0f32; 3];
    for (_, other) in &near {
        let offset = offset(other);
        (0..3).for_each(|axis| sum[axis] += offset[axis]);
    }
    Seen {
        neighbours: near.iter().map(|(d2, other)| (other.id, d2.to_bits())).collect(),
        sum: sum.map(f32::to_bits),
    }
}

/// Writes down all that the pass says.
struct Watch<'a, A> {
    entries: &'a [Entry],
    tile: [Vec<(u32, u32)>; LANES],
    seen: Vec<Option<Seen>>,
    tested: u64,
    axes: PhantomData<A>,
}

impl<'a, A: Axes> Watch<'a, A> {
    fn new(entries: &'a [Entry], owned: usize) -> Self {
        let seen = vec![None; owned];
        Self { entries, tile: Default::default(), seen, tested: 0, axes: PhantomData }
    }
}

impl<A: Axes> Visitor for Watch<'_, A> {
    type Axes = A;
    type Shown = ();
    type Tile = usize;
    type Sum = Vector8<A, Baseline>;

    fn load(&mut self, Block { at, .. }: Block) -> (usize, Self::Sum) {
        self.tile = Default::default();
        (at, Vector8::zero())
    }

    fn pair(&mut self, _: &usize, _: &(), pair: &Pair<A>, sum: &mut Self::Sum) {
        self.tested += 1;
        *sum += pair.offset.keep(pair.near);
        let (id, d2) = (self.entries[pair.index as usize].id(), pair.d2.to_bits().to_array());
        for lane in (0..LANES).filter(|lane| pair.near.bits() >> lane & 1 == 1) {
            self.tile[lane].push((id, d2[lane]));
        }
    }

    fn finish(&mut self, Block { at, count, .. }: Block, tile: &usize, sum: &Self::Sum) {
        assert_eq!(at, *tile);
        let sums = [sum.x, sum.y, sum.z.or(F32x8::ZERO)].map(|lanes| lanes.to_bits().to_array());
        for lane in 0..count {
            let neighbours = std::mem::take(&mut self.tile[lane]);
            let seen = Seen { neighbours, sum: sums.map(|lanes| lanes[lane]) };
            let before = self.seen[at + lane].replace(seen);
            assert!(before.is_none(), "entity {} was visited twice", at + lane);
        }
        assert!(self.tile.iter().all(Vec::is_empty), "a lane of no entity has neighbours");
    }
}

/// As [`Watch`], but pairs are called dear.
struct Selective<'a, A>(Watch<'a, A>, Cutoff);

impl<A: Axes> Visitor for Selective<'_, A> {
    type Axes = A;
    type Shown = ();
    type Tile = usize;
    type Sum = Vector8<A, Baseline>;
    const SELECTIVE: bool = true;

    fn load(&mut self, block: Block) -> (usize, Self::Sum) {
        self.0.load(block)
    }

    fn pair(&mut self, tile: &usize, other: &(), pair: &Pair<A>, sum: &mut Self::Sum) {
        // Under a cap all are shown; and the candidate itself may be the one lane that was near.
        let own = (pair.d2.to_bits().to_array()).contains(&0);
        let shown = self.1.most.is_some() || pair.near.any() || own;
        assert!(shown, "a candidate that is near nobody was shown");
        self.0.pair(tile, other, pair, sum);
    }

    fn finish(&mut self, block: Block, tile: &usize, sum: &Self::Sum) {
        self.0.finish(block, tile, sum);
    }
}

/// Regions of a cut; none if the grid is too small for it.
fn regions(grid: &Grid, wanted: Cut) -> Vec<Region> {
    let mut regions = vec![Region::default(); wanted.count().unwrap() as usize];
    match cut(
        &Blocks::of(grid),
        wanted,
        &|[col, row, layer]| u64::from(layer * 3 + row * 7 + col) % 5,
        &mut regions,
    ) {
        Ok(()) => regions,
        Err(_) => Vec::new(),
    }
}

/// The pass over the whole world, and over all regions of some cuts together, sees what the twin
/// sees.
fn matches_naive<A: Axes>(crowd: &Crowd<A>, cutoff: Cutoff, cuts: &[Cut]) -> bool {
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

/// Cuts into that many regions along each axis, as far as there are axes.
fn grid_cut<A: Axes>(parts: u32) -> Cut {
    Cut::Grid { cols: parts, rows: parts, layers: if A::SPACE { parts } else { 1 } }
}

/// In every world and distribution.
fn every_twin<A: Axes>(
    seed: u64,
    count: usize,
    each: impl Fn(&Crowd<A>, f32, &mut Random) -> bool,
) -> bool {
    let mut random = Random(seed);
    settings::<A>().iter().all(|setting| {
        SPREADS.into_iter().all(|spread| {
            let crowd = Crowd::new(&mut random, setting.grid(), spread, count);
            each(&crowd, setting.radius, &mut random)
        })
    })
}

fn uncapped<A: Axes>(crowd: &Crowd<A>, radius: f32, random: &mut Random) -> bool {
    let cuts = [Cut::Parts(2 + random.below(9) as u32), grid_cut::<A>(2)];
    matches_naive(crowd, Cutoff { radius, most: None }, &cuts)
}

fn capped<A: Axes>(crowd: &Crowd<A>, radius: f32, random: &mut Random) -> bool {
    let most = [0, 1, 2, 7, random.below(MAX_CAP + 1)][random.below(5)];
    let cutoff = Cutoff { radius, most: Some(most as u32) };
    matches_naive(crowd, cutoff, &[Cut::Grid { cols: 3, rows: 1, layers: 1 }])
}

fn shorter<A: Axes>(seed: u64, world: World) -> bool {
    let grid = Grid::new(world, 3.0, 4000).unwrap();
    let mut random = Random(seed);
    let cutoff = Cutoff { radius: 0.1 + 2.9 * random.share(), most: None };
    let crowd = Crowd::<A>::new(&mut random, grid, Spread::Uniform, 300);
    matches_naive(&crowd, cutoff, &[Cut::Parts(6)])
}

/// Some look up to five times as far as rows are high.
fn further<A: Axes>(random: &mut Random, world: World, radius: f32, spread: Spread, count: usize) {
    let longest = radius * (1.0 + 4.0 * random.share());
    let expected = [4, 60, 4000][random.below(3)];
    let grid = Grid::new(world, radius, expected).unwrap().reaching(longest).unwrap();
    let crowd = Crowd::<A>::new(random, grid, spread, count);
    let cutoff = Cutoff { radius: longest, most: None };
    matches_naive(&crowd, cutoff, &[Cut::Parts(6), grid_cut::<A>(2)]);
    matches_naive(&crowd, Cutoff { most: Some(5), ..cutoff }, &[Cut::Parts(5)]);
    // Others in the same cells look no further than the rows around.
    matches_naive(&crowd, Cutoff { radius: radius * random.share(), most: None }, &[]);
}

#[test]
fn far_sight_across_every_kind_of_ends_is_what_its_twin_has() {
    let mut random = Random(13);
    let ends = [Axis::periodic, Axis::wall, Axis::open];
    for kinds in 0..27 {
        // Narrower than some see, where that is allowed.
        let axis = |at: usize, length: f32| {
            let axis = ends[kinds / 3usize.pow(at as u32) % 3](length);
            if axis.is_periodic() { axis } else { Axis { length: length - 8.6, ..axis } }
        };
        let axes = [axis(0, 10.1), axis(1, 11.3), axis(2, 12.2)];
        for spread in SPREADS {
            let plane = World::of(&axes[..2]).unwrap();
            further::<Plane>(&mut random, plane, 1.0, spread, 40);
            further::<Space>(&mut random, World::of(&axes).unwrap(), 1.0, spread, 24);
        }
    }
}

quickcheck! {
    fn every_entity_sees_what_its_twin_sees(seed: u64) -> bool {
        every_twin::<Plane>(seed, 40, uncapped)
    }

    fn every_entity_in_space_sees_what_its_twin_sees(seed: u64) -> bool {
        every_twin::<Space>(seed, 24, uncapped)
    }

    fn a_cap_keeps_the_nearest_by_distance_and_id(seed: u64) -> bool {
        every_twin::<Plane>(seed, 40, capped)
    }

    fn a_cap_in_space_keeps_the_nearest_by_distance_and_id(seed: u64) -> bool {
        every_twin::<Space>(seed, 24, capped)
    }

    fn a_shorter_reach_than_the_grids_is_kept(seed: u64) -> bool {
        let world = World::space(20.0, 15.0, 18.0, Edge::Periodic).unwrap();
        shorter::<Plane>(seed, World::new(40.0, 30.0, Edge::Periodic).unwrap())
            && shorter::<Space>(seed, world)
    }
}

/// The pass sees what its twin sees when every cell is a region.
fn cut_down_to_cells<A: Axes>(random: &mut Random, world: World, radius: f32, expected: u32) {
    let grid = Grid::new(world, radius, expected).unwrap();
    for spread in SPREADS {
        let crowd = Crowd::<A>::new(random, grid, spread, 60);
        let cells = Cut::Parts(Blocks::of(&grid).count() as u32);
        assert!(!regions(&grid, cells).is_empty());
        matches_naive(&crowd, Cutoff { radius, most: None }, &[cells, Cut::Parts(3)]);
        matches_naive(&crowd, Cutoff { radius, most: Some(5) }, &[cells]);
    }
}

#[test]
fn crowded_and_tiny_toruses_are_cut_down_to_single_cells() {
    let mut random = Random(9);
    for (width, height, radius, expected) in
        [(2.1, 2.1, 1.0, 4), (2.1, 9.0, 1.0, 4), (9.0, 2.1, 1.0, 4000), (5.0, 5.0, 2.4, 9000)]
    {
        let world = World::new(width, height, Edge::Periodic).unwrap();
        cut_down_to_cells::<Plane>(&mut random, world, radius, expected);
    }
}

#[test]
fn tiny_spaces_of_every_kind_of_ends_are_cut_down_to_single_cells() {
    let mut random = Random(11);
    let ends = [Axis::periodic, Axis::wall, Axis::open];
    for kinds in 0..27 {
        // Narrower than the radius where that is allowed.
        let axis = |at: usize, length: f32| {
            let axis = ends[kinds / 3usize.pow(at as u32) % 3](length);
            if axis.is_periodic() { axis } else { Axis { length: length - 1.6, ..axis } }
        };
        let world = World::of(&[axis(0, 2.1), axis(1, 2.3), axis(2, 3.2)]).unwrap();
        cut_down_to_cells::<Space>(&mut random, world, 1.0, 40);
    }
}

#[test]
fn cells_of_other_axes_are_an_error() {
    let (starts, lines) = ([0; 46], [1; 3]);
    let cutoff = Cutoff { radius: 1.0, most: None };
    let (flat, deep) = ([1, 1, 0], [1, 1, 1]);
    let cells = |margins| Cells { starts: &starts, lines, margins, reach: margins, occupied: None };
    let plane = |margins| {
        neighbour_pass(&cells(margins), cutoff, &[], &[], &mut Watch::<Plane>::new(&[], 0))
    };
    let space = |margins| {
        neighbour_pass(&cells(margins), cutoff, &[], &[], &mut Watch::<Space>::new(&[], 0))
    };
    assert_eq!(plane(flat), Ok(0));
    assert_eq!(plane(deep), Err(PassError::OtherAxes { axes: 2 }));
    assert_eq!(space(deep), Ok(0));
    assert_eq!(space(flat), Err(PassError::OtherAxes { axes: 3 }));
    let layers = Cells { starts: &starts, lines: [1, 1, 2], ..cells(flat) };
    let result = neighbour_pass(&layers, cutoff, &[], &[], &mut Watch::<Plane>::new(&[], 0));
    assert_eq!(result, Err(PassError::OtherAxes { axes: 2 }));
}

#[test]
fn slices_that_do_not_fit_are_errors_and_nobody_is_visited() {
    let starts = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1];
    let (records, entries) = ([Point::<Plane>::default()], [Entry::new(1, 0)]);
    let run = |cells: &Cells<'_>, cutoff: Cutoff, records: &[Point<Plane>], entries: &[Entry]| {
        let here = [Entry::new(1, 0)];
        let mut watch = Watch::<Plane>::new(&here, 1);
        let result = neighbour_pass(cells, cutoff, records, entries, &mut watch);
        assert!(result.is_ok() || (watch.tested == 0 && watch.seen == [None]));
        result
    };
    let (lines, margins) = ([1; 3], [1, 1, 0]);
    let cells = Cells { starts: &starts, lines, margins, reach: margins, occupied: None };
    let cutoff = Cutoff { radius: 1.0, most: None };
    assert_eq!(run(&cells, cutoff, &records, &entries), Ok(1));
    let short = Cells { starts: &starts[..9], ..cells };
    let error = PassError::StartsTooShort { needed: 10, given: 9 };
    assert_eq!(run(&short, cutoff, &records, &entries), Err(error));
    let falling = Cells { starts: &[0, 0, 0, 0, 2, 1, 1, 1, 1, 1], ..cells };
    assert_eq!(run(&falling, cutoff, &records, &entries), Err(PassError::StartsNotSorted));
    let among = |starts: &[u32], numbers: &[u64], rows: &[(u32, u32)]| {
        let occupied = Some(Occupied { numbers, rows });
        run(&Cells { starts, lines, margins, reach: margins, occupied }, cutoff, &records, &entries)
    };
    assert_eq!(among(&[0, 1], &[4], &[(0, 1)]), Ok(1));
    // Numbers that no cell of the box has do no harm.
    assert_eq!(among(&[0, 1], &[0], &[(0, 1)]), Ok(1));
    assert_eq!(among(&[0, 1], &[u64::MAX], &[(0, 1)]), Ok(1));
    let short = PassError::StartsTooShort { needed: 2, given: 1 };
    assert_eq!(among(&[0], &[4], &[]), Err(short));
    let unsorted = Err(PassError::OccupiedNotSorted);
    assert_eq!(among(&[0, 0, 1], &[4, 4], &[(0, 1)]), unsorted);
    let rows: [&[(u32, u32)]; 4] = [&[(0, 2)], &[(1, 0)], &[(0, 1), (0, 1)], &[(u32::MAX, 1)]];
    for rows in rows {
        assert_eq!(among(&[0, 1], &[4], rows), unsorted);
    }
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
    for (cols, rows, fine) in [(u32::MAX, 1, 1), (1, u32::MAX, 1), (1, 1, u32::MAX)] {
        let (lines, margins) = ([cols, rows, 1], [fine, 1, 0]);
        let huge = Cells { starts: &starts, lines, margins, reach: margins, occupied: None };
        assert!(run(&huge, cutoff, &records, &entries).is_err());
    }
}
