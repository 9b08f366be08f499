//! Shapes of a scenario: from tables and from files of maps to the list of numbers that a model takes.
//!
//! What is right is decided by `flockwork_scheduler::geometry`; here keys, names and units are read.

#[cfg(feature = "maps")]
mod geojson_in;
mod names;
#[cfg(feature = "maps")]
mod wkt_in;

use std::path::Path;

use flockwork_kernel::shapes::Shape;
use flockwork_kernel::{Axes, Plane, Space, Vector, World};
use flockwork_scheduler::geometry::{MOST_DOORS, MOST_SHAPES, Placed, Role, Schedule};
use flockwork_scheduler::{Setting, narrow};

use crate::human;
use crate::input;

pub(crate) use flockwork_scheduler::geometry::PARAM;
pub(crate) use names::Names;

/// The longest file of shapes that is read, in bytes.
const MOST_BYTES: u64 = 16 << 20;

/// The formats of files, as an error lists them.
pub(crate) const FORMATS: &str = ".geojson, .json or .wkt";

/// A shape as it was written, in the coordinates of tables.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Drawn {
    pub(crate) name: Option<String>,
    pub(crate) role: Role,
    pub(crate) schedule: Schedule,
    pub(crate) outline: Outline,
}

/// Where it is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outline {
    /// Segments from place to place.
    Chain(Vec<Vec<f64>>),
    Ball(Vec<f64>, f64),
    Box(Vec<f64>, Vec<f64>),
    Polygon(Vec<Vec<f64>>),
}

/// What a file says of a shape besides its outline.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Said {
    pub(crate) name: Option<String>,
    pub(crate) role: Option<Role>,
    pub(crate) schedule: Option<Schedule>,
}

/// The outlines of a file, each with what it says of it.
pub(crate) fn read(path: &Path) -> Result<Vec<(Outline, Said)>, String> {
    let bytes = input::read(path, MOST_BYTES)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| {
        input::foreign_text(&bytes).unwrap_or_else(|| "it is not UTF-8 text".to_string())
    })?;
    let kind = path.extension().and_then(|kind| kind.to_str()).map(str::to_lowercase);
    parse(kind.as_deref().unwrap_or(""), text)
}

/// The outlines of a text of this kind.
#[cfg(feature = "maps")]
pub(crate) fn parse(kind: &str, text: &str) -> Result<Vec<(Outline, Said)>, String> {
    match kind {
        "geojson" | "json" => geojson_in::read(text),
        "wkt" => wkt_in::read(text),
        _ => Err(format!("its name must end in {FORMATS}")),
    }
}

#[cfg(not(feature = "maps"))]
pub(crate) fn parse(_kind: &str, _text: &str) -> Result<Vec<(Outline, Said)>, String> {
    Err(crate::parts::MAPS.missing("to read it"))
}

/// The role of a name.
pub(crate) fn role(name: &str) -> Result<Role, String> {
    let names = Role::NAMES.map(|(name, _)| name);
    let found = Role::NAMES.iter().find(|(known, _)| *known == name).map(|(_, role)| *role);
    found.ok_or_else(|| {
        let near = human::nearest(name, names);
        let hint = near.map_or(String::new(), |near| format!("; did you mean \"{near}\"?"));
        format!(
            "`role` is \"{}\": it must be one of {}{hint}",
            human::shown(name),
            human::list(&names)
        )
    })
}

/// The list of numbers for a model, or what is wrong with which shape.
pub(crate) fn list(drawn: &[Drawn], world: &World) -> Result<Setting, String> {
    if world.is_space() { list_of::<Space>(drawn, world) } else { list_of::<Plane>(drawn, world) }
}

fn list_of<A: Axes>(drawn: &[Drawn], world: &World) -> Result<Setting, String> {
    let mut numbers = Vec::new();
    let (mut count, mut doors) = (0, 0);
    let mut names: Vec<&str> = Vec::new();
    for (number, drawn) in drawn.iter().enumerate() {
        let called = |problem: String| format!("{}: {problem}", called(number, drawn));
        if let Some(name) = drawn.name.as_deref() {
            if names.contains(&name) {
                return Err(called("another shape has this name: names must differ".to_string()));
            }
            names.push(name);
        }
        for placed in placed::<A>(drawn, world).map_err(called)? {
            placed.check(world).map_err(called)?;
            numbers.extend(placed.numbers().into_iter().map(f64::from));
            count += 1;
            doors += usize::from(placed.role == Role::Door);
        }
    }
    if count > MOST_SHAPES || doors > MOST_DOORS {
        return Err(format!(
            "there are {count} shapes and {doors} doors among them: at most {MOST_SHAPES} and \
             {MOST_DOORS} are allowed; each side of a chain is one"
        ));
    }
    Ok(Setting::List(numbers))
}

