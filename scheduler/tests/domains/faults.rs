//! Damaged mail, lack of room, ids, numbers that are none: errors, and never half a tick.

use std::convert::Infallible;
use std::marker::PhantomData;
use std::sync::Arc;

use flockwork_kernel::Vec2;
use flockwork_kernel::columns::{Columns, Reach};
use flockwork_scheduler::testing::{Meddled, Meddler, Tampered, Way};
use flockwork_scheduler::{
    Cut, Desks, Domain, DomainError, Frame, Initial, Lane, Loopback, Model, Needed, NoClock,
    Partition, Pass, Passes, Progress, Room, Serial, Setup, Simulation, SimulationError, StepError,
    Tick, Topology,
};

use crate::dots::{Dots, DotsParams};
use crate::plan::Plan;

/// The tick whose mail is tampered with.
const WHEN: u64 = 2;

/// Runs the usual world until its mail has been tampered with; gives the error, and how many
/// messages were changed.
fn tampered(
    lane: Lane,
    mut change: impl FnMut(u32, &[u8]) -> Vec<(u32, Vec<u8>)> + 'static,
) -> SimulationError {
    let executor = Tampered::new(move |Way { lane: on, tick, from, .. }: Way, bytes: &[u8]| {
        if on as u32 == lane as u32 && tick == WHEN {
            change(from, bytes)
        } else {
            vec![(from, bytes.to_vec())]
        }
    });
    let mut world = Plan::usual().world(executor).unwrap();
    for _ in 0..WHEN {
        world.step().unwrap();
    }
    let before = (world.tick(), world.population(), world.snapshot().unwrap());
    let error = world.step().unwrap_err();
    assert_eq!(world.step().unwrap_err(), error, "the error does not stay");
    let after = (world.tick(), world.population(), world.snapshot().unwrap());
    assert!(before == after, "{error}: the state is not that of the last completed tick");
    assert!(!error.to_string().is_empty());
    error
}

#[test]
fn mail_that_is_left_alone_does_no_harm() {
    let mut world = Plan::usual()
        .world(Tampered::new(|way: Way, bytes: &[u8]| vec![(way.from, bytes.to_vec())]));
    let mut other = Plan::usual().world(Serial::default()).unwrap();
    let world = world.as_mut().unwrap();
    for _ in 0..5 {
        world.step().unwrap();
        other.step().unwrap();
    }
    assert_eq!(world.rows(), other.rows());
}

#[test]
fn damaged_mail_is_told_with_its_sender() {
    type Damage = fn(&[u8]) -> Vec<u8>;
    let damages: [(&str, Damage); 7] = [
        ("another tick", |bytes| [&[bytes[0] ^ 1], &bytes[1..]].concat()),
        ("no header", |bytes| bytes[..15].to_vec()),
        ("nothing", |_| Vec::new()),
        ("a byte short", |bytes| bytes[..bytes.len() - 1].to_vec()),
        ("a byte long", |bytes| [bytes, &[0]].concat()),
        ("too many of the first kind", |bytes| patched(bytes, 8, u32::MAX)),
        ("too many of the second kind", |bytes| patched(bytes, 12, u32::MAX)),
    ];
    for lane in [Lane::Post, Lane::Move] {
        for (what, damage) in damages {
            let error = tampered(lane, move |from, bytes| {
                vec![(from, if from == 1 { damage(bytes) } else { bytes.to_vec() })]
            });
            let expected = DomainError::Protocol { from: 1, tick: WHEN };
            assert_eq!(error, SimulationError::Domain(expected), "{lane:?}: {what}");
        }
    }
}

#[test]
fn a_message_that_comes_twice_or_from_nowhere_is_told() {
    for lane in [Lane::Post, Lane::Move] {
        for senders in [[1, 1], [1, 0], [1, 4], [1, u32::MAX]] {
            let error = tampered(lane, move |from, bytes| match from {
                1 => senders.map(|from| (from, bytes.to_vec())).to_vec(),
                _ => vec![(from, bytes.to_vec())],
            });
            assert!(
                matches!(error, SimulationError::Domain(DomainError::Protocol { .. })),
                "{lane:?} {senders:?}: {error}"
            );
        }
    }
}

