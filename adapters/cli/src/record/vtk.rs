//! Points for ParaView: a `.pvd` file that lists a `.vtp` file for each tick, in a folder beside it, and a `.vti`
//! file for each field of it.
//!
//! All are XML of VTK. The numbers of a tick's files stand in binary behind the XML. Every entity is
//! a point with a vertex on it, so that it is seen as it is and can be filtered. A field is an image, with an
//! amount for each cell.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use flockwork_kernel::World;
use flockwork_kernel::columns::Scalar;
use flockwork_scheduler::FieldNow;

use super::frame::{Frame, Group, POSITION, Slot, Type, groups};
use super::{Head, Last, Writer};
use crate::failure::Failure;
use crate::output::{Draft, Ready, Target};
use crate::whole::WholeFolder;

/// A recording in the making.
pub(super) struct Vtk<'a> {
    draft: Draft<'a>,
    target: &'a Target,
    folder: WholeFolder,
    place: PathBuf,
    world: World,
    slots: Vec<Slot>,
    groups: Vec<Group>,
    /// The lines of the list.
    list: String,
}

impl<'a> Vtk<'a> {
    pub(super) fn begin(target: &'a Target, head: Head) -> Result<Self, Failure> {
        let place = target.file().map(place_of).ok_or_else(|| {
            Failure::usage("a .pvd recording needs a folder beside it, which a pipe has not")
        })?;
        if let Some(foreign) = foreign(&place) {
            return Err(Failure::usage(format_args!(
                "cannot write to {}: its ticks go to the folder {}, where {foreign} is in the way",
                target.named().display(),
                place.display()
            )));
        }
        let draft = target.draft()?;
        let folder = WholeFolder::begin(&place).map_err(|error| target.failed(&error))?;
        let groups = groups(&head.slots);
        let (world, slots) = (head.world, head.slots);
        Ok(Self { draft, target, folder, place, world, slots, groups, list: String::new() })
    }

    fn save(&mut self, frame: &Frame<'_>) -> io::Result<()> {
        let name = format!("tick-{:09}.vtp", frame.tick);
        let (head, arrays) = self.head(frame);
        let fill = |array: &Array<'_>, bytes: &mut Vec<u8>| self.fill(frame, *array, bytes);
        let path = self.folder.path().join(&name);
        put(&path, &head, &arrays, fill)?;
        self.note(frame, 0, &name);
        for (part, field) in (1..).zip(&frame.fields) {
            let known = |letter: char| letter.is_alphanumeric() || letter == '_';
            let label = field.name.replace(|letter| !known(letter), "_");
            let name = format!("tick-{:09}-{label}.vti", frame.tick);
            let fill = |amounts: &&[f32], bytes: &mut Vec<u8>| {
                bytes.extend(amounts.iter().flat_map(|amount| amount.to_le_bytes()));
            };
            let path = self.folder.path().join(&name);
            put(&path, &image(&self.world, frame.time, field), &[&field.amounts[..]], fill)?;
            self.note(frame, part, &name);
        }
        Ok(())
    }

    /// Adds a file to the list. Those of one tick are its parts, where they are several.
    fn note(&mut self, frame: &Frame<'_>, part: usize, name: &str) {
        let folder = self.place.file_name().unwrap_or_default().to_string_lossy();
        let file = escaped(&format!("{folder}/{name}"));
        let several = !frame.fields.is_empty();
        let part = if several { format!(" part=\"{part}\"") } else { String::new() };
        let time = frame.time;
        let _ = writeln!(self.list, "<DataSet timestep=\"{time:?}\"{part} file=\"{file}\"/>");
    }

    /// What comes before the numbers, and the arrays in their order.
    fn head(&self, frame: &Frame<'_>) -> (String, Vec<Array<'_>>) {
        let points = frame.len();
        let mut text = begun("PolyData", "", frame.time);
        let _ = writeln!(
            text,
            "<Piece NumberOfPoints=\"{points}\" NumberOfVerts=\"{points}\" NumberOfLines=\"0\" \
             NumberOfStrips=\"0\" NumberOfPolys=\"0\">"
        );
        let (mut arrays, mut offset) = (Vec::new(), 0);
        let mut array =
            |text: &mut String, kind: &str, name: &str, what: Array<'_>, size: usize| {
                let components = what.width();
                let _ = writeln!(
                    text,
                    "<DataArray type=\"{kind}\" Name=\"{}\" NumberOfComponents=\"{components}\" \
                 format=\"appended\" offset=\"{offset}\"/>",
                    escaped(name)
                );
                offset += 8 + points * components * size;
            };
        text.push_str("<PointData>\n");
        for group in self.groups.iter().filter(|group| group.name != POSITION) {
            let kind = self.kind(group);
            let name = if group.name == "v" { "velocity" } else { &group.name };
            array(&mut text, code(kind), name, Array::Of(group), kind.size());
            arrays.push(Array::Of(group));
        }
        text.push_str("</PointData>\n<Points>\n");
        if let Some(group) = self.groups.iter().find(|group| group.name == POSITION) {
            let kind = self.kind(group);
            array(&mut text, code(kind), "Points", Array::Of(group), kind.size());
            arrays.push(Array::Of(group));
        }
        text.push_str("</Points>\n<Verts>\n");
        array(&mut text, "Int32", "connectivity", Array::Count(0), 4);
        array(&mut text, "Int32", "offsets", Array::Count(1), 4);
        arrays.extend([Array::Count(0), Array::Count(1)]);
        text.push_str("</Verts>\n</Piece>\n</PolyData>\n");
        (text, arrays)
    }

    fn kind(&self, group: &Group) -> Type {
        self.slots[group.slots.start].kind()
    }

    /// Adds the numbers of an array.
    fn fill(&self, frame: &Frame<'_>, array: Array<'_>, bytes: &mut Vec<u8>) {
        match array {
            Array::Count(first) => {
                (first..first + frame.len() as u32).for_each(|at| bytes.extend(at.to_le_bytes()));
            }
            Array::Of(group) => {
                let size = self.kind(group).size();
                for entity in 0..frame.len() {
                    for slot in &self.slots[group.slots.clone()] {
                        let bits = frame.bits(slot, entity);
                        bytes.extend_from_slice(&bits.to_le_bytes()[..size]);
                    }
                    bytes.resize(bytes.len() + (group.width() - group.slots.len()) * size, 0);
                }
            }
        }
    }
}

