//! Where things in space are in a picture: a perspective on the box of a world from outside.

/// A place, or a direction, along x, y and z.
pub(super) type At = [f32; 3];

/// From which side the box is seen, in radians: turned about the vertical (y), then from above.
const TURN: (f32, f32) = (0.5, 0.3);

/// How far the eye is from the middle of the box, in half diagonals.
const DISTANCE: f32 = 2.6;

/// What of the picture's width the box takes.
const FILLS: f32 = 0.94;

/// Where something is in a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Seen {
    /// The pixel, from the top left.
    pub(super) at: [f32; 2],
    /// Pixels of one unit of length there.
    pub(super) scale: f32,
    /// How far away, from 0 at the nearest corner of the box to 1 at the farthest; what is outside of
    /// the box is below 0 or above 1.
    pub(super) depth: f32,
}

/// An eye that looks at the middle of a box.
#[derive(Clone, Debug)]
pub(super) struct Camera {
    middle: At,
    /// Right, up and forward.
    axes: [At; 3],
    distance: f32,
    /// How far the nearest and the farthest corner are.
    range: (f32, f32),
    /// Pixels of one unit of length at distance 1.
    focus: f32,
    /// The pixel of the middle of the view.
    centre: [f32; 2],
}

impl Camera {
    /// Looks at a box, and gives the width and the height that its outline has, in any unit.
    pub(super) fn new(low: At, size: At) -> (Self, [f32; 2]) {
        let half = size.map(|side| side / 2.0);
        let middle = std::array::from_fn(|axis| low[axis] + half[axis]);
        let ((turn_sin, turn_cos), (tilt_sin, tilt_cos)) = (TURN.0.sin_cos(), TURN.1.sin_cos());
        let right = [turn_cos, 0.0, -turn_sin];
        let forward = [-turn_sin * tilt_cos, -tilt_sin, -turn_cos * tilt_cos];
        let up = [-turn_sin * tilt_sin, tilt_cos, -turn_cos * tilt_sin];
        let distance = DISTANCE * dot(half, half).sqrt();
        let mut camera = Self {
            middle,
            axes: [right, up, forward],
            distance,
            range: (0.0, 1.0),
            focus: 1.0,
            centre: [0.0; 2],
        };
        let far: Vec<f32> = corners(low, size).map(|corner| camera.seen_from(corner)[2]).collect();
        camera.range = (
            far.iter().copied().fold(f32::INFINITY, f32::min),
            far.iter().copied().fold(0.0, f32::max),
        );
        let [left, top, right, bottom] = camera.outline(low, size);
        (camera, [right - left, bottom - top])
    }

    /// Fits the outline of the box into so many pixels.
    pub(super) fn fit(mut self, low: At, size: At, [width, height]: [f32; 2]) -> Self {
        let [left, top, right, bottom] = self.outline(low, size);
        self.focus = FILLS * (width / (right - left)).min(height / (bottom - top));
        let middle = |from: f32, to: f32, side: f32| (side - self.focus * (from + to)) / 2.0;
        self.centre = [middle(left, right, width), middle(top, bottom, height)];
        self
    }

    /// Where a place is; None if the eye does not see it, since it is behind it or nearly so.
    pub(super) fn see(&self, place: At) -> Option<Seen> {
        let [right, up, forward] = self.seen_from(place);
        let (near, far) = self.range;
        let scale = self.focus / forward;
        // Whoever is that near would fill the picture.
        (forward > 0.3 * near).then(|| Seen {
            at: [self.centre[0] + right * scale, self.centre[1] - up * scale],
            scale,
            depth: (forward - near) / (far - near).max(f32::MIN_POSITIVE),
        })
    }

    /// How far to the right, above, and away from the eye.
    fn seen_from(&self, place: At) -> At {
        let from = std::array::from_fn(|axis| place[axis] - self.middle[axis]);
        let [right, up, forward] = self.axes.map(|axis| dot(axis, from));
        [right, up, forward + self.distance]
    }

