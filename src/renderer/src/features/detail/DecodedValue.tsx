import { useState } from 'react'
import type { TreeNode } from '#shared/formats.ts'
import { toHexLines } from '../../lib/bytes-view.ts'
import { formatBytes, formatInstant } from '../../lib/format.ts'
import styles from './Decoded.module.css'
import tree from './JsonTree.module.css'

const HEX_OCTETS = 64
const LONG_TEXT = 400

/** A value that holds no others. All of it is text on the screen, whatever it says. */
export function Value({ node }: { readonly node: TreeNode }) {
  switch (node.type) {
    case 'text':
      return <Text value={node.value} cut={node.cut === true} size={node.size} />
    case 'bytes':
      return <Octets base64={node.base64} size={node.size} />
    case 'undecoded':
      return (
        <>
          <span className={styles.reason}>{node.reason}</span>
          <Octets base64={node.base64} size={node.size} />
        </>
      )
    case 'number':
    case 'bigint':
      return (
        <span className={tree.value} data-type="number">
          {node.text}
        </span>
      )
    case 'boolean':
      return (
        <span className={tree.value} data-type="boolean">
          {String(node.value)}
        </span>
      )
    case 'date':
      return (
        <span className={tree.value} data-type="string">
          {formatInstant(node.at)}
        </span>
      )
    case 'reference':
      return <span className={tree.size}>the same value as #{node.to}</span>
    default:
      return (
        <span className={tree.value} data-type="null">
          null
        </span>
      )
  }
}

export function Text({
  value,
  cut,
  size,
}: {
  readonly value: string
  readonly cut: boolean
  readonly size: number
}) {
  const [all, setAll] = useState(false)
  const long = value.length > LONG_TEXT
  return (
    <>
      <span className={tree.value} data-type="string">
        {JSON.stringify(long && !all ? value.slice(0, LONG_TEXT) : value)}
        {(long && !all) || cut ? '…' : ''}
      </span>
      {long ? (
        <button type="button" className={styles.more} onClick={() => setAll(!all)}>
          {all ? 'Show less' : `Show ${cut ? 'more' : 'all'} of ${formatBytes(size)}`}
        </button>
      ) : null}
    </>
  )
}

function Octets({ base64, size }: { readonly base64: string; readonly size: number }) {
  const [asBase64, setAsBase64] = useState(false)
  const hex = toHexLines({ base64 }, HEX_OCTETS)
    .map((line) => line.hex)
    .join(' ')
  return (
    <>
      <span className={tree.value}>
        {asBase64 ? base64.slice(0, 4096) : hex}
        {size > HEX_OCTETS && !asBase64 ? '…' : ''}
      </span>
      <button type="button" className={styles.more} onClick={() => setAsBase64(!asBase64)}>
        {asBase64 ? 'As hex' : 'As base64'}
      </button>
    </>
  )
}

export function typeInWords(node: TreeNode): string {
  if (node.of !== undefined) return node.of
  switch (node.type) {
    case 'number':
      return node.whole ? 'integer' : 'number'
    case 'bigint':
      return 'big integer'
    case 'bytes':
      return `bytes, ${formatBytes(node.size)}`
    case 'undecoded':
      return `not decoded, ${formatBytes(node.size)}`
    case 'date':
      return node.local === true ? 'date without a zone' : 'date'
    default:
      return node.type
  }
}
