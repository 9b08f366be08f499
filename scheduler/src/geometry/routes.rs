//! Ways to every goal around walls and closed doors.

use alloc::format;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use flockwork_kernel::isa::{self, Baseline, Task};
use flockwork_kernel::shapes::{routes, scalar};
use flockwork_kernel::simd::{F32x8, Isa, V2, Vector8};
use flockwork_kernel::steer::follow::FlowField;
use flockwork_kernel::{LANES, Plane, Vec2, World};

use super::{Geometry, MOST_DOORS, PARAM, Role};
use crate::params::ParamError;

/// The most sets of open doors that are planned for.
const MOST_STATES: usize = 64;
/// The most changes of doors that are looked at.
const MOST_CHANGES: usize = 100_000;
/// The most cells of all fields together.
const MOST_CELLS: u64 = 1 << 26;
/// The most cells of fields that are kept for later; where one has more, twice as many sets as there are in use.
const SPARE_CELLS: u64 = 1 << 22;

/// Fields of directions in the plane: one for each goal and each set of open doors that comes, and for all doors
/// together.
///
/// They are made at set-up, the same in every process; [`Routes::direction`] looks up the one of the tick. Who follows
/// others, once a door was opened or closed by an input, makes those that are new.
///
/// In parts of a tick of 10,000 people, and of 100,000, in a plan of 50 shapes, four doors and two goals (3.4 and 35 ms of
/// processor time, `cargo bench --bench doors`, least of six rounds in turn on a busy AMD EPYC): a set of open doors that
/// was not there before 7.7 and 7.9, one that was 0.02 and 0.002, another list of shapes, by which all is made anew, 22 and
/// 20.
#[derive(Clone, Debug)]
pub struct Routes {
    world: World,
    cells: [u32; 2],
    clearance: f32,
    goals: usize,
    /// The sets of open doors that come, in order, and that of all doors, whether it comes or not.
    sets: Vec<Set>,
    /// Some that came before, the last ones first, for when they come again.
    spare: Vec<Set>,
}

/// The ways while these doors are open.
#[derive(Clone, Debug)]
struct Set {
    open: u64,
    /// For each goal, along x and y.
    fields: Arc<[[Vec<f32>; 2]]>,
}

impl Routes {
    /// Finds the ways to each shape that is a goal, over cells of about this size, that stay so far from walls.
    ///
    /// A cell is blocked whose centre is nearer to a wall than `clearance`, or than half a cell, so that no
    /// way leads through a wall.
    ///
    /// # Errors
    ///
    /// [`ParamError::Conflict`] of `shapes` if a goal lies in no cell that is free, or doors open in too many
    /// ways; of `cell` if cells would be too many.
    pub fn new(geometry: &Geometry<Plane>, cell: f32, clearance: f32) -> Result<Self, ParamError> {
        Self::following(None, geometry, cell, clearance)
    }

    /// The same; if some were there `before`, of a geometry of the same shapes and of the same cells, ways are taken
    /// over that are among them.
    ///
    /// # Errors
    ///
    /// As [`Routes::new`].
    #[inline(never)]
    pub fn following(
        before: Option<(&Self, &Geometry<Plane>)>,
        geometry: &Geometry<Plane>,
        cell: f32,
        clearance: f32,
    ) -> Result<Self, ParamError> {
        let world = geometry.world;
        let count = |length: f32| ((length / cell) as u32).clamp(1, 4096);
        let cells = [count(world.width()), count(world.height())];
        let goals = geometry.of(Role::Goal).count();
        let states = states(geometry)?;
        let all = u64::from(cells[0]) * u64::from(cells[1]);
        let needed = all.saturating_mul((goals * states.len()) as u64);
        ParamError::unless(
            needed <= MOST_CELLS,
            "cell",
            &format!("the fields of all goals would have {needed} cells: at most {MOST_CELLS}"),
        )?;
        let same = |(before, its): &(&Self, &Geometry<Plane>)| {
            its.shares(geometry) && before.cells == cells && before.clearance == clearance
        };
        let known = before.filter(same).map(|(before, _)| before);
        let known: Vec<&Set> =
            known.iter().flat_map(|it| it.sets.iter().chain(&it.spare)).collect();
        let mut sets = Vec::new();
        for open in states {
            let fields = match known.iter().find(|set| set.open == open) {
                Some(set) => Arc::clone(&set.fields),
                None => {
                    let blocked = blocked(geometry, cells, clearance, open);
                    let fields = (0..goals).map(|goal| field(geometry, cells, goal, &blocked));
                    fields.collect::<Result<_, _>>()?
                }
            };
            sets.push(Set { open, fields });
        }
        let room = (SPARE_CELLS / all.saturating_mul(goals as u64).max(1)) as usize;
        let spare = known.into_iter().filter(|set| sets.iter().all(|now| now.open != set.open));
        let spare = spare.take(room.max(2 * sets.len()).min(MOST_STATES)).cloned().collect();
        Ok(Self { world, cells, clearance, goals, sets, spare })
    }