#[test]
fn ghosts_and_migrants_that_do_not_belong_are_told() {
    let owned = crate::naive::stride();
    // The tag of the first ghost, behind all migrants.
    for tag in [9, 1 << 16, u32::MAX - 1, u32::MAX] {
        let error = tampered(Lane::Move, move |from, bytes| {
            let migrants = u32::from_le_bytes(bytes[8..12].try_into().unwrap()) as usize;
            let ghosts = u32::from_le_bytes(bytes[12..16].try_into().unwrap());
            let at = 16 + migrants * owned;
            vec![(from, if ghosts > 0 { patched(bytes, at, tag) } else { bytes.to_vec() })]
        });
        assert!(matches!(error, SimulationError::Domain(DomainError::Protocol { .. })), "{error}");
    }
    // A tag that there is, but that puts the ghost far outside the border.
    let error = tampered(Lane::Move, move |from, bytes| {
        let migrants = u32::from_le_bytes(bytes[8..12].try_into().unwrap()) as usize;
        let ghosts = u32::from_le_bytes(bytes[12..16].try_into().unwrap());
        let at = 16 + migrants * owned;
        let far = |bytes: &[u8]| patched(&patched(bytes, at, 0), at + 8, 3.4f32.to_bits());
        vec![(from, if ghosts > 0 { far(bytes) } else { bytes.to_vec() })]
    });
    assert!(matches!(error, SimulationError::Domain(DomainError::Protocol { .. })), "{error}");
    // A migrant that somebody else should own: sent back where it came from.
    let error = tampered(Lane::Move, move |from, bytes| {
        let migrants = u32::from_le_bytes(bytes[8..12].try_into().unwrap());
        let home = [(0.1f32, 0.1f32), (8.9, 0.1), (0.1, 6.9), (8.9, 6.9)][from as usize];
        let sent =
            |bytes: &[u8]| patched(&patched(bytes, 20, home.0.to_bits()), 24, home.1.to_bits());
        vec![(from, if migrants > 0 { sent(bytes) } else { bytes.to_vec() })]
    });
    assert!(matches!(error, SimulationError::Domain(DomainError::Protocol { .. })), "{error}");
}

#[test]
fn a_ghost_inside_the_region_that_it_borders_on_is_told() {
    let owned = crate::naive::stride();
    let executor = Tampered::new(move |Way { lane, tick, from, to }: Way, bytes: &[u8]| {
        let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        let here = lane as u32 == Lane::Move as u32 && tick == WHEN && to == 0;
        if !here || number(12) == 0 {
            return vec![(from, bytes.to_vec())];
        }
        // The first ghost, unshifted, in the middle of the receiver.
        let at = 16 + number(8) as usize * owned;
        let [tag, x, y] = [4, 2.0f32.to_bits(), 1.5f32.to_bits()];
        vec![(from, patched(&patched(&patched(bytes, at, tag), at + 8, x), at + 12, y))]
    });
    let mut world = Plan::usual().world(executor).unwrap();
    for _ in 0..WHEN {
        world.step().unwrap();
    }
    let error = (0..2).find_map(|_| world.step().err()).unwrap();
    assert!(matches!(error, SimulationError::Domain(DomainError::Protocol { .. })), "{error}");
}

#[test]
fn an_event_for_nobody_is_told() {
    let error = tampered(Lane::Post, |from, bytes| {
        let events = u32::from_le_bytes(bytes[8..12].try_into().unwrap());
        vec![(from, if events > 0 { patched(bytes, 16, 4_000_000) } else { bytes.to_vec() })]
    });
    let expected = DomainError::UnknownTarget { id: 4_000_000, tick: WHEN };
    assert_eq!(error, SimulationError::Domain(expected));
    // Its cell may be anything at all.
    for cell in [u32::MAX, 1 << 20] {
        let error = tampered(Lane::Post, move |from, bytes| {
            let events = u32::from_le_bytes(bytes[8..12].try_into().unwrap());
            vec![(from, if events > 0 { patched(bytes, 24, cell) } else { bytes.to_vec() })]
        });
        let unknown = matches!(error, SimulationError::Domain(DomainError::UnknownTarget { .. }));
        assert!(unknown, "{error}");
    }
}

#[test]
fn a_lost_migrant_breaks_the_books() {
    let error = tampered(Lane::Move, |from, bytes| {
        let migrants = u32::from_le_bytes(bytes[8..12].try_into().unwrap());
        if migrants > 0 { Vec::new() } else { vec![(from, bytes.to_vec())] }
    });
    let SimulationError::Conservation { tick, expected, found } = error else { panic!("{error}") };
    assert_eq!(tick, WHEN + 1);
    assert!(found < expected);
}

