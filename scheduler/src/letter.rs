//! What events and births carry: plain types of a model's own, or nothing at all.

use core::cmp::Ordering;

use bytemuck::Pod;

/// A type that events or births may carry: any [`Pod`], such as `f32`, `[f32; 3]` or a `repr(C)`
/// struct that derives it, or [`Never`].
pub trait Letter: Copy + Send + Sync + 'static {
    /// Whether there can be a letter at all.
    const ANY: bool;
    /// Its bytes on the way.
    const LEN: usize;
    /// Writes [`Letter::LEN`] bytes.
    fn write(&self, bytes: &mut [u8]);
    /// Reads them; None if there cannot be a letter or they are too few.
    fn read(bytes: &[u8]) -> Option<Self>;
    /// An order of all letters, of their bytes.
    fn order(&self, other: &Self) -> Ordering;
}

impl<T: Pod + Send + Sync> Letter for T {
    const ANY: bool = true;
    const LEN: usize = size_of::<T>();

    #[inline]
    fn write(&self, bytes: &mut [u8]) {
        if let Some(place) = bytes.get_mut(..Self::LEN) {
            place.copy_from_slice(bytemuck::bytes_of(self));
        }
    }

    #[inline]
    fn read(bytes: &[u8]) -> Option<Self> {
        bytemuck::try_pod_read_unaligned(bytes).ok()
    }

    #[inline]
    fn order(&self, other: &Self) -> Ordering {
        bytemuck::bytes_of(self).cmp(bytemuck::bytes_of(other))
    }
}

/// The type of the events or births of a model that has none: there is no value of it, so nothing
/// can be sent.
///
/// ```compile_fail,E0308
/// use flockwork_scheduler::{Finish, Model, Never};
/// use flockwork_kernel::isa::Isa;
///
/// // A model that declares no events sends one.
/// fn finish<S: Isa, M: Model<Event = Never>>(all: &mut Finish<'_, '_, S, M>) {
///     all.send(0, 0, 1.0);
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Never {}

impl Letter for Never {
    const ANY: bool = false;
    const LEN: usize = 0;

    fn write(&self, _bytes: &mut [u8]) {
        match *self {}
    }

    fn read(_bytes: &[u8]) -> Option<Self> {
        None
    }

    fn order(&self, _other: &Self) -> Ordering {
        match *self {}
    }
}

/// How many numbers of an event are told at most.
pub const MOST_VALUES: usize = 4;

/// What the events of a model are, for those who are told of them: see [`crate::Feed`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventKind {
    /// A name, such as `bite`.
    pub name: &'static str,
    /// What an event carries, where this begins with as many `f32`: at most four are told.
    pub values: &'static [&'static str],
}

impl EventKind {
    /// The numbers that an event carries; zeros behind them.
    pub(crate) fn values_of<E: Letter>(&self, event: &E) -> [f32; MOST_VALUES] {
        const LONGEST: usize = 64;
        let mut bytes = [0; LONGEST];
        let mut values = [0.0; MOST_VALUES];
        if E::LEN <= LONGEST {
            event.write(&mut bytes[..E::LEN]);
            let words = bytes[..E::LEN].as_chunks::<4>().0.iter().take(self.values.len());
            for (value, word) in values.iter_mut().zip(words) {
                *value = f32::from_le_bytes(*word);
            }
        }
        values
    }
}

/// An event on its way, with the cell of its target.
#[derive(Clone, Copy)]
pub(crate) struct Posted<E> {
    pub(crate) target: u32,
    pub(crate) source: u32,
    /// The number of the cell of the target; at the target's owner its row.
    pub(crate) cell: u64,
    pub(crate) value: E,
}

/// Bytes of an event before its value.
const HEAD: usize = 16;

impl<E: Letter> Posted<E> {
    /// Bytes on the way.
    pub(crate) const LEN: usize = HEAD + E::LEN;

    /// The canonical order: target, source, then all bits carried. A function of its own, or a sort by
    /// it is too long for V8 to optimise.
    #[inline(never)]
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        (self.target, self.source)
            .cmp(&(other.target, other.source))
            .then_with(|| self.value.order(&other.value))
    }

    pub(crate) fn write(&self, bytes: &mut [u8]) {
        let (head, body) = bytes.split_at_mut(HEAD);
        let (ids, cell) = head.split_at_mut(8);
        ids[..4].copy_from_slice(&self.target.to_le_bytes());
        ids[4..].copy_from_slice(&self.source.to_le_bytes());
        cell.copy_from_slice(&self.cell.to_le_bytes());
        self.value.write(body);
    }

    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let (head, body) = bytes.split_at_checked(HEAD)?;
        let number =
            |at: usize| head.get(at..)?.first_chunk().map(|four| u32::from_le_bytes(*four));
        Some(Self {
            target: number(0)?,
            source: number(4)?,
            cell: u64::from_le_bytes(*head.last_chunk()?),
            value: E::read(body)?,
        })
    }
}

/// A birth that was asked for.
#[derive(Clone, Copy)]
pub(crate) struct Birth<C> {
    /// The parent's id.
    pub(crate) parent: u32,
    /// Its place among the births that the domain was asked for.
    pub(crate) order: u32,
    pub(crate) row: u32,
    pub(crate) child: C,
}
