/** A request to auth about an account. */
export interface AccountRequest {
  method: string;
  path: string;
  /** Whose access token it has. */
  email: string | undefined;
  body: Record<string, unknown>;
}

export interface AccountAnswer {
  status: number;
  content: object;
}
