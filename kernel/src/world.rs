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

/// A rectangle from (0, 0) to (`width`, `height`), in the length unit of the model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct World {
    width: f32,
    height: f32,
    edge: Edge,
}

impl World {
    /// The smallest and largest side that is accepted, so that no squared distance over- or
    /// underflows.
    pub const SIDE: (f32, f32) = (1.0e-6, 1.0e9);

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
        Ok(Self { width, height, edge })
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
}
