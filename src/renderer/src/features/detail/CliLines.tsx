import type { SessionDetail } from '#shared/model.ts'
import { CopyButton } from '../../components/CopyButton.tsx'
import { keyInWords } from '../../lib/privacy-words.ts'
import { useConnection, useDetail, usePrivacy } from '../../stores/context.ts'
import styles from './DetailPane.module.css'
import { cliLines, filesToProvide } from './redis-cli.ts'

/** The lines as they are shown name the key as it is; what is copied is whole. */
export function CliLines({ detail }: { readonly detail: SessionDetail }) {
  const status = useConnection((state) => state.status)
  const prefix = useDetail((state) => state.prefix)
  const view = usePrivacy()
  if (status === null || status.state === 'disconnected') return null
  const files = filesToProvide(status.target)
  const shown = cliLines(status.target, {
    ...detail,
    key: view.mode === 'shown' ? detail.key : keyInWords(detail.key, [prefix], view),
  })
  return (
    <ul className={styles.cli}>
      {files === null ? null : <li className={styles.cliWhat}>{files}</li>}
      {cliLines(status.target, detail).map(({ what, line }, index) => (
        <li key={what}>
          <div className={styles.cliHead}>
            <span className={styles.cliWhat}>{what}</span>
            <CopyButton label={`Copy: ${what}`} text={line} secret />
          </div>
          <code className={styles.cliLine}>{shown[index]?.line}</code>
        </li>
      ))}
    </ul>
  )
}
