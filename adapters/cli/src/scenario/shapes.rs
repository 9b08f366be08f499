//! The tables `[[shape]]` of a scenario.

use std::path::Path;

use flockwork_kernel::World;
use flockwork_scheduler::Given;
use flockwork_scheduler::geometry::{Role, Schedule};
use flockwork_scheduler_native::Entry;

use super::reader::Reader;
use super::source::{Table, Value};
use crate::human;
use crate::shapes::{self, Drawn, FORMATS, Outline, PARAM};

/// The keys of a table.
const KEYS: [&str; 11] =
    ["name", "kind", "role", "file", "corners", "centre", "radius", "low", "high", "open", "every"];

impl Reader<'_> {
    /// Reads the tables, and puts what they say into the parameters of the model; None if something is wrong.
    pub(super) fn shapes(
        &mut self,
        entry: Option<&Entry>,
        world: &World,
        folder: &Path,
        params: &mut Vec<Given>,
    ) -> Option<Vec<Drawn>> {
        let Some(item) = self.source.get("shape").cloned() else { return Some(Vec::new()) };
        let Value::Tables(tables) = &item.value else {
            return self.wrong(&item, "tables, [[shape]], each with a `kind` or a `file`");
        };
        let entry = entry?;
        if !entry.params.iter().any(|param| param.name == PARAM) {
            let problem = format!("`shape`: the model {} has no shapes", entry.name);
            self.source.blame(&item, &problem);
            return None;
        }
        if params.iter().any(|(name, _)| name == PARAM) {
            let problem =
                "`shape` and `params.shapes` both say what stands in the world: leave one out";
            self.source.blame(&item, problem);
            return None;
        }
        let most = entry.params.iter().find(|param| param.name == PARAM)?.kind;
        let read = read(tables, folder).and_then(|drawn| {
            let list = shapes::list(&drawn, world)?;
            if most.allows(&list) { Ok((drawn, list)) } else { Err(format!("they must be {most}")) }
        });
        match read {
            Ok((drawn, list)) => {
                params.push((PARAM.to_string(), list));
                Some(drawn)
            }
            Err(problem) => {
                self.source.blame(&item, &format!("`shape`: {problem}"));
                None
            }
        }
    }
}

fn read(tables: &[Table], folder: &Path) -> Result<Vec<Drawn>, String> {
    let mut all = Vec::new();
    for (number, table) in tables.iter().enumerate() {
        let table = Keys(table);
        let name = table.text("name").map_err(|problem| format!("shape {number}: {problem}"))?;
        let of = |problem: String| match &name {
            Some(name) => format!("shape \"{}\": {problem}", human::shown(name)),
            None => format!("shape {number}: {problem}"),
        };
        let one = one(&table, name.clone(), folder).map_err(of)?;
        all.extend(one);
    }
    Ok(all)
}

/// The keys of a table.
struct Keys<'t>(&'t Table);

impl Keys<'_> {
    fn get(&self, key: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    fn wrong(&self, key: &str, allowed: &str) -> String {
        let what = self.get(key).map_or("missing".to_string(), Value::describe);
        format!("`{key}` is {what}: it must be {allowed}")
    }

    fn text(&self, key: &str) -> Result<Option<String>, String> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::Text(text)) if !text.is_empty() => Ok(Some(text.clone())),
            Some(_) => Err(self.wrong(key, "a text")),
        }
    }

    fn place(&self, key: &str) -> Result<Vec<f64>, String> {
        match self.get(key) {
            Some(Value::List(at)) => Ok(at.clone()),
            _ => Err(self.wrong(key, "a place, such as [1.5, 2]")),
        }
    }

    fn corners(&self) -> Result<Vec<Vec<f64>>, String> {
        match self.get("corners") {
            Some(Value::Places(places)) => Ok(places.clone()),
            _ => Err(self.wrong("corners", "a list of places, such as [[0, 2], [8, 2]]")),
        }
    }

    fn tick(value: Option<&Value>) -> Option<u64> {
        value?.whole().and_then(|tick| u64::try_from(tick).ok())
    }

    fn schedule(&self) -> Result<Option<Schedule>, String> {
        let every = match self.get("every") {
            None => 0,
            some => {
                Self::tick(some).ok_or_else(|| self.wrong("every", "a whole number of ticks"))?
            }
        };
        let whole = |at: f64| (at >= 0.0 && at == at.trunc() && at < 1.0e15).then_some(at as u64);
        match self.get("open") {
            None if every > 0 => {
                Err("`every` says how often a door opens, but `open` is missing".into())
            }
            None => Ok(None),
            Some(Value::List(ticks)) if ticks.len() == 2 => {
                let (from, until) = (whole(ticks[0]), whole(ticks[1]));
                let (Some(from), Some(until)) = (from, until) else {
                    return Err(self.wrong("open", "two ticks, such as [100, 200]"));
                };
                Ok(Some(Schedule { from, until, every }))
            }
            Some(_) => Err(self.wrong("open", "two ticks, such as [100, 200]")),
        }
    }
}

