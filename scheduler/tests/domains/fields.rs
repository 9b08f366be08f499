//! Fields: the bits of a naive twin under any cut, with mail that is late, across all kinds of ends; nothing is
//! lost; what damaged mail does; and what goes on from a snapshot.

use flockwork_kernel::lattice::Lattice;
use flockwork_kernel::{Axes, Axis, Edge, Plane, Space, Vector, World, field, rng};
use flockwork_scheduler::inputs::{decode, encode};
use flockwork_scheduler::testing::{Broken, Shuffled, Tampered, Way};
use flockwork_scheduler::{
    Area, Arithmetic, Change, Cut, DomainError, Executor, FieldError, Input, Lane, Params as _,
    Partition, Serial, Setting, Setup, Simulation, SimulationError, Sown, Start, snapshot,
};

use crate::grazers::{Grazers, luck, wishes};

const TICKS: u64 = 14;

#[derive(Clone, Debug, PartialEq)]
struct State<A: Axes> {
    grazers: Vec<(u32, Vector<A>, f32)>,
    fields: [Vec<f32>; 2],
}

type Sim<A, X> = Simulation<Grazers<A>, X>;

fn state<A: Axes, X: Executor>(sim: &Sim<A, X>) -> State<A> {
    let mut grazers = Vec::new();
    sim.visit(|id, columns, row| {
        let me = columns.row(row);
        grazers.push((id, me.position, me.stomach));
    })
    .unwrap();
    grazers.sort_by_key(|(id, ..)| *id);
    State { grazers, fields: [0, 1].map(|at| sim.field(at).unwrap().unwrap()) }
}

fn history<A: Axes, X: Executor>(mut sim: Sim<A, X>) -> Vec<State<A>> {
    let mut states = vec![state(&sim)];
    for _ in 0..TICKS {
        sim.step().unwrap();
        states.push(state(&sim));
    }
    states
}

/// The whole field at once, and whoever is in a cell in one list.
fn step<A: Axes>(
    model: &Grazers<A>,
    lattices: &[Lattice; 2],
    setup: &Setup,
    tick: u64,
    old: &State<A>,
    next_id: &mut u32,
) -> State<A> {
    let mut new = old.clone();
    let mut wants: Vec<[f32; 3]> = Vec::new();
    for (id, at, stomach) in &old.grazers {
        let here = lattices[0].here(*at, |cell| old.fields[0][lattices[0].number(cell)]);
        let smell = lattices[1].smooth(*at, |cell| old.fields[1][lattices[1].number(cell)]);
        wants.push(wishes(setup, tick, *id, here, smell, *stomach));
    }
    let amount = |value: f32| -> u128 {
        if value >= 1.0 { (f64::from(value).min(16_777_216.0)) as u128 } else { 0 }
    };
    let mut gets = vec![0.0; wants.len()];
    let cells = |of: usize| -> Vec<Option<usize>> {
        let cell = |at: Vector<A>| lattices[of].cell(at).map(|cell| lattices[of].number(cell));
        old.grazers.iter().map(|(_, at, _)| cell(*at)).collect()
    };
    let give = |amounts: &mut [f32], cells: &[Option<usize>], which: usize| {
        for (cell, wants) in cells.iter().zip(&wants) {
            if let Some(cell) = cell {
                let sum = amounts[*cell] as u128 + amount(wants[which]);
                amounts[*cell] = sum.min(1 << 24) as f32;
            }
        }
    };
    let at = cells(0);
    for number in 0..lattices[0].len() {
        let there = old.fields[0][number] as u128;
        let here: Vec<usize> = (0..at.len()).filter(|one| at[*one] == Some(number)).collect();
        let wanted: u128 = here.iter().map(|one| amount(wants[*one][0])).sum();
        for one in here {
            let want = amount(wants[one][0]);
            let part = if wanted <= there { want } else { want * there / wanted };
            gets[one] = part as f32;
            new.fields[0][number] -= part as f32;
        }
    }
    give(&mut new.fields[0], &at, 1);
    give(&mut new.fields[1], &cells(1), 2);
    field::decay(model.decay * setup.dt, &mut new.fields[1]).unwrap();
    for (lattice, amounts) in lattices.iter().zip(&mut new.fields) {
        let share = |axis: usize| {
            let side = f64::from(lattice.side(axis));
            let share = f64::from(model.diffusion) * f64::from(setup.dt) / (side * side);
            (share * (1.0 - 1e-6)) as f32
        };
        let before = amounts.clone();
        let [cols, rows, layers] = lattice.counts();
        if A::SPACE {
            let shares = [0, 1, 2].map(share);
            field::diffuse(&setup.world, [cols, rows, layers], shares, &before, amounts).unwrap();
        } else {
            field::diffuse(&setup.world, [cols, rows], [0, 1].map(share), &before, amounts)
                .unwrap();
        }
    }
    let [rate, seeds] = [model.growth, model.seeds].map(|rate| rate * setup.dt);
    let growth = field::Growth { rate, seeds, capacity: model.capacity.floor() };
    field::grow(growth, &mut new.fields[0]).unwrap();
    let bounded = flockwork_kernel::integrate::EdgeLanes::of(&setup.world);
    let mut born = Vec::new();
    for (one, (id, at, stomach)) in new.grazers.iter_mut().enumerate() {
        let slope = lattices[1].gradient(*at, |cell| old.fields[1][lattices[1].number(cell)]);
        let ([birth, _], way) = luck::<A>(setup, tick, *id);
        if birth < model.turnover {
            born.push((*next_id, *at, 0.0));
            *next_id += 1;
        }
        let lanes = flockwork_kernel::simd::Vector8::<A, flockwork_kernel::isa::Baseline>::all;
        let step = slope.limited(0.25) + way;
        *at = bounded.bound(lanes(*at + step), lanes(step)).0.first();
        *stomach = *stomach + gets[one] - wants[one][1];
    }
    new.grazers.retain(|(id, ..)| luck::<A>(setup, tick, *id).0[1] >= model.turnover);
    new.grazers.append(&mut born);
    new
}

