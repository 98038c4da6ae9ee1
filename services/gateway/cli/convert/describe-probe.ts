import type { ProbeResult } from '../../../shared/jobs/probe.ts';
import { formatDuration, formatSize } from '../../../shared/runtime/format.ts';
import { printable } from '../terminal/text.ts';

const LABEL_WIDTH = 10;

/** Returns lines for people: what the file is, its tracks with the one that is taken, and what MP3 is to be expected. */
export function describeProbe(file: { name: string; size: number }, result: ProbeResult): string[] {
  const { format, duration_seconds, tags, chapters, cover, warnings, complete } = result;
  const rows: [label: string, text: string][] = [
    ['format', format || 'unknown'],
    ['length', lengthOf(duration_seconds)],
    ...labelled('tracks', tracksOf(result)),
    ...labelled(
      'tags',
      Object.entries(tags).map(([name, text]) => `${name}: ${text}`),
    ),
    ...(chapters.length > 0 ? [['chapters', String(chapters.length)] as [string, string]] : []),
    ...(cover ? [['cover', 'yes'] as [string, string]] : []),
    ...(result.error ? [] : [['MP3', expectedOf(result)] as [string, string]]),
    ...labelled(
      'notes',
      warnings.map(({ detail, code }) => detail || code),
    ),
    ...(complete
      ? []
      : [['', 'Not all is known, because only the ends of the file were read.'] as [string, string]]),
  ];
  return [
    `${printable(file.name)}  ${formatSize(file.size)}`,
    ...rows.map(([label, text]) => `  ${label.padEnd(LABEL_WIDTH)}${printable(text)}`.trimEnd()),
  ];
}

/** Puts the label before the first text. */
const labelled = (label: string, texts: readonly string[]): [label: string, text: string][] =>
  texts.map((text, index) => [index === 0 ? label : '', text]);

const lengthOf = (seconds: number | null): string => (seconds === null ? 'unknown' : formatDuration(seconds));

/** `* 2  aac, eng, 6 channels, Commentary`: the number is what `--track` takes, and the star marks the one that is taken. */
const tracksOf = ({ tracks }: ProbeResult): string[] =>
  tracks.map(({ position, type, codec, language, channels, title, selected }) => {
    const facts = [codec, language, channels && `${channels} channel${channels > 1 ? 's' : ''}`, title];
    const name = position === null ? type : String(position);
    return `${selected ? '*' : ' '} ${name.padEnd(5)}  ${facts.filter(Boolean).join(', ')}`;
  });

function expectedOf({ expected: { size, duration_seconds, seconds } }: ProbeResult): string {
  const parts = [
    size === null ? 'size unknown' : `about ${formatSize(size)}`,
    ...(duration_seconds === null ? [] : [formatDuration(duration_seconds)]),
    ...(seconds === null ? [] : [`converted in about ${formatDuration(Math.max(1, seconds))}`]),
  ];
  return parts.join(', ');
}
