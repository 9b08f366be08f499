/** Tab "Share": a link, a picture, a clip, the state, and all that was done. */

import { useEffect, useRef, useState } from 'react';
import { linkOf, logOf, replay } from '../sim/again.js';
import { LONGEST } from '../sim/link.js';
import type { Session } from '../sim/session.js';
import { useStore } from '../sim/store.js';
import { Clip } from '../view/clip.js';
import type { WorldView } from '../view/world-view.js';
import { save } from './save.js';

export function SharePanel({ session, view }: { session: Session; view: WorldView | null }) {
  const ready = useStore(session.store, (state) => state.status === 'ready' && state.again === null);
  return (
    <>
      {view && <Link session={session} view={view} ready={ready} />}
      {view?.scene && <Pictures session={session} view={view} ready={ready} />}
      <Snapshots session={session} ready={ready} />
      <Logs session={session} ready={ready} />
    </>
  );
}

/** The world as it is now in an address. */
function Link({ session, view, ready }: { session: Session; view: WorldView; ready: boolean }) {
  const [link, setLink] = useState<{ readonly address: string; readonly tick: number } | null>(null);
  const make = async () => {
    const made = await linkOf(session, view.camera.pose());
    if (!made) return;
    setLink(made);
    if (made.address.length <= LONGEST) await navigator.clipboard?.writeText(made.address).then(() => session.tell('The link is copied'), () => undefined);
  };
  const long = link !== null && link.address.length > LONGEST;
  return (
    <div className="field">
      <span>A link to this very moment</span>
      <button className="wide primary" disabled={!ready} onClick={() => void make()}>
        Make a link
      </button>
      {link && !long && <input type="text" readOnly aria-label="Link" value={link.address} onFocus={({ target }) => target.select()} />}
      {long && (
        <p className="problem" role="alert">
          So much was done here that the link would have {link.address.length.toLocaleString('en')} letters, and some programs cut those of more than{' '}
          {LONGEST.toLocaleString('en')}. Download all that was done instead: below.
        </p>
      )}
      <p className="hint">
        It holds the scenario, what was done, colours and view. Whoever opens it sees the same world, to the last bit: their machine computes
        {link ? ` all ${link.tick.toLocaleString('en')} ticks` : ' all ticks'} again.
      </p>
    </div>
  );
}

function Pictures({ session, view, ready }: { session: Session; view: WorldView; ready: boolean }) {
  const clip = useRef<Clip | null>(null);
  const [recording, setRecording] = useState(false);
  const name = () => `${session.store.get().settings.scenario}-tick-${session.simulation?.metrics().tick ?? 0}`;
  useEffect(() => () => clip.current?.drop(), []);
  const picture = async () => {
    const file = await view.picture();
    if (file) save(file, `${name()}.png`);
    else session.tell('This browser could not make a picture', true);
  };
  const record = async () => {
    if (clip.current) {
      const file = await clip.current.end();
      clip.current = null;
      setRecording(false);
      return save(file, `${name()}.webm`);
    }
    try {
      clip.current = new Clip(view.canvas);
      setRecording(true);
    } catch (error) {
      session.tell((error as Error).message, true);
    }
  };
  return (
    <div className="field">
      <span>A picture, or a clip</span>
      <div className="pair">
        <button disabled={!ready} onClick={() => void picture()}>
          Save a picture
        </button>
        <button disabled={!ready && !recording} aria-pressed={recording} onClick={() => void record()}>
          {recording ? 'Stop and save' : 'Record a clip'}
        </button>
      </div>
    </div>
  );
}

function Snapshots({ session, ready }: { session: Session; ready: boolean }) {
  return (
    <Files
      title="The state"
      about="Of the world as it is now, in a file from which this page and the command go on."
      names={['Download', 'Upload', 'A snapshot to go on from']}
      ready={ready}
      download={() => void download(session)}
      upload={(file) => void file.arrayBuffer().then((bytes) => session.restore(bytes))}
    />
  );
}

function Logs({ session, ready }: { session: Session; ready: boolean }) {
  return (
    <Files
      title="All that was done"
      about="In a file with which this page, or the command (flockwork replay), makes the same world again."
      names={['Download all that was done', 'Upload what was done', 'A log of what was done']}
      ready={ready}
      download={() => void downloadLog(session)}
      upload={(file) => void file.text().then((text) => replay(session, text))}
    />
  );
}

interface FilesProps {
  readonly title: string;
  readonly about: string;
  /** What the buttons and the field are called for those who do not see where they are. */
  readonly names: readonly [string, string, string];
  readonly ready: boolean;
  readonly download: () => void;
  readonly upload: (file: File) => void;
}

function Files({ title, about, names, ready, download, upload }: FilesProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className="field">
      <span>{title}</span>
      <div className="pair">
        <button disabled={!ready} onClick={download} aria-label={names[0]}>
          Download
        </button>
        <button disabled={!ready} onClick={() => input.current?.click()} aria-label={names[1]}>
          Upload
        </button>
      </div>
      <p className="hint">{about}</p>
      <input
        ref={input}
        type="file"
        className="unseen"
        tabIndex={-1}
        aria-label={names[2]}
        onChange={({ target }) => {
          const [chosen] = target.files ?? [];
          target.value = '';
          if (chosen) upload(chosen);
        }}
      />
    </div>
  );
}

async function download(session: Session): Promise<void> {
  const bytes = await session.snapshot();
  const { simulation, settings } = session.store.get();
  if (bytes && simulation) save(new Blob([bytes]), `${settings.scenario}-tick-${simulation.metrics().tick}.snapshot`);
}

async function downloadLog(session: Session): Promise<void> {
  const log = await logOf(session);
  if (log) save(new Blob([log.text]), `${session.store.get().settings.scenario}-tick-${log.tick}.jsonl`);
}
