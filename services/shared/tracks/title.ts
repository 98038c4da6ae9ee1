/** Characters of a title that are kept. */
const MAX_TITLE = 100;

/** What programs write into the handler's name of an MP4 track where nobody has named the track. */
const GENERIC_NAME =
  /handle|media|track|gpac|core|lavf|l-smash|mainconcept|^(sound|audio|stereo|surround|mono)$/i;

export interface TitleTags {
  title?: string | undefined;
  /** The handler's name of an MP4 track, which some programs use as its title. */
  handler_name?: string | undefined;
}

/** Returns the title of a track by its tags, as ffmpeg names them, or null where nobody has named the track. */
export function titleOf({ title, handler_name }: TitleTags): string | null {
  const named = handler_name !== undefined && !GENERIC_NAME.test(handler_name) ? handler_name : '';
  // Bidirectional controls could make a title show other text than it holds.
  const plain = (title ?? named)
    .replace(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .trim();
  return [...plain].slice(0, MAX_TITLE).join('') || null;
}
