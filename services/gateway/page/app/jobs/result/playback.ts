import { type Signal, signal } from '@preact/signals';
import { clampTime } from './seek.ts';

/** The element that plays. Where another one begins, this one is paused. */
let playing: HTMLAudioElement | undefined;

export interface PlaybackPorts {
  url: string;
  length: number;
  /**
   * Called where the sound could not be loaded: a media element renews no session. Where it throws, or the sound cannot be loaded
   * after it either, that is an error.
   */
  recover: () => Promise<void>;
}

/** The sound of one MP3. All times are in seconds. */
export interface Playback {
  readonly length: number;
  readonly time: Signal<number>;
  readonly isPlaying: Signal<boolean>;
  readonly error: Signal<unknown>;
  readonly speed: Signal<number>;
  seek(to: number): void;
  toggle(): void;
  setSpeed(value: number): void;
  /** Loads the sound again after an error. */
  retry(): void;
  /** Ends the sound and its download. */
  close(): void;
}

export function createPlayback({ url, length, recover }: PlaybackPorts): Playback {
  const state = {
    time: signal(0),
    isPlaying: signal(false),
    error: signal<unknown>(undefined),
    speed: signal(1),
  };
  const { time, isPlaying, error, speed } = state;
  const audio = new Audio();
  const stop = new AbortController();

  const seek = (to: number): void => {
    time.value = clampTime(to, length);
    audio.currentTime = time.value;
  };
  /** Plays, unless the sound cannot be loaded: the element has an event of its own for that. */
  const play = (): Promise<void> => audio.play().catch(() => undefined);
  const reload = async (): Promise<void> => {
    const { value: wasPlaying } = isPlaying;
    const { value: place } = time;
    error.value = undefined;
    await recover();
    audio.load();
    audio.playbackRate = speed.value;
    seek(place);
    if (wasPlaying) await play();
  };
  const onLost = createRecovery(audio, reload, (cause) => {
    error.value = cause;
    isPlaying.value = false;
  });
  reflect(audio, { ...state, length, signal: stop.signal });
  audio.addEventListener('error', onLost, { signal: stop.signal });
  audio.preload = 'metadata';
  audio.src = url;

  return {
    ...{ time, isPlaying, error, speed, length, seek },
    toggle: () => (audio.paused ? void play() : audio.pause()),
    setSpeed(value) {
      speed.value = value;
      audio.playbackRate = value;
    },
    retry: onLost,
    close() {
      stop.abort();
      audio.pause();
      audio.removeAttribute('src');
      audio.load();
    },
  };
}

/** Returns what to call where the sound was lost. It loads the sound again, and gives up where it is lost before it can be played. */
function createRecovery(
  audio: HTMLAudioElement,
  reload: () => Promise<void>,
  giveUp: (cause: unknown) => void,
): () => void {
  let isRecovering = false;
  audio.addEventListener('canplay', () => {
    isRecovering = false;
  });
  return () => {
    if (isRecovering) {
      isRecovering = false;
      giveUp(audio.error);
      return;
    }
    isRecovering = true;
    reload().catch((cause: unknown) => {
      isRecovering = false;
      giveUp(cause);
    });
  };
}

interface Reflected extends Pick<Playback, 'time' | 'isPlaying' | 'length'> {
  signal: AbortSignal;
}

/** Keeps the signals as the element is. */
function reflect(audio: HTMLAudioElement, { time, isPlaying, length, signal: ended }: Reflected): void {
  const on = (event: string, listener: () => void) =>
    audio.addEventListener(event, listener, { signal: ended });
  on('timeupdate', () => {
    time.value = clampTime(audio.currentTime, length);
  });
  on('play', () => {
    if (playing !== audio) playing?.pause();
    playing = audio;
    isPlaying.value = true;
  });
  on('pause', () => {
    isPlaying.value = false;
  });
}
