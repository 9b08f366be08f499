//! The observables that can be asked for by name, their keys, and what each costs.

use std::f64::consts::{PI, TAU};

use flockwork_kernel::{Axes, Plane, Space, World};
use flockwork_observables::{
    Clusters, DensityMap, Displacement, FluxMap, Lags, NeighbourNumbers, Observable, ObserveError,
    Radial, Speeds, Structure, VelocityCorrelation,
};
use flockwork_scheduler::Setup;

use crate::human;
use crate::record::Entities;
use crate::rows::Field;

/// An observable that can be asked for.
#[derive(Debug)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// What it is, in a few words.
    pub(crate) about: &'static str,
    /// Whether it asks for velocities.
    pub(crate) velocities: bool,
    keys: &'static [Key],
    /// The ticks from one look to the next, if nothing says how many.
    every: f64,
}

/// What can be chosen about an observable.
#[derive(Debug)]
struct Key {
    name: &'static str,
    allowed: Allowed,
    usual: Usual,
}

/// What a key may be.
#[derive(Clone, Copy, Debug)]
enum Allowed {
    /// A whole number up to this one, from the other one on.
    Whole(u64, u64),
    /// A number above 0.
    Number,
    /// Which entities, as `--record-entities` says it.
    Entities,
}

/// What a key is where nothing says so.
#[derive(Clone, Copy, Debug)]
enum Usual {
    Is(f64),
    /// So many radii of the model, or what the world has room for.
    Radii(f64),
    /// So many times 2 pi over the radius of the model.
    Waves(f64),
    /// As often as it is counted.
    Every,
    /// It must be given.
    Needed,
    /// All entities.
    All,
}

const fn whole(name: &'static str, low: u64, high: u64, usual: f64) -> Key {
    Key { name, allowed: Allowed::Whole(low, high), usual: Usual::Is(usual) }
}

const fn number(name: &'static str, usual: Usual) -> Key {
    Key { name, allowed: Allowed::Number, usual }
}

const fn entities(name: &'static str) -> Key {
    Key { name, allowed: Allowed::Entities, usual: Usual::All }
}

/// From whom, and to whom.
const OF: &str = "of";
const WITH: &str = "with";

const BINS: Key = whole("bins", 1, 1 << 20, 100.0);
const MAP: &[Key] = &[
    whole("columns", 1, 4096, 32.0),
    whole("rows", 1, 4096, 32.0),
    whole("layers", 1, 4096, 32.0),
];
const LAGS: Key = whole("lags", 1, 100_000, 100.0);
const ORIGINS: Key = whole("origins", 1, 100_000, 10.0);

/// All of them.
pub(crate) const KINDS: [Kind; 9] = [
    Kind {
        name: "rdf",
        about: "radial distribution g(r), up to the distance `r`",
        velocities: false,
        keys: &[number("r", Usual::Radii(2.0)), BINS, entities(OF), entities(WITH)],
        every: 100.0,
    },
    Kind {
        name: "structure",
        about: "structure factor S(k), up to `k`, of at most `vectors` in a shell",
        velocities: false,
        keys: &[number("k", Usual::Waves(5.0)), BINS, whole("vectors", 1, 10_000, 20.0)],
        every: 100.0,
    },
    Kind {
        name: "msd",
        about: "mean squared displacement at `lags` lags of `every` ticks",
        velocities: false,
        keys: &[
            LAGS,
            ORIGINS,
            Key { name: "look", allowed: Allowed::Whole(1, u32::MAX as u64), usual: Usual::Every },
        ],
        every: 10.0,
    },
    Kind {
        name: "vacf",
        about: "velocity autocorrelation at `lags` lags of `every` ticks",
        velocities: true,
        keys: &[LAGS, ORIGINS],
        every: 10.0,
    },
    Kind {
        name: "speeds",
        about: "histogram of speeds, up to `max`",
        velocities: true,
        keys: &[number("max", Usual::Needed), BINS],
        every: 100.0,
    },
    Kind {
        name: "neighbours",
        about: "histogram of how many are closer than `r`",
        velocities: false,
        keys: &[number("r", Usual::Radii(1.0))],
        every: 100.0,
    },
    Kind {
        name: "clusters",
        about: "sizes of clusters of those who are closer than `r` to one another",
        velocities: false,
        keys: &[number("r", Usual::Radii(1.0))],
        every: 100.0,
    },
    Kind {
        name: "density",
        about: "map of the density on a grid",
        velocities: false,
        keys: MAP,
        every: 100.0,
    },
    Kind {
        name: "flux",
        about: "map of density times mean velocity on a grid",
        velocities: true,
        keys: MAP,
        every: 100.0,
    },
];

