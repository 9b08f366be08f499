//! The world: two or three axes, each with a length and what happens at its ends.
//!
//! # Example
//!
//! ```
//! use flockwork_kernel::{Axis, Edge, World};
//!
//! let corridor = World::of(&[Axis::periodic(100.0), Axis::wall(8.0)])?;
//! assert_eq!(corridor.to_string(), "100 x 8, periodic x wall");
//! assert!(World::new(0.0, 8.0, Edge::Open).is_err());
//! # Ok::<(), flockwork_kernel::WorldError>(())
//! ```

use core::fmt;

/// What happens at both ends of an axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Edge {
    /// One end meets the other.
    #[default]
    Periodic,
    /// Entities are reflected.
    Wall,
    /// There is none: the length only says where most entities are expected.
    Open,
}

impl Edge {
    /// All edges with their names in scenario files.
    pub const NAMES: [(&'static str, Edge); 3] =
        [("periodic", Edge::Periodic), ("wall", Edge::Wall), ("open", Edge::Open)];

    /// The name in scenario files.
    pub fn name(self) -> &'static str {
        match self {
            Edge::Periodic => "periodic",
            Edge::Wall => "wall",
            Edge::Open => "open",
        }
    }

    /// The number that stands for it where there is no name, as in a snapshot: its place in
    /// [`Edge::NAMES`].
    pub fn code(self) -> u32 {
        match self {
            Edge::Periodic => 0,
            Edge::Wall => 1,
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

/// One axis of a world: places along it go from 0 to its length.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Axis {
    /// The length, in the length unit of the model.
    pub length: f32,
    /// What happens at its ends.
    pub edge: Edge,
}

impl Axis {
    /// An axis whose ends meet.
    pub const fn periodic(length: f32) -> Self {
        Self { length, edge: Edge::Periodic }
    }

    /// An axis between two walls.
    pub const fn wall(length: f32) -> Self {
        Self { length, edge: Edge::Wall }
    }

    /// An axis without ends.
    pub const fn open(length: f32) -> Self {
        Self { length, edge: Edge::Open }
    }

    /// Whether its ends meet.
    #[inline]
    pub const fn is_periodic(&self) -> bool {
        matches!(self.edge, Edge::Periodic)
    }

    /// Whether there is a wall at both ends.
    #[inline]
    pub const fn is_wall(&self) -> bool {
        matches!(self.edge, Edge::Wall)
    }

    /// Whether it has no ends.
    #[inline]
    pub const fn is_open(&self) -> bool {
        matches!(self.edge, Edge::Open)
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

/// Where entities are: from 0 to its length along each of two or three axes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct World {
    axes: [Axis; World::MOST_AXES],
    /// How many of them there are: 2 or 3. The others are default.
    count: u8,
    precision: Precision,
    origin: [f64; World::MOST_AXES],
}

impl World {
    /// The smallest and largest length that is accepted, so that no squared distance over- or
    /// underflows.
    pub const SIDE: (f32, f32) = (1.0e-6, 1.0e9);

    /// The largest coordinate of an origin, and the least with a minus: beyond, an `f64` tells places
    /// less finely than most worlds do.
    pub const ORIGIN: f64 = 1.0e12;

    /// The most axes.
    pub const MOST_AXES: usize = 3;

    /// What the length of each axis is called.
    pub const SIDES: [&'static str; Self::MOST_AXES] = ["width", "height", "depth"];

    /// The columns of a place along each axis.
    pub const COORDINATES: [&'static str; Self::MOST_AXES] = ["x", "y", "z"];

    /// Makes a world in the plane, with edges of one kind.
    ///
    /// # Errors
    ///
    /// [`WorldError`] if a length is not a number within [`World::SIDE`].
    pub fn new(width: f32, height: f32, edge: Edge) -> Result<Self, WorldError> {
        Self::of(&[Axis { length: width, edge }, Axis { length: height, edge }])
    }

    /// Makes a world in space, with edges of one kind.
    ///
    /// # Errors
    ///
    /// As [`World::new`].
    pub fn space(width: f32, height: f32, depth: f32, edge: Edge) -> Result<Self, WorldError> {
        Self::of(&[width, height, depth].map(|length| Axis { length, edge }))
    }

    /// Makes a world of these axes: along x, y and, in space, z.
    ///
    /// # Errors
    ///
    /// [`WorldError`] if there are not two or three axes, or if a length is not a number within
    /// [`World::SIDE`].
    pub fn of(axes: &[Axis]) -> Result<Self, WorldError> {
        if axes.len() != 2 && axes.len() != Self::MOST_AXES {
            return Err(WorldError::Axes { given: axes.len() });
        }
        let mut all = [Axis::default(); Self::MOST_AXES];
        for ((place, axis), side) in all.iter_mut().zip(axes).zip(Self::SIDES) {
            let value = axis.length;
            if !(value >= Self::SIDE.0 && value <= Self::SIDE.1) {
                return Err(WorldError::Length { side, value });
            }
            *place = *axis;
        }
        let (precision, origin) = (Precision::default(), [0.0; Self::MOST_AXES]);
        Ok(Self { axes: all, count: axes.len() as u8, precision, origin })
    }

    /// Its axes: two or three.
    #[inline]
    pub fn axes(&self) -> &[Axis] {
        &self.axes[..usize::from(self.count).min(Self::MOST_AXES)]
    }

    /// The axis along x.
    #[inline]
    pub fn x(&self) -> Axis {
        self.axes[0]
    }

    /// The axis along y.
    #[inline]
    pub fn y(&self) -> Axis {
        self.axes[1]
    }

    /// The axis along z, in space.
    #[inline]
    pub fn z(&self) -> Option<Axis> {
        self.is_space().then_some(self.axes[2])
    }

    /// Whether there are three axes.
    #[inline]
    pub fn is_space(&self) -> bool {
        usize::from(self.count) == Self::MOST_AXES
    }

    /// The length along x.
    #[inline]
    pub fn width(&self) -> f32 {
        self.axes[0].length
    }

    /// The length along y.
    #[inline]
    pub fn height(&self) -> f32 {
        self.axes[1].length
    }

    /// The same world with another precision.
    pub fn with_precision(self, precision: Precision) -> Self {
        Self { precision, ..self }
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

    /// Where its corner of zeros lies for whoever writes and reads tables, along x, y and z: a place there is one
    /// here and this. Nothing that is computed depends on it.
    pub fn origin(&self) -> [f64; 3] {
        self.origin
    }

    /// Its area, in space its volume.
    pub fn size(&self) -> f64 {
        self.axes().iter().map(|axis| f64::from(axis.length)).product()
    }

    /// The edge that all axes have; none if they are not alike.
    pub fn edge(&self) -> Option<Edge> {
        let first = self.axes[0].edge;
        self.axes().iter().all(|axis| axis.edge == first).then_some(first)
    }

    /// The shortest length.
    pub fn shortest(&self) -> f32 {
        let lengths = self.axes().iter().map(|axis| axis.length);
        lengths.fold(f32::INFINITY, |least, one| if one < least { one } else { least })
    }

    /// The same world with lengths that are so many times as long.
    ///
    /// # Errors
    ///
    /// As [`World::of`].
    pub fn scaled(&self, factor: f64) -> Result<Self, WorldError> {
        let scale = |length: f32| (f64::from(length) * factor) as f32;
        let mut axes = self.axes;
        axes.iter_mut().for_each(|axis| axis.length = scale(axis.length));
        let scaled = Self::of(&axes[..self.axes().len()])?;
        Ok(Self { axes: scaled.axes, ..*self })
    }
}

impl fmt::Display for World {
    /// The lengths, and the kinds of edges: one word if all are alike.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, axis) in self.axes().iter().enumerate() {
            write!(f, "{}{}", if place > 0 { " x " } else { "" }, axis.length)?;
        }
        write!(f, ", {}", Edges(self))
    }
}

/// The kinds of edges of a world as words: one if all are alike.
#[derive(Clone, Copy, Debug)]
pub struct Edges<'a>(pub &'a World);

impl fmt::Display for Edges<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(edge) = self.0.edge() {
            return f.write_str(edge.name());
        }
        for (place, axis) in self.0.axes().iter().enumerate() {
            write!(f, "{}{}", if place > 0 { " x " } else { "" }, axis.edge.name())?;
        }
        Ok(())
    }
}

/// A world cannot be made.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum WorldError {
    /// A length is not a usable number.
    Length {
        /// Of which axis: `"width"`, `"height"` or `"depth"`.
        side: &'static str,
        /// What was given.
        value: f32,
    },
    /// There are not two or three axes.
    Axes {
        /// How many were given.
        given: usize,
    },
}

impl fmt::Display for WorldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (low, high) = World::SIDE;
        match self {
            Self::Length { side, value } => {
                write!(f, "world.{side} is {value}: it must be from {low:e} to {high:e}")
            }
            Self::Axes { given } => write!(f, "a world has 2 or 3 axes, {given} were given"),
        }
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
    use std::string::ToString;

