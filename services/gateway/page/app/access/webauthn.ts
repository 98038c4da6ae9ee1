/** The parts of WebAuthn Level 3 with JSON, which older browsers do not have. */
interface JsonCredentials {
  parseCreationOptionsFromJSON(json: unknown): PublicKeyCredentialCreationOptions;
  parseRequestOptionsFromJSON(json: unknown): PublicKeyCredentialRequestOptions;
  isConditionalMediationAvailable?(): Promise<boolean>;
}

const known = (): JsonCredentials | undefined => {
  const { PublicKeyCredential: found } = globalThis as { PublicKeyCredential?: unknown };
  const api = found as JsonCredentials | undefined;
  return api !== undefined && 'parseRequestOptionsFromJSON' in api ? api : undefined;
};

/** Whether this browser can make and use passkeys. It cannot over plain HTTP, but on localhost. */
export const hasPasskeys = (): boolean => known() !== undefined;

/** Whether it offers passkeys in the list of a field, as it does with passwords. */
export const suggestsPasskeys = async (): Promise<boolean> =>
  (await known()?.isConditionalMediationAvailable?.()) ?? false;

/** Somebody has closed the window of the browser, or has no passkey. */
export class NoPasskeyError extends Error {
  override readonly name = 'NoPasskeyError';
}

/** Has the browser make a passkey. @param options of the gateway @throws NoPasskeyError */
export async function createPasskey(options: unknown): Promise<unknown> {
  const publicKey = known()?.parseCreationOptionsFromJSON(options);
  return jsonOf(() => navigator.credentials.create(publicKey ? { publicKey } : {}));
}

/** Has the browser sign in with a passkey. @param options of the gateway @throws NoPasskeyError; the signal's reason */
export async function usePasskey(
  options: unknown,
  { isSuggested = false, signal }: { isSuggested?: boolean; signal?: AbortSignal } = {},
): Promise<unknown> {
  const publicKey = known()?.parseRequestOptionsFromJSON(options);
  const mediation = isSuggested ? 'conditional' : 'optional';
  return jsonOf(() =>
    navigator.credentials.get({ ...(publicKey && { publicKey }), mediation, ...(signal && { signal }) }),
  );
}

async function jsonOf(ask: () => Promise<Credential | null>): Promise<unknown> {
  try {
    const credential = (await ask()) as PublicKeyCredential | null;
    if (credential !== null) return credential.toJSON();
  } catch (cause) {
    const { name } = cause as Error;
    if (name !== 'NotAllowedError' && name !== 'InvalidStateError') throw cause;
  }
  throw new NoPasskeyError('the browser has given no passkey');
}
