//! The tables `[field.NAME]` of a scenario: how many cells a field has, and what is in them at first.

use std::path::Path;

use flockwork_kernel::columns::{Column, Reach};
use flockwork_kernel::lattice::Lattice;
use flockwork_kernel::{Space, Vector, World};
use flockwork_scheduler::field::{MOST, MOST_CELLS};
use flockwork_scheduler::{Sown, Start, Table};
use flockwork_scheduler_native::Entry;

use super::reader::Reader;
use super::source::{Item, Value};
#[cfg(not(feature = "picture"))]
use crate::parts::PICTURE;
use crate::table::choice::Choice;
use crate::table::{self as tables, Most};
#[cfg(feature = "picture")]
use crate::{human, input};

/// The keys of a table.
pub(super) const KEYS: [&str; 3] = ["cells", "start", "most"];

/// What the amount of white is where nothing else is said.
const WHITE: f32 = 1000.0;

/// The columns of a table of amounts: the place of a cell, and what is in it.
pub(crate) const COLUMNS: [&str; 4] = ["x", "y", "z", "amount"];

impl Reader<'_> {
    /// Reads all of them; None if something is wrong.
    pub(super) fn fields(
        &mut self,
        entry: Option<&Entry>,
        world: &World,
        folder: &Path,
    ) -> Option<Vec<(String, Sown)>> {
        let mut fields = Vec::new();
        let mut good = true;
        for field in entry?.fields() {
            match self.field(field.name, world, folder) {
                Ok(None) => {}
                Ok(Some(sown)) => fields.push((field.name.to_string(), sown)),
                Err(Some((item, problem))) => {
                    self.source.blame(&item, &format!("`{}`: {problem}", item.path));
                    good = false;
                }
                Err(None) => good = false,
            }
        }
        good.then_some(fields)
    }

    /// Reads one, if there is something of it; what is wrong and where, unless that is told already.
    fn field(
        &mut self,
        name: &str,
        world: &World,
        folder: &Path,
    ) -> Result<Option<Sown>, Option<(Item, String)>> {
        let [cells, start, most] =
            KEYS.map(|key| self.source.get(&format!("field.{name}.{key}")).cloned());
        let mut sown = Sown::default();
        if let Some(item) = &cells {
            let axes = world.axes().len();
            let count = |count: &f64| {
                let whole = count.fract() == 0.0 && (1.0..=f64::from(MOST_CELLS)).contains(count);
                whole.then_some(*count as u32)
            };
            let counts = match &item.value {
                Value::List(counts) if counts.len() == axes => counts.iter().map(count).collect(),
                _ => None,
            };
            let Some(counts) = counts else {
                let allowed = format!("a list of {axes} whole numbers from 1 to {MOST_CELLS}");
                self.wrong::<()>(item, &allowed);
                return Err(None);
            };
            sown.cells = Some(counts);
        }
        let of_image =
            matches!(&start, Some(Item { value: Value::Text(file), .. }) if is_image(file));
        if let Some(item) = most.as_ref().filter(|_| !of_image) {
            let problem = "it is the amount of white in an image, but `start` names none";
            return Err(Some((item.clone(), problem.to_string())));
        }
        if let Some(item) = &start {
            let white = match most {
                None => Some(WHITE),
                Some(most) => {
                    self.number_of(&most, 1.0, MOST.into(), &format!("a number from 1 to {MOST}"))
                }
            };
            let problem = |problem| Some((item.clone(), problem));
            let path = |file: &str| if item.is_option() { file.into() } else { folder.join(file) };
            sown.start = Some(match &item.value {
                Value::Text(file) if is_image(file) => {
                    image(&path(file), white.ok_or(None)?, world, &mut sown.cells)
                        .map_err(problem)?
                }
                Value::Text(file) => {
                    table(name, &path(file), world, sown.cells.as_deref()).map_err(problem)?
                }
                Value::List(ends) => match ends.as_slice() {
                    [least, most] => Start::Noise { least: *least as f32, most: *most as f32 },
                    _ => return Err(problem(ALLOWED.to_string())),
                },
                other => match other.number() {
                    Some(amount) => Start::Amount(amount as f32),
                    None => return Err(problem(ALLOWED.to_string())),
                },
            });
        }
        Ok((sown != Sown::default()).then_some(sown))
    }
}

/// What `start` may be.
const ALLOWED: &str = "it must be an amount, a list of the least and the most of what is drawn for each cell, or \
                       the path of a .png or of a table of x, y and amount";

fn is_image(file: &str) -> bool {
    Path::new(file).extension().is_some_and(|end| end.eq_ignore_ascii_case("png"))
}

