import { showToast } from '../../shell/toasts.tsx';
import { formatNames } from '../../text/format.ts';
import { loadTexts, t } from '../../text/language.ts';

/** Says which files were chosen and cannot be read, in one message. */
export async function tellLeftOut(names: readonly string[]): Promise<void> {
  await loadTexts('films');
  showToast({ text: t('convert.left_out', { names: formatNames(names) }), kind: 'bad' });
}
