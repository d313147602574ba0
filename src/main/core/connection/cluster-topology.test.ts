import { describe, expect, it } from 'vitest'
import { parseClusterNodes } from './cluster-topology.ts'

const A = 'a'.repeat(40)
const B = 'b'.repeat(40)
const C = 'c'.repeat(40)
const D = 'd'.repeat(40)

const VIEW = `${A} 10.0.0.1:7000@17000,one.example myself,master - 0 0 5 connected 0-99 101 [101->-${B}] [200-<-${B}]
${B} 10.0.0.2:7000@17000 master - 0 1700000000000 7 connected 102-16383
${C} 10.0.0.3:7000@17000 slave ${A} 0 1700000000000 5 connected
${D} :0@0 slave,fail,noaddr ${B} 0 1700000000000 7 disconnected
`

describe('the nodes of a cluster', () => {
  it('are read with their slots, roles and what is on its way', () => {
    const topology = parseClusterNodes(VIEW, '10.0.0.1')
    expect(topology.owners.map(({ id }) => id)).toEqual([A, B])
    expect(topology.epoch).toBe(7)
    expect(topology.covered).toBe(16_383)
    expect([0, 99, 100, 101, 102].map((slot) => topology.ownerOf(slot)?.id)).toEqual([A, A, undefined, A, B])
    expect(topology.self).toMatchObject({ id: A, importing: [200], epoch: 5 })
    expect(topology.self?.addresses).toEqual([
      { host: '10.0.0.1', port: 7000 },
      { host: 'one.example', port: 7000 },
    ])
    expect(topology.shown.map(({ address, role, masterId }) => [address, role, masterId])).toEqual([
      ['10.0.0.1:7000', 'master', null],
      ['10.0.0.3:7000', 'replica', A],
      ['10.0.0.2:7000', 'master', null],
    ])
  })

  it('have states, and a node that was never addressed is at the host that was asked', () => {
    const text = `${A} :7000@17000 myself,master - 0 0 0 connected 0-16383
${B} ::1:7001@17001 master,fail? - 0 0 2 connected
${C} 10.0.0.3:7002@17002 slave,fail ${A} 0 0 0 connected
${D} 10.0.0.4:7003@17003 handshake - 0 0 0 connected`
    const { nodes } = parseClusterNodes(text, '127.0.0.1')
    expect(nodes.map(({ address, state }) => [address, state])).toEqual([
      ['127.0.0.1:7000', 'online'],
      ['[::1]:7001', 'suspected'],
      ['10.0.0.3:7002', 'failed'],
      ['10.0.0.4:7003', 'joining'],
    ])
  })

  it('tell whether slots are served by others', () => {
    const before = parseClusterNodes(VIEW, '10.0.0.1')
    const moved = parseClusterNodes(VIEW.replace(' 0-99 101', ' 0-99').replace('102-', '101-'), '10.0.0.1')
    expect([before.sameSlots(before), before.sameAs(before)]).toEqual([true, true])
    expect([moved.sameSlots(before), moved.sameAs(before)]).toEqual([false, false])
    const suspected = parseClusterNodes(VIEW.replace('master -', 'master,fail? -'), '10.0.0.1')
    expect([suspected.sameSlots(before), suspected.sameAs(before)]).toEqual([true, false])
  })
})
