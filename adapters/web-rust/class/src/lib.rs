//! `SimCore` as a JavaScript class: entities in the plane whose loop is the page's own.
//!
//! Its columns are typed arrays over the module's memory, to read and to write; kernels move entities
//! and find neighbours eight at a time. What is not acceptable is thrown as an `Error` that says what
//! is, and nothing was changed then. `wasm-pack build --target web` makes a package of it that a page
//! imports without a bundler, `--target bundler` one for webpack and its like.
//!
//! It does its work on the thread that calls. Crowds on workers are `flockwork-web`; the same class
//! over memory that several threads share is `createSimCore` of the npm package.

use flockwork_kernel::Edge;
use flockwork_scheduler_web::sim_core::{Finder, SimCore as Core};
use js_sys::{Float32Array, Uint32Array};
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

/// A fixed number of entities, and kernels that work on ranges of them.
#[wasm_bindgen]
#[derive(Debug)]
pub struct SimCore {
    core: Box<Core>,
    finder: Box<Finder>,
}

/// What moving a range of entities did.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Movement {
    /// How many were moved.
    #[wasm_bindgen(readonly)]
    pub moved: u32,
    /// How many of them met the edge of the world.
    #[wasm_bindgen(readonly)]
    pub met_edge: u32,
}

/// Neighbours of each of several entities.
#[wasm_bindgen]
#[derive(Clone, Debug)]
pub struct Neighbors {
    offsets: Uint32Array,
    ids: Uint32Array,
}

#[wasm_bindgen]
impl Neighbors {
    /// Where each entity's neighbours begin in `ids`, and the end: one more than entities.
    #[wasm_bindgen(getter)]
    pub fn offsets(&self) -> Uint32Array {
        self.offsets.clone()
    }

    /// The neighbours of all, the nearest of each first.
    #[wasm_bindgen(getter)]
    pub fn ids(&self) -> Uint32Array {
        self.ids.clone()
    }
}

#[wasm_bindgen]
impl SimCore {
    /// Makes `capacity` entities at the origin, at rest. Edges are `periodic` (what they are if they are
    /// not given), `wall` or `open`.
    ///
    /// # Errors
    ///
    /// What is not acceptable, and what is.
    #[wasm_bindgen(constructor)]
    pub fn new(
        capacity: u32,
        width: f32,
        height: f32,
        edge_x: Option<String>,
        edge_y: Option<String>,
    ) -> Result<Self, JsError> {
        let edges = [code("edge_x", edge_x)?, code("edge_y", edge_y)?];
        let core = told(Core::new(capacity, [width, height], edges))?;
        let finder = core.finder();
        Ok(Self { core, finder })
    }

    /// Entities.
    #[wasm_bindgen(getter)]
    pub fn capacity(&self) -> u32 {
        self.core.capacity()
    }

    /// Places along x: a view of memory, where what is written is what the kernels read. Take it anew
    /// after calls that may need memory (another `SimCore`, a hash, a query): where memory has grown, an
    /// older view has length 0. None may be used after `free()`.
    #[wasm_bindgen(getter)]
    pub fn x(&mut self) -> Float32Array {
        self.view(0)
    }

    /// Places along y, as `x`.
    #[wasm_bindgen(getter)]
    pub fn y(&mut self) -> Float32Array {
        self.view(1)
    }

    /// Speeds along x, as `x`.
    #[wasm_bindgen(getter)]
    pub fn vx(&mut self) -> Float32Array {
        self.view(2)
    }

    /// Speeds along y, as `x`.
    #[wasm_bindgen(getter)]
    pub fn vy(&mut self) -> Float32Array {
        self.view(3)
    }

    /// Accelerations along x, as `x`.
    #[wasm_bindgen(getter)]
    pub fn ax(&mut self) -> Float32Array {
        self.view(4)
    }

    /// Accelerations along y, as `x`.
    #[wasm_bindgen(getter)]
    pub fn ay(&mut self) -> Float32Array {
        self.view(5)
    }

