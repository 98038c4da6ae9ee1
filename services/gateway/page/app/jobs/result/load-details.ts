import type { Mp3Details } from '../../../../../shared/jobs/mp3-details.ts';
import { replaceInvisible } from '../../../../../shared/runtime/visible-text.ts';
import { isProblem } from '../../../../client/http/errors.ts';
import { client } from '../../api.ts';

/** What a player shows beside the sound. Null for an MP3 of an earlier release, which has none. */
export async function loadDetails(id: string, signal: AbortSignal): Promise<Mp3Details | null> {
  try {
    const details = await client.details(id, { signal });
    const chapters = details.chapters.map((chapter) => ({
      ...chapter,
      // Titles come from the film. With bidirectional controls, they would be read backwards.
      title: replaceInvisible(chapter.title, ' ').trim(),
    }));
    return { ...details, chapters };
  } catch (error) {
    if (isProblem(error, 'not_found')) return null;
    throw error;
  }
}
