//! The epidemic in a browser, beside one of the built-in models.
//!
//! `npx flockwork-wasm examples/epidemic-web --out public/epidemic` builds it for all tiers; then
//!
//! ```js
//! createSimulation({ scenario: { model: 'epidemic', ... }, assets: { wasm: '/epidemic/flockwork.shared.wasm' } })
//! ```
//!
//! runs it. `adapters/web/README.md` shows what tiers without WebAssembly need.

#![cfg_attr(target_arch = "wasm32", no_std)]
#![allow(unsafe_code)]

flockwork_scheduler_web::export!(epidemic::Epidemic, flockwork_models::Boids);
