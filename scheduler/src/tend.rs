//! Tend: what entities and fields do to each other in a tick, and what fields do by themselves.
//!
//! | function | when | does |
//! | --- | --- | --- |
//! | [`read`] | after the sort | fills the columns in which entities read fields |
//! | [`send`] | after the passes | tells who holds the same cells what is wanted of them and given here, and what is in those that they hold as the outermost |
//! | [`settle`] | when all of that is there | shares what is wanted, and takes fields to the next tick |
//! | [`leave`], [`arrive`] | under a new cut | bring cells to those who hold them now |
//!
//! Wants travel one by one, not as sums: what all get of a cell together follows from each of them, as parts are
//! rounded. They are added up in integers, so their order means nothing.

use alloc::vec::Vec;
use core::ops::Range;

use flockwork_kernel::columns::Columns;
use flockwork_kernel::field::{self, Given, Growth};
use flockwork_kernel::lattice::{Cell, Lattice};
use flockwork_kernel::{Axes, Axis, KernelError, Vector, World};

use crate::desks::{Asked, Desk};
use crate::error::{DomainError, StepError};
use crate::field::{Field, Steps, whole};
use crate::frame::Frame;
use crate::grow::grow;
use crate::lots::{HELD, Lot, Window};
use crate::model::{AxesOf, ListsOf, Model};
use crate::packet::{HEADER_LEN, Header};
use crate::parts::{Books, NOWHERE, Owned, Patch, Plot, Plots, Record, Site};
use crate::topology::Topology;
use crate::transport::{Lane, Transport};

/// Bytes of an amount in a message, and of a record.
const LENS: (usize, usize) = (4, 16);

/// Rows that are read at a time.
const BLOCK: usize = 64;

/// Fills the columns in which entities read fields, and empties those in which they say what they want and give.
#[inline(never)]
pub(crate) fn read<M: Model>(site: &Site, owned: &mut Owned<M::Columns>, plots: &mut Plots) {
    let fields = site.topology.lattices().zip(&mut plots.list);
    for (field, (lattice, plot)) in M::FIELDS.iter().zip(fields) {
        let Plot { now: Patch { window, values, .. }, spots, .. } = plot;
        let places = owned.now.places();
        spots.clear();
        spots.extend((0..owned.rows).map(|row| {
            let place = lattice.cell(places.at(row)).and_then(|cell| window.place(cell));
            place.map_or(NOWHERE, |place| place as u32)
        }));
        for column in [field.take, field.put].into_iter().flatten() {
            column_of(owned, column).fill(0.0);
        }
        if let Some(column) = field.here {
            let column = column_of(owned, column);
            for (value, spot) in column.iter_mut().zip(&*spots) {
                *value = values.get(*spot as usize).copied().unwrap_or(0.0);
            }
        }
        let at = |cell| window.place(cell).map_or(0.0, |place| values[place]);
        for begin in (0..owned.rows).step_by(BLOCK) {
            let rows = begin..(begin + BLOCK).min(owned.rows);
            if let Some(column) = field.smooth {
                fill(owned, column, rows.clone(), |place| lattice.smooth(place, at));
            }
            let columns = field.gradient.iter().flat_map(|all| &all[..AxesOf::<M>::COUNT]);
            for (axis, column) in columns.enumerate() {
                let along = |place| lattice.gradient(place, at).along(axis);
                fill(owned, column, rows.clone(), along);
            }
        }
    }
}

/// A column that the model names.
fn column_of<'c, C: Columns>(owned: &'c mut Owned<C>, name: &str) -> &'c mut [f32] {
    // That there is one is checked where the model is compiled.
    let index = owned.now.index(name).unwrap_or(usize::MAX);
    let rows = owned.rows;
    owned.now.column_mut(index).get_mut(..rows).unwrap_or(&mut [])
}

/// Fills some rows of a column with what is at their places.
fn fill<C: Columns>(
    owned: &mut Owned<C>,
    column: &str,
    rows: Range<usize>,
    of: impl Fn(Vector<C::Axes>) -> f32,
) {
    let mut some = [0.0; BLOCK];
    let places = owned.now.places();
    for (value, row) in some.iter_mut().zip(rows.clone()) {
        *value = of(places.at(row));
    }
    if let Some(column) = column_of(owned, column).get_mut(rows) {
        let count = column.len();
        column.copy_from_slice(&some[..count]);
    }
}

