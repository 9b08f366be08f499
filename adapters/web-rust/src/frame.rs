//! What is to be drawn: the newest complete state, as views of the memory that the workers write.

use js_sys::{Array, Float32Array, Object, Reflect, Uint8Array, Uint32Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

#[wasm_bindgen]
extern "C" {
    /// A state, never torn. Its arrays are views, which WebGL takes as they are; they are valid until
    /// the next frame is taken from the same [`Crowd`](crate::Crowd) or [`Reader`], and no longer.
    #[derive(Clone, Debug)]
    pub type Frame;

    /// Whose state it is.
    #[wasm_bindgen(method, getter)]
    pub fn tick(this: &Frame) -> f64;

    /// Entities in the arrays; what lies beyond is old.
    #[wasm_bindgen(method, getter)]
    pub fn count(this: &Frame) -> u32;

    /// Whether it is another one than at the last look.
    #[wasm_bindgen(method, getter)]
    pub fn fresh(this: &Frame) -> bool;

    /// x, y, z for each entity; in the plane z is 0.
    #[wasm_bindgen(method, getter)]
    pub fn position(this: &Frame) -> Float32Array;

    /// Red, green, blue, alpha for each entity.
    #[wasm_bindgen(method, getter)]
    pub fn color(this: &Frame) -> Uint8Array;

    /// 1 for each entity, 0 beyond.
    #[wasm_bindgen(method, getter)]
    pub fn alive(this: &Frame) -> Uint8Array;

    /// The id of each entity.
    #[wasm_bindgen(method, getter)]
    pub fn id(this: &Frame) -> Uint32Array;

    #[wasm_bindgen(method, getter, js_name = columns)]
    fn all_columns(this: &Frame) -> JsValue;

    #[wasm_bindgen(method, getter, js_name = fields)]
    fn all_fields(this: &Frame) -> JsValue;

    /// What is in the cells of a field.
    #[derive(Clone, Debug)]
    pub type FieldView;

    /// The amount in each: by layer, row and column, from the corner of the world on.
    #[wasm_bindgen(method, getter)]
    pub fn amounts(this: &FieldView) -> Float32Array;

    #[wasm_bindgen(method, getter, js_name = cells)]
    fn all_cells(this: &FieldView) -> Array;

    /// One who reads frames: each view beside the first takes one of its own.
    #[derive(Clone, Debug)]
    pub type Reader;

    /// The newest complete frame; never waits.
    ///
    /// # Errors
    ///
    /// The reader was closed, or the crowd was stopped.
    #[wasm_bindgen(method, catch)]
    pub fn acquire(this: &Reader) -> Result<Frame, JsValue>;

    /// Gives back what it holds.
    #[wasm_bindgen(method)]
    pub fn close(this: &Reader);
}

impl Frame {
    /// The typed array of a column that was asked for in `Options::columns`.
    pub fn column(&self, name: &str) -> Option<Object> {
        let column = Reflect::get(&self.all_columns(), &name.into()).ok()?;
        Object::try_from(&column).cloned()
    }

    /// A field that was asked for in `Options::fields`.
    pub fn field(&self, name: &str) -> Option<FieldView> {
        let field = Reflect::get(&self.all_fields(), &name.into()).ok()?;
        field.is_object().then(|| field.unchecked_into())
    }

    /// Copies x, y, z of each entity into the page's own memory, for a program that computes with
    /// them: one copy, into room that is there after the first time.
    pub fn copy_positions(&self, out: &mut Vec<f32>) {
        let all = 3 * self.count();
        out.resize(all as usize, 0.0);
        self.position().subarray(0, all).copy_to(out);
    }
}

impl FieldView {
    /// How many cells there are along each axis.
    pub fn cells(&self) -> Vec<u32> {
        self.all_cells()
            .iter()
            .filter_map(|cells| cells.as_f64())
            .map(|cells| cells as u32)
            .collect()
    }
}
