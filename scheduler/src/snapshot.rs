//! A whole world as bytes: the same bits go on under any other number of workers.
//!
//! Here are bytes and what they say, and no model: whether a run can go on from them is asked in
//! `resume.rs`.
//!
//! Layout, little-endian, without padding:
//!
//! | bytes | what |
//! | --- | --- |
//! | 8 | `FLOCKSNP` |
//! | 4 | version: 6 with inputs, 5 with fields, 4 without both; 3 is read too |
//! | 4 | CRC-32 (IEEE) of everything after this field |
//! | 8 | length of the whole snapshot in bytes |
//! | 4 + n | length and UTF-8 bytes of the model's name |
//! | 4 + n | length and UTF-8 bytes of the id of the arithmetic: [`flockwork_kernel::arithmetic`] |
//! | 8 | hash of the schema of its columns |
//! | 4, 4, 4 | world: width and height as `f32`, edge (0 torus, 1 walls, 2 open) |
//! | 4, 8, 4 | population at tick 0, seed, dt as `f32` |
//! | 4 | precision of the world (0 enough, 1 any); not in version 3, which nobody asked for it: any |
//! | 8, 8, 8 | its origin as `f64`; not in version 3: 0 |
//! | 8, 4 | ticks done, id of the next newborn |
//! | 4 | number of parameters, and for each 4 + n bytes of name and 8 of value as `f64` |
//! | 4 | number of running integers, and 8 bytes for each |
//! | 4 | number of fields, and for each 4 + n bytes of name, number of axes and 4 bytes of cells along each; from version 5 on |
//! | 4 + n, 8 | length and UTF-8 bytes of what comes into the run, and the next tick at which something does, 2^64 - 1 for none; from version 6 on |
//! | 8, 4 | number of entities, and bytes of one |
//! | … | the entities in ascending order of id, each as its packed columns |
//! | … | for each field the number of runs of cells, and for each run the number of its first cell, how many they are, and 4 bytes of amount for each as `f32`; from version 5 on |
//!
//! A whole world has one run in each field, of all cells by layer, row and column; a process's part one for each
//! row of a region.

mod code;
mod error;

use alloc::string::String;
use alloc::vec::Vec;

use flockwork_kernel::Precision;

use crate::field::{Sown, Start, whole};
use crate::params::Setting;
use crate::start::Setup;
pub use code::{Due, Runs};
use code::{FIELDS, PLAIN, Reader, VERSION, setting, text};
use error::OLDEST;
pub use error::{DecodeError, MergeError};

const MAGIC: &[u8; 8] = b"FLOCKSNP";

/// What a snapshot holds: a whole world, or one process's part of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot<'a> {
    /// Everything but the entities.
    pub header: SnapshotHeader,
    /// The entities in ascending order of id, each as its packed columns.
    pub rows: &'a [u8],
    /// What is in the cells of each field.
    pub amounts: Vec<Runs>,
}

/// Everything in a snapshot but the entities and what is in the cells of fields.
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
    pub params: Vec<(String, Setting)>,
    /// The model's running integers.
    pub history: Vec<u64>,
    /// The fields by name, with how many cells they have along each axis.
    pub fields: Vec<(String, Vec<u32>)>,
    /// What comes into the run from outside.
    pub inputs: Due,
    /// The number of entities.
    pub population: u64,
    /// Bytes of one entity.
    pub row_len: u32,
}

impl<'a> Snapshot<'a> {
    /// The entities.
    pub fn entities(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.rows.chunks_exact((self.header.row_len as usize).max(1))
    }

