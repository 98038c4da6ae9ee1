import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Firefox's detector, chardetng, in WebAssembly. It knows how often letters follow each other in each language, so that one
 * word is often enough. `chardet` and `jschardet` need a paragraph. The package's own entry point can only be loaded by a
 * bundler, so that we call the module's functions ourselves.
 * @see https://docs.rs/chardetng
 */
const MODULE = 'chardetng-wasm/dist/chardetng_wasm_bg.wasm';

/** TypeScript declares this global only together with the DOM. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: unknown };
};

/** What the module exports, in the convention of wasm-bindgen. Numbers are addresses and lengths in its memory. */
interface Exports {
  memory: { buffer: ArrayBuffer };
  encodingdetector_new(): number;
  encodingdetector_feed(detector: number, address: number, length: number, isLast: number): number;
  encodingdetector_guess(
    result: number,
    detector: number,
    topLevelDomain: number,
    topLevelDomainLength: number,
    allowUtf8: number,
  ): void;
  __wbg_encodingdetector_free(detector: number): void;
  __wbindgen_add_to_stack_pointer(bytes: number): number;
  __wbindgen_malloc(bytes: number): number;
  __wbindgen_free(address: number, bytes: number): void;
}

let loaded: Exports | undefined;

function load(): Exports {
  const module = new WebAssembly.Module(readFileSync(fileURLToPath(import.meta.resolve(MODULE))));
  const __wbindgen_throw = () => {
    throw new Error('the character set detector failed');
  };
  const instance = new WebAssembly.Instance(module, { './chardetng_wasm_bg.js': { __wbindgen_throw } });
  return instance.exports as Exports;
}

/** Returns the name of the most likely encoding of the bytes, as in the WHATWG Encoding Standard. It is never UTF-8. */
export function detectCharset(bytes: Uint8Array): string {
  loaded ??= load();
  const wasm = loaded;
  const detector = wasm.encodingdetector_new();
  const result = wasm.__wbindgen_add_to_stack_pointer(-16);
  try {
    // The module frees the bytes.
    const input = wasm.__wbindgen_malloc(bytes.length);
    new Uint8Array(wasm.memory.buffer).set(bytes, input);
    wasm.encodingdetector_feed(detector, input, bytes.length, 1);
    wasm.encodingdetector_guess(result, detector, 0, 0, 0);
    const view = new DataView(wasm.memory.buffer);
    const [address, length] = [view.getInt32(result, true), view.getInt32(result + 4, true)];
    const name = Buffer.from(wasm.memory.buffer, address, length).toString('latin1');
    wasm.__wbindgen_free(address, length);
    return name;
  } finally {
    wasm.__wbindgen_add_to_stack_pointer(16);
    wasm.__wbg_encodingdetector_free(detector);
  }
}