    /// How many sets of ways it has that others have not.
    #[cfg(test)]
    pub(super) fn made_beside(&self, others: &Self) -> usize {
        let known: Vec<&Set> = others.sets.iter().chain(&others.spare).collect();
        let shared = |set: &Set| known.iter().any(|other| Arc::ptr_eq(&set.fields, &other.fields));
        self.sets.iter().filter(|set| !shared(set)).count()
    }

    /// How many goals there are.
    pub fn goals(&self) -> usize {
        self.goals
    }

    /// Whether a way leads from a place to any goal while all doors are open, whatever their schedules say: an input
    /// may open any.
    ///
    /// Directions are told between the middles of cells, so also a little way behind a wall. A way leads on from there if a
    /// straight line leads to the middle of a cell that is free.
    pub fn reach(&self, geometry: &Geometry<Plane>, place: Vec2) -> bool {
        let open = self.sets.iter().fold(0, |all, set| all | set.open);
        let at = V2::<Baseline>::all(place);
        if (0..self.goals).all(|goal| self.direction(goal, open, at).first().is_zero()) {
            return false;
        }
        let sides = sides(&self.world, self.cells);
        let far = far(sides, self.clearance);
        let near = |axis: usize| {
            let [at, more] = [place.along(axis), far].map(|length| (length / sides[axis]) as i64);
            at - more - 1..=at + more + 1
        };
        let fields = self.sets.iter().find(|set| set.open == open).map(|set| &set.fields);
        let leads = |cell: usize| {
            let of = |field: &[Vec<f32>; 2]| field.iter().any(|part| part[cell] != 0.0);
            fields.is_some_and(|fields| fields.iter().any(of))
                && geometry.is_clear(middle(&self.world, self.cells, cell), far, open)
        };
        near(1).any(|row| {
            near(0).any(|column| {
                let middle = Vec2::new(column as f32 + 0.5, row as f32 + 0.5);
                let way = Vec2::new(middle.x * sides[0], middle.y * sides[1]) - place;
                self.cell([column, row]).is_some_and(leads)
                    && scalar::crossing(&geometry.walls(), place, way, open).is_none()
            })
        })
    }

    /// The number of a cell by its column and row, over the seams too.
    fn cell(&self, lines: [i64; 2]) -> Option<usize> {
        let mut cell = 0;
        for axis in [1, 0] {
            let count = i64::from(self.cells[axis]);
            let round = self.world.axes().get(axis).is_some_and(|axis| axis.is_periodic());
            let line = if round { lines[axis].rem_euclid(count) } else { lines[axis] };
            cell = cell * count + Some(line).filter(|line| (0..count).contains(line))?;
        }
        usize::try_from(cell).ok()
    }

    /// The direction from each place to a goal, of length 1; zero where there is none, and at the goal.
    #[inline(always)]
    pub fn direction<S: Isa>(
        &self,
        goal: usize,
        open: u64,
        place: Vector8<Plane, S>,
    ) -> Vector8<Plane, S> {
        let set = self.sets.iter().find(|set| set.open == open).or(self.sets.first());
        match set.and_then(|set| set.fields.get(goal)) {
            Some([xs, ys]) => S::split(
                #[inline(always)]
                || FlowField::trusted(&self.world, self.cells, [xs, ys]).sample(place).normalized(),
            ),
            None => Vector8::zero(),
        }
    }
}

/// The sets of doors that are open together at any time, and that of all doors.
fn states(geometry: &Geometry<Plane>) -> Result<Vec<u64>, ParamError> {
    let many = |problem: &str| ParamError::Conflict { name: PARAM, problem: problem.into() };
    let schedules: Vec<_> = geometry.of(Role::Door).map(|door| door.schedule).collect();
    // After the last one that comes once, they come again after the least common multiple.
    let (mut period, mut once) = (1u64, 0u64);
    for schedule in &schedules {
        once = once.max(schedule.until);
        if schedule.every > 0 {
            let (mut a, mut b) = (period, schedule.every);
            while b > 0 {
                (a, b) = (b, a % b);
            }
            period = (period / a).saturating_mul(schedule.every);
        }
    }
    let (last, mut states) = (once.saturating_add(period), Vec::new());
    let mut tick = 0u64;
    for _ in 0..MOST_CHANGES {
        let open = geometry.open(tick);
        if !states.contains(&open) {
            states.push(open);
        }
        if states.len() > MOST_STATES {
            return Err(many("doors open in more than 64 ways together"));
        }
        // The next tick in which any of them changes.
        let next = schedules.iter().filter_map(|schedule| {
            let length = schedule.until - schedule.from;
            let Some(since) = tick.checked_sub(schedule.from) else { return Some(schedule.from) };
            let turn = if schedule.every > 0 { since % schedule.every } else { since };
            let begin = tick - turn;
            match (turn < length, schedule.every) {
                // One that is open all the time does not change any more.
                (true, every) if every == length => None,
                (true, _) => Some(begin + length),
                (false, 0) => None,
                (false, every) => Some(begin + every),
            }
        });
        match next.min() {
            Some(next) if next <= last => tick = next.max(tick + 1),
            _ => {
                let all = (0..schedules.len()).fold(0, |all, door| all | 1 << (door % MOST_DOORS));
                if !states.contains(&all) {
                    states.push(all);
                }
                return Ok(states);
            }
        }
    }
    Err(many("doors change more than 100000 times until they all repeat"))
}

