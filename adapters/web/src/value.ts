/** Values as texts: two objects that mean the same have the same text. */

/** Functions and what is undefined are left out; what is no plain data stands for itself. */
export function valueOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'object':
      return objectOf(value);
    default:
      // 1 and 1n are one seed.
      return String(value);
  }
}

function objectOf(value: object | null): string {
  if (value === null) return 'null';
  if (value instanceof URL) return valueOf(value.href);
  if (Array.isArray(value)) return `[${value.map(valueOf).join()}]`;
  if (!isPlain(value)) return `#${identity(value)}`;
  const entries = Object.entries(value).filter(([, one]) => one !== undefined && typeof one !== 'function');
  return `{${entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => `${JSON.stringify(key)}:${valueOf(one)}`).join()}}`;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

const identities = new WeakMap<object, number>();
let next = 1;

/** A number for each object. */
function identity(object: object): number {
  const known = identities.get(object) ?? next++;
  identities.set(object, known);
  return known;
}
