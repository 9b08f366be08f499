// The README's recipes for Bun, Deno and Next, with the programs that npm brings.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CHROMIUM, chromium } from '../browsers/drive.mjs';
import { project, registryAnswers } from '../tools/project.mjs';
import { block, writeBlocks } from '../tools/readme.mjs';

const skip = !registryAnswers() && 'packages cannot be had';

describe('Node, Bun, Deno', { skip }, () => {
  let made;
  before(() => {
    made = project({ bun: 'latest', deno: 'latest' });
    writeBlocks(made.folder, ['node.mjs', 'snapshot.mjs']);
  });
  after(() => made?.remove());

  const path = () => `${join(made.folder, 'node_modules/.bin')}:${process.env.PATH}`;
  const run = (line) => execFileSync('sh', ['-c', line], { cwd: made.folder, encoding: 'utf8', timeout: 300_000, env: { ...process.env, PATH: path() } });

  test('one program comes to the same in all three, in the best tier', (t) => {
    const lines = block('run.sh').trim().split('\n');
    assert.deepEqual(lines.map((line) => line.split(' ')[0]), ['node', 'bun', 'deno']);
    const said = lines.map(run);
    t.diagnostic(said[0].trim());
    assert.match(said[0], /^wasm-shared 100 10000 [0-9a-f]{16}\n$/);
    assert.deepEqual(said, [said[0], said[0], said[0]]);
  });

  test('snapshots too', () => {
    for (const line of block('run.sh').trim().split('\n')) assert.equal(run(line.replace('node.mjs', 'snapshot.mjs')), 'true\n50\n', line);
  });
});

describe('Next', { skip: skip || (!CHROMIUM && 'Chromium is not installed') }, () => {
  let made;
  before(() => {
    made = project({ next: 'latest', react: 'latest', 'react-dom': 'latest', '@types/react': 'latest', '@types/node': 'latest', typescript: '^5.9.0' });
    writeBlocks(made.folder, ['app/world.tsx', 'next.config.mjs']);
    mkdirSync(join(made.folder, 'app'), { recursive: true });
    writeFileSync(join(made.folder, 'app/layout.tsx'), "import type { ReactNode } from 'react';\nexport default function Layout({ children }: { children: ReactNode }) {\n  return <html lang=\"en\"><body>{children}</body></html>;\n}\n");
    writeFileSync(join(made.folder, 'app/page.tsx'), "import { World } from './world';\nexport default function Page() {\n  return <World />;\n}\n");
  });
  after(() => made?.remove());

  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' };
  const next = (...args) => [process.execPath, [join(made.folder, 'node_modules/next/dist/bin/next'), ...args]];

  /** Starts a server on a free port and reads its page until it shows a tick. */
  async function shows(command) {
    const server = spawn(...next(command, '-p', '0', '-H', '127.0.0.1'), { cwd: made.folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
    const browser = await chromium();
    try {
      let said = '';
      const port = await new Promise((resolve, reject) => {
        server.stdout.on('data', (chunk) => {
          said += chunk;
          const found = /http:\/\/127\.0\.0\.1:(\d+)/.exec(said);
          if (found) resolve(found[1]);
        });
        server.on('exit', () => reject(new Error(said)));
      });
      const page = await browser.page(`http://127.0.0.1:${port}/`);
      const text = page.getByText(/: tick [1-9]/);
      await text.waitFor();
      assert.match(await text.textContent(), /^wasm-shared: tick \d+$/);
    } finally {
      await browser.close();
      const gone = new Promise((resolve) => server.on('exit', resolve));
      if (server.exitCode === null && server.kill()) await gone;
    }
  }

  test('the development server', () => shows('dev'));

  test('a build', async () => {
    const [program, args] = next('build');
    execFileSync(program, args, { cwd: made.folder, env, stdio: ['ignore', 'ignore', 'inherit'] });
    await shows('start');
  });
});
