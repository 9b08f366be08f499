//! Parameters of a model as plain data: name, unit, default and allowed range.

use alloc::string::{String, ToString};
use core::fmt;

/// One parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Param {
    /// The key in scenario files.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    /// Its unit; empty for a plain number.
    pub unit: &'static str,
    /// The value if none is given.
    pub default: f64,
    /// The smallest value allowed.
    pub min: f64,
    /// The largest value allowed.
    pub max: f64,
    /// Whether only whole numbers are allowed.
    pub whole: bool,
    /// Whether it acts in every tick. One that does not acts at tick 0 alone, on how the world
    /// begins, and cannot be changed later.
    pub live: bool,
}

impl Param {
    /// Whether a parameter of this range may have a value, and whole ones alone where `whole`.
    #[doc(hidden)]
    pub const fn is_allowed(value: f64, min: f64, max: f64, whole: bool) -> bool {
        value >= min && value <= max && (!whole || value == value as i64 as f64)
    }
}

/// A parameter's name and value.
pub type Given = (String, f64);

/// A set of parameters, made by [`params!`](crate::params!).
pub trait Params: Copy + Default + Send + Sync + fmt::Debug + 'static {
    /// All parameters.
    const TABLE: &'static [Param];

    /// The value at a place of the table; None past its end.
    fn get(&self, index: usize) -> Option<f64>;

    /// Sets the value at a place of the table, unchecked; nothing happens past its end.
    fn put(&mut self, index: usize, value: f64);

    /// The same parameters without any -0.0.
    fn canonical(mut self) -> Self {
        for index in 0..Self::TABLE.len() {
            if let Some(value) = self.get(index) {
                self.put(index, value);
            }
        }
        self
    }

    /// Sets a parameter by name.
    ///
    /// # Errors
    ///
    /// [`ParamError`] if there is none of this name or the value is not allowed; nothing was
    /// changed then.
    fn set(&mut self, name: &str, value: f64) -> Result<(), ParamError> {
        let Some(index) = Self::TABLE.iter().position(|param| param.name == name) else {
            return Err(ParamError::Unknown { name: name.to_string(), known: Self::TABLE });
        };
        let param = &Self::TABLE[index];
        if !Param::is_allowed(value, param.min, param.max, false) {
            return Err(ParamError::OutOfRange { param: *param, value });
        }
        if !Param::is_allowed(value, param.min, param.max, param.whole) {
            return Err(ParamError::NotWhole { param: *param, value });
        }
        self.put(index, value);
        Ok(())
    }

    /// These, but for those that are given by name.
    ///
    /// # Errors
    ///
    /// [`ParamError`], as for [`Params::set`].
    fn with(mut self, given: &[Given]) -> Result<Self, ParamError> {
        for (name, value) in given {
            self.set(name, *value)?;
        }
        Ok(self)
    }

    /// Checks that these can follow `before` between two ticks.
    ///
    /// # Errors
    ///
    /// [`ParamError::NotLive`] if one differs that acts at tick 0 alone.
    fn check_live(&self, before: &Self) -> Result<(), ParamError> {
        for (index, param) in Self::TABLE.iter().enumerate().filter(|(_, param)| !param.live) {
            if self.get(index) != before.get(index) {
                let value = before.get(index).unwrap_or(param.default);
                return Err(ParamError::NotLive { param: *param, value });
            }
        }
        Ok(())
    }
}

/// The number types of parameters; used by [`params!`](crate::params!).
#[doc(hidden)]
pub trait ParamValue: Copy {
    const WHOLE: bool;
    fn from_f64(value: f64) -> Self;
    fn to_f64(self) -> f64;
}

impl ParamValue for f32 {
    const WHOLE: bool = false;
    fn from_f64(value: f64) -> Self {
        // Never -0.0, also where a value rounds to it.
        value as f32 + 0.0
    }
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
}

impl ParamValue for u32 {
    const WHOLE: bool = true;
    fn from_f64(value: f64) -> Self {
        value as u32
    }
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
}

