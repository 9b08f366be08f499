//! Measures what a tick asks of the network: the constants of the cost model in docs/CLUSTER.md.
//!
//! ```text
//! mpirun -n 2 network
//! ```

use std::process::ExitCode;
use std::time::Instant;

use flockwork_scheduler_mpi::Network;

const TIMES: u32 = 2000;

fn main() -> ExitCode {
    let Some(universe) = mpi::initialize() else { return ExitCode::from(1) };
    let network = Network::new();
    let size = network.size();
    let sum_us = each_us(&mut || network.sum(&mut [1]));
    let mut near = vec![(network.rank() + 1) % size, (network.rank() + size - 1) % size];
    near.retain(|rank| *rank != network.rank());
    near.sort_unstable();
    near.dedup();
    let (mut packets, mut inbox) = (network.boxes(), network.boxes());
    let trade_us = each_us(&mut || {
        near.iter().for_each(|rank| packets[*rank as usize].resize(64, 1));
        network.trade(&near, &mut packets, &mut inbox);
    });
    let byte_ns = network.byte_ns();
    if network.rank() == 0 {
        println!(
            "{size} ranks: all-reduce {sum_us:.2} us, exchange of 64 bytes with {} ranks \
             {trade_us:.2} us (an all-reduce among it), {byte_ns:.3} ns per byte of 1 MiB",
            near.len()
        );
    }
    drop(universe);
    ExitCode::SUCCESS
}

/// Microseconds of a call, the least mean of some rounds.
fn each_us(call: &mut dyn FnMut()) -> f64 {
    let round = |call: &mut dyn FnMut()| {
        let begin = Instant::now();
        (0..TIMES).for_each(|_| call());
        begin.elapsed().as_secs_f64() * 1.0e6 / f64::from(TIMES)
    };
    (0..5).map(|_| round(call)).fold(f64::INFINITY, f64::min)
}
