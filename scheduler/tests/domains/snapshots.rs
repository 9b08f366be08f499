//! The same bits go on under any cut; damaged and foreign bytes are refused, whatever they say.

use flockwork_kernel::{Edge, Precision, World, arithmetic};
use flockwork_scheduler::snapshot::{Due, header, merge, with_inputs, with_precision};
use flockwork_scheduler::testing::Shuffled;
use flockwork_scheduler::{
    Arithmetic, Cut, DecodeError, MergeError, Misfit, Params as _, Partition, Serial, Setting,
    Simulation, SimulationError, Snapshot, SnapshotError, SnapshotHeader,
};
use quickcheck::quickcheck;

use crate::dots::{Dots, DotsParams};
use crate::plan::Plan;

/// Where things are in a snapshot of this model: see the table of `flockwork_scheduler::snapshot`.
const CHECKSUM: usize = 12;
const LENGTH: usize = 16;
const NAME: usize = 28;
const ARITHMETIC: usize = NAME + 4 + 4;
const SCHEMA: usize = ARITHMETIC + arithmetic::ID.len();
const AXES: usize = SCHEMA + 8;
const EDGE: usize = AXES + 8;
const POPULATION: usize = AXES + 20;
const DT: usize = POPULATION + 12;
const PRECISION: usize = DT + 4;
const TICK: usize = PRECISION + 28;
const NEXT_ID: usize = TICK + 8;
const PARAMS: usize = NEXT_ID + 4;

fn snapshot_after(plan: &Plan, ticks: u64) -> Vec<u8> {
    let mut world = plan.world(Serial::default()).unwrap();
    for _ in 0..ticks {
        world.step().unwrap();
    }
    world.snapshot().unwrap()
}

fn small() -> Vec<u8> {
    let mut plan = Plan::usual();
    plan.setup.population = 3;
    snapshot_after(&plan, 2)
}

fn restore(bytes: &[u8]) -> Result<Simulation<Dots, Serial>, SimulationError> {
    restore_under(bytes, Arithmetic::Same)
}

fn restore_under(
    bytes: &[u8],
    arithmetic: Arithmetic,
) -> Result<Simulation<Dots, Serial>, SimulationError> {
    Simulation::restore(bytes, arithmetic, Partition::new(Cut::Parts(3)), Serial::default())
}

fn refusal(bytes: &[u8]) -> SimulationError {
    let error = restore(bytes).err().expect("it was restored");
    assert!(!error.to_string().is_empty());
    error
}

/// Length and checksum made good again.
pub fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let len = bytes.len() as u64;
    bytes[LENGTH..LENGTH + 8].copy_from_slice(&len.to_le_bytes());
    let checksum = crc(&bytes[LENGTH..]);
    bytes[CHECKSUM..CHECKSUM + 4].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

/// CRC-32 (IEEE), bit by bit.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 }
        })
    })
}

fn with_word(at: usize, value: u32) -> Vec<u8> {
    let mut bytes = small();
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
    sealed(bytes)
}

quickcheck! {
    fn a_restored_world_goes_on_with_the_same_bits(plan: Plan, order: u64, parts: u8) -> bool {
        let mut world = plan.world(Serial::default()).unwrap();
        for _ in 0..11 {
            world.step().unwrap();
        }
        let bytes = world.snapshot().unwrap();
        let parts = 1 + u32::from(parts) % plan.cells().min(6);
        let partition = Partition { rebalance: Some(1.0), ..Partition::new(Cut::Parts(parts)) };
        let executor = Shuffled::new(order);
        let mut again = Simulation::<Dots, _>::restore(&bytes, Arithmetic::Same, partition, executor).unwrap();
        // Whoever has it, writes the same bytes.
        let mut same = again.snapshot().unwrap() == bytes && again.fingerprint() == world.fingerprint();
        for _ in 0..10 {
            world.step().unwrap();
            again.step().unwrap();
            same &= again.fingerprint() == world.fingerprint();
        }
        same && again.snapshot().unwrap() == world.snapshot().unwrap()
    }
}

#[test]
fn the_header_says_what_is_inside() {
    let plan = Plan::usual();
    let found = header(&snapshot_after(&plan, 3)).unwrap();
    assert_eq!((&found.model[..], found.tick, found.setup), ("dots", 3, plan.setup));
    assert_eq!(found.row_len as usize, crate::naive::stride());
    assert_eq!(found.params.len(), DotsParams::TABLE.len());
    assert_eq!(found.history.len(), 1);
}

