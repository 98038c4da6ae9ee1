import type { Parts } from '../catalog.ts';

export const docs: Parts['docs'] = {
  'docs.title': 'API',
  'docs.lead': 'كل مسارات هذا الخادم، مع وحدة تحكم ترسل طلبات حقيقية.',
  'docs.document': 'الشيء نفسه كمستند OpenAPI',
  'docs.routes': 'المسارات',
  'docs.signed_in': 'تُرسَل طلبات وحدة التحكم باسم {email}، ما لم تُدخِل رمزًا آخر ضمن «Authorize».',
  'docs.signed_in_guest': 'تُرسَل طلبات وحدة التحكم من حسابك ضيفًا، ما لم تُدخِل رمزًا آخر ضمن «Authorize».',
  'docs.signed_out': 'لم تسجّل الدخول. أدخِل رمزًا ضمن «Authorize»، أو سجّل الدخول أولًا:',
  'docs.sign_in': 'تسجيل الدخول',
  'docs.licenses': 'تراخيص المكتبات المستخدمة في هذه الصفحات',
};
