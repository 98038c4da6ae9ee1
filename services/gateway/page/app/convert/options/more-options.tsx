import { MAX_GENRE_LENGTH, MAX_TAG_LENGTH } from '../../../../../shared/jobs/conversion-options.ts';
import { t } from '../../text/language.ts';
import { checkOptions } from './check-options.ts';
import { CheckField, type FieldsProps, SelectField, TextField } from './field.tsx';
import type { MoreOptionsProps } from './options-props.ts';
import { PartFields } from './part-fields.tsx';
import { SoundFields } from './sound-fields.tsx';

/** All options but the presets. */
export function MoreOptions({ value, onChange, tracks, filmSeconds, isForMany, children }: MoreOptionsProps) {
  const fields = { value, onChange, faults: checkOptions(value, filmSeconds) };
  return (
    <div class="more-options">
      <fieldset>
        <legend>{t('convert.option.sound')}</legend>
        <SoundFields {...fields} />
      </fieldset>
      {!isForMany && (
        <fieldset>
          <legend>{t('convert.option.part')}</legend>
          <PartFields {...fields} tracks={tracks} />
        </fieldset>
      )}
      <fieldset>
        <legend>{t('convert.option.tags')}</legend>
        <TagFields {...fields} isForMany={isForMany} />
      </fieldset>
      {children}
    </div>
  );
}

function TagFields({ isForMany, ...fields }: FieldsProps & { isForMany: boolean }) {
  const names = isForMany ? (['artist', 'album'] as const) : (['title', 'artist', 'album'] as const);
  return (
    <div class="option-grid">
      {names.map((name) => (
        <TextField
          key={name}
          {...fields}
          name={name}
          label={t(`convert.option.${name}`)}
          maxLength={MAX_TAG_LENGTH}
        />
      ))}
      <TextField
        {...fields}
        name="date"
        label={t('convert.option.date')}
        note={t('convert.option.date_note')}
        maxLength={10}
      />
      <TextField {...fields} name="genre" label={t('convert.option.genre')} maxLength={MAX_GENRE_LENGTH} />
      <TextField {...fields} name="comment" label={t('convert.option.comment')} maxLength={MAX_TAG_LENGTH} />
      <SelectField
        {...fields}
        name="cover"
        label={t('convert.option.cover')}
        note={t('convert.option.cover_note')}
      >
        <option value="">{t('convert.option.cover.keep')}</option>
        <option value="none">{t('convert.option.cover.none')}</option>
        <option value="frame">{t('convert.option.cover.frame')}</option>
      </SelectField>
      <CheckField {...fields} name="strip_tags" label={t('convert.option.strip_tags')} />
    </div>
  );
}
