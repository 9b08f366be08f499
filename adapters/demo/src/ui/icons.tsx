/** The few icons of the page, drawn on a grid of 16. */

const PATHS = {
  play: 'M5 3.2v9.6L12.6 8z',
  pause: 'M4.5 3h2.4v10H4.5zM9.1 3h2.4v10H9.1z',
  step: 'M4 3.2v9.6L10 8zM10.8 3.2h1.8v9.6h-1.8z',
  restart: 'M8 3a5 5 0 1 1-4.8 3.6l1.5.4A3.4 3.4 0 1 0 8 4.6V6.8L4.4 3.9 8 1z',
  close: 'M4 3l4 4 4-4 1 1-4 4 4 4-1 1-4-4-4 4-1-1 4-4-4-4z',
  plus: 'M7.2 3h1.6v4.2H13v1.6H8.8V13H7.2V8.8H3V7.2h4.2z',
  minus: 'M3 7.2h10v1.6H3z',
  whole: 'M2 2h4v1.6H3.6V6H2zM10 2h4v4h-1.6V3.6H10zM2 10h1.6v2.4H6V14H2zM12.4 10H14v4h-4v-1.6h2.4z',
  help: 'M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zm0 1.4a5.1 5.1 0 1 0 0 10.2A5.1 5.1 0 0 0 8 2.9zM7.3 10.4h1.5v1.4H7.3zM8 4.2c1.4 0 2.4.8 2.4 2 0 1.7-1.7 1.7-1.7 3.2H7.3c0-2.1 1.6-2.2 1.6-3.1 0-.5-.4-.8-.9-.8s-1 .4-1 1H5.6c0-1.400 1-2.300 2.400-2.300z',
  panel: 'M2 3h12v10H2zm1.400 1.400v7.200H9V4.400z',
} as const;

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} fill="currentColor" fillRule="evenodd" />
    </svg>
  );
}
