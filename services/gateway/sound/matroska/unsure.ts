/** The film is not understood well enough to be certain of its sound, so that all of it has to be sent. */
export class Unsure extends Error {}
