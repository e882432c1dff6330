import path from 'node:path'

/** Environment that keeps a launch of the app, or of the command line, off the user's own folders. */
export function stateEnv(stateFolder: string): Record<string, string> {
  const own = (name: string): string => path.join(stateFolder, name)
  return {
    DISKWRIGHT_CONFIG_DIR: own('config'),
    DISKWRIGHT_STATE_DIR: own('state'),
    DISKWRIGHT_CACHE_DIR: own('cache'),
    DISKWRIGHT_RUNTIME_DIR: own('run'),
  }
}