#[test]
fn lost_ghosts_and_lost_post_break_the_books() {
    for lane in [Lane::Move, Lane::Post] {
        // On the lane of moves, mail without migrants: only ghosts are lost.
        let error = tampered(lane, move |from, bytes| {
            let first = u32::from_le_bytes(bytes[8..12].try_into().unwrap());
            let lost = lane == Lane::Post || first == 0;
            if lost { Vec::new() } else { vec![(from, bytes.to_vec())] }
        });
        let SimulationError::LostMail { tick, messages } = error else { panic!("{error}") };
        assert!(tick == WHEN + 1 && messages > 0);
    }
}

#[test]
fn a_migrant_under_another_id_breaks_the_books() {
    let error = tampered(Lane::Move, |from, bytes| {
        let migrants = u32::from_le_bytes(bytes[8..12].try_into().unwrap());
        vec![(from, if migrants > 0 { patched(bytes, 16, 3_000_000) } else { bytes.to_vec() })]
    });
    assert!(matches!(error, SimulationError::Conservation { .. }), "{error}");
}

#[test]
fn after_damaged_mail_nobody_has_taken_in_half_of_it() {
    let owned = crate::naive::stride();
    let plan = Plan::usual();
    let mut world = Domains::new(&plan, 50);
    world.begin();
    world.poll_until_moves().unwrap();
    let before = world.domains[0].census();
    // The last ghost of the last message: everything before it is good.
    let spoil = |from: u32, bytes: &[u8]| {
        let ghosts = u32::from_le_bytes(bytes[12..16].try_into().unwrap()) as usize;
        let migrants = u32::from_le_bytes(bytes[8..12].try_into().unwrap()) as usize;
        let ghost = (bytes.len() - 16 - migrants * owned) / ghosts.max(1);
        let last = bytes.len() - ghost;
        if from == 3 && ghosts > 0 { patched(bytes, last, 77) } else { bytes.to_vec() }
    };
    let mut ids = Vec::new();
    world.domains[0].visit(|columns, row| ids.push(columns.id[row]));
    let error = world.poll_spoilt(0, spoil).unwrap_err();
    assert_eq!(error, DomainError::Protocol { from: 3, tick: 0 });
    let mut after = Vec::new();
    world.domains[0].visit(|columns, row| after.push(columns.id[row]));
    assert_eq!(ids, after);
    assert_eq!((before, 0), (world.domains[0].census(), world.domains[0].ghost_count()));
    // The error stays, whatever comes.
    assert_eq!(world.poll(0).unwrap_err(), error);
}

#[test]
fn a_transport_that_fails_ends_the_domain() {
    let plan = Plan::usual();
    for failing in ["send", "close", "ready", "visit", "hear", "clear"] {
        let mut world = Domains::new(&plan, 50);
        world.begin();
        let error = world.poll_failing(0, failing);
        assert_eq!(error, Err(StepError::Transport("cut off")), "{failing}");
        let again = world.poll(0).unwrap_err();
        assert_eq!(again, DomainError::Mail { domain: 0, tick: 0 }, "{failing}");
    }
}

#[test]
fn without_room_nothing_happens_and_with_it_all_goes_on() {
    let usual = Plan::usual();
    let setup = Setup { population: 300, ..usual.setup };
    let births = Plan {
        setup,
        params: DotsParams { breed: 0.5, die: 0.0, ..usual.params },
        cut: Cut::Parts(1),
        ..usual
    };
    let migration = Plan { setup, params: DotsParams { breed: 0.0, ..usual.params }, ..usual };
    for (what, plan) in [("births", births), ("migration", migration)] {
        let mut roomy = plan.world(Serial::default()).unwrap();
        let mut tight = Domains::new(&plan, 0);
        for tick in 0..12 {
            roomy.step().unwrap();
            tight.tick(tick);
        }
        assert_eq!(tight.rows(), roomy.rows().unwrap(), "{what}");
        assert!(tight.lacked.contains(&Room::Entities), "there was always room for {what}");
        assert!(tight.lacked.contains(&Room::Ghosts), "there was always room for ghosts");
    }
}

#[test]
fn a_simulation_of_fixed_room_says_what_it_needs() {
    let plan = Plan {
        params: DotsParams { breed: 0.5, die: 0.0, ..DotsParams::default() },
        ..Plan::usual()
    };
    let partition = Partition { capacity: Some(60), ..plan.partition() };
    let mut world = plan.world_in(partition, Serial::default()).unwrap();
    let error = (0..100).find_map(|_| world.step().err()).unwrap();
    let SimulationError::Domain(DomainError::Capacity { needed, capacity, .. }) = error else {
        panic!("{error}")
    };
    assert!(needed > capacity);
    // Too little to begin with.
    let partition = Partition { capacity: Some(3), ..plan.partition() };
    let error = plan.world_in(partition, Serial::default()).err().unwrap();
    assert!(matches!(error, SimulationError::Domain(DomainError::Capacity { .. })), "{error}");
    // More than any memory holds.
    let partition = Partition { capacity: Some(usize::MAX), ..plan.partition() };
    let error = plan.world_in(partition, Serial::default()).err().unwrap();
    assert!(matches!(error, SimulationError::Domain(DomainError::OutOfMemory { .. })), "{error}");
}

