/** What this needs to know of a JSON schema. */
export interface Schema {
  $ref?: string;
  type?: string | readonly string[];
  const?: unknown;
  enum?: readonly unknown[];
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  format?: string;
  minimum?: number;
  minLength?: number;
  required?: readonly string[];
  properties?: Record<string, Schema>;
}

const TEXTS: Record<string, string> = {
  email: 'eve@example.com',
  uuid: '0b9e2d5c-6a1f-4c3e-8d7b-5a4f3e2d1c0b',
  uri: 'https://example.com/',
  'date-time': '2030-01-01T00:00:00.000Z',
};

/** Returns a value that fits a schema, with its required members alone. Throws for a schema that it does not know. */
export function sampleOf(schema: Schema, schemas: Record<string, Schema>): unknown {
  if (schema.$ref) return sampleOf(schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, schemas);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const variant = schema.anyOf?.[0] ?? schema.oneOf?.[0];
  if (variant) return sampleOf(variant, schemas);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'string')
    return TEXTS[schema.format ?? ''] ?? 'a text that is long enough'.padEnd(schema.minLength ?? 0);
  if (type === 'integer' || type === 'number') return schema.minimum ?? 0;
  if (type === 'boolean') return false;
  if (type === 'array') return [];
  if (type === 'object') {
    const { required = [], properties = {} } = schema;
    return Object.fromEntries(required.map((name) => [name, sampleOf(properties[name] ?? {}, schemas)]));
  }
  throw new Error(`this test makes no value for the schema ${JSON.stringify(schema)}`);
}