    /// Writes the bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.rows.len() + 1024);
        out.extend_from_slice(MAGIC);
        out.extend(self.header.version().to_le_bytes());
        out.extend([0; 12]);
        self.header.write(&mut out);
        out.extend(self.header.population.to_le_bytes());
        out.extend(self.header.row_len.to_le_bytes());
        out.extend_from_slice(self.rows);
        for runs in &self.amounts {
            out.extend((runs.len() as u32).to_le_bytes());
            for (first, amounts) in runs {
                out.extend(first.to_le_bytes());
                out.extend((amounts.len() as u32).to_le_bytes());
                amounts.iter().for_each(|amount| out.extend(amount.to_le_bytes()));
            }
        }
        let len = out.len() as u64;
        out[16..24].copy_from_slice(&len.to_le_bytes());
        let checksum = crc32fast::hash(&out[16..]);
        out[12..16].copy_from_slice(&checksum.to_le_bytes());
        out
    }

    /// Reads and checks the bytes.
    ///
    /// # Errors
    ///
    /// [`DecodeError`].
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut from = Reader { bytes, len: bytes.len(), version: VERSION };
        if from.take(8)? != MAGIC {
            return Err(DecodeError::NotASnapshot);
        }
        let version = from.u32()?;
        if !(OLDEST..=VERSION).contains(&version) {
            return Err(DecodeError::Version { found: version, known: VERSION });
        }
        from.version = version;
        let checksum = from.u32()?;
        let len = from.u64()?;
        if len != bytes.len() as u64 {
            return Err(DecodeError::Length { said: len, found: bytes.len() as u64 });
        }
        if crc32fast::hash(&bytes[16..]) != checksum {
            return Err(DecodeError::Checksum);
        }
        let header = SnapshotHeader::read(&mut from)?;
        let wanted = header.population.checked_mul(u64::from(header.row_len));
        let wanted = wanted.and_then(|wanted| usize::try_from(wanted).ok());
        let rows = wanted.and_then(|wanted| from.take(wanted).ok());
        let rows = rows.ok_or(DecodeError::Inconsistent)?;
        let amounts = header.fields.iter().map(|_| from.runs());
        let amounts = amounts.collect::<Result<_, _>>()?;
        // No world gets so old, and one that said so could not go on counting.
        let endless = header.tick > u64::MAX / 2;
        if endless || header.row_len < 4 || !from.bytes.is_empty() {
            return Err(DecodeError::Inconsistent);
        }
        Ok(Self { header, rows, amounts })
    }

    /// How the fields of a world begin that goes on from here.
    ///
    /// # Errors
    ///
    /// [`DecodeError::Inconsistent`] if it is a part, or an amount is none.
    pub(crate) fn sown(&self) -> Result<Vec<Sown>, DecodeError> {
        let fields = self.header.fields.iter().zip(&self.amounts);
        let sown = fields.map(|((_, cells), runs)| match runs.as_slice() {
            [(0, amounts)] if amounts.iter().all(|amount| whole(*amount) as f32 == *amount) => {
                let start = Some(Start::Cells(amounts.clone()));
                Ok(Sown { cells: Some(cells.clone()), start })
            }
            _ => Err(DecodeError::Inconsistent),
        });
        sown.collect()
    }
}

/// Reads and checks a snapshot, and gives its header.
///
/// # Errors
///
/// [`DecodeError`].
pub fn header(bytes: &[u8]) -> Result<SnapshotHeader, DecodeError> {
    Snapshot::decode(bytes).map(|snapshot| snapshot.header)
}

/// A snapshot of a world of another precision, which changes no bit of the run; None if it is of this
/// one already.
///
/// # Errors
///
/// [`DecodeError`].
pub fn with_precision(bytes: &[u8], precision: Precision) -> Result<Option<Vec<u8>>, DecodeError> {
    let mut snapshot = Snapshot::decode(bytes)?;
    let world = &mut snapshot.header.setup.world;
    if world.precision() == precision {
        return Ok(None);
    }
    *world = world.with_precision(precision);
    Ok(Some(snapshot.encode()))
}

/// A snapshot of a run into which this comes.
///
/// # Errors
///
/// [`DecodeError`].
pub fn with_inputs(bytes: &[u8], inputs: Due) -> Result<Vec<u8>, DecodeError> {
    let mut snapshot = Snapshot::decode(bytes)?;
    snapshot.header.inputs = inputs;
    Ok(snapshot.encode())
}

