//! A table from ids to seats.
//!
//! Ids only grow, as entities are born, and those that live may be any of them: so it is made of pages, of
//! which those without anybody are given back.

/// Ids on a page.
const PAGE: usize = 256;

/// Nobody.
const NONE: u32 = u32::MAX;

/// Which seat each id has.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    pages: Vec<Option<Box<Page>>>,
}

#[derive(Debug)]
struct Page {
    seats: [u32; PAGE],
    used: u16,
}

impl Ids {
    /// The seat of an id.
    #[inline]
    pub(crate) fn get(&self, id: u32) -> Option<u32> {
        let page = self.pages.get(id as usize / PAGE)?.as_ref()?;
        Some(page.seats[id as usize % PAGE]).filter(|seat| *seat != NONE)
    }

    /// Gives an id a seat, which is not the last number.
    pub(crate) fn insert(&mut self, id: u32, seat: u32) {
        let at = id as usize / PAGE;
        if self.pages.len() <= at {
            self.pages.resize_with(at + 1, || None);
        }
        let empty = || Box::new(Page { seats: [NONE; PAGE], used: 0 });
        let page = self.pages[at].get_or_insert_with(empty);
        let place = &mut page.seats[id as usize % PAGE];
        page.used += u16::from(*place == NONE);
        *place = seat;
    }

    /// Takes an id out, and gives its seat.
    pub(crate) fn remove(&mut self, id: u32) -> Option<u32> {
        let page = self.pages.get_mut(id as usize / PAGE)?;
        let held = page.as_mut()?;
        let place = &mut held.seats[id as usize % PAGE];
        let seat = std::mem::replace(place, NONE);
        if seat == NONE {
            return None;
        }
        held.used -= 1;
        if held.used == 0 {
            *page = None;
        }
        Some(seat)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn ids_have_the_seats_of_a_plain_map_and_pages_without_anybody_are_given_back() {
        let (mut ids, mut map, mut random) = (Ids::default(), BTreeMap::new(), 1u32);
        for round in 0..20_000u32 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let id = random >> 20;
            if random & 0x400 == 0 {
                ids.insert(id, round);
                map.insert(id, round);
            } else {
                assert_eq!(ids.remove(id), map.remove(&id));
            }
            assert_eq!(ids.get(id), map.get(&id).copied());
        }
        assert!(!map.is_empty());
        for id in 0..4096 {
            assert_eq!(ids.get(id), map.get(&id).copied());
            ids.remove(id);
        }
        assert!(ids.pages.iter().all(Option::is_none));
        assert_eq!(ids.get(u32::MAX), None);
    }
}
