//! The passes of a model: how far they see, and what is done with one of them by its number.

use flockwork_spatial::Candidate;

use crate::desks::PassLists;
use crate::model::{AxesOf, MOST_PASSES, Model, Pass, Passes, Sight, WithPass};

/// Two radii of a model's passes: the smallest of those in which all look, or of all where there is
/// none, which decides how high rows of cells are; and the largest.
pub fn radii<M: Model>(model: &M) -> (f32, f32) {
    let sights = M::Passes::sights(model).into_iter().flatten();
    let (mut shortest, mut any, mut longest) = (f32::INFINITY, f32::INFINITY, 0.0);
    for Sight { radius, chooses } in sights {
        // What is no radius at all is refused by the grid.
        let shorter = |than: f32| if radius >= than { than } else { radius };
        any = shorter(any);
        if !chooses {
            shortest = shorter(shortest);
        }
        longest = if radius <= longest { longest } else { radius };
    }
    (if shortest == f32::INFINITY { any } else { shortest }, longest)
}

/// The columns that passes read of neighbours: all that read some read the same, at compile time of
/// the model.
const fn shared(reads: &[&'static [&'static str]]) -> &'static [&'static str] {
    let mut shared: &[&str] = &[];
    let mut at = 0;
    while at < reads.len() {
        if !reads[at].is_empty() {
            assert!(at > 0, "no pass of this tick comes before the first");
            assert!(
                shared.is_empty() || shared.len() == reads[at].len(),
                "passes that read scratch columns of neighbours read the same ones"
            );
            shared = reads[at];
        }
        at += 1;
    }
    shared
}

macro_rules! passes {
    ($count:literal: $($pass:ident $number:tt),*) => {
        impl<M: Model, $($pass: Pass<M>),*> Passes<M> for ($($pass,)*) {
            const COUNT: usize = $count;
            const ROWS: bool = $($pass::ROWS)||*;
            const SHARED: &'static [&'static str] = shared(&[$($pass::READS),*]);
            const READS: &'static [bool] = &[$(!$pass::READS.is_empty()),*];
            const SHOWN: usize = 0 $(+ size_of::<Candidate<$pass::Shown, AxesOf<M>>>())*;
            type Lists = ($(PassLists<$pass::Shown, M::Columns>,)*);

            fn sights(model: &M) -> [Option<Sight>; MOST_PASSES] {
                let mut sights = [None; MOST_PASSES];
                $(sights[$number] =
                    Some(Sight { radius: $pass::radius(model), chooses: $pass::CHOOSES });)*
                sights
            }

            fn with<W: WithPass<M>>(
                number: usize,
                lists: &mut Self::Lists,
                with: W,
            ) -> Option<W::Output> {
                match number {
                    $($number => Some(with.run::<$pass>(&mut lists.$number)),)*
                    _ => None,
                }
            }
        }
    };
}

passes!(1: A 0);
passes!(2: A 0, B 1);
passes!(3: A 0, B 1, C 2);
passes!(4: A 0, B 1, C 2, D 3);
