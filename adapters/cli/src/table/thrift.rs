//! The few numbers of Parquet's own structures that say how much memory and time reading will take.
//!
//! The `parquet` crate trusts them; they are looked at before it does. The encoding is Thrift's
//! compact protocol.
//!
//! That crate takes a field that it knows for what it expects there, whatever type the file says, and
//! takes no byte for an element of a skipped list of truth values. So a file could lead it astray from
//! what is looked at here, to lists of billions that are not there. What it knows stands here in tables, and
//! must be of its type; what it skips is gone through by the same rules.

use std::io::{self, Read, Result};

/// How deep what nobody knows may lie in one another; Parquet's own structures lie four deep.
const DEPTH: u32 = 16;

/// How deep columns may lie in one another.
const NESTED: usize = 64;

/// How long the paths of all columns may be together, in bytes. Each column keeps its own.
const MOST_PATHS: u64 = 1 << 26;

/// What a field that the `parquet` crate knows must be.
#[derive(Clone, Copy)]
enum Holds {
    Flag,
    Byte,
    /// A whole number of 16, 32 or 64 bits: all are written alike.
    Whole,
    Double,
    /// Text too.
    Bytes,
    List(&'static Holds),
    Structure(Fields),
}

/// The fields of a structure, by number. Those that are not named are skipped.
type Fields = &'static [(i64, Holds)];

use Holds::{Byte, Bytes, Double, Flag, List, Structure, Whole};

const NOTHING: Holds = Structure(&[]);

/// The footer of a file.
const FILE: Fields = &[
    (1, Whole),
    (2, List(&Structure(ELEMENT))),
    (3, Whole),
    (4, List(&Structure(ROW_GROUP))),
    (5, List(&Structure(&[(1, Bytes), (2, Bytes)]))),
    (6, Bytes),
    (7, List(&Structure(&[(1, NOTHING)]))),
];

/// An element of the schema.
const ELEMENT: Fields = &[
    (1, Whole),
    (2, Whole),
    (3, Whole),
    (4, Bytes),
    (5, Whole),
    (6, Whole),
    (7, Whole),
    (8, Whole),
    (9, Whole),
    (10, Structure(LOGICAL_TYPE)),
];

const LOGICAL_TYPE: Fields = &[
    (1, NOTHING),
    (2, NOTHING),
    (3, NOTHING),
    (4, NOTHING),
    (5, Structure(&[(1, Whole), (2, Whole)])),
    (6, NOTHING),
    (7, Structure(TIME)),
    (8, Structure(TIME)),
    (10, Structure(&[(1, Byte), (2, Flag)])),
    (11, NOTHING),
    (12, NOTHING),
    (13, NOTHING),
    (14, NOTHING),
    (15, NOTHING),
    (16, Structure(&[(1, Byte)])),
    (17, Structure(&[(1, Bytes)])),
    (18, Structure(&[(1, Bytes), (2, Whole)])),
];

const TIME: Fields = &[(1, Flag), (2, Structure(&[(1, NOTHING), (2, NOTHING), (3, NOTHING)]))];

const ROW_GROUP: Fields = &[
    (1, List(&Structure(CHUNK))),
    (2, Whole),
    (3, Whole),
    (4, List(&Structure(&[(1, Whole), (2, Flag), (3, Flag)]))),
    (5, Whole),
    (7, Whole),
];

const CHUNK: Fields = &[
    (1, Bytes),
    (2, Whole),
    (3, Structure(CHUNK_METADATA)),
    (4, Whole),
    (5, Whole),
    (6, Whole),
    (7, Whole),
];

const CHUNK_METADATA: Fields = &[
    (1, Whole),
    (2, List(&Whole)),
    (4, Whole),
    (5, Whole),
    (6, Whole),
    (7, Whole),
    (9, Whole),
    (10, Whole),
    (11, Whole),
    (12, Structure(STATISTICS)),
    (13, List(&Structure(&[(1, Whole), (2, Whole), (3, Whole)]))),
    (14, Whole),
    (15, Whole),
    (16, Structure(&[(1, Whole), (2, List(&Whole)), (3, List(&Whole))])),
    (17, Structure(&[(1, Structure(BOX)), (2, List(&Whole))])),
];

const STATISTICS: Fields =
    &[(1, Bytes), (2, Bytes), (3, Whole), (4, Whole), (5, Bytes), (6, Bytes), (7, Flag), (8, Flag)];

const BOX: Fields = &[
    (1, Double),
    (2, Double),
    (3, Double),
    (4, Double),
    (5, Double),
    (6, Double),
    (7, Double),
    (8, Double),
];

/// The header of a page. Its statistics are skipped.
const PAGE: Fields = &[
    (1, Whole),
    (2, Whole),
    (3, Whole),
    (4, Whole),
    (5, Structure(&[(1, Whole), (2, Whole), (3, Whole), (4, Whole)])),
    (6, NOTHING),
    (7, Structure(&[(1, Whole), (2, Whole), (3, Flag)])),
    (8, Structure(PAGE_2)),
];

const PAGE_2: Fields =
    &[(1, Whole), (2, Whole), (3, Whole), (4, Whole), (5, Whole), (6, Whole), (7, Flag)];

/// What the header of a page says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct PageHeader {
    /// The length of its content once it is decompressed, bytes.
    pub(super) whole: i32,
    /// How much of it stands before what is compressed, bytes.
    pub(super) before: i64,
}

