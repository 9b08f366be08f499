//! A page in Rust: a crowd on web workers, drawn with WebGL.
//!
//! This module has the page alone. What the workers run lies in folders beside it: `flockwork/` is the
//! npm package's `dist`, `models/` is what `flockwork-wasm` made of the crate `models` next door.
//!
//! The address may have `model`, `tier`, `workers`, and `ticks` to compute before anything else.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use flockwork_web::{Crowd, Error, Options, State, Tier};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue, wasm_bindgen};
use wasm_bindgen_futures::spawn_local;
use web_sys::Window;

mod panel;
mod view;
mod worlds;

use panel::Panel;
use view::View;
use worlds::World;

/// All of the page.
struct Page {
    window: Window,
    panel: Panel,
    view: View,
    crowd: RefCell<Option<Rc<Crowd>>>,
    /// Crowds that were begun: of two that start at once the later one stays.
    begun: Cell<u32>,
}

/// Runs when the module is loaded.
///
/// # Errors
///
/// There is no page, or no WebGL: the page shows which.
#[wasm_bindgen(start)]
pub fn main() -> Result<(), JsValue> {
    let window = web_sys::window().ok_or("there is no window")?;
    let panel = Panel::of(&window)?;
    let view = View::of(panel.canvas()).inspect_err(|error| panel.fail(&text_of(error)))?;
    let page =
        Rc::new(Page { window, panel, view, crowd: RefCell::default(), begun: Cell::new(0) });
    for name in ["model", "tier", "workers"] {
        let again = page.clone();
        page.panel.on(name, "change", move || again.begin(0))?;
    }
    let pressed = page.clone();
    page.panel.on("run", "click", move || spawn_local(pressed.clone().press()))?;
    page.begin(page.panel.asked("ticks").unwrap_or(0));
    draw_always(page)
}

impl Page {
    /// Starts the crowd that the controls say, in place of the one there is.
    fn begin(self: &Rc<Self>, ticks: u32) {
        self.begun.set(self.begun.get() + 1);
        *self.crowd.borrow_mut() = None;
        self.panel.starting();
        let page = self.clone();
        spawn_local(async move {
            if let Err(error) = page.start(page.begun.get(), ticks).await {
                page.panel.fail(&error.to_string());
            }
        });
    }

    async fn start(&self, number: u32, ticks: u32) -> Result<(), Error> {
        let world = World::named(&self.panel.value("model"));
        self.view.look_at(world.width, world.height)?;
        let options = Options {
            workers: self.panel.value("workers").parse().ok(),
            tier: Tier::named(&self.panel.value("tier")),
            color_by: Some(world.color_by.to_string()),
            ..Options::new(world.scenario(), world.folder)
        };
        let mut crowd = Crowd::start(options).await?;
        let panel = self.panel.clone();
        crowd.on_worker_error(move |error, resumed| {
            if !resumed {
                panel.fail(&error.to_string());
            }
        })?;
        if self.begun.get() != number {
            return crowd.stop().await;
        }
        self.panel.backend(&crowd.backend());
        let crowd = Rc::new(crowd);
        *self.crowd.borrow_mut() = Some(crowd.clone());
        if ticks > 0 {
            crowd.step(ticks).await?;
            return self.observe(&crowd).await;
        }
        self.panel.running(true);
        crowd.run()
    }

    /// Halts the crowd and shows its fingerprint, or lets it go on.
    async fn press(self: Rc<Self>) {
        let Some(crowd) = self.crowd.borrow().clone() else { return };
        let done = match crowd.state() {
            State::Running => match crowd.pause().await {
                Ok(()) => self.observe(&crowd).await,
                failed => failed,
            },
            _ => {
                self.panel.running(true);
                crowd.run()
            }
        };
        if let Err(error) = done {
            self.panel.fail(&error.to_string());
        }
    }

    async fn observe(&self, crowd: &Crowd) -> Result<(), Error> {
        let seen = crowd.observe().await?;
        self.panel.running(false);
        self.panel.observed(&seen);
        Ok(())
    }

    /// Draws what is new.
    fn draw(&self) {
        let crowd = self.crowd.borrow();
        // Between a worker's death and the next one's first frame there is none.
        let Some(frame) = crowd.as_ref().and_then(|crowd| crowd.frame().ok()) else { return };
        if frame.fresh() || self.view.resized(self.window.device_pixel_ratio()) {
            self.view.draw(&frame);
            self.panel.tick(frame.tick(), frame.count());
        }
    }
}

/// A closure that is called for each picture, and asks for the next one.
type Drawing = Rc<RefCell<Option<Closure<dyn FnMut()>>>>;

fn draw_always(page: Rc<Page>) -> Result<(), JsValue> {
    let drawing = Drawing::default();
    let again = drawing.clone();
    let window = page.window.clone();
    let ask = move |drawing: &Drawing| match &*drawing.borrow() {
        Some(draw) => window.request_animation_frame(draw.as_ref().unchecked_ref()).map(drop),
        None => Ok(()),
    };
    let first = ask.clone();
    *drawing.borrow_mut() = Some(Closure::new(move || {
        page.draw();
        // A page that is going away draws no more.
        let _ = ask(&again);
    }));
    first(&drawing)
}

fn text_of(error: &JsValue) -> String {
    error.as_string().unwrap_or_else(|| format!("{error:?}"))
}
