//! What comes into a crowd between two ticks.

use js_sys::{Array, Object};
use wasm_bindgen::prelude::JsValue;

use crate::options::{Value, params, set};

/// Numbers of columns by name, or of a poke.
pub type Numbers = Vec<(String, f64)>;

/// What is done to a crowd between two ticks: see `docs/answers/inputs.md`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Input {
    /// An entity comes, as the model makes it but for these numbers.
    Spawn(Numbers),
    /// The entity of this id goes.
    Remove(u32),
    /// The entity of this id has these numbers.
    Set(u32, Numbers),
    /// Parameters have other values.
    Params(Vec<(String, Value)>),
    /// Everybody at most `radius` from the place `at` is poked.
    Poke {
        /// A coordinate for each axis.
        at: Vec<f64>,
        /// Length.
        radius: f64,
        /// Those that the model knows.
        numbers: Numbers,
    },
    /// Cells of a field hold other amounts.
    Field {
        /// The name of the field.
        name: String,
        /// Those whose middles are in it.
        area: Area,
        /// What they hold then.
        change: Change,
    },
    /// Doors are open, or closed, from now on.
    Door {
        /// Their numbers in the list of shapes.
        shapes: Vec<u32>,
        /// Whether they are open.
        open: bool,
    },
}

/// A part of the world.
#[derive(Clone, Debug, PartialEq)]
pub enum Area {
    /// At most so far from a place.
    Ball(Vec<f64>, f64),
    /// Between two corners, with its ends; along a periodic axis it may reach over the seam.
    Box(Vec<f64>, Vec<f64>),
}

/// What becomes of an amount.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// It is this.
    Set(f64),
    /// It is so much more.
    Add(f64),
}

/// A batch was done.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The tick at which it was: the next one is the first that sees it.
    pub tick: f64,
    /// The ids of those it spawned, in its order.
    pub ids: Vec<u32>,
}

impl Input {
    /// As the npm package takes it.
    pub(crate) fn to_js(&self) -> Object {
        let (kind, value): (_, JsValue) = match self {
            Self::Spawn(numbers) => ("spawn", named(numbers).into()),
            Self::Remove(id) => ("remove", (*id).into()),
            Self::Set(id, numbers) => {
                let keys = named(numbers);
                set(&keys, "id", *id);
                ("set", keys.into())
            }
            Self::Params(values) => ("params", params(values).into()),
            Self::Poke { at, radius, numbers } => {
                let keys = named(numbers);
                set(&keys, "at", list(at));
                set(&keys, "radius", *radius);
                ("poke", keys.into())
            }
            Self::Field { name, area, change } => {
                let keys = Object::new();
                set(&keys, "name", name.as_str());
                match area {
                    Area::Ball(at, radius) => {
                        set(&keys, "at", list(at));
                        set(&keys, "radius", *radius);
                    }
                    Area::Box(low, high) => {
                        set(&keys, "low", list(low));
                        set(&keys, "high", list(high));
                    }
                }
                match change {
                    Change::Set(amount) => set(&keys, "set", *amount),
                    Change::Add(amount) => set(&keys, "add", *amount),
                }
                ("field", keys.into())
            }
            Self::Door { shapes, open } => {
                let keys = Object::new();
                set(
                    &keys,
                    "shape",
                    shapes.iter().map(|shape| JsValue::from(*shape)).collect::<Array>(),
                );
                set(&keys, "open", *open);
                ("door", keys.into())
            }
        };
        let input = Object::new();
        set(&input, kind, value);
        input
    }
}

fn named(numbers: &Numbers) -> Object {
    let out = Object::new();
    numbers.iter().for_each(|(name, value)| set(&out, name, *value));
    out
}

fn list(numbers: &[f64]) -> Array {
    numbers.iter().map(|number| JsValue::from(*number)).collect()
}
