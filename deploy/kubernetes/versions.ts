interface Version {
  major: string;
  minor: string;
}

/** The output of `kubectl version -o json`. */
export interface Versions {
  clientVersion: Version;
  serverVersion: Version;
}

/** kubectl 1.27 for the kustomize features that we use, Kubernetes 1.29 for native sidecar containers. */
const AT_LEAST = { clientVersion: ['kubectl', 27], serverVersion: ['The cluster', 29] } as const;

/** Throws if kubectl or the cluster is too old for the manifests. */
export function checkVersions(versions: Versions): void {
  for (const [which, [name, minor]] of Object.entries(AT_LEAST)) {
    const version = versions[which as keyof Versions];
    // Some cloud providers report a minor version such as «29+».
    if (Number(version.major) === 1 && Number.parseInt(version.minor, 10) < minor)
      throw new Error(
        `${name} has version ${version.major}.${version.minor}; version 1.${minor} or newer is required.`,
      );
  }
}
