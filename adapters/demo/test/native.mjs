/** The command, to which the page is held; `FLOCKWORK` names the program, which is built otherwise. */

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

/** What the command writes. */
export function native(...args) {
  const [program, ...first] = process.env.FLOCKWORK ? [process.env.FLOCKWORK] : ['cargo', 'run', '--quiet', '--package', 'flockwork-cli', '--'];
  return execFileSync(program, [...first, ...args], { cwd: REPOSITORY, encoding: 'utf8' }).trim();
}
