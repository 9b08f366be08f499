//! Molecules in the plane that attract each other from afar and repel each other nearby.
//!
//! All in reduced units: the depth of the potential, the diameter and the mass are 1. For two
//! molecules closer than `cutoff` the potential is
//!
//! ```text
//! u(r) = 4 (r^-12 - r^-6)
//! ```
//!
//! and there is none farther away. With `shift` = 0 the potential jumps at the cutoff, so
//! `total_energy` changes by u(cutoff) whenever a pair passes it; `shift` = 1 counts all energies
//! from u(cutoff), and the total stays. The motion is the same. Closer than [`CORE`] the force
//! does not grow any more, so that even two molecules in one place give finite numbers.
//!
//! Velocity Verlet, with one evaluation of the forces in a tick. Between ticks `vx`, `vy` is the
//! velocity at the time of the last evaluation, `x`, `y` are one step further, and `half_x`,
//! `half_y` is the velocity in between:
//!
//! ```text
//! a = force(x)                    the neighbour pass
//! v = half + a dt / 2             in the first tick v is what the run began with
//! half = v + a dt / 2
//! x = x + half dt
//! ```
//!
//! The statistics are all of the time of the last evaluation, so after tick n of time n - 1. A `dt`
//! of 0.005 is usual; the error of the total energy grows as its square.
//!
//! # Reference
//!
//! J. E. Jones, "On the determination of molecular fields. II", 1924, doi:10.1098/rspa.1924.0082;
//! L. Verlet, "Computer experiments on classical fluids. I", 1967, doi:10.1103/PhysRev.159.98; in
//! the form of W. C. Swope, H. C. Andersen, P. H. Berens, K. R. Wilson, 1982, doi:10.1063/1.442716.

use core::marker::PhantomData;

use flockwork_kernel::isa::Baseline;
use flockwork_kernel::simd::{F32x8, Isa, Sum8, Vector8};
use flockwork_kernel::{Axes, Plane, Vector, World, math, rng};
use flockwork_scheduler::{
    Finish, Model, Never, Pair, ParamError, Pass, RefOf, Setup, Tick, TileOf, Totals,
};

flockwork_kernel::columns! {
    /// State of one molecule.
    pub mod molecule<A> {
        ghost {
            /// Position.
            position: vec(x, y, z),
        }
        owned {
            /// Velocity at the last evaluation of the forces.
            velocity: vec(vx, vy, vz) where -1e18..=1e18,
            /// Velocity half a tick later.
            half: vec(half_x, half_y, half_z) where -1e18..=1e18,
            /// Potential energy at the last evaluation: half of that of each pair.
            pe: f32,
            /// Virial at the last evaluation: half of distance times force of each pair.
            virial: f32,
        }
        scratch {
            /// Force.
            force: vec(fx, fy, fz),
            /// Potential energy.
            new_pe: f32,
            /// Virial.
            new_virial: f32,
        }
    }
}

flockwork_scheduler::params! {
    /// Parameters of [`LennardJones`], in reduced units.
    pub struct LennardJonesParams {
        /// Molecules at this distance or farther have no force on each other.
        cutoff: f32 = 2.5, "sigma", 0.5..=100.0;
        /// The temperature at first, before the potential takes its part.
        temperature: f32 = 1.0, "epsilon / k", 0.0..=100.0, start;
        /// 1 to count energies from that at the cutoff, which the motion then keeps; 0 for not.
        shift: u32 = 0, "", 0..=1;
    }
}

/// The model, in the plane or in space.
#[derive(Clone, Copy, Debug)]
pub struct LennardJones<A: Axes = Plane> {
    params: LennardJonesParams,
    /// The energy that counts as zero.
    zero: f32,
    /// Columns, rows and layers of the lattice the molecules start on; in space of its cells.
    lattice: [u32; World::MOST_AXES],
    axes: PhantomData<A>,
}

