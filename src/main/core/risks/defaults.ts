export const RISK_DEFAULTS = {
  /** Milliseconds between two surveys of the rows at the least, and so many times what one costs. */
  surveyEvery: 500,
  surveyRest: 5,
  /** The same where no row has changed: with time alone, sessions come to their ends. */
  surveyForTime: 5000,
  /** Rows that a survey looks at between two looks at the clock. */
  rowsAtOnce: 512,
  /** Ids of each group that are looked at to estimate what they are worth, and groups. */
  sampledIds: 1000,
  idGroups: 64,
  /** Parts of a finding that are named, and the largest sessions and fields. */
  parts: 10,
  largest: 10,
  /** Large fields that are kept, so that there are others where the largest go. */
  largestKept: 200,
  /** Different sets of secret fields that are told apart; further ones are counted together. */
  signatures: 4096,
  /** Orphaned members that are kept one by one, those that one removal takes of one index, and of all. */
  orphans: 100_000,
  orphansATurn: 2000,
  membersATurn: 20_000,
  /** Milliseconds between two readings of the indexes at the least, and so many times what one costs. */
  indexesEvery: 2000,
  indexesRest: 20,
  /** The same for the search through the whole database for indexes outside of the prefix. */
  searchRest: 60,
  /** Milliseconds before a reading that the connection has broken off is tried again. */
  retryEvery: 1000,
  /** Keys that one look for unread rows gathers, and rows of one such look. */
  unreadAtOnce: 500,
  unreadLook: 65_536,
} as const
