/** What the words after a command or the value of a flag are, for the completion of a shell. */
export type Completion = 'files' | 'folders' | 'jobs' | 'commands' | 'nothing' | readonly string[];
