//! The models by name, as programs run them on threads of a process.
//!
//! They are compiled here, once for all who use them: the command, its tests, and the command without
//! its optional parts.

use flockwork_scheduler::{Plane, Space};
use flockwork_scheduler_native::{Entry, OnThreads, ProgramBackend};

use crate::{Boids, Crowd, Discs, LennardJones, Meadow, Sph, Tribes, Vicsek};

/// How many models there are.
pub const COUNT: usize = 8;

/// All models, on threads.
pub static ENTRIES: [Entry; COUNT] = entries_on::<OnThreads>();

/// The model of this name, on threads.
pub fn entry(name: &str) -> Option<Entry> {
    ENTRIES.iter().find(|entry| entry.name == name).copied()
}

/// All models on a backend; they are compiled where this is called.
pub const fn entries_on<B: ProgramBackend>() -> [Entry; COUNT] {
    [
        Entry::of_both::<Boids<Plane>, Boids<Space>, B>(),
        Entry::of_both::<Tribes<Plane>, Tribes<Space>, B>(),
        Entry::of_both::<Vicsek<Plane>, Vicsek<Space>, B>(),
        Entry::of_both::<Discs<Plane>, Discs<Space>, B>(),
        Entry::of_both::<LennardJones<Plane>, LennardJones<Space>, B>(),
        Entry::of_both::<Meadow<Plane>, Meadow<Space>, B>(),
        Entry::of_both::<Sph<Plane>, Sph<Space>, B>(),
        Entry::of::<Crowd, B>(),
    ]
}
