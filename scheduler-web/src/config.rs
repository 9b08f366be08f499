//! What a rank's simulation is made from: settings and columns by name, as the interface has them.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use flockwork_kernel::{Axis, Edge, Precision, World};
use flockwork_scheduler::registry;
use flockwork_scheduler::{
    Arithmetic, Cut, Given, Setting, Setup, SimulationError, Sown, Start, Table, TableColumn,
    narrow,
};

use crate::backend::Options;

/// What a simulation is made from.
#[derive(Clone, Debug)]
pub struct Config {
    population: f64,
    seed: [f64; 2],
    dt: f64,
    /// The length of each axis; 0 for one that there is not.
    lengths: [f64; World::MOST_AXES],
    /// The number of its edge.
    edges: [f64; World::MOST_AXES],
    precision: f64,
    origin: [f64; World::MOST_AXES],
    regions: f64,
    /// Regions along x, y and z.
    cut: [f64; World::MOST_AXES],
    params: Vec<Given>,
    /// Columns of the entities at tick 0.
    columns: Vec<TableColumn>,
    /// How fields begin, by name.
    fields: Vec<(String, Sown)>,
    /// Which rank it is, and how it is run; without the cut.
    pub options: Options,
    pub(crate) arithmetic: Arithmetic,
    /// The model's number, and whether a snapshot may have other parameters.
    pub(crate) model: u32,
    pub(crate) other_params: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            population: 0.0,
            seed: [1.0, 0.0],
            dt: 0.0,
            lengths: [0.0; World::MOST_AXES],
            edges: [0.0; World::MOST_AXES],
            precision: 0.0,
            origin: [0.0; World::MOST_AXES],
            regions: 0.0,
            cut: [0.0; World::MOST_AXES],
            params: Vec::new(),
            columns: Vec::new(),
            fields: Vec::new(),
            options: Options::default(),
            arithmetic: Arithmetic::Same,
            model: 0,
            other_params: false,
        }
    }
}

impl Config {
    /// Sets one value by name; false if there is none of this name.
    pub fn set(&mut self, name: &str, value: f64) -> bool {
        match name {
            "entities" => self.population = value,
            "seed_low" => self.seed[0] = value,
            "seed_high" => self.seed[1] = value,
            "dt" => self.dt = value,
            "width" => self.lengths[0] = value,
            "height" => self.lengths[1] = value,
            "depth" => self.lengths[2] = value,
            "edge_x" => self.edges[0] = value,
            "edge_y" => self.edges[1] = value,
            "edge_z" => self.edges[2] = value,
            "precision" => self.precision = value,
            "origin_x" => self.origin[0] = value,
            "origin_y" => self.origin[1] = value,
            "origin_z" => self.origin[2] = value,
            "rank" => self.options.rank = value as u32,
            "ranks" => self.options.ranks = value as u32,
            "regions" => self.regions = value,
            "regions_cols" => self.cut[0] = value,
            "regions_rows" => self.cut[1] = value,
            "regions_layers" => self.cut[2] = value,
            "rebalance" => self.options.rebalance = value != 0.0,
            "model" => self.model = value as u32,
            "other_params" => self.other_params = value != 0.0,
            "other_arithmetic" => {
                self.arithmetic = if value == 0.0 { Arithmetic::Same } else { Arithmetic::Any };
            }
            _ => return self.set_field(name, value) || self.set_param(name, value.into()),
        }
        true
    }

    /// Sets a parameter, whose name begins with `params.`; false if it does not.
    pub fn set_param(&mut self, name: &str, value: Setting) -> bool {
        let param = name.strip_prefix("params.");
        self.params.extend(param.map(|param| (param.into(), value)));
        param.is_some()
    }

    /// Sets how a field begins: `fields.NAME.cols`, `rows` and `layers` are its cells along each axis, `start` what is
    /// in each, `least` and `most` what is drawn for each; false if it is none of these.
    fn set_field(&mut self, name: &str, value: f64) -> bool {
        let Some((field, key)) =
            name.strip_prefix("fields.").and_then(|name| name.rsplit_once('.'))
        else {
            return false;
        };
        let sown = self.sown(field);
        let amount = value as f32;
        if let Some(axis) = ["cols", "rows", "layers"].iter().position(|one| *one == key) {
            let cells = sown.cells.get_or_insert_default();
            cells.resize(cells.len().max(axis + 1), 0);
            cells[axis] = value as u32;
            return true;
        }
        match key {
            "start" => sown.start = Some(Start::Amount(amount)),
            "least" => sown.start = Some(Start::Noise { least: amount, most: amount }),
            "most" => match &mut sown.start {
                Some(Start::Noise { most, .. }) => *most = amount,
                _ => sown.start = Some(Start::Noise { least: 0.0, most: amount }),
            },
            _ => return false,
        }
        true
    }

