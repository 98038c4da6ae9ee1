import { signal } from '@preact/signals';
import { t } from '../text/language.ts';
import { announce } from './announce.tsx';
import { messageOf } from './error-message.ts';

export interface Toast {
  text: string;
  kind: 'plain' | 'bad';
  /** What somebody may do about it, such as to undo. */
  action?: { label: string; run: () => void };
}

const SHOWN_MS = 8_000;
const toasts = signal<readonly Toast[]>([]);

/** Shows a message for eight seconds. Returns the function that removes it. */
export function showToast(toast: Toast): () => void {
  toasts.value = [...toasts.value, toast];
  announce(toast.text);
  const remove = () => {
    clearTimeout(timer);
    toasts.value = toasts.value.filter((other) => other !== toast);
  };
  const timer = setTimeout(remove, SHOWN_MS);
  return remove;
}

export const showError = (error: unknown): void => {
  showToast({ text: messageOf(error), kind: 'bad' });
};

export function Toasts() {
  return (
    <div class="toasts">
      {toasts.value.map((toast) => (
        <div class={`toast ${toast.kind}`} key={toast}>
          <span>{toast.text}</span>
          {toast.action && (
            <button type="button" class="link" onClick={toast.action.run}>
              {toast.action.label}
            </button>
          )}
          <button type="button" class="link" onClick={() => remove(toast)}>
            {t('shell.close')}
          </button>
        </div>
      ))}
    </div>
  );
}

function remove(toast: Toast): void {
  toasts.value = toasts.value.filter((other) => other !== toast);
}
