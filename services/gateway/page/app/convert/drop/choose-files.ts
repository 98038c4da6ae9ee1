import type { FileHandle } from '../storage/file-handles.ts';
import type { ChosenFile } from './chosen-file.ts';

interface Picker {
  showOpenFilePicker?: (options: { multiple: boolean }) => Promise<FileHandle[]>;
}

/** Whether the browser can choose files of which it gives handles. */
export const hasFilePicker = (): boolean => 'showOpenFilePicker' in globalThis;

/** Has somebody choose files. Undefined where they have cancelled it. */
export async function pickFiles({ multiple }: { multiple: boolean }): Promise<ChosenFile[] | undefined> {
  const picker = globalThis as Picker;
  try {
    const handles = (await picker.showOpenFilePicker?.({ multiple })) ?? [];
    return await Promise.all(handles.map(async (handle) => ({ file: await handle.getFile(), handle })));
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined;
    throw error;
  }
}
