import type { Parts } from '../catalog.ts';

export const docs: Parts['docs'] = {
  'docs.title': 'API',
  'docs.lead': '이 서버의 모든 경로와, 실제 요청을 보내는 콘솔이에요.',
  'docs.document': '같은 내용의 OpenAPI 문서',
  'docs.routes': '경로',
  'docs.signed_in': '‘Authorize’에서 다른 토큰을 지정하지 않으면 콘솔의 요청은 {email} 계정으로 전송돼요.',
  'docs.signed_in_guest':
    '‘Authorize’에서 다른 토큰을 지정하지 않으면 콘솔의 요청은 게스트 계정으로 전송돼요.',
  'docs.signed_out': '로그인하지 않았어요. ‘Authorize’에서 토큰을 지정하거나 먼저 로그인해 주세요:',
  'docs.sign_in': '로그인',
  'docs.licenses': '이 페이지에 포함된 라이브러리의 라이선스',
};
