// What `pages/drawing.js` must find in pixels, whatever renderer and version of three.js draws. A unit of the world is ten
// pixels in all views, and the middle of a view is (5, 5).
import assert from 'node:assert/strict';

const KINDS = [['points', null], ['instances', 'square']];
const CAMERAS = ['orthographic', 'perspective'];
const near = (value, wanted, most, what) => assert.ok(Math.abs(value - wanted) <= most, `${what}: ${value} instead of ${wanted}`);

/** Draws; at least something is seen. */
async function drawn(page, asked) {
  const seen = await page.evaluate((one) => window.drawn(one), asked);
  assert.ok(seen.count > 0, `nothing is drawn of ${JSON.stringify(asked)}`);
  return seen;
}

const squares = (page, asked) => page.evaluate((one) => window.squares(one), asked);
const picked = (page, asked, place) => page.evaluate((args) => window.picked(...args), [asked, place]);

/** Which squares of 2 x 2 units have entities that are there, in units of the view. */
const squaresOf = (places) => [...new Set(places.map((place) => place.map((one) => Math.floor((one + 10) / 2)).join(',')))].sort();

export async function sizesAreOfTheWorld(page) {
  for (const [kind, shape] of KINDS) {
    for (const camera of CAMERAS) {
      for (const { size, ...more } of [{ size: 4 }, { size: 2, ratio: 2 }, { size: 4, scale: 0.5 }]) {
        const { side, color } = await drawn(page, { shape, camera, options: { size }, ...more });
        const what = `${kind}, ${camera}, ${JSON.stringify({ size, ...more })}`;
        near(side, 10 * size * (more.scale ?? 1), 1, what);
        // As the package paints it: [240, 128, 48].
        const off = [240, 128, 48].map((value, index) => Math.abs(value - color[index]));
        assert.ok(Math.max(...off) <= 3, `${what}: the colour is ${color}`);
      }
    }
  }
}

export async function sizesArePixels(page) {
  for (const [kind, shape] of KINDS) {
    for (const camera of CAMERAS) {
      for (const more of [{}, { ratio: 2 }, { scale: 0.5 }, { at: [[5, 5, 15]] }]) {
        const { side } = await drawn(page, { shape, camera, options: { size: 30, units: 'pixels' }, ...more });
        near(side, 30, 1, `${kind}, ${camera}, ${JSON.stringify(more)}`);
      }
    }
  }
}

export async function sizesFollowColumns(page) {
  for (const [kind, shape] of KINDS) {
    for (const [value, wanted] of [[0, 1], [5, 3], [10, 5], [-7, 1], [99, 5]]) {
      const size = { column: 'energy', from: [0, 10], to: [1, 5] };
      const { side } = await drawn(page, { shape, columns: { energy: [value] }, options: { size } });
      near(side, 10 * wanted, 1, `${kind} of energy ${value}`);
    }
    const size = { column: 'genes.1', from: [0, 1], to: [5, 1] };
    const { side } = await drawn(page, { shape, columns: { genes: [0, 0.5, 9] }, options: { size } });
    near(side, 30, 1, `${kind} by the second gene`);
  }
}

export async function headingsTurn(page) {
  const arrow = { shape: 'arrow', options: { size: 8, heading: true } };
  for (const degrees of [0, 45, 90, 150, 210, 270, 330]) {
    const angle = (degrees / 180) * Math.PI;
    const [x, y] = [Math.cos(angle), Math.sin(angle)];
    // The middle of a triangle's area is a third from its base: 1/6 of its length behind the origin.
    const wanted = [(-8 / 6) * x, (-8 / 6) * y];
    for (const [columns, heading] of [[{ vx: [3 * x], vy: [3 * y] }, true], [{ ux: [x], uy: [y] }, true], [{ a: [y], b: [x] }, ['b', 'a']], [{ turned: [angle] }, 'turned']]) {
      const { middle, area } = await drawn(page, { ...arrow, columns, options: { size: 8, heading } });
      const what = `${degrees} degrees, heading ${JSON.stringify(heading)}`;
      middle.forEach((one, axis) => near(one, wanted[axis], 0.1, what));
      near(area, 0.5 * 8 * 4, 0.8, `${what}: area`);
    }
  }
  const { middle } = await drawn(page, { ...arrow, columns: { vx: [0], vy: [0] } });
  near(middle[0], -8 / 6, 0.1, 'nobody who stands is lost');
}

