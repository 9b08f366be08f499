//! Where a command writes: found and tried before the run begins.
//!
//! A path is tried first, so that an hour's run does not end at a missing folder, at a name that is
//! too long, or at a file that cannot be replaced. It must not be a file that the command reads, nor
//! that of another output, and its name must not promise another format. The content then comes
//! whole or not at all: see [`crate::whole`].
//!
//! A character device such as `/dev/null`, and a pipe that somebody reads, are written to directly.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::failure::{self, Failure};
use crate::whole::{self, Finished, Whole, WholeFolder, folder_of};

/// What a file is to hold, and how its name may end.
#[derive(Debug)]
pub(crate) struct Format {
    /// What it is called.
    what: &'static str,
    /// The endings that say so; empty if all may that belong to no other format.
    endings: &'static [&'static str],
}

pub(crate) const REPORT: Format = Format { what: "JSON", endings: &["json"] };
pub(crate) const RECORDING: Format = Format {
    what: "a recording",
    endings: &["parquet", "pq", "xyz", "extxyz", "lammpstrj", "pvd", "npz"],
};
pub(crate) const SERIES: Format =
    Format { what: "a table in CSV or Parquet", endings: &["csv", "parquet", "pq"] };
pub(crate) const PICTURE: Format = Format { what: "a PNG picture", endings: &["png"] };
#[cfg(feature = "plot")]
pub(crate) const FIGURE: Format = Format { what: "an SVG figure", endings: &["svg"] };
#[cfg(feature = "plot")]
pub(crate) const PAGE: Format = Format { what: "an HTML page", endings: &["html", "htm"] };
pub(crate) const SCENARIO: Format = Format { what: "a TOML scenario", endings: &["toml"] };
pub(crate) const LOG: Format = Format { what: "lines of JSON", endings: &["jsonl", "ndjson"] };
pub(crate) const SNAPSHOT: Format = Format { what: "a snapshot", endings: &[] };

/// Endings that a snapshot must not have.
const OTHERS: [&str; 15] = [
    "json",
    "jsonl",
    "ndjson",
    "parquet",
    "pq",
    "png",
    "svg",
    "html",
    "toml",
    "csv",
    "xyz",
    "extxyz",
    "lammpstrj",
    "pvd",
    "npz",
];

impl Format {
    /// Checks that a name does not promise something else. One without an ending promises nothing.
    fn fits(&self, path: &Path) -> Result<(), String> {
        let Some(ending) = path.extension() else { return Ok(()) };
        let ending = ending.to_string_lossy().to_lowercase();
        let good = match self.endings {
            [] => !OTHERS.contains(&ending.as_str()),
            endings => endings.contains(&ending.as_str()),
        };
        if good {
            return Ok(());
        }
        let allowed = match self.endings {
            [] => format!("must not end in .{}", OTHERS.join(", .")),
            endings => format!("must end in .{}", endings.join(" or .")),
        };
        Err(format!("it is to hold {}, so its name {allowed}", self.what))
    }
}

/// A path that a command will write to; it was possible to write there when this was made.
#[derive(Debug)]
pub(crate) struct Target {
    /// As the user named it.
    named: PathBuf,
    place: Place,
}

#[derive(Debug)]
enum Place {
    /// A file that is there or will be; links are followed.
    File(PathBuf),
    /// A device or a pipe.
    Stream(File),
    /// Another process writes it.
    Elsewhere,
}

impl Target {
    /// Checks that `path` can be written. Of several processes only the first one writes there.
    pub(crate) fn new(path: &Path, format: &Format) -> Result<Self, Failure> {
        if failure::silent() {
            return Ok(Self { named: path.to_path_buf(), place: Place::Elsewhere });
        }
        Self::own(path, format)
    }

    /// Checks that `path`, which is this process's alone, can be written.
    pub(crate) fn own(path: &Path, format: &Format) -> Result<Self, Failure> {
        let named = path.to_path_buf();
        let place = locate(path, format).map_err(|problem| unusable(path, &problem))?;
        Ok(Self { named, place })
    }

    /// As [`Target::new`] for a path that may not be wanted.
    pub(crate) fn optional(path: Option<&Path>, format: &Format) -> Result<Option<Self>, Failure> {
        path.map(|path| Self::new(path, format)).transpose()
    }

    /// The path as the user named it.
    pub(crate) fn named(&self) -> &Path {
        &self.named
    }

    /// Where the file is or will be, with links followed; None for a device or a pipe.
    pub(crate) fn file(&self) -> Option<&Path> {
        match &self.place {
            Place::File(path) => Some(path),
            Place::Stream(_) | Place::Elsewhere => None,
        }
    }

