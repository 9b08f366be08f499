//! Drives a crowd through all that it can do: `test/crowd.test.mjs` calls this in Chromium, in each tier.

use flockwork_web::{
    Amounts, Area, Change, Crowd, Edge, Error, FieldStart, Input, Observation, Options, Rate,
    Scenario, State, Tier,
};
use js_sys::{Function, Promise, Reflect, Uint32Array};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

/// Says what does not hold.
fn hold(what: &str, holds: bool) -> Result<(), JsValue> {
    if holds {
        Ok(())
    } else {
        Err(js_sys::Error::new(&format!("it does not hold: {what}")).into())
    }
}

/// The message of an error that there must be.
fn refused<T>(what: &str, result: Result<T, Error>, code: &str, text: &str) -> Result<(), JsValue> {
    let Err(error) = result else { return hold(&format!("{what} is refused"), false) };
    let said = format!(
        "{what} is refused by {code} with \"{text}\", not by {} with \"{error}\"",
        error.code
    );
    hold(&said, error.code == code && error.to_string().contains(text))
}

/// The world `boids-walls` of `scheduler/golden/conformance.txt`.
fn options(folder: &str, tier: &str) -> Options {
    let scenario = Scenario::new("boids", 0.05, &[30.5, 14.0]).entities(1500).seed(2);
    Options {
        workers: Some(if tier == "js-single" { 1 } else { 2 }),
        tier: Tier::named(tier),
        columns: vec!["vx".to_string()],
        render_capacity: Some(1600),
        rate: Rate::PerSecond(200.0),
        ..Options::new(scenario.edges(&[Edge::Wall; 2]), folder)
    }
}

/// Fingerprints at ticks 10 and 50, after all else has been tried too.
///
/// # Errors
///
/// What does not hold.
#[wasm_bindgen]
pub async fn drive(folder: String, tier: String) -> Result<Vec<String>, JsValue> {
    let crowd = Crowd::start(options(&folder, &tier)).await?;
    hold("it waits at first", crowd.state() == State::Ready)?;
    hold("it runs in the tier asked for", crowd.backend().tier == tier)?;
    let step = crowd.step(10).await?;
    hold("a step says where it is", step.tick == 10.0 && step.population == 1500.0)?;
    let ten = crowd.observe().await?;
    frames(&crowd).await?;
    let bytes = crowd.snapshot().await?;
    crowd.step(40).await?;
    let fifty = crowd.observe().await?;
    crowd.restore(&bytes).await?;
    hold("a snapshot brings it back", crowd.observe().await? == ten)?;
    crowd.step(40).await?;
    hold("it goes on as before", crowd.observe().await? == fifty)?;
    let parts = &bytes[..bytes.len() / 2];
    refused("half a snapshot", crowd.restore(parts).await, "BAD_SNAPSHOT", "")?;

    inputs(options(&folder, &tier)).await?;
    fields(&folder, &tier).await?;

    let tick = crowd.set_params([("alignment", 2.0.into())]).await?;
    hold("parameters hold from the tick on that it is at", tick == 50.0)?;
    let changed = crowd.set_params([("alignmend", 2.0.into())]).await;
    refused("an unknown parameter", changed, "BAD_PARAM", "alignmend")?;
    refused("a rate", crowd.set_rate(Rate::PerSecond(-1.0)), "INVALID_OPTION", "rate is -1")?;
    crowd.set_color_by("speed")?;
    refused("a column", crowd.set_color_by("colour"), "UNKNOWN_COLUMN", "colour")?;

    crowd.run()?;
    hold("it runs", crowd.state() == State::Running)?;
    refused("a step while it runs", crowd.step(1).await, "BUSY", "running")?;
    crowd.set_rate(Rate::Most)?;
    crowd.pause().await?;
    hold("it is halted", crowd.state() == State::Paused)?;
    crowd.stop().await?;
    Ok([ten, fifty].map(|seen: Observation| seen.fingerprint).to_vec())
}

