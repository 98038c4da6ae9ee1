import type { Parts } from '../catalog.ts';

/** The account of whoever is signed in, in Japanese. Loaded when it is opened. */
export const account: Parts['account'] = {
  'account.title': 'アカウント',
  'account.sign_out': 'ログアウト',
  'account.upload_limit': 'アップロードの上限',
  'account.upload_limit_note': 'ほとんどの動画では音声だけを送ります。動画よりずっと小さくなります。',
  'account.retention': 'MP3の保存期間',
  'account.retention_note': '長く残したいものはダウンロードしてください。',
  'account.guest': 'ゲストとして利用中です',
  'account.guest_lead': 'MP3はこのブラウザーからしか開けません。ログアウトすると開けなくなります。',
  'account.register_lead':
    'MP3はアカウントに引き継がれ、どの端末からでも開けます。送信中の動画もそのまま続きます。ゲストのときのMP3は予定どおり削除されます。新しいMP3は、アカウントの保存期間まで残ります。',
  'account.registered':
    'アカウントができました。ゲストのときのMP3は、期限が来るまでここにあります。残したいものはダウンロードしてください。',
  'account.sign_in_warning': 'ゲストのときのMP3は引き継がれません。ログインすると、だれも開けなくなります。',
  'account.leave_title': 'ログアウトしてMP3を失いますか？',
  'account.leave_text':
    'このゲストとして再びログインすることはできません。MP3を引き継ぐには先にアカウントを作成し、そうでなければダウンロードしてください。',
  'account.leave': 'ログアウトして失う',
  'account.stay': 'とどまる',
};
