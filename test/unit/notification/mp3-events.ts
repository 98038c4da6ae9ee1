import { randomUUID } from 'node:crypto';
import type { Mp3Event } from '../../../services/shared/contract/events.ts';

export const done = (fields: Partial<Mp3Event> = {}): Mp3Event => ({
  job_id: randomUUID(),
  trace_id: '0123456789abcdef0123456789abcdef',
  run: 1,
  status: 'done',
  email: 'owner@example.org',
  filename: 'a.mp4',
  mp3: {
    size: 7_869_623,
    duration_seconds: 600,
    download_url: 'https://example.org/download/1?expires=2&signature=3',
  },
  warnings: [],
  error: null,
  expires_at: '2126-01-02T03:04:05.000Z',
  ...fields,
});

export const failed = (code: string, fields: Partial<Mp3Event> = {}): Mp3Event =>
  done({ status: 'failed', mp3: null, error: { code, detail: 'the detail' }, ...fields });
