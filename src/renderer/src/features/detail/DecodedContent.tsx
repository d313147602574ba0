import { Lock } from 'lucide-react'
import type { ReactNode } from 'react'
import { type DecodedKey, nodeAtPath, pathInWords, type RelatedKey } from '#shared/formats.ts'
import type { SessionDetail } from '#shared/model.ts'
import { Badge } from '../../components/Badge.tsx'
import { CopyButton } from '../../components/CopyButton.tsx'
import { useReveal } from '../../components/Secret.tsx'
import { SessionKey } from '../../components/SessionId.tsx'
import { toLine } from '../../lib/bytes-view.ts'
import { formatBytes } from '../../lib/format.ts'
import { useApp, useDecoded, useDetail } from '../../stores/context.ts'
import { showsRaw } from '../../stores/decoded.ts'
import { OPEN_ID } from '../../stores/reveals.ts'
import styles from './Decoded.module.css'
import { DecodedTree } from './DecodedTree.tsx'
import { useKeyBlock } from './session-block.ts'

interface DecodedContentProps {
  readonly detail: SessionDetail
  readonly decoded: DecodedKey
  /** The key's own fields or string, as Redis holds them. */
  readonly raw: ReactNode
}

/** What another library wrote: decoded, or as it lies in Redis. */
export function DecodedContent({ detail, decoded, raw }: DecodedContentProps) {
  const { decoded: store } = useApp()
  const isRaw = useDecoded(showsRaw)
  const blocked = useKeyBlock(detail.type === 'hash' ? 'editFields' : 'editStrings')
  const { session } = decoded
  return (
    <>
      <div className={styles.head}>
        <Badge tone="accent">{session.name}</Badge>
        <span className={styles.encoding}>{session.encoding === 'unknown' ? '' : session.encoding}</span>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would need a legend that is seen. */}
        <div className={styles.switch} role="group" aria-label="How it is shown">
          <button type="button" aria-pressed={!isRaw} onClick={() => store.showRaw(false)}>
            Decoded
          </button>
          <button type="button" aria-pressed={isRaw} onClick={() => store.showRaw(true)}>
            Raw
          </button>
        </div>
      </div>
      {isRaw ? raw : <Decoded decoded={decoded} blocked={blocked} />}
      {/* What could not be decoded shows as the bytes that it is. */}
      {!isRaw && session.root === null ? raw : null}
    </>
  )
}

function Decoded({ decoded, blocked }: { readonly decoded: DecodedKey; readonly blocked: string | null }) {
  const { session } = decoded
  // A part that is a node of its own tells of itself where it is; what was read only up to somewhere does not.
  const apart = session.undecoded.filter(
    ({ path }) => path === null || nodeAtPath(session.root, path)?.type !== 'undecoded',
  )
  return (
    <div className={styles.content}>
      {session.readOnly === null ? null : (
        <p className={styles.readOnly}>
          <Lock size={13} aria-hidden />
          <span>Read only. {session.readOnly}</span>
        </p>
      )}
      {apart.map(({ path, reason, size }) => (
        <p key={`${path?.join('.')} ${reason}`} className={styles.undecoded}>
          Not decoded{path === null ? '' : ` of ${pathInWords(session.root, path)}`}, {formatBytes(size)}:{' '}
          {reason}
        </p>
      ))}
      <DecodedTree session={session} blocked={blocked} />
      {session.related.length === 0 ? null : <Related keys={session.related} />}
    </div>
  )
}

function Related({ keys }: { readonly keys: readonly RelatedKey[] }) {
  const prefix = useDetail((state) => state.prefix)
  const { hidden } = useReveal(true, OPEN_ID)
  return (
    <section className={styles.related} aria-label="Related keys">
      <h3>Related keys</h3>
      <ul>
        {keys.map(({ key, what }) => (
          <li key={toLine(key)}>
            <code>
              <SessionKey name={key} prefixes={[prefix]} revealed={!hidden} />
            </code>
            <span>{what}</span>
            <CopyButton label={`Copy the key: ${what}`} text={toLine(key)} secret />
          </li>
        ))}
      </ul>
    </section>
  )
}