/// The numbers of an array.
#[derive(Clone, Copy)]
enum Array<'g> {
    /// A group of columns.
    Of(&'g Group),
    /// Whole numbers from this one on.
    Count(u32),
}

impl Array<'_> {
    fn width(self) -> usize {
        match self {
            Self::Of(group) => group.width(),
            Self::Count(_) => 1,
        }
    }
}

impl<'a> Writer<'a> for Vtk<'a> {
    fn write(&mut self, frame: &Frame<'_>) -> Result<(), Failure> {
        self.save(frame).map_err(|error| self.target.failed(&error))
    }

    fn finish(self: Box<Self>, _: &Last) -> Result<Ready<'a>, Failure> {
        let Self { mut draft, target, folder, place, list, .. } = *self;
        let text = format!(
            "<?xml version=\"1.0\"?>\n<VTKFile type=\"Collection\" version=\"1.0\" \
             byte_order=\"LittleEndian\">\n<Collection>\n{list}</Collection>\n</VTKFile>\n"
        );
        draft.write_all(text.as_bytes()).map_err(|error| target.failed(&error))?;
        Ok(draft.finish()?.with_folder(folder, place))
    }
}

/// The begin of a file that holds one tick, up to what its pieces are.
fn begun(kind: &str, whole: &str, time: f64) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<VTKFile type=\"{kind}\" version=\"1.0\" \
         byte_order=\"LittleEndian\" header_type=\"UInt64\">\n<{kind}{whole}>\n<FieldData>\n\
         <DataArray type=\"Float64\" Name=\"TimeValue\" NumberOfTuples=\"1\" format=\"ascii\">\
         {time:?}</DataArray>\n</FieldData>\n"
    )
}

/// What comes before the amounts of a field: the corner of the world, and how many cells there are of what size.
fn image(world: &World, time: f64, field: &FieldNow) -> String {
    let (mut extent, mut sides) = (String::new(), String::new());
    for axis in 0..World::MOST_AXES {
        // There is no cell along z in the plane.
        let count = field.cells.get(axis).copied().unwrap_or(0);
        let length = world.axes().get(axis).map_or(1.0, |axis| f64::from(axis.length));
        let gap = if axis > 0 { " " } else { "" };
        let _ = write!(extent, "{gap}0 {count}");
        let _ = write!(sides, "{gap}{:?}", length / f64::from(count.max(1)));
    }
    let [x, y, z] = world.origin();
    let whole =
        format!(" WholeExtent=\"{extent}\" Origin=\"{x:?} {y:?} {z:?}\" Spacing=\"{sides}\"");
    let name = escaped(&field.name);
    begun("ImageData", &whole, time)
        + &format!(
            "<Piece Extent=\"{extent}\">\n<CellData Scalars=\"{name}\">\n<DataArray type=\"Float32\" \
             Name=\"{name}\" format=\"appended\" offset=\"0\"/>\n</CellData>\n</Piece>\n</ImageData>\n"
        )
}

/// Writes a file: what is told of its arrays, and then their bytes.
fn put<A>(
    path: &Path,
    head: &str,
    arrays: &[A],
    mut fill: impl FnMut(&A, &mut Vec<u8>),
) -> io::Result<()> {
    let mut file = BufWriter::new(File::create_new(path)?);
    write!(file, "{head}<AppendedData encoding=\"raw\">\n_")?;
    let mut bytes = Vec::new();
    for array in arrays {
        bytes.clear();
        fill(array, &mut bytes);
        file.write_all(&(bytes.len() as u64).to_le_bytes())?;
        file.write_all(&bytes)?;
    }
    file.write_all(b"\n</AppendedData>\n</VTKFile>\n")?;
    file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}

/// The folder of the ticks: of `a.pvd` it is `a-ticks`.
fn place_of(path: &Path) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_os_string();
    name.push("-ticks");
    path.with_file_name(name)
}

/// What is in the place of the folder and not of a former recording.
fn foreign(place: &Path) -> Option<String> {
    let entries = match std::fs::read_dir(place) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(_) => return Some("something else".to_string()),
    };
    let mut names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let own = |name: &str| name.ends_with(".vtp") || name.ends_with(".vti");
    names.find(|name| !(name.starts_with("tick-") && own(name)))
}

/// What VTK calls a type.
fn code(kind: Type) -> &'static str {
    match kind {
        Type::F64 => "Float64",
        Type::Of(Scalar::F32) => "Float32",
        Type::Of(Scalar::U64) => "UInt64",
        Type::Of(Scalar::U32) => "UInt32",
        Type::Of(Scalar::I32) => "Int32",
        Type::Of(Scalar::U16) => "UInt16",
        Type::Of(Scalar::U8 | Scalar::Bool) => "UInt8",
    }
}

/// Text inside quotes of XML.
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}

/// How many bytes an entity of these columns takes.
pub(super) fn size(slots: &[Slot]) -> u64 {
    let size = |group: Group| group.width() * slots[group.slots.start].kind().size();
    // Of the vertex on it there are two more.
    8 + groups(slots).into_iter().map(size).sum::<usize>() as u64
}
