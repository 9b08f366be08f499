//! A lock that is never waited for long: of the system where there is one, a check that nobody else
//! is inside where there is none, and so no threads.

#[cfg(any(test, feature = "std"))]
mod kind {
    use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

    /// What is inside stays whole whatever its last holder did, so a poisoned lock is taken all the
    /// same.
    #[derive(Debug, Default)]
    pub(crate) struct Lock<T>(RwLock<T>);

    impl<T> Lock<T> {
        pub(crate) fn read(&self) -> RwLockReadGuard<'_, T> {
            self.0.read().unwrap_or_else(PoisonError::into_inner)
        }

        pub(crate) fn write(&self) -> RwLockWriteGuard<'_, T> {
            self.0.write().unwrap_or_else(PoisonError::into_inner)
        }

        pub(crate) fn get_mut(&mut self) -> &mut T {
            self.0.get_mut().unwrap_or_else(PoisonError::into_inner)
        }
    }
}

#[cfg(not(any(test, feature = "std")))]
mod kind {
    use core::cell::{Ref, RefCell, RefMut};

    #[derive(Debug, Default)]
    pub(crate) struct Lock<T>(RefCell<T>);

    impl<T> Lock<T> {
        pub(crate) fn read(&self) -> Ref<'_, T> {
            self.0.borrow()
        }

        pub(crate) fn write(&self) -> RefMut<'_, T> {
            self.0.borrow_mut()
        }

        pub(crate) fn get_mut(&mut self) -> &mut T {
            self.0.get_mut()
        }
    }
}

pub(crate) use kind::Lock;
