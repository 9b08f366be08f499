//! Shapes that stand in the world: segments, balls, boxes and polygons, as walls and as places.
//!
//! | question | asked of |
//! | --- | --- |
//! | is a place inside? | [`Shape::inside`] |
//! | the point of a border that is nearest to a place | [`Piece::nearest`], of many [`Walls::nearest`] |
//! | where a straight step first crosses a border | [`Piece::crossing`], of many [`Walls::crossing`] |
//! | how far a step gets without passing a wall | [`Walls::walk`] |
//! | which way it is to a goal around walls | [`routes`] |
//!
//! All are functions of lanes, with the same bits on every instruction set, and [`scalar`] has them for one
//! entity. Nothing is allocated: corners, pieces and the index are slices of the caller's.
//!
//! A border is made of [`Piece`]s: a polygon has one for each side. [`Walls`] are pieces with an index over
//! the world, so that a question looks at those nearby alone; of several at the same distance the first
//! one counts, so the order of pieces is that of ties. Along a periodic axis a piece near the seam is
//! given twice, the second one moved by a length of the axis: [`Piece::images`] says which.
//!
//! # Example
//!
//! ```
//! use flockwork_kernel::shapes::{Layout, Shape, Wall, Walls, scalar};
//! use flockwork_kernel::{Edge, Vec2, World};
//!
//! let world = World::new(10.0, 10.0, Edge::Open)?;
//! let wall = Shape::Segment([Vec2::new(5.0, 2.0), Vec2::new(5.0, 8.0)]);
//! wall.check(&world).unwrap();
//! let walls: Vec<_> = wall.pieces().map(|piece| Wall { piece, shape: 0, door: None }).collect();
//! let layout = Layout::new(&world, 1.0).unwrap();
//! let mut starts = vec![0; layout.cells() + 1];
//! let mut items = vec![0; layout.count(&walls, &mut starts).unwrap()];
//! layout.fill(&walls, &starts, &mut items).unwrap();
//! let walls = Walls::new(&world, layout, &walls, &starts, &items).unwrap();
//!
//! let near = scalar::nearest(&walls, Vec2::new(4.5, 5.0), 0).unwrap();
//! assert_eq!((near.point, near.normal), (Vec2::new(5.0, 5.0), Vec2::new(-1.0, 0.0)));
//! // A step through the wall ends before it, however long it is.
//! let walked = scalar::walk(&walls, 0.1, Vec2::new(4.5, 5.0), Vec2::new(1e9, 0.0), 0);
//! assert!(walked.place.x <= 4.9 && walked.touched);
//! # Ok::<(), flockwork_kernel::WorldError>(())
//! ```

mod form;
mod index;
mod piece;
pub mod routes;
pub mod scalar;
mod walls;

pub use form::{Shape, ShapeError};
pub use index::Layout;
pub use piece::{Crossing, Piece};
pub use walls::{Nearest, Walked, Wall, Walls};

#[cfg(test)]
mod tests;