/// Worlds of all kinds of ends, with fields of cells of all sizes, and how they are cut.
fn cases<A: Axes>(mut each: impl FnMut(Setup, Grazers<A>, [Sown; 2], Cut)) {
    let edges = [Edge::Periodic, Edge::Wall, Edge::Open];
    for kind in 0..3usize.pow(A::COUNT as u32) * 2 {
        let bits = rng::draw(11, 0, kind as u32, 0);
        let axis = |at: usize| Axis {
            length: 2.2 + 7.0 * rng::unit(bits[at]),
            edge: edges[kind / 3usize.pow(at as u32) % 3],
        };
        let axes = [axis(0), axis(1), axis(2)];
        let world = World::of(&axes[..A::COUNT]).unwrap();
        let seed = kind as u64;
        let setup = Setup { world, population: 90, seed, dt: 0.25 };
        let cells = |stream: u32, most: u32| {
            let counts = rng::draw(seed, 3, 0, stream).map(|word| 1 + rng::below(word, most));
            Some(counts[..A::COUNT].to_vec())
        };
        let most = if A::SPACE { 9 } else { 24 };
        let noise = Start::Noise { least: 5.0, most: 800.0 };
        let sown = [
            Sown { cells: cells(0, most), start: Some(noise) },
            Sown { cells: if kind % 2 == 0 { cells(1, most) } else { None }, start: None },
        ];
        let layers = if A::SPACE { 2 } else { 1 };
        let cuts = [
            Cut::Parts(2 + bits[1] % 7),
            Cut::Grid { cols: 2, rows: 1, layers: 1 },
            Cut::Grid { cols: 2, rows: 2, layers },
        ];
        // Cells may be small: as much as the smallest allow.
        let diffusion = if kind % 5 == 0 { 0.0 } else { 0.002 };
        each(setup, Grazers { diffusion, ..Grazers::default() }, sown, cuts[bits[2] as usize % 3]);
    }
}

