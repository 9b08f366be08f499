//! Writes the entities of chosen ticks, in the format that the name of the file says.
//!
//! | ending | what | module |
//! | --- | --- | --- |
//! | `.parquet`, `.pq`, none | a Parquet table: one row group per tick | `parquet` |
//! | `.xyz`, `.extxyz` | extended XYZ, for OVITO and ASE | `xyz` |
//! | `.lammpstrj` | a dump of LAMMPS | `lammps` |
//! | `.pvd` | a `.vtp` file for each tick, for ParaView | `vtk` |
//! | `.npz` | arrays of NumPy | `npz` |
//!
//! Formats of text share `text`.
//!
//! The columns are those of the model that travel, or those that are chosen; one of several components
//! is spread over `genes_0`, `genes_1` and so on. In a world with an origin positions are those of the
//! tables that it reads: in 64 bits, with the origin added. Fields are recorded where a format has a place for
//! grids, as VTK and NumPy have; for others there is the table of `--fields`.

mod choice;
mod frame;
mod lammps;
#[cfg(feature = "npz")]
mod npz;
#[cfg(feature = "parquet")]
mod parquet;
mod text;
mod unwrap;
mod vtk;
mod xyz;

use std::fs;
use std::path::Path;

use flockwork_kernel::World;
use flockwork_kernel::columns::Column;
use flockwork_scheduler::FieldNow;
use flockwork_scheduler_native::AnySimulation;

use crate::args::RecordArgs;
use crate::failure::{self, Failure};
use crate::human;
use crate::made::Made;
use crate::output::{self, Ready, Target};
use crate::parts::{NPZ, PARQUET};
use crate::report::Report;
use crate::rows::{self, Field};
use crate::series::Ticks;
use crate::together::together;
use crate::watch::Watcher;
pub(crate) use choice::Entities;
use frame::{Frame, Slot};
use text::Text;
use unwrap::Unwrapped;

/// The most ticks that one Parquet file can hold.
const MOST_TICKS: u64 = 32_767;

/// A format of recordings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Parquet,
    Xyz,
    Lammps,
    Vtk,
    Npz,
}

impl Kind {
    /// All of them, each with its usual ending.
    const ALL: [(&'static str, Self); 5] = [
        ("parquet", Self::Parquet),
        ("npz", Self::Npz),
        ("pvd", Self::Vtk),
        ("xyz", Self::Xyz),
        ("lammpstrj", Self::Lammps),
    ];

    /// That of a file with this name.
    fn of(path: &Path) -> Self {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        match ending.as_deref() {
            Some("extxyz") => Self::Xyz,
            Some(ending) => {
                let known = Self::ALL.iter().find(|(known, _)| *known == ending);
                known.map_or(Self::Parquet, |(_, kind)| *kind)
            }
            None => Self::Parquet,
        }
    }

    /// Whether its files say where entities are, whatever columns are chosen.
    fn has_places(self) -> bool {
        matches!(self, Self::Xyz | Self::Lammps | Self::Vtk)
    }

    /// Whether its files have a place for grids, as fields are.
    fn has_fields(self) -> bool {
        matches!(self, Self::Vtk | Self::Npz)
    }

    /// The usual ending of its files.
    fn ending(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(ending, _)| ending)
    }

    /// What is said of fields where there is no place for them.
    fn no_place(self) -> String {
        format!(
            "a recording in .{} has no place: --fields FILE.csv or FILE.parquet has them, and so have \
             recordings in .npz and .pvd",
            self.ending()
        )
    }

    /// About how many bytes an entity of a tick takes.
    fn size(self, slots: &[Slot], entities: u64) -> u64 {
        let binary: usize = slots.iter().map(|slot| slot.kind().size()).sum();
        match self {
            // The tick, of which there is one for all, is squeezed.
            Self::Parquet | Self::Npz => binary as u64,
            Self::Vtk => vtk::size(slots),
            Self::Xyz => xyz::size(slots, entities),
            Self::Lammps => lammps::size(slots, entities),
        }
    }

