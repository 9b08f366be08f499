//! One rank's simulation, whatever its model, and what it shows.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use flockwork_kernel::columns::{Column, Columns, Reach, Scalar, find, packed_len};
use flockwork_kernel::{Edge, World};
use flockwork_scheduler::{
    Arithmetic, Counters, Cut, Model, Observation, ParamError, Params, Partition, Place, Progress,
    Setup, Simulation, SimulationError, SnapshotError, snapshot,
};

use crate::board::BoardPort;
use crate::boxes::Boxes;
use crate::describe::describe;
use crate::ranks::{Carrier, Kind, Ranks};

/// Packets over a board, or in boxes.
#[derive(Debug)]
pub enum Mail {
    /// In shared memory.
    Board(BoardPort<'static>),
    /// Moved by the host.
    Boxes(Boxes),
}

macro_rules! either {
    ($self:ident, $mail:ident => $call:expr) => {
        match $self {
            Mail::Board($mail) => $call,
            Mail::Boxes($mail) => $call,
        }
    };
}

impl Carrier for Mail {
    fn send(&mut self, to: u32, kind: Kind, packet: &mut Vec<u8>, migrants: bool) {
        either!(self, mail => mail.send(to, kind, packet, migrants));
    }

    fn received(&self, from: u32, kind: Kind) -> u32 {
        either!(self, mail => mail.received(from, kind))
    }

    fn read(&self, from: u32, kind: Kind, number: u32, each: &mut dyn FnMut(&[u8])) {
        either!(self, mail => mail.read(from, kind, number, each));
    }

    fn drop_oldest(&mut self, from: u32, kind: Kind) {
        either!(self, mail => mail.drop_oldest(from, kind));
    }

    fn epoch(&self) -> u32 {
        either!(self, mail => mail.epoch())
    }

    fn wait(&mut self, epoch: u32) -> Result<bool, SimulationError> {
        either!(self, mail => mail.wait(epoch))
    }

    fn memory_bytes(&self) -> usize {
        either!(self, mail => mail.memory_bytes())
    }
}

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
    arithmetic: Arithmetic,
    /// The model's number, and whether a snapshot may have other parameters.
    model: u32,
    other_params: bool,
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

    fn params_of<M: Model>(&self) -> Result<M::Params, SimulationError> {
        let mut params = M::Params::default();
        for (name, value) in &self.params {
            params.set(name, *value)?;
        }
        Ok(params)
    }

