import open from 'open'

/** Opens the address in the person's browser, where there is one to open it with. */
export async function openBrowser(url: string): Promise<void> {
  if (!hasDesktop()) return
  try {
    const child = await open(url)
    // The address is on the terminal too, so a browser that does not start is no failure.
    child.on('error', () => {})
  } catch {}
}

const hasDesktop = (): boolean =>
  process.platform !== 'linux' ||
  ['DISPLAY', 'WAYLAND_DISPLAY', 'WSL_DISTRO_NAME'].some((name) => process.env[name])
