//! `--fields`: what is in the cells of fields at chosen ticks, as a table in CSV or Parquet.
//!
//! The columns are `tick`, `field`, the middle of a cell along each axis, and `amount`: a row for each cell that is
//! not empty. Of several processes the first one writes.

#[cfg(feature = "parquet")]
mod table;

use std::fmt::Write as _;

use flockwork_kernel::World;
use flockwork_kernel::lattice::Lattice;
use flockwork_scheduler::FieldNow;
use flockwork_scheduler_native::AnySimulation;

use crate::failure::Failure;
use crate::lines::Lines;
use crate::output::{Ready, Target};
use crate::report::Report;
use crate::series::Ticks;
#[cfg(feature = "parquet")]
use crate::series::is_parquet;
use crate::together::together;
use crate::watch::Watcher;
#[cfg(feature = "parquet")]
use table::Table;

/// A cell that is not empty.
pub(crate) struct Cell<'a> {
    tick: u64,
    field: &'a str,
    /// Its middle along each axis of the world.
    middle: &'a [f64],
    amount: f32,
}

/// A table of cells in the making.
pub(crate) struct Cells<'a> {
    file: File<'a>,
    ticks: Ticks,
}

/// Where it goes.
enum File<'a> {
    Csv(Lines<'a>),
    #[cfg(feature = "parquet")]
    Parquet(Box<Table<'a>>),
}

impl<'a> Cells<'a> {
    /// Begins the table of these ticks; Parquet must be a part of this build.
    pub(crate) fn begin(target: &'a Target, ticks: Ticks, world: &World) -> Result<Self, Failure> {
        let axes = &World::COORDINATES[..world.axes().len()];
        #[cfg(feature = "parquet")]
        if is_parquet(target) {
            return Ok(Self { file: File::Parquet(Box::new(Table::begin(target, axes)?)), ticks });
        }
        let head = format!("tick,field,{},amount\n", axes.join(","));
        Ok(Self { file: File::Csv(Lines::begin(target, head)?), ticks })
    }

    fn write(&mut self, tick: u64, world: &World, fields: &[FieldNow]) -> Result<(), Failure> {
        for FieldNow { name: field, cells, amounts } in fields {
            let lattice = Lattice::of(world, cells).map_err(Failure::run)?;
            let full = amounts.iter().enumerate().filter(|(_, amount)| **amount > 0.0);
            for (number, &amount) in full {
                let cell = lattice.cell_of(number);
                let middle = [0, 1, 2]
                    .map(|axis| world.origin()[axis] + f64::from(lattice.middle(axis, cell[axis])));
                let middle = &middle[..world.axes().len()];
                self.file.add(&Cell { tick, field, middle, amount })?;
            }
        }
        Ok(())
    }
}

impl<'a> File<'a> {
    fn add(&mut self, cell: &Cell<'_>) -> Result<(), Failure> {
        match self {
            #[cfg(feature = "parquet")]
            Self::Parquet(table) => table.add(cell),
            Self::Csv(lines) => lines.add(|text| {
                let Cell { tick, field, middle, amount } = cell;
                let _ = write!(text, "{tick},{field}");
                for along in *middle {
                    let _ = write!(text, ",{along}");
                }
                let _ = writeln!(text, ",{amount}");
            }),
        }
    }

    /// Ends the file: all of it is on the disk, but not yet in its place.
    fn finish(self) -> Result<Ready<'a>, Failure> {
        match self {
            #[cfg(feature = "parquet")]
            Self::Parquet(table) => table.finish(),
            Self::Csv(lines) => lines.finish(),
        }
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
        self.file.finish().map(Some)
    }
}
