//! Arrays of NumPy in one `.npz` file, which is a zip archive of `.npy` files, here uncompressed.
//!
//! If the same entities are in every tick, a column is an array of shape (ticks, entities), and `id`
//! has one number for each entity. Otherwise the entities of all ticks stand one after the other:
//! those of tick number `t` from `begin[t]` to `begin[t + 1]`. `tick` and `time` have a number for
//! each tick, and `about` is a text in JSON. A field `grass` is `field_grass`, of shape (ticks, rows, columns), and
//! in space (ticks, layers, rows, columns).
//!
//! A column is written as a whole, but ticks come one by one: until the end they are kept in a
//! file without a name beside the recording, so that memory holds no more than a column of a tick.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use flockwork_kernel::columns::Scalar;
use zip::ZipWriter;
use zip::write::{SimpleFileOptions, StreamWriter};

use super::frame::{Frame, Slot, Type};
use super::{Head, Last, Writer, about_json};
use crate::failure::Failure;
use crate::output::{Draft, Ready, Target};
use crate::whole::folder_of;

type Archive<'a> = ZipWriter<StreamWriter<Draft<'a>>>;

/// A recorded tick.
struct Block {
    tick: u64,
    time: f64,
    /// Where it begins in the kept file.
    at: u64,
    entities: usize,
}

/// A file in the making.
pub(super) struct Npz<'a> {
    target: &'a Target,
    draft: Draft<'a>,
    slots: Vec<Slot>,
    /// The name of each field, and how many cells it has along each axis.
    fields: Vec<(String, Vec<u32>)>,
    about: Vec<(&'static str, String)>,
    kept: BufWriter<File>,
    /// How long that is.
    len: u64,
    blocks: Vec<Block>,
    /// The ids of the first tick, as bytes.
    ids: Vec<u8>,
    /// Whether every tick had the same.
    constant: bool,
}

impl<'a> Npz<'a> {
    pub(super) fn begin(target: &'a Target, head: Head) -> Result<Self, Failure> {
        let folder = target.file().map_or(Path::new("."), folder_of);
        let kept = tempfile::tempfile_in(folder).map_err(|error| target.failed(&error))?;
        Ok(Self {
            draft: target.draft()?,
            target,
            slots: head.slots,
            fields: head.fields,
            about: head.about,
            kept: BufWriter::new(kept),
            len: 0,
            blocks: Vec::new(),
            ids: Vec::new(),
            constant: true,
        })
    }

    fn keep(&mut self, frame: &Frame<'_>) -> io::Result<()> {
        let at = self.len;
        let mut bytes = Vec::new();
        for slot in &self.slots {
            bytes.clear();
            frame.bytes(slot, &mut bytes);
            self.kept.write_all(&bytes)?;
            self.len += bytes.len() as u64;
            if slot.name == "id" {
                if self.blocks.is_empty() {
                    self.ids = bytes.clone();
                }
                self.constant &= self.ids == bytes;
            }
        }
        for field in &frame.fields {
            bytes.clear();
            bytes.extend(field.amounts.iter().flat_map(|amount| amount.to_le_bytes()));
            self.kept.write_all(&bytes)?;
            self.len += bytes.len() as u64;
        }
        let (tick, time, entities) = (frame.tick, frame.time, frame.len());
        self.blocks.push(Block { tick, time, at, entities });
        Ok(())
    }

