// Another client of the server: GETs at a steady rate, sent when they are due and not when the one before is answered.
import { connect, quantile } from '../setup.ts'

export interface GetsFigures {
  /** Milliseconds from sending to the reply. */
  readonly p50: number
  readonly p99: number
  readonly max: number
  readonly sent: number
}

const { host, port, rate, seconds } = JSON.parse(process.argv[2] ?? '{}') as {
  readonly host: string
  readonly port: number
  readonly rate: number
  readonly seconds: number
}
const client = await connect(host, port)
await client.set('bench:probe', 'x'.repeat(100))
const times: number[] = []
const began = performance.now()
let sent = 0
await new Promise<void>((resolve) => {
  const timer = setInterval(() => {
    const now = performance.now()
    const due = Math.floor(((now - began) / 1000) * rate)
    for (; sent < due; sent += 1) {
      const at = performance.now()
      void client.get('bench:probe').then(() => times.push(performance.now() - at))
    }
    if (now - began < seconds * 1000) return
    clearInterval(timer)
    resolve()
  }, 1)
})
await client.ping()
times.sort((a, b) => a - b)
process.send?.({ p50: quantile(times, 0.5), p99: quantile(times, 0.99), max: times.at(-1) ?? 0, sent })
client.disconnect()
