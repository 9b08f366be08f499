//! What a domain has done, and how long it took.

/// Time spent in each phase, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PhaseTimes {
    /// Sorting into cells and reordering columns.
    pub sort_ns: u64,
    /// The model's neighbour pass.
    pub neighbours_ns: u64,
    /// Events, births and the model's update.
    pub commit_ns: u64,
    /// Finding owners, and sending migrants and ghosts.
    pub route_ns: u64,
    /// Taking in migrants and ghosts.
    pub receive_ns: u64,
}

impl PhaseTimes {
    /// The phases with their names in reports.
    pub fn named(&self) -> [(&'static str, u64); 5] {
        [
            ("sort", self.sort_ns),
            ("neighbours", self.neighbours_ns),
            ("commit", self.commit_ns),
            ("route", self.route_ns),
            ("receive", self.receive_ns),
        ]
    }

    /// All phases together.
    pub fn total_ns(&self) -> u64 {
        self.named().iter().map(|(_, ns)| ns).sum()
    }
}

/// What a domain has done since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Time spent in each phase.
    pub phases: PhaseTimes,
    /// Candidates tested in the last tick, plus entities: what the last tick cost.
    pub work: u64,
    /// Bytes sent.
    pub bytes: u64,
    /// Messages sent.
    pub messages: u64,
    /// Entities that left for another domain.
    pub migrations: u64,
    /// Ghosts, summed over ticks.
    pub ghosts: u64,
    /// Events sent.
    pub events: u64,
    /// Entities born.
    pub births: u64,
    /// Entities that died.
    pub deaths: u64,
}

impl Counters {
    /// The sum of two domains' counters.
    pub fn plus(self, other: &Self) -> Self {
        self.zip(other, |a, b| a + b)
    }

    /// What was counted since `before`; `work` is not a sum and stays.
    pub fn since(self, before: &Self) -> Self {
        Self { work: self.work, ..self.zip(before, u64::saturating_sub) }
    }

    fn zip(self, other: &Self, with: impl Fn(u64, u64) -> u64) -> Self {
        let (a, b) = (self.phases, other.phases);
        Self {
            phases: PhaseTimes {
                sort_ns: with(a.sort_ns, b.sort_ns),
                neighbours_ns: with(a.neighbours_ns, b.neighbours_ns),
                commit_ns: with(a.commit_ns, b.commit_ns),
                route_ns: with(a.route_ns, b.route_ns),
                receive_ns: with(a.receive_ns, b.receive_ns),
            },
            work: with(self.work, other.work),
            bytes: with(self.bytes, other.bytes),
            messages: with(self.messages, other.messages),
            migrations: with(self.migrations, other.migrations),
            ghosts: with(self.ghosts, other.ghosts),
            events: with(self.events, other.events),
            births: with(self.births, other.births),
            deaths: with(self.deaths, other.deaths),
        }
    }
}
