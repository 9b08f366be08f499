// In the page: `flockwork/fiber-webgpu`, on a canvas of WebGPU, or with `?webgl` in the address of its WebGL backend.
import { WebGPURenderer } from 'three/webgpu';
import { Entities } from 'flockwork/fiber-webgpu';
import { fibers } from './fibers.js';

fibers({
  Entities,
  gl: async (props) => {
    const renderer = new WebGPURenderer({ ...props, antialias: false, forceWebGL: location.search === '?webgl' });
    await renderer.init();
    return renderer;
  },
});
