//! Which columns and which entities are recorded; observables choose entities alike.
//!
//! | `--record-entities` | who |
//! | --- | --- |
//! | `1-100,205` | those with these ids |
//! | `tribe == 3` | those of which this is so in the tick that is recorded |
//! | `id % 10 == 0` | every tenth |
//! | `tribe == 3 and energy > 0.5` | those of which all is so |

use flockwork_kernel::World;
use flockwork_kernel::columns::Scalar;

use super::frame::Slot;
use crate::human;
use crate::rows::Field;

/// Chooses columns, and the places of fields over the world: all, or those that are named by a comma-separated
/// list, and the id.
///
/// A name is that of a column of the model, of one of its numbers, or of a field. The order is that of the model.
pub(super) fn columns(
    fields: &[Field],
    grids: &[&str],
    names: Option<&str>,
) -> Result<(Vec<Slot>, Vec<usize>), String> {
    let Some(names) = names else {
        return Ok((fields.iter().cloned().map(Slot::of).collect(), (0..grids.len()).collect()));
    };
    let names: Vec<&str> = names.split(',').map(str::trim).collect();
    for name in &names {
        if !grids.contains(name) && !fields.iter().any(|field| is_named(field, name)) {
            let known = fields.iter().map(|field| field.name.as_str());
            return Err(human::unknown("column", name, known.chain(grids.iter().copied())));
        }
    }
    let chosen =
        |field: &&Field| field.name == "id" || names.iter().any(|name| is_named(field, name));
    let slots = fields.iter().filter(chosen).cloned().map(Slot::of).collect();
    let grids = (0..grids.len()).filter(|at| names.contains(&grids[*at])).collect();
    Ok((slots, grids))
}

/// Whether a name is that of a field, or of the column that it is a number of.
fn is_named(field: &Field, name: &str) -> bool {
    let number = || field.name.strip_prefix(name)?.strip_prefix('_')?.parse::<u32>().ok();
    field.name == name || !name.is_empty() && number().is_some()
}

/// Which entities are recorded.
#[derive(Clone, Debug)]
pub(crate) enum Entities {
    All,
    /// Those whose id is in one of these spans, ends included.
    Ids(Vec<(u64, u64)>),
    /// Those of which all of these are so.
    Where(Vec<Condition>),
}

/// Something that is so or not of an entity.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    field: Field,
    /// What is left of the value after a division by this, if it is asked for.
    modulo: Option<f64>,
    relation: Relation,
    number: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Equal,
    Other,
    Less,
    AtMost,
    More,
    AtLeast,
}

/// The longer ones first, since `<=` begins with `<`.
const RELATIONS: [(&str, Relation); 6] = [
    ("==", Relation::Equal),
    ("!=", Relation::Other),
    ("<=", Relation::AtMost),
    (">=", Relation::AtLeast),
    ("<", Relation::Less),
    (">", Relation::More),
];

const ALLOWED: &str = "it must be ids such as 1-100,205, or conditions such as tribe == 3, \
                       id % 10 == 0 or age > 5 and tribe != 0";

impl Entities {
    pub(crate) fn read(text: Option<&str>, fields: &[Field]) -> Result<Self, String> {
        let Some(text) = text.map(str::trim) else { return Ok(Self::All) };
        if text.starts_with(|first: char| first.is_ascii_digit()) {
            let spans = text.split(',').map(span).collect::<Option<Vec<_>>>();
            return spans.map(Self::Ids).ok_or_else(|| ALLOWED.to_string());
        }
        let conditions = text.split(" and ").map(|part| Condition::read(part, fields));
        conditions.collect::<Result<_, _>>().map(Self::Where)
    }

    /// Whether an entity is recorded; its id is in the first four bytes of its row.
    pub(crate) fn has(&self, row: &[u8]) -> bool {
        match self {
            Self::All => true,
            Self::Ids(spans) => {
                let id = id_of(row);
                spans.iter().any(|(first, last)| (*first..=*last).contains(&id.into()))
            }
            Self::Where(conditions) => conditions.iter().all(|condition| condition.holds(row)),
        }
    }
}

