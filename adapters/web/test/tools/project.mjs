// A project of somebody else: what npm packs of this package, and other packages, in a folder.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));

/** Installs `packages`, a version for each name: `{folder, remove}`. */
export function project(packages) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'flockwork-project-')));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    execFileSync('npm', ['pack', '--pack-destination', folder], { cwd: PACKAGE, stdio: 'ignore' });
    const tarball = execFileSync('sh', ['-c', 'ls flockwork-*.tgz'], { cwd: folder, encoding: 'utf8' }).trim();
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', private: true, dependencies: { ...packages, flockwork: `file:${tarball}` } }));
    execFileSync('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund'], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (error) {
    remove();
    throw error;
  }
  return { folder, remove };
}

/** Whether packages can be had; tests that bring their own are left out where not. */
export function registryAnswers() {
  try {
    execFileSync('npm', ['view', 'react', 'version'], { stdio: 'ignore', timeout: 20_000 });
    return true;
  } catch {
    return false;
  }
}
