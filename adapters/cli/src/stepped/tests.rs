use flockwork_models::{Boids, Tribes};
use flockwork_scheduler::registry::TableColumn;
use flockwork_scheduler::{Model, Plane, Table};

use super::*;

const BOIDS: &str = "entities = 2000\ndt = 0.05\n[world]\nwidth = 40\nheight = 20\n";

fn boids(workers: usize) -> Stepped {
    Stepped::from_model(&Registry::builtin(), Boids::<Plane>::NAME, BOIDS, workers).unwrap()
}

fn column<const N: usize>(world: &mut Stepped, name: &str, order: Order) -> Vec<[u8; N]> {
    let mut to = vec![0; N * world.population() as usize];
    let field = world.field(name).unwrap();
    world.copy(field, order, N, &mut to).unwrap();
    to.chunks_exact(N).map(|value| value.try_into().unwrap()).collect()
}

#[test]
fn a_model_with_a_text_is_the_scenario_of_both_in_toml_and_in_json() {
    let registry = Registry::builtin();
    let fingerprint = |made: Result<Stepped, StepError>| {
        let mut world = made.unwrap();
        world.step(5).unwrap();
        (world.tick(), world.last_tick(), world.fingerprint().unwrap())
    };
    let whole = format!("model = 'boids'\n{BOIDS}");
    let here = Path::new(".");
    let first = fingerprint(Stepped::from_text(&registry, "s", here, &whole, &[], 2));
    assert_eq!(fingerprint(Stepped::from_model(&registry, "boids", BOIDS, 1)), first);
    let json = "{\"entities\": 2000, \"dt\": 0.05, \"world\": {\"width\": 40, \"height\": 20}}";
    assert_eq!(fingerprint(Stepped::from_model(&registry, "boids", json, 1)), first);
    assert_eq!((first.0, first.1), (5, 1000));
    let set = ["seed=2".to_string()];
    assert_ne!(fingerprint(Stepped::from_text(&registry, "s", here, &whole, &set, 1)), first);
}

