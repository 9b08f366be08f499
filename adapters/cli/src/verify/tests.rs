//! A model that is flawed on purpose: what `verify` says about it must name its flaw.

use std::path::Path;

use flockwork_kernel::Vec2;
use flockwork_scheduler::{Around, ByRows, Never, ParamError, Rows, Setup};

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
            /// Position.
            position: vec(x, y),
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

/// Everybody stays in place; one entity comes to know the index of its first neighbour in its region's pass.
struct Flawed {
    flaw: bool,
}

impl Rows for Flawed {
    type Columns = thing::Columns;
    type Params = FlawedParams;
    type Stats = ();
    type Event = Never;
    type Child = Never;

    const NAME: &'static str = "flawed";
    const ABOUT: &'static str = "shows an index";

    fn new(params: FlawedParams, _setup: &Setup) -> Result<Self, ParamError> {
        Ok(Self { flaw: params.flaw == 1 })
    }

    fn radius(&self) -> f32 {
        1.5
    }

    fn spawn(&self, _setup: &Setup, id: u32) -> thing::Row {
        let position = Vec2::new((id % 10) as f32 + 0.5, (id / 10) as f32 + 0.5);
        thing::Row { position, ..Default::default() }
    }

    fn step(&self, me: &thing::Row, around: &mut Around<'_, '_, Self>) -> thing::Row {
        let mut next = *me;
        if self.flaw && me.id == FLAW_ID && around.tick.number + 1 >= FLAW_TICK {
            next.mark = around.neighbours().next().map_or(0, |neighbour| neighbour.index);
        }
        next
    }
}

const SCENARIO: &str =
    "model = 'flawed'\nentities = 100\ndt = 0.1\nticks = 8\n[world]\nwidth = 10\nheight = 10\n";

/// What `verify` finds if the reference has one region and the other has two, one above the other.
fn finding(flaw: u32, restored: bool) -> Option<String> {
    let registry = Registry::new().with::<ByRows<Flawed>>();
    let change = ScenarioArgs { set: vec![format!("params.flaw={flaw}")], ..Default::default() };
    let scenario = Scenario::parse(&registry, "s", Path::new("."), SCENARIO, &change).unwrap();
    let check = Check { scenario: &scenario, ticks: 8, quiet: true };
    let reference = check.reference().unwrap();
    let cut = Cut::Grid { cols: 1, rows: 2, layers: 1 };
    let case = Case { workers: 2, cut, rebalance: false, restored, set: isa::chosen() };
    check.first_difference(&case, &reference).unwrap()
}

#[test]
fn the_first_tick_entity_and_column_that_differ_are_named() {
    // The first neighbour has another index where the region, and the ghosts before it, are others.
    let wanted = "differs from tick 4 on: entity 90, column `mark` is 72 (bits 00000048), in the \
                  reference 142 (0000008e)";
    assert_eq!(finding(1, false).as_deref(), Some(wanted));
    // The snapshot is of tick 4, so everything before the flaw is from the reference.
    let restored = finding(1, true).unwrap();
    assert!(
        restored.contains("differs from tick 5 on: entity 90, column `mark` is 72"),
        "{restored}"
    );
}

#[test]
fn a_model_without_a_flaw_is_the_same_under_every_cut() {
    assert_eq!(finding(0, false), None);
    assert_eq!(finding(0, true), None);
}
