//! Several ranks give the bits of one, over a board and over boxes whose mail comes late.

use std::collections::VecDeque;

use flockwork_kernel::shapes::Shape;
use flockwork_kernel::{Edge, Vec2, World};
use flockwork_models::crowd::CrowdParams;
use flockwork_models::{Boids, Crowd, Discs, Tribes, Vicsek};
use flockwork_scheduler::geometry::{Placed, Role, Schedule};
use flockwork_scheduler::{
    Cut, Input, Model, Params, Partition, Progress, Serial, Setup, Simulation, SimulationError,
    snapshot,
};
use flockwork_scheduler_web::board::BoardPort;
use flockwork_scheduler_web::{Board, Boxes, Kind, Ranks};

fn setup(population: u32, side: f32, dt: f32) -> Setup {
    Setup { world: World::new(side, side, Edge::Periodic).unwrap(), population, seed: 7, dt }
}

fn partition(ranks: u32) -> Partition {
    Partition::new(Cut::Parts(2 * ranks + 1))
}

fn params<M: Model>() -> M::Params {
    M::Params::default()
}

/// The fingerprints of one process, tick by tick.
fn alone<M: Model>(setup: Setup, ticks: u64) -> Vec<u64> {
    let mut world =
        Simulation::<M, _>::new(setup, params::<M>(), partition(1), Serial::default(), None)
            .unwrap();
    let mut seen = vec![world.fingerprint().unwrap()];
    for _ in 0..ticks {
        world.step().unwrap();
        seen.push(world.fingerprint().unwrap());
    }
    seen
}

/// The same over a board, each rank on a thread of its own.
fn on_board<M: Model>(setup: Setup, ranks: u32, ticks: u64) -> Vec<Vec<u64>> {
    let board = Board::new(ranks);
    let board = &board;
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..ranks)
            .map(|rank| {
                scope.spawn(move || {
                    let mail = Ranks::new(rank, ranks, BoardPort::new(board, rank));
                    let mut world =
                        Simulation::<M, _>::new(setup, params::<M>(), partition(ranks), mail, None)
                            .unwrap();
                    let mut seen = vec![world.observe().unwrap().fingerprint];
                    for _ in 0..ticks {
                        world.step().unwrap();
                        seen.push(world.observe().unwrap().fingerprint);
                    }
                    seen
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    })
}

type Rank<M> = Simulation<M, Ranks<Boxes>>;

/// Ranks whose packets lie about for a while before they are delivered.
struct Late<M: Model> {
    ranks: Vec<Rank<M>>,
    /// Packets under way for each pair of ranks: their order is kept, nothing else.
    way: Vec<VecDeque<(u32, Vec<u8>)>>,
    random: u64,
}

impl<M: Model> Late<M> {
    fn new(setup: Setup, count: u32) -> Self {
        let rank = |rank| {
            let mail = Ranks::new(rank, count, Boxes::new(count));
            Simulation::<M, _>::new(setup, params::<M>(), partition(count), mail, None).unwrap()
        };
        let way = (0..count * count).map(|_| VecDeque::new()).collect();
        Self { ranks: (0..count).map(rank).collect(), way, random: 99 }
    }

    fn draw(&mut self, below: usize) -> usize {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.random >> 33) as usize % below
    }

    /// Polls ranks in any order, with mail in between, until all are done.
    fn finish(&mut self) {
        let count = self.ranks.len();
        let mut turns = 0;
        loop {
            let at = self.draw(count);
            self.ranks[at].poll().unwrap();
            self.post(at);
            for _ in 0..2 {
                let pair = self.draw(count * count);
                if let Some((kind, bytes)) = self.way[pair].pop_front() {
                    let (from, to) = (pair / count, pair % count);
                    let mail = self.ranks[to].executor_mut().carrier_mut();
                    let room = mail.arriving(from as u32, kind, bytes.len()).unwrap();
                    room.copy_from_slice(&bytes);
                    mail.arrived();
                }
            }
            let under_way = self.way.iter().any(|way| !way.is_empty());
            if !under_way
                && (0..count).all(|at| self.ranks[at].poll().unwrap() == Progress::Done)
                && (0..count).all(|at| self.ranks[at].executor().carrier().outgoing().is_none())
            {
                return;
            }
            (0..count).for_each(|at| self.post(at));
            turns += 1;
            assert!(turns < 1_000_000, "the ranks wait for ever");
        }
    }

    fn post(&mut self, from: usize) {
        let count = self.ranks.len();
        let mail = self.ranks[from].executor_mut().carrier_mut();
        while let Some(packet) = mail.outgoing() {
            let entry = (packet.kind as u32, packet.bytes.clone());
            self.way[from * count + packet.to as usize].push_back(entry);
            mail.sent();
        }
    }

    fn observe(&mut self) -> u64 {
        self.ranks.iter_mut().for_each(Simulation::begin_observation);
        self.finish();
        let seen: Vec<_> = self.ranks.iter().map(Simulation::observation).collect();
        assert!(seen.iter().all(|one| *one == seen[0]));
        seen[0].unwrap().fingerprint
    }
}

