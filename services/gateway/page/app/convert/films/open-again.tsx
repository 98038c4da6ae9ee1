import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { t } from '../../text/language.ts';
import { findHandle } from '../storage/file-handles.ts';
import { Action } from './action.tsx';
import { reopenAll } from './restore.ts';

/** Goes on with a file that the browser opens again by itself, once it is allowed to. */
export function OpenAgain({ id, name }: { id: string; name: string }) {
  const hasHandle = useSignal(false);
  useEffect(() => {
    void findHandle(id).then((handle) => {
      hasHandle.value = handle !== undefined;
    });
  }, [id, hasHandle]);
  const run = async () => {
    hasHandle.value = await reopenAll(id);
  };
  return hasHandle.value ? (
    <Action icon="play" label={t('convert.open_again')} name={name} run={() => void run()} />
  ) : null;
}
