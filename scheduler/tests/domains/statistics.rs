//! Statistics: right for whatever finite state the columns hold, and the same under every cut.

use flockwork_kernel::columns::{Columns as _, Reach, packed_len};
use flockwork_kernel::{Edge, Vec2, World};
use flockwork_scheduler::{
    Around, ByRows, Cut, Never, ParamError, Partition, Rows, Serial, Setup, Simulation,
};
use quickcheck::quickcheck;

flockwork_kernel::columns! {
    /// State of one entity.
    pub mod any {
        ghost {
            position: vec(x, y),
        }
        owned {
            value: f32,
            arrow: vec(ax, ay),
            kind: u8,
        }
        scratch {}
    }
}

flockwork_scheduler::params! {
    /// None.
    pub struct NoParams {
        /// Nothing.
        nothing: u32 = 0, "", 0..=1;
    }
}

flockwork_scheduler::stats! {
    /// One of each kind.
    pub struct AnyStats of ByRows<Any> {
        /// Those of kind 1.
        ones: Count, "" = |_, one| one.kind == 1;
        /// Their value.
        sum: Sum, "" = |_, one| (one.kind == 1).then_some(one.value);
        /// The mean of all.
        mean: Mean, "" = |_, one| one.value;
        /// The mean of the fourth powers.
        fourth: Mean, "" = |_, one| f64::from(one.value).powi(4);
        /// The largest.
        most: Max, "" = |_, one| one.value;
        /// The largest of kind 2.
        most_of_two: Max, "" = |_, one| (one.kind == 2).then_some(one.value);
        /// The mean arrow.
        order: MeanLength, "" = |_, one| one.arrow;
        /// Values around 0.
        values: Histogram(-1.0, 1.0, 4), "" = |_, one| one.value;
        /// What cannot be a number.
        nothing: Mean, "" = |_, one| 1.0 / (f64::from(one.kind) - f64::from(one.kind));
        /// Mean over largest.
        ratio: Derived, "" = |_, all, _| all.mean / all.most;
        /// Most ones after any tick.
        peak: Peak, "" = |_, all, _| all.ones;
    }
}

/// Everybody stays as it is.
struct Any;

impl Rows for Any {
    type Columns = any::Columns;
    type Params = NoParams;
    type Stats = AnyStats;
    type Event = Never;
    type Child = Never;

    const NAME: &'static str = "any";
    const ABOUT: &'static str = "any state";
    const TOTALS: bool = true;

    fn new(_: NoParams, _: &Setup) -> Result<Self, ParamError> {
        Ok(Self)
    }

    fn radius(&self) -> f32 {
        1.0
    }

    fn spawn(&self, setup: &Setup, id: u32) -> any::Row {
        let [x, y, ..] = setup.draw(id, 0);
        any::Row { position: setup.place(x, y), ..Default::default() }
    }

    fn step(&self, me: &any::Row, around: &mut Around<'_, '_, Self>) -> any::Row {
        // Totals of the tick before are there from the first tick on.
        let totals = around.tick.totals.expect("totals were asked for");
        any::Row { kind: if totals.mean.is_nan() { 9 } else { me.kind }, ..*me }
    }
}

/// The numbers of a world with these values, under a cut.
fn numbers(state: &[(f32, Vec2, u8)], cut: Cut) -> Vec<f64> {
    let world = World::new(9.0, 9.0, Edge::Periodic).unwrap();
    let setup = Setup { world, population: state.len() as u32, seed: 1, dt: 1.0 };
    let len = packed_len(any::Columns::SCHEMA, Reach::Owned);
    let mut initial = |id: u32, row: &mut [u8]| {
        let (value, arrow, kind) = state[id as usize];
        row[12..16].copy_from_slice(&value.to_le_bytes());
        row[16..20].copy_from_slice(&arrow.x.to_le_bytes());
        row[20..24].copy_from_slice(&arrow.y.to_le_bytes());
        row[len - 1] = kind;
        Ok(())
    };
    let mut world = Simulation::<ByRows<Any>, _>::new(
        setup,
        NoParams::default(),
        Partition::new(cut),
        Serial::default(),
        Some(&mut initial),
    )
    .unwrap();
    world.step().unwrap();
    world.observe().unwrap();
    world.report().unwrap()
}

/// Any finite number, of any magnitude.
fn finite(bits: u32) -> f32 {
    let value = f32::from_bits(bits);
    if value.is_finite() { value + 0.0 } else { f32::from_bits(bits & !(1 << 30)) + 0.0 }
}

