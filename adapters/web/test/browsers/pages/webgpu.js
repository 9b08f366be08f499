// In the page: the objects of `flockwork/three-webgpu`, on WebGPU, or with `?webgl` in the address on its WebGL backend.
import * as THREE from 'three/webgpu';
import { SimulationInstances, SimulationPoints } from 'flockwork/three-webgpu';
import { drawing } from './drawing.js';

const onWebGL = location.search === '?webgl';

/** The pixels of a target, as a canvas would show them: a canvas of WebGPU cannot be read without a screen. */
async function targetPixels(renderer, draw, side) {
  const target = new THREE.RenderTarget(side, side);
  renderer.setRenderTarget(target);
  draw();
  const linear = await renderer.readRenderTargetPixelsAsync(target, 0, 0, side, side);
  renderer.setRenderTarget(null);
  target.dispose();
  const table = Uint8Array.from({ length: 256 }, (_, value) => Math.round(255 * new THREE.Color(value / 255, 0, 0).convertLinearToSRGB().r));
  return linear.map((value) => table[value]);
}

drawing({
  three: THREE,
  SimulationInstances,
  SimulationPoints,
  lit: () => new THREE.MeshLambertNodeMaterial(),
  ...(onWebGL ? {} : { read: targetPixels }),
  renderer: async () => {
    const renderer = new THREE.WebGPURenderer({ antialias: false, forceWebGL: onWebGL });
    await renderer.init();
    return renderer;
  },
});
