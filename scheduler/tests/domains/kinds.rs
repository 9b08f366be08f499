//! Columns and parameters of every kind: through cuts, migration, ghosts, tables and snapshots.

use flockwork_kernel::columns::Columns as _;
use flockwork_kernel::{Edge, World};
use flockwork_scheduler::prelude::*;
use flockwork_scheduler::{
    Arithmetic, Cut, ParamKind, Params, Partition, Serial, Setting, Simulation, SnapshotHeader,
};

columns! {
    /// State of one token.
    pub mod token {
        ghost {
            position: vec(x, y),
            /// Whether it holds the parcel.
            holds: bool,
            /// What it owes.
            debt: i32 where -1000..=1000,
        }
        owned {
            heading: vec(ux, uy) where unit,
            /// A name that no `f64` can tell from the next.
            name: u64,
            doors: [bool; 3],
            alive: bool,
        }
        scratch {
            given: i32,
            names: u64,
            near: bool,
        }
    }
}

flockwork_scheduler::choices! {
    /// What a token does with its parcel.
    pub enum Rule {
        /// It keeps it.
        Keep = "keep",
        /// It turns it over every tick.
        Turn = "turn over",
    }
}

params! {
    /// The model: its parameters.
    pub struct Tokens {
        /// How far it sees.
        radius: f32 = 1.5, "length", 0.1..=10.0;
        /// What it owes at first.
        debt: i32 = -3, "", -5..=5, start;
        /// What it does.
        rule: Rule = Rule::Turn;
        /// Three speeds.
        speeds: [f32; 3] = [0.5, 1.0, 1.5], "length / time", 0.0..=2.0;
        /// Names of tokens that end.
        ends: List<u32, 4> = [3, 7], "", 0..=1000;
        /// What it is called.
        label: Text<12> = "tokens";
    }
}

stats! {
    /// What is reported of [`Tokens`].
    pub struct TokensStats of Tokens {
        /// How many hold.
        holding: Count, "" = |_, one| one.holds;
        /// What all owe.
        owed: Sum, "" = |_, one| one.debt;
        /// The most that ever held.
        peak: Peak, "" = |_, stats, _| stats.holding;
        /// What was owed over time.
        owed_sum: TimeSum, "" = |_, stats, _| stats.owed;
        /// What was owed on average, in even ticks.
        owed_mean: TimeMean, "" = |_, stats, totals| {
            totals.tick.is_multiple_of(2).then_some(stats.owed)
        };
    }
}

/// Sums over the neighbours of eight tokens.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sum<S: Isa> {
    holding: Count8<S>,
    debt: Sum8<F32x8<S>>,
}

impl Model for Tokens {
    type Columns = token::Columns;
    type Params = Self;
    type Stats = TokensStats;
    type Passes = (Self,);
    type Event = Never;
    type Child = Never;

    const NAME: &'static str = "tokens";
    const ABOUT: &'static str = "a model with columns and parameters of every kind";

    fn new(tokens: Self, _setup: &Setup) -> Result<Self, ParamError> {
        let named = !tokens.label.is_empty();
        ParamError::unless(named, "label", "it must not be empty")?;
        Ok(tokens)
    }

    fn spawn(&self, setup: &Setup, id: u32) -> token::Row {
        let [x, y, direction, bits] = setup.draw(id, 0);
        token::Row {
            position: setup.place(x, y),
            heading: rng::direction(direction),
            holds: bits & 1 == 1,
            debt: self.debt,
            name: u64::MAX - u64::from(id),
            doors: [bits & 2 == 2, false, true],
            alive: true,
            ..Default::default()
        }
    }

    #[inline(always)]
    fn update<S: Isa>(&self, me: &mut TileOf<'_, S, Self>, tick: &Tick<Self>) {
        let debt = me.debt.get() + me.given.get();
        me.debt.set(debt.max(I32x8::splat(-1000)).min(I32x8::splat(1000)));
        me.name.set(me.names.get());
        if self.rule == Rule::Turn {
            me.holds.set(me.holds.get() ^ me.near.get());
        }
        let [a, b, c] = me.doors.get();
        me.doors.set([c, a, b]);
        let speed = self.speeds[tick.number as usize % 3];
        let (position, heading) = tick
            .bound(me.position.get() + me.heading.get() * F32x8::splat(speed), me.heading.get());
        me.position.set(position);
        me.heading.set(heading);
        for &end in self.ends.iter().filter(|end| u64::from(**end) == tick.number) {
            let ids = me.id.get();
            let ends = ids.lt(U32x8::splat(10 * end)) & !ids.lt(U32x8::splat(10 * end - 10));
            me.alive.put(ends, false);
        }
    }
}

