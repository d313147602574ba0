import type { Environment } from '#shared/model.ts'

/** What a connection is marked as; bulk actions ask once more where that is production. */
export const environmentInWords = (environment: Environment | null): string =>
  environment === null
    ? 'Nothing'
    : { local: 'Local', staging: 'Staging', production: 'Production' }[environment]
