/** The executable of a Chromium that the tests can drive; null where there is none. */
export function findChromium(): Promise<string | null>
