//! The axes of a scenario's world: two lengths or three, and what happens at the ends of each.

use flockwork_kernel::{Axis, Edge, World};
use flockwork_scheduler::SimulationError;
use flockwork_scheduler_native::Entry;

use super::reader::Reader;
use super::source::{Item, Value};
use crate::human;

impl Reader<'_> {
    /// The world: in space if it has a depth.
    pub(super) fn world(&mut self, entry: Option<&Entry>) -> Option<World> {
        let (low, high) = (f64::from(World::SIDE.0), f64::from(World::SIDE.1));
        let [width, height, depth] = World::SIDES.map(|side| format!("world.{side}"));
        let lengths = [width, height].map(|path| self.number(&path, low, high, ""));
        let deep = self.source.get(&depth).cloned();
        let depth = deep.as_ref().map(|_| self.number(&depth, low, high, ""));
        let count = if deep.is_some() { World::MOST_AXES } else { 2 };
        let fits = self.fits_axes(entry, deep.as_ref());
        let edges = self.edges(count);
        let lengths = lengths.into_iter().chain(depth).collect::<Option<Vec<_>>>()?;
        let axis = |(length, edge): (f32, Edge)| Axis { length, edge };
        let axes: Vec<Axis> = lengths.into_iter().zip(edges?).map(axis).collect();
        let world = World::of(&axes).map_err(|error| self.source.blame_all(&error.to_string()));
        world.ok().filter(|_| fits)
    }

    /// Whether the model runs in a world with this depth, or without one; notes it if not.
    fn fits_axes(&mut self, entry: Option<&Entry>, depth: Option<&Item>) -> bool {
        let Some(entry) = entry.filter(|entry| !entry.runs_in(depth.is_some())) else {
            return true;
        };
        let (model, world) = if depth.is_some() { (2, 3) } else { (3, 2) };
        let problem = SimulationError::Axes { model, world };
        match depth {
            Some(item) => self.source.blame(item, &format!("{problem}: leave `world.depth` out")),
            None => {
                let problem = format!("{problem}: `{}` needs `world.depth`", entry.name);
                self.source.blame_all(&problem);
            }
        }
        false
    }

    /// The edges of so many axes: one word for all, or one for each.
    fn edges(&mut self, count: usize) -> Option<Vec<Edge>> {
        let Some(item) = self.source.get("world.edge").cloned() else {
            return Some(vec![Edge::default(); count]);
        };
        let words = match &item.value {
            Value::Text(name) => std::slice::from_ref(name),
            Value::Words(names) => &names[..],
            _ => &[],
        };
        let edges: Option<Vec<Edge>> = words.iter().map(|name| Edge::from_name(name)).collect();
        let edges = edges.and_then(|edges| match item.value {
            Value::Text(_) => Some(vec![edges[0]; count]),
            _ => (edges.len() == count).then_some(edges),
        });
        let names = Edge::NAMES.map(|(name, _)| name);
        let wrong = words.iter().find(|name| !names.contains(&name.as_str()));
        let near = wrong.and_then(|name| human::nearest(name, names));
        let hint = near.map_or(String::new(), |near| format!("; did you mean \"{near}\"?"));
        let allowed = format!(
            "\"periodic\", \"wall\" or \"open\", or a list of {count} of them, one for each axis{hint}"
        );
        edges.or_else(|| self.wrong(&item, &allowed))
    }
}
