import type { Track } from '../../../../../shared/jobs/job-view.ts';
import { t } from '../../text/language.ts';
import { describeTrack } from './describe-track.ts';
import { type FieldsProps, SelectField, TextField } from './field.tsx';

interface PartFieldsProps extends FieldsProps {
  tracks?: readonly Track[] | null | undefined;
}

/** Which part of a film becomes the MP3: a stretch of time, and a track where there are several. */
export function PartFields({ tracks, ...fields }: PartFieldsProps) {
  return (
    <div class="option-grid">
      <TextField
        {...fields}
        name="start"
        label={t('convert.option.start')}
        note={t('convert.option.time_note')}
        placeholder="0:00"
      />
      <TextField {...fields} name="end" label={t('convert.option.end')} />
      <TrackField {...fields} tracks={tracks} />
    </div>
  );
}

/** Chooses the track, where a film has several. */
export function TrackField({ tracks, ...fields }: PartFieldsProps) {
  const audio = (tracks ?? []).filter(({ type, position }) => type === 'audio' && position !== null);
  if (audio.length < 2) return null;
  const selected = audio.find((track) => track.selected)?.position;
  // The one that the gateway has taken by itself is shown as chosen.
  const value =
    fields.value.track === undefined ? { ...fields.value, track: String(selected ?? '') } : fields.value;
  return (
    <SelectField {...fields} value={value} name="track" label={t('convert.option.track')}>
      {audio.map((track) => (
        <option key={track.index} value={String(track.position)}>
          {describeTrack(track)}
        </option>
      ))}
    </SelectField>
  );
}
