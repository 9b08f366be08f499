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
/// and one vector in lanes and rows; `vec(vx, vy, vz)` is three in space. A column that travels may state the range of its values, ends
/// included, after `where`: tables, snapshots and every tick of a world are held to it. A vector may
/// be `where unit`: of length 1, which tables and snapshots are held to.
///
/// A module `boid<A>` is generic over the [`Axes`](crate::axes::Axes): its types are `Columns<A>`, `Row<A>`
/// and so on, and the third column of each of its vectors is there in space alone. The parameter is
/// called `A`.
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
        $vis:vis mod $module:ident $(<$axes:ident>)? {
            ghost { $($ghost:tt)* }
            owned { $($owned:tt)* }
            scratch { $($scratch:tt)* }
        }
    ) => {
        $crate::__columns! {
            ghost [[$(#[$meta])* $vis mod $module] [$($axes)?] [$crate::Vec2] {}]
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
        $section:ident [$module:tt $generic:tt $axes:tt { $($unit:tt)* }]
        { $(#[doc = $doc:literal])* $name:ident : vec($($c:ident),*) where unit , $($rest:tt)* }
        $($more:tt)*
    ) => {
        $crate::__columns! {
            $section [$module $generic $axes { $($unit)* { $name $($c)* } }]
            { $(#[doc = $doc])* $name : vec($($c),*) where -1.001 ..= 1.001 , $($rest)* }
            $($more)*
        }
    };

    // A field in one form: its name, words, range, what it is, and its type in a row.
    (
        $section:ident $head:tt
        { $(#[doc = $doc:literal])* $name:ident : vec($x:ident, $y:ident)
            $(where $low:literal ..= $high:expr)? , $($rest:tt)* }
        $($more:tt)*
    ) => {
        $crate::__columns! {
            @$section $head $name [$($doc),*] [$($low, $high)?] (vec $x $y) [$crate::Vec2]
            { $($rest)* } $($more)*
        }
    };
    (
        $section:ident $head:tt
        { $(#[doc = $doc:literal])* $name:ident : vec($x:ident, $y:ident, $z:ident)
            $(where $low:literal ..= $high:expr)? , $($rest:tt)* }
        $($more:tt)*
    ) => {
        $crate::__columns! {
            @$section $head $name [$($doc),*] [$($low, $high)?] (vec $x $y $z) [$crate::Vector<A>]
            { $($rest)* } $($more)*
        }
    };
    (
        $section:ident $head:tt
        { $(#[doc = $doc:literal])* $name:ident : $kind:tt
            $(where $low:literal ..= $high:expr)? , $($rest:tt)* }
        $($more:tt)*
    ) => {
        $crate::__columns! {
            @$section $head $name [$($doc),*] [$($low, $high)?] (one $kind) [$kind]
            { $($rest)* } $($more)*
        }
    };

    // The position is known to the neighbour pass, so it is not shown again.
    (
        @ghost [$module:tt $generic:tt $axes:tt $unit:tt]
        position $doc:tt $range:tt (vec $x:ident $y:ident $($z:ident)?) $type:tt
        $rest:tt $owned:tt $scratch:tt
        { $($columns:tt)* } $oc:tt $sc:tt { $($fields:tt)* } $of:tt $sf:tt $shown:tt
    ) => {
        $crate::__columns! {
            ghost [$module $generic $type $unit] $rest $owned $scratch
            { $($columns)*
                { $x : f32, $doc " Along x.", $range, all }
                { $y : f32, $doc " Along y.", $range, all }
                $({ $z : f32, $doc " Along z.", $range, third })? } $oc $sc
            { $($fields)* { position $doc (vec $x $y $($z)?) $type } } $of $sf $shown
        }
    };
    (
        @ghost $head:tt $name:ident $doc:tt $range:tt (vec $x:ident $y:ident $($z:ident)?) $type:tt
        $rest:tt $owned:tt $scratch:tt
        { $($columns:tt)* } $oc:tt $sc:tt { $($fields:tt)* } $of:tt $sf:tt { $($shown:tt)* }
    ) => {
        $crate::__columns! {
            ghost $head $rest $owned $scratch
            { $($columns)*
                { $x : f32, $doc " Along x.", $range, all }
                { $y : f32, $doc " Along y.", $range, all }
                $({ $z : f32, $doc " Along z.", $range, third })? } $oc $sc
            { $($fields)* { $name $doc (vec $x $y $($z)?) $type } } $of $sf
            { $($shown)* { $name $doc (vec $x $y $($z)?) $type } }
        }
    };
    (
        @ghost $head:tt $name:ident $doc:tt $range:tt (one $kind:tt) $type:tt
        $rest:tt $owned:tt $scratch:tt
        { $($columns:tt)* } $oc:tt $sc:tt { $($fields:tt)* } $of:tt $sf:tt { $($shown:tt)* }
    ) => {
        $crate::__columns! {
            ghost $head $rest $owned $scratch
            { $($columns)* { $name : $kind, $doc "", $range, all } } $oc $sc
            { $($fields)* { $name $doc (one $kind) $type } } $of $sf
            { $($shown)* { $name $doc (one $kind) $type } }
        }
    };
    (
        @owned $head:tt $name:ident $doc:tt $range:tt (vec $x:ident $y:ident $($z:ident)?) $type:tt
        $rest:tt $scratch:tt
        $gc:tt { $($columns:tt)* } $sc:tt $gf:tt { $($fields:tt)* } $sf:tt $shown:tt
    ) => {
        $crate::__columns! {
            owned $head $rest $scratch
            $gc { $($columns)*
                { $x : f32, $doc " Along x.", $range, all }
                { $y : f32, $doc " Along y.", $range, all }
                $({ $z : f32, $doc " Along z.", $range, third })? } $sc
            $gf { $($fields)* { $name $doc (vec $x $y $($z)?) $type } } $sf $shown
        }
    };
    (
        @owned $head:tt $name:ident $doc:tt $range:tt (one $kind:tt) $type:tt
        $rest:tt $scratch:tt
        $gc:tt { $($columns:tt)* } $sc:tt $gf:tt { $($fields:tt)* } $sf:tt $shown:tt
    ) => {
        $crate::__columns! {
            owned $head $rest $scratch
            $gc { $($columns)* { $name : $kind, $doc "", $range, all } } $sc
            $gf { $($fields)* { $name $doc (one $kind) $type } } $sf $shown
        }
    };
    (
        @scratch $head:tt $name:ident $doc:tt [] (vec $x:ident $y:ident $($z:ident)?) $type:tt
        $rest:tt
        $gc:tt $oc:tt { $($columns:tt)* } $gf:tt $of:tt { $($fields:tt)* } $shown:tt
    ) => {
        $crate::__columns! {
            scratch $head $rest
            $gc $oc { $($columns)*
                { $x : f32, $doc " Along x.", [], all }
                { $y : f32, $doc " Along y.", [], all }
                $({ $z : f32, $doc " Along z.", [], third })? }
            $gf $of { $($fields)* { $name $doc (vec $x $y $($z)?) $type } } $shown
        }
    };
    (
        @scratch $head:tt $name:ident $doc:tt [] (one $kind:tt) $type:tt
        $rest:tt
        $gc:tt $oc:tt { $($columns:tt)* } $gf:tt $of:tt { $($fields:tt)* } $shown:tt
    ) => {
        $crate::__columns! {
            scratch $head $rest
            $gc $oc { $($columns)* { $name : $kind, $doc "", [], all } }
            $gf $of { $($fields)* { $name $doc (one $kind) $type } } $shown
        }
    };

    (
        emit [[$(#[$meta:meta])* $vis:vis mod $module:ident] [$($A:ident)?] [$place:ty]
            { $({ $u:ident $($uc:ident)* })* }]
        { $({ $g:ident : $gt:tt, [$($gdoc:literal),*] $galong:literal,
            [$($glow:literal, $ghigh:expr)?], $gw:tt })* }
        { $({ $o:ident : $ot:tt, [$($odoc:literal),*] $oalong:literal,
            [$($olow:literal, $ohigh:expr)?], $ow:tt })* }
        { $({ $s:ident : $st:tt, [$($sdoc:literal),*] $salong:literal, [], $sw:tt })* }
        { $({ $gf:ident [$($gfdoc:literal),*] $gk:tt [$gft:ty] })* }
        { $({ $of:ident [$($ofdoc:literal),*] $ok:tt [$oft:ty] })* }
        { $({ $sf:ident [$($sfdoc:literal),*] $sk:tt [$sft:ty] })* }
        { $({ $f:ident [$($fdoc:literal),*] $k:tt [$ft:ty] })* }
    ) => {
        $(#[$meta])*
        #[allow(clippy::empty_docs, reason = "a column may have no words")]
        $vis mod $module {
            #[allow(unused_imports, reason = "of modules for the plane and space")]
            use $crate::axes::Axes;
            use $crate::columns::{self as base, Column, LayoutError, Reach};
            use $crate::isa::Isa;
            use ::core::ops::Range;

            /// How many columns there can be.
            const COUNT: usize = [
                "id", $(stringify!($g),)* $(stringify!($o),)* $(stringify!($s),)*
            ].len();

            /// The type that stands for these columns.
            #[derive(Clone, Copy, Debug)]
            pub struct Columns $(<$A: Axes>(::core::marker::PhantomData<$A>))?;

            /// All columns, read only.
            #[derive(Clone, Copy, Debug)]
            pub struct Ref<'a $(, $A: Axes)?> {
                $(
                    /// The axes.
                    pub axes: ::core::marker::PhantomData<$A>,
                )?
                /// Identity, unique in the world.
                pub id: &'a [u32],
                $(#[doc = concat!($($gdoc,)* $galong)] pub $g: &'a [<$gt as base::Kind>::Stored],)*
                $(#[doc = concat!($($odoc,)* $oalong)] pub $o: &'a [<$ot as base::Kind>::Stored],)*
                $(#[doc = concat!($($sdoc,)* $salong)] pub $s: &'a [<$st as base::Kind>::Stored],)*
            }

            impl $(<$A: Axes>)? Ref<'_ $(, $A)?> {
                /// One entity; zeros for a row out of range.
                #[inline(always)]
                pub fn row(&self, row: usize) -> Row $(<$A>)? {
                    Row {
                        $(axes: ::core::marker::PhantomData::<$A>,)?
                        id: base::at(self.id, row),
                        $($gf: $crate::__field!(get self row $gf $gk),)*
                        $($of: $crate::__field!(get self row $of $ok),)*
                        $($sf: $crate::__field!(get self row $sf $sk),)*
                    }
                }

                /// What one entity shows; zeros for a row out of range.
                #[inline(always)]
                #[allow(unused_variables)]
                pub fn shown(&self, row: usize) -> Shown $(<$A>)? {
                    Shown {
                        $(axes: ::core::marker::PhantomData::<$A>,)?
                        $($f: $crate::__field!(get self row $f $k),)*
                    }
                }
            }

            /// All columns, writable.
            #[derive(Debug)]
            pub struct Mut<'a $(, $A: Axes)?> {
                $(
                    /// The axes.
                    pub axes: ::core::marker::PhantomData<$A>,
                )?
                /// Identity, unique in the world.
                pub id: &'a mut [u32],
                $(#[doc = concat!($($gdoc,)* $galong)] pub $g: &'a mut [<$gt as base::Kind>::Stored],)*
                $(#[doc = concat!($($odoc,)* $oalong)] pub $o: &'a mut [<$ot as base::Kind>::Stored],)*
                $(#[doc = concat!($($sdoc,)* $salong)] pub $s: &'a mut [<$st as base::Kind>::Stored],)*
            }

            /// One entity as plain numbers.
            #[derive(Clone, Copy, Debug, Default, PartialEq)]
            pub struct Row $(<$A: Axes>)? {
                $(
                    /// The axes.
                    pub axes: ::core::marker::PhantomData<$A>,
                )?
                /// Identity, unique in the world.
                pub id: u32,
                $(#[doc = concat!($($gfdoc),*)] pub $gf: $gft,)*
                $(#[doc = concat!($($ofdoc),*)] pub $of: $oft,)*
                $(#[doc = concat!($($sfdoc),*)] pub $sf: $sft,)*
            }

            /// What one entity shows its neighbours, besides its id and place.
            #[derive(Clone, Copy, Debug, Default, PartialEq)]
            pub struct Shown $(<$A: Axes>)? {
                $(
                    /// The axes.
                    pub axes: ::core::marker::PhantomData<$A>,
                )?
                $(#[doc = concat!($($fdoc),*)] pub $f: $ft,)*
            }

            /// Eight entities, writable.
            #[allow(dead_code)]
            pub struct Tile<'a, S: Isa $(, $A: Axes)?> {
                $(
                    /// The axes.
                    pub axes: ::core::marker::PhantomData<$A>,
                )?
                /// Identities.
                pub id: base::LaneRef<'a, S, u32>,
                $(#[doc = concat!($($gfdoc),*)] pub $gf: $crate::__field!(Lane $gk),)*
                $(#[doc = concat!($($ofdoc),*)] pub $of: $crate::__field!(Lane $ok),)*
                $(#[doc = concat!($($sfdoc),*)] pub $sf: $crate::__field!(Lane $sk),)*
            }

            /// Eight entities as they travel, read only.
            #[allow(dead_code)]
            pub struct Look<'a, S: Isa $(, $A: Axes)?> {
                $(
                    /// The axes.
                    pub axes: ::core::marker::PhantomData<$A>,
                )?
                /// Identities.
                pub id: base::LaneRef<'a, S, u32>,
                $(#[doc = concat!($($gfdoc),*)] pub $gf: $crate::__field!(LaneRef $gk),)*
                $(#[doc = concat!($($ofdoc),*)] pub $of: $crate::__field!(LaneRef $ok),)*
            }

            impl<S: Isa $(, $A: Axes)?> Clone for Look<'_, S $(, $A)?> {
                #[inline(always)]
                fn clone(&self) -> Self {
                    *self
                }
            }

            impl<S: Isa $(, $A: Axes)?> Copy for Look<'_, S $(, $A)?> {}

            /// The scratch columns of eight entities, writable.
            #[allow(dead_code)]
            pub struct Left<'a, S: Isa $(, $A: Axes)?> {
                $(
                    /// The axes.
                    pub axes: ::core::marker::PhantomData<$A>,
                )?
                $(#[doc = concat!($($sfdoc),*)] pub $sf: $crate::__field!(Lane $sk),)*
                /// The lifetime and the lanes, also where there is no column.
                pub memory: ::core::marker::PhantomData<(&'a mut [u8], S)>,
            }

            impl $(<$A: Axes>)? base::Columns for Columns $(<$A>)? {
                type Axes = <$place as $crate::axes::Of>::Axes;

                const SCHEMA: &'static [Column] = {
                    let all: &'static ([Column; COUNT], usize) = &base::kept([
                        (
                            Column::of::<u32>(
                                "id", Reach::Ghost, "identity, unique in the world"),
                            true,
                        ),
                        $((Column::of::<<$gt as base::Kind>::Stored>(
                            stringify!($g), Reach::Ghost,
                            concat!($($gdoc,)* $galong).trim_ascii())
                            $(.within($glow as f64, $ghigh as f64))?, $crate::__there!($gw)),)*
                        $((Column::of::<<$ot as base::Kind>::Stored>(
                            stringify!($o), Reach::Owned,
                            concat!($($odoc,)* $oalong).trim_ascii())
                            $(.within($olow as f64, $ohigh as f64))?, $crate::__there!($ow)),)*
                        $((Column::of::<<$st as base::Kind>::Stored>(
                            stringify!($s), Reach::Scratch,
                            concat!($($sdoc,)* $salong).trim_ascii()), $crate::__there!($sw)),)*
                    ]);
                    all.0.split_at(all.1).0
                };

                type Ref<'a> = Ref<'a $(, $A)?>;
                type Mut<'a> = Mut<'a $(, $A)?>;
                type Row = Row $(<$A>)?;
                type Shown = Shown $(<$A>)?;
                type Tile<'a, S: Isa> = Tile<'a, S $(, $A)?>;
                type Look<'a, S: Isa> = Look<'a, S $(, $A)?>;
                type Left<'a, S: Isa> = Left<'a, S $(, $A)?>;

                #[inline]
                fn view(mut memory: &[u8], capacity: usize) -> Result<Self::Ref<'_>, LayoutError> {
                    base::check(Self::SCHEMA, memory, capacity)?;
                    let rows = base::padded(capacity);
                    let memory = &mut memory;
                    Ok(Ref {
                        $(axes: ::core::marker::PhantomData::<$A>,)?
                        id: base::take(memory, rows)?,
                        $($g: base::take(memory, $crate::__rows!($gw rows))?,)*
                        $($o: base::take(memory, $crate::__rows!($ow rows))?,)*
                        $($s: base::take(memory, $crate::__rows!($sw rows))?,)*
                    })
                }

                #[inline]
                fn bind(mut memory: &mut [u8], capacity: usize) -> Result<Self::Mut<'_>, LayoutError> {
                    base::check(Self::SCHEMA, memory, capacity)?;
                    let rows = base::padded(capacity);
                    let memory = &mut memory;
                    Ok(Mut {
                        $(axes: ::core::marker::PhantomData::<$A>,)?
                        id: base::take_mut(memory, rows)?,
                        $($g: base::take_mut(memory, $crate::__rows!($gw rows))?,)*
                        $($o: base::take_mut(memory, $crate::__rows!($ow rows))?,)*
                        $($s: base::take_mut(memory, $crate::__rows!($sw rows))?,)*
                    })
                }

                fn view_ghosts<'a>(
                    mut memory: &'a [u8],
                    capacity: usize,
                    shared: &[&str],
                ) -> Result<Self::Ref<'a>, LayoutError> {
                    base::check_ghosts(Self::SCHEMA, shared, memory, capacity)?;
                    #[allow(unused_variables)]
                    let some = |name| if shared.contains(&name) { base::padded(capacity) } else { 0 };
                    let rows = base::padded(capacity);
                    let memory = &mut memory;
                    Ok(Ref {
                        $(axes: ::core::marker::PhantomData::<$A>,)?
                        id: base::take(memory, rows)?,
                        $($g: base::take(memory, $crate::__rows!($gw rows))?,)*
                        $($o: &[],)*
                        $($s: base::take(memory, {
                            let rows = some(stringify!($s));
                            $crate::__rows!($sw rows)
                        })?,)*
                    })
                }

                fn bind_ghosts<'a>(
                    mut memory: &'a mut [u8],
                    capacity: usize,
                    shared: &[&str],
                ) -> Result<Self::Mut<'a>, LayoutError> {
                    base::check_ghosts(Self::SCHEMA, shared, memory, capacity)?;
                    #[allow(unused_variables)]
                    let some = |name| if shared.contains(&name) { base::padded(capacity) } else { 0 };
                    let rows = base::padded(capacity);
                    let memory = &mut memory;
                    Ok(Mut {
                        $(axes: ::core::marker::PhantomData::<$A>,)?
                        id: base::take_mut(memory, rows)?,
                        $($g: base::take_mut(memory, $crate::__rows!($gw rows))?,)*
                        $($o: &mut [],)*
                        $($s: base::take_mut(memory, {
                            let rows = some(stringify!($s));
                            $crate::__rows!($sw rows)
                        })?,)*
                    })
                }

                #[inline(always)]
                fn share<'a>(columns: &'a Self::Mut<'_>) -> Self::Ref<'a> {
                    Ref {
                        $(axes: ::core::marker::PhantomData::<$A>,)?
                        id: columns.id,
                        $($g: columns.$g,)*
                        $($o: columns.$o,)*
                        $($s: columns.$s,)*
                    }
                }

                #[inline(always)]
                fn part<'a>(
                    from: &Self::Ref<'a>,
                    rows: Range<usize>,
                ) -> Option<Self::Ref<'a>> {
                    let Range { start: begin, end } = rows;
                    Some(Ref {
                        $(axes: ::core::marker::PhantomData::<$A>,)?
                        id: from.id.get(begin..end)?,
                        $($g: from.$g.get($crate::__rows!($gw begin)..$crate::__rows!($gw end))?,)*
                        $($o: from.$o.get($crate::__rows!($ow begin)..$crate::__rows!($ow end))?,)*
                        $($s: from.$s.get($crate::__rows!($sw begin)..$crate::__rows!($sw end))?,)*
                    })
                }

                #[inline(always)]
                fn row(from: &Self::Ref<'_>, row: usize) -> Self::Row {
                    from.row(row)
                }

                #[inline(always)]
                fn id(from: &Self::Ref<'_>, row: usize) -> u32 {
                    base::at(from.id, row)
                }

                #[inline(always)]
                fn set_row(to: &mut Self::Mut<'_>, row: usize, values: &Self::Row) {
                    $($crate::__field!(put to row values $gf $gk);)*
                    $($crate::__field!(put to row values $of $ok);)*
                    $($crate::__field!(put to row values $sf $sk);)*
                }

                #[inline(always)]
                fn set_id(to: &mut Self::Mut<'_>, row: usize, id: u32) {
                    base::put(to.id, row, id);
                }

                #[inline(always)]
                fn shown(from: &Self::Ref<'_>, row: usize) -> Self::Shown {
                    from.shown(row)
                }

                #[inline(always)]
                fn tile<'a, S: Isa>(columns: &'a mut Self::Mut<'_>, rows: Range<usize>) -> Self::Tile<'a, S> {
                    Tile {
                        $(axes: ::core::marker::PhantomData::<$A>,)?
                        id: base::LaneRef::of(columns.id, rows.clone()),
                        $($gf: $crate::__field!(lanes columns rows $gf $gk),)*
                        $($of: $crate::__field!(lanes columns rows $of $ok),)*
                        $($sf: $crate::__field!(lanes columns rows $sf $sk),)*
                    }
                }

                #[inline(always)]
                fn look<'a, S: Isa>(columns: &'a Self::Mut<'_>, at: usize) -> Self::Look<'a, S> {
                    let rows = at..at + $crate::LANES;
                    Look {
                        $(axes: ::core::marker::PhantomData::<$A>,)?
                        id: base::LaneRef::of(columns.id, rows.clone()),
                        $($gf: $crate::__field!(look columns rows $gf $gk),)*
                        $($of: $crate::__field!(look columns rows $of $ok),)*
                    }
                }

                #[inline(always)]
                fn finish<'a, S: Isa>(
                    columns: &'a mut Self::Mut<'_>,
                    at: usize,
                ) -> (Self::Look<'a, S>, Self::Left<'a, S>) {
                    let rows = at..at + $crate::LANES;
                    let look = Look {
                        $(axes: ::core::marker::PhantomData::<$A>,)?
                        id: base::LaneRef::of(columns.id, rows.clone()),
                        $($gf: $crate::__field!(look columns rows $gf $gk),)*
                        $($of: $crate::__field!(look columns rows $of $ok),)*
                    };
                    let left = Left {
                        $(axes: ::core::marker::PhantomData::<$A>,)?
                        $($sf: $crate::__field!(lanes columns rows $sf $sk),)*
                        memory: ::core::marker::PhantomData,
                    };
                    (look, left)
                }

                #[inline(always)]
                fn settle<S: Isa>(
                    columns: &mut Self::Mut<'_>,
                    rows: Range<usize>,
                ) -> bool {
                    #[allow(unused_mut)]
                    let mut sound = true;
                    let mut described = Self::SCHEMA.iter().skip(1);
                    $(if $crate::__there!($gw) {
                        sound &= base::settle::<S, <$gt as base::Kind>::Stored>(
                            described.next(), columns.$g.get_mut(rows.clone()));
                    })*
                    $(if $crate::__there!($ow) {
                        sound &= base::settle::<S, <$ot as base::Kind>::Stored>(
                            described.next(), columns.$o.get_mut(rows.clone()));
                    })*
                    sound
                }

                #[inline(always)]
                fn settle_row(row: &mut Self::Row) -> bool {
                    #[allow(unused_mut)]
                    let mut sound = true;
                    let mut described = Self::SCHEMA.iter().skip(1);
                    $($crate::__field!(settle row described sound $gf $gk);)*
                    $($crate::__field!(settle row described sound $of $ok);)*
                    $(row.$sf = Default::default();)*
                    sound
                }

                #[inline(always)]
                fn standing(row: &Self::Row) -> ([f32; $crate::World::MOST_AXES], bool) {
                    let mut standing = ([0.0; $crate::World::MOST_AXES], true);
                    $($crate::__field!(standing row standing $gf $gk);)*
                    $($crate::__field!(standing row standing $of $ok);)*
                    standing
                }

                #[allow(unused_variables)]
                fn check(row: &Self::Row) -> Result<(), base::NotUnit> {
                    $(base::check_unit(stringify!($u), &[$(stringify!($uc)),*], row.$u)?;)*
                    Ok(())
                }

                #[inline]
                fn gather(from: &Self::Ref<'_>, order: &[u32], to: &mut Self::Mut<'_>) {
                    base::gather_column(from.id, order, to.id);
                    $(base::gather_column(from.$g, order, to.$g);)*
                    $(base::gather_column(from.$o, order, to.$o);)*
                }

                #[inline]
                #[allow(unused_variables)]
                fn gather_scratch(from: &Self::Ref<'_>, order: &[u32], to: &mut Self::Mut<'_>) {
                    $(base::gather_column(from.$s, order, to.$s);)*
                }

                #[inline]
                #[allow(unused_variables)]
                fn scatter_scratch(from: &Self::Ref<'_>, order: &[u32], to: &mut Self::Mut<'_>) {
                    $(base::scatter_column(from.$s, order, to.$s);)*
                }

                #[inline]
                fn pack(
                    from: &Self::Ref<'_>,
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
                    $(if $crate::__there!($gw) {
                            put($crate::bytemuck::bytes_of(from.$g.get(row)?))?;
                        })*
                    if reach <= Reach::Owned {
                        $(if $crate::__there!($ow) {
                            put($crate::bytemuck::bytes_of(from.$o.get(row)?))?;
                        })*
                    }
                    if reach <= Reach::Scratch {
                        $(if $crate::__there!($sw) {
                            put($crate::bytemuck::bytes_of(from.$s.get(row)?))?;
                        })*
                    }
                    Some(at)
                }

                #[inline]
                fn unpack(
                    to: &mut Self::Mut<'_>,
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
                    $(if $crate::__there!($gw) {
                            get($crate::bytemuck::bytes_of_mut(to.$g.get_mut(row)?))?;
                        })*
                    if reach <= Reach::Owned {
                        $(if $crate::__there!($ow) {
                            get($crate::bytemuck::bytes_of_mut(to.$o.get_mut(row)?))?;
                        })*
                    }
                    if reach <= Reach::Scratch {
                        $(if $crate::__there!($sw) {
                            get($crate::bytemuck::bytes_of_mut(to.$s.get_mut(row)?))?;
                        })*
                    }
                    Some(at)
                }

                #[inline]
                fn fingerprint(from: &Self::Ref<'_>, row: usize) -> u64 {
                    let Some(&id) = from.id.get(row) else { return 0 };
                    #[allow(unused_mut)]
                    let mut hash = $crate::fingerprint::Fingerprint::of(id);
                    $(if let Some(value) = from.$g.get(row) { hash.column(value); })*
                    $(if let Some(value) = from.$o.get(row) { hash.column(value); })*
                    hash.finish()
                }

                fn difference(
                    left: &Self::Ref<'_>,
                    left_row: usize,
                    right: &Self::Ref<'_>,
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

/// Whether a column of [`columns!`](crate::columns!) is there.
#[doc(hidden)]
#[macro_export]
macro_rules! __there {
    (all) => {
        true
    };
    (third) => {
        <A as $crate::axes::Axes>::SPACE
    };
}

/// How many rows a column of [`columns!`](crate::columns!) has in memory.
#[doc(hidden)]
#[macro_export]
macro_rules! __rows {
    ($there:ident $rows:ident) => {
        if $crate::__there!($there) { $rows } else { 0 }
    };
}

/// One field of a view of [`columns!`](crate::columns!), which is a vector or one column.
#[doc(hidden)]
#[macro_export]
macro_rules! __field {
    (Lane (vec $x:ident $y:ident)) => { $crate::columns::VectorLane<'a, S, $crate::Plane> };
    (Lane (vec $x:ident $y:ident $z:ident)) => { $crate::columns::VectorLane<'a, S, A> };
    (Lane (one $kind:tt)) => { $crate::columns::Lane<'a, S, <$kind as $crate::columns::Kind>::Stored> };
    (LaneRef (vec $x:ident $y:ident)) => { $crate::columns::VectorLaneRef<'a, S, $crate::Plane> };
    (LaneRef (vec $x:ident $y:ident $z:ident)) => { $crate::columns::VectorLaneRef<'a, S, A> };
    (LaneRef (one $kind:tt)) => { $crate::columns::LaneRef<'a, S, <$kind as $crate::columns::Kind>::Stored> };

    (get $from:tt $row:ident $name:ident (vec $x:ident $y:ident $($z:ident)?)) => {
        $crate::Vector::of(
            $crate::columns::at($from.$x, $row),
            $crate::columns::at($from.$y, $row),
            $crate::__field!(third $from $row $($z)?),
        )
    };
    (third $from:tt $row:ident) => { 0.0 };
    (third $from:tt $row:ident $z:ident) => {
        if $crate::__there!(third) { $crate::columns::at($from.$z, $row) } else { 0.0 }
    };
    (get $from:tt $row:ident $name:ident (one $kind:tt)) => {
        $crate::columns::at($from.$name, $row)
    };
    (put $to:ident $row:ident $values:ident $name:ident (vec $x:ident $y:ident $($z:ident)?)) => {
        $crate::columns::put($to.$x, $row, $values.$name.x);
        $crate::columns::put($to.$y, $row, $values.$name.y);
        $(if $crate::__there!(third) {
            $crate::columns::put($to.$z, $row, $values.$name.along(2));
        })?
    };
    (put $to:ident $row:ident $values:ident $name:ident (one $kind:tt)) => {
        $crate::columns::put($to.$name, $row, $values.$name);
    };
    (settle $row:ident $described:ident $sound:ident $name:ident (vec $x:ident $y:ident $($z:ident)?)) => {
        $sound &= $crate::columns::settle_vector(&mut $described, &mut $row.$name);
    };
    (settle $row:ident $described:ident $sound:ident $name:ident (one $kind:tt)) => {
        $sound &= $crate::columns::settle_value::<<$kind as $crate::columns::Kind>::Stored>(
            &mut $described, &mut $row.$name);
    };
    (standing $row:ident $standing:ident $name:ident (vec $x:ident $y:ident $($z:ident)?)) => {
        $crate::columns::stands(stringify!($x), $row.$name.x, &mut $standing);
        $crate::columns::stands(stringify!($y), $row.$name.y, &mut $standing);
        $($crate::columns::stands(stringify!($z), $row.$name.along(2), &mut $standing);)?
    };
    (standing $row:ident $standing:ident $name:ident (one $kind:tt)) => {
        $crate::columns::stands(
            stringify!($name),
            <<$kind as $crate::columns::Kind>::Stored as $crate::columns::Element>::of($row.$name),
            &mut $standing,
        );
    };
    (lanes $columns:ident $rows:ident $name:ident (vec $x:ident $y:ident $($z:ident)?)) => {
        $crate::columns::VectorLane {
            x: $crate::columns::Lane::of($columns.$x, $rows.clone()),
            y: $crate::columns::Lane::of($columns.$y, $rows.clone()),
            z: $crate::columns::Lane::of($crate::__field!(rest mut $columns $($z)?), $rows.clone()),
            axes: ::core::marker::PhantomData,
        }
    };
    (lanes $columns:ident $rows:ident $name:ident (one $kind:tt)) => {
        $crate::columns::Lane::of($columns.$name, $rows.clone())
    };
    (look $columns:ident $rows:ident $name:ident (vec $x:ident $y:ident $($z:ident)?)) => {
        $crate::columns::VectorLaneRef {
            x: $crate::columns::LaneRef::of($columns.$x, $rows.clone()),
            y: $crate::columns::LaneRef::of($columns.$y, $rows.clone()),
            z: $crate::columns::LaneRef::of($crate::__field!(rest $columns $($z)?), $rows.clone()),
            axes: ::core::marker::PhantomData,
        }
    };
    (rest mut $columns:ident) => { &mut [] };
    (rest mut $columns:ident $z:ident) => { $columns.$z };
    (rest $columns:ident) => { &[] };
    (rest $columns:ident $z:ident) => { $columns.$z };
    (look $columns:ident $rows:ident $name:ident (one $kind:tt)) => {
        $crate::columns::LaneRef::of($columns.$name, $rows.clone())
    };
}
