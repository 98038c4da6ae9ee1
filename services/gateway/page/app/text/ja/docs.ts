import type { Parts } from '../catalog.ts';

export const docs: Parts['docs'] = {
  'docs.title': 'API',
  'docs.lead': 'このサーバーのすべてのルートと、実際のリクエストを送れるコンソールです。',
  'docs.document': '同じ内容のOpenAPI文書',
  'docs.routes': 'ルート',
  'docs.signed_in':
    '「Authorize」で別のトークンを指定しないかぎり、コンソールのリクエストは{email}として送信されます。',
  'docs.signed_in_guest':
    '「Authorize」で別のトークンを指定しないかぎり、コンソールのリクエストはゲストとして送信されます。',
  'docs.signed_out': 'ログインしていません。「Authorize」でトークンを指定するか、先にログインしてください：',
  'docs.sign_in': 'ログイン',
  'docs.licenses': 'このページで使っているライブラリのライセンス',
};
