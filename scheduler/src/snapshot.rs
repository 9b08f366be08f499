//! A whole world as bytes: the same bits go on under any other number of workers.
//!
//! Layout, little-endian, without padding:
//!
//! | bytes | what |
//! | --- | --- |
//! | 8 | `FLOCKSNP` |
//! | 4 | version, now 2 |
//! | 4 | CRC-32 (IEEE) of everything after this field |
//! | 8 | length of the whole snapshot in bytes |
//! | 4 + n | length and UTF-8 bytes of the model's name |
//! | 4 + n | length and UTF-8 bytes of the id of the arithmetic: [`flockwork_kernel::arithmetic`] |
//! | 8 | hash of the schema of its columns |
//! | 4, 4, 4 | world: width and height as `f32`, edge (0 torus, 1 walls, 2 open) |
//! | 4, 8, 4 | population at tick 0, seed, dt as `f32` |
//! | 8, 4 | ticks done, id of the next newborn |
//! | 4 | number of parameters, and for each 4 + n bytes of name and 8 of value as `f64` |
//! | 4 | number of running integers, and 8 bytes for each |
//! | 8, 4 | number of entities, and bytes of one |
//! | … | the entities in ascending order of id, each as its packed columns |

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use flockwork_kernel::columns::{Columns, Reach, packed_len, schema_hash};
use flockwork_kernel::{Edge, World, arithmetic};

use crate::difference::Difference;
use crate::executor::Executor;
use crate::model::{Model, Setup};
use crate::params::Params;
use crate::setup::SimulationError;
use crate::simulation::Simulation;

const MAGIC: &[u8; 8] = b"FLOCKSNP";
const VERSION: u32 = 2;

/// Everything in a snapshot but the entities.
#[derive(Clone, Debug, PartialEq)]
pub struct SnapshotHeader {
    /// The model's name.
    pub model: String,
    /// The id of the arithmetic that computed it: see [`flockwork_kernel::arithmetic`].
    pub arithmetic: String,
    /// The hash of its schema: see `flockwork_kernel::columns::schema_hash`.
    pub schema_hash: u64,
    /// What the run began with.
    pub setup: Setup,
    /// Ticks done.
    pub tick: u64,
    /// The id of the next newborn.
    pub next_id: u32,
    /// The parameters by name.
    pub params: Vec<(String, f64)>,
    /// The model's running integers.
    pub history: Vec<i64>,
    /// The number of entities.
    pub population: u64,
    /// Bytes of one entity.
    pub row_len: usize,
}

/// Under which arithmetic a run may go on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Arithmetic {
    /// Under the one that it began with: the bits are those of an unbroken run.
    #[default]
    Same,
    /// Under any: the bits from here on are those of no other run.
    Any,
}

impl SnapshotHeader {
    /// Checks that the snapshot was computed by an arithmetic that is allowed.
    ///
    /// # Errors
    ///
    /// [`SnapshotError::OtherArithmetic`].
    pub fn computed_by(&self, allowed: Arithmetic) -> Result<(), SnapshotError> {
        if allowed == Arithmetic::Any || self.arithmetic == arithmetic::ID {
            return Ok(());
        }
        Err(SnapshotError::OtherArithmetic { found: self.arithmetic.clone() })
    }

    /// Checks that the snapshot is of this model.
    ///
    /// # Errors
    ///
    /// [`SnapshotError`] if it is of another one, or of this one with other columns.
    pub fn fits<M: Model>(&self) -> Result<(), SnapshotError> {
        let schema = M::Columns::SCHEMA;
        if self.model != M::NAME {
            return Err(SnapshotError::OtherModel { found: self.model.clone(), expected: M::NAME });
        }
        let same = self.schema_hash == schema_hash(schema)
            && self.row_len == packed_len(schema, Reach::Owned)
            && self.history.len() == M::HISTORY;
        if same { Ok(()) } else { Err(SnapshotError::OtherSchema { model: M::NAME }) }
    }
}

/// Reads and checks a snapshot's header.
///
/// # Errors
///
/// [`SnapshotError`].
pub fn header(bytes: &[u8]) -> Result<SnapshotHeader, SnapshotError> {
    read(bytes).map(|(header, _)| header)
}

