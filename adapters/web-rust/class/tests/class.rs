//! The class as JavaScript has it, in Node and in browsers; and the same bits natively.

#[cfg(not(target_arch = "wasm32"))]
use flockwork_scheduler_web::sim_core::SimCore as Core;

const ENTITIES: u32 = 1000;
const STEPS: u32 = 200;
/// Half of the entities: ranges that begin and end within eight.
const SOME: (u32, u32) = (251, 749);
/// What a run leaves: a hash of the bits of all columns, how many met the edge, and of the neighbours.
const LEFT: (u64, u32, u64) = (0x104e_3c9e_a08f_546b, 1124, 0xc5ac_bc0e_b68c_e56b);

/// The value that a column begins with: numbers of a fixed sequence.
fn value(column: usize, row: u32) -> f32 {
    let mut word = (u64::from(row) * 6 + column as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    word ^= word >> 29;
    let unit = (word.wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 40) as f32 / (1 << 24) as f32;
    match column {
        0 => unit * 40.0,
        1 => unit * 20.0,
        _ => unit * 2.0 - 1.0,
    }
}

fn hash(words: impl IntoIterator<Item = u32>) -> u64 {
    let step = |hash: u64, word| (hash ^ u64::from(word)).wrapping_mul(0x0100_0000_01b3);
    words.into_iter().fold(0xcbf2_9ce4_8422_2325, step)
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn the_kernels_leave_these_bits_natively() {
    let mut core = Core::new(ENTITIES, [40.0, 20.0], [0, 1]).unwrap();
    for (index, column) in core.columns_mut().into_iter().enumerate() {
        for (to, row) in column.iter_mut().zip(0..) {
            *to = value(index, row);
        }
    }
    let mut met = 0;
    for _ in 0..STEPS {
        met += core.integrate_physics(SOME.0, SOME.1, 0.05).unwrap();
        met += core.process_movement(0, ENTITIES, 0.02).unwrap();
    }
    core.rebuild_spatial_hash(0, ENTITIES, 1.0).unwrap();
    let mut finder = core.finder();
    core.query_neighbors_of(&mut finder, SOME.0, SOME.1, 1.5, 20).unwrap();
    let found = hash(finder.ids().iter().copied());
    core.give_back(finder);
    let bits = core
        .columns_mut()
        .into_iter()
        .flat_map(|column| column.iter().map(|value| value.to_bits()));
    assert_eq!((hash(bits), met, found), LEFT);
}

#[cfg(target_arch = "wasm32")]
mod page {
    use flockwork_sim_core::SimCore;
    use js_sys::{Error, Float32Array};
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    fn columns(core: &mut SimCore) -> [Float32Array; 6] {
        [core.x(), core.y(), core.vx(), core.vy(), core.ax(), core.ay()]
    }

    fn core(capacity: u32) -> SimCore {
        SimCore::new(capacity, 40.0, 20.0, None, Some("wall".into())).unwrap()
    }

    #[wasm_bindgen_test]
    fn the_class_leaves_the_native_bits() {
        let mut core = core(ENTITIES);
        for (index, column) in columns(&mut core).into_iter().enumerate() {
            for row in 0..ENTITIES {
                column.set_index(row, value(index, row));
            }
        }
        let mut met = 0;
        for _ in 0..STEPS {
            let physics = core.integrate_physics(SOME.0, SOME.1, 0.05).unwrap();
            assert_eq!(physics.moved, SOME.1 - SOME.0);
            met += physics.met_edge + core.process_movement(0, ENTITIES, 0.02).unwrap().met_edge;
        }
        core.rebuild_spatial_hash(0, ENTITIES, None).unwrap();
        let neighbors = core.query_neighbors_of(SOME.0, SOME.1, 1.5, 20).unwrap();
        let found = hash(neighbors.ids().to_vec());
        let bits = columns(&mut core).into_iter().flat_map(|column| column.to_vec());
        assert_eq!((hash(bits.map(f32::to_bits)), met, found), LEFT);
    }

    #[wasm_bindgen_test]
    fn views_are_of_the_memory_that_kernels_work_on() {
        let mut core = core(3);
        let (x, vx) = (core.x(), core.vx());
        x.set_index(1, 39.5);
        vx.set_index(1, 2.0);
        let movement = core.process_movement(0, 3, 0.5).unwrap();
        assert_eq!((movement.moved, movement.met_edge), (3, 1));
        assert_eq!(x.to_vec(), [0.0, 0.5, 0.0]);
    }

    #[wasm_bindgen_test]
    fn neighbours_are_found_the_nearest_first() {
        let mut core = core(4);
        core.x().copy_from(&[1.0, 2.5, 1.5, 30.0]);
        core.rebuild_spatial_hash(0, 4, Some(2.0)).unwrap();
        assert_eq!(core.query_neighbors(1.0, 0.0, 2.0, 8).unwrap().to_vec(), [0, 2, 1]);
        assert_eq!(core.query_neighbors(1.0, 0.0, 2.0, 2).unwrap().to_vec(), [0, 2]);
        let of = core.query_neighbors_of(0, 2, 2.0, 8).unwrap();
        assert_eq!((of.offsets().to_vec(), of.ids().to_vec()), (vec![0, 2, 4], vec![2, 1, 2, 0]));
    }

    #[wasm_bindgen_test]
    fn what_is_not_acceptable_is_an_error_that_says_what_is() {
        let message = |error: wasm_bindgen::JsError| {
            let error: Error = wasm_bindgen::JsValue::from(error).try_into_error();
            String::from(error.message())
        };
        let mut core = core(3);
        let cases = [
            (
                core.process_movement(0, 4, 0.1).err(),
                "the range 0..4 is not acceptable: there are 3 entities",
            ),
            (core.process_movement(2, 1, 0.1).err(), "the range 2..1"),
            (core.integrate_physics(0, 3, f32::NAN).err(), "NaN"),
            (
                core.query_neighbors(0.0, 0.0, 1.0, 8).err(),
                "the spatial hash is empty: rebuild it first",
            ),
            (SimCore::new(0, 1.0, 1.0, None, None).err(), "capacity is 0: it must be from 1 to"),
            (
                SimCore::new(1, 1.0, 1.0, Some("torus".into()), None).err(),
                "edge_x is \"torus\": it must be periodic, wall or open",
            ),
        ];
        for (error, text) in cases {
            let said = message(error.expect(text));
            assert!(said.contains(text), "{said}");
        }
        core.x().set_index(2, f32::INFINITY);
        let said = message(core.process_movement(0, 3, 0.1).unwrap_err());
        assert_eq!(said, "x of entity 2 is inf: it must be a finite number");
    }

    /// As an `Error` of JavaScript, which it must be.
    trait TryIntoError {
        fn try_into_error(self) -> Error;
    }

    impl TryIntoError for wasm_bindgen::JsValue {
        fn try_into_error(self) -> Error {
            wasm_bindgen::JsCast::dyn_into(self).expect("what is thrown is an Error")
        }
    }
}