    fn begin<'a>(
        self,
        target: &'a Target,
        head: Head,
    ) -> Result<Box<dyn Writer<'a> + 'a>, Failure> {
        Ok(match self {
            #[cfg(feature = "parquet")]
            Self::Parquet => Box::new(parquet::Recording::begin(target, head)?),
            #[cfg(not(feature = "parquet"))]
            Self::Parquet => return Err(Failure::Usage(PARQUET.missing("--record"))),
            #[cfg(feature = "npz")]
            Self::Npz => Box::new(npz::Npz::begin(target, head)?),
            #[cfg(not(feature = "npz"))]
            Self::Npz => return Err(Failure::Usage(NPZ.missing("--record"))),
            Self::Xyz => Box::new(Text::begin(target, xyz::Xyz::new(head))?),
            Self::Lammps => Box::new(Text::begin(target, lammps::Dump::new(head))?),
            Self::Vtk => Box::new(vtk::Vtk::begin(target, head)?),
        })
    }
}

/// What a file holds, as far as it is known before the first tick.
struct Head {
    world: World,
    /// The columns.
    slots: Vec<Slot>,
    /// The name of each field, and how many cells it has along each axis.
    #[cfg_attr(not(feature = "npz"), allow(dead_code))]
    fields: Vec<(String, Vec<u32>)>,
    /// The column whose values become species.
    species: Option<Slot>,
    /// Texts by key.
    about: Vec<(&'static str, String)>,
}

/// What is known at the end.
#[cfg_attr(not(any(feature = "npz", feature = "parquet")), allow(dead_code))]
struct Last {
    /// The fingerprint of the state in which the run ended.
    fingerprint: String,
}

/// Writes one format.
trait Writer<'a> {
    /// Adds the entities of a tick.
    fn write(&mut self, frame: &Frame<'_>) -> Result<(), Failure>;
    /// Ends the file: all of it is on the disk, but not yet in its place.
    fn finish(self: Box<Self>, last: &Last) -> Result<Ready<'a>, Failure>;
}

/// Texts by key as one text in JSON.
#[cfg(feature = "npz")]
fn about_json(about: &[(&'static str, String)]) -> String {
    let all = about.iter().map(|(key, text)| ((*key).to_string(), text.clone().into()));
    serde_json::Value::Object(all.collect()).to_string()
}

/// A recording in progress.
pub(crate) struct Recorder<'a> {
    /// None where the first process writes for this one.
    writer: Option<Box<dyn Writer<'a> + 'a>>,
    entities: Entities,
    /// The places of the fields that are recorded.
    fields: Vec<usize>,
    unwrap: Option<Unwrapped>,
    dt: f64,
    /// Whether the first process writes the entities of all.
    gathers: bool,
    ticks: Ticks,
}

impl<'a> Recorder<'a> {
    /// Begins a recording of these ticks; `about` is kept in the file as text by key.
    pub(crate) fn new(
        place: &'a Place,
        ticks: Ticks,
        args: &RecordArgs,
        simulation: &dyn AnySimulation,
        about: Vec<(&'static str, String)>,
    ) -> Result<Self, Failure> {
        let setup = simulation.setup();
        let fields = rows::placed(simulation.schema(), &setup.world);
        let grids = simulation.fields()?;
        let Chosen { slots, grids: chosen, entities } =
            chosen(args, place.kind, &fields, &grids, &setup.world)?;
        let species = args.record_species.as_deref().map(|name| {
            let field = fields.iter().find(|field| field.name == name);
            field.cloned().map(Slot::of).ok_or_else(|| {
                let known = fields.iter().map(|field| field.name.as_str());
                Failure::usage(format_args!(
                    "--record-species: {}",
                    human::unknown("column", name, known)
                ))
            })
        });
        let writes = !(place.gathers() && failure::silent());
        let grid = |at: &usize| (grids[*at].name.clone(), grids[*at].cells.clone());
        let head = Head {
            world: setup.world,
            slots,
            fields: chosen.iter().map(grid).collect(),
            species: species.transpose()?,
            about,
        };
        Ok(Self {
            writer: writes.then(|| place.kind.begin(&place.target, head)).transpose()?,
            entities,
            fields: chosen,
            unwrap: args.record_unwrapped.then(|| Unwrapped::new(&setup.world, &fields)),
            dt: setup.dt.into(),
            gathers: place.gathers(),
            ticks,
        })
    }

    fn record(&mut self, simulation: &dyn AnySimulation) -> Result<(), Failure> {
        let rows = if self.gathers { simulation.rows()? } else { simulation.own_rows()? };
        let mut fields = Vec::new();
        if !self.fields.is_empty() {
            fields = simulation.fields()?;
            let mut at = 0..;
            fields.retain(|_| at.next().is_some_and(|at| self.fields.contains(&at)));
        }
        let Some(writer) = &mut self.writer else { return Ok(()) };
        let rows: Vec<&[u8]> = rows::each(&rows).filter(|row| self.entities.has(row)).collect();
        let unwrapped = self.unwrap.as_mut().map(|unwrap| unwrap.look(&rows));
        let tick = simulation.tick();
        let time = tick as f64 * self.dt;
        writer.write(&Frame::new(tick, time, rows, unwrapped.unwrap_or_default(), fields))
    }
}

impl<'a> Watcher<'a> for Recorder<'a> {
    fn ticks_left(&self, tick: u64) -> u64 {
        self.ticks.left(tick)
    }

    fn look(&mut self, simulation: &mut dyn AnySimulation) -> Result<(), Failure> {
        if !self.ticks.has(simulation.tick()) {
            return Ok(());
        }
        let own = self.record(simulation);
        together(simulation, own, "another rank could not write its recording", || {})
    }

    fn finish(self: Box<Self>, report: &Report) -> Result<Option<Ready<'a>>, Failure> {
        let last = Last { fingerprint: report.fingerprint.to_string() };
        self.writer.map(|writer| writer.finish(&last)).transpose()
    }
}

/// What of a tick is recorded.
struct Chosen {
    slots: Vec<Slot>,
    /// The places of fields.
    grids: Vec<usize>,
    entities: Entities,
}

/// The columns, fields and entities that are chosen.
fn chosen(
    args: &RecordArgs,
    kind: Kind,
    fields: &[Field],
    grids: &[FieldNow],
    world: &World,
) -> Result<Chosen, Failure> {
    let places = World::COORDINATES[..world.axes().len()].join(",");
    let names = args.record_columns.as_ref().map(|names| match kind.has_places() {
        true => format!("{names},{places}"),
        false => names.clone(),
    });
    let wrong = |option: &str, problem: String| Failure::Usage(format!("{option}: {problem}"));
    let known: Vec<&str> = grids.iter().map(|grid| grid.name.as_str()).collect();
    let (mut slots, mut grids) = choice::columns(fields, &known, names.as_deref())
        .map_err(|problem| wrong("--record-columns", problem))?;
    if !kind.has_fields() {
        if let (Some(_), Some(at)) = (&names, grids.first()) {
            let problem = format!("`{}` is a field, for which {}", known[*at], kind.no_place());
            return Err(wrong("--record-columns", problem));
        }
        grids.clear();
    }
    if args.record_unwrapped {
        slots.extend(choice::unwrapped(world));
    }
    let entities = Entities::read(args.record_entities.as_deref(), fields)
        .map_err(|problem| wrong("--record-entities", problem))?;
    Ok(Chosen { slots, grids, entities })
}

/// What `flockwork check` says of recordings: how large a tick of so many entities and cells of fields is in each
/// format.
pub(crate) fn sizes(schema: &[Column], world: &World, entities: u64, cells: u64) -> String {
    let slots: Vec<Slot> = rows::placed(schema, world).into_iter().map(Slot::of).collect();
    let each = Kind::ALL.map(|(ending, kind)| {
        let cells = if kind.has_fields() { 4 * cells } else { 0 };
        let bytes = kind.size(&slots, entities).saturating_mul(entities).saturating_add(cells);
        format!("{} .{ending}", human::bytes(bytes))
    });
    each.join(", ")
}

/// Bytes of memory that a recording takes besides what the run does: the rows of a tick, a reference to each, and a
/// column; what is in the cells of fields, and the bytes of it.
pub(crate) fn memory(schema: &[Column], entities: u64, cells: u64) -> u64 {
    let row: usize = rows::fields(schema).iter().map(|field| field.scalar.size()).sum();
    (row as u64 + 16 + 8).saturating_mul(entities).saturating_add(8 * cells)
}

/// Where a recording goes: one file if there is one process alone, or if its format asks for that;
/// otherwise a folder in which each process has a file of its own.
pub(crate) struct Place {
    target: Target,
    kind: Kind,
    /// A folder that was made and in which there is nothing in the end goes too.
    _made: Made,
}

impl Place {
    /// Checks that a recording can be written to `path`.
    pub(crate) fn new(path: &Path, args: &RecordArgs) -> Result<Self, Failure> {
        let (number, of) = failure::process();
        let kind = Kind::of(path);
        PARQUET.needed_by("--record", kind == Kind::Parquet)?;
        NPZ.needed_by("--record FILE.npz", kind == Kind::Npz)?;
        if of == 1 || kind != Kind::Parquet {
            let target = Target::new(path, &output::RECORDING)?;
            return Ok(Self { target, kind, _made: Made::default() });
        }
        if args.record_unwrapped {
            return Err(Failure::usage(
                "--record-unwrapped follows every entity, which several processes cannot do in a folder \
                 of Parquet files: record into a file of another format, such as .npz",
            ));
        }
        let made = Made::folder(path).map_err(|error| {
            Failure::usage(format_args!("cannot make the folder {}: {error}", path.display()))
        })?;
        let target = Target::own(&path.join(file_name(number)), &output::RECORDING)?;
        Ok(Self { target, kind, _made: made })
    }

    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    /// Whether the first process writes the entities of all.
    fn gathers(&self) -> bool {
        failure::process().1 > 1 && self.kind != Kind::Parquet
    }

