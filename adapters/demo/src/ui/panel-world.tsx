/** Tab "World": what is simulated, its story, how it is coloured. */

import { useState } from 'react';
import * as format from '../hud/format.js';
import { MAX_ENTITIES, readSeed } from '../sim/query.js';
import { PRESETS, begin } from '../sim/presets.js';
import { scenarioFile, scenarioFiles, type FullScenario } from '../sim/scenarios.js';
import { colorings } from '../sim/colorings.js';
import type { Session } from '../sim/session.js';
import { SHAPES } from '../sim/shapes.js';
import { missingOf } from '../sim/tools.js';
import { useStore } from '../sim/store.js';
import type { WorldView } from '../view/world-view.js';
import { fieldsOf } from '../view/look.js';
import { CLASS_COLORS, POLES, SCALE, columnTitle, groundScale, kindTitles, scenarioTitle } from './labels.js';
import { Text } from './text.js';

const FEWEST = 1000;

export function WorldPanel({ session, view }: { session: Session; view: WorldView | null }) {
  const settings = useStore(session.store, (state) => state.settings);
  const file = scenarioFile(settings.scenario);
  const titles = [...new Set(scenarioFiles.map(({ scenario }) => scenarioTitle(scenario)))];
  return (
    <>
      <Presets session={session} scenario={settings.scenario} />
      <label className="field">
        <span>Scenario</span>
        <select
          value={settings.scenario}
          onChange={({ target }) => void session.open(begin(target.value))}
        >
          {titles.map((title) => (
            <optgroup key={title} label={title}>
              {scenarioFiles
                .filter(({ scenario }) => scenarioTitle(scenario) === title)
                .map(({ name, scenario }) => (
                  <option key={name} value={name}>
                    {title}, {format.compact(scenario.entities)}
                  </option>
                ))}
            </optgroup>
          ))}
        </select>
      </label>
      <p className="about">
        <Text text={file.about} />
      </p>
      <Entities
        key={`${settings.scenario} ${settings.entities}`}
        entities={settings.entities}
        range={entityRange(file.scenario)}
        change={(entities) => void session.open({ entities, scale: file.scenario.params?.[SHAPES] === undefined })}
      />
      <Seed key={String(settings.seed)} session={session} seed={settings.seed} />
      <p className="hint">Each of these begins another world at tick 0. The one before is kept, so that you can go back to it.</p>
      <Coloring session={session} view={view} />
    </>
  );
}

/** Worlds with a story; the chosen one says what to look for and to try. */
function Presets({ session, scenario }: { session: Session; scenario: string }) {
  const chosen = PRESETS.find((preset) => preset.scenario === scenario);
  return (
    <div className="field">
      <span>Stories</span>
      <div className="presets">
        {PRESETS.map((preset) => (
          <button key={preset.scenario} aria-pressed={preset === chosen} onClick={() => void session.open(begin(preset.scenario))}>
            {preset.title}
          </button>
        ))}
      </div>
      {chosen && <p className="try">{chosen.text}</p>}
    </div>
  );
}

/** What stands in a world does not grow with it; of a tank of liquid the number follows from its size. */
function entityRange({ model, entities, params }: FullScenario): readonly [number, number] | null {
  if (model === 'sph') return null;
  if (params?.[SHAPES] !== undefined) return [Math.ceil(entities / 10), entities];
  return [Math.min(FEWEST, entities), MAX_ENTITIES];
}

/** A slider over powers of ten; the world grows with it, the density stays. */
function Entities({ entities, range, change }: { entities: number; range: readonly [number, number] | null; change: (entities: number) => void }) {
  const [value, setValue] = useState(entities);
  if (!range) return null;
  const [least, most] = range;
  const low = Math.log10(least);
  const high = Math.log10(Math.max(most, entities));
  const apply = () => value !== entities && change(value);
  return (
    <label className="field">
      <span>
        Start population <b className="value">{format.count(value)}</b>
      </span>
      <input
        type="range"
        min={low}
        max={high}
        step="any"
        value={Math.log10(value)}
        aria-valuetext={format.count(value)}
        onChange={({ target }) => setValue(twoDigits(10 ** Number(target.value)))}
        onKeyDown={(event) => {
          const factor = { ArrowLeft: 0.9, ArrowDown: 0.9, ArrowRight: 1.1, ArrowUp: 1.1 }[event.key];
          if (!factor) return;
          event.preventDefault();
          setValue(Math.min(most, Math.max(least, twoDigits(value * factor))));
        }}
        onPointerUp={apply}
        onKeyUp={apply}
        onBlur={apply}
      />
    </label>
  );
}

function twoDigits(value: number): number {
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Math.round(value / unit) * unit;
}

