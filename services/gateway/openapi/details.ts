import type { ErrorCode } from '../../shared/runtime/errors.ts';
import { byKey, id, json, problems, ref } from './parts.ts';

const CODES: ErrorCode[] = ['invalid_token', 'not_found', 'not_ready', 'too_many_requests'];
const notModified = { description: 'Not changed since `If-None-Match`' };
const picture = (type: string) => ({ [type]: { schema: { type: 'string', contentMediaType: type } } });

export const detailsPaths = {
  '/jobs/{id}/details': {
    get: {
      summary: 'What a player shows of the MP3: waveform, loudness, chapters, and how it was made',
      description:
        'While a job is converted again, these are the details of the earlier MP3. An MP3 that an earlier release has made has none: ' +
        '404. The request counts as a download.',
      security: byKey('read'),
      parameters: [id],
      responses: {
        200: { description: 'The details', content: json(ref('Mp3Details')) },
        304: notModified,
        ...problems(...CODES),
      },
    },
  },
  '/jobs/{id}/cover': {
    get: {
      summary: 'The picture in the MP3',
      description:
        '404 where there is none, or one that is not JPEG, PNG, GIF or WebP. The request counts as a download.',
      security: byKey('read'),
      parameters: [id],
      responses: {
        200: {
          description: 'The picture',
          content: {
            ...picture('image/jpeg'),
            ...picture('image/png'),
            ...picture('image/gif'),
            ...picture('image/webp'),
          },
        },
        304: notModified,
        ...problems(...CODES),
      },
    },
  },
};
