import type { EditContext, EditHandlers } from '../edit-handler.js'
import { openSystems, withoutSharedVar } from './find-systems.js'
import type { GuestSystem } from './guest-system.js'

const FILE = '/etc/machine-id'
const DBUS_FILE = '/var/lib/dbus/machine-id'

export const machineIdHandler: EditHandlers<'machine-id-reset'> = {
  async 'machine-id-reset'(context, { as, root }) {
    await resetMachineIds(context, await openSystems(context, root), as)
  },
}

/**
 * machine-id(5): an empty file gets an id at boot, also where /etc is read-only then (a file that is not there could not be mounted
 * over); `uninitialized` also makes systemd see a first boot and apply its presets.
 */
export async function resetMachineIds(
  context: EditContext,
  systems: readonly GuestSystem[],
  as?: 'empty' | 'uninitialized',
): Promise<void> {
  const usesIgnition = (await context.boot()).entries.some((entry) => entry.args.some((arg) => arg.startsWith('ignition.')))
  for (const system of systems) {
    const before = (await system.text(FILE))?.trim()
    const state = as ?? (usesIgnition || before === 'uninitialized' ? 'uninitialized' : 'empty')
    await system.write(FILE, state === 'empty' ? '' : 'uninitialized\n', { mode: 0o444, uid: 0, gid: 0 })
  }
  for (const system of withoutSharedVar(systems)) await resetDbusId(system)
  if (systems.length > 1) context.note(`All ${systems.length} deployments get a new machine id at boot.`)
}

/** D-Bus reads a file of its own, which has to be a link to the system's or be made anew, dbus-uuidgen(1). */
async function resetDbusId(system: GuestSystem): Promise<void> {
  if ((await system.find(DBUS_FILE))?.kind !== 'file') return
  await system.remove(DBUS_FILE)
  await system.makeLink(DBUS_FILE, FILE)
}
