/** Names that the preload script repeats: being sandboxed, it is one file that imports nothing. */
export const CALL_CHANNEL = 'diskwright:call'
export const EVENT_CHANNEL = 'diskwright:event'
