//! All pairs within a distance: each is seen from the one that comes first in canonical order.

use core::ops::ControlFlow;

use flockwork_kernel::Vector;
use flockwork_kernel::axes::Axes;
use flockwork_kernel::isa::{self, Isa};

use super::inputs::reach;
use super::near;
use crate::Entry;
use crate::index::{Area, Indexed, Periods};

/// All pairs within a distance, with the best instructions there are.
pub(super) struct AllPairs<'a, T: ?Sized, F> {
    pub(super) index: &'a T,
    pub(super) r: f32,
    pub(super) each: F,
}

impl<T, B, F> isa::Task for AllPairs<'_, T, F>
where
    T: Indexed + ?Sized,
    F: FnMut(Entry, Entry, f32) -> ControlFlow<B>,
{
    type Output = ControlFlow<B>;

    #[inline(always)]
    fn run<S: Isa>(self) -> ControlFlow<B> {
        let Self { index, r, mut each } = self;
        let reaching = Reach::new(&index.periods(), r);
        for own in 0..index.order().len() {
            let place = index.positions().at(own);
            near::look::<S, T, B>(
                index,
                &reaching.area(place),
                place,
                reaching.limit,
                own + 1,
                #[inline(always)]
                |other, d2, shift| match reaching.pair(index, own, (other, d2, shift)) {
                    Some((low, high, d2)) => each(low, high, d2),
                    None => ControlFlow::Continue(()),
                },
            )?;
        }
        ControlFlow::Continue(())
    }
}

/// Which pairs are near, seen from the one that comes first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reach {
    /// The half side of the box in which the other one is.
    wide: f32,
    /// The squared radius, and what is above the squared distance of every pair.
    exact: f32,
    pub(super) limit: f32,
    /// Whether nobody who comes later is in a row, or in space a layer, below: an image would be.
    forward: bool,
}

impl Reach {
    pub(super) fn new(periods: &Periods, r: f32) -> Self {
        let (wide, exact) = (reach(periods, r, 0.0), r * r);
        let torus = periods.iter().any(Option::is_some);
        let limit = if torus { (wide * wide).next_up() } else { exact };
        Self { wide, exact, limit, forward: !torus }
    }

    /// Where the others of an entity are that come after it.
    #[inline(always)]
    pub(super) fn area<A: Axes>(&self, place: Vector<A>) -> Area {
        let mut area = Area::around(place, self.wide);
        let last = A::COUNT - 1;
        // What is below comes before, but for images of the world, which are below its end.
        if self.forward || area.0[last].0 > 0.0 {
            area.0[last].0 = place.along(last);
        }
        area
    }

    /// The pair of an entity and one in its area: the lower id first, and the squared distance seen
    /// from there.
    #[inline(always)]
    pub(super) fn pair<T: Indexed + ?Sized>(
        &self,
        index: &T,
        own: usize,
        (other, d2, shift): (usize, f32, Vector<T::Axes>),
    ) -> Option<(Entry, Entry, f32)> {
        let (one, two) = (index.order()[own], index.order()[other]);
        if one.id() <= two.id() {
            return (d2 < self.exact).then_some((one, two, d2));
        }
        if shift == Vector::default() {
            return (d2 < self.exact).then_some((two, one, d2));
        }
        let places = index.positions();
        let d2 = (places.at(own) - shift - places.at(other)).length_squared();
        (d2 < self.exact).then_some((two, one, d2))
    }
}
