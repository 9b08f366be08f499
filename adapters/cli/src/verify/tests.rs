//! A model that is flawed on purpose: what `verify` says about it must name its flaw.

use std::ops::Range;
use std::path::Path;

use flockwork_kernel::simd::{F32x8, Isa};
use flockwork_scheduler::{Context, Model, MutOf, ParamError, RefOf, ScratchOf, Setup, Tick};
use flockwork_spatial::{Pair, Positioned};

use super::*;
use crate::args::ScenarioArgs;

/// The tick whose state is the first with the flaw.
const FLAW_TICK: u64 = 4;

/// The entity with the flaw.
const FLAW_ID: u32 = 90;

flockwork_kernel::columns! {
    /// One entity.
    pub mod thing {
        ghost {
            /// Position along x.
            x: f32,
            /// Position along y.
            y: f32,
        }
        owned {
            /// 0, but for the flaw.
            mark: u32,
        }
        scratch {}
    }
}

flockwork_scheduler::params! {
    /// None that matter.
    pub struct FlawedParams {
        /// 1 for the flaw.
        flaw: u32 = 1, "", 0..=1;
    }
}

#[derive(Clone, Copy, Default)]
struct Place(f32, f32);

impl Positioned for Place {
    fn x(&self) -> f32 {
        self.0
    }
    fn y(&self) -> f32 {
        self.1
    }
}

/// Everybody stays in place; one entity comes to know in which row of its region it stands.
struct Flawed {
    flaw: bool,
}

impl Model for Flawed {
    type Columns = thing::Columns;
    type Params = FlawedParams;
    type Record = Place;
    type Tile<S: Isa> = ();
    type Sum<S: Isa> = F32x8<S>;

    const NAME: &'static str = "flawed";
    const ABOUT: &'static str = "shows its row";

    fn new(params: FlawedParams, _setup: &Setup) -> Result<Self, ParamError> {
        Ok(Self { flaw: params.flaw == 1 })
    }

    fn radius(&self) -> f32 {
        1.0
    }

    fn spawn(&self, _setup: &Setup, id: u32, columns: &mut MutOf<'_, Self>, row: usize) {
        columns.x[row] = (id % 10) as f32 + 0.5;
        columns.y[row] = (id / 10) as f32 + 0.5;
        columns.mark[row] = 0;
    }

    fn record(&self, columns: &RefOf<'_, Self>, row: usize) -> Place {
        Place(columns.x[row], columns.y[row])
    }

    fn load<S: Isa>(&self, _columns: &RefOf<'_, Self>, _at: usize) -> ((), F32x8<S>) {
        ((), F32x8::ZERO)
    }

    fn pair<S: Isa>(&self, _tile: &(), _other: &Place, _pair: &Pair<S>, _sum: &mut F32x8<S>) {}

    fn finish<S: Isa>(
        &self,
        _at: usize,
        _count: usize,
        _tile: &(),
        _sum: &F32x8<S>,
        _columns: &RefOf<'_, Self>,
        _scratch: &mut ScratchOf<'_, Self>,
        _context: &mut Context<'_, Self>,
    ) {
    }

    fn update<S: Isa>(&self, columns: &mut MutOf<'_, Self>, rows: Range<usize>, tick: &Tick) {
        for row in rows {
            if self.flaw && columns.id[row] == FLAW_ID && tick.number + 1 >= FLAW_TICK {
                columns.mark[row] = row as u32;
            }
        }
    }
}

const SCENARIO: &str =
    "model = 'flawed'\nentities = 100\ndt = 0.1\nticks = 8\n[world]\nwidth = 10\nheight = 10\n";

/// What `verify` finds if the reference has one region and the other has two, one above the other.
fn finding(flaw: u32, restored: bool) -> Option<String> {
    let registry = Registry::new().with::<Flawed>();
    let change = ScenarioArgs { set: vec![format!("params.flaw={flaw}")], ..Default::default() };
    let scenario = Scenario::parse(&registry, "s", Path::new("."), SCENARIO, &change).unwrap();
    let check = Check { scenario: &scenario, ticks: 8, quiet: true };
    let reference = check.reference().unwrap();
    let cut = Cut::Grid { rows: 2, cols: 1 };
    let case = Case { workers: 2, cut, rebalance: false, restored, set: isa::chosen() };
    check.first_difference(&case, &reference).unwrap()
}

#[test]
fn the_first_tick_entity_and_column_that_differ_are_named() {
    // In one region 90 entities come before this one; the lower of two has 40 of them.
    let wanted = "differs from tick 4 on: entity 90, column `mark` is 50 (bits 00000032), in the \
                  reference 90 (0000005a)";
    assert_eq!(finding(1, false).as_deref(), Some(wanted));
    // The snapshot is of tick 4, so everything before the flaw is from the reference.
    let restored = finding(1, true).unwrap();
    assert!(
        restored.contains("differs from tick 5 on: entity 90, column `mark` is 50"),
        "{restored}"
    );
}

#[test]
fn a_model_without_a_flaw_is_the_same_under_every_cut() {
    assert_eq!(finding(0, false), None);
    assert_eq!(finding(0, true), None);
}
