//! Bounds what a Parquet file may ask for: it says itself how much memory its pages take.

use std::io::Read;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use parquet::basic::Encoding;
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

use super::thrift;
use crate::human;

/// The largest page that is read, in bytes. Writers make them of about 1 MiB.
const MOST_BYTES: u64 = 1 << 28;

/// Gzip makes nothing smaller than by this factor.
const MOST_GZIP: u64 = 1040;

/// A Parquet file whose pages are looked at before they are read.
pub(super) struct Bounded<R> {
    inner: R,
    /// How much of the page that comes stands before what is compressed.
    before: AtomicU64,
    gzip: bool,
}

impl<R> Bounded<R> {
    /// A file whose pages may be compressed with gzip.
    pub(super) fn new(inner: R, gzip: bool) -> Self {
        Self { inner, before: AtomicU64::new(0), gzip }
    }
}

/// Looks at the footer of a file.
///
/// # Errors
///
/// If it lists more than can be in it, or says of what is in it that it is something else.
pub(super) fn look(file: &impl ChunkReader) -> Result<()> {
    let len = file.len();
    if len < 8 {
        return Ok(());
    }
    let end = file.get_bytes(len - 8, 8)?;
    let footer = u64::from(u32::from_le_bytes([end[0], end[1], end[2], end[3]]));
    if &end[4..] == b"PAR1" && footer <= len - 8 {
        thrift::footer(file.get_read(len - 8 - footer)?.take(footer))?;
    }
    Ok(())
}

impl<R: Length> Length for Bounded<R> {
    fn len(&self) -> u64 {
        self.inner.len()
    }
}

/// A reader for which the end of the file is an error.
///
/// What reads the header of a page skips lists that it does not know, however long they claim to be,
/// and takes the end of the file for an element of them: a few hundred bytes keep it busy for minutes.
pub(super) struct Ends<T>(T);

impl<T: Read> Read for Ends<T> {
    fn read(&mut self, place: &mut [u8]) -> std::io::Result<usize> {
        match self.0.read(place)? {
            0 if !place.is_empty() => Err(std::io::ErrorKind::UnexpectedEof.into()),
            count => Ok(count),
        }
    }
}

impl<R: ChunkReader> ChunkReader for Bounded<R> {
    type T = Ends<R::T>;

    /// Is asked for the header of each page.
    fn get_read(&self, start: u64) -> Result<Self::T> {
        let header = thrift::page_header(self.inner.get_read(start)?)?;
        let whole = u64::try_from(header.whole).unwrap_or(u64::MAX);
        if whole > MOST_BYTES {
            return Err(too_large(whole));
        }
        self.before.store(header.before.try_into().unwrap_or(0), Ordering::Relaxed);
        Ok(Ends(self.inner.get_read(start)?))
    }

    /// Is asked for the content of each page.
    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let end = start.checked_add(length as u64);
        if end.is_none_or(|end| end > self.inner.len()) {
            return Err(ParquetError::EOF("it ends too early".to_string()));
        }
        if length as u64 > MOST_BYTES {
            return Err(too_large(length as u64));
        }
        let bytes = self.inner.get_bytes(start, length)?;
        if self.gzip && length as u64 > MOST_BYTES / MOST_GZIP {
            let before = self.before.load(Ordering::Relaxed) as usize;
            let packed = bytes.get(before..).unwrap_or(&[]);
            // It is unpacked twice, the first time into nothing: its length can be a lie.
            let mut content = MultiGzDecoder::new(packed).take(MOST_BYTES + 1);
            if std::io::copy(&mut content, &mut std::io::sink())? > MOST_BYTES {
                return Err(too_large(MOST_BYTES + 1));
            }
        }
        Ok(bytes)
    }
}

fn too_large(bytes: u64) -> ParquetError {
    ParquetError::General(format!(
        "a page is {} long: the longest that is read is {}",
        human::bytes(bytes),
        human::bytes(MOST_BYTES)
    ))
}

