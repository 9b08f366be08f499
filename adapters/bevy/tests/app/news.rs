//! What happens in a crowd, as messages.

use bevy_app::{App, Update};
use bevy_ecs::prelude::{MessageReader, ResMut, Resource};
use bevy_flockwork::kernel::Plane;
use bevy_flockwork::{Born, CrowdPlugin, Died, Members, Plan, Sent};
use flockwork_models::Tribes;
use flockwork_models::tribes::TribesParams;

use super::{app, crowd};

type People = Tribes<Plane>;

/// What a system has read.
#[derive(Resource, Default)]
struct Seen {
    born: Vec<(u64, u32, bool)>,
    died: Vec<(u64, u32, bool)>,
    sent: Vec<(u32, u32, u32)>,
}

fn read(
    mut seen: ResMut<Seen>,
    mut born: MessageReader<Born<People>>,
    mut died: MessageReader<Died<People>>,
    mut sent: MessageReader<Sent<People>>,
) {
    seen.born.extend(born.read().map(|one| (one.tick, one.id, one.entity.is_some())));
    seen.died.extend(died.read().map(|one| (one.tick, one.id, one.entity.is_some())));
    seen.sent.extend(sent.read().map(|one| (one.target, one.source, one.value.to_bits())));
}

fn run(plugin: CrowdPlugin<People>) -> App {
    let plan = Plan::new(super::setup(600, 28.0, 14.0), TribesParams::default());
    let mut app = app(plan, plugin);
    app.init_resource::<Seen>();
    app.add_systems(Update, read);
    app
}

#[test]
fn every_birth_death_and_event_is_told_once() {
    let mut app = run(CrowdPlugin::new().members().events());
    let (mut born, mut died, mut sent) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..60 {
        app.update();
        let (tick, simulation) = (crowd::<People>(&app).tick(), crowd::<People>(&app).simulation());
        born.extend(simulation.born().map(|id| (tick, id)));
        died.extend(simulation.died().unwrap().map(|id| (tick, id)));
        let events = simulation.events().unwrap();
        sent.extend(events.map(|event| (event.target, event.source, event.value.to_bits())));
        let members = app.world().resource::<Members<People>>();
        assert_eq!(members.len() as u64, crowd::<People>(&app).population());
    }
    let seen = app.world().resource::<Seen>();
    let counts = [born.len(), died.len(), sent.len()];
    assert!(counts.iter().all(|count| *count > 10), "{counts:?}");
    let plain = |all: &[(u64, u32, bool)]| -> Vec<(u64, u32)> {
        all.iter().map(|(tick, id, _)| (*tick, *id)).collect()
    };
    assert_eq!((plain(&seen.born), plain(&seen.died)), (born, died.clone()));
    assert_eq!(seen.sent, sent);
    // Who died at once was never there.
    let here = |all: &[(u64, u32, bool)]| all.iter().filter(|(_, _, here)| *here).count();
    assert!(here(&seen.born) > 10 && here(&seen.died) > 10);
}

#[test]
fn births_and_deaths_are_told_without_members_too() {
    let mut app = run(CrowdPlugin::new().events());
    (0..60).for_each(|_| app.update());
    let seen = app.world().resource::<Seen>();
    assert!(seen.born.len() > 10 && seen.died.len() > 10);
    assert!(seen.born.iter().chain(&seen.died).all(|(_, _, mirrored)| !mirrored));
}
