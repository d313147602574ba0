import type { z } from 'zod'
import {
  CONNECTION_LIMITS,
  type ConnectionList,
  type KeptName,
  type KeptTexts,
  putKept,
  type SavedConnection,
  type SecretName,
  type saveConnectionSchema,
  takeKept,
} from '#shared/connections.ts'
import { AppError } from '#shared/errors.ts'
import type { ConnectionTarget, Target } from '#shared/target.ts'
import { resolveTarget, targetLabel } from '../connection/target.ts'
import { SavedSecrets } from './saved-secrets.ts'
import type { SecretBox } from './secret-box.ts'
import type { SettingsFile } from './settings-file.ts'
import type { Settings, StoredConnection } from './settings-schema.ts'

export interface SavedConnectionsOptions {
  readonly file: SettingsFile
  readonly box: SecretBox
  /** Called after each change that is made here. */
  readonly onChange: (list: ConnectionList) => void
  readonly newId: () => string
}

type SaveInput = z.output<typeof saveConnectionSchema>

/** What was asked to be connected to, with what a saved connection says of it. */
export type FilledTarget = Omit<ConnectionTarget, 'secretsOf'>

/** Connections taken away that can be put back. */
const MOST_REMOVED = 20

/** The saved connections: in the file of settings, their secrets with whoever keeps them. */
export class SavedConnections {
  readonly #file: SettingsFile
  readonly #secrets: SavedSecrets
  readonly #onChange: SavedConnectionsOptions['onChange']
  readonly #newId: () => string
  /** The last ones removed, with where they stood. */
  readonly #removed = new Map<string, { readonly entry: StoredConnection; readonly at: number }>()

  constructor({ file, box, onChange, newId }: SavedConnectionsOptions) {
    this.#file = file
    this.#secrets = new SavedSecrets(box)
    this.#onChange = onChange
    this.#newId = newId
  }

  async list(): Promise<ConnectionList> {
    return this.#show(await this.#file.read())
  }

