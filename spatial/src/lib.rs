//! Where entities are, who is near them, and how their world is cut into regions.
//!
//! `no_std`, no allocation, no `unsafe`: all memory is the caller's slices, and a function says
//! how much it needs.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`grid`] | the one global cell grid of a world |
//! | [`sort`] | counting sort into cells, canonical (row, column, id) order |
//! | [`pass`] | the block-wise neighbour pass of the models |
//! | [`regions`] | recursive bisection of the grid, owners of cells, ghost bands |

#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

pub mod grid;
pub mod pass;
pub mod regions;
pub mod sort;

pub use grid::{Grid, GridError};
pub use pass::{Cells, Pair, PassError, Positioned, Reach, Visitor};
pub use regions::{Cut, CutError, Overlap, Region};
pub use sort::{Entry, NO_CELL, SortError};
