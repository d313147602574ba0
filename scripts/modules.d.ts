// The types of what TypeScript imports from the scripts, which are plain JavaScript: they run before anything is
// installed.
declare module '*/find-chromium.mjs' {
  /** The executable of a Chromium that the tests can drive; null where there is none. */
  export function findChromium(): Promise<string | null>
}
declare module '*/build.mjs' {
  /** Builds what is in out/ where a source is newer; a failing build shows its output and ends the process. */
  export function ensureBuilt(): void
}
