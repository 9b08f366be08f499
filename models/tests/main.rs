//! The models: one binary, so that each is compiled once for all tests.
//!
//! | module | what it shows |
//! | --- | --- |
//! | `twins` | each does what a twin in plain scalar code does, bit for bit |
//! | `physics` | what it must do as physics or as a crowd, held against theory |
//! | `fingerprints` | those that are not in the conformance suite have one for any workers, cuts, instructions |
//! | `doors` | inputs open and close them |
//! | `shapes` | nobody may stand in the way of those that inputs give |
//! | `extremes` | no parameters and no state that are allowed give one that is none |
//! | `live` | what acts at tick 0 alone says so |

mod common;
mod doors;
mod extremes;
mod fingerprints;
mod live;
mod physics;
mod shapes;
mod twins;
