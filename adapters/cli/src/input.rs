//! Opens and reads what a user names: always an end, never a wait, and no more than is allowed.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use crate::human;

/// Opens a file to read.
///
/// # Errors
///
/// What is there in its place: nothing, a folder, a named pipe (which might never be written to),
/// or a file without any byte.
pub(crate) fn open(path: &Path) -> Result<File, String> {
    let found = fs::metadata(path).map_err(|error| error.to_string())?;
    if found.is_dir() {
        return Err("it is a folder: it must be a file".to_string());
    }
    if is_named_pipe(path, &found) {
        return Err("it is a named pipe: it must be a file".to_string());
    }
    if found.is_file() && found.len() == 0 {
        return Err("it is empty".to_string());
    }
    File::open(path).map_err(|error| error.to_string())
}

/// Reads a file of at most this many bytes.
///
/// # Errors
///
/// As [`open`]; or that it is too long.
pub(crate) fn read(path: &Path, most: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut file = open(path)?.take(most.saturating_add(1));
    file.read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.is_empty() {
        return Err("it is empty".to_string());
    }
    if bytes.len() as u64 > most {
        return Err(format!("it is longer than {}, the most that is read", human::bytes(most)));
    }
    Ok(bytes)
}

/// What to say about bytes that are not UTF-8 text, by how they begin; None if they may be.
pub(crate) fn foreign_text(bytes: &[u8]) -> Option<String> {
    let wide = match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => true,
        // Without a mark, every other byte of plain text is 0.
        [first, second, ..] => (*first == 0) != (*second == 0),
        _ => false,
    };
    wide.then(|| {
        "it is UTF-16 text, as Windows PowerShell writes it: it must be UTF-8, which \
         `Get-Content OLD | Set-Content -Encoding utf8 NEW` makes of it"
            .to_string()
    })
}

/// A pipe with a name. One without, which a shell makes of `<(command)`, has somebody who writes.
#[cfg(unix)]
fn is_named_pipe(path: &Path, found: &fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    let anonymous = ["/dev", "/proc"].iter().any(|folder| path.starts_with(folder));
    found.file_type().is_fifo() && !anonymous
}

#[cfg(not(unix))]
fn is_named_pipe(_: &Path, _: &fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_file_of_the_allowed_length_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        assert!(read(&path, 9).is_err());
        fs::write(&path, "").unwrap();
        assert_eq!(read(&path, 9), Err("it is empty".to_string()));
        fs::write(&path, "123456789").unwrap();
        assert_eq!(read(&path, 9).unwrap(), b"123456789");
        assert!(read(&path, 8).unwrap_err().contains("longer than 8.00 B"));
        assert!(read(folder.path(), 8).unwrap_err().contains("a folder"));
        // It has no end.
        #[cfg(unix)]
        assert!(read(Path::new("/dev/zero"), 1 << 16).unwrap_err().contains("longer than"));
    }

    #[test]
    fn text_of_16_bits_is_known_with_and_without_a_mark() {
        for wide in [&b"\xff\xfem\0o\0"[..], b"\xfe\xff\0m\0o", b"m\0o\0", b"\0m\0o"] {
            assert!(foreign_text(wide).unwrap().contains("UTF-8"), "{wide:?}");
        }
        for plain in [&b""[..], b"m", b"model", b"\xef\xbb\xbfmodel", b"\0\0"] {
            assert_eq!(foreign_text(plain), None, "{plain:?}");
        }
    }
}
