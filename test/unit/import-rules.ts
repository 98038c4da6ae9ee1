import { builtinModules } from 'node:module';
import type { IConfiguration } from 'dependency-cruiser';

/*
 * The rules of imports, as a configuration of dependency-cruiser. imports.test.ts checks them. An import of a type counts as
 * an import. The command line reports the same: npx depcruise --config test/unit/import-rules.ts services deploy test
 */

/**
 * The folders of services/shared, from the bottom to the top. A folder imports from itself and from the folders above it in this
 * list, and folders in one line do not import from each other. So there is no circle between folders. `dapr/names.ts` is at the
 * bottom, because it holds constants alone and the log has to know the name of the token header. `jobs/warnings.ts` is there,
 * because it imports nothing and both jobs and events have warnings.
 */
const SHARED_FOLDERS = [
  ['dapr/names.ts', 'jobs/warnings.ts'],
  ['runtime/', 'tracks/'],
  ['state/'],
  ['blobs/', 'dapr/'],
  ['contract/'],
  ['http/', 'jobs/'],
  ['mp3/'],
];

const inShared = (folders: string[]): string[] => folders.map((folder) => `^services/shared/${folder}`);

const forbid = <From, To>(name: string, comment: string, from: From, to: To) => ({
  ...{ name, comment, severity: 'error' as const },
  from,
  to,
});

const folderRules = SHARED_FOLDERS.flatMap((line, height) =>
  line.map((folder) => {
    const below = SHARED_FOLDERS.slice(0, height).flat();
    return forbid(
      `shared-folder-${folder.replace(/\W+/g, '-').replace(/-$/, '')}`,
      `services/shared/${folder} imports from itself and from ${below.join(', ') || 'nothing else'} alone.`,
      // dapr/names.ts is in the folder dapr/, but has a rule of its own.
      { path: inShared([folder]), pathNot: inShared(folder === 'dapr/' ? ['dapr/names.ts'] : []) },
      { path: '^services/shared/', pathNot: inShared([folder, ...below]) },
    );
  }),
);

const configuration: IConfiguration = {
  forbidden: [
    forbid('no-circles', 'Files do not import each other in a circle.', {}, { circular: true }),
    {
      ...forbid(
        'no-circles-between-folders',
        'The folders of a service do not import each other in a circle.',
        { path: '^services/[^/]+/[^/]+$', pathNot: '^services/shared/' },
        { circular: true },
      ),
      scope: 'folder',
    },
    forbid(
      'resolvable',
      'Every import leads to a file or an installed package.',
      {},
      { couldNotResolve: true },
    ),
    forbid(
      'service-on-its-own',
      'A service imports from its own folder and from services/shared alone.',
      { path: '^services/([^/]+)/', pathNot: '^services/shared/' },
      { path: '^services/', pathNot: ['^services/$1/', '^services/shared/'] },
    ),
    forbid(
      'shared-below-services',
      'services/shared imports from no service.',
      { path: '^services/shared/' },
      { path: '^services/', pathNot: '^services/shared/' },
    ),
    forbid(
      'services-at-the-bottom',
      'Services import nothing from the folders that deploy or test them.',
      { path: '^services/' },
      { path: '^(components|deploy|test|tilt)/' },
    ),
    forbid(
      'components-on-their-own',
      'A component of ours imports from its own folder and from services/shared alone.',
      { path: '^components/([^/]+/[^/]+)/' },
      { path: '^(components|deploy|services|test|tilt)/', pathNot: ['^components/$1/', '^services/shared/'] },
    ),
    forbid(
      'components-used-by-sidecars-alone',
      'A component is a program of its own: only its tests import from it.',
      { pathNot: '^(components|test)/' },
      { path: '^components/' },
    ),
    forbid('tests-at-the-top', 'Only tests import from test/.', { pathNot: '^test/' }, { path: '^test/' }),
    forbid(
      'dapr-in-one-folder',
      'Only services/shared/dapr uses the Dapr SDK.',
      { path: '^(components|services)/', pathNot: '^services/shared/dapr/' },
      { path: '(^|/)node_modules/@dapr/' },
    ),
    forbid(
      'client-runs-in-browsers',
      'The client of the API imports no Node built-in module, not even through other files.',
      { path: '^services/gateway/(client|sound)/' },
      { path: `^(node:)?(${builtinModules.join('|')})$`, reachable: true },
    ),
    forbid(
      'page-runs-in-browsers',
      'What the page runs in browsers imports no Node built-in module, not even through other files.',
      { path: '^services/gateway/page/app/' },
      { path: `^(node:)?(${builtinModules.join('|')})$`, reachable: true },
    ),
    forbid(
      'page-on-the-client',
      'What the page runs in browsers imports from the client of the API and from services/shared. From other folders it imports only schemas and the rules for options, names and first bytes.',
      { path: '^services/gateway/page/app/' },
      {
        path: '^services/gateway/',
        pathNot: [
          ...[
            '^services/gateway/page/app/',
            '^services/gateway/client/',
            '^services/gateway/sound/',
            '^services/gateway/options/',
          ],
          '^services/gateway/signatures/',
          ...['^services/gateway/downloads/mp3-name\\.ts$', '-view\\.ts$'],
        ],
      },
    ),
    ...folderRules,
  ],
  options: {
    tsPreCompilationDeps: true,
    // What is built of the page.
    exclude: { path: '^services/gateway/page/dist/' },
    doNotFollow: { path: '(^|/)node_modules/' },
    enhancedResolveOptions: { conditionNames: ['import', 'node', 'default'], exportsFields: ['exports'] },
  },
};

export default configuration;
