import type { Call } from '../../../support/in-process.ts';
import { type Schema, sampleOf } from './sample-body.ts';

/** What a test needs to know of one operation of an OpenAPI document. */
export interface Operation {
  method: string;
  path: string;
  parameters: readonly Parameter[];
  /** Names of the security schemes, of which one is enough. */
  schemes: readonly string[];
  /** Whether one may call it without any of the schemes. */
  isPublic: boolean;
  /** The headers and the body without which it cannot be called. */
  call: Required<Pick<Call, 'headers'>> & Call;
}

export interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema?: Schema;
}

export interface Document {
  paths: Record<string, object>;
  components: { schemas: object };
}
interface DocumentedOperation {
  parameters?: readonly Parameter[];
  security?: readonly object[];
  requestBody?: { content: Record<string, { schema?: Schema }> };
}

const MULTIPART = 'multipart/form-data; boundary=xx';
const FORM = '--xx\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\nx\r\n--xx--\r\n';

/** All operations of a document, in its order. Throws for one that the tests of access do not know how to call. */
export const operations = (document: Document): Operation[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, DocumentedOperation>).map(([method, documented]) => {
      const { parameters = [], security = [] } = documented;
      return {
        ...{ method: method.toUpperCase(), path, parameters },
        schemes: security.flatMap((scheme) => Object.keys(scheme)),
        isPublic: security.length === 0 || security.some((scheme) => Object.keys(scheme).length === 0),
        call: callOf(documented, document),
      };
    }),
  );

function callOf(
  { parameters = [], requestBody }: DocumentedOperation,
  { components }: Document,
): Operation['call'] {
  const schemas = components.schemas as Record<string, Schema>;
  const headers = Object.fromEntries(
    parameters
      .filter((parameter) => parameter.in === 'header' && parameter.required)
      .map(({ name, schema = {} }) => [name.toLowerCase(), String(sampleOf(schema, schemas))]),
  );
  const content = Object.entries(requestBody?.content ?? {})[0];
  if (!content) return { headers };
  const [type, { schema = {} }] = content;
  if (type === 'application/json') return { headers, body: sampleOf(schema, schemas) as object };
  if (type === 'multipart/form-data')
    return { headers: { ...headers, 'content-type': MULTIPART }, body: FORM };
  return { headers: { ...headers, 'content-type': type }, body: 'x' };
}

/** The URL of an operation, with this id in its path and in each parameter of the query that is required. */
export function urlOf({ path, parameters }: Pick<Operation, 'path' | 'parameters'>, id: string): string {
  const query = parameters.filter((parameter) => parameter.in === 'query' && parameter.required);
  const url = path.replace(/\{\w+\}/g, id);
  return query.length === 0 ? url : `${url}?${query.map(({ name }) => `${name}=${id}`).join('&')}`;
}
