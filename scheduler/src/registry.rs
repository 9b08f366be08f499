//! Models behind names: what a program needs to offer several, whose types it does not know.
//!
//! An [`Entry`] is one model on one [`Backend`]. It checks a [`Config`], makes a simulation of it or of
//! a snapshot, and says in what the two differ. A simulation whose model is hidden is an [`AnyWorld`].
//! What runs it, and what the program sees of it, is the backend's business.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `entry.rs` | a model by name, and what can be done with it |
//! | `config.rs` | what a simulation is made from: parameters by name, a table, options of the backend |
//! | `backend.rs` | where simulations run |
//! | `shares.rs` | how many processes and workers share a world, and the cut for them |
//! | `world.rs` | a simulation whose model is hidden |
//! | `publish.rs` | columns of all entities, copied out of the domains or borrowed |
//! | `table.rs`, `lines.rs`, `fit.rs` | entities at tick 0 as columns by name, where they stand in a file, whether they fit |

mod backend;
mod config;
mod entry;
mod fit;
mod lines;
mod publish;
mod shares;
mod table;
mod world;

pub use crate::spot::{number_name, number_names, whole_vectors};
pub use backend::Backend;
pub use config::Config;
pub use entry::{Checked, Entry, FieldAbout};
pub use lines::Lines;
pub use publish::{Part, Piece};
pub use shares::Shares;
pub use table::{Table, TableColumn};
pub use world::{AnyWorld, RegionLoad};