    /// Left, top, right and bottom of the box.
    fn outline(&self, low: At, size: At) -> [f32; 4] {
        let mut ends = [f32::INFINITY, f32::INFINITY, f32::NEG_INFINITY, f32::NEG_INFINITY];
        for seen in corners(low, size).filter_map(|corner| self.see(corner)) {
            let [x, y] = seen.at;
            ends = [ends[0].min(x), ends[1].min(y), ends[2].max(x), ends[3].max(y)];
        }
        ends
    }
}

/// The corners of a box; bit `axis` of the number says on which side of that axis.
fn corners(low: At, size: At) -> impl Iterator<Item = At> {
    (0..8u32).map(move |corner| corner_of(low, size, corner))
}

fn corner_of(low: At, size: At, corner: u32) -> At {
    std::array::from_fn(|axis| low[axis] + size[axis] * (corner >> axis & 1) as f32)
}

/// The ends of the four edges of a box along an axis.
pub(super) fn edges_along(low: At, size: At, axis: usize) -> impl Iterator<Item = (At, At)> {
    let along = 1u32 << axis;
    let begins = (0..8u32).filter(move |corner| corner & along == 0);
    begins.map(move |corner| (corner_of(low, size, corner), corner_of(low, size, corner | along)))
}

fn dot(a: At, b: At) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOW: At = [-1.0, 2.0, 0.0];
    const SIZE: At = [8.0, 4.0, 6.0];

    fn camera() -> Camera {
        Camera::new(LOW, SIZE).0.fit(LOW, SIZE, [800.0, 600.0])
    }

    #[test]
    fn the_axes_of_the_eye_are_at_right_angles() {
        let axes = camera().axes;
        for (i, a) in axes.iter().enumerate() {
            for (j, b) in axes.iter().enumerate() {
                let wanted = if i == j { 1.0 } else { 0.0 };
                assert!((dot(*a, *b) - wanted).abs() < 1.0e-6, "{i} {j}");
            }
        }
    }

    #[test]
    fn the_box_fills_the_picture_and_stays_inside() {
        let camera = camera();
        let [left, top, right, bottom] = camera.outline(LOW, SIZE);
        assert!(left >= 0.0 && top >= 0.0 && right <= 800.0 && bottom <= 600.0);
        let fills = ((right - left) / 800.0).max((bottom - top) / 600.0);
        assert!((fills - FILLS).abs() < 1.0e-3, "{fills}");
        assert!((left + right - 800.0).abs() < 0.1 && (top + bottom - 600.0).abs() < 0.1);
    }

    #[test]
    fn what_is_nearer_is_larger_and_what_is_behind_is_not_seen() {
        let camera = camera();
        let (mut near, mut far) = (None::<Seen>, None::<Seen>);
        for seen in corners(LOW, SIZE).map(|corner| camera.see(corner).unwrap()) {
            near = near.filter(|near| near.depth < seen.depth).or(Some(seen));
            far = far.filter(|far| far.depth > seen.depth).or(Some(seen));
        }
        let (near, far) = (near.unwrap(), far.unwrap());
        assert!(near.depth.abs() < 1.0e-5 && (far.depth - 1.0).abs() < 1.0e-5);
        assert!(near.scale > 1.3 * far.scale);
        let forward = camera.axes[2];
        let behind = std::array::from_fn(|axis| 3.0 + -100.0 * forward[axis]);
        assert_eq!(camera.see(behind), None);
    }

    #[test]
    fn right_is_right_and_above_is_above() {
        let camera = camera();
        let at = |place: At| camera.see(place).unwrap().at;
        assert!(at([5.0, 4.0, 3.0])[0] > at([1.0, 4.0, 3.0])[0]);
        assert!(at([3.0, 5.0, 3.0])[1] < at([3.0, 3.0, 3.0])[1]);
    }

    #[test]
    fn a_box_has_four_edges_along_each_axis() {
        for (axis, side) in SIZE.into_iter().enumerate() {
            let edges: Vec<_> = edges_along(LOW, SIZE, axis).collect();
            assert_eq!(edges.len(), 4);
            for (from, to) in edges {
                let length: At = std::array::from_fn(|axis| to[axis] - from[axis]);
                assert_eq!(length.iter().sum::<f32>(), side);
            }
        }
    }
}