/** A box of 2 x 0.5 x 0.5 units in space, from above and from the side. */
export async function headingsTurnInSpace(page) {
  const world = { width: 10, height: 10, depth: 10 };
  const box = { shape: 'box', at: [[5, 5, 5]], world, middle: [5, 5, 5], options: { size: 4, heading: true } };
  const flat = Math.SQRT1_2;
  for (const [velocity, from, wide, high] of [
    [[1, 0, 0], [0, 0, 30], 8, 2],
    [[0, 1, 0], [0, 0, 30], 2, 8],
    [[0, 0, 1], [0, 0, 30], 2, 2],
    [[0, 0, -1], [0, 0, 30], 2, 2],
    [[1, 0, 1], [0, 0, 30], 10 * flat, 2],
    [[0, 0, 1], [0, -30, 0.001], 2, 8],
    [[1, 0, 0], [0, -30, 0.001], 8, 2],
  ]) {
    const columns = Object.fromEntries(['vx', 'vy', 'vz'].map((name, axis) => [name, [velocity[axis]]]));
    const { low, high: top } = await drawn(page, { ...box, columns, from });
    near(top[0] - low[0] + 0.1, wide, 0.3, `${velocity} seen from ${from}: width`);
    near(top[1] - low[1] + 0.1, high, 0.3, `${velocity} seen from ${from}: height`);
  }
}

/** Light from above falls on whatever side is up: normals are turned too. */
export async function normalsTurn(page) {
  const world = { width: 10, height: 10, depth: 10 };
  const one = async (velocity) => {
    const columns = Object.fromEntries(['vx', 'vy', 'vz'].map((name, axis) => [name, [velocity[axis]]]));
    // The light comes along y: that is what a hemisphere light does.
    return drawn(page, { shape: 'box', material: 'lit', at: [[5, 5, 5]], world, middle: [5, 5, 5], from: [0, 30, 0.001], columns, options: { size: 4, heading: true } });
  };
  const [along, across] = [await one([1, 0, 0]), await one([0, 1, 0])];
  for (const { color } of [along, across]) near(color[0], 240, 6, 'the side that is up is bright');
}

export async function seamsAreDrawn(page) {
  for (const [kind, shape] of KINDS) {
    const asked = (at, edge = 'periodic') => ({ shape, at: [[...at, 0]], world: { width: 10, height: 10, edge }, options: { size: 1.5, images: 'seam' } });
    // The middle of the view is the world's: its ends are at -5 and 5 there.
    for (const [at, places] of [
      [[5, 5], [[0, 0]]],
      [[0.5, 5], [[-4.5, 0], [5.5, 0]]],
      [[9.75, 5], [[4.75, 0], [-5.25, 0]]],
      [[5, 9.5], [[0, 4.5], [0, -5.5]]],
      [[0.5, 9.5], [[-4.5, 4.5], [5.5, 4.5], [-4.5, -5.5], [5.5, -5.5]]],
    ]) {
      const { area } = await drawn(page, asked(at));
      near(area, places.length * 2.25, 0.4, `${kind} at ${at}: area`);
      for (const place of places) {
        const found = await squares(page, asked(at));
        assert.ok(found.includes(squaresOf([place])[0]), `${kind} at ${at} is not seen at ${place}: ${found}`);
      }
    }
    const { area } = await drawn(page, asked([0.5, 9.5], ['wall', 'periodic']));
    near(area, 2 * 2.25, 0.4, `${kind} in a world that closes along one axis`);
  }
}

export async function copiesAreDrawn(page) {
  for (const [kind, shape] of KINDS) {
    const world = { width: 4, height: 6 };
    const view = { shape, at: [[2, 2, 0]], world };
    const one = await squares(page, { ...view, options: { size: 0.5 } });
    assert.deepEqual(one, squaresOf([[-3, -3]]), kind);
    const all = [-1, 0, 1].flatMap((x) => [-1, 0, 1].map((y) => [-3 + 4 * x, -3 + 6 * y]));
    const seen = all.filter((place) => place.every((value) => Math.abs(value) < 10));
    assert.deepEqual(await squares(page, { ...view, options: { size: 0.5, images: 1 } }), squaresOf(seen), `${kind}: one copy`);
    const row = [-1, 0, 1, 2, 3].map((x) => [-3 + 4 * x, -3]).filter(([x]) => Math.abs(x) < 10);
    assert.deepEqual(await squares(page, { ...view, options: { size: 0.5, images: [3, 0] } }), squaresOf(row), `${kind}: along x`);
    assert.deepEqual(await squares(page, { ...view, world: { ...world, edge: 'wall' }, options: { size: 0.5, images: 1 } }), one, 'walls close');
  }
}

