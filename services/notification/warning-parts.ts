import { isAboutMissingSound, type JobWarning } from '../shared/jobs/warnings.ts';
import { escapeHtml } from '../shared/runtime/escape-html.ts';
import { oneLine } from './format-text.ts';

/** A recording can have any number of jumps and damaged places. */
const MAX_LISTED = 8;
/** Characters of one warning. */
const MAX_DETAIL = 300;

/** A part of a mail, in both of its forms. Empty where there is nothing to say. */
export interface Part {
  html: string;
  text: string;
}

export const isIncomplete = (warnings: readonly JobWarning[]): boolean => warnings.some(isAboutMissingSound);

/** What is missing of the sound. It stands before everything else. */
export function missingSoundPart(warnings: readonly JobWarning[]): Part {
  const sentences = sentencesOf(warnings.filter(isAboutMissingSound));
  if (sentences.length === 0) return { html: '', text: '' };
  const paragraphs = sentences.map(
    (sentence) => `<p style="margin:4px 0;word-break:break-word">${escapeHtml(sentence)}</p>`,
  );
  return {
    html: `<div style="margin:0 0 20px;padding:8px 16px;border-left:4px solid #c64600;background:#fdf1e3;color:#6b2a00;font-weight:bold">
${paragraphs.join('\n')}
</div>
`,
    text: `${sentences.join('\n')}\n\n`,
  };
}

/** The other warnings, as a list after the link. */
export function notesPart(warnings: readonly JobWarning[]): Part {
  const sentences = sentencesOf(warnings.filter((warning) => !isAboutMissingSound(warning)));
  if (sentences.length === 0) return { html: '', text: '' };
  const items = sentences.map(
    (sentence) => `<li style="margin:0 0 4px;word-break:break-word">${escapeHtml(sentence)}</li>`,
  );
  return {
    html: `
<p style="margin:24px 0 8px;padding:16px 0 0;border-top:1px solid #dddddd;font-weight:bold">Please note</p>
<ul style="margin:0;padding:0 0 0 20px;color:#555555">
${items.join('\n')}
</ul>`,
    text: `\n\nPlease note:\n${sentences.map((sentence) => `- ${sentence}`).join('\n')}`,
  };
}

/** The detail may quote the file, such as the title of a track, so it is untrusted text. */
function sentencesOf(warnings: readonly JobWarning[]): string[] {
  const sentences = warnings.map(({ code, detail }) => oneLine(detail, MAX_DETAIL) || oneLine(code, 40));
  if (sentences.length <= MAX_LISTED) return sentences;
  const listed = sentences.slice(0, MAX_LISTED - 1);
  return [...listed, `There are ${sentences.length - listed.length} more.`];
}