    fn setup(&self) -> Result<Setup, SimulationError> {
        let refuse = |problem: String| SimulationError::Initial(problem);
        let edge = [Edge::Torus, Edge::Walls, Edge::Open]
            .get(self.edge as usize)
            .copied()
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

    fn partition(&self) -> Result<Partition, SimulationError> {
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

/// A rank's simulation, or why it cannot be.
type Built = Result<Box<dyn AnyWorld>, SimulationError>;

/// A model that can be chosen by number.
#[derive(Clone, Copy)]
pub struct ModelKind {
    describe: fn(&mut String),
    build: fn(&Config, Mail) -> Built,
    restore: fn(&[u8], &Config, Mail) -> Built,
}

impl ModelKind {
    /// The kind of a model.
    pub const fn of<M: Model>() -> Self {
        Self { describe: describe::<M>, build: build::<M>, restore: restore::<M> }
    }
}

/// All models of a module.
#[derive(Clone, Copy)]
pub struct Kinds(pub &'static [ModelKind]);

impl Kinds {
    /// All models as a JSON list.
    pub fn describe(&self) -> String {
        let mut out = String::from("[");
        for (index, kind) in self.0.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            (kind.describe)(&mut out);
        }
        out.push(']');
        out
    }

    /// Makes a rank's simulation.
    ///
    /// # Errors
    ///
    /// [`SimulationError`] that says which setting is not acceptable.
    pub fn build(&self, config: &Config, mail: Mail) -> Result<Box<dyn AnyWorld>, SimulationError> {
        (self.kind(config.model)?.build)(config, mail)
    }

    /// Makes a rank's simulation from a snapshot of the run that the settings say.
    ///
    /// # Errors
    ///
    /// [`SimulationError`] if the snapshot cannot be read, or is of another run.
    pub fn restore(
        &self,
        snapshot: &[u8],
        config: &Config,
        mail: Mail,
    ) -> Result<Box<dyn AnyWorld>, SimulationError> {
        (self.kind(config.model)?.restore)(snapshot, config, mail)
    }

    fn kind(&self, model: u32) -> Result<&'static ModelKind, SimulationError> {
        let refuse = || SimulationError::Initial(format!("there is no model number {model}"));
        self.0.get(model as usize).ok_or_else(refuse)
    }
}

/// One rank's simulation of any model.
pub trait AnyWorld {
    /// Goes on with what was begun.
    ///
    /// # Errors
    ///
    /// As [`Simulation::poll`].
    fn poll(&mut self) -> Result<Progress, SimulationError>;
    /// Begins a tick.
    fn begin(&mut self);
    /// Begins an observation.
    fn begin_observation(&mut self);
    /// What the last one saw; None before the first.
    fn observation(&self) -> Option<Observation>;
    /// Ticks done.
    fn tick(&self) -> u64;
    /// Entities in the whole world.
    fn population(&self) -> u64;
    /// One statistic of the last observation; NaN if there is none.
    ///
    /// # Errors
    ///
    /// As [`Simulation::report`].
    fn stat(&self, index: usize) -> Result<f64, SimulationError>;
    /// Prepares a parameter.
    ///
    /// # Errors
    ///
    /// [`ParamError`].
    fn prepare(&mut self, name: &str, value: f64) -> Result<(), ParamError>;
    /// Begins to use the parameters that were prepared.
    ///
    /// # Errors
    ///
    /// As [`Simulation::set_params`].
    fn set_params(&mut self) -> Result<(), SimulationError>;
    /// The value of a parameter; NaN if there is none.
    fn param(&self, index: usize) -> f64;
    /// What the run began with.
    fn setup(&self) -> Setup;
    /// The interaction radius.
    fn radius(&self) -> f32;
    /// The name of the model.
    fn name(&self) -> &'static str;
    /// The regions of the world.
    fn regions(&self) -> usize;
    /// What this rank's domains have done.
    fn counters(&self) -> Counters;
    /// The number of ghosts here.
    ///
    /// # Errors
    ///
    /// As [`Simulation::domains`].
    fn ghosts(&self) -> Result<usize, SimulationError>;
    /// How often the world was cut anew, and how uneven it is.
    fn balance(&self) -> (u64, f64);
    /// Entities owned here, and before.
    ///
    /// # Errors
    ///
    /// As [`Simulation::domains`].
    fn owned(&self) -> Result<(u64, u64), SimulationError>;
    /// This rank's part of a snapshot.
    ///
    /// # Errors
    ///
    /// As [`Simulation::domains`].
    fn snapshot(&self) -> Result<Vec<u8>, SimulationError>;
    /// The packed row of an entity that is here.
    ///
    /// # Errors
    ///
    /// As [`Simulation::domains`].
    fn entity(&self, id: u32) -> Result<Option<Vec<u8>>, SimulationError>;
    /// Writes a stream of this rank's entities, from its first place on; gives how many.
    ///
    /// # Errors
    ///
    /// As [`Simulation::domains`].
    fn publish(
        &self,
        stream: Stream,
        color: &Color,
        target: &mut [u8],
    ) -> Result<u32, SimulationError>;
    /// Where its work is; after a trap, where that happened.
    fn doing(&self) -> Option<Place>;
    /// The mail.
    fn mail(&mut self) -> &mut Mail;
}

/// Something of every entity that can be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// x, y, 0 as `f32`.
    Position,
    /// Red, green, blue, alpha as `u8`.
    Color,
    /// 1 as `u8`.
    Alive,
    /// Identity as `u32`.
    Id,
    /// A column of the schema.
    Column(usize),
}

impl Stream {
    /// The stream of a number of the interface.
    pub fn of(number: u32) -> Option<Self> {
        Some(match number {
            0 => Self::Position,
            1 => Self::Color,
            2 => Self::Alive,
            3 => Self::Id,
            4..16 => return None,
            column => Self::Column(column as usize - 16),
        })
    }
}

/// What colours show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Color {
    /// A column, or one of the constants.
    pub column: u32,
    /// Which of its scalars.
    pub component: u32,
    /// What the lowest colour stands for.
    pub low: f32,
    /// What the highest colour stands for.
    pub high: f32,
}

impl Color {
    /// Colours by speed.
    pub const SPEED: u32 = 1000;
    /// Colours by direction.
    pub const HEADING: u32 = 1001;
    /// All the same.
    pub const NONE: u32 = 1002;
}

struct Native<M: Model> {
    simulation: Simulation<M, Ranks<Mail>>,
    prepared: M::Params,
}

fn build<M: Model>(config: &Config, mail: Mail) -> Result<Box<dyn AnyWorld>, SimulationError> {
    let (setup, params) = (config.setup()?, config.params_of::<M>()?);
    let ranks = Ranks::new(config.rank, config.ranks, mail);
    let simulation = Simulation::<M, _>::new(setup, params, config.partition()?, ranks, None)?;
    Ok(Box::new(Native { simulation, prepared: params }))
}

