import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Icon } from '../../shell/icons.tsx';
import { showError } from '../../shell/toasts.tsx';
import { t } from '../../text/language.ts';
import { holdsFiles } from './read-transfer.ts';
import { takeTransfer } from './take-files.ts';

/** Makes the whole window take films that are dropped or pasted. Says so while something is dragged over it. */
export function DropOverlay() {
  const isOver = useSignal(false);
  useEffect(() => listen((value) => (isOver.value = value)), [isOver]);
  return (
    <div class="drop-overlay" hidden={!isOver.value} aria-hidden="true">
      <Icon name="logo" />
      <p>{t('convert.drop_here')}</p>
    </div>
  );
}

function listen(show: (isOver: boolean) => void): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  const onFiles = (type: 'dragenter' | 'dragover' | 'dragleave' | 'drop', work: (event: DragEvent) => void) =>
    addEventListener(type, (event) => holdsFiles(event.dataTransfer) && work(event), { signal });

  onFiles('dragenter', () => show(true));
  onFiles('dragover', (event) => {
    // Without this, the browser would leave the page and open the file.
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
    show(true);
  });
  // It has no other element only where the window itself is left.
  onFiles('dragleave', (event) => event.relatedTarget === null && show(false));
  onFiles('drop', (event) => {
    event.preventDefault();
    show(false);
    if (event.dataTransfer) takeTransfer(event.dataTransfer).catch(showError);
  });
  addEventListener(
    'paste',
    (event) => {
      if (!holdsFiles(event.clipboardData) || !event.clipboardData) return;
      event.preventDefault();
      takeTransfer(event.clipboardData).catch(showError);
    },
    { signal },
  );
  return () => controller.abort();
}
