//! Follows entities over the seams of periodic axes: where each would be had it gone on.
//!
//! A place jumps by the length of an axis where its entity passes the seam. Between two looks an entity is
//! taken to have gone the shorter way: so it must not move half of a periodic axis or more between them,
//! which nobody can tell afterwards. Whoever moved more than a quarter is counted.

use flockwork_kernel::World;

/// A place along each axis; 0 along one that there is not.
type Place = [f32; World::MOST_AXES];

/// Where entities were last, and how often each has passed the seams.
#[derive(Clone, Debug)]
pub struct Unwrap {
    world: World,
    ids: Vec<u32>,
    last: Vec<Place>,
    images: Vec<[i32; World::MOST_AXES]>,
    far: u64,
}

impl Unwrap {
    /// Follows nobody yet.
    pub fn new(world: World) -> Self {
        Self { world, ids: vec![], last: vec![], images: vec![], far: 0 }
    }

    /// Follows entities, in ascending order of their ids, to where they are now. Who was not there before
    /// begins where it is, in the world itself; who is not there any more is forgotten.
    pub fn follow(&mut self, entities: impl Iterator<Item = (u32, Place)>) {
        let (mut ids, mut last, mut images) = (Vec::new(), Vec::new(), Vec::new());
        let mut before = 0;
        for (id, place) in entities {
            while self.ids.get(before).is_some_and(|known| *known < id) {
                before += 1;
            }
            let mut seams = [0; World::MOST_AXES];
            if self.ids.get(before) == Some(&id) {
                seams = self.images[before];
                self.far += u64::from(self.step(self.last[before], place, &mut seams));
            }
            ids.push(id);
            last.push(place);
            images.push(seams);
        }
        (self.ids, self.last, self.images) = (ids, last, images);
    }

    /// Counts the seams between two places; says whether the way is more than a quarter of an axis.
    fn step(&self, from: Place, to: Place, images: &mut [i32; World::MOST_AXES]) -> bool {
        let mut far = false;
        for (axis, image) in self.world.axes().iter().zip(images.iter_mut()).enumerate() {
            let (number, (axis, image)) = (axis, image);
            if !axis.is_periodic() {
                continue;
            }
            let length = f64::from(axis.length);
            let mut way = f64::from(to[number]) - f64::from(from[number]);
            if way > length / 2.0 {
                (*image, way) = (image.wrapping_sub(1), way - length);
            } else if way < -length / 2.0 {
                (*image, way) = (image.wrapping_add(1), way + length);
            }
            far |= way.abs() > length / 4.0;
        }
        far
    }

    /// The ids of those who are followed.
    pub fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// How often each of them has passed the seam of each axis, upwards.
    pub fn images(&self) -> &[[i32; World::MOST_AXES]] {
        &self.images
    }

    /// Where the entity of a slot would be had it gone on, along each axis, counted from `origin`.
    pub fn at(&self, slot: usize, origin: [f64; World::MOST_AXES]) -> [f64; World::MOST_AXES] {
        let (place, images) = (self.last[slot], self.images[slot]);
        let mut at = [0.0; World::MOST_AXES];
        for (number, (at, axis)) in at.iter_mut().zip(self.world.axes()).enumerate() {
            let seams = f64::from(images[number]) * f64::from(axis.length);
            *at = f64::from(place[number]) + (seams + origin[number]);
        }
        at
    }

    /// How often somebody moved more than a quarter of a periodic axis between two looks: where this is not
    /// 0, look more often.
    pub fn far(&self) -> u64 {
        self.far
    }
}
