//! What a rank's simulation is made from: settings by name, as the interface has them.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use flockwork_kernel::{Edge, World};
use flockwork_scheduler::{Arithmetic, Cut, Model, Params, Partition, Setup, SimulationError};

/// What a simulation is made from.
#[derive(Clone, Debug)]
pub struct Config {
    population: f64,
    seed: [f64; 2],
    dt: f64,
    width: f64,
    height: f64,
    edge: f64,
    /// This rank, and how many there are.
    pub rank: u32,
    /// How many ranks there are.
    pub ranks: u32,
    regions: f64,
    cut: [f64; 2],
    rebalance: bool,
    pub(crate) arithmetic: Arithmetic,
    /// The model's number, and whether a snapshot may have other parameters.
    pub(crate) model: u32,
    pub(crate) other_params: bool,
    params: Vec<(String, f64)>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            population: 0.0,
            seed: [1.0, 0.0],
            dt: 0.0,
            width: 0.0,
            height: 0.0,
            edge: 0.0,
            rank: 0,
            ranks: 1,
            regions: 0.0,
            cut: [0.0; 2],
            rebalance: true,
            arithmetic: Arithmetic::Same,
            model: 0,
            other_params: false,
            params: Vec::new(),
        }
    }
}

/// The most ranks.
pub const MAX_RANKS: u32 = 16;

/// Regions of each rank where nothing is said.
const REGIONS_PER_RANK: u32 = 2;

impl Config {
    /// Sets one value by name; false if there is none of this name.
    pub fn set(&mut self, name: &str, value: f64) -> bool {
        match name {
            "entities" => self.population = value,
            "seed_low" => self.seed[0] = value,
            "seed_high" => self.seed[1] = value,
            "dt" => self.dt = value,
            "width" => self.width = value,
            "height" => self.height = value,
            "edge" => self.edge = value,
            "rank" => self.rank = value as u32,
            "ranks" => self.ranks = value as u32,
            "regions" => self.regions = value,
            "regions_rows" => self.cut[0] = value,
            "regions_cols" => self.cut[1] = value,
            "rebalance" => self.rebalance = value != 0.0,
            "model" => self.model = value as u32,
            "other_params" => self.other_params = value != 0.0,
            "other_arithmetic" => {
                self.arithmetic = if value == 0.0 { Arithmetic::Same } else { Arithmetic::Any };
            }
            _ => match name.strip_prefix("params.") {
                Some(param) => self.params.push((param.into(), value)),
                None => return false,
            },
        }
        true
    }

    pub(crate) fn params_of<M: Model>(&self) -> Result<M::Params, SimulationError> {
        let mut params = M::Params::default();
        for (name, value) in &self.params {
            params.set(name, *value)?;
        }
        Ok(params)
    }

    pub(crate) fn setup(&self) -> Result<Setup, SimulationError> {
        let refuse = |problem: String| SimulationError::Initial(problem);
        let edge = Edge::from_code(self.edge as u32)
            .ok_or_else(|| refuse(format!("edge is {}: it must be from 0 to 2", self.edge)))?;
        let world = World::new(self.width as f32, self.height as f32, edge)
            .map_err(|error| refuse(format!("world: {error}")))?;
        if !(self.population >= 0.0 && self.population <= f64::from(u32::MAX)) {
            return Err(SimulationError::Population { given: self.population as u64 });
        }
        Ok(Setup {
            world,
            population: self.population as u32,
            seed: (self.seed[1] as u64) << 32 | (self.seed[0] as u64 & 0xffff_ffff),
            dt: self.dt as f32,
        })
    }

    pub(crate) fn partition(&self) -> Result<Partition, SimulationError> {
        if self.ranks == 0 || self.ranks > MAX_RANKS || self.rank >= self.ranks {
            return Err(SimulationError::Initial(format!(
                "worker {} of {}: there must be from 1 to {MAX_RANKS}",
                self.rank, self.ranks
            )));
        }
        let cut = if self.cut[0] > 0.0 || self.cut[1] > 0.0 {
            Cut::Grid { rows: self.cut[0] as u32, cols: self.cut[1] as u32 }
        } else if self.regions > 0.0 {
            Cut::Parts(self.regions as u32)
        } else {
            Cut::Parts(if self.ranks == 1 { 1 } else { self.ranks * REGIONS_PER_RANK })
        };
        let count = cut.count().unwrap_or(u32::MAX);
        if count < self.ranks {
            return Err(SimulationError::Initial(format!(
                "regions is {count}: there must be at least one for each of the {} workers",
                self.ranks
            )));
        }
        let partition = Partition::new(cut);
        Ok(Partition { rebalance: partition.rebalance.filter(|_| self.rebalance), ..partition })
    }
}