quickcheck! {
    fn every_statistic_is_that_of_a_plain_sum(state: Vec<(u32, u32, u32, u8)>, cut: u8) -> bool {
        let state: Vec<_> = state
            .into_iter()
            .chain([(0x3f80_0000, 7, 9, 1)])
            .map(|(value, x, y, kind)| {
                (finite(value), Vec2::new(finite(x), finite(y)), kind % 3)
            })
            .collect();
        let cut = [Cut::Parts(1), Cut::Grid { cols: 2, rows: 2, layers: 1 }, Cut::Parts(7)][cut as usize % 3];
        let found = numbers(&state, cut);
        assert_eq!(
            found.iter().map(|number| number.to_bits()).collect::<Vec<_>>(),
            numbers(&state, Cut::Parts(3)).iter().map(|number| number.to_bits()).collect::<Vec<_>>()
        );
        let count = state.len() as f64;
        let values: Vec<f64> = state.iter().map(|one| one.0.into()).collect();
        let ones: Vec<f64> = state.iter().filter(|one| one.2 == 1).map(|one| one.0.into()).collect();
        let two = state.iter().filter(|one| one.2 == 2).map(|one| f64::from(one.0));
        let mean = |of: &mut dyn Iterator<Item = f64>| plain_sum(of) / count;
        let (x, y) = (
            mean(&mut state.iter().map(|one| one.1.x.into())),
            mean(&mut state.iter().map(|one| one.1.y.into())),
        );
        let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let average = mean(&mut values.iter().copied());
        let bins = |low: f64, high: f64| {
            values.iter().filter(|value| (low..high).contains(*value)).count() as f64
        };
        let arrows = state.iter().map(|one| f64::from(one.1.x.abs()) + f64::from(one.1.y.abs())).sum::<f64>();
        let wanted = [
            (ones.len() as f64, 0.0),
            (plain_sum(&mut ones.iter().copied()), sizes(&ones)),
            (average, sizes(&values) / count),
            (mean(&mut values.iter().map(|value| value.powi(4))), 0.0),
            (most, 0.0),
            (two.fold(f64::NAN, f64::max), 0.0),
            (x.hypot(y), arrows / count),
            (bins(f64::NEG_INFINITY, -1.0), 0.0),
            (bins(-1.0, -0.5), 0.0),
            (bins(-0.5, 0.0), 0.0),
            (bins(0.0, 0.5), 0.0),
            (bins(0.5, 1.0), 0.0),
            (bins(1.0, f64::INFINITY), 0.0),
            (f64::NAN, 0.0),
            (average / most, sizes(&values) / count / most.abs()),
            (ones.len() as f64, 0.0),
        ];
        assert_eq!(found.len(), wanted.len());
        for (at, (found, (wanted, size))) in found.iter().zip(wanted).enumerate() {
            let room = (wanted.abs() + size) * 1e-13 + f64::MIN_POSITIVE;
            let same = if wanted.is_finite() {
                (found - wanted).abs() <= room
            } else {
                found.is_nan()
            };
            assert!(same, "statistic {at} is {found:e} instead of {wanted:e}: {state:?}");
        }
        true
    }
}

/// A sum in double precision, of the smallest first.
fn plain_sum(of: &mut dyn Iterator<Item = f64>) -> f64 {
    let mut of: Vec<f64> = of.collect();
    of.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
    of.iter().sum::<f64>() + 0.0
}

/// By how much a sum in double precision may be wrong: all sizes together.
fn sizes(of: &[f64]) -> f64 {
    of.iter().map(|value| value.abs()).sum()
}

#[test]
fn what_is_null_says_so_and_nothing_else_does() {
    let names: Vec<_> = <AnyStats as flockwork_scheduler::Stats<ByRows<Any>>>::LIST
        .iter()
        .flat_map(flockwork_scheduler::Stat::names)
        .collect();
    let found = numbers(&[(300.0, Vec2::new(3e38, 3e38), 0)], Cut::Parts(1));
    let null: Vec<_> = names
        .iter()
        .zip(&found)
        .filter(|(_, value)| value.is_nan())
        .map(|(name, _)| name)
        .collect();
    // Nobody is of kind 2, and nobody's `nothing` is a number.
    assert_eq!(null, ["most_of_two", "nothing"]);
    let number = |name: &str| found[names.iter().position(|one| one == name).unwrap()];
    assert_eq!((number("mean"), number("fourth"), number("sum")), (300.0, 8.1e9, 0.0));
    assert!((number("order") - 3e38f64 * 2f64.sqrt()).abs() < 1e32);
    assert_eq!((number("values_above"), number("values_0")), (1.0, 0.0));
}
