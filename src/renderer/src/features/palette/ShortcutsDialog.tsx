import { Dialog } from '../../components/Dialog.tsx'
import { Kbd } from '../../components/Kbd.tsx'
import { TAB_KEYS } from '../tabs/use-tab-keys.ts'
import { COMMANDS, LIST_KEYS } from './commands.ts'
import styles from './ShortcutsDialog.module.css'

export function ShortcutsDialog({ onClose }: { readonly onClose: () => void }) {
  const commands = COMMANDS.flatMap(({ label, keys }) =>
    keys === undefined || keys === 'Enter' ? [] : [{ label: label.replace(/…$/, ''), keys }],
  )
  return (
    <Dialog title="Keyboard shortcuts" wide onClose={onClose}>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would need a legend that is seen. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <div className={styles.columns} role="group" aria-label="Keys" tabIndex={0}>
        <div className={styles.group}>
          <Keys title="In the list" keys={LIST_KEYS} />
          <Keys title="Connections" keys={TAB_KEYS} />
        </div>
        <Keys title="Everywhere but in inputs" keys={commands} />
      </div>
    </Dialog>
  )
}

function Keys({ title, keys }: { readonly title: string; readonly keys: typeof LIST_KEYS }) {
  return (
    <section>
      <h3 className={styles.title}>{title}</h3>
      <dl className={styles.keys}>
        {keys.map((entry) => (
          <div key={entry.label} className={styles.entry}>
            <dt>{entry.label}</dt>
            <dd>
              <Kbd keys={entry.keys} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