  /** Saves a new connection or changes one. @returns its id @throws AppError */
  async save({ id: given, target, keepSecrets, ...marks }: SaveInput): Promise<string> {
    const { open, kept } = takeKept(target)
    const before = given === undefined ? null : await this.#find(given)
    const id = before?.id ?? this.#newId()
    const stored = {
      ...marks,
      id,
      target: withCertificates(open, kept, before),
      name: marks.name || labelOf(open),
      keepSecrets,
      ...(await this.#secrets.keep(id, before, relevant(kept, open, before), keepSecrets)),
    }
    await this.#change((entries) => {
      const at = entries.findIndex((entry) => entry.id === id)
      // Another inspector may have removed it meanwhile: what was typed here is not lost for that.
      return at === -1 ? added(entries, stored, entries.length) : entries.with(at, stored)
    })
    return id
  }

  /** @throws AppError where there is none */
  async remove(id: string): Promise<void> {
    await this.#find(id)
    await this.#change((entries) => {
      const at = entries.findIndex((entry) => entry.id === id)
      const entry = entries[at]
      if (entry === undefined) return entries
      this.#removed.set(id, { entry, at })
      for (const oldest of [...this.#removed.keys()].slice(0, -MOST_REMOVED)) this.#removed.delete(oldest)
      return entries.toSpliced(at, 1)
    })
  }

  /** Puts back one that was removed in this run. @throws AppError where it is not known any more */
  async restore(id: string): Promise<void> {
    const removed = this.#removed.get(id)
    if (removed === undefined)
      throw new AppError('nothing_to_undo', 'This connection can no longer be put back. Save it anew.')
    await this.#change((entries) =>
      entries.some((entry) => entry.id === id) ? entries : added(entries, removed.entry, removed.at),
    )
    this.#removed.delete(id)
  }

  /** @returns the id of the copy, which stands below it */
  async duplicate(id: string): Promise<string> {
    const original = await this.#find(id)
    const copy = this.#newId()
    this.#secrets.copy(id, copy)
    await this.#change((entries) => {
      const at = entries.findIndex((entry) => entry.id === id)
      const name = copyName(original.name, entries)
      return added(entries, { ...original, id: copy, name }, at === -1 ? entries.length : at + 1)
    })
    return copy
  }

  /** @param to where it stands afterwards, from 0 */
  async move(id: string, to: number): Promise<void> {
    await this.#change((entries) => {
      const at = entries.findIndex((entry) => entry.id === id)
      const entry = entries[at]
      return entry === undefined ? entries : entries.toSpliced(at, 1).toSpliced(to, 0, entry)
    })
  }

  /**
   * Fills in what a saved connection says of a target.
   * @throws AppError `secret_needed`, with `details.missing`, where a secret of it has to be typed
   */
  async fill({ secretsOf, ...asked }: ConnectionTarget): Promise<FilledTarget> {
    const id = asked.saved ?? secretsOf
    if (id === undefined) return asked
    const entry = await this.#find(id)
    const { saved, readOnly, environment, usePrefillPassword: _prefill, ...said } = asked
    const { deployment, host, path, nodes, url } = said
    const elsewhere = [deployment, host, path, nodes, url].some((place) => place !== undefined)
    const typed: Target = elsewhere ? said : { ...entry.target, ...said }
    const kept = { ...certificatesOf(entry), ...(await this.#secrets.of(entry)) }
    const target = putKept(typed, kept)
    await this.#requireSecrets(entry, target)
    // A form says all of it: what it leaves out is off.
    const marks = elsewhere
      ? { readOnly, environment }
      : { readOnly: readOnly ?? entry.readOnly, environment: environment ?? entry.environment }
    return {
      ...target,
      readOnly: marks.readOnly ?? false,
      ...(marks.environment ? { environment: marks.environment } : {}),
      ...(saved === undefined ? {} : { saved }),
    }
  }

  /** What was typed to connect to a saved connection was right: it is not asked for again in this run. */
  async remember({ saved, ...target }: FilledTarget): Promise<void> {
    if (saved === undefined) return
    const entry = (await this.#file.read()).connections.find(({ id }) => id === saved)
    if (entry === undefined) return
    const { kept } = takeKept(withoutMarks(target))
    const asked = Object.entries(kept).filter(([name]) => (entry.asks as readonly string[]).includes(name))
    const lost = Object.entries(kept).filter(([name]) =>
      this.#secrets.unreadable(saved).includes(name as SecretName),
    )
    if (asked.length + lost.length === 0) return
    this.#secrets.remember(saved, Object.fromEntries([...asked, ...lost]))
    this.#onChange(await this.list())
  }

  async #requireSecrets(entry: StoredConnection, target: Target): Promise<void> {
    const { kept } = takeKept(target)
    const unreadable = this.#secrets.unreadable(entry.id)
    const belongs = (name: SecretName) =>
      name.startsWith('tls') ? target.tls === true : name.startsWith('ssh') ? target.ssh !== undefined : true
    const missing = [...entry.asks, ...unreadable].filter((name) => kept[name] === undefined && belongs(name))
    const [first] = missing
    if (first === undefined) return
    const lost = unreadable.includes(first)
    if (lost) this.#onChange(await this.list())
    throw new AppError(
      'secret_needed',
      lost
        ? `The saved ${SECRET_WORDS[first]} can no longer be read: it was saved by another user or with another keychain. Enter it again.`
        : `The ${SECRET_WORDS[first]} of this connection is not kept on disk. Enter it.`,
      { missing },
    )
  }

  async #find(id: string): Promise<StoredConnection> {
    const { connections } = await this.#file.read()
    const found = connections.find((entry) => entry.id === id)
    if (found !== undefined) return found
    throw new AppError('invalid_argument', 'This saved connection has been removed. Choose another one.')
  }

  async #change(
    change: (entries: readonly StoredConnection[]) => readonly StoredConnection[],
  ): Promise<void> {
    const settings = await this.#file.change((before) => ({
      ...before,
      connections: change(before.connections),
    }))
    this.#onChange(await this.#show(settings))
  }

  async #show({ connections }: Settings): Promise<ConnectionList> {
    return {
      connections: connections.map((entry) => this.#public(entry)),
      secretStorage: await this.#secrets.available(),
      saving: this.#file.saving,
      notice: this.#file.notice,
    }
  }

  #public(entry: StoredConnection): SavedConnection {
    const { id, name, colour, environment, readOnly, prefixes, keepSecrets, secrets, asks } = entry
    const memory = this.#secrets.inMemory(id)
    const unreadable = this.#secrets.unreadable(id).filter((secret) => !memory.includes(secret))
    const stored = (Object.keys(secrets) as SecretName[]).filter((secret) => !unreadable.includes(secret))
    const kept = new Set<KeptName>([
      ...(Object.keys(certificatesOf(entry)) as KeptName[]),
      ...stored,
      ...memory,
    ])
    return {
      id,
      name,
      colour,
      environment,
      readOnly,
      prefixes,
      label: labelOf(entry.target),
      target: takeKept(entry.target).open,
      kept: [...kept],
      asked: [...asks.filter((secret) => !memory.includes(secret)), ...unreadable],
      unreadable,
      keepSecrets,
    }
  }
}