/// Tells the other holders of cells here what they need.
#[inline(never)]
pub(crate) fn send<M: Model, T: Transport>(
    tick: u64,
    site: &Site,
    owned: &mut Owned<M::Columns>,
    plots: &mut Plots,
    books: &mut Books,
    net: &mut T,
) -> Result<(), StepError<T::Error>> {
    find_records::<M>(site, owned, plots);
    let Plots { list, peers, records, told, amounts, .. } = plots;
    for &to in &*peers {
        amounts.clear();
        told.clear();
        for (number, ((lattice, lots), plot)) in (0..).zip(site.topology.fields().zip(&*list)) {
            let theirs = Window::around(lattice, &lots[to as usize], HELD);
            each_of_rim(&plot.now.lot, &theirs, |cell| {
                let place = plot.now.window.place(cell);
                amounts.push(place.map_or(0.0, |place| plot.now.values[place]));
            });
            told.extend(records.iter().filter(|record| {
                let held = || theirs.place(lattice.cell_of(record.number as usize)).is_some();
                record.field == number && held()
            }));
        }
        let len = HEADER_LEN + amounts.len() * LENS.0 + told.len() * LENS.1;
        let mut fill = |bytes: &mut [u8]| {
            let (head, body) = bytes.split_at_mut(HEADER_LEN);
            Header::new(tick, amounts.len(), told.len()).write(head);
            let (first, second) = body.split_at_mut(amounts.len() * LENS.0);
            for (place, amount) in first.chunks_exact_mut(LENS.0).zip(&*amounts) {
                place.copy_from_slice(&amount.to_le_bytes());
            }
            for (place, record) in second.chunks_exact_mut(LENS.1).zip(&*told) {
                record.write(place);
            }
        };
        net.send(to, Lane::Share, len, &mut fill).map_err(StepError::Transport)?;
        books.sent(len, 1);
    }
    net.close(Lane::Share).map_err(StepError::Transport)
}

/// What entities want and give in cells that others hold too.
fn find_records<M: Model>(site: &Site, owned: &mut Owned<M::Columns>, plots: &mut Plots) {
    let Plots { list, records, .. } = plots;
    records.clear();
    let fields = site.topology.lattices().zip(&*list);
    for (number, (field, (lattice, plot))) in (0..).zip(M::FIELDS.iter().zip(fields)) {
        if !field.is_open() {
            continue;
        }
        let [take, put] =
            [field.take, field.put].map(|name| name.map(|name| owned.now.index(name)));
        let amount = |column: Option<Option<usize>>, row: usize| {
            let index = column.flatten()?;
            owned.now.column::<f32>(index).get(row).map(|value| whole(*value))
        };
        for (row, spot) in plot.spots.iter().enumerate() {
            if !plot.shared.get(*spot as usize).is_some_and(|shared| *shared) {
                continue;
            }
            let cell = lattice.number(plot.now.window.cell(*spot as usize)) as u32;
            let (take, put) = (amount(take, row).unwrap_or(0), amount(put, row).unwrap_or(0));
            if take > 0 || put > 0 {
                records.push(Record { field: number, number: cell, take, put });
            }
        }
    }
}

/// The cells of a lot that another domain holds as the outermost, in an order that both know.
fn each_of_rim(lot: &Lot, window: &Window, mut each: impl FnMut(Cell)) {
    lot.each_in(window, |cell| {
        if window.is_rim(cell) {
            each(cell);
        }
    });
}

