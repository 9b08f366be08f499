//! `--fields`: what is in the cells of fields at chosen ticks, as a table in CSV.
//!
//! The columns are `tick`, `field`, the middle of a cell along each axis, and `amount`: a line for each cell that is
//! not empty. Of several processes the first one writes.

use std::fmt::Write as _;
use std::io::Write as _;

use flockwork_kernel::World;
use flockwork_kernel::lattice::Lattice;
use flockwork_scheduler::FieldNow;
use flockwork_scheduler_native::AnySimulation;

use crate::failure::Failure;
use crate::output::{Draft, Ready, Target};
use crate::report::Report;
use crate::series::Ticks;
use crate::together::together;
use crate::watch::Watcher;

/// So much text is kept before it goes to the disk, in bytes.
const KEPT: usize = 1 << 16;

/// A table of cells in the making.
pub(crate) struct Cells<'a> {
    draft: Draft<'a>,
    target: &'a Target,
    ticks: Ticks,
}

impl<'a> Cells<'a> {
    /// Begins the table of these ticks.
    pub(crate) fn begin(target: &'a Target, ticks: Ticks, world: &World) -> Result<Self, Failure> {
        let mut cells = Self { draft: target.draft()?, target, ticks };
        let places = World::COORDINATES[..world.axes().len()].join(",");
        cells.put(&format!("tick,field,{places},amount\n"))?;
        Ok(cells)
    }

    fn put(&mut self, text: &str) -> Result<(), Failure> {
        self.draft.write_all(text.as_bytes()).map_err(|error| self.target.failed(&error))
    }

    fn write(&mut self, tick: u64, world: &World, fields: &[FieldNow]) -> Result<(), Failure> {
        let mut text = String::new();
        for field in fields {
            let lattice = Lattice::of(world, &field.cells).map_err(Failure::run)?;
            let amounts = field.amounts.iter().enumerate();
            for (number, amount) in amounts.filter(|(_, amount)| **amount > 0.0) {
                let _ = write!(text, "{tick},{}", field.name);
                let cell = lattice.cell_of(number).into_iter().enumerate();
                for (axis, line) in cell.take(world.axes().len()) {
                    let middle = f64::from(lattice.middle(axis, line));
                    let _ = write!(text, ",{}", world.origin()[axis] + middle);
                }
                let _ = writeln!(text, ",{amount}");
                if text.len() >= KEPT {
                    self.put(&text)?;
                    text.clear();
                }
            }
        }
        self.put(&text)
    }
}

impl<'a> Watcher<'a> for Cells<'a> {
    fn ticks_left(&self, tick: u64) -> u64 {
        self.ticks.left(tick)
    }

    fn look(&mut self, simulation: &mut dyn AnySimulation) -> Result<(), Failure> {
        let tick = simulation.tick();
        if !self.ticks.has(tick) {
            return Ok(());
        }
        let fields = simulation.fields()?;
        let own = self.write(tick, &simulation.setup().world, &fields);
        together(simulation, own, "another rank could not write the fields", || {})
    }

    fn finish(self: Box<Self>, _: &Report) -> Result<Option<Ready<'a>>, Failure> {
        self.draft.finish().map(Some)
    }
}
