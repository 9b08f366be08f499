//! The models a command knows.

use flockwork_models::threads::{ENTRIES, entries_on};
use flockwork_scheduler::{Model, first_twice};
use flockwork_scheduler_native::{Entry, OnThreads, ProgramBackend};

use crate::failure::Failure;
use crate::human;

/// The scenario that runs if none is named.
const DEFAULT_SCENARIO: (&str, &str) =
    ("tribes-100k.toml", include_str!("../../../scenarios/tribes-100k.toml"));

/// The models a command knows, and the scenario it runs if none is named.
pub struct Registry {
    entries: Vec<Entry>,
    /// The same on threads of this process alone.
    alone: Vec<Entry>,
    default_scenario: (String, String),
}

impl Registry {
    /// Makes a registry without any model. Its default scenario is that of
    /// [`Registry::builtin`].
    pub fn new() -> Self {
        let (name, text) = DEFAULT_SCENARIO;
        let default_scenario = (name.to_string(), text.to_string());
        Self { entries: Vec::new(), alone: Vec::new(), default_scenario }
    }

    /// Makes a registry of the built-in models.
    pub fn builtin() -> Self {
        Self { entries: ENTRIES.to_vec(), alone: ENTRIES.to_vec(), ..Self::new() }
    }

    /// Makes a registry of the built-in models, which run on a backend.
    pub fn builtin_on<B: ProgramBackend>() -> Self {
        Self { entries: entries_on::<B>().to_vec(), ..Self::builtin() }
    }

    /// Adds a model; a command with two of one name ends at once and says so.
    #[must_use]
    pub fn with<M: Model>(self) -> Self {
        self.with_on::<M, OnThreads>()
    }

    /// Adds a model that runs on a backend: see [`Registry::with`].
    #[must_use]
    pub fn with_on<M: Model, B: ProgramBackend>(mut self) -> Self {
        self.entries.push(Entry::of::<M, B>());
        self.alone.push(Entry::of::<M, OnThreads>());
        self
    }

    /// Adds a model that runs in the plane as `P` and in space as `S`: of one name, with the same
    /// parameters and statistics.
    #[must_use]
    pub fn with_both<P: Model, S: Model>(self) -> Self {
        self.with_both_on::<P, S, OnThreads>()
    }

    /// Adds a model for the plane and for space that runs on a backend: see
    /// [`Registry::with_both`].
    #[must_use]
    pub fn with_both_on<P: Model, S: Model, B: ProgramBackend>(mut self) -> Self {
        self.entries.push(Entry::of_both::<P, S, B>());
        self.alone.push(Entry::of_both::<P, S, OnThreads>());
        self
    }

    /// Sets the scenario that runs if none is named: what to call it, and its TOML text.
    #[must_use]
    pub fn default_scenario(mut self, name: &str, text: &str) -> Self {
        self.default_scenario = (name.to_string(), text.to_string());
        self
    }

    /// The models, in the order they were added.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The same models, each of which runs in this process alone, whatever others do.
    pub(crate) fn alone(&self) -> Self {
        Self {
            entries: self.alone.clone(),
            alone: self.alone.clone(),
            default_scenario: self.default_scenario.clone(),
        }
    }

    /// No two models may have one name.
    ///
    /// # Errors
    ///
    /// A usage failure that tells the name and those that are taken.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let names: Vec<&str> = self.names().collect();
        let Some(at) = first_twice(&names) else { return Ok(()) };
        Err(Failure::Usage(format!(
            "two models are called `{}`: each needs a name of its own; before it there are {}",
            names[at],
            names[..at].join(", ")
        )))
    }

    pub(crate) fn default_text(&self) -> (&str, &str) {
        (&self.default_scenario.0, &self.default_scenario.1)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.entries.iter().map(|entry| entry.name)
    }

    /// The model of this name.
    ///
    /// # Errors
    ///
    /// A usage failure that lists the models there are, with the nearest name first.
    pub(crate) fn get(&self, name: &str) -> Result<&Entry, Failure> {
        self.entries
            .iter()
            .find(|entry| entry.name == name)
            .ok_or_else(|| Failure::Usage(self.unknown(name)))
    }

    /// What to say about a model that does not exist.
    pub(crate) fn unknown(&self, name: &str) -> String {
        human::unknown("model", name, self.names())
    }
}

impl Default for Registry {
    fn default() -> Self {
        Self::builtin()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_with_the_name_of_a_built_in_one_is_refused() {
        assert!(Registry::builtin().check().is_ok());
        let with = |mut registry: Registry, name: &str| {
            registry.entries.extend(ENTRIES.iter().find(|entry| entry.name == name));
            registry
        };
        let failure = with(Registry::builtin(), "tribes").check().unwrap_err();
        let Failure::Usage(problem) = failure else { panic!("{failure:?}") };
        assert!(problem.contains("`tribes`") && problem.contains("boids, tribes"), "{problem}");
        assert!(with(with(Registry::new(), "tribes"), "boids").check().is_ok());
    }
}