/// Inputs of every kind are done or refused as a whole; a log holds them.
async fn inputs(options: Options) -> Result<(), JsValue> {
    let crowd = Crowd::start(options).await?;
    let numbers = |all: &[(&str, f64)]| -> Vec<(String, f64)> {
        all.iter().map(|(name, value)| (name.to_string(), *value)).collect()
    };
    let before = crowd.observe().await?;
    let bad = [Input::Remove(7), Input::Set(9999, numbers(&[("vx", 1.0)]))];
    refused(
        "nobody",
        crowd.send(&bad).await,
        "BAD_INPUT",
        "input 1 at tick 0: `set` is for entity 9999",
    )?;
    let door = Input::Door { shapes: vec![0], open: true };
    refused("a door", crowd.send(&[door]).await, "BAD_INPUT", "has no shapes, so no doors")?;
    let (area, change) = (Area::Ball(vec![1.0, 1.0], 2.0), Change::Set(3.0));
    let field = Input::Field { name: "grass".to_string(), area, change };
    refused("a field", crowd.send(&[field]).await, "BAD_INPUT", "has no fields")?;
    hold("nothing of it was done", crowd.observe().await? == before)?;
    let answer = crowd
        .send(&[
            Input::Spawn(numbers(&[("x", 1.0), ("y", 2.0)])),
            Input::Remove(7),
            Input::Set(8, numbers(&[("vx", 0.5), ("vy", 0.0)])),
            Input::Params(vec![("alignment".to_string(), 2.0.into())]),
            Input::Poke { at: vec![3.0, 3.0], radius: 2.0, numbers: numbers(&[("push", 1.0)]) },
        ])
        .await?;
    hold("the newcomer has the next id", answer.tick == 0.0 && answer.ids == [1500])?;
    hold("who was removed is gone", crowd.entity(7).await?.is_none())?;
    let log = crowd.log().await?;
    let kinds = ["\"spawn\"", "\"remove\":7", "\"set\"", "\"params\"", "\"poke\""];
    hold("the log holds all", kinds.iter().all(|kind| log.contains(kind)))?;
    crowd.stop().await?;
    Ok(())
}

/// A field begins as it is told to, is in frames, and takes inputs.
async fn fields(folder: &str, tier: &str) -> Result<(), JsValue> {
    let start = |amounts| FieldStart { cells: Some(vec![8, 6]), amounts: Some(amounts) };
    let begin = async |amounts| {
        let scenario = Scenario::new("meadow", 0.05, &[16.0, 12.0]).entities(40);
        let scenario = scenario.field("grass", start(amounts));
        let options = Options {
            workers: Some(if tier == "js-single" { 1 } else { 2 }),
            tier: Tier::named(tier),
            fields: vec!["grass".to_string()],
            ..Options::new(scenario, folder)
        };
        Crowd::start(options).await
    };
    let given: Vec<f64> = (0..48).map(f64::from).collect();
    let crowd = begin(Amounts::Cells(given.clone())).await?;
    let amounts = |crowd: &Crowd| -> Result<Vec<f32>, Error> {
        let grass = crowd.frame()?.field("grass");
        Ok(grass.map_or(Vec::new(), |grass| grass.amounts().to_vec()))
    };
    let cells = crowd.frame()?.field("grass").map(|grass| grass.cells());
    hold("it has the cells that were asked for", cells == Some(vec![8, 6]))?;
    let same = amounts(&crowd)?.iter().map(|amount| f64::from(*amount)).eq(given);
    hold("it begins with what was given", same)?;
    hold("there is no other", crowd.frame()?.field("water").is_none())?;
    let area = Area::Box(vec![0.0, 0.0], vec![16.0, 12.0]);
    let field = Input::Field { name: "grass".to_string(), area, change: Change::Set(7.0) };
    crowd.send(&[field]).await?;
    // The frame comes a little later than the answer.
    for _ in 0..100 {
        if amounts(&crowd)? == [7.0; 48] {
            break;
        }
        crowd.observe().await?;
    }
    hold("an input paints it", amounts(&crowd)? == [7.0; 48])?;
    crowd.stop().await?;
    let crowd = begin(Amounts::Noise(2.0, 5.0)).await?;
    let drawn = amounts(&crowd)?;
    hold("numbers are drawn", drawn.iter().all(|amount| (2.0..=5.0).contains(amount)))?;
    hold("of its own for each", drawn.iter().any(|amount| *amount != drawn[0]))?;
    crowd.stop().await?;
    refused("too much", begin(Amounts::Each(1e12)).await, "BAD_SCENARIO", "grass")
}