    fn save(self, last: &Last) -> io::Result<Draft<'a>> {
        let Self { draft, slots, fields, mut about, kept, blocks, ids, constant, .. } = self;
        let mut kept = kept.into_inner().map_err(io::IntoInnerError::into_error)?;
        let mut archive = ZipWriter::new_stream(draft);
        let ticks = blocks.len() as u64;
        let total: u64 = blocks.iter().map(|block| block.entities as u64).sum();
        about.push(("fingerprint", last.fingerprint.clone()));
        text(&mut archive, "about", &about_json(&about))?;
        let bytes: Vec<u8> = blocks.iter().flat_map(|block| block.tick.to_le_bytes()).collect();
        array(&mut archive, "tick", "<u8", &[ticks])?.write_all(&bytes)?;
        let bytes: Vec<u8> = blocks.iter().flat_map(|block| block.time.to_le_bytes()).collect();
        array(&mut archive, "time", "<f8", &[ticks])?.write_all(&bytes)?;
        let mut shape = vec![total];
        if constant {
            let entities = blocks.first().map_or(0, |block| block.entities as u64);
            shape = vec![ticks, entities];
            array(&mut archive, "id", "<u4", &[entities])?.write_all(&ids)?;
        } else {
            let mut begin = vec![0; 8];
            let mut at = 0u64;
            for block in &blocks {
                at += block.entities as u64;
                begin.extend(at.to_le_bytes());
            }
            array(&mut archive, "begin", "<u8", &[ticks + 1])?.write_all(&begin)?;
        }
        let mut before = 0;
        let mut bytes = Vec::new();
        for slot in &slots {
            let size = slot.kind().size();
            if slot.name != "id" || !constant {
                array(&mut archive, &name_of(slot), code(slot.kind()), &shape)?;
                for block in &blocks {
                    kept.seek(SeekFrom::Start(block.at + (block.entities * before) as u64))?;
                    bytes.resize(block.entities * size, 0);
                    kept.read_exact(&mut bytes)?;
                    archive.write_all(&bytes)?;
                }
            }
            before += size;
        }
        // Behind the columns, whose rows are `before` long.
        let mut behind = 0;
        for (name, cells) in &fields {
            let shape: Vec<u64> = cells.iter().rev().map(|count| u64::from(*count)).collect();
            bytes.resize(4 * shape.iter().product::<u64>() as usize, 0);
            let all: Vec<u64> = [ticks].into_iter().chain(shape).collect();
            array(&mut archive, &format!("field_{name}"), "<f4", &all)?;
            for block in &blocks {
                let at = block.at + (block.entities * before) as u64 + behind;
                kept.seek(SeekFrom::Start(at))?;
                kept.read_exact(&mut bytes)?;
                archive.write_all(&bytes)?;
            }
            behind += bytes.len() as u64;
        }
        Ok(archive.finish().map_err(io::Error::from)?.into_inner())
    }
}

impl<'a> Writer<'a> for Npz<'a> {
    fn write(&mut self, frame: &Frame<'_>) -> Result<(), Failure> {
        self.keep(frame).map_err(|error| self.target.failed(&error))
    }

    fn finish(self: Box<Self>, last: &Last) -> Result<Ready<'a>, Failure> {
        let target = self.target;
        self.save(last).map_err(|error| target.failed(&error))?.finish()
    }
}

/// The name of a column's array, which must not be that of another one.
fn name_of(slot: &Slot) -> String {
    let own = ["tick", "time", "begin", "about"].contains(&slot.name.as_str());
    if own || slot.name.starts_with("field_") {
        format!("own_{}", slot.name)
    } else {
        slot.name.clone()
    }
}

/// What NumPy calls a type.
fn code(kind: Type) -> &'static str {
    match kind {
        Type::F64 => "<f8",
        Type::Of(Scalar::F32) => "<f4",
        Type::Of(Scalar::U64) => "<u8",
        Type::Of(Scalar::U32) => "<u4",
        Type::Of(Scalar::I32) => "<i4",
        Type::Of(Scalar::U16) => "<u2",
        Type::Of(Scalar::U8) => "|u1",
        Type::Of(Scalar::Bool) => "|b1",
    }
}

/// Begins an array; its numbers follow.
fn array<'z, 'a>(
    archive: &'z mut Archive<'a>,
    name: &str,
    kind: &str,
    shape: &[u64],
) -> io::Result<&'z mut Archive<'a>> {
    let options = SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Stored)
        .large_file(true);
    archive.start_file(format!("{name}.npy"), options).map_err(io::Error::from)?;
    let shape: Vec<String> = shape.iter().map(|length| format!("{length},")).collect();
    let shape = shape.join(" ");
    let mut head = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({shape}), }}");
    // Numbers begin at a multiple of 64 bytes, of which ten come before the text.
    while !(head.len() + 11).is_multiple_of(64) {
        head.push(' ');
    }
    head.push('\n');
    archive.write_all(b"\x93NUMPY\x01\x00")?;
    archive.write_all(&(head.len() as u16).to_le_bytes())?;
    archive.write_all(head.as_bytes())?;
    Ok(archive)
}

/// Writes a text as an array without axes.
fn text(archive: &mut Archive<'_>, name: &str, text: &str) -> io::Result<()> {
    let letters: Vec<u8> =
        text.chars().flat_map(|letter| u32::from(letter).to_le_bytes()).collect();
    let kind = format!("<U{}", letters.len() / 4);
    array(archive, name, &kind, &[])?.write_all(&letters)
}