fn sim<A: Axes, X: Executor>(
    setup: Setup,
    params: &Grazers<A>,
    sown: &[Sown],
    cut: Cut,
    executor: X,
) -> Result<Sim<A, X>, SimulationError> {
    // Any unevenness at all has the world cut anew.
    let partition = Partition { cut, rebalance: Some(1.0), capacity: None };
    Simulation::sown(setup, *params, partition, executor, sown, None)
}

fn has_the_bits_of_its_twin<A: Axes>() {
    let (mut cut_worlds, mut recuts, mut gone, mut eaten) = (0, 0, 0, 0.0);
    cases::<A>(|setup, params, sown, cut| {
        let mut one = sim(setup, &params, &sown, Cut::Parts(1), Serial::default()).unwrap();
        let lattices: Vec<Lattice> =
            one.fields().map(|(_, cells)| Lattice::of(&setup.world, &cells).unwrap()).collect();
        let lattices = [lattices[0], lattices[1]];
        let (mut twin, mut next_id) = (state(&one), one.next_id());
        let mut whole = vec![twin.clone()];
        for tick in 0..TICKS {
            twin = step(&params, &lattices, &setup, tick, &twin, &mut next_id);
            one.step().unwrap();
            let now = state(&one);
            assert_eq!(now.fields, twin.fields, "tick {tick} of {setup:?}");
            assert_eq!(now.grazers, twin.grazers, "tick {tick} of {setup:?}");
            whole.push(twin.clone());
        }
        eaten += twin.grazers.iter().map(|(.., stomach)| stomach).sum::<f32>();
        let outside = |(_, at, _): &&(u32, Vector<A>, f32)| lattices[0].cell(*at).is_none();
        gone += twin.grazers.iter().filter(outside).count();
        if let Ok(many) = sim(setup, &params, &sown, cut, Serial::default()) {
            assert!(history(many) == whole, "cut into {cut}: {setup:?} {sown:?}");
            let late = sim(setup, &params, &sown, cut, Shuffled::new(setup.seed)).unwrap();
            assert!(history(late) == whole, "late mail, {cut}: {setup:?}");
            let mut counted = sim(setup, &params, &sown, cut, Serial::default()).unwrap();
            (0..TICKS).for_each(|_| counted.step().unwrap());
            assert_eq!(counted.fingerprint(), one.fingerprint());
            recuts += counted.rebalances();
            cut_worlds += 1;
        }
    });
    assert!(
        cut_worlds > 5 && recuts > 3 && gone > 0 && eaten > 1000.0,
        "{cut_worlds} {recuts} {gone} {eaten}"
    );
}

#[test]
fn fields_have_the_bits_of_their_twin() {
    has_the_bits_of_its_twin::<Plane>();
}

#[test]
fn fields_in_space_have_the_bits_of_their_twin() {
    has_the_bits_of_its_twin::<Space>();
}

/// A closed world in which nothing comes or goes but from cell to stomach and back.
fn closed() -> (Setup, Grazers<Plane>, [Sown; 1]) {
    let world = World::of(&[Axis::periodic(9.0), Axis::wall(7.0)]).unwrap();
    let setup = Setup { world, population: 200, seed: 5, dt: 0.25 };
    let params = Grazers { growth: 0.0, seeds: 0.0, turnover: 0.0, ..Grazers::default() };
    let sown = [Sown { cells: Some(vec![13, 8]), start: Some(Start::Amount(700.0)) }];
    (setup, params, sown)
}

#[test]
fn nothing_is_lost_to_the_last_bit() {
    let (setup, params, sown) = closed();
    let cut = Cut::Grid { cols: 3, rows: 2, layers: 1 };
    let mut sim = sim(setup, &params, &sown, cut, Serial::default()).unwrap();
    let all = |state: &State<Plane>| -> u64 {
        let eaten: u64 = state.grazers.iter().map(|(.., stomach)| *stomach as u64).sum();
        eaten + field::total(&state.fields[0])
    };
    for tick in 0..60 {
        let now = state(&sim);
        assert_eq!(all(&now), 13 * 8 * 700, "tick {tick}");
        sim.step().unwrap();
    }
    assert!(state(&sim).fields[0].iter().any(|amount| *amount < 9.0), "nobody was ever short");
}

