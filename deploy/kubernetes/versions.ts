interface Version {
  major: string;
  minor: string;
}

/** What `kubectl version -o json` says. */
export interface Versions {
  clientVersion: Version;
  serverVersion: Version;
}

/** Kustomize's components and labels as we use them; containers beside an app, that start before it and end after it. */
const AT_LEAST = { clientVersion: ['kubectl', 27], serverVersion: ['The cluster', 29] } as const;

/** Throws where one is too old for the manifests. */
export function checkVersions(versions: Versions): void {
  for (const [which, [name, minor]] of Object.entries(AT_LEAST)) {
    const is = versions[which as keyof Versions];
    // A cloud's are called «29+».
    if (Number(is.major) === 1 && Number.parseInt(is.minor, 10) < minor)
      throw new Error(`${name} is of version ${is.major}.${is.minor}; it has to be 1.${minor} or newer.`);
  }
}