fn in_boxes<M: Model>(setup: Setup, ranks: u32, ticks: u64) -> Vec<u64> {
    let mut late = Late::<M>::new(setup, ranks);
    late.finish();
    let mut seen = vec![late.observe()];
    for _ in 0..ticks {
        late.ranks.iter_mut().for_each(Simulation::begin);
        late.finish();
        seen.push(late.observe());
    }
    seen
}

fn all_the_same<M: Model>(setup: Setup, ticks: u64) {
    let expected = alone::<M>(setup, ticks);
    for ranks in [1, 2, 3, 5] {
        for seen in on_board::<M>(setup, ranks, ticks) {
            assert_eq!(seen, expected, "{} on a board of {ranks}", M::NAME);
        }
        assert_eq!(in_boxes::<M>(setup, ranks, ticks), expected, "{} in boxes", M::NAME);
    }
}

#[test]
fn models_without_events() {
    all_the_same::<Boids>(setup(800, 16.0, 0.1), 12);
    all_the_same::<Vicsek>(setup(500, 12.0, 1.0), 12);
}

#[test]
fn models_with_events_and_births() {
    all_the_same::<Discs>(setup(300, 24.0, 0.1), 12);
    all_the_same::<Tribes>(setup(900, 20.0, 0.1), 20);
}

#[test]
fn parts_of_a_snapshot_merge_to_that_of_one() {
    let setup = setup(700, 18.0, 0.1);
    let mut world = Simulation::<Tribes, _>::new(
        setup,
        params::<Tribes>(),
        partition(1),
        Serial::default(),
        None,
    )
    .unwrap();
    (0..9).for_each(|_| world.step().unwrap());
    let mut late = Late::<Tribes>::new(setup, 3);
    late.finish();
    for _ in 0..9 {
        late.ranks.iter_mut().for_each(Simulation::begin);
        late.finish();
    }
    let parts: Vec<Vec<u8>> = late.ranks.iter().map(|rank| rank.snapshot().unwrap()).collect();
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    assert_eq!(snapshot::merge(&parts).unwrap(), world.snapshot().unwrap());
    let doubled = [parts[0], parts[1], parts[0]];
    assert!(snapshot::merge(&doubled).is_err());
}

#[test]
fn parameters_change_at_the_same_tick_everywhere() {
    let setup = setup(600, 16.0, 0.1);
    let mut world = Simulation::<Boids, _>::new(
        setup,
        params::<Boids>(),
        partition(1),
        Serial::default(),
        None,
    )
    .unwrap();
    let mut late = Late::<Boids>::new(setup, 3);
    late.finish();
    let wider = Boids { neighbor_radius: 2.5, ..params::<Boids>() };
    for tick in 0..8 {
        if tick == 4 {
            world.set_params(wider).unwrap();
            late.ranks.iter_mut().for_each(|rank| rank.set_params(wider).unwrap());
            late.finish();
        }
        world.step().unwrap();
        late.ranks.iter_mut().for_each(Simulation::begin);
        late.finish();
    }
    assert_eq!(late.observe(), world.fingerprint().unwrap());
}

