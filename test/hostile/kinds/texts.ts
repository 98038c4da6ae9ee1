import { type Targets, urlsOf } from '../witnesses/targets.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Texts of formats whose readers open what they name, by what they name. */
export const textsFor = (url: string, { port }: Targets): Record<string, string> => ({
  ffconcat: `ffconcat version 1.0\nfile '${url}'\nduration 1\nfile ${url}\n`,
  'ffconcat with options': `ffconcat version 1.0\nfile '${url}'\noption safe 0\noption protocol_whitelist all\nstream\nexact_stream_id 1\n`,
  m3u8: `#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n${url}\n#EXT-X-ENDLIST\n`,
  'm3u8 with key and map': `#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:10\n#EXT-X-KEY:METHOD=AES-128,URI="${url}"\n#EXT-X-MAP:URI="${url}"\n#EXTINF:10,\n${url}\n#EXT-X-ENDLIST\n`,
  'm3u8 master': `#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="a",DEFAULT=YES,URI="${url}"\n#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="a"\n${url}\n`,
  m3u: `#EXTM3U\n#EXTINF:123,A song\n${url}\n`,
  mpd: `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT10S"><BaseURL>${url}</BaseURL><Period><AdaptationSet mimeType="audio/mp4"><Representation id="1" bandwidth="1"><BaseURL>${url}</BaseURL><SegmentList><Initialization sourceURL="${url}"/><SegmentURL media="${url}"/></SegmentList></Representation></AdaptationSet></Period></MPD>`,
  'xml with an entity': `<?xml version="1.0"?><!DOCTYPE MPD [<!ENTITY secret SYSTEM "${url}">]><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period>&secret;</Period></MPD>`,
  imf: `<?xml version="1.0"?><CompositionPlaylist xmlns="http://www.smpte-ra.org/schemas/2067-3/2016"><Id>urn:uuid:1</Id><EditRate>25 1</EditRate><Asset><Path>${url}</Path></Asset></CompositionPlaylist>`,
  sdp: `v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio ${port} RTP/AVP 0\na=control:${url}\n`,
  rtsp: `RTSPtext\nrtsp://127.0.0.1:${port}/film\n`,
  ram: `rtsp://127.0.0.1:${port}/film\n${url}\n`,
  asx: `<asx version="3.0"><entry><ref href="${url}"/></entry></asx>`,
  'asx reference': `[Reference]\nRef1=${url}\nRef2=http://127.0.0.1:${port}/x.asf\n`,
  smil: `<smil><body><audio src="${url}"/><video src="${url}"/></body></smil>`,
  'smil text': `SMILtext<smil><body><audio src="${url}"/></body></smil>`,
  xspf: `<?xml version="1.0"?><playlist version="1" xmlns="http://xspf.org/ns/0/"><trackList><track><location>${url}</location></track></trackList></playlist>`,
  cue: `FILE "${url}" WAVE\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n`,
  pls: `[playlist]\nNumberOfEntries=1\nFile1=${url}\n`,
  url,
  tee: `tee:${url}|[f=mp3]${url}`,
  pattern: 'image%03d.png\n',
  vobsub: `# VobSub index file, v7 (do not modify this line!)\nsize: 720x576\nid: en, index: 0\ntimestamp: 00:00:01:000, filepos: 000000000\n`,
  ffmetadata: `;FFMETADATA1\ntitle=${url}\n[STREAM]\n`,
  avisynth: `AudioDub(BlankClip(), WAVSource("${url}"))\n`,
  'lavfi graph': `amovie=${url}[out]`,
  'quicktime link': `<?xml version="1.0"?><?quicktime type="application/x-quicktime-media-link"?><embed src="${url}" autoplay="true"/>`,
  lua: `-- lua\nfunction parse() return {{path="${url}"}} end\n`,
  'vlc options': `#EXTM3U\n#EXTVLCOPT:sout=#std{access=file,dst=${url}}\n#EXTINF:0,x\n${url}\n`,
  'data url': `data:application/x-mpegurl;base64,${base64(`#EXTM3U\n#EXTINF:1,\n${url}\n`)}`,
});

/** Each text with a few addresses, and two texts with all of them. */
export function textCases(targets: Targets): { name: string; text: string }[] {
  const urls = urlsOf(targets);
  const few = ['path', 'http', 'unix'];
  const thorough = ['ffconcat', 'm3u8'];
  return Object.entries(urls).flatMap(([target, url]) =>
    Object.entries(textsFor(url, targets)).flatMap(([format, text]) =>
      few.includes(target) || thorough.includes(format) ? [{ name: `${format} → ${target}`, text }] : [],
    ),
  );
}
