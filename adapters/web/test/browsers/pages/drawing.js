// In the page: what objects of either renderer draw, as pixels. `kit` has the classes, and makes a renderer.

/** Pixels on each side of a picture of 20 x 20 units: a unit is ten pixels. */
const SIDE = 200;
const SEEN = 20;
const COLOR = [240, 128, 48];

/** A simulation of entities that stand, and had other columns and rows in the frame `before`: for each x, y, z, and values of columns; the world is 10 x 10 if nothing is said. */
function still({ at = [[5, 5, 0]], colors = at.map(() => COLOR), columns = {}, previous = null, alpha = 1, world = { width: 10, height: 10 }, before = null } = {}) {
  const columnsOf = (given) => Object.fromEntries(Object.entries(given).map(([name, values]) => [name, Float32Array.from(values.flat())]));
  const frame = {
    tick: 0,
    count: at.length,
    fresh: true,
    position: Float32Array.from(at.flat()),
    previous: previous && Float32Array.from(previous.flat()),
    alpha,
    color: Uint8Array.from(colors.flatMap((color) => [...color, 255])),
    alive: new Uint8Array(at.length).fill(1),
    id: Uint32Array.from(at, (_, row) => 100 + row),
    columns: columnsOf(columns),
    previousRow: before && Int32Array.from(before.rows),
  };
  // The frame before is the first that is seen.
  const frames = before ? [{ ...frame, columns: columnsOf(before.columns) }, frame] : [frame];
  const reader = () => {
    let seen = 0;
    return { acquire: () => frames[Math.min(seen++, frames.length - 1)], close() {} };
  };
  return { scenario: { world }, acquireFrame: () => frame, reader };
}

/** The pixels of what is drawn onto a renderer's canvas. */
function canvasPixels(renderer, draw, side) {
  draw();
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = side;
  const context = canvas.getContext('2d');
  context.drawImage(renderer.domElement, 0, 0);
  return context.getImageData(0, 0, side, side).data;
}

export function drawing(kit) {
  const { three } = kit;
  let made = null;

  /** A camera that sees 20 x 20 units around a point, from above or from elsewhere. */
  function cameraOf(kind, [x, y, z] = [5, 5, 0], from = [0, 0, 30]) {
    const half = SEEN / 2;
    const camera =
      kind === 'orthographic'
        ? new three.OrthographicCamera(-half, half, half, -half, 0.1, 100)
        : new three.PerspectiveCamera((360 / Math.PI) * Math.atan(half / 30), 1, 0.1, 100);
    camera.position.set(x + from[0], y + from[1], z + from[2]);
    camera.lookAt(x, y, z);
    camera.updateMatrixWorld();
    return camera;
  }

  /** A triangle that points along x, its middle at the origin. */
  function arrow() {
    const geometry = new three.BufferGeometry();
    geometry.setAttribute('position', new three.BufferAttribute(Float32Array.of(0.5, 0, 0, -0.5, 0.25, 0, -0.5, -0.25, 0), 3));
    geometry.setIndex([0, 1, 2]);
    geometry.computeVertexNormals();
    return geometry;
  }

  /** Shapes by name, each one unit large. */
  const shapes = { square: () => new three.PlaneGeometry(1, 1), arrow, box: () => new three.BoxGeometry(2, 0.5, 0.5) };

  const objectOf = ({ shape = null, options = {}, material, ...world }) => {
    const simulation = still(world);
    const lit = material === 'lit' ? { material: kit.lit() } : {};
    return shape ? new kit.SimulationInstances(simulation, shapes[shape](), { ...options, ...lit }) : new kit.SimulationPoints(simulation, options);
  };

  /** Draws one object; gives a list of what is not black: pixels x, y (from below, in units of the world), and colours. */
  async function pixels(asked) {
    const { camera = 'orthographic', ratio = 1, scale = 1, middle, from, change = null } = asked;
    const renderer = await (made ??= kit.renderer());
    renderer.setPixelRatio(ratio);
    renderer.setSize(SIDE, SIDE);
    const scene = new three.Scene();
    const object = objectOf(asked);
    object.update();
    // The world's middle stays in the middle of the view.
    object.scale.setScalar(scale);
    object.position.set(5 - 5 * scale, 5 - 5 * scale, 0);
    scene.add(object, new three.HemisphereLight(0xffffff, 0x000000, Math.PI));
    const view = cameraOf(camera, middle, from);
    const side = SIDE * ratio;
    const draw = () => {
      renderer.render(scene, view);
      if (!change) return;
      object.set(change);
      object.update();
      renderer.render(scene, view);
    };
    const data = await (kit.read ?? canvasPixels)(renderer, draw, side);
    const backend = renderer.backend?.constructor.name ?? 'WebGLRenderer';
    object.dispose();
    return { data, side, ratio, backend };
  }

  /** Which pixels an object covers: how many, where their middle and ends are in units of the view, and one colour. */
  window.drawn = async (asked) => {
    const { data, side, ratio, backend } = await pixels(asked);
    const seen = { backend, count: 0, low: [Infinity, Infinity], high: [-Infinity, -Infinity], middle: [0, 0], color: null, colors: new Set() };
    for (let at = 0; at < data.length; at += 4) {
      if (data[at] + data[at + 1] + data[at + 2] === 0) continue;
      const place = [(at / 4) % side, side - 1 - Math.floor(at / 4 / side)].map((pixel) => ((pixel + 0.5) / side - 0.5) * SEEN);
      seen.count += 1;
      seen.color ??= [...data.subarray(at, at + 3)];
      seen.colors.add(data.subarray(at, at + 3).join());
      place.forEach((value, axis) => {
        seen.low[axis] = Math.min(seen.low[axis], value);
        seen.high[axis] = Math.max(seen.high[axis], value);
        seen.middle[axis] += value;
      });
    }
    seen.middle = seen.middle.map((sum) => sum / seen.count);
    return { ...seen, colors: [...seen.colors], side: Math.sqrt(seen.count) / ratio, area: seen.count / (10 * ratio) ** 2 };
  };

  /** How many groups of pixels there are: squares of the view, of 2 x 2 units, that have any. */
  window.squares = async (asked) => {
    const { data, side } = await pixels(asked);
    const found = new Set();
    for (let at = 0; at < data.length; at += 4) {
      if (data[at] + data[at + 1] + data[at + 2] === 0) continue;
      const [x, y] = [(at / 4) % side, side - 1 - Math.floor(at / 4 / side)];
      found.add(`${Math.floor(x / (side / 10))},${Math.floor(y / (side / 10))}`);
    }
    return [...found].sort();
  };

  /** Which entity is under a point of the view, in units of it. */
  window.picked = async (asked, [x, y]) => {
    const object = objectOf(asked);
    if (asked.options?.units === 'pixels') await pixels(asked);
    object.updateMatrixWorld();
    // As a renderer tells it.
    object.onBeforeRender({ domElement: { height: SIDE }, getPixelRatio: () => 1, getRenderTarget: () => null });
    const raycaster = new three.Raycaster();
    raycaster.setFromCamera(new three.Vector2(x / (SEEN / 2), y / (SEEN / 2)), cameraOf(asked.camera ?? 'orthographic', asked.middle, asked.from));
    const hits = raycaster.intersectObject(object);
    object.dispose();
    return hits.map(({ entity, row, point, distance }) => ({ entity, row, point: point.toArray(), distance }));
  };

  /** What objects refuse. */
  window.refused = (asked) => {
    try {
      objectOf(asked);
      return null;
    } catch ({ code, message, hint }) {
      return { code, message, hint };
    }
  };

  window.revision = three.REVISION;
  window.ready = true;
}
