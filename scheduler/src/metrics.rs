//! What a domain has done, and how long it took.
//!
//! The table at the end names each counter once. Whoever adds up, sends or reports counters goes
//! through [`Counters::TABLE`] and [`Counters::values`], so a new one is a line here and the place
//! that counts it.

/// How a counter is told of many ticks and domains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Time in one phase, in nanoseconds, added up.
    Phase,
    /// Added up.
    Total,
    /// Added up over domains, and the mean over ticks.
    Mean,
    /// Of the last tick alone, added up over domains.
    Last,
}

/// What there is to know about a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counter {
    /// Its name in reports.
    pub name: &'static str,
    /// How it is told.
    pub told: Told,
}

macro_rules! counters {
    (
        phases { $($(#[$about:meta])* $phase:ident = $phase_name:literal;)+ }
        counts { $($(#[$meta:meta])* $count:ident = $name:literal, $told:ident;)+ }
    ) => {
        /// Time spent in each phase, in nanoseconds.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct PhaseTimes {
            $($(#[$about])* pub $phase: u64,)+
        }

        /// What a domain has done since it was made.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct Counters {
            /// Time spent in each phase.
            pub phases: PhaseTimes,
            $($(#[$meta])* pub $count: u64,)+
        }

        impl Counters {
            /// All counters, phases first.
            pub const TABLE: &'static [Counter] = &[
                $(Counter { name: $phase_name, told: Told::Phase },)+
                $(Counter { name: $name, told: Told::$told },)+
            ];

            /// The values, in the order of the table.
            pub fn values(&self) -> [u64; Self::TABLE.len()] {
                [$(self.phases.$phase,)+ $(self.$count,)+]
            }

            /// The counters with these values; those that are not given are 0.
            pub fn of(values: &[u64]) -> Self {
                let mut values = values.iter().copied();
                let mut next = || values.next().unwrap_or(0);
                Self { phases: PhaseTimes { $($phase: next(),)+ }, $($count: next(),)+ }
            }
        }
    };
}

impl Counters {
    /// The counters with their names and how they are told.
    pub fn named(&self) -> impl Iterator<Item = (Counter, u64)> + use<> {
        Self::TABLE.iter().copied().zip(self.values())
    }

    /// The phases with their names in reports.
    pub fn phases(&self) -> impl Iterator<Item = (&'static str, u64)> + use<> {
        let phases = self.named().filter(|(counter, _)| counter.told == Told::Phase);
        phases.map(|(counter, ns)| (counter.name, ns))
    }

    /// The sum of two domains' counters.
    pub fn plus(self, other: &Self) -> Self {
        self.zip(other, |_, a, b| a + b)
    }

    /// What was counted since `before`; what is told of the last tick is no sum and stays.
    pub fn since(self, before: &Self) -> Self {
        self.zip(before, |told, a, b| if told == Told::Last { a } else { a.saturating_sub(b) })
    }

    fn zip(self, other: &Self, with: impl Fn(Told, u64, u64) -> u64) -> Self {
        let mut values = self.values();
        for ((value, (counter, one)), two) in
            values.iter_mut().zip(self.named()).zip(other.values())
        {
            *value = with(counter.told, one, two);
        }
        Self::of(&values)
    }
}

counters! {
    phases {
        /// Sorting into cells and reordering columns.
        sort_ns = "sort";
        /// The model's neighbour pass.
        neighbours_ns = "neighbours";
        /// Events, births and the model's update.
        commit_ns = "commit";
        /// Finding owners, and sending migrants and ghosts.
        route_ns = "route";
        /// Taking in migrants and ghosts.
        receive_ns = "receive";
    }
    counts {
        /// Candidates tested in the last tick, plus entities, plus a part of the cells of fields: what it cost.
        work = "work", Last;
        /// Entities that left for another domain.
        migrations = "migrations", Total;
        /// Ghosts, summed over ticks.
        ghosts = "ghosts", Mean;
        /// Events sent.
        events = "events", Total;
        /// Entities born.
        births = "births", Total;
        /// Entities that died.
        deaths = "deaths", Total;
        /// Messages sent.
        messages = "messages", Total;
        /// Bytes sent.
        bytes = "bytes", Total;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_added_up_and_taken_apart_as_the_table_says() {
        let values: [u64; Counters::TABLE.len()] = core::array::from_fn(|at| 10 + at as u64);
        let one = Counters::of(&values);
        assert_eq!(one.values(), values);
        assert_eq!((one.phases.sort_ns, one.work), (10, 15));
        let two = one.plus(&one);
        assert!(two.values().iter().zip(values).all(|(sum, value)| *sum == 2 * value));
        let since = two.since(&one);
        for ((counter, value), before) in since.named().zip(values) {
            let last = counter.told == Told::Last;
            assert_eq!(value, if last { 2 * before } else { before }, "{}", counter.name);
        }
        assert_eq!(one.phases().map(|(_, ns)| ns).sum::<u64>(), 10 + 11 + 12 + 13 + 14);
    }
}
