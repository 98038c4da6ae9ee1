import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { type Choice, withChoice } from './components.ts';

// The keys of Dapr's multi-app run template (dapr/cli 1.18, pkg/standalone/run.go, SharedRunConfig and RunConfig) that our
// dapr.yaml uses. Other keys are refused: the Dapr CLI would obey them, and `npm start` would not.
const text = z.string();
const count = z.number().int();
/** The keys that become arguments of daprd, and the names of the arguments. */
const flags = {
  appProtocol: ['app-protocol', text],
  placementHostAddress: ['placement-host-address', text],
  schedulerHostAddress: ['scheduler-host-address', text],
  maxBodySize: ['max-body-size', text],
  enableAppHealthCheck: ['enable-app-health-check', z.boolean()],
  appHealthCheckPath: ['app-health-check-path', text],
  appHealthProbeInterval: ['app-health-probe-interval', count],
  appHealthThreshold: ['app-health-threshold', count],
} as const;
const flagSchemas: Record<string, z.ZodOptional<z.ZodType>> = Object.fromEntries(
  Object.entries(flags).map(([key, [, schema]]) => [key, schema.optional()]),
);

const shared = {
  ...flagSchemas,
  /** Ignored: our sidecars listen on 127.0.0.1 in any case. */
  apiListenAddresses: text.optional(),
  configFilePath: text.optional(),
  resourcesPaths: z.array(text).optional(),
  env: z.record(text, z.union([text, z.number(), z.boolean()])).optional(),
};
const template = z.strictObject({
  version: z.literal(1),
  common: z.strictObject(shared).optional(),
  apps: z
    .array(
      z.strictObject({
        ...shared,
        appID: text.optional(),
        appDirPath: text,
        appPort: count.optional(),
        /** Ignored: our sidecars use free ports. */
        daprHTTPPort: count.optional(),
        command: z.array(text).min(1),
      }),
    )
    .min(1),
});

export interface AppSpec {
  appId: string;
  /** The app's folder, relative to the folder of dapr.yaml. */
  appDir: string;
  appPort: number | undefined;
  appProtocol: string;
  command: string[];
  env: Record<string, string>;
  /** Those arguments of daprd that do not depend on the machine. */
  daprdFlags: string[];
  /** Absolute paths of folders with components. */
  resources: string[];
  /** The absolute path of a Dapr configuration. */
  config: string | undefined;
}

/** One instance of an app. Several instances share the app's id, and compete for its events. */
export interface AppInstance extends AppSpec {
  /** Its processes, ports and logs have this name: the app's id for the first instance, then `<id>-2` and so on. */
  name: string;
}

export const replicate = (app: AppSpec, count: number): AppInstance[] =>
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

/** Reads the text of a dapr.yaml. Merges `common` into each app as the Dapr CLI does: an app's own value wins. */
export function parseDaprYaml(yaml: string, root: string): AppSpec[] {
  const result = template.safeParse(parse(yaml));
  if (!result.success)
    throw new Error(
      `dapr.yaml contains keys or values that npm start does not support:\n${z.prettifyError(result.error)}`,
    );
  const { common = {}, apps } = result.data;
  return apps.map((app) => {
    const settings: Record<string, unknown> = { ...common, ...app };
    const appDir = path.normalize(app.appDirPath);
    // The Dapr CLI resolves paths under `common` from the folder of dapr.yaml, and an app's own from its appDirPath.
    const paths = ({ resourcesPaths = [] }: typeof common, base: string): string[] =>
      resourcesPaths.map((folder) => path.resolve(base, folder));
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

/** The folders of components that these apps use, without duplicates. */
export const resourcesOf = (apps: readonly AppSpec[]): string[] => [
  ...new Set(apps.flatMap(({ resources }) => resources)),
];

/** The apps of the repository's dapr.yaml, with the chosen infrastructure. */
export function readDaprYaml(root: string, choice: Choice): AppSpec[] {
  return parseDaprYaml(readFileSync(path.join(root, 'dapr.yaml'), 'utf8'), root).map((app) => ({
    ...app,
    resources: withChoice(app.resources, root, choice),
  }));
}
