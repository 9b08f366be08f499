// The code of the README, by the title of each block.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const FILE = new URL('../../README.md', import.meta.url);

export const text = readFileSync(FILE, 'utf8');

/** All blocks: `{language, title, code}`; the title is null where there is none. */
export const blocks = [...text.matchAll(/^```(\w+)(?: title=(\S+))?\n([^]*?)^```$/gm)].map(([, language, title = null, code]) => ({ language, title, code }));

/** The code of one block. */
export function block(title) {
  const found = blocks.filter((one) => one.title === title);
  if (found.length !== 1) throw new Error(`the README has ${found.length} blocks titled ${title}`);
  return found[0].code;
}

/** Writes blocks into a folder, each under its title. */
export function writeBlocks(folder, titles) {
  for (const title of titles) {
    const file = join(folder, title);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, block(title));
  }
}