flockwork_scheduler::stats! {
    /// What is reported of [`LennardJones`].
    pub struct LennardJonesStats of LennardJones<A> where A: Axes {
        /// Potential energy per molecule.
        potential_energy: Mean, "epsilon" = |_, one| one.pe;
        /// Kinetic energy per molecule.
        kinetic_energy: Mean, "epsilon" = |_, one| {
            let [x, y, z] = [0, 1, 2].map(|axis| f64::from(one.velocity.along(axis)));
            0.5 * (x * x + y * y + z * z)
        };
        /// Total energy per molecule.
        total_energy: Derived, "epsilon" = |_, all, _| all.potential_energy + all.kinetic_energy;
        /// From the mean kinetic energy: each direction has half of k T.
        temperature: Derived, "epsilon / k" = |_, all, _| all.kinetic_energy * per_axis::<A>(2.0);
        /// Virial per molecule.
        virial: Mean, "epsilon" = |_, one| one.virial;
        /// By the virial theorem; in space per sigma^3.
        pressure: Derived, "epsilon / sigma^2" = |_, all, totals| {
            density(totals) * (all.temperature + per_axis::<A>(1.0) * all.virial)
        };
        /// Mean velocity along x.
        momentum_x: Mean, "" = |_, one| one.velocity.x;
        /// Mean velocity along y.
        momentum_y: Mean, "" = |_, one| one.velocity.y;
    }
}

/// This divided by the number of axes.
fn per_axis<A: Axes>(value: f64) -> f64 {
    value / A::COUNT as f64
}

/// Molecules per area, or in space per volume.
fn density(totals: &Totals<'_>) -> f64 {
    totals.population as f64 / totals.setup.world.size()
}

/// Sums over the neighbours of eight molecules.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sum<A: Axes, S: Isa> {
    force: Sum8<Vector8<A, S>>,
    /// Potential energy of the pairs.
    energy: Sum8<F32x8<S>>,
    /// Distance times force of the pairs.
    virial: Sum8<F32x8<S>>,
}

impl<A: Axes> Model for LennardJones<A> {
    type Columns = molecule::Columns<A>;
    type Params = LennardJonesParams;
    type Stats = LennardJonesStats;
    type Passes = (Self,);
    type Event = Never;
    type Child = Never;

    const NAME: &'static str = "lennard_jones";
    const ABOUT: &'static str = "molecules with the potential of Lennard-Jones";

    fn new(params: LennardJonesParams, setup: &Setup) -> Result<Self, ParamError> {
        let [energy, _] =
            energy_and_virial(F32x8::<Baseline>::splat(params.cutoff * params.cutoff));
        let zero = if params.shift == 1 { energy.to_array()[0] } else { 0.0 };
        let lattice = if A::SPACE { cells(setup) } else { triangles(setup) };
        Ok(Self { params, zero, lattice, axes: PhantomData })
    }

    /// On a triangular lattice over the whole world, in space a face-centred cubic one, with normal
    /// velocities. Molecule `i` and the `i`-th from the end have opposite velocities, and one in the
    /// middle has none, so the momentum is zero to the bit.
    fn spawn(&self, setup: &Setup, id: u32) -> molecule::Row<A> {
        let opposite = setup.population.saturating_sub(1).saturating_sub(id);
        let [a, b, c, d] = setup.draw(id.min(opposite), 0);
        let ((vx, vy), (vz, _)) = (rng::normal_pair(a, b), rng::normal_pair(c, d));
        let sign = match id.cmp(&opposite) {
            core::cmp::Ordering::Less => 1.0,
            core::cmp::Ordering::Equal => 0.0,
            core::cmp::Ordering::Greater => -1.0,
        };
        let velocity =
            Vector::of(vx, vy, vz) * (sign * math::scalar::sqrt(self.params.temperature));
        let position = self.site(setup, id);
        molecule::Row { position, velocity, half: velocity, ..Default::default() }
    }

    #[inline(always)]
    fn update<S: Isa>(&self, me: &mut TileOf<'_, S, Self>, tick: &Tick<Self>) {
        let kick = me.force.get() * F32x8::splat(0.5 * tick.setup.dt);
        let first = tick.number == 0;
        let velocity = if first { me.velocity.get() } else { me.half.get() + kick };
        let (position, half) = tick.drift(me.position.get(), velocity + kick);
        me.position.set(position);
        me.velocity.set(velocity);
        me.half.set(half);
        me.pe.set(me.new_pe.get());
        me.virial.set(me.new_virial.get());
    }
}

impl<A: Axes> Pass<Self> for LennardJones<A> {
    type Shown = molecule::Shown<A>;
    type Tile<S: Isa> = ();
    type Sum<S: Isa> = Sum<A, S>;

    const SELECTIVE: bool = true;

    fn radius(model: &Self) -> f32 {
        model.params.cutoff
    }

    #[inline(always)]
    fn show(_: &Self, now: &RefOf<'_, Self>, row: usize, _tick: &Tick<Self>) -> molecule::Shown<A> {
        now.shown(row)
    }

