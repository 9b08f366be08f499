//! What comes into a stepped world, the log of that, and the fields that inputs may change.

use flockwork_scheduler::{Answer, FieldNow, Input};

use super::{StepError, Stepped};
use crate::{human, inputs};

impl Stepped {
    /// Gives inputs between two ticks: all of them are done, in their order, or none.
    ///
    /// # Errors
    ///
    /// [`StepError::Input`] with the first that cannot be done, and why; or [`StepError::Ended`].
    pub fn give(&mut self, inputs: Vec<Input>) -> Result<Answer, StepError> {
        self.places = None;
        let answer = self.simulation.give(inputs.clone())?;
        self.note(&inputs);
        Ok(answer)
    }

    pub(super) fn note(&mut self, inputs: &[Input]) {
        if let Some(log) = &mut self.log {
            log.add(self.simulation.tick(), inputs);
        }
    }

    /// The log of the run up to now: what came in since tick 0, and the fingerprint of this tick. `flockwork replay`
    /// does it again, and holds the fingerprint against its own.
    ///
    /// # Errors
    ///
    /// [`StepError::Input`] of a world that goes on from a snapshot: what came in before is not known.
    /// [`StepError::Ended`].
    pub fn log(&self) -> Result<String, StepError> {
        let log = self.log.as_ref().ok_or_else(|| {
            let problem =
                "a world that goes on from a snapshot has no log: what came before is not known";
            StepError::Input(problem.into())
        })?;
        Ok(log.text(self.tick(), self.fingerprint()?))
    }

    /// What the cells of a field of the model hold.
    ///
    /// # Errors
    ///
    /// [`StepError::Input`] that names those that there are, or [`StepError::Ended`].
    pub fn cells(&self, name: &str) -> Result<FieldNow, StepError> {
        let fields = self.entry.fields();
        let names = fields.iter().map(|field| field.name);
        let at = names.clone().position(|known| known == name);
        let found = at.map(|at| (at, self.simulation.fields()));
        match found {
            Some((at, fields)) => Ok(fields?.swap_remove(at)),
            None if names.len() == 0 => {
                let model = self.entry.name;
                Err(StepError::Input(format!("the model `{model}` has no fields")))
            }
            None => Err(StepError::Input(human::unknown("field", name, names))),
        }
    }

    /// Gives inputs that a text holds, as a list in JSON: `[{"remove": 17}, {"spawn": {"x": 1, "y": 2}}]`.
    ///
    /// # Errors
    ///
    /// As [`Stepped::give`].
    pub fn give_from(&mut self, text: &str) -> Result<Answer, StepError> {
        self.give(inputs::list(text, &self.names).map_err(StepError::Input)?)
    }
}
