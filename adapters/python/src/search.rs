//! Many queries to one index at once.

use std::fmt;
use std::ops::ControlFlow;

use flockwork_kernel::{Axes, Vector};
use flockwork_spatial::{
    Hit, Index, Indexed, Neighbour, Neighbours, OwnedLists, Query, QueryError,
};

use crate::lists::{Found, NOBODY};

/// Which query cannot be answered, and why.
#[derive(Debug)]
pub(crate) struct Refused {
    point: Option<usize>,
    error: QueryError,
}

impl From<QueryError> for Refused {
    fn from(error: QueryError) -> Self {
        Self { point: None, error }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.point {
            Some(point) => write!(f, "points[{point}]: {}", self.error),
            None => self.error.fmt(f),
        }
    }
}

/// Each point of coordinates that lie side by side, with what it adds to an error.
fn each<A: Axes>(
    values: &[f32],
) -> impl Iterator<Item = (Vector<A>, impl Fn(QueryError) -> Refused)> {
    values.chunks_exact(A::COUNT).enumerate().map(|(point, at)| {
        let z = at.get(2).copied().unwrap_or(0.0);
        (Vector::of(at[0], at[1], z), move |error| match error {
            // It is wrong for every point.
            QueryError::InvalidRadius { .. } | QueryError::RadiusTooWide { .. } => error.into(),
            error => Refused { point: Some(point), error },
        })
    })
}

/// How many are closer than `r` to each point.
pub(crate) fn count<A: Axes>(
    index: &Index<A>,
    points: &[f32],
    r: f32,
) -> Result<Vec<u32>, Refused> {
    each::<A>(points).map(|(at, refuse)| index.count_radius(at, r).map_err(refuse)).collect()
}

/// Who is closer than `r` to each point.
pub(crate) fn within<A: Axes>(
    index: &Index<A>,
    points: &[f32],
    r: f32,
    distances: bool,
) -> Result<Found, Refused> {
    let mut found = Found::nobody(0, distances);
    for (at, refuse) in each::<A>(points) {
        let Found { ids, distances, .. } = &mut found;
        let shown = match distances {
            None => index.visit_radius(at, r, |hit| {
                ids.push(hit.slot);
                ControlFlow::<()>::Continue(())
            }),
            Some(distances) => index.visit_radius(at, r, |hit| {
                ids.push(hit.slot);
                distances.push(hit.d2.sqrt());
                ControlFlow::<()>::Continue(())
            }),
        };
        let _ = shown.map_err(refuse)?;
        found.end();
    }
    Ok(found)
}

/// How many others are closer than `r` to each of the index's own points.
pub(crate) fn count_own<A: Axes>(index: &Index<A>, r: f32) -> Result<Vec<u32>, Refused> {
    let mut counts = vec![0; index.len()];
    index.count_each(r, &mut counts)?;
    Ok(counts)
}

/// Which others are closer than `r` to each of the index's own points.
pub(crate) fn within_own<A: Axes>(
    index: &Index<A>,
    r: f32,
    distances: bool,
) -> Result<Found, Refused> {
    if !distances {
        let (starts, ids) = OwnedLists::of(index, r, false)?.into_parts();
        return Ok(Found::of_starts(&starts, ids, None));
    }
    let mut starts = vec![0; index.len() + 1];
    let all = index.list_starts(r, false, &mut starts)?;
    let (mut ids, mut far, mut next) = (vec![0; all], vec![0.0; all], starts.clone());
    index.for_each_neighbour(r, |one| {
        let place = &mut next[one.slot as usize];
        ids[*place as usize] = one.other;
        far[*place as usize] = one.d2.sqrt();
        *place += 1;
    })?;
    Ok(Found::of_starts(&starts, ids, Some(far)))
}

/// Distances and ids of the `k` nearest to each point, or to each of the index's own points: without
/// that point itself.
pub(crate) fn nearest<A: Axes>(
    index: &Index<A>,
    points: Option<&[f32]>,
    k: usize,
) -> Result<(Vec<f32>, Vec<u32>), Refused> {
    let (mut far, mut ids) = no_one(points.map_or(index.len(), |at| at.len() / A::COUNT), k);
    // Nobody has more neighbours than there are points.
    let most = k.min(index.len());
    if most == 0 {
        return Ok((far, ids));
    }
    let mut put = |row: usize, hits: &mut dyn Iterator<Item = &Hit>| {
        for (place, hit) in (row * k..(row + 1) * k).zip(hits) {
            far[place] = hit.d2.sqrt();
            ids[place] = hit.slot;
        }
    };
    let Some(points) = points else {
        let most = (k + 1).min(index.len());
        let mut hits = vec![Hit::default(); most];
        let places = index.positions();
        for (place, entry) in index.order().iter().enumerate() {
            let count = index.nearest(places.at(place), most, &mut hits)?;
            // Where many are in one place it may not be among them.
            let others = hits[..count].iter().filter(|hit| hit.slot != entry.slot());
            put(entry.slot() as usize, &mut others.take(k));
        }
        return Ok((far, ids));
    };
    let mut hits = vec![Hit::default(); most];
    for (row, (at, refuse)) in each::<A>(points).enumerate() {
        let count = index.nearest(at, most, &mut hits).map_err(refuse)?;
        put(row, &mut hits[..count].iter());
    }
    Ok((far, ids))
}

/// The answer where nobody is near.
pub(crate) fn no_one(points: usize, k: usize) -> (Vec<f32>, Vec<u32>) {
    (vec![f32::INFINITY; points * k], vec![NOBODY; points * k])
}

/// All pairs closer than `r`, and how far apart they are if that is asked for.
pub(crate) fn pairs<A: Axes>(
    index: &Index<A>,
    r: f32,
    distances: bool,
) -> Result<(Vec<u32>, Vec<f32>), Refused> {
    let (mut pairs, mut far) = (Vec::new(), Vec::new());
    let mut put =
        |one: &Neighbour<A>| pairs.extend([one.slot.min(one.other), one.slot.max(one.other)]);
    if distances {
        index.for_each_pair(r, |one| {
            put(&one);
            far.push(one.d2.sqrt());
        })?;
    } else {
        index.for_each_pair(r, |one| put(&one))?;
    }
    Ok((pairs, far))
}
