//! Models against what physics and mathematics say of them.

mod common;

#[path = "theory/discs.rs"]
mod discs;
#[path = "theory/flocks.rs"]
mod flocks;
#[path = "theory/lennard_jones.rs"]
mod lennard_jones;
#[path = "theory/memory.rs"]
mod memory;
#[path = "theory/neighbours.rs"]
mod neighbours;
#[path = "theory/tribes.rs"]
mod tribes;
#[path = "theory/vicsek.rs"]
mod vicsek;
