import { BITRATES, SAMPLE_RATES } from '../../../../../shared/jobs/conversion-options.ts';
import { t } from '../../text/language.ts';
import { CheckField, type FieldsProps, SelectField, TextField } from './field.tsx';
import { type Options, withOption } from './options.ts';

const QUALITIES = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

/** A bit rate and a quality exclude each other, so both are chosen in one field. */
const ENCODING = 'encoding';
const encodingOf = ({ bitrate, quality }: Options): string =>
  bitrate !== undefined ? `bitrate ${bitrate}` : quality !== undefined ? `quality ${quality}` : '';

function withEncoding({ [ENCODING]: encoding = '', ...options }: Options): Options {
  const [name = '', value = ''] = encoding.split(' ');
  const without = withOption(withOption(options, 'bitrate', ''), 'quality', '');
  return name === '' ? without : withOption(without, name, value);
}

/** The sign that people copy from a text is another one than that of a number. */
const withPlainMinus = (options: Options): Options =>
  withOption(options, 'normalize', (options.normalize ?? '').replace('\u2212', '-').trim());

export function SoundFields(fields: FieldsProps) {
  const { value, onChange, faults } = fields;
  const encoding = {
    value: { ...value, [ENCODING]: encodingOf(value) },
    onChange: (options: Options) => onChange(withEncoding(options)),
    faults: faults.map((fault) => (fault.option === 'bitrate' ? { ...fault, option: ENCODING } : fault)),
  };
  return (
    <div class="option-grid">
      <SelectField {...encoding} name={ENCODING} label={t('convert.option.encoding')}>
        <option value="">{t('convert.default')}</option>
        {QUALITIES.map((quality) => (
          <option key={quality} value={`quality ${quality}`}>
            {t(textOfQuality(quality), { quality })}
          </option>
        ))}
        {BITRATES.map((kbps) => (
          <option key={kbps} value={`bitrate ${kbps}`}>
            {t('convert.option.encoding.cbr', { kbps })}
          </option>
        ))}
      </SelectField>
      <SelectField {...fields} name="sample_rate" label={t('convert.option.sample_rate')}>
        <option value="">{t('convert.default')}</option>
        {SAMPLE_RATES.map((rate) => (
          <option key={rate} value={String(rate)}>
            {t('convert.option.sample_rate.value', { rate })}
          </option>
        ))}
      </SelectField>
      <SelectField {...fields} name="channels" label={t('convert.option.channels')}>
        <option value="">{t('convert.default')}</option>
        <option value="1">{t('convert.option.channels.1')}</option>
        <option value="2">{t('convert.option.channels.2')}</option>
      </SelectField>
      <TextField
        {...fields}
        onChange={(options) => onChange(withPlainMinus(options))}
        name="normalize"
        label={t('convert.option.normalize')}
        note={t('convert.option.normalize_note')}
      />
      <CheckField
        {...fields}
        name="copy"
        label={t('convert.option.copy')}
        note={t('convert.option.copy_note')}
      />
      <CheckField
        {...fields}
        name="strict"
        label={t('convert.option.strict')}
        note={t('convert.option.strict_note')}
      />
    </div>
  );
}

const textOfQuality = (quality: string) =>
  quality === '0'
    ? 'convert.option.encoding.vbr_best'
    : quality === '9'
      ? 'convert.option.encoding.vbr_smallest'
      : 'convert.option.encoding.vbr';
