//! Views stay inside their memory; what was packed is unpacked.

#![no_main]

use flockwork_fuzz::Bytes;
use flockwork_fuzz::dots::dot;
use flockwork_kernel::columns::{ALIGN, Columns, Reach, byte_len, column, packed_len};
use flockwork_models::tribes::animal;
use flockwork_scheduler::Plane;
use libfuzzer_sys::fuzz_target;

type Animals = animal::Columns<Plane>;
type Dots = dot::Columns<Plane>;

#[repr(align(64))]
#[derive(Clone)]
struct Memory([u8; 16384]);

fuzz_target!(|data: &[u8]| {
    let mut bytes = Bytes(data);
    if bytes.below(2) == 0 {
        check::<Dots>(&mut bytes);
    } else {
        check::<Animals>(&mut bytes);
    }
});

fn check<C: Columns>(bytes: &mut Bytes<'_>) {
    let mut memory = Box::new(Memory([0; 16384]));
    let (from, len) = (bytes.below(200) as usize, bytes.below(16384) as usize);
    let capacity = match bytes.below(4) {
        0 => bytes.word() as usize,
        1 => usize::MAX - bytes.below(64) as usize,
        _ => bytes.below(80) as usize,
    };
    let end = (from + len).min(memory.0.len());
    let fits = byte_len::<C>(capacity).is_some_and(|needed| needed <= end - from);
    let bound = C::bind(&mut memory.0[from..end], capacity).is_ok();
    assert_eq!(bound, fits && from % ALIGN == 0);
    assert_eq!(C::view(&memory.0[from..end], capacity).is_ok(), bound);
    for index in 0..C::SCHEMA.len() + 1 {
        let _ = column::<f32>(C::SCHEMA, &memory.0[from..end], capacity, index);
        let _ = column::<u8>(C::SCHEMA, &memory.0[from..end], capacity, index);
    }
    let Ok(mut columns) = C::bind(&mut memory.0[from..end], capacity) else { return };
    let reach = [Reach::Scratch, Reach::Owned, Reach::Ghost][bytes.below(3) as usize];
    let row = bytes.below(100) as usize;
    let mut packed = vec![0; packed_len(C::SCHEMA, reach)];
    packed.iter_mut().for_each(|byte| *byte = bytes.byte());
    let short = packed.len() - bytes.below(2) as usize;
    match C::unpack(&mut columns, row, reach, &packed[..short]) {
        Some(read) => {
            assert_eq!((read, short), (packed.len(), packed.len()));
            let shared = C::share(&columns);
            let mut again = vec![0; packed.len()];
            assert_eq!(C::pack(&shared, row, reach, &mut again), Some(read));
            assert_eq!(again, packed);
            assert_ne!(C::fingerprint(&shared, row), 0);
            if packed.iter().all(|byte| *byte < 0x7f) {
                assert_eq!(C::difference(&shared, row, &shared, row), None);
            }
        }
        None => assert!(short < packed.len() || row >= capacity),
    }
    let order: Vec<u32> = (0..bytes.below(20)).map(|_| bytes.below(300)).collect();
    let mut other = Box::new(Memory([0; 16384]));
    let Ok(mut to) = C::bind(&mut other.0, 8) else { return };
    C::gather(&C::share(&columns), &order, &mut to);
}
