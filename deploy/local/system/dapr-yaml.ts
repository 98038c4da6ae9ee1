import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { type Choice, withChoice } from './components.ts';

// The keys of Dapr's multi-app run template as the CLI 1.18 reads them (dapr/cli pkg/standalone/run.go, SharedRunConfig
// and RunConfig), and the daprd flag that each stands for.
const text = z.string();
const count = z.number().int();
const sharedFlags = {
  appProtocol: ['app-protocol', text],
  enableProfiling: ['enable-profiling', z.boolean()],
  logLevel: ['log-level', text],
  appMaxConcurrency: ['app-max-concurrency', count],
  placementHostAddress: ['placement-host-address', text],
  schedulerHostAddress: ['scheduler-host-address', text],
  maxBodySize: ['max-body-size', z.union([text, count])],
  readBufferSize: ['read-buffer-size', z.union([text, count])],
  enableAppHealthCheck: ['enable-app-health-check', z.boolean()],
  appHealthCheckPath: ['app-health-check-path', text],
  appHealthProbeInterval: ['app-health-probe-interval', count],
  appHealthProbeTimeout: ['app-health-probe-timeout', count],
  appHealthThreshold: ['app-health-threshold', count],
  enableApiLogging: ['enable-api-logging', z.boolean()],
} as const;
const appFlags = {
  appChannelAddress: ['app-channel-address', text],
  unixDomainSocket: ['unix-domain-socket', text],
} as const;
const flags = { ...sharedFlags, ...appFlags };

const flagSchemas = (
  table: Record<string, readonly [string, z.ZodType]>,
): Record<string, z.ZodOptional<z.ZodType>> =>
  Object.fromEntries(Object.entries(table).map(([key, [, schema]]) => [key, schema.optional()]));

const shared = {
  ...flagSchemas(sharedFlags),
  // Ours to choose, or of no use here: addresses, ports, the runtime's place and where logs go.
  apiListenAddresses: text.optional(),
  runtimePath: text.optional(),
  daprdLogDestination: text.optional(),
  appLogDestination: text.optional(),
  configFilePath: text.optional(),
  resourcesPath: text.optional(),
  resourcesPaths: z.array(text).optional(),
  env: z.record(text, z.union([text, z.number(), z.boolean()])).optional(),
};
const template = z.strictObject({
  version: z.literal(1),
  name: text.optional(),
  common: z.strictObject(shared).optional(),
  apps: z
    .array(
      z.strictObject({
        ...shared,
        ...flagSchemas(appFlags),
        appID: text.optional(),
        appDirPath: text,
        appPort: count.optional(),
        daprHTTPPort: count.optional(),
        daprGRPCPort: count.optional(),
        daprInternalGRPCPort: count.optional(),
        metricsPort: count.optional(),
        profilePort: count.optional(),
        command: z.array(text).min(1),
      }),
    )
    .min(1),
});

export interface AppSpec {
  appId: string;
  /** Relative to the folder of dapr.yaml. */
  appDir: string;
  appPort: number | undefined;
  appProtocol: string;
  command: string[];
  env: Record<string, string>;
  /** daprd's arguments that do not depend on where it runs. */
  daprdFlags: string[];
  /** Absolute. */
  resources: string[];
  /** Absolute. */
  config: string | undefined;
}

/** One of the processes that run an app. */
export interface AppInstance extends AppSpec {
  /** Its processes, ports and logs are named after it: the app's id, then `<id>-2` and so on. */
  name: string;
}

/** As many instances as wanted, which compete for the app's events and share its id. */
export const replicated = (app: AppSpec, count: number): AppInstance[] =>
  Array.from({ length: count }, (_, index) => ({
    ...app,
    name: index === 0 ? app.appId : `${app.appId}-${index + 1}`,
  }));

function toFlags(settings: Record<string, unknown>): string[] {
  return Object.entries(flags).flatMap(([key, [flag]]) => {
    const value = settings[key];
    if (value === undefined || value === false) return [];
    return value === true ? [`--${flag}`] : [`--${flag}=${String(value)}`];
  });
}

/** The apps of a dapr.yaml, with `common` merged in as the Dapr CLI does it: an app's own value wins. */
export function parseDaprYaml(yaml: string, root: string): AppSpec[] {
  const result = template.safeParse(parse(yaml));
  if (!result.success)
    throw new Error(`dapr.yaml is not as the Dapr CLI wants it:\n${z.prettifyError(result.error)}`);
  const { common = {}, apps } = result.data;
  return apps.map((app) => {
    const settings: Record<string, unknown> = { ...common, ...app };
    const appDir = path.normalize(app.appDirPath);
    // Paths under `common` start at dapr.yaml's folder, an app's own at its appDirPath.
    const paths = (from: typeof common, base: string): string[] =>
      [...(from.resourcesPaths ?? []), ...(from.resourcesPath === undefined ? [] : [from.resourcesPath])].map(
        (file) => path.resolve(base, file),
      );
    const own = paths(app, path.join(root, appDir));
    const config =
      app.configFilePath !== undefined
        ? path.resolve(root, appDir, app.configFilePath)
        : common.configFilePath && path.resolve(root, common.configFilePath);
    const env = Object.entries({ ...common.env, ...app.env }).map(([name, value]) => [name, String(value)]);
    return {
      appId: app.appID ?? path.basename(appDir),
      appDir,
      appPort: app.appPort,
      appProtocol: String(settings.appProtocol ?? 'http'),
      command: app.command,
      env: Object.fromEntries(env) as Record<string, string>,
      daprdFlags: toFlags(settings),
      resources: own.length > 0 ? own : paths(common, root),
      config: config === undefined || config === '' ? undefined : config,
    };
  });
}

/** The folders of components that some apps use, each once. */
export const resourcesOf = (apps: readonly AppSpec[]): string[] => [
  ...new Set(apps.flatMap(({ resources }) => resources)),
];

/** The apps of the repository's dapr.yaml, over the chosen infrastructure. */
export function readDaprYaml(root: string, choice: Choice): AppSpec[] {
  return parseDaprYaml(readFileSync(path.join(root, 'dapr.yaml'), 'utf8'), root).map((app) => ({
    ...app,
    resources: withChoice(app.resources, root, choice),
  }));
}