/// How many numbers a list of shapes has, in words: it is too long to be shown.
pub(crate) fn count(list: &Setting) -> String {
    match list {
        Setting::List(numbers) => human::plural(numbers.len() as u64, "number"),
        other => other.to_string(),
    }
}

/// What they are, each in a line that begins with its numbers in the list of the model.
pub(crate) fn describe(drawn: &[Drawn]) -> Vec<String> {
    let each = drawn.iter().zip(names::numbers(drawn));
    each.map(|(drawn, numbers)| {
        let last = numbers.end.max(1) - 1;
        let numbers = match last > numbers.start {
            true => format!("{} to {last}", numbers.start),
            false => numbers.start.to_string(),
        };
        format!("{numbers}: {}", drawn.describe())
    })
    .collect()
}

impl Drawn {
    /// What it is, in a line.
    fn describe(&self) -> String {
        let what = match &self.outline {
            Outline::Chain(corners) => {
                format!("a chain of {}", human::plural(corners.len().max(1) as u64 - 1, "side"))
            }
            Outline::Ball(centre, radius) => format!("a ball of radius {radius} at {centre:?}"),
            Outline::Box(low, high) => format!("a box from {low:?} to {high:?}"),
            Outline::Polygon(corners) => format!("a polygon of {} corners", corners.len()),
        };
        let Schedule { from, until, every } = self.schedule;
        let open = match (self.role, every) {
            (Role::Door, 0) => format!(", open from tick {from} to {until}"),
            (Role::Door, _) => format!(", open from tick {from} to {until}, again every {every}"),
            _ => String::new(),
        };
        let name = self.name.as_ref().map(|name| format!("\"{}\", ", human::shown(name)));
        format!("{}a {}: {what}{open}", name.unwrap_or_default(), self.role.name())
    }
}

/// What to call a shape in an error.
fn called(number: usize, drawn: &Drawn) -> String {
    match &drawn.name {
        Some(name) => format!("shape \"{}\"", human::shown(name)),
        None => format!("shape {number}"),
    }
}

/// The shapes that one is made of: one for each side of a chain.
fn placed<A: Axes>(drawn: &Drawn, world: &World) -> Result<Vec<Placed<A>>, String> {
    let place = |at: &Vec<f64>| place::<A>(at, world);
    let Drawn { role, schedule, outline, .. } = drawn;
    let one = |shape: Shape<'_, A>| vec![Placed::new(*role, *schedule, shape)];
    Ok(match outline {
        Outline::Chain(corners) => {
            let corners = corners.iter().map(place).collect::<Result<Vec<_>, _>>()?;
            if corners.len() < 2 {
                return Err(format!("it has {} corners: it must have at least 2", corners.len()));
            }
            if !matches!(role, Role::Wall | Role::Door) {
                let role = role.name();
                return Err(format!("a {role} has an inside: it must be a ball, box or polygon"));
            }
            let sides = corners.windows(2).map(|pair| Shape::Segment([pair[0], pair[1]]));
            sides.flat_map(one).collect()
        }
        Outline::Ball(centre, radius) => {
            let radius = narrow(*radius).map_err(|lost| format!("its radius is {lost}"))?;
            one(Shape::Ball { centre: place(centre)?, radius })
        }
        Outline::Box(low, high) => one(Shape::Box { low: place(low)?, high: place(high)? }),
        Outline::Polygon(corners) => {
            let corners = corners.iter().map(place).collect::<Result<Vec<_>, _>>()?;
            one(Shape::Polygon(&corners))
        }
    })
}

/// A place of tables in the world's own coordinates.
fn place<A: Axes>(at: &[f64], world: &World) -> Result<Vector<A>, String> {
    if at.len() != A::COUNT {
        return Err(format!("a place has {} numbers: it must have {}", at.len(), A::COUNT));
    }
    let mut own = [0.0; World::MOST_AXES];
    for ((own, at), origin) in own.iter_mut().zip(at).zip(world.origin()) {
        *own = narrow(at - origin).map_err(|lost| format!("a coordinate is {lost}"))?;
    }
    let [x, y, z] = own;
    Ok(Vector::of(x, y, z))
}

#[cfg(test)]
mod tests;
