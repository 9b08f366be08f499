//! Axes and their ends.

use flockwork_kernel::{Axis, Edge, World as Axes};

use crate::status::Fault;

/// One end of an axis meets the other.
pub const EDGE_PERIODIC: u32 = 0;
/// Entities are reflected at both ends.
pub const EDGE_WALL: u32 = 1;
/// There are no ends: the length only says where most entities are expected.
pub const EDGE_OPEN: u32 = 2;

/// Where entities are: from 0 to a length along each of two or three axes.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct World {
    /// 2, the plane, or 3, space.
    pub axes: u32,
    /// The length of each axis; those past `axes` are not read.
    pub lengths: [f32; 3],
    /// What happens at its ends: FW_EDGE_PERIODIC, FW_EDGE_WALL or FW_EDGE_OPEN.
    pub edges: [u32; 3],
}

impl World {
    pub(crate) fn axes(&self) -> Result<Axes, Fault> {
        let mut axes = [Axis::default(); 3];
        let count = count(self.axes)?;
        for (at, axis) in axes.iter_mut().enumerate().take(count) {
            let (length, code) = (self.lengths[at], self.edges[at]);
            let edge = Edge::from_code(code).ok_or_else(|| {
                Fault::invalid(format_args!(
                    "`world.edges[{at}]` is {code}: it must be FW_EDGE_PERIODIC (0), FW_EDGE_WALL \
                     (1) or FW_EDGE_OPEN (2)"
                ))
            })?;
            *axis = Axis { length, edge };
        }
        Ok(Axes::of(&axes[..count])?)
    }
}

/// How many axes there are.
pub(crate) fn count(axes: u32) -> Result<usize, Fault> {
    match axes {
        2 | 3 => Ok(axes as usize),
        _ => Err(Fault::invalid(format_args!("`axes` is {axes}: it must be 2 or 3"))),
    }
}
