/** The camera in space, and who is under a point of its view: numbers alone, without a browser. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Vector4 } from 'three';
import { withSources } from './sources.mjs';

const VIEW = [1440, 900];
const AROUND = { sides: [30, 20, 10], wraps: [true, true, true] };
const BETWEEN = { sides: [30, 20, 10], wraps: [false, false, false] };

const { OrbitCamera, under, scenarioOf, scenarioFile, counterpart } = await withSources(async (load) => ({
  ...(await load('view/orbit.ts')),
  ...(await load('view/under.ts')),
  ...(await load('sim/scenarios.ts')),
}));

/** A camera whose changes are at once. */
function cameraOf(world, [width, height] = VIEW) {
  const camera = new OrbitCamera(false);
  camera.resize(width, height);
  camera.setWorld(world, Infinity);
  return camera;
}

/** Where a place is seen, in CSS pixels; null if it is behind the eye. */
function seen(camera, place, world, [width, height] = VIEW) {
  const { center, project } = camera.look();
  const away = place.map((at, axis) => {
    const way = at - center.toArray()[axis];
    return world.wraps[axis] ? way - world.sides[axis] * Math.round(way / world.sides[axis]) : way;
  });
  const { x, y, w } = new Vector4(...away, 1).applyMatrix4(project);
  return w > 0 ? [(0.5 + (0.5 * x) / w) * width, (0.5 - (0.5 * y) / w) * height] : null;
}

function near(found, wanted, most = 1e-3) {
  found.forEach((one, index) => assert.ok(Math.abs(one - wanted[index]) <= most, `${found} is not ${wanted}`));
}

/** The camera turned, moved and near, in several ways. */
function* looks(world) {
  for (const [turnX, turnY, zoom] of [[0, 0, 1], [130, 40, 1], [-400, -90, 3], [700, 500, 9], [20, -700, 0.6]]) {
    const camera = cameraOf(world);
    camera.drag(turnX, turnY);
    camera.zoomAt(zoom, 500, 700);
    camera.ease(1, true);
    yield camera;
  }
}

test('the place under a point of the view is seen at that point, however the camera is turned', () => {
  for (const world of [AROUND, BETWEEN]) {
    for (const camera of looks(world)) {
      for (const point of [[720, 450], [800, 380], [690, 500]]) near(seen(camera, camera.place(...point), world), point);
    }
  }
});

test('a wheel zooms where the mouse is, two fingers move what is under them, a drag keeps what is looked at', () => {
  for (const camera of looks(AROUND)) {
    const held = camera.place(760, 420);
    camera.zoomAt(1.3, 760, 420);
    camera.ease(1, true);
    near(seen(camera, held, AROUND), [760, 420]);
    camera.pan(-30, 12);
    camera.ease(1, true);
    near(seen(camera, held, AROUND), [730, 432]);
    const middle = camera.place(720, 450);
    camera.drag(90, -35);
    camera.ease(1, true);
    near(seen(camera, middle, AROUND), [720, 450]);
  }
});

test('a drag turns the world as if it were held: what is in front goes with the finger', () => {
  const camera = cameraOf(AROUND);
  const { x, y, z } = camera.look().center;
  const { elements: m } = camera.look().project;
  // Towards the eye: the fourth coordinate becomes less.
  const front = [x - 4 * m[3] * 40, y - 4 * m[7] * 40, z - 4 * m[11] * 40];
  const before = seen(camera, front, BETWEEN);
  camera.drag(60, 25);
  const after = seen(camera, front, BETWEEN);
  assert.ok(after[0] > before[0] && after[1] > before[1], `${before} went to ${after}`);
});

test('the whole world is seen whole, on every screen and from every side', () => {
  for (const view of [VIEW, [390, 844], [300, 300]]) {
    for (const turn of [[0, 0], [250, 100], [-900, -400]]) {
      const camera = cameraOf(BETWEEN, view);
      camera.drag(...turn);
      camera.zoomAt(4);
      camera.toggleWhole();
      camera.ease(1, true);
      for (let corner = 0; corner < 8; corner++) {
        const place = BETWEEN.sides.map((side, axis) => side * ((corner >> axis) & 1));
        const [x, y] = seen(camera, place, BETWEEN, view);
        assert.ok(x >= 0 && y >= 0 && x <= view[0] && y <= view[1], `a corner is at ${[x, y]} of ${view}`);
      }
    }
  }
});

test('the camera follows across a seam by the shorter way, and is itself again when filled', () => {
  const camera = cameraOf(AROUND);
  const first = camera.look().project.toArray();
  camera.follow([1, 10, 5]);
  camera.ease(1, true);
  camera.follow([29, 10, 5]);
  assert.ok(!camera.settled);
  camera.ease(1, true);
  near(seen(camera, [29, 10, 5], AROUND), [720, 450]);
  camera.drag(300, 100);
  camera.zoomAt(5);
  camera.fill();
  camera.ease(1, true);
  near(camera.look().center.toArray(), [15, 10, 5]);
  near(camera.look().project.toArray(), first, 1e-9);
});

test('it turns by itself only while the world goes on, nobody has touched it, and changes are eased', () => {
  const eased = new OrbitCamera(true);
  eased.resize(...VIEW);
  eased.setWorld(AROUND, Infinity);
  assert.equal(eased.ease(0.1, false), false);
  assert.equal(eased.ease(0.1, true), true);
  eased.drag(1, 0);
  assert.equal(eased.ease(0.1, true), false);
  assert.equal(cameraOf(AROUND).ease(0.1, true), false);
});

test('an entity is found under its picture, across seams too, and the one in front of another', () => {
  const camera = cameraOf(AROUND);
  camera.follow([29.5, 10, 5]);
  camera.ease(1, true);
  const { elements: m } = camera.look().project;
  const back = [m[3], m[7], m[11]];
  const length = Math.hypot(...back);
  const towards = (way) => [29.5, 10, 5].map((at, axis) => at - (way * back[axis]) / length);
  // Behind and before what is looked at, and one of them on the other side of the seam.
  const places = [towards(-3), towards(2), [0.2, 10, 5], [15, 2, 5]];
  const position = Float32Array.from(places.flat());
  const found = (point, reach = 20) => under(position, places.length, AROUND, camera.look(), point, VIEW, reach);
  assert.equal(found([720, 450]), 1);
  assert.equal(found(seen(camera, places[2], AROUND)), 2);
  assert.equal(found([20, 20]), -1);
  assert.equal(under(position, 1, AROUND, camera.look(), [720, 450], VIEW, 20), 0);
});

test('a world that grows with its entities keeps its density, in the plane and in space', () => {
  for (const [name, power] of [['boids-100k', 1 / 2], ['boids-space-100k', 1 / 3]]) {
    const { world, entities } = scenarioFile(name).scenario;
    const grown = scenarioOf({ scenario: name, entities: 8 * entities, scale: true, seed: 1n }).world;
    for (const side of ['width', 'height', 'depth']) {
      if (world[side] === undefined) assert.ok(!(side in grown));
      else assert.ok(Math.abs(grown[side] / world[side] - 8 ** power) < 1e-6, `${name}: ${side}`);
    }
    assert.deepEqual(scenarioOf({ scenario: name, entities: 7, scale: false, seed: 1n }).world.edge, world.edge);
  }
  assert.equal(counterpart('boids-100k'), 'boids-space-100k');
  assert.equal(counterpart('boids-space-1m'), 'boids-1m');
  assert.equal(counterpart('tribes-100k'), null);
});
