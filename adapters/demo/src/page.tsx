/** Everything that is seen, in a chunk of its own. */

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import type { Session } from './sim/session.js';
import { App } from './ui/app.js';
import './style/index.css';

export function show(root: HTMLElement, session: Session, reducedMotion: boolean): void {
  createRoot(root).render(
    <StrictMode>
      <App session={session} reducedMotion={reducedMotion} />
    </StrictMode>,
  );
}
