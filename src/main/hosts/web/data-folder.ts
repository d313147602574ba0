import envPaths from 'env-paths'

/** Where the web host keeps what is to outlive it. @param env INSPECTOR_DATA_DIR names another place */
export const dataFolder = (env: NodeJS.ProcessEnv): string =>
  env.INSPECTOR_DATA_DIR || envPaths('redis-session-inspector', { suffix: '' }).data
