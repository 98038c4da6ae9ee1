import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { parseAllDocuments } from 'yaml';
import type { z } from 'zod';
import { accountMail } from '../../../../services/shared/contract/account-mail.ts';
import { asyncapi } from '../../../../services/shared/contract/asyncapi/document.ts';
import { deliveryAnswer, mp3Event, TOPICS, videoEvent } from '../../../../services/shared/contract/events.ts';
import { mailCount } from '../../../../services/shared/contract/mail-count.ts';
import { mailRecord } from '../../../../services/shared/contract/mail-record.ts';
import { mailRequest } from '../../../../services/shared/contract/mail-request.ts';
import { contract, type SchemaName } from '../../../support/contract.ts';
import { buildGateway } from '../../gateway/test-gateway.ts';

// biome-ignore lint/suspicious/noExplicitAny: each test asserts the parts that it reads
const document: Record<string, any> = JSON.parse(JSON.stringify(asyncapi));
const repoRoot = resolve(import.meta.dirname, '../../../..');

/** All values inside of a value, with their paths. */
function* walk(value: unknown, at = '#'): Generator<[at: string, value: unknown]> {
  yield [at, value];
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) yield* walk(inner, `${at}/${key}`);
}

const lookUp = (pointer: string) =>
  pointer
    .slice(2)
    .split('/')
    .reduce<Record<string, unknown> | undefined>(
      (value, key) => value?.[key] as Record<string, unknown>,
      document,
    );

describe('asyncapi.json', () => {
  test('is served by the gateway', async () => {
    const { status, json } = await buildGateway().call('GET', '/asyncapi.json');
    assert.deepEqual([status, json], [200, document]);
  });

  test('is valid by the official JSON Schema of AsyncAPI 3.0', () => {
    const official = createRequire(import.meta.url)('@asyncapi/specs/schemas/3.0.0-without-$id.json');
    const ajv = new Ajv({ strict: false, allErrors: true });
    formats.default(ajv);
    const validate = ajv.compile(official);
    const valid = validate(document);
    assert.ok(valid, ajv.errorsText(validate.errors, { separator: '\n' }));
    assert.ok(
      !validate({ ...document, channels: { video: { adress: 'video' } } }),
      'the schema accepts anything',
    );
  });

  test('contains the target of each of its references', () => {
    const pointers = [...walk(document)].filter(([at]) => at.endsWith('/$ref'));
    assert.ok(pointers.length > 10);
    for (const [at, pointer] of pointers) assert.ok(lookUp(String(pointer)), `${at}: ${pointer}`);
  });

  test('describes the publishers and subscribers of every topic', () => {
    const actions = Object.values(document.operations as typeof asyncapi.operations).map(
      ({ action, channel }) => `${action} ${channel.$ref}`,
    );
    for (const topic of Object.values(TOPICS)) {
      assert.equal(lookUp(`#/channels/${topic}`)?.address, topic);
      for (const action of ['send', 'receive'])
        assert.ok(actions.includes(`${action} #/channels/${topic}`), action);
    }
  });

  const operations = { video: asyncapi.operations.receiveVideo, mp3: asyncapi.operations.receiveMp3 };
  for (const file of globSync('components/pubsub/*/subscriptions.yaml', { cwd: repoRoot })) {
    for (const document of parseAllDocuments(readFileSync(join(repoRoot, file), 'utf8'))) {
      const { spec, scopes } = document.toJS();
      test(`has the same path and subscribers for the topic ${spec.topic} as ${file}`, () => {
        const { tags, 'x-delivery-path': path } = operations[spec.topic as keyof typeof operations];
        assert.deepEqual([spec.routes.default, scopes], [path, tags.map(({ name }) => name)]);
      });
    }
  }

  test('describes each property of its schemas whose name does not explain itself', () => {
    const PLAIN = ['duration_seconds', 'operation', 'emailCC', 'emailBCC', 'priority', 'metadata'];
    for (const [at, value] of walk(document.components.schemas)) {
      const [, owner, name = ''] = /(\w+)\/properties\/(\w+)$/.exec(at) ?? [];
      if (!owner || PLAIN.includes(name) || /CloudEvent|Delivery|Stored/.test(at)) continue;
      assert.ok((value as { description?: string }).description, at);
    }
  });
});

describe('the examples of asyncapi.json', () => {
  const SCHEMAS: [name: SchemaName, schema: z.ZodType][] = [
    ['VideoEvent', videoEvent],
    ['Mp3Event', mp3Event],
    ['DeliveryAnswer', deliveryAnswer],
    ['MailRequest', mailRequest],
    ['MailRecord', mailRecord],
    ['AccountMail', accountMail],
    ['MailCount', mailCount],
  ];
  for (const [name, schema] of SCHEMAS) {
    const { examples } = document.components.schemas[name] as { examples: unknown[] };
    test(`match the JSON Schema and the zod schema of ${name}`, () => {
      assert.ok(examples.length > 0);
      for (const example of examples) {
        contract.assertValid(name, example);
        assert.deepEqual(schema.parse(example), example);
      }
    });
  }

  for (const [channel, { messages }] of Object.entries(asyncapi.channels)) {
    for (const [name, { payload, examples }] of Object.entries(messages)) {
      test(`match the schema of the message ${name} of the channel ${channel}`, () => {
        assert.ok(examples.length > 0, name);
        for (const example of examples)
          contract.assertValid(payload.$ref.split('/').at(-1) as SchemaName, example.payload);
      });
    }
  }
});
