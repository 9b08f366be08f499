//! The epidemic in a browser, beside one of the built-in models.
//!
//! `npx flockwork-wasm epidemic/web --out public/epidemic` builds it for all tiers (from a checkout with
//! `--config CHECKOUT/.cargo/checkout.toml` besides); then
//!
//! ```js
//! createSimulation({ scenario: { model: 'epidemic', ... }, assets: { base: '/epidemic/' } })
//! ```
//!
//! runs it.

#![cfg_attr(target_arch = "wasm32", no_std)]
#![allow(unsafe_code)]

flockwork_scheduler_web::export!(epidemic::Epidemic, flockwork_models::Boids);
