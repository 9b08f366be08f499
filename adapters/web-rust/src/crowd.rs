//! A crowd on web workers.

use js_sys::{Array, Function, Object, Reflect, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

use crate::backend::{Backend, get, number, text};
use crate::error::Error;
use crate::frame::{Frame, Reader};
use crate::input::{Answer, Input};
use crate::js;
use crate::options::{Options, Rate, Value, params};

/// What a crowd is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It was started, and waits.
    Ready,
    /// It computes ticks at its rate.
    Running,
    /// It was halted.
    Paused,
    /// A worker has died, and others take up the run from a checkpoint.
    Recovering,
    /// It cannot go on; the last good frame is still there.
    Faulted,
    /// It was stopped.
    Stopped,
}

/// What a number of ticks did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The tick that it is at.
    pub tick: f64,
    /// Entities there are.
    pub population: f64,
}

/// A state as a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// Whose state it is.
    pub tick: f64,
    /// Entities there are.
    pub population: f64,
    /// 16 hex digits, the same on every tier, for every number of workers, and natively.
    pub fingerprint: String,
    /// The model's statistics in its order; `None` where nobody has a value.
    pub stats: Vec<(String, Option<f64>)>,
}

/// A crowd on 1 to 16 workers. Dropping it stops it too, without waiting for the end of it.
///
/// It belongs to the thread that started it, as all values of JavaScript do: in an engine that has
/// systems on several threads it is a resource of the main thread.
#[derive(Debug)]
pub struct Crowd {
    simulation: js::Simulation,
    listeners: Vec<Listener>,
}

/// What is called as long as the crowd lives, and what ends that.
#[derive(Debug)]
struct Listener {
    _call: Closure<dyn FnMut(JsValue)>,
    end: Function,
}

impl Crowd {
    /// Starts workers in the best tier that works here, or in the one asked for.
    ///
    /// # Errors
    ///
    /// A scenario or an option that is not acceptable, files that cannot be had, or why no tier works.
    pub async fn start(options: Options) -> Result<Self, Error> {
        let folder = format!("{}/", options.folder.trim_end_matches('/'));
        let script = js::load(&folder).await;
        let package = script.map_err(|thrown| Error::no_script(thrown, &folder))?;
        let package: js::Package = package.unchecked_into();
        let simulation = package.create_simulation(&options.to_js()).await?;
        Ok(Self { simulation: simulation.unchecked_into(), listeners: Vec::new() })
    }

    /// What it runs on, and why.
    pub fn backend(&self) -> Backend {
        Backend::of(&self.simulation.backend())
    }

    /// What is known of its model, as the npm package's `ModelInfo`: columns, parameters, statistics.
    pub fn model(&self) -> JsValue {
        self.simulation.model()
    }

    /// What it is doing.
    pub fn state(&self) -> State {
        match &self.simulation.state()[..] {
            "ready" => State::Ready,
            "running" => State::Running,
            "paused" => State::Paused,
            "recovering" => State::Recovering,
            "disposed" => State::Stopped,
            _ => State::Faulted,
        }
    }

    /// Begins to compute ticks at the rate; does nothing while it does.
    ///
    /// # Errors
    ///
    /// It has failed.
    pub fn run(&self) -> Result<(), Error> {
        Ok(self.simulation.start()?)
    }

    /// Halts after the tick that is being computed.
    ///
    /// # Errors
    ///
    /// It has failed.
    pub async fn pause(&self) -> Result<(), Error> {
        self.simulation.pause().await?;
        Ok(())
    }

    /// Computes exactly so many ticks, as fast as it can.
    ///
    /// # Errors
    ///
    /// It is running, or it has failed.
    pub async fn step(&self, ticks: u32) -> Result<Step, Error> {
        let result = self.simulation.step(ticks).await?;
        Ok(Step { tick: number(&result, "tick"), population: number(&result, "population") })
    }

    /// How fast it runs.
    ///
    /// # Errors
    ///
    /// A rate that is not acceptable.
    pub fn set_rate(&self, rate: Rate) -> Result<(), Error> {
        Ok(self.simulation.set_rate(&rate.to_js())?)
    }

    /// Sets parameters between two ticks, all or none; gives the tick from which on they hold.
    ///
    /// # Errors
    ///
    /// A parameter that there is not, or a value that is not acceptable.
    pub async fn set_params<'a>(
        &self,
        values: impl IntoIterator<Item = (&'a str, Value)>,
    ) -> Result<f64, Error> {
        let values: Vec<_> =
            values.into_iter().map(|(name, value)| (name.to_string(), value)).collect();
        let tick = self.simulation.set_params(&params(&values)).await?;
        Ok(tick.as_f64().unwrap_or(f64::NAN))
    }

