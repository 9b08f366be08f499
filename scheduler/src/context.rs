//! What a model may do at the end of a tile's pass besides writing scratch columns: look at single
//! neighbours, send them events, ask for births.

use flockwork_kernel::LANES;
use flockwork_kernel::isa::Isa;
use flockwork_kernel::simd::{F32x8, Mask8, U32x8, V2};
use flockwork_spatial::Block;

use crate::model::{LeftOf, LookOf, Model, ShownOf, Tick};
use crate::outbox::{NOBODY, Outbox};

/// What a model's pass writes besides scratch columns.
pub(crate) type OutboxOf<'a, M> = Outbox<
    'a,
    <M as Model>::Columns,
    <M as Model>::Shown,
    <M as Model>::Event,
    <M as Model>::Child,
>;

/// Eight entities whose neighbours have been met.
pub struct Finish<'a, 'd, S: Isa, M: Model> {
    /// The tick.
    pub tick: &'a Tick<'a, M>,
    /// What [`Model::load`] gave.
    pub tile: &'a M::Tile<S>,
    /// What added up.
    pub sum: &'a M::Sum<S>,
    /// Their state of tick t.
    pub now: LookOf<'a, S, M>,
    /// Their scratch columns. All eight lanes may be written.
    pub left: LeftOf<'a, S, M>,
    /// The lanes that are entities: of a row's last tile some may be none.
    pub own: Mask8<S>,
    pub(crate) block: Block,
    pub(crate) outbox: &'a mut OutboxOf<'d, M>,
}

impl<S: Isa, M: Model> Finish<'_, '_, S, M> {
    /// The id of the entity in `lane`.
    pub fn id(&self, lane: usize) -> u32 {
        if lane < self.block.count {
            self.outbox.id((self.block.first + lane) as u32)
        } else {
            NOBODY
        }
    }

    /// The id of a candidate by its index in the pass.
    pub fn id_of(&mut self, index: u32) -> u32 {
        self.outbox.entry(index).map_or(NOBODY, |entry| entry.id())
    }

    /// The ghost columns of a candidate by its index in the pass, as of the begin of the tick.
    pub fn neighbour(&mut self, index: u32) -> ShownOf<M> {
        self.outbox.neighbour(index)
    }

    /// The places of candidates by their indices in the pass, where the mask is true; zero elsewhere.
    #[inline(always)]
    pub fn places(&mut self, indices: U32x8<S>, some: Mask8<S>) -> V2<S> {
        let mut lanes = some.bits();
        if lanes == 0 {
            return V2::ZERO;
        }
        let indices = indices.to_array();
        let (mut x, mut y) = ([0.0; LANES], [0.0; LANES]);
        while lanes != 0 {
            let lane = lanes.trailing_zeros() as usize % LANES;
            lanes &= lanes - 1;
            (x[lane], y[lane]) = self.outbox.place(indices[lane]);
        }
        V2::new(F32x8::from_array(x), F32x8::from_array(y))
    }

    /// Sends an event from the entity in `lane` to a candidate by its index in the pass.
    pub fn send(&mut self, lane: usize, to: u32, value: M::Event) {
        self.outbox.send(self.id(lane), to, value);
    }

    /// Asks for a child of the entity in `lane`; nothing for a lane that is none.
    pub fn birth(&mut self, lane: usize, child: M::Child) {
        let parent = self.id(lane);
        self.outbox.birth(parent, self.block.at + lane, child);
    }
}
