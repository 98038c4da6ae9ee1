import path from 'node:path';
import type { AppSpec } from './dapr-yaml.ts';

/** The port of the Node inspector for each service. `.vscode/launch.json` attaches to these. */
export const INSPECTOR_PORTS: Readonly<Record<string, number>> = {
  gateway: 9229,
  auth: 9230,
  converter: 9231,
  notification: 9232,
};

/** The app, run under the Node inspector on a port of 127.0.0.1. Throws if the app's program is not Node. */
export function withInspector(app: AppSpec, port: number | undefined): AppSpec {
  if (port === undefined) return app;
  const [program = '', ...args] = app.command;
  if (path.basename(program) !== 'node')
    throw new Error(`${app.appId} cannot be inspected: it runs ${program}, not node.`);
  return { ...app, command: [program, `--inspect=127.0.0.1:${port}`, ...args] };
}
