//! What C cannot bring about: panics within, and poisoned handles.

use std::ffi::CStr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null;

use flockwork_kernel::Edge;
use flockwork_kernel::columns::Scalar;

use crate::index::{fw_index_count, fw_index_free, fw_index_rebuild, fw_index_unbounded};
use crate::sim::{self, fw_sim_free, fw_sim_of_model, fw_sim_step, fw_sim_tick};
use crate::status::{Fault, Status, call, fw_last_error};
use crate::world;

fn last() -> String {
    // SAFETY: it is a text, and no call comes between.
    unsafe { CStr::from_ptr(fw_last_error()) }.to_string_lossy().into_owned()
}

#[test]
fn a_panic_ends_at_the_border_and_is_told() {
    assert_eq!(call(|| panic!("number {}", 7)), Status::Panicked);
    assert_eq!(last(), "the library panicked: number 7");
    assert_eq!(call(|| Err(Fault::invalid("a\0b"))), Status::Invalid);
    assert_eq!(last(), "a\u{fffd}b");
    assert_eq!(call(|| Ok(())), Status::Ok);
    assert_eq!(last(), "a\u{fffd}b", "what is well says nothing");
}

#[test]
fn a_handle_through_which_a_panic_went_answers_so_and_can_be_freed() {
    let (mut made, mut tick) = (std::ptr::null_mut(), 0);
    let text = c"entities = 100\ndt = 0.05\n[world]\nwidth = 20\nheight = 10\n";
    // SAFETY: all pointers are good; the handle is freed once, at the end.
    unsafe {
        assert_eq!(fw_sim_of_model(c"boids".as_ptr(), text.as_ptr(), 1, &mut made), Status::Ok);
        let poisoned = catch_unwind(AssertUnwindSafe(|| (*made).poison()));
        assert!(poisoned.is_err());
        assert_eq!(fw_sim_step(made, 1), Status::Poisoned);
        assert!(last().contains("free it"), "{}", last());
        assert_eq!(fw_sim_tick(made, &mut tick), Status::Poisoned);
        fw_sim_free(made);
    }
    let (mut made, mut count) = (std::ptr::null_mut(), 0);
    // SAFETY: as before.
    unsafe {
        assert_eq!(fw_index_unbounded(2, 1.0, &mut made), Status::Ok);
        let poisoned = catch_unwind(AssertUnwindSafe(|| (*made).poison()));
        assert!(poisoned.is_err());
        assert_eq!(fw_index_count(made, [1.0, 1.0].as_ptr(), 1.0, &mut count), Status::Poisoned);
        assert_eq!(fw_index_rebuild(made, null(), null()), Status::Poisoned);
        fw_index_free(made);
    }
}

#[test]
fn a_step_waits_for_whoever_looks_and_who_looks_is_told_of_a_step() {
    let (mut made, mut tick) = (std::ptr::null_mut(), 9);
    let text = c"entities = 100\ndt = 0.05\n[world]\nwidth = 20\nheight = 10\n";
    // SAFETY: all pointers are good; the handle is freed once, after all threads have returned.
    unsafe {
        assert_eq!(fw_sim_of_model(c"boids".as_ptr(), text.as_ptr(), 1, &mut made), Status::Ok);
        let address = made.expose_provenance();
        let turns = (*made).turns();
        let looking = turns.look().expect("nobody else has the turn");
        let stepping = std::thread::spawn(move || {
            fw_sim_step(std::ptr::with_exposed_provenance_mut(address), 3)
        });
        while turns.changes() == 0 {
            std::thread::yield_now();
        }
        assert_eq!(fw_sim_tick(made, &mut tick), Status::Busy, "the step waits for its turn");
        assert!(last().contains("changes it"), "{}", last());
        assert_eq!(tick, 9);
        drop(looking);
        assert_eq!(stepping.join().expect("no panic"), Status::Ok);
        assert_eq!(fw_sim_tick(made, &mut tick), Status::Ok);
        assert_eq!(tick, 3);
        fw_sim_free(made);
    }
}

#[test]
fn numbers_that_stand_for_something_are_those_of_the_crates() {
    let edges = [world::EDGE_PERIODIC, world::EDGE_WALL, world::EDGE_OPEN];
    assert_eq!(edges.map(Edge::from_code), Edge::NAMES.map(|(_, edge)| Some(edge)));
    let scalars = [
        (sim::SCALAR_F32, Scalar::F32),
        (sim::SCALAR_U32, Scalar::U32),
        (sim::SCALAR_U16, Scalar::U16),
        (sim::SCALAR_U8, Scalar::U8),
        (sim::SCALAR_I32, Scalar::I32),
        (sim::SCALAR_U64, Scalar::U64),
        (sim::SCALAR_BOOL, Scalar::Bool),
    ];
    assert!(scalars.iter().all(|(code, scalar)| *code == *scalar as u32));
}
