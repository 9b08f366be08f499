//! What a simulation is made from.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::table::Table;
use crate::field::Sown;
use crate::params::Given;
use crate::start::Setup;

/// Everything a simulation is made from; `O` is how it is run.
#[derive(Clone, Debug, PartialEq)]
pub struct Config<O> {
    /// World, population, seed and time per tick.
    pub setup: Setup,
    /// Parameters by name; the others have their defaults.
    pub params: Vec<Given>,
    /// The entities at tick 0; as many as `setup.population`.
    pub table: Option<Arc<Table>>,
    /// How fields begin, by name; the others as the model says.
    pub fields: Vec<(String, Sown)>,
    /// How it is run.
    pub options: O,
}