/// Shares out what is in the cells, and takes the fields to the next tick. Nothing of them is changed on an error.
#[inline(never)]
pub(crate) fn settle<M: Model, T: Transport>(
    frame: &Frame<'_, M>,
    site: &Site,
    owned: &mut Owned<M::Columns>,
    plots: &mut Plots,
    books: &mut Books,
    net: &mut T,
) -> Result<(), StepError<T::Error>> {
    receive(frame.tick.number, site, plots, books, net)?;
    let dt = frame.tick.setup.dt;
    let fields = site.topology.lattices().zip(&mut plots.list);
    for (number, (field, (lattice, plot))) in (0..).zip(M::FIELDS.iter().zip(fields)) {
        let steps = (field.rule)(frame.model).steps(&lattice, dt);
        let bad = DomainError::Rule { field: field.name, tick: frame.tick.number };
        let steps = steps.map_err(|_| bad)?;
        let come = plots.come.iter().filter(|record| record.field == number);
        frame.desks.lend(|desk| {
            share_out(field, &lattice, plot, come, owned, desk);
            let Plot { now, before, .. } = plot;
            (before.lot, before.window) = (now.lot, now.window);
            // All of them are written.
            before.values.resize(now.values.len(), 0.0);
            let (left, to) = (&mut desk.left, &mut before.values);
            let done = advance::<AxesOf<M>>(&now.window, &steps, &now.values, left, to);
            for (place, amount) in desk.touched.drain(..) {
                now.values[place as usize] = amount;
            }
            done.map_err(|_| bad)
        })?;
    }
    plots.turn();
    Ok(())
}

/// Reads what others sent: what is in the outermost cells, and what is wanted and given.
fn receive<T: Transport>(
    tick: u64,
    site: &Site,
    plots: &mut Plots,
    books: &mut Books,
    net: &mut T,
) -> Result<(), StepError<T::Error>> {
    let Plots { list, peers, come, .. } = plots;
    come.clear();
    let bad = visit(tick, site, peers, books, net, |from, amounts, records| {
        let mut amounts = Amounts(amounts);
        for ((_, lots), plot) in site.topology.fields().zip(&mut *list) {
            let Patch { window, values, .. } = &mut plot.now;
            each_of_rim(&lots[from as usize], window, |cell| {
                amounts.take(window.place(cell).map(|place| &mut values[place]));
            });
        }
        amounts.is_done()
            && records.as_chunks().0.iter().all(|bytes| {
                let record = Record::read(bytes);
                come.push(record);
                let lattice = site.topology.lattices().nth(record.field as usize);
                lattice.is_some_and(|lattice| record.fits(&lattice))
            })
    })?;
    bad.map_or(Ok(()), Err)?;
    net.clear(Lane::Share).map_err(StepError::Transport)
}

/// Shows what each of `peers` sent, all of which must have, and nobody else: its amounts, and its records. Gives
/// what is wrong, which is so where `each` says false too.
fn visit<T: Transport>(
    tick: u64,
    site: &Site,
    peers: &[u32],
    books: &mut Books,
    net: &mut T,
    mut each: impl FnMut(u32, &[u8], &[u8]) -> bool,
) -> Result<Option<DomainError>, StepError<T::Error>> {
    let (mut senders, mut bad) = (site.senders(), None);
    let mut missing = peers.iter().copied().peekable();
    let wrong = |from| DomainError::Protocol { from, tick };
    net.visit(Lane::Share, &mut |from, bytes| {
        books.received();
        let comes = senders.admit(from);
        let silent = missing.next_if(|peer| comes && *peer < from);
        let good = comes
            && silent.is_none()
            && missing.next() == Some(from)
            && Header::read(bytes, tick, LENS).is_some_and(|header| {
                let split = header.first as usize * LENS.0;
                let (amounts, records) = bytes[HEADER_LEN..].split_at(split);
                each(from, amounts, records)
            });
        if !good {
            bad = bad.or(Some(wrong(silent.unwrap_or(from))));
        }
    })
    .map_err(StepError::Transport)?;
    Ok(bad.or(missing.next().map(wrong)))
}

/// Amounts in a message that are yet to be read.
struct Amounts<'a>(&'a [u8]);

impl Amounts<'_> {
    /// Reads one, where there is a place for it.
    fn take(&mut self, place: Option<&mut f32>) {
        if let (Some((bytes, rest)), Some(place)) = (self.0.split_first_chunk(), place) {
            self.0 = rest;
            let amount = f32::from_le_bytes(*bytes);
            if whole(amount) as f32 == amount {
                *place = amount;
                return;
            }
        }
        // One too few, or none that may be: then what is left is not nothing.
        self.0 = &[0];
    }

    fn is_done(&self) -> bool {
        self.0.is_empty()
    }
}