#[test]
fn every_truncation_is_refused() {
    let bytes = small();
    restore(&bytes).unwrap();
    for len in 0..bytes.len() {
        let error = refusal(&bytes[..len]);
        assert!(matches!(error, SimulationError::Snapshot(_)), "{len}: {error}");
        // Nor does it help to say that it is whole.
        if len > 28 {
            refusal(&sealed(bytes[..len].to_vec()));
        }
    }
    let error = refusal(&[&bytes[..], &[0]].concat());
    assert!(
        matches!(
            error,
            SimulationError::Snapshot(SnapshotError::Damaged(DecodeError::Length { .. }))
        ),
        "{error}"
    );
}

#[test]
fn every_flipped_bit_is_refused() {
    let mut bytes = small();
    for bit in 0..8 * bytes.len() {
        bytes[bit / 8] ^= 1 << (bit % 8);
        let error = refusal(&bytes);
        assert!(matches!(error, SimulationError::Snapshot(_)), "bit {bit}: {error}");
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
    restore(&bytes).unwrap();
}

#[test]
fn a_foreign_snapshot_is_refused_by_name() {
    assert_eq!(refusal(b"PNG....."), DecodeError::NotASnapshot.into());
    let mut bytes = small();
    bytes[8..12].copy_from_slice(&1u32.to_le_bytes());
    assert_eq!(refusal(&bytes), DecodeError::Version { found: 1, known: 6 }.into());
    let mut bytes = small();
    bytes[NAME..NAME + 4].copy_from_slice(b"rats");
    let other = Misfit::OtherModel { found: "rats".into(), expected: "dots" };
    assert_eq!(refusal(&sealed(bytes)), other.into());
    let schema = Misfit::OtherSchema { model: "dots" };
    assert_eq!(refusal(&with_word(SCHEMA, 0)), schema.into());
    // A name that is not text.
    let mut bytes = small();
    bytes[NAME..NAME + 4].copy_from_slice(&[0xff; 4]);
    assert_eq!(refusal(&sealed(bytes)), DecodeError::Inconsistent.into());
}

/// A snapshot as it was before there were axes and precision.
fn of_version_3(bytes: &[u8]) -> Vec<u8> {
    let mut old = [&bytes[..PRECISION], &bytes[TICK..]].concat();
    old[8..12].copy_from_slice(&3u32.to_le_bytes());
    // Both lengths, then one kind of edge.
    old.copy_within(AXES + 4..AXES + 8, AXES);
    old.copy_within(AXES + 12..AXES + 16, AXES + 4);
    old.copy_within(EDGE..EDGE + 4, AXES + 8);
    old.drain(AXES + 12..POPULATION);
    old
}

#[test]
fn a_snapshot_of_version_3_goes_on_without_being_asked_how_finely_places_are_told() {
    let world = World::new(20_000.0, 30.0, Edge::Periodic).unwrap();
    let mut plan = Plan::usual();
    plan.setup.world = world.with_precision(Precision::Any).with_origin([7.0, 8.0, 0.0]).unwrap();
    let bytes = snapshot_after(&plan, 2);
    assert_eq!(header(&bytes).unwrap().setup, plan.setup);
    let old = sealed(of_version_3(&bytes));
    assert_eq!(header(&old).unwrap().setup.world, world.with_precision(Precision::Any));
    let (mut new, mut old) = (restore(&bytes).unwrap(), restore(&old).unwrap());
    new.step().unwrap();
    old.step().unwrap();
    assert_eq!(new.fingerprint(), old.fingerprint());
    // Where it is to be asked, it is refused.
    let asked = with_precision(&bytes, Precision::Enough).unwrap().unwrap();
    assert!(matches!(refusal(&asked), SimulationError::TooCoarse(_)));
    assert_eq!(with_precision(&asked, Precision::Enough), Ok(None));
}

#[test]
fn another_arithmetic_is_refused_unless_it_is_allowed() {
    let mut bytes = small();
    let version = ARITHMETIC + "wide ".len();
    bytes[version] ^= 1;
    let bytes = sealed(bytes);
    let error = refusal(&bytes);
    let text = error.to_string();
    let SimulationError::Snapshot(SnapshotError::OtherArithmetic { found }) = error else {
        panic!("{text}")
    };
    assert!(text.contains(&found) && text.contains(arithmetic::ID), "{text}");
    let mut world = restore_under(&bytes, Arithmetic::Any).unwrap();
    world.step().unwrap();
    // What is written from here on is of the arithmetic that goes on.
    assert_eq!(header(&world.snapshot().unwrap()).unwrap().arithmetic, arithmetic::ID);
}

#[test]
fn what_was_read_is_written_as_the_same_bytes() {
    let bytes = snapshot_after(&Plan::usual(), 3);
    let snapshot = Snapshot::decode(&bytes).unwrap();
    assert_eq!(snapshot.encode(), bytes);
    assert_eq!(snapshot.entities().count() as u64, snapshot.header.population);
    // And of a world that no model would make.
    let header = SnapshotHeader {
        model: "none".into(),
        arithmetic: String::new(),
        params: vec![("a parameter".into(), Setting::Number(-0.0))],
        history: vec![u64::MAX, 7],
        population: 2,
        row_len: 5,
        ..snapshot.header
    };
    let made = Snapshot { header, rows: b"firstagain", amounts: Vec::new() };
    let bytes = made.encode();
    assert_eq!(Snapshot::decode(&bytes), Ok(made));
}

#[test]
fn a_snapshot_with_inputs_to_come_is_not_restored_without_them() {
    let bytes = snapshot_after(&Plan::usual(), 3);
    let restore = |bytes: &[u8]| {
        let partition = Partition::new(Cut::Parts(2));
        Simulation::<Dots, _>::restore(bytes, Arithmetic::Same, partition, Serial::default())
    };
    let with = |next| {
        let due = Due { text: "what a scenario says".into(), next };
        let bytes = with_inputs(&bytes, due.clone()).unwrap();
        assert_eq!(header(&bytes).unwrap().inputs, due);
        assert_eq!(merge(&[&bytes]).unwrap(), bytes);
        assert_eq!(
            with_inputs(&bytes, Due::default()).unwrap(),
            self::snapshot_after(&Plan::usual(), 3)
        );
        bytes
    };
    let error = restore(&with(Some(7))).err().unwrap();
    assert_eq!(error, SnapshotError::Inputs { next: 7 }.into());
    assert!(error.to_string().contains("the next at tick 7"), "{error}");
    // Those that were given do not matter.
    assert_eq!(restore(&with(None)).unwrap().snapshot().unwrap(), bytes);
}

#[test]
fn all_that_differs_from_a_run_is_named() {
    let plan = Plan::usual();
    let bytes = snapshot_after(&plan, 3);
    let found = header(&bytes).unwrap();
    assert_eq!(found.differences::<Dots>(&plan.setup, &plan.params), []);
    let mut other = plan;
    other.setup.population += 1;
    other.setup.seed += 1;
    other.setup.dt *= 2.0;
    other.setup.world = World::new(1234.5, 4321.0, Edge::Open).unwrap();
    other.params.talk *= 0.5;
    let differences = found.differences::<Dots>(&other.setup, &other.params);
    let names: Vec<_> = differences.iter().map(|one| &one.name[..]).collect();
    let all = ["entities", "seed", "dt", "world.width", "world.height", "world.edge"];
    assert_eq!(names, [&all[..], &["params.talk"]].concat());
    let wanted = (&differences[3].snapshot[..], &differences[3].wanted[..]);
    assert_eq!(wanted, (&*plan.setup.world.width().to_string(), "1234.5"));
    let text = SnapshotError::OtherRun { differences: differences.clone() }.to_string();
    assert!(names.iter().all(|name| text.contains(&format!("`{name}`"))), "{text}");
    // What another model's parameters would be, nobody can say.
    let mut foreign = found;
    foreign.model = "rats".into();
    let differences = foreign.differences::<Dots>(&other.setup, &other.params);
    assert_eq!(differences.len(), 1);
    assert_eq!(differences[0].to_string(), "`model` is rats in the snapshot, but dots here");
}

#[test]
fn a_world_of_one_axis_or_of_four_there_is_not() {
    for axes in [0, 1, 4] {
        assert_eq!(refusal(&with_word(AXES, axes)), DecodeError::Inconsistent.into());
    }
}

#[test]
fn absurd_numbers_are_refused_without_memory_for_them() {
    let rows = header(&small()).unwrap();
    let body = small().len() - rows.population as usize * rows.row_len as usize;
    for (what, at) in [
        ("length of the name", NAME - 4),
        ("length of the arithmetic", ARITHMETIC - 4),
        ("parameters", PARAMS),
        ("length of the first parameter's name", PARAMS + 4),
        ("bytes of an entity", body - 4),
        ("entities", body - 12),
        ("entities, upper half", body - 8),
        ("axes", AXES),
        ("edge", EDGE),
        ("precision", PRECISION),
        ("population at tick 0", POPULATION),
    ] {
        for value in [u32::MAX, 1 << 31, u32::MAX - 1] {
            let error = refusal(&with_word(at, value));
            assert!(!matches!(error, SimulationError::Domain(_)), "{what} {value}: {error}");
        }
    }
    // A world may have begun with nobody.
    restore(&with_word(POPULATION, 0)).unwrap();
    // The upper half of the tick.
    for value in [u32::MAX, 1 << 31] {
        assert_eq!(refusal(&with_word(TICK + 4, value)), DecodeError::Inconsistent.into());
    }
    refusal(&with_word(body - 4, 0));
    for world in [f32::NAN, 0.0, -1.0, f32::INFINITY] {
        assert_eq!(
            refusal(&with_word(AXES + 4, world.to_bits())),
            DecodeError::Inconsistent.into()
        );
        let error = refusal(&with_word(DT, (-world.abs()).to_bits() | 1));
        assert!(matches!(error, SimulationError::Timestep { .. }), "{error}");
    }
}

#[test]
fn entities_that_cannot_be_are_refused_under_a_good_checksum() {
    let len = small().len();
    let stride = crate::naive::stride();
    let row = |index: usize| len - (3 - index) * stride;
    assert_eq!(header(&small()).unwrap().population, 3, "the layout of the test");
    for (at, column) in [(4, "x"), (8, "y"), (12, "vx"), (16, "vy"), (20, "charge"), (24, "energy")]
    {
        for bad in [f32::NAN, f32::INFINITY] {
            let error = refusal(&with_word(row(1) + at, bad.to_bits()));
            let SimulationError::NonFinite { column: found, .. } = error else { panic!("{error}") };
            assert_eq!(found, column);
        }
    }
    let error = refusal(&with_word(row(2) + 4, 9.0f32.to_bits()));
    assert!(matches!(error, SimulationError::OutOfWorld { column: "x", .. }), "{error}");
    // Ids: twice, out of order, not below the next one's.
    for id in [0, 2, u32::MAX] {
        let error = refusal(&with_word(row(1), id));
        assert!(matches!(error, SimulationError::Snapshot(SnapshotError::Ids { .. })), "{error}");
    }
    let error = refusal(&with_word(NEXT_ID, 1));
    assert!(matches!(error, SimulationError::Snapshot(SnapshotError::Ids { id: 1 })), "{error}");
}

#[test]
fn parameters_that_cannot_be_are_refused_under_a_good_checksum() {
    // Which kind it is comes before the value.
    let kind = PARAMS + 4 + 4 + "radius".len();
    let first = kind + 1;
    for bad in [f64::NAN, -1.0, 1.0e9] {
        let mut bytes = small();
        bytes[first..first + 8].copy_from_slice(&bad.to_le_bytes());
        let error = refusal(&sealed(bytes));
        assert!(matches!(error, SimulationError::Param(_)), "{error}");
    }
    let mut bytes = small();
    bytes[PARAMS + 8] = b'R';
    let error = refusal(&sealed(bytes));
    assert!(matches!(error, SimulationError::Param(_)), "{error}");
    // A list or a text of no length, with something left over; or of no kind at all.
    for number in [1, 2, 3, 255] {
        let mut bytes = small();
        bytes[kind] = number;
        bytes[first..first + 4].fill(0);
        let error = refusal(&sealed(bytes));
        let damaged = SimulationError::Snapshot(SnapshotError::Damaged(DecodeError::Inconsistent));
        assert!(number < 3 || error == damaged, "{error}");
    }
}

#[test]
fn a_cut_that_does_not_fit_is_refused_before_anything() {
    let partition = Partition::new(Cut::Parts(u32::MAX));
    let error =
        Simulation::<Dots, _>::restore(&small(), Arithmetic::Same, partition, Serial::default())
            .err();
    assert!(matches!(error, Some(SimulationError::Cut(_))));
}

#[test]
fn parts_are_put_together_if_they_are_of_one_world() {
    let plan = Plan::usual();
    let whole = snapshot_after(&plan, 4);
    let stride = crate::naive::stride();
    let count = header(&whole).unwrap().population as usize;
    let body = whole.len() - count * stride;
    let part = |keep: &dyn Fn(usize) -> bool| {
        let rows: Vec<&[u8]> = whole[body..]
            .chunks_exact(stride)
            .enumerate()
            .filter(|(index, _)| keep(*index))
            .map(|(_, row)| row)
            .collect();
        let mut bytes = whole[..body].to_vec();
        bytes[body - 12..body - 4].copy_from_slice(&(rows.len() as u64).to_le_bytes());
        bytes.extend(rows.concat());
        sealed(bytes)
    };
    let (even, odd) = (part(&|index| index % 2 == 0), part(&|index| index % 2 == 1));
    let none = part(&|_| false);
    assert_eq!(merge(&[&odd, &none, &even]).unwrap(), whole);
    assert_eq!(merge(&[&whole]).unwrap(), whole);
    assert!(matches!(merge(&[&even, &whole]), Err(MergeError::Twice { id: 0 })));
    assert!(matches!(merge(&[]), Err(MergeError::Nothing)));
    let later = snapshot_after(&plan, 5);
    assert!(matches!(merge(&[&even, &later]), Err(MergeError::OtherWorld)));
    let other = Plan { params: DotsParams { talk: 0.5, ..plan.params }, ..plan };
    let other = snapshot_after(&other, 4);
    assert!(matches!(merge(&[&even, &other]), Err(MergeError::OtherWorld)));
    let mut bad = odd.clone();
    bad[40] ^= 1;
    assert!(matches!(merge(&[&even, &bad]), Err(MergeError::Damaged(DecodeError::Checksum))));
}
