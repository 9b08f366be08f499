//! Crowds on web workers, for pages written in Rust with `wasm-bindgen`: by wasm-pack, trunk, or a
//! game engine's build.
//!
//! A [`Crowd`] runs on 1 to 16 workers, over one shared memory where the page is isolated, and by
//! transfer where it is not; [`Crowd::backend`] says which, and why nothing better. It is driven by
//! async functions, and frames are views of the workers' memory: nothing is copied.
//!
//! ```no_run
//! use flockwork_web::{Crowd, Error, Options, Scenario};
//!
//! async fn run() -> Result<(), Error> {
//!     let scenario = Scenario::new("boids", 0.05, &[80.0, 40.0]).entities(20_000);
//!     let crowd = Crowd::start(Options::new(scenario, "flockwork/")).await?;
//!     crowd.step(100).await?;
//!     let state = crowd.observe().await?;
//!     let frame = crowd.frame()?;
//!     println!("{}: {} of {} entities", state.fingerprint, frame.count(), state.population);
//!     crowd.stop().await
//! }
//! ```
//!
//! The workers do not run the page's module but one of their own, so the page needs no nightly
//! compiler, no flags, and shares neither allocator nor panic handler nor a name with them. That
//! module, the worker scripts and the script `page.js`, which this crate drives, lie in a folder that
//! the page serves: `dist` of the npm package `flockwork`, or what its `flockwork-wasm` makes of a
//! crate with models of one's own. See `README.md`.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`crowd`] | a crowd on workers |
//! | [`options`] | what it is made of |
//! | [`backend`] | what it runs on, and why |
//! | [`frame`] | what is to be drawn |
//! | [`input`] | what comes in between two ticks |
//! | [`error`] | what goes wrong |

pub mod backend;
pub mod crowd;
pub mod error;
pub mod frame;
pub mod input;
pub mod options;

mod js;

pub use backend::{Attempt, Backend, Tier};
pub use crowd::{Crowd, Observation, State, Step};
pub use error::Error;
pub use frame::{FieldView, Frame, Reader};
pub use input::{Answer, Area, Change, Input};
pub use options::{Amounts, Edge, FieldStart, Options, Rate, Scenario, Value};
