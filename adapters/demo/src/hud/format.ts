/** Numbers as people read them. */

import type { ParamValue } from 'flockwork';

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

export function count(value: number): string {
  return whole.format(value);
}

export function compact(value: number): string {
  return short.format(value);
}

/** Milliseconds with three digits. */
export function ms(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value >= 100 || unit === 0 ? value.toFixed(0) : value.toFixed(1)} ${units[unit]}`;
}

/** A parameter's value: short, and without the noise of 32-bit numbers. */
export function value(number: number): string {
  return String(Number(number.toPrecision(6)));
}

/** A parameter's value of any kind. */
export function setting(of: ParamValue): string {
  if (typeof of === 'string') return of;
  return typeof of === 'number' ? value(of) : of.map(value).join(', ');
}

/** Something that changes with every tick: four digits. */
export function brief(number: number): string {
  return Number.isInteger(number) ? String(number) : number.toPrecision(4);
}

/** A bound of a range: powers of ten as such, if they are long. */
export function bound(number: number): string {
  const power = Math.log10(Math.abs(number));
  if (!Number.isInteger(power) || Math.abs(power) < 4) return value(number);
  return `10${[...String(power)].map((sign) => SUPERSCRIPT[sign] ?? sign).join('')}`;
}

const SUPERSCRIPT: Readonly<Record<string, string>> = { '-': '⁻', 0: '⁰', 1: '¹', 2: '²', 3: '³', 4: '⁴', 5: '⁵', 6: '⁶', 7: '⁷', 8: '⁸', 9: '⁹' };

/** 16 digits in groups of four. */
export function fingerprint(digits: string): string {
  return digits.replace(/(.{4})(?=.)/g, '$1\u2009');
}
