//! What a recording tells of the run that it is of, as texts by key.

use flockwork_kernel::arithmetic;
use flockwork_kernel::world::Edges;
use flockwork_scheduler::registry::number_names;

use super::Job;
use crate::rows;

/// Texts by key.
pub(crate) type About = Vec<(&'static str, String)>;

/// All that is known before the first tick.
pub(super) fn about(job: &Job<'_>) -> About {
    let setup = job.simulation.setup();
    let schema = job.simulation.schema();
    let mut about = vec![
        ("version", env!("CARGO_PKG_VERSION").to_string()),
        ("model", job.entry.name.to_string()),
        ("scenario", job.name.clone()),
        ("seed", setup.seed.to_string()),
        ("dt", setup.dt.to_string()),
        ("width", setup.world.width().to_string()),
        ("height", setup.world.height().to_string()),
        ("edge", Edges(&setup.world).to_string()),
        ("arithmetic", arithmetic::ID.to_string()),
    ];
    about.extend(setup.world.z().map(|axis| ("depth", axis.length.to_string())));
    let fields = rows::placed(schema, &setup.world);
    for (key, field) in [("origin_x", "x"), ("origin_y", "y"), ("origin_z", "z")] {
        let field = fields.iter().find(|known| known.name == field);
        about.extend(field.and_then(|field| field.shift).map(|at| (key, at.to_string())));
    }
    let params = job.params.iter().map(|(name, value)| (name.clone(), value.to_string().into()));
    about.push(("params", serde_json::Value::Object(params.collect()).to_string()));
    let columns = number_names(schema).map(|(name, column, _)| (name, column.about.trim().into()));
    about.push(("columns", serde_json::Value::Object(columns.collect()).to_string()));
    if let Some((text, changes)) = &job.written {
        about.push(("scenario_text", text.clone()));
        about.push(("scenario_changes", serde_json::Value::from(changes.clone()).to_string()));
    }
    about
}
