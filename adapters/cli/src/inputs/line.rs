//! One input as JSON.

use flockwork_scheduler::{Area, Change, Given, Input, Setting};
use serde_json::{Map, Value};

use crate::human;
use crate::shapes::Names;

/// The kinds of inputs.
const KINDS: [&str; 7] = ["spawn", "remove", "set", "params", "poke", "field", "door"];

type Values = Vec<(String, f64)>;

/// Reads an input from keys of which one names its kind, and there is no other. Shapes may be called by these names.
///
/// # Errors
///
/// What is wrong, and what is allowed.
pub(crate) fn input_of(mut keys: Map<String, Value>, names: &Names) -> Result<Input, String> {
    let mut named = KINDS.into_iter().filter(|kind| keys.contains_key(*kind));
    let (Some(kind), None) = (named.next(), named.next()) else {
        return Err(format!("an input has one of {}", KINDS.join(", ")));
    };
    let value = keys.remove(kind).unwrap_or_default();
    if let Some(key) = keys.keys().next() {
        return Err(format!("an input has no key `{}`", human::shown(key)));
    }
    let wrong = |allowed: &str| format!("`{kind}` must be {allowed}");
    if kind == "remove" {
        let id = value.as_u64().and_then(|id| u32::try_from(id).ok());
        return Ok(Input::Remove { id: id.ok_or_else(|| wrong("the id of an entity"))? });
    }
    let Value::Object(mut keys) = value else { return Err(wrong("a table of names and values")) };
    Ok(match kind {
        "spawn" => Input::Spawn { values: values(kind, keys)? },
        "set" => {
            let id = keys.remove("id").and_then(|id| u32::try_from(id.as_u64()?).ok());
            let id = id.ok_or_else(|| wrong("a table with the `id` of an entity"))?;
            Input::Set { id, values: values(kind, keys)? }
        }
        "params" => Input::Params { params: params(keys)? },
        "poke" => {
            let at = place(&mut keys, "at").map_err(|problem| wrong(&problem))?;
            let radius = number(&mut keys, "radius").map_err(|problem| wrong(&problem))?;
            Input::Poke { at, radius, values: values(kind, keys)? }
        }
        "door" => door(keys, names)?,
        _ => field(keys).map_err(|problem| wrong(&problem))?,
    })
}

/// Parameters by name.
pub(super) fn params(keys: Map<String, Value>) -> Result<Vec<Given>, String> {
    let one = |(name, value): (String, Value)| match setting(&value) {
        Some(value) => Ok((name, value)),
        None => {
            let name = human::shown(&name);
            Err(format!("`{name}` must be a number, a list of numbers or a text"))
        }
    };
    keys.into_iter().map(one).collect()
}

/// Writes parameters.
pub(super) fn named(params: &[Given]) -> Map<String, Value> {
    params.iter().map(|(name, value)| (name.clone(), value_of(value))).collect()
}

/// A list of coordinates.
fn place(keys: &mut Map<String, Value>, key: &str) -> Result<Vec<f64>, String> {
    match keys.remove(key).as_ref().and_then(setting) {
        Some(Setting::List(at)) => Ok(at),
        _ => Err(format!("a table with `{key}`, a list of coordinates")),
    }
}

fn number(keys: &mut Map<String, Value>, key: &str) -> Result<f64, String> {
    let number = keys.remove(key).as_ref().and_then(Value::as_f64);
    number.ok_or_else(|| format!("a table with `{key}`, a number"))
}

/// What becomes of cells of a field.
fn field(mut keys: Map<String, Value>) -> Result<Input, String> {
    let Some(Value::String(name)) = keys.remove("name") else {
        return Err("a table with the `name` of a field".into());
    };
    let area = if keys.contains_key("at") {
        Area::Ball { at: place(&mut keys, "at")?, radius: number(&mut keys, "radius")? }
    } else if keys.contains_key("low") {
        Area::Box { low: place(&mut keys, "low")?, high: place(&mut keys, "high")? }
    } else {
        return Err("a table with `at` and `radius`, or `low` and `high`".into());
    };
    let change = match (keys.contains_key("set"), keys.contains_key("add")) {
        (true, false) => Change::Set(number(&mut keys, "set")?),
        (false, true) => Change::Add(number(&mut keys, "add")?),
        _ => return Err("a table with `set` or `add`, an amount".into()),
    };
    match keys.keys().next() {
        Some(key) => Err(format!("a table without `{}`", human::shown(key))),
        None => Ok(Input::Field { name, area, change }),
    }
}

