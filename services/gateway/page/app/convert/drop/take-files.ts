import { hrefOf, route } from '../../route.ts';
import { account } from '../../session/state.ts';
import { showToast } from '../../shell/toasts.tsx';
import { loadTexts, t } from '../../text/language.ts';
import type { FolderHandle } from '../storage/handles.ts';
import type { ChosenFile } from './chosen-file.ts';
import { type ReadTransfer, readTransfer } from './read-transfer.ts';

/** Adds files to the films. Loads what is needed for that. */
export async function takeFiles(chosen: readonly ChosenFile[]): Promise<void> {
  if (chosen.length === 0) return;
  const [{ addFiles }, { startFilms }] = await Promise.all([
    import('../films/add-files.ts'),
    import('../films/start.ts'),
    loadTexts('films', 'result'),
  ]);
  startFilms();
  addFiles(chosen);
  if (route.value.view !== 'home') location.hash = hrefOf({ view: 'home' });
  if (account.value === null) showToast({ text: t('convert.sign_in_first'), kind: 'plain' });
}

/** Adds what was dropped or pasted. */
export const takeTransfer = async (transfer: DataTransfer): Promise<void> =>
  take(await readTransfer(transfer));

/** Adds the films of a folder that was chosen. */
export async function takeFolder(folder: FolderHandle): Promise<void> {
  const [{ filmsOfFolder }, { folderOfHandle }] = await loadFolders();
  await take({ ...(await filmsOfFolder(folderOfHandle(folder))), hasFolder: true });
}

/** The same where the browser has no handles. @param list all files of the folder */
export async function takeListedFolder(list: readonly File[]): Promise<void> {
  const [{ filmsOfList }] = await loadFolders();
  await take({ ...(await filmsOfList(list)), hasFolder: true });
}

const loadFolders = () => Promise.all([import('./folder-films.ts'), import('./folder.ts')]);

async function take({ chosen, isCut, hasFolder }: ReadTransfer): Promise<void> {
  if (isCut) showToast({ text: t('convert.folder_cut'), kind: 'bad' });
  else if (hasFolder && chosen.length === 0) showToast({ text: t('convert.folder_empty'), kind: 'bad' });
  await takeFiles(chosen);
}
