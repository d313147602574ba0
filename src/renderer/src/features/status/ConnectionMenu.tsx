import { ChevronDown, Lock, LogOut, Network, RefreshCw, Tag } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { ENVIRONMENTS } from '#shared/model.ts'
import menu from '../../components/Menu.module.css'
import { environmentInWords } from '../../lib/environment.ts'
import { useApp, useConnection } from '../../stores/context.ts'
import styles from './TopBar.module.css'

/** Where one is connected to: server, rights, and the way out. */
export function ConnectionMenu() {
  const app = useApp()
  const { connection } = app
  const status = useConnection((state) => state.status)
  if (status === null || status.state === 'disconnected') return null
  const { target } = status
  const connected = status.state === 'connected' ? status : null
  const readOnly = connected?.readOnly === true
  const environment = connected?.environment ?? null
  const dot = { connected: 'good', lost: 'lost', connecting: 'busy' }[status.state]
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className={styles.connection} aria-label={`Connection: ${target.label}`}>
        <span className={styles.dot} data-state={dot} aria-hidden />
        <span className={styles.label} title={target.label}>
          {target.label}
        </span>
        {readOnly ? (
          <span className={styles.readOnly}>
            <Lock size={12} aria-hidden /> read-only
          </span>
        ) : null}
        {environment === null ? null : (
          <span className={styles.environment} data-environment={environment}>
            {environment}
          </span>
        )}
        <ChevronDown size={14} aria-hidden />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={menu.menu} align="start" sideOffset={4} collisionPadding={8}>
          <dl className={styles.facts}>
            <dt>Address</dt>
            <dd>
              {target.host}:{target.port}
              {target.tls ? ', TLS' : ''}
            </dd>
            <dt>Database</dt>
            <dd>{target.db}</dd>
            <dt>User</dt>
            <dd>{target.username ?? 'default'}</dd>
            {connected === null ? null : (
              <>
                <dt>Server</dt>
                <dd>
                  {connected.server.product} {connected.server.version}, {connected.server.mode}
                  {connected.server.nodes === undefined ? `, ${connected.server.role}` : ''}
                </dd>
                <dt>Updates</dt>
                <dd>{connected.live === 'notifications' ? 'sent by the server' : 'read each second'}</dd>
              </>
            )}
            {target.isPrivate ? (
              <>
                <dt>Lives</dt>
                <dd>in memory, until the inspector closes</dd>
              </>
            ) : null}
          </dl>
          {connected !== null && connected.missing.length > 0 ? (
            <p className={styles.missing}>
              This user may not run {connected.missing.join(', ')}. What needs them is refused; an
              administrator can allow them with ACL SETUSER.
            </p>
          ) : null}
          <DropdownMenu.Separator className={menu.separator} />
          {connected === null ? null : (
            <DropdownMenu.CheckboxItem
              className={menu.item}
              checked={readOnly}
              onCheckedChange={(checked) => void connection.setReadOnly(checked === true)}
            >
              <Lock size={14} aria-hidden /> Read-only
              <DropdownMenu.ItemIndicator className={menu.end}>✓</DropdownMenu.ItemIndicator>
            </DropdownMenu.CheckboxItem>
          )}
          {connected === null ? null : (
            <DropdownMenu.RadioGroup
              value={environment ?? ''}
              onValueChange={(value) =>
                void connection.setEnvironment(ENVIRONMENTS.find((each) => each === value) ?? null)
              }
            >
              <DropdownMenu.Label className={menu.label}>Marked as</DropdownMenu.Label>
              {[...ENVIRONMENTS, null].map((each) => (
                <DropdownMenu.RadioItem key={each} value={each ?? ''} className={menu.item}>
                  <Tag size={14} aria-hidden /> {environmentInWords(each)}
                  <DropdownMenu.ItemIndicator className={menu.end}>✓</DropdownMenu.ItemIndicator>
                </DropdownMenu.RadioItem>
              ))}
              <DropdownMenu.Separator className={menu.separator} />
            </DropdownMenu.RadioGroup>
          )}
          {target.deployment === 'cluster' && status.state !== 'connecting' ? (
            <DropdownMenu.Item className={menu.item} onSelect={() => app.openDialog('cluster')}>
              <Network size={14} aria-hidden /> Cluster nodes…
              {connected?.server.nodes === undefined ? null : (
                <span className={menu.end}>{connected.server.nodes.length}</span>
              )}
            </DropdownMenu.Item>
          ) : null}
          {status.state === 'lost' ? (
            <DropdownMenu.Item className={menu.item} onSelect={() => connection.retry()}>
              <RefreshCw size={14} aria-hidden /> Try again now
            </DropdownMenu.Item>
          ) : null}
          <DropdownMenu.Item className={menu.item} onSelect={() => connection.disconnect()}>
            <LogOut size={14} aria-hidden /> Disconnect
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
