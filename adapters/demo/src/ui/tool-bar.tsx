/** The hand's tools, how far it reaches, and the way back. */

import { redo, undo } from '../sim/again.js';
import { BRUSH, type Hand } from '../sim/hand.js';
import type { Session } from '../sim/session.js';
import { useStore } from '../sim/store.js';
import { toolsOf, type ToolName } from '../sim/tools.js';
import { Choices } from './choices.js';
import { Icon } from './icons.js';
import { CLASS_COLORS, TOOL_TITLES, kindTitles } from './labels.js';
import { PenPane } from './pen-pane.js';
import { SelectPane } from './select-pane.js';
import { Text } from './text.js';

export function ToolBar({ session, hand }: { session: Session; hand: Hand }) {
  const simulation = useStore(session.store, (state) => state.simulation);
  const chosen = useStore(hand.store, (state) => state.tool);
  const past = useStore(session.store, (state) => state.past);
  const busy = useStore(session.store, (state) => state.again !== null);
  const tools = simulation ? toolsOf(simulation.model) : [];
  const tool = tools.includes(chosen) ? chosen : 'look';
  return (
    <>
      <Said session={session} />
      {tool === 'draw' && <PenPane session={session} pen={hand.pen} />}
      {tool === 'select' && <SelectPane selection={hand.selection} />}
      {tool !== 'look' && tool !== 'draw' && tool !== 'select' && <Brush session={session} hand={hand} tool={tool} about={TOOL_TITLES[tool].about} />}
      <div className="tools surface" role="toolbar" aria-label="Tools">
        {tools.map((name, index) => (
          <button
            key={name}
            className="round"
            aria-pressed={name === tool}
            onClick={() => hand.choose(name)}
            aria-label={TOOL_TITLES[name].title}
            title={`${TOOL_TITLES[name].title} (${index + 1}): ${TOOL_TITLES[name].about.toLowerCase()}`}
          >
            <Icon name={name} />
          </button>
        ))}
        <i className="gap" />
        <button className="round" disabled={!past.undo || busy} onClick={() => void undo(session)} aria-label="Undo" title="Take back what was done last (Z)">
          <Icon name="undo" />
        </button>
        <button className="round" disabled={!past.redo || busy} onClick={() => void redo(session)} aria-label="Redo" title="Do it again (Y)">
          <Icon name="redo" />
        </button>
      </div>
    </>
  );
}

/** What became of what was done last. */
function Said({ session }: { session: Session }) {
  const answer = useStore(session.store, (state) => state.answer);
  return (
    <div className="said" role="status" aria-label="What was done">
      {answer && (
        <p className={`surface${answer.bad ? ' problem' : ''}`}>
          <Text text={answer.text} />
        </p>
      )}
    </div>
  );
}

function Brush({ session, hand, tool, about }: { session: Session; hand: Hand; tool: ToolName; about: string }) {
  const brush = useStore(hand.store, (state) => state.brush);
  const tribe = useStore(hand.store, (state) => state.tribe);
  const takes = useStore(hand.store, (state) => state.takes);
  const simulation = useStore(session.store, (state) => state.simulation);
  const params = useStore(session.store, (state) => state.params);
  const scenario = useStore(session.store, (state) => state.settings.scenario);
  const kinds = tool === 'add' && simulation ? kindTitles(scenario, simulation.model, params) : [];
  return (
    <div className="brush surface">
      <p className="hint">{about}</p>
      <div className="brush-row">
        <label>
          <span>Circle</span>
          <input type="range" min={BRUSH.least} max={BRUSH.most} value={brush} onChange={({ target }) => hand.size(Number(target.value))} title="Smaller ([) or larger (])" />
        </label>
        {kinds.length > 1 && (
          <div className="tribes" role="group" aria-label="Of which kind those are who are added">
            {kinds.map((kind, index) => (
              <button key={kind} aria-pressed={index === tribe} aria-label={kind} title={kind} onClick={() => hand.store.set({ tribe: index })} style={{ background: CLASS_COLORS[index] }} />
            ))}
          </div>
        )}
        {tool === 'paint' && (
          <Choices label="What the brush does" names={['more', 'less'] as const} chosen={takes ? 'less' : 'more'} title={(name) => (name === 'more' ? 'More' : 'Less')} choose={(name) => hand.store.set({ takes: name === 'less' })} />
        )}
      </div>
    </div>
  );
}