fn restore<M: Model>(
    snapshot: &[u8],
    config: &Config,
    mail: Mail,
) -> Result<Box<dyn AnyWorld>, SimulationError> {
    let header = snapshot::header(snapshot)?;
    let mut differences = header.differences::<M>(&config.setup()?, &config.params_of::<M>()?);
    if config.other_params {
        differences.retain(|one| !one.name.starts_with("params."));
    }
    if !differences.is_empty() {
        return Err(SnapshotError::OtherRun { differences }.into());
    }
    let ranks = Ranks::new(config.rank, config.ranks, mail);
    let simulation =
        Simulation::<M, _>::restore(snapshot, config.arithmetic, config.partition()?, ranks)?;
    let prepared = *simulation.params();
    Ok(Box::new(Native { simulation, prepared }))
}

impl<M: Model> AnyWorld for Native<M> {
    fn poll(&mut self) -> Result<Progress, SimulationError> {
        self.simulation.poll()
    }

    fn begin(&mut self) {
        self.simulation.begin();
    }

    fn begin_observation(&mut self) {
        self.simulation.begin_observation();
    }

    fn observation(&self) -> Option<Observation> {
        self.simulation.observation()
    }

    fn tick(&self) -> u64 {
        self.simulation.tick()
    }

    fn population(&self) -> u64 {
        self.simulation.population()
    }

    fn stat(&self, index: usize) -> Result<f64, SimulationError> {
        Ok(self.simulation.report()?.get(index).copied().unwrap_or(f64::NAN))
    }

    fn prepare(&mut self, name: &str, value: f64) -> Result<(), ParamError> {
        self.prepared.set(name, value)
    }

    fn set_params(&mut self) -> Result<(), SimulationError> {
        let result = self.simulation.set_params(self.prepared);
        self.prepared = *self.simulation.params();
        result
    }

    fn param(&self, index: usize) -> f64 {
        self.simulation.params().get(index).unwrap_or(f64::NAN)
    }

    fn setup(&self) -> Setup {
        *self.simulation.setup()
    }

    fn radius(&self) -> f32 {
        self.simulation.grid().radius()
    }

    fn name(&self) -> &'static str {
        M::NAME
    }

    fn regions(&self) -> usize {
        self.simulation.regions().len()
    }

    fn counters(&self) -> Counters {
        self.simulation.counters()
    }

    fn ghosts(&self) -> Result<usize, SimulationError> {
        Ok(self.simulation.domains()?.iter().map(flockwork_scheduler::Domain::ghost_count).sum())
    }

    fn balance(&self) -> (u64, f64) {
        (self.simulation.rebalances(), self.simulation.imbalance())
    }

    fn owned(&self) -> Result<(u64, u64), SimulationError> {
        let domains = self.simulation.domains()?.iter();
        Ok((domains.map(|domain| domain.census().owned).sum(), self.simulation.owned_before()))
    }

    fn snapshot(&self) -> Result<Vec<u8>, SimulationError> {
        self.simulation.snapshot()
    }

    fn entity(&self, id: u32) -> Result<Option<Vec<u8>>, SimulationError> {
        let mut found = None;
        self.simulation.visit(|one, columns, row| {
            if one == id {
                let mut packed = alloc::vec![0; packed_len(M::Columns::SCHEMA, Reach::Owned)];
                M::Columns::pack(columns, row, Reach::Owned, &mut packed);
                found = Some(packed);
            }
        })?;
        Ok(found)
    }

    fn publish(
        &self,
        stream: Stream,
        color: &Color,
        target: &mut [u8],
    ) -> Result<u32, SimulationError> {
        let schema = M::Columns::SCHEMA;
        let stride = stream.stride(schema);
        let mut places = target.chunks_exact_mut(stride.max(1));
        let mut written = 0;
        for domain in self.simulation.domains()? {
            let column = |index| domain.column_bytes(index);
            let painter = Painter::new(schema, color, &column);
            let source = match stream {
                Stream::Column(index) => column(index),
                _ => column(0),
            };
            let (x, y) = (
                find::<f32>(schema, "x").map_or(&[][..], column),
                find::<f32>(schema, "y").map_or(&[][..], column),
            );
            for row in domain.rows() {
                let Some(place) = places.next() else { return Ok(written) };
                match stream {
                    Stream::Position => {
                        place[..4].copy_from_slice(&x[4 * row..4 * row + 4]);
                        place[4..8].copy_from_slice(&y[4 * row..4 * row + 4]);
                        place[8..].fill(0);
                    }
                    Stream::Color => place.copy_from_slice(&painter.paint(row)),
                    Stream::Alive => place.fill(1),
                    Stream::Id | Stream::Column(_) => {
                        place.copy_from_slice(&source[stride * row..stride * (row + 1)]);
                    }
                }
                written += 1;
            }
        }
        Ok(written)
    }

    fn doing(&self) -> Option<Place> {
        self.simulation.doing()
    }

    fn mail(&mut self) -> &mut Mail {
        self.simulation.executor_mut().carrier_mut()
    }
}

