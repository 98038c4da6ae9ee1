import { problems } from './parts.ts';

interface Operation {
  security?: readonly object[];
  responses: Record<string, { description: string }>;
}

function addScopeError({ responses, ...operation }: Operation): Operation {
  const { 403: refusal = { description: '' } } = problems('insufficient_scope') as Operation['responses'];
  const other = responses[403];
  const description = other ? `${other.description} or \`insufficient_scope\`` : refusal.description;
  return { ...operation, responses: { ...responses, 403: { ...refusal, description } } };
}

const mapValues = <From, To>(of: object, map: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(of).map(([key, value]: [string, From]) => [key, map(value)]));

const mapOperations = <Paths extends object>(paths: Paths, map: (operation: Operation) => Operation): Paths =>
  mapValues(paths, (operations: object) => mapValues(operations, map)) as Paths;

/** Adds the refusal of a key without the scope to each operation that accepts API keys. */
export const addScopeErrors = <Paths extends object>(paths: Paths): Paths =>
  mapOperations(paths, (operation) =>
    operation.security?.some((scheme) => 'apiKey' in scheme) ? addScopeError(operation) : operation,
  );

/** Adds to each operation that it refuses API keys. */
export const refuseApiKeys = <Paths extends object>(paths: Paths): Paths =>
  mapOperations(paths, addScopeError);
