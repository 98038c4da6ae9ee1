import assert from 'node:assert/strict';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { asyncapi } from '../../services/shared/contract/asyncapi/document.ts';

type Document = Pick<typeof asyncapi, 'components' | 'channels'>;
export type SchemaName = keyof Document['components']['schemas'];

export interface Contract {
  isValid(schema: SchemaName, value: unknown): boolean;
  /** Returns the value if it matches the schema. Throws with the reasons if it does not. */
  assertValid<T>(schema: SchemaName, value: T): T;
}

/** Checks values by the schemas of an AsyncAPI document alone, without the zod schemas that it was made from. */
export function contractOf(document: Document): Contract {
  const ajv = new Ajv({ strict: false, allErrors: true });
  formats.default(ajv);
  // Others get the document as JSON, so it is checked in that form.
  ajv.addSchema(JSON.parse(JSON.stringify(document)), 'asyncapi');
  const validator = (name: SchemaName) =>
    ajv.getSchema(`asyncapi#/components/schemas/${name}`) ?? assert.fail(`there is no schema ${name}`);
  return {
    isValid: (schema, value) => validator(schema)(value) === true,
    assertValid(schema, value) {
      const validate = validator(schema);
      assert.ok(
        validate(value),
        `not a ${schema}: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(value)}`,
      );
      return value;
    },
  };
}

export const contract = contractOf(asyncapi);

/** Fails for an event that does not match the contract. For `publish` and its test doubles. */
export function assertValidEvent(topic: string, event: object): void {
  const name = { video: 'VideoEvent', mp3: 'Mp3Event' }[topic] ?? assert.fail(`there is no topic ${topic}`);
  contract.assertValid(name as SchemaName, JSON.parse(JSON.stringify(event)));
}
