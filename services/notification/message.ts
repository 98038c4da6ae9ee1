import type { Mp3Event } from '../shared/contract/events.ts';
import { formatDuration, formatSize } from '../shared/runtime/format.ts';
import { escapeHtml, formatDate, oneLine } from './format-text.ts';

const MAX_NAME = 120;
const MAX_SUBJECT_NAME = 70;

/** By the error code of the job: what happened, and what the owner can do. */
const ADVICE: Record<string, string> = {
  no_audio:
    'This file has no sound, so there is nothing to make an MP3 of. Please check that you sent the right file.',
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
};
const UNKNOWN = 'Something went wrong on our side. Please try again later.';

export interface Message {
  subject: string;
  html: string;
  text: string;
}

/** Writes the mail for an outcome. Everything that came from a user is escaped, and nothing is loaded from other servers. */
export function messageFor(event: Mp3Event): Message {
  const name = oneLine(event.filename, MAX_NAME) || 'your video';
  const short = oneLine(name, MAX_SUBJECT_NAME);
  if (event.status === 'done' && event.mp3) {
    const { html, text } = successContent(name, event.mp3, event.expires_at);
    return { subject: `Your MP3 is ready: ${short}`, ...bodies('Your MP3 is ready', html, text) };
  }
  const { html, text } = failureContent(name, event);
  return {
    subject: `Could not be converted: ${short}`,
    ...bodies('Your video could not be converted', html, text),
  };
}

const bodies = (title: string, html: string, text: string) => ({
  html: page(title, html),
  text: `${title}\n\n${text}\n`,
});

function successContent(name: string, mp3: NonNullable<Mp3Event['mp3']>, expires: string) {
  const url = webAddress(mp3.download_url);
  const link = escapeHtml(url);
  const [length, size] = [formatDuration(mp3.duration_seconds), formatSize(mp3.size)];
  const linkNotice = `The link works without a login until ${formatDate(expires)}. Whoever has it can download the file.`;
  return {
    html: `<p style="margin:0 0 4px;font-weight:bold;word-break:break-word">${escapeHtml(name)}</p>
<p style="margin:0 0 24px;color:#555555">${length} &middot; ${size}</p>
<p style="margin:0 0 24px"><a href="${link}" style="display:inline-block;padding:14px 28px;border-radius:6px;background:#1a5fb4;color:#ffffff;font-size:18px;font-weight:bold;text-decoration:none">Download the MP3</a></p>
<p style="margin:0 0 8px;color:#555555">${linkNotice}</p>
<p style="margin:0;color:#555555;font-size:13px;word-break:break-all">${link}</p>`,
    text: `${name}\n${length}, ${size}\n\nDownload the MP3:\n${url}\n\n${linkNotice}`,
  };
}

function failureContent(name: string, { error }: Mp3Event) {
  const advice = (error && Object.hasOwn(ADVICE, error.code) && ADVICE[error.code]) || UNKNOWN;
  const detail = oneLine(error?.detail ?? 'unknown', MAX_NAME);
  const reason = `Reason: ${detail} (${oneLine(error?.code ?? 'unknown', 40)})`;
  return {
    html: `<p style="margin:0 0 16px;font-weight:bold;word-break:break-word">${escapeHtml(name)}</p>
<p style="margin:0 0 16px">${escapeHtml(advice)}</p>
<p style="margin:0;color:#555555;font-size:13px">${escapeHtml(reason)}</p>`,
    text: `${name}\n\n${advice}\n\n${reason}`,
  };
}

/** Throws a `TypeError` for any other kind of link, such as `javascript:`, because it cannot be ours. */
function webAddress(url: string): string {
  if (!['http:', 'https:'].includes(new URL(url).protocol))
    throw new TypeError('the download link is not a web address');
  return url;
}

/** The page starts with `<`, because the SMTP binding unquotes a body that starts and ends with quotation marks. */
const page = (title: string, content: string): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title></head>
<body style="margin:0;padding:24px;background:#f4f4f4;color:#1d1d1d;font-family:Arial,Helvetica,sans-serif;font-size:16px;line-height:1.5">
<div style="max-width:560px;margin:0 auto;padding:28px;background:#ffffff;border-radius:8px">
<h1 style="margin:0 0 20px;font-size:22px">${escapeHtml(title)}</h1>
${content}
</div>
</body>
</html>
`;
