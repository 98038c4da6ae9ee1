import type { Parts } from '../catalog.ts';

export const docs: Parts['docs'] = {
  'docs.title': 'API',
  'docs.lead': '此服务器的所有路由，并附有可发送真实请求的控制台。',
  'docs.document': '同样内容的 OpenAPI 文档',
  'docs.routes': '路由',
  'docs.signed_in': '控制台的请求以 {email} 的身份发送，除非你在“Authorize”中填写其他令牌。',
  'docs.signed_in_guest': '控制台的请求以你的访客账户发送，除非你在“Authorize”中填写其他令牌。',
  'docs.signed_out': '你尚未登录。请在“Authorize”中填写令牌，或先登录：',
  'docs.sign_in': '登录',
  'docs.licenses': '这些页面所用库的许可证',
};
