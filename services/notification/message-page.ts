import { escapeHtml } from '../shared/runtime/escape-html.ts';

/** A mail in both of its forms. */
export interface Message {
  subject: string;
  html: string;
  text: string;
}

/** Both forms of a mail: a page and a text, under one title. The contents are the caller's, who has escaped the HTML. */
export const bodies = (title: string, html: string, text: string) => ({
  html: page(title, html),
  text: `${title}\n\n${text}\n`,
});

/** A link that looks like a button. */
export const linkButton = (url: string, label: string): string =>
  `<p style="margin:0 0 24px"><a href="${escapeHtml(url)}" style="display:inline-block;padding:14px 28px;border-radius:6px;background:#1a5fb4;color:#ffffff;font-size:18px;font-weight:bold;text-decoration:none">${escapeHtml(label)}</a></p>`;

/** Throws a `TypeError` for any other kind of link, such as `javascript:`, because it cannot be ours. */
export function webAddress(url: string): string {
  if (!['http:', 'https:'].includes(new URL(url).protocol))
    throw new TypeError('the link is not a web address');
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