pub(crate) fn write<M: Model, X: Executor>(
    world: &Simulation<M, X>,
) -> Result<Vec<u8>, SimulationError> {
    let setup = world.setup();
    let rows = world.rows()?;
    let mut out = Vec::with_capacity(rows.len() + 1024);
    out.extend_from_slice(MAGIC);
    out.extend(VERSION.to_le_bytes());
    out.extend([0; 12]);
    text(&mut out, M::NAME);
    text(&mut out, arithmetic::ID);
    out.extend(schema_hash(M::Columns::SCHEMA).to_le_bytes());
    out.extend(setup.world.width().to_le_bytes());
    out.extend(setup.world.height().to_le_bytes());
    out.extend(setup.world.edge().code().to_le_bytes());
    out.extend(setup.population.to_le_bytes());
    out.extend(setup.seed.to_le_bytes());
    out.extend(setup.dt.to_le_bytes());
    out.extend(world.tick().to_le_bytes());
    out.extend(world.next_id().to_le_bytes());
    out.extend((M::Params::TABLE.len() as u32).to_le_bytes());
    for (index, param) in M::Params::TABLE.iter().enumerate() {
        text(&mut out, param.name);
        out.extend(world.params().get(index).unwrap_or(param.default).to_le_bytes());
    }
    out.extend((world.history.len() as u32).to_le_bytes());
    for value in &world.history {
        out.extend(value.to_le_bytes());
    }
    let stride = packed_len(M::Columns::SCHEMA, Reach::Owned);
    out.extend(((rows.len() / stride) as u64).to_le_bytes());
    out.extend((stride as u32).to_le_bytes());
    out.extend_from_slice(&rows);
    seal(&mut out);
    Ok(out)
}

/// Fills in length and checksum.
fn seal(out: &mut [u8]) {
    let len = out.len() as u64;
    out[16..24].copy_from_slice(&len.to_le_bytes());
    let checksum = crc32fast::hash(&out[16..]);
    out[12..16].copy_from_slice(&checksum.to_le_bytes());
}

/// Puts the snapshots of all processes of a world together: the same bytes as the snapshot of one
/// process that holds the whole world.
///
/// # Errors
///
/// [`SnapshotError`] if a part is damaged, the parts are not of the same world and tick, or an
/// entity is in two of them.
pub fn merge(parts: &[&[u8]]) -> Result<Vec<u8>, SnapshotError> {
    let mut rows: Vec<(u32, &[u8])> = Vec::new();
    let mut common: Option<&[u8]> = None;
    let mut stride = 0;
    for part in parts {
        let (header, body) = read(part)?;
        // Everything between the length and the number of entities must be the same.
        let about = &part[24..part.len() - body.len() - 12];
        if *common.get_or_insert(about) != about {
            return Err(SnapshotError::OtherWorld);
        }
        stride = header.row_len;
        let id = |row: &[u8]| u32::from_le_bytes([row[0], row[1], row[2], row[3]]);
        rows.extend(body.chunks_exact(stride).map(|row| (id(row), row)));
    }
    let common = common.ok_or(SnapshotError::Truncated { found: 0 })?;
    rows.sort_by_key(|(id, _)| *id);
    if let Some(pair) = rows.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(SnapshotError::Ids { id: pair[0].0 });
    }
    let mut out = Vec::with_capacity(common.len() + 64 + rows.len() * stride);
    out.extend_from_slice(MAGIC);
    out.extend(VERSION.to_le_bytes());
    out.extend([0; 12]);
    out.extend_from_slice(common);
    out.extend((rows.len() as u64).to_le_bytes());
    out.extend((stride as u32).to_le_bytes());
    for (_, row) in rows {
        out.extend_from_slice(row);
    }
    seal(&mut out);
    Ok(out)
}

fn text(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u32).to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

/// Checks a snapshot, and gives its header and the bytes of its entities.
pub(crate) fn read(bytes: &[u8]) -> Result<(SnapshotHeader, &[u8]), SnapshotError> {
    let mut from = Reader { bytes, len: bytes.len() };
    if from.take(8)? != MAGIC {
        return Err(SnapshotError::NotASnapshot);
    }
    let version = from.u32()?;
    if version != VERSION {
        return Err(SnapshotError::Version { found: version, known: VERSION });
    }
    let checksum = from.u32()?;
    let len = from.u64()?;
    if len != bytes.len() as u64 {
        return Err(SnapshotError::Length { said: len, found: bytes.len() as u64 });
    }
    if crc32fast::hash(&bytes[16..]) != checksum {
        return Err(SnapshotError::Checksum);
    }
    let header = SnapshotHeader {
        model: from.text()?,
        arithmetic: from.text()?,
        schema_hash: from.u64()?,
        setup: from.setup()?,
        tick: from.u64()?,
        next_id: from.u32()?,
        params: from.params()?,
        history: from.history()?,
        population: from.u64()?,
        row_len: from.u32()? as usize,
    };
    let wanted = header.population.checked_mul(header.row_len as u64);
    // No world gets so old, and one that said so could not go on counting.
    let endless = header.tick > u64::MAX / 2;
    if endless || header.row_len < 4 || wanted != Some(from.bytes.len() as u64) {
        return Err(SnapshotError::Inconsistent);
    }
    Ok((header, from.bytes))
}

