//! Shapes as a list of numbers.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use flockwork_kernel::axes::Third;
use flockwork_kernel::shapes::{Piece, Shape, Wall};
use flockwork_kernel::{Axes, Plane, Vector, World};

use super::{ENDS, MOST_DOORS, MOST_SHAPES};

/// What a shape is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Nobody passes its border.
    Wall,
    /// A wall while it is closed.
    Door,
    /// Where entities want to get.
    Goal,
    /// Where entities begin and come in.
    Source,
    /// Where entities leave the world.
    Sink,
}

impl Role {
    /// All of them with their names in scenarios, in the order of their numbers.
    pub const NAMES: [(&'static str, Role); 5] = [
        ("wall", Role::Wall),
        ("door", Role::Door),
        ("goal", Role::Goal),
        ("source", Role::Source),
        ("sink", Role::Sink),
    ];

    /// The name in scenarios.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize].0
    }
}

/// When a door is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// The first tick in which it is.
    pub from: u64,
    /// The first one after that in which it is not.
    pub until: u64,
    /// After how many ticks that comes again; never if 0.
    pub every: u64,
}

impl Schedule {
    /// Open in every tick.
    pub const ALWAYS: Self = Self { from: 0, until: 1, every: 1 };
    /// Closed in every tick.
    pub const NEVER: Self = Self { from: 0, until: 0, every: 0 };

    /// Whether it is open in a tick.
    pub fn is_open(&self, tick: u64) -> bool {
        let Some(since) = tick.checked_sub(self.from) else { return false };
        let since = if self.every > 0 { since % self.every } else { since };
        since < self.until.saturating_sub(self.from)
    }
}

/// A shape with what it is for.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed<A: Axes = Plane> {
    /// What it is for.
    pub role: Role,
    /// When it is open, if it is a door.
    pub schedule: Schedule,
    form: Form<A>,
}

/// A shape that owns its corners.
#[derive(Clone, Debug, PartialEq)]
enum Form<A: Axes> {
    Plain(Shape<'static, A>),
    Polygon(Vec<Vector<A>>),
}

impl<A: Axes> Placed<A> {
    /// Puts a shape together with what it is for.
    pub fn new(role: Role, schedule: Schedule, shape: Shape<'_, A>) -> Self {
        let form = match shape {
            Shape::Segment(ends) => Form::Plain(Shape::Segment(ends)),
            Shape::Ball { centre, radius } => Form::Plain(Shape::Ball { centre, radius }),
            Shape::Box { low, high } => Form::Plain(Shape::Box { low, high }),
            Shape::Polygon(corners) => Form::Polygon(corners.to_vec()),
        };
        Self { role, schedule, form }
    }

    /// The shape.
    #[inline]
    pub fn shape(&self) -> Shape<'_, A> {
        match &self.form {
            Form::Plain(shape) => *shape,
            Form::Polygon(corners) => Shape::Polygon(corners),
        }
    }

    /// What is wrong with it, with what is allowed.
    ///
    /// # Errors
    ///
    /// That.
    pub fn check(&self, world: &World) -> Result<(), String> {
        self.shape().check(world).map_err(|error| format!("{error}"))?;
        let Schedule { from, until, every } = self.schedule;
        if self.role != Role::Door {
            let never = self.schedule == Schedule::default();
            let problem = format!("a {} is not opened: only a door is", self.role.name());
            return if never { Ok(()) } else { Err(problem) };
        }
        if from > until {
            return Err(format!("it opens at tick {from} and closes at {until}, which is before"));
        }
        if every > 0 && until - from > every {
            let open = until - from;
            return Err(format!(
                "it is open for {open} ticks every {every}: they must be at most {every}"
            ));
        }
        Ok(())
    }

    /// The numbers of its place in a list of shapes.
    pub fn numbers(&self) -> Vec<f32> {
        let mut places: Vec<Vector<A>> = Vec::new();
        let mut more = None;
        let kind = match self.shape() {
            Shape::Segment(ends) => {
                places.extend(ends);
                0.0
            }
            Shape::Ball { centre, radius } => {
                places.push(centre);
                more = Some(radius);
                1.0
            }
            Shape::Box { low, high } => {
                places.extend([low, high]);
                2.0
            }
            Shape::Polygon(corners) => {
                places.extend(corners);
                3.0
            }
        };
        let Schedule { from, until, every } = self.schedule;
        let count = places.len() * A::COUNT + usize::from(more.is_some());
        let ticks = [from, until, every].map(|tick| tick as f32);
        let mut numbers = Vec::from([kind, self.role as usize as f32]);
        numbers.extend(ticks);
        numbers.push(count as f32);
        for place in places {
            numbers.extend([place.x, place.y, place.z.or(0.0)].into_iter().take(A::COUNT));
        }
        numbers.extend(more);
        numbers
    }
}

/// The largest whole number up to which an `f32` has all.
const WHOLE: f32 = 16_777_216.0;

