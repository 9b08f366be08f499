//! The models of the example page: one from a crate of its own, and one that the npm package has too.

flockwork_scheduler_web::export!(std: epidemic::Epidemic, flockwork_models::Boids);
