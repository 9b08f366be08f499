// Records the golden logs of inputs in Chromium: see `scheduler/golden/inputs*.toml`.
//
//     npm run record [NAME...]
//
// NAME is that of a world of `inputs.mjs`, such as inputs-crowd; all of them if there is none.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CHROMIUM, chromium } from '../browsers/drive.mjs';
import { recorded } from '../browsers/recorded.mjs';
import { serve } from '../browsers/server.mjs';
import { goldenLog } from './golden.mjs';
import { WORLDS } from './inputs.mjs';

const given = process.argv.slice(2);
const names = given.length > 0 ? given : Object.keys(WORLDS);
const stranger = names.find((name) => !(name in WORLDS));
if (stranger !== undefined) end(`there is no world ${stranger}; there are ${Object.keys(WORLDS).join(', ')}`);
if (!CHROMIUM) end('Chromium is not installed');

const [server, browser] = await Promise.all([serve(), chromium()]);
try {
  for (const name of names) {
    const page = await browser.page(server.url);
    const log = await page.evaluate(recorded, { name, options: { tier: 'wasm-shared', workers: 3 } });
    await page.close();
    const file = goldenLog(name);
    const same = existsSync(file) && readFileSync(file, 'utf8') === log;
    if (!same) writeFileSync(file, log);
    console.log(`${fileURLToPath(file)}: ${same ? 'as it was' : 'written'}`);
  }
} finally {
  await browser.close();
  await server.close();
}

function end(reason) {
  console.error(reason);
  process.exit(1);
}