/// The brightness of an image's pixels, of which the first row is the uppermost: black is 0.
#[cfg(feature = "picture")]
fn image(
    path: &Path,
    white: f32,
    world: &World,
    cells: &mut Option<Vec<u32>>,
) -> Result<Start, String> {
    let shown = human::path(path);
    if world.is_space() {
        return Err(format!("the image {shown} is flat, and the world is not"));
    }
    let file = input::open(path).map_err(|problem| format!("the image {shown}: {problem}"))?;
    let mut decoder = png::Decoder::new(std::io::BufReader::new(file));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let bad = |error: png::DecodingError| format!("the image {shown} cannot be read: {error}");
    let mut reader = decoder.read_info().map_err(bad)?;
    let (wide, high) = reader.info().size();
    let found = vec![wide, high];
    if let Some(cells) = cells.as_ref().filter(|cells| **cells != found) {
        return Err(format!(
            "the image {shown} has {wide} x {high} pixels, and `cells` is {cells:?}: each pixel is a cell"
        ));
    }
    if wide > MOST_CELLS
        || high > MOST_CELLS
        || u64::from(wide) * u64::from(high) > u64::from(flockwork_kernel::lattice::MOST)
    {
        return Err(format!(
            "the image {shown} has {wide} x {high} pixels, which are too many cells"
        ));
    }
    let size =
        reader.output_buffer_size().ok_or_else(|| format!("the image {shown} is too large"))?;
    let mut bytes = vec![0; size];
    let frame = reader.next_frame(&mut bytes).map_err(bad)?;
    let samples = frame.color_type.samples();
    // All but how much is seen through.
    let colours = if samples > 2 { 3 } else { 1 };
    let most = 255 * colours as u32;
    let row = |row: &[u8]| -> Vec<f32> {
        let sum = |pixel: &[u8]| pixel[..colours].iter().map(|part| u32::from(*part)).sum::<u32>();
        let amount =
            |sum: u32| (f64::from(white) * f64::from(sum) / f64::from(most)).floor() as f32;
        row.chunks_exact(samples).take(wide as usize).map(|pixel| amount(sum(pixel))).collect()
    };
    let rows = bytes.chunks_exact(frame.line_size).take(high as usize).map(row);
    let rows: Vec<Vec<f32>> = rows.collect();
    *cells = Some(found);
    Ok(Start::Cells(rows.into_iter().rev().flatten().collect()))
}

#[cfg(not(feature = "picture"))]
fn image(_: &Path, _: f32, _: &World, _: &mut Option<Vec<u32>>) -> Result<Start, String> {
    Err(PICTURE.missing("to read an image"))
}

/// The amounts of a table, each in the cell in which its place is; cells of which there is no row are empty.
fn table(name: &str, path: &Path, world: &World, cells: Option<&[u32]>) -> Result<Start, String> {
    let Some(cells) = cells else {
        return Err(format!(
            "a table does not say how many cells there are: `field.{name}.cells` must"
        ));
    };
    let lattice = Lattice::of(world, cells).map_err(|error| error.to_string())?;
    let column = |name| Column::of::<f32>(name, Reach::Ghost, "");
    let axes = world.axes().len();
    let mut schema: Vec<Column> = COLUMNS[..axes].iter().map(|name| column(name)).collect();
    schema.push(column(COLUMNS[3]));
    let most =
        Most { rows: lattice.len() as u64, why: "each cell has one row at most".to_string() };
    let what = format!("the table of the field `{name}`,");
    let table = tables::read_as(&what, path, &schema, &most, &Choice::default())?;
    let all = schema.iter().map(|column| values(&table, column.name));
    let all = all.collect::<Result<Vec<_>, _>>()?;
    let (places, found) = all.split_at(axes);
    let mut amounts = vec![0.0; lattice.len()];
    let mut taken = vec![false; lattice.len()];
    for (row, amount) in found.iter().copied().flatten().copied().enumerate() {
        let at = |axis: usize| {
            places.get(axis).map_or(0.0, |column| (column[row] - world.origin()[axis]) as f32)
        };
        let place = Vector::<Space>::of(at(0), at(1), at(2));
        let said = |problem: &str| format!("{} {}: {problem}", table.name, table.lines.name(row));
        let cell = lattice.cell(place).ok_or_else(|| said("the place is outside of the world"))?;
        let number = lattice.number(cell);
        if std::mem::replace(&mut taken[number], true) {
            return Err(said("it is the second row of this cell"));
        }
        if !(amount >= 0.0 && amount <= f64::from(MOST)) {
            let allowed = format!("`amount` is {amount}: it must be a number from 0 to {MOST}");
            return Err(said(&allowed));
        }
        amounts[number] = amount as f32;
    }
    Ok(Start::Cells(amounts))
}

/// A column of a table.
fn values<'t>(table: &'t Table, name: &str) -> Result<&'t [f64], String> {
    let found = table.columns.iter().find(|column| column.name == name);
    let column = found.ok_or_else(|| {
        format!("{} has no column `{name}`: it must have x, y, z in space, and amount", table.name)
    });
    column.map(|column| column.values.as_slice())
}
