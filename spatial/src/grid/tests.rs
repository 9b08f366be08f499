use super::*;
use flockwork_kernel::{Edge, V2, V3, Vec2, Vec3};
use quickcheck::quickcheck;

fn world(width: f32, height: f32, edge: Edge) -> World {
    World::new(width, height, edge).unwrap()
}

#[test]
fn a_radius_must_fit() {
    let torus = world(10.0, 20.0, Edge::Periodic);
    for bad in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        assert!(matches!(Grid::new(torus, bad, 9), Err(GridError::InvalidRadius { .. })));
    }
    assert!(matches!(Grid::new(torus, 5.0, 9), Err(GridError::RadiusTooWide { .. })));
    assert!(Grid::new(torus, 4.9, 9).is_ok());
    assert!(Grid::new(world(10.0, 20.0, Edge::Wall), 10.0, 9).is_ok());
    // A corridor may be as narrow as it likes, and its entities are few: no cells are wasted.
    let corridor = World::of(&[Axis::periodic(1000.0), Axis::wall(0.5)]).unwrap();
    let grid = Grid::new(corridor, 10.0, 900).unwrap();
    assert_eq!((grid.rows(), grid.fine()), (1, 4));
    let error = Grid::new(World::space(9.0, 9.0, 3.0, Edge::Periodic).unwrap(), 2.0, 9);
    assert!(matches!(error, Err(GridError::RadiusTooWide { side: "depth", .. })));
}

#[test]
fn density_decides_the_columns_and_emptiness_bounds_the_cells() {
    let torus = world(100.0, 100.0, Edge::Periodic);
    assert_eq!(Grid::new(torus, 1.0, 100_000).unwrap().fine(), 4);
    assert_eq!(Grid::new(torus, 1.0, 9_000).unwrap().fine(), 1);
    for edge in [Edge::Wall, Edge::Open] {
        let sparse = Grid::new(world(1.0e6, 1.0e6, edge), 1.0, 1000).unwrap().bounded();
        assert!(sparse.cells() <= 4000, "{}", sparse.cells());
    }
}

#[test]
fn cells_of_an_open_axis_go_on_past_the_world() {
    let open = Grid::new(world(14.0, 30.5, Edge::Open), 1.5, 900).unwrap();
    let wall = Grid::new(world(14.0, 30.5, Edge::Wall), 1.5, 900).unwrap();
    assert!(!open.is_bounded() && wall.is_bounded());
    assert_eq!(open.bounded(), Grid { world: *open.world(), ..wall });
    let (first, inside) = (open.first(), open.inside());
    let cell = |x, y| open.cell(Vec2::new(x, y));
    assert_eq!(cell(0.0, 0.0), first);
    // The world is a whole number of cells wide and high.
    let [cols, rows, _] = inside.lines();
    assert_eq!(cell(14f32.next_down(), 30.5f32.next_down()), inside.high.map(|line| line - 1));
    assert_eq!(cell(14.0, 30.5), [first[0] + cols, first[1] + rows, 0]);
    // As many widths further, as many cells further, on either side.
    let width = 14.0 / cols as f32;
    for at in [-20_000, -300, -1, 0, 1, 300, 20_000] {
        assert_eq!(cell((at as f32 + 0.5) * width, 0.0)[0] as i32 - first[0] as i32, at);
    }
    let ends = open.cell(Vec2::new(-f32::MAX, f32::MAX));
    assert_eq!(ends, [0, open.rows() - 1, 0]);
    // A closed axis beside an open one stays what it is.
    let mixed = World::of(&[Axis::periodic(9.0), Axis::open(1.0e5)]).unwrap();
    let mixed = Grid::new(mixed, 1.0, 50).unwrap();
    assert_eq!((mixed.first()[0], mixed.cols()), (0, 8));
    // One that is narrower than the radius has cells of the radius.
    let narrow = World::of(&[Axis::open(0.5), Axis::open(9.0)]).unwrap();
    let narrow = Grid::new(narrow, 10.0, 50).unwrap();
    let along = |x| narrow.cell(Vec2::new(x, 0.0))[0] - narrow.first()[0];
    assert_eq!((along(0.0), along(9.9), along(10.5), along(100.0)), (0, 0, 1, 9));
}

quickcheck! {
    fn lanes_and_scalars_agree(x: f32, y: f32, z: f32, radius: f32) -> bool {
        let Ok(grid) = Grid::new(world(50.0, 70.0, Edge::Open), radius, 4000) else {
            return true;
        };
        let lanes = |lanes: [flockwork_kernel::U32x8; 3]| lanes.map(|one| one.to_array()[3]);
        let cell = grid.cell(Vec2::new(x, y));
        let space = World::space(50.0, 70.0, 9.0, Edge::Open).unwrap();
        let deep = Grid::new(space, radius, 4000).unwrap();
        let place = deep.cell(Vec3::new(x, y, z));
        let (near, box_of) = (grid.bounded(), deep.bounded());
        let number = |numbers: flockwork_kernel::U32x8| u64::from(numbers.to_array()[1]);
        lanes(grid.cell_lanes(V2::splat(x, y))) == cell
            && lanes(deep.cell_lanes(V3::splat(x, y, z))) == place
            && number(near.number_lanes(V2::splat(x, y))) == near.number(near.cell(Vec2::new(x, y)))
            && number(box_of.number_lanes(V3::splat(x, y, z)))
                == box_of.number(box_of.cell(Vec3::new(x, y, z)))
            && deep.cell_of(deep.number(place)) == place
            && place.iter().zip(deep.lines()).all(|(line, lines)| *line < lines)
    }

    fn a_neighbour_is_never_further_than_the_band(
        side: u16, share: u16, at: u32, step: u32
    ) -> bool {
        let width = 1.0 + f32::from(side);
        let radius = width * (0.0005 + 0.49 * f32::from(share) / 65536.0);
        let grid = Grid::new(world(width, width, Edge::Wall), radius, 1 << 24).unwrap();
        let x = width * (at as f32 / u32::MAX as f32);
        let near = x + radius * (step as f32 / u32::MAX as f32);
        if near - x >= radius {
            return true;
        }
        let side = World::space(width, width, width, Edge::Wall).unwrap();
        [grid, Grid::new(side, radius, 1 << 24).unwrap()].iter().all(|grid| {
            let cell = |x| grid.cell(Vec3::new(x, x, x));
            let away = cell(near).into_iter().zip(cell(x)).map(|(high, low)| high - low);
            away.zip(grid.margins()).all(|(lines, margin)| lines <= margin)
        })
    }

    fn nor_anywhere_along_an_open_axis(length: u16, share: u16, at: i32, step: u32) -> bool {
        let width = 1.0 + f32::from(length);
        let radius = width * (0.0005 + 3.0 * f32::from(share) / 65536.0);
        let world = World::space(width, width, width, Edge::Open).unwrap();
        // As far as places are fine enough, and further.
        let far = if at % 2 == 0 { 16_384.0 } else { 60_000.0 };
        let x = far * radius * (at as f32 / i32::MAX as f32);
        let near = x + radius * (step as f32 / u32::MAX as f32);
        if near - x >= radius {
            return true;
        }
        [4, 1 << 24].iter().all(|&expected| {
            let grid = Grid::new(world, radius, expected).unwrap();
            let cell = |x| grid.cell(Vec3::new(x, x, x));
            let away = cell(near).into_iter().zip(cell(x)).map(|(high, low)| high - low);
            away.zip(grid.margins()).all(|(lines, margin)| lines <= margin)
        })
    }
}
