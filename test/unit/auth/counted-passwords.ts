/** Passwords whose hashes can be read, and a count of the hashes that are computed. */
export function countedPasswords() {
  const work = { hashes: 0 };
  return {
    work,
    passwords: {
      async hash(password: string) {
        work.hashes++;
        return `hash of ${password}`;
      },
      async verify(password: string, hash: string | undefined) {
        work.hashes++;
        return hash === `hash of ${password}`;
      },
      isOutdated: () => false,
    },
  };
}
