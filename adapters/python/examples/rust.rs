//! What `bench.py` holds the Python module against: the same calls in Rust, each answered with its
//! processor time.
//!
//! `rust POINTS AXES SIDE EDGE`: a file of coordinates as `f32`, the length of the world, and how it ends. Then
//! lines such as `count 0.01` on standard input.

use std::error::Error;
use std::io::{BufRead, Write};
use std::ops::ControlFlow;
use std::time::Duration;

use flockwork_kernel::{Axes, Axis, Edge, Plane, Space, World};
use flockwork_spatial::points::{Point, Points};
use flockwork_spatial::{Hit, Index, Neighbours, OwnedLists, Query};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [points, axes, side, edge] = &words[..] else {
        return Err("rust POINTS AXES SIDE EDGE".into());
    };
    let values = floats(points)?;
    let edge = Edge::from_name(edge).ok_or("an edge is periodic, wall or open")?;
    let axis = Axis { length: side.parse()?, edge };
    match axes.as_str() {
        "2" => serve::<Plane, [f32; 2]>(values.as_chunks().0, axis),
        _ => serve::<Space, [f32; 3]>(values.as_chunks().0, axis),
    }
}

fn floats(path: &str) -> Outcome<Vec<f32>> {
    let bytes = std::fs::read(path)?;
    Ok(bytes.as_chunks().0.iter().map(|four| f32::from_le_bytes(*four)).collect())
}

/// Answers lines until there are no more.
fn serve<A: Axes, P: Point<A> + Copy>(points: &[P], axis: Axis) -> Outcome<()>
where
    [P]: Points<A>,
{
    let (mut index, mut shuffled) = (None, points.to_vec());
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        let [what, value] = words[..] else { return Err(line.into()) };
        if what == "order" {
            let bytes = std::fs::read(value)?;
            let order = bytes.as_chunks().0.iter().map(|four| u32::from_le_bytes(*four));
            shuffled = order.map(|slot| points[slot as usize]).collect();
            println!("0");
            continue;
        }
        let value: f32 = value.parse()?;
        let index = match &mut index {
            Some(index) => index,
            none => none.insert(made(points, value, axis)?),
        };
        let begin = cpu();
        let kept = ask(index, points, &shuffled, what, value)?;
        let took = cpu() - begin;
        std::hint::black_box(kept);
        println!("{}", took.as_secs_f64());
        std::io::stdout().flush()?;
    }
    Ok(())
}

fn made<A: Axes, P: Point<A>>(points: &[P], radius: f32, axis: Axis) -> Outcome<Index<A>>
where
    [P]: Points<A>,
{
    let mut index = Index::new(World::of(&vec![axis; A::COUNT])?, radius)?;
    index.rebuild(points)?;
    Ok(index)
}

/// Processor time of this process so far.
fn cpu() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}

/// Does what a line asks for, and keeps it.
fn ask<A: Axes, P: Point<A> + Copy>(
    index: &mut Index<A>,
    points: &[P],
    shuffled: &[P],
    what: &str,
    value: f32,
) -> Outcome<(Vec<u32>, Vec<usize>)>
where
    [P]: Points<A>,
{
    let (mut all, mut starts) = (Vec::new(), Vec::new());
    let next = |_: Hit| ControlFlow::<()>::Continue(());
    match what {
        "build" => index.rebuild(points)?,
        "count" => {
            for at in shuffled {
                all.push(index.count_radius(*at, value)?);
            }
        }
        "lists" => {
            for at in shuffled {
                starts.push(all.len());
                let _ = index.visit_radius(*at, value, |hit| {
                    all.push(hit.slot);
                    next(hit)
                })?;
            }
        }
        "nearest" => {
            let mut hits = vec![Hit::default(); value as usize];
            for at in shuffled {
                let count = index.nearest(*at, hits.len(), &mut hits)?;
                all.extend(hits[..count].iter().flat_map(|hit| [hit.slot, hit.d2.to_bits()]));
            }
        }
        "count_own" => {
            all = vec![0; index.len()];
            index.count_each(value, &mut all)?;
        }
        "lists_own" => {
            let (begins, slots) = OwnedLists::of(index, value, false)?.into_parts();
            starts.extend(begins.iter().map(|&start| start as usize));
            all = slots;
        }
        "pairs" => index.for_each_pair(value, |one| {
            all.extend([one.slot.min(one.other), one.slot.max(one.other)]);
        })?,
        _ => return Err(what.into()),
    }
    Ok((all, starts))
}
