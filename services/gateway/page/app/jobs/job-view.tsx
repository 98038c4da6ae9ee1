/** One conversion, with its MP3. */
export function JobView({ id }: { id: string }) {
  return <article class="card">{id}</article>;
}
