//! The seeds of a point: `1..200`, `7` or `1..10,20..30`, both ends among them.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Seeds in their order, none of them twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seeds(Vec<(u64, u64)>);

/// The most seeds that a point may have.
const MOST: u64 = 1_000_000;

impl Seeds {
    /// Reads what `--seeds` says.
    ///
    /// # Errors
    ///
    /// What it must be.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut seeds = Self::default();
        for part in text.split(',') {
            let (first, last) = part.split_once("..").unwrap_or((part, part));
            let number = |text: &str| text.trim().parse::<u64>();
            let (Ok(first), Ok(last)) = (number(first), number(last)) else {
                return Err("it must be seeds such as 1..200, or 1,2,7".to_string());
            };
            if first > last {
                return Err(format!(
                    "{first}..{last} must lead from the smaller to the larger one"
                ));
            }
            if let Some((other, _)) =
                seeds.0.iter().find(|(from, to)| first <= *to && last >= *from)
            {
                return Err(format!("seed {} is there twice", first.max(*other)));
            }
            seeds.0.push((first, last));
        }
        match seeds.len() {
            1..=MOST => Ok(seeds),
            _ => Err(format!("it must be at most {MOST} seeds")),
        }
    }

    /// One seed alone.
    pub(super) fn one(seed: u64) -> Self {
        Self(vec![(seed, seed)])
    }

    /// Adds a seed; false if it is there already.
    pub(super) fn add(&mut self, seed: u64) -> bool {
        if self.0.iter().any(|(first, last)| (*first..=*last).contains(&seed)) {
            return false;
        }
        match self.0.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(seed) => *last = seed,
            _ => self.0.push((seed, seed)),
        }
        true
    }

    pub(super) fn len(&self) -> u64 {
        self.0
            .iter()
            .fold(0, |sum: u64, (first, last)| sum.saturating_add((last - first).saturating_add(1)))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        self.0.iter().flat_map(|(first, last)| *first..=*last)
    }
}

impl fmt::Display for Seeds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (first, last)) in self.0.iter().enumerate() {
            let comma = if at > 0 { "," } else { "" };
            match first == last {
                true => write!(f, "{comma}{first}")?,
                false => write!(f, "{comma}{first}..{last}")?,
            }
        }
        Ok(())
    }
}

impl Serialize for Seeds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Seeds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_read_and_told_in_their_order() {
        for text in ["1..200", "7", "20..30,1,3", "0..0"] {
            let seeds = Seeds::parse(text).unwrap();
            assert_eq!(Seeds::parse(&seeds.to_string()), Ok(seeds.clone()));
            assert_eq!(seeds.iter().count() as u64, seeds.len());
        }
        let seeds = Seeds::parse("5..6,1").unwrap();
        assert_eq!(seeds.iter().collect::<Vec<_>>(), [5, 6, 1]);
        for bad in ["", "a", "1..", "2..1", "1,1", "1..5,3", "0..18446744073709551615", "-1"] {
            assert!(Seeds::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn seeds_are_added_once() {
        let mut seeds = Seeds::one(4);
        assert!(seeds.add(5) && seeds.add(2) && !seeds.add(4));
        assert_eq!(seeds.to_string(), "4..5,2");
    }
}
