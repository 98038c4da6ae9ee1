import { Ajv } from 'ajv';
import { parseAllDocuments } from 'yaml';
import type { Manifest } from './rendered.ts';

interface Definition {
  spec: {
    group: string;
    names: { kind: string };
    versions: { name: string; schema: { openAPIV3Schema: Schema } }[];
  };
}
type Schema = { [key: string]: unknown; properties?: Record<string, Schema> };

/**
 * Creates a check of objects against custom resource definitions, given as YAML. It returns the errors of an object, or undefined
 * if no definition has its kind.
 */
export function createCustomCheck(
  definitions: readonly string[],
): (manifest: Manifest) => string[] | undefined {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  const known = definitions
    .flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as Definition))
    .flatMap(({ spec }) =>
      spec.versions.map(({ name, schema }) => {
        const id = `${spec.group}/${name} ${spec.names.kind}`;
        return [id, ajv.compile(closed(schema.openAPIV3Schema))] as const;
      }),
    );
  const checks = new Map(known);
  return ({ apiVersion, kind, metadata: _, ...rest }) => {
    const check = checks.get(`${apiVersion} ${kind}`);
    if (check === undefined) return undefined;
    check({ apiVersion, kind, ...rest });
    return (check.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  };
}

/** Makes fields that a schema does not name an error. An API server would refuse them or drop them silently. */
function closed(schema: Schema): Schema {
  const inner = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => {
      if (key === 'properties')
        return [
          key,
          Object.fromEntries(Object.entries(value as object).map(([name, one]) => [name, closed(one)])),
        ];
      if (key === 'items' || (key === 'additionalProperties' && typeof value === 'object'))
        return [key, closed(value as Schema)];
      return [key, value];
    }),
  ) as Schema;
  const isOpen =
    inner.properties === undefined ||
    'additionalProperties' in inner ||
    inner['x-kubernetes-preserve-unknown-fields'] === true;
  return isOpen ? inner : { ...inner, additionalProperties: false };
}