/// The pages of a column, held against one another.
pub(super) struct Pages<P> {
    inner: P,
    /// Whether there was a dictionary.
    dictionary: bool,
}

impl<P> Pages<P> {
    pub(super) fn new(inner: P) -> Self {
        Self { inner, dictionary: false }
    }

    fn check(&mut self, page: &Page) -> std::result::Result<(), &'static str> {
        match page {
            Page::DictionaryPage { buf, num_values, .. } => {
                if *num_values as usize > buf.len() {
                    return Err("a dictionary has more values than bytes");
                }
                self.dictionary = true;
            }
            Page::DataPage { encoding, .. } | Page::DataPageV2 { encoding, .. } => {
                let needs =
                    matches!(encoding, Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY);
                if needs && !self.dictionary {
                    return Err("a page needs a dictionary, and there is none");
                }
            }
        }
        Ok(())
    }
}

impl<P: PageReader> PageReader for Pages<P> {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.inner.get_next_page()?;
        if let Some(page) = &page {
            self.check(page).map_err(|problem| ParquetError::General(problem.to_string()))?;
        }
        Ok(page)
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.inner.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.inner.skip_next_page()
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        self.inner.at_record_boundary()
    }
}

impl<P: PageReader> Iterator for Pages<P> {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    /// A page of version 1 that says to be so long, without its content.
    fn header(whole: u32) -> Vec<u8> {
        let mut header = vec![0x15, 0, 0x15];
        let mut number = u64::from(whole) << 1;
        while number > 0x7f {
            header.push(number as u8 | 0x80);
            number >>= 7;
        }
        header.extend([number as u8, 0x15, 2, 0]);
        header
    }

    #[test]
    fn a_page_that_says_to_be_longer_than_may_be_is_refused() {
        let file = |whole| Bounded::new(Bytes::from(header(whole)), false);
        assert!(file(1 << 28).get_read(0).is_ok());
        for whole in [(1 << 28) + 1, i32::MAX as u32] {
            let problem = file(whole).get_read(0).err().unwrap().to_string();
            assert!(problem.contains("the longest that is read is 256 MiB"), "{problem}");
        }
        assert!(file(1).get_bytes(0, 1 << 30).is_err());
        assert!(file(1).get_bytes(u64::MAX, 2).is_err());
    }

    #[test]
    fn what_gzip_makes_longer_than_the_page_says_is_refused() {
        let mut part = GzEncoder::new(Vec::new(), Compression::fast());
        part.write_all(&vec![0; 1 << 22]).unwrap();
        let part = part.finish().unwrap();
        let packed = |times: usize| {
            let bytes = Bytes::from([&header(9)[..], &part.repeat(times)].concat());
            let file = Bounded::new(bytes.clone(), true);
            file.get_read(0).unwrap();
            let begin = header(9).len();
            file.get_bytes(begin as u64, bytes.len() - begin).map(|content| content.len())
        };
        assert_eq!(packed(2).unwrap(), 2 * part.len());
        let problem = packed(70).unwrap_err().to_string();
        assert!(problem.contains("the longest that is read is 256 MiB"), "{problem}");
    }

    #[test]
    fn what_skips_to_the_end_of_a_file_meets_an_error_there() {
        let bytes = Bytes::from(header(9).to_vec());
        let mut file = Bounded::new(bytes, false).get_read(0).unwrap();
        let whole = std::io::copy(&mut file.by_ref().take(3), &mut std::io::sink());
        assert_eq!(whole.unwrap(), 3);
        let error = std::io::copy(&mut file.take(1 << 20), &mut std::io::sink()).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn a_footer_that_lists_more_than_is_in_it_is_refused() {
        let footer = [0x49, 0xfc, 0xff, 0xff, 0xff, 0x3f, 6, 0, 0, 0, b'P', b'A', b'R', b'1'];
        assert!(look(&Bytes::from(footer.to_vec())).is_err());
        assert!(look(&Bytes::from_static(b"PAR1")).is_ok());
    }
}
