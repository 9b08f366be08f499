//! Everybody meets everybody near: counts, a closure with plain numbers, pairs once, and lists that are
//! kept while the points move.
//!
//! `cargo run --release -p flockwork-spatial --example neighbours`

use std::error::Error;

use flockwork_kernel::{Edge, Plane, World, rng};
use flockwork_spatial::neighbours::lists::moved;
use flockwork_spatial::{Index, Indexed, Neighbours, OwnedLists, Places};

const COUNT: u32 = 10_000;
const SIDE: f32 = 60.0;
const RADIUS: f32 = 1.0;

fn main() -> Result<(), Box<dyn Error>> {
    let along = |axis: usize| -> Vec<f32> {
        (0..COUNT).map(|slot| SIDE * rng::unit(rng::draw(1, 0, slot, 0)[axis])).collect()
    };
    let (mut xs, ys) = (along(0), along(1));

    // The world is a torus: whoever is near an end has neighbours at the other one.
    let mut index = Index::<Plane>::new(World::new(SIDE, SIDE, Edge::Periodic)?, RADIUS)?;
    index.rebuild(&(&xs[..], &ys[..]))?;

    let mut counts = vec![0; xs.len()];
    index.count_each(RADIUS, &mut counts)?;
    let mean = counts.iter().sum::<u32>() as f32 / COUNT as f32;
    println!("{mean:.2} others are near each point");

    // Each is pushed away from its neighbours.
    let mut push = vec![0.0; xs.len()];
    index.for_each_neighbour(RADIUS, |near| {
        push[near.slot as usize] -= near.offset.x * (1.0 - near.d2);
    })?;

    let mut closest = (f32::INFINITY, 0, 0);
    index.for_each_pair(RADIUS, |pair| {
        if pair.d2 < closest.0 {
            closest = (pair.d2, pair.slot, pair.other);
        }
    })?;
    println!("{} and {} are nearest to each other: {}", closest.1, closest.2, closest.0.sqrt());

    // Lists for a wider radius hold everybody near until somebody has moved by half of the rest.
    let skin = 0.2;
    let lists = OwnedLists::of(&index, RADIUS + skin, false)?;
    let before = xs.clone();
    let mut ticks = 0;
    while moved::<Plane>(Places::of(&before, &ys, &[]), Places::of(&xs, &ys, &[]), &index.periods())
        <= (skin / 2.0) * (skin / 2.0)
    {
        for (x, push) in xs.iter_mut().zip(&push) {
            *x = (*x + 0.001 * push).rem_euclid(SIDE);
        }
        ticks += 1;
    }
    let most = lists.lists().iter().map(<[u32]>::len).max().unwrap_or(0);
    println!("lists of at most {most} points served {ticks} ticks");
    Ok(())
}
