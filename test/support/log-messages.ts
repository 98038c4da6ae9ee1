/**
 * Log messages of the services that the tests look for. A test in test/unit/support checks that the services still have them,
 * because a chaos test that waits for a message which was reworded would report a fault that hit nothing.
 */
export const LOG_MESSAGES = {
  mayBeDuplicate: 'the outcome of an earlier send is unknown: this mail may be a duplicate',
  sentBefore: 'this mail was sent before',
  conversionStarted: 'conversion started',
  takenOver: 'the job was taken over from a converter that no longer renewed its lease',
  otherConverterWorks: 'another converter is working on the job',
  otherConverterFaster: 'another converter was faster',
  thisConverterWorks: 'this converter is working on the job already',
  mp3Made: 'MP3 made',
  stages: 'stages of the conversion',
  jobIsFinal: 'the job is final: there is nothing to do',
  republished: 'published again',
  stalledUploadEnded: 'a stalled upload was ended',
  eventDropped: 'an unreadable event was dropped',
  savedRaw: 'blobs are saved as they are',
} as const;
