//! The macros [`params!`](crate::params!) and [`choices!`](crate::choices!).

/// Describes a model's parameters: a struct with defaults, units and ranges.
///
/// | a parameter | is written |
/// | --- | --- |
/// | a number: `f32`, `u32`, `i32` | `speed: f32 = 1.0, "length / time", 0.0..=10.0;` |
/// | so many numbers | `sides: [f32; 3] = [1.0, 2.0, 3.0], "length", 0.0..=10.0;` |
/// | up to so many numbers | `radii: List<f32, 8> = [1.0, 2.0], "length", 0.0..=10.0;` |
/// | likewise, where there may be many | `shapes: LongList<f32, 4096> = [], "", -1e9..=1e9;` |
/// | a choice by name, of [`choices!`](crate::choices!) | `rule: Rule = Rule::Metric;` |
/// | text of up to so many bytes | `label: Text<16> = "north";` |
///
/// One that acts at tick 0 alone, on how the world begins, has `start` at its end. A struct without
/// lists of any length and texts is `Copy`. One that is itself a model for the plane and for space is
/// generic over the axes: `pub struct Flock<A>`. A model without other state may be its own parameters:
/// `type Params = Self`.
///
/// # Example
///
/// ```
/// use flockwork_scheduler::Params;
///
/// flockwork_scheduler::choices! {
///     /// Who is a neighbour.
///     pub enum Rule {
///         /// Everybody near.
///         Metric = "metric",
///         /// The nearest seven.
///         Topological = "topological",
///     }
/// }
///
/// flockwork_scheduler::params! {
///     /// Parameters of a flock.
///     pub struct Flock {
///         /// How far an agent sees.
///         neighbor_radius: f32 = 1.0, "length", 0.001..=1e6;
///         /// How many neighbours count at most; 0 for all.
///         most_neighbors: u32 = 0, "", 0..=64;
///         /// The part of all agents that begins at rest.
///         resting: f32 = 0.0, "", 0.0..=1.0, start;
///         /// Who is a neighbour.
///         rule: Rule = Rule::Metric;
///         /// How strongly each species sees each.
///         sight: [f32; 4] = [1.0, 0.5, 0.5, 1.0], "", 0.0..=1.0;
///     }
/// }
///
/// let mut flock = Flock::default();
/// flock.set("neighbor_radius", 2.5).unwrap();
/// assert_eq!(flock.neighbor_radius, 2.5);
/// assert!(flock.set("neighbor_radius", -1.0).is_err());
/// assert!(flock.set("most_neighbors", 1.5).is_err());
/// flock.set("rule", "topological").unwrap();
/// assert_eq!(flock.rule, Rule::Topological);
/// let error = flock.set("rule", "best").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     r#"params.rule is "best": it must be "metric" or "topological""#
/// );
/// let error = flock.set("sight", vec![1.0, 2.0]).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "params.sight is [1, 2]: it must be a list of 4 numbers from 0 to 1"
/// );
/// ```
///
/// A default that is not allowed does not compile: "the default of the parameter `speed` is not in
/// its range: it must be from 0.0 to 1.0".
///
/// ```compile_fail,E0080
/// flockwork_scheduler::params! {
///     /// Parameters of a flock.
///     pub struct Flock {
///         /// The speed.
///         speed: f32 = 2.0, "length / time", 0.0..=1.0;
///     }
/// }
/// ```
///
/// Neither does one of a list.
///
/// ```compile_fail,E0080
/// flockwork_scheduler::params! {
///     /// Parameters of a flock.
///     pub struct Flock {
///         /// The speeds.
///         speeds: [f32; 2] = [0.5, 2.0], "length / time", 0.0..=1.0;
///     }
/// }
/// ```
#[macro_export]
macro_rules! params {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident $(<$axes:ident>)? { $($fields:tt)* }
    ) => {
        $crate::__params! { [$(#[$meta])* $vis struct $name $($axes)?] [Copy,] {} $($fields)* }
    };
}

/// Takes the fields of [`params!`](crate::params!) one after the other.
#[doc(hidden)]
#[macro_export]
macro_rules! __params {
    (
        $head:tt $copy:tt { $($done:tt)* }
        $(#[doc = $doc:literal])* $field:ident : $kind:ident = $default:expr, $unit:literal,
            $min:literal ..= $max:literal $(, $when:ident)?; $($rest:tt)*
    ) => {
        $crate::__params! { $head $copy { $($done)* {
            [$($doc),*] $field ($kind) ($default) $unit [$($when)?]
            ($crate::ParamKind::Number($crate::__params!(@range $kind $min $max)))
            ($crate::Setting::Number($default as f64))
            (assert!(
                $crate::__params!(@range $kind $min $max).allows($default as f64),
                $crate::__params!(@refused $field $min $max),
            ))
        } } $($rest)* }
    };
    (
        $head:tt $copy:tt { $($done:tt)* }
        $(#[doc = $doc:literal])* $field:ident : [$kind:ident; $count:literal] =
            [$($item:expr),* $(,)?], $unit:literal,
            $min:literal ..= $max:literal $(, $when:ident)?; $($rest:tt)*
    ) => {
        $crate::__params! { $head $copy { $($done)* {
            [$($doc),*] $field ([$kind; $count]) ([$($item),*]) $unit [$($when)?]
            ($crate::ParamKind::List {
                range: $crate::__params!(@range $kind $min $max),
                least: $count,
                most: $count,
            })
            ($crate::Setting::from(&[$($item as f64),*][..]))
            (assert!(
                $crate::__params!(@range $kind $min $max).allows_all(&[$($item as f64),*]),
                $crate::__params!(@refused $field $min $max),
            ))
        } } $($rest)* }
    };
    // A `List`, or a `LongList`.
    (
        $head:tt $copy:tt { $($done:tt)* }
        $(#[doc = $doc:literal])* $field:ident : $list:ident<$kind:ident, $most:literal> =
            [$($item:expr),* $(,)?], $unit:literal,
            $min:literal ..= $max:literal $(, $when:ident)?; $($rest:tt)*
    ) => {
        $crate::__params! { $head [] { $($done)* {
            [$($doc),*] $field ($crate::$list<$kind, $most>)
            ($crate::$list::from_array([$($item),*])) $unit [$($when)?]
            ($crate::ParamKind::List {
                range: $crate::__params!(@range $kind $min $max),
                least: 0,
                most: $most,
            })
            ($crate::Setting::from(&[$($item as f64),*][..]))
            (assert!(
                $crate::__params!(@range $kind $min $max).allows_all(&[$($item as f64),*]),
                $crate::__params!(@refused $field $min $max),
            ))
        } } $($rest)* }
    };
    (
        $head:tt $copy:tt { $($done:tt)* }
        $(#[doc = $doc:literal])* $field:ident : Text<$most:literal> = $default:literal
            $(, $when:ident)?; $($rest:tt)*
    ) => {
        $crate::__params! { $head [] { $($done)* {
            [$($doc),*] $field ($crate::Text<$most>)
            (<$crate::Text<$most>>::try_from($default).unwrap_or_default()) "" [$($when)?]
            ($crate::ParamKind::Text($most))
            ($crate::Setting::from($default))
            (assert!(
                $default.len() <= $most,
                concat!(
                    "the default of the parameter `", stringify!($field), "` is too long: it must \
                     be a text of at most ", stringify!($most), " bytes",
                ),
            ))
        } } $($rest)* }
    };
    (
        $head:tt $copy:tt { $($done:tt)* }
        $(#[doc = $doc:literal])* $field:ident : $kind:ident = $default:expr
            $(, $when:ident)?; $($rest:tt)*
    ) => {
        $crate::__params! { $head $copy { $($done)* {
            [$($doc),*] $field ($kind) ($default) "" [$($when)?]
            ($crate::ParamKind::Choice($kind::NAMES))
            ($crate::ParamValue::to_setting(&$default))
            (())
        } } $($rest)* }
    };

    (@range $kind:ident $min:literal $max:literal) => {
        $crate::Range {
            min: $min as f64,
            max: $max as f64,
            whole: <$kind as $crate::ParamNumber>::WHOLE,
        }
    };
    (@refused $field:ident $min:literal $max:literal) => {
        concat!(
            "the default of the parameter `", stringify!($field), "` is not in its range: it must \
             be from ", stringify!($min), " to ", stringify!($max),
        )
    };
    (@live) => { true };
    (@live start) => { false };

    (
        [$(#[$meta:meta])* $vis:vis struct $name:ident $($A:ident)?] [$($copy:tt)*]
        { $({ [$($doc:literal),*] $field:ident ($kind:ty) ($default:expr) $unit:literal
            [$($when:ident)?] ($allowed:expr) ($setting:expr) ($check:expr) })* }
    ) => {
        $(const _: () = $check;)*

        $(#[$meta])*
        #[derive(Clone, $($copy)* Debug, PartialEq)]
        $vis struct $name $(<$A: $crate::Axes = $crate::Plane>)? {
            $($(#[doc = $doc])* pub $field: $kind,)*
            $(
                /// The plane or space.
                pub axes: ::core::marker::PhantomData<$A>,
            )?
        }

        impl $(<$A: $crate::Axes>)? Default for $name $(<$A>)? {
            fn default() -> Self {
                Self {
                    $($field: $default,)*
                    $(axes: ::core::marker::PhantomData::<$A>,)?
                }
            }
        }

        impl $(<$A: $crate::Axes>)? $crate::Params for $name $(<$A>)? {
            const TABLE: &'static [$crate::Param] = &[$(
                $crate::Param {
                    name: stringify!($field),
                    about: concat!($($doc),*).trim_ascii(),
                    unit: $unit,
                    kind: $allowed,
                    default: || $setting,
                    live: $crate::__params!(@live $($when)?),
                },
            )*];

            // Once for each model: there are many places that ask, and pages load all of it.
            #[inline(never)]
            #[allow(unused_assignments, unused_mut, unused_variables)]
            fn get(&self, index: usize) -> Option<$crate::Setting> {
                let mut at = 0usize;
                $(
                    if at == index {
                        return Some($crate::ParamValue::to_setting(&self.$field));
                    }
                    at += 1;
                )*
                None
            }

            #[inline(never)]
            #[allow(unused_assignments, unused_mut, unused_variables)]
            fn put(&mut self, index: usize, value: &$crate::Setting) {
                let mut at = 0usize;
                $(
                    if at == index && let Some(value) = $crate::ParamValue::from_setting(value) {
                        self.$field = value;
                    }
                    at += 1;
                )*
            }
        }
    };
}

/// Describes the choices of a parameter: an enum, each with the name that scenarios have for it.
///
/// ```
/// flockwork_scheduler::choices! {
///     /// What happens at the end of the world.
///     pub enum End {
///         /// One comes back on the other side.
///         Around = "around",
///         /// One stops.
///         Stop = "stop",
///     }
/// }
/// assert_eq!(End::NAMES, ["around", "stop"]);
/// ```
#[macro_export]
macro_rules! choices {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident {
            $($(#[doc = $doc:literal])* $choice:ident = $text:literal),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        $vis enum $name {
            $($(#[doc = $doc])* $choice,)+
        }

        impl $name {
            /// The names of all choices.
            $vis const NAMES: &'static [&'static str] = &[$($text),+];
        }

        impl $crate::ParamValue for $name {
            fn from_setting(value: &$crate::Setting) -> Option<Self> {
                match value {
                    $($crate::Setting::Text(text) if text == $text => Some(Self::$choice),)+
                    _ => None,
                }
            }
            fn to_setting(&self) -> $crate::Setting {
                $crate::Setting::from(match self {
                    $(Self::$choice => $text,)+
                })
            }
        }
    };
}

pub use choices;
