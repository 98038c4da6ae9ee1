/** Paths in a square of 24 units, drawn with a stroke in the color of the text. */
const PATHS = {
  logo: 'M3 12h2l2-6 3 14 3-18 3 14 2-4h3',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7 8a7 7 0 0 1 14 0',
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
