import assert from 'node:assert/strict';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { asyncapi } from '../../services/shared/contract/asyncapi/document.ts';

type Document = Pick<typeof asyncapi, 'components' | 'channels'>;
export type SchemaName = keyof Document['components']['schemas'];

export interface Contract {
  isValid(schema: SchemaName, value: unknown): boolean;
  /** Throws with what is wrong; gives the value back. */
  hold<T>(schema: SchemaName, value: T): T;
}

/** Holds values against the schemas of an AsyncAPI document, with nothing but that document: zod has no say. */
export function contractOf(document: Document): Contract {
  const ajv = new Ajv({ strict: false, allErrors: true });
  formats.default(ajv);
  // As JSON, as others get it.
  ajv.addSchema(JSON.parse(JSON.stringify(document)), 'asyncapi');
  const validator = (name: SchemaName) =>
    ajv.getSchema(`asyncapi#/components/schemas/${name}`) ?? assert.fail(`there is no schema ${name}`);
  return {
    isValid: (schema, value) => validator(schema)(value) === true,
    hold(schema, value) {
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

/** For a `publish` or its test double: an event that the contract does not know is a failure. */
export function holdEvent(topic: string, event: object): void {
  const name = { video: 'VideoEvent', mp3: 'Mp3Event' }[topic] ?? assert.fail(`there is no topic ${topic}`);
  contract.hold(name as SchemaName, JSON.parse(JSON.stringify(event)));
}
