import { useRef } from 'preact/hooks';
import { Icon } from '../../shell/icons.tsx';
import { showError } from '../../shell/toasts.tsx';
import { t } from '../../text/language.ts';
import { hasFilePicker, hasFolderPicker, pickFiles, pickFolder } from './choose-files.ts';
import type { ChosenFile } from './chosen-file.ts';
import { tellLeftOut } from './left-out.ts';
import { takeFiles, takeFolder, takeListedFolder } from './take-files.ts';

const ACCEPTED = 'video/*,audio/*,.mkv,.mk3d,.ts,.m2ts,.mts,.flv,.wmv,.vob,.mxf,.rm,.dv,.amr,.opus,.tta,.wv';

/** Opens the dialog of the browser, with handles of the files where it has them. */
function useFileDialog(multiple: boolean, take: (chosen: ChosenFile[]) => Promise<void>) {
  const input = useRef<HTMLInputElement>(null);
  const open = async () => {
    if (!hasFilePicker()) return input.current?.click();
    const picked = await pickFiles({ multiple });
    if (picked === undefined) return;
    if (picked.leftOut.length > 0) await tellLeftOut(picked.leftOut);
    await take(picked.chosen);
  };
  const dialog = (
    <input
      ref={input}
      type="file"
      accept={ACCEPTED}
      multiple={multiple}
      hidden
      onChange={({ currentTarget }) => {
        take([...(currentTarget.files ?? [])].map((file) => ({ file }))).catch(showError);
        // The same file can be chosen again.
        currentTarget.value = '';
      }}
    />
  );
  return { dialog, open: () => void open().catch(showError) };
}

/** Opens the dialog for any number of films. */
export function ChooseFiles() {
  const { dialog, open } = useFileDialog(true, takeFiles);
  return (
    <>
      <button type="button" class="primary" id="choose-films" onClick={open}>
        <Icon name="film" />
        {t('convert.choose')}
      </button>
      {dialog}
    </>
  );
}

/** Opens the dialog for one film of which a part was sent. */
export function ChooseFile({ label, onChoose }: { label: string; onChoose: (chosen: ChosenFile) => void }) {
  const { dialog, open } = useFileDialog(false, async ([chosen]) => chosen && onChoose(chosen));
  return (
    <>
      <button type="button" class="primary" onClick={open}>
        {label}
      </button>
      {dialog}
    </>
  );
}

/** Opens the dialog for a folder. Phones have none. */
export function ChooseFolder() {
  const input = useRef<HTMLInputElement>(null);
  if (!hasFolderPicker() && !('webkitdirectory' in HTMLInputElement.prototype)) return null;
  const open = async () => {
    if (!hasFolderPicker()) return input.current?.click();
    const folder = await pickFolder();
    if (folder) await takeFolder(folder);
  };
  return (
    <>
      <button type="button" onClick={() => void open().catch(showError)}>
        <Icon name="folder" />
        {t('convert.choose_folder')}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        {...{ webkitdirectory: true }}
        onChange={({ currentTarget }) => {
          takeListedFolder([...(currentTarget.files ?? [])]).catch(showError);
          currentTarget.value = '';
        }}
      />
    </>
  );
}