/// Reads the header of a page.
pub(super) fn page_header(from: impl Read) -> Result<PageHeader> {
    let mut whole = 0;
    let mut levels = [0; 2];
    Input(from).fields(&mut |input, id, kind| match (id, kind) {
        (2, 4..=6) => input.short().map(|number| whole = number),
        (8, 12) => input.fields(&mut |input, id, kind| match (id, kind) {
            (5 | 6, 4..=6) => input.short().map(|number| levels[(id - 5) as usize] = number.into()),
            _ => input.field(PAGE_2, id, kind),
        }),
        _ => input.field(PAGE, id, kind),
    })?;
    Ok(PageHeader { whole, before: levels.iter().sum() })
}

/// Goes through the footer of a file: an error if what it says and what is there are not the same.
pub(super) fn footer(from: impl Read) -> Result<()> {
    Input(from).fields(&mut |input, id, kind| match (id, kind) {
        (2, 9) => input.schema(),
        _ => input.field(FILE, id, kind),
    })
}

/// The schema: a tree, written as a flat list in which each element says how many children follow.
struct Tree {
    /// How many children may still be promised.
    left: u64,
    /// Of each group that is open, the children that are missing and the length of the path to it.
    open: Vec<(u64, u64)>,
    paths: u64,
}

impl Tree {
    fn add(&mut self, children: u64, name: u64) -> Result<()> {
        while self.open.pop_if(|(missing, _)| *missing == 0).is_some() {}
        let mut path = name;
        if let Some((missing, above)) = self.open.last_mut() {
            *missing -= 1;
            path = above.saturating_add(name);
        }
        if children == 0 {
            self.paths = self.paths.saturating_add(path);
            return if self.paths > MOST_PATHS { Err(damaged()) } else { Ok(()) };
        }
        self.left = self.left.checked_sub(children).ok_or_else(damaged)?;
        self.open.push((children, path));
        if self.open.len() > NESTED { Err(damaged()) } else { Ok(()) }
    }
}

struct Input<R>(R);

impl<R: Read> Input<R> {
    fn byte(&mut self) -> Result<u8> {
        let mut byte = [0];
        self.0.read_exact(&mut byte)?;
        Ok(byte[0])
    }

