import type { Parts } from '../catalog.ts';

/** Getting into an account in another way than with its password, and the links of mails, in Japanese. */
export const access: Parts['access'] = {
  'access.back': 'ログインに戻る',
  'access.look': 'メールを確認してください',
  'access.spam': '数分たっても届きませんか？迷惑メールフォルダーも確認してください。',
  'access.forgot': '新しいパスワードを設定',
  'access.forgot_lead': 'アカウントのアドレスを入力してください。リンクを送ります。',
  'access.forgot_send': 'リンクを送る',
  'access.reset_sent':
    '{email}のアカウントがあれば、リンクの入ったメールが届きます。リンクは短い間に1回だけ使えます。',
  'access.check_sent':
    '{email}にメールを送りました。リンクを開いてあなたのアドレスであることを確認し、それからログインしてください。',
  'access.check_needed':
    '{email}があなたのアドレスであることがまだ確認されていません。メールを送り、そのリンクを開いてください。',
  'access.send': 'メールを送る',
  'access.resend': 'メールをもう一度送る',
  'access.resent': 'この1時間に送っていなければ、メールが届きます。',
  'access.confirm': '確認する',
  'access.verify': 'あなたのアドレスですか？',
  'access.verify_lead':
    'アカウントを使うには確認してください。作った覚えがなければ、このページを閉じてください。',
  'access.verified': 'アドレスを確認しました',
  'access.reset_lead': 'アカウントにログインしている端末はすべてログアウトします。',
  'access.new_password': '新しいパスワード',
  'access.save_password': 'パスワードを保存',
  'access.reset_done': '新しいパスワードを保存しました',
  'access.email': 'これからこのアドレスを使いますか？',
  'access.email_lead': 'ログインに使い、MP3についてのメールもここに届くようになります。',
  'access.email_done': 'アドレスを変更しました',
  'access.go_on': 'MP3の一覧へ',
  'access.link_incomplete': 'リンクの一部が欠けています。メールからもう一度開いてください。',
  'access.another_reset': '別のリンクを送る',
  'access.another_verify': 'ログインすると、もう一度メールを送れます。',
  'access.another_email': 'アカウントでもう一度変更してください。',
  'access.factor': 'あと1ステップ',
  'access.factor_lead':
    'アプリに表示されたコードを入力してください。手元になければ、回復コードを1つ使ってください。',
  'access.code': 'コード',
  'access.passkey_none':
    'ブラウザーからパスキーを受け取れませんでした。準備ができたらもう一度試してください。',
  'error.wrong_code': 'コードが違うか、すでに使われています。次のコードを試してください。',
  'error.link_expired': 'このリンクは期限切れか、すでに使われています。',
  'error.sign_in_failed': 'そのサービスでのログインに失敗しました。もう一度試してください。',
  'error.email_not_verified':
    'このアカウントのアドレスはまだ確認されていません。まずアドレスとパスワードでログインしてください。',
  'error.sign_in_cancelled': 'そのサービスでのログインを中止しました。',
  'error.account_exists':
    'そのサービスのアカウントがここにすでにあります。今もゲストのままで、MP3も残っています。そのアカウントにログインすると、MP3は引き継がれません。',
  'error.passkey_refused': 'このパスキーのアカウントはここにはありません。',
  'access.joined': '接続しました。これからはこのサービスでログインできます。',
};
