import { useLayoutEffect, useRef } from 'preact/hooks';
import { client } from '../../api.ts';
import { Icon } from '../../shell/icons.tsx';
import { showError, showToast } from '../../shell/toasts.tsx';
import { formatDate } from '../../text/format.ts';
import { t } from '../../text/language.ts';

export type Link = Awaited<ReturnType<typeof client.link>>;

/** Copies the link to the MP3, which needs no session. */
export function CopyLink({ id, shown }: { id: string; shown: { value: Link | undefined } }) {
  const copy = async () => {
    const link = client.link(id);
    try {
      const isCopied = await copyLater(link.then(({ url }) => url));
      const found = await link;
      if (!isCopied) shown.value = found;
      else
        showToast({ text: t('result.link_copied', { date: formatDate(found.expires_at) }), kind: 'plain' });
    } catch (error) {
      showError(error);
    }
  };
  return (
    <button type="button" onClick={() => void copy()}>
      <Icon name="link" />
      <span>{t('result.copy_link')}</span>
    </button>
  );
}

/**
 * Copies a text that is still being asked for. Safari allows that only with a promise that is given at the click.
 * @returns false where the browser does not allow it, as over plain HTTP
 * @throws what the promise throws
 */
async function copyLater(text: Promise<string>): Promise<boolean> {
  const { clipboard } = navigator as { clipboard?: Clipboard };
  if (clipboard === undefined) return false;
  try {
    const blob = text.then((found) => new Blob([found], { type: 'text/plain' }));
    await clipboard.write([new ClipboardItem({ 'text/plain': blob })]);
    return true;
  } catch {
    await text;
    return false;
  }
}

/** The link, to be copied by hand. */
export function LinkByHand({ link }: { link: Link }) {
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, [link.url]);
  return (
    <label class="field">
      <span>{t('result.link')}</span>
      <input ref={input} readOnly dir="ltr" value={link.url} aria-describedby="link-hint" />
      <small id="link-hint" class="quiet">
        {t('result.link_by_hand', { date: formatDate(link.expires_at) })}
      </small>
    </label>
  );
}
