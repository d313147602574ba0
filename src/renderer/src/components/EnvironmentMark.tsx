import type { Environment } from '#shared/model.ts'
import styles from './EnvironmentMark.module.css'

/** Whose sessions a connection holds. */
export function EnvironmentMark({ environment }: { readonly environment: Environment }) {
  return (
    <span className={styles.environment} data-environment={environment}>
      {environment}
    </span>
  )
}
