//! The macro [`columns!`](crate::columns!): from one description to schema, views and packing.

/// Describes the columns of an entity.
///
/// Makes a module with the type `Columns` (which implements [`Columns`](crate::columns::Columns))
/// and its views:
///
/// | type | holds |
/// | --- | --- |
/// | `Ref`, `Mut` | all columns as slices, read only and writable |
/// | `Row` | one entity as plain numbers |
/// | `Shown` | what one entity shows its neighbours: its ghost columns but for id and `position` |
/// | `Tile` | eight entities in lanes, writable |
/// | `Look`, `Left` | eight entities in lanes: what travels, read only; scratch columns, writable |
///
/// The column `id: u32` is always there, first, with reach ghost. Sections come in the order `ghost`,
/// `owned`, `scratch`; each may be empty. `velocity: vec(vx, vy)` is two `f32` columns of those names,
/// and one vector in lanes and rows. A column that travels may state the range of its values, ends
/// included, after `where`: tables, snapshots and every tick of a world are held to it. A vector may
/// be `where unit`: of length 1, which tables and snapshots are held to.
///
/// A column is an `f32`, `u8`, `u16`, `u32`, `u64`, `i32` or `bool`, or an array of them. A `bool`
/// is a [`Flag`](crate::columns::Flag) in slices, and a mask in lanes.
///
/// # Example
///
/// ```
/// use flockwork_kernel::Vec2;
/// use flockwork_kernel::columns::{self, ALIGN, Columns as _};
///
/// flockwork_kernel::columns! {
///     /// State of one boid.
///     pub mod boid {
///         ghost {
///             /// Position, metres.
///             position: vec(x, y),
///         }
///         owned {
///             /// Nine genes.
///             genes: [f32; 9] where 0.0..=1.0,
///         }
///         scratch {
///             /// Acceleration, metres per second squared.
///             force: vec(ax, ay),
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
/// let row = boid::Columns::row(&boid::Columns::share(&boids), 3);
/// assert_eq!(row.position, Vec2::new(1.5, 0.0));
/// assert_eq!(boid::Columns::SCHEMA[3].name, "genes");
/// assert!(!boid::Columns::SCHEMA[3].allows(1.5));
/// ```
#[macro_export]
macro_rules! columns {
    (
        $(#[$meta:meta])*
        $vis:vis mod $module:ident {
            ghost { $($ghost:tt)* }
            owned { $($owned:tt)* }
            scratch { $($scratch:tt)* }
        }
    ) => {
        $crate::__columns! {
            ghost [[$(#[$meta])* $vis mod $module] {}]
            { $($ghost)* , } { $($owned)* , } { $($scratch)* , }
            {} {} {} {} {} {} {}
        }
    };
}

/// Takes the fields of [`columns!`](crate::columns!) apart, one after the other, into plain columns
/// and named fields of each section, and the fields that are shown.
#[doc(hidden)]
#[macro_export]
macro_rules! __columns {
    // An end of a field, and the ends of sections.
    ($section:ident $head:tt { , $($rest:tt)* } $($more:tt)*) => {
        $crate::__columns! { $section $head { $($rest)* } $($more)* }
    };
    (ghost $head:tt {} $($more:tt)*) => { $crate::__columns! { owned $head $($more)* } };
    (owned $head:tt {} $($more:tt)*) => { $crate::__columns! { scratch $head $($more)* } };
    (scratch $head:tt {} $($more:tt)*) => { $crate::__columns! { emit $head $($more)* } };

    // A vector of length 1: its components have a range, and rows are asked for its length.
    (
        $section:ident [$module:tt { $($unit:tt)* }]
        { $(#[doc = $doc:literal])* $name:ident : vec($x:ident, $y:ident) where unit , $($rest:tt)* }
        $($more:tt)*
    ) => {
        $crate::__columns! {
            $section [$module { $($unit)* { $name $x $y } }]
            { $(#[doc = $doc])* $name : vec($x, $y) where -1.001 ..= 1.001 , $($rest)* }
            $($more)*
        }
    };

    // The position is known to the neighbour pass, so it is not shown again.
    (
        ghost $head:tt
        { $(#[doc = $doc:literal])* position : vec($x:ident, $y:ident)
            $(where $low:literal ..= $high:expr)? , $($rest:tt)* }
        $owned:tt $scratch:tt
        { $($columns:tt)* } $oc:tt $sc:tt { $($fields:tt)* } $of:tt $sf:tt $shown:tt
    ) => {
        $crate::__columns! {
            ghost $head { $($rest)* } $owned $scratch
            { $($columns)*
                { $x : f32, [$($doc,)* " Along x."], [$($low, $high)?] }
                { $y : f32, [$($doc,)* " Along y."], [$($low, $high)?] } } $oc $sc
            { $($fields)* { position [$($doc),*] (vec $x $y) } } $of $sf $shown
        }
    };
    (
        ghost $head:tt
        { $(#[doc = $doc:literal])* $name:ident : vec($x:ident, $y:ident)
            $(where $low:literal ..= $high:expr)? , $($rest:tt)* }
        $owned:tt $scratch:tt
        { $($columns:tt)* } $oc:tt $sc:tt { $($fields:tt)* } $of:tt $sf:tt { $($shown:tt)* }
    ) => {
        $crate::__columns! {
            ghost $head { $($rest)* } $owned $scratch
            { $($columns)*
                { $x : f32, [$($doc,)* " Along x."], [$($low, $high)?] }
                { $y : f32, [$($doc,)* " Along y."], [$($low, $high)?] } } $oc $sc
            { $($fields)* { $name [$($doc),*] (vec $x $y) } } $of $sf
            { $($shown)* { $name [$($doc),*] (vec $x $y) } }
        }
    };
    (
        ghost $head:tt
        { $(#[doc = $doc:literal])* $name:ident : $kind:tt
            $(where $low:literal ..= $high:expr)? , $($rest:tt)* }
        $owned:tt $scratch:tt
        { $($columns:tt)* } $oc:tt $sc:tt { $($fields:tt)* } $of:tt $sf:tt { $($shown:tt)* }
    ) => {
        $crate::__columns! {
            ghost $head { $($rest)* } $owned $scratch
            { $($columns)* { $name : $kind, [$($doc),*], [$($low, $high)?] } } $oc $sc
            { $($fields)* { $name [$($doc),*] (one $kind) } } $of $sf
            { $($shown)* { $name [$($doc),*] (one $kind) } }
        }
    };
    (
        owned $head:tt
        { $(#[doc = $doc:literal])* $name:ident : vec($x:ident, $y:ident)
            $(where $low:literal ..= $high:expr)? , $($rest:tt)* }
        $scratch:tt
        $gc:tt { $($columns:tt)* } $sc:tt $gf:tt { $($fields:tt)* } $sf:tt $shown:tt
    ) => {
        $crate::__columns! {
            owned $head { $($rest)* } $scratch
            $gc { $($columns)*
                { $x : f32, [$($doc,)* " Along x."], [$($low, $high)?] }
                { $y : f32, [$($doc,)* " Along y."], [$($low, $high)?] } } $sc
            $gf { $($fields)* { $name [$($doc),*] (vec $x $y) } } $sf $shown
        }
    };
    (
        owned $head:tt
        { $(#[doc = $doc:literal])* $name:ident : $kind:tt
            $(where $low:literal ..= $high:expr)? , $($rest:tt)* }
        $scratch:tt
        $gc:tt { $($columns:tt)* } $sc:tt $gf:tt { $($fields:tt)* } $sf:tt $shown:tt
    ) => {
        $crate::__columns! {
            owned $head { $($rest)* } $scratch
            $gc { $($columns)* { $name : $kind, [$($doc),*], [$($low, $high)?] } } $sc
            $gf { $($fields)* { $name [$($doc),*] (one $kind) } } $sf $shown
        }
    };
    (
        scratch $head:tt
        { $(#[doc = $doc:literal])* $name:ident : vec($x:ident, $y:ident) , $($rest:tt)* }
        $gc:tt $oc:tt { $($columns:tt)* } $gf:tt $of:tt { $($fields:tt)* } $shown:tt
    ) => {
        $crate::__columns! {
            scratch $head { $($rest)* }
            $gc $oc { $($columns)*
                { $x : f32, [$($doc,)* " Along x."], [] }
                { $y : f32, [$($doc,)* " Along y."], [] } }
            $gf $of { $($fields)* { $name [$($doc),*] (vec $x $y) } } $shown
        }
    };
    (
        scratch $head:tt
        { $(#[doc = $doc:literal])* $name:ident : $kind:tt , $($rest:tt)* }
        $gc:tt $oc:tt { $($columns:tt)* } $gf:tt $of:tt { $($fields:tt)* } $shown:tt
    ) => {
        $crate::__columns! {
            scratch $head { $($rest)* }
            $gc $oc { $($columns)* { $name : $kind, [$($doc),*], [] } }
            $gf $of { $($fields)* { $name [$($doc),*] (one $kind) } } $shown
        }
    };

    (
        emit [[$(#[$meta:meta])* $vis:vis mod $module:ident]
            { $({ $u:ident $ux:ident $uy:ident })* }]
        { $({ $g:ident : $gt:tt, [$($gdoc:literal),*], [$($glow:literal, $ghigh:expr)?] })* }
        { $({ $o:ident : $ot:tt, [$($odoc:literal),*], [$($olow:literal, $ohigh:expr)?] })* }
        { $({ $s:ident : $st:tt, [$($sdoc:literal),*], [] })* }
        { $({ $gf:ident [$($gfdoc:literal),*] $gk:tt })* }
        { $({ $of:ident [$($ofdoc:literal),*] $ok:tt })* }
        { $({ $sf:ident [$($sfdoc:literal),*] $sk:tt })* }
        { $({ $f:ident [$($fdoc:literal),*] $k:tt })* }
    ) => {
        $(#[$meta])*
        #[allow(clippy::empty_docs, reason = "a column may have no words")]
        $vis mod $module {
            use $crate::columns::{self as base, Column, LayoutError, Reach};
            use $crate::isa::Isa;
            use ::core::ops::Range;

            /// The type that stands for these columns.
            #[derive(Clone, Copy, Debug)]
            pub struct Columns;

            /// All columns, read only.
            #[derive(Clone, Copy, Debug)]
            pub struct Ref<'a> {
                /// Identity, unique in the world.
                pub id: &'a [u32],
                $(#[doc = concat!($($gdoc),*)] pub $g: &'a [$crate::__stored!($gt)],)*
                $(#[doc = concat!($($odoc),*)] pub $o: &'a [$crate::__stored!($ot)],)*
                $(#[doc = concat!($($sdoc),*)] pub $s: &'a [$crate::__stored!($st)],)*
            }

            impl Ref<'_> {
                /// One entity; zeros for a row out of range.
                #[inline(always)]
                pub fn row(&self, row: usize) -> Row {
                    Row {
                        id: base::at(self.id, row),
                        $($gf: $crate::__field!(get self row $gf $gk),)*
                        $($of: $crate::__field!(get self row $of $ok),)*
                        $($sf: $crate::__field!(get self row $sf $sk),)*
                    }
                }

                /// What one entity shows; zeros for a row out of range.
                #[inline(always)]
                #[allow(unused_variables)]
                pub fn shown(&self, row: usize) -> Shown {
                    Shown { $($f: $crate::__field!(get self row $f $k),)* }
                }
            }

            /// All columns, writable.
            #[derive(Debug)]
            pub struct Mut<'a> {
                /// Identity, unique in the world.
                pub id: &'a mut [u32],
                $(#[doc = concat!($($gdoc),*)] pub $g: &'a mut [$crate::__stored!($gt)],)*
                $(#[doc = concat!($($odoc),*)] pub $o: &'a mut [$crate::__stored!($ot)],)*
                $(#[doc = concat!($($sdoc),*)] pub $s: &'a mut [$crate::__stored!($st)],)*
            }

            /// One entity as plain numbers.
            #[derive(Clone, Copy, Debug, Default, PartialEq)]
            pub struct Row {
                /// Identity, unique in the world.
                pub id: u32,
                $(#[doc = concat!($($gfdoc),*)] pub $gf: $crate::__field!(Row $gk),)*
                $(#[doc = concat!($($ofdoc),*)] pub $of: $crate::__field!(Row $ok),)*
                $(#[doc = concat!($($sfdoc),*)] pub $sf: $crate::__field!(Row $sk),)*
            }

            /// What one entity shows its neighbours, besides its id and place.
            #[derive(Clone, Copy, Debug, Default, PartialEq)]
            pub struct Shown {
                $(#[doc = concat!($($fdoc),*)] pub $f: $crate::__field!(Row $k),)*
            }

            /// Eight entities, writable.
            #[allow(dead_code)]
            pub struct Tile<'a, S: Isa> {
                /// Identities.
                pub id: base::LaneRef<'a, S, u32>,
                $(#[doc = concat!($($gfdoc),*)] pub $gf: $crate::__field!(Lane $gk),)*
                $(#[doc = concat!($($ofdoc),*)] pub $of: $crate::__field!(Lane $ok),)*
                $(#[doc = concat!($($sfdoc),*)] pub $sf: $crate::__field!(Lane $sk),)*
            }

            /// Eight entities as they travel, read only.
            #[allow(dead_code)]
            pub struct Look<'a, S: Isa> {
                /// Identities.
                pub id: base::LaneRef<'a, S, u32>,
                $(#[doc = concat!($($gfdoc),*)] pub $gf: $crate::__field!(LaneRef $gk),)*
                $(#[doc = concat!($($ofdoc),*)] pub $of: $crate::__field!(LaneRef $ok),)*
            }

            impl<S: Isa> Clone for Look<'_, S> {
                #[inline(always)]
                fn clone(&self) -> Self {
                    *self
                }
            }

            impl<S: Isa> Copy for Look<'_, S> {}

            /// The scratch columns of eight entities, writable.
            #[allow(dead_code)]
            pub struct Left<'a, S: Isa> {
                $(#[doc = concat!($($sfdoc),*)] pub $sf: $crate::__field!(Lane $sk),)*
                /// The lifetime and the lanes, also where there is no column.
                pub memory: ::core::marker::PhantomData<(&'a mut [u8], S)>,
            }

            impl base::Columns for Columns {
                const SCHEMA: &'static [Column] = &[
                    Column::of::<u32>("id", Reach::Ghost, "identity, unique in the world"),
                    $(Column::of::<$crate::__stored!($gt)>(
                        stringify!($g), Reach::Ghost, concat!($($gdoc),*).trim_ascii())
                        $(.within($glow as f64, $ghigh as f64))?,)*
                    $(Column::of::<$crate::__stored!($ot)>(
                        stringify!($o), Reach::Owned, concat!($($odoc),*).trim_ascii())
                        $(.within($olow as f64, $ohigh as f64))?,)*
                    $(Column::of::<$crate::__stored!($st)>(
                        stringify!($s), Reach::Scratch, concat!($($sdoc),*).trim_ascii()),)*
                ];

                type Ref<'a> = Ref<'a>;
                type Mut<'a> = Mut<'a>;
                type Row = Row;
                type Shown = Shown;
                type Tile<'a, S: Isa> = Tile<'a, S>;
                type Look<'a, S: Isa> = Look<'a, S>;
                type Left<'a, S: Isa> = Left<'a, S>;

                #[inline]
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

                #[inline]
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

                fn view_ghosts(
                    mut memory: &[u8],
                    capacity: usize,
                ) -> Result<Ref<'_>, LayoutError> {
                    base::check(base::ghosts(Self::SCHEMA), memory, capacity)?;
                    let rows = base::padded(capacity);
                    let memory = &mut memory;
                    Ok(Ref {
                        id: base::take(memory, rows)?,
                        $($g: base::take(memory, rows)?,)*
                        $($o: &[],)*
                        $($s: &[],)*
                    })
                }

                fn bind_ghosts(
                    mut memory: &mut [u8],
                    capacity: usize,
                ) -> Result<Mut<'_>, LayoutError> {
                    base::check(base::ghosts(Self::SCHEMA), memory, capacity)?;
                    let rows = base::padded(capacity);
                    let memory = &mut memory;
                    Ok(Mut {
                        id: base::take_mut(memory, rows)?,
                        $($g: base::take_mut(memory, rows)?,)*
                        $($o: &mut [],)*
                        $($s: &mut [],)*
                    })
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
                fn row(from: &Ref<'_>, row: usize) -> Row {
                    from.row(row)
                }

                #[inline(always)]
                fn set_row(to: &mut Mut<'_>, row: usize, values: &Row) {
                    $($crate::__field!(put to row values $gf $gk);)*
                    $($crate::__field!(put to row values $of $ok);)*
                    $($crate::__field!(put to row values $sf $sk);)*
                }

                #[inline(always)]
                fn set_id(to: &mut Mut<'_>, row: usize, id: u32) {
                    base::put(to.id, row, id);
                }

                #[inline(always)]
                fn shown(from: &Ref<'_>, row: usize) -> Shown {
                    from.shown(row)
                }

                #[inline(always)]
                fn tile<'a, S: Isa>(columns: &'a mut Mut<'_>, rows: Range<usize>) -> Tile<'a, S> {
                    Tile {
                        id: base::LaneRef::of(columns.id, rows.clone()),
                        $($gf: $crate::__field!(lanes columns rows $gf $gk),)*
                        $($of: $crate::__field!(lanes columns rows $of $ok),)*
                        $($sf: $crate::__field!(lanes columns rows $sf $sk),)*
                    }
                }

                #[inline(always)]
                fn look<'a, S: Isa>(columns: &'a Mut<'_>, at: usize) -> Look<'a, S> {
                    let rows = at..at + $crate::LANES;
                    Look {
                        id: base::LaneRef::of(columns.id, rows.clone()),
                        $($gf: $crate::__field!(look columns rows $gf $gk),)*
                        $($of: $crate::__field!(look columns rows $of $ok),)*
                    }
                }

                #[inline(always)]
                fn finish<'a, S: Isa>(
                    columns: &'a mut Mut<'_>,
                    at: usize,
                ) -> (Look<'a, S>, Left<'a, S>) {
                    let rows = at..at + $crate::LANES;
                    let look = Look {
                        id: base::LaneRef::of(columns.id, rows.clone()),
                        $($gf: $crate::__field!(look columns rows $gf $gk),)*
                        $($of: $crate::__field!(look columns rows $of $ok),)*
                    };
                    let left = Left {
                        $($sf: $crate::__field!(lanes columns rows $sf $sk),)*
                        memory: ::core::marker::PhantomData,
                    };
                    (look, left)
                }

                #[inline(always)]
                fn settle<S: Isa>(
                    columns: &mut Mut<'_>,
                    rows: Range<usize>,
                ) -> bool {
                    #[allow(unused_mut)]
                    let mut sound = true;
                    let mut described = Self::SCHEMA.iter().skip(1);
                    $(sound &= base::settle::<S, $crate::__stored!($gt)>(
                        described.next(), columns.$g.get_mut(rows.clone()));)*
                    $(sound &= base::settle::<S, $crate::__stored!($ot)>(
                        described.next(), columns.$o.get_mut(rows.clone()));)*
                    sound
                }

                #[allow(unused_variables)]
                fn check(row: &Row) -> Result<(), base::NotUnit> {
                    $(base::check_unit(
                        stringify!($u), [stringify!($ux), stringify!($uy)], row.$u)?;)*
                    Ok(())
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

/// What lies in memory of a value of [`columns!`](crate::columns!).
#[doc(hidden)]
#[macro_export]
macro_rules! __stored {
    (bool) => {
        $crate::columns::Flag
    };
    ([bool; $count:expr]) => {
        [$crate::columns::Flag; $count]
    };
    ($kind:tt) => {
        $kind
    };
}

/// One field of a view of [`columns!`](crate::columns!), which is a vector or one column.
#[doc(hidden)]
#[macro_export]
macro_rules! __field {
    (Row (vec $x:ident $y:ident)) => { $crate::Vec2 };
    (Row (one $kind:tt)) => { $kind };
    (Lane (vec $x:ident $y:ident)) => { $crate::columns::Vector<'a, S> };
    (Lane (one $kind:tt)) => { $crate::columns::Lane<'a, S, $crate::__stored!($kind)> };
    (LaneRef (vec $x:ident $y:ident)) => { $crate::columns::VectorRef<'a, S> };
    (LaneRef (one $kind:tt)) => { $crate::columns::LaneRef<'a, S, $crate::__stored!($kind)> };

    (get $from:tt $row:ident $name:ident (vec $x:ident $y:ident)) => {
        $crate::Vec2::new(
            $crate::columns::at($from.$x, $row),
            $crate::columns::at($from.$y, $row),
        )
    };
    (get $from:tt $row:ident $name:ident (one $kind:tt)) => {
        $crate::columns::at($from.$name, $row)
    };
    (put $to:ident $row:ident $values:ident $name:ident (vec $x:ident $y:ident)) => {
        $crate::columns::put($to.$x, $row, $values.$name.x);
        $crate::columns::put($to.$y, $row, $values.$name.y);
    };
    (put $to:ident $row:ident $values:ident $name:ident (one $kind:tt)) => {
        $crate::columns::put($to.$name, $row, $values.$name);
    };
    (lanes $columns:ident $rows:ident $name:ident (vec $x:ident $y:ident)) => {
        $crate::columns::Vector {
            x: $crate::columns::Lane::of($columns.$x, $rows.clone()),
            y: $crate::columns::Lane::of($columns.$y, $rows.clone()),
        }
    };
    (lanes $columns:ident $rows:ident $name:ident (one $kind:tt)) => {
        $crate::columns::Lane::of($columns.$name, $rows.clone())
    };
    (look $columns:ident $rows:ident $name:ident (vec $x:ident $y:ident)) => {
        $crate::columns::VectorRef {
            x: $crate::columns::LaneRef::of($columns.$x, $rows.clone()),
            y: $crate::columns::LaneRef::of($columns.$y, $rows.clone()),
        }
    };
    (look $columns:ident $rows:ident $name:ident (one $kind:tt)) => {
        $crate::columns::LaneRef::of($columns.$name, $rows.clone())
    };
}