    /// Gives inputs between two ticks: all of them are done, in their order, or none.
    ///
    /// # Errors
    ///
    /// The first that cannot be done, and why.
    pub async fn send(&self, inputs: &[Input]) -> Result<Answer, Error> {
        let inputs: Array = inputs.iter().map(Input::to_js).collect();
        let done = self.simulation.send(&inputs).await?;
        let ids: Array = get(&done, "ids").unchecked_into();
        let ids = ids.iter().filter_map(|id| id.as_f64()).map(|id| id as u32).collect();
        Ok(Answer { tick: number(&done, "tick"), ids })
    }

    /// What came in since the first tick, and what was observed, as `flockwork replay` reads it.
    ///
    /// # Errors
    ///
    /// It was restored, so what came in before is not known.
    pub async fn log(&self) -> Result<String, Error> {
        Ok(self.simulation.log().await?.as_string().unwrap_or_default())
    }

    /// What the colours of frames show: a column of the model, one value of it such as `genes.3`,
    /// `speed`, `heading` or `none`.
    ///
    /// # Errors
    ///
    /// There is no such column.
    pub fn set_color_by(&self, column: &str) -> Result<(), Error> {
        Ok(self.simulation.set_color_by(column)?)
    }

    /// Fingerprint and statistics of the state between two ticks.
    ///
    /// # Errors
    ///
    /// It has failed.
    pub async fn observe(&self) -> Result<Observation, Error> {
        let seen = self.simulation.observe().await?;
        let stats: Object = get(&seen, "stats").unchecked_into();
        Ok(Observation {
            tick: number(&seen, "tick"),
            population: number(&seen, "population"),
            fingerprint: text(&seen, "fingerprint").unwrap_or_default(),
            stats: Object::entries(&stats)
                .iter()
                .map(|entry| {
                    let part = |at| Reflect::get_u32(&entry, at).unwrap_or(JsValue::UNDEFINED);
                    (part(0).as_string().unwrap_or_default(), part(1).as_f64())
                })
                .collect(),
        })
    }

    /// All columns of an entity, as an object with the columns by name; `None` if there is none of
    /// this id.
    ///
    /// # Errors
    ///
    /// It has failed.
    pub async fn entity(&self, id: u32) -> Result<Option<JsValue>, Error> {
        let entity = self.simulation.entity(id).await?;
        Ok((!entity.is_null()).then_some(entity))
    }

    /// The whole state as bytes, as the native command writes it.
    ///
    /// # Errors
    ///
    /// It has failed.
    pub async fn snapshot(&self) -> Result<Vec<u8>, Error> {
        let bytes = self.simulation.snapshot().await?;
        Ok(Uint8Array::new(&bytes).to_vec())
    }

    /// Goes on from such bytes, which must be of this run.
    ///
    /// # Errors
    ///
    /// What differs; then it goes on as it was.
    pub async fn restore(&self, snapshot: &[u8]) -> Result<(), Error> {
        self.simulation.restore(&Uint8Array::from(snapshot)).await?;
        Ok(())
    }

    /// The newest complete frame; never waits, and after an error gives the last good one. It is valid
    /// until the next call: where several views draw, each takes a [`Crowd::reader`].
    ///
    /// # Errors
    ///
    /// There is none: workers are being started anew after one died.
    pub fn frame(&self) -> Result<Frame, Error> {
        Ok(self.simulation.acquire_frame()?.unchecked_into())
    }

    /// A reader of frames for one view.
    ///
    /// # Errors
    ///
    /// The crowd was stopped.
    pub fn reader(&self) -> Result<Reader, Error> {
        Ok(self.simulation.reader()?.unchecked_into())
    }

    /// Rates, times and bytes since the last look, as the npm package's `Metrics`.
    pub fn metrics(&self) -> JsValue {
        self.simulation.metrics()
    }

    /// Calls back when a worker has died: with why, and whether the run goes on from a checkpoint.
    ///
    /// # Errors
    ///
    /// It cannot be listened to.
    pub fn on_worker_error(
        &mut self,
        mut call: impl FnMut(Error, bool) + 'static,
    ) -> Result<(), Error> {
        let listener = Closure::new(move |event: JsValue| {
            let resumed = !get(&event, "resumedFrom").is_null();
            call(Error::from(get(&event, "error")), resumed);
        });
        let end = self.simulation.on("workererror", listener.as_ref().unchecked_ref())?;
        self.listeners.push(Listener { _call: listener, end });
        Ok(())
    }

    /// Stops all workers and frees their memory.
    ///
    /// # Errors
    ///
    /// Workers could not be stopped in order; they were ended.
    pub async fn stop(self) -> Result<(), Error> {
        self.simulation.dispose().await?;
        Ok(())
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        for listener in &self.listeners {
            // It forgets the listener, which throws nothing.
            let _ = listener.end.call0(&JsValue::UNDEFINED);
        }
        // Once is enough, and a second time does nothing. Nobody is there to be told of an error.
        let _ = self.simulation.begin_to_dispose();
    }
}