/** A box of 2 x 0.5 x 0.5 units, seen from the side. */
export async function copiesAreDrawnInSpace(page) {
  const asked = { shape: 'box', at: [[1, 1, 1]], world: { width: 4, height: 6, depth: 8 }, middle: [1, 1, 1], from: [0, -30, 0.001] };
  const { area, low, high } = await drawn(page, { ...asked, options: { size: 1, images: [0, 0, 1] } });
  near(area, 3, 0.2, 'three along the depth');
  near(high[1] - low[1], 16.4, 0.2, 'from the lowest to the highest');
  const seam = await drawn(page, { ...asked, at: [[2, 1, 0]], options: { size: 1, images: 'seam' } });
  near(seam.area, 2, 0.2, 'both ends of the depth');
}

export async function waysAreShown(page) {
  for (const [kind, shape] of KINDS) {
    const asked = { shape, at: [[7, 5, 0]], previous: [[3, 9, 0]], alpha: 0.25, options: { size: 1, interpolate: true } };
    const { middle } = await drawn(page, asked);
    near(middle[0], -1, 0.1, kind);
    near(middle[1], 3, 0.1, kind);
    // Over the end of the world: from 11, which is 1, to 9.
    const over = { ...asked, at: [[9, 5, 0]], previous: [[11, 5, 0]] };
    for (const [alpha, x] of [[0.25, 0.5], [0.75, 9.5]]) near((await drawn(page, { ...over, alpha })).middle[0], x - 5, 0.1, `${kind} over the end`);
  }
}

export async function headingsAreBetween(page) {
  const turned = (degrees) => [Math.cos((degrees / 180) * Math.PI), Math.sin((degrees / 180) * Math.PI)];
  // Where the middle of the arrow's area must be: see `headingsTurn`.
  const pointsTo = ({ middle }, degrees, what) => turned(degrees).forEach((part, axis) => near(middle[axis], (-8 / 6) * part, 0.15, `${what}, axis ${axis}`));
  const options = { size: 8, heading: true, interpolate: true };
  for (const [from, to, wanted] of [
    // The shorter way around, over 0 and over 180 degrees too.
    [0, 90, [[0, 0], [0.25, 22.5], [0.5, 45], [1, 90]]],
    [330, 30, [[0.25, 345], [0.5, 0], [0.75, 15]]],
    [150, 210, [[0.5, 180]]],
    [20, 190, [[0.25, 62.5], [0.5, 105]]],
    // To the opposite, by the left.
    [0, 180, [[0.5, 90], [1, 180]]],
  ]) {
    const [[x, y], [oldX, oldY]] = [turned(to), turned(from)];
    for (const [alpha, degrees] of wanted) {
      const before = { rows: [0], columns: { vx: [3 * oldX], vy: [3 * oldY] } };
      const asked = { shape: 'arrow', previous: [[5, 5, 0]], columns: { vx: [x], vy: [y] }, before, alpha, options };
      pointsTo(await drawn(page, asked), degrees, `from ${from} to ${to} degrees, ${alpha} of the way`);
    }
  }
  // Rows change from frame to frame, and newcomers turn at once; here the second is somewhere else and far outside of the view.
  const at = [[5, 5, 0], [500, 5, 0]];
  const columns = { vx: [1, 1], vy: [0, 0] };
  const among = { shape: 'arrow', at, previous: at, columns, alpha: 0.5, options, world: { width: 10, height: 10, edge: 'wall' } };
  const before = { vx: [-1, 0], vy: [0, 1] };
  pointsTo(await drawn(page, { ...among, before: { rows: [1, 0], columns: before } }), 45, 'the row before is another');
  pointsTo(await drawn(page, { ...among, before: { rows: [-1, 0], columns: before } }), 0, 'a newcomer');
  pointsTo(await drawn(page, { ...among, before: { rows: [0, 1], columns: { vx: [0, 1], vy: [0, 0] } } }), 0, 'who went nowhere');
  // Sizes are what they are in the frame.
  const sized = { column: 'energy', from: [0, 1], to: [1, 8] };
  const { area } = await drawn(page, { shape: 'arrow', previous: [[5, 5, 0]], columns: { vx: [1], vy: [0], energy: [1] }, before: { rows: [0], columns: { vx: [0], vy: [1], energy: [0] } }, alpha: 0.5, options: { ...options, size: sized } });
  near(area, 16, 1.5, 'the area of a size by column');
}

export async function changesAreInPlace(page) {
  for (const [kind, shape] of KINDS) {
    const asked = { shape, columns: { energy: [5] }, options: { size: 1 } };
    const change = async (options, wanted) => near((await drawn(page, { ...asked, change: options })).side, wanted, 1, `${kind}: ${JSON.stringify(options)}`);
    await change({ size: 3 }, 30);
    await change({ size: 25, units: 'pixels' }, 25);
    await change({ size: { column: 'energy', from: [0, 10], to: [1, 7] } }, 40);
    const { area } = await drawn(page, { ...asked, at: [[0, 5, 0]], change: { images: 'seam' } });
    near(area, 2, 0.3, `${kind}: images`);
  }
}

