/** What comes beside signing in with an address and a password. Its code is loaded when it is needed. */
export type Step =
  /** Somebody has forgotten the password. */
  | { kind: 'forgot'; email: string }
  /** An address has to be confirmed first. @param isSent whether a mail was sent just now */
  | { kind: 'check-mail'; email: string; isSent: boolean }
  /** The account has a second factor. @param challenge continues the login */
  | { kind: 'second-factor'; email: string; challenge: string };
