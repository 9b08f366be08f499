//! Inputs as bytes: what one process sends to the others, and a page to its workers.
//!
//! Numbers are little-endian. A text is its length (u32) and its bytes, a list its length (u32) and what it
//! is of.
//!
//! | what | bytes |
//! | --- | --- |
//! | a batch | a list of inputs |
//! | an input | its kind (u8), then what it holds, in the order of [`Input`]; an id is a u32, another number an f64 |
//! | values | a list of texts, each with a number |
//! | an area | a kind (u8): 0 and a list of coordinates and a radius, or 1 and two lists of coordinates |
//! | doors | a list of numbers of shapes (u32), and whether they are open (u8): 0 or 1 |
//! | a change | a kind (u8), 0 to set and 1 to add, and a number |
//! | parameters | a list of texts, each with a kind (u8) and a number, a list of numbers or a text |

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use super::{Area, Change, Input, Values};
use crate::params::{Given, Setting};

const SPAWN: u8 = 0;
const REMOVE: u8 = 1;
const SET: u8 = 2;
const PARAMS: u8 = 3;
const POKE: u8 = 4;
const FIELD: u8 = 5;
const DOOR: u8 = 6;

const BALL: u8 = 0;
const BOX: u8 = 1;

const IS_SET: u8 = 0;
const IS_ADDED: u8 = 1;

const NUMBER: u8 = 0;
const LIST: u8 = 1;
const TEXT: u8 = 2;

/// Writes a batch.
pub fn encode(inputs: &[Input]) -> Vec<u8> {
    let mut out = Vec::new();
    count(&mut out, inputs.len());
    for input in inputs {
        match input {
            Input::Spawn { values } => {
                out.push(SPAWN);
                named(&mut out, values);
            }
            Input::Remove { id } => {
                out.push(REMOVE);
                out.extend(id.to_le_bytes());
            }
            Input::Set { id, values } => {
                out.push(SET);
                out.extend(id.to_le_bytes());
                named(&mut out, values);
            }
            Input::Params { params } => {
                out.push(PARAMS);
                count(&mut out, params.len());
                for (name, value) in params {
                    text(&mut out, name);
                    setting(&mut out, value);
                }
            }
            Input::Poke { at, radius, values } => {
                out.push(POKE);
                numbers(&mut out, at);
                out.extend(radius.to_le_bytes());
                named(&mut out, values);
            }
            Input::Field { name, area, change } => {
                out.push(FIELD);
                text(&mut out, name);
                self::area(&mut out, area);
                let (kind, number) = match change {
                    Change::Set(amount) => (IS_SET, amount),
                    Change::Add(amount) => (IS_ADDED, amount),
                };
                out.push(kind);
                out.extend(number.to_le_bytes());
            }
            Input::Door { shapes, open } => {
                out.push(DOOR);
                count(&mut out, shapes.len());
                shapes.iter().for_each(|shape| out.extend(shape.to_le_bytes()));
                out.push((*open).into());
            }
        }
    }
    out
}

fn area(out: &mut Vec<u8>, area: &Area) {
    match area {
        Area::Ball { at, radius } => {
            out.push(BALL);
            numbers(out, at);
            out.extend(radius.to_le_bytes());
        }
        Area::Box { low, high } => {
            out.push(BOX);
            numbers(out, low);
            numbers(out, high);
        }
    }
}

fn count(out: &mut Vec<u8>, count: usize) {
    out.extend((count as u32).to_le_bytes());
}

fn text(out: &mut Vec<u8>, text: &str) {
    count(out, text.len());
    out.extend_from_slice(text.as_bytes());
}

fn numbers(out: &mut Vec<u8>, numbers: &[f64]) {
    count(out, numbers.len());
    numbers.iter().for_each(|number| out.extend(number.to_le_bytes()));
}

fn named(out: &mut Vec<u8>, values: &Values) {
    count(out, values.len());
    for (name, value) in values {
        text(out, name);
        out.extend(value.to_le_bytes());
    }
}

fn setting(out: &mut Vec<u8>, value: &Setting) {
    match value {
        Setting::Number(number) => {
            out.push(NUMBER);
            out.extend(number.to_le_bytes());
        }
        Setting::List(list) => {
            out.push(LIST);
            numbers(out, list);
        }
        Setting::Text(said) => {
            out.push(TEXT);
            text(out, said);
        }
    }
}

