import type Router from '@koa/router';
import { createAccountModule } from '../../../../services/auth/account-module.ts';
import { createAuthApp } from '../../../../services/auth/app.ts';
import { createSignIn } from '../../../../services/auth/sign-in.ts';
import { createMetrics } from '../../../../services/shared/http/metrics.ts';
import type { RequestState } from '../../../../services/shared/http/request-state.ts';
import { createLog } from '../../../../services/shared/runtime/log.ts';

/** Ports that no request uses. The database has one secret, which auth reads at its start. */
const ports = {
  database: {
    rows: async () => [{ secret: 'a secret that auth has stored' }],
    change: async () => 0,
  },
  tokens: { seconds: 900 },
  limits: {},
  providers: [],
  publicUrl: 'http://gateway.test',
  log: createLog('auth', 'silent'),
  metrics: createMetrics('auth'),
};

/** Returns the routes that auth registers, such as `POST /login`. */
export async function readRoutesOfAuth(): Promise<string[]> {
  const signIn = await createSignIn(ports as never);
  const accountModule = createAccountModule(ports as never);
  let registered: Router<RequestState> | undefined;
  createAuthApp({
    ...(ports as object),
    addRoutes(router: Router<RequestState>) {
      accountModule.addRoutes(router);
      signIn.addRoutes(router);
      registered = router;
    },
  } as never);
  const layers = registered?.stack ?? [];
  return layers.flatMap(({ methods, path }) =>
    methods.filter((method) => method !== 'HEAD').map((method) => `${method} ${String(path)}`),
  );
}
