// Boids in plain JavaScript, as fast as it can be written by hand: typed arrays, a grid of cells
// filled by a counting sort that carries all columns along, so that neighbours stand side by side in
// memory, spans of three cells, no allocation and no destructuring in a tick.
// The rules are those of models/src/boids.rs, on a torus.
export class PlainBoids {
  constructor({ width, height, dt, params }, { x, y, vx, vy }) {
    const count = x.length;
    this.width = width;
    this.height = height;
    this.dt = dt;
    this.params = params;
    this.count = count;
    this.cols = Math.max(3, Math.floor(width / params.neighbor_radius));
    this.rows = Math.max(3, Math.floor(height / params.neighbor_radius));
    this.x = Float32Array.from(x);
    this.y = Float32Array.from(y);
    this.vx = Float32Array.from(vx);
    this.vy = Float32Array.from(vy);
    /** Who stands in each place. */
    this.id = Uint32Array.from({ length: count }, (_, index) => index);
    this.spare = { x: new Float32Array(count), y: new Float32Array(count), vx: new Float32Array(count), vy: new Float32Array(count), id: new Uint32Array(count) };
    this.ax = new Float32Array(count);
    this.ay = new Float32Array(count);
    this.cell = new Uint32Array(count);
    // One place more than ends, so that after the sort each cell's begin is in its place.
    this.starts = new Uint32Array(this.cols * this.rows + 2);
  }

  step() {
    this.sort();
    this.look();
    this.move();
  }

  /** Puts the entities of each cell side by side. */
  sort() {
    const count = this.count;
    const cols = this.cols;
    const rows = this.rows;
    const x = this.x;
    const y = this.y;
    const vx = this.vx;
    const vy = this.vy;
    const id = this.id;
    const to = this.spare;
    const toX = to.x;
    const toY = to.y;
    const toVx = to.vx;
    const toVy = to.vy;
    const toId = to.id;
    const cell = this.cell;
    const starts = this.starts;
    const perX = cols / this.width;
    const perY = rows / this.height;
    starts.fill(0);
    for (let i = 0; i < count; i++) {
      let column = (x[i] * perX) | 0;
      let row = (y[i] * perY) | 0;
      if (column >= cols) column = cols - 1;
      if (row >= rows) row = rows - 1;
      const c = row * cols + column;
      cell[i] = c;
      starts[c + 2]++;
    }
    for (let c = 1; c < starts.length; c++) starts[c] += starts[c - 1];
    for (let i = 0; i < count; i++) {
      const at = starts[cell[i] + 1]++;
      toX[at] = x[i];
      toY[at] = y[i];
      toVx[at] = vx[i];
      toVy[at] = vy[i];
      toId[at] = id[i];
    }
    this.spare = { x, y, vx, vy, id };
    this.x = toX;
    this.y = toY;
    this.vx = toVx;
    this.vy = toVy;
    this.id = toId;
  }

  /** Sums up each entity's neighbours into its acceleration, cell by cell. */
  look() {
    const cols = this.cols;
    const rows = this.rows;
    const starts = this.starts;
    for (let row = 0; row < rows; row++) {
      const below = (row === 0 ? rows - 1 : row - 1) * cols;
      const line = row * cols;
      const above = (row === rows - 1 ? 0 : row + 1) * cols;
      for (let column = 0; column < cols; column++) {
        const from = starts[line + column];
        const to = starts[line + column + 1];
        if (from < to) this.lookFrom(from, to, column, below, line, above);
      }
    }
  }

  lookFrom(from, to, column, below, line, above) {
    const x = this.x;
    const y = this.y;
    const vx = this.vx;
    const vy = this.vy;
    const ax = this.ax;
    const ay = this.ay;
    const starts = this.starts;
    const cols = this.cols;
    const width = this.width;
    const height = this.height;
    const halfWidth = width / 2;
    const halfHeight = height / 2;
    const separation = this.params.separation;
    const alignment = this.params.alignment;
    const cohesion = this.params.cohesion;
    const reach = this.params.neighbor_radius * this.params.neighbor_radius;
    const inverse = 1 / (this.params.separation_radius * this.params.separation_radius);
    // Columns side by side are one span; at the seam of the torus there are two.
    const seam = column === 0 || column === cols - 1;
    const spans = seam ? 6 : 3;
    const first = column === 0 ? 0 : column - 1;
    const last = column === cols - 1 ? column : column + 1;
    const other = column === 0 ? cols - 1 : 0;
    for (let i = from; i < to; i++) {
      const px = x[i];
      const py = y[i];
      let near = 0;
      let sumVx = 0;
      let sumVy = 0;
      let sumDx = 0;
      let sumDy = 0;
      let awayX = 0;
      let awayY = 0;
      for (let span = 0; span < spans; span++) {
        const row = span === 0 || span === 3 ? below : span === 1 || span === 4 ? line : above;
        const begin = span < 3 ? starts[row + first] : starts[row + other];
        const end = span < 3 ? starts[row + last + 1] : starts[row + other + 1];
        for (let j = begin; j < end; j++) {
          let dx = x[j] - px;
          let dy = y[j] - py;
          if (dx > halfWidth) dx -= width;
          else if (dx < -halfWidth) dx += width;
          if (dy > halfHeight) dy -= height;
          else if (dy < -halfHeight) dy += height;
          const d2 = dx * dx + dy * dy;
          if (d2 >= reach || j === i) continue;
          near++;
          sumVx += vx[j];
          sumVy += vy[j];
          sumDx += dx;
          sumDy += dy;
          const push = 1 - d2 * inverse;
          if (push > 0) {
            awayX -= dx * push;
            awayY -= dy * push;
          }
        }
      }
      if (near === 0) {
        ax[i] = 0;
        ay[i] = 0;
        continue;
      }
      const share = 1 / near;
      ax[i] = awayX * separation + (sumVx * share - vx[i]) * alignment + sumDx * share * cohesion;
      ay[i] = awayY * separation + (sumVy * share - vy[i]) * alignment + sumDy * share * cohesion;
    }
  }

  move() {
    const count = this.count;
    const x = this.x;
    const y = this.y;
    const vx = this.vx;
    const vy = this.vy;
    const ax = this.ax;
    const ay = this.ay;
    const width = this.width;
    const height = this.height;
    const dt = this.dt;
    const slowest = this.params.min_speed;
    const fastest = this.params.max_speed;
    for (let i = 0; i < count; i++) {
      let nextX = vx[i] + ax[i] * dt;
      let nextY = vy[i] + ay[i] * dt;
      const speed = Math.sqrt(nextX * nextX + nextY * nextY);
      if (speed > 0 && (speed < slowest || speed > fastest)) {
        const scale = (speed < slowest ? slowest : fastest) / speed;
        nextX *= scale;
        nextY *= scale;
      }
      vx[i] = nextX;
      vy[i] = nextY;
      const toX = x[i] + nextX * dt;
      const toY = y[i] + nextY * dt;
      x[i] = toX < 0 ? toX + width : toX >= width ? toX - width : toX;
      y[i] = toY < 0 ? toY + height : toY >= height ? toY - height : toY;
    }
  }
}
