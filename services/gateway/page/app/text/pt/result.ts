import type { Parts } from '../catalog.ts';

/** The texts about one MP3, in Portuguese. */
export const result: Parts['result'] = {
  'result.player': 'Player',
  'result.play': 'Reproduzir',
  'result.pause': 'Pausar',
  'result.back': 'Voltar 10 segundos',
  'result.forward': 'Avançar 10 segundos',
  'result.speed': 'Velocidade',
  'result.speed_value': '{value}×',
  'result.position': 'Posição',
  'result.position_of': '{time} de {length}',
  'result.position_in': '{time} de {length}, {chapter}',
  'result.play_error': 'Não foi possível carregar o som.',
  'result.chapters': 'Capítulos',
  'result.chapter_untitled': 'Capítulo {number}',
  'result.cover': 'Capa de {name}',

  'result.rename': 'Mudar o nome',
  'result.name': 'Nome',
  'result.save': 'Guardar',
  'result.discard': 'Descartar',
  'result.renamed': 'Agora o nome é {name}.',
  'result.copy_link': 'Copiar link',
  'result.link': 'Link para o MP3',
  'result.link_copied': 'Link copiado. Funciona sem entrar na conta até {date}.',
  'result.link_by_hand': 'Copie este link. Funciona sem entrar na conta até {date}.',
  'result.again': 'Converter de novo com outras opções',
  'result.again_title': 'Converter de novo',
  'result.again_hint': 'O MP3 atual fica até que o novo esteja pronto.',
  'result.again_start': 'Converter',

  'result.facts': 'Sobre este MP3',
  'result.facts_film': 'Sobre esta conversão',
  'result.length': 'Duração',
  'result.size': 'Tamanho',
  'result.bitrate': 'Taxa de bits média',
  'result.bitrate_value': '{value} kbps',
  'result.loudness': 'Loudness',
  'result.loudness_value': '{value} LUFS',
  'result.peak': 'Pico real',
  'result.peak_value': '{value} dBTP',
  'result.silence': 'Silêncio',
  'result.sent': 'Enviado',
  'result.sent_part': '{sent} de {whole}, só o som',
  'result.source': 'Origem',
  'result.created': 'Enviado em',
  'result.expires': 'Guardado até',
  'result.options': 'Opções',
  'result.steps': 'O que foi feito',
  'result.step.fetch': 'Vídeo obtido',
  'result.step.probe': 'Vídeo examinado',
  'result.step.encode': 'Som convertido',
  'result.step.check': 'MP3 verificado',
  'result.step.store': 'MP3 guardado',
  'result.step_other': 'Etapa “{name}”',
  'result.warnings': 'Bom saber',

  'result.warning.truncated':
    'Falta o fim do vídeo. Havia {seconds} de {of_seconds}, e tudo isso está no MP3.',
  'result.warning.truncated.open': 'Falta o fim da gravação. Havia {seconds}, e tudo isso está no MP3.',
  'result.warning.damaged':
    'Uma parte do som está danificada no vídeo e não pôde ser decodificada: {seconds}.',
  'result.warning.header_length_wrong':
    'O vídeo diz que dura {of_seconds}, mas contém {seconds}. Não falta nada.',
  'result.warning.gap_closed': 'Em {at_seconds}, a gravação para durante {seconds}. A pausa foi retirada.',
  'result.warning.gap_closed.start':
    'O som começa {seconds} depois do vídeo. O silêncio antes dele foi retirado.',
  'result.warning.track_skipped':
    'Outra faixa de áudio viria primeiro, mas não pode ser decodificada. Esta é a seguinte.',
  'result.warning.downmixed':
    'O vídeo tem som surround. Foi reduzido, porque um MP3 tem no máximo dois canais.',
  'result.warning.cover_skipped': 'A imagem da capa não pôde ser usada e foi retirada.',
  'result.warning.tags_limited':
    'O vídeo tem mais tags ou capítulos do que cabem em um MP3. Alguns foram retirados.',
  'result.warning.limited':
    'O loudness pedido não foi atingido: mais alto teria distorcido, ou há pouco som para medir.',
  'result.warning.not_copied':
    'Não foi possível manter o som inalterado, porque não é um MP3 sem falhas. Foi codificado de novo.',
};
