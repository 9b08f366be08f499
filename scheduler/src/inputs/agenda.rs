//! Inputs by tick and number, until they are due.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Input, MOST};

/// An input with its tick, and its number among those of that tick.
#[derive(Clone, Debug, PartialEq)]
pub struct Dated {
    /// How many ticks are done when it is: 0 is before the first one.
    pub tick: u64,
    /// Inputs of one tick are done in ascending order of it.
    pub number: u32,
    /// What is done.
    pub input: Input,
}

/// Inputs that are to come.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Agenda(BTreeMap<u64, BTreeMap<u32, Input>>);

impl Agenda {
    /// Writes inputs down: all, or none.
    ///
    /// # Errors
    ///
    /// What is wrong with the first one that is: it is for a tick before `now`, has a number that another
    /// one has, or is more than a tick may have.
    pub fn add(&mut self, now: u64, inputs: Vec<Dated>) -> Result<(), String> {
        let mut fresh = Self::default();
        for Dated { tick, number, input } in inputs {
            if tick < now {
                return Err(format!(
                    "an input is for tick {tick}, which is over: {now} ticks are done"
                ));
            }
            let old = self.0.get(&tick);
            let day = fresh.0.entry(tick).or_default();
            if day.contains_key(&number) || old.is_some_and(|old| old.contains_key(&number)) {
                return Err(format!("two inputs of tick {tick} have the number {number}"));
            }
            if day.len() + old.map_or(0, BTreeMap::len) >= MOST {
                return Err(format!("there are more than {MOST} inputs for tick {tick}"));
            }
            day.insert(number, input);
        }
        for (tick, mut day) in fresh.0 {
            self.0.entry(tick).or_default().append(&mut day);
        }
        Ok(())
    }

    /// The next tick that has inputs.
    pub fn next(&self) -> Option<u64> {
        self.0.first_key_value().map(|(tick, _)| *tick)
    }

    /// Takes the inputs of a tick out, in order; forgets those of ticks before.
    pub fn take(&mut self, tick: u64) -> Vec<Input> {
        let later = self.0.split_off(&tick);
        self.0 = later;
        self.0.remove(&tick).map(|day| day.into_values().collect()).unwrap_or_default()
    }

    /// The inputs of a tick, in order.
    pub fn of(&self, tick: u64) -> impl Iterator<Item = &Input> {
        self.0.get(&tick).into_iter().flat_map(BTreeMap::values)
    }

    /// All inputs in order.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u32, &Input)> {
        self.0
            .iter()
            .flat_map(|(tick, day)| day.iter().map(|(number, input)| (*tick, *number, input)))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