/// A few in a corner would draw the cut there, if the cells of fields cost nothing.
#[test]
fn a_cut_counts_what_cells_of_fields_cost() {
    let world = World::new(100.0, 100.0, Edge::Wall).unwrap();
    let setup = Setup { world, population: 100, seed: 3, dt: 0.25 };
    let params = Grazers::<Plane> { radius: 0.5, turnover: 0.0, ..Grazers::default() };
    let begun = |cut| {
        let partition = Partition { rebalance: Some(1.0), ..Partition::new(cut) };
        Sim::placed(setup, params, partition, Serial::default(), &mut |_, row| {
            row.position *= 0.08;
        })
        .unwrap()
    };
    let (mut one, mut two) = (begun(Cut::Parts(1)), begun(Cut::Parts(2)));
    for _ in 0..24 {
        one.step().unwrap();
        two.step().unwrap();
    }
    assert_eq!(two.fields().next().unwrap().1, [200, 200]);
    assert_eq!(one.fingerprint(), two.fingerprint());
    let cells = |lines: [u32; 3]| lines.into_iter().product::<u32>() as f32;
    let all = cells(two.grid().lines());
    let share = two.regions().iter().map(|region| cells(region.lines()) / all).fold(1.0, f32::min);
    // Among those in the corner it would be 0.15 at most.
    assert!(share > 0.3, "{share}");
}

#[test]
fn a_snapshot_has_the_fields_and_goes_on_under_any_cut() {
    let (setup, params, sown) = closed();
    let mut one = sim(setup, &params, &sown, Cut::Parts(1), Serial::default()).unwrap();
    (0..5).for_each(|_| one.step().unwrap());
    let bytes = one.snapshot().unwrap();
    (0..5).for_each(|_| one.step().unwrap());
    for cut in [Cut::Parts(1), Cut::Parts(5), Cut::Grid { cols: 1, rows: 4, layers: 1 }] {
        let partition = Partition::new(cut);
        let mut more =
            Sim::<Plane, _>::restore(&bytes, Arithmetic::Same, partition, Serial::default())
                .unwrap();
        assert_eq!(more.snapshot().unwrap(), bytes);
        (0..5).for_each(|_| more.step().unwrap());
        assert_eq!(state(&more), state(&one));
        assert_eq!(more.fingerprint(), one.fingerprint());
    }
    let read = snapshot::Snapshot::decode(&bytes).unwrap();
    assert_eq!(read.header.fields, [("grass".into(), vec![13, 8]), ("scent".into(), vec![9, 7])]);
    assert_eq!(read.encode(), bytes);
    let whole = snapshot::merge(&[&bytes]).unwrap();
    assert_eq!(whole, bytes);
    // Cells that are missing, doubled, or hold what none may.
    for change in [
        |runs: &mut snapshot::Runs| runs.clear(),
        |runs: &mut snapshot::Runs| runs[0].1.truncate(50),
        |runs: &mut snapshot::Runs| runs[0].1[3] = 0.5,
        |runs: &mut snapshot::Runs| runs[0].1[3] = f32::NAN,
        |runs: &mut snapshot::Runs| runs[0].0 = 1,
    ] {
        let mut other = read.clone();
        change(&mut other.amounts[0]);
        let (bytes, partition) = (other.encode(), Partition::new(Cut::Parts(1)));
        let restored =
            Sim::<Plane, _>::restore(&bytes, Arithmetic::Same, partition, Serial::default());
        assert!(restored.is_err());
    }
}

