/** The page. */

import { useEffect, useRef, useState } from 'react';
import { Story } from '../hud/story.js';
import { writeQuery } from '../sim/query.js';
import { aheadOf, counterpart, scenarioFile } from '../sim/scenarios.js';
import type { Session } from '../sim/session.js';
import { useStore } from '../sim/store.js';
import { WorldView } from '../view/world-view.js';
import { Banner, Former, Problems } from './banner.js';
import { EntityCard } from './entity-card.js';
import { GroupCard } from './group-card.js';
import { Icon } from './icons.js';
import { TIER_TITLES, scenarioTitle } from './labels.js';
import { Panel } from './panel.js';
import { stopAgain } from '../sim/again.js';
import { Help, useShortcuts } from './shortcuts.js';
import { ToolBar } from './tool-bar.js';
import { Transport } from './transport.js';
import { NARROW, useMedia } from './use-media.js';

export function App({ session, reducedMotion }: { session: Session; reducedMotion: boolean }) {
  const narrow = useMedia(NARROW);
  const [view, setView] = useState<WorldView | null>(null);
  const [hud, setHud] = useState(true);
  const [panel, setPanel] = useState(true);
  const [help, setHelp] = useState(false);
  const canvas = useRef<HTMLCanvasElement>(null);
  const tip = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const made = new WorldView(canvas.current!, tip.current!, session, reducedMotion);
    setView(made);
    return () => made.dispose();
  }, [session, reducedMotion]);
  useAddress(session);
  usePauseWhileHidden(session);
  useShortcuts({
    session,
    view,
    toggleHud: () => setHud(!hud),
    togglePanel: () => setPanel(!panel),
    toggleHelp: () => setHelp(!help),
  });

  return (
    <main className="page">
      <canvas ref={canvas} className="world" tabIndex={0} aria-label="The world. Arrows move or turn it, plus and minus zoom, Enter chooses the entity in the middle." />
      {/* What the mouse is over; whoever has no mouse chooses an entity, and its card says more. */}
      <div ref={tip} className="tip" hidden aria-hidden="true">
        <span className="surface" />
      </div>
      {view && !view.scene && <NoWebGl />}
      <Head session={session} help={() => setHelp(true)} />
      <Ways session={session} />
      {hud && !narrow && (
        <div className="hud-box surface" role="region" aria-label="Numbers" tabIndex={0}>
          <Story session={session} view={view} />
        </div>
      )}
      <div className="middle">
        <Banner session={session} />
        <Problems session={session} />
        <Former session={session} />
        <Starting session={session} />
        <Ahead session={session} />
        <Again session={session} />
        {reducedMotion && <Still session={session} />}
      </div>
      <div className="zoom surface" role="group" aria-label="Zoom">
        <button className="round" onClick={() => view?.camera.zoomAt(1.4)} aria-label="Closer" title="Closer (+)">
          <Icon name="plus" />
        </button>
        <button className="round" onClick={() => view?.camera.zoomAt(1 / 1.4)} aria-label="Further away" title="Further away (−)">
          <Icon name="minus" />
        </button>
        <button className="round" onClick={() => view?.camera.toggleWhole()} aria-label="The whole world" title="The whole world (0)">
          <Icon name="whole" />
        </button>
      </div>
      <EntityCard session={session} view={view} />
      {view && <GroupCard session={session} selection={view.hand.selection} />}
      <div className="foot">
        {view && <ToolBar session={session} hand={view.hand} />}
        <Transport session={session} />
      </div>
      {panel && <Panel session={session} view={view} narrow={narrow} />}
      <Help open={help} close={() => setHelp(false)} />
    </main>
  );
}

function Head({ session, help }: { session: Session; help: () => void }) {
  const settings = useStore(session.store, (state) => state.settings);
  const backend = useStore(session.store, (state) => state.simulation?.backend ?? null);
  const { scenario } = scenarioFile(settings.scenario);
  const color = { 'wasm-shared': 'green', 'wasm-transfer': 'amber', 'js-workers': 'red', 'js-single': 'red' };
  return (
    <header className="head">
      <h1>Flockwork</h1>
      <p>{scenarioTitle(scenario)}</p>
      {backend && (
        <span className={`badge ${color[backend.tier]}`} title={backend.tier}>
          {TIER_TITLES[backend.tier]}
          {backend.workers > 1 && ` × ${backend.workers}`}
        </span>
      )}
      <button className="round small" onClick={help} aria-label="Keyboard shortcuts" title="Keyboard shortcuts (?)">
        <Icon name="help" />
      </button>
    </header>
  );
}