/// Describes a model's parameters: a struct of `f32` and `u32` with defaults, units and ranges.
/// One that acts at tick 0 alone, on how the world begins, has `start` after its range.
///
/// # Example
///
/// ```
/// use flockwork_scheduler::Params;
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
///     }
/// }
///
/// let mut flock = Flock::default();
/// flock.set("neighbor_radius", 2.5).unwrap();
/// assert_eq!(flock.neighbor_radius, 2.5);
/// assert!(flock.set("neighbor_radius", -1.0).is_err());
/// assert!(flock.set("most_neighbors", 1.5).is_err());
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
#[macro_export]
macro_rules! params {
    (@live) => { true };
    (@live start) => { false };
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident {
            $($(#[doc = $doc:literal])* $field:ident : $kind:ty = $default:expr, $unit:literal,
                $min:literal ..= $max:literal $(, $when:ident)?;)*
        }
    ) => {
        $(const _: () = assert!(
            $crate::Param::is_allowed(
                $default as f64,
                $min as f64,
                $max as f64,
                <$kind as $crate::ParamValue>::WHOLE,
            ),
            concat!(
                "the default of the parameter `", stringify!($field), "` is not in its range: it \
                 must be from ", stringify!($min), " to ", stringify!($max),
            ),
        );)*

        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        $vis struct $name {
            $($(#[doc = $doc])* pub $field: $kind,)*
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl $crate::Params for $name {
            const TABLE: &'static [$crate::Param] = &[$(
                $crate::Param {
                    name: stringify!($field),
                    about: concat!($($doc),*).trim_ascii(),
                    unit: $unit,
                    default: $default as f64,
                    min: $min as f64,
                    max: $max as f64,
                    whole: <$kind as $crate::ParamValue>::WHOLE,
                    live: $crate::params!(@live $($when)?),
                },
            )*];

            #[allow(unused_assignments, unused_mut, unused_variables)]
            fn get(&self, index: usize) -> Option<f64> {
                let mut at = 0usize;
                $(
                    if at == index {
                        return Some($crate::ParamValue::to_f64(self.$field));
                    }
                    at += 1;
                )*
                None
            }

            #[allow(unused_assignments, unused_mut, unused_variables)]
            fn put(&mut self, index: usize, value: f64) {
                let mut at = 0usize;
                $(
                    if at == index {
                        self.$field = $crate::ParamValue::from_f64(value);
                    }
                    at += 1;
                )*
            }
        }
    };
}

/// A parameter is not acceptable.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ParamError {
    /// The model has no parameter of this name.
    Unknown {
        /// What was given.
        name: String,
        /// What the model has.
        known: &'static [Param],
    },
    /// The value is outside the allowed range, or not a number.
    OutOfRange {
        /// The parameter.
        param: Param,
        /// What was given.
        value: f64,
    },
    /// The value must be a whole number.
    NotWhole {
        /// The parameter.
        param: Param,
        /// What was given.
        value: f64,
    },
    /// It acts at tick 0 alone, which is over.
    NotLive {
        /// The parameter.
        param: Param,
        /// The value that it keeps.
        value: f64,
    },
    /// The value does not go together with another one.
    Conflict {
        /// The parameter to change.
        name: &'static str,
        /// What is wrong, with what is allowed.
        problem: String,
    },
}

impl ParamError {
    /// [`ParamError::Conflict`] unless `holds`: `problem` says what is wrong, with what is allowed.
    ///
    /// # Errors
    ///
    /// That one.
    pub fn unless(holds: bool, name: &'static str, problem: &str) -> Result<(), Self> {
        if holds { Ok(()) } else { Err(Self::Conflict { name, problem: problem.into() }) }
    }
}

impl fmt::Display for ParamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { name, known } => {
                write!(f, "there is no parameter `{name}`; the model has")?;
                for (i, param) in known.iter().enumerate() {
                    write!(f, "{} {}", if i == 0 { "" } else { "," }, param.name)?;
                }
                Ok(())
            }
            Self::OutOfRange { param, value } => {
                write!(
                    f,
                    "params.{} is {value}: it must be from {} to {}",
                    param.name, param.min, param.max
                )
            }
            Self::NotWhole { param, value } => {
                write!(
                    f,
                    "params.{} is {value}: it must be a whole number from {} to {}",
                    param.name, param.min, param.max
                )
            }
            Self::NotLive { param, value } => write!(
                f,
                "params.{} acts at tick 0 alone, where it was {value}: begin a new run for another \
                 value",
                param.name
            ),
            Self::Conflict { name, problem } => write!(f, "params.{name}: {problem}"),
        }
    }
}

impl core::error::Error for ParamError {}