/** As one says it in a sentence. */
const SECRET_WORDS: Readonly<Record<SecretName, string>> = {
  password: 'password',
  sentinelPassword: 'password of the Sentinels',
  tlsKey: 'key of the client certificate',
  tlsKeyPassphrase: 'passphrase of the client certificate’s key',
  sshPassword: 'password of the SSH server',
  sshPrivateKey: 'private SSH key',
  sshPassphrase: 'passphrase of the SSH key',
}

const labelOf = (target: Target): string => targetLabel(resolveTarget(target))

function certificatesOf({ target }: Pick<StoredConnection, 'target'>): KeptTexts {
  const { ca, cert } = target.tlsOptions ?? {}
  return { ...(ca ? { tlsCa: ca } : {}), ...(cert ? { tlsCert: cert } : {}) }
}

/** Certificates stand in the file with the target: those that were typed, else those that there are. */
function withCertificates(
  open: Target,
  kept: KeptTexts,
  before: StoredConnection | null,
): StoredConnection['target'] {
  if (open.tls !== true) return open
  const old = before === null ? {} : certificatesOf(before)
  const [ca, cert] = [kept.tlsCa ?? old.tlsCa, kept.tlsCert ?? old.tlsCert]
  return { ...open, tlsOptions: { ...open.tlsOptions, ...(ca ? { ca } : {}), ...(cert ? { cert } : {}) } }
}

/** Secrets of what a connection no longer has go with it. */
function relevant(kept: KeptTexts, target: Target, before: StoredConnection | null): KeptTexts {
  const had = [...Object.keys(before?.secrets ?? {}), ...(before?.asks ?? [])] as SecretName[]
  const gone = had.filter(
    (name) =>
      (name.startsWith('tls') && target.tls !== true) ||
      (name.startsWith('ssh') && target.ssh === undefined) ||
      (name === 'sentinelPassword' && target.deployment !== 'sentinel'),
  )
  return { ...kept, ...Object.fromEntries(gone.map((name) => [name, ''])) }
}

function withoutMarks({
  readOnly: _r,
  environment: _e,
  usePrefillPassword: _p,
  ...target
}: FilledTarget): Target {
  return target
}

function added(
  entries: readonly StoredConnection[],
  entry: StoredConnection,
  at: number,
): readonly StoredConnection[] {
  if (entries.length >= CONNECTION_LIMITS.count) {
    throw new AppError(
      'invalid_value',
      `${CONNECTION_LIMITS.count} connections are saved, and no more can be. Remove one first.`,
    )
  }
  return entries.toSpliced(at, 0, entry)
}

/** `cache copy`, `cache copy 2`, cut so that it is still a name. */
function copyName(name: string, entries: readonly { readonly name: string }[]): string {
  const stem = `${name.replace(/ copy( \d+)?$/, '').slice(0, CONNECTION_LIMITS.nameCharacters - 10)} copy`
  const taken = new Set(entries.map((entry) => entry.name))
  let candidate = stem
  for (let number = 2; taken.has(candidate); number += 1) candidate = `${stem} ${number}`
  return candidate
}
