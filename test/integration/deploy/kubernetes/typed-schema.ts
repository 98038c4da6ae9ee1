import { parse } from 'yaml';
import type { Manifest } from './rendered.ts';

/** What Kubernetes' own API server knows of its types, for server-side apply: client-go, applyconfigurations/internal. */
interface Type {
  scalar?: 'string' | 'numeric' | 'boolean' | 'untyped';
  namedType?: string;
  list?: { elementType: Type };
  map?: { fields?: { name: string; type: Type }[]; elementType?: Type };
}

/** Returns what is wrong with an object of a built-in kind, by the path in it; undefined for a kind that is not built in. */
export function createTypeCheck(goFile: string): (manifest: Manifest) => string[] | undefined {
  const yaml = /`(types:[\s\S]*?)`/.exec(goFile)?.[1];
  if (yaml === undefined) throw new Error('client-go keeps its schema elsewhere now');
  const { types } = parse(yaml) as { types: (Type & { name: string })[] };
  const named = new Map(types.map((type) => [type.name, type]));

  function faults(value: unknown, type: Type, path: string): string[] {
    if (type.namedType !== undefined) {
      const found = named.get(type.namedType);
      return found === undefined ? [`${path}: there is no ${type.namedType}`] : faults(value, found, path);
    }
    if (type.scalar !== undefined) return fits(value, type.scalar) ? [] : [`${path} is no ${type.scalar}`];
    if (type.list !== undefined) {
      const { elementType } = type.list;
      if (!Array.isArray(value)) return [`${path} is no list`];
      return value.flatMap((one, index) => faults(one, elementType, `${path}[${index}]`));
    }
    const { fields = [], elementType } = type.map ?? {};
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path} is no map`];
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