#[test]
fn after_an_error_the_fields_are_those_of_the_last_tick() {
    let (setup, params, sown) = closed();
    let cut = Cut::Grid { cols: 2, rows: 2, layers: 1 };
    let mut calls = 0;
    loop {
        let mut world =
            sim(setup, &params, &sown, cut, Broken::new(3, calls, calls % 2 == 1)).unwrap();
        (0..3).for_each(|_| world.step().unwrap());
        let (before, bytes) = (state(&world), world.snapshot().unwrap());
        let fingerprint = world.fingerprint().unwrap();
        if world.step().is_ok() {
            break;
        }
        assert_eq!(state(&world), before, "after {calls} calls");
        assert_eq!(world.fingerprint().unwrap(), fingerprint);
        assert!(world.snapshot().unwrap() == bytes);
        calls += 1;
    }
    assert!(calls > 50, "{calls}");
}

#[test]
fn damaged_mail_of_fields_is_told_and_the_last_tick_is_kept() {
    type Damage = fn(u32, &[u8]) -> Vec<(u32, Vec<u8>)>;
    fn with(bytes: &[u8], at: usize, value: u8) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        let at = if at == 0 { bytes.len() - 16 } else { at };
        bytes[at] = value;
        bytes
    }
    let damages: [(&str, Damage); 8] = [
        ("nothing", |_, _| Vec::new()),
        ("a byte short", |from, bytes| vec![(from, bytes[..bytes.len() - 1].to_vec())]),
        ("twice", |from, bytes| vec![(from, bytes.to_vec()), (from, bytes.to_vec())]),
        ("another tick", |from, bytes| vec![(from, with(bytes, 1, 9))]),
        ("an amount less", |from, bytes| {
            let mut bytes = [&bytes[..16], &bytes[20..]].concat();
            bytes[8] -= 1;
            vec![(from, bytes)]
        }),
        ("half an amount", |from, bytes| {
            let half = 0.5f32.to_le_bytes();
            vec![(from, [&bytes[..16], &half, &bytes[20..]].concat())]
        }),
        ("another field", |from, bytes| vec![(from, with(bytes, 0, 7))]),
        ("a cell that is none", |from, bytes| {
            let at = bytes.len() - 12;
            let mut bytes = bytes.to_vec();
            bytes[at..at + 4].fill(255);
            vec![(from, bytes)]
        }),
    ];
    for (what, damage) in damages {
        let executor = Tampered::new(move |Way { lane, tick, from, .. }: Way, bytes: &[u8]| {
            if lane as u32 == Lane::Share as u32 && tick == 2 && from == 1 {
                damage(from, bytes)
            } else {
                vec![(from, bytes.to_vec())]
            }
        });
        let (setup, params, sown) = closed();
        let cut = Cut::Grid { cols: 2, rows: 2, layers: 1 };
        let mut world = sim(setup, &params, &sown, cut, executor).unwrap();
        (0..2).for_each(|_| world.step().unwrap());
        let before = world.snapshot().unwrap();
        let error = world.step().unwrap_err();
        let expected = DomainError::Protocol { from: 1, tick: 2 };
        assert_eq!(error, SimulationError::Domain(expected), "{what}");
        assert!(world.snapshot().unwrap() == before, "{what}");
    }
}

/// What an input makes of the cells of a field, by the places of their middles.
fn painted(lattice: &Lattice, amounts: &mut [f32], area: &Area, change: Change) {
    for (number, amount) in amounts.iter_mut().enumerate() {
        let cell = lattice.cell_of(number);
        let middle = |axis: usize| f64::from(lattice.middle(axis, cell[axis]));
        let axes = lattice.world().axes().len();
        let within = match area {
            Area::Ball { at, radius } => {
                let apart = |axis: usize| {
                    let one = lattice.world().axes()[axis];
                    let images = if one.is_periodic() { [-1.0, 0.0, 1.0] } else { [0.0; 3] };
                    let length = f64::from(one.length);
                    let each = images.map(|by| (middle(axis) + by * length - at[axis]).abs());
                    each.into_iter().fold(f64::INFINITY, f64::min)
                };
                (0..axes).map(|axis| apart(axis) * apart(axis)).sum::<f64>() <= radius * radius
            }
            Area::Box { low, high } => (0..axes).all(|axis| {
                let one = lattice.world().axes()[axis];
                let images = if one.is_periodic() { [-1.0, 0.0, 1.0] } else { [0.0; 3] };
                let at = images.map(|by| middle(axis) + by * f64::from(one.length));
                at.into_iter().any(|at| low[axis] <= at && at <= high[axis])
            }),
        };
        if within {
            *amount = match change {
                Change::Set(to) => to.floor() as f32,
                Change::Add(more) => {
                    (f64::from(*amount) + more.trunc()).clamp(0.0, 16_777_216.0) as f32
                }
            };
        }
    }
}

