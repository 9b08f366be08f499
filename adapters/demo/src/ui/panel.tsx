/** The settings: beside the world, or on a narrow screen a sheet from below. */

import { useRef, useState, type KeyboardEvent } from 'react';
import { Story } from '../hud/story.js';
import type { Session } from '../sim/session.js';
import type { WorldView } from '../view/world-view.js';
import { MachinePanel } from './panel-machine.js';
import { RulesPanel } from './panel-rules.js';
import { SharePanel } from './panel-share.js';
import { WorldPanel } from './panel-world.js';

const TABS = ['Story', 'World', 'Rules', 'Share', 'Machine'] as const;
type Tab = (typeof TABS)[number];

export function Panel({ session, view, narrow }: { session: Session; view: WorldView | null; narrow: boolean }) {
  const [chosen, setChosen] = useState<Tab>('World');
  const [open, setOpen] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  const tabs = narrow ? TABS : TABS.slice(1);
  const tab = narrow || chosen !== 'Story' ? chosen : 'World';

  const choose = (next: Tab) => {
    setOpen(next !== tab || !open);
    setChosen(next);
  };
  const keys = (event: KeyboardEvent) => {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    const next = (tabs.indexOf(tab) + move + tabs.length) % tabs.length;
    setChosen(tabs[next]!);
    list.current?.querySelectorAll('button')[next]?.focus();
  };

  const shown = !narrow || open;
  return (
    <aside className={`panel surface${open ? ' open' : ''}`} aria-label="Settings">
      {narrow && (
        <button className="handle" onClick={() => setOpen(!open)} aria-expanded={open} aria-label={open ? 'Close the settings' : 'Open the settings'} />
      )}
      <div className="tabs" role="tablist" aria-label="Settings" ref={list} onKeyDown={keys}>
        {tabs.map((name) => (
          <button
            key={name}
            id={`tab-${name}`}
            role="tab"
            aria-selected={shown && name === tab}
            aria-controls="tab-panel"
            tabIndex={name === tab ? 0 : -1}
            onClick={() => (narrow ? choose(name) : setChosen(name))}
          >
            {name}
          </button>
        ))}
      </div>
      {shown && (
        <div id="tab-panel" className="panel-body" role="tabpanel" tabIndex={0} aria-labelledby={`tab-${tab}`} key={tab}>
          {tab === 'Story' && <Story session={session} view={view} />}
          {tab === 'World' && <WorldPanel session={session} view={view} />}
          {tab === 'Rules' && <RulesPanel session={session} />}
          {tab === 'Share' && <SharePanel session={session} view={view} />}
          {tab === 'Machine' && <MachinePanel session={session} view={view} />}
        </div>
      )}
    </aside>
  );
}
