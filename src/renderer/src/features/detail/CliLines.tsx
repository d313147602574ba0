import type { SessionDetail } from '#shared/model.ts'
import { CopyButton } from '../../components/CopyButton.tsx'
import { useConnection } from '../../stores/context.ts'
import styles from './DetailPane.module.css'
import { cliLines, filesToProvide } from './redis-cli.ts'

export function CliLines({ detail }: { readonly detail: SessionDetail }) {
  const status = useConnection((state) => state.status)
  if (status === null || status.state === 'disconnected') return null
  const files = filesToProvide(status.target)
  return (
    <ul className={styles.cli}>
      {files === null ? null : <li className={styles.cliWhat}>{files}</li>}
      {cliLines(status.target, detail).map(({ what, line }) => (
        <li key={what}>
          <div className={styles.cliHead}>
            <span className={styles.cliWhat}>{what}</span>
            <CopyButton label={`Copy: ${what}`} text={line} />
          </div>
          <code className={styles.cliLine}>{line}</code>
        </li>
      ))}
    </ul>
  )
}
