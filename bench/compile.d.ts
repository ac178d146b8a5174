/** `client/compile.js` is no TypeScript, because it is what compiles. */
declare module '*/client/compile.js' {
  export function compiledSources(): Promise<string>;
}