export async function raysFindEntities(page) {
  const at = [[3, 5, 0], [7, 5, 0], [0.2, 9, 0]];
  for (const [kind, shape] of KINDS) {
    for (const camera of CAMERAS) {
      const asked = { shape, camera, at, options: { size: 1 } };
      const [hit, ...more] = await picked(page, asked, [-2.2, 0.1]);
      assert.deepEqual([hit.entity, hit.row, more], [100, 0, []], kind);
      near(hit.point[0], 2.8, 0.2, `${kind}: where it is hit`);
      assert.equal((await picked(page, asked, [2.1, 0]))[0].entity, 101);
      assert.deepEqual(await picked(page, asked, [0, 0]), [], 'between them is nobody');
      assert.deepEqual(await picked(page, asked, [5.2, 4]), []);
      for (const images of ['seam', 1]) assert.equal((await picked(page, { ...asked, options: { size: 1, images } }, [5.2, 4]))[0].entity, 102, `${images}`);
      const large = { ...asked, options: { size: 60, units: 'pixels' } };
      assert.equal((await picked(page, large, [-4, 0]))[0].entity, 100);
      const way = { ...asked, previous: at.map(([x]) => [x, 1, 0]), alpha: 0.5, options: { size: 1, interpolate: true } };
      assert.equal((await picked(page, way, [2, -2]))[0].entity, 101);
    }
  }
  const behind = { at: [[5, 5, 0], [5, 5, 4], [5, 5, 40]], options: { size: 1 } };
  assert.deepEqual((await picked(page, behind, [0, 0])).map(({ entity }) => entity), [101], 'the one in front');
}

export async function whatCannotBeIsRefused(page) {
  const refused = (asked) => page.evaluate((one) => window.refused(one), { shape: 'arrow', columns: { energy: [1], genes: [1, 2, 3] }, ...asked });
  for (const [options, code, told] of [
    [{ size: -1 }, 'INVALID_OPTION', /size is -1: it must be a number from 0/],
    [{ size: { column: 'energie', from: [0, 1], to: [0, 1] } }, 'UNKNOWN_COLUMN', /size\.column names "energie", and frames have the columns: energy, genes/],
    [{ size: { column: 'genes.3', from: [0, 1], to: [0, 1] } }, 'INVALID_OPTION', /component is "3": it must be a whole number from 0 to 2/],
    [{ size: { column: 'energy', from: [1, 1], to: [0, 1] } }, 'INVALID_OPTION', /size\.from is \[1,1\]: it must be two different numbers/],
    [{ units: 'metres' }, 'INVALID_OPTION', /units is "metres"/],
    [{ images: -1 }, 'INVALID_OPTION', /images is -1: it must be "none", "seam"/],
    [{ interpolate: 1 }, 'INVALID_OPTION', /interpolate is 1: it must be true or false/],
    [{ heading: true }, 'UNKNOWN_COLUMN', /frames have no columns of a velocity/],
    [{ heading: [] }, 'INVALID_OPTION', /heading is \[\]/],
    [{ colour: 1 }, 'UNKNOWN_KEY', /the option "colour" is not known/],
  ]) {
    const error = await refused({ options });
    assert.equal(error?.code, code, `${JSON.stringify(options)}: ${error?.message}`);
    assert.match(error.message, told);
  }
}

export const LOOKS = {
  "sizes are the world's and colours are as painted, under both kinds of camera": sizesAreOfTheWorld,
  'sizes in pixels stay so at any distance': sizesArePixels,
  'sizes follow a column, and go no further than their range': sizesFollowColumns,
  'shapes turn to a velocity, a direction or an angle in the plane': headingsTurn,
  'shapes turn in space': headingsTurnInSpace,
  'lit shapes are lit where they are turned to': normalsTurn,
  'what sticks out over one end is drawn at the other': seamsAreDrawn,
  'copies of the world are where it repeats': copiesAreDrawn,
  'copies of the world are where it repeats in space': copiesAreDrawnInSpace,
  'entities are on their way between two frames': waysAreShown,
  'directions are on their way between two frames, the shorter way around': headingsAreBetween,
  'options change in place': changesAreInPlace,
  'a ray finds the entity that is drawn there': raysFindEntities,
  'what cannot be drawn is refused': whatCannotBeIsRefused,
};
