/** Tab "Machine": what it does, the tier, why it was taken, the workers, what this browser can do, the limit, the comparison. */

import type { Capabilities } from 'flockwork';
import { useState } from 'react';
import { MAX_WORKERS, TIERS } from '../sim/query.js';
import type { Session } from '../sim/session.js';
import { useStore } from '../sim/store.js';
import { MachineFigures } from '../hud/hud.js';
import type { WorldView } from '../view/world-view.js';
import { Attempts } from './attempts.js';
import { Compare } from './compare.js';
import { TIER_NOTES, TIER_TITLES } from './labels.js';
import { SearchBox } from './search-box.js';

export function MachinePanel({ session, view }: { session: Session; view: WorldView | null }) {
  const settings = useStore(session.store, (state) => state.settings);
  const simulation = useStore(session.store, (state) => state.simulation);
  const backend = simulation?.backend;
  return (
    <>
      <MachineFigures session={session} view={view} />
      {view && <SearchBox session={session} meter={view.meter} />}
      <fieldset className="tiers">
        <legend>Tier</legend>
        {(['auto', ...TIERS] as const).map((tier) => (
          <label key={tier} className={settings.tier === tier ? 'chosen' : undefined}>
            <input
              type="radio"
              name="tier"
              checked={settings.tier === tier}
              onChange={() => void session.move({ tier })}
            />
            <span>
              <b>{TIER_TITLES[tier]}</b>
              {backend?.tier === tier && <span className="badge green">runs</span>}
              <small>{TIER_NOTES[tier]}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <p className="hint">The world goes on where it is, on another tier or with other workers.</p>
      {backend && (
        <>
          <h2>How it was chosen</h2>
          <Attempts attempts={backend.attempts} />
          <Workers key={backend.workers} session={session} workers={backend.workers} single={backend.tier === 'js-single'} />
          <dl className="rows">
            <Row label="Engine" value={backend.engine} />
            <Row label="Mail" value={backend.memory === 'shared' ? 'in shared memory' : 'moved between memories'} />
            <Row label="Regions" value={String(backend.regions)} />
          </dl>
          <h2>This browser</h2>
          <Can capabilities={backend.capabilities} />
          <button className="wide" onClick={() => void navigator.clipboard.writeText(diagnostics(session))}>
            Copy diagnostics
          </button>
        </>
      )}
      <h2>All tiers compared</h2>
      <Compare session={session} />
    </>
  );
}

function Workers({ session, workers, single }: { session: Session; workers: number; single: boolean }) {
  const [value, setValue] = useState(workers);
  const apply = () => value !== workers && void session.move({ workers: value });
  return (
    <label className="field">
      <span>
        Workers <b className="value">{value}</b>
      </span>
      <input
        type="range"
        min={1}
        max={MAX_WORKERS}
        value={value}
        disabled={single}
        onChange={({ target }) => setValue(Number(target.value))}
        onPointerUp={apply}
        onKeyUp={apply}
        onBlur={apply}
      />
    </label>
  );
}

const CAN: readonly (readonly [keyof Capabilities, string])[] = [
  ['crossOriginIsolated', 'Isolated from other origins'],
  ['sharedArrayBuffer', 'Shared memory'],
  ['wasm', 'WebAssembly'],
  ['wasmSimd', 'SIMD'],
  ['wasmThreads', 'Threads'],
  ['moduleWorkers', 'Workers'],
];

function Can({ capabilities }: { capabilities: Capabilities }) {
  return (
    <dl className="rows">
      {CAN.map(([key, label]) => (
        <Row key={key} label={label} value={capabilities[key] ? 'yes' : 'no'} />
      ))}
      <Row label="Processors" value={String(capabilities.hardwareConcurrency)} />
    </dl>
  );
}

function Row({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** What somebody who is to help wants to know. */
function diagnostics(session: Session): string {
  const { settings, simulation, failure } = session.store.get();
  const facts = { settings, backend: simulation?.backend, metrics: simulation?.metrics(), failure, agent: navigator.userAgent };
  return JSON.stringify(facts, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value), 2);
}
