//! The script `page.js`, as JavaScript has it: its names are those of the npm package.

use js_sys::{Array, Function, Object};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

// Bundlers would look for the file that the address is of: it is another one on every page.
#[wasm_bindgen(inline_js = "
export function load(folder) {
  const page = typeof document === 'undefined' ? location.href : document.baseURI;
  return import(/* webpackIgnore: true */ /* @vite-ignore */ new URL('page.js', new URL(folder, page)).href);
}
")]
extern "C" {
    /// The script of a folder, whose address counts from the page.
    #[wasm_bindgen(catch)]
    pub async fn load(folder: &str) -> Result<JsValue, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    /// What the script exports.
    pub type Package;

    #[wasm_bindgen(method, catch, js_name = createSimulation)]
    pub async fn create_simulation(this: &Package, options: &Object) -> Result<JsValue, JsValue>;

    /// A simulation on workers.
    #[derive(Clone, Debug)]
    pub type Simulation;

    #[wasm_bindgen(method, getter)]
    pub fn state(this: &Simulation) -> String;

    #[wasm_bindgen(method, getter)]
    pub fn backend(this: &Simulation) -> JsValue;

    #[wasm_bindgen(method, getter)]
    pub fn model(this: &Simulation) -> JsValue;

    #[wasm_bindgen(method, catch)]
    pub fn start(this: &Simulation) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    pub async fn pause(this: &Simulation) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub async fn step(this: &Simulation, ticks: u32) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch, js_name = setRate)]
    pub fn set_rate(this: &Simulation, rate: &JsValue) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = setParams)]
    pub async fn set_params(this: &Simulation, params: &Object) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub async fn send(this: &Simulation, inputs: &Array) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub async fn log(this: &Simulation) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch, js_name = setColorBy)]
    pub fn set_color_by(this: &Simulation, column: &str) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    pub async fn observe(this: &Simulation) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub async fn entity(this: &Simulation, id: u32) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub async fn snapshot(this: &Simulation) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub async fn restore(this: &Simulation, bytes: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch, js_name = acquireFrame)]
    pub fn acquire_frame(this: &Simulation) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub fn reader(this: &Simulation) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method)]
    pub fn metrics(this: &Simulation) -> JsValue;

    #[wasm_bindgen(method, catch)]
    pub fn on(this: &Simulation, event: &str, call: &Function) -> Result<Function, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub async fn dispose(this: &Simulation) -> Result<JsValue, JsValue>;

    /// The same without waiting for the end of it.
    #[wasm_bindgen(method, js_name = dispose)]
    pub fn begin_to_dispose(this: &Simulation) -> JsValue;
}
