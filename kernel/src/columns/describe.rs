//! The macro [`columns!`](crate::columns!): from one description to schema, views and packing.

/// Describes the columns of an entity.
///
/// Makes a module with the type `Columns` (which implements [`Columns`](crate::columns::Columns))
/// and its views `Ref` (all columns, read only), `Mut` (all, writable) and `Scratch` (the scratch
/// columns, writable). The column `id: u32` is always there, first, with reach ghost. Sections
/// come in the order `ghost`, `owned`, `scratch`; each may be empty. A column that travels may state
/// the range of its values, ends included, after `where`: tables, snapshots and every tick of a
/// world are held to it.
///
/// # Example
///
/// ```
/// use flockwork_kernel::columns::{self, ALIGN, Columns as _};
///
/// flockwork_kernel::columns! {
///     /// State of one boid.
///     pub mod boid {
///         ghost {
///             /// Position along x, metres.
///             x: f32,
///             /// Position along y, metres.
///             y: f32,
///         }
///         owned {
///             /// Nine genes.
///             genes: [f32; 9] where 0.0..=1.0,
///         }
///         scratch {
///             /// Acceleration along x, metres per second squared.
///             ax: f32,
///         }
///     }
/// }
///
/// #[repr(align(64))]
/// struct Memory([u8; 4096]);
/// let mut memory = Memory([0; 4096]);
/// assert!(columns::byte_len::<boid::Columns>(16).unwrap() <= 4096);
/// let mut boids = boid::Columns::bind(&mut memory.0, 16).unwrap();
/// boids.x[3] = 1.5;
/// boids.genes[3][8] = 0.25;
/// assert_eq!(boid::Columns::SCHEMA[3].name, "genes");
/// assert!(!boid::Columns::SCHEMA[3].allows(1.5));
/// ```
#[macro_export]
macro_rules! columns {
    (
        $(#[$meta:meta])*
        $vis:vis mod $module:ident {
            ghost {
                $($(#[doc = $gdoc:literal])* $g:ident : $gt:ty
                    $(where $glow:literal ..= $ghigh:expr)?),* $(,)?
            }
            owned {
                $($(#[doc = $odoc:literal])* $o:ident : $ot:ty
                    $(where $olow:literal ..= $ohigh:expr)?),* $(,)?
            }
            scratch { $($(#[doc = $sdoc:literal])* $s:ident : $st:ty),* $(,)? }
        }
    ) => {
        $(#[$meta])*
        $vis mod $module {
            use $crate::columns::{self as base, Column, LayoutError, Reach};

            /// The type that stands for these columns.
            #[derive(Clone, Copy, Debug)]
            pub struct Columns;

            /// All columns, read only.
            #[derive(Clone, Copy, Debug)]
            pub struct Ref<'a> {
                /// Identity, unique in the world.
                pub id: &'a [u32],
                $($(#[doc = $gdoc])* pub $g: &'a [$gt],)*
                $($(#[doc = $odoc])* pub $o: &'a [$ot],)*
                $($(#[doc = $sdoc])* pub $s: &'a [$st],)*
            }

            /// All columns, writable.
            #[derive(Debug)]
            pub struct Mut<'a> {
                /// Identity, unique in the world.
                pub id: &'a mut [u32],
                $($(#[doc = $gdoc])* pub $g: &'a mut [$gt],)*
                $($(#[doc = $odoc])* pub $o: &'a mut [$ot],)*
                $($(#[doc = $sdoc])* pub $s: &'a mut [$st],)*
            }

            /// The scratch columns, writable.
            #[derive(Debug)]
            pub struct Scratch<'a> {
                $($(#[doc = $sdoc])* pub $s: &'a mut [$st],)*
                /// The lifetime of the memory, also where there is no column.
                pub memory: ::core::marker::PhantomData<&'a mut [u8]>,
            }

            impl base::Columns for Columns {
                const SCHEMA: &'static [Column] = &[
                    Column::of::<u32>("id", Reach::Ghost, "identity, unique in the world"),
                    $(Column::of::<$gt>(
                        stringify!($g), Reach::Ghost, concat!($($gdoc),*).trim_ascii())
                        $(.within($glow as f64, $ghigh as f64))?,)*
                    $(Column::of::<$ot>(
                        stringify!($o), Reach::Owned, concat!($($odoc),*).trim_ascii())
                        $(.within($olow as f64, $ohigh as f64))?,)*
                    $(Column::of::<$st>(
                        stringify!($s), Reach::Scratch, concat!($($sdoc),*).trim_ascii()),)*
                ];

                type Ref<'a> = Ref<'a>;
                type Mut<'a> = Mut<'a>;
                type Scratch<'a> = Scratch<'a>;

                fn view(mut memory: &[u8], capacity: usize) -> Result<Ref<'_>, LayoutError> {
                    base::check(Self::SCHEMA, memory, capacity)?;
                    let rows = base::padded(capacity);
                    let memory = &mut memory;
                    Ok(Ref {
                        id: base::take(memory, rows)?,
                        $($g: base::take(memory, rows)?,)*
                        $($o: base::take(memory, rows)?,)*
                        $($s: base::take(memory, rows)?,)*
                    })
                }

                fn bind(mut memory: &mut [u8], capacity: usize) -> Result<Mut<'_>, LayoutError> {
                    base::check(Self::SCHEMA, memory, capacity)?;
                    let rows = base::padded(capacity);
                    let memory = &mut memory;
                    Ok(Mut {
                        id: base::take_mut(memory, rows)?,
                        $($g: base::take_mut(memory, rows)?,)*
                        $($o: base::take_mut(memory, rows)?,)*
                        $($s: base::take_mut(memory, rows)?,)*
                    })
                }

                fn split(
                    mut memory: &mut [u8],
                    capacity: usize,
                ) -> Result<(Ref<'_>, Scratch<'_>), LayoutError> {
                    base::check(Self::SCHEMA, memory, capacity)?;
                    let rows = base::padded(capacity);
                    let memory = &mut memory;
                    let read = Ref {
                        id: base::take_mut(memory, rows)?,
                        $($g: base::take_mut(memory, rows)?,)*
                        $($o: base::take_mut(memory, rows)?,)*
                        $($s: &[],)*
                    };
                    let scratch = Scratch {
                        $($s: base::take_mut(memory, rows)?,)*
                        memory: ::core::marker::PhantomData,
                    };
                    Ok((read, scratch))
                }

                #[inline(always)]
                fn share<'a>(columns: &'a Mut<'_>) -> Ref<'a> {
                    Ref {
                        id: columns.id,
                        $($g: columns.$g,)*
                        $($o: columns.$o,)*
                        $($s: columns.$s,)*
                    }
                }

                #[inline(always)]
                fn settle<S: $crate::isa::Isa>(
                    columns: &mut Mut<'_>,
                    rows: ::core::ops::Range<usize>,
                ) -> bool {
                    #[allow(unused_mut)]
                    let mut sound = true;
                    let mut described = Self::SCHEMA.iter().skip(1);
                    $(sound &= base::settle::<S, $gt>(
                        described.next(), columns.$g.get_mut(rows.clone()));)*
                    $(sound &= base::settle::<S, $ot>(
                        described.next(), columns.$o.get_mut(rows.clone()));)*
                    sound
                }

                #[inline]
                fn gather(from: &Ref<'_>, order: &[u32], to: &mut Mut<'_>) {
                    base::gather_column(from.id, order, to.id);
                    $(base::gather_column(from.$g, order, to.$g);)*
                    $(base::gather_column(from.$o, order, to.$o);)*
                }

                #[inline]
                fn pack(
                    from: &Ref<'_>,
                    row: usize,
                    reach: Reach,
                    bytes: &mut [u8],
                ) -> Option<usize> {
                    let mut at = 0usize;
                    let mut put = |part: &[u8]| -> Option<()> {
                        bytes.get_mut(at..at + part.len())?.copy_from_slice(part);
                        at += part.len();
                        Some(())
                    };
                    put($crate::bytemuck::bytes_of(from.id.get(row)?))?;
                    $(put($crate::bytemuck::bytes_of(from.$g.get(row)?))?;)*
                    if reach <= Reach::Owned {
                        $(put($crate::bytemuck::bytes_of(from.$o.get(row)?))?;)*
                    }
                    if reach <= Reach::Scratch {
                        $(put($crate::bytemuck::bytes_of(from.$s.get(row)?))?;)*
                    }
                    Some(at)
                }

                #[inline]
                fn unpack(
                    to: &mut Mut<'_>,
                    row: usize,
                    reach: Reach,
                    bytes: &[u8],
                ) -> Option<usize> {
                    let mut at = 0usize;
                    let mut get = |part: &mut [u8]| -> Option<()> {
                        part.copy_from_slice(bytes.get(at..at + part.len())?);
                        at += part.len();
                        Some(())
                    };
                    get($crate::bytemuck::bytes_of_mut(to.id.get_mut(row)?))?;
                    $(get($crate::bytemuck::bytes_of_mut(to.$g.get_mut(row)?))?;)*
                    if reach <= Reach::Owned {
                        $(get($crate::bytemuck::bytes_of_mut(to.$o.get_mut(row)?))?;)*
                    }
                    if reach <= Reach::Scratch {
                        $(get($crate::bytemuck::bytes_of_mut(to.$s.get_mut(row)?))?;)*
                    }
                    Some(at)
                }

                #[inline]
                fn fingerprint(from: &Ref<'_>, row: usize) -> u64 {
                    let Some(&id) = from.id.get(row) else { return 0 };
                    #[allow(unused_mut)]
                    let mut hash = $crate::fingerprint::Fingerprint::of(id);
                    $(if let Some(value) = from.$g.get(row) { hash.column(value); })*
                    $(if let Some(value) = from.$o.get(row) { hash.column(value); })*
                    hash.finish()
                }

                fn difference(
                    left: &Ref<'_>,
                    left_row: usize,
                    right: &Ref<'_>,
                    right_row: usize,
                ) -> Option<&'static str> {
                    if left.id.get(left_row) != right.id.get(right_row) {
                        return Some("id");
                    }
                    $(if base::differs(left.$g.get(left_row), right.$g.get(right_row)) {
                        return Some(stringify!($g));
                    })*
                    $(if base::differs(left.$o.get(left_row), right.$o.get(right_row)) {
                        return Some(stringify!($o));
                    })*
                    None
                }
            }
        }
    };
}
