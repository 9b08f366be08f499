/** The chosen entity: what it is and has, as it changes. */

import type { Entity } from 'flockwork';
import { useStore } from '../sim/store.js';
import type { Session } from '../sim/session.js';
import * as format from '../hud/format.js';
import type { WorldView } from '../view/world-view.js';
import { CLASS_COLORS, columnTitle, geneName } from './labels.js';
import { Icon } from './icons.js';

/** Shown in other ways, or of no interest. */
const APART = new Set(['x', 'y', 'z', 'vx', 'vy', 'vz', 'ux', 'uy', 'uz', 'half_x', 'half_y', 'half_z', 'tribe', 'genes', 'alive', 'energy', 'id']);

export function EntityCard({ session, view }: { session: Session; view: WorldView | null }) {
  const selected = useStore(session.store, (state) => state.selected);
  const params = useStore(session.store, (state) => state.params);
  if (!selected) return null;
  const { columns } = selected.entity;
  const number = (name: string) => (typeof columns[name] === 'number' ? columns[name] : null);
  const [tribe, energy, genes] = [number('tribe'), number('energy'), columns.genes];
  return (
    <section className="card surface" aria-label="Chosen entity">
      <header>
        {tribe !== null && <i className="dot" style={{ background: CLASS_COLORS[tribe % CLASS_COLORS.length] }} />}
        <h2>
          {tribe === null ? 'Entity' : `Tribe ${tribe + 1}`} <small>#{selected.id}</small>
        </h2>
        {!selected.alive && <span className="badge red">died</span>}
        <button className="round small" onClick={() => session.select(null)} aria-label="Deselect" title="Deselect (Esc)">
          <Icon name="close" />
        </button>
      </header>
      {energy !== null && <Gauge label="Energy" value={energy} most={Number(params.max_energy ?? Math.max(1, energy))} />}
      <dl className="rows">
        <Row label="Speed" value={speedOf(selected.entity)} />
        <Row label="Neighbours" value={neighborsOf(view)} />
        <Row label="Place" value={['x', 'y', 'z'].flatMap((axis) => number(axis)?.toFixed(2) ?? []).join(', ')} />
        {Object.entries(columns)
          .filter(([name]) => !APART.has(name))
          .map(([name, value]) => (
            <Row key={name} label={columnTitle(name)} value={[value].flat().map(format.brief).join(', ')} />
          ))}
      </dl>
      {Array.isArray(genes) && (
        <>
          <h3>Genes</h3>
          <div className="genes">
            {genes.map((value: number, index) => (
              <Gauge key={index} label={geneName(index)} value={value} most={1} />
            ))}
          </div>
        </>
      )}
    </section>
  );
}

function Row({ label, value }: { label: string; value: string | null }) {
  if (value === null) return null;
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Gauge({ label, value, most }: { label: string; value: number; most: number }) {
  const share = Math.min(1, Math.max(0, value / most));
  return (
    <div className="gauge" role="meter" aria-label={label} aria-valuenow={value} aria-valuemin={0} aria-valuemax={most}>
      <span>{label}</span>
      <div>
        <div style={{ transform: `scaleX(${share})` }} />
      </div>
      <b>{value.toFixed(2)}</b>
    </div>
  );
}

function speedOf({ columns }: Entity): string | null {
  const parts = ['vx', 'vy', 'vz'].map((name) => columns[name]).filter((part) => typeof part === 'number');
  return parts.length > 0 ? Math.hypot(...parts).toFixed(3) : null;
}

function neighborsOf(view: WorldView | null): string | null {
  const neighbors = view?.neighbors;
  if (!neighbors) return null;
  return neighbors.close > 0 ? `${neighbors.all}, ${neighbors.close} too close` : String(neighbors.all);
}