    fn unsigned(&mut self) -> Result<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(damaged())
    }

    fn signed(&mut self) -> Result<i64> {
        let number = self.unsigned()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    /// A number of 32 bits. One that has more would be read as another one.
    fn short(&mut self) -> Result<i32> {
        self.signed()?.try_into().map_err(|_| damaged())
    }

    /// Passes bytes, and gives how many they were.
    fn bytes(&mut self) -> Result<u64> {
        let len = self.unsigned()?;
        self.pass(len)?;
        Ok(len)
    }

    /// The length of a list, and the type of its elements.
    fn list(&mut self) -> Result<(u64, u8)> {
        let head = self.byte()?;
        let count = match head >> 4 {
            15 => self.unsigned()?,
            few => few.into(),
        };
        Ok((count, head & 15))
    }

    /// Goes through the fields of a structure: `see` gets number and type of each, and reads it.
    fn fields(&mut self, see: &mut dyn FnMut(&mut Self, i64, u8) -> Result<()>) -> Result<()> {
        let mut last = 0i64;
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Ok(());
            }
            last = match head >> 4 {
                0 => self.signed()?,
                ahead => last.saturating_add(ahead.into()),
            };
            // Others would be read as one of these.
            if i16::try_from(last).is_err() {
                return Err(damaged());
            }
            see(self, last, head & 15)?;
        }
    }

    /// Passes a field of a structure.
    fn field(&mut self, fields: Fields, id: i64, kind: u8) -> Result<()> {
        match fields.iter().find(|(known, _)| *known == id) {
            Some((_, holds)) => self.value(*holds, kind),
            None => self.skip(kind, 0),
        }
    }

    /// Passes what must be of such a type.
    fn value(&mut self, holds: Holds, kind: u8) -> Result<()> {
        match (holds, kind) {
            (Flag, 1 | 2) => Ok(()),
            (Byte, 3) | (Whole, 4..=6) | (Double, 7) | (Bytes, 8) => self.skip(kind, 0),
            (List(holds), 9) => {
                let (count, kind) = self.list()?;
                (0..count).try_for_each(|_| self.value(*holds, kind))
            }
            (Structure(fields), 12) => {
                self.fields(&mut |input, id, kind| input.field(fields, id, kind))
            }
            _ => Err(damaged()),
        }
    }

    /// Passes the schema.
    fn schema(&mut self) -> Result<()> {
        let (count, kind) = self.list()?;
        if count > 0 && kind != 12 {
            return Err(damaged());
        }
        let mut tree = Tree { left: count, open: Vec::new(), paths: 0 };
        for _ in 0..count {
            let (mut children, mut name) = (0, 0);
            self.fields(&mut |input, id, kind| match (id, kind) {
                (4, 8) => input.bytes().map(|len| name = len),
                (5, 4..=6) => input.short().map(|number| children = number),
                _ => input.field(ELEMENT, id, kind),
            })?;
            tree.add(children.try_into().map_err(|_| damaged())?, name)?;
        }
        Ok(())
    }

    /// Passes a field that nobody knows.
    fn skip(&mut self, kind: u8, depth: u32) -> Result<()> {
        if depth > DEPTH {
            return Err(damaged());
        }
        match kind {
            // A boolean field is in its type.
            1 | 2 => Ok(()),
            3 => self.byte().map(drop),
            4..=6 => self.unsigned().map(drop),
            7 => self.pass(8),
            8 => self.bytes().map(drop),
            9 | 10 => {
                let (count, kind) = self.list()?;
                // Parquet has no list of truth values in these places, and the `parquet` crate takes
                // no byte for any of them: it would read what follows as something else, and pass
                // over a billion of them for as long as it takes.
                if matches!(kind, 1 | 2) {
                    return Err(damaged());
                }
                (0..count).try_for_each(|_| self.skip(kind, depth + 1))
            }
            12 => self.fields(&mut |input, _, kind| input.skip(kind, depth + 1)),
            // Nor maps.
            _ => Err(damaged()),
        }
    }

    fn pass(&mut self, count: u64) -> Result<()> {
        let passed = io::copy(&mut self.0.by_ref().take(count), &mut io::sink())?;
        if passed == count { Ok(()) } else { Err(damaged()) }
    }
}

fn damaged() -> io::Error {
    io::Error::other("a header is damaged")
}

#[cfg(test)]
mod tests;
