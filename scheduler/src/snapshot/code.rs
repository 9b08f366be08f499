//! How what a snapshot says is written and read: the parts of its layout.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use flockwork_kernel::{Axis, Edge, Precision, World};

use super::error::{DecodeError, OLDEST};
use crate::params::Setting;
use crate::start::Setup;

/// The newest version: that of a world into which something comes.
pub(super) const VERSION: u32 = 6;
/// That of a world with fields, into which nothing comes.
pub(super) const FIELDS: u32 = 5;
/// That of one without fields.
pub(super) const PLAIN: u32 = 4;

/// What is in cells of a field: the number of the first, and the amounts of it and of those that follow; run
/// after run.
pub type Runs = Vec<(u32, Vec<f32>)>;

/// What comes into a run from outside at ticks that were said beforehand. A [`Simulation`](crate::Simulation) does not
/// follow it: whoever makes the run gives the inputs, writes them down here
/// ([`with_inputs`](super::with_inputs)), and takes them out to go on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// All of it, as whoever gives it writes it.
    pub text: String,
    /// The next tick at which something is given, if there is one.
    pub next: Option<u64>,
}

/// Writes a text with its length.
pub(super) fn text(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u32).to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

/// Writes which kind of value it is, and the value.
pub(super) fn setting(out: &mut Vec<u8>, value: &Setting) {
    match value {
        Setting::Number(number) => {
            out.push(NUMBER);
            out.extend(number.to_le_bytes());
        }
        Setting::List(numbers) => {
            out.push(LIST);
            out.extend((numbers.len() as u32).to_le_bytes());
            numbers.iter().for_each(|number| out.extend(number.to_le_bytes()));
        }
        Setting::Text(said) => {
            out.push(TEXT);
            text(out, said);
        }
    }
}

const NUMBER: u8 = 0;
const LIST: u8 = 1;
const TEXT: u8 = 2;

/// Reads what a snapshot says, one after the other.
pub(super) struct Reader<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) len: usize,
    pub(super) version: u32,
}

impl<'a> Reader<'a> {
    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], DecodeError> {
        let (part, rest) = self
            .bytes
            .split_at_checked(count)
            .ok_or(DecodeError::Truncated { found: self.len as u64 })?;
        self.bytes = rest;
        Ok(part)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    pub(super) fn u32(&mut self) -> Result<u32, DecodeError> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn f64(&mut self) -> Result<f64, DecodeError> {
        Ok(f64::from_le_bytes(self.array()?))
    }

    pub(super) fn u64(&mut self) -> Result<u64, DecodeError> {
        self.array().map(u64::from_le_bytes)
    }

    pub(super) fn f32(&mut self) -> Result<f32, DecodeError> {
        self.array().map(f32::from_le_bytes)
    }

    pub(super) fn text(&mut self) -> Result<String, DecodeError> {
        let len = self.u32()? as usize;
        let text = core::str::from_utf8(self.take(len)?);
        text.map(ToString::to_string).map_err(|_| DecodeError::Inconsistent)
    }

    pub(super) fn edge(&mut self) -> Result<Edge, DecodeError> {
        Edge::from_code(self.u32()?).ok_or(DecodeError::Inconsistent)
    }

    pub(super) fn world(&mut self) -> Result<World, DecodeError> {
        if self.version == OLDEST {
            let (width, height) = (self.f32()?, self.f32()?);
            return World::new(width, height, self.edge()?).map_err(|_| DecodeError::Inconsistent);
        }
        let count = self.u32()? as usize;
        let mut axes = [Axis::default(); World::MOST_AXES];
        for axis in axes.get_mut(..count).ok_or(DecodeError::Inconsistent)? {
            *axis = Axis { length: self.f32()?, edge: self.edge()? };
        }
        World::of(&axes[..count]).map_err(|_| DecodeError::Inconsistent)
    }

    pub(super) fn setup(&mut self) -> Result<Setup, DecodeError> {
        let world = self.world()?;
        let (population, seed, dt) = (self.u32()?, self.u64()?, self.f32()?);
        Ok(Setup { world: self.resolved(world)?, population, seed, dt })
    }

    /// The same world with its precision and its origin.
    pub(super) fn resolved(&mut self, world: World) -> Result<World, DecodeError> {
        if self.version == OLDEST {
            return Ok(world.with_precision(Precision::Any));
        }
        let precision = Precision::from_code(self.u32()?).ok_or(DecodeError::Inconsistent)?;
        let origin = [self.f64()?, self.f64()?, self.f64()?];
        let world = world.with_precision(precision).with_origin(origin);
        world.map_err(|_| DecodeError::Inconsistent)
    }

    pub(super) fn setting(&mut self) -> Result<Setting, DecodeError> {
        let [kind] = self.array()?;
        Ok(match kind {
            NUMBER => Setting::Number(self.f64()?),
            LIST => {
                let count = self.u32()?;
                let numbers = (0..count).map(|_| self.f64());
                Setting::List(numbers.collect::<Result<_, _>>()?)
            }
            TEXT => Setting::Text(self.text()?),
            _ => return Err(DecodeError::Inconsistent),
        })
    }

    pub(super) fn params(&mut self) -> Result<Vec<(String, Setting)>, DecodeError> {
        let count = self.u32()?;
        let mut params = Vec::new();
        for _ in 0..count {
            params.push((self.text()?, self.setting()?));
        }
        Ok(params)
    }

    pub(super) fn fields(&mut self) -> Result<Vec<(String, Vec<u32>)>, DecodeError> {
        let mut fields = Vec::new();
        if self.version < FIELDS {
            return Ok(fields);
        }
        for _ in 0..self.u32()? {
            let name = self.text()?;
            let cells = (0..self.u32()?).map(|_| self.u32()).collect::<Result<_, _>>()?;
            fields.push((name, cells));
        }
        Ok(fields)
    }

    pub(super) fn inputs(&mut self) -> Result<Due, DecodeError> {
        if self.version < VERSION {
            return Ok(Due::default());
        }
        let (text, next) = (self.text()?, self.u64()?);
        Ok(Due { text, next: Some(next).filter(|next| *next != u64::MAX) })
    }

    pub(super) fn runs(&mut self) -> Result<Runs, DecodeError> {
        let mut runs = Vec::new();
        for _ in 0..self.u32()? {
            let (first, count) = (self.u32()?, self.u32()? as usize);
            let bytes = self.take(count.checked_mul(4).ok_or(DecodeError::Inconsistent)?)?;
            let amounts = bytes.as_chunks().0.iter().map(|four| f32::from_le_bytes(*four));
            runs.push((first, amounts.collect()));
        }
        Ok(runs)
    }

    pub(super) fn history(&mut self) -> Result<Vec<u64>, DecodeError> {
        let count = self.u32()?;
        let mut history = Vec::new();
        for _ in 0..count {
            history.push(u64::from_le_bytes(self.array()?));
        }
        Ok(history)
    }
}
