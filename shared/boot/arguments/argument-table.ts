import type { ArgumentRow } from './argument-row.js'
import { CONSOLE_ROWS } from './rows/console-rows.js'
import { DEBUG_ROWS } from './rows/debug-rows.js'
import { FIRST_BOOT_ROWS } from './rows/first-boot-rows.js'
import { HARDWARE_ROWS } from './rows/hardware-rows.js'
import { LIVE_ROWS } from './rows/live-rows.js'
import { NETWORK_ROWS } from './rows/network-rows.js'
import { ROOT_ROWS } from './rows/root-rows.js'
import { SECURITY_ROWS } from './rows/security-rows.js'
import { STORAGE_ROWS } from './rows/storage-rows.js'
import { SYSTEM_ROWS } from './rows/system-rows.js'

/** Every argument that is known here. */
export const ARGUMENT_TABLE: readonly ArgumentRow[] = [
  ...ROOT_ROWS,
  ...CONSOLE_ROWS,
  ...FIRST_BOOT_ROWS,
  ...NETWORK_ROWS,
  ...SECURITY_ROWS,
  ...STORAGE_ROWS,
  ...HARDWARE_ROWS,
  ...SYSTEM_ROWS,
  ...DEBUG_ROWS,
  ...LIVE_ROWS,
]
