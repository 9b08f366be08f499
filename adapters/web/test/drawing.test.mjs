// What objects of three.js do for each frame, where nothing is drawn: they allocate nothing, and bind what a frame has.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { BoxGeometry } from 'three';
import { SimulationInstances, SimulationPoints } from '../dist/three.js';
import * as webgpu from '../dist/three-webgpu.js';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');

const COUNT = 1000;
const UPDATES = 10_000;

/** A simulation whose frames are two slots in turns, as those of workers are. */
function running() {
  const frames = [0, 1].map((slot) => ({
    tick: slot,
    count: COUNT,
    fresh: true,
    position: new Float32Array(3 * COUNT).fill(slot),
    previous: new Float32Array(3 * COUNT),
    previousRow: Int32Array.from({ length: COUNT }, (_, row) => row - 1),
    alpha: 0.25 + slot / 2,
    color: new Uint8Array(4 * COUNT).fill(255),
    alive: new Uint8Array(COUNT).fill(1),
    id: Uint32Array.from({ length: COUNT }, (_, row) => row),
    columns: { vx: new Float32Array(COUNT).fill(1), vy: new Float32Array(COUNT), genes: new Float32Array(4 * COUNT).fill(0.5), tribe: new Uint8Array(COUNT).fill(slot) },
  }));
  let looks = 0;
  return { scenario: { world: { width: 10, height: 10 } }, reader: () => ({ acquire: () => frames[looks++ % 2], close() {} }) };
}

const EVERYTHING = { size: { column: 'genes.2', from: [0, 1], to: [1, 3] }, units: 'pixels', images: 1, interpolate: true };

for (const [name, make] of [
  ['points', (simulation) => new SimulationPoints(simulation, EVERYTHING)],
  ['instances', (simulation) => new SimulationInstances(simulation, new BoxGeometry(), { ...EVERYTHING, heading: true })],
  ['squares for WebGPU', (simulation) => new webgpu.SimulationPoints(simulation, EVERYTHING)],
  ['instances for WebGPU', (simulation) => new webgpu.SimulationInstances(simulation, new BoxGeometry(), { ...EVERYTHING, heading: ['vx', 'vy'] })],
]) {
  test(`${name}: a frame allocates nothing, and none of its arrays is copied`, (t) => {
    const object = make(running());
    // Of attributes that share an array, that.
    const all = [...new Set(Object.values(object.geometry.attributes).map((one) => one.data ?? one))];
    const update = () => {
      object.update();
      // As a renderer that has uploaded them.
      for (let one = 0; one < all.length; one++) all[one].clearUpdateRanges();
    };
    for (let one = 0; one < UPDATES; one++) update();
    gc();
    const before = process.memoryUsage().heapUsed;
    for (let one = 0; one < UPDATES; one++) update();
    const bytes = (process.memoryUsage().heapUsed - before) / UPDATES;
    t.diagnostic(`${bytes.toFixed(1)} bytes for each frame`);
    // A number that is no small integer takes twelve or sixteen; a range for each attribute took 600.
    assert.ok(bytes < 64, `${bytes} bytes for each frame`);
    assert.equal(object.geometry.getAttribute('entityPose').getW(0), 2);
    object.dispose();
    assert.equal(object.update(), false);
  });
}
