import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { describe, it } from 'node:test';
import type { z } from 'zod';
import { authEnvironment, defaultParallel } from '../../../services/auth/config.ts';
import {
  converterEnvironment,
  renamedVariables as renamedByConverter,
} from '../../../services/converter/config.ts';
import {
  gatewayEnvironment,
  renamedVariables as renamedByGateway,
} from '../../../services/gateway/config.ts';
import {
  notificationEnvironment,
  renamedVariables as renamedByNotification,
} from '../../../services/notification/config.ts';
import { serviceEnvironment } from '../../../services/shared/runtime/config.ts';
import { readMarkdown, tableRows } from '../../support/markdown.ts';

const file = readMarkdown('docs/configuration.md');
const common = Object.keys(serviceEnvironment.shape);

const SCHEMAS: [heading: string, shape: Record<string, z.ZodType>][] = [
  ['Every service', serviceEnvironment.shape],
  ['Gateway', gatewayEnvironment.shape],
  ['Auth', authEnvironment.shape],
  ['Converter', converterEnvironment.shape],
  ['Notification', notificationEnvironment.shape],
];

/** Defaults that depend on the machine, in the document's words. */
const COMPUTED: Record<string, RegExp> = {
  ARGON2_PARALLEL: /^half of the processors, 1 to 3$/,
  CONCURRENCY: /^number of processors$/,
  SPOOL_DIR: /^`mp3converter-(gateway-)?spool` in the temporary folder$/,
};

/** The default as the document should have it: `required`, `none`, or the value in backticks. */
function defaultOf(schema: z.ZodType): string {
  const { success, data } = schema.safeParse(undefined);
  if (!success) return 'required';
  return data === undefined ? 'none' : `\`${data}\``;
}

/** Says in which way the schema does not accept exactly the range, such as `1 to 3600` or `from 1`. */
function rangeFault(schema: z.ZodType, range: string): string | undefined {
  const [, from, to] = /^(?:from )?(\d+)(?: to (\d+))?$/.exec(range) ?? [];
  if (from === undefined) return `«${range}» is no range`;
  const accepts = (value: number) => schema.safeParse(String(value)).success;
  const least = Number(from);
  if (!accepts(least) || accepts(least - 1)) return `${from} is not the least`;
  if (to !== undefined && (!accepts(Number(to)) || accepts(Number(to) + 1))) return `${to} is not the most`;
  if (to === undefined && !accepts(Number.MAX_SAFE_INTEGER)) return 'there is a greatest value';
  return undefined;
}

/** Every number has a default. */
const isNumber = (schema: z.ZodType): boolean => typeof schema.safeParse(undefined).data === 'number';

describe('docs/configuration.md', () => {
  for (const [heading, shape] of SCHEMAS) {
    const rows = tableRows(file, heading);
    const own = Object.entries(shape).filter(
      ([name]) => shape === serviceEnvironment.shape || !common.includes(name),
    );

    it(`lists exactly the variables of «${heading}»`, () => {
      assert.deepEqual(rows.map(([name]) => name).sort(), own.map(([name]) => `\`${name}\``).sort());
    });

    for (const [name, schema] of own) {
      const [, fallback = '', range = '', meaning = ''] = rows.find(([cell]) => cell === `\`${name}\``) ?? [];

      it(`gives the default of ${name} in «${heading}»`, () => {
        const computed = COMPUTED[name];
        if (computed) assert.match(fallback, computed);
        else assert.equal(fallback, defaultOf(schema));
        assert.notEqual(meaning, '');
      });

      it(`gives the range of ${name} in «${heading}»`, () => {
        if (isNumber(schema)) assert.equal(rangeFault(schema, range), undefined);
        else assert.equal(range, '');
      });
    }
  }

  it('lists exactly the old names that are still read', () => {
    const renamed = { ...renamedByGateway, ...renamedByConverter, ...renamedByNotification };
    assert.deepEqual(
      tableRows(file, 'Old names'),
      Object.entries(renamed).map(([old, name]) => [`\`${old}\``, `\`${name}\``]),
    );
  });

  it('describes the defaults that depend on the machine', () => {
    assert.deepEqual([1, 2, 4, 64].map(defaultParallel), [1, 1, 2, 3]);
    assert.equal(converterEnvironment.shape.SPOOL_DIR.parse(undefined), `${tmpdir()}/mp3converter-spool`);
    const gateway = gatewayEnvironment.shape.SPOOL_DIR.parse(undefined);
    assert.equal(gateway, `${tmpdir()}/mp3converter-gateway-spool`);
  });
});
