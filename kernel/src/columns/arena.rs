//! Memory for columns that needs no allocator: bytes at an address that columns can begin at.

use super::{ALIGN, Columns, LayoutError};

/// So many bytes, aligned as [`Columns::bind`] wants them: in a static, on the stack, or in a box.
///
/// ```
/// use flockwork_kernel::columns::{Arena, byte_len};
///
/// flockwork_kernel::columns! {
///     /// A drone.
///     pub mod drone {
///         ghost { position: vec(x, y), }
///         owned { velocity: vec(vx, vy), }
///         scratch {}
///     }
/// }
///
/// const COUNT: usize = 100;
/// let mut arena = Arena::<{ byte_len::<drone::Columns>(COUNT).unwrap() }>::new();
/// let drones = arena.bind::<drone::Columns>(COUNT)?;
/// drones.x[99] = 1.5;
/// assert_eq!(arena.view::<drone::Columns>(COUNT)?.x[99], 1.5);
/// # Ok::<(), flockwork_kernel::columns::LayoutError>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub struct Arena<const BYTES: usize>([u8; BYTES]);

const _: () = assert!(align_of::<Arena<1>>() == ALIGN);

impl<const BYTES: usize> Arena<BYTES> {
    /// Zeros.
    pub const fn new() -> Self {
        Self([0; BYTES])
    }

    /// All columns of so many entities, writable.
    ///
    /// # Errors
    ///
    /// [`LayoutError::TooShort`] if there are too few bytes, [`LayoutError::TooLarge`].
    pub fn bind<C: Columns>(&mut self, capacity: usize) -> Result<C::Mut<'_>, LayoutError> {
        C::bind(&mut self.0, capacity)
    }

    /// All columns of so many entities, read only.
    ///
    /// # Errors
    ///
    /// As [`Arena::bind`].
    pub fn view<C: Columns>(&self, capacity: usize) -> Result<C::Ref<'_>, LayoutError> {
        C::view(&self.0, capacity)
    }

    /// The bytes, as they are written to a file or sent.
    pub const fn bytes(&self) -> &[u8; BYTES] {
        &self.0
    }

    /// The bytes, writable.
    pub const fn bytes_mut(&mut self) -> &mut [u8; BYTES] {
        &mut self.0
    }
}

impl<const BYTES: usize> Default for Arena<BYTES> {
    fn default() -> Self {
        Self::new()
    }
}