#[test]
fn ids_run_out_with_an_error() {
    let plan = Plan {
        params: DotsParams { breed: 1.0, die: 0.0, ..DotsParams::default() },
        ..Plan::usual()
    };
    let last = |highest: u32| {
        let mut initial = |id: u32, row: &mut [u8]| {
            if id == 0 {
                row[..4].copy_from_slice(&highest.to_le_bytes());
            }
            Ok(())
        };
        let initial: &mut Initial<'_> = &mut initial;
        let partition = plan.partition();
        Simulation::<Dots, _>::new(
            plan.setup,
            plan.params,
            partition,
            Serial::default(),
            Some(initial),
        )
    };
    let mut world = last(u32::MAX - 50).unwrap();
    let error = (0..10).find_map(|_| world.step().err()).unwrap();
    assert!(matches!(error, SimulationError::Domain(DomainError::IdsExhausted { .. })), "{error}");
    let error = last(u32::MAX).err().unwrap();
    assert_eq!(error, SimulationError::DuplicateId { id: u32::MAX });
}

#[test]
fn a_position_that_is_not_a_number_is_told_with_its_entity_and_tick() {
    let plan = Plan {
        params: DotsParams { poison: 4, die: 0.0, ..DotsParams::default() },
        ..Plan::usual()
    };
    let mut world = plan.world(Serial::default()).unwrap();
    for _ in 0..3 {
        world.step().unwrap();
    }
    let error = world.step().unwrap_err();
    assert_eq!(
        error,
        SimulationError::Domain(DomainError::NonFinite { id: 0, column: "y", tick: 3 })
    );
    assert_eq!(world.step().unwrap_err(), error);
    assert_eq!(world.tick(), 3);
}

fn domain_error(error: StepError<Infallible>) -> DomainError {
    match error {
        StepError::Domain(error) => error,
        other => panic!("{other}"),
    }
}

/// The bytes with four of them changed.
fn patched(bytes: &[u8], at: usize, value: u32) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
    bytes
}

/// The domains of a world without a simulation around them, polled by hand.
struct Domains {
    model: Dots,
    tick: Tick<'static, Dots>,
    post: Loopback,
    desks: Desks<<(Dots,) as Passes<Dots>>::Lists>,
    domains: Vec<Domain<Dots>>,
    /// What there was no room for.
    lacked: Vec<Room>,
}

impl Domains {
    /// Domains with room for a few more entities than they have, in the state of the plan's first tick.
    fn new(plan: &Plan, spare: usize) -> Self {
        let topology = Topology::new(plan.grid(), plan.cut).unwrap();
        let topology = Arc::new(topology);
        let start = plan.world(Serial::default()).unwrap();
        let count = topology.regions().len() as u32;
        let mut domains = Vec::new();
        for id in 0..count {
            let mut domain = Domain::new(id, Arc::clone(&topology), 0).unwrap();
            domain.set_next_id(start.next_id());
            domain.reserve(Room::Ghosts, 2 * spare).unwrap();
            domains.push(domain);
        }
        for row in start.rows().unwrap().chunks_exact(crate::naive::stride()) {
            let real = |at: usize| f32::from_le_bytes(row[at..at + 4].try_into().unwrap());
            let cell = topology.grid().cell(Vec2::new(real(4), real(8)));
            let domain = &mut domains[topology.owner(cell) as usize];
            let needed = domain.census().owned as usize + 1 + spare;
            domain.reserve(Room::Entities, needed).unwrap();
            domain.admit(row).unwrap();
        }
        let tick = Tick { number: 0, setup: plan.setup, totals: None };
        let mut world = Self {
            model: Dots { params: plan.params, axes: PhantomData },
            tick,
            post: Loopback::new(count as usize),
            desks: Desks::default(),
            domains,
            lacked: Vec::new(),
        };
        for domain in &mut world.domains {
            domain.rehome(Arc::clone(&topology));
        }
        world.finish();
        world
    }

