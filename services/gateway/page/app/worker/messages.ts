/** What the service worker tells a page: which job was asked for by its notification. */
export interface OpenJobMessage {
  openJob: string;
}
