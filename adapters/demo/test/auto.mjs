/**
 * Runs the test address in Chromium and prints what it leaves:
 *
 *     node test/auto.mjs [--expect FINGERPRINT] [--no-isolation] [--no-wasm] scenario=tribes-10k entities=5000 ticks=20 tier=js-single
 *
 * Ends with 1 if there is an error, if the console has one, or if the fingerprint is another one.
 */

import { launch, openPage } from './browser.mjs';
import { serve } from './serve.mjs';

const DEADLINE_MS = 180_000;

/** One run; `context` is that of a browser. */
export async function runAuto(context, url, query) {
  const { page, problems } = await openPage(context);
  try {
    await page.goto(`${url}/?${new URLSearchParams({ ...query, auto: '1' })}`);
    await page.waitForFunction(() => window.__flockwork?.done, null, { timeout: DEADLINE_MS });
    const result = await page.evaluate(() => JSON.parse(JSON.stringify(window.__flockwork)));
    return { result, problems };
  } finally {
    await page.close();
  }
}

async function main(args) {
  const flag = (name) => args.includes(name) && args.splice(args.indexOf(name), 1).length > 0;
  const isolation = !flag('--no-isolation');
  const withoutWasm = flag('--no-wasm');
  const at = args.indexOf('--expect');
  const expected = at < 0 ? null : args.splice(at, 2)[1];
  const query = Object.fromEntries(args.map((arg) => arg.split('=')));
  const server = await serve({ isolation });
  const browser = await launch();
  try {
    if (withoutWasm) await browser.context.addInitScript(() => delete globalThis.WebAssembly);
    const { result, problems } = await runAuto(browser.context, server.url, query);
    console.log(JSON.stringify(result, null, 2));
    for (const problem of problems) console.error(problem);
    const wrong = expected !== null && result.fingerprint !== expected;
    if (wrong) console.error(`the fingerprint is ${result.fingerprint}: it must be ${expected}`);
    return result.error || problems.length > 0 || wrong ? 1 : 0;
  } finally {
    await browser.close();
    await server.close();
  }
}

if (process.argv[1] && import.meta.url.endsWith(process.argv[1].replace(/^.*\//, '/'))) {
  process.exitCode = await main(process.argv.slice(2));
}
