/** Names that a person may have meant. */

/** The nearest of these names to one that is not among them; undefined if none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const most = Math.max(1, Math.floor(name.length / 3));
  let best: string | undefined;
  let least = most + 1;
  for (const one of known) {
    const steps = distance(name.toLowerCase(), one.toLowerCase(), least);
    if (steps < least) [best, least] = [one, steps];
  }
  return best;
}

/** How many letters must be put in, left out, changed or swapped to get from one text to the other. */
function distance(from: string, to: string, enough: number): number {
  if (Math.abs(from.length - to.length) >= enough) return enough;
  let [before, last] = [[] as number[], Array.from({ length: to.length + 1 }, (_, index) => index)];
  for (let row = 1; row <= from.length; row++) {
    const next = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let steps = Math.min(last[column]! + 1, next[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped) steps = Math.min(steps, before[column - 2]! + 1);
      next.push(steps);
    }
    [before, last] = [last, next];
  }
  return last[to.length]!;
}
