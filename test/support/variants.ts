/** Values of every JSON type, valid and invalid ones, and hostile ones. */
const VALUES: unknown[] = [
  null,
  true,
  0,
  -1,
  1,
  1.5,
  1e300,
  '',
  'x',
  '1',
  'done',
  'failed',
  'queued',
  '5F3A9C1E-8D0B-4A53-9A35-0D6C2C1F7B10',
  '../../etc/passwd',
  'a\r\nBcc: all@example.com',
  'bob@example.com',
  'bob@example.com;eve@example.com',
  'bob@example.com, eve@example.com',
  'bob@localhost',
  'https://example.com/a?b=c',
  'javascript:alert(1)',
  'file:///etc/passwd',
  '2030-02-28T00:00:00Z',
  '2030-02-30T00:00:00Z',
  '2030-02-28T00:00:00+01:00',
  '2030-02-28',
  '🎵\u202e\ud800',
  'x'.repeat(10_000),
  [],
  ['x'],
  {},
  { size: 1 },
  { code: 'x', detail: 'y', later: 1 },
];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Copies of `example` with one change each, at any depth: a value is replaced, left out or added. */
export function variantsOf(example: unknown): unknown[] {
  if (Array.isArray(example) && example.length > 0) {
    const [first, ...others] = example;
    return [example, others, ...VALUES, ...variantsOf(first).map((variant) => [variant, ...others])];
  }
  if (!isObject(example)) return VALUES;
  return [
    example,
    ...VALUES,
    { ...example, added_later: { any: 'thing' } },
    ...Object.keys(example).flatMap((key) => {
      const { [key]: value, ...others } = example;
      return [others, ...variantsOf(value).map((variant) => ({ ...example, [key]: variant }))];
    }),
  ];
}