    /// What to say where writing has failed.
    pub(crate) fn failed(&self, error: &dyn std::fmt::Display) -> Failure {
        Failure::run(format_args!("cannot write {}: {error}", self.named.display()))
    }

    /// Begins to write; nothing is at the path before [`Ready::publish`], and nothing is left if
    /// what was begun is dropped.
    pub(crate) fn draft(&self) -> Result<Draft<'_>, Failure> {
        let begin = || match &self.place {
            Place::File(path) => {
                let permissions = fs::metadata(path).ok().map(|found| found.permissions());
                Whole::begin(folder_of(path), permissions).map(Content::Whole)
            }
            Place::Stream(file) => file.try_clone().map(Content::Stream),
            Place::Elsewhere => Ok(Content::Nothing),
        };
        let content = begin().map_err(|error| self.failed(&error))?;
        Ok(Draft { target: self, content })
    }

    /// Brings the whole content to the disk, but not yet to its place.
    pub(crate) fn prepare(&self, content: &[u8]) -> Result<Ready<'_>, Failure> {
        let mut draft = self.draft()?;
        draft.write_all(content).map_err(|error| self.failed(&error))?;
        draft.finish()
    }

    /// Writes the whole content.
    pub(crate) fn write(&self, content: &[u8]) -> Result<(), Failure> {
        self.prepare(content)?.publish()
    }
}

/// A file being written.
pub(crate) struct Draft<'a> {
    target: &'a Target,
    content: Content,
}

enum Content {
    Whole(Whole),
    Stream(File),
    Nothing,
}

impl<'a> Draft<'a> {
    /// Brings all that was written to the disk.
    pub(crate) fn finish(self) -> Result<Ready<'a>, Failure> {
        let Self { target, content } = self;
        let file = match content {
            Content::Whole(whole) => Some(whole.finish().map_err(|error| target.failed(&error))?),
            Content::Stream(_) | Content::Nothing => None,
        };
        Ok(Ready { target, file, folder: None })
    }
}

impl Write for Draft<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.content {
            Content::Whole(whole) => whole.write(bytes),
            Content::Stream(file) => file.write(bytes),
            Content::Nothing => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.content {
            Content::Whole(whole) => whole.flush(),
            Content::Stream(file) => file.flush(),
            Content::Nothing => Ok(()),
        }
    }
}

/// A file that is complete, but not yet in its place.
pub(crate) struct Ready<'a> {
    target: &'a Target,
    /// None where it was written directly.
    file: Option<Finished>,
    /// A folder that belongs to it, with its place.
    folder: Option<(WholeFolder, PathBuf)>,
}

impl Ready<'_> {
    /// Adds a folder that comes to its place just before the file.
    pub(crate) fn with_folder(self, folder: WholeFolder, place: PathBuf) -> Self {
        Self { folder: Some((folder, place)), ..self }
    }

    /// Puts the file in its place.
    pub(crate) fn publish(self) -> Result<(), Failure> {
        let Self { target, file, folder } = self;
        if let Some((folder, place)) = folder {
            folder.publish(&place).map_err(|error| target.failed(&error))?;
        }
        match (file, &target.place) {
            (Some(file), Place::File(path)) => {
                file.publish(path).map_err(|error| target.failed(&error))
            }
            _ => Ok(()),
        }
    }

    /// As [`Ready::publish`], where nothing must be yet.
    pub(crate) fn publish_new(self) -> Result<(), Failure> {
        let Self { target, file, .. } = self;
        match (file, &target.place) {
            (Some(file), Place::File(path)) => {
                file.publish_new(path).map_err(|error| target.failed(&error))
            }
            _ => Ok(()),
        }
    }
}

fn unusable(path: &Path, problem: &dyn std::fmt::Display) -> Failure {
    Failure::usage(format_args!("cannot write to {}: {problem}", path.display()))
}

/// Finds the place of a path, and tries it.
fn locate(path: &Path, format: &Format) -> Result<Place, String> {
    if path.as_os_str().is_empty() {
        return Err("the path is empty".to_string());
    }
    let place = match fs::metadata(path) {
        Ok(found) if found.is_dir() => return Err("it is a folder".to_string()),
        Ok(found) if !found.is_file() => return stream(path, &found).map(Place::Stream),
        Ok(found) => {
            let place = fs::canonicalize(path).map_err(|error| error.to_string())?;
            replaceable(&place, &found)?;
            place
        }
        Err(error) if error.kind() == ErrorKind::NotFound => new_file(path)?,
        // Such as a name that is too long.
        Err(error) => return Err(error.to_string()),
    };
    format.fits(&place)?;
    let folder = folder_of(&place);
    whole::sweep(folder);
    whole::try_folder(folder).map_err(|error| error.to_string())?;
    Ok(Place::File(place))
}

