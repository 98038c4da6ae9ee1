import type { Parts } from '../catalog.ts';

/** The texts about one MP3, in Spanish. */
export const result: Parts['result'] = {
  'result.player': 'Reproductor',
  'result.play': 'Reproducir',
  'result.pause': 'Pausar',
  'result.back': 'Retroceder 10 segundos',
  'result.forward': 'Avanzar 10 segundos',
  'result.speed': 'Velocidad',
  'result.speed_value': '{value}×',
  'result.position': 'Posición',
  'result.position_of': '{time} de {length}',
  'result.position_in': '{time} de {length}, {chapter}',
  'result.play_error': 'No se pudo cargar el sonido.',
  'result.chapters': 'Capítulos',
  'result.chapter_untitled': 'Capítulo {number}',
  'result.cover': 'Portada de {name}',

  'result.rename': 'Cambiar nombre',
  'result.name': 'Nombre',
  'result.save': 'Guardar',
  'result.discard': 'Descartar',
  'result.renamed': 'Ahora se llama {name}.',
  'result.copy_link': 'Copiar enlace',
  'result.link': 'Enlace al MP3',
  'result.link_copied': 'Enlace copiado. Funciona sin iniciar sesión hasta el {date}.',
  'result.link_by_hand': 'Copia este enlace. Funciona sin iniciar sesión hasta el {date}.',
  'result.again': 'Convertir otra vez con otras opciones',
  'result.again_title': 'Convertir otra vez',
  'result.again_hint': 'El MP3 actual se queda hasta que el nuevo esté listo.',
  'result.again_start': 'Convertir',

  'result.facts': 'Sobre este MP3',
  'result.facts_film': 'Sobre esta conversión',
  'result.length': 'Duración',
  'result.size': 'Tamaño',
  'result.bitrate': 'Tasa de bits media',
  'result.bitrate_value': '{value} kbps',
  'result.loudness': 'Sonoridad',
  'result.loudness_value': '{value} LUFS',
  'result.peak': 'Pico real',
  'result.peak_value': '{value} dBTP',
  'result.silence': 'Silencio',
  'result.sent': 'Enviado',
  'result.sent_part': '{sent} de {whole}, solo el sonido',
  'result.source': 'Origen',
  'result.created': 'Enviado el',
  'result.expires': 'Se guarda hasta el',
  'result.options': 'Opciones',
  'result.steps': 'Lo que se hizo',
  'result.step.fetch': 'Vídeo recuperado',
  'result.step.probe': 'Vídeo examinado',
  'result.step.encode': 'Sonido convertido',
  'result.step.check': 'MP3 comprobado',
  'result.step.store': 'MP3 guardado',
  'result.step_other': 'Paso «{name}»',
  'result.warnings': 'Conviene saber',

  'result.warning.truncated':
    'Falta el final del vídeo. Había {seconds} de {of_seconds}, y todo eso está en el MP3.',
  'result.warning.truncated.open':
    'Falta el final de la grabación. Había {seconds}, y todo eso está en el MP3.',
  'result.warning.damaged':
    'Una parte del sonido está dañada en el vídeo y no se pudo decodificar: {seconds}.',
  'result.warning.header_length_wrong':
    'El vídeo dice que dura {of_seconds}, pero contiene {seconds}. No falta nada.',
  'result.warning.gap_closed':
    'En {at_seconds}, la grabación se interrumpe durante {seconds}. La pausa se omitió.',
  'result.warning.gap_closed.start':
    'El sonido empieza {seconds} después que el vídeo. El silencio anterior se omitió.',
  'result.warning.track_skipped':
    'Otra pista de audio habría ido primero, pero no se puede decodificar. Esta es la siguiente.',
  'result.warning.downmixed':
    'El vídeo tiene sonido envolvente. Se ha mezclado, porque un MP3 tiene como máximo dos canales.',
  'result.warning.cover_skipped': 'La imagen de la portada no se pudo usar y se omitió.',
  'result.warning.tags_limited':
    'El vídeo tiene más etiquetas o capítulos de los que caben en un MP3. Algunos se omitieron.',
  'result.warning.limited':
    'No se alcanzó la sonoridad que pediste: más alto se habría distorsionado, o hay muy poco sonido para medir.',
  'result.warning.not_copied':
    'El sonido no se pudo dejar igual, porque no es un MP3 sin fallos. Se codificó de nuevo.',
};
