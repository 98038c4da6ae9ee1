/** What Markdown becomes. No element here runs a script, loads anything, or sends anything. */
const ELEMENTS = [
  ...[
    'p',
    'br',
    'hr',
    'em',
    'strong',
    'del',
    'code',
    'pre',
    'blockquote',
    'ul',
    'ol',
    'li',
    'a',
    'div',
    'span',
  ],
  ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
];
/** Attributes that DOMPurify leaves, with values that name no script. */
const ATTRIBUTES = [
  'href="(?:https?://|#|/)[^"<>]*"',
  ...['class', 'target', 'rel', 'title'].map((name) => `${name}="[^"<>]*"`),
];
const TAG = `/?(?:${ELEMENTS.join('|')})(?: (?:${ATTRIBUTES.join('|')}))*\\s*/?>`;
const OTHER_TAG = new RegExp(`<(?!${TAG})`, 'gi');

/** Leaves the elements that Markdown makes, and shows any other as the text that it is. */
export const keepMarkdownElements = (html: string): string => html.replace(OTHER_TAG, '&lt;');
