//! `flockwork snapshot` and `--resume`.

use super::{BOIDS, Place, TRIBES};

#[test]
fn a_resumed_run_ends_as_an_unbroken_one_on_any_number_of_workers() {
    let place = Place::with(TRIBES);
    let unbroken = place.fingerprint("run s.toml --workers 1");
    place.output("snapshot s.toml --ticks 25 --workers 2 --out a.snap");
    for workers in ["--workers 1", "--workers 3 --regions 2x3", "--workers 8 --no-rebalance"] {
        // A scenario says how many ticks there are in all, --ticks how many more.
        let named = place.fingerprint(&format!("run s.toml --resume a.snap {workers}"));
        let more = place.fingerprint(&format!("run --resume a.snap --ticks 35 {workers}"));
        assert_eq!((&named, &more), (&unbroken, &unbroken), "{workers}");
    }
    // In two steps, the second snapshot over the first.
    place.output("run --resume a.snap --ticks 15 --workers 2 --snapshot a.snap");
    assert_eq!(place.fingerprint("run --resume a.snap --ticks 20"), unbroken);
}

#[test]
fn every_model_goes_on_from_a_snapshot() {
    for (model, side, dt) in [
        ("boids", 8, 0.05),
        ("tribes", 14, 0.05),
        ("vicsek", 10, 1.0),
        ("discs", 40, 0.02),
        ("lennard_jones", 24, 0.005),
    ] {
        let place = Place::with(&format!(
            "model = \"{model}\"\nentities = 400\nticks = 40\ndt = {dt}\n[world]\nwidth = {side}\n\
             height = {side}\n"
        ));
        let unbroken = place.fingerprint("run s.toml");
        place.output("snapshot s.toml --ticks 17 --out a.snap --workers 1");
        let resumed = place.fingerprint("run s.toml --resume a.snap --workers 3 --regions 2x2");
        assert_eq!(resumed, unbroken, "{model}");
    }
}

#[test]
fn equal_states_give_equal_files() {
    let place = Place::with(TRIBES);
    place.output("snapshot s.toml --out a.snap --workers 1");
    place.output("snapshot s.toml --out b.snap --workers 2 --regions 3x2");
    assert_eq!(place.read("a.snap"), place.read("b.snap"));
}

#[test]
fn a_snapshot_at_the_end_of_its_scenario_has_no_ticks_left() {
    let place = Place::with(BOIDS);
    let end = place.fingerprint("snapshot s.toml --out a.snap");
    assert_eq!(place.fingerprint("run s.toml --resume a.snap"), end);
    let text = place.output("run --resume a.snap --ticks 5");
    assert!(text.contains("5 ticks from tick 20"), "{text}");
}

#[test]
fn a_snapshot_of_another_arithmetic_goes_on_only_where_that_is_allowed() {
    let place = Place::with(BOIDS);
    let unbroken = place.fingerprint("run s.toml");
    place.output("snapshot s.toml --ticks 5 --out good.snap");
    let mut bytes = place.read("good.snap");
    let at = bytes.windows(5).position(|part| part == b"wide ").unwrap();
    bytes[at + 5] = b'9';
    let crc = crc(&bytes[16..]);
    bytes[12..16].copy_from_slice(&crc.to_le_bytes());
    place.write("other.snap", bytes);
    let parts = ["other.snap", "another arithmetic (wide 9", "--other-arithmetic"];
    place.refused("run s.toml --resume other.snap", &parts);
    // It is the same one here, so that the run ends as ever.
    let resumed = "run s.toml --resume other.snap --other-arithmetic --report r.json";
    assert_eq!(place.fingerprint(resumed), unbroken);
    let report = String::from_utf8(place.read("r.json")).unwrap();
    assert!(report.contains("\"arithmetic\": \"wide "), "{report}");
    place.refused("run s.toml --other-arithmetic", &["--resume"]);
}

/// CRC-32 (IEEE), bit by bit.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 }
        })
    })
}
