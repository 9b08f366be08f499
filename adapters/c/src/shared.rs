//! What many calls may read at a time, and one may change while nobody reads.
//!
//! A call that takes long counts itself, so that a change is refused while it goes on. One that takes as long
//! as the counting would only looks whether a change goes on: the two atomic additions of a lock cost
//! 15 ns, since nothing of one call overlaps with the next. Nobody notices when a change begins within such a
//! call: the program must see to that.

use std::cell::UnsafeCell;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::status::{Fault, Status};

/// A change goes on.
const CHANGES: u32 = 1 << 31;
/// A panic went through a change.
const POISONED: u32 = 1 << 30;

pub(crate) struct Shared<T> {
    /// How many read, or [`CHANGES`], or [`POISONED`].
    word: AtomicU32,
    value: UnsafeCell<T>,
}

impl<T> Shared<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { word: AtomicU32::new(0), value: UnsafeCell::new(value) }
    }

    /// By its owner.
    pub(crate) fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }

    /// To read for a moment.
    ///
    /// # Safety
    ///
    /// No change may begin before the reference is gone.
    #[inline(always)]
    pub(crate) unsafe fn peek(&self) -> Result<&T, Fault> {
        let word = self.word.load(Ordering::Acquire);
        if word >= POISONED {
            return Err(refuse(word));
        }
        // SAFETY: no change goes on, and none begins, as the caller promises.
        Ok(unsafe { &*self.value.get() })
    }

    /// To read for long.
    pub(crate) fn read(&self) -> Result<Reading<'_, T>, Fault> {
        let more = |word| (word < POISONED - 1).then_some(word + 1);
        match self.word.fetch_update(Ordering::Acquire, Ordering::Relaxed, more) {
            Ok(_) => Ok(Reading(self)),
            Err(word) => Err(refuse(word)),
        }
    }

    /// To change it.
    pub(crate) fn write(&self) -> Result<Writing<'_, T>, Fault> {
        let nobody = self.word.compare_exchange(0, CHANGES, Ordering::Acquire, Ordering::Relaxed);
        nobody.map(|_| Writing(self)).map_err(refuse)
    }
}

/// Why somebody has to wait.
#[cold]
fn refuse(word: u32) -> Fault {
    if word == POISONED {
        return Fault::poisoned();
    }
    let text = "another call uses the handle: it must return before this one";
    Fault { status: Status::Busy, text: text.to_string() }
}

/// Somebody reads until this is dropped.
pub(crate) struct Reading<'a, T>(&'a Shared<T>);

impl<T> Deref for Reading<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: whoever reads is counted, so that nobody changes it.
        unsafe { &*self.0.value.get() }
    }
}

impl<T> Drop for Reading<'_, T> {
    fn drop(&mut self) {
        self.0.word.fetch_sub(1, Ordering::Release);
    }
}

/// Somebody changes it until this is dropped.
pub(crate) struct Writing<'a, T>(&'a Shared<T>);

impl<T> Deref for Writing<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: nobody else uses it.
        unsafe { &*self.0.value.get() }
    }
}

impl<T> DerefMut for Writing<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: nobody else uses it.
        unsafe { &mut *self.0.value.get() }
    }
}

impl<T> Drop for Writing<'_, T> {
    fn drop(&mut self) {
        let word = if std::thread::panicking() { POISONED } else { 0 };
        self.0.word.store(word, Ordering::Release);
    }
}
