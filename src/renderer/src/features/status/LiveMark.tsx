import { Radio, RefreshCw, Unplug } from 'lucide-react'
import { Tip } from '../../components/Tip.tsx'
import { useConnection } from '../../stores/context.ts'
import { liveWords } from './live-words.ts'
import styles from './TopBar.module.css'

const ICONS = { live: Radio, polling: RefreshCw, stale: Unplug } as const

export function LiveMark() {
  const status = useConnection((state) => state.status)
  const hostLostSince = useConnection((state) => state.hostLostSince)
  const { tone, word, explanation } = liveWords({ status, hostLostSince })
  const Icon = ICONS[tone]
  return (
    <Tip label={explanation}>
      <button type="button" className={styles.live} data-tone={tone} aria-label={`Updates: ${word}`}>
        <Icon size={13} aria-hidden />
        {word}
      </button>
    </Tip>
  )
}
