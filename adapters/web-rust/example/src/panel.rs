//! The controls and texts of the page, by the ids of `index.html`.

use flockwork_web::{Backend, Observation};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue};
use web_sys::{Document, Element, HtmlCanvasElement, HtmlSelectElement, UrlSearchParams, Window};

/// All of them.
#[derive(Clone)]
pub struct Panel {
    document: Document,
    address: UrlSearchParams,
}

impl Panel {
    /// The controls show what the address asks for.
    pub fn of(window: &Window) -> Result<Self, JsValue> {
        let document = window.document().ok_or("there is no document")?;
        let address = UrlSearchParams::new_with_str(&window.location().search()?)?;
        let panel = Self { document, address };
        for name in ["model", "tier", "workers"] {
            if let Some(value) = panel.address.get(name) {
                panel.select(name).set_value(&value);
            }
        }
        Ok(panel)
    }

    /// A number that the address asks for.
    pub fn asked(&self, name: &str) -> Option<u32> {
        self.address.get(name)?.parse().ok()
    }

    pub fn canvas(&self) -> HtmlCanvasElement {
        self.element("crowd").unchecked_into()
    }

    /// What a control says.
    pub fn value(&self, name: &str) -> String {
        self.select(name).value()
    }

    /// Calls for each event of an element, as long as the page is there.
    pub fn on(&self, name: &str, event: &str, call: impl FnMut() + 'static) -> Result<(), JsValue> {
        let call = Closure::<dyn FnMut()>::new(call).into_js_value();
        self.element(name).add_event_listener_with_callback(event, call.unchecked_ref())
    }

    pub fn starting(&self) {
        for name in ["backend", "reason", "fingerprint", "error", "tick", "population"] {
            self.show(name, "");
        }
        self.show("backend", "starting");
        self.running(false);
    }

    pub fn backend(&self, backend: &Backend) {
        let Backend { tier, engine, workers, .. } = backend;
        let several = if *workers == 1 { "worker" } else { "workers" };
        self.show("backend", &format!("{tier}, {engine}, {workers} {several}"));
        self.show("reason", &backend.reason());
    }

    pub fn running(&self, running: bool) {
        self.show("run", if running { "Pause" } else { "Run" });
    }

    pub fn tick(&self, tick: f64, population: u32) {
        self.show("tick", &tick.to_string());
        self.show("population", &population.to_string());
    }

    pub fn observed(&self, seen: &Observation) {
        self.show("fingerprint", &format!("{} at tick {}", seen.fingerprint, seen.tick));
    }

    pub fn fail(&self, text: &str) {
        self.show("backend", "");
        self.show("error", text);
        self.running(false);
    }

    fn show(&self, name: &str, text: &str) {
        self.element(name).set_text_content(Some(text));
    }

    fn select(&self, name: &str) -> HtmlSelectElement {
        self.element(name).unchecked_into()
    }

    fn element(&self, name: &str) -> Element {
        self.document.get_element_by_id(name).expect("index.html has all elements")
    }
}
