/** Tab "Rules": the model's parameters, live. */

import type { ModelInfo } from 'flockwork';
import * as format from '../hud/format.js';
import type { Session } from '../sim/session.js';
import { useStore } from '../sim/store.js';
import { Icon } from './icons.js';
import { unit, words } from './labels.js';
import { Text } from './text.js';

type Param = ModelInfo['params'][number];

export function RulesPanel({ session }: { session: Session }) {
  const simulation = useStore(session.store, (state) => state.simulation);
  const params = useStore(session.store, (state) => state.params);
  const refused = useStore(session.store, (state) => state.refused);
  if (!simulation) return <p className="dim">No simulation is running.</p>;
  const begun = simulation.scenario.params ?? {};
  const first = (param: Param) => begun[param.name] ?? param.default;
  const changed = simulation.model.params.filter((param) => params[param.name] !== first(param));
  return (
    <>
      <p className="about">
        <Text text={simulation.model.about} />.
      </p>
      <button
        className="wide"
        disabled={changed.length === 0}
        onClick={() => void session.setParams(Object.fromEntries(changed.map((param) => [param.name, first(param)])))}
      >
        Reset all
      </button>
      {simulation.model.params.map((param) => (
        <ParamRow
          key={param.name}
          param={param}
          first={first(param)}
          value={params[param.name] ?? param.default}
          problem={refused?.name === param.name ? refused.message : null}
          change={(value) => void session.setParams({ [param.name]: value })}
        />
      ))}
    </>
  );
}

interface RowProps {
  readonly param: Param;
  /** The scenario's value, or the default. */
  readonly first: number;
  readonly value: number;
  readonly problem: string | null;
  readonly change: (value: number) => void;
}

function ParamRow({ param, first, value, problem, change }: RowProps) {
  const { name, about, whole } = param;
  const [low, high] = sliderRange(param, first);
  const step = whole ? 1 : niceStep(high - low);
  const id = `param-${name}`;
  const set = (next: number) => {
    if (Number.isFinite(next)) change(Math.min(param.max, Math.max(param.min, next)));
  };
  return (
    <div className="param">
      <div className="param-head">
        <label htmlFor={id}>{words(name)}</label>
        <span className="unit">{unit(param.unit)}</span>
        <input
          type="number"
          aria-label={`${words(name)}, any value`}
          min={param.min}
          max={param.max}
          step={whole ? 1 : 'any'}
          value={format.value(value)}
          onChange={({ target }) => set(target.valueAsNumber)}
        />
        <button
          className="round small"
          disabled={value === first}
          onClick={() => change(first)}
          aria-label={`Reset ${words(name)} to ${format.value(first)}`}
          title={`Reset to ${format.value(first)}`}
        >
          <Icon name="restart" />
        </button>
      </div>
      <input
        id={id}
        type="range"
        min={low}
        max={high}
        step={step}
        value={Math.min(high, Math.max(low, value))}
        aria-describedby={`${id}-about`}
        onChange={({ target }) => set(Number(target.value))}
      />
      <p id={`${id}-about`} className="hint">
        <Text text={about} /> <span className="range">{rangeText(param)}</span>
      </p>
      {problem && <p className="problem"><Text text={problem} /></p>}
    </div>
  );
}

function rangeText({ min, max, default: usual }: Param): string {
  return `${format.bound(min)} to ${format.bound(max)}, default ${format.value(usual)}`;
}

/** Ranges go far beyond what is of use: the slider has what is near the first value, the number field all. */
function sliderRange({ min, max }: Param, first: number): [number, number] {
  if (max - min <= 100) return [min, max];
  const high = Math.min(max, first > 0 ? 4 * first : 10);
  return [Math.max(min, 0), high];
}

/** A step of a thousandth or so, with few digits. */
function niceStep(width: number): number {
  return 10 ** Math.floor(Math.log10(width / 200));
}
