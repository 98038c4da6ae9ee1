import { TAG_OPTIONS } from '../../shared/jobs/conversion-options.ts';
import type { JobWarning } from '../../shared/jobs/warnings.ts';
import { cleanText } from './clean-text.ts';
import { MAX_LENGTH, normalizeDate } from './tag-values.ts';
import { type TagOptions, type Tags, tagsLimited } from './tags.ts';

/** Returns the tags of the file with those that the owner gave in their place, or only the latter with `strip_tags`. */
export function applyOptions(tags: Tags, options: TagOptions): { tags: Tags; warnings: JobWarning[] } {
  const result: Tags = options.strip_tags ? { chapters: [] } : { ...tags };
  const warnings: JobWarning[] = [];
  for (const field of TAG_OPTIONS) {
    const given = options[field];
    if (given === undefined) continue;
    const { text, isCut } = cleanText(given, MAX_LENGTH[field], { lines: field === 'comment' });
    const value = field === 'date' ? normalizeDate(text) : text;
    if (value) result[field] = value;
    if (isCut || value === '') warnings.push(tagsLimited(limitOf(field, value)));
  }
  return { tags: result, warnings };
}

function limitOf(field: string, value: string): string {
  if (value) return `The ${field} that was asked for was too long, and was cut.`;
  if (field === 'date')
    return 'The date that was asked for is neither YYYY nor YYYY-MM-DD, and was left out.';
  return `The ${field} that was asked for has no characters that can be shown, and was left out.`;
}
