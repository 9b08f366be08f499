//! Kernels without a scheduler: the answers, and what is refused.

use flockwork_scheduler_web::sim_core::SimCore;

fn core(count: u32) -> Box<SimCore> {
    SimCore::new(count, 10.0, 10.0, 0).unwrap()
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    for (capacity, width, edge, word) in
        [(0, 10.0, 0, "capacity"), (1 << 25, 10.0, 0, "capacity"), (4, 10.0, 3, "edge")]
    {
        let error = SimCore::new(capacity, width, 10.0, edge).unwrap_err();
        assert!(error.contains(word), "{error}");
    }
    assert!(SimCore::new(4, f32::NAN, 10.0, 0).is_err());
    let mut core = core(4);
    assert!(core.process_movement(0, 5, 0.1).unwrap_err().contains("0..5"));
    assert!(core.process_movement(3, 2, 0.1).is_err());
    assert!(core.integrate_physics(0, 4, f32::NAN).is_err());
    assert!(core.query_neighbors(0.0, 0.0, 1.0, 4).unwrap_err().contains("rebuild"));
    assert!(core.rebuild_spatial_hash(0, 4, -1.0).is_err());
    core.rebuild_spatial_hash(0, 4, 1.0).unwrap();
    assert!(core.query_neighbors(0.0, 0.0, -1.0, 4).is_err());
    assert!(core.query_neighbors(0.0, 0.0, 1.0, 0).is_err());
    // What was built before is gone after a failure.
    assert!(core.rebuild_spatial_hash(0, 4, 0.0).is_err());
    assert!(core.query_neighbors(0.0, 0.0, 1.0, 4).is_err());
}

#[test]
fn neighbours_come_by_distance_then_id() {
    let mut core = core(6);
    core.rebuild_spatial_hash(0, 6, 1.0).unwrap();
    assert_eq!(core.query_neighbors(0.5, 0.0, 1.0, 10), Ok(6));
    assert_eq!(core.results(), [0, 1, 2, 3, 4, 5]);
    assert_eq!(core.query_neighbors(0.5, 0.0, 1.0, 2), Ok(2));
    assert_eq!(core.results(), [0, 1]);
    core.rebuild_spatial_hash(2, 4, 1.0).unwrap();
    assert_eq!(core.query_neighbors(0.5, 0.0, 1.0, 10), Ok(2));
    assert_eq!(core.results(), [2, 3]);
    assert_eq!(core.query_neighbors(5.0, 0.0, 1.0, 10), Ok(0));
}

#[test]
fn entities_at_rest_stay_and_meet_no_edge() {
    let mut core = core(9);
    assert_eq!(core.process_movement(0, 9, 0.5), Ok(0));
    assert_eq!(core.integrate_physics(0, 9, 0.5), Ok(0));
    assert!((0..6).all(|column| core.column(column).unwrap().iter().all(|&value| value == 0.0)));
    assert!(core.column(6).is_none());
}
