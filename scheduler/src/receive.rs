//! Receive: entities that came from other domains, and the ghosts of the border.

use flockwork_kernel::columns::Columns;

use crate::error::{DomainError, Room, StepError};
use crate::packet::{HEADER_LEN, Header};
use crate::parts::{Books, Ghosts, Moves, Owned, Site};
use crate::route::move_lens;
use crate::transport::{Lane, Transport};

/// Takes in migrants and ghosts. Without room for all of them nothing is changed.
#[inline(never)]
pub(crate) fn receive<C: Columns, T: Transport>(
    tick: u64,
    site: &Site,
    own: &Moves,
    owned: &mut Owned<C>,
    ghosts: &mut Ghosts<C>,
    books: &mut Books,
    net: &mut T,
) -> Result<(), StepError<T::Error>> {
    let lens = move_lens::<C>();
    let (owned_len, ghost_len) = lens;
    let (mut coming, mut images) = (0usize, own.all().len());
    let mut senders = site.senders();
    let mut bad = None;
    net.visit(Lane::Move, &mut |from, bytes| match Header::read(bytes, tick, lens) {
        Some(header) if senders.admit(from) => {
            coming += header.first as usize;
            images += header.second as usize;
        }
        _ => bad = bad.or(Some(DomainError::Protocol { from, tick })),
    })
    .map_err(StepError::Transport)?;
    bad.map_or(Ok(()), Err)?;
    site.check_room(Room::Entities, owned.rows + coming, owned.now.capacity())?;
    site.check_room(Room::Ghosts, images, ghosts.arena.capacity())?;

    let before = (owned.rows, books.census);
    ghosts.rows = 0;
    own_ghosts(tick, site, own, owned, ghosts)?;
    let mut taker = ghosts.taker(site)?;
    net.visit(Lane::Move, &mut |from, bytes| {
        let Some(header) = Header::read(bytes, tick, lens) else { return };
        books.received();
        let (rows, images) = bytes[HEADER_LEN..].split_at(header.first as usize * owned_len);
        let mut take = |row| owned.take(site, row).map(|id| books.census.came(id)).is_some();
        let good = rows.chunks_exact(owned_len).all(&mut take)
            && images.chunks_exact(ghost_len).all(|image| {
                let (tag, row) = image.split_at(4);
                let tag = u32::from_le_bytes([tag[0], tag[1], tag[2], tag[3]]);
                taker.take(tag, row)
            });
        if !good {
            bad = bad.or(Some(DomainError::Protocol { from, tick }));
        }
    })
    .map_err(StepError::Transport)?;
    drop(taker);
    if let Some(error) = bad {
        // Nothing of a message is taken in where not all can be.
        (owned.rows, books.census) = before;
        ghosts.rows = 0;
        return Err(error.into());
    }
    net.clear(Lane::Move).map_err(StepError::Transport)
}

/// The images of this domain's own entities, and of those that just left it.
fn own_ghosts<C: Columns>(
    tick: u64,
    site: &Site,
    own: &Moves,
    owned: &Owned<C>,
    ghosts: &mut Ghosts<C>,
) -> Result<(), DomainError> {
    let (view, mut taker) = (owned.now.view()?, ghosts.taker(site)?);
    for moved in own.all() {
        if !taker.take_own(moved.tag, &view, moved.row as usize) {
            return Err(DomainError::Protocol { from: site.domain, tick });
        }
    }
    Ok(())
}