/// Which doors are open or closed.
fn door(mut keys: Map<String, Value>, names: &Names) -> Result<Input, String> {
    let wrong = |allowed: &str| format!("`door` must be a table {allowed}");
    let number = |shape: &Value| match shape {
        Value::String(name) => names.get(name).map_err(|problem| format!("`door`: {problem}")),
        shape => {
            let number = shape.as_u64().and_then(|number| u32::try_from(number).ok());
            number.map(|number| vec![number]).ok_or_else(|| {
                wrong("with `shape`, the number or name of a door or a list of them")
            })
        }
    };
    let shapes = match keys.remove("shape").unwrap_or_default() {
        Value::Array(all) => all.iter().map(number).collect::<Result<Vec<_>, _>>()?.concat(),
        one => number(&one)?,
    };
    let open = keys.remove("open").and_then(|open| open.as_bool());
    let open = open.ok_or_else(|| wrong("with `open`, true or false"))?;
    match keys.keys().next() {
        Some(key) => Err(wrong(&format!("without `{}`", human::shown(key)))),
        None => Ok(Input::Door { shapes, open }),
    }
}

/// Reads a list of inputs.
///
/// # Errors
///
/// What is wrong with the first that is, with its place.
pub(crate) fn list(text: &str, names: &Names) -> Result<Vec<Input>, String> {
    let all: Vec<Map<String, Value>> = serde_json::from_str(text)
        .map_err(|error| format!("inputs must be a list of tables in JSON: {error}"))?;
    let one =
        |(at, keys)| input_of(keys, names).map_err(|problem| format!("input {at}: {problem}"));
    all.into_iter().enumerate().map(one).collect()
}

fn values(kind: &str, keys: Map<String, Value>) -> Result<Values, String> {
    let number = |(name, value): (String, Value)| match value {
        Value::Bool(yes) => Ok((name, f64::from(u8::from(yes)))),
        value => match value.as_f64() {
            Some(number) => Ok((name, number)),
            None => Err(format!("`{}` of `{kind}` must be a number", human::shown(&name))),
        },
    };
    keys.into_iter().map(number).collect()
}

fn setting(value: &Value) -> Option<Setting> {
    Some(match value {
        Value::Number(number) => Setting::Number(number.as_f64()?),
        Value::String(text) => Setting::Text(text.clone()),
        Value::Array(all) => {
            Setting::List(all.iter().map(Value::as_f64).collect::<Option<Vec<f64>>>()?)
        }
        _ => return None,
    })
}

/// Writes a setting.
pub(crate) fn value_of(setting: &Setting) -> Value {
    match setting {
        Setting::Number(number) => Value::from(*number),
        Setting::List(numbers) => Value::from(numbers.clone()),
        Setting::Text(text) => Value::from(text.clone()),
    }
}

/// Writes an input as a line of a file.
pub(crate) fn line_of(tick: u64, number: usize, input: &Input) -> Value {
    let mut keys = keys_of(input);
    keys.insert("tick".into(), tick.into());
    keys.insert("number".into(), number.into());
    keys.into()
}