/// The shapes of a table: one, or those of a file.
fn one(table: &Keys<'_>, name: Option<String>, folder: &Path) -> Result<Vec<Drawn>, String> {
    if let Some((key, _)) = table.0.iter().find(|(key, _)| !KEYS.contains(&key.as_str())) {
        let near = human::nearest(key, KEYS);
        let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        let keys = human::list(&KEYS);
        return Err(format!("there is no key `{}`{hint}; a shape has {keys}", human::shown(key)));
    }
    let role = table.text("role")?.map(|role| shapes::role(&role)).transpose()?;
    let schedule = table.schedule()?;
    if let Some(file) = table.text("file")? {
        return of_file(table, &folder.join(file), name, role, schedule);
    }
    let kind = table.text("kind")?.ok_or_else(|| table.wrong("kind", KINDS))?;
    let (outline, keys): (_, &[&str]) = match kind.as_str() {
        "chain" => (Outline::Chain(table.corners()?), &["corners"]),
        "polygon" => (Outline::Polygon(table.corners()?), &["corners"]),
        "box" => (Outline::Box(table.place("low")?, table.place("high")?), &["low", "high"]),
        "ball" => {
            let radius = table.get("radius").and_then(Value::number);
            let radius = radius.ok_or_else(|| table.wrong("radius", "a number above 0"))?;
            (Outline::Ball(table.place("centre")?, radius), &["centre", "radius"])
        }
        _ => return Err(table.wrong("kind", KINDS)),
    };
    let others = ["corners", "centre", "radius", "low", "high"];
    let other = others.into_iter().find(|key| table.get(key).is_some() && !keys.contains(key));
    if let Some(other) = other {
        return Err(format!("a {kind} has no `{other}`: it has {}", human::list(keys)));
    }
    let (role, schedule) = (role.unwrap_or(Role::Wall), schedule.unwrap_or_default());
    Ok(vec![Drawn { name, role, schedule, outline }])
}

const KINDS: &str = "\"chain\", \"polygon\", \"box\" or \"ball\"";

/// The shapes of a file; what the table says counts where the file says nothing.
fn of_file(
    table: &Keys<'_>,
    path: &Path,
    name: Option<String>,
    role: Option<Role>,
    schedule: Option<Schedule>,
) -> Result<Vec<Drawn>, String> {
    for key in ["kind", "corners", "centre", "radius", "low", "high"] {
        if table.get(key).is_some() {
            return Err(format!("`{key}` is for the file to say: leave it out"));
        }
    }
    let shown = human::path(path);
    let outlines = shapes::read(path).map_err(|problem| format!("{shown}: {problem}"))?;
    if outlines.is_empty() {
        return Err(format!("{shown} has no shapes: it must be a {FORMATS} file with some"));
    }
    let alone = outlines.len() == 1;
    let each = outlines.into_iter().map(|(outline, said)| Drawn {
        name: said.name.or_else(|| name.clone().filter(|_| alone)),
        role: said.role.or(role).unwrap_or(Role::Wall),
        schedule: said.schedule.or(schedule).unwrap_or_default(),
        outline,
    });
    Ok(each.collect())
}