/// Nanoseconds for which an entity is gathered before anybody looks at it.
const GATHERED: f64 = 55.0;

/// Keys that all have: how often to look, and from which tick on.
const EVERY: &str = "every";
const FROM: &str = "from";

/// An observable that somebody asks for.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) kind: &'static Kind,
    given: Vec<(&'static str, f64)>,
    /// Keys that name entities.
    chosen: Vec<(&'static str, String)>,
}

impl Asked {
    /// Reads `NAME[:KEY=VALUE,..]`.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and what is allowed.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (name, keys) = text.split_once(':').unwrap_or((text, ""));
        let name = name.trim();
        let kind = KINDS.iter().find(|kind| kind.name == name).ok_or_else(|| {
            human::unknown("observable", name, KINDS.iter().map(|kind| kind.name))
        })?;
        let mut given: Vec<(&'static str, f64)> = Vec::new();
        let mut chosen: Vec<(&'static str, String)> = Vec::new();
        for assignment in keys.split(',').filter(|_| !keys.is_empty()) {
            let (key, value) = assignment
                .split_once('=')
                .ok_or_else(|| format!("`{}` must be KEY=VALUE", human::shown(assignment)))?;
            let (key, value) = (key.trim(), value.trim());
            let found = kind
                .allowed(key)
                .ok_or_else(|| human::unknown(&format!("key of {name}"), key, kind.names()))?;
            let mut known =
                given.iter().map(|(key, _)| key).chain(chosen.iter().map(|(key, _)| key));
            if known.any(|known| *known == found.0) {
                return Err(format!("`{key}` is given twice"));
            }
            match found.1 {
                Allowed::Entities => chosen.push((found.0, value.to_string())),
                allowed => given.push((found.0, read(found.0, value, allowed)?)),
            }
        }
        Ok(Self { kind, given, chosen })
    }

    /// All keys, those that are not given with what is usual in such a world.
    ///
    /// # Errors
    ///
    /// The name of one that must be given.
    pub(crate) fn complete(&self, setup: &Setup, radius: f32) -> Result<Chosen, String> {
        let every = self.given(EVERY).unwrap_or(self.kind.every);
        let mut values = Vec::new();
        let layers = setup.world.is_space();
        let numbers = self.kind.keys.iter().filter(|key| !matches!(key.usual, Usual::All));
        for key in numbers.filter(|key| layers || key.name != "layers") {
            let usual = || match key.usual {
                Usual::Is(value) => Ok(value),
                Usual::Radii(times) => Ok(reach(&setup.world, times * f64::from(radius))),
                Usual::Waves(times) => Ok(times * TAU / f64::from(radius)),
                Usual::Every => Ok(every),
                Usual::All => Ok(0.0),
                Usual::Needed => {
                    Err(format!("{} needs the key `{}`, as in {0}:{1}=2", self.kind.name, key.name))
                }
            };
            values.push((key.name, self.given(key.name).map_or_else(usual, Ok)?));
        }
        values.push((EVERY, every));
        values.push((FROM, self.given(FROM).unwrap_or(0.0)));
        Ok(Chosen { kind: self.kind, values, chosen: self.chosen.clone() })
    }

    fn given(&self, name: &str) -> Option<f64> {
        self.given.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
    }
}

impl Kind {
    /// The names of its keys.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.keys.iter().map(|key| key.name).chain([EVERY, FROM])
    }

    fn allowed(&self, name: &str) -> Option<(&'static str, Allowed)> {
        let common =
            [(EVERY, Allowed::Whole(1, u32::MAX as u64)), (FROM, Allowed::Whole(0, 1 << 53))];
        let own = self.keys.iter().map(|key| (key.name, key.allowed));
        own.chain(common).find(|(key, _)| *key == name)
    }
}

fn read(key: &str, text: &str, allowed: Allowed) -> Result<f64, String> {
    let wrong =
        |allowed: String| format!("`{key}` is `{}`: it must be {allowed}", human::shown(text));
    match allowed {
        Allowed::Whole(low, high) => text
            .parse::<u64>()
            .ok()
            .filter(|number| (low..=high).contains(number))
            .map(|number| number as f64)
            .ok_or_else(|| wrong(format!("a whole number from {low} to {high}"))),
        Allowed::Number => text
            .parse::<f64>()
            .ok()
            .filter(|number| (1.0e-18..=1.0e18).contains(number))
            .ok_or_else(|| wrong("a number from 1e-18 to 1e18".to_string())),
        Allowed::Entities => Err(wrong("a condition on entities".to_string())),
    }
}

/// A distance, or the largest that a world has room for.
fn reach(world: &World, wanted: f64) -> f64 {
    world.axes().iter().fold(wanted, |reach, axis| {
        let most = f64::from(axis.length) * if axis.is_periodic() { 0.49 } else { 1.0 };
        if axis.is_open() || reach <= most { reach } else { most }
    })
}

/// An observable with all its keys.
#[derive(Clone, Debug)]
pub(crate) struct Chosen {
    pub(crate) kind: &'static Kind,
    pub(crate) values: Vec<(&'static str, f64)>,
    /// Keys that name entities: of two groups, if there is any.
    pub(crate) chosen: Vec<(&'static str, String)>,
}

impl Chosen {
    fn get(&self, name: &str) -> f64 {
        self.values.iter().find(|(key, _)| *key == name).map_or(0.0, |(_, value)| *value)
    }

    fn count(&self, name: &str) -> u32 {
        self.get(name) as u32
    }

    /// How many ticks lie between two that are counted.
    pub(crate) fn every(&self) -> u64 {
        self.get(EVERY) as u64
    }

    /// How many ticks lie between two looks: fewer where entities are followed.
    pub(crate) fn look(&self) -> u64 {
        match self.get("look") as u64 {
            0 => self.every(),
            look => look,
        }
    }

    /// The first tick to look at.
    pub(crate) fn from(&self) -> u64 {
        self.get(FROM) as u64
    }

    /// Makes it.
    ///
    /// # Errors
    ///
    /// [`ObserveError`] if it does not suit the world.
    pub(crate) fn make<A: Axes>(
        &self,
        setup: &Setup,
        threads: usize,
    ) -> Result<Box<dyn Observable<A>>, ObserveError> {
        let world = setup.world;
        let r = self.get("r") as f32;
        let cells = ["columns", "rows", "layers"].map(|name| self.count(name));
        Ok(match self.kind.name {
            "rdf" if self.chosen.is_empty() => {
                Box::new(Radial::<A>::new(world, r, self.count("bins"))?)
            }
            "rdf" => Box::new(Radial::<A>::between(world, r, self.count("bins"))?),
            "structure" => Box::new(self.structure::<A>(world)?.on_threads(threads)),
            "msd" => Box::new(Displacement::<A>::new(world, self.lags(setup))?),
            "vacf" => Box::new(VelocityCorrelation::<A>::new(self.lags(setup))?),
            "speeds" => Box::new(Speeds::new(self.get("max"), self.count("bins"))?),
            "neighbours" => Box::new(NeighbourNumbers::<A>::new(world, r)?),
            "clusters" => Box::new(Clusters::<A>::new(world, r)?),
            "density" => Box::new(DensityMap::<A>::new(world, cells)?),
            _ => Box::new(FluxMap::<A>::new(world, cells)?),
        })
    }

    /// Of two groups the entities of each, by the fields of a model; none if all are of both.
    ///
    /// # Errors
    ///
    /// What is wrong with a choice.
    pub(crate) fn groups(&self, fields: &[Field]) -> Result<Vec<Entities>, String> {
        if self.chosen.is_empty() {
            return Ok(Vec::new());
        }
        let text = |name: &str| self.chosen.iter().find(|(key, _)| *key == name);
        let read = |name: &str| {
            Entities::read(text(name).map(|(_, text)| text.as_str()), fields)
                .map_err(|problem| format!("`{name}`: {problem}"))
        };
        [OF, WITH].into_iter().map(read).collect()
    }

    fn structure<A: Axes>(&self, world: World) -> Result<Structure<A>, ObserveError> {
        Structure::new(world, self.get("k"), self.count("bins"), self.count("vectors"))
    }

    fn lags(&self, setup: &Setup) -> Lags {
        let every = self.every() as u32;
        let (lags, origins) = (self.count("lags"), self.count("origins"));
        Lags { every, lags, origins, dt: f64::from(setup.dt) }
    }

    /// About how many bytes it takes, and how many nanoseconds a look, on one thread, with the gathering of
    /// the entities; see `docs/answers/observables.md` for what was measured.
    ///
    /// # Errors
    ///
    /// [`ObserveError`] if it does not suit the world.
    pub(crate) fn cost(&self, setup: &Setup) -> Result<(u64, f64), ObserveError> {
        if setup.world.is_space() {
            self.make::<Space>(setup, 1)?;
        } else {
            self.make::<Plane>(setup, 1)?;
        }
        let (n, axes) = (f64::from(setup.population), setup.world.axes().len() as f64);
        let r = self.get("r");
        let ball = if setup.world.is_space() { 4.0 / 3.0 * PI * r * r * r } else { PI * r * r };
        let near = n / setup.world.size() * ball;
        let kept = self.lags(setup).kept() as f64;
        let cells: f64 =
            ["columns", "rows", "layers"].map(|name| self.get(name).max(1.0)).iter().product();
        let index = n * (16.0 + 4.0 * axes);
        let (bytes, each) = match self.kind.name {
            "rdf" => (index, 30.0 + 4.0 * near),
            "structure" => {
                let waves = if setup.world.is_space() {
                    self.structure::<Space>(setup.world)?.waves()
                } else {
                    self.structure::<Plane>(setup.world)?.waves()
                };
                (waves as f64 * 28.0, 0.7 * waves as f64)
            }
            "msd" => {
                (n * (20.0 + 4.0 * axes + kept * (4.0 + 8.0 * axes)), 40.0 + 6.0 * kept * axes)
            }
            "vacf" => (n * kept * (4.0 + 8.0 * axes), 20.0 + 6.0 * kept * axes),
            "neighbours" => (index + 4.0 * n, 30.0 + 2.0 * near),
            "clusters" => (index + 8.0 * n, 40.0 + 6.0 * near),
            "density" => (cells * 8.0, 10.0),
            "flux" => (cells * (8.0 + 1728.0), 10.0 + 6.0 * axes),
            _ => (self.get("bins") * 8.0, 10.0),
        };
        Ok((bytes as u64, (GATHERED + each) * n))
    }

    /// Its keys, in words.
    pub(crate) fn describe(&self) -> String {
        let each = self.values.iter().map(|(name, value)| format!("{name} = {}", *value as f32));
        let groups =
            self.chosen.iter().map(|(name, text)| format!("{name} = {}", human::shown(text)));
        format!("{}: {}", self.kind.name, each.chain(groups).collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> String {
        Asked::parse(text).unwrap_err()
    }

    #[test]
    fn what_is_wrong_is_named_with_what_is_allowed() {
        assert!(wrong("rfd").starts_with("there is no observable `rfd`; did you mean `rdf`?"));
        assert!(wrong("").contains("There is rdf, structure, msd"));
        assert!(wrong("rdf:bin=5").contains("no key of rdf `bin`; did you mean `bins`?"));
        assert_eq!(wrong("rdf:of=a,of=b"), "`of` is given twice");
        assert!(wrong("msd:r=5").contains("There is lags, origins, look, every and from"));
        assert_eq!(wrong("rdf:bins"), "`bins` must be KEY=VALUE");
        assert_eq!(wrong("rdf:bins=5,bins=6"), "`bins` is given twice");
        assert_eq!(
            wrong("rdf:bins=0"),
            "`bins` is `0`: it must be a whole number from 1 to 1048576"
        );
        assert_eq!(wrong("rdf:r=-1"), "`r` is `-1`: it must be a number from 1e-18 to 1e18");
    }

    #[test]
    fn what_is_not_said_is_usual() {
        let world = World::new(10.0, 40.0, flockwork_kernel::Edge::Periodic).unwrap();
        let setup = Setup { world, population: 100, seed: 1, dt: 0.5 };
        let values = |text: &str| Asked::parse(text).unwrap().complete(&setup, 1.5).unwrap();
        let rdf = values("rdf:from=20");
        assert_eq!(rdf.values, [("r", 3.0), ("bins", 100.0), ("every", 100.0), ("from", 20.0)]);
        let msd = values("msd:every=7");
        assert_eq!((msd.every(), msd.look()), (7, 7));
        assert_eq!(values("msd:every=8,look=2").look(), 2);
        let map = values("density: rows = 3 ");
        assert!(map.values.iter().all(|(name, _)| *name != "layers"));
        // No more than there is room for.
        assert!(Asked::parse("rdf").unwrap().complete(&setup, 4.0).unwrap().get("r") < 5.0);
        let speeds = Asked::parse("speeds").unwrap().complete(&setup, 1.0).unwrap_err();
        assert_eq!(speeds, "speeds needs the key `max`, as in speeds:max=2");
        for kind in &KINDS {
            let text =
                format!("{}{}", kind.name, if kind.name == "speeds" { ":max=2" } else { "" });
            assert!(values(&text).cost(&setup).is_ok(), "{text}");
        }
    }
}