    /// How the field of this name begins.
    fn sown(&mut self, name: &str) -> &mut Sown {
        let at = self.fields.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            self.fields.push((name.into(), Sown::default()));
            self.fields.len() - 1
        });
        &mut self.fields[at].1
    }

    /// What is in the cells of a field at first, as so many zeros to be written over; None if there is no memory
    /// for them.
    pub fn cells(&mut self, name: &str, count: usize) -> Option<&mut [f32]> {
        let mut values = Vec::new();
        values.try_reserve_exact(count).ok()?;
        values.resize(count, 0.0);
        match self.sown(name).start.insert(Start::Cells(values)) {
            Start::Cells(values) => Some(values),
            _ => None,
        }
    }

    /// Adds a column of the entities at tick 0, or one of its numbers, as so many zeros to be written
    /// over; None if there is no memory for them.
    pub fn column(&mut self, name: &str, component: u32, rows: usize) -> Option<&mut [f64]> {
        let mut values = Vec::new();
        values.try_reserve_exact(rows).ok()?;
        values.resize(rows, 0.0);
        self.columns.push(TableColumn { name: name.into(), component, values });
        self.columns.last_mut().map(|column| column.values.as_mut_slice())
    }

    /// The same, as the registry of models has it.
    ///
    /// # Errors
    ///
    /// [`SimulationError`] that says which setting is not acceptable.
    pub(crate) fn into_registry(self) -> Result<registry::Config<Options>, SimulationError> {
        let setup = self.setup()?;
        let options = Options { cut: self.cut(), ..self.options };
        let table = (!self.columns.is_empty()).then(|| Table {
            name: "the initial table".into(),
            rows: setup.population as usize,
            columns: self.columns,
            ..Table::default()
        });
        Ok(registry::Config {
            setup,
            params: self.params,
            table: table.map(Arc::new),
            fields: self.fields,
            options,
        })
    }

    fn setup(&self) -> Result<Setup, SimulationError> {
        let refuse = |problem: String| SimulationError::Initial(problem);
        let mut axes = [Axis::default(); World::MOST_AXES];
        for (place, axis) in axes.iter_mut().enumerate() {
            let (edge, name) = (self.edges[place], World::COORDINATES[place]);
            let edge = Edge::from_code(edge as u32)
                .ok_or_else(|| refuse(format!("edge_{name} is {edge}: it must be from 0 to 2")))?;
            let ((low, high), side) = (World::SIDE, World::SIDES[place]);
            let length = narrow(self.lengths[place]).map_err(|lost| {
                refuse(format!("world.{side} is {lost}: it must be from {low:e} to {high:e}"))
            })?;
            *axis = Axis { length, edge };
        }
        let count = if self.lengths[2] == 0.0 { 2 } else { World::MOST_AXES };
        let world = World::of(&axes[..count]).map_err(|error| refuse(format!("world: {error}")))?;
        let precision = Precision::from_code(self.precision as u32)
            .ok_or_else(|| refuse(format!("precision is {}: it must be 0 or 1", self.precision)))?;
        let world = world.with_precision(precision).with_origin(self.origin);
        let world = world.map_err(|error| refuse(error.to_string()))?;
        let dt = narrow(self.dt).map_err(|lost| {
            refuse(format!("dt is {lost}: it must be a finite number of at least 0"))
        })?;
        if !(self.population >= 0.0 && self.population <= f64::from(u32::MAX)) {
            return Err(SimulationError::Population { given: self.population as u64 });
        }
        Ok(Setup {
            world,
            population: self.population as u32,
            seed: (self.seed[1] as u64) << 32 | (self.seed[0] as u64 & 0xffff_ffff),
            dt,
        })
    }

    /// The cut that the settings say, if they do.
    fn cut(&self) -> Option<Cut> {
        let [cols, rows, layers] = self.cut.map(|parts| parts as u32);
        if cols > 0 || rows > 0 {
            return Some(Cut::Grid { cols, rows, layers: layers.max(1) });
        }
        (self.regions > 0.0).then_some(Cut::Parts(self.regions as u32))
    }
}
