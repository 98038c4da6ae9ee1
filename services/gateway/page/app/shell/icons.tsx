/** Paths in a square of 24 units, drawn with a stroke in the color of the text. */
const PATHS = {
  logo: 'M3 12h2l2-6 3 14 3-18 3 14 2-4h3',
  alert: 'M12 3 2 20h20L12 3Zm0 7v4m0 3v.01',
  back: 'M11 6 5 12l6 6M5 12h14',
  bell: 'M6 16V11a6 6 0 0 1 12 0v5l2 2H4l2-2Zm4 5h4',
  check: 'm5 12 5 5 9-10',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-14v5l3 2',
  cross: 'm6 6 12 12M18 6 6 18',
  download: 'M12 4v11m-5-5 5 5 5-5M5 20h14',
  drop: 'M12 3v12m-5-5 5 5 5-5M4 15v4a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-4',
  eye: 'M2 12c5-8 15-8 20 0-5 8-15 8-20 0Zm10 3a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z',
  film: 'M4 4h16v16H4zM8 4v16M16 4v16M4 9h4m-4 6h4m8-6h4m-4 6h4',
  folder: 'M3 6a1 1 0 0 1 1-1h5l2 3h9a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1z',
  globe: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM3 12h18M12 3c5 5 5 13 0 18-5-5-5-13 0-18Z',
  link: 'M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1m2 4a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1',
  pause: 'M8 5v14m8-14v14',
  pencil: 'M4 20l1-4L16 5l3 3L8 19l-4 1Z',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7 8a7 7 0 0 1 14 0',
  play: 'M7 4v16l13-8L7 4Z',
  repeat: 'M4 11a8 8 0 0 1 14-5l2 2m0-4v4h-4M20 13a8 8 0 0 1-14 5l-2-2m0 4v-4h4',
  skipBack: 'M4 5v5h5M4.5 10a8 8 0 1 1-.5 4',
  skipForward: 'M20 5v5h-5m4.5 0a8 8 0 1 0 .5 4',
  theme: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-18v18m4-16v14',
  trash: 'M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13m-8 4v5m4-5v5',
} as const;

export type IconName = keyof typeof PATHS;

/** A decoration beside a text. Screen readers skip it. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
