import { id, ofAnyRequest } from './parts.ts';

/** A header of a response. */
type Header = { description: string; schema: object };
export const header = (description: string, schema: object = { type: 'string' }): Header => ({
  description,
  schema,
});
export const bytes = { type: 'integer', minimum: 0 };

export const requestHeader = (name: string, description: string, schema: object, required = false) => ({
  name,
  in: 'header',
  required,
  description,
  schema,
});

export const version = requestHeader(
  'Tus-Resumable',
  'The version of the protocol',
  { const: '1.0.0' },
  true,
);
export const uploadId = { ...id, description: 'The id in the `Location` that POST /uploads gave' };
export const length = requestHeader('Upload-Length', 'Bytes of the whole file', {
  type: 'integer',
  minimum: 1,
});
export const checksum = requestHeader(
  'Upload-Checksum',
  '`sha1`, `sha256` or `md5`, a blank, and the checksum of this body as base64',
  { type: 'string' },
);

export const tusResumable = { 'Tus-Resumable': header('The version of the protocol', { const: '1.0.0' }) };
export const offset = {
  'Upload-Offset': header('Bytes that are stored, and stay so whatever process dies', bytes),
};
export const progress = {
  'Upload-Expires': header('When the upload expires unless more of it arrives. Absent once it is complete'),
  'Mp3-Job': header('Id of the job. Only once the upload is complete', { type: 'string', format: 'uuid' }),
};

/** A part of the file. It may be empty where it is not required. */
export const body = (required: boolean) => ({ required, content: { 'application/offset+octet-stream': {} } });

/** The operation OPTIONS. */
export const capabilities = {
  summary: 'What this server can do, by tus 1.0',
  responses: {
    204: {
      description: 'The headers say it',
      headers: {
        ...tusResumable,
        'Tus-Version': header('Versions of the protocol'),
        'Tus-Extension': header('Extensions of the protocol'),
        'Tus-Max-Size': header('The most bytes of a file', bytes),
        'Tus-Checksum-Algorithm': header('What Upload-Checksum may begin with'),
      },
    },
    ...ofAnyRequest,
  },
};