    #[inline(always)]
    fn pair<S: Isa>(model: &Self, _tile: &(), pair: &Pair<'_, S, Self>, sum: &mut Sum<A, S>) {
        let r2 = pair.d2.max(F32x8::splat(CORE * CORE));
        let [energy, virial] = energy_and_virial(r2);
        // Away from the other where the virial is positive.
        sum.force.add(pair.near, pair.offset * -(virial / r2));
        sum.energy.add(pair.near, energy - F32x8::splat(model.zero));
        sum.virial.add(pair.near, virial);
    }

    #[inline(always)]
    fn finish<S: Isa>(_: &Self, all: &mut Finish<'_, '_, S, Self>) {
        // Each of a pair has half of it.
        let half = F32x8::splat(0.5);
        all.left.force.set(all.sum.force.get());
        all.left.new_pe.set(all.sum.energy.get() * half);
        all.left.new_virial.set(all.sum.virial.get() * half);
    }
}

impl<A: Axes> LennardJones<A> {
    /// The site of the lattice on which a molecule starts.
    fn site(&self, setup: &Setup, id: u32) -> Vector<A> {
        let [across, up, back] = self.lattice.map(u64::from);
        // Whole rows and columns have more sites than there are molecules: leave out some evenly.
        let of_cell = if A::SPACE { 4 } else { 1 };
        let sites = of_cell * across * up * back;
        let site = u64::from(id) * sites / u64::from(setup.population.max(1));
        let (cell, corner) = (site / of_cell, site % of_cell);
        let (column, line, layer) = (cell % across, cell / across % up, cell / across / up);
        let along = |line: u64, part: f32, side: f32, lines: u64| {
            (line as f32 + part) * (side / lines as f32)
        };
        let world = setup.world;
        match world.z() {
            Some(axis) if A::SPACE => {
                let [x, y, z] = FACES[corner as usize % FACES.len()];
                Vector::of(
                    along(column, x, world.width(), across),
                    along(line, y, world.height(), up),
                    along(layer, z, axis.length, back),
                )
            }
            _ => {
                let stagger = if line % 2 == 0 { 0.25 } else { 0.75 };
                let x = along(column, stagger, world.width(), across);
                Vector::of(x, along(line, 0.5, world.height(), up), 0.0)
            }
        }
    }
}

/// The sites of a face-centred cubic cell, of which one side is 1.
const FACES: [[f32; 3]; 4] =
    [[0.25, 0.25, 0.25], [0.75, 0.75, 0.25], [0.75, 0.25, 0.75], [0.25, 0.75, 0.75]];

/// The energy of a pair at the squared distance `r2`, and its distance times its force.
#[inline(always)]
fn energy_and_virial<S: Isa>(r2: F32x8<S>) -> [F32x8<S>; 2] {
    let inverse = F32x8::ONE / r2;
    let r6 = inverse * inverse * inverse;
    let r12 = r6 * r6;
    [F32x8::splat(4.0) * (r12 - r6), F32x8::splat(24.0) * (r12 + r12 - r6)]
}

/// Columns and rows of a triangular lattice over the world with at least one site for each
/// molecule; the number of rows is even, so that it also fits a periodic world.
fn triangles(setup: &Setup) -> [u32; World::MOST_AXES] {
    /// Height over width of a lattice cell, the square root of 3/4.
    const HIGH: f32 = 0.866_025_4;
    let count = setup.population.max(1);
    let tall = count as f32 * (setup.world.height() / setup.world.width()) / HIGH;
    let pairs = (math::scalar::sqrt(tall) * 0.5 + 0.5) as u32;
    let rows = 2 * pairs.clamp(1, count.div_ceil(2));
    [count.div_ceil(rows), rows, 1]
}

/// Cells along each axis of a face-centred cubic lattice with at least one site for each molecule: as
/// nearly cubes as whole numbers allow.
fn cells(setup: &Setup) -> [u32; World::MOST_AXES] {
    let wanted = u64::from(setup.population.max(1)).div_ceil(4);
    let mut cells = [1; World::MOST_AXES];
    while cells.iter().map(|&cells| u64::from(cells)).product::<u64>() < wanted {
        let mut longest = (0, 0.0);
        for (axis, along) in setup.world.axes().iter().enumerate() {
            let length = along.length / cells[axis] as f32;
            if length > longest.1 {
                longest = (axis, length);
            }
        }
        cells[longest.0] += 1;
    }
    cells
}

/// The distance below which the force grows no more, in units of sigma.
pub const CORE: f32 = 0.3;
