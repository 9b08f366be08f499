/**
 * Fills the HUD: texts and small charts, five times a second, straight into the page. Texts are
 * written only if they change; sizes of canvases are told by an observer, so nothing is measured here.
 */

import type { Metrics, Simulation } from 'flockwork';
import type { Session } from '../sim/session.js';
import type { Watch } from '../sim/watch.js';
import type { FrameMeter } from '../view/meter.js';
import { WORKER_ROW, chart, drawFrames, drawTicks, drawWorkers } from './chart.js';
import { countsOf, drawCourse } from './course.js';
import * as format from './format.js';

const EVERY_MS = 200;
const CHART_HEIGHT = 56;
const STORY_HEIGHT = 64;

export class HudDriver {
  private readonly texts = new Map<string, Text>();
  private readonly canvases = new Map<string, HTMLCanvasElement>();
  private readonly sizes: ResizeObserver;
  private readonly meterBar: HTMLElement | null;
  private width = 0;
  private last = 0;
  private watched = { version: -1, width: 0, choice: '' };
  private simulation: Simulation | null = null;
  private metrics: Metrics | undefined;
  private mail = { tick: 0, bytes: 0, messages: 0, migrations: 0 };

  /** `root` holds elements that name what they show in `data-hud`. */
  constructor(
    root: HTMLElement,
    private readonly session: Session,
    private readonly meter: FrameMeter,
    private readonly watch: Watch,
    /** The statistic whose course is shown. */
    private readonly choice: () => string,
  ) {
    for (const element of root.querySelectorAll<HTMLElement>('[data-hud]')) {
      const name = element.dataset.hud!;
      if (element instanceof HTMLCanvasElement) this.canvases.set(name, element);
      else this.texts.set(name, element.appendChild(document.createTextNode('–')));
    }
    this.meterBar = root.querySelector<HTMLElement>('[data-memory]');
    this.sizes = new ResizeObserver(([entry]) => {
      this.width = entry!.contentRect.width;
      this.last = 0;
    });
    const [first] = this.canvases.values();
    if (first?.parentElement) this.sizes.observe(first.parentElement);
  }

  dispose(): void {
    this.sizes.disconnect();
    for (const text of this.texts.values()) text.remove();
  }

  update(now: number): void {
    if (now - this.last < EVERY_MS) return;
    this.last = now;
    const { simulation } = this.session;
    if (simulation !== this.simulation) this.reset(simulation);
    this.showFrames();
    if (simulation) this.showSimulation(simulation);
  }

  private reset(simulation: Simulation | null): void {
    this.simulation = simulation;
    this.metrics = undefined;
    this.mail = { tick: 0, bytes: 0, messages: 0, migrations: 0 };
  }

  private showFrames(): void {
    const { frames, script, framesPerSecond } = this.meter;
    this.text('fps', framesPerSecond.toFixed(framesPerSecond < 9.95 ? 1 : 0));
    this.text('frame-p50', format.ms(frames.quantile(0.5)));
    this.text('frame-p95', format.ms(frames.quantile(0.95)));
    this.text('script-p95', format.ms(script.quantile(0.95)));
    const canvas = this.chart('frames', CHART_HEIGHT);
    if (canvas) drawFrames(canvas, frames);
  }

  private showSimulation(simulation: Simulation): void {
    const metrics = (this.metrics = simulation.metrics(this.metrics));
    this.text('tick', format.count(metrics.tick));
    this.text('machine-tick', format.compact(metrics.tick));
    // A world that stands is counted when it is observed: hands may have changed it.
    const { newest } = this.watch;
    const stands = newest?.tick === metrics.tick && simulation.state !== 'running';
    this.text('population', format.count(stands ? newest.population : metrics.population));
    this.text('time', (metrics.tick * simulation.scenario.dt).toFixed(1));
    this.text('tps', simulation.state === 'running' ? format.ms(metrics.ticksPerSecond) : '0');
    const { count, p50, p95 } = metrics.tickMs;
    this.text('tick-p50', count > 0 ? format.ms(p50) : '–');
    this.text('tick-p95', count > 0 ? format.ms(p95) : '–');
    const ticks = this.chart('ticks', CHART_HEIGHT);
    if (ticks) drawTicks(ticks, metrics.tickMs);
    const workers = this.chart('workers', metrics.workers.length * WORKER_ROW);
    if (workers) drawWorkers(workers, metrics.workers);
    this.showMail(metrics);
    const { imbalance = 0, rebalances = 0, births = 0, deaths = 0 } = metrics.measures;
    this.text('imbalance', imbalance.toFixed(2));
    this.text('rebalances', format.count(rebalances));
    // How finely the far corner of the world tells places, and how finely the model needs it.
    const { place_spacing: spacing = 0, place_spacing_most: most = 0 } = metrics.measures;
    this.text('spacing', spacing.toExponential(1));
    this.text('spacing-most', most.toExponential(1));
    this.text('births', format.compact(births));
    this.text('deaths', format.compact(deaths));
    this.text('memory', `${format.bytes(metrics.memoryUsed)} of ${format.bytes(metrics.memoryBytes)}`);
    const share = metrics.memoryBytes > 0 ? metrics.memoryUsed / metrics.memoryBytes : 0;
    this.meterBar?.style.setProperty('transform', `scaleX(${Math.min(1, share).toFixed(3)})`);
    this.showWatched(simulation);
  }

  /** Mail per tick since the last look. */
  private showMail({ tick, measures }: Metrics): void {
    const { bytes = 0, messages = 0, migrations = 0, ghosts_now: ghosts = 0 } = measures;
    const ticks = tick - this.mail.tick;
    if (ticks > 0) {
      this.text('mail', format.bytes(Math.max(0, bytes - this.mail.bytes) / ticks));
      this.text('messages', format.compact(Math.max(0, messages - this.mail.messages) / ticks));
      this.text('migrations', format.compact(Math.max(0, migrations - this.mail.migrations) / ticks));
    }
    this.mail = { tick, bytes, messages, migrations };
    this.text('ghosts', format.compact(ghosts));
  }

  /** What was seen of the world as a whole, when there is something new. */
  private showWatched(simulation: Simulation): void {
    const { watch, width } = this;
    if (watch.version === this.watched.version && width === this.watched.width && this.choice() === this.watched.choice) return;
    this.watched = { version: watch.version, width, choice: this.choice() };
    const { newest, samples } = watch;
    this.text('fingerprint', newest ? format.fingerprint(newest.fingerprint) : '–');
    this.text('fingerprint-tick', newest ? format.count(newest.tick) : '–');
    const counts = countsOf(simulation.model.stats.map(({ name }) => name));
    counts.forEach((name, index) => this.text(`count-${index}`, brief(newest?.stats[name])));
    const people = this.chart('population-chart', STORY_HEIGHT);
    if (people) drawCourse(people, samples, counts.length > 0 ? counts : [null]);
    const { choice } = this.watched;
    this.text('statistic', brief(newest?.stats[choice]));
    const course = this.chart('statistic-chart', STORY_HEIGHT);
    if (course) drawCourse(course, samples, choice ? [choice] : []);
  }

  private text(name: string, value: string): void {
    const text = this.texts.get(name);
    if (text && text.data !== value) text.data = value;
  }

  private chart(name: string, height: number) {
    const canvas = this.canvases.get(name);
    return canvas && this.width > 0 ? chart(canvas, this.width, height) : null;
  }
}

function brief(value: number | null | undefined): string {
  return typeof value === 'number' ? format.brief(value) : '–';
}
