//! What goes wrong.

use std::fmt;

use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};

/// Why something could not be done.
#[derive(Clone, Debug)]
pub struct Error {
    /// What kind of error it is, such as `INVALID_OPTION` or `WORKER_LOAD`.
    pub code: String,
    /// What is wrong, where, and what is allowed.
    pub message: String,
    /// What would help.
    pub hint: Option<String>,
    /// The JavaScript `Error` that was thrown.
    pub source: JsValue,
}

impl Error {
    /// An error that JavaScript has thrown; `usual` is the code of one that names none.
    pub(crate) fn of(source: JsValue, usual: &str) -> Self {
        let text = |name: &str| Reflect::get(&source, &name.into()).ok()?.as_string();
        Self {
            code: text("code").unwrap_or_else(|| usual.to_string()),
            message: text("message").unwrap_or_else(|| format!("{source:?}")),
            hint: text("hint"),
            source,
        }
    }

    /// The script of the folder could not be loaded.
    pub(crate) fn no_script(source: JsValue, folder: &str) -> Self {
        let hint = format!(
            "Serve the folder `dist` of the npm package flockwork, or what flockwork-wasm wrote, as {folder}."
        );
        Self { hint: Some(hint), ..Self::of(source, "ASSET_MISSING") }
    }
}

/// An error that JavaScript has thrown.
impl From<JsValue> for Error {
    fn from(source: JsValue) -> Self {
        Self::of(source, "UNKNOWN")
    }
}

/// The JavaScript `Error`, so that a function of a page may pass it on with `?`.
impl From<Error> for JsValue {
    fn from(error: Error) -> Self {
        if error.source.is_instance_of::<js_sys::Error>() {
            return error.source;
        }
        js_sys::Error::new(&error.to_string()).into()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        match &self.hint {
            Some(hint) => write!(f, ". {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}
