//! Flockwork in Bevy: crowds beside the ECS, and neighbours and steering over its transforms.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `crowd` | a simulation of any model, as a resource |
//! | `crew` | who computes it: the thread of the system, or threads of its own |
//! | `plugin` | steps it in `FixedUpdate`, and mirrors what is asked for |
//! | `members` | an ECS entity for each entity of a crowd |
//! | `transforms` | where members stand, at a tick or between two |
//! | `messages` | births, deaths, events, and the error that ends a crowd |
//! | `nearby` | who is near whom among the ECS's own transforms |
//! | `flock` | steering by who is near |

mod crew;
mod crowd;
mod error;
mod flock;
mod ids;
mod members;
mod messages;
mod nearby;
mod plugin;
mod transforms;

pub use crew::{Clock, Crew, Options, Workers};
pub use crowd::{Crowd, Plan};
pub use error::CrowdError;
pub use flock::{FlockPlugin, FlockRules, FlockSystems, NotSteered, Velocity};
pub use flockwork_kernel as kernel;
pub use flockwork_scheduler as scheduler;
pub use flockwork_spatial as spatial;
pub use members::{Member, Members};
pub use messages::{Born, Died, Ended, Sent};
pub use nearby::{Near, Nearby, NearbyPlugin, NearbySystems, NotIndexed};
pub use plugin::{CrowdPlugin, CrowdSystems};
pub use transforms::{Course, Facing, Placing, Transforms};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
