/** What a hostile file may try to read or to call. Each is watched (listener.ts, planted.ts, snapshot.ts). */
export interface Targets {
  /** Port of the listener on 127.0.0.1, for TCP and UDP. */
  port: number;
  /** Path of a Unix socket on which the listener waits. */
  socket: string;
  /** Path of a text with the secret. */
  text: string;
  /** Path of an MP3 whose title is the secret. */
  film: string;
  /** Path of a file that does not exist, in a folder where the process may write. */
  absent: string;
}

/** Everything by which a file can name another one, by what it names. */
export const urlsOf = ({ port, socket, text, film }: Targets): Record<string, string> => ({
  path: film,
  file: `file:${film}`,
  'file url': `file://${film}`,
  'relative path': '../../planted/secret.mp3',
  text: `file://${text}`,
  http: `http://127.0.0.1:${port}/secret.mp3`,
  tcp: `tcp://127.0.0.1:${port}`,
  srt: `srt://127.0.0.1:${port}`,
  rtsp: `rtsp://127.0.0.1:${port}/film`,
  unix: `unix:${socket}`,
  concat: `concat:${film}|${film}`,
  subfile: `subfile,,start,0,end,0,,:${film}`,
  crypto: `crypto:${film}`,
  data: 'data:audio/wav;base64,UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=',
  cache: `cache:${film}`,
  async: `async:http://127.0.0.1:${port}/async.mp3`,
  hls: `hls+http://127.0.0.1:${port}/list.m3u8`,
  ftp: `ftp://127.0.0.1:${port}/secret.mp3`,
  gopher: `gopher://127.0.0.1:${port}/secret`,
});
