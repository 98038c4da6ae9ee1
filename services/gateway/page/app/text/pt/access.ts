import type { Parts } from '../catalog.ts';

/** Getting into an account in another way than with its password, and the links of mails, in Portuguese. */
export const access: Parts['access'] = {
  'access.back': 'Voltar para entrar',
  'access.look': 'Veja sua caixa de entrada',
  'access.spam': 'Nada depois de alguns minutos? Veja também na pasta de spam.',
  'access.forgot': 'Escolher uma nova senha',
  'access.forgot_lead': 'Informe o endereço da sua conta, e enviamos um link.',
  'access.forgot_send': 'Enviar o link',
  'access.reset_sent':
    'Se {email} tiver uma conta, um e-mail com um link está a caminho. O link vale uma vez, e por pouco tempo.',
  'access.check_sent':
    'Enviamos um e-mail para {email}. Abra o link para confirmar que o endereço é seu. Depois entre.',
  'access.check_needed':
    'Ainda não está confirmado que {email} é seu endereço. Peça que um e-mail seja enviado para lá e abra o link.',
  'access.send': 'Enviar o e-mail',
  'access.resend': 'Enviar o e-mail de novo',
  'access.resent': 'O e-mail está a caminho, a não ser que outro tenha sido enviado na última hora.',
  'access.confirm': 'Confirmar',
  'access.verify': 'Este endereço é seu?',
  'access.verify_lead': 'Confirme-o para usar sua conta. Se você não criou nenhuma, feche esta página.',
  'access.verified': 'Seu endereço está confirmado',
  'access.reset_lead': 'Todos os dispositivos conectados à sua conta são desconectados.',
  'access.new_password': 'Nova senha',
  'access.save_password': 'Salvar a senha',
  'access.reset_done': 'Sua nova senha foi salva',
  'access.email': 'Usar este endereço a partir de agora?',
  'access.email_lead': 'Então você entra com ele, e os e-mails sobre seus MP3 vão para lá.',
  'access.email_done': 'Seu endereço foi mudado',
  'access.go_on': 'Ir para seus MP3',
  'access.link_incomplete': 'Falta uma parte do link. Abra-o de novo a partir do e-mail.',
  'access.another_reset': 'Pedir outro link',
  'access.another_verify': 'Entre, e oferecemos enviar outro e-mail.',
  'access.another_email': 'Peça a mudança de novo na sua conta.',
  'access.factor': 'Mais um passo',
  'access.factor_lead':
    'Digite o código que seu aplicativo mostra. Se não o tiver à mão, use um dos seus códigos de recuperação.',
  'access.code': 'Código',
  'access.passkey_none': 'O navegador não deu nenhuma chave de acesso. Tente de novo quando quiser.',
  'error.wrong_code': 'Este código está errado ou já foi usado. Tente o próximo.',
  'error.link_expired': 'Este link expirou ou já foi usado.',
  'error.sign_in_failed': 'Não foi possível entrar por lá. Tente de novo.',
  'error.email_not_verified':
    'O endereço desta conta ainda não está confirmado. Entre primeiro com o endereço e a senha.',
  'error.sign_in_cancelled': 'Você cancelou a entrada por lá.',
  'error.account_exists':
    'Você já tem uma conta aqui com esse serviço. Continua como convidado e ainda tem seus MP3. Eles ficam para trás se você entrar nessa conta.',
  'error.passkey_refused': 'Esta chave de acesso não pertence a nenhuma conta daqui.',
  'access.joined': 'Conectado. A partir de agora você pode entrar assim.',
};
