/** Names that the preload script repeats: being sandboxed, it is one file that imports nothing. */
export const CALL_CHANNEL = 'diskwright:call'
export const EVENT_CHANNEL = 'diskwright:event'
/** The preload tells paths of files that the user dropped. The page itself has no way to send on it. */
export const DROPPED_CHANNEL = 'diskwright:dropped'