/// The place of a file that is not there yet.
fn new_file(path: &Path) -> Result<PathBuf, String> {
    if let Ok(to) = fs::read_link(path) {
        return Err(format!("it is a link to {}, which is not there", to.display()));
    }
    if path.as_os_str().as_encoded_bytes().last().is_some_and(|byte| is_separator(*byte)) {
        return Err("it names a folder".to_string());
    }
    let folder = folder_of(path);
    let found = fs::metadata(folder)
        .map_err(|error| format!("the folder {}: {error}", folder.display()))?;
    match path.file_name() {
        // Two names of one file must give one path.
        Some(name) if found.is_dir() => {
            let folder = fs::canonicalize(folder).map_err(|error| error.to_string())?;
            Ok(folder.join(name))
        }
        _ => Err(format!("{} is not a folder", folder.display())),
    }
}

fn is_separator(byte: u8) -> bool {
    std::path::is_separator(char::from(byte))
}

/// Checks that a file that is there can be replaced by another one.
fn replaceable(path: &Path, found: &Metadata) -> Result<(), String> {
    if found.permissions().readonly() {
        return Err("the file is read-only".to_string());
    }
    // Finds what permissions do not tell, such as a file that must not be changed. Nothing of it is.
    File::options().append(true).open(path).map_err(|error| error.to_string())?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let folder = fs::metadata(folder_of(path)).map_err(|error| error.to_string())?;
        let own = rustix::process::geteuid().as_raw();
        let sticky = folder.mode() & 0o1000 != 0;
        if sticky && own != 0 && own != found.uid() && own != folder.uid() {
            return Err(
                "the file is another user's, and in this folder nobody else may replace it"
                    .to_string(),
            );
        }
    }
    Ok(())
}

/// Opens what is no file, without waiting for anybody.
#[cfg(unix)]
fn stream(path: &Path, found: &Metadata) -> Result<File, String> {
    use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};

    use rustix::fs::OFlags;
    use rustix::io::Errno;

    let kind = found.file_type();
    if !kind.is_char_device() && !kind.is_fifo() {
        return Err("it is neither a file nor a pipe".to_string());
    }
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = File::options().write(true).custom_flags(flags.bits() as i32).open(path);
    let file = file.map_err(|error| {
        // That is what a pipe without a reader gives.
        if kind.is_fifo() && error.raw_os_error() == Some(Errno::NXIO.raw_os_error()) {
            return "it is a pipe that nobody reads".to_string();
        }
        error.to_string()
    })?;
    let blocking = rustix::fs::fcntl_getfl(&file)
        .and_then(|flags| rustix::fs::fcntl_setfl(&file, flags - OFlags::NONBLOCK));
    blocking.map_err(|error| error.to_string())?;
    Ok(file)
}

#[cfg(not(unix))]
fn stream(path: &Path, _found: &Metadata) -> Result<File, String> {
    File::options().write(true).open(path).map_err(|error| error.to_string())
}

/// Which file a path names, whatever its spelling.
#[derive(Debug, PartialEq, Eq)]
enum Identity {
    /// One that is there, by device and number.
    #[cfg(unix)]
    Node(u64, u64),
    /// Another one, by its path without links.
    Path(PathBuf),
}

impl Identity {
    fn of(path: &Path) -> Self {
        #[cfg(unix)]
        if let Ok(found) = fs::metadata(path) {
            use std::os::unix::fs::MetadataExt;
            return Self::Node(found.dev(), found.ino());
        }
        Self::Path(fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf()))
    }
}

/// Checks that no two outputs are the same file.
pub(crate) fn all_differ<'a>(targets: impl IntoIterator<Item = &'a Target>) -> Result<(), Failure> {
    let mut seen: Vec<Identity> = Vec::new();
    for target in targets {
        let Some(path) = target.file() else { continue };
        let identity = Identity::of(path);
        if seen.contains(&identity) {
            return Err(Failure::usage(format_args!(
                "two outputs go to {}: each needs a file of its own",
                target.named.display()
            )));
        }
        seen.push(identity);
    }
    Ok(())
}

/// Checks that no output is a file that the command reads: each of those has a word for what it is.
pub(crate) fn keep_inputs<'a>(
    targets: impl IntoIterator<Item = &'a Target>,
    inputs: &[(&str, &Path)],
) -> Result<(), Failure> {
    for target in targets {
        let Some(path) = target.file() else { continue };
        let identity = Identity::of(path);
        if let Some((what, _)) = inputs.iter().find(|(_, input)| Identity::of(input) == identity) {
            let problem = format!("it is {what}, which would be lost");
            return Err(unusable(&target.named, &problem));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
