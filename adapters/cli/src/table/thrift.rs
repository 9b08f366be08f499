//! The few numbers of Parquet's own structures that say how much memory reading will take.
//!
//! The `parquet` crate trusts them; they are looked at before it does. The encoding is Thrift's
//! compact protocol.

use std::io::{self, Read, Result};

/// How deep structures may lie in one another; Parquet's own lie four deep.
const DEPTH: u32 = 16;

/// What the header of a page says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct PageHeader {
    /// The length of its content once it is decompressed, bytes.
    pub(super) whole: i64,
    /// How much of it stands before what is compressed, bytes.
    pub(super) before: i64,
}

/// Reads the header of a page.
pub(super) fn page_header(from: impl Read) -> Result<PageHeader> {
    let mut header = PageHeader::default();
    let mut input = Input(from);
    input.fields(&mut |input, id, kind| {
        match (id, kind) {
            (2, 5) => header.whole = input.signed()?,
            (8, 12) => input.fields(&mut |input, id, kind| match (id, kind) {
                (5 | 6, 5) => {
                    header.before = header.before.saturating_add(input.signed()?);
                    Ok(())
                }
                _ => input.skip(kind, 1),
            })?,
            _ => input.skip(kind, 0)?,
        }
        Ok(())
    })?;
    Ok(header)
}

/// The number of row groups that a footer says it lists.
pub(super) fn row_groups(footer: impl Read) -> Result<u64> {
    let mut groups = 0;
    Input(footer).fields(&mut |input, id, kind| {
        if (id, kind) != (4, 9) {
            return input.skip(kind, 0);
        }
        let (count, kind) = input.list()?;
        groups = count;
        (0..count).try_for_each(|_| input.skip(kind, 1))
    })?;
    Ok(groups)
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
            see(self, last, head & 15)?;
        }
    }

    fn skip(&mut self, kind: u8, depth: u32) -> Result<()> {
        if depth > DEPTH {
            return Err(damaged());
        }
        match kind {
            // A boolean field is in its type.
            1 | 2 => Ok(()),
            3 => self.pass(1),
            4..=6 => self.unsigned().map(drop),
            7 => self.pass(8),
            8 => {
                let len = self.unsigned()?;
                self.pass(len)
            }
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
mod tests {
    use super::*;

    #[test]
    fn a_page_header_says_how_long_its_page_is() {
        // Type 3, 300 bytes, 20 compressed, and of version 2: 4 bytes of levels twice.
        let v2 = [0x15, 6, 0x15, 0xd8, 4, 0x15, 40, 0x5c, 0x15, 2, 0x45, 8, 0x15, 8, 0, 0];
        let header = page_header(&v2[..]).unwrap();
        assert_eq!(header, PageHeader { whole: 300, before: 8 });
        for len in 0..v2.len() {
            assert!(page_header(&v2[..len]).is_err(), "{len}");
        }
    }

    #[test]
    fn structures_that_are_too_deep_or_endless_are_refused() {
        assert!(page_header(&[0x1c; 1 << 16][..]).is_err());
        assert!(page_header(&[0x18, 0xff, 0xff, 0xff, 0xff, 0x0f, 1][..]).is_err());
        assert!(page_header(&[0xff; 1 << 16][..]).is_err());
        // Fifteen billion row groups in six bytes.
        assert!(row_groups(&[0x49, 0xfc, 0xff, 0xff, 0xff, 0x3f][..]).is_err());
        assert_eq!(row_groups(&[0x49, 0x2c, 0, 0, 0][..]).unwrap(), 2);
        // A list of two truth values, in a field that nobody knows.
        assert!(row_groups(&[0x99, 0x21, 1, 2, 0][..]).is_err());
        assert!(page_header(&[0x99, 0x22, 1, 2, 0][..]).is_err());
    }
}
