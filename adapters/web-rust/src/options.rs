//! What a crowd is made of, and how it shall run.

use js_sys::{Array, Float64Array, Object, Reflect, Uint8Array};
use wasm_bindgen::JsValue;

use crate::backend::Tier;

/// What happens at the ends of an axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Edge {
    /// It is closed to a ring.
    #[default]
    Periodic,
    /// Who comes to the end turns back.
    Wall,
    /// It has no ends.
    Open,
}

impl Edge {
    fn name(self) -> &'static str {
        match self {
            Self::Periodic => "periodic",
            Self::Wall => "wall",
            Self::Open => "open",
        }
    }
}

/// A value of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number.
    Number(f64),
    /// Several numbers.
    List(Vec<f64>),
    /// A text, or the name of a choice.
    Text(String),
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_string())
    }
}

impl From<&[f64]> for Value {
    fn from(value: &[f64]) -> Self {
        Self::List(value.to_vec())
    }
}

impl Value {
    fn to_js(&self) -> JsValue {
        match self {
            Self::Number(value) => (*value).into(),
            Self::Text(value) => value.into(),
            Self::List(values) => {
                values.iter().map(|value| JsValue::from(*value)).collect::<Array>().into()
            }
        }
    }
}

/// How a field begins; what is not said is as the model has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FieldStart {
    /// Cells along each axis; about one for each radius of the model if they are not given.
    pub cells: Option<Vec<u32>>,
    /// What they hold.
    pub amounts: Option<Amounts>,
}

/// What the cells of a field hold at tick 0.
#[derive(Clone, Debug, PartialEq)]
pub enum Amounts {
    /// All of them the same.
    Each(f64),
    /// A whole number of its own, drawn from the least to the most.
    Noise(f64, f64),
    /// These, by layer, row and column, from the corner of the world on.
    Cells(Vec<f64>),
}

impl FieldStart {
    fn to_js(&self) -> Object {
        let out = Object::new();
        if let Some(cells) = &self.cells {
            let cells: Array = cells.iter().map(|cells| JsValue::from(*cells)).collect();
            set(&out, "cells", cells);
        }
        match &self.amounts {
            None => {}
            Some(Amounts::Each(amount)) => set(&out, "start", *amount),
            Some(Amounts::Noise(least, most)) => {
                set(&out, "start", Array::of2(&(*least).into(), &(*most).into()));
            }
            Some(Amounts::Cells(all)) => set(&out, "start", Float64Array::from(&all[..])),
        }
        out
    }
}

/// What is simulated: the same keys as in a scenario file, with the same meanings. What is not
/// acceptable is refused when the crowd is started, with what is allowed.
#[derive(Clone, Debug)]
pub struct Scenario {
    model: String,
    dt: f64,
    lengths: Vec<f64>,
    edges: Vec<Edge>,
    entities: Option<u32>,
    seed: u64,
    params: Vec<(String, Value)>,
    initial: Vec<(String, Vec<f64>)>,
    fields: Vec<(String, FieldStart)>,
}

impl Scenario {
    /// A model by its name, time for each tick, and the lengths of a world of two or three axes, which
    /// are periodic.
    pub fn new(model: &str, dt: f64, lengths: &[f64]) -> Self {
        Self {
            model: model.to_string(),
            dt,
            lengths: lengths.to_vec(),
            edges: vec![Edge::Periodic; lengths.len()],
            entities: None,
            seed: 1,
            params: Vec::new(),
            initial: Vec::new(),
            fields: Vec::new(),
        }
    }

    /// Entities at tick 0; as many as there are rows of [`Scenario::column`] if it is not said.
    #[must_use]
    pub fn entities(mut self, entities: u32) -> Self {
        self.entities = Some(entities);
        self
    }

    /// Seed of all random numbers (1).
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// What happens at the ends of each axis.
    #[must_use]
    pub fn edges(mut self, edges: &[Edge]) -> Self {
        self.edges = edges.to_vec();
        self
    }

    /// A parameter; the others have the model's defaults.
    #[must_use]
    pub fn param(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.params.push((name.to_string(), value.into()));
        self
    }

    /// A column of the entities at tick 0, such as `x`; the model makes those that are not given.
    #[must_use]
    pub fn column(mut self, name: &str, values: impl IntoIterator<Item = f64>) -> Self {
        self.initial.push((name.to_string(), values.into_iter().collect()));
        self
    }

    /// How a field of the model begins, such as `grass`; the others begin as the model has them.
    #[must_use]
    pub fn field(mut self, name: &str, start: FieldStart) -> Self {
        self.fields.push((name.to_string(), start));
        self
    }

