import type { FileReport } from '../ffmpeg/probe/report.ts';
import type { SourcePicture, SourceTags } from './source-tags.ts';

/** Returns the container, the pictures and the film of a file that ffmpeg has described in its log. */
export function describedStreams({
  format,
  streams,
}: FileReport): Pick<SourceTags, 'formatName' | 'pictures' | 'videoIndex' | 'videoCodec'> {
  const videos = streams.filter(({ codec_type }) => codec_type === 'video');
  const video = videos.find(({ disposition }) => !disposition?.attached_pic);
  return {
    formatName: format.format_name,
    pictures: videos
      .filter(({ disposition }) => disposition?.attached_pic)
      .map(({ index, codec_name: codec = 'unknown', tags }): SourcePicture => {
        const kind = tags?.comment;
        return { index, codec, ...(kind !== undefined && { kind }) };
      }),
    ...(video && { videoIndex: video.index, videoCodec: video.codec_name ?? 'unknown' }),
  };
}
