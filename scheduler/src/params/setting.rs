//! Values of parameters, as scenarios, snapshots and reports hold them, and the types that a model has
//! for them.

use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use flockwork_kernel::columns::Number;

use crate::narrow::{Lost, narrow};

/// A value of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Setting {
    /// A number.
    Number(f64),
    /// A list of numbers.
    List(Vec<f64>),
    /// A short text, or the name of a choice.
    Text(String),
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{}", Number(*number)),
            Self::List(numbers) => {
                f.write_str("[")?;
                for (at, number) in numbers.iter().enumerate() {
                    write!(f, "{}{}", if at == 0 { "" } else { ", " }, Number(*number))?;
                }
                f.write_str("]")
            }
            Self::Text(text) => write!(f, "{text:?}"),
        }
    }
}

impl From<f64> for Setting {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<Vec<f64>> for Setting {
    fn from(numbers: Vec<f64>) -> Self {
        Self::List(numbers)
    }
}

impl From<&[f64]> for Setting {
    fn from(numbers: &[f64]) -> Self {
        Self::List(numbers.to_vec())
    }
}

impl From<&str> for Setting {
    fn from(text: &str) -> Self {
        Self::Text(text.to_string())
    }
}

impl From<String> for Setting {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// What a parameter may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ParamKind {
    /// A number.
    Number(Range),
    /// A list of numbers.
    List {
        /// Of which each is one of these.
        range: Range,
        /// The least number of them.
        least: usize,
        /// The largest number of them.
        most: usize,
    },
    /// One of these names.
    Choice(&'static [&'static str]),
    /// A text of at most so many bytes.
    Text(usize),
}

impl ParamKind {
    /// Whether a parameter of this kind may have a value.
    pub fn allows(&self, value: &Setting) -> bool {
        match (self, value) {
            (Self::Number(range), Setting::Number(number)) => range.allows(*number),
            (Self::List { range, least, most }, Setting::List(numbers)) => {
                (*least..=*most).contains(&numbers.len())
                    && numbers.iter().all(|number| range.allows(*number))
            }
            (Self::Choice(names), Setting::Text(text)) => names.contains(&text.as_str()),
            (Self::Text(most), Setting::Text(text)) => text.len() <= *most,
            _ => false,
        }
    }

    /// The first number of a value that becomes another one where a model keeps it.
    pub fn loses(&self, value: &Setting) -> Option<Lost> {
        let numbers = match (self, value) {
            (Self::Number(range), Setting::Number(number)) if !range.whole => {
                core::slice::from_ref(number)
            }
            (Self::List { range, .. }, Setting::List(numbers)) if !range.whole => numbers,
            _ => return None,
        };
        numbers.iter().find_map(|number| narrow(*number).err())
    }

    /// Values at the ends of what is allowed, for tests.
    pub fn ends(&self) -> Vec<Setting> {
        match *self {
            Self::Number(range) => vec![range.min.into(), range.max.into()],
            Self::List { range, least, most } => {
                vec![vec![range.min; least].into(), vec![range.max; most].into()]
            }
            Self::Choice(names) => names.iter().map(|name| Setting::from(*name)).collect(),
            Self::Text(most) => vec![Setting::from(""), Setting::Text("x".repeat(most))],
        }
    }
}

impl fmt::Display for ParamKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(range) if range.whole => {
                write!(f, "a whole number from {}", Ends(range))
            }
            Self::Number(range) => write!(f, "a number from {}", Ends(range)),
            Self::List { range, least, most } => {
                let whole = if range.whole { "whole " } else { "" };
                f.write_str("a list of ")?;
                if least != most {
                    write!(f, "{least} to ")?;
                }
                write!(f, "{most} {whole}numbers from {}", Ends(range))
            }
            Self::Choice(names) => names.iter().enumerate().try_for_each(|(at, name)| match at {
                0 => write!(f, "{name:?}"),
                _ if at + 1 == names.len() => write!(f, " or {name:?}"),
                _ => write!(f, ", {name:?}"),
            }),
            Self::Text(most) => write!(f, "a text of at most {most} bytes"),
        }
    }
}

/// The ends of a range, in words.
struct Ends<'a>(&'a Range);

impl fmt::Display for Ends<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", Number(self.0.min), Number(self.0.max))
    }
}

/// Which numbers are allowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The smallest one.
    pub min: f64,
    /// The largest one.
    pub max: f64,
    /// Whether only whole numbers are.
    pub whole: bool,
}