impl Pass<Self> for Tokens {
    type Shown = token::Shown;
    type Tile<S: Isa> = ();
    type Sum<S: Isa> = Sum<S>;

    fn radius(model: &Self) -> f32 {
        model.radius
    }

    #[inline(always)]
    fn show(_: &Self, now: &RefOf<'_, Self>, row: usize, _tick: &Tick<Self>) -> token::Shown {
        now.shown(row)
    }

    #[inline(always)]
    fn pair<S: Isa>(_: &Self, _: &(), pair: &Pair<'_, S, Self>, sum: &mut Sum<S>) {
        if pair.other.holds {
            sum.holding.add(pair.near);
        }
        sum.debt.add(pair.near, F32x8::splat(pair.other.debt as f32));
    }

    #[inline(always)]
    fn finish<S: Isa>(_: &Self, all: &mut Finish<'_, '_, S, Self>) {
        let owes = all.sum.debt.get().lt(F32x8::ZERO);
        let one = owes.select_i32(I32x8::splat(-1), I32x8::splat(1));
        all.left.given.set(one);
        all.left.near.set(all.sum.holding.get().gt(F32x8::ZERO));
        let mut names = all.now.name.get();
        names.iter_mut().for_each(|name| *name ^= 1 << 60);
        all.left.names.set(names);
    }
}

fn setup() -> Setup {
    let world = World::new(14.0, 9.0, Edge::Periodic).unwrap();
    Setup { world, population: 150, seed: 11, dt: 0.5 }
}

fn world(params: Tokens, cut: Cut) -> Simulation<Tokens, Serial> {
    Simulation::new(setup(), params, Partition::new(cut), Serial::default(), None).unwrap()
}

/// All entities, and the numbers of the statistics.
fn after(world: &mut Simulation<Tokens, Serial>, ticks: u64) -> (Vec<u8>, Vec<f64>) {
    (0..ticks).for_each(|_| world.step().unwrap());
    world.observe().unwrap();
    (world.rows().unwrap(), world.report().unwrap())
}

#[test]
fn columns_of_every_kind_are_the_same_under_every_cut() {
    let mut one = world(Tokens::default(), Cut::Parts(1));
    let begin = one.rows().unwrap();
    let whole = after(&mut one, 9);
    assert_ne!(begin, whole.0);
    // Those of 20 to 29 and 60 to 69 are dead: `alive` may be a truth value.
    assert_eq!(one.population(), 130);
    let [holding, owed, peak, owed_sum, owed_mean] = whole.1[..] else { panic!("{whole:?}") };
    assert!(0.0 < holding && holding <= peak && peak <= 150.0, "{whole:?}");
    assert!(owed < 0.0 && owed_sum < owed && owed_mean.is_finite(), "{:?}", whole.1);
    for cut in [Cut::Grid { cols: 3, rows: 2, layers: 1 }, Cut::Parts(5)] {
        let mut parts = world(Tokens::default(), cut);
        assert_eq!(after(&mut parts, 9), whole, "{cut:?}");
    }
}

