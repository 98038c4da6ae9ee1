import { z } from 'zod';
import type { AccountGroup, AccountLimits, GroupLimits } from './group-limits.ts';

const DAY = 24 * 3600;
const GIB = 1024 ** 3;

/** The names of limits in a setting, with their least and greatest values. `none` is no limit, where there need not be one. */
const NAMES = {
  max_upload_bytes: { min: 1, max: Number.MAX_SAFE_INTEGER, mayBeNone: false },
  retention_seconds: { min: 60, max: 365 * DAY, mayBeNone: false },
  unfinished_jobs: { min: 1, max: 100_000, mayBeNone: false },
  uploads_per_day: { min: 0, max: 1_000_000_000, mayBeNone: true },
  bytes_per_day: { min: 0, max: Number.MAX_SAFE_INTEGER, mayBeNone: true },
  minutes_per_day: { min: 0, max: 1_000_000_000, mayBeNone: true },
  stored_bytes: { min: 0, max: Number.MAX_SAFE_INTEGER, mayBeNone: true },
} as const;
type Name = keyof typeof NAMES;

/** The limits that a setting names. `undefined` is no limit. */
export type GivenLimits = Partial<Record<Name, number | undefined>>;

const isName = (text: string): text is Name => Object.hasOwn(NAMES, text);

/** Reads one entry. Returns a text that says what is wrong with it. */
function readEntry(entry: string, given: GivenLimits): string | undefined {
  const [name = '', value = '', ...rest] = entry.split('=').map((part) => part.trim());
  if (!isName(name)) return `has no limit «${name.slice(0, 40)}»; there are ${Object.keys(NAMES).join(', ')}`;
  if (name in given) return `names ${name} twice`;
  const { min, max, mayBeNone } = NAMES[name];
  const isNone = mayBeNone && value === 'none';
  const isNumber = /^\d{1,16}$/.test(value) && Number(value) >= min && Number(value) <= max;
  if (rest.length > 0 || !(isNone || isNumber))
    return `needs a whole number from ${min} to ${max}${mayBeNone ? ', or none,' : ''} for ${name}`;
  given[name] = isNone ? undefined : Number(value);
  return undefined;
}

function readSetting(text: string): { given: GivenLimits; faults: string[] } {
  const given: GivenLimits = {};
  const entries = text.split(',').filter((entry) => entry.trim() !== '');
  return { given, faults: entries.flatMap((entry) => readEntry(entry, given) ?? []) };
}

/** Reads the limits of one group, such as `uploads_per_day=100,stored_bytes=none`. */
export const groupSetting = z
  .string()
  .refine((text) => readSetting(text).faults.length === 0, {
    error: ({ input }) => readSetting(String(input)).faults.join('; '),
  })
  .transform((text): GivenLimits => readSetting(text).given);

/** What holds where a group's setting does not name a limit. */
export interface DefaultLimits {
  user: AccountLimits;
  guest: AccountLimits;
}

/** A stranger fills no disk in a day, and a film or two are enough to see what this is. */
export const GUEST_DAY = {
  uploadsPerDay: 20,
  bytesPerDay: GIB,
  minutesPerDay: 180,
  storedBytes: GIB,
} as const;

/**
 * Nobody fills the disk of all. There is no limit for a day: how much a system can convert depends on its machines, and turns are
 * fair between users (docs/decisions/fair-turns.md), so whoever sends much waits longest.
 */
export const USER_DAY = { storedBytes: 100 * GIB } as const;

function withGiven(defaults: AccountLimits, given: GivenLimits): AccountLimits {
  const of = (name: Name, fallback: number | undefined) => (name in given ? given[name] : fallback);
  return {
    maxUploadBytes: given.max_upload_bytes ?? defaults.maxUploadBytes,
    retentionSeconds: given.retention_seconds ?? defaults.retentionSeconds,
    uploadsPerDay: of('uploads_per_day', defaults.uploadsPerDay),
    bytesPerDay: of('bytes_per_day', defaults.bytesPerDay),
    minutesPerDay: of('minutes_per_day', defaults.minutesPerDay),
    storedBytes: of('stored_bytes', defaults.storedBytes),
  };
}

/** The limits of all groups. What a friend's or an operator's setting does not name is as for a user. */
export function groupLimitsFrom(
  { user: userDefaults, guest: guestDefaults }: DefaultLimits,
  given: Record<AccountGroup, GivenLimits>,
): GroupLimits {
  const user = withGiven(userDefaults, given.user);
  return {
    user,
    guest: withGiven(guestDefaults, given.guest),
    friend: withGiven(user, given.friend),
    operator: withGiven(user, given.operator),
  };
}
