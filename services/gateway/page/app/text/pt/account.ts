import type { Parts } from '../catalog.ts';

/** The account of whoever is signed in, in Portuguese. Loaded when it is opened. */
export const account: Parts['account'] = {
  'account.title': 'Conta',
  'account.sign_out': 'Sair',
  'account.upload_limit': 'Maior envio',
  'account.upload_limit_note': 'Da maioria dos vídeos, só o som é enviado. Ele é bem menor que o vídeo.',
  'account.retention': 'Os MP3 são guardados por',
  'account.retention_note': 'Baixe o que quiser guardar por mais tempo.',
  'account.guest': 'Você é um convidado',
  'account.guest_lead': 'Só este navegador acessa seus MP3, e só até você sair.',
  'account.register_lead':
    'Seus MP3 vão junto, e você os acessa de qualquer aparelho. Os vídeos que estão sendo enviados continuam. Os MP3 da sua visita ainda serão apagados na data prevista, e os novos são guardados pelo tempo que uma conta permite.',
  'account.registered':
    'Sua conta está pronta. Os MP3 da sua visita estão nela até expirarem; baixe o que quiser guardar.',
  'account.sign_in_warning':
    'Os MP3 da sua visita como convidado ficam para trás. Depois que você entrar, ninguém poderá acessá-los.',
  'account.leave_title': 'Sair e perder seus MP3?',
  'account.leave_text':
    'Ninguém pode entrar de novo como este convidado. Para levar seus MP3, crie uma conta antes ou baixe-os.',
  'account.leave': 'Sair e perder',
  'account.stay': 'Ficar',
};
