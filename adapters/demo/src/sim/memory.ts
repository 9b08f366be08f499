/** How much memory a world is given: it is fixed from the start, and a crowd may grow. */

const MIB = 1024 * 1024;
/** What the package gives each worker where nothing is said. */
const USUAL = 64 * MIB;
/** Bytes of all that an entity takes, twice as many entities as at first included. */
const BYTES_PER_ENTITY = 800;

/** Bytes for each worker; undefined where the package's own choice is enough. */
export function memoryPerWorker(entities: number, workers: number): number | undefined {
  const bytes = (entities * BYTES_PER_ENTITY) / workers + 16 * MIB;
  return bytes > USUAL ? Math.ceil(bytes / MIB) * MIB : undefined;
}

/** The number of workers that `auto` stands for. */
export function workerCount(workers: number | 'auto'): number {
  return workers === 'auto' ? Math.min(8, Math.max(1, (navigator.hardwareConcurrency || 2) - 1)) : workers;
}
