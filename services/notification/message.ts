import type { Mp3Event } from '../shared/contract/events.ts';
import type { FailureCode } from '../shared/jobs/failures.ts';
import { escapeHtml } from '../shared/runtime/escape-html.ts';
import { formatDuration, formatSize } from '../shared/runtime/format.ts';
import { formatDate, oneLine } from './format-text.ts';
import { bodies, linkButton, type Message, webAddress } from './message-page.ts';
import { isIncomplete, missingSoundPart, notesPart } from './warning-parts.ts';

const MAX_NAME = 120;
const MAX_SUBJECT_NAME = 70;
const MAX_REASON = 300;

/** By the error code of the job: what happened, and what the owner can do. */
const ADVICE = {
  no_audio:
    'This file has no sound, so there is nothing to make an MP3 of. Please check that you sent the right file.',
  unsupported_codec:
    'The sound of this file is in a format that we cannot read. Please export the file anew, for example as an MP4 with AAC sound, and send that.',
  encrypted:
    'This file is protected against copying, so nobody but its player can read the sound. Please send a file without copy protection.',
  unknown_track:
    'This file does not have the audio track that you asked for. Please choose one of its tracks, and send the file again.',
  not_media:
    'This file is not a video or audio file that we can read. Please send an MP4, MOV, MKV, WebM, AVI or a similar file.',
  truncated:
    'A part of this file is missing, most likely because a recording or a transfer was cut off. Please check that it plays to its end, and send it again.',
  too_long: 'This file lasts longer than we can convert. Please cut it into shorter parts and send these.',
  conversion_failed:
    'The sound of this file could not be converted. It may be damaged: please check that it plays, or export it anew and send it again.',
  video_gone: 'The uploaded file is not stored any more. Please send it again.',
  gave_up:
    'We tried several times and could not finish. That is our fault and not that of your file: please try again later.',
} satisfies Record<FailureCode, string>;
const ADVICE_BY_CODE = new Map<string, string>(Object.entries(ADVICE));
const UNKNOWN = 'Something went wrong on our side. Please try again later.';

/** Writes the mail for an outcome. Everything that came from a user is escaped, and nothing is loaded from other servers. */
export function messageFor(event: Mp3Event): Message {
  const name = oneLine(event.filename, MAX_NAME) || 'your video';
  const short = oneLine(name, MAX_SUBJECT_NAME);
  if (event.status === 'done' && event.mp3) {
    const title = isIncomplete(event.warnings) ? 'Your MP3 is incomplete' : 'Your MP3 is ready';
    const { html, text } = successContent(name, event.mp3, event);
    return { subject: `${title}: ${short}`, ...bodies(title, html, text) };
  }
  const { html, text } = failureContent(name, event);
  return {
    subject: `Could not be converted: ${short}`,
    ...bodies('Your video could not be converted', html, text),
  };
}

function successContent(
  name: string,
  mp3: NonNullable<Mp3Event['mp3']>,
  { expires_at, warnings }: Pick<Mp3Event, 'expires_at' | 'warnings'>,
) {
  const url = webAddress(mp3.download_url);
  const link = escapeHtml(url);
  const [length, size] = [formatDuration(mp3.duration_seconds), formatSize(mp3.size)];
  const linkNotice = `The link works without a login until ${formatDate(expires_at)}. Whoever has it can download the file.`;
  const [missing, notes] = [missingSoundPart(warnings), notesPart(warnings)];
  return {
    html: `${missing.html}<p style="margin:0 0 4px;font-weight:bold;word-break:break-word">${escapeHtml(name)}</p>
<p style="margin:0 0 24px;color:#555555">${length} &middot; ${size}</p>
${linkButton(url, 'Download the MP3')}
<p style="margin:0 0 8px;color:#555555">${linkNotice}</p>
<p style="margin:0;color:#555555;font-size:13px;word-break:break-all">${link}</p>${notes.html}`,
    text: `${missing.text}${name}\n${length}, ${size}\n\nDownload the MP3:\n${url}\n\n${linkNotice}${notes.text}`,
  };
}

function failureContent(name: string, { error }: Mp3Event) {
  const advice = ADVICE_BY_CODE.get(error?.code ?? '') ?? UNKNOWN;
  const detail = oneLine(error?.detail ?? 'unknown', MAX_REASON);
  const reason = `Reason: ${detail} (${oneLine(error?.code ?? 'unknown', 40)})`;
  return {
    html: `<p style="margin:0 0 16px;font-weight:bold;word-break:break-word">${escapeHtml(name)}</p>
<p style="margin:0 0 16px">${escapeHtml(advice)}</p>
<p style="margin:0;color:#555555;font-size:13px;word-break:break-word">${escapeHtml(reason)}</p>`,
    text: `${name}\n\n${advice}\n\n${reason}`,
  };
}
