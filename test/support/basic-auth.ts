/** The value of an `Authorization` header. @see RFC 7617 */
export const basic = (email: string, password: string): string =>
  `Basic ${Buffer.from(`${email}:${password}`).toString('base64')}`;
