import { styleText } from 'node:util';
import type { JobView } from '../../../shared/jobs/job-view.ts';
import { formatDuration, formatSize } from '../../../shared/runtime/format.ts';
import { displayWidth, fitTo } from '../terminal/display-width.ts';
import { printable } from '../terminal/text.ts';

const COLORS = {
  queued: 'yellow',
  converting: 'cyan',
  done: 'green',
  failed: 'red',
  cancelled: 'gray',
} as const satisfies Record<JobView['status'], Parameters<typeof styleText>[0]>;

export interface Look {
  color: boolean;
  /** Columns of the terminal. */
  columns: number;
}

/** A status in its colour. `width` is that of the column. */
const statusText = (status: JobView['status'], { color }: Pick<Look, 'color'>, width = 0): string => {
  const padded = status.padEnd(width);
  return color ? styleText(COLORS[status], padded, { validateStream: false }) : padded;
};

const ID_LENGTH = 8;
const MIN_NAME = 8;
/** On a terminal with fewer columns, only the most important facts of a job have room. */
const WIDE_COLUMNS = 60;

/** `2026-11-26 10:44`, in the time of this machine. */
const timeText = (iso: string): string => {
  const time = new Date(iso);
  const two = (number: number) => String(number).padStart(2, '0');
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${date} ${two(time.getHours())}:${two(time.getMinutes())}`;
};

/** Lines of a table, the header first. The beginnings of IDs in it are enough for other commands. */
export function jobTable(jobs: readonly JobView[], look: Look): string[] {
  const idLength = shortestIds(jobs);
  const isNarrow = look.columns < WIDE_COLUMNS;
  const rows = jobs.map((job) => ({
    job,
    cells: [
      job.id.slice(0, idLength),
      job.status,
      ...(isNarrow ? [] : [stateOf(job), timeText(job.created_at)]),
    ],
  }));
  const header = ['ID', 'STATUS', ...(isNarrow ? [] : ['', 'SENT'])];
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map(({ cells }) => displayWidth(cells[column] ?? ''))),
  );
  const room = Math.max(MIN_NAME, look.columns - 1 - widths.reduce((sum, width) => sum + width + 2, 0));
  const line = (cells: readonly string[], name: string) =>
    [...cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)), name].join('  ').trimEnd();
  return [
    line(header, 'FILE'),
    ...rows.map(({ job, cells: [id = '', status = '', ...rest] }) =>
      line([id, status, ...rest], fitTo(printable(job.filename), room)).replace(
        status.padEnd(widths[1] ?? 0),
        statusText(job.status, look, widths[1]),
      ),
    ),
  ];
}

/** IDs are cut where that leaves them different from each other. */
function shortestIds(jobs: readonly JobView[]): number {
  for (let length = ID_LENGTH; length < 36; length++)
    if (new Set(jobs.map(({ id }) => id.slice(0, length))).size === jobs.length) return length;
  return 36;
}

/** What there is to say beside the status: progress, size, or the reason of a failure. */
export function stateOf({ status, progress, eta_seconds, mp3, error, queue }: JobView): string {
  if (status === 'converting') {
    const left = eta_seconds === null ? '' : ` ETA ${formatDuration(eta_seconds)}`;
    return `${Math.floor(progress * 100)}%${left}`;
  }
  if (status === 'queued') return queue ? `number ${queue.position}` : '';
  if (status === 'done' && mp3) return `${formatSize(mp3.size)} ${formatDuration(mp3.duration_seconds)}`;
  return error ? printable(error.code) : '';
}

const LABEL_WIDTH = 11;

/** All that is known of a job, one fact a line. */
export function jobLines(job: JobView, look: Look): string[] {
  const { source, mp3, error, options } = job;
  const facts: (readonly [label: string, text: string | undefined])[] = [
    ['file', printable(job.filename)],
    ['status', [statusText(job.status, look), stateOf(job)].filter(Boolean).join('  ')],
    ['reason', error ? printable(error.detail) : undefined],
    [
      'source',
      [formatSize(source.size), source.duration_seconds !== null && formatDuration(source.duration_seconds)]
        .filter(Boolean)
        .join(', '),
    ],
    ['film', source.original ? `${formatSize(source.original.size)}; its sound was sent` : undefined],
    [
      'options',
      Object.entries(options)
        .map(([name, value]) => `${name}=${printable(String(value))}`)
        .join(' '),
    ],
    ['MP3', mp3 ? `${formatSize(mp3.size)}, ${formatDuration(mp3.duration_seconds)}` : undefined],
    ['sha256', mp3?.sha256],
    ...job.warnings.map(({ detail, code }) => ['note', printable(detail || code)] as const),
    ['attempts', job.attempts > 1 ? String(job.attempts) : undefined],
    ['sent', timeText(job.created_at)],
    ['kept until', timeText(job.expires_at)],
  ];
  return [
    `Job ${job.id}`,
    ...facts.flatMap(([label, text]) => (text ? [`  ${label.padEnd(LABEL_WIDTH)}${text}`] : [])),
  ];
}
