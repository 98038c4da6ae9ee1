import { parseTime } from '../../../../options/parse-time.ts';
import { isPresetName } from '../../../../options/presets.ts';
import { formatClock } from '../../text/format.ts';
import { t } from '../../text/language.ts';

/** Options as the page has them, and as a job tells them. */
export type AnyOptions = Readonly<Record<string, unknown>>;

const TAGS = ['title', 'artist', 'album', 'date', 'genre', 'comment'] as const;

/** Returns short texts that say how an MP3 is made, such as `Podcast`, `128 kbps`, `from 1:30 to 2:00`. Empty for the default. */
export function describeOptions(options: AnyOptions): string[] {
  const text = Object.fromEntries(Object.entries(options).map(([name, value]) => [name, String(value)]));
  const { preset = '', quality, bitrate, sample_rate: rate, channels, normalize, track, cover } = text;
  const isOn = (name: string) => text[name] === 'true';
  const parts = [
    isPresetName(preset) && t(`convert.preset.${preset}`),
    quality !== undefined && t('convert.option.encoding.vbr', { quality }),
    bitrate !== undefined && t('convert.option.encoding.cbr', { kbps: bitrate }),
    rate !== undefined && t('convert.option.sample_rate.value', { rate: Number(rate) }),
    channels !== undefined && t(channels === '1' ? 'convert.option.channels.1' : 'convert.option.channels.2'),
    normalize !== undefined && t('convert.option.normalize.value', { loudness: normalize }),
    track !== undefined && t('convert.track.name', { position: track }),
    rangeOf(text),
    (cover === 'none' || cover === 'frame') &&
      t('convert.option.tag', { name: t('convert.option.cover'), text: t(`convert.option.cover.${cover}`) }),
    ...(['copy', 'strict', 'strip_tags'] as const).map((name) => isOn(name) && t(`convert.option.${name}`)),
    ...TAGS.map(
      (name) =>
        text[name] !== undefined &&
        t('convert.option.tag', { name: t(`convert.option.${name}`), text: text[name] }),
    ),
  ];
  return parts.filter((part) => typeof part === 'string');
}

function rangeOf({ start, end }: Record<string, string>): string | false {
  const clock = (value: string) => formatClock(parseTime(value) ?? 0);
  if (start !== undefined && end !== undefined)
    return t('convert.option.range', { start: clock(start), end: clock(end) });
  if (start !== undefined) return t('convert.option.from', { start: clock(start) });
  return end !== undefined && t('convert.option.to', { end: clock(end) });
}
