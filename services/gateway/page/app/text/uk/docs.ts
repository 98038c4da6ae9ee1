import type { Parts } from '../catalog.ts';

export const docs: Parts['docs'] = {
  'docs.title': 'API',
  'docs.lead': 'Усі маршрути цього сервера з консоллю, яка надсилає справжні запити.',
  'docs.document': 'Те саме як документ OpenAPI',
  'docs.routes': 'Маршрути',
  'docs.signed_in':
    'Запити консолі надсилаються від імені {email}, якщо ви не вкажете інший токен у «Authorize».',
  'docs.signed_in_guest':
    'Запити консолі надсилаються від імені вашого гостьового облікового запису, якщо ви не вкажете інший токен у «Authorize».',
  'docs.signed_out': 'Ви не ввійшли. Укажіть токен у «Authorize» або спершу ввійдіть:',
  'docs.sign_in': 'Увійти',
  'docs.licenses': 'Ліцензії бібліотек на цих сторінках',
};
