import type { Colour } from '#shared/connections.ts'
import styles from './ColourStripe.module.css'

/** The colour of a saved connection, beside its name. */
export const ColourStripe = ({ colour }: { readonly colour: Colour | null }) =>
  colour === null ? null : <span className={styles.stripe} data-colour={colour} aria-hidden />
