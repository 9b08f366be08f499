//! The world: a rectangle from (0, 0) to (width, height) and what happens at its edge.

use core::fmt;

/// What happens at the edge of the world.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Edge {
    /// Left meets right and bottom meets top.
    #[default]
    Torus,
    /// Entities are reflected.
    Walls,
    /// There is none: width and height only say where most entities are expected.
    Open,
}

impl Edge {
    /// All edges with their names in scenario files.
    pub const NAMES: [(&'static str, Edge); 3] =
        [("torus", Edge::Torus), ("walls", Edge::Walls), ("open", Edge::Open)];

    /// The name in scenario files.
    pub fn name(self) -> &'static str {
        match self {
            Edge::Torus => "torus",
            Edge::Walls => "walls",
            Edge::Open => "open",
        }
    }

    /// The number that stands for it where there is no name, as in a snapshot: its place in
    /// [`Edge::NAMES`].
    pub fn code(self) -> u32 {
        match self {
            Edge::Torus => 0,
            Edge::Walls => 1,
            Edge::Open => 2,
        }
    }

    /// The edge that a number stands for.
    pub fn from_code(code: u32) -> Option<Self> {
        Self::NAMES.get(code as usize).map(|(_, edge)| *edge)
    }

    /// The edge of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, edge)| *edge)
    }
}

/// How finely the places of a world must be resolved: an `f32` tells them the less finely apart the
/// further they are from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// As finely as the model needs it.
    #[default]
    Enough,
    /// As it comes.
    Any,
}

impl Precision {
    /// All of them with their names in scenario files.
    pub const NAMES: [(&'static str, Precision); 2] =
        [("enough", Precision::Enough), ("any", Precision::Any)];

    /// The name in scenario files.
    pub fn name(self) -> &'static str {
        match self {
            Precision::Enough => "enough",
            Precision::Any => "any",
        }
    }

    /// The number that stands for it where there is no name: its place in [`Precision::NAMES`].
    pub fn code(self) -> u32 {
        match self {
            Precision::Enough => 0,
            Precision::Any => 1,
        }
    }

    /// The one that a number stands for.
    pub fn from_code(code: u32) -> Option<Self> {
        Self::NAMES.get(code as usize).map(|(_, precision)| *precision)
    }
}

/// A rectangle from (0, 0) to (`width`, `height`), in the length unit of the model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct World {
    width: f32,
    height: f32,
    edge: Edge,
    precision: Precision,
    origin: [f64; 3],
}

impl World {
    /// The smallest and largest side that is accepted, so that no squared distance over- or
    /// underflows.
    pub const SIDE: (f32, f32) = (1.0e-6, 1.0e9);

    /// The largest coordinate of an origin, and the least with a minus: beyond, an `f64` tells places
    /// less finely than most worlds do.
    pub const ORIGIN: f64 = 1.0e12;

    /// Makes a world.
    ///
    /// # Errors
    ///
    /// [`WorldError`] if a side is not a number within [`World::SIDE`].
    pub fn new(width: f32, height: f32, edge: Edge) -> Result<Self, WorldError> {
        for (side, value) in [("width", width), ("height", height)] {
            if !(value >= Self::SIDE.0 && value <= Self::SIDE.1) {
                return Err(WorldError { side, value });
            }
        }
        Ok(Self { width, height, edge, precision: Precision::default(), origin: [0.0; 3] })
    }

    /// The extent along x.
    pub fn width(&self) -> f32 {
        self.width
    }

    /// The extent along y.
    pub fn height(&self) -> f32 {
        self.height
    }

    /// What happens at the edge.
    pub fn edge(&self) -> Edge {
        self.edge
    }

    /// The same world with another precision.
    pub fn with_precision(self, precision: Precision) -> Self {
        Self { precision, ..self }
    }

    /// The same world with sides that are so many times as long.
    ///
    /// # Errors
    ///
    /// As [`World::new`].
    pub fn scaled(self, times: f64) -> Result<Self, WorldError> {
        let side = |length: f32| (f64::from(length) * times) as f32;
        let scaled = Self::new(side(self.width), side(self.height), self.edge)?;
        Ok(Self { width: scaled.width, height: scaled.height, ..self })
    }

    /// How finely its places must be resolved.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// The same world with another origin.
    ///
    /// # Errors
    ///
    /// [`OriginError`] if a coordinate is not a number within [`World::ORIGIN`].
    pub fn with_origin(self, origin: [f64; 3]) -> Result<Self, OriginError> {
        // Adding 0 makes 0 of -0.
        let origin = origin.map(|at| at + 0.0);
        match origin.into_iter().find(|at| at.is_nan() || at.abs() > Self::ORIGIN) {
            Some(value) => Err(OriginError { value }),
            None => Ok(Self { origin, ..self }),
        }
    }

    /// Where its (0, 0) lies for whoever writes and reads tables, along x, y and z: a place there is one
    /// here and this. Nothing that is computed depends on it.
    pub fn origin(&self) -> [f64; 3] {
        self.origin
    }

    /// True if left meets right and bottom meets top.
    pub fn is_torus(&self) -> bool {
        self.edge == Edge::Torus
    }
}

/// A side of the world is not a usable number.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct WorldError {
    /// `"width"` or `"height"`.
    pub side: &'static str,
    /// What was given.
    pub value: f32,
}

impl fmt::Display for WorldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (low, high) = World::SIDE;
        write!(f, "world.{} is {}: it must be from {low:e} to {high:e}", self.side, self.value)
    }
}

impl core::error::Error for WorldError {}

/// An origin is none.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct OriginError {
    /// The coordinate that was given.
    pub value: f64,
}

impl fmt::Display for OriginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (value, most) = (self.value, World::ORIGIN);
        write!(f, "world.origin has {value:e}: it must have numbers from -{most:e} to {most:e}")
    }
}

impl core::error::Error for OriginError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_must_be_usable_numbers() {
        for bad in [0.0, -1.0, f32::NAN, f32::INFINITY, 1.0e10, 1.0e-9] {
            let error = World::new(1.0, bad, Edge::Torus).unwrap_err();
            assert_eq!(error.side, "height");
            assert!(World::new(bad, 1.0, Edge::Open).is_err());
        }
        assert!(World::new(1.0e9, 1.0e-6, Edge::Walls).is_ok());
    }

    #[test]
    fn an_origin_is_of_numbers_that_64_bits_tell_finely() {
        let world = World::new(3.0, 2.0, Edge::Torus).unwrap();
        for bad in [f64::NAN, f64::INFINITY, 1.0e13, -1.0e13] {
            assert!(world.with_origin([0.0, bad, 0.0]).is_err());
        }
        let far = world.with_origin([448_000.0, -0.0, 1.0e12]).unwrap();
        assert_eq!(far.origin().map(f64::to_bits), [448_000.0, 0.0, 1.0e12].map(f64::to_bits));
        assert_eq!(far.scaled(2.0).unwrap().origin(), far.origin());
    }
}