function Seed({ session, seed }: { session: Session; seed: bigint }) {
  const [text, setText] = useState(String(seed));
  const [problem, setProblem] = useState<string | null>(null);
  const apply = () => {
    try {
      const next = readSeed(text);
      setProblem(null);
      if (next !== seed) void session.open({ seed: next });
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <form
      className="field"
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <span>Seed</span>
      <div className="pair">
        <input
          type="text"
          inputMode="numeric"
          aria-label="Seed"
          aria-invalid={problem !== null}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
        <button type="button" onClick={() => void session.open({ seed: BigInt(Math.floor(Math.random() * 1e9)) })}>
          Another
        </button>
      </div>
      {problem && (
        <p className="problem">
          <Text text={problem} />
        </p>
      )}
    </form>
  );
}

function Coloring({ session, view }: { session: Session; view: WorldView | null }) {
  const simulation = useStore(session.store, (state) => state.simulation);
  const colorBy = useStore(session.store, (state) => state.colorBy);
  const params = useStore(session.store, (state) => state.params);
  const scenario = useStore(session.store, (state) => state.settings.scenario);
  const missing = simulation && missingOf(simulation.model);
  return (
    <div className="field">
      <label className="stack">
        <span>Colours show</span>
        <select value={colorBy} disabled={!simulation} onChange={({ target }) => session.setColorBy(target.value)}>
          {simulation &&
            colorings(simulation).map((name) => (
              <option key={name} value={name}>
                {columnTitle(name)}
              </option>
            ))}
        </select>
      </label>
      <Legend colorBy={colorBy} kinds={simulation ? kindTitles(scenario, simulation.model, params) : []} space={simulation?.scenario.world.depth !== undefined} />
      {view?.scene && <Glow view={view} />}
      {view?.scene && <Field session={session} />}
      {missing && <p className="hint">{missing}</p>}
    </div>
  );
}

/** The field under the entities, and what its colours stand for. */
function Field({ session }: { session: Session }) {
  const simulation = useStore(session.store, (state) => state.simulation);
  const field = useStore(session.store, (state) => state.field);
  const top = useStore(session.store, (state) => state.fieldTop);
  const range = useStore(session.store, (state) => state.fieldRange);
  const names = simulation ? fieldsOf(simulation.model) : [];
  if (!simulation || names.length === 0) return null;
  const number = simulation.model.fields.findIndex(({ name }) => name === field);
  const info = simulation.model.fields[number];
  const { min, max } = range ?? { min: 0, max: top };
  return (
    <>
      <label className="stack">
        <span>The ground shows</span>
        <select value={field ?? ''} onChange={({ target }) => session.store.set({ field: target.value || null, fieldTop: 0, fieldRange: null })}>
          {names.map((name) => (
            <option key={name} value={name}>
              {columnTitle(name)}
            </option>
          ))}
          <option value="">Nothing</option>
        </select>
      </label>
      {info && (
        <>
          <div className="scale-row">
            <span>{format.count(min)}</span>
            <div className="scale" style={{ background: groundScale(number) }} role="img" aria-label={`Dark is ${min === 0 ? 'nothing' : format.count(min)}, bright is ${format.count(max)}`} />
            <span>{format.count(max)}</span>
          </div>
          <FieldScale key={info.name} session={session} seen={top} />
          <p className="hint">
            {columnTitle(info.name)}: {info.about}; {info.unit}
          </p>
        </>
      )}
    </>
  );
}

/** Colours stand for what is seen, or for amounts that stay the same. */
function FieldScale({ session, seen }: { session: Session; seen: number }) {
  const range = useStore(session.store, (state) => state.fieldRange);
  const [texts, setTexts] = useState<readonly [string, string]>(range ? [String(range.min), String(range.max)] : ['0', '']);
  const set = (next: readonly [string, string]) => {
    setTexts(next);
    const [min, max] = next.map((text) => (text.trim() === '' ? NaN : Number(text))) as [number, number];
    // Until there is a range the last one holds.
    if (min < max && Number.isFinite(max - min)) session.store.set({ fieldRange: { min, max } });
  };
  const fix = (fixed: boolean) => (fixed ? set(['0', String(seen)]) : session.store.set({ fieldRange: null }));
  return (
    <>
      <label className="check">
        <input type="checkbox" checked={range !== null} disabled={range === null && seen === 0} onChange={({ target }) => fix(target.checked)} />
        Colours keep a fixed range
      </label>
      {range && (
        <div className="pair">
          {(['Dark is', 'Bright is'] as const).map((name, end) => (
            <input
              key={name}
              type="text"
              inputMode="decimal"
              aria-label={name}
              title={name}
              aria-invalid={!(Number(texts[0]) < Number(texts[1]))}
              value={texts[end]}
              onChange={({ target }) => set(end === 0 ? [target.value, texts[1]] : [texts[0], target.value])}
            />
          ))}
        </div>
      )}
    </>
  );
}

/** Light around the points; it is off where the processor draws. */
function Glow({ view }: { view: WorldView }) {
  const [glow, setGlow] = useState(view.scene?.glow ?? false);
  return (
    <label className="check">
      <input
        type="checkbox"
        checked={glow}
        onChange={({ target }) => {
          setGlow(target.checked);
          view.setGlow(target.checked);
        }}
      />
      Glow
    </label>
  );
}

function Legend({ colorBy, kinds, space }: { colorBy: string; kinds: readonly string[]; space: boolean }) {
  if (colorBy === 'none' || colorBy === '') return null;
  if (colorBy === 'tribe' || colorBy === 'kind') {
    return (
      <ul className="legend">
        {kinds.map((kind, index) => (
          <li key={kind}>
            <i style={{ background: CLASS_COLORS[index] }} />
            {kind.replace('Tribe ', '')}
          </li>
        ))}
      </ul>
    );
  }
  if (colorBy === 'heading') {
    return (
      <>
        <div className="scale wheel" role="img" aria-label="A colour for each direction" />
        {space && (
          <ul className="legend">
            {['along z', 'against z'].map((way, index) => (
              <li key={way}>
                <i style={{ background: POLES[index] }} />
                {way}
              </li>
            ))}
          </ul>
        )}
      </>
    );
  }
  return (
    <div className="scale-row">
      <span>low</span>
      <div className="scale" style={{ background: SCALE }} role="img" aria-label="Dark is low, bright is high" />
      <span>high</span>
    </div>
  );
}
