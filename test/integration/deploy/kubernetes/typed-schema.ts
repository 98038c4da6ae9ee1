import { parse } from 'yaml';
import type { Manifest } from './rendered.ts';

/** A type in the schema of server-side apply, from client-go (applyconfigurations/internal). */
interface Type {
  scalar?: 'string' | 'numeric' | 'boolean' | 'untyped';
  namedType?: string;
  list?: { elementType: Type };
  map?: { fields?: { name: string; type: Type }[]; elementType?: Type };
}

/** Creates a check of objects of built-in kinds. It returns the errors with their paths, or undefined for any other kind. */
export function createTypeCheck(goFile: string): (manifest: Manifest) => string[] | undefined {
  const yaml = /`(types:[\s\S]*?)`/.exec(goFile)?.[1];
  if (yaml === undefined) throw new Error('the file of client-go contains no schema');
  const { types } = parse(yaml) as { types: (Type & { name: string })[] };
  const named = new Map(types.map((type) => [type.name, type]));

  function faults(value: unknown, type: Type, path: string): string[] {
    if (type.namedType !== undefined) {
      const found = named.get(type.namedType);
      return found === undefined ? [`${path}: unknown type ${type.namedType}`] : faults(value, found, path);
    }
    if (type.scalar !== undefined) return fits(value, type.scalar) ? [] : [`${path} is not ${type.scalar}`];
    if (type.list !== undefined) {
      const { elementType } = type.list;
      if (!Array.isArray(value)) return [`${path} is not a list`];
      return value.flatMap((one, index) => faults(one, elementType, `${path}[${index}]`));
    }
    const { fields = [], elementType } = type.map ?? {};
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path} is not a map`];
    return Object.entries(value).flatMap(([key, inner]) => {
      const known = fields.find(({ name }) => name === key)?.type ?? elementType;
      return known === undefined ? [`${path}.${key} is unknown`] : faults(inner, known, `${path}.${key}`);
    });
  }

  return (manifest) => {
    const [group = '', version] = manifest.apiVersion.includes('/')
      ? manifest.apiVersion.split('/')
      : ['core', 'v1'];
    const type = named.get(`io.k8s.api.${group.split('.')[0]}.${version}.${manifest.kind}`);
    return type && faults(manifest, type, manifest.kind);
  };
}

function fits(value: unknown, scalar: Type['scalar']): boolean {
  if (scalar === 'untyped') return true;
  return typeof value === (scalar === 'numeric' ? 'number' : scalar);
}
