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
  'account.register_lead': '创建账户后，你的 MP3 都在其中。正在发送的影片会继续发送。',
  'account.kept': '你现在有账户了。MP3 和正在发送的影片全部保留。',
  'account.sign_in_warning': '访客期间的 MP3 不会带到该账户。登录后，谁也打不开它们了。',
  'account.leave_title': '退出登录并失去 MP3？',
  'account.leave_text': '这个访客无法再次登录。要保留 MP3，请先创建账户。',
  'account.leave': '退出并放弃',
  'account.stay': '留下',
};