    fn to_js(&self) -> Object {
        let world = Object::new();
        for (name, length) in ["width", "height", "depth"].into_iter().zip(&self.lengths) {
            set(&world, name, *length);
        }
        let edges: Array = self.edges.iter().map(|edge| JsValue::from(edge.name())).collect();
        set(&world, "edge", edges);
        let scenario = Object::new();
        set(&scenario, "model", &self.model);
        set(&scenario, "dt", self.dt);
        set(&scenario, "seed", self.seed);
        set(&scenario, "world", world);
        set(&scenario, "params", params(&self.params));
        if let Some(entities) = self.entities {
            set(&scenario, "entities", entities);
        }
        if !self.initial.is_empty() {
            let columns = Object::new();
            for (name, values) in &self.initial {
                set(&columns, name, Float64Array::from(&values[..]));
            }
            set(&scenario, "initial", columns);
        }
        if !self.fields.is_empty() {
            let fields = Object::new();
            for (name, start) in &self.fields {
                set(&fields, name, start.to_js());
            }
            set(&scenario, "field", fields);
        }
        scenario
    }
}

/// How fast a crowd runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rate {
    /// So many ticks per second.
    PerSecond(f64),
    /// As fast as it can.
    Most,
}

impl Rate {
    pub(crate) fn to_js(self) -> JsValue {
        match self {
            Self::PerSecond(rate) => rate.into(),
            Self::Most => "max".into(),
        }
    }
}

/// How a crowd shall run. All but the scenario and the folder have defaults.
#[derive(Clone, Debug)]
pub struct Options {
    /// What is simulated.
    pub scenario: Scenario,
    /// The folder with `page.js`, the worker scripts and the kernels; its address counts from the page.
    pub folder: String,
    /// 1 to 16; `None` takes one less than the processors, at most 8.
    pub workers: Option<u32>,
    /// The tier to take, if not the best one that works.
    pub tier: Option<Tier>,
    /// Whether a worse tier may be taken where `tier` does not work.
    pub allow_fallback: bool,
    /// How fast it runs after [`Crowd::run`](crate::Crowd::run) (60 ticks per second).
    pub rate: Rate,
    /// Parts that the world is cut into; chosen for the workers if not given.
    pub regions: Option<u32>,
    /// Columns of the model to have in frames, such as `energy`.
    pub columns: Vec<String>,
    /// Fields of the model to have in frames, such as `grass`.
    pub fields: Vec<String>,
    /// What the colours of frames show: a column, `speed`, `heading` or `none`.
    pub color_by: Option<String>,
    /// Room for so many entities in frames (twice those at tick 0).
    pub render_capacity: Option<u32>,
    /// Ticks between checkpoints, from which it goes on when a worker dies; 0 for none.
    pub checkpoint_every: u32,
    /// Bytes of a snapshot to begin from.
    pub snapshot: Option<Vec<u8>>,
    /// Options of the npm package's `createSimulation` that have no field here.
    pub more: Vec<(String, JsValue)>,
}

impl Options {
    /// A scenario, and the folder with the package's files.
    pub fn new(scenario: Scenario, folder: &str) -> Self {
        Self {
            scenario,
            folder: folder.to_string(),
            workers: None,
            tier: None,
            allow_fallback: false,
            rate: Rate::PerSecond(60.0),
            regions: None,
            columns: Vec::new(),
            fields: Vec::new(),
            color_by: None,
            render_capacity: None,
            checkpoint_every: 0,
            snapshot: None,
            more: Vec::new(),
        }
    }

    pub(crate) fn to_js(&self) -> Object {
        let out = Object::new();
        set(&out, "scenario", self.scenario.to_js());
        set(&out, "tier", self.tier.map_or("auto", Tier::name));
        set(&out, "allowFallback", self.allow_fallback);
        set(&out, "rate", self.rate.to_js());
        set(&out, "checkpointEvery", self.checkpoint_every);
        let names = |names: &[String]| names.iter().map(JsValue::from).collect::<Array>();
        set(&out, "columns", names(&self.columns));
        set(&out, "fields", names(&self.fields));
        if let Some(workers) = self.workers {
            set(&out, "workers", workers);
        }
        if let Some(regions) = self.regions {
            set(&out, "regions", regions);
        }
        if let Some(column) = &self.color_by {
            set(&out, "colorBy", column);
        }
        if let Some(capacity) = self.render_capacity {
            set(&out, "renderCapacity", capacity);
        }
        if let Some(bytes) = &self.snapshot {
            set(&out, "snapshot", Uint8Array::from(&bytes[..]));
        }
        for (name, value) in &self.more {
            set(&out, name, value);
        }
        out
    }
}

/// Parameters by name.
pub(crate) fn params(params: &[(String, Value)]) -> Object {
    let out = Object::new();
    for (name, value) in params {
        set(&out, name, value.to_js());
    }
    out
}

pub(crate) fn set(object: &Object, name: &str, value: impl Into<JsValue>) {
    // Nothing forbids a new object its properties.
    let _ = Reflect::set(object, &name.into(), &value.into());
}