#[test]
fn what_is_wrong_is_said_and_the_world_goes_on() {
    let registry = Registry::builtin();
    let made = |text: &str| Stepped::from_text(&registry, "flock", Path::new("."), text, &[], 1);
    let problem = |result: Result<Stepped, StepError>| result.err().unwrap().to_string();
    let text = problem(made("model = 'boid'"));
    assert!(text.contains("flock:1:1: there is no model `boid`; did you mean `boids`?"), "{text}");
    let text = problem(Stepped::from_model(&registry, "fish", BOIDS, 1));
    assert!(text.contains("there is no model `fish`"), "{text}");
    let text = problem(Stepped::from_model(&registry, "boids", BOIDS, 5000));
    assert!(text.contains("5000"), "{text}");
    let text = problem(Stepped::from_file(&registry, Path::new("none.toml"), &[], 1));
    assert!(text.contains("cannot read the scenario"), "{text}");
    let text = problem(Stepped::from_snapshot(&registry, b"nonsense", 1));
    assert!(text.starts_with("the snapshot: "), "{text}");

    let mut world = boids(1);
    world.step(1).unwrap();
    let before = world.fingerprint().unwrap();
    for (params, part) in [
        ("max_sped = 1", "there is no parameter `max_sped`"),
        ("max_speed = -1", "params.max_speed is -1: it must be"),
        ("max_speed = 3\nmin_speed = 'x'", "params.min_speed"),
        ("max_speed = ", "params:1:"),
        ("{\"max_speed\": true}", "`max_speed` is a boolean"),
        ("neighbor_radius = 30", "radius"),
    ] {
        let error = world.set_params_from(params).unwrap_err();
        assert!(matches!(&error, StepError::Input(text) if text.contains(part)), "{error:?}");
    }
    let text = world.field("spin").unwrap_err().to_string();
    assert!(text.contains("there is no column `spin`") && text.contains("vx"), "{text}");
    let x = world.field("x").unwrap();
    for (stride, len, part) in [(3, 8000, "at least 4"), (4, 7999, "8000"), (8, 15_995, "15996")] {
        let error = world.copy(x, Order::Id, stride, &mut vec![0; len]).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
    assert_eq!(world.fingerprint().unwrap(), before);
    world.step(1).unwrap();
    assert_eq!(world.tick(), 2);
}

#[test]
fn parameters_change_between_two_ticks() {
    let (mut changed, mut same) = (boids(2), boids(1));
    changed.set_params_from("max_speed = 3.5\nneighbor_radius = 1.5").unwrap();
    let value = |world: &Stepped, name: &str| {
        world.params().unwrap().into_iter().find(|(param, _)| param.name == name).unwrap().1
    };
    assert_eq!(value(&changed, "max_speed"), Setting::Number(3.5));
    assert_eq!(value(&changed, "neighbor_radius"), Setting::Number(1.5));
    assert_eq!(value(&same, "neighbor_radius"), Setting::Number(1.0));
    for world in [&mut changed, &mut same] {
        world.step(3).unwrap();
    }
    assert_ne!(changed.fingerprint().unwrap(), same.fingerprint().unwrap());
}

#[test]
fn columns_are_in_the_order_of_ids_whatever_the_workers() {
    let columns = |workers: usize| {
        let mut world = boids(workers);
        world.step(7).unwrap();
        (column::<4>(&mut world, "id", Order::Id), column::<4>(&mut world, "x", Order::Id))
    };
    let (ids, xs) = columns(1);
    assert!(ids.iter().zip(0u32..).all(|(id, place)| u32::from_ne_bytes(*id) == place));
    assert_eq!(columns(3), (ids, xs));
}

#[test]
fn who_is_born_and_dies_keeps_the_order() {
    let text = "entities = 1500\ndt = 0.05\n[world]\nwidth = 28\nheight = 14\n";
    let registry = Registry::builtin();
    let mut world = Stepped::from_model(&registry, Tribes::<Plane>::NAME, text, 3).unwrap();
    for _ in 0..20 {
        world.step(10).unwrap();
        let ids = column::<4>(&mut world, "id", Order::Id).map_ids();
        assert!(ids.is_sorted_by(|a, b| a < b), "tick {}", world.tick());
        let energy = column::<4>(&mut world, "energy", Order::Id);
        let (memory, there) = (
            column::<4>(&mut world, "energy", Order::Memory),
            column::<4>(&mut world, "id", Order::Memory).map_ids(),
        );
        let mut pairs: Vec<_> = there.into_iter().zip(memory).collect();
        pairs.sort_unstable();
        assert_eq!(pairs, ids.into_iter().zip(energy).collect::<Vec<_>>());
    }
    assert_ne!(world.population(), 1500, "the world of this test has births and deaths");
}

trait MapIds {
    fn map_ids(&self) -> Vec<u32>;
}

impl MapIds for Vec<[u8; 4]> {
    fn map_ids(&self) -> Vec<u32> {
        self.iter().map(|id| u32::from_ne_bytes(*id)).collect()
    }
}

#[test]
fn several_fields_go_into_one_buffer_and_one_number_out_of_several() {
    let text = "entities = 300\ndt = 0.05\n[world]\nwidth = 28\nheight = 14\n";
    let mut world = Stepped::from_model(&Registry::builtin(), "tribes", text, 1).unwrap();
    let genes = world.field("genes").unwrap();
    let fourth = world.field("genes_3").unwrap();
    assert_eq!((genes.components, genes.component), (9, 0));
    assert_eq!((fourth.components, fourth.component, fourth.size()), (1, 3, 4));
    let all = column::<36>(&mut world, "genes", Order::Id);
    let one = column::<4>(&mut world, "genes_3", Order::Id);
    assert!(all.iter().zip(&one).all(|(all, one)| all[12..16] == one[..]));
    let mut pairs = vec![0xff; 300 * 12];
    for (name, at) in [("x", 0), ("y", 4)] {
        let field = world.field(name).unwrap();
        world.copy(field, Order::Id, 12, &mut pairs[at..]).unwrap();
    }
    let (xs, ys) =
        (column::<4>(&mut world, "x", Order::Id), column::<4>(&mut world, "y", Order::Id));
    for ((pair, x), y) in pairs.chunks_exact(12).zip(xs).zip(ys) {
        assert_eq!((&pair[..4], &pair[4..8], &pair[8..]), (&x[..], &y[..], &[0xff; 4][..]));
    }
}

#[test]
fn a_snapshot_goes_on_with_the_same_bits() {
    let registry = Registry::builtin();
    let mut world = boids(2);
    world.step(4).unwrap();
    let snapshot = world.snapshot().unwrap();
    let mut other = Stepped::from_snapshot(&registry, &snapshot, 1).unwrap();
    assert_eq!((other.tick(), other.entry().name), (4, "boids"));
    for world in [&mut world, &mut other] {
        world.step(4).unwrap();
    }
    assert_eq!(other.fingerprint().unwrap(), world.fingerprint().unwrap());
    assert_eq!(other.stats().unwrap(), world.stats().unwrap());
    assert_eq!(other.metrics().unwrap().ticks, 4);
}

#[test]
fn a_program_brings_the_entities_and_the_scenario_need_not_say_how_many() {
    let registry = Registry::builtin();
    let column =
        |name: &str, values: Vec<f64>| TableColumn { name: name.into(), component: 0, values };
    let entities = |schema: &'static [Column]| {
        assert_eq!(schema[0].name, "id");
        let places = || (0..300).map(|row| f64::from(row) * 0.05).collect();
        let columns = vec![column("x", places()), column("y", places())];
        Ok(Table { rows: 300, columns, ..Table::default() })
    };
    let world = "model = 'boids'\ndt = 0.05\n[world]\nwidth = 40\nheight = 20\n";
    let made = |text: &str, set: &[String], entities: &Brought<'_>| {
        let written = Written::Text { name: "flock", folder: Path::new("."), text };
        Stepped::with_entities(&registry, &written, set, 1, entities)
    };
    let mut brought = made(world, &[], &entities).unwrap();
    assert_eq!(brought.population(), 300);
    let xs = column_of(&mut brought);
    assert!((xs[299] - 299.0 * 0.05).abs() < 1e-5, "{}", xs[299]);
    assert!(made(world, &["entities=300".into()], &entities).is_ok());

    let problem = |made: Result<Stepped, StepError>| made.err().unwrap().to_string();
    let text = problem(made(world, &["entities=200".into()], &entities));
    assert!(text.contains("`entities` is 200, but the initial table has 300 rows"), "{text}");
    let text = problem(made(world, &["initial=a.csv".into()], &entities));
    assert!(text.contains("the entities are given already"), "{text}");
    let refuse = |_: &'static [Column]| Err("no such column".to_string());
    assert_eq!(problem(made(world, &[], &refuse)), "no such column");
    let file = Written::File(Path::new("none.toml"));
    let text = problem(Stepped::with_entities(&registry, &file, &[], 1, &entities));
    assert!(text.contains("cannot read the scenario"), "{text}");
}

