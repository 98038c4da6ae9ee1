import type { Parts } from '../catalog.ts';

/** The account of whoever is signed in, in Korean. Loaded when it is opened. */
export const account: Parts['account'] = {
  'account.title': '계정',
  'account.sign_out': '로그아웃',
  'account.upload_limit': '최대 업로드 크기',
  'account.upload_limit_note': '대부분의 영상은 소리만 보내요. 영상보다 훨씬 작아요.',
  'account.retention': 'MP3 보관 기간',
  'account.retention_note': '더 오래 간직할 것은 다운로드해 주세요.',
  'account.guest': '게스트로 이용 중이에요',
  'account.guest_lead': 'MP3는 이 브라우저에서만, 로그아웃하기 전까지만 열 수 있어요.',
  'account.register_lead':
    'MP3가 계정으로 함께 옮겨져 어느 기기에서나 열 수 있어요. 보내는 중인 영상도 계속돼요. 게스트로 만든 MP3는 예정대로 삭제되고, 새 MP3는 계정의 보관 기간만큼 남아요.',
  'account.registered':
    '계정이 준비됐어요. 게스트로 만든 MP3는 기한이 될 때까지 여기에 있어요. 간직할 것은 다운로드해 주세요.',
  'account.sign_in_warning': '게스트로 만든 MP3는 함께 옮겨지지 않아요. 로그인하면 아무도 열 수 없어요.',
  'account.leave_title': '로그아웃하고 MP3를 잃을까요?',
  'account.leave_text':
    '이 게스트로는 다시 로그인할 수 없어요. MP3를 가져가려면 먼저 계정을 만들거나 다운로드해 주세요.',
  'account.leave': '로그아웃하고 잃기',
  'account.stay': '머무르기',
};
