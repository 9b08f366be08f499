// Between two frames: where everybody was, by id and around the seam, for each reader its own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placesBetween } from '../dist/node.js';
import { TRIBES, until, using } from './tools/using.mjs';

const { scenario } = TRIBES;
const lengths = [scenario.world.width, scenario.world.height, Number.POSITIVE_INFINITY];

/** Where everybody is, by id. */
function places(frame) {
  const all = new Map();
  for (let row = 0; row < frame.count; row++) all.set(frame.id[row], Array.from(frame.position.subarray(3 * row, 3 * row + 3)));
  return all;
}

test('a frame says where everybody was, on the near side of a seam', async () => {
  for (const more of [{ tier: 'wasm-shared', workers: 3 }, { tier: 'wasm-transfer', workers: 2 }]) {
    await using({ scenario, ...more }, async (simulation) => {
      const reader = simulation.reader({ interpolate: true });
      const first = reader.acquire();
      assert.deepEqual(first.previous.subarray(0, 3 * first.count), first.position.subarray(0, 3 * first.count));
      let [seams, born] = [0, 0];
      for (let look = 0; look < 10; look++) {
        let frame = reader.acquire();
        let [before, ids] = [places(frame), frame.id.slice(0, frame.count)];
        await simulation.step(4);
        frame = reader.acquire();
        // Parts of a frame come from several workers; whatever came before it is what was seen last.
        await until(() => {
          if (frame.tick === 4 * (look + 1)) return true;
          [before, ids] = [places(frame), frame.id.slice(0, frame.count)];
          frame = reader.acquire();
          return false;
        });
        for (let row = 0; row < frame.count; row++) {
          const was = before.get(frame.id[row]);
          const old = frame.previousRow[row];
          assert.ok(was ? ids[old] === frame.id[row] : old === -1, `row ${row} was ${old}`);
          born += was ? 0 : 1;
          for (let axis = 0; axis < 3; axis++) {
            const [from, to] = [frame.previous[3 * row + axis], frame.position[3 * row + axis]];
            assert.ok(Math.abs(to - from) <= 0.5 * lengths[axis], 'nobody flies across the world');
            if (!was) assert.equal(from, to);
            else if (from !== was[axis]) {
              seams += 1;
              assert.ok(Math.abs(Math.abs(from - was[axis]) - lengths[axis]) < 1e-4);
            }
          }
        }
      }
      assert.ok(seams > 0 && born > 0, `${seams} went over a seam, ${born} were born`);
      const plain = simulation.reader().acquire();
      assert.deepEqual([plain.previous, plain.previousRow], [null, null]);
    });
  }
});

test('the way is gone at the pace of frames, and at its end while nothing runs', async () => {
  await using({ scenario, tier: 'wasm-shared', workers: 1, rate: 10 }, async (simulation) => {
    const readers = [simulation.reader({ interpolate: true }), simulation.reader({ interpolate: true })];
    assert.equal(readers[0].acquire().alpha, 1);
    simulation.start();
    const seen = [];
    const out = new Float32Array(3 * 100_000);
    const end = performance.now() + 1500;
    while (performance.now() < end) {
      const frame = readers[0].acquire();
      seen.push([frame.tick, frame.alpha]);
      placesBetween(frame, scenario.world, out);
      for (let at = 0; at < 3 * frame.count; at++) {
        if (at % 3 < 2) assert.ok(out[at] >= 0 && out[at] < lengths[at % 3]);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.ok(seen.every(([, alpha]) => alpha >= 0 && alpha <= 1));
    assert.ok(seen.every(([tick, alpha], index) => index === 0 || tick > seen[index - 1][0] || alpha >= seen[index - 1][1]), 'it only goes on');
    assert.ok(new Set(seen.map(([, alpha]) => alpha)).size > 20, 'there is something between');
    await simulation.pause();
    for (const reader of readers) assert.equal(reader.acquire().alpha, 1);
    const frame = readers[0].acquire();
    placesBetween(frame, scenario.world, out);
    const length = 3 * frame.count;
    assert.deepEqual(out.subarray(0, length), frame.position.subarray(0, length));
  });
});

test('a move is no jump', async () => {
  await using({ scenario, tier: 'wasm-shared', workers: 2 }, async (simulation) => {
    const reader = simulation.reader({ interpolate: true });
    const before = places(reader.acquire());
    await simulation.move({ tier: 'wasm-transfer' });
    await simulation.step(3);
    const frame = reader.acquire();
    const known = Array.from({ length: frame.count }, (_, row) => row).filter((row) => before.has(frame.id[row]));
    const same = known.filter((row) => frame.previous[3 * row] === before.get(frame.id[row])[0]);
    assert.ok(same.length > 0.9 * known.length);
  });
});
