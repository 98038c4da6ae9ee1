import { z } from 'zod';
import {
  conversionOptions,
  DEFAULT_LOUDNESS,
  DEFAULT_OPTIONS,
  OPTION_NAMES,
  type OptionName,
} from '../../shared/jobs/conversion-options.ts';
import { PRESET_NAMES, PRESETS } from '../options/presets.ts';
import { query } from './parts.ts';

type Schema = Record<string, unknown> & { description: string };

const stored = z.toJSONSchema(conversionOptions).properties as unknown as Record<OptionName, Schema>;

const TIME = {
  type: 'string',
  pattern: '^(\\d{1,4}:)?\\d{1,5}:[0-5]?\\d(\\.\\d{1,9})?$',
  examples: ['1:30', '01:02:03.004'],
};

/** Adds to the form in which an option is stored the other forms in which a request may give it. */
function inputSchema(name: OptionName): Schema {
  const { description, ...schema } = stored[name];
  if (name === 'start' || name === 'end') {
    return {
      description: `${description}, as seconds, \`mm:ss\` or \`hh:mm:ss\`, each with a fraction`,
      anyOf: [schema, TIME],
    };
  }
  if (name === 'normalize') {
    return {
      description: `${description}. \`true\` means ${DEFAULT_LOUDNESS}`,
      anyOf: [{ type: 'boolean' }, schema],
    };
  }
  // The literals of the stored form are whole numbers.
  const isInteger = schema.type === 'number' && 'enum' in schema;
  return { description, ...schema, ...(isInteger && { type: 'integer' }), ...defaultOf(name) };
}

const defaultOf = (name: OptionName) =>
  DEFAULT_OPTIONS[name] === undefined ? {} : { default: DEFAULT_OPTIONS[name] };

const preset: Schema = {
  description: `Several options at once, which others override: ${PRESET_NAMES.map((name) => `\`${name}\` is ${describePreset(name)}`).join('; ')}`,
  type: 'string',
  enum: PRESET_NAMES,
};

function describePreset(name: (typeof PRESET_NAMES)[number]): string {
  const options = Object.entries(PRESETS[name]).map(([option, value]) => `${option}=${value}`);
  return `\`${options.join('&')}\``;
}

/** The schemas of all options as a request gives them, by name. */
export const optionSchemas: Record<string, Schema> = {
  ...Object.fromEntries(OPTION_NAMES.map((name) => [name, inputSchema(name)])),
  preset,
};

/** The options as parameters of a query. */
export const optionParameters = Object.entries(optionSchemas).map(([name, { description, ...schema }]) =>
  query(name, description, schema),
);

/** The body of a request with a file: a form, whose other fields are options, or the file itself. */
export const fileBody = {
  required: true,
  content: {
    'multipart/form-data': {
      schema: {
        type: 'object',
        required: ['file'],
        properties: { file: { type: 'string', contentMediaType: 'video/*' }, ...optionSchemas },
      },
    },
    // The first bytes tell what the file is, whatever the type of the body.
    '*/*': {},
  },
};
