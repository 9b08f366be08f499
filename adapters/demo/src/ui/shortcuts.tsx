/** The keyboard: what each key does, and the list of it. */

import { useEffect, useRef } from 'react';
import { redo, undo } from '../sim/again.js';
import { colorings } from '../sim/colorings.js';
import type { Session } from '../sim/session.js';
import { toolsOf } from '../sim/tools.js';
import type { WorldView } from '../view/world-view.js';

export interface Actions {
  readonly session: Session;
  readonly view: WorldView | null;
  readonly toggleHud: () => void;
  readonly togglePanel: () => void;
  readonly toggleHelp: () => void;
}

interface Shortcut {
  readonly keys: readonly string[];
  /** How the keys are written; the keys themselves if missing. */
  readonly shown?: string;
  readonly does: string;
  readonly act: (actions: Actions, event: KeyboardEvent) => void;
}

/** Zoom of one press, and the part of the view that an arrow moves. */
const ZOOM = 1.4;
const SLIDE = 0.15;
/** Of the circle that the hand reaches, with one press. */
const GROWTH = 1.25;

const SHORTCUTS: readonly Shortcut[] = [
  { keys: [' '], shown: 'Space', does: 'Run or pause', act: ({ session }) => session.setRunning(!session.store.get().running) },
  { keys: ['.'], does: 'One tick', act: ({ session }) => void session.step(1) },
  { keys: ['r'], shown: 'R', does: 'Begin again', act: ({ session }) => void session.open() },
  {
    keys: ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'],
    shown: '← → ↑ ↓',
    does: 'Move the view, or in space turn it; with Shift move it there too',
    act: ({ view }, { key, shiftKey }) => {
      if (!view) return;
      view.grab(shiftKey || !view.camera.turns);
      view.camera.slide(SLIDE * (Number(key === 'ArrowRight') - Number(key === 'ArrowLeft')), SLIDE * (Number(key === 'ArrowUp') - Number(key === 'ArrowDown')), shiftKey);
    },
  },
  { keys: ['+', '='], shown: '+', does: 'Closer', act: ({ view }) => view?.camera.zoomAt(ZOOM) },
  { keys: ['-'], shown: '−', does: 'Further away', act: ({ view }) => view?.camera.zoomAt(1 / ZOOM) },
  { keys: ['0'], does: 'The whole world, or the view filled', act: ({ view }) => view?.camera.toggleWhole() },
  { keys: ['Enter'], does: 'Choose the entity in the middle, or use the tool there: as large as the circle', act: ({ view }) => (view?.holds ? view.pressMiddle() : view?.tapMiddle()) },
  {
    keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
    shown: '1 … 9',
    does: 'Take a tool: look, add, remove and so on',
    act: ({ session, view }, { key }) => {
      const tool = session.simulation && toolsOf(session.simulation.model)[Number(key) - 1];
      if (tool) view?.hand.choose(tool);
    },
  },
  { keys: ['['], shown: '[  ]', does: 'A smaller or a larger circle', act: ({ view }) => view?.hand.grow(1 / GROWTH) },
  { keys: [']'], does: '', act: ({ view }) => view?.hand.grow(GROWTH) },
  { keys: ['z'], shown: 'Z', does: 'Take back what was done last', act: ({ session }) => void undo(session) },
  { keys: ['y'], shown: 'Y', does: 'Do it again', act: ({ session }) => void redo(session) },
  {
    keys: ['f'],
    shown: 'F',
    does: 'Follow the chosen one, or not',
    act: ({ view }) => {
      if (view) view.following = !view.following;
    },
  },
  {
    keys: ['Escape'],
    shown: 'Esc',
    does: 'Put the tool down, or deselect',
    act: ({ session, view }) => {
      if (view?.holds) return view.hand.choose('look');
      session.select(null);
      view?.hand.selection.clear();
    },
  },
  {
    keys: ['Delete', 'Backspace'],
    shown: 'Del',
    does: 'Remove the shape that is chosen, or all who are selected',
    act: ({ view }) => {
      if (!view) return;
      const { pen, selection, tool } = view.hand;
      void (tool === 'draw' ? pen.remove(pen.group) : selection.remove());
    },
  },
  { keys: ['c'], shown: 'C', does: 'Colours show the next thing', act: ({ session }) => nextColor(session) },
  { keys: ['h'], shown: 'H', does: 'Numbers and charts, or none', act: ({ toggleHud }) => toggleHud() },
  { keys: ['p'], shown: 'P', does: 'Settings, or none', act: ({ togglePanel }) => togglePanel() },
  { keys: ['?'], does: 'This list', act: ({ toggleHelp }) => toggleHelp() },
];

function nextColor(session: Session): void {
  const { simulation, colorBy } = session.store.get();
  if (!simulation) return;
  const names = colorings(simulation);
  session.setColorBy(names[(names.indexOf(colorBy) + 1) % names.length]!);
}

/** Keys act wherever the focus is, but for fields and buttons that have a use for them. */
export function useShortcuts(actions: Actions): void {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.altKey || event.defaultPrevented) return;
      const target = event.target as HTMLElement;
      if (target.closest('input:not([type="range"]), select, textarea, dialog')) return;
      if (event.ctrlKey || event.metaKey) {
        // As everywhere: Z, and Shift with it or Y.
        const key = event.key.toLowerCase();
        if (key !== 'z' && key !== 'y') return;
        event.preventDefault();
        return void (key === 'y' || event.shiftKey ? redo : undo)(latest.current.session);
      }
      if (target.closest('input')) return;
      if ((event.key === ' ' || event.key === 'Enter') && target.closest('button, summary, label')) return;
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const found = SHORTCUTS.find(({ keys }) => keys.includes(key));
      if (!found) return;
      event.preventDefault();
      found.act(latest.current, event);
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}

export function Help({ open, close }: { open: boolean; close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal();
    if (!open) dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} className="help surface" onClose={close} onClick={({ target }) => target === dialog.current && close()} aria-labelledby="help-title">
      <h2 id="help-title">Keyboard</h2>
      <dl>
        {SHORTCUTS.filter(({ does }) => does !== '').map(({ keys, shown, does }) => (
          <div key={does}>
            <dt>
              <kbd>{shown ?? keys[0]}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <p className="hint">Drag to move, or in space to turn; two fingers, Shift or the right button move. With a tool in hand, one finger or the left button uses it, and the others move. Wheel or pinch to zoom, tap an entity to choose it, tap twice for the view as it was at first.</p>
      <button className="wide" onClick={close}>
        Close
      </button>
    </dialog>
  );
}
