import { Tabs } from 'radix-ui'
import styles from './ConnectForm.module.css'
import { KINDS, type Kind } from './connect-form.ts'
import { LinesField, TextField } from './FormParts.tsx'
import type { FormView } from './form-view.ts'
import { SecretField } from './KeptField.tsx'

const KIND_WORDS: Readonly<Record<Kind, string>> = {
  server: 'Server',
  socket: 'Unix socket',
  sentinel: 'Sentinel',
  cluster: 'Cluster',
  url: 'URL',
}

interface ServerFieldsProps {
  readonly view: FormView
  /** The password that came with the prefilled URL would be used. */
  readonly keepsPassword: boolean
}

/** Which Redis, and as whom. */
export function ServerFields({ view, keepsPassword }: ServerFieldsProps) {
  const { form, entry, set } = view
  const kinds = KINDS.filter((kind) => kind !== 'url' || entry === null)
  return (
    <Tabs.Root
      value={form.kind}
      onValueChange={(value) => set({ kind: KINDS.find((kind) => kind === value) ?? 'server' })}
      className={styles.fields}
    >
      <Tabs.List className={styles.modes} aria-label="How to say which Redis">
        {kinds.map((kind) => (
          <Tabs.Trigger key={kind} value={kind} className={styles.mode}>
            {KIND_WORDS[kind]}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      <Tabs.Content value={form.kind} className={styles.fields} tabIndex={-1}>
        <Place view={view} />
        <div className={styles.row} data-kind={form.kind}>
          {form.kind === 'url' ? null : (
            <TextField
              view={view}
              name="username"
              label="User"
              placeholder="default"
              autoComplete="username"
            />
          )}
          <SecretField
            view={view}
            name="password"
            label="Password"
            autoComplete="current-password"
            placeholder={keepsPassword ? 'as given at the start' : ''}
          />
          {form.kind === 'cluster' || form.kind === 'url' ? null : (
            <TextField view={view} name="db" label="Database" numeric />
          )}
        </div>
      </Tabs.Content>
    </Tabs.Root>
  )
}

function Place({ view }: { readonly view: FormView }) {
  switch (view.form.kind) {
    case 'server':
      return (
        <div className={styles.row} data-address>
          <TextField view={view} name="host" label="Host" mono />
          <TextField view={view} name="port" label="Port" numeric />
        </div>
      )
    case 'socket':
      return (
        <TextField
          view={view}
          name="path"
          label="Path of the socket"
          mono
          placeholder="/run/redis/redis.sock"
          hint="A Redis on this machine that listens on a Unix socket."
        />
      )
    case 'sentinel':
      return (
        <>
          <LinesField
            view={view}
            name="nodes"
            label="Sentinels"
            placeholder={'sentinel-1:26379\nsentinel-2:26379'}
            hint="host:port, one a line; some of them are enough. The inspector follows their master."
          />
          <div className={styles.row} data-thirds>
            <TextField view={view} name="masterName" label="Name of the master" mono />
            <TextField view={view} name="sentinelUsername" label="Sentinel user" placeholder="default" />
            <SecretField view={view} name="sentinelPassword" label="Sentinel password" />
          </div>
        </>
      )
    case 'cluster':
      return (
        <LinesField
          view={view}
          name="nodes"
          label="Nodes of the cluster"
          placeholder={'node-1:6379\nnode-2:6379'}
          hint="host:port, one a line; some of them are enough. The others are found."
        />
      )
    case 'url':
      return (
        <TextField
          view={view}
          name="url"
          label="URL"
          mono
          placeholder="redis://user:password@host:6379/0"
          hint="rediss:// for TLS. A password that is not in the URL goes below."
        />
      )
  }
}
