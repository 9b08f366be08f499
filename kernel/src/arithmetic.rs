//! The arithmetic: what the bits of a result depend on besides its input.
//!
//! Operations are exact and alike everywhere ([`crate::lanes`]), but which ones a function is made
//! of is a matter of versions: those of `wide` and `libm`, which are pinned, and of the code here
//! and in the models, which the golden numbers stand for. [`ID`] names all three in one text.
//! Whoever keeps a state writes it down beside it, so that going on under another arithmetic is
//! not a silent change.
//!
//! # Example
//!
//! ```
//! assert!(flockwork_kernel::arithmetic::ID.starts_with("wide "));
//! ```

/// The id of this arithmetic: the versions of the pinned libraries, and a mix of all golden numbers.
///
/// `kernel/tests/arithmetic.rs` holds it against `Cargo.lock` and the golden numbers.
pub const ID: &str = "wide 1.7.1, libm 0.2.16, goldens 78a7479b6fec1884";
