/** A component of a bill of materials, as CycloneDX writes it. */
export interface Component {
  'bom-ref': string;
  type: 'library' | 'application';
  name: string;
  version: string;
  purl?: string;
  scope?: 'required' | 'optional';
  properties?: { name: string; value: string }[];
}

/** A bill of materials in CycloneDX 1.5. */
export interface Sbom {
  bomFormat: 'CycloneDX';
  specVersion: string;
  metadata: { component: { name: string } };
  components: Component[];
  dependencies?: { ref: string; dependsOn?: string[] }[];
}

/** Says to which part of the system a component belongs. */
export const partProperty = (part: string) => ({ name: 'mp3converter:part', value: part });

/** @param part the part of the system that the component belongs to */
export const componentOf = (
  found: Pick<Component, 'name' | 'version'> & Partial<Component>,
  part: string,
): Component => ({
  'bom-ref': `${part}:${found.purl ?? `${found.name}@${found.version}`}`,
  type: 'library',
  ...found,
  properties: [partProperty(part)],
});