#[test]
fn a_snapshot_holds_parameters_of_every_kind_and_statistics_over_time() {
    let mut params = Tokens::default();
    params.set("rule", "keep").unwrap();
    params.set("ends", vec![4.0, 9.0, 1000.0]).unwrap();
    params.set("speeds", vec![0.25, 0.5, 0.0]).unwrap();
    params.set("label", "Ångström").unwrap();
    let mut whole = world(params.clone(), Cut::Parts(2));
    after(&mut whole, 5);
    let bytes = whole.snapshot().unwrap();
    let partition = Partition::new(Cut::Parts(1));
    let mut again =
        Simulation::<Tokens, _>::restore(&bytes, Arithmetic::Same, partition, Serial::default())
            .unwrap();
    assert_eq!(again.params(), &params);
    assert_eq!(again.snapshot().unwrap(), bytes);
    assert_eq!(after(&mut again, 6), after(&mut whole, 6));

    let header: SnapshotHeader = flockwork_scheduler::snapshot::header(&bytes).unwrap();
    assert!(header.params.contains(&("label".into(), Setting::from("Ångström"))));
    assert_eq!(header.differences::<Tokens>(&setup(), &params), []);
    let other = Tokens { rule: Rule::Turn, ..params.clone() };
    let found = header.differences::<Tokens>(&setup(), &other);
    let told: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(told, [r#"`params.rule` is "keep" in the snapshot, but "turn over" here"#]);
    // Every cut of the bytes is refused.
    for len in 0..bytes.len() {
        assert!(flockwork_scheduler::snapshot::header(&bytes[..len]).is_err(), "{len}");
    }
}

#[test]
fn a_value_that_is_not_allowed_is_named_with_what_is() {
    let mut params = Tokens::default();
    let before = params.clone();
    for (name, value, told) in [
        ("radius", Setting::from("far"), r#"is "far": it must be a number from 0.1 to 10"#),
        ("debt", 1.5.into(), "is 1.5: it must be a whole number from -5 to 5"),
        ("debt", 6.0.into(), "is 6: it must be a whole number from -5 to 5"),
        ("rule", 1.0.into(), r#"is 1: it must be "keep" or "turn over""#),
        ("rule", "Keep".into(), r#"is "Keep": it must be "keep" or "turn over""#),
        ("speeds", 1.0.into(), "is 1: it must be a list of 3 numbers from 0 to 2"),
        ("speeds", vec![1.0, 1.0].into(), "is [1, 1]: it must be a list of 3 numbers from 0 to 2"),
        ("speeds", vec![0.0, 1.0, f64::NAN].into(), "is [0, 1, NaN]: it must be a list of 3"),
        ("ends", vec![1.0; 5].into(), "it must be a list of 0 to 4 whole numbers from 0 to 1000"),
        ("ends", vec![0.5].into(), "is [0.5]: it must be a list of 0 to 4 whole numbers"),
        (
            "label",
            "a text too long".into(),
            r#"is "a text too long": it must be a text of at most 12 bytes"#,
        ),
        ("label", vec![1.0].into(), "it must be a text of at most 12 bytes"),
    ] {
        let error = params.set(name, value).unwrap_err().to_string();
        assert!(error.starts_with(&format!("params.{name} ")) && error.contains(told), "{error}");
        assert_eq!(params, before);
    }
    params.set("label", "").unwrap();
    let made = Simulation::<Tokens, _>::new(
        setup(),
        params,
        Partition::new(Cut::Parts(1)),
        Serial::default(),
        None,
    );
    assert!(made.err().unwrap().to_string().contains("params.label: it must not be empty"));
}

#[test]
fn every_kind_says_what_it_is() {
    let kind = |name| Tokens::TABLE.iter().find(|param| param.name == name).unwrap();
    assert_eq!(kind("rule").kind, ParamKind::Choice(&["keep", "turn over"]));
    assert_eq!((kind("rule").default)(), Setting::from("turn over"));
    assert_eq!((kind("ends").default)(), Setting::from(vec![3.0, 7.0]));
    assert!(matches!(kind("ends").kind, ParamKind::List { least: 0, most: 4, .. }));
    assert!(matches!(kind("speeds").kind, ParamKind::List { least: 3, most: 3, .. }));
    assert_eq!(kind("label").kind, ParamKind::Text(12));
    assert!(!kind("debt").live && kind("speeds").live);
    for param in Tokens::TABLE {
        assert!(param.kind.allows(&(param.default)()), "{}", param.name);
    }
}

#[test]
fn a_list_without_its_minus_zeros_is_what_a_run_has() {
    let params = Tokens { speeds: [-0.0, 1.0, -0.0], ..Tokens::default() };
    let world = world(params, Cut::Parts(1));
    assert_eq!(world.params().speeds.map(f32::to_bits), [0.0, 1.0, 0.0f32].map(f32::to_bits));
}

#[test]
fn a_byte_that_is_no_truth_value_and_a_heading_of_another_length_are_refused() {
    let schema = token::Columns::SCHEMA;
    let travels =
        || schema.iter().filter(|column| column.reach >= flockwork_kernel::columns::Reach::Owned);
    let at = |name: &str| -> usize {
        travels().take_while(|column| column.name != name).map(|column| column.stride()).sum()
    };
    let made = |edit: &dyn Fn(&mut [u8])| {
        let mut initial = |id: u32, row: &mut [u8]| {
            if id == 4 {
                edit(row);
            }
            Ok(())
        };
        let partition = Partition::new(Cut::Parts(1));
        let made = Simulation::<Tokens, _>::new(
            setup(),
            Tokens::default(),
            partition,
            Serial::default(),
            Some(&mut initial),
        );
        made.err().map(|error| error.to_string())
    };
    assert_eq!(made(&|_| ()), None);
    let error = made(&|row| row[at("holds")] = 2).unwrap();
    assert_eq!(error, "column `holds` of entity 4 is 2: it must be 0 or 1");
    let error =
        made(&|row| row[at("debt")..][..4].copy_from_slice(&1001i32.to_le_bytes())).unwrap();
    assert_eq!(
        error,
        "column `debt` of entity 4 is 1001: it must be a whole number from -1000 to 1000"
    );
    let error = made(&|row| row[at("ux")..][..8].fill(0)).unwrap();
    assert_eq!(
        error,
        "entity 4: its heading (ux, uy) has length 0: it must have length 1, within 0.001"
    );
}
