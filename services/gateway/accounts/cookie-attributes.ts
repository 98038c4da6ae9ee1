/**
 * The attributes of a cookie that no script can read, and that a browser sends only with requests from pages of this site. There is no
 * `Expires`, because the clock of the browser may be wrong, and no `Domain`, because the cookie is for this host alone.
 * @param secure whether the browser sends the cookie over https alone
 */
export const cookieAttributes = (secure: boolean): string =>
  `HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
