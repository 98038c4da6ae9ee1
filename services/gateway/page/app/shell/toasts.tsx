import { signal } from '@preact/signals';
import { t } from '../text/language.ts';
import { announce } from './announce.tsx';
import { messageOf } from './error-message.ts';

export interface Toast {
  text: string;
  kind: 'plain' | 'bad';
  /** What somebody may do about it, such as to undo. The message goes with it. */
  action?: { label: string; run: () => void };
  /** Called when the message has gone: after its time, closed, or after its action. */
  onGone?: () => void;
}

const SHOWN_MS = 8_000;
const toasts = signal<readonly Toast[]>([]);
const timers = new Map<Toast, ReturnType<typeof setTimeout>>();

/** Shows a message for eight seconds, and for longer while it is pointed at or has the focus. Returns the function that removes it. */
export function showToast(toast: Toast): () => void {
  toasts.value = [...toasts.value, toast];
  announce(toast.text);
  startTimer(toast);
  return () => remove(toast);
}

export const showError = (error: unknown): void => {
  showToast({ text: messageOf(error), kind: 'bad' });
};

function startTimer(toast: Toast): void {
  stopTimer(toast);
  if (toasts.value.includes(toast))
    timers.set(
      toast,
      setTimeout(() => remove(toast), SHOWN_MS),
    );
}

function stopTimer(toast: Toast): void {
  clearTimeout(timers.get(toast));
  timers.delete(toast);
}

function remove(toast: Toast): void {
  if (!toasts.value.includes(toast)) return;
  toasts.value = toasts.value.filter((other) => other !== toast);
  stopTimer(toast);
  toast.onGone?.();
}

/** Removes a message whose button has the focus, which must not be lost. */
function closeByHand(toast: Toast): void {
  remove(toast);
  document.getElementById('main')?.focus({ preventScroll: true });
}

export function Toasts() {
  if (toasts.value.length === 0) return null;
  return (
    <section class="toasts" aria-label={t('shell.messages')}>
      {toasts.value.map((toast) => (
        <div
          class={`toast ${toast.kind}`}
          key={toast}
          onPointerEnter={() => stopTimer(toast)}
          onPointerLeave={() => startTimer(toast)}
          onFocusIn={() => stopTimer(toast)}
          onFocusOut={() => startTimer(toast)}
        >
          <span>{toast.text}</span>
          {toast.action && (
            <button
              type="button"
              class="link"
              onClick={() => {
                toast.action?.run();
                closeByHand(toast);
              }}
            >
              {toast.action.label}
            </button>
          )}
          <button type="button" class="link" onClick={() => closeByHand(toast)}>
            {t('shell.close')}
          </button>
        </div>
      ))}
    </section>
  );
}