struct Reader<'a> {
    bytes: &'a [u8],
    len: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], SnapshotError> {
        let (part, rest) = self
            .bytes
            .split_at_checked(count)
            .ok_or(SnapshotError::Truncated { found: self.len as u64 })?;
        self.bytes = rest;
        Ok(part)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], SnapshotError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    fn u32(&mut self) -> Result<u32, SnapshotError> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, SnapshotError> {
        self.array().map(u64::from_le_bytes)
    }

    fn f32(&mut self) -> Result<f32, SnapshotError> {
        self.array().map(f32::from_le_bytes)
    }

    fn text(&mut self) -> Result<String, SnapshotError> {
        let len = self.u32()? as usize;
        let text = core::str::from_utf8(self.take(len)?);
        text.map(ToString::to_string).map_err(|_| SnapshotError::Inconsistent)
    }

    fn setup(&mut self) -> Result<Setup, SnapshotError> {
        let (width, height) = (self.f32()?, self.f32()?);
        let edge = Edge::from_code(self.u32()?).ok_or(SnapshotError::Inconsistent)?;
        let world = World::new(width, height, edge).map_err(|_| SnapshotError::Inconsistent)?;
        Ok(Setup { world, population: self.u32()?, seed: self.u64()?, dt: self.f32()? })
    }

    fn params(&mut self) -> Result<Vec<(String, f64)>, SnapshotError> {
        let count = self.u32()?;
        let mut params = Vec::new();
        for _ in 0..count {
            params.push((self.text()?, f64::from_le_bytes(self.array()?)));
        }
        Ok(params)
    }

    fn history(&mut self) -> Result<Vec<i64>, SnapshotError> {
        let count = self.u32()?;
        let mut history = Vec::new();
        for _ in 0..count {
            history.push(i64::from_le_bytes(self.array()?));
        }
        Ok(history)
    }
}

/// Bytes are not a snapshot that can be restored. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SnapshotError {
    /// It does not begin as a snapshot does.
    NotASnapshot,
    /// It is of a version this program does not know.
    Version {
        /// The version found.
        found: u32,
        /// The version known.
        known: u32,
    },
    /// It ends too early.
    Truncated {
        /// Bytes found.
        found: u64,
    },
    /// Its length is not the one it says.
    Length {
        /// Bytes it says.
        said: u64,
        /// Bytes found.
        found: u64,
    },
    /// Its checksum is wrong: bits have changed since it was written.
    Checksum,
    /// Its parts do not fit together.
    Inconsistent,
    /// An id is there twice, or not below the next newborn's.
    Ids {
        /// The id.
        id: u32,
    },
    /// Its parts are of different worlds, or of different ticks of one.
    OtherWorld,
    /// It was computed by another arithmetic: see [`Arithmetic`].
    OtherArithmetic {
        /// The id of that arithmetic.
        found: String,
    },
    /// It is of a run that began in another way.
    OtherRun {
        /// Everything that differs.
        differences: Vec<Difference>,
    },
    /// It is of another model.
    OtherModel {
        /// The model found.
        found: String,
        /// The model expected.
        expected: &'static str,
    },
    /// It is of this model with other columns.
    OtherSchema {
        /// The model.
        model: &'static str,
    },
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotASnapshot => f.write_str("this is not a flockwork snapshot"),
            // No version has so large a number: bytes were changed, or turned around.
            Self::Version { found: 0x1_0000.., .. } => f.write_str(
                "the version of the snapshot is no number of one: it has changed since it was \
                 written",
            ),
            Self::Version { found, known } => {
                write!(f, "the snapshot is of version {found}; this program reads version {known}")
            }
            Self::Truncated { found: 0 } => f.write_str("the snapshot is empty"),
            Self::Truncated { found } => {
                write!(f, "the snapshot ends too early, after {found} bytes")
            }
            Self::Length { said, found } => {
                write!(f, "the snapshot should be {said} bytes long and is {found}")
            }
            Self::Checksum => f.write_str(
                "the checksum of the snapshot is wrong: it has changed since it was written",
            ),
            Self::Inconsistent => f.write_str("the parts of the snapshot do not fit together"),
            Self::Ids { id } => {
                write!(f, "id {id} in the snapshot is there twice, out of order, or too large")
            }
            Self::OtherWorld => f.write_str(
                "the parts of the snapshot are of different worlds, or of different ticks",
            ),
            Self::OtherArithmetic { found } => write!(
                f,
                "the snapshot was computed by another arithmetic ({found}) than this program's \
                 ({}): going on changes the bits of the run, so that has to be allowed",
                arithmetic::ID
            ),
            Self::OtherRun { differences } => {
                f.write_str("the snapshot is of another run")?;
                differences.iter().enumerate().try_for_each(|(at, difference)| {
                    write!(f, "{} {difference}", if at == 0 { ":" } else { ";" })
                })
            }
            Self::OtherModel { found, expected } => {
                write!(f, "the snapshot is of model `{found}`, not of `{expected}`")
            }
            Self::OtherSchema { model } => write!(
                f,
                "the snapshot is of model `{model}` with other columns: it was written by another \
                 version of it"
            ),
        }
    }
}

impl core::error::Error for SnapshotError {}