#[test]
fn a_wall_on_somebody_is_refused_by_all_with_the_words_of_who_owns_him() {
    let setup = setup(90, 16.0, 0.02);
    let mut world = Simulation::<Crowd, _>::new(
        setup,
        params::<Crowd>(),
        partition(1),
        Serial::default(),
        None,
    )
    .unwrap();
    let mut late = Late::<Crowd>::new(setup, 3);
    late.finish();
    let step = |world: &mut Simulation<Crowd, Serial>, late: &mut Late<Crowd>| {
        world.step().unwrap();
        late.ranks.iter_mut().for_each(Simulation::begin);
        late.finish();
        assert_eq!(late.observe(), world.fingerprint().unwrap());
    };
    step(&mut world, &mut late);
    let mut places = Vec::new();
    world.visit(|id, columns, row| places.push((id, columns.row(row).position))).unwrap();
    for (id, at) in places {
        let shift = Vec2::new(0.1, 0.0);
        let wall = Shape::Segment([at - shift, at + shift]);
        let wall = Placed::new(Role::Wall, Schedule::default(), wall);
        let list: Vec<f64> = wall.numbers().into_iter().map(f64::from).collect();
        let mut changed = params::<Crowd>();
        // A wall beyond the seam of the world is none.
        if changed.set("shapes", list.clone()).is_err()
            || Crowd::new(changed.clone(), &setup).is_err()
        {
            continue;
        }
        let given = vec![Input::Params { params: vec![("shapes".into(), list.into())] }];
        let refused = world.give(given.clone()).unwrap_err();
        let SimulationError::Refused(wanted) = &refused else { panic!("{refused}") };
        assert!(wanted.problem.contains(&format!("does not fit entity {id}: ")), "{wanted}");
        late.ranks.iter_mut().for_each(|rank| rank.begin_inputs(given.clone()).unwrap());
        late.finish();
        for rank in &mut late.ranks {
            assert_eq!(rank.take_answer().as_ref(), Err(&refused));
        }
        // As parameters alone it is the same, and no rank ends.
        let unfit = world.set_params(changed.clone()).unwrap_err();
        late.ranks.iter_mut().for_each(|rank| rank.set_params(changed.clone()).unwrap());
        late.finish();
        for rank in &mut late.ranks {
            let refused = rank.take_answer().unwrap_err().to_string();
            assert!(refused.contains(&unfit.to_string()), "{refused}");
        }
    }
    let free = CrowdParams { clearance: 0.1, ..params::<Crowd>() };
    world.set_params(free.clone()).unwrap();
    late.ranks.iter_mut().for_each(|rank| rank.set_params(free.clone()).unwrap());
    late.finish();
    late.ranks.iter_mut().for_each(|rank| drop(rank.take_answer().unwrap()));
    step(&mut world, &mut late);
}

#[test]
fn a_rank_that_fails_ends_the_others() {
    let board = Board::new(2);
    let board = &board;
    let setup = setup(300, 12.0, 0.1);
    let alive = std::thread::scope(|scope| {
        let other = scope.spawn(move || {
            let mail = Ranks::new(0, 2, BoardPort::new(board, 0));
            Simulation::<Boids, _>::new(setup, params::<Boids>(), partition(2), mail, None)
                .and_then(|mut world| (0..100).try_for_each(|_| world.step()))
        });
        board.fail(1);
        other.join().unwrap()
    });
    assert!(matches!(alive, Err(SimulationError::Transport(problem)) if problem.contains('1')));
}

#[test]
fn boxes_refuse_who_does_not_exist() {
    let mut boxes = Boxes::new(2);
    assert!(boxes.arriving(2, Kind::Post as u32, 8).is_none());
    assert!(boxes.arriving(0, 4, 8).is_none());
    assert!(boxes.arriving(1, Kind::Sum as u32, 8).is_some());
    // Delivering twice delivers once.
    boxes.arrived();
    boxes.arrived();
    assert!(boxes.outgoing().is_none());
}
