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

use core::ops::Range;

use flockwork_kernel::integrate::EdgeLanes;
use flockwork_kernel::isa::Baseline;
use flockwork_kernel::simd::{F32x8, Isa, V2};
use flockwork_kernel::{LANES, math, rng};
use flockwork_scheduler::{
    Context, Model, MutOf, ParamError, RefOf, ScratchOf, Setup, Stat, Tick, Totals,
};
use flockwork_spatial::{Pair, Positioned};

flockwork_kernel::columns! {
    /// State of one molecule.
    pub mod molecule {
        ghost {
            /// Position along x.
            x: f32,
            /// Position along y.
            y: f32,
        }
        owned {
            /// Velocity along x at the last evaluation of the forces.
            vx: f32 where -1e18..=1e18,
            /// Velocity along y at the last evaluation of the forces.
            vy: f32 where -1e18..=1e18,
            /// Velocity along x half a tick later.
            half_x: f32 where -1e18..=1e18,
            /// Velocity along y half a tick later.
            half_y: f32 where -1e18..=1e18,
            /// Potential energy at the last evaluation: half of that of each pair.
            pe: f32,
            /// Virial at the last evaluation: half of distance times force of each pair.
            virial: f32,
        }
        scratch {
            /// Force along x.
            fx: f32,
            /// Force along y.
            fy: f32,
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

/// The model.
#[derive(Clone, Copy, Debug)]
pub struct LennardJones {
    params: LennardJonesParams,
    /// The energy that counts as zero.
    zero: f32,
    /// Columns and rows of the lattice the molecules start on.
    lattice: (u32, u32),
}

/// What a molecule shows to its neighbours.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    x: f32,
    y: f32,
}

impl Positioned for Seen {
    #[inline(always)]
    fn x(&self) -> f32 {
        self.x
    }
    #[inline(always)]
    fn y(&self) -> f32 {
        self.y
    }
}

/// Sums over the neighbours of eight molecules.
#[derive(Clone, Copy, Debug)]
pub struct Sum<S: Isa> {
    force: V2<S>,
    /// Potential energy of the pairs.
    energy: F32x8<S>,
    /// Distance times force of the pairs.
    virial: F32x8<S>,
}

impl Model for LennardJones {
    type Columns = molecule::Columns;
    type Params = LennardJonesParams;
    type Record = Seen;
    type Tile<S: Isa> = ();
    type Sum<S: Isa> = Sum<S>;

    const NAME: &'static str = "lennard_jones";
    const ABOUT: &'static str = "molecules with the potential of Lennard-Jones, in the plane";
    const SUMS: usize = 5;
    const STATS: &'static [Stat] = &[
        Stat { name: "potential_energy", about: "per molecule, epsilon" },
        Stat { name: "kinetic_energy", about: "per molecule, epsilon" },
        Stat { name: "total_energy", about: "per molecule, epsilon" },
        Stat { name: "temperature", about: "the mean kinetic energy, epsilon / k" },
        Stat { name: "pressure", about: "by the virial theorem, epsilon / sigma^2" },
        Stat { name: "momentum_x", about: "mean velocity along x" },
        Stat { name: "momentum_y", about: "mean velocity along y" },
    ];

    fn new(params: LennardJonesParams, setup: &Setup) -> Result<Self, ParamError> {
        let [energy, _] =
            energy_and_virial(F32x8::<Baseline>::splat(params.cutoff * params.cutoff));
        let zero = if params.shift == 1 { energy.to_array()[0] } else { 0.0 };
        Ok(Self { params, zero, lattice: lattice(setup) })
    }

    fn radius(&self) -> f32 {
        self.params.cutoff
    }

    /// On a triangular lattice over the whole world, with normal velocities. Molecule `i` and the
    /// `i`-th from the end have opposite velocities, and one in the middle has none, so the
    /// momentum is zero to the bit.
    fn spawn(&self, setup: &Setup, id: u32, columns: &mut MutOf<'_, Self>, row: usize) {
        let (across, up) = (self.lattice.0, self.lattice.1);
        let sites = u64::from(across) * u64::from(up);
        // Whole rows and columns have more sites than there are molecules: leave out some evenly.
        let site = u64::from(id) * sites / u64::from(setup.population.max(1));
        let (column, line) = (site % u64::from(across), site / u64::from(across));
        let stagger = if line % 2 == 0 { 0.25 } else { 0.75 };
        columns.x[row] = (column as f32 + stagger) * (setup.world.width() / across as f32);
        columns.y[row] = (line as f32 + 0.5) * (setup.world.height() / up as f32);

        let opposite = setup.population.saturating_sub(1).saturating_sub(id);
        let [a, b, ..] = rng::draw(setup.seed, 0, id.min(opposite), 0);
        let (vx, vy) = rng::normal_pair(a, b);
        let sign = match id.cmp(&opposite) {
            core::cmp::Ordering::Less => 1.0,
            core::cmp::Ordering::Equal => 0.0,
            core::cmp::Ordering::Greater => -1.0,
        };
        let width = sign * math::scalar::sqrt(self.params.temperature);
        columns.vx[row] = vx * width;
        columns.vy[row] = vy * width;
        columns.half_x[row] = columns.vx[row];
        columns.half_y[row] = columns.vy[row];
        columns.pe[row] = 0.0;
        columns.virial[row] = 0.0;
    }

    #[inline(always)]
    fn record(&self, columns: &RefOf<'_, Self>, row: usize) -> Seen {
        Seen { x: columns.x[row], y: columns.y[row] }
    }

    #[inline(always)]
    fn load<S: Isa>(&self, _columns: &RefOf<'_, Self>, _at: usize) -> ((), Sum<S>) {
        ((), Sum { force: V2::ZERO, energy: F32x8::ZERO, virial: F32x8::ZERO })
    }

    #[inline(always)]
    fn pair<S: Isa>(&self, _tile: &(), _other: &Seen, pair: &Pair<S>, sum: &mut Sum<S>) {
        if !pair.near.any() {
            return;
        }
        let r2 = pair.d2.max(F32x8::splat(CORE * CORE));
        let [energy, virial] = energy_and_virial(r2);
        // Away from the other where the virial is positive.
        let force = V2::new(pair.dx, pair.dy) * -(virial / r2);
        sum.force += force.keep(pair.near);
        sum.energy += pair.near.keep(energy - F32x8::splat(self.zero));
        sum.virial += pair.near.keep(virial);
    }

    #[inline(always)]
    fn finish<S: Isa>(
        &self,
        at: usize,
        _count: usize,
        _tile: &(),
        sum: &Sum<S>,
        _columns: &RefOf<'_, Self>,
        scratch: &mut ScratchOf<'_, Self>,
        _context: &mut Context<'_, Self>,
    ) {
        // Each of a pair has half of it.
        let half = F32x8::splat(0.5);
        sum.force.x.store(&mut scratch.fx[at..]);
        sum.force.y.store(&mut scratch.fy[at..]);
        (sum.energy * half).store(&mut scratch.new_pe[at..]);
        (sum.virial * half).store(&mut scratch.new_virial[at..]);
    }

    #[inline(always)]
    fn update<S: Isa>(&self, columns: &mut MutOf<'_, Self>, rows: Range<usize>, tick: &Tick) {
        let dt = F32x8::splat(tick.setup.dt);
        let half_dt = F32x8::splat(0.5 * tick.setup.dt);
        let edge = EdgeLanes::<S>::of(&tick.setup.world);
        let first = tick.number == 0;
        for at in rows.clone().step_by(LANES) {
            let tile = at..(at + LANES).min(rows.end);
            let load = |column: &[f32]| F32x8::<S>::load(&column[tile.clone()]);
            let kick = V2::new(load(columns.fx), load(columns.fy)) * half_dt;
            let v = if first {
                V2::new(load(columns.vx), load(columns.vy))
            } else {
                V2::new(load(columns.half_x), load(columns.half_y)) + kick
            };
            let half = v + kick;
            let (x, y, half_x, half_y) = edge.apply(
                load(columns.x) + half.x * dt,
                load(columns.y) + half.y * dt,
                half.x,
                half.y,
            );
            let (pe, virial) = (load(columns.new_pe), load(columns.new_virial));
            x.canonical_zero().store(&mut columns.x[tile.clone()]);
            y.canonical_zero().store(&mut columns.y[tile.clone()]);
            v.x.canonical_zero().store(&mut columns.vx[tile.clone()]);
            v.y.canonical_zero().store(&mut columns.vy[tile.clone()]);
            half_x.canonical_zero().store(&mut columns.half_x[tile.clone()]);
            half_y.canonical_zero().store(&mut columns.half_y[tile.clone()]);
            pe.store(&mut columns.pe[tile.clone()]);
            virial.store(&mut columns.virial[tile]);
        }
    }

    fn tally(&self, columns: &RefOf<'_, Self>, row: usize, sums: &mut [i64]) {
        let [vx, vy, pe, virial] =
            [columns.vx[row], columns.vy[row], columns.pe[row], columns.virial[row]].map(f64::from);
        let ke = 0.5 * (vx * vx + vy * vy);
        for (sum, value) in sums.iter_mut().zip([pe, ke, virial, vx, vy]) {
            *sum = sum.wrapping_add(((value * FIXED) as i64).clamp(-MOST, MOST));
        }
    }

    fn report(&self, totals: &Totals<'_>, each: &mut dyn FnMut(f64)) {
        let count = totals.population.max(1) as f64;
        let [pe, ke, virial, vx, vy] =
            core::array::from_fn(|at| totals.sums[at] as f64 / FIXED / count);
        let world = totals.setup.world;
        let density = count / (f64::from(world.width()) * f64::from(world.height()));
        each(pe);
        each(ke);
        each(pe + ke);
        // Two directions, each with half of k T.
        each(ke);
        each(density * (ke + 0.5 * virial));
        each(vx);
        each(vy);
    }
}

/// The energy of a pair at the squared distance `r2`, and its distance times its force.
#[inline(always)]
fn energy_and_virial<S: Isa>(r2: F32x8<S>) -> [F32x8<S>; 2] {
    let inverse = F32x8::ONE / r2;
    let r6 = inverse * inverse * inverse;
    let r12 = r6 * r6;
    [F32x8::splat(4.0) * (r12 - r6), F32x8::splat(24.0) * (r12 + r12 - r6)]
}

/// Columns and rows of a triangular lattice over the world with at least one site for each
/// molecule; the number of rows is even, so that it also fits a torus.
fn lattice(setup: &Setup) -> (u32, u32) {
    /// Height over width of a lattice cell, the square root of 3/4.
    const HIGH: f32 = 0.866_025_4;
    let count = setup.population.max(1);
    let tall = count as f32 * (setup.world.height() / setup.world.width()) / HIGH;
    let pairs = (math::scalar::sqrt(tall) * 0.5 + 0.5) as u32;
    let rows = 2 * pairs.clamp(1, count.div_ceil(2));
    (count.div_ceil(rows), rows)
}

/// The distance below which the force grows no more, in units of sigma.
pub const CORE: f32 = 0.3;

/// Fixed point of the sums: 2^20.
const FIXED: f64 = (1 << 20) as f64;
/// The most that one molecule adds to a sum, 2^22 in fixed point: what it has from a neighbour
/// closer than [`CORE`]. The sums of 2^21 such molecules fit, and those of a liquid always.
const MOST: i64 = 1 << 42;