#[test]
fn inputs_write_fields_under_any_cut() {
    let mut painted_cells = 0;
    cases::<Plane>(|setup, params, sown, cut| {
        let run = |cut: Cut, executor: Shuffled| {
            let mut world = sim(setup, &params, &sown, cut, executor).ok()?;
            let (_, cells) = world.fields().next()?;
            let lattice = Lattice::of(&setup.world, &cells).unwrap();
            for tick in 0..6u32 {
                let draw = |stream: u32| rng::draw(setup.seed, 9, tick, stream).map(rng::unit);
                let [x, y, radius, kind] = draw(0);
                let at = |x: f32, y: f32| -> Vec<f64> {
                    let (wide, high) = (setup.world.width(), setup.world.height());
                    vec![f64::from(x * wide), f64::from(y * high)]
                };
                let area = if kind < 0.5 {
                    Area::Ball { at: at(x, y), radius: f64::from(4.0 * radius) }
                } else {
                    // Over a seam from before the one end or beyond the other one; 1 is the end itself.
                    let over = |axis: usize, along: f32| {
                        let periodic = setup.world.axes()[axis].is_periodic();
                        let more = [0.0, -0.6, 0.7, 1.0 - along][(tick % 4) as usize];
                        if periodic { more } else { 0.0 }
                    };
                    let (right, up) = (over(0, x), over(1, y));
                    let low = at(x * 0.5 + right.min(0.0), y * 0.5 + up.min(0.0));
                    Area::Box { low, high: at(x + right.max(0.0), y + up.max(0.0)) }
                };
                let amount = f64::from(draw(1)[0]) * 2000.0;
                let changes = [Change::Set(amount), Change::Add(amount), Change::Add(-amount)];
                let change = changes[tick as usize % 3];
                let mut amounts = world.field(0).unwrap().unwrap();
                let before = amounts.clone();
                painted(&lattice, &mut amounts, &area, change);
                painted_cells += before.iter().zip(&amounts).filter(|(a, b)| a != b).count();
                world.give(vec![Input::Field { name: "grass".into(), area, change }]).unwrap();
                assert_eq!(world.field(0).unwrap().unwrap(), amounts, "{setup:?} {cut}");
                world.step().unwrap();
            }
            Some(state(&world))
        };
        let mut run = run;
        let one = run(Cut::Parts(1), Shuffled::new(1)).unwrap();
        if let Some(many) = run(cut, Shuffled::new(2)) {
            assert_eq!(one, many);
        }
    });
    assert!(painted_cells > 500, "{painted_cells}");
}

