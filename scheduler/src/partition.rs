//! How a world is shared among domains.

use flockwork_spatial::Cut;

/// How a world is shared among domains.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Partition {
    /// How many regions there are.
    pub cut: Cut,
    /// The world is cut anew when the most loaded domain has more than this times the mean work;
    /// never if None.
    pub rebalance: Option<f64>,
    /// The room of each domain, in entities; None makes more whenever it is needed.
    pub capacity: Option<usize>,
}

impl Partition {
    /// The threshold that serves most worlds.
    pub const REBALANCE: f64 = 1.2;

    /// This cut, with rebalancing and room as needed.
    pub fn new(cut: Cut) -> Self {
        Self { cut, rebalance: Some(Self::REBALANCE), capacity: None }
    }
}
