import { ofAnyRequest, problems } from './parts.ts';

const file = (summary: string, type: string) => ({
  get: {
    summary,
    responses: {
      200: {
        description: 'The file, compressed where the client accepts that, with an `ETag`',
        content: { [type]: { schema: { type: type.endsWith('json') ? 'object' : 'string' } } },
      },
      304: { description: 'The copy that `If-None-Match` names is still the right one' },
      ...problems('not_found'),
    },
  },
});

const asset = file('A script, a style or a picture of the web page', '*/*');

/** The web page. Nobody has to sign in for its files. */
export const pagePaths = {
  '/': file('The web page', 'text/html'),
  '/docs': file('This API, rendered as a web page', 'text/html'),
  '/operator': file('The web page for operators', 'text/html'),
  '/assets/{name}': {
    get: {
      ...asset.get,
      description: 'The names contain a hash of the content, so a browser may keep the files for ever.',
      parameters: [
        {
          name: 'name',
          in: 'path',
          required: true,
          schema: { type: 'string' },
          description: 'As the page names it',
        },
      ],
    },
  },
  '/manifest.webmanifest': file(
    'What the web page is called where it is installed',
    'application/manifest+json',
  ),
  '/service-worker.js': file('The service worker of the web page', 'text/javascript'),
  '/share': {
    post: {
      summary: 'Opens the web page after films were shared with it',
      description:
        'Where the web page is installed, a system sends here what somebody shares with it. The service worker of the page takes it, and the request does not reach the gateway. One that does is redirected at once, and its body is thrown away. After a few seconds, the connection of a body that is still being sent is closed, so a client that does not read the response before then sees an error of the network.',
      requestBody: {
        content: {
          'multipart/form-data': {
            schema: {
              type: 'object',
              properties: { films: { type: 'array', items: { type: 'string', format: 'binary' } } },
            },
          },
        },
      },
      responses: {
        303: {
          description:
            'The web page, which says that nothing arrived. It is sent before the body has been read',
          headers: { Location: { schema: { type: 'string' }, description: 'The web page' } },
        },
        ...ofAnyRequest,
      },
    },
  },
};