    /// What is to be said of fields that a recording leaves out; None if it has them.
    pub(crate) fn without_fields(&self) -> Option<String> {
        (!self.kind.has_fields()).then(|| format!("for fields {}", self.kind.no_place()))
    }

    /// Checks that a recording can hold so many ticks, one of `every`.
    pub(crate) fn holds(&self, ticks: u64, every: u64) -> Result<(), Failure> {
        if self.kind != Kind::Parquet || ticks / every < MOST_TICKS {
            return Ok(());
        }
        Err(Failure::usage(format_args!(
            "--record would hold {} ticks, but a file can hold {}: --every must be at least {}",
            human::count(ticks / every + 1),
            human::count(MOST_TICKS),
            ticks / (MOST_TICKS - 1) + 1
        )))
    }

    /// Removes the files of a former recording that had more processes: they would be taken for a
    /// part of this one.
    pub(crate) fn remove_former(&self) {
        let (number, of) = failure::process();
        let folder = self.target.file().and_then(Path::parent);
        let Some(folder) = folder.filter(|_| number == 0 && of > 1 && !self.gathers()) else {
            return;
        };
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            if name.to_str().and_then(number_of).is_some_and(|number| number >= of) {
                // One that cannot be removed is not worth the recording.
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// The name of a process's file.
fn file_name(number: u32) -> String {
    format!("rank-{number:04}.parquet")
}

/// The process whose file has this name.
fn number_of(name: &str) -> Option<u32> {
    let number = name.strip_prefix("rank-")?.strip_suffix(".parquet")?.parse().ok()?;
    (file_name(number) == name).then_some(number)
}
