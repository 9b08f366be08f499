/** Where the page begins: the simulation first, then what shows it. */

import { isLink } from './sim/link.js';
import { readQuery } from './sim/query.js';

const root = document.getElementById('root')!;

if (new URLSearchParams(location.search).get('auto') === '1') void runForTests();
else void show();

async function runForTests(): Promise<void> {
  const { runAuto } = await import('./sim/auto.js');
  root.style.cssText = 'font: 13px/1.6 ui-monospace, monospace; color: #c8cedb; padding: 24px; white-space: pre-wrap';
  await runAuto(location.search, (result) => (root.textContent = JSON.stringify(result, null, 2)));
}

async function show(): Promise<void> {
  const { query, problems } = readQuery(location.search);
  const reducedMotion = matchMedia('(prefers-reduced-motion: reduce)').matches;
  // The page is fetched and made while the workers start.
  const page = import('./page.js');
  const { Session } = await import('./sim/session.js');
  const { ticks: _ticks, auto: _auto, ...settings } = query;
  const session = new Session(settings, !reducedMotion);
  session.store.set({ problems });
  if (isLink(location.hash)) void import('./sim/again.js').then(({ enter }) => enter(session, location.hash));
  else void session.open();
  (await page).show(root, session, reducedMotion);
}
