import { hrefOf, route } from '../../route.ts';
import { showToast } from '../../shell/toasts.tsx';
import { loadTexts, t } from '../../text/language.ts';
import type { ChosenFile } from './chosen-file.ts';
import { type ReadTransfer, readTransfer } from './read-transfer.ts';

/** Adds files to the films. Loads what is needed for that. */
export async function takeFiles(chosen: readonly ChosenFile[]): Promise<void> {
  if (chosen.length === 0) return;
  const [{ addFiles }, { startFilms }, { takeForVisitor }] = await Promise.all([
    import('../films/add-files.ts'),
    import('../films/start.ts'),
    import('../films/for-visitors.ts'),
    loadTexts('films', 'result'),
  ]);
  startFilms();
  addFiles(chosen);
  if (route.value.view !== 'home') location.hash = hrefOf({ view: 'home' });
  await takeForVisitor();
}

/** Adds what was dropped or pasted. */
export const takeTransfer = async (transfer: DataTransfer): Promise<void> =>
  take(await readTransfer(transfer));

/** Adds the films of a folder that was chosen. @param list all files of it */
export async function takeFolder(list: readonly File[]): Promise<void> {
  const { filmsOfList } = await import('./folder-films.ts');
  const { files, isCut } = filmsOfList(list);
  await take({ chosen: files.map((file) => ({ file })), isCut, hasFolder: true });
}

async function take({ chosen, isCut, hasFolder }: ReadTransfer): Promise<void> {
  if (isCut) showToast({ text: t('convert.folder_cut'), kind: 'bad' });
  else if (hasFolder && chosen.length === 0) showToast({ text: t('convert.folder_empty'), kind: 'bad' });
  await takeFiles(chosen);
}