impl Range {
    /// Whether a number is allowed; of one that is not to be whole its rounding to `f32` counts, which
    /// is what a model has.
    pub const fn allows(&self, number: f64) -> bool {
        if !self.whole {
            let Ok(number) = narrow(number) else { return false };
            return number >= self.min as f32 && number <= self.max as f32;
        }
        number >= self.min && number <= self.max && number == number as i64 as f64
    }

    /// Whether each of these is.
    #[doc(hidden)]
    pub const fn allows_all(&self, numbers: &[f64]) -> bool {
        let mut at = 0;
        while at < numbers.len() {
            if !self.allows(numbers[at]) {
                return false;
            }
            at += 1;
        }
        true
    }
}

/// Up to `N` numbers: a parameter that is a list whose length may differ.
pub type List<T, const N: usize> = heapless::Vec<T, N>;

/// Up to `N` numbers, where there may be many: a parameter that is a long list, such as the shapes of
/// [`Geometry`](crate::Geometry).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LongList<T, const N: usize>(Vec<T>);

impl<T, const N: usize> core::ops::Deref for LongList<T, N> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: Copy, const N: usize> LongList<T, N> {
    /// Makes a list of an array; what would be more than it may hold is left out.
    pub fn from_array<const M: usize>(numbers: [T; M]) -> Self {
        Self(numbers.into_iter().take(N).collect())
    }
}

impl<T: ParamNumber, const N: usize> ParamValue for LongList<T, N> {
    fn from_setting(value: &Setting) -> Option<Self> {
        let Setting::List(numbers) = value else { return None };
        let fits = numbers.len() <= N;
        fits.then(|| Self(numbers.iter().copied().map(T::from_f64).collect()))
    }
    fn to_setting(&self) -> Setting {
        Setting::List(self.0.iter().copied().map(T::to_f64).collect())
    }
}

/// Up to `N` bytes of text: a parameter.
pub type Text<const N: usize> = heapless::String<N>;

/// The types of numbers that parameters have; used by [`params!`](crate::params!).
#[doc(hidden)]
pub trait ParamNumber: Copy {
    const WHOLE: bool;
    fn from_f64(value: f64) -> Self;
    fn to_f64(self) -> f64;
}

impl ParamNumber for f32 {
    const WHOLE: bool = false;
    fn from_f64(value: f64) -> Self {
        // Never -0.0, also where a value rounds to it.
        value as f32 + 0.0
    }
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
}

macro_rules! whole {
    ($($number:ty)+) => {$(
        impl ParamNumber for $number {
            const WHOLE: bool = true;
            fn from_f64(value: f64) -> Self {
                value as $number
            }
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
        }
    )+};
}

whole!(u32 i32);

/// The types of parameters; used by [`params!`](crate::params!).
#[doc(hidden)]
pub trait ParamValue: Sized {
    /// None for a value of another kind, or one that has no room.
    fn from_setting(value: &Setting) -> Option<Self>;
    fn to_setting(&self) -> Setting;
}

macro_rules! number {
    ($($number:ty)+) => {$(
        impl ParamValue for $number {
            fn from_setting(value: &Setting) -> Option<Self> {
                match value {
                    Setting::Number(number) => Some(Self::from_f64(*number)),
                    _ => None,
                }
            }
            fn to_setting(&self) -> Setting {
                Setting::Number(self.to_f64())
            }
        }
    )+};
}

number!(f32 u32 i32);

impl<T: ParamNumber, const N: usize> ParamValue for [T; N] {
    fn from_setting(value: &Setting) -> Option<Self> {
        let Setting::List(numbers) = value else { return None };
        let numbers: &[f64; N] = numbers.as_slice().try_into().ok()?;
        Some(numbers.map(T::from_f64))
    }
    fn to_setting(&self) -> Setting {
        Setting::List(self.map(T::to_f64).to_vec())
    }
}

impl<T: ParamNumber, const N: usize> ParamValue for List<T, N> {
    fn from_setting(value: &Setting) -> Option<Self> {
        let Setting::List(numbers) = value else { return None };
        let mut list = Self::new();
        numbers.iter().try_for_each(|number| list.push(T::from_f64(*number)).ok())?;
        Some(list)
    }
    fn to_setting(&self) -> Setting {
        Setting::List(self.iter().copied().map(T::to_f64).collect())
    }
}

impl<const N: usize> ParamValue for Text<N> {
    fn from_setting(value: &Setting) -> Option<Self> {
        let Setting::Text(text) = value else { return None };
        text.as_str().try_into().ok()
    }
    fn to_setting(&self) -> Setting {
        Setting::from(self.as_str())
    }
}
