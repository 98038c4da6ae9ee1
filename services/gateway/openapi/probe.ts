import { MAX_END_BYTES } from '../../shared/jobs/probe.ts';
import { fileBody, optionParameters } from './options.ts';
import { byKey, json, problems, query, ref } from './parts.ts';

export const probePaths = {
  '/probe': {
    post: {
      summary: 'Look at a file without converting it',
      description:
        'Says what a file is, which track would be taken, and what MP3 is to be expected of these options. Nothing is stored. ' +
        'The body is the whole file, or its ends: with `size`, the body is the beginning of a file of `size` bytes, followed by its ' +
        'last `tail` bytes. Of a whole file, only the ends are looked at, too, if it is larger than they may be. ' +
        'A file that could not be converted is no error of the request: the response is 200, and `error` says what a job would say. ' +
        'Where `complete` is false, the parts were not enough: the response says only what is certain. ' +
        'The size is exact to a few frames with `bitrate`. With `quality` it is that of music, within about 20 %, and speech needs down ' +
        'to half of it; a still of the film (`cover=frame`) is not counted. The time is an average of the recent conversions of one ' +
        'converter, and does not include the wait for a free one.',
      security: byKey('upload'),
      parameters: [
        query('size', 'Bytes of the whole file, where the body is not the whole file', {
          type: 'integer',
          minimum: 1,
        }),
        query('tail', 'How many bytes at the end of the body are the last ones of the file', {
          type: 'integer',
          minimum: 0,
          maximum: MAX_END_BYTES,
          default: 0,
        }),
        query('filename', 'Ignored. So a client can send the query of an upload', { type: 'string' }),
        ...optionParameters,
      ],
      requestBody: fileBody,
      responses: {
        200: { description: 'What is known of the file', content: json(ref('Probe')) },
        ...problems(
          'bad_request',
          'empty_file',
          'invalid_token',
          'too_large',
          'too_slow',
          'not_media',
          'unsupported_media_type',
          'invalid_option',
          'too_many_requests',
          'not_implemented',
        ),
      },
    },
  },
};