impl Stream {
    fn stride(self, schema: &[Column]) -> usize {
        match self {
            Self::Position => 12,
            Self::Color | Self::Id => 4,
            Self::Alive => 1,
            Self::Column(index) => schema.get(index).map_or(0, Column::stride),
        }
    }
}

/// Gives entities of one domain their colours.
enum Painter<'a> {
    Plain,
    Class { bytes: &'a [u8], stride: usize, at: usize, scalar: Scalar },
    Scale { bytes: &'a [u8], stride: usize, at: usize, low: f32, share: f32 },
    Speed { x: &'a [u8], y: &'a [u8], low: f32, share: f32 },
    Heading { x: &'a [u8], y: &'a [u8] },
}

impl<'a> Painter<'a> {
    fn new(schema: &[Column], color: &Color, column: &impl Fn(usize) -> &'a [u8]) -> Self {
        let (low, width) = (color.low, color.high - color.low);
        let share = if width != 0.0 { 1.0 / width } else { 0.0 };
        let vector = || {
            [("vx", "vy"), ("ux", "uy")].into_iter().find_map(|(x, y)| {
                Some((column(find::<f32>(schema, x)?), column(find::<f32>(schema, y)?)))
            })
        };
        match (color.column, vector()) {
            (Color::SPEED, Some((x, y))) => Self::Speed { x, y, low, share },
            (Color::HEADING, Some((x, y))) => Self::Heading { x, y },
            (index, _) => {
                let Some(described) = schema.get(index as usize) else { return Self::Plain };
                let scalar = described.scalar;
                let at = color.component.min(described.components - 1) as usize * scalar.size();
                let (bytes, stride) = (column(index as usize), described.stride());
                if scalar == Scalar::F32 {
                    Self::Scale { bytes, stride, at, low, share }
                } else {
                    Self::Class { bytes, stride, at, scalar }
                }
            }
        }
    }

    fn paint(&self, row: usize) -> [u8; 4] {
        match *self {
            Self::Plain => CLASSES[0],
            Self::Class { bytes, stride, at, scalar } => {
                let one = &bytes[stride * row + at..][..scalar.size()];
                let value = one.iter().rev().fold(0u32, |sum, byte| sum << 8 | u32::from(*byte));
                CLASSES[value as usize % CLASSES.len()]
            }
            Self::Scale { bytes, stride, at, low, share } => {
                scale((float(bytes, stride * row + at) - low) * share)
            }
            Self::Speed { x, y, low, share } => {
                let (x, y) = (float(x, 4 * row), float(y, 4 * row));
                scale((flockwork_kernel::math::scalar::length(x, y) - low) * share)
            }
            Self::Heading { x, y } => wheel(float(x, 4 * row), float(y, 4 * row)),
        }
    }
}

fn float(bytes: &[u8], at: usize) -> f32 {
    bytes
        .get(at..)
        .and_then(|rest| rest.first_chunk())
        .map_or(0.0, |four| f32::from_le_bytes(*four))
}

/// Colours of classes, such as tribes: told apart by people who see red and green alike.
const CLASSES: [[u8; 4]; 8] = [
    [86, 180, 233, 255],
    [240, 128, 48, 255],
    [0, 190, 140, 255],
    [235, 110, 190, 255],
    [240, 228, 66, 255],
    [150, 130, 240, 255],
    [220, 220, 230, 255],
    [200, 80, 60, 255],
];

/// Colours from dark to bright for values from 0 to 1.
const SCALE: [[f32; 3]; 6] = [
    [96.0, 78.0, 172.0],
    [66.0, 90.0, 190.0],
    [30.0, 160.0, 180.0],
    [90.0, 205.0, 110.0],
    [235.0, 215.0, 70.0],
    [255.0, 250.0, 225.0],
];

fn scale(value: f32) -> [u8; 4] {
    let last = SCALE.len() - 1;
    let value = if value > 0.0 { value } else { 0.0 };
    let place = if value < 1.0 { value } else { 1.0 } * last as f32;
    let index = (place as usize).min(last - 1);
    let part = place - index as f32;
    let mix =
        |at: usize| (SCALE[index][at] + (SCALE[index + 1][at] - SCALE[index][at]) * part) as u8;
    [mix(0), mix(1), mix(2), 255]
}

/// A colour for each direction, going once around.
fn wheel(x: f32, y: f32) -> [u8; 4] {
    let length = flockwork_kernel::math::scalar::length(x, y);
    if length == 0.0 {
        return CLASSES[6];
    }
    let (cos, sin) = (x / length, y / length);
    // Three cosines, a third of a turn apart.
    let channel = |part: f32| (150.0 + 105.0 * part) as u8;
    [
        channel(cos),
        channel(-0.5 * cos + 0.866_025_4 * sin),
        channel(-0.5 * cos - 0.866_025_4 * sin),
        255,
    ]
}
