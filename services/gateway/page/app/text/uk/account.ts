import type { Parts } from '../catalog.ts';

/** The account of whoever is signed in, in Ukrainian. Loaded when it is opened. */
export const account: Parts['account'] = {
  'account.title': 'Обліковий запис',
  'account.sign_out': 'Вийти',
  'account.upload_limit': 'Найбільше надсилання',
  'account.upload_limit_note': 'З більшості фільмів надсилається лише звук. Він набагато менший за фільм.',
  'account.retention': 'Файли MP3 зберігаються',
  'account.retention_note': 'Завантажте те, що хочете зберегти довше.',
  'account.guest': 'Ви гість',
  'account.guest_lead': 'Лише цей браузер має доступ до ваших файлів MP3, і лише доки ви не вийдете.',
  'account.register_lead':
    'Створіть обліковий запис, і ваші файли MP3 будуть у ньому. Надсилання фільмів триватиме.',
  'account.kept': 'Тепер у вас є обліковий запис. Усе збережено: файли MP3 і фільми, що надсилаються.',
  'account.sign_in_warning':
    'Файли MP3 гостьового візиту залишаться позаду. Після входу ніхто не матиме до них доступу.',
  'account.leave_title': 'Вийти і втратити файли MP3?',
  'account.leave_text':
    'Ніхто не зможе знову увійти як цей гість. Щоб зберегти файли MP3, спершу створіть обліковий запис.',
  'account.leave': 'Вийти і втратити',
  'account.stay': 'Залишитися',
};
