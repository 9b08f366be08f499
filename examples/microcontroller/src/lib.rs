//! Walkers in a small room: they wander, keep together, bounce off one another and off the walls, and
//! tire. No allocation, no standard library; what a walker wants is computed for one at a time, by
//! `scalar` modules, so that a processor without vectors computes nothing in vain. All that they have
//! lies in columns of one arena, and the step at the end of a tick is a kernel over slices.

#![no_std]
#![forbid(unsafe_code)]

use flockwork_kernel::collide::scalar::{contact, correction, impulse};
use flockwork_kernel::columns::{Arena, Columns, byte_len};
use flockwork_kernel::integrate::{Timestep, slices};
use flockwork_kernel::life::scalar::{metabolic_rate, metabolize};
use flockwork_kernel::steer::scalar::{Flock, containment, wander, wander_angle};
use flockwork_kernel::{Edge, Vec2, World, columns, rng};

columns! {
    /// A walker.
    pub mod walker {
        ghost {
            /// Where it is, metres.
            position: vec(x, y),
            /// How fast it goes, metres per second.
            velocity: vec(vx, vy),
        }
        owned {
            /// Where it wanders to, radians.
            angle: f32,
            /// What it can spend, joules.
            energy: f32,
        }
        scratch {
            /// How its velocity changes, metres per second squared.
            push: vec(ax, ay),
        }
    }
}

/// How many walkers there are.
pub const COUNT: usize = 40;
/// How many ticks [`run`] takes.
pub const TICKS: u64 = 120;
/// Half a walker, metres.
const RADIUS: f32 = 0.25;
/// How far a walker sees, metres.
const SIGHT: f32 = 1.5;
const SEED: u64 = 386;

/// The memory of all walkers.
pub type Memory = Arena<{ byte_len::<walker::Columns>(COUNT).unwrap() }>;

/// Lets the walkers walk in this memory, and gives the fingerprint of what they have then; none where
/// something went wrong, which it does not.
pub fn run(memory: &mut Memory) -> Option<u64> {
    let world = World::new(8.0, 6.0, Edge::Wall).ok()?;
    let dt = Timestep::new(0.05).ok()?;
    let mut walkers = memory.bind::<walker::Columns>(COUNT).ok()?;
    for row in 0..COUNT {
        let [x, y, vx, vy] = rng::draw(SEED, 0, row as u32, 0).map(rng::unit);
        let values = walker::Row {
            position: Vec2::new(x * 8.0, y * 6.0),
            velocity: Vec2::new(vx - 0.5, vy - 0.5),
            energy: 5.0,
            ..walker::Row::default()
        };
        walker::Columns::set_id(&mut walkers, row, row as u32);
        walker::Columns::set_row(&mut walkers, row, &values);
    }
    for tick in 0..TICKS {
        for row in 0..COUNT {
            let wants = want(&walkers, row, &world, tick, dt);
            // Neighbours see places and velocities, which change only at the end of the tick.
            walkers.ax[row] = wants.push.x;
            walkers.ay[row] = wants.push.y;
            walkers.angle[row] = wants.angle;
            walkers.energy[row] = wants.energy;
        }
        let walker::Mut { x, y, vx, vy, ax, ay, .. } = &mut walkers;
        slices::step(&world, dt, [x, y], [vx, vy], [ax, ay]).ok()?;
        slices::limit_speed(0.0, 1.5, [vx, vy]).ok()?;
    }
    let all = walker::Columns::share(&walkers);
    Some(
        (0..COUNT)
            .fold(0, |sum: u64, row| sum.wrapping_add(walker::Columns::fingerprint(&all, row))),
    )
}

/// What one walker wants, seen from where all are.
fn want(
    walkers: &walker::Mut<'_>,
    row: usize,
    world: &World,
    tick: u64,
    dt: Timestep,
) -> walker::Row {
    let all = walker::Columns::share(walkers);
    let mut own = walker::Columns::row(&all, row);
    let mut flock = Flock::default();
    let mut hits = Vec2::ZERO;
    for other in (0..COUNT).filter(|&other| other != row) {
        let seen = walker::Columns::row(&all, other);
        let offset = seen.position - own.position;
        if offset.length_squared() < SIGHT * SIGHT {
            flock.add(offset, seen.velocity);
        }
        let touch = contact(offset, 2.0 * RADIUS, row < other);
        hits += impulse(&touch, seen.velocity - own.velocity, 2.0, 0.5);
        hits += 2.0 * correction(&touch, 1.0, 2.0, 0.5);
    }
    let (apart, along, together) = flock.finish(own.velocity);
    own.angle = wander_angle(own.angle, 0.5, SEED, tick, row as u32, 1);
    let wish = 0.1 * apart
        + 0.3 * along
        + 0.2 * together
        + 0.5 * wander(own.velocity, own.angle, 1.0, 0.5)
        + containment(own.position, own.velocity, world, RADIUS, 0.5);
    // Whoever has no energy left only drifts.
    own.push = if own.energy > 0.0 { wish.limited(4.0) } else { Vec2::ZERO } + 20.0 * hits;
    let rate = metabolic_rate(0.2, 0.5, 1.0, own.velocity.length());
    own.energy = metabolize(own.energy, rate, dt.seconds());
    own
}
