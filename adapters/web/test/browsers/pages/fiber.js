// In the page: `flockwork/fiber`, on the canvas that react-three-fiber makes by itself.
import { Entities } from 'flockwork/fiber';
import { fibers } from './fibers.js';

fibers({ Entities, gl: { preserveDrawingBuffer: true, antialias: false } });
