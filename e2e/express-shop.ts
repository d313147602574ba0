import type { AddressInfo } from 'node:net'
import { RedisStore } from 'connect-redis'
import express from 'express'
import session from 'express-session'
import { createClient } from 'redis'

declare module 'express-session' {
  interface SessionData {
    username: string
    cart: { items: number }
  }
}

export const SHOP_SECRET = 'the secret of the shop'

export interface Shop {
  readonly url: string
  close(): Promise<void>
}

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

/** An application as its developers write it: express-session with connect-redis, a form to log in, a page that says who. */
export async function startShop(redisUrl: string): Promise<Shop> {
  const client = createClient({ url: redisUrl })
  await client.connect()
  const app = express()
  app.use(
    session({
      store: new RedisStore({ client }),
      secret: SHOP_SECRET,
      resave: false,
      saveUninitialized: false,
      cookie: { maxAge: 3_600_000 },
    }),
  )
  app.use(express.urlencoded({ extended: false }))
  app.get('/', (request, response) => {
    const { username, cart } = request.session
    response.send(
      username === undefined
        ? '<form method="post" action="/login"><label>Name <input name="username"></label><button>Log in</button></form>'
        : `<h1>Hello ${escaped(username)}</h1><p>${cart?.items ?? 0} items in the cart</p>`,
    )
  })
  app.post('/login', (request, response) => {
    request.session.username = String((request.body as Record<string, unknown>).username)
    request.session.cart = { items: 3 }
    response.redirect('/')
  })
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      client.destroy()
    },
  }
}
