//! Runs `flockwork-mpi` on several ranks of this machine, and compares with `flockwork`.
//!
//! | module | what it shows |
//! | --- | --- |
//! | [`same`] | the same bits on any number of ranks, in every column of every entity |
//! | [`restart`] | a killed rank, and how the run goes on from its checkpoint |
//! | [`files`] | full and read-only disks, killed ranks, broken parts, other runs |
//! | [`failures`] | what ends the job, with whose words and which exit code |
//! | [`signals`] | signals to stop, and the recipe for Slurm |
//! | [`inputs`] | inputs at their ticks, their log, and a killed rank among them |
//! | [`rebuild`] | another MPI is found anew |
//! | [`sweeps`] | the runs of a sweep shared by ranks |
//! | [`soak`] | many ticks of migration, birth, death and moving borders |
//! | [`job`] | starts jobs, and ends those that take too long |
//!
//! Every job has a limit of time, so nothing can hang.

mod failures;
mod files;
mod inputs;
mod job;
mod rebuild;
mod restart;
mod same;
mod signals;
mod soak;
mod sweeps;