    /// Moves the entities from `start` to before `end` by velocity times `dt`.
    ///
    /// # Errors
    ///
    /// What is not acceptable; nothing was changed then.
    pub fn process_movement(&mut self, start: u32, end: u32, dt: f32) -> Result<Movement, JsError> {
        moved(start, end, self.core.process_movement(start, end, dt))
    }

    /// Adds acceleration times `dt` to velocities, then moves.
    ///
    /// # Errors
    ///
    /// What is not acceptable; nothing was changed then.
    pub fn integrate_physics(
        &mut self,
        start: u32,
        end: u32,
        dt: f32,
    ) -> Result<Movement, JsError> {
        moved(start, end, self.core.integrate_physics(start, end, dt))
    }

    /// Puts the entities of a range into the spatial hash, in cells of this side (1 if it is not given);
    /// the others are not found any more. Queries see them where they are now, until the next rebuild.
    ///
    /// # Errors
    ///
    /// What is not acceptable; the hash is empty then.
    pub fn rebuild_spatial_hash(
        &mut self,
        start: u32,
        end: u32,
        cell: Option<f32>,
    ) -> Result<(), JsError> {
        told(self.core.rebuild_spatial_hash(start, end, cell.unwrap_or(1.0)))
    }

    /// Ids of the entities in the hash closer than `radius`, the nearest first, at most so many.
    /// Periodic axes are not closed for this: nobody is seen across their ends.
    ///
    /// # Errors
    ///
    /// What is not acceptable.
    pub fn query_neighbors(
        &mut self,
        x: f32,
        y: f32,
        radius: f32,
        max_results: u32,
    ) -> Result<Uint32Array, JsError> {
        told(self.core.query_neighbors(&mut self.finder, x, y, radius, max_results))?;
        Ok(Uint32Array::from(self.finder.ids()))
    }

    /// The same for each entity of a range, without itself, in one call; its arrays are views of memory,
    /// valid until the next query.
    ///
    /// # Errors
    ///
    /// What is not acceptable.
    pub fn query_neighbors_of(
        &mut self,
        start: u32,
        end: u32,
        radius: f32,
        max_results: u32,
    ) -> Result<Neighbors, JsError> {
        told(self.core.query_neighbors_of(&mut self.finder, start, end, radius, max_results))?;
        let (offsets, ids) = (self.finder.offsets(), self.finder.ids());
        // SAFETY: nothing is done in between that could move or free them; how long they hold is said.
        #[allow(unsafe_code)]
        let (offsets, ids) = unsafe { (Uint32Array::view(offsets), Uint32Array::view(ids)) };
        Ok(Neighbors { offsets, ids })
    }
}

impl SimCore {
    fn view(&mut self, index: usize) -> Float32Array {
        let column = &mut self.core.columns_mut()[index];
        // SAFETY: a column stays where it is as long as the core lives, and JavaScript writes to it
        // between calls alone, when nobody here borrows it.
        #[allow(unsafe_code)]
        unsafe {
            Float32Array::view_mut_raw(column.as_mut_ptr(), column.len())
        }
    }
}

impl Drop for SimCore {
    fn drop(&mut self) {
        self.core.give_back(std::mem::take(&mut self.finder));
    }
}

/// The number of an edge by its name.
fn code(what: &str, name: Option<String>) -> Result<u32, JsError> {
    let Some(name) = name else { return Ok(Edge::Periodic.code()) };
    Edge::from_name(&name).map(Edge::code).ok_or_else(|| {
        JsError::new(&format!("{what} is \"{name}\": it must be periodic, wall or open"))
    })
}

fn moved(start: u32, end: u32, result: Result<u32, String>) -> Result<Movement, JsError> {
    told(result).map(|met_edge| Movement { moved: end - start, met_edge })
}

fn told<T>(result: Result<T, String>) -> Result<T, JsError> {
    result.map_err(|text| JsError::new(&text))
}