/** The same in the plane and in space. */
function Ways({ session }: { session: Session }) {
  const settings = useStore(session.store, (state) => state.settings);
  const other = counterpart(settings.scenario);
  if (!other) return null;
  const { model, world } = scenarioFile(settings.scenario).scenario;
  const space = world.depth !== undefined;
  const change = () => void session.open({ scenario: other, ahead: aheadOf(model) });
  return (
    <div className="ways surface" role="group" aria-label="Plane or space">
      <button aria-pressed={!space} onClick={() => space && change()}>
        Plane
      </button>
      <button aria-pressed={space} onClick={() => space || change()}>
        Space
      </button>
    </div>
  );
}

const PHASES = {
  detect: 'Looking at this browser',
  fetch: 'Fetching the simulation',
  compile: 'Compiling it',
  spawn: 'Starting workers',
  init: 'Making the world',
  ready: 'Ready',
};

function Starting({ session }: { session: Session }) {
  const status = useStore(session.store, (state) => state.status);
  const progress = useStore(session.store, (state) => state.progress);
  if (status !== 'starting') return null;
  return (
    <div className="starting" role="status">
      <p>{PHASES[progress?.phase ?? 'detect']}</p>
      <div className="time">
        <div style={{ transform: `scaleX(${progress?.fraction ?? 0})` }} />
      </div>
    </div>
  );
}

/** The world comes to its order; one need not wait for it. */
function Ahead({ session }: { session: Session }) {
  const ahead = useStore(session.store, (state) => state.ahead);
  if (!ahead) return null;
  const percent = Math.round(100 * ahead.share);
  return (
    <div className="starting">
      <p>
        Tick {ahead.tick} of {ahead.of}, before you see it
      </p>
      <div className="time" role="progressbar" aria-label="Ticks computed ahead" aria-valuenow={percent} aria-valuemin={0} aria-valuemax={100}>
        <div style={{ transform: `scaleX(${ahead.share})` }} />
      </div>
      <button onClick={() => void session.endAhead()}>Show it now</button>
    </div>
  );
}

/** What was done is done again; the way on from there may be cut short. */
function Again({ session }: { session: Session }) {
  const again = useStore(session.store, (state) => state.again);
  if (!again || again.of === 0) return null;
  return (
    <div className="starting">
      <p>
        {again.what}: tick {again.tick} of {again.of}
      </p>
      <div className="time" role="progressbar" aria-label="Ticks computed again" aria-valuenow={Math.round(100 * again.share)} aria-valuemin={0} aria-valuemax={100}>
        <div style={{ transform: `scaleX(${again.share})` }} />
      </div>
      <button onClick={stopAgain}>Stop here</button>
    </div>
  );
}

/** Whoever asked the system for less motion decides when there is some. */
function Still({ session }: { session: Session }) {
  const [seen, setSeen] = useState(false);
  const running = useStore(session.store, (state) => state.running);
  // Somebody is chosen, or something was done.
  const chosen = useStore(session.store, (state) => state.selected !== null || state.answer !== null);
  useEffect(() => {
    if (running || chosen) setSeen(true);
  }, [running, chosen]);
  if (seen) return null;
  return <p className="note surface">Paused, because your system asks for less motion. Press run when you like.</p>;
}

function NoWebGl() {
  return (
    <div className="no-webgl surface" role="status">
      <h2>This browser shows no WebGL 2</h2>
      <p>
        The world cannot be drawn, but it runs: its numbers are all here. WebGL may be switched off, or the graphics driver may be on the
        browser's block list (see about:gpu or about:support).
      </p>
    </div>
  );
}

/** The address shows what is simulated, so that it can be passed on. */
function useAddress(session: Session): void {
  const settings = useStore(session.store, (state) => state.settings);
  useEffect(() => {
    const query = writeQuery(settings);
    if (location.search !== query) history.replaceState(null, '', query);
  }, [settings]);
}

/** Nobody looks at a hidden page: it takes no processor. */
function usePauseWhileHidden(session: Session): void {
  useEffect(() => {
    let stopped = false;
    const change = () => {
      if (document.hidden && session.store.get().running) {
        stopped = true;
        session.setRunning(false);
      } else if (!document.hidden && stopped) {
        stopped = false;
        session.setRunning(true);
      }
    };
    document.addEventListener('visibilitychange', change);
    return () => document.removeEventListener('visibilitychange', change);
  }, [session]);
}
