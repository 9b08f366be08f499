// Boids in plain JavaScript, as a good web developer would write them: typed arrays, a grid of
// cells filled by a counting sort, the nine cells around an entity, no allocation in a tick.
// The rules are those of models/src/boids.rs, on a torus.
export class PlainBoids {
  constructor({ width, height, dt, params }, { x, y, vx, vy }) {
    const count = x.length;
    Object.assign(this, { width, height, dt, params, count });
    this.cols = Math.max(3, Math.floor(width / params.neighbor_radius));
    this.rows = Math.max(3, Math.floor(height / params.neighbor_radius));
    [this.x, this.y, this.vx, this.vy] = [x, y, vx, vy].map((column) => Float32Array.from(column));
    [this.ax, this.ay] = [new Float32Array(count), new Float32Array(count)];
    this.cell = new Uint32Array(count);
    this.order = new Uint32Array(count);
    this.starts = new Uint32Array(this.cols * this.rows + 1);
    this.cursor = new Uint32Array(this.cols * this.rows);
  }

  step() {
    this.sort();
    this.look();
    this.move();
  }

  /** Puts the entities of each cell side by side in `order`. */
  sort() {
    const { count, cols, rows, x, y, cell, starts, cursor, order } = this;
    const [perX, perY] = [cols / this.width, rows / this.height];
    starts.fill(0);
    for (let i = 0; i < count; i++) {
      const column = Math.min(cols - 1, Math.floor(x[i] * perX));
      const row = Math.min(rows - 1, Math.floor(y[i] * perY));
      cell[i] = row * cols + column;
      starts[cell[i] + 1]++;
    }
    for (let c = 0; c < cols * rows; c++) starts[c + 1] += starts[c];
    cursor.set(starts.subarray(0, cols * rows));
    for (let i = 0; i < count; i++) order[cursor[cell[i]]++] = i;
  }

  /** Sums up each entity's neighbours into its acceleration. */
  look() {
    const { count, cols, rows, x, y, vx, vy, ax, ay, cell, starts, order, width, height } = this;
    const { separation_radius, neighbor_radius, separation, alignment, cohesion } = this.params;
    const reach = neighbor_radius * neighbor_radius;
    const inverse = 1 / (separation_radius * separation_radius);
    const [halfWidth, halfHeight] = [width / 2, height / 2];
    for (let i = 0; i < count; i++) {
      const [column, row] = [cell[i] % cols, Math.floor(cell[i] / cols)];
      const [px, py] = [x[i], y[i]];
      let [near, sumVx, sumVy, sumDx, sumDy, awayX, awayY] = [0, 0, 0, 0, 0, 0, 0];
      for (let up = -1; up <= 1; up++) {
        const line = ((row + up + rows) % rows) * cols;
        for (let across = -1; across <= 1; across++) {
          const c = line + ((column + across + cols) % cols);
          for (let k = starts[c]; k < starts[c + 1]; k++) {
            const j = order[k];
            if (j === i) continue;
            let dx = x[j] - px;
            let dy = y[j] - py;
            if (dx > halfWidth) dx -= width;
            else if (dx < -halfWidth) dx += width;
            if (dy > halfHeight) dy -= height;
            else if (dy < -halfHeight) dy += height;
            const d2 = dx * dx + dy * dy;
            if (d2 >= reach) continue;
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
      }
      const share = 1 / Math.max(near, 1);
      ax[i] = awayX * separation + (near ? sumVx * share - vx[i] : 0) * alignment + sumDx * share * cohesion;
      ay[i] = awayY * separation + (near ? sumVy * share - vy[i] : 0) * alignment + sumDy * share * cohesion;
    }
  }

  move() {
    const { count, x, y, vx, vy, ax, ay, width, height, dt } = this;
    const { min_speed, max_speed } = this.params;
    for (let i = 0; i < count; i++) {
      let nextX = vx[i] + ax[i] * dt;
      let nextY = vy[i] + ay[i] * dt;
      const speed = Math.hypot(nextX, nextY);
      if (speed > 0) {
        const scale = Math.min(Math.max(speed, min_speed), max_speed) / speed;
        nextX *= scale;
        nextY *= scale;
      }
      vx[i] = nextX;
      vy[i] = nextY;
      x[i] = wrap(x[i] + nextX * dt, width);
      y[i] = wrap(y[i] + nextY * dt, height);
    }
  }
}

function wrap(value, side) {
  if (value < 0) return value + side;
  return value >= side ? value - side : value;
}
