import type { Sidecar } from '../dapr/sidecar.ts';
import { type EventSecrets, isSignedBy, sign } from './event-secret.ts';

/** Carries the proof that a call by service invocation comes from a service of the system. */
export const CALLER_HEADER = 'x-caller-token';

const KIND = 'call';

/** The token for calls to an app. It is valid for this app alone, and as long as the secret is. */
export const callerToken = (appId: string, secrets: EventSecrets): string => sign(secrets, KIND, appId);

/** Whether the token is that of a service of the system for calls to this app. */
export const isCallerToken = (token: string, appId: string, secrets: EventSecrets): boolean =>
  isSignedBy(secrets, token, KIND, appId);

/** Calls other apps with the token that they require. */
export const createSignedInvoke =
  (invoke: Sidecar['invoke'], secrets: EventSecrets): Sidecar['invoke'] =>
  (appId, request) =>
    invoke(appId, {
      ...request,
      headers: { ...request.headers, [CALLER_HEADER]: callerToken(appId, secrets) },
    });