/// Reads a batch, and makes nothing of bytes that are none.
///
/// # Errors
///
/// [`CodeError`].
pub fn decode(bytes: &[u8]) -> Result<Vec<Input>, CodeError> {
    let mut from = Reader { bytes, len: bytes.len() };
    let inputs = from.list(Reader::input)?;
    if from.bytes.is_empty() { Ok(inputs) } else { Err(from.error()) }
}

/// Bytes are no batch of inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeError {
    /// How many bytes could be read.
    pub at: usize,
}

impl fmt::Display for CodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the bytes of inputs cannot be read from byte {} on", self.at)
    }
}

impl core::error::Error for CodeError {}

struct Reader<'a> {
    bytes: &'a [u8],
    len: usize,
}

impl<'a> Reader<'a> {
    fn error(&self) -> CodeError {
        CodeError { at: self.len - self.bytes.len() }
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], CodeError> {
        let (part, rest) = self.bytes.split_at_checked(count).ok_or(self.error())?;
        self.bytes = rest;
        Ok(part)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], CodeError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    fn u32(&mut self) -> Result<u32, CodeError> {
        self.array().map(u32::from_le_bytes)
    }

    fn number(&mut self) -> Result<f64, CodeError> {
        self.array().map(f64::from_le_bytes)
    }

    fn text(&mut self) -> Result<String, CodeError> {
        let len = self.u32()? as usize;
        let error = self.error();
        let text = core::str::from_utf8(self.take(len)?);
        text.map(ToString::to_string).map_err(|_| error)
    }

    /// Makes room as it goes: a length that is none costs nothing.
    fn list<T>(
        &mut self,
        mut one: impl FnMut(&mut Self) -> Result<T, CodeError>,
    ) -> Result<Vec<T>, CodeError> {
        let count = self.u32()?;
        let mut list = Vec::new();
        for _ in 0..count {
            list.push(one(self)?);
        }
        Ok(list)
    }

    fn named(&mut self) -> Result<Values, CodeError> {
        self.list(|from| Ok((from.text()?, from.number()?)))
    }

    fn input(&mut self) -> Result<Input, CodeError> {
        let error = self.error();
        let [kind] = self.array()?;
        Ok(match kind {
            SPAWN => Input::Spawn { values: self.named()? },
            REMOVE => Input::Remove { id: self.u32()? },
            SET => Input::Set { id: self.u32()?, values: self.named()? },
            PARAMS => Input::Params { params: self.list(Self::param)? },
            POKE => Input::Poke {
                at: self.list(Self::number)?,
                radius: self.number()?,
                values: self.named()?,
            },
            FIELD => {
                Input::Field { name: self.text()?, area: self.area()?, change: self.change()? }
            }
            DOOR => Input::Door { shapes: self.list(Self::u32)?, open: self.yes()? },
            _ => return Err(error),
        })
    }

    fn yes(&mut self) -> Result<bool, CodeError> {
        let error = self.error();
        match self.array()? {
            [0] => Ok(false),
            [1] => Ok(true),
            _ => Err(error),
        }
    }

    fn area(&mut self) -> Result<Area, CodeError> {
        let error = self.error();
        Ok(match self.array()? {
            [BALL] => Area::Ball { at: self.list(Self::number)?, radius: self.number()? },
            [BOX] => Area::Box { low: self.list(Self::number)?, high: self.list(Self::number)? },
            _ => return Err(error),
        })
    }

    fn change(&mut self) -> Result<Change, CodeError> {
        let error = self.error();
        Ok(match self.array()? {
            [IS_SET] => Change::Set(self.number()?),
            [IS_ADDED] => Change::Add(self.number()?),
            _ => return Err(error),
        })
    }

    fn param(&mut self) -> Result<Given, CodeError> {
        let name = self.text()?;
        let error = self.error();
        let [kind] = self.array()?;
        let value = match kind {
            NUMBER => Setting::Number(self.number()?),
            LIST => Setting::List(self.list(Self::number)?),
            TEXT => Setting::Text(self.text()?),
            _ => return Err(error),
        };
        Ok((name, value))
    }
}
