//! What happens, and who is where.

use alloc::format;
use alloc::vec::Vec;

use flockwork_scheduler::feed::{self, Number, Within};
use flockwork_scheduler::{Feed, Finder, Watch, Zone};

use super::Sim;
use super::errors::{refuse, refuse_world, told};
use super::handles::{bytes, with};

exports! {
    export_feeds:

    /// Begins to tell what happens to the feed of this number, of a watch as doubles.
    fn fw_listen(sim: *mut Sim, number: u32, ptr: *const u8, len: usize) -> i32 {
        let watch = watch(&doubles(bytes(ptr, len)));
        with(sim, -1, |sim| {
            let Some(watch) = watch else { return refuse("these are no numbers of a watch", -1) };
            match Feed::new(sim.world.schema(), watch) {
                Ok(mut feed) => {
                    // What has happened until now is not told.
                    told(sim.world.feed(&mut feed), ());
                    feed.take();
                    sim.feeds.push((number, feed));
                    0
                }
                Err(error) => refuse(error, -1),
            }
        })
    }

    /// Ends that.
    fn fw_unlisten(sim: *mut Sim, number: u32) {
        with(sim, (), |sim| sim.feeds.retain(|(known, _)| *known != number));
    }

    /// Another simulation goes on where this one was: its feeds with it.
    fn fw_follow(sim: *mut Sim, next: *mut Sim) {
        let mut feeds = with(sim, Vec::new(), |sim| core::mem::take(&mut sim.feeds));
        with(next, (), |next| {
            for (_, feed) in &mut feeds {
                feed.follow();
                // Nothing has happened there yet.
                told(next.world.feed(feed), ());
            }
            next.feeds = feeds;
        });
    }

    /// Takes what this rank keeps for a feed: at `fw_told`, behind a double that says how many there were.
    fn fw_hear(sim: *mut Sim, number: u32) -> i32 {
        with(sim, -1, |sim| {
            let Sim { feeds, told, .. } = sim;
            let Some((_, feed)) = feeds.iter_mut().find(|(known, _)| *known == number) else {
                return refuse(format!("there is no feed {number}"), -1);
            };
            told.clear();
            told.extend((feed.matched() as f64).to_le_bytes());
            told.extend_from_slice(bytemuck::cast_slice(feed.records()));
            feed.take();
            0
        })
    }

    /// Makes arrays of what all ranks have kept, which stand behind a double: how many there were. Gives the number of
    /// records.
    fn fw_heard(sim: *mut Sim, number: u32, table: *const u32, count: usize, values: usize) -> i32 {
        if table.is_null() {
            return refuse("the table of parts is null", -1);
        }
        let table = core::slice::from_raw_parts(table, 2 * count);
        let parts = table.chunks_exact(2).map(|part| bytes(part[0] as usize as *const u8, part[1] as usize));
        let parts: Vec<_> = parts.filter_map(<[u8]>::split_first_chunk::<8>).collect();
        let matched: f64 = parts.iter().map(|(count, _)| f64::from_le_bytes(**count)).sum();
        let parts: Vec<&[u8]> = parts.into_iter().map(|(_, records)| records).collect();
        with(sim, -1, |sim| {
            let Some((_, feed)) = sim.feeds.iter().find(|(known, _)| *known == number) else {
                return refuse(format!("there is no feed {number}"), -1);
            };
            let Watch { limit, columns, .. } = feed.watch();
            let records = feed::merge(&parts, *limit);
            let arrays = feed::arrays(&records, columns.len(), values);
            sim.told.clear();
            sim.told.extend(matched.to_le_bytes());
            sim.told.extend(arrays);
            records.len() as i32
        })
    }

    /// The ids of this rank's entities in an area, of doubles: 0, a place and a radius; 1 and two places; 2 and
    /// coordinates x and y by turns. In ascending order at `fw_told`.
    fn fw_find(sim: *mut Sim, ptr: *const u8, len: usize) -> i32 {
        let area = area(&doubles(bytes(ptr, len)));
        with(sim, -1, |sim| {
            let Some(area) = area else { return refuse("these are no numbers of an area", -1) };
            let finder = match Finder::new(&sim.world.setup().world, area) {
                Ok(finder) => finder,
                Err(error) => return refuse(error, -1),
            };
            match sim.world.find(&finder) {
                Ok(ids) => {
                    sim.told.clear();
                    sim.told.extend_from_slice(bytemuck::cast_slice(&ids));
                    ids.len() as i32
                }
                Err(error) => refuse_world(&error, -1),
            }
        })
    }

    /// What was told last.
    fn fw_told(sim: *mut Sim) -> *const u8 { with(sim, core::ptr::null(), |sim| sim.told.as_ptr()) }

    /// Its length.
    fn fw_told_len(sim: *mut Sim) -> usize { with(sim, 0, |sim| sim.told.len()) }
}

fn doubles(bytes: &[u8]) -> Vec<f64> {
    bytes.as_chunks::<8>().0.iter().map(|one| f64::from_le_bytes(*one)).collect()
}

/// What a feed is asked for: births, events and deaths as 1, 2 and 4; how many records; how many numbers of
/// entities, each a column and its component; then ranges, each a column, its component, the least and
/// the largest value.
fn watch(numbers: &[f64]) -> Option<Watch> {
    let (&[kinds, limit, count], rest) = numbers.split_first_chunk::<3>()?;
    let (columns, ranges) = rest.split_at_checked(2 * count as usize)?;
    let number = |column: f64, component: f64| Number {
        column: column as usize,
        component: component as u32,
    };
    let kinds = kinds as u32;
    Some(Watch {
        births: kinds & 1 != 0,
        events: kinds & 2 != 0,
        deaths: kinds & 4 != 0,
        columns: columns.as_chunks::<2>().0.iter().map(|[at, of]| number(*at, *of)).collect(),
        within: ranges
            .as_chunks::<4>()
            .0
            .iter()
            .map(|[at, of, min, max]| Within { number: number(*at, *of), min: *min, max: *max })
            .collect(),
        limit: limit as usize,
    })
}

fn area(numbers: &[f64]) -> Option<Zone> {
    match numbers {
        [0.0, x, y, z, radius] => Some(Zone::Ball { at: [*x, *y, *z], radius: *radius }),
        [1.0, low @ .., a, b, c] => {
            Some(Zone::Box { low: low.try_into().ok()?, high: [*a, *b, *c] })
        }
        [2.0, corners @ ..] => Some(Zone::Lasso(corners.as_chunks::<2>().0.to_vec())),
        _ => None,
    }
}
