import type { Parts } from '../catalog.ts';

/** The account of whoever is signed in, in Simplified Chinese. Loaded when it is opened. */
export const account: Parts['account'] = {
  'account.title': '账户',
  'account.sign_out': '退出登录',
  'account.upload_limit': '单次上传上限',
  'account.upload_limit_note': '大多数影片只发送声音，比影片小得多。',
  'account.retention': 'MP3 保留时间',
  'account.retention_note': '想保留更久的，请下载。',
  'account.guest': '你现在是访客',
  'account.guest_lead': '只有这个浏览器能打开你的 MP3，而且只到你退出登录为止。',
  'account.register_lead':
    '你的 MP3 会一起转入账户，在任何设备上都能打开。正在发送的影片会继续发送。访客期间的 MP3 仍会按原定时间删除，新的 MP3 按账户的期限保留。',
  'account.registered': '账户已就绪。访客期间的 MP3 会留在其中，直到到期。想保留的，请下载。',
  'account.sign_in_warning': '访客期间的 MP3 不会带到该账户。登录后，谁也打不开它们了。',
  'account.leave_title': '退出登录并失去 MP3？',
  'account.leave_text': '这个访客无法再次登录。要带走 MP3，请先创建账户，或者下载它们。',
  'account.leave': '退出并放弃',
  'account.stay': '留下',
};
