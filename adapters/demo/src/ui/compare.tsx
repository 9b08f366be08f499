/** One scenario in every tier, time and fingerprint side by side. */

import { useEffect, useRef, useState } from 'react';
import * as format from '../hud/format.js';
import { compare, type CompareRow } from '../sim/compare.js';
import type { Session } from '../sim/session.js';
import { useStore } from '../sim/store.js';
import { TIER_TITLES } from './labels.js';
import { Text } from './text.js';

const ENTITIES = [1000, 10_000, 100_000];
const TICKS = [20, 50, 200];

export function Compare({ session }: { session: Session }) {
  const settings = useStore(session.store, (state) => state.settings);
  const [entities, setEntities] = useState(10_000);
  const [ticks, setTicks] = useState(50);
  const [rows, setRows] = useState<readonly CompareRow[]>([]);
  const [busy, setBusy] = useState(false);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);

  const begin = async () => {
    const { signal } = (stop.current = new AbortController());
    setBusy(true);
    // Nothing else may run beside what is measured.
    await session.close();
    await compare({ settings: { ...settings, entities, scale: true }, ticks }, signal, setRows);
    setBusy(false);
    await session.move();
  };

  return (
    <>
      <p className="about">
        Runs {settings.scenario} with seed {String(settings.seed)} in every tier from tick 0. All must
        come to the same fingerprint, to the last bit. Your world stands still meanwhile, and then goes on.
      </p>
      <div className="pair">
        <Choice label="Entities" value={entities} options={ENTITIES} change={setEntities} />
        <Choice label="Ticks" value={ticks} options={TICKS} change={setTicks} />
      </div>
      <button className="wide primary" onClick={() => (busy ? stop.current?.abort() : void begin())}>
        {busy ? 'Stop' : 'Compare'}
      </button>
      <div aria-live="polite">{rows.length > 0 && <Table rows={rows} />}</div>
      <p className="hint">
        The same natively: <code>{command(settings.scenario, entities, settings.seed, ticks)}</code>
      </p>
    </>
  );
}

function Choice(props: { label: string; value: number; options: readonly number[]; change: (value: number) => void }) {
  return (
    <label className="field">
      <span>{props.label}</span>
      <select value={props.value} onChange={({ target }) => props.change(Number(target.value))}>
        {props.options.map((option) => (
          <option key={option} value={option}>
            {format.count(option)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Table({ rows }: { rows: readonly CompareRow[] }) {
  const done = rows.filter(({ state }) => state === 'done');
  const slowest = Math.max(...done.map(({ msPerTick }) => msPerTick), 1e-9);
  const first = done[0]?.fingerprint;
  const same = done.every(({ fingerprint }) => fingerprint === first);
  return (
    <>
      <ul className="compare">
        {rows.map((row) => (
          <li key={row.tier} className={row.state}>
            <p>
              <b>{TIER_TITLES[row.tier]}</b>
              <span>{stateText(row)}</span>
            </p>
            {row.state === 'done' && (
              <>
                <div className="time">
                  <div style={{ transform: `scaleX(${row.msPerTick / slowest})` }} />
                </div>
                <p>
                  <code className={row.fingerprint === first ? 'good' : 'bad'}>{format.fingerprint(row.fingerprint)}</code>
                  <small>{row.workers === 1 ? '1 worker' : `${row.workers} workers`}</small>
                </p>
              </>
            )}
            {row.failure && (
              <p className="dim">
                <Text text={row.failure.attempts[0]?.reason ?? row.failure.message} />.{' '}
                <Text text={row.failure.attempts[0]?.hint ?? row.failure.hint ?? ''} />
              </p>
            )}
          </li>
        ))}
      </ul>
      {done.length > 1 && (
        <p className={same ? 'result good' : 'result bad'}>
          {same ? `The same bits in ${done.length} tiers.` : 'The fingerprints differ: please report this.'}
        </p>
      )}
    </>
  );
}

function stateText({ state, msPerTick, failure }: CompareRow): string {
  switch (state) {
    case 'waiting':
      return '';
    case 'running':
      return 'runs…';
    case 'done':
      return `${format.ms(msPerTick)} ms per tick`;
    case 'failed':
      return failure?.attempts[0]?.code ?? failure?.code ?? 'failed';
  }
}

function command(scenario: string, entities: number, seed: bigint, ticks: number): string {
  return `flockwork run scenarios/${scenario}.toml --entities ${entities} --scale --seed ${seed} --ticks ${ticks}`;
}
