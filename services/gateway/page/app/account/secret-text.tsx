import { useLayoutEffect, useRef } from 'preact/hooks';
import { copyText } from '../shell/copy-text.ts';
import { showToast } from '../shell/toasts.tsx';
import { t } from '../text/language.ts';

/** A secret that is shown once, to be copied. It is selected, so that it can be copied by hand as well. */
export function SecretText({ label, text }: { label: string; text: string }) {
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, [text]);
  const copy = async () => {
    const isCopied = await copyText(text);
    if (isCopied) showToast({ text: t('account.copied'), kind: 'plain' });
    else input.current?.select();
  };
  return (
    <div class="secret">
      <label class="field">
        <span>{label}</span>
        <input ref={input} readOnly dir="ltr" autocomplete="off" value={text} />
      </label>
      <button type="button" onClick={copy}>
        {t('account.copy')}
      </button>
    </div>
  );
}