/// Has a door of a list open, or closed, in every tick: by its number among all shapes, from 0 on.
///
/// # Errors
///
/// The list has no such shape, or it is no door; nothing was changed.
pub fn set_door(list: &mut [f64], number: u32, open: bool) -> Result<(), String> {
    let (mut rest, mut at) = (list, 0);
    while let [_, role, from, until, every, count, more @ ..] = rest {
        if at == number {
            let role = Role::NAMES.get(*role as usize).map_or("shape", |(name, _)| name);
            if role != Role::Door.name() {
                return Err(format!(
                    "shape {number} is a {role}: only a door is opened and closed"
                ));
            }
            let schedule = if open { Schedule::ALWAYS } else { Schedule::NEVER };
            *from = schedule.from as f64;
            *until = schedule.until as f64;
            *every = schedule.every as f64;
            return Ok(());
        }
        rest = more.get_mut(*count as usize..).unwrap_or_default();
        at += 1;
    }
    Err(format!("there is no shape {number}: there are {at}, numbered from 0 on"))
}

/// Reads all shapes of a list.
pub(super) fn read<A: Axes>(list: &[f32], world: &World) -> Result<Vec<Placed<A>>, String> {
    let mut placed: Vec<Placed<A>> = Vec::new();
    let mut rest = list;
    while let [kind, role, from, until, every, count, more @ ..] = rest {
        let number = placed.len();
        let wrong = |problem: &str| format!("of shape {number}, {problem}");
        let whole = |value: f32, name: &str, most: f32| {
            let good = value >= 0.0 && value <= most && value == value as u64 as f32;
            good.then_some(value as u64).ok_or_else(|| {
                wrong(&format!("{name} is {value}: it must be a whole number from 0 to {most}"))
            })
        };
        let kind = whole(*kind, "the kind", 3.0)?;
        let role = whole(*role, "the role", 4.0)?;
        let schedule = Schedule {
            from: whole(*from, "the tick at which it opens", WHOLE)?,
            until: whole(*until, "the tick at which it closes", WHOLE)?,
            every: whole(*every, "the period of its opening", WHOLE)?,
        };
        let count = whole(*count, "how many numbers follow", WHOLE)? as usize;
        let Some((numbers, after)) = more.split_at_checked(count) else {
            let there = more.len();
            return Err(wrong(&format!("{count} numbers should follow, but there are {there}")));
        };
        rest = after;
        let shape = form::<A>(kind, numbers).ok_or_else(|| {
            wrong(&format!("{count} numbers are not those of kind {kind} in this world"))
        })?;
        let shape = Placed { role: Role::NAMES[role as usize].1, schedule, form: shape };
        shape.check(world).map_err(|problem| wrong(&problem))?;
        placed.push(shape);
        let doors = placed.iter().filter(|placed| placed.role == Role::Door).count();
        if placed.len() > MOST_SHAPES || doors > MOST_DOORS {
            return Err(format!(
                "there are too many shapes: {MOST_SHAPES} are allowed, {MOST_DOORS} doors among them"
            ));
        }
    }
    if !rest.is_empty() {
        return Err(format!("the list ends within shape {}", placed.len()));
    }
    Ok(placed)
}

fn form<A: Axes>(kind: u64, numbers: &[f32]) -> Option<Form<A>> {
    let mut places = numbers
        .chunks_exact(A::COUNT)
        .map(|at| Vector::<A>::of(at[0], at[1], at.get(2).copied().unwrap_or(0.0)));
    let plain = numbers.len() == 2 * A::COUNT;
    match kind {
        0 if plain => Some(Form::Plain(Shape::Segment([places.next()?, places.next()?]))),
        1 if numbers.len() == A::COUNT + 1 => {
            let (centre, radius) = (places.next()?, *numbers.last()?);
            Some(Form::Plain(Shape::Ball { centre, radius }))
        }
        2 if plain => Some(Form::Plain(Shape::Box { low: places.next()?, high: places.next()? })),
        3 if numbers.len().is_multiple_of(A::COUNT) => Some(Form::Polygon(places.collect())),
        _ => None,
    }
}

/// The ends of the axes that are walls: one box, which along other axes reaches far beyond the world.
pub(super) fn ends<A: Axes>(world: &World, reach: f32) -> Option<Wall<A>> {
    if !world.axes().iter().any(|axis| axis.is_wall()) {
        return None;
    }
    let (mut low, mut high) = ([0.0; World::MOST_AXES], [1.0; World::MOST_AXES]);
    for (at, axis) in world.axes().iter().enumerate() {
        let beyond = if axis.is_wall() { 0.0 } else { FAR * (axis.length + reach) };
        (low[at], high[at]) = (-beyond, axis.length + beyond);
    }
    let of = |[x, y, z]: [f32; World::MOST_AXES]| Vector::of(x, y, z);
    let piece = Piece::Box { low: of(low), high: of(high) };
    Some(Wall { piece, shape: ENDS, door: None })
}

/// How many lengths of an axis its ends are away where it has none.
const FAR: f32 = 1.0e6;
