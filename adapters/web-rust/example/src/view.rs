//! Points by WebGL, straight from the frames.

use std::cell::Cell;

use flockwork_web::Frame;
use js_sys::Object;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    HtmlCanvasElement, WebGlBuffer, WebGlProgram, WebGlRenderingContext as Gl, WebGlUniformLocation,
};

const VERTEX: &str = "
attribute vec3 position;
attribute vec4 color;
uniform vec2 world;
uniform float size;
varying vec4 shade;
void main() {
  gl_Position = vec4(2.0 * position.xy / world - 1.0, 0.0, 1.0);
  gl_PointSize = size;
  shade = color;
}";

const FRAGMENT: &str = "
precision mediump float;
varying vec4 shade;
void main() { gl_FragColor = shade; }";

/// Points of the page's width for each point of an entity.
const WIDTH_OF_POINT: f64 = 400.0;

/// The canvas, and what draws on it.
pub struct View {
    canvas: HtmlCanvasElement,
    gl: Gl,
    world: WebGlUniformLocation,
    size: WebGlUniformLocation,
    /// A buffer for each attribute: positions, colours.
    buffers: [(WebGlBuffer, u32); 2],
    /// Width and height of the world.
    shown: Cell<(f32, f32)>,
}

impl View {
    pub fn of(canvas: HtmlCanvasElement) -> Result<Self, JsValue> {
        let gl = canvas.get_context("webgl")?.ok_or("there is no WebGL here")?;
        let gl: Gl = gl.unchecked_into();
        let program = program(&gl)?;
        gl.use_program(Some(&program));
        let uniform = |name| gl.get_uniform_location(&program, name).ok_or("a uniform is missing");
        let (world, size) = (uniform("world")?, uniform("size")?);
        let buffer = |name| {
            let made = gl.create_buffer().ok_or("there is no memory for a buffer")?;
            let at = gl.get_attrib_location(&program, name) as u32;
            gl.enable_vertex_attrib_array(at);
            Ok::<_, JsValue>((made, at))
        };
        let buffers = [buffer("position")?, buffer("color")?];
        gl.clear_color(0.05, 0.06, 0.08, 1.0);
        Ok(Self { canvas, gl, world, size, buffers, shown: Cell::new((1.0, 1.0)) })
    }

    /// Shows a world of this size.
    pub fn look_at(&self, width: f32, height: f32) -> Result<(), JsValue> {
        self.shown.set((width, height));
        self.canvas.set_attribute("style", &format!("--ratio: {}", width / height))
    }

    /// Takes as many pixels as the page shows; true if those were others before.
    pub fn resized(&self, ratio: f64) -> bool {
        let pixels = |points: i32| (f64::from(points) * ratio) as u32;
        let now = (pixels(self.canvas.client_width()), pixels(self.canvas.client_height()));
        if now == (self.canvas.width(), self.canvas.height()) {
            return false;
        }
        self.canvas.set_width(now.0);
        self.canvas.set_height(now.1);
        true
    }

    /// Draws a frame. Its arrays go to WebGL as they are: nothing is copied on the way.
    pub fn draw(&self, frame: &Frame) {
        let (gl, count) = (&self.gl, frame.count());
        let positions = frame.position().subarray(0, 3 * count);
        let colors = frame.color().subarray(0, 4 * count);
        self.attribute(0, 3, Gl::FLOAT, &positions);
        self.attribute(1, 4, Gl::UNSIGNED_BYTE, &colors);
        let (width, height) = self.shown.get();
        gl.uniform2f(Some(&self.world), width, height);
        let size = f64::from(self.canvas.width()) / WIDTH_OF_POINT;
        gl.uniform1f(Some(&self.size), size.max(1.5) as f32);
        gl.viewport(0, 0, self.canvas.width() as i32, self.canvas.height() as i32);
        gl.clear(Gl::COLOR_BUFFER_BIT);
        gl.draw_arrays(Gl::POINTS, 0, count as i32);
    }

    fn attribute(&self, index: usize, components: i32, kind: u32, values: &Object) {
        let (gl, (buffer, at)) = (&self.gl, &self.buffers[index]);
        gl.bind_buffer(Gl::ARRAY_BUFFER, Some(buffer));
        gl.buffer_data_with_array_buffer_view(Gl::ARRAY_BUFFER, values, Gl::DYNAMIC_DRAW);
        gl.vertex_attrib_pointer_with_i32(*at, components, kind, kind != Gl::FLOAT, 0, 0);
    }
}

fn program(gl: &Gl) -> Result<WebGlProgram, JsValue> {
    let program = gl.create_program().ok_or("there is no program")?;
    for (kind, source) in [(Gl::VERTEX_SHADER, VERTEX), (Gl::FRAGMENT_SHADER, FRAGMENT)] {
        let shader = gl.create_shader(kind).ok_or("there is no shader")?;
        gl.shader_source(&shader, source);
        gl.compile_shader(&shader);
        gl.attach_shader(&program, &shader);
    }
    gl.link_program(&program);
    if gl.get_program_parameter(&program, Gl::LINK_STATUS).is_truthy() {
        return Ok(program);
    }
    let why = gl.get_program_info_log(&program).unwrap_or_default();
    Err(JsValue::from(format!("the shaders cannot be used: {why}")))
}