    fn frame<'a>(
        model: &'a Dots,
        tick: Tick<'a, Dots>,
        desks: &'a Desks<<(Dots,) as Passes<Dots>>::Lists>,
    ) -> Frame<'a, Dots> {
        let needed = Needed::Radius(Dots::radius(model));
        Frame { model, tick, needed, clock: &NoClock, desks, tally: true, grow: false }
    }

    fn begin(&mut self) {
        for domain in &mut self.domains {
            domain.begin_tick();
        }
    }

    fn poll(&mut self, at: usize) -> Result<Progress, DomainError> {
        let frame = Self::frame(&self.model, self.tick, &self.desks);
        let mut port = self.post.port(at as u32);
        self.domains[at].poll(&frame, &mut port).map_err(domain_error)
    }

    fn poll_spoilt(
        &mut self,
        at: usize,
        spoil: impl Fn(u32, &[u8]) -> Vec<u8>,
    ) -> Result<Progress, DomainError> {
        let frame = Self::frame(&self.model, self.tick, &self.desks);
        let spoiling = Spoiling(spoil);
        let mut port = Meddled::new(&self.post, &spoiling, at as u32, self.tick.number);
        self.domains[at].poll(&frame, &mut port).map_err(domain_error)
    }

    fn poll_failing(
        &mut self,
        at: usize,
        failing: &'static str,
    ) -> Result<Progress, StepError<&'static str>> {
        loop {
            // It gets as far as the mail of the others allows.
            for other in (0..self.domains.len()).filter(|other| *other != at) {
                self.poll(other).map_err(StepError::Domain)?;
            }
            let frame = Self::frame(&self.model, self.tick, &self.desks);
            let meddler = Failing(failing);
            let mut port = Meddled::new(&self.post, &meddler, at as u32, self.tick.number);
            match self.domains[at].poll(&frame, &mut port) {
                Ok(Progress::Waiting) => {}
                other => return other,
            }
        }
    }

    /// Polls until the first domain waits for migrants and ghosts, and all of them are there.
    fn poll_until_moves(&mut self) -> Result<(), DomainError> {
        // In the first round all send their post, and the last one goes on with all of it; in the
        // second the others do, and the first is not polled again.
        let last = self.domains.len() - 1;
        for at in (0..=last).chain(0..last) {
            self.poll(at)?;
        }
        Ok(())
    }

    /// Makes exactly the room that is asked for, and polls until all are done.
    fn finish(&mut self) {
        let mut done = vec![false; self.domains.len()];
        while done.contains(&false) {
            for (at, done) in done.iter_mut().enumerate() {
                match self.poll(at) {
                    Ok(progress) => *done = progress == Progress::Done,
                    Err(DomainError::Capacity { what, needed, capacity, .. }) => {
                        assert!(needed > capacity);
                        let before = (self.domains[at].census(), self.domains[at].fingerprint());
                        let again = self.poll(at).unwrap_err();
                        assert!(matches!(again, DomainError::Capacity { .. }), "{again}");
                        let domain = &mut self.domains[at];
                        assert_eq!(before, (domain.census(), domain.fingerprint()));
                        domain.reserve(what, needed).unwrap();
                        self.lacked.push(what);
                    }
                    Err(error) => panic!("{error}"),
                }
            }
        }
    }

    fn tick(&mut self, number: u64) {
        self.tick.number = number;
        self.begin();
        self.finish();
    }

    fn rows(&self) -> Vec<u8> {
        let mut rows = Vec::new();
        for domain in &self.domains {
            domain.visit(|columns, row| {
                let mut bytes = vec![0; crate::naive::stride()];
                <Dots as Model>::Columns::pack(columns, row, Reach::Owned, &mut bytes).unwrap();
                rows.push((columns.id[row], bytes));
            });
        }
        rows.sort();
        rows.into_iter().flat_map(|(_, bytes)| bytes).collect()
    }
}

/// Spoils the migrants and ghosts that arrive.
struct Spoiling<F>(F);

impl<F: Fn(u32, &[u8]) -> Vec<u8>> Meddler for Spoiling<F> {
    type Error = Infallible;

    fn change(&self, way: Way, bytes: &[u8], each: &mut dyn FnMut(u32, &[u8])) {
        match way.lane {
            Lane::Post | Lane::Share => each(way.from, bytes),
            Lane::Move => each(way.from, &(self.0)(way.from, bytes)),
        }
    }
}

/// One function of the transport fails.
struct Failing(&'static str);

impl Meddler for Failing {
    type Error = &'static str;

    fn call(&self, function: &'static str, _tick: u64) -> Result<(), &'static str> {
        if self.0 == function { Err("cut off") } else { Ok(()) }
    }
}
