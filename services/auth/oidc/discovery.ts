import * as client from 'openid-client';
import { AppError } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { boundedFetch, customFetch } from './bounded-fetch.ts';
import type { ProviderSettings } from './settings.ts';

/** How long the metadata of a provider is used. */
const FRESH_MS = 3600_000;
/** A provider that could not be reached is asked again after this time. Anybody can cause the question. */
const PAUSE_MS = 5_000;

/** Returns the metadata of a provider, and how we talk to it. Throws `unavailable`. */
export type Discover = () => Promise<client.Configuration>;

/**
 * Reads the metadata of a provider when it is needed first, so that one that is away does not hold up the start, and again every
 * hour. While that fails, the metadata of before is used.
 */
export function createDiscover(settings: ProviderSettings, log: Log, now = Date.now): Discover {
  let known: client.Configuration | undefined;
  let askAfter = Number.NEGATIVE_INFINITY;
  let failure: unknown;
  let asking: Promise<void> | undefined;

  async function ask(): Promise<void> {
    try {
      known = await read(settings);
      askAfter = now() + FRESH_MS;
    } catch (error) {
      failure = error;
      askAfter = now() + PAUSE_MS;
      log.warn({ err: error, provider: settings.id }, 'the metadata of a provider could not be read');
    }
  }

  return async () => {
    if (now() >= askAfter) {
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      await asking;
    }
    if (!known) throw providerUnavailable(settings, failure);
    return known;
  };
}

async function read(settings: ProviderSettings): Promise<client.Configuration> {
  const { issuer, client_id, client_secret } = settings;
  const authentication =
    client_secret === undefined ? client.None() : client.ClientSecretBasic(client_secret);
  const isLocal = issuer.startsWith('http:');
  const configuration = await client.discovery(new URL(issuer), client_id, client_secret, authentication, {
    [customFetch]: boundedFetch,
    ...(isLocal && { execute: [client.allowInsecureRequests] }),
  });
  // The signature of the ID token is checked, too, although it comes straight from the provider.
  client.enableNonRepudiationChecks(configuration);
  return configuration;
}

export const providerUnavailable = ({ name }: ProviderSettings, cause: unknown): AppError =>
  new AppError('unavailable', `${name} does not answer at the moment; try again shortly`, {
    cause,
    headers: { 'Retry-After': '5' },
  });
