//! Where entities are, who is near them, and how their world is cut into regions.
//!
//! `no_std`, no allocation, no `unsafe`: all memory is the caller's slices, and a function says
//! how much it needs: [`CellIndex::words`] and [`HashIndex::words`] words for an index. The feature
//! `alloc` adds an `Index` that owns what it needs.
//!
//! ```
//! use flockwork_spatial::{Index, Query};
//!
//! let index = Index::of(&[[1.0, 2.0], [1.5, 2.0], [9.0, 9.0]], 1.0)?;
//! for hit in index.within([1.0, 2.0], 1.0)? {
//!     println!("point {} is near", hit.slot);
//! }
//! # assert_eq!(index.within([1.0, 2.0], 1.0)?.count(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`grid`] | the one global cell grid of a world |
//! | [`sort`] | counting sort into cells, canonical (layer, row, column, id) order |
//! | [`index`] | the contract of an index, and what both have in common |
//! | [`cells`] | the bounded index: the entities of a world in the cells of its grid |
//! | [`hash`] | the unbounded index: a spatial hash over the whole plane or all of space |
//! | [`points`] | points as programs have them: arrays, vectors, columns, an accessor |
//! | `owned` | with the feature `alloc`: an index of either kind that owns its memory |
//! | [`query`] | radius, nearest, box, segment and pair queries over both, in the plane and in space |
//! | [`naive`] | the same queries as O(n^2) definitions, for tests and base lines |
//! | [`neighbours`] | everybody in an index meets everybody near: visitors, callbacks, counts, pairs, lists |
//! | [`pass`] | the block-wise neighbour pass of the models |
//! | [`regions`] | recursive bisection of the grid, owners of cells, ghost bands |
//!
//! # Which structure for which question
//!
//! | the world | the memory | index |
//! | --- | --- | --- |
//! | has ends, or axes that are periodic | its own | `Index::new` |
//! | none: anywhere in the plane or space | its own | `Index::unbounded`, `Index::of` |
//! | has ends, or axes that are periodic | yours | [`CellIndex::build`] |
//! | none: anywhere in the plane or space | yours | [`HashIndex::build`] |
//!
//! What a question costs, in ns: 100,000 points in the plane in any order, 20 of them within the radius, asked
//! at each of them in that order, on one thread of an EPYC with AVX-512VL, built for x86-64 without more;
//! where two numbers stand, in a world and unbounded. A plain sorted grid takes 8 for each point to build and
//! 84 to count; kiddo 610 for the nearest 8.
//!
//! | question | ask | ns for each point |
//! | --- | --- | --- |
//! | build | `Index::rebuild` | 9, 9 |
//! | who is near each of the index's own | [`Neighbours`] | see there |
//! | how many are near a point | [`Query::count_radius`] | 86, 105; in canonical order 58 |
//! | how many are near each of many points | [`Query::count_at`] | 72 |
//! | who is near a point | [`Query::visit_radius`] | 134, 174 |
//! | the same as an iterator | [`Query::within`] | 230 |
//! | the same by distance | [`Query::radius`] | 231 |
//! | the nearest 8 | [`Query::nearest`], [`Query::nearest_few`] | 284, 318 |
//! | all pairs, 10 for each point | [`Query::pairs_within`] | 110 |
//! | all pairs, 1.5 for each point | [`Query::pairs_within`] | 64 |

#![no_std]
#![forbid(unsafe_code)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod cells;
pub mod grid;
pub mod hash;
pub mod index;
pub mod naive;
pub mod neighbours;
#[cfg(feature = "alloc")]
pub mod owned;
pub mod pass;
pub mod points;
pub mod query;
pub mod regions;
pub mod sort;

pub use cells::CellIndex;
pub use grid::{Grid, GridError, Lines};
pub use hash::HashIndex;
pub use index::{Entities, IndexError, Indexed, Periods, Places};
#[cfg(feature = "alloc")]
pub use neighbours::OwnedLists;
pub use neighbours::{Lists, Neighbour, Neighbours};
#[cfg(feature = "alloc")]
pub use owned::Index;
pub use pass::{
    Block, Candidate, Cells, Cutoff, Looker, Occupied, Pair, PassError, Sights, Visitor,
};
pub use points::{By, Point, Points};
pub use query::{Hit, Query, QueryError, Segment, SegmentHit};
pub use regions::{Blocks, Cut, CutError, Overlap, Region};
pub use sort::{Entry, NO_CELL, NO_NUMBER, Numbered, SortError};
