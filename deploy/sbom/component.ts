/** A component of a bill of materials, as CycloneDX writes it. */
export interface Component {
  'bom-ref': string;
  type: 'library' | 'application';
  name: string;
  version: string;
  purl?: string;
  properties?: { name: string; value: string }[];
}

/** @param part the part of the system that the component belongs to */
export const componentOf = (
  found: Pick<Component, 'name' | 'version'> & Partial<Component>,
  part: string,
): Component => ({
  'bom-ref': `${part}:${found.purl ?? `${found.name}@${found.version}`}`,
  type: 'library',
  ...found,
  properties: [{ name: 'mp3converter:part', value: part }],
});
