/** Tab "Rules": the model's parameters, live. */

import type { ParamInfo, ParamValue } from 'flockwork';
import * as format from '../hud/format.js';
import type { Session } from '../sim/session.js';
import { SHAPES } from '../sim/shapes.js';
import { useStore } from '../sim/store.js';
import { Icon } from './icons.js';
import { unit, words } from './labels.js';
import { Text } from './text.js';

export function RulesPanel({ session }: { session: Session }) {
  const simulation = useStore(session.store, (state) => state.simulation);
  const params = useStore(session.store, (state) => state.params);
  const refused = useStore(session.store, (state) => state.refused);
  if (!simulation) return <p className="dim">No simulation is running.</p>;
  const begun = simulation.scenario.params ?? {};
  const first = (param: ParamInfo) => begun[param.name] ?? param.default;
  // What stands in the world is drawn there.
  const rules = simulation.model.params.filter(({ name }) => name !== SHAPES);
  const changed = rules.filter((param) => !same(params[param.name], first(param)));
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
      {rules.map((param) => (
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

interface RowProps<T = ParamValue> {
  readonly param: ParamInfo;
  /** The scenario's value, or the default. */
  readonly first: T;
  readonly value: T;
  readonly problem: string | null;
  readonly change: (value: T) => void;
}

function ParamRow({ param, first, value, problem, change }: RowProps) {
  const { name, about, kind } = param;
  const id = `param-${name}`;
  return (
    <div className="param">
      <div className="param-head">
        <label htmlFor={id}>{words(name)}</label>
        <span className="unit">{unit(param.unit)}</span>
        {kind === 'number' && <NumberField param={param} value={Number(value)} change={change} />}
        {kind === 'choice' && (
          <select id={id} aria-describedby={`${id}-about`} value={String(value)} onChange={({ target }) => change(target.value)}>
            {param.choices.map((choice) => (
              <option key={choice}>{choice}</option>
            ))}
          </select>
        )}
        <button
          className="round small"
          disabled={same(value, first)}
          onClick={() => change(first)}
          aria-label={`Reset ${words(name)} to ${format.setting(first)}`}
          title={`Reset to ${format.setting(first)}`}
        >
          <Icon name="restart" />
        </button>
      </div>
      {kind === 'number' && <Slider id={id} param={param} first={Number(first)} value={Number(value)} change={change} />}
      {(kind === 'list' || kind === 'text') && (
        // Taken when it is left or entered: half a list is none.
        <input
          id={id}
          key={format.setting(value)}
          type="text"
          aria-describedby={`${id}-about`}
          defaultValue={format.setting(value)}
          onBlur={({ target }) => change(kind === 'text' ? target.value : numbers(target.value))}
          onKeyDown={({ key, currentTarget }) => key === 'Enter' && currentTarget.blur()}
        />
      )}
      <p id={`${id}-about`} className="hint">
        <Text text={about} /> <span className="range">{allowed(param)}</span>
      </p>
      {problem && <p className="problem"><Text text={problem} /></p>}
    </div>
  );
}

type NumberParam = Extract<ParamInfo, { kind: 'number' }>;

interface NumberProps {
  readonly param: NumberParam;
  readonly value: number;
  readonly change: (value: number) => void;
}

function NumberField({ param, value, change }: NumberProps) {
  const { name, min, max, whole } = param;
  return (
    <input
      type="number"
      aria-label={`${words(name)}, any value`}
      min={min}
      max={max}
      step={whole ? 1 : 'any'}
      value={format.value(value)}
      onChange={({ target }) => set(param, target.valueAsNumber, change)}
    />
  );
}

function Slider({ id, param, first, value, change }: NumberProps & { readonly id: string; readonly first: number }) {
  const [low, high] = sliderRange(param, first);
  return (
    <input
      id={id}
      type="range"
      min={low}
      max={high}
      step={param.whole ? 1 : niceStep(high - low)}
      value={Math.min(high, Math.max(low, value))}
      aria-describedby={`${id}-about`}
      onChange={({ target }) => set(param, Number(target.value), change)}
    />
  );
}

function set({ min, max }: NumberParam, next: number, change: (value: number) => void): void {
  if (Number.isFinite(next)) change(Math.min(max, Math.max(min, next)));
}

/** The numbers of a list as it was typed; what is none of them is refused by the simulation. */
function numbers(text: string): number[] {
  return text.split(/[\s,]+/).filter((part) => part !== '').map(Number);
}

/** Whether a model would have the same: its numbers are of 32 bits. */
function same(a: ParamValue | undefined, b: ParamValue): boolean {
  const text = (value: ParamValue | undefined) => JSON.stringify(value, (_, one: unknown) => (typeof one === 'number' ? Math.fround(one) : one));
  return text(a) === text(b);
}

/** What a parameter may be, and what it is by itself. */
function allowed(param: ParamInfo): string {
  const usual = `default ${format.setting(param.default)}`;
  switch (param.kind) {
    case 'number':
      return `${format.bound(param.min)} to ${format.bound(param.max)}, ${usual}`;
    case 'list': {
      const { least, most, min, max } = param;
      return `${least === most ? most : `${least} to ${most}`} numbers, ${format.bound(min)} to ${format.bound(max)}, ${usual}`;
    }
    case 'choice':
      return usual;
    case 'text':
      return `at most ${param.most} bytes, ${usual}`;
  }
}

/** Ranges go far beyond what is of use: the slider has what is near the first value, the number field all. */
function sliderRange({ min, max }: NumberParam, first: number): [number, number] {
  if (max - min <= 100) return [min, max];
  const high = Math.min(max, first > 0 ? 4 * first : 10);
  return [Math.max(min, 0), high];
}

/** A step of a thousandth or so, with few digits. */
function niceStep(width: number): number {
  return 10 ** Math.floor(Math.log10(width / 200));
}