/// Frames and entities of a crowd at tick 10.
async fn frames(crowd: &Crowd) -> Result<(), JsValue> {
    let reader = crowd.reader()?;
    let own = reader.acquire()?;
    let frame = crowd.frame()?;
    hold("a frame is of the last tick", frame.tick() == 10.0 && own.tick() == 10.0)?;
    hold("it has all entities", frame.count() == 1500)?;
    hold("it has room for more", frame.position().length() == 3 * 1600)?;
    let mut places = Vec::new();
    frame.copy_positions(&mut places);
    hold(
        "positions are copied",
        places.len() == 4500 && places[..4500] == frame.position().to_vec()[..4500],
    )?;
    let inside = places.chunks(3).all(|at| (0.0..=30.5).contains(&at[0]) && at[2] == 0.0);
    hold("everybody is in the world", inside)?;
    let alive = frame.alive().to_vec();
    hold("so many are alive", alive.iter().filter(|alive| **alive == 1).count() == 1500)?;
    let mut ids = frame.id().to_vec();
    ids.truncate(1500);
    ids.sort_unstable();
    hold("ids are from 0 on", ids.iter().zip(0..).all(|(id, row)| *id == row))?;
    hold("colours are four bytes each", frame.color().length() == 4 * 1600)?;
    hold("a column that was asked for is there", frame.column("vx").is_some())?;
    hold("no other is", frame.column("vy").is_none())?;
    reader.close();
    hold("a closed reader has no frames", reader.acquire().is_err())?;

    let entity = crowd.entity(3).await?.ok_or("entity 3 is not there")?;
    hold("an entity has its id", Reflect::get(&entity, &"id".into())?.as_f64() == Some(3.0))?;
    hold("nobody has an id that there is not", crowd.entity(1500).await?.is_none())
}

/// What is not acceptable is refused when a crowd is started, with what is.
///
/// # Errors
///
/// What does not hold.
#[wasm_bindgen]
pub async fn refuse(folder: String) -> Result<(), JsValue> {
    let with = |change: &dyn Fn(&mut Options)| {
        let mut options = options(&folder, "wasm-transfer");
        change(&mut options);
        Crowd::start(options)
    };
    let none = with(&|options| options.workers = Some(17)).await;
    refused("17 workers", none, "INVALID_OPTION", "16")?;
    let none =
        with(&|options| options.scenario = Scenario::new("bird", 0.05, &[1.0, 1.0]).entities(1))
            .await;
    refused("an unknown model", none, "UNKNOWN_MODEL", "bird")?;
    let outside = |options: &mut Options| {
        let scenario = Scenario::new("boids", 0.05, &[5.0, 5.0]);
        options.scenario = scenario.column("x", [1.0, 6.0]).column("y", [1.0, 2.0]);
    };
    refused("a place outside", with(&outside).await, "BAD_SCENARIO", "row")?;
    let none = with(&|options| options.folder = "nowhere".to_string()).await;
    refused("a folder that is not there", none, "ASSET_MISSING", "as nowhere/")
}

/// Runs with checkpoints, has a worker killed, and goes on: gives the code of what was said of it.
///
/// # Errors
///
/// What does not hold.
#[wasm_bindgen]
pub async fn outlive(folder: String, kill: Function, wait: Function) -> Result<String, JsValue> {
    let more = vec![("watchdogMs".to_string(), 1000.into())];
    let options = Options { checkpoint_every: 5, more, ..options(&folder, "wasm-transfer") };
    let mut crowd = Crowd::start(options).await?;
    let mut settle = None;
    let told = Promise::new(&mut |resolve, _| settle = Some(resolve));
    let settle = settle.ok_or("a promise calls at once")?;
    crowd.on_worker_error(move |error, resumed| {
        let said = if resumed { error.code } else { format!("{error}, and it ends") };
        // Nobody waits for what the promise's function gives.
        let _ = settle.call1(&JsValue::UNDEFINED, &said.into());
    })?;
    crowd.run()?;
    kill.call0(&JsValue::UNDEFINED)?;
    let said = JsFuture::from(told).await?;
    while crowd.state() == State::Recovering {
        JsFuture::from(Promise::from(wait.call0(&JsValue::UNDEFINED)?)).await?;
    }
    hold("it runs again", crowd.state() == State::Running)?;
    crowd.pause().await?;
    let step = crowd.step(1).await?;
    hold("nobody was lost", step.population == 1500.0)?;
    let ids: Uint32Array = crowd.frame()?.id();
    hold("there are frames again", ids.length() == 1600)?;
    // Dropped, not stopped: its workers end all the same.
    drop(crowd);
    Ok(said.as_string().unwrap_or_default())
}
