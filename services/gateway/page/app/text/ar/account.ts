import type { Parts } from '../catalog.ts';

/** The account of whoever is signed in, in Arabic. Loaded when it is opened. */
export const account: Parts['account'] = {
  'account.title': 'الحساب',
  'account.sign_out': 'تسجيل الخروج',
  'account.upload_limit': 'أكبر حجم للإرسال',
  'account.upload_limit_note': 'يُرسل صوت معظم الأفلام وحده، وهو أصغر كثيرًا من الفيلم.',
  'account.retention': 'مدة حفظ ملفات MP3',
  'account.retention_note': 'نزّل ما تريد الاحتفاظ به مدة أطول.',
  'account.guest': 'أنت ضيف',
  'account.guest_lead': 'لا يصل إلى ملفات MP3 الخاصة بك إلا هذا المتصفح، وذلك حتى تسجّل الخروج.',
  'account.register_lead': 'أنشئ حسابًا تجد فيه ملفات MP3 الخاصة بك. ويستمر إرسال الأفلام الجاري إرسالها.',
  'account.kept': 'لديك حساب الآن. كل شيء محفوظ: ملفات MP3 والأفلام الجاري إرسالها.',
  'account.sign_in_warning':
    'تبقى ملفات MP3 من زيارتك ضيفًا خارج هذا الحساب، ولن يصل إليها أحد بعد أن تسجّل الدخول.',
  'account.leave_title': 'أتسجّل الخروج وتفقد ملفات MP3؟',
  'account.leave_text': 'لا يمكن لأحد الدخول بصفة هذا الضيف مرة أخرى. للاحتفاظ بملفات MP3 أنشئ حسابًا أولًا.',
  'account.leave': 'الخروج وفقدانها',
  'account.stay': 'البقاء',
};