    use super::*;

    #[test]
    fn lengths_must_be_usable_numbers() {
        for bad in [0.0, -1.0, f32::NAN, f32::INFINITY, 1.0e10, 1.0e-9] {
            let error = World::new(1.0, bad, Edge::Periodic).unwrap_err();
            assert!(matches!(error, WorldError::Length { side: "height", .. }));
            assert!(World::new(bad, 1.0, Edge::Open).is_err());
            let error = World::space(1.0, 1.0, bad, Edge::Wall).unwrap_err();
            assert!(matches!(error, WorldError::Length { side: "depth", .. }));
        }
        assert!(World::new(1.0e9, 1.0e-6, Edge::Wall).is_ok());
    }

    #[test]
    fn there_are_two_or_three_axes() {
        for count in 0..6 {
            let axes = std::vec![Axis::open(2.0); count];
            match World::of(&axes) {
                Ok(world) => assert_eq!(world.axes(), axes),
                Err(error) => assert_eq!(error, WorldError::Axes { given: count }),
            }
            assert_eq!(World::of(&axes).is_ok(), count == 2 || count == 3);
        }
    }

    #[test]
    fn an_origin_is_of_numbers_that_64_bits_tell_finely() {
        let world = World::new(3.0, 2.0, Edge::Periodic).unwrap();
        for bad in [f64::NAN, f64::INFINITY, 1.0e13, -1.0e13] {
            assert!(world.with_origin([0.0, bad, 0.0]).is_err());
        }
        let far = world.with_origin([448_000.0, -0.0, 1.0e12]).unwrap();
        assert_eq!(far.origin().map(f64::to_bits), [448_000.0, 0.0, 1.0e12].map(f64::to_bits));
        let scaled = far.with_precision(Precision::Any).scaled(2.0).unwrap();
        assert_eq!((scaled.origin(), scaled.precision()), (far.origin(), Precision::Any));
        assert_eq!((scaled.width(), scaled.height()), (6.0, 4.0));
    }

    #[test]
    fn edges_alike_are_one_word() {
        let world = World::space(2.0, 3.0, 4.5, Edge::Open).unwrap();
        assert_eq!(world.to_string(), "2 x 3 x 4.5, open");
        let corridor = World::of(&[Axis::periodic(9.0), Axis::wall(1.0)]).unwrap();
        assert_eq!(corridor.to_string(), "9 x 1, periodic x wall");
    }
}