fn column_of(world: &mut Stepped) -> Vec<f32> {
    column(world, "x", Order::Id).into_iter().map(f32::from_le_bytes).collect()
}

#[test]
fn inputs_are_given_between_two_ticks() {
    let mut worlds = [boids(1), boids(2)];
    let text = r#"[{"spawn": {"x": 1, "y": 2}}, {"remove": 7}, {"poke": {"at": [1, 1], "radius": 3, "push": 1}}]"#;
    let ends = worlds.each_mut().map(|world| {
        let (count, before) = (world.population(), world.fingerprint().unwrap());
        for (bad, part) in [
            ("{}", "a list of tables"),
            ("[{}]", "input 0: an input has one of"),
            (
                r#"[{"spawn": {}}, {"remove": 999999}]"#,
                "input 1 at tick 0: `remove` is for entity 999999",
            ),
        ] {
            let error = world.give_from(bad).unwrap_err();
            assert!(matches!(&error, StepError::Input(text) if text.contains(part)), "{error:?}");
            assert_eq!(world.fingerprint().unwrap(), before);
        }
        let answer = world.give_from(text).unwrap();
        assert_eq!((answer.tick, answer.ids.len(), world.population()), (0, 1, count));
        world.step(3).unwrap();
        world.fingerprint().unwrap()
    });
    assert_eq!(ends[0], ends[1]);
}

#[test]
fn a_snapshot_goes_on_with_the_inputs_of_its_scenario() {
    let text = format!(
        "model = 'boids'\n{BOIDS}\n[[input]]\nevery = 2\npoke = {{ at = [5, 5], radius = 4, push = 1 }}\n[[input]]\nat = 5\nremove = 3\n"
    );
    let registry = Registry::builtin();
    let make = || Stepped::from_text(&registry, "flock", Path::new("."), &text, &[], 1).unwrap();
    let mut whole = make();
    whole.step(9).unwrap();
    for tick in [0, 1, 4, 5, 6] {
        let mut world = make();
        world.step(tick).unwrap();
        let saved = world.snapshot().unwrap();
        let mut again = Stepped::from_snapshot(&registry, &saved, 2).unwrap();
        assert_eq!(again.snapshot().unwrap(), saved, "{tick}");
        again.step(9 - tick).unwrap();
        assert_eq!(again.fingerprint(), whole.fingerprint(), "{tick}");
    }
}