/// Takes from each cell what is wanted of it, and adds what is given; what was in the cells before is on the desk, so
/// that it can be put back. Entities find what they get in the column of what they wanted.
///
/// Cells of which nobody wants anything, and those are most of them, are not looked at.
fn share_out<'r, M: Model>(
    field: &Field<M>,
    lattice: &Lattice,
    plot: &mut Plot,
    come: impl Iterator<Item = &'r Record> + Clone,
    owned: &mut Owned<M::Columns>,
    desk: &mut Desk<ListsOf<M>>,
) {
    let Plot { now: Patch { window, values, .. }, spots, .. } = plot;
    if !field.is_open() {
        return;
    }
    grow(&mut desk.numbers, values.len());
    let Desk { asked, numbers, touched, .. } = desk;
    let mut asks = Asks { numbers: &mut numbers[..values.len()], asked };
    let theirs = come.filter_map(|record| {
        Some((window.place(lattice.cell_of(record.number as usize))?, record))
    });
    for (place, record) in theirs.clone() {
        asks.add(place as u32, record.take, record.put);
    }
    if let Some(column) = field.put {
        for (amount, spot) in column_of(owned, column).iter().zip(&*spots) {
            asks.add(*spot, 0, whole(*amount));
        }
    }
    if let Some(column) = field.take {
        let column = column_of(owned, column);
        for (amount, spot) in column.iter().zip(&*spots) {
            asks.add(*spot, whole(*amount), 0);
        }
        for (amount, spot) in column.iter_mut().zip(&*spots) {
            *amount = asks.part(*spot, values, whole(*amount)) as f32;
        }
        for (place, record) in theirs {
            asks.part(place as u32, values, record.take);
        }
    }
    for cell in asked.drain(..) {
        numbers[cell.place as usize] = 0;
        let amount = &mut values[cell.place as usize];
        touched.push((cell.place, *amount));
        *amount -= cell.taken as f32;
        // What has no room is gone.
        field::put(amount, cell.given);
    }
}

/// What is asked of cells: a list of those of which something is, and where each is in it.
struct Asks<'a> {
    /// 1 more than the place in the list, by cell; 0 where nothing is asked, as for all before and afterwards.
    numbers: &'a mut [u32],
    asked: &'a mut Vec<Asked>,
}

impl Asks<'_> {
    /// So much is wanted of a cell, if it is one, and given.
    #[inline]
    fn add(&mut self, place: u32, take: u32, put: u32) {
        let Some(number) = self.numbers.get_mut(place as usize) else { return };
        if take == 0 && put == 0 {
            return;
        }
        if *number == 0 {
            self.asked.push(Asked { place, ..Asked::default() });
            *number = self.asked.len() as u32;
        }
        let cell = &mut self.asked[*number as usize - 1];
        cell.wanted += u64::from(take);
        cell.given += u64::from(put);
    }

    /// What who wants so much of a cell gets.
    #[inline]
    fn part(&mut self, place: u32, values: &[f32], want: u32) -> u64 {
        let number = self.numbers.get(place as usize).copied().unwrap_or(0);
        let Some(cell) = self.asked.get_mut((number as usize).wrapping_sub(1)) else { return 0 };
        let part = Given::of(values[place as usize], cell.wanted).to(u64::from(want));
        cell.taken += part;
        part
    }
}

/// The rule of a field in one tick: from what is left in its cells to what is then in them. Of the ends of a window
/// only true ones meet: what is in its outermost cells is not right where there are others beside.
fn advance<A: Axes>(
    window: &Window,
    steps: &Steps,
    now: &[f32],
    left: &mut Vec<f32>,
    to: &mut [f32],
) -> Result<(), KernelError> {
    let mut from = now;
    if steps.decay > 0.0 {
        grow(left, now.len());
        let left = &mut left[..now.len()];
        left.copy_from_slice(now);
        field::decay(steps.decay, left)?;
        from = left;
    }
    let grows = steps.growth.rate > 0.0 || steps.growth.seeds >= 1.0;
    if steps.shares.iter().any(|share| *share > 0.0) {
        let axes =
            window.round().map(|round| if round { Axis::periodic(1.0) } else { Axis::wall(1.0) });
        let bad = |_| KernelError::InvalidParameter { name: "axes", value: A::COUNT as f32 };
        let world = World::of(&axes[..A::COUNT]).map_err(bad)?;
        let ([cols, rows, layers], [x, y, z]) = (window.counts(), steps.shares);
        return if A::SPACE {
            let growth = grows.then_some(steps.growth);
            spread(&world, [cols, rows, layers], [x, y, z], growth, from, to)
        } else {
            spread(&world, [cols, rows], [x, y], grows.then_some(steps.growth), from, to)
        };
    }
    to.copy_from_slice(from);
    if grows { field::grow(steps.growth, to) } else { Ok(()) }
}

