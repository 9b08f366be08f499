//! Another mode of computing is found on every thread that computes, the caller's too.

#![cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]

use flockwork_kernel::float_mode::FloatMode;
use flockwork_kernel::{Edge, World};
use flockwork_models::Boids;
use flockwork_scheduler::{
    Arithmetic, Cut, DomainError, Executor, Partition, Serial, Setup, Simulation, SimulationError,
};
use flockwork_scheduler_native::{Threads, ThreadsError};

#[cfg(target_arch = "x86_64")]
mod mode {
    use super::FloatMode;

    const USUAL: u32 = 0x1f80;
    pub const ALL: [(u32, FloatMode); 5] = [
        (USUAL | 0x4000, FloatMode::Upward),
        (USUAL | 0x2000, FloatMode::Downward),
        (USUAL | 0x6000, FloatMode::TowardZero),
        (USUAL | 0x8000, FloatMode::FlushesResults),
        (USUAL | 0x0040, FloatMode::FlushesOperands),
    ];

    #[allow(unsafe_code)]
    fn set(mode: u32) {
        // SAFETY: a valid MXCSR with all exceptions masked.
        unsafe { std::arch::asm!("ldmxcsr [{}]", in(reg) &mode, options(nostack)) }
    }

    /// Another mode, until it is dropped.
    pub struct Other;

    impl Other {
        pub fn new(mode: u32) -> Self {
            set(mode);
            Self
        }
    }

    impl Drop for Other {
        fn drop(&mut self) {
            set(USUAL);
        }
    }
}

#[cfg(target_arch = "aarch64")]
mod mode {
    use super::FloatMode;

    pub const ALL: [(u32, FloatMode); 4] = [
        (1 << 22, FloatMode::Upward),
        (2 << 22, FloatMode::Downward),
        (3 << 22, FloatMode::TowardZero),
        (1 << 24, FloatMode::FlushesOperands),
    ];

    #[allow(unsafe_code)]
    fn set(mode: u32) {
        // SAFETY: a valid FPCR.
        unsafe { std::arch::asm!("msr fpcr, {}", in(reg) u64::from(mode), options(nostack, nomem)) }
    }

    /// Another mode, until it is dropped.
    pub struct Other;

    impl Other {
        pub fn new(mode: u32) -> Self {
            set(mode);
            Self
        }
    }

    impl Drop for Other {
        fn drop(&mut self) {
            set(0);
        }
    }
}

fn setup() -> Setup {
    let world = World::new(20.0, 20.0, Edge::Periodic).unwrap();
    Setup { world, population: 500, seed: 1, dt: 0.05 }
}

fn world<X: Executor>(executor: X) -> Result<Simulation<Boids, X>, SimulationError> {
    let partition = Partition::new(Cut::Grid { cols: 2, rows: 2, layers: 1 });
    Simulation::new(setup(), Boids::default(), partition, executor, None)
}

/// Holds that an error of the calling thread names the mode and that thread.
fn is_of_the_caller(error: Option<SimulationError>, wanted: FloatMode) {
    let error = error.expect("it went on");
    let SimulationError::FloatMode { mode, thread } = &error else { panic!("{error}") };
    assert_eq!(*mode, wanted);
    assert_eq!(Some(&thread[..]), std::thread::current().name());
    assert!(error.to_string().contains(&wanted.to_string()), "{error}");
}

#[test]
fn a_pool_that_a_thread_of_another_mode_starts_is_refused() {
    for (bits, wanted) in mode::ALL {
        let error = {
            let _other = mode::Other::new(bits);
            Threads::new(2).err()
        };
        assert_eq!(error, Some(ThreadsError::FloatMode { worker: 0, mode: wanted }));
    }
    Threads::new(2).unwrap();
}

#[test]
fn a_caller_of_another_mode_is_refused_and_nothing_is_changed() {
    for (bits, wanted) in mode::ALL {
        let mut calm = world(Serial::default()).unwrap();
        let mut other = world(Serial::default()).unwrap();
        let threads = Threads::new(2).unwrap();
        calm.step().unwrap();
        other.step().unwrap();
        let snapshot = other.snapshot().unwrap();
        let partition = Partition::new(Cut::Parts(1));
        let params = *other.params();
        let errors = {
            let _other = mode::Other::new(bits);
            [
                world(threads).err(),
                world(Serial::default()).err(),
                Simulation::<Boids, _>::restore(
                    &snapshot,
                    Arithmetic::Same,
                    partition,
                    Serial::default(),
                )
                .err(),
                other.step().err(),
                other.set_params(params).err(),
                other.observe().err(),
            ]
        };
        errors.into_iter().for_each(|error| is_of_the_caller(error, wanted));
        // The thread is right again: all goes on, with the same bits.
        calm.step().unwrap();
        other.step().unwrap();
        assert_eq!(calm.fingerprint(), other.fingerprint());
    }
}

#[test]
fn a_worker_whose_mode_is_changed_later_is_found_in_the_next_tick() {
    for (bits, wanted) in mode::ALL {
        let mut world = world(Threads::new(2).unwrap()).unwrap();
        world.step().unwrap();
        let pool = world.executor().pool();
        pool.broadcast(|thread| {
            if thread.index() == 1 {
                std::mem::forget(mode::Other::new(bits));
            }
        });
        // Worker 1 need not be the one that is given work at once.
        let error = (0..10_000).find_map(|_| world.step().err()).expect("worker 1 never computed");
        let SimulationError::Domain(DomainError::FloatMode { mode, worker: 1, .. }) = error else {
            panic!("{error}")
        };
        assert_eq!(mode, wanted);
        assert!(error.to_string().contains("worker 1"), "{error}");
        assert_eq!(world.step().err(), Some(error));
        // What is there is the last tick that was computed rightly.
        world.recount().unwrap();
    }
}

#[test]
fn a_run_on_threads_names_the_worker_that_leads_it() {
    use flockwork_models::threads::entry;
    use flockwork_scheduler_native::{Config, Options};
    let options = Options { workers: 1, ..Options::default() };
    let config =
        Config { setup: setup(), params: Vec::new(), table: None, fields: Vec::new(), options };
    let entry = entry("boids").unwrap();
    for (bits, wanted) in mode::ALL {
        let error = {
            let _other = mode::Other::new(bits);
            entry.build(&config).err().expect("it was built")
        };
        assert!(error.to_string().contains(&wanted.to_string()), "{error}");
    }
    entry.build(&config).unwrap().run(3).unwrap();
}
