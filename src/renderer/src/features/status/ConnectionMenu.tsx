import {
  BookmarkPlus,
  ChevronDown,
  Copy,
  Lock,
  LogOut,
  Network,
  RefreshCw,
  ShieldAlert,
  Square,
  Tag,
} from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { useEffect } from 'react'
import { ENVIRONMENTS } from '#shared/model.ts'
import type { PrivateRedisStatus } from '#shared/private-redis.ts'
import { ColourStripe } from '../../components/ColourStripe.tsx'
import { EnvironmentMark } from '../../components/EnvironmentMark.tsx'
import menu from '../../components/Menu.module.css'
import { MenuItem } from '../../components/MenuItem.tsx'
import { environmentInWords } from '../../lib/environment.ts'
import { toFailure } from '../../lib/failure.ts'
import { savedOf } from '../../stores/connections.ts'
import { useApp, useConnection, useConnections, usePrivateRedis } from '../../stores/context.ts'
import { PermissionList } from './Permissions.tsx'
import styles from './TopBar.module.css'
import { useConnectionMarks } from './use-connection-marks.ts'

/** Where one is connected to: server, rights, and the way out. */
export function ConnectionMenu() {
  const app = useApp()
  const { connection, privateRedis, toasts } = app
  const marks = useConnectionMarks()
  const status = useConnection((state) => state.status)
  const saved = useConnections((state) =>
    status === null || status.state === 'disconnected' ? null : savedOf(state, status.target),
  )
  const running = usePrivateRedis((state) => state.status?.running ?? null)
  const isPrivate = status !== null && status.state !== 'disconnected' && status.target.isPrivate
  // A window that was opened on it has not heard of it yet.
  useEffect(() => {
    if (isPrivate) void privateRedis.load()
  }, [isPrivate, privateRedis])
  if (status === null || status.state === 'disconnected') return null
  const { target } = status
  const connected = status.state === 'connected' ? status : null
  const readOnly = connected?.readOnly === true
  const replica = connected?.server.writable === false
  const environment = connected?.environment ?? null
  const copyAddress = async () => {
    try {
      await navigator.clipboard.writeText(await privateRedis.address())
      toasts.show('done', 'Copied the URL of the private Redis.')
    } catch (error) {
      toasts.show('failed', toFailure(error).message)
    }
  }
  const dot = { connected: 'good', lost: 'lost', connecting: 'busy' }[status.state]
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        className={styles.connection}
        aria-label={`Connection: ${saved?.name ?? target.label}`}
        aria-description={
          [
            replica ? 'replica' : readOnly ? 'read-only' : null,
            target.untrusted ? 'certificate not verified' : null,
            environment,
          ]
            .filter((word) => word !== null)
            .join(', ') || undefined
        }
      >
        <ColourStripe colour={saved?.colour ?? null} />
        <span className={styles.dot} data-state={dot} aria-hidden />
        <span
          className={styles.label}
          title={saved === null ? target.label : `${saved.name}, ${target.label}`}
        >
          {saved?.name ?? target.label}
        </span>
        {target.deployment !== 'sentinel' || target.address === null ? null : (
          <span className={styles.server} title={`The server is ${target.address}`}>
            {target.address}
          </span>
        )}
        {readOnly ? (
          <span className={styles.readOnly}>
            <Lock size={12} aria-hidden /> {replica ? 'replica' : 'read-only'}
          </span>
        ) : null}
        {target.untrusted ? (
          <span
            className={styles.untrusted}
            role="img"
            aria-label="certificate not verified"
            title="Its certificate is accepted whoever vouches for it."
          >
            <ShieldAlert size={12} aria-hidden />
          </span>
        ) : null}
        {environment === null ? null : <EnvironmentMark environment={environment} />}
        <ChevronDown size={14} aria-hidden />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={menu.menu} align="start" sideOffset={4} collisionPadding={8}>
          <dl className={styles.facts}>
            <dt>Address</dt>
            <dd>
              {target.address ?? target.path ?? `${target.host}:${target.port}`}
              {target.tls ? ', TLS' : ''}
            </dd>
            {target.untrusted ? (
              <>
                <dt>Certificate</dt>
                <dd>not verified: accepted whoever vouches for it</dd>
              </>
            ) : null}
            {target.tunnel === null ? null : (
              <>
                <dt>Through</dt>
                <dd>
                  SSH, {target.tunnelUser}@{target.tunnel}
                </dd>
              </>
            )}
            <dt>Database</dt>
            <dd>{target.db}</dd>
            <dt>User</dt>
            <dd>{target.username ?? 'default'}</dd>
            {connected === null ? null : (
              <>
                <dt>Server</dt>
                <dd>
                  {connected.server.version === ''
                    ? 'not told to this user'
                    : `${connected.server.product} ${connected.server.version}, ${connected.server.mode}${connected.server.nodes === undefined ? `, ${connected.server.role}` : ''}`}
                </dd>
                <dt>Updates</dt>
                <dd>{connected.live === 'notifications' ? 'sent by the server' : 'read each second'}</dd>
              </>
            )}
            {target.isPrivate ? (
              <>
                <dt>Lives</dt>
                <dd>{livesInWords(running)}</dd>
              </>
            ) : null}
          </dl>
          {connected === null ? null : <PermissionList status={connected} />}
          <DropdownMenu.Separator className={menu.separator} />
          {connected === null ? null : (
            <DropdownMenu.CheckboxItem
              className={menu.item}
              checked={readOnly}
              disabled={replica}
              onCheckedChange={(checked) => void marks.setReadOnly(checked === true)}
            >
              <Lock size={14} aria-hidden /> {replica ? 'Read-only: a replica takes no writes' : 'Read-only'}
              <DropdownMenu.ItemIndicator className={menu.end}>✓</DropdownMenu.ItemIndicator>
            </DropdownMenu.CheckboxItem>
          )}
          {connected === null ? null : (
            <DropdownMenu.RadioGroup
              value={environment ?? ''}
              onValueChange={(value) =>
                void marks.setEnvironment(ENVIRONMENTS.find((each) => each === value) ?? null)
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
          {connected === null || saved !== null || target.isPrivate ? null : (
            <DropdownMenu.Item className={menu.item} onSelect={() => app.openDialog('saveConnection')}>
              <BookmarkPlus size={14} aria-hidden /> Save this connection…
            </DropdownMenu.Item>
          )}
          {target.isPrivate && running !== null ? (
            <>
              <MenuItem icon={Copy} onSelect={() => void copyAddress()}>
                Copy its URL, with the password
              </MenuItem>
              <MenuItem icon={Square} onSelect={() => app.openDialog('stopPrivateRedis')}>
                Stop the private Redis…
              </MenuItem>
            </>
          ) : null}
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

function livesInWords(running: PrivateRedisStatus['running']): string {
  if (running?.note != null) return running.note
  return running?.keeps === true
    ? 'on this machine; saved when it stops or the inspector closes'
    : 'in memory, until the inspector closes'
}