/// The middle of a cell.
fn middle(world: &World, cells: [u32; 2], cell: usize) -> Vec2 {
    let [across, up] = cells;
    let (column, row) = (cell % across as usize, cell / across as usize);
    Vec2::new(
        (column as f32 + 0.5) * (world.width() / across as f32),
        (row as f32 + 0.5) * (world.height() / up as f32),
    )
}

/// The sides of cells.
fn sides(world: &World, [across, up]: [u32; 2]) -> [f32; 2] {
    [world.width() / across as f32, world.height() / up as f32]
}

/// How far the middles of cells must be from walls for a way to lead through them.
fn far([wide, high]: [f32; 2], clearance: f32) -> f32 {
    // A way between two centres side by side that crosses a wall does so within half of it from one.
    let half = 0.51 * if wide > high { wide } else { high };
    if clearance > half { clearance } else { half }
}

/// The cells through which no way leads.
fn blocked(geometry: &Geometry<Plane>, cells: [u32; 2], clearance: f32, open: u64) -> Vec<bool> {
    let far = far(sides(&geometry.world, cells), clearance);
    let count = cells[0] as usize * cells[1] as usize;
    let mut blocked = vec![false; count];
    isa::dispatch(Near { geometry, cells, far, open, blocked: &mut blocked });
    blocked
}

/// The cells whose middles are nearer to walls and closed doors than that, eight at a time.
struct Near<'a> {
    geometry: &'a Geometry<Plane>,
    cells: [u32; 2],
    far: f32,
    open: u64,
    blocked: &'a mut [bool],
}

impl Task for Near<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self) {
        let (walls, last) = (self.geometry.walls(), self.blocked.len().saturating_sub(1));
        for (tile, blocked) in self.blocked.chunks_mut(LANES).enumerate() {
            let (mut xs, mut ys) = ([0.0; LANES], [0.0; LANES]);
            for (lane, (x, y)) in xs.iter_mut().zip(&mut ys).enumerate() {
                let cell = tile * LANES + lane;
                let cell = if cell < last { cell } else { last };
                let place = middle(&self.geometry.world, self.cells, cell);
                (*x, *y) = (place.x, place.y);
            }
            let places = V2::<S>::new(F32x8::from_array(xs), F32x8::from_array(ys));
            let near = walls.nearest(places, self.open).distance.lt(F32x8::splat(self.far)).bits();
            for (lane, blocked) in blocked.iter_mut().enumerate() {
                *blocked = near >> lane & 1 == 1;
            }
        }
    }
}

/// The directions to a goal.
fn field(
    geometry: &Geometry<Plane>,
    cells: [u32; 2],
    goal: usize,
    blocked: &[bool],
) -> Result<[Vec<f32>; 2], ParamError> {
    let wrong = |problem: &str| ParamError::Conflict { name: PARAM, problem: problem.into() };
    let Some(shape) = geometry.of(Role::Goal).nth(goal).map(|placed| placed.shape()) else {
        return Err(wrong("there is no such goal"));
    };
    let mut distances = vec![1.0; blocked.len()];
    let mut free = false;
    for (cell, distance) in distances.iter_mut().enumerate().filter(|(cell, _)| !blocked[*cell]) {
        if scalar::inside(&shape, middle(&geometry.world, cells, cell)) {
            *distance = 0.0;
            free = true;
        }
    }
    if !free {
        return Err(wrong(&format!(
            "goal {goal} has no cell that is free: it must be larger than `cell`, and away from walls"
        )));
    }
    let unusable = |error| wrong(&format!("{error}"));
    routes::distances(&geometry.world, cells, blocked, &mut distances).map_err(unusable)?;
    let (mut xs, mut ys) = (vec![0.0; distances.len()], vec![0.0; distances.len()]);
    routes::directions(&geometry.world, cells, &distances, &mut xs, &mut ys).map_err(unusable)?;
    Ok([xs, ys])
}
