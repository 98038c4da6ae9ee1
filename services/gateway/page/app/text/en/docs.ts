export const docs = {
  'docs.title': 'API',
  'docs.lead': 'Every route of this server, with a console that sends real requests.',
  'docs.document': 'The same as an OpenAPI document',
  'docs.routes': 'Routes',
  'docs.signed_in':
    'Requests of the console are sent as {email}, unless you give another token under «Authorize».',
  'docs.signed_in_guest':
    'Requests of the console are sent as the guest that you are, unless you give another token under «Authorize».',
  'docs.signed_out': 'You are not signed in. Give a token under «Authorize», or sign in first:',
  'docs.sign_in': 'Sign in',
  'docs.licenses': 'Licences of the libraries in these pages',
};
