//! What a crowd runs on, and why.

use std::fmt;

use js_sys::{Array, Reflect};
use wasm_bindgen::JsValue;

/// A way to run, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// WebAssembly with SIMD; workers share one memory. The page must be cross-origin isolated.
    WasmShared,
    /// WebAssembly with SIMD; workers with memory of their own send each other what the others need.
    WasmTransfer,
    /// The same as JavaScript, on several workers.
    JsWorkers,
    /// The same as JavaScript, on one worker.
    JsSingle,
}

impl Tier {
    /// All, the best first.
    pub const ALL: [Self; 4] =
        [Self::WasmShared, Self::WasmTransfer, Self::JsWorkers, Self::JsSingle];

    /// Its name, such as `wasm-shared`.
    pub fn name(self) -> &'static str {
        match self {
            Self::WasmShared => "wasm-shared",
            Self::WasmTransfer => "wasm-transfer",
            Self::JsWorkers => "js-workers",
            Self::JsSingle => "js-single",
        }
    }

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.name() == name)
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A tier that was looked at.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Its name.
    pub tier: String,
    /// Whether it runs.
    pub ok: bool,
    /// Of what kind the reason is, such as `NO_COI`.
    pub code: Option<String>,
    /// Why it was not taken.
    pub reason: Option<String>,
    /// What would make it work.
    pub hint: Option<String>,
}

/// What a crowd runs on.
#[derive(Clone, Debug)]
pub struct Backend {
    /// The tier's name.
    pub tier: String,
    /// What computes: `wasm-simd`, `wasm` or `js`.
    pub engine: String,
    /// How workers exchange mail: `shared` or `transfer`.
    pub memory: String,
    /// How many there are.
    pub workers: u32,
    /// Parts that the world is cut into.
    pub regions: u32,
    /// The tiers that were looked at, the best first; the last one runs.
    pub attempts: Vec<Attempt>,
}

impl Backend {
    pub(crate) fn of(report: &JsValue) -> Self {
        let attempts = Array::from(&get(report, "attempts"));
        Self {
            tier: text(report, "tier").unwrap_or_default(),
            engine: text(report, "engine").unwrap_or_default(),
            memory: text(report, "memory").unwrap_or_default(),
            workers: number(report, "workers") as u32,
            regions: number(report, "regions") as u32,
            attempts: attempts.iter().map(|one| Attempt::of(&one)).collect(),
        }
    }

    /// Why this tier, in a sentence or several.
    pub fn reason(&self) -> String {
        let better: Vec<String> = self.attempts.iter().filter_map(Attempt::refusal).collect();
        if better.is_empty() {
            return format!("{} is the best tier, and works here.", self.tier);
        }
        better.join(" ")
    }
}

impl Attempt {
    fn of(attempt: &JsValue) -> Self {
        Self {
            tier: text(attempt, "tier").unwrap_or_default(),
            ok: get(attempt, "ok").is_truthy(),
            code: text(attempt, "code"),
            reason: text(attempt, "reason"),
            hint: text(attempt, "hint"),
        }
    }

    /// Why it does not run; `None` if it does.
    fn refusal(&self) -> Option<String> {
        if self.ok {
            return None;
        }
        let reason = self.reason.as_deref().unwrap_or("it does not work here");
        let hint = self.hint.as_ref().map_or(String::new(), |hint| format!(" {hint}"));
        Some(format!("{}: {reason}.{hint}", self.tier))
    }
}

pub(crate) fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

pub(crate) fn text(object: &JsValue, name: &str) -> Option<String> {
    get(object, name).as_string()
}

pub(crate) fn number(object: &JsValue, name: &str) -> f64 {
    get(object, name).as_f64().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_have_names() {
        for tier in Tier::ALL {
            assert_eq!(Tier::named(tier.name()), Some(tier));
        }
        assert_eq!(Tier::named("gpu"), None);
    }

    #[test]
    fn the_reason_names_every_tier_that_does_not_work_and_what_would_help() {
        let attempt = |tier: &str, reason: Option<&str>, hint: Option<&str>| Attempt {
            tier: tier.to_string(),
            ok: reason.is_none(),
            code: None,
            reason: reason.map(str::to_string),
            hint: hint.map(str::to_string),
        };
        let mut backend = Backend {
            tier: "wasm-transfer".to_string(),
            engine: "wasm-simd".to_string(),
            memory: "transfer".to_string(),
            workers: 2,
            regions: 2,
            attempts: vec![
                attempt("wasm-shared", Some("no headers"), Some("Send them.")),
                attempt("wasm-transfer", None, None),
            ],
        };
        assert_eq!(backend.reason(), "wasm-shared: no headers. Send them.");
        backend.tier = "wasm-shared".to_string();
        backend.attempts = vec![attempt("wasm-shared", None, None)];
        assert_eq!(backend.reason(), "wasm-shared is the best tier, and works here.");
    }
}