/// The id with which every packed row begins.
pub(super) fn id_of(row: &[u8]) -> u32 {
    row.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

/// Reads `7` or `1-100`.
fn span(text: &str) -> Option<(u64, u64)> {
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (number(first)?, number(last)?);
    (first <= last).then_some((first, last))
}

impl Condition {
    fn read(text: &str, fields: &[Field]) -> Result<Self, String> {
        let found = RELATIONS.iter().find_map(|(sign, relation)| {
            text.split_once(sign).map(|(left, right)| (left.trim(), *relation, right.trim()))
        });
        let (left, relation, right) = found.ok_or(ALLOWED)?;
        let (name, modulo) = match left.split_once('%') {
            Some((name, by)) => (name.trim(), Some(by.trim())),
            None => (left, None),
        };
        let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
        let modulo = match modulo.map(number) {
            Some(Some(by)) if by >= 1.0 => Some(by),
            Some(_) => return Err(ALLOWED.to_string()),
            None => None,
        };
        let field = fields.iter().find(|field| field.name == name).ok_or_else(|| {
            human::unknown("column", name, fields.iter().map(|field| field.name.as_str()))
        })?;
        let number = number(right).ok_or_else(|| {
            format!("`{name}` is compared with \"{}\": it must be a number", human::shown(right))
        })?;
        Ok(Self { field: field.clone(), modulo, relation, number })
    }

    fn holds(&self, row: &[u8]) -> bool {
        let value = self.field.value(row) + self.field.shift.unwrap_or(0.0);
        let value = self.modulo.map_or(value, |by| value % by);
        // What was written with decimals is compared as the column has it.
        let rounded = self.field.scalar == Scalar::F32 && self.field.shift.is_none();
        let number = if rounded { f64::from(self.number as f32) } else { self.number };
        match self.relation {
            Relation::Equal => value == number,
            Relation::Other => value != number,
            Relation::Less => value < number,
            Relation::AtMost => value <= number,
            Relation::More => value > number,
            Relation::AtLeast => value >= number,
        }
    }
}

/// Columns with the places as if no axis had an end.
pub(super) fn unwrapped(world: &World) -> impl Iterator<Item = Slot> {
    (0..world.axes().len()).map(Slot::unwrapped)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> Vec<Field> {
        let field = |name: &str, scalar, offset| Field {
            name: name.to_string(),
            scalar,
            offset,
            shift: None,
        };
        vec![
            field("id", Scalar::U32, 0),
            field("x", Scalar::F32, 4),
            field("tribe", Scalar::U8, 8),
            field("genes_0", Scalar::U8, 9),
            field("genes_1", Scalar::U8, 10),
        ]
    }

    fn row(id: u32, x: f32, tribe: u8) -> Vec<u8> {
        let mut row = id.to_le_bytes().to_vec();
        row.extend(x.to_le_bytes());
        row.extend([tribe, 0, 0]);
        row
    }

    fn chosen(text: &str) -> Vec<u32> {
        let entities = Entities::read(Some(text), &fields()).unwrap();
        let rows = (0..300).map(|id| row(id, id as f32 / 10.0, (id % 4) as u8));
        rows.filter(|row| entities.has(row)).map(|row| id_of(&row)).collect()
    }

    #[test]
    fn entities_are_chosen_by_ids_and_by_what_they_have() {
        assert_eq!(chosen("7"), [7]);
        assert_eq!(chosen("1-3, 205 ,299-500"), [1, 2, 3, 205, 299]);
        assert_eq!(chosen("id % 100 == 1"), [1, 101, 201]);
        assert_eq!(chosen("tribe == 3 and id < 10"), [3, 7]);
        assert_eq!(chosen("x==0.1"), [1]);
        assert_eq!(chosen("x >= 29.8"), [298, 299]);
        assert_eq!(chosen("tribe != 0 and x <= 0.2"), [1, 2]);
        assert_eq!(chosen("id > 298"), [299]);
        assert_eq!(chosen("tribe == 9"), [0u32; 0]);
        for bad in ["", "1-", "3-1", "1,x", "tribe", "tribe = 3", "id % 0 == 1", "id % x == 1"] {
            let problem = Entities::read(Some(bad), &fields()).unwrap_err();
            assert!(problem.contains("it must be ids such as"), "{bad}: {problem}");
        }
        let problem = Entities::read(Some("tribes == 3"), &fields()).unwrap_err();
        assert!(problem.contains("did you mean `tribe`?"), "{problem}");
        let problem = Entities::read(Some("tribe == red"), &fields()).unwrap_err();
        assert!(problem.contains("`tribe` is compared with \"red\""), "{problem}");
    }

    #[test]
    fn columns_are_chosen_by_name_in_the_order_of_the_model_and_the_id_is_always_there() {
        let names = |text| -> Vec<String> {
            let (slots, _) = columns(&fields(), &[], text).unwrap();
            slots.into_iter().map(|slot| slot.name).collect()
        };
        assert_eq!(names(None), ["id", "x", "tribe", "genes_0", "genes_1"]);
        assert_eq!(names(Some("tribe, x")), ["id", "x", "tribe"]);
        assert_eq!(names(Some("genes")), ["id", "genes_0", "genes_1"]);
        assert_eq!(names(Some("genes_1")), ["id", "genes_1"]);
        let fields_of = |text| columns(&fields(), &["scent", "grass"], text).unwrap().1;
        assert_eq!([fields_of(None), fields_of(Some("x,grass"))], [vec![0, 1], vec![1]]);
        assert_eq!(fields_of(Some("x")), [0; 0]);
        for (bad, near) in [("tribes", "`tribe`"), ("", ""), ("gene", "genes"), ("tick", "")] {
            let problem = columns(&fields(), &["grass"], Some(bad)).unwrap_err();
            assert!(problem.contains("no column") && problem.contains(near), "{problem}");
        }
    }
}
