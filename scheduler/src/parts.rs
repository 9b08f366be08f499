//! What a domain is made of: parts that know nothing of each other but the first.
//!
//! The phases of a tick are functions over these, so that the arguments of each say what it reads
//! and what it writes.
//!
//! | part | what it holds |
//! | --- | --- |
//! | [`Site`] | which region of the world it is |
//! | [`Owned`] | the entities it owns, as rows, now and before the tick |
//! | [`Ghosts`] | copies of its neighbours' entities |
//! | [`Sorted`] | where cells begin in the canonical order of both |
//! | [`Post`] | events and births |
//! | [`Moves`] | rows that go to other domains, or to itself across a seam |
//! | [`Plots`] | its part of the fields |
//! | [`Books`] | what is counted |
//! | [`Doing`] | which phase it is in |

mod books;
mod doing;
mod ghosts;
mod moves;
mod owned;
mod plots;
mod post;
mod site;
mod sorted;
mod stroke;

pub use books::Census;
pub(crate) use books::{Books, Leavers};
pub(crate) use doing::Doing;
pub(crate) use ghosts::Ghosts;
pub(crate) use moves::{Move, Moves};
pub(crate) use owned::{Before, Owned};
pub(crate) use plots::{NOWHERE, PLOT_LEN, Patch, Plot, Plots, Record};
pub(crate) use post::Post;
pub(crate) use site::{Local, Site};
pub(crate) use sorted::Sorted;
pub(crate) use stroke::{Spread, Stroke};