/// Puts the snapshots of all processes of a world together: the same bytes as the snapshot of one
/// process that holds the whole world.
///
/// # Errors
///
/// [`MergeError`] if a part is damaged, the parts are not of the same world and tick, or an entity
/// is in two of them.
pub fn merge(parts: &[&[u8]]) -> Result<Vec<u8>, MergeError> {
    let mut rows: Vec<(u32, &[u8])> = Vec::new();
    let mut first: Option<(SnapshotHeader, Vec<u8>)> = None;
    let mut amounts: Vec<Runs> = Vec::new();
    for part in parts {
        let snapshot = Snapshot::decode(part)?;
        rows.extend(snapshot.entities().map(|row| (id_of(row), row)));
        // All that is said before the number of entities.
        let mut about = Vec::new();
        snapshot.header.write(&mut about);
        let row_len = snapshot.header.row_len;
        let (header, wanted) = first.get_or_insert_with(|| (snapshot.header, about.clone()));
        if (header.row_len, &*wanted) != (row_len, &about) {
            return Err(MergeError::OtherWorld);
        }
        amounts.resize(snapshot.amounts.len(), Vec::new());
        amounts.iter_mut().zip(snapshot.amounts).for_each(|(all, some)| all.extend(some));
    }
    let (mut header, _) = first.ok_or(MergeError::Nothing)?;
    rows.sort_by_key(|(id, _)| *id);
    if let Some(pair) = rows.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(MergeError::Twice { id: pair[0].0 });
    }
    header.population = rows.len() as u64;
    let rows: Vec<u8> = rows.into_iter().flat_map(|(_, row)| row).copied().collect();
    for runs in &mut amounts {
        *runs = whole_run(core::mem::take(runs)).ok_or(MergeError::Cells)?;
    }
    Ok(Snapshot { header, rows: &rows, amounts }.encode())
}

/// All runs of a field as one; none if a cell is missing between them, or there twice.
pub(crate) fn whole_run(mut runs: Runs) -> Option<Runs> {
    runs.sort_by_key(|(first, _)| *first);
    let mut all = Vec::new();
    for (first, amounts) in runs {
        if first as usize != all.len() {
            return None;
        }
        all.extend(amounts);
    }
    Some(Vec::from([(0, all)]))
}

/// The id of a packed entity.
pub(crate) fn id_of(row: &[u8]) -> u32 {
    row.first_chunk::<4>().map_or(0, |id| u32::from_le_bytes(*id))
}

impl SnapshotHeader {
    /// The least version that says all of it.
    fn version(&self) -> u32 {
        match (self.inputs == Due::default(), self.fields.is_empty()) {
            (false, _) => VERSION,
            (true, false) => FIELDS,
            (true, true) => PLAIN,
        }
    }

    /// Writes all that comes before the number of entities.
    fn write(&self, out: &mut Vec<u8>) {
        let Self { setup, .. } = self;
        text(out, &self.model);
        text(out, &self.arithmetic);
        out.extend(self.schema_hash.to_le_bytes());
        let axes = setup.world.axes();
        out.extend((axes.len() as u32).to_le_bytes());
        for axis in axes {
            out.extend(axis.length.to_le_bytes());
            out.extend(axis.edge.code().to_le_bytes());
        }
        out.extend(setup.population.to_le_bytes());
        out.extend(setup.seed.to_le_bytes());
        out.extend(setup.dt.to_le_bytes());
        out.extend(setup.world.precision().code().to_le_bytes());
        setup.world.origin().iter().for_each(|at| out.extend(at.to_le_bytes()));
        out.extend(self.tick.to_le_bytes());
        out.extend(self.next_id.to_le_bytes());
        out.extend((self.params.len() as u32).to_le_bytes());
        for (name, value) in &self.params {
            text(out, name);
            setting(out, value);
        }
        out.extend((self.history.len() as u32).to_le_bytes());
        for value in &self.history {
            out.extend(value.to_le_bytes());
        }
        if self.version() < FIELDS {
            return;
        }
        out.extend((self.fields.len() as u32).to_le_bytes());
        for (name, cells) in &self.fields {
            text(out, name);
            out.extend((cells.len() as u32).to_le_bytes());
            cells.iter().for_each(|count| out.extend(count.to_le_bytes()));
        }
        if self.version() == VERSION {
            text(out, &self.inputs.text);
            out.extend(self.inputs.next.unwrap_or(u64::MAX).to_le_bytes());
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            model: from.text()?,
            arithmetic: from.text()?,
            schema_hash: from.u64()?,
            setup: from.setup()?,
            tick: from.u64()?,
            next_id: from.u32()?,
            params: from.params()?,
            history: from.history()?,
            fields: from.fields()?,
            inputs: from.inputs()?,
            population: from.u64()?,
            row_len: from.u32()?,
        })
    }
}
