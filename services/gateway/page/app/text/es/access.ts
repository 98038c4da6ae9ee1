import type { Parts } from '../catalog.ts';

/** Getting into an account in another way than with its password, and the links of mails, in Spanish. */
export const access: Parts['access'] = {
  'access.back': 'Volver al inicio de sesión',
  'access.look': 'Mira tu correo',
  'access.spam': '¿Nada después de unos minutos? Mira también en la carpeta de spam.',
  'access.forgot': 'Elegir una nueva contraseña',
  'access.forgot_lead': 'Dinos la dirección de tu cuenta y te enviamos un enlace.',
  'access.forgot_send': 'Enviar el enlace',
  'access.reset_sent':
    'Si {email} tiene una cuenta, hay un correo con un enlace en camino. El enlace sirve una vez y por poco tiempo.',
  'access.check_sent':
    'Hemos enviado un correo a {email}. Abre su enlace para confirmar que la dirección es tuya. Después inicia sesión.',
  'access.check_needed':
    'Aún no está confirmado que {email} sea tu dirección. Haz que se envíe un correo allí y abre su enlace.',
  'access.send': 'Enviar el correo',
  'access.resend': 'Enviar el correo otra vez',
  'access.resent': 'El correo está en camino, salvo que ya se haya enviado uno en la última hora.',
  'access.confirm': 'Confirmar',
  'access.verify': '¿Es esta tu dirección?',
  'access.verify_lead': 'Confírmala para usar tu cuenta. Si no has creado ninguna, cierra esta página.',
  'access.verified': 'Tu dirección está confirmada',
  'access.reset_lead': 'Se cierra la sesión en todos los dispositivos que usan tu cuenta.',
  'access.new_password': 'Nueva contraseña',
  'access.save_password': 'Guardar la contraseña',
  'access.reset_done': 'Tu nueva contraseña está guardada',
  'access.email': '¿Usar esta dirección desde ahora?',
  'access.email_lead': 'Con ella inicias sesión entonces, y a ella llegan los correos sobre tus MP3.',
  'access.email_done': 'Tu dirección ha cambiado',
  'access.go_on': 'Seguir a tus MP3',
  'access.link_incomplete': 'Falta una parte del enlace. Ábrelo otra vez desde el correo.',
  'access.another_reset': 'Pedir otro enlace',
  'access.another_verify': 'Inicia sesión y te ofrecemos enviarte otro correo.',
  'access.another_email': 'Pide el cambio otra vez en tu cuenta.',
  'access.factor': 'Un paso más',
  'access.factor_lead':
    'Escribe el código que muestra tu aplicación. Si no la tienes a mano, usa uno de tus códigos de recuperación.',
  'access.code': 'Código',
  'access.passkey_none':
    'El navegador no ha dado ninguna llave de acceso. Inténtalo de nuevo cuando quieras.',
  'error.wrong_code': 'Este código no es correcto o ya se ha usado. Prueba con el siguiente.',
  'error.link_expired': 'Este enlace ha caducado o ya se ha usado.',
  'error.sign_in_failed': 'No se ha podido iniciar sesión allí. Inténtalo de nuevo.',
  'error.email_not_verified':
    'La dirección de esta cuenta aún no está confirmada. Inicia sesión primero con la dirección y su contraseña.',
  'error.sign_in_cancelled': 'Has cancelado el inicio de sesión allí.',
  'error.account_exists':
    'Ya tienes aquí una cuenta con ese servicio. Sigues como invitado y conservas tus MP3. Se quedarán atrás si inicias sesión en esa cuenta.',
  'error.passkey_refused': 'Esta llave de acceso no pertenece a ninguna cuenta de aquí.',
  'access.joined': 'Conectado. Desde ahora puedes iniciar sesión con él.',
};
