/** `client/compile.js` is not TypeScript, because it is what compiles. */
declare module '*/client/compile.js' {
  export function compiledSources(): Promise<string>;
}
