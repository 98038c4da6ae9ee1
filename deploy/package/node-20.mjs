// What the command line uses of newer versions of Node, for Node 20. The bundle begins with it.

Promise.withResolvers ??= function withResolvers() {
  let resolve;
  let reject;
  const promise = new this((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
};

// Only `Iterator.from` and `map` are used, over the parts of a text.
globalThis.Iterator ??= {
  from: (iterable) =>
    Object.assign(iterable[Symbol.iterator](), {
      *map(change) {
        for (const item of this) yield change(item);
      },
    }),
};
