//! Shapes by name.

use std::ops::Range;

use super::{Drawn, Outline};
use crate::human;

/// The numbers of shapes in the list that a model takes, by their names in a scenario.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Names(Vec<(String, Range<u32>)>);

impl Names {
    /// Those of a scenario.
    pub(crate) fn of(drawn: &[Drawn]) -> Self {
        let named = drawn.iter().zip(numbers(drawn));
        Self(named.filter_map(|(drawn, range)| Some((drawn.name.clone()?, range))).collect())
    }

    /// The numbers of a shape: several of a chain of several sides.
    ///
    /// # Errors
    ///
    /// There is none of this name.
    pub(crate) fn get(&self, name: &str) -> Result<Vec<u32>, String> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, range)| range.clone().collect()).ok_or_else(|| match self.0.is_empty() {
            true => format!("no shape has a name here, so not \"{}\" either", human::shown(name)),
            false => human::unknown("shape", name, self.0.iter().map(|(known, _)| known.as_str())),
        })
    }
}

/// The numbers of each shape in the list.
pub(super) fn numbers(drawn: &[Drawn]) -> impl Iterator<Item = Range<u32>> {
    drawn.iter().scan(0, |next, drawn| {
        let count = match &drawn.outline {
            Outline::Chain(corners) => corners.len().max(1) as u32 - 1,
            _ => 1,
        };
        let first = *next;
        *next += count;
        Some(first..*next)
    })
}