/// Writes an input, so that it is read as this very one.
pub(crate) fn keys_of(input: &Input) -> Map<String, Value> {
    let named = |values: &Values| -> Map<String, Value> {
        values.iter().map(|(name, value)| (name.clone(), Value::from(*value))).collect()
    };
    let value = match input {
        Input::Spawn { values } => named(values).into(),
        Input::Remove { id } => Value::from(*id),
        Input::Set { id, values } => {
            let mut keys = named(values);
            keys.insert("id".into(), (*id).into());
            keys.into()
        }
        Input::Params { params } => self::named(params).into(),
        Input::Poke { at, radius, values } => {
            let mut keys = named(values);
            keys.insert("at".into(), at.clone().into());
            keys.insert("radius".into(), (*radius).into());
            keys.into()
        }
        Input::Field { name, area, change } => {
            let mut keys = Map::from_iter([("name".to_string(), Value::from(name.clone()))]);
            let (places, radius) = match area {
                Area::Ball { at, radius } => (vec![("at", at)], Some(*radius)),
                Area::Box { low, high } => (vec![("low", low), ("high", high)], None),
            };
            for (key, place) in places {
                keys.insert(key.into(), place.clone().into());
            }
            keys.extend(radius.map(|radius| ("radius".to_string(), radius.into())));
            let (key, amount) = match change {
                Change::Set(amount) => ("set", amount),
                Change::Add(amount) => ("add", amount),
            };
            keys.insert(key.into(), (*amount).into());
            keys.into()
        }
        Input::Door { shapes, open } => {
            let shape = match shapes.as_slice() {
                [one] => Value::from(*one),
                all => all.into(),
            };
            Map::from_iter([("shape".into(), shape), ("open".into(), (*open).into())]).into()
        }
        _ => Value::Null,
    };
    [(input.name().to_string(), value)].into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Input, String> {
        input_of(serde_json::from_str(text).unwrap(), &Names::default())
    }

    #[test]
    fn inputs_are_read_as_they_are_written() {
        for text in [
            r#"{"spawn":{"x":1.5,"y":0.30000000000000004}}"#,
            r#"{"spawn":{}}"#,
            r#"{"remove":4294967295}"#,
            r#"{"set":{"id":3,"alive":0.0,"vx":-1e-40}}"#,
            r#"{"params":{"a":1.0,"b":[1.0,2.0],"c":"word"}}"#,
            r#"{"poke":{"at":[1.0,2.0],"push":3.0,"radius":0.1}}"#,
            r#"{"field":{"name":"grass","at":[1.0,2.0],"radius":0.1,"set":3.5}}"#,
            r#"{"door":{"shape":3,"open":true}}"#,
            r#"{"door":{"shape":[],"open":false}}"#,
            r#"{"door":{"shape":[1,4294967295],"open":false}}"#,
            r#"{"field":{"name":"grass","low":[1.0,2.0],"high":[3.0,4.0],"add":-7.0}}"#,
        ] {
            let input = read(text).unwrap();
            let again = serde_json::to_string(&keys_of(&input)).unwrap();
            assert_eq!(read(&again).unwrap(), input, "{again}");
        }
        let alive = read(r#"{"set":{"id":3,"alive":true}}"#).unwrap();
        assert_eq!(alive, Input::Set { id: 3, values: vec![("alive".into(), 1.0)] });
    }

    #[test]
    fn numbers_come_back_with_their_bits() {
        for at in 0..1000u64 {
            let bits = at.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 12 | 0x4040 << 48;
            let x = f64::from_bits(bits);
            let input = Input::Spawn { values: vec![("x".into(), x)] };
            let text = serde_json::to_string(&keys_of(&input)).unwrap();
            assert_eq!(read(&text).unwrap(), input, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, problem) in [
            ("{}", "one of spawn, remove, set, params, poke, field, door"),
            (r#"{"field":{"at":[1]}}"#, "the `name` of a field"),
            (r#"{"field":{"name":"a"}}"#, "`at` and `radius`, or `low` and `high`"),
            (r#"{"field":{"name":"a","low":[1],"set":1}}"#, "with `high`, a list"),
            (r#"{"field":{"name":"a","at":[1],"radius":1}}"#, "`set` or `add`"),
            (r#"{"field":{"name":"a","at":[1],"radius":1,"set":1,"add":1}}"#, "`set` or `add`"),
            (r#"{"field":{"name":"a","at":[1],"radius":1,"set":1,"low":1}}"#, "without `low`"),
            (r#"{"door":3}"#, "`door` must be a table"),
            (r#"{"door":{"shape":3}}"#, "with `open`, true or false"),
            (r#"{"door":{"shape":3,"open":1}}"#, "with `open`, true or false"),
            (r#"{"door":{"shape":-3,"open":true}}"#, "the number or name of a door"),
            (r#"{"door":{"shape":[1.5],"open":true}}"#, "the number or name of a door"),
            (r#"{"door":{"open":true}}"#, "the number or name of a door"),
            (r#"{"door":{"shape":"exit","open":true}}"#, "no shape has a name here"),
            (r#"{"door":{"shape":3,"open":true,"at":3}}"#, "without `at`"),
            (r#"{"spawn":{},"remove":1}"#, "one of spawn"),
            (r#"{"spawn":{},"tock":1}"#, "no key `tock`"),
            (r#"{"remove":-1}"#, "`remove` must be the id"),
            (r#"{"remove":4294967296}"#, "`remove` must be the id"),
            (r#"{"set":{"vx":1}}"#, "with the `id`"),
            (r#"{"spawn":[1]}"#, "`spawn` must be a table"),
            (r#"{"spawn":{"x":"1"}}"#, "`x` of `spawn` must be a number"),
            (r#"{"poke":{"radius":1}}"#, "`at`, a list"),
            (r#"{"poke":{"at":[1,2]}}"#, "`radius`, a number"),
            (r#"{"params":{"a":null}}"#, "`a` must be a number, a list"),
        ] {
            assert!(read(text).unwrap_err().contains(problem), "{text}");
        }
    }
}
