import type { RiskAction, RiskId, Severity } from './risks.ts'

interface Words {
  /** After a number, for one and for many; the finding's name in a list. */
  readonly title: string
  /** What it is, and why it matters: calm sentences. */
  readonly what: string
  readonly why: string
  /** Where the threshold or the rule comes from; null where it is plain. */
  readonly source: string | null
  /** What helps beside the actions that are offered: in the application. */
  readonly advice: string
  readonly actions: readonly RiskAction[]
}

export const SEVERITY_WORDS: Readonly<Record<Severity, string>> = {
  high: 'High',
  medium: 'Medium',
  low: 'Low',
}

const OWASP = 'OWASP Session Management Cheat Sheet'
const DATA_PROTECTION = 'OWASP ASVS 5.0, V14.2'

/** The words of each finding; values of sessions are in none of them. */
export const RISK_WORDS: Readonly<Record<RiskId, Words>> = {
  guessable_ids: {
    title: 'Ids that can be guessed',
    what: 'The ids of these sessions hold less than 64 bits that an outsider could not know: they are short, count up, follow the clock, or share most of their characters.',
    why: 'Who knows the id is the user. Ids that can be tried or reckoned let somebody into sessions without a password.',
    source: `${OWASP}: at least 64 bits of entropy; RFC 9562, section 8: UUIDs are not to be taken for hard to guess`,
    advice:
      'Let the application make ids of 16 or more bytes from a cryptographic generator. Deleting these sessions makes their users log in again, with new ids.',
    actions: ['delete'],
  },
  weak_ids: {
    title: 'Ids shorter than is usual',
    what: 'The ids of these sessions hold less than 128 bits, or tell when they were made. They are above the minimum of 64 bits.',
    why: 'Trying them out takes very long today. 128 bits leave room for many sessions, and for faster guessing.',
    source: 'OWASP ASVS 5.0, 7.2.3: at least 128 bits; NIST SP 800-63B, 7.1: at least 64 bits',
    advice: 'Take 16 or more random bytes for new ids.',
    actions: [],
  },
  no_ttl: {
    title: 'Sessions without TTL',
    what: 'These sessions never end in Redis, although their library sets a TTL with each save.',
    why: 'A cookie that was stolen years ago still works, and the keys stay in memory for good.',
    source: `${OWASP}: sessions end, idle and absolute`,
    advice:
      'Look for what writes the key without EXPIRE (SET without KEEPTTL, PERSIST, disableTTL). A TTL that is set here ends them.',
    actions: ['setTtl', 'delete'],
  },
  unknown_no_ttl: {
    title: 'Other keys without TTL',
    what: 'These keys under the prefix are no sessions of a library that is known, and never end.',
    why: 'Where they are sessions of your own, they stay for good; where they are something else, they are scanned with the sessions.',
    source: null,
    advice: 'Give them a TTL, or a prefix of their own.',
    actions: ['setTtl', 'delete'],
  },
  zombies: {
    title: 'Zombies: fragments without TTL',
    what: 'These hashes lack fields that every session has, and have no TTL: mostly a session that was written to once more just after it had expired or been deleted.',
    why: 'No application takes them for a session, and nothing removes them.',
    source: null,
    advice:
      'A write that looks first and writes then brings back what has ended in between: write in one atomic step which does nothing where there is no session.',
    actions: ['delete', 'setTtl'],
  },
  fragments: {
    title: 'Fragments of sessions',
    what: 'These hashes lack fields that every session has. They have a TTL, so that they end by themselves.',
    why: 'Their users are logged out without having asked for it, or libraries fail to read them.',
    source: null,
    advice: 'Write sessions in one atomic step which does nothing where there is none.',
    actions: ['delete'],
  },
  orphaned_members: {
    title: 'Orphaned index entries',
    what: 'Indexes from users or from minutes to sessions name sessions that do not exist any more.',
    why: 'They grow for ever, and count sessions that nobody has. “Log out everywhere” takes longer with each.',
    source: null,
    advice:
      'Spring Session cleans up by keyspace notifications. Where they are off or were missed, entries stay: switch them on (notify-keyspace-events Egx).',
    actions: ['removeMembers'],
  },
  orphaned_keys: {
    title: 'Keys that point to no session',
    what: 'These keys belong to a session that does not exist any more: pointers from a user to a session, or markers of an expiry.',
    why: 'They take memory, and those without TTL stay for good.',
    source: null,
    advice: 'Delete them with their session.',
    actions: ['delete'],
  },
  large_sessions: {
    title: 'Large sessions',
    what: 'These sessions hold more than 100 KB.',
    why: 'Most applications load the whole session with each request, and many write it back. At 100 requests a second, 100 KB are 10 MB a second each way, and others wait meanwhile.',
    source: 'Azure Cache for Redis, managing server load: values smaller than 100 KB',
    advice: 'Keep ids in the session, and what they stand for elsewhere.',
    actions: ['delete'],
  },
  large_fields: {
    title: 'Large fields',
    what: 'One field of these sessions holds more than 50 KB.',
    why: 'It is loaded with every request, also with those that need none of it.',
    source: null,
    advice: 'Keep it under a key of its own, or in a database.',
    actions: ['delete'],
  },
  ttl_disagrees: {
    title: 'Redis’s TTL and the session disagree',
    what: 'Redis ends these sessions at another time than what is written inside them says, by more than 30 s and more than their library does by itself.',
    why: 'Users are logged out earlier than they were told, or stay logged in longer than the application intends.',
    source: null,
    advice:
      'Where all of them differ by the same time, clocks differ. Else look for what changes TTLs beside the library.',
    actions: ['setTtl', 'delete'],
  },
  ended_inside: {
    title: 'Over by their own expiry, still in Redis',
    what: 'The expiry inside these sessions has passed, and their library refuses them. Redis keeps them all the same.',
    why: 'They hold what the users left there for longer than anybody expects, and take memory.',
    source: 'Data that is not needed any more is a risk alone: GDPR, article 5(1)(e)',
    advice: 'Delete them now and then, or give them a TTL when they are made.',
    actions: ['delete'],
  },
  many_sessions: {
    title: 'Users with very many sessions',
    what: 'These users have 20 sessions or more at the same time, and far more than is usual here. A person has a few devices with a few browsers.',
    why: 'Often a client that keeps no cookie makes a new session with each request; it may also be an account that is shared, or taken over.',
    source: `${OWASP}: simultaneous sessions`,
    advice: 'Look at what the sessions have in common. Logging the user out everywhere ends all of them.',
    actions: ['logOut'],
  },
  passwords: {
    title: 'Passwords',
    what: 'Fields of these sessions are named like a password, a PIN or a recovery code, and hold a text.',
    why: 'Whoever can read Redis, a backup of it or a log of its commands has them, for every site on which they are used.',
    source: `${DATA_PROTECTION}; CWE-312: sensitive information in clear`,
    advice: 'Keep in the session that somebody has logged in, and not what with.',
    actions: ['delete'],
  },
  private_keys: {
    title: 'Private keys and API keys',
    what: 'Fields of these sessions hold a private key, or a key of a service that is known by its form.',
    why: 'They mostly belong to the application and outlive every session.',
    source: 'CWE-312: sensitive information in clear',
    advice: 'Revoke them, and keep keys out of sessions.',
    actions: ['delete'],
  },
  cards: {
    title: 'Card numbers',
    what: 'Fields of these sessions hold what looks like a payment card number (its beginning, its length and its check digit fit), or a card’s security code by name.',
    why: 'With them Redis, its backups and its replicas are within the scope of PCI DSS; security codes may not be kept at all.',
    source: 'PCI DSS 4.0, requirements 3.3 and 3.5',
    advice: 'Keep the token of the payment provider.',
    actions: ['delete'],
  },
  tokens: {
    title: 'Access tokens and JWTs',
    what: 'Fields of these sessions hold tokens of other services: by their names, or because they are JWTs or bearer tokens.',
    why: 'Applications that log in by OAuth keep them so. Whoever can read Redis can act for these users elsewhere, refresh tokens for a long time.',
    source: 'RFC 9700 (OAuth 2.0 security), CWE-312',
    advice: 'Encrypt them, or keep refresh tokens elsewhere. Secure Redis by TLS and ACLs.',
    actions: ['delete'],
  },
  other_secrets: {
    title: 'Other fields named like secrets',
    what: 'Fields of these sessions are named like secrets. What belongs to every session, such as CSRF tokens and nonces, does not count.',
    why: 'They may be harmless. They show in exports and backups.',
    source: null,
    advice: 'Look whether they are needed.',
    actions: [],
  },
}
