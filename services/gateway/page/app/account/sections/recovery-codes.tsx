import { useLayoutEffect, useRef } from 'preact/hooks';
import { copyText } from '../../shell/copy-text.ts';
import { showToast } from '../../shell/toasts.tsx';
import { t } from '../../text/language.ts';

/** The recovery codes, which are shown once, to be copied or saved. */
export function RecoveryCodes({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  const title = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => title.current?.focus(), []);
  const text = `${codes.join('\n')}\n`;
  const file = `data:text/plain;charset=utf-8,${encodeURIComponent(text)}`;
  const copy = async () => {
    if (await copyText(text)) showToast({ text: t('account.copied'), kind: 'plain' });
  };
  return (
    <div class="change notice">
      <h3 ref={title} tabIndex={-1}>
        {t('account.codes')}
      </h3>
      <p>{t('account.codes_lead')}</p>
      <ul class="codes" dir="ltr">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div class="actions">
        <button type="button" onClick={copy}>
          {t('account.copy')}
        </button>
        <a class="button" href={file} download="mp3converter-recovery-codes.txt">
          {t('account.codes_save')}
        </a>
        <button type="button" class="primary" onClick={onDone}>
          {t('account.codes_done')}
        </button>
      </div>
    </div>
  );
}