#[test]
fn an_input_that_writes_a_field_is_refused_with_what_is_allowed_and_undone_after_an_error() {
    let (setup, params, sown) = closed();
    let field = |name: &str, at: &[f64], radius: f64, change: Change| Input::Field {
        name: name.into(),
        area: Area::Ball { at: at.to_vec(), radius },
        change,
    };
    let span = |low: [f64; 2], high: [f64; 2]| Input::Field {
        name: "grass".into(),
        area: Area::Box { low: low.to_vec(), high: high.to_vec() },
        change: Change::Set(5.0),
    };
    let cut = Cut::Grid { cols: 2, rows: 2, layers: 1 };
    let mut world = sim(setup, &params, &sown, cut, Serial::default()).unwrap();
    let before = state(&world);
    let good = field("grass", &[1.0, 1.0], 3.0, Change::Set(5.0));
    for (bad, problem) in [
        (field("gras", &[1.0, 1.0], 1.0, Change::Set(5.0)), "no field `gras`; it has grass, scent"),
        (field("grass", &[1.0], 1.0, Change::Set(5.0)), "`at` has 1 coordinates"),
        (
            span([0.0, 5.0], [9.0, 4.0]),
            "the box goes from 5 to 4 along y: `low` must be the lower one",
        ),
        (span([0.0, 0.0], [1e9, 4.0]), "`high` is 1000000000 along x: "),
        (span([0.0, 0.0], [f64::NAN, 4.0]), "`high` is NaN along x: "),
        (field("grass", &[1.0, 1.0], -1.0, Change::Set(5.0)), "`radius` is -1"),
        (
            field("grass", &[1.0, 1.0], 1.0, Change::Set(-5.0)),
            "`set` is -5: it must be a number from 0",
        ),
        (field("grass", &[1.0, 1.0], 1.0, Change::Add(f64::NAN)), "`add` is NaN"),
        (field("grass", &[1.0, 1.0], 1.0, Change::Add(-1e9)), "from -16777216 to 16777216"),
    ] {
        let error = world.give(vec![good.clone(), bad]).unwrap_err().to_string();
        assert!(error.contains(problem) && error.contains("input 1"), "{error}");
        assert_eq!(state(&world), before);
    }
    let bytes = encode(&[good.clone(), field("scent", &[2.0, 3.0], 0.5, Change::Add(-7.5))]);
    let read = decode(&bytes).unwrap();
    assert_eq!(encode(&read), bytes);
    assert_eq!(read[0], good);
    for calls in 0..40 {
        let mut world = sim(setup, &params, &sown, cut, Broken::new(1, calls, false)).unwrap();
        world.step().unwrap();
        let before = world.snapshot().unwrap();
        if world.give(vec![good.clone()]).is_err() {
            assert!(world.snapshot().unwrap() == before, "after {calls} calls");
        }
    }
}

#[test]
fn fields_that_cannot_be_are_refused_with_what_is_allowed() {
    let (setup, params, _) = closed();
    let cells = |cells: &[u32]| Sown { cells: Some(cells.to_vec()), start: None };
    let start = |start: Start| Sown { cells: Some(vec![2, 2]), start: Some(start) };
    for (sown, wanted) in [
        (cells(&[3]), "its cells are [3]: they must be 2 numbers from 1 to 65536"),
        (cells(&[0, 4]), "[0, 4]"),
        (cells(&[65_537, 4]), "65536"),
        (cells(&[65_536, 65_536]), "of at most 268435456"),
        (cells(&[4000, 4]), "its diffusion is 0.02"),
        (start(Start::Amount(-1.0)), "its start is -1: it must be a number from 0 to 16777216"),
        (start(Start::Amount(f32::NAN)), "NaN"),
        (start(Start::Noise { least: 3.0, most: 2.0 }), "from 3 to 2"),
        (start(Start::Noise { least: 3.0, most: 1e9 }), "the most is 1000000000"),
        (start(Start::Cells(vec![1.0; 3])), "3 values for 4 cells"),
        (start(Start::Cells(vec![1.0, 2.0, -4.0, 0.0])), "the amount in cell 0, 1, 0 is -4"),
    ] {
        let refused = sim(setup, &params, &[sown], Cut::Parts(1), Serial::default());
        let Err(SimulationError::Field(FieldError { field, problem })) = refused.map(drop) else {
            panic!("{wanted}")
        };
        assert!(field == "grass" && problem.contains(wanted), "{problem}");
    }
    // Parameters with which a rule cannot be followed are refused in a run too, and change nothing.
    let mut world = sim(setup, &params, &[], Cut::Parts(2), Serial::default()).unwrap();
    let wild = params.with(&[("diffusion".into(), Setting::Number(99.0))]).unwrap();
    let error = world.set_params(wild).unwrap_err().to_string();
    assert!(error.contains("field `grass`: its diffusion is 99"), "{error}");
    world.step().unwrap();
    let odd = params.with(&[("decay".into(), Setting::Number(5.0))]).unwrap();
    let error = world.set_params(odd).unwrap_err().to_string();
    assert!(error.contains("must be at most 4"), "{error}");
}
