//! What the page can show.

use flockwork_web::Scenario;

/// A model in a world of its own.
pub struct World {
    model: &'static str,
    /// The folder of the module that has the model.
    pub folder: &'static str,
    entities: u32,
    dt: f64,
    pub width: f32,
    pub height: f32,
    params: &'static [(&'static str, Param)],
    /// What colours show.
    pub color_by: &'static str,
}

/// A parameter that is not the model's default.
enum Param {
    Number(f64),
    Choice(&'static str),
}

use Param::{Choice, Number};

/// The first is shown where no other is asked for.
static WORLDS: [(&str, World); 3] = [
    (
        "boids",
        World {
            model: "boids",
            folder: "flockwork/",
            entities: 20_000,
            dt: 0.05,
            width: 80.0,
            height: 40.0,
            params: &[],
            color_by: "heading",
        },
    ),
    (
        "vicsek",
        // `vicsek-20k` of `scheduler/golden/conformance.txt`.
        World {
            model: "vicsek",
            folder: "flockwork/",
            entities: 20_000,
            dt: 1.0,
            width: 71.0,
            height: 70.5,
            params: &[("speed", Number(0.2)), ("eta", Number(2.0)), ("along", Choice("new"))],
            color_by: "heading",
        },
    ),
    (
        "epidemic",
        World {
            model: "epidemic",
            folder: "models/",
            entities: 20_000,
            dt: 0.1,
            width: 100.0,
            height: 50.0,
            params: &[("infection_rate", Number(0.1)), ("first_cases", Number(0.01))],
            color_by: "health",
        },
    ),
];

impl World {
    /// The world of that name.
    pub fn named(name: &str) -> &'static Self {
        WORLDS.iter().find(|(known, _)| *known == name).map_or(&WORLDS[0].1, |one| &one.1)
    }

    pub fn scenario(&self) -> Scenario {
        let lengths = [f64::from(self.width), f64::from(self.height)];
        let scenario = Scenario::new(self.model, self.dt, &lengths).entities(self.entities);
        self.params.iter().fold(scenario, |scenario, (name, value)| match value {
            Number(value) => scenario.param(name, *value),
            Choice(value) => scenario.param(name, *value),
        })
    }
}