fn spread<const N: usize>(
    world: &World,
    cells: [u32; N],
    shares: [f32; N],
    growth: Option<Growth>,
    from: &[f32],
    to: &mut [f32],
) -> Result<(), KernelError> {
    match growth {
        Some(growth) => field::diffuse_and_grow(world, cells, shares, growth, from, to),
        None => field::diffuse(world, cells, shares, from, to),
    }
}

/// Sends what is in cells to those who hold them under a new cut, and takes over what stays here.
#[inline(never)]
pub(crate) fn leave<T: Transport>(
    tick: u64,
    site: &Site,
    plots: &mut Plots,
    books: &mut Books,
    net: &mut T,
) -> Result<(), StepError<T::Error>> {
    let own = site.domain as usize;
    let patches = site.topology.fields().zip(&plots.list).map(|((lattice, lots), plot)| {
        let mut patch = Patch::empty(lattice, lots[own]);
        let Patch { lot, window, values } = &plot.now;
        lot.each_in(&patch.window, |cell| {
            if let (Some(from), Some(to)) = (window.place(cell), patch.window.place(cell)) {
                patch.values[to] = values[from];
            }
        });
        patch
    });
    let patches: Vec<Patch> = patches.collect();
    let mut amounts: Vec<f32> = Vec::new();
    for to in (0..site.domains()).filter(|to| *to != site.domain) {
        amounts.clear();
        for ((lattice, lots), plot) in site.topology.fields().zip(&plots.list) {
            let Patch { lot, window, values } = &plot.now;
            let theirs = Window::around(lattice, &lots[to as usize], HELD);
            lot.each_in(&theirs, |cell| amounts.extend(window.place(cell).map(|at| values[at])));
        }
        if amounts.is_empty() {
            continue;
        }
        let len = HEADER_LEN + amounts.len() * LENS.0;
        let mut fill = |bytes: &mut [u8]| {
            let (head, body) = bytes.split_at_mut(HEADER_LEN);
            Header::new(tick, amounts.len(), 0).write(head);
            for (place, amount) in body.chunks_exact_mut(LENS.0).zip(&amounts) {
                place.copy_from_slice(&amount.to_le_bytes());
            }
        };
        net.send(to, Lane::Share, len, &mut fill).map_err(StepError::Transport)?;
        books.sent(len, 1);
    }
    plots.replace(patches);
    plots.settle(site.domain, &site.topology);
    net.close(Lane::Share).map_err(StepError::Transport)
}

/// Takes in what others had in cells that are held here now; `before` is the cut before.
#[inline(never)]
pub(crate) fn arrive<T: Transport>(
    tick: u64,
    site: &Site,
    before: &Topology,
    plots: &mut Plots,
    books: &mut Books,
    net: &mut T,
) -> Result<(), StepError<T::Error>> {
    let list = &mut plots.list;
    let sends = |from: &u32| {
        let mut any = false;
        for ((_, lots), plot) in before.fields().zip(&*list) {
            lots[*from as usize].each_in(&plot.now.window, |_| any = true);
        }
        *from != site.domain && any
    };
    let peers: Vec<u32> = (0..site.domains()).filter(sends).collect();
    let bad = visit(tick, site, &peers, books, net, |from, amounts, records| {
        let mut amounts = Amounts(amounts);
        for ((_, lots), plot) in before.fields().zip(&mut *list) {
            let Patch { window, values, .. } = &mut plot.now;
            lots[from as usize].each_in(window, |cell| {
                amounts.take(window.place(cell).map(|place| &mut values[place]));
            });
        }
        amounts.is_done() && records.is_empty()
    })?;
    bad.map_or(Ok(()), Err)?;
    net.clear(Lane::Share).map_err(StepError::Transport)
}
